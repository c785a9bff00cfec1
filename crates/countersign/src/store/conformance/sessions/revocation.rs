//! What ends sessions, and that it ends them whatever happens at the same time.

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::super::common::{NOW, by_name, ok, outstanding};
use super::super::verdict::{Verdict, hold};
use super::{SessionsFixture, Turn, advance, after, begin, ledger, sessions, text, user};
use crate::clock::{Span, Timestamp};
use crate::secret::StoredPassword;
use crate::store::conformance::PASSWORD;
use crate::store::{Claim, FlushCursor, Revoked, Sessions, Step, TokenLedger};
use crate::user::User;

pub(super) async fn rules<F: SessionsFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [
            a_revoked_session_has_no_good_token,
            a_logout_ends_the_session,
            everything_of_a_user_is_revoked_but_what_is_kept,
            a_password_is_replaced_with_its_sessions_or_not_at_all,
            no_refresh_survives_a_revocation,
            no_token_survives_a_new_password,
            a_revocation_is_kept_as_long_as_its_tokens,
        ]
    );
}

async fn a_revoked_session_has_no_good_token(fixture: impl SessionsFixture) {
    let (alice, bob) = (user(&fixture, "alice").await, user(&fixture, "bob").await);
    for id in ["R1", "S1"] {
        begin(&fixture, &alice, id).await;
    }
    let store = fixture.store();
    assert_eq!(ok(store.revoke_session(&bob.key, "R1", after(1)).await), Claim::Lost, "it is not bob's");
    assert_eq!(ok(store.revoke_session(&alice.key, "r1", after(1)).await), Claim::Lost);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 1)).await, Step::Advanced);
    assert_eq!(ok(store.revoke_session(&alice.key, "R1", after(2)).await), Claim::Won);
    assert_eq!(ok(store.revoke_session(&alice.key, "R1", after(3)).await), Claim::Lost, "it is over");
    assert!(ok(store.is_session_revoked_allowing_stale("R1").await));
    assert!(!ok(store.is_session_revoked_allowing_stale("S1").await));
    // The current token, its parent within the grace, and one that another server made.
    for token in ["R2", "R1", "D3"] {
        assert_eq!(advance(&fixture, &alice, Turn("R1", token, "never", 2)).await, Step::Revoked, "{token}");
    }
    assert_eq!(ledger(&fixture).await, (["D3", "R1", "R2"].map(String::from).to_vec(), vec!["S1".into()]));
    let left = sessions(&fixture, &alice.key, 3).await;
    assert_eq!(left.iter().map(|session| &*session.id).collect::<Vec<_>>(), ["S1"]);
}

async fn a_logout_ends_the_session(fixture: impl SessionsFixture) {
    let (alice, bob) = (user(&fixture, "alice").await, user(&fixture, "bob").await);
    begin(&fixture, &alice, "R1").await;
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 1)).await, Step::Advanced);
    let store = fixture.store();
    let end = async |session: &str, jti: &str, user: Option<&User>| {
        let text = text(jti);
        let token = outstanding(jti, &text, user.map(|user| &user.key));
        ok(store.end_session(session, &token, after(2)).await)
    };
    assert_eq!(end("R1", "R1", Some(&alice)).await, Claim::Lost, "it was consumed");
    assert_eq!(end("R1", "bob's", Some(&bob)).await, Claim::Won);
    assert_eq!(end("none", "alone", Some(&alice)).await, Claim::Won);
    assert_eq!(sessions(&fixture, &alice.key, 2).await.len(), 1, "none of these was its end");
    assert_eq!(end("R1", "D3", Some(&alice)).await, Claim::Won, "another server's successor is as good");
    assert_eq!(sessions(&fixture, &alice.key, 2).await, []);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R2", "never", 2)).await, Step::Revoked);
    let (used, good) = ledger(&fixture).await;
    assert_eq!((used.len(), good.len()), (5, 0));
}

async fn everything_of_a_user_is_revoked_but_what_is_kept(fixture: impl SessionsFixture) {
    let (alice, bob) = (user(&fixture, "alice").await, user(&fixture, "bob").await);
    for (user, id) in [(&alice, "R1"), (&alice, "S1"), (&alice, "T1"), (&bob, "B1")] {
        begin(&fixture, user, id).await;
    }
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 1)).await, Step::Advanced);
    let store = fixture.store();
    // One that is in no session, one that has expired.
    let (sliding, expired) = (text("sliding"), text("expired"));
    ok(store.record(&outstanding("sliding", &sliding, Some(&alice.key))).await);
    let mut row = outstanding("expired", &expired, Some(&alice.key));
    row.expires_at = after(2);
    ok(store.record(&row).await);

    let revoked = ok(store.revoke_everything_of(&alice.key, Some("R1"), after(2)).await);
    assert_eq!(revoked, Revoked { sessions: 2, tokens: 3 });
    let good = ["B1", "R2", "expired"].map(String::from).to_vec();
    assert_eq!(ledger(&fixture).await.1, good);
    assert_eq!(advance(&fixture, &alice, Turn("S1", "S1", "never", 3)).await, Step::Revoked);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R2", "R3", 3)).await, Step::Advanced);

    let revoked = ok(store.revoke_everything_of(&alice.key, Some("B1"), after(4)).await);
    assert_eq!(revoked, Revoked { sessions: 1, tokens: 1 }, "another's session keeps nothing of hers");
    let revoked = ok(store.revoke_everything_of(&alice.key, None, after(4)).await);
    assert_eq!(revoked, Revoked { sessions: 0, tokens: 0 });
    assert_eq!(sessions(&fixture, &alice.key, 4).await, []);
    assert_eq!(sessions(&fixture, &bob.key, 4).await.len(), 1);

    begin(&fixture, &alice, "U1").await;
    fixture.remove_user(&alice.key).await;
    let revoked = ok(store.revoke_everything_of(&alice.key, None, after(5)).await);
    assert_eq!(revoked, Revoked { sessions: 1, tokens: 0 }, "her tokens are nobody's");
}

