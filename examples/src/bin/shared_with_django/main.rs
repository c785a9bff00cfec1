//! A service beside a Django project, which is in the folder `django`: they share the users, the key and the blacklist, so a user of either
//! logs in at both, and a token of either is good at the other.
//!
//! ```console
//! $ export SECRET_KEY=$(openssl rand -hex 32) DATABASE=$PWD/db.sqlite3
//! $ cd examples/src/bin/shared_with_django/django
//! $ pip install django djangorestframework-simplejwt gunicorn
//! $ python manage.py migrate
//! $ DJANGO_SUPERUSER_PASSWORD='correct horse' python manage.py createsuperuser --noinput --username ada --email ada@example.org
//! $ gunicorn shop.wsgi --bind 127.0.0.1:8001 &
//! $ cargo run --bin shared_with_django
//! ```
//!
//! The user was made by Django. Log in here, and show the token to both:
//!
//! ```sh
//! log_in() { curl -s -d username=ada -d 'password=correct horse' "http://$1/api/token/"; }
//! token() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" "$2"; }
//! log_in 127.0.0.1:8000 > ours.json
//! curl -s -H "Authorization: Bearer $(token access ours.json)" http://127.0.0.1:8000/hello/; echo
//! curl -s -H "Authorization: Bearer $(token access ours.json)" http://127.0.0.1:8001/hello/
//! ```
//! ```text
//! {"rust says":"Hello ada!"}
//! {"django says":"Hello ada!"}
//! ```
//!
//! The same the other way round:
//!
//! ```sh
//! log_in 127.0.0.1:8001 > theirs.json
//! curl -s -H "Authorization: Bearer $(token access theirs.json)" http://127.0.0.1:8000/hello/; echo
//! curl -s -H "Authorization: Bearer $(token access theirs.json)" http://127.0.0.1:8001/hello/
//! ```
//! ```text
//! {"rust says":"Hello ada!"}
//! {"django says":"Hello ada!"}
//! ```
//!
//! A refresh token is good once, wherever it is used, and then at neither:
//!
//! ```sh
//! refresh() { curl -s -d "refresh=$(token refresh "$2")" "http://$1/api/token/refresh/"; echo; }
//! refresh 127.0.0.1:8000 theirs.json
//! refresh 127.0.0.1:8001 theirs.json
//! refresh 127.0.0.1:8001 ours.json
//! refresh 127.0.0.1:8000 ours.json
//! ```
//! ```text
//! {"access":"eyJ…","refresh":"eyJ…"}
//! {"detail":"Token is blacklisted","code":"token_not_valid"}
//! {"access":"eyJ…","refresh":"eyJ…"}
//! {"detail":"Token is blacklisted","code":"token_not_valid"}
//! ```

use axum::{Json, Router, routing::get};
use countersign::authority::{Authority, Rotation, Rules};
use countersign::clock::Span;
use countersign::dialect::SimpleJwt;
use countersign::key::{Algorithm, SigningKey};
use countersign::password::HashingPool;
use countersign::secret::SigningSecret;
use countersign::token::TokenPolicy;
use countersign::user::User;
use countersign_axum::{Auth, Authenticated, routes};
use countersign_sql::{Database, UserTable};
use serde_json::{Value, json};

async fn hello(Authenticated(user): Authenticated<User>) -> Json<Value> {
    Json(json!({ "rust says": format!("Hello {}!", user.username) }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("SECRET_KEY").map_err(|_| "set SECRET_KEY as for Django")?;
    let path = std::env::var("DATABASE").map_err(|_| "set DATABASE as for Django")?;
    let database = Database::connect(&format!("sqlite://{path}"), UserTable::default()).await?;

    // SIMPLE_JWT of django/shop/settings.py.
    let mut policy = TokenPolicy::default();
    policy.access_lifetime = Span::from_mins(15);
    let mut rules = Rules::default();
    rules.rotation = Rotation::OnWithBlacklist;
    rules.verify_asks_blacklist = true;
    rules.update_last_login = true;
    // INSTALLED_APPS has token_blacklist.
    rules.ledger = true;

    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(secret))?;
    let authority = Authority::builder(database, key, HashingPool::with_defaults()?)
        .policy(policy)
        .rules(rules)
        .build()?;

    let app = Router::new()
        .route("/hello/", get(hello))
        .with_state(Auth::new(SimpleJwt::default(), authority.clone()))
        .merge(routes(SimpleJwt::default(), authority));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
