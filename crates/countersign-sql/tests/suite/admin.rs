//! Users as the commands create them.

use countersign::entropy::SystemEntropy;
use countersign::secret::StoredPassword;
use countersign::store::{UserLookup, Users};
use countersign::user::UserKey;
use countersign_sql::{CreateUserErrorKind, Database, NewUser, UserTable};

use super::NOW;
use crate::Place;

#[tokio::test]
async fn a_user_has_what_django_would_have_given() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    let key = create(&database, &NewUser { email: Some("A.B@Example.ORG".into()), ..alice() }).await.unwrap();
    assert_eq!(key, UserKey::Int(1));
    let columns = "id, password, last_login, is_superuser, username, last_name, email, is_staff, is_active,
                   date_joined, first_name";
    assert_eq!(
        place.rows(&format!("SELECT {columns} FROM auth_user")).await,
        [["1", "hash", "NULL", "0", "alice", "", "A.B@example.org", "1", "1", "2026-01-01 00:00:00", ""]]
    );
}

#[tokio::test]
async fn a_taken_name_is_said() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    create(&database, &alice()).await.unwrap();
    let error = create(&database, &alice()).await.unwrap_err();
    assert_eq!(error.kind(), CreateUserErrorKind::Taken);
    assert!(error.to_string().contains("username"), "{error}");
    create(&database, &NewUser { username: "bob".into(), ..alice() }).await.unwrap();
}

#[tokio::test]
async fn columns_that_nobody_filled_are_named_and_can_be_given() {
    let place = Place::with(&format!(
        "CREATE TABLE people (id {} NOT NULL PRIMARY KEY, email varchar(254) NOT NULL UNIQUE,
             password varchar(128) NOT NULL, is_active bool NOT NULL, city varchar(5) NOT NULL,
             height real NOT NULL, born {} NOT NULL, note text NULL, points integer NOT NULL DEFAULT 3,
             badge varchar(9) NULL UNIQUE, age integer NULL CHECK (age >= 0))",
        Place::UUID,
        Place::DATETIME,
    ))
    .await;
    let users = UserTable { table: "people".into(), username_field: "email".into(), ..UserTable::default() };
    let database = Database::connect(&place.url(), &users).await.unwrap();
    let error = create(&database, &alice()).await.unwrap_err();
    assert_eq!(error.kind(), CreateUserErrorKind::Unfilled);
    assert!(error.to_string().contains("city, height, born"), "{error}");

    let given = |name: &str, more: &[(&str, &str)]| {
        let given = [("city", "Paris"), ("height", "1.75"), ("born", "2000-01-02 03:04:05")];
        let extra = given.iter().chain(more).map(|(name, value)| ((*name).into(), (*value).into()));
        NewUser { username: name.into(), extra: extra.collect(), ..alice() }
    };
    let key = create(&database, &given("a@x.org", &[("badge", "one")])).await.unwrap();
    assert!(matches!(key, UserKey::Uuid(uuid) if uuid.get_version_num() == 4));
    let user = database.find(UserLookup::Username("a@x.org")).await.unwrap().unwrap();
    assert_eq!(user.key, key);
    let stored = place.rows("SELECT city, height, born, note, points FROM people").await;
    assert_eq!(stored, [["Paris", "1.75", "2000-01-02 03:04:05", "NULL", "3"]]);

    for (more, kind, said) in [
        (("badge", "one"), CreateUserErrorKind::Taken, "badge"),
        (("age", "-1"), CreateUserErrorKind::Invalid, "does not take these values"),
        (("age", "old"), CreateUserErrorKind::Invalid, "\"age\" is not a whole number"),
        (("noet", "x"), CreateUserErrorKind::Invalid, "did you mean \"note\"?"),
        (("note", "a\0b"), CreateUserErrorKind::Invalid, "the character NUL"),
        (("password", "x"), CreateUserErrorKind::Invalid, "other means"),
        (("badge", "much too long"), CreateUserErrorKind::Invalid, "at most 9 characters"),
    ] {
        let error = create(&database, &given("b@x.org", &[more])).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
    assert_eq!(place.rows("SELECT count(*) FROM people").await, [["1"]]);
}

#[tokio::test]
async fn a_password_is_set_by_name() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    create(&database, &alice()).await.unwrap();
    let new = StoredPassword::new("new");
    assert!(database.set_password("alice", &new).await.unwrap());
    assert_eq!(database.set_password("Alice", &new).await.unwrap(), Place::is_same_name("alice", "Alice"));
    assert!(!database.set_password("alicia", &new).await.unwrap());
    let user = database.find(UserLookup::Username("alice")).await.unwrap().unwrap();
    assert_eq!(user.password, new);
}

async fn create(database: &Database, user: &NewUser) -> Result<UserKey, countersign_sql::CreateUserError> {
    database.create_user(user, NOW, &SystemEntropy).await
}

fn alice() -> NewUser {
    NewUser {
        username: "alice".into(),
        email: None,
        password: StoredPassword::new("hash"),
        is_staff: true,
        is_superuser: false,
        extra: Vec::new(),
    }
}
