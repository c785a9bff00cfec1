//! What is read from the schema at connect, and what is said when it does not fit.

use countersign::clock::Timestamp;
use countersign::store::{StoreErrorKind, UserIdClaim, UserLookup, Users};
use countersign::user::{FieldValue, UserKey};
use countersign_sql::{ColumnKind, ConnectErrorKind, Database, UserTable};

use super::{NOW, add_user};
use crate::Place;

#[tokio::test]
async fn a_custom_user_model_is_found_and_read() {
    let place = Place::with(&people_table()).await;
    place.run(&person("'a@x.org'", "true", "'2026-01-01 00:00:00.5'")).await;
    let database = Database::connect(&place.url(), &people()).await.unwrap();
    let model = database.user_model();
    assert_eq!((model.primary_key().name(), model.primary_key().kind()), ("uid", ColumnKind::Uuid));
    assert_eq!(model.username().name(), "email");
    assert!(model.last_login().is_none());
    assert!(model.has_column("score") && !model.has_column("username") && !database.has_token_blacklist());

    let user = database.find(UserLookup::Username("a@x.org")).await.unwrap().unwrap();
    assert_eq!(user.key.to_string(), "6e8a1c3b-0000-4000-8000-000000000001");
    assert!(user.is_active);
    let field = |name| user.fields.get(name).unwrap();
    assert_eq!(*field("joined"), FieldValue::Timestamp(NOW + countersign::clock::Span::from_micros(500_000)));
    assert_eq!(*field("score"), FieldValue::Float(2.0));
    assert_eq!(*field("balance"), FieldValue::Text("12.5".to_owned()));
    assert_eq!(*field("born"), FieldValue::Text("1990-02-03".to_owned()));
    assert_eq!(*field("avatar"), FieldValue::Text("00ff".to_owned()));
    assert_eq!(*field("note"), FieldValue::Null);
    assert_eq!(*field("order"), FieldValue::Int(7));
    database.record_login(&user.key, NOW).await.unwrap();
}

#[tokio::test]
async fn groups_and_permissions_are_found_by_djangos_names() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    place
        .run(
            "INSERT INTO auth_group (id, name) VALUES (5, 'b'), (9, 'a');
             INSERT INTO auth_user_groups (user_id, group_id) VALUES (7, 9), (7, 5);
             INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT 7, id FROM auth_permission
               WHERE codename IN ('view_user', 'add_group', 'add_contenttype') ORDER BY codename DESC",
        )
        .await;
    let database = place.connect().await;
    let relations = database.relations(&UserKey::Int(7)).await.unwrap();
    let found: Vec<_> = relations.iter().collect();
    assert_eq!(found[0], ("groups", &[5, 9][..]));
    // By app, model and codename, as Django orders permissions.
    let mut ordered = Vec::new();
    for codename in ["add_group", "view_user", "add_contenttype"] {
        let id = place.rows(&format!("SELECT id FROM auth_permission WHERE codename = '{codename}'")).await;
        ordered.push(id[0][0].parse().unwrap());
    }
    assert_eq!(found[1], ("user_permissions", &*ordered));
    let nobody = database.relations(&UserKey::Int(99)).await.unwrap();
    assert!(nobody.iter().all(|(_, keys)| keys.is_empty()) && nobody.iter().count() == 2);
}

#[tokio::test]
async fn a_model_of_ones_own_has_groups_in_tables_of_its_own() {
    let place = Place::with(&people_table()).await;
    place
        .run(&format!(
            "CREATE TABLE people_groups (id integer PRIMARY KEY, person_id {uuid}, group_id integer);
             CREATE TABLE people_user_permissions (id integer PRIMARY KEY, person_id {uuid}, note text);
             INSERT INTO people_groups VALUES (1, '6e8a1c3b000040008000000000000001', 3)",
            uuid = Place::UUID,
        ))
        .await;
    let database = Database::connect(&place.url(), &people()).await.unwrap();
    let key = UserKey::Uuid("6e8a1c3b-0000-4000-8000-000000000001".parse().unwrap());
    let relations = database.relations(&key).await.unwrap();
    assert_eq!(relations.iter().collect::<Vec<_>>(), [("groups", &[3][..])]);
    let without = Place::with(&people_table()).await;
    let database = Database::connect(&without.url(), &people()).await.unwrap();
    assert_eq!(database.relations(&key).await.unwrap().iter().count(), 0);
}

