//! Genuine Django as the judge: what it makes we use, what we make it takes, row by row the same text.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use countersign::authority::{Authority, PasswordReset};
use countersign::clock::{Span, Timestamp};
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, SigningKey};
use countersign::password::{Hasher, HashingPool, PasswordHashers, Pbkdf2Cost, PoolSize};
use countersign::password_reset::{PasswordResets, ResetMail, ResetMailer, ResetTokens};
use countersign::secret::{Password, PlainToken, SigningSecret, StoredPassword};
use countersign::store::{
    Claim, NewRefreshToken, OutstandingToken, RefreshTokens, StoredRefreshToken, TokenLedger, UserIdClaim,
    UserLookup, Users,
};
use countersign::user::UserKey;
use countersign_sql::{Database, NewUser, Tables, UserTable};
use serde_json::{Value, json};

use super::{NOW, tables, token};
use crate::Place;

#[tokio::test]
async fn django_takes_over_a_database_that_we_made() {
    let (ours, theirs) = (Place::migrated().await, Place::empty().await);
    let genuine = Django::on(&theirs, "auth.User");
    genuine.manage(&["migrate"], "blacklist graphql");
    assert_eq!(ours.schema().await, theirs.schema().await);
    for rows in [
        "SELECT id, app, name FROM django_migrations ORDER BY id",
        "SELECT id, app_label, model FROM django_content_type ORDER BY id",
        "SELECT content_type_id, codename, name FROM auth_permission ORDER BY content_type_id, codename",
    ] {
        assert_eq!(ours.rows(rows).await, theirs.rows(rows).await, "{rows}");
    }

    let database = ours.connect().await;
    let root = NewUser {
        username: "root".to_owned(),
        email: Some("root@example.org".to_owned()),
        password: StoredPassword::new("pbkdf2_sha256$1$salt$hash"),
        is_staff: true,
        is_superuser: true,
        extra: Vec::new(),
    };
    let key = database.create_user(&root, NOW, &SystemEntropy).await.unwrap();
    let text = PlainToken::new("token");
    database.record(&token("ours", &text, Some(&key))).await.unwrap();

    let django = Django::on(&ours, "auth.User");
    django.manage(&["migrate", "--check"], "blacklist graphql");
    django.manage(&["migrate"], "blacklist graphql admin");
    django.manage(&["migrate", "--check"], "blacklist graphql admin");
    django.manage(&["makemigrations", "--check"], "blacklist graphql admin");
    django.manage(&["check"], "blacklist graphql admin");
    assert_eq!(django.script("admin.py"), "the admin works\n");
    assert!(migrate(&ours, &UserTable::default()).await.is_unchanged());
}

#[tokio::test]
async fn we_add_to_a_database_that_django_made_what_its_app_would_have() {
    for (model, users) in models() {
        let (ours, theirs) = (Place::empty().await, Place::empty().await);
        Django::on(&theirs, model).manage(&["migrate"], "blacklist graphql");
        let django = Django::on(&ours, model);
        django.manage(&["migrate"], "");
        let mode = ours.mode().await;
        let report = migrate(&ours, &users).await;
        assert_eq!(report.created_tables.iter().filter(|table| !is_our_own(table)).count(), 3);
        assert_eq!((report.recorded.len(), report.created_database), (13, false));
        assert!(migrate(&ours, &users).await.is_unchanged());
        assert_eq!(ours.mode().await, mode, "it stays Django's");

        let apps = |tables: Vec<(String, Vec<Vec<String>>)>| -> Vec<_> {
            tables.into_iter().filter(|(table, _)| APPS.iter().any(|app| table.starts_with(app))).collect()
        };
        assert_eq!(apps(ours.schema().await), apps(theirs.schema().await), "{model}");
        let permissions = "SELECT codename, p.name FROM auth_permission p JOIN django_content_type c
             ON c.id = p.content_type_id WHERE app_label IN ('token_blacklist', 'refresh_token') ORDER BY codename";
        assert_eq!(ours.rows(permissions).await, theirs.rows(permissions).await);
        django.manage(&["migrate", "--check"], "blacklist graphql");
        django.manage(&["migrate"], "blacklist graphql admin");
        django.manage(&["makemigrations", "--check"], "blacklist graphql admin");
    }
}

