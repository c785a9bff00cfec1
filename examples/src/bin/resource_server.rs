//! A service that has no users of its own: tokens are an identity provider's, such as Auth0's, and verified with the keys that it
//! publishes.
//!
//! ```console
//! $ ISSUER=https://tenant.eu.auth0.com/ AUDIENCE=https://api.example.com cargo run --bin resource_server
//! ```
//!
//! With an access token of the provider's in `$TOKEN`, for that audience and with the permission `read:orders`:
//!
//! ```sh
//! curl -s -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8000/orders
//! ```
//! ```text
//! The orders of auth0|ada
//! ```
//!
//! And without one:
//!
//! ```sh
//! curl -s http://127.0.0.1:8000/orders
//! ```
//! ```text
//! {"detail":"Authentication credentials were not provided."}
//! ```

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use countersign::authority::{Authority, Keys};
use countersign::dialect::SimpleJwt;
use countersign::key::Algorithm;
use countersign::token::TokenPolicy;
use countersign_axum::jwks::{JwksClient, Options};
use countersign_axum::{Auth, Claims};
use serde::Deserialize;

/// What the provider says of whoever asks, as far as this service wants to know. A token that says something else under these names
/// is refused like a forged one.
#[derive(Deserialize)]
struct Access {
    sub: String,
    #[serde(default)]
    permissions: Vec<String>,
}

async fn orders(Claims(access): Claims<Access>) -> Result<String, StatusCode> {
    // Genuine, but not enough: 403, where a token that is not good is 401.
    if !access.permissions.iter().any(|permission| permission == "read:orders") {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(format!("The orders of {}\n", access.sub))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = std::env::var("ISSUER").map_err(|_| "set ISSUER to the provider's, with its last slash")?;
    let audience = std::env::var("AUDIENCE").map_err(|_| "set AUDIENCE to the name of this API")?;

    // Asked when the first token comes, and again when a key is not known: the provider may change its keys whenever it likes.
    let url = format!("{issuer}.well-known/jwks.json");
    let provider = JwksClient::new(&url, Algorithm::Rs256, Options::default())?;
    let policy = TokenPolicy::of_provider(issuer, audience);
    let authority = Authority::stateless(Keys::remote(None, Arc::new(provider))).policy(policy).build()?;

    let app =
        Router::new().route("/orders", get(orders)).with_state(Auth::new(SimpleJwt::default(), authority));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
