//! The blacklist in memory: what it answers without the database, and what it finds out of what others write.

use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::authority::Client;
use countersign::clock::{Clock, ManualClock, Span};
use countersign::secret::PlainToken;
use countersign::store::{
    Advance, Claim, NewSession, OutstandingToken, SessionRules, Sessions, Step, StoreErrorKind, TokenLedger,
    UserLookup, Users,
};
use countersign_sql::{BlacklistMemory, Database, Limits, Options, UserTable};
use sqlx::Executor;

use super::django::Django;
use super::{NOW, add_user, tables, token};
use crate::Place;

/// A database with memory that is read when a test says so: otherwise every twenty minutes.
pub(crate) struct Remembering {
    pub(crate) database: Database,
    pub(crate) clock: Arc<ManualClock>,
}

impl Remembering {
    /// Reading has begun. A transaction that nobody can name is waited for so long.
    pub(crate) async fn beginning(place: &Place, longest_transaction: Duration) -> Self {
        let limits = Limits { statement_timeout: Duration::from_millis(300), ..Limits::default() };
        let mut options = Options::default();
        options.limits = limits;
        let tables = tables(&UserTable::default());
        let database = Database::connect_with(&place.url(), tables, &options).await.unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let options = BlacklistMemory {
            outlive: Span::from_days(2),
            longest_transaction,
            clock: clock.clone(),
            ..BlacklistMemory::new(Duration::from_hours(1))
        };
        database.keep_blacklist_in_memory(options);
        Self { database, clock }
    }

    /// Everything is read.
    pub(crate) async fn everything(place: &Place) -> Self {
        Self::everything_after(place, SHORT).await
    }

    /// The same where a transaction that nobody can name is waited for so long.
    pub(crate) async fn everything_after(place: &Place, longest_transaction: Duration) -> Self {
        let remembering = Self::beginning(place, longest_transaction).await;
        remembering.read().await;
        remembering
    }

    /// Reads what is new; where everything is read anew, until all of it is read.
    async fn read(&self) {
        let began = Instant::now();
        while !self.database.refresh_blacklist().await {
            assert!(began.elapsed() < GIVE_UP, "it cannot be read");
        }
    }

    /// Of these ids, those that memory has, after it has read what is new. What it has not is answered without the database.
    pub(crate) async fn knows<'a>(&self, ids: &[&'a str]) -> Vec<&'a str> {
        self.read().await;
        let mut known = Vec::new();
        for id in ids {
            if self.database.is_blacklisted_allowing_stale(id).await.unwrap() {
                known.push(*id);
            }
        }
        known
    }
}

/// Tokens that are outstanding, as another server records them.
pub(crate) async fn record(place: &Place, ids: &[&str]) {
    for id in ids {
        place
            .run(&format!(
                "INSERT INTO token_blacklist_outstandingtoken (jti, token, created_at, expires_at)
                 VALUES ('{id}', 'token', '2026-01-01 00:00:00', '2026-01-02 00:00:00')"
            ))
            .await;
    }
}

/// The statement with which another server puts a token on the blacklist.
pub(crate) fn revocation(id: &str) -> String {
    format!(
        "INSERT INTO token_blacklist_blacklistedtoken (blacklisted_at, token_id)
         SELECT '2026-01-01 00:00:00', id FROM token_blacklist_outstandingtoken WHERE jti = '{id}'"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_memory_is_answered_without_the_database_and_within_the_bound() {
    let place = Place::migrated().await;
    place.be_at_its_strictest().await;
    record(&place, &["a"]).await;
    place.run(&revocation("a")).await;
    let Remembering { database, clock } = Remembering::everything(&place).await;
    assert_eq!(database.revocations_in_memory(), Some(1));
    assert!(database.is_blacklisted_allowing_stale("a").await.unwrap());

    let mut other = place.raw().await;
    other.execute(Place::LOCK).await.unwrap();
    assert_eq!(database.is_blacklisted("b").await.unwrap_err().kind(), StoreErrorKind::Unavailable);
    assert!(!database.is_blacklisted_allowing_stale("b").await.unwrap());
    assert!(database.is_blacklisted_allowing_stale("a").await.unwrap(), "nobody can say that it is not");
    assert!(!database.refresh_blacklist().await, "nothing can be read");
    assert!(!database.is_blacklisted_allowing_stale("b").await.unwrap(), "but the bound is not past");
    clock.advance(Span::from_mins(60));
    for id in ["a", "b"] {
        let error = database.is_blacklisted_allowing_stale(id).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "past it there is no answer");
    }
    assert_eq!(database.revocations_in_memory(), None);

    other.execute(Place::UNLOCK).await.unwrap();
    assert!(!database.is_blacklisted_allowing_stale("b").await.unwrap(), "the database is asked");
    assert!(database.refresh_blacklist().await);
    assert_eq!(database.revocations_in_memory(), Some(1));
}

