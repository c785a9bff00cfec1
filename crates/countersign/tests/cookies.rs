//! Tokens in cookies over the store in memory: what a browser's jar holds after each request.

#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::num::NonZeroUsize;
use std::sync::{Arc, Barrier};
use std::thread;

use bytes::Bytes;
use countersign::authority::{Authority, Rotation, Rules};
use countersign::clock::{ManualClock, Span, Timestamp};
use countersign::dialect::cookies::{Cookies, Endpoint};
use countersign::dialect::{Dialect, Parsed};
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::{Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::secret::{Password, SigningSecret};
use countersign::store::SessionRules;
use countersign::user::{FieldValue, Fields, User, UserKey};
use futures_executor::block_on;
use http::{Request, Response, StatusCode};

struct House {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    authority: Authority<Arc<MemoryStore>>,
    dialect: Cookies,
}

/// What a browser keeps: names, values and paths.
#[derive(Clone, Debug, Default, PartialEq)]
struct Jar(Vec<(String, String, String)>);

impl House {
    fn new(sessions: Option<SessionRules>) -> Self {
        let store = Arc::new(MemoryStore::new());
        let hashers = Arc::new(PasswordHashers::new(vec![Hasher::Md5]).unwrap());
        store.add_user(User {
            key: UserKey::Int(7),
            username: "ada".into(),
            password: hashers.make(&Password::new("pw"), &SystemEntropy),
            is_active: true,
            email: None,
            last_login: None,
            fields: Fields::from_iter([("id", FieldValue::Int(7))]),
        });
        let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
        let pool = HashingPool::start(hashers, Arc::new(SystemEntropy), size).unwrap();
        let secret = SigningSecret::new("a secret of at least 32 bytes, known to this test");
        let mut rules = Rules::default();
        rules.ledger = true;
        rules.rotation = Rotation::OnWithBlacklist;
        rules.sessions = sessions;
        let clock = Arc::new(ManualClock::at(Timestamp::from_secs(1_700_000_000)));
        let authority = Authority::builder(
            Arc::clone(&store),
            SigningKey::load(Algorithm::Hs256, &secret).unwrap(),
            pool,
        )
        .rules(rules)
        .clock(clock.clone())
        .build()
        .unwrap();
        Self { store, dialect: Cookies::default().clock(clock.clone()), clock, authority }
    }

    fn with_grace() -> Self {
        Self::new(Some(SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None }))
    }

    /// A request of the page's own script, with what a browser would send of the jar.
    fn ask(&self, endpoint: Endpoint, jar: &Jar, body: &'static str) -> Response<Bytes> {
        let (_, _, path) = Endpoint::ALL.into_iter().find(|(known, _, _)| *known == endpoint).unwrap();
        let method = if endpoint == Endpoint::Me { "GET" } else { "POST" };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "example.com")
            .header("origin", "https://example.com")
            .header("x-countersign", "1")
            .header("cookie", jar.sent_to(path))
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap();
        match self.dialect.parse(endpoint, &request) {
            Parsed::Command(command, exchange) => {
                self.dialect.render(exchange, block_on(self.authority.execute(command)))
            }
            Parsed::Reply(response) => response,
        }
    }

    fn log_in(&self) -> Jar {
        let mut jar = Jar::default();
        let response = self.ask(Endpoint::Login, &jar, r#"{"username":"ada","password":"pw"}"#);
        assert_eq!(response.status(), StatusCode::OK);
        jar.take(&response);
        assert_eq!(jar.0.len(), 2);
        jar
    }

    /// Two tabs of one browser, which have the same jar when they ask.
    fn refresh_twice_at_once(&self, jar: &Jar) -> [Response<Bytes>; 2] {
        let together = Barrier::new(2);
        let tab = || {
            together.wait();
            self.ask(Endpoint::Refresh, jar, "")
        };
        thread::scope(|scope| [scope.spawn(tab), scope.spawn(tab)].map(|tab| tab.join().unwrap()))
    }
}

