use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_executor::block_on;

use super::*;
use crate::authority::Client;
use crate::clock::Span;
use crate::memory::MemoryLedger;
use crate::store::{Advance, NewSession, NoLedger, Revoked, SessionRules, Step, StoreErrorKind};

#[test]
fn a_login_that_a_new_password_overtook_is_undone() {
    let store = Combined::new(Ada::who_changes_at_look(2), MemoryLedger::new());
    assert!(!begin(&store, &store.users.now()), "she has another password by now");
    let tokens = store.ledger.outstanding();
    assert_eq!(tokens.iter().map(|row| row.blacklisted_at).collect::<Vec<_>>(), [Some(NOW)]);
    assert!(store.ledger.sessions()[0].revoked_at.is_some());
    assert!(begin_as(&store, &store.users.now(), "again"), "she logs in as she is now");
}

#[test]
fn who_changes_while_they_refresh_looks_again_and_loses_nothing() {
    let store = Combined::new(Ada::who_changes_at_look(4), MemoryLedger::new());
    let before = store.users.now();
    assert!(begin(&store, &before));
    assert_eq!(advance(&store, &before, "R2"), Step::UserChanged);
    assert_eq!(advance(&store, &store.users.now(), "never"), Step::Repeated(PlainToken::new("R2")));
}

#[test]
fn a_password_whose_sessions_cannot_be_revoked_stays_the_old_one() {
    for good_revocations in [0, 1] {
        let ledger = TiredLedger { good_revocations, revocations: AtomicUsize::new(0) };
        let store = Combined::new(Ada::who_changes_at_look(usize::MAX), ledger);
        let error = replace(&store).expect_err("sessions would outlive the password");
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert_eq!(store.users.now().password, old(), "after {good_revocations}");
    }
}

#[test]
fn where_a_password_cannot_be_stored_nobody_stays_logged_in() {
    let store =
        Combined::new(Ada { is_read_only: true, ..Ada::who_changes_at_look(99) }, MemoryLedger::new());
    assert!(begin(&store, &store.users.now()));
    assert_eq!(replace(&store).expect_err("nothing is written").kind(), StoreErrorKind::Unavailable);
    assert!(store.ledger.sessions()[0].revoked_at.is_some());
}

#[test]
fn the_token_of_somebody_gone_is_nobodys_and_ends_their_session_alone() {
    let store = Combined::new(Ada::who_changes_at_look(99), MemoryLedger::new());
    assert!(begin(&store, &store.users.now()));
    let (text, gone) = (PlainToken::new("text"), UserKey::Int(2));
    let token = OutstandingToken { user: Some(&gone), ..token("theirs", &text) };
    assert_eq!(block_on(store.end_session("R1", &token, NOW)).unwrap(), Claim::Won);
    assert_eq!(store.ledger.sessions()[0].revoked_at, None, "it is ada's");
    let recorded = store.ledger.outstanding().into_iter().find(|row| row.jti == "theirs");
    assert_eq!(recorded.map(|row| (row.user, row.blacklisted_at)), Some((None, Some(NOW))));
}

/// One user, whose password is another from a certain look on.
struct Ada {
    user: Mutex<User>,
    looks: AtomicUsize,
    changes_at: usize,
    is_read_only: bool,
}

impl Ada {
    fn who_changes_at_look(changes_at: usize) -> Self {
        let user = Mutex::new(User::new(1, "ada", old()));
        Self { user, looks: AtomicUsize::new(0), changes_at, is_read_only: false }
    }

    fn now(&self) -> User {
        self.user.lock().unwrap().clone()
    }
}

impl Users for Ada {
    async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        let UserLookup::Field { value, .. } = by else { return Ok(None) };
        if self.looks.fetch_add(1, Ordering::SeqCst) + 1 == self.changes_at {
            self.user.lock().unwrap().password = StoredPassword::new("another");
        }
        Ok((value.as_int() == Some(1)).then(|| self.now()))
    }

    async fn replace_password(
        &self,
        _: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> Result<bool, StoreError> {
        if self.is_read_only {
            return Err(StoreError::unavailable("the disk is full"));
        }
        let mut user = self.user.lock().unwrap();
        let is_old = user.password == *old;
        if is_old {
            user.password = new.clone();
        }
        Ok(is_old)
    }
}

/// A ledger that answers so many revocations, and then no more.
struct TiredLedger {
    good_revocations: usize,
    revocations: AtomicUsize,
}

impl DetachedLedger for TiredLedger {}

impl Sessions for TiredLedger {
    async fn revoke_everything_of(
        &self,
        _: &UserKey,
        _: Option<&str>,
        _: Timestamp,
    ) -> Result<Revoked, StoreError> {
        if self.revocations.fetch_add(1, Ordering::SeqCst) < self.good_revocations {
            Ok(Revoked::default())
        } else {
            Err(StoreError::unavailable("the ledger is tired"))
        }
    }
}

impl TokenLedger for TiredLedger {
    async fn record(&self, token: &OutstandingToken<'_>) -> Result<(), StoreError> {
        NoLedger.record(token).await
    }

    async fn is_blacklisted(&self, jti: &str) -> Result<bool, StoreError> {
        NoLedger.is_blacklisted(jti).await
    }

    async fn blacklist(&self, token: &OutstandingToken<'_>, at: Timestamp) -> Result<Claim, StoreError> {
        NoLedger.blacklist(token, at).await
    }

    async fn blacklist_all_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        NoLedger.blacklist_all_of(user, at).await
    }

    async fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        NoLedger.rotate(presented, successor, at).await
    }

    async fn flush_expired(
        &self,
        now: Timestamp,
        from: FlushCursor,
        limit: NonZeroU32,
    ) -> Result<Flushed, StoreError> {
        NoLedger.flush_expired(now, from, limit).await
    }
}

fn begin(store: &Combined<Ada, MemoryLedger>, user: &User) -> bool {
    begin_as(store, user, "R1")
}

fn begin_as(store: &Combined<Ada, MemoryLedger>, user: &User, jti: &str) -> bool {
    let text = PlainToken::new(jti);
    let token = OutstandingToken { user: Some(&user.key), ..token(jti, &text) };
    block_on(store.begin_session(&NewSession { user, token: &token, client: &Client::default() })).unwrap()
}

fn advance(store: &Combined<Ada, MemoryLedger>, user: &User, successor: &str) -> Step {
    let texts = [PlainToken::new("R1"), PlainToken::new(successor)];
    let rotation = Advance {
        session: "R1",
        presented: &OutstandingToken { user: Some(&user.key), ..token("R1", &texts[0]) },
        issued_at: NOW,
        successor: &OutstandingToken { user: Some(&user.key), ..token(successor, &texts[1]) },
        user,
        client: &Client::default(),
        at: NOW,
        rules: &SessionRules::default(),
    };
    block_on(store.advance_session(&rotation)).unwrap()
}

fn replace(store: &Combined<Ada, impl DetachedLedger>) -> Result<bool, StoreError> {
    let new = StoredPassword::new("new");
    block_on(store.replace_password_and_revoke(&UserKey::Int(1), &old(), &new, None, NOW))
}

fn token<'a>(jti: &'a str, text: &'a PlainToken) -> OutstandingToken<'a> {
    OutstandingToken { jti, token: text, user: None, created_at: NOW, expires_at: NOW + Span::from_days(1) }
}

fn old() -> StoredPassword {
    StoredPassword::new("old")
}

const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);