#[tokio::test]
async fn what_others_write_is_found_and_what_they_take_back_is_good_at_once() {
    let place = Place::migrated().await;
    let memory = Remembering::everything(&place).await;
    record(&place, &["a", "b", "c"]).await;
    place.run(&revocation("b")).await;
    assert_eq!(memory.knows(&["a", "b", "c"]).await, ["b"]);
    place.run(&format!("{}; {}", revocation("c"), revocation("a"))).await;
    assert_eq!(memory.knows(&["a", "b", "c"]).await, ["a", "b", "c"]);
    for (id, last) in [("b", false), ("a", true)] {
        place
            .run(&format!(
                "DELETE FROM token_blacklist_blacklistedtoken WHERE token_id =
                 (SELECT id FROM token_blacklist_outstandingtoken WHERE jti = '{id}')"
            ))
            .await;
        assert!(!memory.database.is_blacklisted_allowing_stale(id).await.unwrap(), "last: {last}");
    }
    assert_eq!(memory.knows(&["a", "b", "c"]).await, ["c"], "that the last row is gone does not matter");
}

#[tokio::test]
async fn what_simplejwt_blacklists_is_known_in_memory() {
    let theirs = Place::exact().await;
    let django = Django::on(&theirs, "auth.User");
    django.manage(&["migrate"], "blacklist");
    let memory = Remembering::everything(&theirs).await;
    django.script("write.py");
    memory.read().await;
    let Remembering { database, .. } = memory;
    let read = django.read();
    let mut refused = 0;
    for token in read["tokens"].as_array().unwrap() {
        let is_known = database.is_blacklisted_allowing_stale(token["jti"].as_str().unwrap()).await.unwrap();
        assert_eq!(is_known, token["refused"] == "Token is blacklisted", "{token}");
        refused += usize::from(is_known);
    }
    assert_eq!(database.revocations_in_memory(), Some(refused));
}

#[tokio::test]
async fn what_is_written_here_is_known_at_once() {
    let place = Place::migrated().await;
    let Remembering { database, .. } = Remembering::everything(&place).await;
    let text = PlainToken::new("token");
    assert_eq!(database.blacklist(&token("a", &text, None), NOW).await.unwrap(), Claim::Won);
    let rotated = database.rotate(&token("b", &text, None), &token("c", &text, None), NOW).await.unwrap();
    assert_eq!(rotated, Claim::Won);
    for (id, is_revoked) in [("a", true), ("b", true), ("c", false)] {
        assert_eq!(database.is_blacklisted_allowing_stale(id).await.unwrap(), is_revoked, "{id}");
    }
    assert_eq!(database.revocations_in_memory(), Some(2));
}

#[tokio::test]
async fn many_are_read_page_by_page_and_those_that_have_expired_are_left_out() {
    let place = Place::migrated().await;
    for (first, last, expires) in [(1, 7000, "2025-12-30 00:00:00"), (7001, 12000, "2025-12-30 00:00:01")] {
        place
            .run(&format!(
                "INSERT INTO token_blacklist_outstandingtoken (jti, token, created_at, expires_at)
                 WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
                 SELECT 'token-' || i, 'token', '2025-12-01 00:00:00', '{expires}' FROM n"
            ))
            .await;
    }
    place
        .run(
            "INSERT INTO token_blacklist_blacklistedtoken (blacklisted_at, token_id)
             SELECT '2025-12-01 00:00:00', id FROM token_blacklist_outstandingtoken ORDER BY id",
        )
        .await;
    // Two days after it expired, a token is good no more, whatever its leeway, and however often it was renewed.
    let memory = Remembering::everything(&place).await;
    assert_eq!(memory.database.revocations_in_memory(), Some(5000));
    assert_eq!(
        memory.knows(&["token-7000", "token-7001", "token-12000"]).await,
        ["token-7001", "token-12000"]
    );
}

#[tokio::test]
async fn ids_that_begin_anew_are_read_anew() {
    let place = Place::migrated().await;
    record(&place, &["a", "b", "c", "d"]).await;
    place.run(&format!("{}; {}", revocation("a"), revocation("b"))).await;
    let memory = Remembering::everything(&place).await;
    place.run(Place::BLACKLIST_ANEW).await;
    place.run(&format!("{}; {}", revocation("c"), revocation("d"))).await;
    assert_eq!(place.rows("SELECT max(id) FROM token_blacklist_blacklistedtoken").await, [["2"]]);
    assert_eq!(memory.knows(&["a", "b", "c", "d"]).await, ["c", "d"]);
}

