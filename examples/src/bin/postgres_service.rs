//! A service for many machines on one PostgreSQL: refresh tokens rotate, one that was stolen is noticed, and users see where they are
//! logged in and end what they do not know.
//!
//! ```console
//! $ SECRET_KEY=$(openssl rand -hex 32) DATABASE_URL=postgres://user:password@host/database cargo run --bin postgres_service
//! ```
//!
//! Log in twice, as from two devices:
//!
//! ```sh
//! log_in() { curl -s -A "$1" -d username=demo -d password=demo http://127.0.0.1:8000/api/token/; }
//! token() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" "$2"; }
//! log_in Laptop > laptop.json
//! log_in Phone > phone.json
//! curl -s -H "Authorization: Bearer $(token access laptop.json)" http://127.0.0.1:8000/devices
//! ```
//! ```text
//! Phone at 127.0.0.1
//! Laptop at 127.0.0.1 (this one)
//! ```
//!
//! The phone refreshes, and again. Then somebody presents the token that it had at first, who must have stolen it: nobody can tell who is
//! the thief, so the phone's session is over. The laptop's is not.
//!
//! ```sh
//! refresh() { curl -s -d "refresh=$(token refresh "$1")" http://127.0.0.1:8000/api/token/refresh/; }
//! refresh phone.json > second.json
//! refresh second.json > third.json
//! refresh phone.json; echo
//! refresh third.json; echo
//! curl -s -H "Authorization: Bearer $(token access laptop.json)" http://127.0.0.1:8000/devices
//! ```
//! ```text
//! {"detail":"Token is blacklisted","code":"token_not_valid"}
//! {"detail":"Token is blacklisted","code":"token_not_valid"}
//! Laptop at 127.0.0.1 (this one)
//! ```
//!
//! An access token ends with its session, too:
//!
//! ```sh
//! curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $(token access third.json)" http://127.0.0.1:8000/devices
//! ```
//! ```text
//! 401
//! ```

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, FromRef, Request, State};
use axum::http::request::Parts;
use axum::middleware::map_request;
use axum::routing::get;
use countersign::authority::{Authority, ClientAddress, Rules};
use countersign::clock::{Clock, Span, SystemClock};
use countersign::dialect::SimpleJwt;
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, SigningKey};
use countersign::password::HashingPool;
use countersign::secret::{Password, SigningSecret};
use countersign::token::TokenPolicy;
use countersign_axum::{Auth, AuthRejection, Bearer, routes};
use countersign_sql::{BlacklistMemory, CreateUserErrorKind, Database, NewUser, UserTable};

#[derive(Clone)]
struct App {
    auth: Auth,
    authority: Authority<Database>,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

/// Where whoever asks is logged in.
async fn devices(
    State(app): State<App>,
    Bearer(token): Bearer,
    request: Parts,
) -> Result<String, AuthRejection> {
    // The token was good a moment ago, but its session may have ended.
    let refused = |failure| app.auth.refused(&request, failure);
    let mut page = String::new();
    for device in app.authority.list_sessions(&token).await.map_err(refused)? {
        let session = device.session;
        let name = session.user_agent.as_deref().unwrap_or("Something");
        let _ = write!(page, "{name}");
        if let Some(address) = session.address {
            let _ = write!(page, " at {address}");
        }
        page += if device.is_current { " (this one)\n" } else { "\n" };
    }
    Ok(page)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("SECRET_KEY").map_err(|_| "set SECRET_KEY to 32 random bytes or more")?;
    let url = std::env::var("DATABASE_URL")
        .map_err(|_| "set DATABASE_URL to postgres://user:password@host/database")?;

    Database::migrate(&url, UserTable::default(), SystemClock.now()).await?;
    let database = Database::connect(&url, UserTable::default()).await?;
    // Whether an access token is revoked costs no query then; PostgreSQL tells the other machines, within a second.
    database.keep_blacklist_in_memory(BlacklistMemory::new(Duration::from_secs(1)));
    let passwords = HashingPool::with_defaults()?;
    create_demo_user(&database, &passwords).await?;

    let mut policy = TokenPolicy::default();
    policy.refresh_lifetime = Span::from_days(7);
    let mut rules = Rules::rotating();
    rules.access_tokens_ask_blacklist = true;
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(secret))?;
    let authority = Authority::builder(database, key, passwords).policy(policy).rules(rules).build()?;

    let app = App { auth: Auth::new(SimpleJwt::default(), authority.clone()), authority: authority.clone() };
    let app = Router::new()
        .route("/devices", get(devices))
        .with_state(app)
        .merge(routes(SimpleJwt::default(), authority))
        .layer(map_request(with_client_address));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}

/// Who asks is whoever is connected. Behind a proxy it would be what that one's header says.
async fn with_client_address(ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request) -> Request {
    request.extensions_mut().insert(ClientAddress(peer.ip()));
    request
}

/// Somebody to try the service with, whom the second machine finds there already.
async fn create_demo_user(
    database: &Database,
    passwords: &HashingPool,
) -> Result<(), Box<dyn std::error::Error>> {
    let demo = NewUser::new("demo", passwords.make(Password::new("demo")).await?);
    match database.create_user(&demo, SystemClock.now(), &SystemEntropy).await {
        Err(error) if error.kind() != CreateUserErrorKind::Taken => Err(error.into()),
        _ => Ok(()),
    }
}
