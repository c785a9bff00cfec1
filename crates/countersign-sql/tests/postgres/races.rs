//! Transactions that interleave: whoever makes a token holds its user's row, and whoever revokes waits for it.

use std::time::Duration;

use countersign::authority::Client;
use countersign::clock::Span;
use countersign::secret::{PlainToken, StoredPassword};
use countersign::store::{
    Advance, Claim, NewSession, Revoked, SessionRules, Sessions, Step, TokenLedger, UserLookup, Users,
};
use countersign::user::User;
use countersign_sql::Database;
use sqlx::Executor;
use sqlx::postgres::PgConnection;

use crate::Place;
use crate::suite::{NOW, add_user, token};

struct Race {
    place: Place,
    database: Database,
    ada: User,
    /// What stops in the middle whoever is to write what it has written, or to the table that it locks.
    gate: PgConnection,
}

impl Race {
    /// Ada, with the session R1.
    async fn new() -> Self {
        let place = Place::migrated().await;
        add_user(&place, 7, "ada").await;
        let (database, gate) = (place.connect().await, place.raw().await);
        let ada = database.find(UserLookup::Username("ada")).await.unwrap().unwrap();
        let race = Self { place, database, ada, gate };
        assert!(begin(race.database.clone(), race.ada.clone(), "R1").await);
        race
    }

    async fn close(&mut self, sql: &'static str) {
        self.gate.execute("BEGIN").await.unwrap();
        self.gate.execute(sql).await.unwrap();
    }

    async fn open(&mut self) {
        self.gate.execute("COMMIT").await.unwrap();
    }

    /// As if the gate had never been there.
    async fn vanish(&mut self) {
        self.gate.execute("ROLLBACK").await.unwrap();
    }

    /// Waits until so many wait for a lock.
    async fn waiting(&self, count: usize) {
        let waiting = "SELECT pid FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let all = async { while self.place.rows(waiting).await.len() != count {} };
        tokio::time::timeout(Duration::from_secs(9), all).await.unwrap();
    }

    async fn good_tokens(&self) -> Vec<Vec<String>> {
        let good = "SELECT jti FROM token_blacklist_outstandingtoken o
                    WHERE NOT EXISTS (SELECT 1 FROM token_blacklist_blacklistedtoken b WHERE b.token_id = o.id)";
        self.place.rows(good).await
    }
}

async fn begin(database: Database, user: User, jti: &str) -> bool {
    let text = PlainToken::new(jti);
    let token = token(jti, &text, Some(&user.key));
    let session = NewSession { user: &user, token: &token, client: &Client::default() };
    database.begin_session(&session).await.unwrap()
}

async fn refresh(database: Database, user: User) -> Step {
    let texts = ["R1", "R2"].map(PlainToken::new);
    let rotation = Advance {
        session: "R1",
        presented: &token("R1", &texts[0], Some(&user.key)),
        issued_at: NOW,
        successor: &token("R2", &texts[1], Some(&user.key)),
        user: &user,
        client: &Client::default(),
        at: NOW,
        rules: &SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None },
    };
    database.advance_session(&rotation).await.unwrap()
}

async fn change_password(database: Database, user: User) -> bool {
    let new = StoredPassword::new("md5$salt$new");
    database.replace_password_and_revoke(&user.key, &user.password, &new, None, NOW).await.unwrap()
}

