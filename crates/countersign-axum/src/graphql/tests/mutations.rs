//! What the mutations and `me` answer.

use super::*;

#[tokio::test]
async fn a_login_gives_a_token_that_says_who_it_is() {
    let house = house();
    let token = house.token().await;
    let me =
        "{ me { id username email isActive isStaff isSuperuser fullName lastLogin dateJoined __typename } }";
    let answer = house.ask(me, json!({}), Some(&token)).await;
    assert_eq!(
        answer.text(),
        "{\"data\":{\"me\":{\"id\":\"VXNlclR5cGU6Nw==\",\"username\":\"ada\",\"email\":\"ada@example.com\",\
         \"isActive\":true,\"isStaff\":true,\"isSuperuser\":false,\"fullName\":\"Ada Lovelace\",\"lastLogin\":null,\
         \"dateJoined\":\"2023-11-14T22:13:20.250000+00:00\",\"__typename\":\"UserType\"}}}"
    );
    assert_eq!(house.ask("{me{id}}", json!({}), None).await.text(), r#"{"data":{"me":null}}"#);
    for hidden in ["password", "petName", "pet_name"] {
        house.ask(&format!("{{me{{{hidden}}}}}"), json!({}), Some(&token)).await.error();
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_login_is_told_in_the_packages_words() {
    let house = house();
    for (arguments, message) in [
        (r#"username: "ada", password: "no""#, "Authentication failure"),
        (r#"username: "eve", password: "pw""#, "Authentication failure"),
        ("username: null, password: null", "Authentication failure"),
        (r#"username: "", password: """#, "Authentication failure"),
        (r#"username: "ada""#, "Invalid arguments"),
        (r#"password: "pw""#, "Invalid arguments"),
        (r#"username: "ada", password: "pw", refreshToken: """#, "Token expired"),
        (r#"username: "ada", password: "pw", refreshToken: null"#, "Token expired"),
        (r#"refreshToken: "x""#, "Token expired"),
    ] {
        let answer =
            house.ask(&format!("mutation{{requestToken({arguments}){{token}}}}"), json!({}), None).await;
        assert_eq!(
            answer.text(),
            format!(
                "{{\"data\":null,\"errors\":[{{\"message\":\"{message}\",\"locations\":[{{\"line\":1,\"column\":10}}],\
                 \"path\":[\"requestToken\"]}}]}}"
            ),
            "{arguments}"
        );
    }
    assert_eq!(
        house.ask("mutation{requestToken{token}}", json!({}), None).await.error(),
        "Invalid arguments"
    );
}

#[tokio::test]
async fn a_variable_that_is_not_given_is_no_null() {
    let house = house();
    let login = "mutation($n: String, $p: String, $r: String) \
                 { requestToken(username: $n, password: $p, refreshToken: $r) { token } }";
    let given = json!({"n": "ada", "p": "pw"});
    let token = house.data(login, given).await["requestToken"]["token"].as_str().unwrap().to_owned();
    house.data(login, json!({"r": token})).await;
    let null = house.ask(login, json!({"n": "ada", "p": "pw", "r": null}), None).await;
    assert_eq!(null.error(), "Token expired");
    assert_eq!(house.ask(login, json!({"n": "ada"}), None).await.error(), "Invalid arguments");
    let default = login.replace("$r: String", "$r: String = null");
    let default = house.ask(&default, json!({"n": "ada", "p": "pw"}), None).await;
    assert_eq!(default.error(), "Token expired");
    // Names that GraphQL does not have are passed over where nothing asks for them.
    house.data(login, json!({"n": "ada", "p": "pw", "a b": 1, "": {"-": 2}})).await;
    let odd = house.ask(login, json!({"n": {"a b": 1}, "p": "pw"}), None).await;
    assert_eq!(odd.status, StatusCode::OK);
    assert!(!odd.json()["errors"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn tokens_are_renewed_verified_and_told_apart() {
    let house = house();
    let token = house.token().await;
    let verify = "mutation($t: String!) { verifyToken(token: $t) { exp iat } }";
    let payload = house.data(verify, json!({"t": token})).await;
    assert_eq!(payload["verifyToken"], json!({"exp": 1_700_000_300, "iat": 1_700_000_000}));
    let renew = "mutation($t: String) { requestToken(refreshToken: $t) { token refreshToken { token } } }";
    let renewed = house.data(renew, json!({"t": token})).await;
    assert_eq!(renewed["requestToken"]["refreshToken"], Value::Null);
    assert_eq!(house.ask(verify, json!({"t": "x"}), None).await.error(), "Error decoding signature");
    house.clock.advance(Span::from_mins(5));
    assert_eq!(house.ask(verify, json!({"t": token}), None).await.error(), "Signature has expired");
    assert_eq!(house.ask(renew, json!({"t": token}), None).await.error(), "Token expired");
    let revoke = r#"mutation{revokeToken(token:"x")}"#;
    assert_eq!(house.ask(revoke, json!({}), None).await.error(), "Token refresh not supported");
}

#[tokio::test]
async fn long_running_tokens_are_given_used_and_revoked() {
    for reuse in [false, true] {
        let house = house_with(GraphqlJwt::default(), |_, rules| rules.renewal = long_running(reuse));
        let granted = house.data(LOGIN, json!({})).await;
        let refresh = &granted["requestToken"]["refreshToken"];
        assert_eq!((&refresh["iat"], &refresh["exp"]), (&json!(1_700_000_000), &json!(1_700_604_800)));
        let renew =
            "mutation($t: String) { requestToken(refreshToken: $t) { token refreshToken { token } } }";
        let renewed = house.data(renew, json!({"t": refresh["token"]})).await;
        let next = &renewed["requestToken"]["refreshToken"]["token"];
        assert_eq!(next == &refresh["token"], !reuse);
        if reuse {
            let spent = house.ask(renew, json!({"t": refresh["token"]}), None).await;
            assert_eq!(spent.error(), "Invalid refresh token");
        }
        let revoke = "mutation($t: String!) { revokeToken(token: $t) }";
        assert_eq!(house.data(revoke, json!({"t": next})).await, json!({"revokeToken": true}));
        assert_eq!(house.ask(revoke, json!({"t": next}), None).await.error(), "Invalid refresh token");
        assert_eq!(house.ask(renew, json!({"t": next}), None).await.error(), "Invalid refresh token");
    }
}

#[tokio::test]
async fn several_mutations_run_in_turn_and_end_with_the_first_that_fails() {
    let house = house_with(GraphqlJwt::default(), |_, rules| rules.renewal = long_running(false));
    let login = r#"requestToken(username:"ada",password:"pw"){token}"#;
    let both = house.data(&format!("mutation{{a:{login} b:{login}}}"), json!({})).await;
    assert!(both["a"]["token"].is_string() && both["b"]["token"].is_string());
    assert_eq!(house.store.refresh_tokens().len(), 2);
    let fails = r#"no:requestToken(username:"ada",password:"no"){token}"#;
    let answer =
        house.ask(&format!("mutation{{a:{login} {fails} b:{login} no2:{login}}}"), json!({}), None).await;
    assert_eq!(answer.error(), "Authentication failure");
    assert_eq!(answer.json()["errors"][0]["path"], json!(["no"]));
    assert_eq!(house.store.refresh_tokens().len(), 3, "what comes after the failure is not done");
}

#[tokio::test]
async fn one_response_key_is_one_mutation() {
    let house = house_with(GraphqlJwt::default(), |_, rules| rules.renewal = long_running(true));
    let granted = house.data(LOGIN, json!({})).await;
    let twice = "mutation($t: String) { requestToken(refreshToken: $t) { token } ...More } \
                 fragment More on Mutation { requestToken(refreshToken: $t) { refreshToken { token } } }";
    let token = &granted["requestToken"]["refreshToken"]["token"];
    let renewed = house.data(twice, json!({"t": token})).await;
    let renewed = &renewed["requestToken"];
    assert!(renewed["token"].is_string() && renewed["refreshToken"]["token"].is_string(), "{renewed}");
    assert_eq!(house.store.refresh_tokens().len(), 1);
}

#[tokio::test]
async fn fields_may_be_aliased_skipped_and_spread() {
    let house = house();
    let token = house.token().await;
    let query = "query($no: Boolean!) { who: me { ...on Node { id } ...F gone: email @skip(if: $no) } __typename } \
                 fragment F on UserType { name: username }";
    let answer = house.ask(query, json!({"no": true}), Some(&token)).await;
    assert_eq!(
        answer.text(),
        r#"{"data":{"who":{"id":"VXNlclR5cGU6Nw==","name":"ada"},"__typename":"Query"}}"#
    );
    let nothing = house.ask("{me@skip(if:true){id}}", json!({}), None).await;
    assert_eq!(nothing.text(), r#"{"data":{}}"#);
    let default =
        "query($yes: Boolean! = true, $no: Boolean = false) { me @include(if: $yes) @skip(if: $no) { id } }";
    assert_eq!(house.ask(default, json!({}), None).await.text(), r#"{"data":{"me":null}}"#);
    assert_eq!(house.ask(default, json!({"yes": false}), None).await.text(), r#"{"data":{}}"#);
}

#[tokio::test]
async fn who_guesses_too_often_is_told_so_by_the_status_too() {
    let house = house_with(GraphqlJwt::default(), |_, rules| {
        let limits = Limits { per_account: Some("2/hour".parse().unwrap()), ..Limits::default() };
        rules.throttle = Arc::new(MemoryThrottle::new(limits, &SystemEntropy));
    });
    let guess = r#"mutation{requestToken(username: "ada", password: "no"){token}}"#;
    for _ in 0..2 {
        assert_eq!(house.ask(guess, json!({}), None).await.error(), "Authentication failure");
    }
    let answer = house.ask(guess, json!({}), None).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("1800")));
    assert_eq!(
        answer.text(),
        "{\"data\":null,\"errors\":[{\"message\":\"Request was throttled. Expected available in 1800 seconds.\",\
         \"locations\":[{\"line\":1,\"column\":10}],\"path\":[\"requestToken\"]}]}"
    );
    // In one request no more can be guessed than in many.
    let aliased = r#"mutation{
        a: requestToken(username: "bob", password: "1"){token} b: requestToken(username: "bob", password: "2"){token}
    }"#;
    assert_eq!(house.ask(aliased, json!({}), None).await.error(), "Authentication failure");
}
