//! PostgreSQL keeps how it carries a prepared statement out. What it made of one while the tables were empty must do when they are
//! large, for as long as nobody tells it that they are.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use countersign::authority::Client;
use countersign::clock::Span;
use countersign::secret::PlainToken;
use countersign::store::{
    Advance, Claim, NewSession, SessionRules, Sessions, Step, TokenLedger, UserLookup, Users,
};
use countersign::user::UserKey;
use countersign_sql::{Database, Limits, UserTable};

use crate::Place;
use crate::suite::{NOW, add_user, tables, token};

#[tokio::test]
async fn tokens_are_looked_up_by_an_index_though_there_were_none_at_first() {
    let place = Place::migrated().await;
    add_user(&place, 1, "ada").await;
    place.run("VACUUM ANALYZE").await;
    let limits = Limits { max_connections: NonZeroU32::MIN, ..Limits::default() };
    let users = tables(&UserTable::default());
    let database = Database::connect_with(&place.url(), users, &limits.into()).await.unwrap();

    // More often than PostgreSQL makes a plan for the values at hand, before it makes one for all.
    for _ in 0..10 {
        look_up(&database, "nobody's").await;
    }
    rotate(&database, "early", 10).await;
    refresh(&database, "early", 10).await;
    // No trigger is run, so that nothing is read here.
    place
        .run(&format!(
            "SET session_replication_role = replica;
             INSERT INTO token_blacklist_outstandingtoken (id, token, expires_at, user_id, jti)
                 SELECT 1000 + n, '', now(), 1, 'jti ' || n FROM generate_series(1, {MANY}) n;
             INSERT INTO token_blacklist_blacklistedtoken (id, blacklisted_at, token_id)
                 SELECT 1000 + n, now(), 1000 + n FROM generate_series(1, {MANY}) n;
             INSERT INTO countersign_session (id, user_key, created_at, generation, current_jti, last_used_at, expires_at, kept_until)
                 SELECT 'jti ' || n, '1', now(), 1, 'jti ' || n, now(), now(), now() FROM generate_series(1, {MANY}) n"
        ))
        .await;
    rotate(&database, "late", 10).await;
    refresh(&database, "late", 10).await;
    database.close().await;

    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let [inserted, read] = &*place.rows(COUNTS).await[0] else { panic!("two numbers were asked for") };
        if inserted.parse::<u32>().unwrap() == MANY + 40 {
            assert!(read.parse::<u32>().unwrap() < MANY, "{read} rows were read for 40 rotations");
            return;
        }
        assert!(Instant::now() < deadline, "the server has counted {inserted} rows");
    }
}

async fn rotate(database: &Database, name: &str, times: u32) {
    let (user, text) = (UserKey::Int(1), PlainToken::new("text"));
    for time in 0..times {
        let [presented, successor] = [time, time + 1].map(|time| format!("{name} {time}"));
        look_up(database, &presented).await;
        let [presented, successor] = [&presented, &successor].map(|jti| token(jti, &text, Some(&user)));
        assert_eq!(database.rotate(&presented, &successor, NOW).await.unwrap(), Claim::Won);
    }
}

async fn refresh(database: &Database, name: &str, times: u32) {
    let user = database.find(UserLookup::Username("ada")).await.unwrap().unwrap();
    let (text, client) = (PlainToken::new("text"), Client::default());
    let rules = SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None };
    let session = format!("{name}, of a session: 0");
    let first = NewSession { user: &user, token: &token(&session, &text, Some(&user.key)), client: &client };
    assert!(database.begin_session(&first).await.unwrap());
    for time in 0..times {
        let [presented, successor] = [time, time + 1].map(|time| format!("{name}, of a session: {time}"));
        let rotation = Advance {
            session: &session,
            presented: &token(&presented, &text, Some(&user.key)),
            issued_at: NOW,
            successor: &token(&successor, &text, Some(&user.key)),
            user: &user,
            client: &client,
            at: NOW,
            rules: &rules,
        };
        assert_eq!(database.advance_session(&rotation).await.unwrap(), Step::Advanced);
    }
}

async fn look_up(database: &Database, jti: &str) {
    database.find_unless_blacklisted(UserLookup::Username("ada"), jti).await.unwrap();
    assert!(!database.is_blacklisted(jti).await.unwrap());
}

/// More rows than are read for a few of each lookup by an index.
const MANY: u32 = 20_000;

/// How many rows there were ever in the blacklist, and how many of any table or index were read.
const COUNTS: &str = "SELECT
    (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'token_blacklist_blacklistedtoken')::text,
    ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes))::text";
