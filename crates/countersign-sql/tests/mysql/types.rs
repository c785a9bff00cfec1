//! Columns of MariaDB's own types, and values that they have not.

use countersign::clock::Timestamp;
use countersign::entropy::SeededEntropy;
use countersign::secret::{PlainToken, StoredPassword};
use countersign::store::{Claim, StoreErrorKind, TokenLedger, UserIdClaim, UserLookup, Users};
use countersign::user::{FieldValue, UserKey};
use countersign_sql::{ColumnKind, NewUser};

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
        ("balance", FieldValue::Text("12.50".to_owned())),
        ("born", FieldValue::Text("1815-12-10".to_owned())),
        ("code", FieldValue::Text("a".to_owned())),
        ("flags", FieldValue::Text("a,c".to_owned())),
        ("joined", FieldValue::Timestamp(NOW)),
        ("length", FieldValue::Float(1.5)),
        ("mood", FieldValue::Text("sad".to_owned())),
        ("photo", FieldValue::Text("00ff".to_owned())),
        ("preferences", FieldValue::Text("{\"a\": 1}".to_owned())),
        ("rises", FieldValue::Text("06:30:00.000000".to_owned())),
        ("seen", FieldValue::Timestamp(NOW)),
        ("since", FieldValue::Text("1999".to_owned())),
        ("trial", FieldValue::Int(93_600_000_001)),
        ("visits", FieldValue::Int(i64::MAX)),
        ("width", FieldValue::Float(0.5)),
    ] {
        assert_eq!(user.fields.get(column), Some(&value), "{column}");
    }
    for (column, claim) in [
        ("age", "36"),
        ("balance", "12.50"),
        ("mood", "sad"),
        ("visits", "9223372036854775807"),
        ("username", "Ada"),
        ("device", "6e8a1c3b-0000-4000-8000-000000000001"),
        ("old_device", "6E8A1C3B000040008000000000000001"),
    ] {
        let by = UserLookup::Field { column, value: UserIdClaim::Text(claim.into()) };
        assert!(database.find(by).await.unwrap().is_some(), "{column}");
        // A text that begins with a number is none: it is not made one to be compared.
        for nobody in ["70000", "nobody", "", "a\0b", "36 OR true", "12.5 OR true", "12.5"] {
            let by = UserLookup::Field { column, value: UserIdClaim::Text(nobody.into()) };
            assert!(database.find(by).await.unwrap().is_none(), "{column} {nobody:?}");
        }
    }
    let by = UserLookup::Field { column: "visits", value: UserIdClaim::Int(-1) };
    assert!(database.find(by).await.unwrap().is_none());
}

#[tokio::test]
async fn columns_of_other_types_are_written() {
    let place = Place::with(PEOPLE).await;
    let database = place.connect().await;
    let given = [
        ("age", "1"),
        ("balance", "0.25"),
        ("born", "2000-02-29"),
        ("device", "6e8a1c3b000040008000000000000002"),
        ("joined", "2026-01-31 12:00:00"),
        ("mood", "ok"),
        ("old_device", "6e8a1c3b-0000-4000-8000-000000000002"),
        ("preferences", "[]"),
        ("width", "0.1"),
    ];
    let user = NewUser { extra: given.map(|(name, value)| (name.into(), value.into())).into(), ..bob() };
    let key = database.create_user(&user, NOW, &SeededEntropy::new(1)).await.unwrap();
    assert_eq!(key, UserKey::Int(8));
    let columns = given.map(|(name, _)| name).join(", ");
    let written = place.rows(&format!("SELECT {columns} FROM auth_user WHERE id = 8")).await;
    let device = "6e8a1c3b-0000-4000-8000-000000000002";
    let old_device = "6e8a1c3b000040008000000000000002";
    let moment = "2026-01-31 12:00:00";
    assert_eq!(written, [["1", "0.25", "2000-02-29", device, moment, "ok", old_device, "[]", "0.1"]]);
}

#[tokio::test]
async fn keys_of_thirty_two_digits_are_uuids_as_before_mariadb_had_them() {
    let place = Place::with(
        "CREATE TABLE auth_user (id char(32) PRIMARY KEY, username varchar(9) UNIQUE, password varchar(128))",
    )
    .await;
    let database = place.connect().await;
    assert_eq!(database.user_model().primary_key().kind(), ColumnKind::Uuid);
    let key = database.create_user(&bob(), NOW, &SeededEntropy::new(1)).await.unwrap();
    let by = UserLookup::Field { column: "pk", value: UserIdClaim::Text(key.to_string().into()) };
    assert_eq!(database.find(by).await.unwrap().unwrap().key, key);
    assert_eq!(place.rows("SELECT id FROM auth_user").await, [[key.to_string().replace('-', "")]]);
}