#[tokio::test]
async fn a_user_model_without_is_active_has_active_users() {
    let place = Place::with(
        "CREATE TABLE auth_user (id integer PRIMARY KEY, username varchar(9), password text);
         INSERT INTO auth_user VALUES (1, 'a', 'x'), (2, NULL, 'x')",
    )
    .await;
    let database = place.connect().await;
    assert!(database.find(UserLookup::Username("a")).await.unwrap().unwrap().is_active);
    let nameless = UserLookup::Field { column: "pk", value: UserIdClaim::Int(2) };
    assert_eq!(database.find(nameless).await.unwrap().unwrap().username, "");
}

#[tokio::test]
async fn two_users_with_one_value_are_an_error() {
    let place = Place::with(
        "CREATE TABLE auth_user (id integer PRIMARY KEY, username text, password text, code integer);
         INSERT INTO auth_user VALUES (1, 'a', 'x', 5), (2, 'b', 'x', 5), (3, 'c', 'x', 6)",
    )
    .await;
    let database = place.connect().await;
    let by = |code| UserLookup::Field { column: "code", value: UserIdClaim::Int(code) };
    assert_eq!(database.find(by(5)).await.unwrap_err().kind(), StoreErrorKind::Inconsistent);
    assert_eq!(database.find(by(6)).await.unwrap().unwrap().key, UserKey::Int(3));
}

#[tokio::test]
async fn what_does_not_fit_is_said_in_a_sentence() {
    let place = Place::with(&people_table()).await;
    let default = UserTable::default();
    let with = |change: fn(&mut UserTable)| {
        let mut users = people();
        change(&mut users);
        users
    };
    for (users, kind, said) in [
        (default.clone(), ConnectErrorKind::Schema, "no user table \"auth_user\""),
        (with(|users| users.table = "peoples".into()), ConnectErrorKind::Schema, "did you mean \"people\"?"),
        (
            with(|users| users.username_field = "emial".into()),
            ConnectErrorKind::Schema,
            "did you mean \"email\"?",
        ),
        (with(|users| users.password = "hash".into()), ConnectErrorKind::Schema, "its columns are: uid, "),
        (with(|users| users.is_active = "enabled".into()), ConnectErrorKind::Schema, "users.is_active"),
        (with(|users| users.last_login = "seen".into()), ConnectErrorKind::Schema, "users.last_login"),
        (with(|users| users.email = "mail".into()), ConnectErrorKind::Schema, "users.email"),
        (with(|users| users.id = Some("score".into())), ConnectErrorKind::Schema, Place::DECLARED_REAL),
        (with(|users| users.id = Some("id".into())), ConnectErrorKind::Schema, "users.id"),
    ] {
        let error = Database::connect(&place.url(), &users).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(said), "{error}");
    }
    let custom =
        Place::with("CREATE TABLE shop_customer (id integer PRIMARY KEY, password text, last_login text)")
            .await;
    let error = Database::connect(&custom.url(), &default).await.unwrap_err();
    assert!(error.to_string().contains("which looks to be: shop_customer"), "{error}");
}

#[tokio::test]
async fn times_are_written_as_django_writes_them() {
    let place = Place::migrated().await;
    add_user(&place, 1, "a").await;
    add_user(&place, 2, "b").await;
    let database = place.connect().await;
    database.record_login(&UserKey::Int(1), NOW).await.unwrap();
    database.record_login(&UserKey::Int(2), Timestamp::from_micros(NOW.as_micros() + 7)).await.unwrap();
    let written = place.rows("SELECT last_login FROM auth_user ORDER BY id").await;
    assert_eq!(written, [["2026-01-01 00:00:00"], ["2026-01-01 00:00:00.000007"]]);
}

pub(crate) fn people() -> UserTable {
    UserTable { table: "people".to_owned(), username_field: "email".to_owned(), ..UserTable::default() }
}

pub(crate) fn person(email: &str, active: &str, joined: &str) -> String {
    format!(
        "INSERT INTO people VALUES ('6e8a1c3b000040008000000000000001', {email}, 'x', {active}, {joined}, 2,
         12.5, '1990-02-03', {bytes}, NULL, 7)",
        bytes = Place::BYTES_00FF,
    )
}

pub(crate) fn people_table() -> String {
    format!(
        r#"CREATE TABLE people (
            uid {uuid} NOT NULL PRIMARY KEY, email varchar(254) NOT NULL UNIQUE, password varchar(128) NOT NULL,
            is_active bool NOT NULL, joined {datetime} NOT NULL, score real NOT NULL, balance decimal(5,1) NOT NULL,
            born date NULL, avatar {bytes} NULL, note text NULL, "order" {unsigned} NULL
        )"#,
        uuid = Place::UUID,
        datetime = Place::DATETIME,
        bytes = Place::BYTES,
        unsigned = Place::UNSIGNED,
    )
}
