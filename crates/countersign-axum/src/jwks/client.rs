//! The client: an answer from memory, or after a request.

use std::fmt;
use std::sync::Arc;

use countersign::authority::{RemoteKeys, RemoteKeysError};
use countersign::key::{Algorithm, VerifyingKey};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::error::JwksError;
use super::flight::Shared;
use super::options::Options;
use super::source::Source;
use super::state::{Answer, Decision};

/// The keys that somebody publishes at a URL, for one algorithm. The [module](super) has the rules.
///
/// A clone shares what the original remembers.
#[derive(Clone)]
pub struct JwksClient(Arc<Shared>);

impl JwksClient {
    /// A client that remembers nothing yet. Nothing is requested before the first [`find`](RemoteKeys::find).
    ///
    /// # Errors
    ///
    /// When the URL, the algorithm or the options cannot be used: see [`JwksErrorKind`](super::JwksErrorKind).
    pub fn new(url: &str, algorithm: Algorithm, options: Options) -> Result<Self, JwksError> {
        options.check()?;
        Ok(Self(Shared::new(Source::new(url, algorithm, &options)?, options)))
    }

    async fn find(&self, kid: &str) -> Answer {
        if kid.len() > MAX_KID_BYTES {
            return Ok(None);
        }
        let Self(shared) = self;
        let now = shared.options.clock.now();
        let decision = shared.state.load().decide(kid, now);
        match decision {
            Decision::Answer(answer) => answer,
            Decision::AnswerAndRefresh(key) => {
                shared.take_off(kid, now);
                Ok(Some(key))
            }
            Decision::Wait => {
                let mut landings = shared.landings.subscribe();
                shared.take_off(kid, now);
                // No error: the sender is in what is shared.
                let _ = landings.changed().await;
                shared.state.load().answer(kid, now)
            }
        }
    }
}

impl RemoteKeys for JwksClient {
    fn find<'a>(&'a self, kid: &'a str) -> BoxFuture<'a, Result<Option<VerifyingKey>, RemoteKeysError>> {
        self.find(kid).boxed()
    }
}

impl fmt::Debug for JwksClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksClient").field("source", &self.0.source).finish_non_exhaustive()
    }
}

