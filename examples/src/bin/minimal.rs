//! Login, refresh and logout as SimpleJWT has them. The users are in memory.
//!
//! ```console
//! $ cargo run --bin minimal
//! ```
//!
//! ```sh
//! curl -s -d username=ada -d 'password=correct horse' http://127.0.0.1:8000/api/token/
//! ```
//! ```text
//! {"refresh":"eyJ…","access":"eyJ…"}
//! ```

use axum::Router;
use countersign::authority::{Authority, Rules};
use countersign::dialect::SimpleJwt;
use countersign::entropy::{SystemEntropy, random_hex};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::HashingPool;
use countersign::secret::{Password, SigningSecret};
use countersign::user::User;
use countersign_axum::routes;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let passwords = HashingPool::with_defaults()?;
    let users = MemoryStore::new();
    users.add_user(User::new(1, "ada", passwords.make(Password::new("correct horse")).await?));

    // A key for as long as the program runs, as it is with the users.
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(random_hex(&SystemEntropy, 32)))?;
    let authority = Authority::builder(users, key, passwords).rules(Rules::rotating()).build()?;

    let app: Router = routes(SimpleJwt::default(), authority);
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
