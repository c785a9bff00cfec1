//! The endpoint over a store in memory, asked as clients do.

mod http_layer;
mod limits;
mod mutations;
mod page;
mod sdl;

use std::num::{NonZeroU8, NonZeroUsize};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use bytes::Bytes;
use countersign::authority::{Authority, RefreshTokenRules, Renewal, Rules};
use countersign::clock::{ManualClock, Span, Timestamp};
use countersign::dialect::GraphqlJwt;
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::{Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::secret::{Password, SigningSecret};
use countersign::throttle::{Limits, MemoryThrottle};
use countersign::token::{TokenPolicy, UserIdForm};
use countersign::user::{FieldValue, Fields, User, UserKey};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{BodyLimits, GraphqlOptions, graphql};

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_250_000);
const SECRET: &str = "a secret of at least 32 bytes, known to this test";

/// A service, and what stands behind it.
pub(super) struct House {
    pub(super) store: Arc<MemoryStore>,
    pub(super) clock: Arc<ManualClock>,
    router: Router,
}

/// With the package's defaults, and ada.
pub(super) fn house() -> House {
    house_with(GraphqlJwt::default(), |_, _| {})
}

pub(super) fn house_with(dialect: GraphqlJwt, change: impl FnOnce(&mut TokenPolicy, &mut Rules)) -> House {
    let body = BodyLimits { bytes: 512 * 1024, ..BodyLimits::default() };
    house_that(dialect, GraphqlOptions { body, ..GraphqlOptions::default() }, change)
}

pub(super) fn house_that(
    dialect: GraphqlJwt,
    options: GraphqlOptions,
    change: impl FnOnce(&mut TokenPolicy, &mut Rules),
) -> House {
    let mut policy = TokenPolicy::default();
    policy.token_type_claim = None;
    policy.jti_claim = None;
    policy.requires_exp = false;
    policy.issued_at_claim = Some("origIat".into());
    policy.user_id_claim = "username".into();
    policy.user_id_field = "username".into();
    policy.user_id_form = UserIdForm::Native;
    policy.user_id_first = true;
    let mut rules = Rules::default();
    rules.ledger = false;
    rules.empty_user_claim_is_none = true;
    change(&mut policy, &mut rules);
    let store = Arc::new(MemoryStore::new());
    store.add_user(ada());
    let clock = Arc::new(ManualClock::at(NOW));
    let hashers = Arc::new(PasswordHashers::new(vec![Hasher::Md5]).unwrap());
    let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
    let passwords = HashingPool::start(hashers, Arc::new(SystemEntropy), size).unwrap();
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(SECRET)).unwrap();
    let authority = Authority::builder(Arc::clone(&store), key, passwords)
        .policy(policy)
        .rules(rules)
        .clock(clock.clone())
        .build()
        .unwrap();
    let router = graphql(dialect, authority, "/graphql/", options).unwrap();
    House { store, clock, router }
}

/// Long-running refresh tokens, replaced on use or not.
pub(super) fn long_running(reuse: bool) -> Renewal {
    let bytes = NonZeroU8::new(20).unwrap();
    Renewal::ByRefreshToken(RefreshTokenRules { lifetime: Span::from_days(7), bytes, reuse })
}

pub(super) fn ada() -> User {
    let hashers = PasswordHashers::new(vec![Hasher::Md5]).unwrap();
    let text = |text: &str| FieldValue::Text(text.into());
    User {
        key: UserKey::Int(7),
        username: "ada".into(),
        password: hashers.make(&Password::new("pw"), &SystemEntropy),
        is_active: true,
        email: None,
        last_login: None,
        fields: Fields::from_iter([
            ("id", FieldValue::Int(7)),
            ("username", text("ada")),
            ("email", text("ada@example.com")),
            ("first_name", text("Ada")),
            ("last_name", text("Lovelace ")),
            ("is_active", FieldValue::Bool(true)),
            ("is_staff", FieldValue::Bool(true)),
            ("is_superuser", FieldValue::Bool(false)),
            ("last_login", FieldValue::Null),
            ("date_joined", FieldValue::Timestamp(NOW)),
            ("pet_name", text("Puff")),
        ]),
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) response: Response<()>,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    /// The message of the one error there is, in an answer that has no data.
    #[track_caller]
    pub(super) fn error(&self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        assert!(self.text().starts_with(r#"{"data":null,"errors":[{"message":"#), "{}", self.text());
        let errors = &self.json()["errors"];
        assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
        errors[0]["message"].as_str().unwrap().to_owned()
    }
}

impl House {
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, response: Response::from_parts(parts, ()), body }
    }

    pub(super) async fn get(&self, uri: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request(Method::GET, uri, headers, "")).await
    }

    pub(super) async fn post(&self, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send(request(Method::POST, "/graphql/", &headers, body)).await
    }

    /// Asks as somebody who is signed in with this token, or as nobody.
    pub(super) async fn ask(&self, query: &str, variables: Value, token: Option<&str>) -> Answer {
        let body = json!({"query": query, "variables": variables}).to_string();
        let header = token.map(|token| format!("JWT {token}"));
        let headers: Vec<_> = header.iter().map(|value| ("authorization", value.as_str())).collect();
        self.post(body, &headers).await
    }

    /// The data of an answer without errors.
    pub(super) async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.ask(query, variables, None).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, Some("application/json"))
        );
        let mut json = answer.json();
        assert!(json.get("errors").is_none(), "{json}");
        json["data"].take()
    }

    pub(super) async fn token(&self) -> String {
        let granted = self.data(LOGIN, json!({})).await;
        granted["requestToken"]["token"].as_str().unwrap().to_owned()
    }
}

pub(super) fn request(
    method: Method,
    uri: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

pub(super) const LOGIN: &str =
    r#"mutation { requestToken(username: "ada", password: "pw") { token refreshToken { token exp iat } } }"#;
