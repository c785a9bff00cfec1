//! Who asks, for routes of a service's own, and what the families say to those who may not.

use bytes::Bytes;
use countersign::authority::{FromIdentity, FromToken, Identity, TokenUser};
use countersign::dialect::{GraphqlJwt, Guard, NinjaAuth, NinjaJwt, SimpleJwt};
use countersign::error::Error;
use countersign::store::UserIdClaim;
use countersign::token::UntypedToken;
use http::request::Parts;
use http::{Request, Response};

use super::*;

#[test]
fn an_identity_is_the_user_and_the_token() {
    let house = house(|_, _| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let identity = block_on(house.authority.identify(&pair.access)).unwrap();
    assert_eq!(identity.user().map(|user| &*user.username), Some("ada"));
    assert_eq!(identity.user_id().as_int(), Some(7));
    assert_eq!(identity.claims().raw("token_type"), Some("\"access\""));
    assert_eq!(identity.token().id(), claims(&pair.access).text("jti").unwrap().as_deref());
    assert_eq!(User::from_identity(&identity).unwrap().key, UserKey::Int(7));
    assert_eq!(TokenUser::from_identity(&identity).unwrap().id().as_int(), Some(7));
    let shown = format!("{identity:?}");
    assert!(!shown.contains("ada") && !shown.contains(pair.access.expose()), "{shown}");
}

#[test]
fn whom_an_authority_refuses_it_does_not_identify() {
    let house = house(|_, _| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let refused = |token| refusal(block_on(house.authority.identify(token)));
    assert!(matches!(refused(&pair.refresh), Refusal::NoTokenTypeFits(_)));
    house.store.add_user(User { is_active: false, ..ada("pw") });
    assert_eq!(refused(&pair.access), Refusal::UserInactive);
    house.store.remove_user(&UserKey::Int(7));
    assert_eq!(refused(&pair.access), Refusal::UserNotFound);
}

#[test]
fn a_stateless_identity_is_the_tokens_word_and_no_user() {
    let house = house(|_, rules| rules.stateless = true);
    let access = token(r#"{"token_type":"access","exp":1700000500,"jti":"x","user_id":"99"}"#);
    let identity = block_on(house.authority.identify(&access)).unwrap();
    assert!(identity.user().is_none());
    assert_eq!(identity.user_id(), &UserIdClaim::Text("99".into()));
    assert_eq!(User::from_identity(&identity).err(), Some(Refusal::UserNotFound));
    let nobody = token(r#"{"token_type":"access","exp":1700000500,"jti":"x"}"#);
    assert_eq!(refusal(block_on(house.authority.identify(&nobody))), Refusal::NoUserClaim);
}

#[derive(Debug)]
struct Admin;

impl FromToken for Admin {
    fn from_token(_: UserIdClaim<'static>, token: UntypedToken) -> Result<Self, TokenError> {
        let is_admin = token.claims().get("admin").map_err(Invalid::from)?;
        if is_admin == Some(true) { Ok(Self) } else { Err(TokenError::MissingClaim("admin".into())) }
    }
}

#[test]
fn a_user_type_of_ones_own_may_want_more_than_the_authority() {
    let house = house(|_, rules| rules.stateless = true);
    for (claim, wanted) in [
        (r#","admin":true"#, None),
        (r#","admin":1"#, Some(refused(Invalid::ClaimType.into()))),
        ("", Some(refused(TokenError::MissingClaim("admin".into())))),
    ] {
        let access =
            token(&format!(r#"{{"token_type":"access","exp":1700000500,"jti":"x","user_id":"7"{claim}}}"#));
        let identity = block_on(house.authority.identify(&access)).unwrap();
        assert_eq!(Admin::from_identity(&identity).err(), wanted, "{claim}");
        assert!(Identity::from_identity(&identity).is_ok());
    }
}

/// A family, and what it answers on routes that are not its own.
struct Guarding {
    guard: Box<dyn Guard>,
    anonymous: &'static str,
    expired: &'static str,
}

#[test]
fn every_family_guards_in_its_own_words() {
    let families = [
        Guarding {
            guard: Box::new(SimpleJwt::default()),
            anonymous: r#"{"detail":"Authentication credentials were not provided."}"#,
            expired: r#""code":"token_not_valid""#,
        },
        Guarding {
            guard: Box::new(NinjaJwt::default()),
            anonymous: r#"{"detail": "Unauthorized"}"#,
            expired: r#""code": "token_not_valid""#,
        },
        Guarding {
            guard: Box::new(NinjaAuth::default()),
            anonymous: r#"{"detail": "Unauthorized"}"#,
            expired: r#""code": "token_not_valid""#,
        },
        Guarding {
            guard: Box::new(GraphqlJwt::default().header_prefix("Bearer")),
            anonymous: "Invalid token",
            expired: "Token expired",
        },
    ];
    for Guarding { guard, anonymous, expired } in families {
        let good = parts(Some("Bearer abc"));
        let presented = guard.presented(&good).unwrap();
        assert_eq!(presented.as_ref().map(PlainToken::expose), Some("abc"));
        for nobody in [parts(None), parts(Some("Basic YWRhOnB3")), parts(Some(""))] {
            assert!(guard.presented(&nobody).unwrap().is_none(), "{anonymous}");
        }
        for (answer, status, text) in [
            (guard.anonymous(&parts(None)), 401, anonymous),
            (guard.refused(&good, TokenError::Expired.into()), 401, expired),
            (guard.refused(&good, Error::new(ErrorKind::Store).into()), 503, ""),
        ] {
            assert_eq!(answer.status(), status);
            assert!(body(&answer).contains(text), "{text}: {}", body(&answer));
        }
    }
}

#[test]
fn what_cannot_be_read_is_answered_at_once() {
    let answer = SimpleJwt::default().presented(&parts(Some("Bearer a b"))).unwrap_err();
    let text = r#"{"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"}"#;
    assert_eq!((answer.status().as_u16(), &*body(&answer)), (401, text));
    assert!(answer.headers().contains_key("www-authenticate"));
}

fn parts(authorization: Option<&str>) -> Parts {
    let mut request = Request::get("/orders/");
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    request.body(()).unwrap().into_parts().0
}

fn body(response: &Response<Bytes>) -> String {
    String::from_utf8(response.body().to_vec()).unwrap()
}
