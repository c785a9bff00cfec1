//! What is remembered of a publisher, and what follows from it. No network, no clock.

use std::sync::Arc;

use countersign::authority::RemoteKeysError;
use countersign::clock::{Span, Timestamp};
use countersign::key::{JwkSet, VerifyingKey};

use super::error::FetchError;
use super::options::{Options, span};

/// What is known between two requests. It never changes: the next request's outcome makes another.
pub(super) struct State {
    cached: Option<Cached>,
    /// Of the last request, if it failed.
    failure: Option<Failure>,
    /// When a known key's refresh is due.
    due: Timestamp,
    /// When an unknown key's refresh is due, if that is earlier.
    due_for_unknown: Timestamp,
    /// When a refresh is so late that callers wait for it.
    overdue: Timestamp,
    /// A clock that shows less was put back, and nothing above can be relied upon.
    not_before: Timestamp,
}

#[derive(Clone)]
struct Cached {
    keys: Arc<JwkSet>,
    fresh_until: Timestamp,
    usable_until: Timestamp,
}

struct Failure {
    /// How many requests failed in a row.
    count: u32,
    error: Arc<FetchError>,
}

/// What to do for a caller.
pub(super) enum Decision {
    /// Answer.
    Answer(Answer),
    /// Answer with the key, and see that a refresh is under way.
    AnswerAndRefresh(VerifyingKey),
    /// See that a refresh is under way, wait for it, and answer from what is known then.
    Wait,
}

pub(super) type Answer = Result<Option<VerifyingKey>, RemoteKeysError>;

impl State {
    /// Nothing was requested yet.
    pub(super) fn empty() -> Self {
        let past = Timestamp::from_micros(i64::MIN);
        Self {
            cached: None,
            failure: None,
            due: past,
            due_for_unknown: past,
            overdue: past,
            not_before: past,
        }
    }

    /// After a request that brought `keys`.
    pub(super) fn fetched(keys: JwkSet, options: &Options, now: Timestamp) -> Self {
        let lifespan = span(options.lifespan);
        let fresh_until = now + lifespan;
        let usable_until = now + span(options.max_stale);
        Self {
            cached: Some(Cached { keys: Arc::new(keys), fresh_until, usable_until }),
            failure: None,
            due: fresh_until,
            due_for_unknown: now + span(options.cooldown),
            overdue: fresh_until + lifespan,
            not_before: now - lifespan,
        }
    }

    /// After a request that failed: what was known stays known.
    pub(super) fn failed(&self, error: FetchError, options: &Options, now: Timestamp) -> Self {
        let lifespan = span(options.lifespan);
        let count = self.failures().saturating_add(1);
        let retry = now + back_off(count);
        // A clock that was put back must not make the set fresh for longer.
        let fresh_until = self.cached.as_ref().map_or(retry, |cached| cached.fresh_until.min(now + lifespan));
        let due = fresh_until.max(retry);
        Self {
            cached: self.cached.clone(),
            failure: Some(Failure { count, error: Arc::new(error) }),
            due,
            due_for_unknown: retry.max(now + span(options.cooldown)),
            overdue: due + lifespan,
            not_before: now - lifespan,
        }
    }

    /// What to do for a caller who asks for `kid`.
    pub(super) fn decide(&self, kid: &str, now: Timestamp) -> Decision {
        let is_past = |moment| now >= moment || now < self.not_before;
        match self.usable(now).map(|keys| keys.get(kid)) {
            Some(Some(_)) if now >= self.overdue => Decision::Wait,
            Some(Some(key)) if is_past(self.due) => Decision::AnswerAndRefresh(key.clone()),
            Some(None) if is_past(self.due.min(self.due_for_unknown)) => Decision::Wait,
            None if is_past(self.due) => Decision::Wait,
            _ => Decision::Answer(self.answer(kid, now)),
        }
    }

    /// The answer without another request.
    pub(super) fn answer(&self, kid: &str, now: Timestamp) -> Answer {
        match (self.usable(now).map(|keys| keys.get(kid)), &self.failure) {
            (Some(Some(key)), _) => Ok(Some(key.clone())),
            (Some(None), None) => Ok(None),
            (Some(None) | None, Some(failure)) => Err(RemoteKeysError::new(Arc::clone(&failure.error))),
            // Only when the clock jumped while a request was waited for.
            (None, None) => Err(RemoteKeysError::new(FetchError::Interrupted)),
        }
    }

    /// The set that the last good answer held, however old.
    pub(super) fn keys(&self) -> Option<&JwkSet> {
        self.cached.as_ref().map(|cached| &*cached.keys)
    }

    /// How many requests failed since the last good answer.
    pub(super) fn failures(&self) -> u32 {
        self.failure.as_ref().map_or(0, |failure| failure.count)
    }

    /// Why the last request failed, if it did.
    pub(super) fn error(&self) -> Option<&FetchError> {
        self.failure.as_ref().map(|failure| &*failure.error)
    }

    fn usable(&self, now: Timestamp) -> Option<&JwkSet> {
        self.cached.as_ref().filter(|cached| now < cached.usable_until).map(|cached| &*cached.keys)
    }
}

