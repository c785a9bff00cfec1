//! Countersign in axum, and wherever else tower goes: login, guarded routes, GraphQL, keys from a JWKS URL.
//!
//! - [`routes()`] makes a router of a [`Dialect`](countersign::dialect::Dialect) and an
//!   [`Authority`](countersign::authority::Authority): login, refresh, logout and what else the family has. It nests anywhere.
//! - [`Auth`] guards the routes of a service: by extractors, [`Authenticated`], [`Claims`] and [`Bearer`], and by
//!   [`AuthLayer`] for axum, tonic, hyper and every other tower service; see [`auth`].
//! - [`TrustedProxies`] says where a request comes from, behind which proxies ever.
//! - `graphql` is GraphQL JWT as a GraphQL server; `LoggedIn` and `Permitted` guard the fields of a schema of your own.
//! - `jwks` has the keys that somebody else publishes.
//!
//! # A service
//!
//! Login, refresh and logout as SimpleJWT has them, and a route for those who are logged in:
//!
//! ```
//! use axum::Router;
//! use axum::routing::get;
//! use countersign::authority::{Authority, Rules};
//! use countersign::dialect::SimpleJwt;
//! use countersign::key::{Algorithm, SigningKey};
//! use countersign::memory::MemoryStore;
//! use countersign::password::HashingPool;
//! use countersign::secret::{Password, SigningSecret};
//! use countersign::user::User;
//! use countersign_axum::{Auth, Authenticated, routes};
//!
//! async fn hello(Authenticated(user): Authenticated<User>) -> String {
//!     format!("Hello {}!", user.username)
//! }
//!
//! async fn app(secret: &str) -> Result<Router, Box<dyn std::error::Error>> {
//!     let passwords = HashingPool::with_defaults()?;
//!     let users = MemoryStore::new(); // or Django's tables, or yours: countersign-sql, countersign::store
//!     users.add_user(User::new(1, "ada", passwords.make(Password::new("correct horse")).await?));
//!
//!     let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(secret))?;
//!     let authority = Authority::builder(users, key, passwords).rules(Rules::rotating()).build()?;
//!     Ok(Router::new()
//!         .route("/hello", get(hello))
//!         .with_state(Auth::new(SimpleJwt::default(), authority.clone()))
//!         .merge(routes(SimpleJwt::default(), authority)))
//! }
//! # use axum::body::Body;
//! # use axum::http::{Request, StatusCode};
//! # use http_body_util::BodyExt;
//! # use tower::ServiceExt;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let app = app("a secret of at least 32 bytes, best from the environment").await?;
//! # let login = Request::post("/api/token/").header("content-type", "application/json");
//! # let login = login.body(Body::from(r#"{"username":"ada","password":"correct horse"}"#))?;
//! # let body = app.clone().oneshot(login).await?.into_body().collect().await?.to_bytes();
//! # let tokens: serde_json::Value = serde_json::from_slice(&body)?;
//! # let bearer = format!("Bearer {}", tokens["access"].as_str().unwrap());
//! # let hello = Request::get("/hello").header("authorization", bearer).body(Body::empty())?;
//! # let body = app.clone().oneshot(hello).await?.into_body().collect().await?.to_bytes();
//! # assert_eq!(&*body, b"Hello ada!");
//! # let nobody = app.oneshot(Request::get("/hello").body(Body::empty())?).await?;
//! # assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! ```console
//! $ curl -d username=ada -d 'password=correct horse' http://127.0.0.1:8000/api/token/
//! {"refresh":"eyJ…","access":"eyJ…"}
//! $ curl -H 'Authorization: Bearer eyJ…' http://127.0.0.1:8000/hello
//! Hello ada!
//! ```
//!
//! `docs/axum.md` in the repository goes on from there: users and answers of your own, GraphQL, tonic, hyper.
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
mod proxies;
mod routes;

pub use auth::{Auth, AuthLayer, AuthRejection, Authenticated, Bearer, Claims, Denied};
#[cfg(feature = "graphql")]
pub use auth::{LoggedIn, Permitted};
pub use body::BodyLimits;
#[cfg(feature = "graphql")]
pub use graphql::{GraphqlOptions, SchemaError, graphql};
pub use proxies::{InvalidNetwork, Network, TrustedProxies};
pub use routes::{routes, routes_at};

/// The guide, compiled.
#[cfg(all(doctest, feature = "graphql"))]
#[doc = include_str!("../../../docs/axum.md")]
struct Guide;

/// The guide to guessed and forgotten passwords, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/passwords.md")]
struct Passwords;
