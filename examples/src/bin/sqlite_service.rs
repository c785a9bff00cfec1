//! A service with its users in an SQLite file, in Django's own tables, which it makes itself.
//!
//! A Django project can be put on the file later, and finds nothing to migrate; and a service can be put on the file of a Django
//! project that is there.
//!
//! ```console
//! $ SECRET_KEY=$(openssl rand -hex 32) cargo run --bin sqlite_service
//! ```
//!
//! Log in as the user that it makes for you to try it with, and see the row:
//!
//! ```sh
//! curl -s -d username=demo -d password=demo http://127.0.0.1:8000/api/token/ > tokens.json
//! token() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" tokens.json; }
//! curl -s -H "Authorization: Bearer $(token access)" http://127.0.0.1:8000/me
//! ```
//! ```text
//! {"email":"demo@example.org","id":"1","is_staff":false,"username":"demo"}
//! ```
//!
//! A token is good for its holder alone:
//!
//! ```sh
//! curl -s -H 'Authorization: Bearer forged' http://127.0.0.1:8000/me
//! ```
//! ```text
//! {"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[…]}
//! ```

use axum::extract::FromRef;
use axum::routing::get;
use axum::{Json, Router};
use countersign::authority::{Authority, Rules};
use countersign::clock::{Clock, SystemClock};
use countersign::dialect::SimpleJwt;
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, SigningKey};
use countersign::password::HashingPool;
use countersign::secret::{Password, SigningSecret};
use countersign::user::{FieldValue, User};
use countersign_axum::{Auth, Authenticated, routes};
use countersign_sql::{CreateUserErrorKind, Database, NewUser, UserTable};
use serde_json::{Value, json};

/// What the handlers share. Whatever has an [`Auth`] in it can be the state of routes that want to know who asks.
#[derive(Clone)]
struct App {
    auth: Auth,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

async fn me(Authenticated(user): Authenticated<User>) -> Json<Value> {
    Json(json!({
        "id": user.key.to_string(),
        "username": user.username,
        "email": user.email,
        "is_staff": user.fields.get("is_staff") == Some(&FieldValue::Bool(true)),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("SECRET_KEY").map_err(|_| "set SECRET_KEY to 32 random bytes or more")?;
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite://service.sqlite3".to_owned());

    // Makes what is missing and leaves the rest as it is.
    Database::migrate(&url, UserTable::default(), SystemClock.now()).await?;
    let database = Database::connect(&url, UserTable::default()).await?;
    let passwords = HashingPool::with_defaults()?;
    create_demo_user(&database, &passwords).await?;

    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(secret))?;
    let mut rules = Rules::rotating();
    rules.update_last_login = true;
    let authority = Authority::builder(database, key, passwords).rules(rules).build()?;

    let app = App { auth: Auth::new(SimpleJwt::default(), authority.clone()) };
    let app =
        Router::new().route("/me", get(me)).with_state(app).merge(routes(SimpleJwt::default(), authority));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// Somebody to try the service with, whom a second start finds there already.
async fn create_demo_user(
    database: &Database,
    passwords: &HashingPool,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut demo = NewUser::new("demo", passwords.make(Password::new("demo")).await?);
    demo.email = Some("demo@example.org".to_owned());
    match database.create_user(&demo, SystemClock.now(), &SystemEntropy).await {
        Err(error) if error.kind() != CreateUserErrorKind::Taken => Err(error.into()),
        _ => Ok(()),
    }
}
