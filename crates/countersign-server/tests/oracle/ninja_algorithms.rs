//! Ninja JWT: tokens of either side are good at the other, whatever signs them.

use countersign_testing::{Oracle, Settings};
use serde_json::json;

use super::ninja_support::*;

fn good_both_ways(settings: &Settings) {
    let pair = shared(settings);
    let addresses = pair.addresses();
    for issuer in [addresses.theirs, addresses.ours] {
        let answer = login("ada").send(issuer);
        assert_eq!(answer.status, 200, "{answer:?}\n{}", pair.our_stderr());
        pair.agree(200, &authenticate(&answer.field("access")));
        pair.agree(200, &verify(&answer.field("refresh")));
        pair.agree(200, &refresh(&answer.field("refresh")));
    }
}

fn asymmetric(algorithm: &str) -> Settings {
    let [private, public, _] = Oracle::make_keys(algorithm);
    Settings::ninja_jwt().set("ALGORITHM", algorithm).set("SIGNING_KEY", private).set("VERIFYING_KEY", public)
}

#[test]
fn every_hmac_is_good_both_ways() {
    for algorithm in ["HS256", "HS384", "HS512"] {
        good_both_ways(&Settings::ninja_jwt().set("ALGORITHM", algorithm));
    }
}

#[test]
fn rsa_and_elliptic_curves_are_good_both_ways() {
    for algorithm in ["RS256", "ES256", "ES512"] {
        good_both_ways(&asymmetric(algorithm));
    }
}

#[test]
fn other_keys_and_algorithms_are_refused_alike() {
    let pair = pair(&asymmetric("ES256"));
    let [stranger, ..] = Oracle::make_keys("ES256");
    let signed = |signature| authenticate(&made(&pair, "access", &json!({"signature": signature})));
    pair.agree_all(&[
        (200, signed(json!({}))),
        (401, signed(json!({"algorithm": "ES256", "key": stranger}))),
        (401, signed(json!({"algorithm": "none"}))),
        (401, signed(json!({"algorithm": "HS256", "key": "guess".repeat(8)}))),
    ]);
}
