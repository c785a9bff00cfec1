//! Login, refresh and logout as SimpleJWT has them, and a route for those who are logged in. The users are in memory.
//!
//! ```console
//! $ cargo run --bin minimal
//! ```
//!
//! Log in:
//!
//! ```sh
//! curl -s -d username=ada -d 'password=correct horse' http://127.0.0.1:8000/api/token/ | tee tokens.json
//! token() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" "$2"; }
//! ```
//! ```text
//! {"refresh":"eyJ…","access":"eyJ…"}
//! ```
//!
//! Ask as somebody, and as nobody:
//!
//! ```sh
//! curl -s -H "Authorization: Bearer $(token access tokens.json)" http://127.0.0.1:8000/hello
//! curl -s http://127.0.0.1:8000/hello
//! ```
//! ```text
//! Hello ada!
//! {"detail":"Authentication credentials were not provided."}
//! ```
//!
//! Refresh. The refresh token was good for this once; there is a new one:
//!
//! ```sh
//! curl -s -d "refresh=$(token refresh tokens.json)" http://127.0.0.1:8000/api/token/refresh/ | tee refreshed.json
//! ```
//! ```text
//! {"access":"eyJ…","refresh":"eyJ…"}
//! ```
//!
//! Log out, after which nothing can be refreshed any more:
//!
//! ```sh
//! curl -s -d "refresh=$(token refresh refreshed.json)" http://127.0.0.1:8000/api/token/blacklist/; echo
//! curl -s -d "refresh=$(token refresh refreshed.json)" http://127.0.0.1:8000/api/token/refresh/
//! ```
//! ```text
//! {}
//! {"detail":"Token is blacklisted","code":"token_not_valid"}
//! ```

use axum::{Router, routing::get};
use countersign::authority::{Authority, Rules};
use countersign::dialect::SimpleJwt;
use countersign::entropy::{SystemEntropy, random_hex};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::HashingPool;
use countersign::secret::{Password, SigningSecret};
use countersign::user::User;
use countersign_axum::{Auth, Authenticated, routes};

async fn hello(Authenticated(user): Authenticated<User>) -> String {
    format!("Hello {}!\n", user.username)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let passwords = HashingPool::with_defaults()?;
    let users = MemoryStore::new();
    users.add_user(User::new(1, "ada", passwords.make(Password::new("correct horse")).await?));

    // A key for as long as the program runs, as it is with the users.
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(random_hex(&SystemEntropy, 32)))?;
    let authority = Authority::builder(users, key, passwords).rules(Rules::rotating()).build()?;

    let app = Router::new()
        .route("/hello", get(hello))
        .with_state(Auth::new(SimpleJwt::default(), authority.clone()))
        .merge(routes(SimpleJwt::default(), authority));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
