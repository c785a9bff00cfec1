//! A router of axum's: the layer, the extractors, and both.

use axum::Router;
use axum::extract::Extension;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::routing::get as on_get;
use countersign::authority::{FromIdentity, Identity, Refusal, TokenUser};
use countersign::clock::Span;
use countersign::user::{FieldValue, User};
use countersign_axum::{Auth, AuthLayer, Authenticated, Bearer, Claims};
use serde::Deserialize;

use crate::house::{ada, ask, get, house};

#[derive(Deserialize)]
struct Said {
    user_id: String,
    token_type: String,
}

async fn everything(
    Authenticated(user): Authenticated<User>,
    Claims(said): Claims<Said>,
    Bearer(token): Bearer,
    again: Option<Authenticated<Identity>>,
) -> String {
    let same = again.unwrap().0.user().unwrap().username == user.username;
    format!("{} {} {} {same} {}", user.username, said.user_id, said.token_type, token.expose())
}

fn router(auth: Auth) -> Router {
    Router::new().route("/", on_get(everything)).with_state(auth)
}

#[tokio::test]
async fn a_user_is_looked_for_once_however_many_ask_who_it_is() {
    let house = house();
    let token = house.token().await;
    let request = || get("/", &[("authorization", &format!("Bearer {token}"))]);
    let expected = format!("ada 7 access true {token}");

    let extractors = router(house.auth());
    assert_eq!(ask(&extractors, request()).await.text(), expected);
    assert_eq!(house.lookups(), 1, "four extractors");

    let auth = house.auth();
    let layered = router(auth.clone()).layer(AuthLayer::required(auth.clone()));
    let layered = layered.layer(AuthLayer::optional(auth));
    assert_eq!(ask(&layered, request()).await.text(), expected);
    assert_eq!(house.lookups(), 2, "two layers and four extractors");
}

#[tokio::test]
async fn the_layer_hands_the_identity_on_among_the_extensions() {
    let house = house();
    let bearer = house.bearer().await;
    let name = async |identity: Option<Extension<Identity>>| {
        identity.map_or("nobody".to_owned(), |Extension(identity)| identity.user().unwrap().username.clone())
    };
    let app = || Router::new().route("/", on_get(name));
    let required = app().layer(AuthLayer::required(house.auth()));
    let optional = app().layer(AuthLayer::optional(house.auth()));

    for (app, headers, status, text) in [
        (&required, &[("authorization", &*bearer)][..], StatusCode::OK, "ada"),
        (&optional, &[("authorization", &*bearer)][..], StatusCode::OK, "ada"),
        (&optional, &[], StatusCode::OK, "nobody"),
        (&optional, &[("authorization", "Basic YWRhOnB3")][..], StatusCode::OK, "nobody"),
        (&required, &[], StatusCode::UNAUTHORIZED, NOBODY),
        (&required, &[("authorization", "Basic YWRhOnB3")][..], StatusCode::UNAUTHORIZED, NOBODY),
    ] {
        let answer = ask(app, get("/", headers)).await;
        assert_eq!((answer.status, answer.text()), (status, text), "{headers:?}");
    }
    for app in [&required, &optional] {
        let answer = ask(app, get("/", &[("authorization", "Bearer forged")])).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "a token that is not good is not no token");
    }
    house.clock.advance(Span::from_mins(5));
    assert_eq!(
        ask(&optional, get("/", &[("authorization", &bearer)])).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn an_extractor_that_is_optional_has_nothing_only_where_no_token_is_presented() {
    let house = house();
    let bearer = house.bearer().await;
    let which =
        async |user: Option<Authenticated<User>>, said: Option<Claims<Said>>, token: Option<Bearer>| {
            format!("{} {} {}", user.is_some(), said.is_some(), token.is_some())
        };
    let app = Router::new().route("/", on_get(which)).with_state(house.auth());
    assert_eq!(ask(&app, get("/", &[])).await.text(), "false false false");
    assert_eq!(ask(&app, get("/", &[("authorization", &bearer)])).await.text(), "true true true");
    for header in ["Bearer forged", "Bearer", "Bearer a b"] {
        let answer = ask(&app, get("/", &[("authorization", header)])).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{header}");
    }
}

/// A service's own user: staff alone.
struct Clerk {
    name: String,
}

impl FromIdentity for Clerk {
    fn from_identity(identity: &Identity) -> Result<Self, Refusal> {
        let user = identity.user().ok_or(Refusal::UserNotFound)?;
        let is_staff = user.fields.get("is_staff") == Some(&FieldValue::Bool(true));
        if is_staff { Ok(Self { name: user.username.clone() }) } else { Err(Refusal::UserNotFound) }
    }
}

#[tokio::test]
async fn a_type_of_ones_own_decides_who_can_be_one() {
    let house = house();
    let bearer = house.bearer().await;
    let app = Router::new()
        .route("/clerk", on_get(async |Authenticated(clerk): Authenticated<Clerk>| clerk.name))
        .route(
            "/perhaps",
            on_get(async |clerk: Option<Authenticated<Clerk>>| {
                clerk.map_or(String::new(), |clerk| clerk.0.name)
            }),
        )
        .route(
            "/token",
            on_get(async |Authenticated(user): Authenticated<TokenUser>| format!("{:?}", user.id())),
        )
        .with_state(house.auth());
    let ask_for = async |path| ask(&app, get(path, &[("authorization", &bearer)])).await;
    assert_eq!(ask_for("/clerk").await.text(), "ada");
    assert_eq!(ask_for("/token").await.text(), r#"Text("7")"#);

    let mut visitor = ada();
    visitor.fields = visitor
        .fields
        .iter()
        .map(|(name, value)| (name, value.clone()))
        .filter(|(name, _)| *name != "is_staff")
        .collect();
    house.store.memory.add_user(visitor);
    for path in ["/clerk", "/perhaps"] {
        let refused = ask_for(path).await;
        assert_eq!((refused.status, refused.text()), (StatusCode::UNAUTHORIZED, USER_NOT_FOUND), "{path}");
    }
}

#[tokio::test]
async fn claims_that_are_none_of_the_type_are_a_token_that_is_not_good() {
    #[derive(Deserialize)]
    struct Tenant {
        #[expect(dead_code, reason = "it is not there")]
        tenant: u32,
    }

    let house = house();
    let bearer = house.bearer().await;
    let app = Router::new()
        .route("/", on_get(async |_: Claims<Tenant>| "let in"))
        .route("/perhaps", on_get(async |_: Option<Claims<Tenant>>| "let in"))
        .with_state(house.auth());
    for path in ["/", "/perhaps"] {
        let refused = ask(&app, get(path, &[("authorization", &bearer)])).await;
        assert_eq!((refused.status, refused.text()), (StatusCode::UNAUTHORIZED, INVALID), "{path}");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"api\""));
    }
    assert_eq!(ask(&app, get("/perhaps", &[])).await.text(), "let in");
}

