//! The rules of [`Users`](crate::store::Users).

use std::sync::Arc;

use super::common::{NOW, at_once, by_name, ok, winners};
use super::fixture::{LastLoginFixture, UsersFixture};
use super::verdict::{Verdict, hold};
use crate::clock::Span;
use crate::secret::StoredPassword;
use crate::store::conformance::PASSWORD;
use crate::store::{Claim, StoreErrorKind, UserIdClaim, UserLookup, Users};
use crate::user::{FieldValue, UserKey};

pub(super) async fn rules<F: UsersFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [
            users_are_found_by_their_exact_name,
            users_are_found_by_key_whatever_way_the_claim_spells_it,
            values_that_no_column_holds_find_nobody,
            an_unknown_column_is_an_error,
            a_user_is_found_as_stored,
            a_password_is_replaced_only_while_it_is_the_old_one,
            of_many_new_passwords_one_wins,
        ]
    );
}

pub(super) async fn last_login_rules<F: LastLoginFixture>(
    verdict: &mut Verdict,
    fresh: &impl AsyncFn() -> F,
) {
    hold!(verdict, fresh, [a_login_is_recorded]);
}

async fn users_are_found_by_their_exact_name(fixture: impl UsersFixture) {
    let key = fixture.add_user("alice").await;
    fixture.add_user("bob").await;
    let found = by_name(&fixture, "alice").await.expect("alice is there");
    assert_eq!((found.key, &*found.username), (key, "alice"));
    for other in ["Alice", "ALICE", "alice ", "alic", "", "alice\0", "a%", "' OR 1=1 --"] {
        let is_found = by_name(&fixture, other).await.is_some();
        assert_eq!(is_found, fixture.is_same_name("alice", other), "{other:?}");
    }
}

async fn users_are_found_by_key_whatever_way_the_claim_spells_it<F: UsersFixture>(fixture: F) {
    let key = fixture.add_user("alice").await;
    fixture.add_user("bob").await;
    let spellings = match &key {
        UserKey::Int(int) => vec![UserIdClaim::Int(*int), UserIdClaim::Text(int.to_string().into())],
        UserKey::Text(text) => vec![UserIdClaim::Text(text.into())],
        UserKey::Uuid(uuid) => vec![
            UserIdClaim::Text(uuid.hyphenated().to_string().into()),
            UserIdClaim::Text(uuid.simple().to_string().into()),
            UserIdClaim::Text(uuid.simple().to_string().to_uppercase().into()),
        ],
    };
    for value in spellings {
        for column in ["pk", F::ID] {
            let by = UserLookup::Field { column, value: value.clone() };
            let found = ok(fixture.store().find(by).await).expect("alice is there");
            assert_eq!(found.key, key, "{column} {value:?}");
        }
    }
    let by = UserLookup::Field { column: F::USERNAME, value: UserIdClaim::Text("alice".into()) };
    assert_eq!(ok(fixture.store().find(by).await).map(|user| user.key), Some(key));
    let key = fixture.add_user("42").await;
    let by = UserLookup::Field { column: F::USERNAME, value: UserIdClaim::Int(42) };
    assert_eq!(ok(fixture.store().find(by).await).map(|user| user.key), Some(key));
}

async fn values_that_no_column_holds_find_nobody<F: UsersFixture>(fixture: F) {
    fixture.add_user("alice").await;
    let texts =
        ["", "alice", "99999999999999999999", "1.0", "1e0", "0x1", "null", "None", "\0", "1; DROP TABLE x"];
    let texts = texts.map(|text| UserIdClaim::Text(text.into()));
    let others = [UserIdClaim::Null, UserIdClaim::Int(0), UserIdClaim::Int(-1), UserIdClaim::Int(i64::MAX)];
    for value in texts.into_iter().chain(others) {
        let by = UserLookup::Field { column: "pk", value: value.clone() };
        assert!(ok(fixture.store().find(by).await).is_none(), "{value:?} is nobody's key");
    }
    let by = UserLookup::Field { column: F::USERNAME, value: UserIdClaim::Null };
    assert!(ok(fixture.store().find(by).await).is_none());
}

async fn an_unknown_column_is_an_error(fixture: impl UsersFixture) {
    fixture.add_user("alice").await;
    let by = UserLookup::Field { column: "no_such_column", value: UserIdClaim::Int(1) };
    let error = fixture.store().find(by).await.expect_err("there is no such column");
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
}

async fn a_user_is_found_as_stored<F: UsersFixture>(fixture: F) {
    let key = fixture.add_user("alice").await;
    let user = by_name(&fixture, "alice").await.expect("alice is there");
    assert!(user.is_active);
    assert_eq!(user.password.expose(), PASSWORD);
    assert_eq!(user.fields.get(F::ID), Some(&key.clone().into()), "what a token says of its user");
    assert_eq!(user.fields.get(F::USERNAME), Some(&FieldValue::Text("alice".to_owned())));
    assert_eq!(user.fields.get("password"), None, "the password is no field");
    fixture.deactivate(&key).await;
    assert!(!by_name(&fixture, "alice").await.expect("alice is there still").is_active);
    fixture.remove_user(&key).await;
    assert!(by_name(&fixture, "alice").await.is_none());
}

async fn a_password_is_replaced_only_while_it_is_the_old_one(fixture: impl UsersFixture) {
    let key = fixture.add_user("alice").await;
    fixture.add_user("bob").await;
    let [old, new, other] = [PASSWORD, "argon2$new", "argon2$other"].map(StoredPassword::new);
    let store = fixture.store();
    assert!(ok(store.replace_password(&key, &old, &new).await));
    assert!(!ok(store.replace_password(&key, &old, &other).await), "it is no longer the old one");
    assert_eq!(by_name(&fixture, "alice").await.map(|user| user.password), Some(new.clone()));
    assert_eq!(by_name(&fixture, "bob").await.map(|user| user.password), Some(old), "bob's is untouched");
    fixture.remove_user(&key).await;
    assert!(!ok(store.replace_password(&key, &new, &other).await));
}

async fn of_many_new_passwords_one_wins(fixture: impl UsersFixture) {
    let fixture = Arc::new(fixture);
    let key = fixture.add_user("alice").await;
    let claims = at_once(&fixture, move |fixture, number| {
        let key = key.clone();
        async move {
            let (old, new) =
                (StoredPassword::new(PASSWORD), StoredPassword::new(format!("md5$salt${number}")));
            let replaced = ok(fixture.store().replace_password(&key, &old, &new).await);
            if replaced { Claim::Won } else { Claim::Lost }
        }
    });
    assert_eq!(winners(&claims.await), 1);
}

async fn a_login_is_recorded(fixture: impl LastLoginFixture) {
    let key = fixture.add_user("alice").await;
    assert_eq!(fixture.last_login(&key).await, None);
    for at in [NOW + Span::from_micros(42), NOW + Span::from_secs(60)] {
        ok(fixture.store().record_login(&key, at).await);
        assert_eq!(fixture.last_login(&key).await, Some(at));
        assert_eq!(by_name(&fixture, "alice").await.and_then(|user| user.last_login), Some(at));
    }
    fixture.remove_user(&key).await;
    ok(fixture.store().record_login(&key, NOW).await);
}
