//! Claims of one's own as a type, written at login and made anew at every refresh, and a rule of one's own for who may log in.
//!
//! ```console
//! $ cargo run --bin custom_claims
//! ```
//!
//! Ada may log in, and what the token says is at hand without a look at the users:
//!
//! ```sh
//! curl -s -d username=ada -d 'password=correct horse' http://127.0.0.1:8000/api/token/ > tokens.json
//! token() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" tokens.json; }
//! curl -s -H "Authorization: Bearer $(token access)" http://127.0.0.1:8000/invoices
//! ```
//! ```text
//! 12 invoices of the tenant engines, sent to ada@example.org
//! ```
//!
//! Charles has left: his password is right, and he is told what a wrong one is told.
//!
//! ```sh
//! curl -s -d username=charles -d 'password=correct horse' http://127.0.0.1:8000/api/token/
//! ```
//! ```text
//! {"detail":"No active account found with the given credentials"}
//! ```

use std::sync::Arc;

use axum::{Router, routing::get};
use countersign::authority::{Authority, Rules, typed_claims};
use countersign::dialect::SimpleJwt;
use countersign::entropy::{SystemEntropy, random_hex};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::HashingPool;
use countersign::secret::{Password, SigningSecret};
use countersign::user::{FieldValue, User};
use countersign_axum::{Auth, Claims, routes};
use serde::{Deserialize, Serialize};

/// What this service's tokens say beside what all of them do. The fields are the names of the claims.
#[derive(Serialize, Deserialize)]
struct Member {
    tenant: String,
    email: String,
}

impl Member {
    fn of(user: &User) -> Self {
        let text = |name| user.fields.get(name).map(ToString::to_string).unwrap_or_default();
        Self { tenant: text("tenant"), email: text("email") }
    }
}

async fn invoices(Claims(member): Claims<Member>) -> String {
    format!("12 invoices of the tenant {}, sent to {}\n", member.tenant, member.email)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let passwords = HashingPool::with_defaults()?;
    let users = MemoryStore::new();
    for (key, name, has_left) in [(1, "ada", false), (2, "charles", true)] {
        let user = User::new(key, name, passwords.make(Password::new("correct horse")).await?)
            .with_field("tenant", "engines")
            .with_field("email", format!("{name}@example.org"))
            .with_field("has_left", has_left);
        users.add_user(user);
    }

    let mut rules = Rules::rotating();
    rules.custom_claims = Some(Arc::new(typed_claims(Member::of)));
    // Asked at login, and at every refresh: who leaves is out when the access token ends.
    rules.authentication_rule = Arc::new(|user: &User| {
        user.is_active && user.fields.get("has_left") == Some(&FieldValue::Bool(false))
    });

    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(random_hex(&SystemEntropy, 32)))?;
    let authority = Authority::builder(users, key, passwords).rules(rules).build()?;

    let app = Router::new()
        .route("/invoices", get(invoices))
        .with_state(Auth::new(SimpleJwt::default(), authority.clone()))
        .merge(routes(SimpleJwt::default(), authority));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
