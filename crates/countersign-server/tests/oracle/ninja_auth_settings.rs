//! dj-ninja-auth: its settings, one by one, and tokens that are good both ways.

use countersign_testing::{Oracle, Settings, token};
use serde_json::{Value, json};

use super::ninja_auth_support::*;

fn good_both_ways(settings: &Settings) {
    let pair = shared(settings);
    let addresses = pair.addresses();
    for issuer in [addresses.theirs, addresses.ours] {
        let answer = login("ada").send(issuer);
        assert_eq!(answer.status, 200, "{answer:?}\n{}", pair.our_stderr());
        pair.agree(200, &me(&answer.field("access")));
        pair.agree(200, &verify(&answer.field("access"), &answer.field("refresh")));
        pair.agree(200, &refresh(&answer.field("refresh")));
    }
}

fn asymmetric(algorithm: &str) -> Settings {
    let [private, public, _] = Oracle::make_keys(algorithm);
    Settings::ninja_auth()
        .set("ALGORITHM", algorithm)
        .set("SIGNING_KEY", private)
        .set("VERIFYING_KEY", public)
}

#[test]
fn every_algorithm_is_good_both_ways() {
    for algorithm in ["HS256", "HS384", "HS512"] {
        good_both_ways(&Settings::ninja_auth().set("ALGORITHM", algorithm));
    }
    for algorithm in ["RS256", "ES256", "ES512"] {
        good_both_ways(&asymmetric(algorithm));
    }
    good_both_ways(&Settings::ninja_auth().set("SIGNING_KEY", "another key ".repeat(8)));
}

#[test]
fn other_keys_and_algorithms_are_refused_alike() {
    let pair = pair(&asymmetric("ES256"));
    let [stranger, ..] = Oracle::make_keys("ES256");
    let signed = |signature| me(&made(&pair, "access", &json!({"signature": signature})));
    pair.agree_all(&[
        (200, signed(json!({}))),
        (401, signed(json!({"algorithm": "ES256", "key": stranger}))),
        (401, signed(json!({"algorithm": "none"}))),
        (401, signed(json!({"algorithm": "HS256", "key": "guess".repeat(8)}))),
    ]);
}

#[test]
fn lifetimes_are_as_configured() {
    let settings = Settings::ninja_auth().set("ACCESS_TOKEN_LIFETIME", 7).set("REFRESH_TOKEN_LIFETIME", 3600);
    let answer = pair(&settings).agree(200, &login("ada")).ours;
    for (name, lifetime) in [("access", 7), ("refresh", 3600)] {
        let seconds = |claim: &str| token::claim(&answer.field(name), claim).as_i64().unwrap();
        assert_eq!(seconds("exp") - seconds("iat"), lifetime);
    }
}

#[test]
fn audience_and_issuer_are_written_and_asked_for() {
    let settings = Settings::ninja_auth().set("AUDIENCE", "us").set("ISSUER", "https://issuer");
    let pair = pair(&settings);
    let answers = pair.agree(200, &login("ada"));
    assert_eq!(token::claim(&answers.ours.field("access"), "aud"), "us");
    agree_on(&pair, 200, &answers.field("access"), me);
    let access = |claims: Value| me(&made(&pair, "access", &json!({"claims": claims, "signature": {}})));
    pair.agree_all(&[
        (401, access(json!({}))),
        (401, access(json!({"aud": "us"}))),
        (401, access(json!({"aud": "them", "iss": "https://issuer"}))),
        (401, access(json!({"aud": "us", "iss": "https://issuer/"}))),
        (200, access(json!({"aud": ["them", "us"], "iss": "https://issuer"}))),
    ]);
}

#[test]
fn a_leeway_counts_on_every_side() {
    let pair = pair(&Settings::ninja_auth().set("LEEWAY", 100));
    let access = |change: Value| me(&made(&pair, "access", &change));
    let now = token::claim(&made(&pair, "access", &json!({})), "iat").as_i64().unwrap();
    pair.agree_all(&[
        (200, access(json!({"lifetime": -60}))),
        (401, access(json!({"lifetime": -160}))),
        (200, access(json!({"claims": {"iat": now + 60}}))),
        (401, access(json!({"claims": {"iat": now + 160}}))),
    ]);
}

#[test]
fn claims_have_the_names_they_are_given() {
    let settings = Settings::ninja_auth()
        .set("USER_ID_CLAIM", "sub_id")
        .set("JTI_CLAIM", "id")
        .set("TOKEN_TYPE_CLAIM", "kind");
    let pair = pair(&settings);
    let answers = pair.agree(200, &login("ada"));
    agree_on(&pair, 200, &answers.field("access"), me);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    agree_on(&pair, 401, &answers.field("refresh"), me);
    pair.agree(401, &me(&made(&pair, "access", &json!({"without": ["id"]}))));
}

#[test]
fn token_classes_say_what_proves_authentication() {
    let classes = json!(["dj_ninja_auth.jwt.tokens.RefreshToken", "dj_ninja_auth.jwt.tokens.UntypedToken"]);
    let pair = pair(&Settings::ninja_auth().set("TOKEN_CLASSES", classes));
    let answers = pair.agree(200, &login("ada"));
    agree_on(&pair, 200, &answers.field("access"), me);
    agree_on(&pair, 200, &answers.field("refresh"), me);
    pair.agree(401, &me("x"));
    pair.agree(401, &me(&made(&pair, "access", &json!({"claims": {"user_id": 2}}))));
}
