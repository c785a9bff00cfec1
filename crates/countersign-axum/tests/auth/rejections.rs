//! Who is not let in is told so in the family's words.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get as on_get;
use countersign::dialect::{Dialect, GraphqlJwt, Guard, NinjaAuth, NinjaJwt, SimpleJwt};
use countersign::user::{User, UserKey};
use countersign_axum::{Auth, AuthLayer, Authenticated, routes};

use crate::house::{Answer, House, ada, ask, get, house};

/// What the layer says, which is what an extractor says.
async fn refused(house: &House, guard: impl Guard + Clone, headers: &[(&str, &str)]) -> Answer {
    let auth = Auth::new(guard, house.authority.clone());
    let app = Router::new().route("/", on_get(async || "let in")).layer(AuthLayer::required(auth.clone()));
    let by_layer = ask(&app, get("/", headers)).await;
    let app = Router::new().route("/", on_get(async |_: Authenticated<User>| "let in")).with_state(auth);
    let by_extractor = ask(&app, get("/", headers)).await;
    assert_eq!((by_layer.status, &by_layer.body), (by_extractor.status, &by_extractor.body));
    let header = |answer: &Answer, name: &str| answer.header(name).map(str::to_owned);
    for name in ["content-type", "www-authenticate", "retry-after"] {
        assert_eq!(header(&by_layer, name), header(&by_extractor, name), "{name}");
    }
    by_layer
}

#[tokio::test]
async fn each_family_has_its_own_words() {
    let house = house();
    let forged = &[("authorization", "Bearer forged")];

    let answer = refused(&house, SimpleJwt::default(), &[]).await;
    assert_eq!(answer.text(), r#"{"detail":"Authentication credentials were not provided."}"#);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""));
    let answer = refused(&house, SimpleJwt::default(), forged).await;
    let said =
        r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"#;
    assert!(answer.text().starts_with(said), "{}", answer.text());
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""));
    let answer = refused(&house, SimpleJwt::default(), &[("authorization", "Bearer a b")]).await;
    assert!(answer.text().ends_with(r#""code":"bad_authorization_header"}"#), "{}", answer.text());

    for answer in
        [refused(&house, NinjaJwt::default(), &[]).await, refused(&house, NinjaAuth::default(), &[]).await]
    {
        assert_eq!(
            (answer.status, answer.text()),
            (StatusCode::UNAUTHORIZED, r#"{"detail": "Unauthorized"}"#)
        );
        assert_eq!(answer.header("www-authenticate"), None);
    }
    let answer = refused(&house, NinjaJwt::default(), forged).await;
    assert!(answer.text().contains(r#""message": "Token is invalid or expired""#), "{}", answer.text());

    let answer = refused(&house, GraphqlJwt::default(), &[("authorization", "JWT forged")]).await;
    assert!(
        answer.text().contains(r#""message": "Invalid token", "code": "unauthorized""#),
        "{}",
        answer.text()
    );
    assert_eq!(house.lookups(), 0);
}

#[tokio::test]
async fn a_user_who_is_gone_or_inactive_is_told_so() {
    let house = house();
    let bearer = house.bearer().await;
    let headers = &[("authorization", &*bearer)];
    house.store.memory.add_user(User { is_active: false, ..ada() });
    let answer = refused(&house, SimpleJwt::default(), headers).await;
    assert_eq!(answer.text(), r#"{"detail":"User is inactive","code":"user_inactive"}"#);
    house.store.memory.remove_user(&UserKey::Int(7));
    let answer = refused(&house, SimpleJwt::default(), headers).await;
    assert_eq!(
        (answer.status, answer.text()),
        (StatusCode::UNAUTHORIZED, r#"{"detail":"User not found","code":"user_not_found"}"#)
    );
}

#[tokio::test]
async fn a_store_that_is_down_is_503_and_when_to_try_again_and_no_cause() {
    let house = house();
    let bearer = house.bearer().await;
    house.store.is_down.store(true, Ordering::Relaxed);
    let headers = &[("authorization", &*bearer)];
    for answer in [
        refused(&house, SimpleJwt::default(), headers).await,
        refused(&house, NinjaJwt::default(), headers).await,
        refused(&house, NinjaAuth::default(), headers).await,
        refused(&house, GraphqlJwt::default().header_prefix("Bearer"), headers).await,
    ] {
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (StatusCode::SERVICE_UNAVAILABLE, Some("1"))
        );
        assert!(!answer.text().contains("secrets"), "{}", answer.text());
    }
    house.store.is_down.store(false, Ordering::Relaxed);
    let app = Router::new().route("/", on_get(async || "let in")).layer(AuthLayer::required(house.auth()));
    assert_eq!(ask(&app, get("/", headers)).await.text(), "let in", "it recovers alone");
}

/// Those routes are held against Django's.
#[tokio::test]
async fn a_guarded_route_says_what_the_familys_own_protected_route_says() {
    async fn compare<D: Dialect + Guard + Clone>(house: &House, dialect: D, path: &str, bearer: &str) {
        let familys: Router = routes(dialect.clone(), house.authority.clone());
        let odd = ["Bearer", "Bearer a b", "Basic a", "Bearer forged", bearer];
        for header in odd.map(Some).into_iter().chain([None]) {
            let headers: Vec<_> = header.iter().map(|header| ("authorization", *header)).collect();
            let ours = refused(house, dialect.clone(), &headers).await;
            let its = ask(&familys, get(path, &headers)).await;
            assert_eq!((ours.status, ours.text()), (its.status, its.text()), "{path} {header:?}");
            assert_eq!(ours.headers, its.headers, "{path} {header:?}");
        }
    }

    let house = house();
    let bearer = house.bearer().await;
    let inactive = || house.store.memory.add_user(User { is_active: false, ..ada() });
    let gone = || house.store.memory.remove_user(&UserKey::Int(7));
    let down = || house.store.is_down.store(true, Ordering::Relaxed);
    for change in [&inactive as &dyn Fn(), &gone, &down] {
        change();
        compare(&house, SimpleJwt::default(), "/api/token/authenticate/", &bearer).await;
        compare(&house, NinjaJwt::default(), "/api/token/authenticate", &bearer).await;
        compare(&house, NinjaAuth::default(), "/api/auth/me", &bearer).await;
    }
}
