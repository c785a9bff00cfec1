//! The rules of [`RefreshTokens`](crate::store::RefreshTokens).

use std::num::NonZeroU32;
use std::sync::Arc;

use super::common::{NOW, TOMORROW, at_once, ok, winners};
use super::fixture::{RefreshTokenRow, RefreshTokensFixture};
use super::verdict::{Verdict, hold};
use crate::clock::Span;
use crate::secret::PlainToken;
use crate::store::{Claim, NewRefreshToken, RefreshTokens, StoredRefreshToken};
use crate::user::UserKey;

pub(super) async fn rules<F: RefreshTokensFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [
            a_refresh_token_is_found_as_it_was_kept,
            a_replaced_token_is_gone_and_the_next_has_its_row,
            of_many_replacements_one_wins,
            of_many_revokers_one_wins,
            a_revoked_token_is_there_and_not_live,
            all_refresh_tokens_of_a_user_are_revoked,
            tokens_go_with_their_users,
            revoked_and_old_ones_go_in_batches,
        ]
    );
}

async fn a_refresh_token_is_found_as_it_was_kept(fixture: impl RefreshTokensFixture) {
    let (alice, bob) = (fixture.add_user("alice").await, fixture.add_user("bob").await);
    let [token, other, longest] =
        ["ab12".to_owned(), "cd34".to_owned(), "f".repeat(255)].map(PlainToken::new);
    for (token, user) in [(&token, &alice), (&other, &bob), (&longest, &alice)] {
        assert!(ok(fixture.store().keep_refresh_token(&new(token, user)).await));
        let found = ok(fixture.store().find_refresh_token(token).await);
        let kept = StoredRefreshToken { token: token.clone(), user: user.clone(), created_at: NOW };
        assert_eq!(found, Some(kept));
    }
    for unknown in ["", "AB12", "ab12 ", "ab1", "ab%", "' OR 1=1 --"] {
        let unknown = PlainToken::new(unknown);
        assert_eq!(ok(fixture.store().find_refresh_token(&unknown).await), None);
        assert_eq!(ok(fixture.store().revoke_refresh_token(&unknown, NOW).await), Claim::Lost);
        assert_eq!(ok(fixture.store().replace_refresh_token(&unknown, &token, NOW).await), Claim::Lost);
    }
    assert_eq!(fixture.refresh_tokens().await.len(), 3);
}

async fn a_replaced_token_is_gone_and_the_next_has_its_row(fixture: impl RefreshTokensFixture) {
    let user = fixture.add_user("alice").await;
    let [old, next, other] = ["old", "next", "other"].map(PlainToken::new);
    let store = fixture.store();
    assert!(ok(store.keep_refresh_token(&new(&old, &user)).await));
    let at = NOW + Span::from_micros(42);
    assert_eq!(ok(store.replace_refresh_token(&old, &next, at).await), Claim::Won);
    assert_eq!(ok(store.replace_refresh_token(&old, &other, TOMORROW).await), Claim::Lost);
    assert_eq!(ok(store.find_refresh_token(&old).await), None);
    let kept = StoredRefreshToken { token: next.clone(), user: user.clone(), created_at: at };
    assert_eq!(ok(store.find_refresh_token(&next).await), Some(kept));
    assert_eq!(ok(store.revoke_refresh_token(&next, TOMORROW).await), Claim::Won);
    assert_eq!(ok(store.replace_refresh_token(&next, &other, TOMORROW).await), Claim::Lost, "it is revoked");
    let row = RefreshTokenRow {
        token: "next".to_owned(),
        user: user.to_string(),
        created_at: at,
        revoked_at: Some(TOMORROW),
    };
    assert_eq!(fixture.refresh_tokens().await, [row]);
}

async fn of_many_replacements_one_wins(fixture: impl RefreshTokensFixture) {
    let fixture = Arc::new(fixture);
    let user = fixture.add_user("alice").await;
    let token = PlainToken::new("presented");
    assert!(ok(fixture.store().keep_refresh_token(&new(&token, &user)).await));
    let claims = at_once(&fixture, |fixture, number| async move {
        let (old, next) = (PlainToken::new("presented"), PlainToken::new(format!("next-{number}")));
        let claim = ok(fixture.store().replace_refresh_token(&old, &next, TOMORROW).await);
        let is_kept = ok(fixture.store().find_refresh_token(&next).await).is_some();
        assert_eq!(is_kept, claim == Claim::Won, "whoever won has the one that is kept");
        claim
    });
    assert_eq!(winners(&claims.await), 1);
    assert_eq!(fixture.refresh_tokens().await.len(), 1);
}

async fn of_many_revokers_one_wins(fixture: impl RefreshTokensFixture) {
    let fixture = Arc::new(fixture);
    let user = fixture.add_user("alice").await;
    let token = PlainToken::new("presented");
    assert!(ok(fixture.store().keep_refresh_token(&new(&token, &user)).await));
    let claims = at_once(&fixture, |fixture, _| async move {
        ok(fixture.store().revoke_refresh_token(&PlainToken::new("presented"), NOW).await)
    });
    assert_eq!(winners(&claims.await), 1);
    assert_eq!(fixture.refresh_tokens().await[0].revoked_at, Some(NOW));
}