#[tokio::test]
async fn the_bearer_is_the_token_that_was_verified_whatever_the_headers_say_since() {
    let house = house();
    let token = house.token().await;
    let auth = house.auth();
    let meddle = middleware::from_fn(async |mut request: axum::extract::Request, next: Next| {
        request.headers_mut().insert("authorization", HeaderValue::from_static("Bearer another"));
        next.run(request).await
    });
    let app = Router::new()
        .route("/", on_get(async |Bearer(token): Bearer| token.expose().to_owned()))
        .layer(meddle)
        .layer(AuthLayer::required(auth.clone()))
        .with_state(auth);
    assert_eq!(ask(&app, get("/", &[("authorization", &format!("Bearer {token}"))])).await.text(), token);
}

#[tokio::test]
async fn a_service_without_layer_and_extractors_asks_itself() {
    let house = house();
    let (auth, bearer) = (house.auth(), house.bearer().await);
    let (known, ()) = get("/", &[("authorization", &bearer)]).map(drop).into_parts();
    let identity = auth.identify(&known).await.unwrap().unwrap();
    assert_eq!(identity.user().unwrap().username, "ada");
    let (nobody, ()) = get("/", &[]).map(drop).into_parts();
    assert!(auth.identify(&nobody).await.unwrap().is_none());
    assert_eq!(auth.anonymous(&nobody).into_inner().body(), NOBODY);
    let (forged, ()) = get("/", &[("authorization", "Bearer forged")]).map(drop).into_parts();
    let refused = auth.identify(&forged).await.unwrap_err().into_inner();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

const INVALID: &str = r#"{"detail":"Token is invalid","code":"token_not_valid"}"#;
const NOBODY: &str = r#"{"detail":"Authentication credentials were not provided."}"#;
const USER_NOT_FOUND: &str = r#"{"detail":"User not found","code":"user_not_found"}"#;
