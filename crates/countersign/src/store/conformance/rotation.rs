//! The rules of rotation: of a token and its successor there is one that is good.

use std::sync::Arc;

use super::common::{NOW, TOMORROW, at_once, ok, outstanding, winners};
use super::fixture::LedgerFixture;
use super::verdict::{Verdict, hold};
use crate::secret::PlainToken;
use crate::store::{Claim, StoreErrorKind, TokenLedger};

pub(super) async fn rules<F: LedgerFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [a_rotation_is_both_or_neither, a_taken_successor_undoes_the_rotation, of_many_rotations_one_wins,]
    );
}

async fn a_rotation_is_both_or_neither(fixture: impl LedgerFixture) {
    let key = fixture.add_user("alice").await;
    let text = PlainToken::new("token");
    let token = |jti| outstanding(jti, &text, Some(&key));
    let store = fixture.store();
    assert_eq!(ok(store.rotate(&token("a"), &token("b"), NOW).await), Claim::Won);
    assert_eq!(ok(store.rotate(&token("a"), &token("c"), TOMORROW).await), Claim::Lost);
    assert_eq!(ok(store.rotate(&token("b"), &token("d"), NOW).await), Claim::Won);
    assert_eq!(ok(store.blacklist(&token("d"), NOW).await), Claim::Won);
    assert_eq!(ok(store.rotate(&token("d"), &token("e"), NOW).await), Claim::Lost, "it was logged out");
    let mut rows = fixture.outstanding().await;
    rows.sort();
    let rows: Vec<_> = rows.iter().map(|row| (&*row.jti, row.blacklisted_at)).collect();
    assert_eq!(rows, [("a", Some(NOW)), ("b", Some(NOW)), ("d", Some(NOW))]);
}

async fn a_taken_successor_undoes_the_rotation(fixture: impl LedgerFixture) {
    let text = PlainToken::new("token");
    let token = |jti| outstanding(jti, &text, None);
    let store = fixture.store();
    ok(store.record(&token("taken")).await);
    let error = store.rotate(&token("a"), &token("taken"), NOW).await.expect_err("two tokens have one id");
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
    assert!(!ok(store.is_blacklisted("a").await));
    assert_eq!(fixture.outstanding().await.len(), 1);
    assert_eq!(ok(store.rotate(&token("a"), &token("b"), NOW).await), Claim::Won, "nothing is left open");
}

async fn of_many_rotations_one_wins(fixture: impl LedgerFixture) {
    let fixture = Arc::new(fixture);
    let key = fixture.add_user("alice").await;
    let claims = at_once(&fixture, move |fixture, number| {
        let key = key.clone();
        async move {
            let text = PlainToken::new("token");
            let successor = format!("successor-{number}");
            let presented = outstanding("presented", &text, Some(&key));
            ok(fixture.store().rotate(&presented, &outstanding(&successor, &text, Some(&key)), NOW).await)
        }
    });
    assert_eq!(winners(&claims.await), 1);
    let (presented, successors): (Vec<_>, Vec<_>) =
        fixture.outstanding().await.into_iter().partition(|row| row.jti == "presented");
    assert_eq!((presented.len(), successors.len()), (1, 1), "{successors:?}");
    assert_eq!((presented[0].blacklisted_at, successors[0].blacklisted_at), (Some(NOW), None));
}
