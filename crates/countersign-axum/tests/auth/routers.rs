//! The families' routers: nested, side by side, next to a service's own routes, behind the layer.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, StatusCode};
use axum::routing::get as on_get;
use countersign::dialect::simple_jwt::Endpoint;
use countersign::dialect::{NinjaAuth, NinjaJwt, SimpleJwt};
use countersign::user::User;
use countersign_axum::{AuthLayer, Authenticated, BodyLimits, routes, routes_at};

use crate::house::{Answer, ask, get, house};

async fn post(app: &Router, path: &str, body: &str) -> Answer {
    let request = Request::post(path).header("content-type", "application/json");
    ask(app, request.body(Body::from(body.to_owned())).unwrap()).await
}

const LOGIN: &str = r#"{"username":"ada","password":"pw"}"#;

#[tokio::test]
async fn families_stand_side_by_side_wherever_they_are_nested() {
    let house = house();
    let authority = || house.authority.clone();
    let app = Router::new()
        .route("/", on_get(async || "a service"))
        .merge(routes(SimpleJwt::default(), authority()))
        .merge(routes(NinjaJwt::default(), authority()))
        .nest("/v2/auth", routes(NinjaAuth::default(), authority()))
        .nest("/v2/simple", routes(SimpleJwt::default(), authority()));
    assert_eq!(ask(&app, get("/", &[])).await.text(), "a service");
    for (path, names_user) in [
        ("/api/token/", false),
        ("/api/token/pair", true),
        ("/v2/auth/api/auth/login", true),
        ("/v2/simple/api/token/", false),
    ] {
        let answer = post(&app, path, LOGIN).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        let text = answer.text();
        assert!(text.contains("\"access\"") && text.contains("ada") == names_user, "{path}: {text}");
    }
    let missing = ask(&app, get("/v2/simple/nothing", &[])).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn each_endpoint_has_a_path_by_default_or_one_of_its_own() {
    let house = house();
    let app: Router = routes(SimpleJwt::default(), house.authority.clone());
    for (endpoint, _, path) in Endpoint::ALL {
        let path = path.replace("{id}", "0123456789abcdef");
        let answer =
            ask(&app, Request::builder().method(Method::OPTIONS).uri(path).body(Body::empty()).unwrap())
                .await;
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{endpoint}");
    }
    let paths = [(Endpoint::TokenObtainPair, "/login"), (Endpoint::Session, "/{odd}/{id}/")];
    let app: Router = routes_at(SimpleJwt::default(), house.authority.clone(), paths, BodyLimits::default());
    assert_eq!(post(&app, "/login", LOGIN).await.status, StatusCode::OK);
    assert_eq!(post(&app, "/api/token/", LOGIN).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&app, get("/{odd}/7/", &[])).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&app, get("/odd/7/", &[])).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_router_with_a_state_of_its_own_takes_them_in() {
    #[derive(Clone)]
    struct Motto(&'static str);

    let house = house();
    let app: Router = Router::new()
        .route("/", on_get(async |State(Motto(motto)): State<Motto>| motto))
        .merge(routes(SimpleJwt::default(), house.authority.clone()))
        .with_state(Motto("semper eadem"));
    assert_eq!(ask(&app, get("/", &[])).await.text(), "semper eadem");
    assert_eq!(post(&app, "/api/token/", LOGIN).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_login_stays_open_next_to_routes_that_are_guarded_and_can_be_guarded_itself() {
    let house = house();
    let bearer = house.bearer().await;
    let hello = on_get(async |Authenticated(user): Authenticated<User>| user.username);
    let login = || routes(SimpleJwt::default(), house.authority.clone());
    let guarded = Router::new().route("/hello", hello).with_state(house.auth());
    let guarded = guarded.layer(AuthLayer::required(house.auth()));

    let open: Router = guarded.merge(login());
    assert_eq!(post(&open, "/api/token/", LOGIN).await.status, StatusCode::OK);
    assert_eq!(ask(&open, get("/hello", &[])).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&open, get("/hello", &[("authorization", &bearer)])).await.text(), "ada");

    let inside: Router = Router::new().nest("/inside", login()).layer(AuthLayer::required(house.auth()));
    assert_eq!(post(&inside, "/inside/api/token/", LOGIN).await.status, StatusCode::UNAUTHORIZED);
    let path = "/inside/api/token/authenticate/";
    let answer = ask(&inside, get(path, &[("authorization", &bearer)])).await;
    assert_eq!(
        (answer.status, answer.text()),
        (StatusCode::OK, r#"{"id":7,"username":"ada","is_staff":true}"#)
    );
}