/// Whether Django knows nothing of a table.
fn is_our_own(table: &str) -> bool {
    table.starts_with("countersign_")
}

#[tokio::test]
async fn what_migrate_cannot_do_it_leaves_to_django() {
    let place = Place::empty().await;
    let users = UserTable { table: "people_person".to_owned(), ..UserTable::default() };
    let error = Database::migrate(&place.url(), &users, NOW).await.unwrap_err();
    assert!(error.to_string().contains("Django's own `migrate`"), "{error}");

    let place = Place::empty().await;
    let django = Django::on(&place, "people.Person");
    django.manage(&["migrate"], "");
    let error = Database::migrate(&place.url(), &UserTable::default(), NOW).await.unwrap_err();
    assert!(error.to_string().contains("which looks to be: people_person"), "{error}");
    assert!(place.schema().await.iter().all(|(table, _)| !table.starts_with("token")));

    let place = Place::migrated().await;
    let theirs = Tables { refresh_tokens: Some("shop_ticket".to_owned()), ..UserTable::default().into() };
    let error = Database::migrate(&place.url(), theirs, NOW).await.unwrap_err();
    assert!(error.to_string().contains("no table \"shop_ticket\" for refresh tokens"), "{error}");

    let place = Place::empty().await;
    let django = Django::on(&place, "auth.User");
    django.manage(&["migrate", "token_blacklist", "0012"], "blacklist");
    let report = Database::migrate(&place.url(), &UserTable::default(), NOW).await.unwrap();
    assert!(
        report.created_tables.iter().all(|table| is_our_own(table)),
        "no refresh tokens: nobody asks for them"
    );
    assert!(report.recorded.is_empty(), "{report}");
    assert_eq!(report.left_to_django, ["0013_alter_blacklistedtoken_options_and_more"]);
    place.run("DROP TABLE token_blacklist_blacklistedtoken").await;
    let error = Database::migrate(&place.url(), &UserTable::default(), NOW).await.unwrap_err();
    assert!(error.to_string().contains("one without the other"), "{error}");
}

#[tokio::test]
async fn the_rows_we_write_are_those_that_simplejwt_writes() {
    for (model, users) in models() {
        let theirs = Place::exact().await;
        let django = Django::on(&theirs, model);
        django.manage(&["migrate"], "blacklist");
        django.script("write.py");
        let (read, written) = (django.read(), theirs.rows(&ledger()).await);
        assert_eq!(written.len(), 8);

        // The same database, with the ledger written by us from what Django reads.
        let database = Database::connect(&theirs.url(), &users).await.unwrap();
        theirs.run("DELETE FROM token_blacklist_blacklistedtoken").await;
        theirs.run("DELETE FROM token_blacklist_outstandingtoken").await;
        let texts: Vec<_> = written.iter().map(|row| (&*row[0], PlainToken::new(&*row[1]))).collect();
        for (number, told) in read["tokens"].as_array().unwrap().iter().enumerate() {
            let jti = told["jti"].as_str().unwrap();
            let text = &texts.iter().find(|(known, _)| *known == jti).unwrap().1;
            let user = key(&database, told["user"].as_str().unwrap()).await;
            let token = OutstandingToken {
                jti,
                token: text,
                user: user.as_ref(),
                created_at: time(&told["created_at"]).unwrap(),
                expires_at: time(&told["expires_at"]).unwrap(),
            };
            match time(&told["blacklisted_at"]) {
                None => database.record(&token).await.unwrap(),
                Some(at) if number % 2 == 0 => {
                    assert_eq!(database.blacklist(&token, at).await.unwrap(), Claim::Won);
                }
                Some(at) => {
                    let other = PlainToken::new("other");
                    let successor = OutstandingToken { jti: &format!("{jti}-next"), token: &other, ..token };
                    assert_eq!(database.rotate(&token, &successor, at).await.unwrap(), Claim::Won);
                    theirs.run("DELETE FROM token_blacklist_outstandingtoken WHERE jti LIKE '%-next'").await;
                }
            }
        }
        assert_eq!(theirs.rows(&ledger()).await, written, "{model}");
        let again = django.read();
        assert_eq!(again, read, "{model}");
        let refused = |token: &&Value| token["refused"] == "Token is blacklisted";
        assert_eq!(again["tokens"].as_array().unwrap().iter().filter(refused).count(), 4);
    }
}

