//! Tokens that die with the password that they were issued for.

use countersign_testing::{Settings, token};
use serde_json::{Value, json};

use super::rotation::blacklisting;
use super::support::*;

#[test]
fn a_new_password_ends_old_tokens_when_asked_for() {
    for settings in [Settings::new(), blacklisting(), Settings::new().without_blacklist_app()] {
        let both_kinds = json!([
            "rest_framework_simplejwt.tokens.AccessToken",
            "rest_framework_simplejwt.tokens.SlidingToken",
        ]);
        let pair = pair(&settings.set("CHECK_REVOKE_TOKEN", true).set("AUTH_TOKEN_CLASSES", both_kinds));
        let answers = pair.agree(200, &login("ada"));
        let (access, refresh_tokens) = (answers.field("access"), answers.field("refresh"));
        assert!(token::claim(&access.ours, "hash_password").is_string());
        let sliding = pair.agree(200, &login_sliding("ada")).field("token");
        agree_on(&pair, 200, &access, authenticate);
        agree_on(&pair, 200, &sliding, authenticate);
        agree_on(&pair, 200, &sliding, refresh_sliding);
        let later = agree_on(&pair, 200, &refresh_tokens, refresh);
        let spendable =
            if later.ours.json().get("refresh").is_some() { later.field("refresh") } else { refresh_tokens };
        pair.same_rows();

        let encoded = pair.oracle.call_text("hash_password", json!({"password": "new", "algorithm": "md5"}));
        pair.execute("UPDATE auth_user SET password = ? WHERE username = ?", &[&encoded, "ada"]);
        agree_on(&pair, 401, &access, authenticate);
        agree_on(&pair, 401, &sliding, authenticate);
        agree_on(&pair, 200, &access, verify);
        agree_on(&pair, 401, &spendable, refresh);
        agree_on(&pair, 401, &sliding, refresh_sliding);
        pair.same_rows();
        // The second time it is blacklisted, where that is possible.
        agree_on(&pair, 401, &spendable, refresh);
        agree_on(&pair, 401, &sliding, refresh_sliding);
        pair.same_rows();
    }
}

#[test]
fn a_token_without_the_revoke_claim_is_refused() {
    let pair = pair(&Settings::new().set("CHECK_REVOKE_TOKEN", true).set("REVOKE_TOKEN_CLAIM", "pw"));
    let answers = pair.agree(200, &login("ada"));
    assert!(token::claim(&answers.ours.field("refresh"), "pw").is_string());
    let made = |kind: &str, change: Value| made(&pair, kind, &change);
    pair.agree_all(&[
        (200, authenticate(&made("access", json!({})))),
        (401, authenticate(&made("access", json!({"without": ["pw"]})))),
        (401, authenticate(&made("access", json!({"claims": {"pw": null}})))),
        (401, authenticate(&made("access", json!({"claims": {"pw": "0CC175B9C0F1B6A831C399E269772661"}})))),
        (401, authenticate(&made("access", json!({"claims": {"pw": 5}})))),
        (401, refresh(&made("refresh", json!({"without": ["pw"]})))),
    ]);
    pair.same_rows();
}
