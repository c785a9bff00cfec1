//! Tokens in cookies: a page that logs in, stays logged in, and logs out, and whose script never sees a token.
//!
//! ```console
//! $ cargo run --bin cookies
//! ```
//!
//! Open `http://127.0.0.1:8000/` and log in as `ada` with the password `correct horse`. `docs/cookies.md` says what the page does
//! and why. With `ACCESS_TOKEN_SECONDS=9` in the environment one can watch it refresh.
//!
//! Firefox and today's Chromium keep `Secure` cookies also of `http://127.0.0.1` and `http://localhost`, since nobody else is on the way. For
//! Safari, or from another machine without TLS, `.over_plain_http()` is what [`Cookies`] need, for as long as it is development.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use countersign::authority::{Authority, Rules};
use countersign::clock::Span;
use countersign::dialect::Cookies;
use countersign::entropy::{SystemEntropy, random_hex};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::HashingPool;
use countersign::secret::{Password, SigningSecret};
use countersign::token::TokenPolicy;
use countersign::user::User;
use countersign_axum::{Auth, Authenticated, routes};

#[derive(Clone)]
struct App {
    auth: Auth,
    notes: Notes,
}

/// Whose they are, and what they say.
type Notes = Arc<Mutex<Vec<(String, String)>>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let passwords = HashingPool::with_defaults()?;
    let users = MemoryStore::new();
    for (id, name, password) in [(1, "ada", "correct horse"), (2, "mallory", "battery staple")] {
        users.add_user(User::new(id, name, passwords.make(Password::new(password)).await?));
    }
    // A key for as long as the program runs, as it is with the users and the notes.
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(random_hex(&SystemEntropy, 32)))?;
    // Refresh tokens are good once. Two tabs may ask with the same one within ten seconds, and both get its successor.
    let authority =
        Authority::builder(users, key, passwords).rules(Rules::rotating()).policy(policy()?).build()?;

    let cookies = Cookies::default();
    let auth = Auth::new(cookies.clone(), authority.clone());
    let app = Router::new()
        .route("/notes", get(read).post(write))
        .with_state(App { auth, notes: Notes::default() })
        .merge(routes(cookies, authority))
        .merge(page());

    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// SimpleJWT's, with access tokens of another lifetime where somebody wants to see them end.
fn policy() -> Result<TokenPolicy, std::num::ParseIntError> {
    let mut policy = TokenPolicy::default();
    if let Ok(seconds) = std::env::var("ACCESS_TOKEN_SECONDS") {
        policy.access_lifetime = Span::from_secs(seconds.parse()?);
    }
    Ok(policy)
}

/// One's own notes. A link to this from anywhere is followed by who is logged in.
async fn read(Authenticated(user): Authenticated<User>, State(notes): State<Notes>) -> Json<Vec<String>> {
    let notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    Json(notes.iter().filter(|(whose, _)| *whose == user.username).map(|(_, note)| note.clone()).collect())
}

/// Keeps a note. What another site sends does not get here: the extractor has refused it.
async fn write(
    Authenticated(user): Authenticated<User>,
    State(notes): State<Notes>,
    note: String,
) -> StatusCode {
    notes.lock().unwrap_or_else(PoisonError::into_inner).push((user.username, note));
    StatusCode::CREATED
}

/// The page, its style and its script, which may load nothing from elsewhere, and be put into nobody's frame.
fn page() -> Router {
    let file = |content_type, text: &'static str| {
        get(async move || {
            let headers = [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY)];
            (headers, text).into_response()
        })
    };
    Router::new()
        .route("/", file("text/html; charset=utf-8", include_str!("page.html")))
        .route("/page.css", file("text/css; charset=utf-8", include_str!("page.css")))
        .route("/page.js", file("text/javascript; charset=utf-8", include_str!("page.js")))
}

const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

impl FromRef<App> for Notes {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.notes)
    }
}