/// How long to leave the publisher alone after so many failures in a row.
fn back_off(failures: u32) -> Span {
    let doublings = failures.saturating_sub(1).min(6);
    Span::from_secs((1 << doublings).min(60))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countersign::key::Algorithm;

    use super::super::test_server::Answer as Body;
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_000_000_000);

    fn at(secs: i64) -> Timestamp {
        START + Span::from_secs(secs)
    }

    fn fetched(kid: &str, secs: i64) -> State {
        let keys = JwkSet::parse(Body::keys(&[kid]).body().as_bytes(), Algorithm::EdDsa).unwrap();
        State::fetched(keys, &Options::default(), at(secs))
    }

    fn failed(state: &State, secs: i64) -> State {
        state.failed(FetchError::TooLarge, &Options::default(), at(secs))
    }

    fn decide(state: &State, kid: &str, secs: i64) -> &'static str {
        match state.decide(kid, at(secs)) {
            Decision::Answer(Ok(Some(_))) => "key",
            Decision::Answer(Ok(None)) => "unknown",
            Decision::Answer(Err(_)) => "error",
            Decision::AnswerAndRefresh(_) => "key, refresh",
            Decision::Wait => "wait",
        }
    }

    #[track_caller]
    fn assert_decisions(state: &State, kid: &str, decisions: &[(i64, &str)]) {
        for (secs, expected) in decisions {
            assert_eq!(decide(state, kid, *secs), *expected, "{kid} at {secs} s");
        }
    }

    #[test]
    fn nothing_is_known_before_the_first_request() {
        assert_decisions(&State::empty(), "a", &[(0, "wait"), (-2_000_000_000, "wait")]);
    }

    #[test]
    fn a_known_key_is_refreshed_after_its_lifespan() {
        let state = fetched("a", 0);
        let decisions =
            [(0, "key"), (299, "key"), (300, "key, refresh"), (599, "key, refresh"), (600, "wait")];
        assert_decisions(&state, "a", &decisions);
    }

    #[test]
    fn an_unknown_key_is_asked_for_after_the_cooldown() {
        let state = fetched("a", 0);
        assert_decisions(&state, "b", &[(0, "unknown"), (29, "unknown"), (30, "wait"), (400, "wait")]);
        let zero = Options { cooldown: Duration::ZERO, ..Options::default() };
        let state = State::fetched(state.keys().unwrap().clone(), &zero, at(0));
        assert_decisions(&state, "b", &[(0, "wait")]);
    }

    #[test]
    fn a_failed_forced_refresh_neither_ages_the_set_nor_comes_back_before_the_cooldown() {
        let state = failed(&fetched("a", 0), 40);
        let decisions = [(40, "key"), (299, "key"), (300, "key, refresh")];
        assert_decisions(&state, "a", &decisions);
        assert_decisions(&state, "b", &[(40, "error"), (69, "error"), (70, "wait")]);
    }

    #[test]
    fn a_stale_set_counts_for_a_day_and_the_publisher_is_left_alone_between() {
        let mut state = fetched("a", 0);
        let mut secs = 300;
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            state = failed(&state, secs);
            assert_decisions(
                &state,
                "a",
                &[(secs, "key"), (secs + wait - 1, "key"), (secs + wait, "key, refresh")],
            );
            assert_decisions(&state, "b", &[(secs + wait - 1, "error"), (secs + wait, "wait")]);
            secs += wait;
        }
        let day = 24 * 60 * 60;
        state = failed(&state, day - 10);
        assert_decisions(
            &state,
            "a",
            &[(day - 1, "key"), (day, "error"), (day + 49, "error"), (day + 50, "wait")],
        );
        assert!(state.answer("a", at(day)).is_err());
    }

    #[test]
    fn without_a_set_failures_are_told_at_once() {
        let once = failed(&State::empty(), 0);
        assert_decisions(&once, "a", &[(0, "error"), (1, "wait")]);
        let twice = failed(&once, 1);
        assert_decisions(&twice, "a", &[(1, "error"), (2, "error"), (3, "wait")]);
        assert_eq!((twice.failures(), fetched("a", 3).failures()), (2, 0));
    }

    #[test]
    fn a_clock_that_was_put_back_does_not_keep_old_keys() {
        let state = fetched("a", 0);
        assert_decisions(&state, "a", &[(-300, "key"), (-301, "key, refresh")]);
        assert_decisions(&state, "b", &[(-300, "unknown"), (-301, "wait")]);
        let state = failed(&state, -10_000);
        assert_decisions(&state, "a", &[(-9_701, "key"), (-9_700, "key, refresh")]);
        assert_decisions(&state, "b", &[(-10_000, "error"), (-9_970, "wait")]);
        assert_decisions(&failed(&State::empty(), 0), "a", &[(-301, "wait")]);
    }

    #[test]
    fn the_back_off_doubles_up_to_a_minute() {
        let secs = [1, 2, 6, 7, 32, 33, 64, 65, u32::MAX].map(|n| back_off(n).as_micros() / 1_000_000);
        assert_eq!(secs, [1, 2, 32, 60, 60, 60, 60, 60, 60]);
    }
}
