//! Whatever stands where a token should gets the family's own 401: no 500, and no way in.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::routing::get as on_get;
use countersign::dialect::{GraphqlJwt, NinjaAuth, NinjaJwt, SimpleJwt};
use countersign::user::User;
use countersign_axum::{Auth, AuthLayer, Authenticated};

use crate::house::{ask, house};

#[tokio::test]
async fn odd_headers_are_refused_by_every_family() {
    let house = house();
    let token = house.token().await;
    let authority = || house.authority.clone();
    let families = [
        ("SimpleJWT", Auth::new(SimpleJwt::default(), authority())),
        ("Ninja JWT", Auth::new(NinjaJwt::default(), authority())),
        ("dj-ninja-auth", Auth::new(NinjaAuth::default(), authority())),
        ("GraphQL JWT", Auth::new(GraphqlJwt::default().header_prefix("Bearer"), authority())),
    ];
    // The store must not even be asked.
    house.store.is_down.store(true, Ordering::Relaxed);
    for (family, auth) in families {
        let layered =
            Router::new().route("/", on_get(async || "let in")).layer(AuthLayer::required(auth.clone()));
        let extracted =
            Router::new().route("/", on_get(async |_: Authenticated<User>| "let in")).with_state(auth);
        for headers in odd(&token) {
            for app in [&layered, &extracted] {
                let mut request = Request::new(Body::empty());
                for header in &headers {
                    request.headers_mut().append("authorization", header.clone());
                }
                let answer = ask(app, request).await;
                let shown = headers.iter().map(|header| header.as_bytes().get(..40.min(header.len())));
                let shown: Vec<_> = shown.flatten().map(|bytes| bytes.escape_ascii().to_string()).collect();
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{family} {shown:?}: {}", answer.text());
                assert!(answer.body.len() < 1_000, "{family} {shown:?}: nothing of it is said back");
                let challenge = answer.header("www-authenticate");
                assert_eq!(challenge, (family == "SimpleJWT").then_some("Bearer realm=\"api\""));
            }
        }
    }
}

/// The values of one request's header, each.
fn odd(token: &str) -> Vec<Vec<HeaderValue>> {
    let long = "a".repeat(10 * 1024 * 1024);
    let dots = ".".repeat(100_000);
    let bearer = format!("Bearer {token}");
    let values: [Vec<Vec<u8>>; 20] = [
        vec![],
        vec![b"".into()],
        vec![b"Bearer".into()],
        vec![b"Bearer ".into()],
        vec![b"Bearer  ".into()],
        vec![b"Bearer \t".into()],
        vec![b"Bearer .".into()],
        vec![b"Bearer ..".into()],
        vec![b"Bearer null".into()],
        vec!["Bearer größer".into()],
        vec![b"Bearer \xff\xfe\x80".into()],
        vec![b"\xff\xfe\x80".into()],
        vec![b"\xc2\xa0Bearer x".into()],
        vec![format!("Bearer {token} {token}").into()],
        vec![format!("Bearer {token},").into()],
        vec![format!("Bearer\u{a0}{token}").into()],
        vec![bearer.clone().into(), bearer.into()],
        vec![format!("Bearer {token}{token}").into()],
        vec![format!("Bearer {dots}").into()],
        vec![format!("Bearer {long}").into()],
    ];
    let value = |bytes: Vec<u8>| HeaderValue::from_bytes(&bytes).unwrap();
    values.into_iter().map(|values| values.into_iter().map(value).collect()).collect()
}
