//! How a session begins.

use super::super::common::{NOW, TOMORROW, by_name, ok, outstanding};
use super::super::verdict::{Verdict, hold};
use super::{ADDRESS, SessionsFixture, Turn, advance, begin, ledger, repeated, sessions, text, user};
use crate::authority::Client;
use crate::secret::StoredPassword;
use crate::store::conformance::PASSWORD;
use crate::store::{Claim, NewSession, Session, Sessions, Step, TokenLedger, Users};

pub(super) async fn rules<F: SessionsFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [
            a_login_begins_a_session,
            a_session_is_begun_only_for_the_user_as_found,
            a_token_begins_the_session_that_it_has_none_of,
        ]
    );
}

async fn a_login_begins_a_session(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    assert!(begin(&fixture, &alice, "R1").await);
    let session = Session {
        id: "R1".to_owned(),
        generation: 0,
        created_at: NOW,
        last_used_at: NOW,
        expires_at: TOMORROW,
        address: Some(ADDRESS),
        user_agent: Some("curl/8".to_owned()),
    };
    assert_eq!(sessions(&fixture, &alice.key, 1).await, [session]);
    assert_eq!(sessions(&fixture, &alice.key, 86_400).await, [], "its token has expired");
    assert_eq!(ledger(&fixture).await, (vec![], vec!["R1".to_owned()]));
    assert!(!ok(fixture.store().is_session_revoked_allowing_stale("R1").await));

    let nobody = Client::new(None, Some("x".repeat(300).parse().expect("a header's value")));
    let text = text("S1");
    let token = outstanding("S1", &text, Some(&alice.key));
    ok(fixture.store().begin_session(&NewSession { user: &alice, token: &token, client: &nobody }).await);
    let mut found = sessions(&fixture, &alice.key, 1).await;
    found.sort_by(|one, other| one.id.cmp(&other.id));
    assert_eq!((found[1].address, &found[1].user_agent), (None, &Some("x".repeat(255))));
}

async fn a_session_is_begun_only_for_the_user_as_found(fixture: impl SessionsFixture) {
    let [old, new] = [PASSWORD, "md5$salt$new"].map(StoredPassword::new);
    let alice = user(&fixture, "alice").await;
    assert!(ok(fixture.store().replace_password(&alice.key, &old, &new).await));
    assert!(!begin(&fixture, &alice, "R1").await, "the password was changed");
    let alice = by_name(&fixture, "alice").await.expect("alice is there");
    fixture.deactivate(&alice.key).await;
    assert!(!begin(&fixture, &alice, "R2").await, "she was deactivated");
    let alice = by_name(&fixture, "alice").await.expect("alice is there");
    assert!(begin(&fixture, &alice, "R3").await, "who may log in inactive is found so");
    fixture.remove_user(&alice.key).await;
    assert!(!begin(&fixture, &alice, "R4").await, "she is gone");
    assert_eq!(ledger(&fixture).await, (vec![], vec!["R3".to_owned()]));
}

async fn a_token_begins_the_session_that_it_has_none_of(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    assert_eq!(advance(&fixture, &alice, Turn("D1", "D1", "D2", 60)).await, Step::Advanced);
    let session = &sessions(&fixture, &alice.key, 60).await[0];
    assert_eq!((&*session.id, session.generation, session.created_at), ("D1", 1, NOW));
    assert_eq!(advance(&fixture, &alice, Turn("D1", "D1", "never", 61)).await, repeated("D2"));

    let text = text("gone");
    let gone = outstanding("gone", &text, Some(&alice.key));
    assert_eq!(ok(fixture.store().blacklist(&gone, NOW).await), Claim::Won);
    assert_eq!(advance(&fixture, &alice, Turn("gone", "gone", "never", 1)).await, Step::Revoked);
    assert_eq!(advance(&fixture, &alice, Turn("unknown", "E2", "never", 1)).await, Step::Revoked);
    assert_eq!(sessions(&fixture, &alice.key, 60).await.len(), 1, "neither began one");
    let (used, good) = ledger(&fixture).await;
    assert_eq!((used, good), (vec!["D1".to_owned(), "gone".to_owned()], vec!["D2".to_owned()]));

    let bob = user(&fixture, "bob").await;
    assert_eq!(advance(&fixture, &bob, Turn("D1", "B1", "never", 1)).await, Step::Revoked);
    assert_eq!(sessions(&fixture, &alice.key, 60).await.len(), 1, "bob has no part in it");
    assert_eq!(advance(&fixture, &alice, Turn("D1", "D2", "D3", 62)).await, Step::Advanced);
}
