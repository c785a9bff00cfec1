//! A GraphQL schema of a service's own, beside the one with which clients log in as they do with strawberry-django-extras.
//!
//! ```console
//! $ cargo run --bin graphql
//! ```
//!
//! Log in, at the family's path:
//!
//! ```sh
//! ask() { curl -s -H 'Content-Type: application/json' "$@"; }
//! ask http://127.0.0.1:8000/auth/graphql/ -d '{"query":
//!     "mutation { requestToken(username: \"ada\", password: \"correct horse\") { token } }"}' | tee answer.json
//! token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' answer.json)
//! ```
//! ```text
//! {"data":{"requestToken":{"token":"eyJ…"}}}
//! ```
//!
//! Then ask the service's own schema, as somebody:
//!
//! ```sh
//! ask http://127.0.0.1:8000/graphql -H "Authorization: Bearer $token" -d '{"query": "{ motto diary }"}'
//! ```
//! ```text
//! {"data":{"motto":"For everybody.","diary":"Dear ada"}}
//! ```
//!
//! As nobody, and as somebody who is not staff. The status is 200 in both: a field is refused, not the request.
//!
//! ```sh
//! ask http://127.0.0.1:8000/graphql -d '{"query": "{ diary }"}'; echo
//! ask http://127.0.0.1:8000/graphql -H "Authorization: Bearer $token" -d '{"query": "{ payroll }"}'
//! ```
//! ```text
//! {"data":null,"errors":[{"message":"You are not logged in.",…"extensions":{"code":"UNAUTHENTICATED"}}]}
//! {"data":null,"errors":[{"message":"You may not do this.",…"extensions":{"code":"FORBIDDEN"}}]}
//! ```
//!
//! A token that is not good is told so at once, before anything is asked:
//!
//! ```sh
//! ask -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/graphql -H 'Authorization: Bearer forged' -d '{"query": "{ motto }"}'
//! ```
//! ```text
//! 401
//! ```

use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Request, Response, Result, Schema};
use axum::extract::{FromRef, State};
use axum::routing::post;
use axum::{Json, Router};
use countersign::authority::{Authority, Identity, Rules};
use countersign::dialect::GraphqlJwt;
use countersign::entropy::{SystemEntropy, random_hex};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::HashingPool;
use countersign::secret::{Password, SigningSecret};
use countersign::user::{FieldValue, User};
use countersign_axum::{Auth, Authenticated, GraphqlOptions, LoggedIn, Permitted, graphql};

struct Query;

#[Object]
impl Query {
    async fn motto(&self) -> &str {
        "For everybody."
    }

    #[graphql(guard = "LoggedIn")]
    async fn diary(&self, context: &Context<'_>) -> Result<String> {
        let identity = context.data::<Identity>()?;
        Ok(format!("Dear {}", identity.user().map_or("stranger", |user| &user.username)))
    }

    #[graphql(guard = "Permitted(is_staff)")]
    async fn payroll(&self) -> u32 {
        1_000_000
    }
}

fn is_staff(who: &Identity) -> bool {
    who.user().is_some_and(|user| user.fields.get("is_staff") == Some(&FieldValue::Bool(true)))
}

#[derive(Clone)]
struct App {
    auth: Auth,
    schema: Schema<Query, EmptyMutation, EmptySubscription>,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

/// Who asks goes along with the request, for the guards and for the fields.
async fn execute(
    State(app): State<App>,
    who: Option<Authenticated<Identity>>,
    Json(mut request): Json<Request>,
) -> Json<Response> {
    if let Some(Authenticated(identity)) = who {
        request = request.data(identity);
    }
    Json(app.schema.execute(request).await)
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let passwords = HashingPool::with_defaults()?;
    let users = MemoryStore::new();
    let ada = User::new(1, "ada", passwords.make(Password::new("correct horse")).await?);
    users.add_user(ada.with_field("is_staff", false));

    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(random_hex(&SystemEntropy, 32)))?;
    let authority = Authority::builder(users, key, passwords).rules(Rules::default()).build()?;

    // GRAPHQL_JWT's own prefix is `JWT`.
    let dialect = GraphqlJwt::default().header_prefix("Bearer");
    let app = App {
        auth: Auth::new(dialect.clone(), authority.clone()),
        schema: Schema::new(Query, EmptyMutation, EmptySubscription),
    };
    let app = Router::new().route("/graphql", post(execute)).with_state(app).merge(graphql(
        dialect,
        authority,
        "/auth/graphql/",
        GraphqlOptions::default(),
    )?);
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
