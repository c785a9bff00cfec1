//! The rules of revoking all that a user has.

use std::sync::Arc;

use super::common::{NOW, TOMORROW, at_once, ok, outstanding, winners};
use super::fixture::LedgerFixture;
use super::verdict::{Verdict, hold};
use crate::clock::Span;
use crate::secret::PlainToken;
use crate::store::{Claim, TokenLedger};

pub(super) async fn rules<F: LedgerFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(verdict, fresh, [all_of_a_user_is_blacklisted_and_nothing_else, no_successor_survives,]);
}

async fn all_of_a_user_is_blacklisted_and_nothing_else(fixture: impl LedgerFixture) {
    let (alice, bob) = (fixture.add_user("alice").await, fixture.add_user("bob").await);
    let text = PlainToken::new("token");
    let store = fixture.store();
    for jti in ["one", "two", "gone before"] {
        ok(store.record(&outstanding(jti, &text, Some(&alice))).await);
    }
    let before = outstanding("gone before", &text, Some(&alice));
    assert_eq!(ok(store.blacklist(&before, NOW).await), Claim::Won);
    let mut expired = outstanding("expired", &text, Some(&alice));
    expired.expires_at = NOW;
    ok(store.record(&expired).await);
    ok(store.record(&outstanding("bob's", &text, Some(&bob))).await);
    ok(store.record(&outstanding("nobody's", &text, None)).await);

    let at = NOW + Span::from_micros(42);
    assert_eq!(ok(store.blacklist_all_of(&alice, at).await), 2);
    assert_eq!(ok(store.blacklist_all_of(&alice, TOMORROW).await), 0);
    let mut rows: Vec<_> =
        fixture.outstanding().await.into_iter().map(|row| (row.jti, row.blacklisted_at)).collect();
    rows.sort();
    let expected = [
        ("bob's", None),
        ("expired", None),
        ("gone before", Some(NOW)),
        ("nobody's", None),
        ("one", Some(at)),
        ("two", Some(at)),
    ];
    assert_eq!(rows, expected.map(|(jti, at)| (jti.to_owned(), at)));
    fixture.remove_user(&bob).await;
    assert_eq!(ok(store.blacklist_all_of(&bob, at).await), 0);
}

/// While one revokes, the others refresh for as long as they can.
async fn no_successor_survives(fixture: impl LedgerFixture) {
    let fixture = Arc::new(fixture);
    let key = fixture.add_user("alice").await;
    let text = PlainToken::new("token");
    for number in 0..50 {
        ok(fixture.store().record(&outstanding(&format!("{number}-0"), &text, Some(&key))).await);
    }
    let claims = at_once(&fixture, |fixture, number| {
        let key = key.clone();
        async move {
            let (store, text) = (fixture.store(), PlainToken::new("token"));
            if number == 25 {
                ok(store.blacklist_all_of(&key, NOW).await);
                return Claim::Won;
            }
            for generation in 0..20 {
                let [old, new] = [generation, generation + 1].map(|at| format!("{number}-{at}"));
                let [old, new] = [&old, &new].map(|jti| outstanding(jti, &text, Some(&key)));
                if ok(store.rotate(&old, &new, NOW).await) == Claim::Lost {
                    break;
                }
            }
            Claim::Lost
        }
    });
    assert_eq!(winners(&claims.await), 1);
    let left: Vec<_> =
        fixture.outstanding().await.into_iter().filter(|row| row.blacklisted_at.is_none()).collect();
    assert_eq!(left, []);
}
