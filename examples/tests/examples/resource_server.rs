//! `resource_server`: tokens of an identity provider, which the test is.

use countersign::claims::Claims;
use countersign::clock::{Clock, SystemClock};
use countersign::jwt::sign;
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::SigningSecret;
use countersign_testing::{KeyServer, Oracle, Request};
use serde_json::{Value, json};

use crate::harness::Example;

#[test]
fn what_its_documentation_says_is_what_happens() {
    let provider = Provider::start();
    let token = provider.token(&json!({}));
    let service = provider.service();
    service.walk_with("src/bin/resource_server.rs", &[("TOKEN", &token)]);
}

#[test]
fn a_token_that_is_good_elsewhere_is_not_good_here() {
    let provider = Provider::start();
    let service = provider.service();
    let status = |token: &str| service.ask(&Request::get("/orders").bearer(token)).status;
    assert_eq!(status(&provider.token(&json!({}))), 200);
    for claims in [
        json!({"aud": "https://bank.example.com"}),
        json!({"aud": null}),
        json!({"iss": "https://somebody.eu.auth0.com/"}),
        json!({"exp": SystemClock.now().as_secs() - 1}),
        json!({"exp": null}),
        json!({"sub": null}),
        json!({"permissions": "read:orders"}),
    ] {
        assert_eq!(status(&provider.token(&claims)), 401, "{claims}");
    }
    let forger = Provider::start();
    assert_eq!(
        status(&forger.token(&json!({"iss": provider.issuer()}))),
        401,
        "the key has the right name alone"
    );
}

#[test]
fn who_has_not_the_permission_is_known_and_not_let_in() {
    let provider = Provider::start();
    let service = provider.service();
    for permissions in [json!([]), json!(["write:orders"]), json!(["read:orders "])] {
        let token = provider.token(&json!({ "permissions": permissions }));
        assert_eq!(service.ask(&Request::get("/orders").bearer(&token)).status, 403, "{permissions}");
    }
}

/// An identity provider.
struct Provider {
    key: SigningKey,
    keys: KeyServer,
}

impl Provider {
    fn start() -> Self {
        let [private, _, jwk] = Oracle::make_keys("RS256");
        let key = SigningKey::load(Algorithm::Rs256, &SigningSecret::new(private)).unwrap();
        let named = jwk.replacen('{', r#"{"kid":"now","#, 1);
        Self { key, keys: KeyServer::start(&[named]) }
    }

    /// What it calls itself.
    fn issuer(&self) -> String {
        self.keys.url().replace("jwks.json", "")
    }

    fn service(&self) -> Example {
        Example::start_with(env!("CARGO_BIN_EXE_resource_server"), |command| {
            command.env("ISSUER", self.issuer()).env("AUDIENCE", AUDIENCE)
        })
    }

    /// An access token of Ada's, in which these claims are others, or missing where they are null.
    fn token(&self, instead: &Value) -> String {
        let mut claims = json!({
            "iss": self.issuer(),
            "sub": "auth0|ada",
            "aud": [AUDIENCE, format!("{}userinfo", self.issuer())],
            "iat": SystemClock.now().as_secs(),
            "exp": SystemClock.now().as_secs() + 3600,
            "permissions": ["read:orders"],
        });
        let claims = claims.as_object_mut().unwrap();
        claims.extend(instead.as_object().unwrap().clone());
        claims.retain(|_, value| !value.is_null());
        let claims = Claims::of(claims).unwrap();
        sign(&claims, &self.key, Some("now")).unwrap().expose().to_owned()
    }
}

const AUDIENCE: &str = "https://api.example.com";
