//! Where Countersign answers otherwise, on purpose. Each is listed in docs/differences.md.

use countersign_testing::{Both, Pair, Request, Settings, token};
use serde_json::{Value, json};

use super::rotation::blacklisting;
use super::support::*;

/// Sends both the same and asks for these statuses, the genuine one first.
#[track_caller]
fn differ(pair: &Pair, theirs: u16, ours: u16, request: &Request) {
    let answers = pair.send(&Both { theirs: request.clone(), ours: request.clone() });
    assert_eq!(
        (answers.theirs.status, answers.ours.status),
        (theirs, ours),
        "{request:?}\n\nGenuine: {:?}\n\nCountersign: {:?}\n{}",
        answers.theirs,
        answers.ours,
        pair.our_stderr(),
    );
}

/// A token with these claims besides the usual, signed as it stands.
fn with_claims(pair: &Pair, kind: &str, claims: &Value) -> String {
    made(pair, kind, &json!({"claims": claims, "signature": {}}))
}

/// DIFFERENCE: row 10 of SECURITY.md. The genuine serializer skips every check of the user then.
#[test]
fn a_refresh_without_a_user_is_refused() {
    let pair = pair(&Settings::new().set("ROTATE_REFRESH_TOKENS", true));
    differ(&pair, 200, 401, &refresh(&made(&pair, "refresh", &json!({"without": ["user_id"]}))));
    differ(&pair, 200, 401, &refresh(&with_claims(&pair, "refresh", &json!({"user_id": null}))));
    differ(&pair, 200, 401, &refresh(&with_claims(&pair, "refresh", &json!({"user_id": 0}))));
    differ(&pair, 500, 401, &refresh(&with_claims(&pair, "refresh", &json!({"user_id": ""}))));
    differ(&pair, 200, 401, &refresh_sliding(&made(&pair, "sliding", &json!({"without": ["user_id"]}))));
}

/// DIFFERENCE: row 11 of SECURITY.md. The genuine packages fail with a 500.
#[test]
fn odd_claims_are_a_401() {
    let pair =
        pair(&Settings::new().set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true));
    for user_id in [json!("abc"), json!([1]), json!({"a": 1})] {
        let claims = json!({"user_id": user_id});
        differ(&pair, 500, 401, &authenticate(&with_claims(&pair, "access", &claims)));
        differ(&pair, 500, 401, &refresh(&with_claims(&pair, "refresh", &claims)));
        differ(&pair, 500, 401, &refresh_sliding(&with_claims(&pair, "sliding", &claims)));
    }
    for exp in [json!("9999999999"), json!(1e18), json!(9_223_372_036_854_775_808_u64)] {
        let claims = json!({"exp": exp});
        differ(&pair, 500, 401, &authenticate(&with_claims(&pair, "access", &claims)));
        differ(&pair, 500, 401, &refresh(&with_claims(&pair, "refresh", &claims)));
        differ(&pair, 500, 401, &verify(&with_claims(&pair, "access", &claims)));
    }
    for exp in ["-5", "-1e18", "1e400", "NaN", "Infinity", "true", "[]"] {
        let text = format!(r#"{{"token_type":"access","exp":{exp},"iat":1,"jti":"a","user_id":"1"}}"#);
        let token = pair.oracle.call_text("sign_text", json!({"text": text}));
        let answer = verify(&token).send(pair.addresses().ours);
        assert_eq!(answer.status, 401, "{text} {answer:?}");
    }
    // Their blacklist is asked for the id before it is clear that there is one.
    differ(&pair, 500, 401, &refresh(&made(&pair, "refresh", &json!({"without": ["jti"]}))));
    differ(&pair, 500, 401, &blacklist(&made(&pair, "refresh", &json!({"without": ["jti"]}))));
    differ(
        &pair,
        500,
        401,
        &refresh_sliding(&with_claims(&pair, "sliding", &json!({"refresh_exp": "never"}))),
    );
    let empty = pair.oracle.call_text("sign_text", json!({"text": "{}"}));
    differ(&pair, 500, 401, &refresh(&empty));
    differ(&pair, 500, 401, &refresh_sliding(&empty));
    pair.agree(401, &verify(&empty));
    pair.agree(401, &verify(&made(&pair, "access", &json!({"without": ["jti"]}))));
}