#[tokio::test]
async fn rows_that_cannot_be_are_named() {
    let people = PEOPLE.replace("visits bigint UNSIGNED", "is_active tinyint(1), visits bigint UNSIGNED");
    let people = people.replace("1, 36,", "36,").replace("is_active smallint NOT NULL DEFAULT 1,", "");
    let place = Place::with(&people.replace("9223372036854775807)", "1, 9223372036854775807)")).await;
    let database = place.connect().await;
    for (change, column) in [
        ("is_active = 2", "is_active"),
        ("is_active = 1, visits = 18446744073709551615", "visits"),
        ("visits = 1, old_device = 'secret'", "old_device"),
    ] {
        place.run(&format!("UPDATE auth_user SET {change}")).await;
        let error = database.find(UserLookup::Username("Ada")).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
        let told = told(&error);
        assert!(told.contains(&format!("column {column:?} of table \"auth_user\"")), "{told}");
        assert!(told.ends_with("with primary key 7") && !told.contains("secret"), "{told}");
    }
}

#[tokio::test]
async fn zeros_for_a_date_are_none() {
    let place = Place::with(PEOPLE).await;
    place.run("SET sql_mode = ''; UPDATE auth_user SET joined = '0000-00-00 00:00:00'").await;
    let user = place.connect().await.find(UserLookup::Username("Ada")).await.unwrap().unwrap();
    assert_eq!(user.fields.get("joined"), Some(&FieldValue::Null));
}

#[tokio::test]
async fn a_login_beyond_pythons_calendar_is_written_as_its_last_moment() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    let database = place.connect().await;
    for (at, written) in [
        (i64::MAX, "9999-12-31 23:59:59.999999"),
        (i64::MIN, "0001-01-01 00:00:00"),
        (NOW.as_micros(), "2026-01-01 00:00:00"),
    ] {
        database.record_login(&UserKey::Int(7), Timestamp::from_micros(at)).await.unwrap();
        assert_eq!(place.rows("SELECT last_login FROM auth_user").await, [[written]]);
        let user = database.find(UserLookup::Username("ada")).await.unwrap().unwrap();
        assert!(user.last_login.is_some(), "{written}");
    }
}

#[tokio::test]
async fn a_table_that_was_altered_under_way_is_read_as_it_is_now() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    let database = place.connect().await;
    assert!(database.find(UserLookup::Username("ada")).await.unwrap().is_some());
    place.run("ALTER TABLE auth_user MODIFY username varchar(200) NOT NULL").await;
    place.run("ALTER TABLE auth_user ADD COLUMN nickname varchar(9) NULL FIRST").await;
    for _ in 0..3 {
        let ada = database.find(UserLookup::Username("ada")).await.unwrap().unwrap();
        assert_eq!(ada.key, UserKey::Int(7));
    }
    let text = PlainToken::new("token");
    let claim = database.blacklist(&token("a", &text, Some(&UserKey::Int(7))), NOW).await.unwrap();
    assert_eq!(claim, Claim::Won);
}

fn bob() -> NewUser {
    NewUser {
        username: "bob".to_owned(),
        email: None,
        password: StoredPassword::new("x"),
        is_staff: false,
        is_superuser: false,
        extra: Vec::new(),
    }
}

const PEOPLE: &str = "
    CREATE TABLE auth_user (
        id integer PRIMARY KEY AUTO_INCREMENT, username varchar(150) UNIQUE NOT NULL, password varchar(128) NOT NULL,
        is_active smallint NOT NULL DEFAULT 1, age smallint NULL, balance numeric(9,2) NULL, born date NULL,
        code char(3) NULL, device uuid NULL, flags set('a', 'b', 'c') NULL, joined datetime NULL, length float NULL,
        mood enum('ok', 'sad') NULL, old_device char(32) NULL, photo varbinary(9) NULL, preferences json NULL,
        rises time(6) NULL, seen timestamp NULL, since year NULL, trial bigint NULL, width double NULL,
        visits bigint UNSIGNED NULL);
    SET time_zone = '+00:00';
    INSERT INTO auth_user VALUES (7, 'Ada', 'x', 1, 36, 12.5, '1815-12-10', 'a  ',
        '6e8a1c3b-0000-4000-8000-000000000001', 'a,c', '2026-01-01 00:00:00', 1.5, 'sad',
        '6e8a1c3b000040008000000000000001', x'00ff', '{\"a\": 1}', '06:30:00', '2026-01-01 00:00:00', 1999,
        93600000001, 0.5, 9223372036854775807)";
