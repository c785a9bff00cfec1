//! Countersign in axum, and wherever else tower goes: login, guarded routes, GraphQL, keys from a JWKS URL.
//!
//! - [`routes()`] makes a router of a [`Dialect`](countersign::dialect::Dialect) and an
//!   [`Authority`](countersign::authority::Authority): login, refresh, logout and what else the family has. It nests anywhere.
//! - [`Auth`] guards the routes of a service: by extractors, [`Authenticated`], [`Claims`] and [`Bearer`], and by
//!   [`AuthLayer`] for axum, tonic, hyper and every other tower service; see [`auth`].
//! - `graphql` is GraphQL JWT as a GraphQL server; `LoggedIn` and `Permitted` guard the fields of a schema of your own.
//! - `jwks` has the keys that somebody else publishes.
//!
//! # A service
//!
//! Login, refresh and logout as SimpleJWT has them, and a route for those who are logged in:
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use axum::routing::get;
//! use countersign::authority::Authority;
//! use countersign::dialect::SimpleJwt;
//! use countersign::entropy::SystemEntropy;
//! use countersign::key::{Algorithm, SigningKey};
//! use countersign::password::{HashingPool, PasswordHashers, PoolSize};
//! use countersign::secret::SigningSecret;
//! use countersign::store::Store;
//! use countersign::user::User;
//! use countersign_axum::{Auth, Authenticated, routes};
//!
//! async fn hello(Authenticated(user): Authenticated<User>) -> String {
//!     format!("Hello {}!", user.username)
//! }
//!
//! fn app<S: Store + 'static>(store: S, secret: &str) -> Result<Router, Box<dyn std::error::Error>> {
//!     let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(secret))?;
//!     let hashers = Arc::new(PasswordHashers::default());
//!     let passwords = HashingPool::start(hashers, Arc::new(SystemEntropy), PoolSize::default())?;
//!     let authority = Authority::builder(store, key, passwords).build()?;
//!     Ok(Router::new()
//!         .route("/hello", get(hello))
//!         .with_state(Auth::new(SimpleJwt::default(), authority.clone()))
//!         .merge(routes(SimpleJwt::default(), authority)))
//! }
//!
//! # use axum::body::Body;
//! # use axum::http::{Request, StatusCode};
//! # use countersign::memory::MemoryStore;
//! # use tower::ServiceExt;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // With users in memory, or in Django's tables: countersign-sql.
//! let app = app(MemoryStore::new(), "a secret of at least 32 bytes, best from the environment")?;
//! let nobody = app.oneshot(Request::get("/hello").body(Body::empty())?).await?;
//! assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! `docs/axum.md` in the repository goes on from here: users and answers of your own, GraphQL, tonic, hyper.
//!
//! # Features
//!
//! Both are on by default, and neither changes what the other does.
//!
//! | feature | what it adds | what it takes |
//! |---|---|---|
//! | `graphql` | `graphql`, `LoggedIn`, `Permitted` | async-graphql |
//! | `jwks` | `jwks` | reqwest, with TLS by rustls |

pub mod auth;
mod body;
#[cfg(feature = "graphql")]
mod graphql;
#[cfg(feature = "jwks")]
pub mod jwks;
mod log;
mod routes;

pub use auth::{Auth, AuthLayer, AuthRejection, Authenticated, Bearer, Claims, Denied};
#[cfg(feature = "graphql")]
pub use auth::{LoggedIn, Permitted};
pub use body::BodyLimits;
#[cfg(feature = "graphql")]
pub use graphql::{GraphqlOptions, SchemaError, graphql};
pub use routes::{routes, routes_at};

/// The guide, compiled.
#[cfg(all(doctest, feature = "graphql"))]
#[doc = include_str!("../../../docs/axum.md")]
struct Guide;
