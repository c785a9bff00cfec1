//! Every algorithm: tokens of either side are good at the other.

use countersign_testing::{KeyServer, Oracle, Pair, Settings};
use serde_json::{Value, json};

use super::rotation::blacklisting;
use super::support::*;

fn asymmetric(algorithm: &str) -> Settings {
    let [private, public, _] = Oracle::make_keys(algorithm);
    Settings::new().set("ALGORITHM", algorithm).set("SIGNING_KEY", private).set("VERIFYING_KEY", public)
}

/// Both on one database: what one issues, the other takes, in every endpoint.
fn good_both_ways(pair: &Pair) {
    let addresses = pair.addresses();
    for issuer in [addresses.theirs, addresses.ours] {
        let answer = login("ada").send(issuer);
        assert_eq!(answer.status, 200, "{answer:?}\n{}", pair.our_stderr());
        pair.agree(200, &authenticate(&answer.field("access")));
        pair.agree(200, &verify(&answer.field("refresh")));
        pair.agree(200, &refresh(&answer.field("refresh")));
    }
}

/// Signs in and compares, and refuses what the others would have signed.
fn signed_with(algorithm: &str) {
    let settings =
        asymmetric(algorithm).set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true);
    let pair = pair(&settings);
    let answers = pair.agree(200, &login("ada"));
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    let rotated = agree_on(&pair, 200, &answers.field("refresh"), refresh).field("refresh");
    agree_on(&pair, 401, &answers.field("refresh"), refresh);
    agree_on(&pair, 400, &answers.field("refresh"), verify);
    agree_on(&pair, 200, &rotated, blacklist);
    pair.same_rows();

    let [stranger, ..] = Oracle::make_keys(algorithm);
    let signed = |signature: Value| {
        pair.make_token(json!({"kind": "access", "username": "ada", "signature": signature}))
    };
    let good = signed(json!({}));
    pair.agree_all(&[
        (200, authenticate(&good)),
        (401, authenticate(&signed(json!({"algorithm": algorithm, "key": stranger})))),
        (401, authenticate(&signed(json!({"algorithm": "none"})))),
        (401, authenticate(&signed(json!({"algorithm": "HS256", "key": "guess".repeat(8)})))),
        (401, authenticate(&good[..good.len() - 4])),
    ]);
}

#[test]
fn rs256() {
    signed_with("RS256");
}

#[test]
fn es256() {
    signed_with("ES256");
}

#[test]
fn eddsa() {
    signed_with("EdDSA");
}

#[test]
fn every_asymmetric_algorithm_is_good_both_ways() {
    for algorithm in
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES256K", "ES384", "ES512", "EdDSA"]
    {
        good_both_ways(&shared(&asymmetric(algorithm)));
    }
}

#[test]
fn every_hmac_is_good_both_ways() {
    for algorithm in ["HS256", "HS384", "HS512"] {
        good_both_ways(&shared(&Settings::new().set("ALGORITHM", algorithm)));
    }
}

#[test]
fn a_secret_of_its_own_may_sign() {
    let secret = "the-signing-key-is-not-the-secret-key-of-the-project-at-all-0123456789";
    let pair = pair(&blacklisting().set("SIGNING_KEY", secret));
    the_whole_way(&pair);
    let with_secret_key = |key: &str| {
        pair.make_token(
            json!({"kind": "access", "username": "ada", "signature": {"algorithm": "HS256", "key": key}}),
        )
    };
    pair.agree(200, &authenticate(&with_secret_key(secret)));
    pair.agree(401, &authenticate(&with_secret_key("the key of somebody else, who would like to come in")));
}

#[test]
fn keys_may_be_found_at_a_url() {
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let [private, _, jwk] = Oracle::make_keys(algorithm);
        let [other_private, _, other_jwk] = Oracle::make_keys(algorithm);
        let named = |jwk: &str, kid: &str| jwk.replacen('{', &format!(r#"{{"kid":"{kid}","#), 1);
        let server = KeyServer::start(&[named(&jwk, "first"), named(&other_jwk, "second")]);
        let settings = Settings::new()
            .set("ALGORITHM", algorithm)
            .set("SIGNING_KEY", private.as_str())
            .set("JWK_URL", server.url());
        let pair = pair(&settings);
        let signed = |key: &str, headers: Value| {
            let signature = json!({"algorithm": algorithm, "key": key, "headers": headers});
            authenticate(&made(&pair, "access", &json!({"signature": signature})))
        };
        pair.agree_all(&[
            (200, signed(&private, json!({"kid": "first"}))),
            (200, signed(&other_private, json!({"kid": "second"}))),
            (401, signed(&other_private, json!({"kid": "first"}))),
            (401, signed(&private, json!({"kid": "third"}))),
            (401, signed(&private, json!({}))),
        ]);
        // What the services issue themselves names no key.
        let tokens = pair.agree(200, &login("ada")).field("access");
        agree_on(&pair, 401, &tokens, authenticate);
        agree_on(&pair, 401, &tokens, verify);
        pair.same_rows();
    }
}