async fn a_revoked_token_is_there_and_not_live(fixture: impl RefreshTokensFixture) {
    let user = fixture.add_user("alice").await;
    let token = PlainToken::new("token");
    let store = fixture.store();
    assert!(ok(store.keep_refresh_token(&new(&token, &user)).await));
    assert_eq!(ok(store.revoke_refresh_token(&token, NOW).await), Claim::Won);
    assert_eq!(ok(store.revoke_refresh_token(&token, TOMORROW).await), Claim::Lost);
    assert_eq!(ok(store.find_refresh_token(&token).await), None);
    let rows = fixture.refresh_tokens().await;
    assert_eq!(
        rows.iter().map(|row| row.revoked_at).collect::<Vec<_>>(),
        [Some(NOW)],
        "the first time stays"
    );
}

async fn all_refresh_tokens_of_a_user_are_revoked(fixture: impl RefreshTokensFixture) {
    let (alice, bob) = (fixture.add_user("alice").await, fixture.add_user("bob").await);
    let store = fixture.store();
    for (token, user) in [("one", &alice), ("two", &alice), ("gone before", &alice), ("bob's", &bob)] {
        let token = PlainToken::new(token);
        let row = NewRefreshToken { token: &token, user, created_at: NOW };
        assert!(ok(store.keep_refresh_token(&row).await));
    }
    assert_eq!(ok(store.revoke_refresh_token(&PlainToken::new("gone before"), NOW).await), Claim::Won);
    assert_eq!(ok(store.revoke_refresh_tokens_of(&alice, TOMORROW).await), 2);
    assert_eq!(ok(store.revoke_refresh_tokens_of(&alice, TOMORROW).await), 0);
    let mut rows: Vec<_> =
        fixture.refresh_tokens().await.into_iter().map(|row| (row.token, row.revoked_at)).collect();
    rows.sort();
    let expected =
        [("bob's", None), ("gone before", Some(NOW)), ("one", Some(TOMORROW)), ("two", Some(TOMORROW))];
    assert_eq!(rows, expected.map(|(token, at)| (token.to_owned(), at)));
}

async fn tokens_go_with_their_users(fixture: impl RefreshTokensFixture) {
    let (alice, bob) = (fixture.add_user("alice").await, fixture.add_user("bob").await);
    let [one, other] = ["one", "other"].map(PlainToken::new);
    let store = fixture.store();
    assert!(ok(store.keep_refresh_token(&new(&one, &alice)).await));
    assert!(ok(store.keep_refresh_token(&new(&other, &bob)).await));
    fixture.remove_user(&alice).await;
    assert_eq!(ok(store.find_refresh_token(&one).await), None);
    assert!(!ok(store.keep_refresh_token(&new(&one, &alice)).await), "there is nobody to keep it for");
    let owners: Vec<_> = fixture.refresh_tokens().await.into_iter().map(|row| row.user).collect();
    assert_eq!(owners, [bob.to_string()]);
}

async fn revoked_and_old_ones_go_in_batches(fixture: impl RefreshTokensFixture) {
    let user = fixture.add_user("alice").await;
    let store = fixture.store();
    let oldest = NOW + Span::from_micros(3);
    for number in 0..6 {
        let token = PlainToken::new(format!("old-{number}"));
        let row = NewRefreshToken { created_at: NOW + Span::from_micros(number), ..new(&token, &user) };
        assert!(ok(store.keep_refresh_token(&row).await));
    }
    for number in 0..5 {
        let token = PlainToken::new(format!("revoked-{number}"));
        assert!(ok(store
            .keep_refresh_token(&NewRefreshToken { created_at: TOMORROW, ..new(&token, &user) })
            .await));
        assert_eq!(ok(store.revoke_refresh_token(&token, TOMORROW).await), Claim::Won);
    }
    let two = NonZeroU32::new(2).expect("two is not zero");
    for cleared in [2, 2, 1, 0] {
        assert_eq!(ok(store.clear_refresh_tokens(None, two).await), cleared);
    }
    assert_eq!(fixture.refresh_tokens().await.len(), 6);
    for cleared in [2, 1, 0] {
        assert_eq!(ok(store.clear_refresh_tokens(Some(oldest), two).await), cleared);
    }
    let mut left: Vec<_> = fixture.refresh_tokens().await.into_iter().map(|row| row.token).collect();
    left.sort();
    assert_eq!(left, ["old-3", "old-4", "old-5"], "what was made then, and not before, stays");
}

fn new<'a>(token: &'a PlainToken, user: &'a UserKey) -> NewRefreshToken<'a> {
    NewRefreshToken { token, user, created_at: NOW }
}