/// No publisher names a key by more.
const MAX_KID_BYTES: usize = 512;

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::time::Duration;

    use countersign::clock::{ManualClock, Span, Timestamp};
    use futures_util::future::{join, join_all};
    use tokio::sync::watch;

    use super::super::test_server::{Answer as Reply, OTHER_KEY, TestServer};
    use super::*;

    struct Fixture {
        server: TestServer,
        client: JwksClient,
        clock: Arc<ManualClock>,
        landings: watch::Receiver<u64>,
    }

    impl Fixture {
        fn start(reply: Reply) -> Self {
            Self::with(TestServer::start(reply), Options::default().timeout)
        }

        fn with(server: TestServer, timeout: Duration) -> Self {
            let clock = Arc::new(ManualClock::at(Timestamp::from_secs(1_000_000_000)));
            let options =
                Options { timeout, environment_proxies: false, clock: clock.clone(), ..Options::default() };
            let client = JwksClient::new(server.url(), Algorithm::EdDsa, options).unwrap();
            let landings = client.0.landings.subscribe();
            Self { server, client, clock, landings }
        }

        fn advance(&self, secs: i64) {
            self.clock.advance(Span::from_secs(secs));
        }

        async fn find(&self, kid: &str) -> &'static str {
            told(&self.client.find(kid).await)
        }

        /// The answer, if nothing had to be waited for.
        fn find_now(&self, kid: &str) -> Option<&'static str> {
            self.client.find(kid).now_or_never().as_ref().map(told)
        }

        /// Waits for the end of a request that is not waited for.
        async fn landed(&mut self) {
            self.landings.changed().await.unwrap();
        }
    }

    fn told(answer: &Answer) -> &'static str {
        match answer {
            Ok(Some(_)) => "key",
            Ok(None) => "unknown",
            Err(_) => "error",
        }
    }

    fn cause(answer: Answer) -> String {
        answer.unwrap_err().source().unwrap().to_string()
    }

    #[tokio::test]
    async fn keys_are_fetched_once_and_remembered() {
        let fixture = Fixture::start(Reply::keys(&["a", "b"]));
        assert_eq!(fixture.find("a").await, "key");
        fixture.advance(299);
        for kid in ["a", "b"].repeat(10) {
            assert_eq!(fixture.find_now(kid), Some("key"));
        }
        assert_eq!(fixture.server.requests(), 1);
    }

    #[tokio::test]
    async fn callers_who_find_nothing_wait_together_for_one_request() {
        let fixture = Fixture::start(Reply::keys(&["a"]));
        fixture.server.hold();
        let release = async {
            fixture.server.seen(1).await;
            fixture.server.release();
        };
        let (told, ()) = join(join_all((0..50).map(|_| fixture.find("a"))), release).await;
        assert_eq!(told, ["key"; 50]);
        assert_eq!(fixture.server.requests(), 1);
    }

    #[tokio::test]
    async fn a_caller_who_leaves_does_not_take_the_request_along() {
        let mut fixture = Fixture::start(Reply::keys(&["a"]));
        fixture.landings.mark_unchanged();
        fixture.server.hold();
        assert_eq!(fixture.find_now("a"), None);
        fixture.server.seen(1).await;
        fixture.server.release();
        fixture.landed().await;
        assert_eq!(fixture.find_now("a"), Some("key"));
        assert_eq!(fixture.server.requests(), 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn at_the_end_of_the_lifespan_one_request_is_made_and_nobody_waits() {
        let mut fixture = Fixture::start(Reply::keys(&["a"]));
        for round in 1..=5 {
            let kid = "a";
            assert_eq!(fixture.find(kid).await, "key");
            fixture.landings.mark_unchanged();
            fixture.advance(300);
            fixture.server.hold();
            let find = || {
                let client = fixture.client.clone();
                tokio::spawn(async move { client.find("a").now_or_never().as_ref().map(told) })
            };
            for told in join_all((0..50).map(|_| find())).await {
                assert_eq!(told.unwrap(), Some("key"));
            }
            fixture.server.seen(round + 1).await;
            fixture.server.release();
            fixture.landed().await;
            assert_eq!(fixture.server.requests(), round + 1);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn cold_callers_on_many_threads_make_one_request() {
        for _ in 0..20 {
            let fixture = Fixture::start(Reply::keys(&["a"]));
            let find = || {
                let client = fixture.client.clone();
                tokio::spawn(async move { told(&client.find("a").await) })
            };
            for told in join_all((0..50).map(|_| find())).await {
                assert_eq!(told.unwrap(), "key");
            }
            assert_eq!(fixture.server.requests(), 1);
        }
    }

    #[tokio::test]
    async fn a_refresh_that_is_late_by_a_lifespan_is_waited_for() {
        let fixture = Fixture::start(Reply::keys(&["a"]));
        assert_eq!(fixture.find("a").await, "key");
        fixture.server.answer(Reply::keys(&["b"]));
        fixture.advance(600);
        assert_eq!(fixture.find("a").await, "unknown");
        assert_eq!(fixture.find_now("b"), Some("key"));

        fixture.server.answer(Reply::HangUp);
        fixture.advance(600);
        assert_eq!(fixture.find("b").await, "key", "its publisher cannot be asked");
        assert_eq!(fixture.server.requests(), 3);
    }

    #[tokio::test]
    async fn rotated_keys_come_and_go() {
        let mut fixture = Fixture::start(Reply::keys(&["a"]));
        assert_eq!(fixture.find("a").await, "key");
        fixture.server.answer(Reply::keys(&["a", "b"]));
        assert_eq!(fixture.find_now("b"), Some("unknown"), "the cooldown has just begun");
        fixture.advance(30);
        assert_eq!(fixture.find("b").await, "key");

        fixture.server.answer(Reply::keys(&["b"]));
        fixture.advance(300);
        fixture.landings.mark_unchanged();
        assert_eq!(fixture.find_now("a"), Some("key"));
        fixture.landed().await;
        assert_eq!(fixture.find_now("a"), Some("unknown"));
        assert_eq!(fixture.find_now("b"), Some("key"));
        assert_eq!(fixture.server.requests(), 3);
    }

    #[tokio::test]
    async fn another_key_of_the_same_name_replaces_the_first() {
        let mut fixture = Fixture::start(Reply::keys(&["a"]));
        let (message, signature) = super::super::test_server::signed();
        let key = fixture.client.find("a").await.unwrap().unwrap();
        assert!(key.verify(message, &signature));
        fixture.server.answer(Reply::set(&[("a", OTHER_KEY)]));
        fixture.advance(300);
        fixture.landings.mark_unchanged();
        assert_eq!(fixture.find_now("a"), Some("key"));
        fixture.landed().await;
        let key = fixture.client.find("a").await.unwrap().unwrap();
        assert!(!key.verify(message, &signature));
    }

    #[tokio::test]
    async fn a_flood_of_unknown_keys_makes_one_request_per_cooldown() {
        let fixture = Fixture::start(Reply::keys(&["a"]));
        assert_eq!(fixture.find("a").await, "key");
        for round in 1..=3 {
            fixture.advance(30);
            let kids: Vec<_> = (0..50).map(|n| format!("kid {round} {n}")).collect();
            let told = join_all(kids.iter().map(|kid| fixture.find(kid))).await;
            assert_eq!(told, ["unknown"; 50]);
            assert_eq!(fixture.server.requests(), round + 1);
            for kid in ["", "a ", "A", "kid"] {
                assert_eq!(fixture.find_now(kid), Some("unknown"));
            }
            assert_eq!(fixture.find_now("a"), Some("key"));
        }
        assert_eq!(fixture.server.requests(), 4);
    }

    #[tokio::test]
    async fn a_long_key_id_is_unknown_without_a_request() {
        let fixture = Fixture::start(Reply::keys(&["a"]));
        assert_eq!(fixture.find_now(&"a".repeat(513)), Some("unknown"));
        assert_eq!(fixture.server.requests(), 0);
        assert_eq!(fixture.find(&"a".repeat(512)).await, "unknown");
    }

    #[tokio::test]
    async fn a_failing_publisher_is_left_alone_and_its_last_set_counts_for_a_day() {
        let replies = [
            Reply::status("500 Internal Server Error", "{}"),
            Reply::status("200 OK", "<html>"),
            Reply::status("200 OK", "{\"keys\":[]}"),
            Reply::Redirect("http://127.0.0.1:9/".to_owned()),
            Reply::Endless,
            Reply::HangUp,
        ];
        let mut fixture = Fixture::start(Reply::keys(&["a"]));
        assert_eq!(fixture.find("a").await, "key");
        fixture.advance(300);
        for (failed, reply) in replies.into_iter().enumerate() {
            fixture.server.answer(reply);
            fixture.landings.mark_unchanged();
            assert_eq!(fixture.find_now("a"), Some("key"));
            fixture.landed().await;
            assert_eq!(fixture.server.requests(), failed + 2);

            let back_off = 1 << failed;
            fixture.advance(back_off - 1);
            assert_eq!(fixture.find_now("a"), Some("key"));
            assert_eq!(fixture.find_now("b"), Some("error"));
            assert_eq!(fixture.server.requests(), failed + 2, "no request before {back_off} s");
            fixture.advance(1);
        }
        fixture.advance(24 * 60 * 60);
        assert_eq!(fixture.find("a").await, "error");
        assert_eq!(fixture.find_now("a"), Some("error"));

        fixture.server.answer(Reply::keys(&["a"]));
        fixture.advance(60);
        assert_eq!(fixture.find("a").await, "key");
        assert_eq!(fixture.find_now("b"), Some("unknown"));
    }

    #[tokio::test]
    async fn a_publisher_that_is_down_from_the_start_is_an_error_until_it_is_up() {
        let (server, listen) = TestServer::down(Reply::keys(&["a"]));
        let fixture = Fixture::with(server, Options::default().timeout);
        let told = join_all((0..50).map(|_| fixture.find("a"))).await;
        assert_eq!(told, ["error"; 50]);
        let answer = fixture.client.find("a").now_or_never().expect("the back-off has begun");
        assert_eq!(cause(answer), "the request failed");

        listen();
        assert_eq!(fixture.find_now("a"), Some("error"));
        fixture.advance(1);
        assert_eq!(fixture.find("a").await, "key");
        assert_eq!(fixture.server.requests(), 1);
    }

    #[tokio::test]
    async fn a_publisher_that_hangs_costs_its_callers_one_timeout() {
        let server = TestServer::start(Reply::keys(&["a"]));
        server.hold();
        let timeout = Duration::from_millis(50);
        let fixture = Fixture::with(server, timeout);
        assert_eq!(join_all((0..50).map(|_| fixture.find("a"))).await, ["error"; 50]);
        let answer = fixture.client.find("a").now_or_never().expect("the back-off has begun");
        assert_eq!(cause(answer), "the answer was not complete after 50ms");
        assert_eq!(fixture.server.requests(), 1);
    }

    #[test]
    fn without_a_runtime_there_is_an_error_and_no_panic() {
        let client = JwksClient::new("http://127.0.0.1:9/", Algorithm::EdDsa, Options::default()).unwrap();
        let answer = client.find("a").now_or_never().unwrap();
        assert!(cause(answer).starts_with("the request was given up"));
    }

    #[test]
    fn debug_shows_the_publisher_without_its_password() {
        let client =
            JwksClient::new("https://ann:pass@id.example.com/", Algorithm::Rs256, Options::default())
                .unwrap();
        assert_eq!(format!("{client:?}"), "JwksClient { source: https://id.example.com/ (RS256), .. }");
    }
}
