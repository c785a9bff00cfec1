//! The rules of [`TokenLedger`](crate::store::TokenLedger): what is recorded, what is good no more, whose it is.

use std::sync::Arc;

use super::common::{NOW, TOMORROW, at_once, ok, outstanding, winners};
use super::fixture::{LedgerFixture, LedgerRow};
use super::verdict::{Verdict, hold};
use crate::clock::Span;
use crate::secret::PlainToken;
use crate::store::{Claim, Holder, StoreErrorKind, TokenLedger, UserIdClaim, UserLookup};
use crate::user::UserKey;

pub(super) async fn rules<F: LedgerFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [
            recording_twice_leaves_the_first,
            a_blacklisted_token_is_outstanding_too,
            of_many_blacklisters_one_wins,
            tokens_of_deleted_users_are_nobodys,
            a_blacklisted_token_is_told_before_its_user,
        ]
    );
}

async fn recording_twice_leaves_the_first(fixture: impl LedgerFixture) {
    let key = fixture.add_user("alice").await;
    let (first, second) = (PlainToken::new("first"), PlainToken::new("second"));
    ok(fixture.store().record(&outstanding("one", &first, Some(&key))).await);
    let mut again = outstanding("one", &second, None);
    again.expires_at = NOW;
    ok(fixture.store().record(&again).await);
    ok(fixture.store().record(&outstanding("nobody's", &second, None)).await);
    assert!(!ok(fixture.store().is_blacklisted("one").await));
    let mut rows = fixture.outstanding().await;
    rows.sort();
    let row = |jti: &str, token: &str, user: Option<&UserKey>| LedgerRow {
        jti: jti.to_owned(),
        token: token.to_owned(),
        user: user.map(UserKey::to_string),
        created_at: NOW,
        expires_at: TOMORROW,
        blacklisted_at: None,
    };
    assert_eq!(rows, [row("nobody's", "second", None), row("one", "first", Some(&key))]);
}

async fn a_blacklisted_token_is_outstanding_too(fixture: impl LedgerFixture) {
    let key = fixture.add_user("alice").await;
    let text = PlainToken::new("token");
    let store = fixture.store();
    assert!(!ok(store.is_blacklisted("new").await));
    ok(store.record(&outstanding("known", &text, Some(&key))).await);
    let at = NOW + Span::from_micros(1);
    for jti in ["new", "known"] {
        let token = outstanding(jti, &text, Some(&key));
        assert_eq!(ok(store.blacklist(&token, at).await), Claim::Won, "{jti}");
        assert_eq!(ok(store.blacklist(&token, TOMORROW).await), Claim::Lost, "{jti}");
        assert!(ok(store.is_blacklisted(jti).await));
    }
    assert!(!ok(store.is_blacklisted("KNOWN").await));
    let rows = fixture.outstanding().await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.blacklisted_at == Some(at)), "the first time stays");
}

async fn of_many_blacklisters_one_wins(fixture: impl LedgerFixture) {
    let fixture = Arc::new(fixture);
    let key = fixture.add_user("alice").await;
    let claims = at_once(&fixture, move |fixture, _| {
        let key = key.clone();
        async move {
            let text = PlainToken::new("token");
            ok(fixture.store().blacklist(&outstanding("one", &text, Some(&key)), NOW).await)
        }
    });
    assert_eq!(winners(&claims.await), 1);
    let rows = fixture.outstanding().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].blacklisted_at, Some(NOW));
}

async fn tokens_of_deleted_users_are_nobodys(fixture: impl LedgerFixture) {
    let (alice, bob) = (fixture.add_user("alice").await, fixture.add_user("bob").await);
    let text = PlainToken::new("token");
    let store = fixture.store();
    ok(store.record(&outstanding("before", &text, Some(&alice))).await);
    fixture.remove_user(&alice).await;
    ok(store.record(&outstanding("recorded", &text, Some(&alice))).await);
    let blacklisted = store.blacklist(&outstanding("blacklisted", &text, Some(&alice)), NOW).await;
    assert_eq!(ok(blacklisted), Claim::Won);
    let (presented, successor) =
        (outstanding("presented", &text, Some(&alice)), outstanding("successor", &text, Some(&alice)));
    assert_eq!(ok(store.rotate(&presented, &successor, NOW).await), Claim::Won);
    ok(store.record(&outstanding("bob's", &text, Some(&bob))).await);
    let owned: Vec<_> = fixture.outstanding().await.into_iter().filter(|row| row.user.is_some()).collect();
    assert_eq!(owned.len(), 1);
    assert_eq!((&*owned[0].jti, &owned[0].user), ("bob's", &Some(bob.to_string())));
}

/// One answer to two questions, and the same one that they give one after the other.
async fn a_blacklisted_token_is_told_before_its_user(fixture: impl LedgerFixture) {
    let key = fixture.add_user("alice").await;
    let text = PlainToken::new("token");
    let store = fixture.store();
    ok(store.record(&outstanding("good", &text, Some(&key))).await);
    assert_eq!(ok(store.blacklist(&outstanding("bad", &text, Some(&key)), NOW).await), Claim::Won);
    let alice = || UserLookup::Field { column: "pk", value: UserIdClaim::from(&key) };
    for jti in ["good", "never seen", "", "BAD", "bad\0"] {
        match ok(store.find_unless_blacklisted(alice(), jti).await) {
            Holder::Known(user) => assert_eq!((user.key, &*user.username), (key.clone(), "alice"), "{jti:?}"),
            other => panic!("{jti:?}: {other:?}"),
        }
        let nobody = ok(store.find_unless_blacklisted(UserLookup::Username("nobody"), jti).await);
        assert!(matches!(nobody, Holder::Unknown), "{jti:?}: {nobody:?}");
    }
    for value in ["alice", "99999999999999999999", "\0", ""] {
        let by = UserLookup::Field { column: "pk", value: UserIdClaim::Text(value.into()) };
        assert!(matches!(ok(store.find_unless_blacklisted(by.clone(), "good").await), Holder::Unknown));
        assert!(matches!(ok(store.find_unless_blacklisted(by, "bad").await), Holder::Blacklisted));
    }
    let unknown = UserLookup::Field { column: "no_such_column", value: UserIdClaim::Int(1) };
    assert!(matches!(ok(store.find_unless_blacklisted(unknown.clone(), "bad").await), Holder::Blacklisted));
    let error = store.find_unless_blacklisted(unknown, "good").await.expect_err("there is no such column");
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
    for by in [alice(), UserLookup::Username("alice"), UserLookup::Username("nobody")] {
        assert!(matches!(ok(store.find_unless_blacklisted(by, "bad").await), Holder::Blacklisted));
    }
    fixture.remove_user(&key).await;
    assert!(matches!(ok(store.find_unless_blacklisted(alice(), "good").await), Holder::Unknown));
    assert!(matches!(ok(store.find_unless_blacklisted(alice(), "bad").await), Holder::Blacklisted));
}
