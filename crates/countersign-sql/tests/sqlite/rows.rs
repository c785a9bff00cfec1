//! Rows that cannot be, and files that are no database.

use countersign::store::{StoreErrorKind, UserIdClaim, UserLookup, Users};
use countersign_sql::{ConnectErrorKind, Database, UserTable};

use crate::Place;
use crate::suite::schema::{people, people_table, person};
use crate::suite::told;

#[tokio::test]
async fn rows_that_cannot_be_are_named() {
    for (email, active, joined, column) in [
        ("'a@x.org'", "2", "'2026-01-01 00:00:00'", "is_active"),
        ("'a@x.org'", "'secret'", "'2026-01-01 00:00:00'", "is_active"),
        ("'a@x.org'", "1", "'secret'", "joined"),
        ("'a@x.org'", "1", "17", "joined"),
        ("x'ff00'", "1", "'2026-01-01 00:00:00'", "email"),
    ] {
        let place = Place::with(&people_table()).await;
        place.run(&person(email, active, joined)).await;
        let database = Database::connect(&place.url(), &people()).await.unwrap();
        let value = UserIdClaim::Text("6e8a1c3b000040008000000000000001".into());
        let by = UserLookup::Field { column: "uid", value };
        let error = database.find(by).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
        let told = told(&error);
        for named in ["people", column, "6e8a1c3b-0000-4000-8000-000000000001"] {
            assert!(told.contains(named), "{told} names {named}");
        }
        assert!(!told.contains("secret"), "{told}");
    }
}

#[tokio::test]
async fn what_is_no_database_is_said_in_a_sentence() {
    let place = Place::empty().await;
    let empty = Place::with("").await;
    let folder = place.path().parent().unwrap().display().to_string();
    for (url, kind, said) in [
        (place.url(), ConnectErrorKind::Missing, "run `countersign migrate`"),
        (empty.url(), ConnectErrorKind::Schema, "run `countersign migrate`"),
        (format!("sqlite://{folder}"), ConnectErrorKind::Url, "is not a file"),
        ("sqlite::memory:".into(), ConnectErrorKind::Url, "in memory"),
        ("oracle://scott:tiger@db".into(), ConnectErrorKind::Url, "\"oracle\", which is not supported"),
        ("/srv/db.sqlite3".into(), ConnectErrorKind::Url, "no scheme"),
    ] {
        let error = Database::connect(&url, &UserTable::default()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(!error.to_string().contains("tiger"), "{error}");
    }
    std::fs::write(place.path(), [b'x'; 4096]).unwrap();
    let error = Database::connect(&place.url(), &UserTable::default()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Unavailable);
    assert!(told(&error).contains("not a database"), "{}", told(&error));
}