/// DIFFERENCE: Django hands such ids to the database, which refuses them, or is SQLite and knows no lengths.
#[test]
fn an_id_that_no_column_holds_is_neither_outstanding_nor_blacklisted() {
    let sliding = json!(["rest_framework_simplejwt.tokens.SlidingToken"]);
    let pair = pair(&blacklisting().set("AUTH_TOKEN_CLASSES", sliding));
    let made = |kind: &str, jti: &str| with_claims(&pair, kind, &json!({"jti": jti}));
    let (too_long, with_nul) = ("x".repeat(256), "a\0b");
    for jti in [&too_long, with_nul] {
        differ(&pair, handed_to_the_database(200), 401, &refresh(&made("refresh", jti)));
        differ(&pair, handed_to_the_database(200), 401, &blacklist(&made("refresh", &format!("{jti}!"))));
    }
    assert!(pair.table(OUTSTANDING).ours.rows.is_empty());
    // Nothing is written about a sliding token: it is only looked for.
    for request in [authenticate, refresh_sliding] {
        let sliding = |jti: &str| request(&made("sliding", &format!("{jti}?")));
        pair.agree(200, &sliding(&too_long));
        differ(&pair, handed_to_the_database(200), 200, &sliding(with_nul));
    }
    pair.agree(200, &refresh(&made("refresh", &"x".repeat(255))));
}

/// DIFFERENCE: a time is a number (RFC 7519, section 2), and an id is no truth value.
#[test]
fn a_claim_of_another_type_is_refused() {
    let pair = pair(&Settings::new());
    for claims in [json!({"iat": "5"}), json!({"nbf": "5"}), json!({"iat": true}), json!({"user_id": true})] {
        differ(&pair, 200, 401, &authenticate(&with_claims(&pair, "access", &claims)));
    }
}

/// DIFFERENCE: row 15 of SECURITY.md. A header that is not understood is not passed over.
#[test]
fn a_compressed_token_is_refused() {
    let pair = pair(&Settings::new());
    let zipped = made(&pair, "access", &json!({"signature": {"headers": {"zip": "DEF"}}}));
    differ(&pair, 200, 401, &authenticate(&zipped));
}

/// DIFFERENCE: bcrypt looks at 72 bytes, and the genuine library refuses more with a 500.
#[test]
fn a_long_password_is_cut_for_bcrypt() {
    let long = "x".repeat(73);
    let pair = Pair::on_copies(&Settings::new().hashers(&["bcrypt"]), &countersign(), |oracle| {
        oracle.call("create_user", json!({"username": "ada", "password": &long[..72]}));
    });
    differ(&pair, 500, 200, &Request::post(OBTAIN).json(&json!({"username": "ada", "password": long})));
}

/// DIFFERENCE: the genuine hashers fail with a 500 on a hash that is cut off.
#[test]
fn a_broken_hash_is_a_wrong_password() {
    let pair = Pair::on_copies(&Settings::new(), &countersign(), |oracle| {
        oracle.call("create_user", json!({"username": "ada", "password": "x", "encoded": "md5$"}));
    });
    differ(&pair, 500, 401, &login("ada"));
}

/// DIFFERENCE: there is no browsable API here; a browser gets JSON.
#[test]
fn a_browser_gets_json() {
    let pair = pair(&Settings::new());
    for accept in ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/*"] {
        let request = Request::get(AUTHENTICATE).header("Accept", accept);
        let answers = pair.send(&Both { theirs: request.clone(), ours: request });
        assert_eq!((answers.theirs.status, answers.ours.status), (401, 401));
        assert_eq!(answers.theirs.header("Content-Type").as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(answers.ours.header("Content-Type").as_deref(), Some("application/json"));
        assert_eq!(answers.ours.text(), r#"{"detail":"Authentication credentials were not provided."}"#);
    }
}

/// DIFFERENCE: row 19 of SECURITY.md. One token has one spelling.
#[test]
fn a_token_has_one_spelling() {
    let pair = pair(&Settings::new());
    let twice = pair.oracle.call_text("sign_text", json!({"text": TWO_EXPS}));
    differ(&pair, 200, 401, &authenticate(&twice));
    let good = made(&pair, "access", &json!({}));
    differ(&pair, 200, 401, &authenticate(&format!("{good}=")));

    // The last letter of 43 carries two bits that mean nothing, and both sides want them to be 0.
    let (rest, last) = good.split_at(good.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.split_once(last).map(|(_, after)| &after[..1]).unwrap();
    pair.agree(401, &authenticate(&format!("{rest}{next}")));
}

/// DIFFERENCE: the genuine packages keep a token of elsewhere as they would have signed it, with the audience of the
/// settings, which nobody ever held. The row here has the token that was presented.
#[test]
fn a_token_of_elsewhere_is_kept_as_it_was_presented() {
    let pair = pair(&Settings::new().set("AUDIENCE", "shop"));
    let presented = with_claims(&pair, "refresh", &json!({"aud": ["bank", "shop"]}));
    pair.agree(200, &blacklist(&presented));
    let Both { theirs, ours } = pair.table(OUTSTANDING);
    assert_eq!(token::claim(theirs.rows[0].text("token"), "aud"), "shop");
    assert_eq!(ours.rows[0].text("token"), presented);
}

const TWO_EXPS: &str =
    r#"{"token_type":"access","exp":9999999999,"exp":9999999998,"iat":1,"jti":"a","user_id":"1"}"#;