async fn revoke_everything(database: Database, user: User) -> Revoked {
    database.revoke_everything_of(&user.key, None, NOW).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_waits_for_a_refresh_and_revokes_what_it_made() {
    let mut race = Race::new().await;
    // A table would be locked before the first row is: the gate is where the last one is made.
    race.close(
        "INSERT INTO token_blacklist_outstandingtoken (jti, token, expires_at) VALUES ('R2', '', now())",
    )
    .await;
    let refreshing = tokio::spawn(refresh(race.database.clone(), race.ada.clone()));
    race.waiting(1).await;
    let changing = tokio::spawn(change_password(race.database.clone(), race.ada.clone()));
    race.waiting(2).await;
    race.vanish().await;
    assert_eq!(refreshing.await.unwrap(), Step::Advanced);
    assert!(changing.await.unwrap());
    assert!(race.good_tokens().await.is_empty());
    assert_eq!(refresh(race.database.clone(), race.ada.clone()).await, Step::UserChanged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_waits_for_a_login_and_finds_it() {
    let mut race = Race::new().await;
    race.close(
        "INSERT INTO token_blacklist_outstandingtoken (jti, token, expires_at) VALUES ('S1', '', now())",
    )
    .await;
    let logging_in = tokio::spawn(begin(race.database.clone(), race.ada.clone(), "S1"));
    race.waiting(1).await;
    let revoking = tokio::spawn(revoke_everything(race.database.clone(), race.ada.clone()));
    race.waiting(2).await;
    race.vanish().await;
    assert!(logging_in.await.unwrap());
    assert_eq!(revoking.await.unwrap(), Revoked { sessions: 2, tokens: 2 });
    assert!(race.good_tokens().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_waits_for_a_revocation_and_finds_its_session_revoked() {
    let mut race = Race::new().await;
    race.close("LOCK TABLE token_blacklist_blacklistedtoken IN SHARE MODE").await;
    let revoking = tokio::spawn(revoke_everything(race.database.clone(), race.ada.clone()));
    race.waiting(1).await;
    let refreshing = tokio::spawn(refresh(race.database.clone(), race.ada.clone()));
    race.waiting(2).await;
    race.open().await;
    assert_eq!(revoking.await.unwrap(), Revoked { sessions: 1, tokens: 1 });
    assert_eq!(refreshing.await.unwrap(), Step::Revoked);
    assert!(race.good_tokens().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_changed_by_somebody_else_is_waited_for_and_looked_at_again() {
    for change in [
        "UPDATE auth_user SET is_active = false",
        "UPDATE auth_user SET password = 'md5$salt$new'",
        "UPDATE token_blacklist_outstandingtoken SET user_id = NULL; DELETE FROM auth_user",
    ] {
        let mut race = Race::new().await;
        race.close(change).await;
        let refreshing = tokio::spawn(refresh(race.database.clone(), race.ada.clone()));
        let logging_in = tokio::spawn(begin(race.database.clone(), race.ada.clone(), "S1"));
        race.waiting(2).await;
        race.open().await;
        assert_eq!(refreshing.await.unwrap(), Step::UserChanged, "{change}");
        assert!(!logging_in.await.unwrap(), "{change}");
        assert_eq!(race.good_tokens().await, [["R1"]], "nothing was made, nothing used up");
    }
    // A login that is written down is no change.
    let mut race = Race::new().await;
    race.close("UPDATE auth_user SET last_login = now()").await;
    let refreshing = tokio::spawn(refresh(race.database.clone(), race.ada.clone()));
    race.waiting(1).await;
    race.open().await;
    assert_eq!(refreshing.await.unwrap(), Step::Advanced);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_saw_too_little_looks_again() {
    // Somebody else records the token while the rotation is under way, and does not use it up; or does.
    for (end, claim, left) in [
        ("COMMIT", Claim::Won, "S2"),
        ("ROLLBACK", Claim::Won, "S2"),
        (
            "INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
             SELECT id, now() FROM token_blacklist_outstandingtoken WHERE jti = 'S1'; COMMIT",
            Claim::Lost,
            "R1",
        ),
    ] {
        let mut race = Race::new().await;
        race.close(
            "INSERT INTO token_blacklist_outstandingtoken (jti, token, expires_at) VALUES ('S1', '', now())",
        )
        .await;
        let rotating = {
            let database = race.database.clone();
            tokio::spawn(async move {
                let text = PlainToken::new("token");
                database.rotate(&token("S1", &text, None), &token("S2", &text, None), NOW).await.unwrap()
            })
        };
        race.waiting(1).await;
        race.gate.execute(end).await.unwrap();
        assert_eq!(rotating.await.unwrap(), claim, "{end}");
        assert!(race.good_tokens().await.contains(&vec![left.to_owned()]), "{end}");
    }
}
