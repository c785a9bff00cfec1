//! Who is not let in is told so in the service's own words.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::http::{Response, StatusCode};
use axum::routing::get as on_get;
use countersign::authority::Refusal;
use countersign::user::User;
use countersign_axum::{Auth, AuthLayer, Authenticated, Denied};

use crate::house::{Answer, ask, get, house};

fn in_own_words(auth: Auth) -> Auth {
    auth.rejecting_with(|denied: Denied<'_>| {
        let why = match denied {
            Denied::Anonymous => "nobody",
            Denied::Refused(Refusal::NoTokenTypeFits(_)) => "not good",
            Denied::Undecided(_) => "who knows",
            Denied::Unacceptable(_) => "not so",
            _ => "something else",
        };
        Response::builder().status(denied.status()).header("x-why", why).body(denied.to_string()).unwrap()
    })
}

async fn answers(auth: &Auth, headers: &[(&str, &str)]) -> [Answer; 2] {
    let layered =
        Router::new().route("/", on_get(async || "let in")).layer(AuthLayer::required(auth.clone()));
    let extracted =
        Router::new().route("/", on_get(async |_: Authenticated<User>| "let in")).with_state(auth.clone());
    [ask(&layered, get("/", headers)).await, ask(&extracted, get("/", headers)).await]
}

#[tokio::test]
async fn each_reason_can_be_told_and_what_a_client_needs_stays() {
    let house = house();
    let bearer = house.bearer().await;
    let auth = in_own_words(house.auth());
    let challenge = Some("Bearer realm=\"api\"");
    for (header, why, text) in [
        (None, "nobody", "a token is needed"),
        (Some("Bearer a b"), "not so", "the token is not presented as it must be"),
        (
            Some("Bearer forged"),
            "not good",
            "the token is of no type that proves authentication here; as access: ",
        ),
    ] {
        let headers: Vec<_> = header.iter().map(|header| ("authorization", *header)).collect();
        for answer in answers(&auth, &headers).await {
            assert_eq!((answer.status, answer.header("x-why")), (StatusCode::UNAUTHORIZED, Some(why)));
            assert!(answer.text().starts_with(text), "{}", answer.text());
            assert_eq!(answer.header("www-authenticate"), challenge);
            assert_eq!(
                answer.header("content-type"),
                None,
                "the family's body is gone, and what it said of it"
            );
        }
    }
    house.store.is_down.store(true, Ordering::Relaxed);
    for answer in answers(&auth, &[("authorization", &bearer)]).await {
        assert_eq!(
            (answer.status, answer.header("x-why")),
            (StatusCode::SERVICE_UNAVAILABLE, Some("who knows"))
        );
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.text(), "nobody can tell at the moment, try again later");
    }
}

#[tokio::test]
async fn a_header_of_ones_own_is_not_replaced_and_another_status_gets_none() {
    let house = house();
    let own = house.auth().rejecting_with(|denied: Denied<'_>| {
        Response::builder().status(denied.status()).header("www-authenticate", "Session").body("").unwrap()
    });
    for answer in answers(&own, &[]).await {
        let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(challenges, ["Session"]);
    }
    let elsewhere = house.auth().rejecting_with(|_: Denied<'_>| {
        Response::builder().status(StatusCode::SEE_OTHER).header("location", "/login").body("").unwrap()
    });
    for answer in answers(&elsewhere, &[]).await {
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, Some("/login")));
        assert_eq!(answer.header("www-authenticate"), None);
    }
}