async fn a_password_is_replaced_with_its_sessions_or_not_at_all(fixture: impl SessionsFixture) {
    let [old, new, other] = [PASSWORD, "md5$salt$new", "md5$salt$other"].map(StoredPassword::new);
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    begin(&fixture, &alice, "S1").await;
    let store = fixture.store();
    let at = after(1);
    assert!(!ok(store.replace_password_and_revoke(&alice.key, &new, &other, None, at).await));
    assert_eq!(ledger(&fixture).await.1.len(), 2);
    assert!(ok(store.replace_password_and_revoke(&alice.key, &old, &new, Some("S1"), at).await));
    assert_eq!(by_name(&fixture, "alice").await.map(|user| user.password), Some(new));
    assert_eq!(ledger(&fixture).await, (vec!["R1".to_owned()], vec!["S1".to_owned()]));
}

/// Fifty sessions are refreshed while all are revoked.
async fn no_refresh_survives_a_revocation(fixture: impl SessionsFixture) {
    let fixture = Arc::new(fixture);
    let alice = user(&*fixture, "alice").await;
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        begin(&*fixture, &alice, &format!("session-{number}")).await;
    }
    for number in 0..50 {
        let (fixture, alice) = (Arc::clone(&fixture), alice.clone());
        tasks.spawn(async move {
            if number == 25 {
                ok(fixture.store().revoke_everything_of(&alice.key, None, after(1)).await);
            }
            let (id, next) = (format!("session-{number}"), format!("successor-{number}"));
            let step = advance(&*fixture, &alice, Turn(&id, &id, &next, 1)).await;
            assert!(matches!(step, Step::Advanced | Step::Revoked), "{step:?}");
        });
    }
    tasks.join_all().await;
    assert_eq!(ledger(&*fixture).await.1, Vec::<String>::new());
    assert_eq!(sessions(&*fixture, &alice.key, 1).await, []);
}

/// Logins and refreshes with the old password, while it is changed. Whoever is late may be told either of the two things that
/// happen: a store that cannot do both at once revokes first.
async fn no_token_survives_a_new_password(fixture: impl SessionsFixture) {
    let fixture = Arc::new(fixture);
    let alice = user(&*fixture, "alice").await;
    for number in 0..25 {
        begin(&*fixture, &alice, &format!("session-{number}")).await;
    }
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        let (fixture, alice) = (Arc::clone(&fixture), alice.clone());
        tasks.spawn(async move {
            match number {
                ..25 => {
                    let (id, next) = (format!("session-{number}"), format!("successor-{number}"));
                    let step = advance(&*fixture, &alice, Turn(&id, &id, &next, 1)).await;
                    let is_told = matches!(step, Step::Advanced | Step::Revoked | Step::UserChanged);
                    assert!(is_told, "{step:?}");
                }
                25 => {
                    let [old, new] = [PASSWORD, "md5$salt$new"].map(StoredPassword::new);
                    let (store, user) = (fixture.store(), &alice.key);
                    assert!(ok(store.replace_password_and_revoke(user, &old, &new, None, after(1)).await));
                }
                _ => {
                    begin(&*fixture, &alice, &format!("login-{number}")).await;
                }
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(ledger(&*fixture).await.1, Vec::<String>::new());
    assert_eq!(sessions(&*fixture, &alice.key, 1).await, []);
}

/// Another server may have made a successor in the last moment of the current token's life.
async fn a_revocation_is_kept_as_long_as_its_tokens(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    begin(&fixture, &alice, "S1").await;
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 60)).await, Step::Advanced);
    let store = fixture.store();
    assert_eq!(ok(store.revoke_session(&alice.key, "R1", after(61)).await), Claim::Won);
    let many = NonZeroU32::new(100).expect("not zero");
    // Every token has expired, and the sessions are still there.
    let expired = NOW + Span::from_days(1) + Span::from_secs(60);
    assert_eq!(flushed(store, expired, many).await, 3);
    assert_eq!(flushed(store, expired, many).await, 0);
    let secs = 86_400 + 61;
    assert_eq!(advance(&fixture, &alice, Turn("R1", "D3", "never", secs)).await, Step::Revoked);
    let over = NOW + Span::from_days(2) + Span::from_secs(60);
    assert_eq!(flushed(store, over - Span::from_micros(1), NonZeroU32::MIN).await, 1, "D3");
    assert_eq!(flushed(store, over - Span::from_micros(1), NonZeroU32::MIN).await, 0);
    assert!(ok(store.is_session_revoked_allowing_stale("R1").await), "S1's row has gone, and R1's has not");
    assert_eq!(flushed(store, over, NonZeroU32::MIN).await, 0, "sessions are not counted");
    assert!(!ok(store.is_session_revoked_allowing_stale("R1").await));
    let forgotten = advance(&fixture, &alice, Turn("R1", "D4", "never", secs)).await;
    assert_eq!(forgotten, Step::Revoked, "what is not known any more is not taken for good");
}

/// How many tokens one batch deletes.
async fn flushed(store: &impl TokenLedger, now: Timestamp, limit: NonZeroU32) -> u64 {
    ok(store.flush_expired(now, FlushCursor::default(), limit).await).tokens
}
