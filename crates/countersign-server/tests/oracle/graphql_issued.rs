//! GraphQL JWT: what tokens say, and which are good.

use countersign_testing::{Oracle, Pair, Settings, UserModel, token::claim};
use serde_json::{Value, json};

use super::graphql_support::*;

/// What the package itself says of a token.
const SAID: [&str; 3] = ["Error decoding signature", "Invalid token", "Signature has expired"];

#[test]
fn what_is_wrong_with_a_token_is_told_alike() {
    for expires in [false, true] {
        let pair = pair(&Settings::graphql_jwt().set("JWT_VERIFY_EXPIRATION", expires));
        let cases: Vec<_> = wrong_tokens(&pair, "access")
            .iter()
            .map(|token| verify(token))
            // DIFFERENCE: of times that are none, or are not there, it says what Python does.
            .filter(|request| {
                let theirs = request.send(pair.addresses().theirs).json();
                theirs["errors"][0]["message"].as_str().is_none_or(|message| SAID.contains(&message))
            })
            .map(|request| (200, request))
            .collect();
        assert!(cases.len() >= 30, "{}", cases.len());
        pair.agree_all(&cases);
    }
}

#[test]
fn audience_issuer_and_leeway_are_held_against_tokens_alike() {
    let settings = Settings::graphql_jwt()
        .set("JWT_VERIFY_EXPIRATION", true)
        .set("JWT_AUDIENCE", "us")
        .set("JWT_ISSUER", "here")
        .set("JWT_LEEWAY", 10);
    let pair = pair(&settings);
    let tokens = each(&pair.agree(200, &login("ada")), token);
    assert_eq!((claim(&tokens.ours, "aud"), claim(&tokens.ours, "iss")), (json!("us"), json!("here")));
    agree_on(&pair, &tokens, me);
    let made = |change: Value| made(&pair, "access", &change);
    for (status, change) in [
        (200, json!({"claims": {"aud": ["them", "us"]}})),
        (401, json!({"claims": {"aud": "them"}})),
        (401, json!({"claims": {"aud": []}})),
        (401, json!({"without": ["aud"]})),
        (401, json!({"claims": {"iss": "there"}})),
        (401, json!({"without": ["iss"]})),
        (200, json!({"lifetime": -5})),
        (401, json!({"lifetime": -60})),
        (200, json!({"without": ["exp"]})),
    ] {
        let token = made(change);
        pair.agree(status, &me(&token));
        if !matches!(status, 200) {
            pair.agree(200, &verify(&token));
        }
    }
}

#[test]
fn the_lifetime_is_as_configured() {
    for seconds in [1, 3600, -5] {
        let pair = pair(&Settings::graphql_jwt().set("JWT_EXPIRATION_DELTA", seconds));
        let tokens = each(&pair.agree(200, &login("ada")), token);
        let time = |name: &str| claim(&tokens.ours, name).as_i64().unwrap();
        assert_eq!(time("exp") - time("origIat"), seconds);
        agree_on(&pair, &tokens, me);
        agree_on(&pair, &tokens, verify);
    }
}

#[test]
fn tokens_of_every_algorithm_are_good_both_ways() {
    for algorithm in ["HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA"] {
        let mut settings = Settings::graphql_jwt().set("JWT_ALGORITHM", algorithm);
        if !algorithm.starts_with("HS") {
            let [private, public, _] = Oracle::make_keys(algorithm);
            settings = settings.set("JWT_PRIVATE_KEY", private).set("JWT_PUBLIC_KEY", public);
        }
        let pair = shared(&settings);
        let addresses = pair.addresses();
        for issuer in [addresses.theirs, addresses.ours] {
            let answer = login("ada").send(issuer);
            let issued = token(&answer);
            pair.agree(200, &me(&issued));
            pair.agree(200, &verify(&issued));
            pair.agree(200, &refresh(&issued));
        }
    }
    let own =
        Settings::graphql_jwt().set("JWT_SECRET_KEY", "another secret, at least as long as HS256 wants it");
    let pair = shared(&own);
    pair.agree(200, &me(&token(&login("ada").send(pair.addresses().ours))));
}

#[test]
fn a_signature_may_be_of_no_concern() {
    let pair = pair(&Settings::graphql_jwt().set("JWT_VERIFY", false));
    let forged = made(&pair, "access", &json!({"signature": {"key": "x".repeat(64)}}));
    let shown = pair.agree(200, &me(&forged));
    assert_eq!(shown.ours.json()["data"]["me"]["username"], "ada");
    pair.agree(200, &verify(&forged));
}

#[test]
fn people_may_log_in_with_other_names() {
    for (model, name, extra, shown) in [
        (
            UserModel::Person,
            "ada@example.com",
            json!({"full_name": "Ada"}),
            "id email isActive isStaff lastLogin",
        ),
        (UserModel::Member, "ada", json!({}), "id handle lastLogin"),
        (UserModel::Account, "ada", json!({}), "id login isActive lastLogin"),
    ] {
        let field = model.username_field();
        let settings = Settings::graphql_jwt().users(model).set("JWT_LONG_RUNNING_REFRESH_TOKEN", true);
        let pair = Pair::on_copies(&settings, &countersign(), |oracle| {
            let mut ada = extra;
            ada[field] = json!(name);
            ada["password"] = json!(PASSWORD);
            oracle.call("create_user", ada);
        });
        let query = format!(
            "mutation($name: String, $password: String) {{ requestToken({field}: $name, password: $password) \
             {{ token refreshToken {{ token exp iat }} }} }}"
        );
        let log_in = |password: &str| ask_with(&query, &json!({"name": name, "password": password}));
        let answers = pair.agree(200, &log_in(PASSWORD));
        pair.agree(200, &log_in("no"));
        let tokens = each(&answers, token);
        assert_eq!(claim(&tokens.ours, field), name);
        let question = format!("{{ me {{ {shown} }} }}");
        let header = |token: &String| ask(&question).header("Authorization", format!("JWT {token}"));
        let me = pair.agree_each(200, &tokens.as_ref().map(header));
        assert!(me.ours.json()["data"]["me"]["id"].is_string());
        agree_on(&pair, &each(&answers, refresh_token), refresh);
        agree_on(&pair, &each(&answers, refresh_token), revoke);
        pair.same_rows();
    }
}