#[tokio::test]
async fn the_users_we_find_are_those_that_django_finds() {
    for (model, users) in models() {
        let theirs = Place::exact().await;
        let django = Django::on(&theirs, model);
        django.manage(&["migrate"], "blacklist");
        django.script("write.py");
        let database = Database::connect(&theirs.url(), &users).await.unwrap();
        for told in django.read()["users"].as_array().unwrap() {
            let told = told.as_object().unwrap();
            let name = told[&users.username_field].as_str().unwrap();
            let user = database.find(UserLookup::Username(name)).await.unwrap().unwrap();
            assert_eq!(user.username, name);
            assert_eq!(user.is_active, told["is_active"] == "True");
            assert_eq!(user.password.expose(), told["password"]);
            assert_eq!(user.key.to_string(), told["id"].as_str().unwrap());
            for (column, value) in told.iter().filter(|(column, _)| *column != "password") {
                let found = user.fields.get(column).unwrap_or_else(|| panic!("{model} has {column}"));
                assert_eq!(found.to_string(), value.as_str().unwrap(), "{model} {column}");
            }
            assert_eq!(key(&database, told["id"].as_str().unwrap()).await, Some(user.key.clone()));
            database.record_login(&user.key, NOW).await.unwrap();
        }
        for user in django.read()["users"].as_array().unwrap() {
            assert_eq!(time(&user["last_login"]), Some(NOW));
        }
        assert!(database.find(UserLookup::Username("ALICE@example.org")).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn the_refresh_tokens_we_write_are_those_that_the_package_writes() {
    for (model, users) in models() {
        let theirs = Place::empty().await;
        let django = Django::on(&theirs, model);
        django.manage(&["migrate"], "graphql");
        let read: Value = serde_json::from_str(&django.python(&["refresh.py", "write"], "graphql")).unwrap();
        let told: Vec<_> = read.as_array().unwrap().iter().map(|row| row["live"].clone()).collect();
        let one = [Value::from(true), "Invalid refresh token".into(), true.into(), false.into()];
        assert_eq!(told, [&one[..], &one[..]].concat(), "{model}");
        let written = theirs.rows(&refresh_tokens()).await;

        let database = Database::connect(&theirs.url(), tables(&users)).await.unwrap();
        theirs.run("DELETE FROM refresh_token_refreshtoken").await;
        let before = PlainToken::new("before");
        for row in read.as_array().unwrap() {
            let token = PlainToken::new(row["token"].as_str().unwrap());
            let user = key(&database, row["user"].as_str().unwrap()).await.unwrap();
            let time = |name: &str| row[name].as_i64().map(Timestamp::from_micros);
            let created_at = time("created").unwrap();
            let new = NewRefreshToken { token: &before, user: &user, created_at: NOW };
            assert!(database.keep_refresh_token(&new).await.unwrap());
            let replaced = database.replace_refresh_token(&before, &token, created_at).await.unwrap();
            assert_eq!(replaced, Claim::Won);
            let found = database.find_refresh_token(&token).await.unwrap();
            assert_eq!(found, Some(StoredRefreshToken { token: token.clone(), user, created_at }), "{model}");
            if let Some(at) = time("revoked") {
                assert_eq!(database.revoke_refresh_token(&token, at).await.unwrap(), Claim::Won);
            }
        }
        assert_eq!(theirs.rows(&refresh_tokens()).await, written, "{model}");
        let again: Value = serde_json::from_str(&django.python(&["refresh.py"], "graphql")).unwrap();
        assert_eq!(again, read, "{model}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_go_to_those_whom_django_mails_and_either_takes_the_others() {
    const EMAILS: [&str; 9] = [
        "ALICE@EXAMPLE.ORG",
        "älice@example.org",
        "Älice@example.org",
        "KIM@example.org",
        "\u{212a}im@example.org",
        "a_b%c@example.org",
        "fiona@example.org",
        "back\\slash@example.org",
        "nobody@example.org",
    ];
    // Two whose addresses differ by case alone are one where the address is the name and case is nothing.
    let count = if Place::is_same_name("alice", "ALICE") { 1 } else { 2 };
    for (model, users) in &models()[..count] {
        let theirs = Place::empty().await;
        let django = Django::on(&theirs, model);
        django.manage(&["migrate"], "blacklist");
        let told: Value = django.resets(&[&["make"], &EMAILS[..]].concat());
        let ahead = Span::from_secs(told["ahead"].as_i64().unwrap());

        let database = Database::connect(&theirs.url(), users).await.unwrap();
        let secret = SigningSecret::new(SECRET_KEY);
        let mails = Arc::new(Mails::default());
        let tokens = ResetTokens::new(&secret).local_time(Arc::new(move |_| ahead));
        let key = SigningKey::load(Algorithm::Hs256, &secret).unwrap();
        let authority = Authority::builder(database, key, hashing_pool())
            .password_resets(PasswordResets::new(tokens).mailer(mails.clone()))
            .build()
            .unwrap();
        let mut links = Vec::new();
        for email in EMAILS {
            authority.request_password_reset(email).await.unwrap();
            let mut ours: Vec<_> = mails.0.lock().unwrap().drain(..).collect();
            ours.sort_by(|one, other| one.user.username.cmp(&other.user.username));
            let names: Vec<_> = ours.iter().map(|mail| json!([mail.user.username, mail.uid])).collect();
            let theirs = told["mailed"][email].as_array().unwrap().iter();
            let expected: Vec<_> = theirs.map(|mailed| json!([mailed[0], mailed[1]])).collect();
            assert_eq!(names, expected, "{model} {email}");
            links.extend(ours.into_iter().map(|mail| (mail.user.username, mail.token)));
        }
        assert!(links.len() >= 6, "{links:?}");
        let pairs = links.iter().flat_map(|(name, token)| [name.as_str(), token.expose()]);
        let good: Value = django.resets(&["check"].into_iter().chain(pairs).collect::<Vec<_>>());
        assert!(good.as_array().unwrap().iter().all(|good| *good == true), "{good}");

        let [name, uid, token] =
            [0, 1, 2].map(|at| told["mailed"]["ALICE@EXAMPLE.ORG"][0][at].as_str().unwrap());
        let reset = PasswordReset {
            uid: uid.to_owned(),
            token: PlainToken::new(token),
            new: Password::new("a new password"),
        };
        authority.confirm_password_reset(&reset).await.unwrap();
        assert_eq!(django.resets(&["log-in", name, "a new password"]), true);
        assert_eq!(django.resets(&["check", name, token]), json!([false]), "it is used");
        assert!(authority.confirm_password_reset(&reset).await.is_err());
    }
}

#[derive(Default)]
struct Mails(Mutex<Vec<ResetMail>>);

impl ResetMailer for Mails {
    fn send(&self, mail: ResetMail) {
        self.0.lock().unwrap().push(mail);
    }
}

pub(super) fn hashing_pool() -> HashingPool {
    let hashers = PasswordHashers::new(vec![Hasher::Pbkdf2Sha256(Pbkdf2Cost { iterations: 10 })]).unwrap();
    HashingPool::start(Arc::new(hashers), Arc::new(SystemEntropy), PoolSize::default()).unwrap()
}

/// Genuine Django, in the folder `tests/django`, on the database of a place.
pub(crate) struct Django<'a> {
    place: &'a Place,
    model: &'static str,
}

impl<'a> Django<'a> {
    pub(crate) fn on(place: &'a Place, model: &'static str) -> Self {
        let django = Self { place, model };
        if let Some((app, _)) = model.split_once('.').filter(|(app, _)| *app != "auth") {
            std::fs::create_dir(django.made().join("made")).unwrap();
            std::fs::File::create(django.made().join("made/__init__.py")).unwrap();
            django.manage(&["makemigrations", app], "");
        }
        django
    }

    /// Where Django writes the migrations of the user model's app.
    fn made(&self) -> PathBuf {
        self.place.folder().to_owned()
    }

    pub(crate) fn manage(&self, command: &[&str], apps: &str) -> String {
        self.python(&[&["-m", "django"], command].concat(), apps)
    }

    pub(crate) fn script(&self, name: &str) -> String {
        self.python(&[name], "blacklist admin")
    }

    pub(crate) fn read(&self) -> Value {
        serde_json::from_str(&self.python(&["read.py"], "blacklist")).unwrap()
    }

    fn resets(&self, arguments: &[&str]) -> Value {
        let said = self.python(&[&["resets.py"], arguments].concat(), "blacklist");
        serde_json::from_str(&said).unwrap()
    }

    pub(crate) fn python(&self, arguments: &[&str], apps: &str) -> String {
        let python = std::env::var_os("COUNTERSIGN_ORACLE_PYTHON").expect(
            "this test compares with genuine Django: run ./scripts/test, which installs it and sets \
             COUNTERSIGN_ORACLE_PYTHON to its Python",
        );
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django");
        let ran = Command::new(python)
            .args(arguments)
            .current_dir(&folder)
            .env("PYTHONPATH", std::env::join_paths([&folder, &self.made()]).unwrap())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("DJANGO_SETTINGS_MODULE", "settings")
            .env("DATABASE", self.place.url())
            .env("USER_MODEL", self.model)
            .env("APPS", apps)
            .output()
            .unwrap();
        let (said, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{arguments:?} with {apps:?}:\n{said}\n{complained}");
        said.into_owned()
    }
}

/// Django's own user model; UUID keys and the address as the name; a `BigAutoField` that nothing refers to.
pub(super) fn models() -> [(&'static str, UserTable); 3] {
    let named = |table: &str, username_field: &str| UserTable {
        table: table.to_owned(),
        username_field: username_field.to_owned(),
        ..UserTable::default()
    };
    [
        ("auth.User", UserTable::default()),
        ("people.Person", named("people_person", "email")),
        ("members.Member", named("club members", "username")),
    ]
}

pub(super) async fn migrate(place: &Place, users: &UserTable) -> countersign_sql::MigrationReport {
    Database::migrate(&place.url(), tables(users), NOW).await.unwrap()
}

async fn key(database: &Database, id: &str) -> Option<UserKey> {
    let by = UserLookup::Field { column: "pk", value: UserIdClaim::Text(id.into()) };
    database.find(by).await.unwrap().map(|user| user.key)
}

fn time(micros: &Value) -> Option<Timestamp> {
    micros.as_str().unwrap().parse().ok().map(Timestamp::from_micros)
}

/// The apps whose tables we make beside the user's.
const APPS: [&str; 2] = ["token_blacklist", "refresh_token"];

/// As the settings beside this file have it.
pub(super) const SECRET_KEY: &str = "only for tests, and long enough for HS256: 0123456789abcdef";
/// Both tables as the engine's own text, with the type of what is not text by nature.
fn ledger() -> String {
    format!(
        "SELECT o.jti, o.token, o.user_id, {type_of}(o.user_id), o.created_at, {type_of}(o.created_at),
         o.expires_at, {type_of}(o.expires_at), b.blacklisted_at, {type_of}(b.blacklisted_at), b.token_id = o.id
         FROM token_blacklist_outstandingtoken o
         LEFT JOIN token_blacklist_blacklistedtoken b ON b.token_id = o.id ORDER BY o.jti",
        type_of = Place::TYPE_OF,
    )
}

fn refresh_tokens() -> String {
    format!(
        "SELECT token, user_id, {type_of}(user_id), created, {type_of}(created), revoked, {type_of}(revoked)
         FROM refresh_token_refreshtoken ORDER BY id",
        type_of = Place::TYPE_OF,
    )
}
