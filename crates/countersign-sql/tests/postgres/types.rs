//! Columns of PostgreSQL's own types, and values that it has not.

use countersign::clock::Timestamp;
use countersign::entropy::SeededEntropy;
use countersign::secret::{PlainToken, StoredPassword};
use countersign::store::{Claim, StoreErrorKind, TokenLedger, UserIdClaim, UserLookup, Users};
use countersign::user::{FieldValue, UserKey};
use countersign_sql::{Database, NewUser, UserTable};

use crate::Place;
use crate::suite::{NOW, add_user, token, told};

#[tokio::test]
async fn columns_of_every_type_are_read_and_looked_up() {
    let place = Place::with(PEOPLE).await;
    let database = place.connect().await;
    let user = database.find(UserLookup::Username("Ada")).await.unwrap().unwrap();
    assert_eq!(user.key, UserKey::Int(7));
    for (column, value) in [
        ("age", FieldValue::Int(36)),
        ("badge", FieldValue::Text("one ".to_owned())),
        ("balance", FieldValue::Text("12.50".to_owned())),
        ("born", FieldValue::Text("1815-12-10".to_owned())),
        ("code", FieldValue::Text("a  ".to_owned())),
        ("joined", FieldValue::Timestamp(NOW)),
        ("length", FieldValue::Float(1.5)),
        ("mood", FieldValue::Text("sad".to_owned())),
        ("preferences", FieldValue::Text("{\"a\": 1}".to_owned())),
        ("tags", FieldValue::Text("{x,y}".to_owned())),
        ("trial", FieldValue::Int(93_600_000_001)),
    ] {
        assert_eq!(user.fields.get(column), Some(&value), "{column}");
    }
    for (column, claim) in
        [("age", "36"), ("balance", "12.50"), ("mood", "sad"), ("badge", "one "), ("username", "Ada")]
    {
        let by = UserLookup::Field { column, value: UserIdClaim::Text(claim.into()) };
        assert!(database.find(by).await.unwrap().is_some(), "{column}");
        for nobody in ["70000", "nobody", "", "a\0b", "12.5 OR true"] {
            let by = UserLookup::Field { column, value: UserIdClaim::Text(nobody.into()) };
            assert!(database.find(by).await.unwrap().is_none(), "{column} {nobody:?}");
        }
    }
    let by = UserLookup::Field { column: "age", value: UserIdClaim::Int(i64::MIN) };
    assert!(database.find(by).await.unwrap().is_none());
}

#[tokio::test]
async fn columns_of_other_types_are_written() {
    let place = Place::with(PEOPLE).await;
    let database = place.connect().await;
    let given =
        [("age", "1"), ("balance", "0.25"), ("mood", "ok"), ("preferences", "[]"), ("trial", "90000000")];
    let user = NewUser {
        username: "bob".to_owned(),
        email: None,
        password: StoredPassword::new("x"),
        is_staff: false,
        is_superuser: false,
        extra: given.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let key = database.create_user(&user, NOW, &SeededEntropy::new(1)).await.unwrap();
    assert_eq!(key, UserKey::Int(1));
    let written =
        place.rows("SELECT age, balance, mood, preferences, trial FROM auth_user WHERE id = 1").await;
    assert_eq!(written, [["1", "0.25", "ok", "[]", "00:01:30"]]);
}

#[tokio::test]
async fn what_no_text_can_hold_is_nobody_and_nothing() {
    // DIFFERENCE: Django hands it to the database, whose refusal ends in a 500.
    let place = Place::migrated().await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    assert!(database.find(UserLookup::Username("a\0b")).await.unwrap().is_none());
    assert!(!database.set_password("a\0b", &StoredPassword::new("x")).await.unwrap());
    assert!(!database.is_blacklisted("a\0b").await.unwrap());
    assert_eq!(database.blacklist(&token("a\0b", &text, None), NOW).await.unwrap(), Claim::Lost);
    database.record(&token("a\0b", &text, None)).await.unwrap();
    assert!(place.rows("SELECT 1 FROM token_blacklist_outstandingtoken").await.is_empty());
}

#[tokio::test]
async fn times_that_never_come_are_named() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    place.run("UPDATE auth_user SET last_login = 'infinity'").await;
    let error = place.connect().await.find(UserLookup::Username("ada")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
    assert!(told(&error).contains("column \"last_login\" of table \"auth_user\""), "{}", told(&error));
    assert!(told(&error).ends_with("with primary key 7"), "{}", told(&error));
}

#[tokio::test]
async fn a_login_beyond_pythons_calendar_is_written_as_its_last_moment() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    let database = place.connect().await;
    database.record_login(&UserKey::Int(7), Timestamp::from_micros(i64::MAX)).await.unwrap();
    let written = place.rows("SELECT last_login FROM auth_user").await;
    assert_eq!(written, [["9999-12-31 23:59:59.999999"]]);
}

#[tokio::test]
async fn a_table_that_was_altered_under_way_is_read_as_it_is_now() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    let database = place.connect().await;
    assert!(database.find(UserLookup::Username("ada")).await.unwrap().is_some());
    place.run("ALTER TABLE auth_user ALTER COLUMN username TYPE varchar(200)").await;
    place.run("ALTER TABLE auth_user ALTER COLUMN id TYPE bigint").await;
    for _ in 0..3 {
        let ada = database.find(UserLookup::Username("ada")).await.unwrap().unwrap();
        assert_eq!(ada.key, UserKey::Int(7));
    }
    let text = PlainToken::new("token");
    let claim = database.blacklist(&token("a", &text, Some(&UserKey::Int(7))), NOW).await.unwrap();
    assert_eq!(claim, Claim::Won);
}

#[tokio::test]
async fn names_without_a_schema_mean_what_django_means_by_them() {
    let place = Place::with(
        "CREATE SCHEMA shop; CREATE TABLE auth_user (id integer PRIMARY KEY, username text, password text);
         CREATE TABLE shop.auth_user (email text PRIMARY KEY, password text);
         INSERT INTO shop.auth_user VALUES ('a@x.org', 'x')",
    )
    .await;
    let users = UserTable { username_field: "email".to_owned(), ..UserTable::default() };
    let elsewhere = format!("{}?options=-c%20search_path%3Dshop", place.url());
    let database = Database::connect(&elsewhere, &users).await.unwrap();
    let user = database.find(UserLookup::Username("a@x.org")).await.unwrap().unwrap();
    assert_eq!(user.key, UserKey::Text("a@x.org".to_owned()));
    assert!(Database::connect(&place.url(), &users).await.unwrap_err().to_string().contains("\"email\""));
}

const PEOPLE: &str = "
    CREATE TYPE mood AS ENUM ('ok', 'sad');
    CREATE TABLE auth_user (
        id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, username varchar(150) UNIQUE NOT NULL,
        password varchar(128) NOT NULL, is_active smallint NOT NULL DEFAULT 1, age smallint NULL,
        badge varchar NULL, balance numeric(9,2) NULL, born date NULL, code char(3) NULL,
        joined timestamp without time zone NULL, length real NULL, mood mood NULL, preferences jsonb NULL,
        tags text[] NULL, trial interval NULL);
    INSERT INTO auth_user VALUES (7, 'Ada', 'x', 1, 36, 'one ', 12.5, '1815-12-10', 'a', '2026-01-01 00:00:00', 1.5,
        'sad', '{\"a\": 1}', '{x,y}', '1 day 02:00:00.000001')";
