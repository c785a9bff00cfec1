//! Texts are compared as the database's collation says, where Django lets it, and byte by byte where it matters.

use countersign::secret::{PlainToken, StoredPassword};
use countersign::store::{
    Claim, NewRefreshToken, RefreshTokens, StoreErrorKind, TokenLedger, UserLookup, Users,
};
use countersign::user::UserKey;
use countersign_sql::{Database, UserTable};

use crate::Place;
use crate::suite::django::Django;
use crate::suite::{NOW, add_user, tables, token};

#[tokio::test]
async fn a_name_is_whose_django_takes_it_for() {
    let mut found = Vec::new();
    for collation in [
        "latin1_swedish_ci",
        "utf8mb3_general_ci",
        "utf8mb4_bin",
        "utf8mb4_general_ci",
        "utf8mb4_uca1400_as_ci",
        "utf8mb4_unicode_ci",
    ] {
        let place = Place::collated(collation).await;
        let django = Django::on(&place, "auth.User");
        django.manage(&["migrate"], "blacklist");
        let names = ["ada", "ADA", "ada ", "\u{e0}da", "ad", "adaa", " ada"];
        let told = django.python(&[&["names.py"], &names[..]].concat(), "blacklist");
        let told: Vec<bool> = serde_json::from_str(&told).unwrap();
        let database = Database::connect(&place.url(), &UserTable::default()).await.unwrap();
        for (name, told) in names.iter().zip(&told) {
            let user = database.find(UserLookup::Username(name)).await.unwrap();
            assert_eq!(user.is_some(), *told, "{collation}: {name:?}");
        }
        found.push(told.into_iter().filter(|told| *told).count());
    }
    assert_eq!(found, [4, 4, 2, 4, 3, 4], "collations differ");
}

#[tokio::test]
async fn letters_that_a_column_cannot_hold_are_nowhere_in_it() {
    // DIFFERENCE: in Django the server's refusal to compare them ends in a 500.
    for collation in ["latin1_swedish_ci", "utf8mb3_general_ci"] {
        let place = Place::collated(collation).await;
        Database::migrate(&place.url(), tables(&UserTable::default()), NOW).await.unwrap();
        add_user(&place, 7, "ada").await;
        let database = place.connect().await;
        let text = PlainToken::new("token");
        let clef = "\u{1d11e}";
        assert!(database.find(UserLookup::Username(clef)).await.unwrap().is_none());
        assert!(!database.set_password(clef, &StoredPassword::new("x")).await.unwrap());
        assert!(!database.is_blacklisted(clef).await.unwrap());
        assert!(database.find_refresh_token(&PlainToken::new(clef)).await.unwrap().is_none());
        let limit = std::num::NonZeroU32::MIN;
        assert!(database.find_active_by_email(clef, limit).await.unwrap().is_empty());
        // A token whose id cannot be kept is not among those that are good.
        assert_eq!(database.blacklist(&token(clef, &text, None), NOW).await.unwrap(), Claim::Lost);
        assert_eq!(database.blacklist(&token("a", &text, None), NOW).await.unwrap(), Claim::Won);
        assert!(database.find(UserLookup::Username("ADA")).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn tokens_are_told_apart_letter_by_letter_whatever_the_collation() {
    // DIFFERENCE: Django takes an id on the blacklist for every id that the collation takes for the same.
    for collation in ["latin1_swedish_ci", "utf8mb4_general_ci", "utf8mb4_unicode_ci"] {
        let place = Place::collated(collation).await;
        Database::migrate(&place.url(), tables(&UserTable::default()), NOW).await.unwrap();
        add_user(&place, 7, "ada").await;
        let (database, user) = (place.connect().await, UserKey::Int(7));
        let text = PlainToken::new("token");
        assert_eq!(database.blacklist(&token("known", &text, None), NOW).await.unwrap(), Claim::Won);
        let kept = PlainToken::new("known");
        let row = NewRefreshToken { token: &kept, user: &user, created_at: NOW };
        assert!(database.keep_refresh_token(&row).await.unwrap());
        for other in ["KNOWN", "known ", "kn\u{f6}wn", "known\0", "kno"] {
            assert!(!database.is_blacklisted(other).await.unwrap(), "{collation}: {other:?}");
            let other = PlainToken::new(other);
            assert!(database.find_refresh_token(&other).await.unwrap().is_none());
            assert_eq!(database.revoke_refresh_token(&other, NOW).await.unwrap(), Claim::Lost);
            assert_eq!(database.replace_refresh_token(&other, &text, NOW).await.unwrap(), Claim::Lost);
        }
        // The table has one row for both: a second token of such an id is refused, and never a second time good.
        assert_eq!(database.blacklist(&token("KNOWN", &text, None), NOW).await.unwrap(), Claim::Lost);
        let rotated = database.rotate(&token("a", &text, None), &token("Known", &text, None), NOW).await;
        assert_eq!(rotated.unwrap_err().kind(), StoreErrorKind::Inconsistent);
        assert!(database.is_blacklisted("known").await.unwrap());
        assert!(database.find_refresh_token(&kept).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_stored_password_is_the_old_one_letter_by_letter() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    let database = place.connect().await;
    let [old, new] = ["x", "y"].map(StoredPassword::new);
    for other in ["X", "x ", "x\0", "\u{1d11e}"] {
        let other = StoredPassword::new(other);
        assert!(!database.replace_password(&UserKey::Int(7), &other, &new).await.unwrap());
    }
    assert!(database.replace_password(&UserKey::Int(7), &old, &new).await.unwrap());
}

#[tokio::test]
async fn the_index_is_used_where_letters_count() {
    let place = Place::migrated().await;
    let plan = place
        .rows(
            "EXPLAIN SELECT 1 FROM token_blacklist_outstandingtoken WHERE jti = 'a'
             AND CAST(CONVERT(jti USING utf8mb4) AS BINARY) = CAST('a' AS BINARY)",
        )
        .await;
    assert!(
        plan[0].iter().any(|told| told.contains("const") || told.contains("no matching row")),
        "{plan:?}"
    );
}
