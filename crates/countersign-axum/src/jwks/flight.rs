//! One flight: never two requests at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use countersign::clock::Timestamp;
use countersign::error::Causes;
use countersign::key::JwkSet;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::error::FetchError;
use super::options::Options;
use super::source::Source;
use super::state::{Decision, State};

/// What callers and the flight share.
pub(super) struct Shared {
    pub(super) source: Source,
    pub(super) options: Options,
    pub(super) state: ArcSwap<State>,
    /// Whoever sets it, and nobody else, may request and replace the state.
    flying: AtomicBool,
    /// Counts the times that `flying` was cleared.
    pub(super) landings: watch::Sender<u64>,
}

impl Shared {
    pub(super) fn new(source: Source, options: Options) -> Arc<Self> {
        Arc::new(Self {
            source,
            options,
            state: ArcSwap::from_pointee(State::empty()),
            flying: AtomicBool::new(false),
            landings: watch::Sender::new(0),
        })
    }

    /// Sees that a request is under way if a caller needs one. Whoever subscribes to the landings before is told when
    /// it is over.
    pub(super) fn take_off(self: &Arc<Self>, kid: &str, now: Timestamp) {
        if self.flying.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_err() {
            return;
        }
        let mut flight = Flight { shared: Arc::clone(self), under_way: false };
        // Another flight may have landed since the caller looked.
        if matches!(self.state.load().decide(kid, now), Decision::Answer(_)) {
            return;
        }
        flight.under_way = true;
        // A caller who leaves does not take the others' flight along: it has a task of its own.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(flight.fly());
        }
    }
}

/// The right to request. Dropped, it passes on, and those who wait are told.
struct Flight {
    shared: Arc<Shared>,
    /// Whether an outcome is owed: without one, callers would try again at once.
    under_way: bool,
}

impl Flight {
    async fn fly(mut self) {
        let outcome = self.shared.source.fetch().await;
        self.record(outcome);
    }

    fn record(&mut self, outcome: Result<JwkSet, FetchError>) {
        self.under_way = false;
        let Shared { source, options, state, .. } = &*self.shared;
        let (now, before) = (options.clock.now(), state.load());
        let after = match outcome {
            Ok(keys) => State::fetched(keys, options, now),
            Err(error) => before.failed(error, options, now),
        };
        log(source, &before, &after);
        state.store(Arc::new(after));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.under_way {
            self.record(Err(FetchError::Interrupted));
        }
        // In this order: who found the flight under way is told of its end.
        self.shared.flying.store(false, Ordering::SeqCst);
        self.shared.landings.send_modify(|landings| *landings += 1);
    }
}

fn log(source: &Source, before: &State, after: &State) {
    let url = source.label();
    if let Some(error) = after.error() {
        tracing::warn!(
            url,
            error = %Causes(error),
            failures = after.failures(),
            keys = after.keys().map_or(0, |keys| keys.kids().len()),
            "the keys could not be fetched from their publisher"
        );
        return;
    }
    if before.failures() > 0 {
        tracing::info!(url, failures = before.failures(), "the publisher of the keys answers again");
    }
    let (added, removed) = (missing(after, before), missing(before, after));
    if added + removed > 0 {
        let keys = after.keys().map_or(0, |keys| keys.kids().len());
        tracing::info!(url, keys, added, removed, "the publisher changed its keys");
    }
}

/// How many keys of one state the other does not have.
fn missing(one: &State, other: &State) -> usize {
    let knows = |kid: &str| other.keys().is_some_and(|keys| keys.get(kid).is_some());
    one.keys().map_or(0, |keys| keys.kids().filter(|kid| !knows(kid)).count())
}

#[cfg(test)]
mod tests {
    use countersign::clock::Clock as _;
    use countersign::key::Algorithm;

    use super::super::test_server::{Answer, TestServer};
    use super::*;

    fn shared(url: &str) -> Arc<Shared> {
        let options = Options { environment_proxies: false, ..Options::default() };
        Shared::new(Source::new(url, Algorithm::EdDsa, &options).unwrap(), options)
    }

    #[tokio::test]
    async fn a_caller_who_looked_before_the_last_landing_makes_no_request() {
        let server = TestServer::start(Answer::keys(&["a"]));
        let shared = shared(server.url());
        let mut landings = shared.landings.subscribe();
        let now = shared.options.clock.now();
        shared.take_off("a", now);
        landings.changed().await.unwrap();
        shared.take_off("a", now);
        landings.changed().await.unwrap();
        assert_eq!(server.requests(), 1);
        assert!(!shared.flying.load(Ordering::SeqCst));
    }

    #[test]
    fn a_flight_whose_runtime_stops_counts_as_failed() {
        let shared = shared("http://127.0.0.1:9/");
        let mut landings = shared.landings.subscribe();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let entered = runtime.enter();
        shared.take_off("a", shared.options.clock.now());
        drop(entered);
        assert!(shared.flying.load(Ordering::SeqCst));
        drop(runtime);
        assert!(!shared.flying.load(Ordering::SeqCst));
        assert!(landings.has_changed().unwrap());
        landings.mark_unchanged();
        assert!(matches!(shared.state.load().error(), Some(FetchError::Interrupted)));
    }

    #[tokio::test]
    async fn what_changed_is_counted() {
        let state = |kids: &[&str]| {
            let keys = JwkSet::parse(Answer::keys(kids).body().as_bytes(), Algorithm::EdDsa).unwrap();
            State::fetched(keys, &Options::default(), Timestamp::from_secs(0))
        };
        let (before, after) = (state(&["a", "b"]), state(&["b", "c", "d"]));
        assert_eq!((missing(&after, &before), missing(&before, &after)), (2, 1));
        assert_eq!(missing(&after, &State::empty()), 3);
    }
}
