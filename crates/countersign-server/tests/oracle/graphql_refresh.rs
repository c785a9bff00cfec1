//! GraphQL JWT: renewal by the token itself, by long-running refresh tokens, and not at all.

use countersign_testing::{Both, Settings};
use serde_json::json;

use super::graphql_support::*;

fn long_running() -> Settings {
    Settings::graphql_jwt().set("JWT_LONG_RUNNING_REFRESH_TOKEN", true)
}

#[test]
fn a_token_renews_itself() {
    let pair = pair(&Settings::graphql_jwt());
    let old = made(&pair, "access", &json!({"lifetime": -1000, "claims": {"origIat": 1}}));
    let answers = pair.agree(200, &refresh(&old));
    agree_on(&pair, &each(&answers, token), me);
    let expiring = super::support::pair(&Settings::graphql_jwt().set("JWT_VERIFY_EXPIRATION", true));
    let old = made(&expiring, "access", &json!({"lifetime": -1000}));
    expiring.agree(200, &refresh(&old));
    expiring.agree(200, &refresh(&made(&expiring, "access", &json!({"username": "bob"}))));
}

#[test]
fn tokens_may_not_be_renewed() {
    let pair = pair(&Settings::graphql_jwt().set("JWT_ALLOW_REFRESH", false));
    let answers = pair.agree(200, &login("ada"));
    let tokens = each(&answers, token);
    agree_on(&pair, &tokens, me);
    let refused = agree_on(&pair, &tokens, refresh);
    assert_eq!(message(&refused.ours), "Token refresh not supported");
}

#[test]
fn a_long_running_token_renews_and_is_revoked() {
    for bytes in [20, 64] {
        let pair = pair(&long_running().set("JWT_REFRESH_TOKEN_N_BYTES", bytes));
        let answers = pair.agree(200, &login("ada"));
        let kept = each(&answers, refresh_token);
        assert_eq!(kept.ours.len(), 2 * bytes);
        pair.same_rows();
        for _ in 0..2 {
            let renewed = agree_on(&pair, &kept, refresh);
            assert_eq!(refresh_token(&renewed.ours), kept.ours);
            agree_on(&pair, &each(&renewed, token), me);
        }
        // An access token is none of them.
        agree_on(&pair, &each(&answers, token), refresh);
        agree_on(&pair, &kept, revoke);
        pair.same_rows();
        for again in [revoke, refresh] {
            let refused = agree_on(&pair, &kept, again);
            assert_eq!(message(&refused.ours), "Invalid refresh token");
        }
        pair.agree_all(&[(200, refresh("")), (200, refresh("x")), (200, revoke("")), (200, revoke("x"))]);
        pair.same_rows();
    }
}

#[test]
fn a_long_running_token_may_be_replaced_on_use() {
    let pair = pair(&long_running().set("JWT_REUSE_REFRESH_TOKENS", true));
    let first = each(&pair.agree(200, &login("ada")), refresh_token);
    let second = each(&agree_on(&pair, &first, refresh), refresh_token);
    assert_ne!(first.ours, second.ours);
    pair.same_rows();
    agree_on(&pair, &first, refresh);
    let third = agree_on(&pair, &second, refresh);
    agree_on(&pair, &each(&third, token), me);
    agree_on(&pair, &each(&third, refresh_token), revoke);
    pair.same_rows();
    let rows = pair.table(REFRESH_TOKENS).ours.rows;
    assert_eq!(rows.len(), 1);
}

#[test]
fn a_long_running_token_grows_old() {
    let pair = pair(&long_running().set("JWT_REFRESH_EXPIRATION_DELTA", 3600));
    let tokens = each(&pair.agree(200, &login("ada")), refresh_token);
    for (created, message_of) in
        [("2099-01-01 00:00:00", None), ("2020-01-01 00:00:00", Some("Token expired"))]
    {
        pair.execute("UPDATE refresh_token_refreshtoken SET created = ?", &[created]);
        // The far future has seconds that an Int cannot say, so only the token is asked for.
        let query = "mutation($token: String) { requestToken(refreshToken: $token) { token } }";
        let answers =
            pair.agree_each(200, &tokens.as_ref().map(|token| ask_with(query, &json!({"token": token}))));
        assert_eq!(answers.ours.json()["errors"][0]["message"].as_str(), message_of);
    }
    // What has expired can still be revoked.
    agree_on(&pair, &tokens, revoke);
    pair.same_rows();
}

#[test]
fn what_either_side_gives_the_other_takes() {
    let pair = shared(&long_running().set("JWT_REUSE_REFRESH_TOKENS", true));
    let addresses = pair.addresses();
    let answer = login("ada").send(addresses.theirs);
    let mut current = refresh_token(&answer);
    for address in [addresses.ours, addresses.theirs, addresses.ours] {
        let renewed = refresh(&current).send(address);
        let access = token(&renewed);
        pair.agree(200, &me(&access));
        pair.agree(200, &verify(&access));
        let spent = Both { theirs: refresh(&current), ours: refresh(&current) };
        pair.agree_each(200, &spent);
        current = refresh_token(&renewed);
    }
    assert_eq!(revoke(&current).send(addresses.ours).json(), json!({"data": {"revokeToken": true}}));
    pair.agree(200, &refresh(&current));
}
