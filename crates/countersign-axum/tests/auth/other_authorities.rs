//! Several authorities in one service: what one of them knows proves nothing to another.

use axum::Router;
use axum::extract::Extension;
use axum::http::{Response, StatusCode};
use axum::routing::get as on_get;
use countersign::authority::Identity;
use countersign::dialect::SimpleJwt;
use countersign::user::User;
use countersign_axum::{Auth, AuthLayer, Authenticated};

use crate::house::{ask, get, house, house_with};

const ANOTHER: &str = "another secret, of 32 bytes and more, for admins";

#[tokio::test]
async fn whoever_one_authority_knows_is_nobody_to_another() {
    let (public, admin) = (house(), house_with(ANOTHER, |_| {}));
    let name = async |Authenticated(user): Authenticated<User>| user.username;
    let app = Router::new().route("/", on_get(name)).with_state(admin.auth());
    let app = app.layer(AuthLayer::optional(public.auth()));

    let of_the_public = public.bearer().await;
    let refused = ask(&app, get("/", &[("authorization", &of_the_public)])).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!((public.lookups(), admin.lookups()), (1, 0));
}

#[tokio::test]
async fn the_same_authority_with_other_words_is_the_same() {
    let house = house();
    let bearer = house.bearer().await;
    let auth = house.auth();
    let own_words = auth.clone().rejecting_with(|_| Response::new("no"));
    let name = async |Authenticated(user): Authenticated<User>| user.username;
    let app = Router::new().route("/", on_get(name)).with_state(own_words).layer(AuthLayer::required(auth));
    assert_eq!(ask(&app, get("/", &[("authorization", &bearer)])).await.text(), "ada");
    assert_eq!(house.lookups(), 1);
}

#[tokio::test]
async fn who_is_found_further_in_is_who_counts_there() {
    let (outer, inner) = (house(), house_with(ANOTHER, |_| {}));
    let dialect = SimpleJwt::default().header_name("x-token".parse().unwrap());
    let inner_auth = Auth::new(dialect, inner.authority.clone());
    let name = async |identity: Option<Extension<Identity>>| {
        identity
            .map_or("nobody".to_owned(), |Extension(identity)| format!("{:?}", identity.claims().text("jti")))
    };
    let app = Router::new().route("/", on_get(name));
    let app = app.layer(AuthLayer::optional(inner_auth)).layer(AuthLayer::required(outer.auth()));

    let (of_outer, of_inner) = (outer.bearer().await, inner.bearer().await);
    let nobody = ask(&app, get("/", &[("authorization", &of_outer)])).await;
    assert_eq!(nobody.text(), "nobody", "the outer one's user is not taken for the inner one's");
    let both = ask(&app, get("/", &[("authorization", &of_outer), ("x-token", &of_inner)])).await;
    let (status, text) = (both.status, both.text());
    assert!(status == StatusCode::OK && text.starts_with("Ok(Some("), "{text}");
    assert_eq!((outer.lookups(), inner.lookups()), (2, 1));
}