impl Jar {
    /// RFC 6265 §5.1.4.
    fn sent_to(&self, path: &str) -> String {
        let is_sent = |known: &str| {
            path.strip_prefix(known)
                .is_some_and(|rest| known.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
        };
        let sent = self.0.iter().filter(|(_, _, path)| is_sent(path));
        sent.map(|(name, value, _)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn take(&mut self, response: &Response<Bytes>) {
        for header in response.headers().get_all("set-cookie") {
            let mut parts = header.to_str().unwrap().split("; ");
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let attributes: Vec<_> = parts.collect();
            let path = attributes.iter().find_map(|part| part.strip_prefix("Path=")).unwrap();
            self.0.retain(|(known, _, _)| known != name);
            if !attributes.contains(&"Max-Age=0") {
                self.0.push((name.to_owned(), value.to_owned(), path.to_owned()));
            }
        }
    }
}

fn told(response: &Response<Bytes>) -> (u16, &str) {
    (response.status().as_u16(), std::str::from_utf8(response.body()).unwrap())
}

#[test]
fn a_page_logs_in_asks_who_refreshes_and_logs_out() {
    let house = House::new(None);
    let mut jar = house.log_in();
    let response = house.ask(Endpoint::Me, &jar, "");
    assert_eq!(told(&response), (200, r#"{"user":{"id":7,"username":"ada"},"expires_in":300}"#));

    house.clock.advance(Span::from_secs(299));
    assert!(house.ask(Endpoint::Me, &jar, "").body().ends_with(br#""expires_in":1}"#));
    house.clock.advance(Span::from_secs(1));
    assert_eq!(house.ask(Endpoint::Me, &jar, "").status(), StatusCode::UNAUTHORIZED);
    let response = house.ask(Endpoint::Refresh, &jar, "");
    assert_eq!(told(&response), (200, r#"{"expires_in":300}"#));
    let before = jar.clone();
    jar.take(&response);
    assert_eq!(house.ask(Endpoint::Me, &jar, "").status(), StatusCode::OK);

    assert!(house.ask(Endpoint::Refresh, &before, "").status().is_client_error(), "it was consumed");
    let response = house.ask(Endpoint::Logout, &jar, "");
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    let kept = jar.clone();
    jar.take(&response);
    assert_eq!(jar, Jar::default());
    assert_eq!(house.ask(Endpoint::Refresh, &kept, "").status(), StatusCode::UNAUTHORIZED);
    assert!(house.store.outstanding().iter().all(|token| token.blacklisted_at.is_some()));
}

#[test]
fn the_refresh_token_goes_to_refresh_and_logout_alone() {
    let jar = House::new(None).log_in();
    for (endpoint, _, path) in Endpoint::ALL {
        let is_sent = jar.sent_to(path).contains("-refresh=");
        assert_eq!(is_sent, matches!(endpoint, Endpoint::Logout | Endpoint::Refresh), "{path}");
    }
    assert!(!jar.sent_to("/auth/sessions").contains("-refresh="));
    assert!(jar.sent_to("/anything").contains("-access="));
}

/// Row 33: without a grace the one that loses has nothing, and takes nothing from the browser.
#[test]
fn of_two_tabs_that_refresh_at_once_the_loser_leaves_the_winners_cookies() {
    for _ in 0..20 {
        let house = House::new(None);
        let mut jar = house.log_in();
        let answers = house.refresh_twice_at_once(&jar);
        let (winners, losers): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status().is_success());
        let ([winner], [loser]) = (&winners[..], &losers[..]) else { panic!("{answers:?}") };
        assert_eq!(told(loser), (401, r#"{"detail":"Token is blacklisted","code":"token_not_valid"}"#));
        assert!(loser.headers().get("set-cookie").is_none());
        // In whatever order they arrive.
        jar.take(winner);
        let won = jar.clone();
        jar.take(loser);
        assert_eq!(jar, won);
        assert_eq!(house.ask(Endpoint::Me, &jar, "").status(), StatusCode::OK);
        assert_eq!(house.ask(Endpoint::Refresh, &jar, "").status(), StatusCode::OK);
    }
}

#[test]
fn with_sessions_and_a_grace_both_tabs_get_the_same() {
    for _ in 0..20 {
        let house = House::with_grace();
        let jar = house.log_in();
        let answers = house.refresh_twice_at_once(&jar);
        let jars = answers.each_ref().map(|answer| {
            assert_eq!(answer.status(), StatusCode::OK);
            let mut jar = jar.clone();
            jar.take(answer);
            jar
        });
        let refresh = jars.each_ref().map(|jar| jar.sent_to("/auth/session/refresh"));
        let [one, other] =
            refresh.each_ref().map(|sent| sent.split("; ").find(|pair| pair.contains("-refresh=")));
        assert_eq!(one.unwrap(), other.unwrap());
        for jar in &jars {
            assert_eq!(house.ask(Endpoint::Me, jar, "").status(), StatusCode::OK);
        }
        assert_eq!(house.ask(Endpoint::Refresh, &jars[1], "").status(), StatusCode::OK);
    }
}

#[test]
fn a_logout_ends_the_session() {
    let house = House::with_grace();
    let jar = house.log_in();
    let mut other = house.log_in();
    assert_eq!(house.ask(Endpoint::Logout, &jar, "").status(), StatusCode::NO_CONTENT);
    assert_eq!(house.ask(Endpoint::Refresh, &jar, "").status(), StatusCode::UNAUTHORIZED);
    let response = house.ask(Endpoint::Refresh, &other, "");
    assert_eq!(response.status(), StatusCode::OK, "that of another browser goes on");
    other.take(&response);
    let again = house.ask(Endpoint::Logout, &jar, "");
    assert_eq!(again.status(), StatusCode::NO_CONTENT, "and nobody minds to be told twice");
}

#[test]
fn a_logout_that_a_refresh_has_overtaken_ends_the_session_too() {
    let house = House::with_grace();
    let before = house.log_in();
    let mut other_tab = before.clone();
    other_tab.take(&house.ask(Endpoint::Refresh, &before, ""));
    assert_eq!(house.ask(Endpoint::Logout, &before, "").status(), StatusCode::NO_CONTENT);
    for jar in [&before, &other_tab] {
        assert_eq!(house.ask(Endpoint::Refresh, jar, "").status(), StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn nothing_but_a_cookie_is_a_token() {
    let house = House::new(None);
    let jar = house.log_in();
    let [access, refresh] = ["-access=", "-refresh="].map(|name| {
        let sent = jar.sent_to("/auth/session/refresh");
        sent.split("; ").find_map(|pair| Some(pair.split_once(name)?.1.to_owned())).unwrap()
    });
    let request = |uri: &str| {
        Request::post(uri).header("x-countersign", "1").header("authorization", format!("Bearer {access}"))
    };
    let body = Bytes::from(format!(r#"{{"refresh":"{refresh}"}}"#));
    for (endpoint, uri) in [
        (Endpoint::Refresh, format!("/r?refresh={refresh}")),
        (Endpoint::Logout, format!("/r?refresh={refresh}")),
    ] {
        let request = request(&uri).body(body.clone()).unwrap();
        assert!(matches!(house.dialect.parse(endpoint, &request), Parsed::Reply(_)), "{endpoint}");
    }
    let me = request(&format!("/?access={access}")).method("GET").body(Bytes::new()).unwrap();
    assert!(matches!(house.dialect.parse(Endpoint::Me, &me), Parsed::Reply(_)));
    assert_eq!(house.ask(Endpoint::Refresh, &jar, "").status(), StatusCode::OK, "and nothing was ended");
}