#[tokio::test]
async fn a_clock_that_was_set_back_forgets_nothing() {
    let place = Place::migrated().await;
    record(&place, &["a"]).await;
    place.run(&revocation("a")).await;
    let memory = Remembering::everything(&place).await;
    memory.clock.advance(Span::from_days(30));
    assert_eq!(memory.knows(&["a"]).await, ["a"]);
    memory.clock.advance(Span::from_days(-30));
    let revoked = memory.database.is_blacklisted_allowing_stale("a").await.unwrap();
    assert!(revoked, "the database is asked");
    assert_eq!(memory.knows(&["a"]).await, ["a"]);
}

#[tokio::test]
async fn a_session_is_known_to_be_revoked_by_its_current_token() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    let (here, elsewhere) = (Remembering::everything(&place).await.database, place.connect().await);
    let user = &elsewhere.find(UserLookup::Username("ada")).await.unwrap().unwrap();
    let (text, client) = (PlainToken::new("token"), &Client::default());
    for id in ["one", "two", "three"] {
        let token = &token(id, &text, Some(&user.key));
        assert!(elsewhere.begin_session(&NewSession { user, token, client }).await.unwrap());
    }
    let rotation = Advance {
        session: "one",
        presented: &token("one", &text, Some(&user.key)),
        issued_at: NOW,
        successor: &token("successor", &text, Some(&user.key)),
        user,
        client,
        at: NOW,
        rules: &SessionRules { reuse_grace: Span::ZERO, lifetime: None, idle: None },
    };
    assert_eq!(elsewhere.advance_session(&rotation).await.unwrap(), Step::Advanced);
    place.run(&revocation("three")).await;
    let revoked = async |expected: [bool; 3]| {
        for (id, is_revoked) in ["one", "two", "three"].into_iter().zip(expected) {
            assert_eq!(here.is_session_revoked_allowing_stale(id).await.unwrap(), is_revoked, "{id}");
        }
    };
    assert!(here.refresh_blacklist().await);
    revoked([false; 3]).await;
    for id in ["one", "two"] {
        assert_eq!(elsewhere.revoke_session(&user.key, id, NOW).await.unwrap(), Claim::Won);
    }
    assert!(here.refresh_blacklist().await);
    revoked([true, true, false]).await;
    let all = here.revoke_everything_of(&user.key, None, NOW).await.unwrap();
    assert_eq!(all.sessions, 1, "that of the token which was blacklisted alone");
    revoked([true; 3]).await;
}

#[tokio::test]
async fn nothing_goes_on_when_the_database_is_closed_or_dropped() {
    let place = Place::migrated().await;
    for is_closed in [true, false] {
        let Remembering { database, clock } = Remembering::everything(&place).await;
        if is_closed {
            database.close().await;
            assert_eq!(database.revocations_in_memory(), None);
            assert!(!database.refresh_blacklist().await);
            assert!(database.is_blacklisted_allowing_stale("a").await.is_err());
        }
        drop(database);
        let began = Instant::now();
        while Arc::strong_count(&clock) > 1 {
            assert!(began.elapsed() < GIVE_UP, "the task goes on");
            tokio::task::yield_now().await;
        }
        assert_eq!(clock.now(), NOW);
    }
}

#[tokio::test]
async fn without_a_bound_or_a_ledger_the_database_is_asked() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    database.keep_blacklist_in_memory(BlacklistMemory::new(Duration::ZERO));
    assert!(!database.refresh_blacklist().await);
    let text = PlainToken::new("token");
    let expired = OutstandingToken { expires_at: NOW, ..token("a", &text, None) };
    assert_eq!(database.blacklist(&expired, NOW).await.unwrap(), Claim::Won);
    assert!(database.is_blacklisted_allowing_stale("a").await.unwrap());

    place
        .run("DROP TABLE token_blacklist_blacklistedtoken; DROP TABLE token_blacklist_outstandingtoken")
        .await;
    let database = place.connect().await;
    database.keep_blacklist_in_memory(BlacklistMemory::new(Duration::from_secs(1)));
    assert!(!database.refresh_blacklist().await);
    assert!(database.is_blacklisted_allowing_stale("a").await.is_err());
}

/// Only a test that fails waits so long.
pub(crate) const GIVE_UP: Duration = Duration::from_mins(1);
/// Most tests have no transaction open for longer while memory reads.
const SHORT: Duration = Duration::from_millis(50);
