//! GraphQL's tokens, without a server: what strawberry-django-extras issues is good here, what is issued here is good
//! there, and of every other token both say the same.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]
#![expect(clippy::needless_pass_by_value, reason = "so that a json! fits in as it stands")]

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use countersign::authority::{Authority, Credentials, Failure, Keys, Refusal, Rules};
use countersign::claims::Claims;
use countersign::clock::{Clock, Span, SystemClock};
use countersign::entropy::SystemEntropy;
use countersign::jwt::{Audience, TokenError, Unverified, danger};
use countersign::key::{Algorithm, KeyRing, SigningKey, VerifyingKey};
use countersign::memory::MemoryStore;
use countersign::password::{Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::secret::{Password, PlainToken, SigningSecret};
use countersign::token::{TokenPolicy, UserIdForm};
use countersign::user::{FieldValue, User, UserKey};
use countersign_testing::Oracle;
use serde_json::{Value, json};

const SECRET: &str = "a secret of at least 32 bytes, known to this test";

#[tokio::test]
async fn by_default_a_token_ten_years_old_is_good() {
    let year = 31_556_952;
    let house = House::new(json!({}), |_| {});
    let payload = |claims: Value| good(merged(json!({"username": "ada"}), claims));
    house
        .agrees_on(
            [
                ("good", payload(json!({}))),
                ("good", payload(json!({"exp": now() - 10 * year}))),
                ("good", payload(json!({"exp": now() - 10 * year, "iat": now(), "nbf": now()}))),
                ("good", payload(json!({"aud": "whoever", "iss": 7, "origIat": "x"}))),
                ("good", payload(json!({"aud": [7], "sub": "x", "jti": "y"}))),
                ("Invalid token", payload(json!({"nbf": now() + 100}))),
                ("Invalid token", payload(json!({"iat": now() + 100}))),
                ("Invalid token", payload(json!({"iat": "soon"}))),
                ("Error decoding signature", payload(json!({"nbf": "soon"}))),
                ("Error decoding signature", payload(json!({"nbf": [1]}))),
                ("Invalid token", payload(json!({"sub": 7}))),
                ("Invalid token", payload(json!({"jti": 7}))),
                ("Error decoding signature", good(json!(["username", "ada"]))),
                ("Error decoding signature", good(json!("{\"username\":"))),
                (
                    "Error decoding signature",
                    signed(json!({"alg": "HS256"}), "another secret of 32 bytes at least"),
                ),
                ("Error decoding signature", unsigned(json!({"alg": "HS256", "typ": "JWT"}))),
                ("Error decoding signature", unsigned(json!(["HS256"]))),
                ("Error decoding signature", unsigned(json!("{\"alg\""))),
                ("Error decoding signature", signed(json!({"alg": "HS256", "b64": false}), SECRET)),
                ("Invalid token", unsigned(json!({"alg": "none"}))),
                ("Invalid token", unsigned(json!({"alg": ""}))),
                ("Invalid token", unsigned(json!({"typ": "JWT"}))),
                ("Invalid token", signed(json!({"alg": "HS512"}), SECRET)),
                ("Invalid token", signed(json!({"alg": "HS256", "kid": 7}), SECRET)),
                ("Invalid token", signed(json!({"alg": "HS256", "crit": ["exp"], "exp": 1}), SECRET)),
                ("good", signed(json!({"alg": "HS256", "kid": "any", "jku": "https://example.com"}), SECRET)),
            ],
            ["", ".", "..", "a", "a.b", "a.b.c", "eyJ.eyJ.eyJ", "\u{e4}.\u{e4}.\u{e4}"],
        )
        .await;
}

#[tokio::test]
async fn an_expiry_that_is_verified_ends_a_token_and_leeway_prolongs_it() {
    let settings = json!({"JWT_VERIFY_EXPIRATION": true, "JWT_LEEWAY": 30, "JWT_EXPIRATION_DELTA": 60});
    let house = House::new(settings, |policy| {
        policy.validation.verify_exp = true;
        policy.validation.leeway = Span::from_secs(30);
        policy.access_lifetime = Span::from_secs(60);
    });
    let times = |claims: Value| good(merged(json!({"username": "ada"}), claims));
    house
        .agrees_on(
            [
                ("good", times(json!({}))),
                ("good", times(json!({"exp": now() - 10}))),
                ("Signature has expired", times(json!({"exp": now() - 60}))),
                ("Signature has expired", times(json!({"exp": -1}))),
                ("Signature has expired", times(json!({"exp": 1.5}))),
                ("Error decoding signature", times(json!({"exp": "soon"}))),
                ("Error decoding signature", times(json!({"exp": null}))),
                ("good", times(json!({"nbf": now() + 10, "iat": now() + 10}))),
                ("Invalid token", times(json!({"nbf": now() + 60}))),
                ("Invalid token", times(json!({"iat": now() + 60, "exp": now() - 60}))),
            ],
            [],
        )
        .await;
}

#[tokio::test]
async fn audience_and_issuer_are_written_and_asked_for() {
    for audience in [json!("us"), json!(["us", "them"])] {
        let settings = json!({"JWT_AUDIENCE": audience, "JWT_ISSUER": "me", "JWT_ALLOW_REFRESH": false});
        let house = House::new(settings, |policy| {
            policy.issued_at_claim = None;
            policy.validation.issuer = Some("me".into());
            policy.validation.audience = Some(match audience.as_str() {
                Some(one) => Audience::One(one.into()),
                None => Audience::Any(vec!["us".into(), "them".into()]),
            });
        });
        let parties = |claims: Value| good(merged(json!({"aud": "us", "iss": "me"}), claims));
        house
            .agrees_on(
                [
                    ("good", parties(json!({}))),
                    ("good", parties(json!({"aud": ["x", "us"]}))),
                    ("Invalid token", parties(json!({"aud": "u"}))),
                    ("Invalid token", parties(json!({"aud": ["x"]}))),
                    ("Invalid token", parties(json!({"aud": [7]}))),
                    ("Invalid token", parties(json!({"aud": {"us": 1}}))),
                    ("Invalid token", parties(json!({"aud": ""}))),
                    ("Invalid token", parties(json!({"iss": "m"}))),
                    ("Invalid token", parties(json!({"iss": ["me"]}))),
                    ("Invalid token", good(json!({"aud": "us"}))),
                    ("Invalid token", good(json!({"iss": "me"}))),
                ],
                [],
            )
            .await;
    }
}

#[tokio::test]
async fn without_signatures_exp_and_aud_alone_are_looked_at() {
    for verify_exp in [false, true] {
        let settings = json!({"JWT_VERIFY": false, "JWT_VERIFY_EXPIRATION": verify_exp, "JWT_AUDIENCE": "us",
                              "JWT_ISSUER": "me"});
        let house = House::new(settings, |policy| {
            policy.validation.signatures = danger::ignored_signatures();
            policy.validation.verify_exp = verify_exp;
            policy.validation.audience = Some(Audience::One("us".into()));
            policy.validation.issuer = Some("me".into());
        });
        let forged = |claims: Value| json!({"header": {"alg": "none"}, "payload": merged(json!({"aud": "us"}), claims), "key": null});
        house
            .agrees_on(
                [
                    ("good", forged(json!({"iss": "them"}))),
                    ("good", forged(json!({"nbf": "x", "iat": now() + 100, "sub": 7, "jti": 7}))),
                    (if verify_exp { "Signature has expired" } else { "good" }, forged(json!({"exp": 1}))),
                    ("Invalid token", forged(json!({"aud": "them"}))),
                    ("Invalid token", json!({"header": {}, "payload": {}, "key": null})),
                    ("good", json!({"header": {}, "payload": {"aud": "us"}, "key": null})),
                    ("Invalid token", json!({"header": {"kid": 7}, "payload": {"aud": "us"}, "key": null})),
                    (
                        "Error decoding signature",
                        json!({"header": [], "payload": {"aud": "us"}, "key": null}),
                    ),
                ],
                ["", "a.b.c"],
            )
            .await;
    }
}

#[tokio::test]
async fn a_pair_of_keys_signs_and_verifies() {
    for name in ["RS256", "PS384", "ES256", "EdDSA"] {
        let [private, public, _] = Oracle::make_keys(name);
        let settings = json!({"JWT_ALGORITHM": name, "JWT_PRIVATE_KEY": private, "JWT_PUBLIC_KEY": public});
        let algorithm = Algorithm::parse(name).unwrap();
        let signing = SigningKey::load(algorithm, &SigningSecret::new(private.as_str())).unwrap();
        let verifying = VerifyingKey::load(algorithm, &SigningSecret::new(public.as_str())).unwrap();
        let house = House::with_keys(settings, Keys::new(KeyRing::pair(Some(signing), verifying)), |_| {});
        let [stranger, ..] = Oracle::make_keys(name);
        let with = |key: &str| json!({"header": {"alg": name}, "payload": {}, "key": key, "algorithm": name});
        house
            .agrees_on(
                [
                    ("good", with(&private)),
                    ("Error decoding signature", with(&stranger)),
                    ("Invalid token", signed(json!({"alg": "HS256"}), SECRET)),
                ],
                [],
            )
            .await;
    }
}

/// DIFFERENCE: PyJWT takes `"123"` and `true` for numbers and looks at no `exp` that it does not verify, Python's JSON
/// takes a name twice, and its base64 takes padding.
#[tokio::test]
async fn odd_spellings_are_refused() {
    let house = House::new(json!({}), |_| {});
    let make = json!([
        good(json!({"exp": "soon"})),
        good(json!({"nbf": "5"})),
        good(json!({"iat": true})),
        good(json!("{\"username\":\"ada\",\"username\":\"eve\"}")),
    ]);
    let told = ask(&json!({"secret_key": SECRET, "settings": {}, "make": make, "judge": []}));
    let verdicts: Vec<(String, String)> = serde_json::from_value(told["verdicts"].clone()).unwrap();
    assert!(verdicts.iter().all(|(_, theirs)| theirs == "good"), "{verdicts:?}");
    let padded = (format!("{}=", told["issued"].as_str().unwrap()), String::new());
    for ((token, _), ours) in verdicts[1..].iter().chain([&padded]).zip([
        "Error decoding signature",
        "Error decoding signature",
        "Invalid token",
        "Error decoding signature",
        "Error decoding signature",
    ]) {
        let inspected = house.authority.inspect(&PlainToken::new(token)).await;
        assert_eq!(verdict(inspected.map(drop)), ours, "{token}");
    }
}

/// An authority, and the settings that make the package decide alike.
struct House {
    settings: Value,
    authority: Authority<Arc<MemoryStore>>,
}

impl House {
    fn new(settings: Value, change: impl FnOnce(&mut TokenPolicy)) -> Self {
        let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(SECRET)).unwrap();
        Self::with_keys(settings, key.into(), change)
    }

    fn with_keys(settings: Value, keys: Keys, change: impl FnOnce(&mut TokenPolicy)) -> Self {
        let mut policy = TokenPolicy::default();
        policy.token_type_claim = None;
        policy.jti_claim = None;
        policy.requires_exp = false;
        policy.issued_at_claim = Some("origIat".into());
        policy.user_id_claim = "username".into();
        policy.user_id_field = "username".into();
        policy.user_id_form = UserIdForm::Native;
        policy.user_id_first = true;
        policy.validation.verify_exp = false;
        change(&mut policy);

        let hashers = Arc::new(PasswordHashers::new(vec![Hasher::Md5]).unwrap());
        let store = Arc::new(MemoryStore::new());
        store.add_user(User {
            key: UserKey::Int(7),
            username: "ada".into(),
            password: hashers.make(&Password::new("pw"), &SystemEntropy),
            is_active: true,
            last_login: None,
            email: None,
            fields: [("username", FieldValue::Text("ada".into()))].into_iter().collect(),
        });
        let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
        let pool = HashingPool::start(hashers, Arc::new(SystemEntropy), size).unwrap();
        let authority = Authority::builder(store, keys, pool).policy(policy).rules(Rules::default());
        Self { settings, authority: authority.build().unwrap() }
    }

    /// Both issue a token, which looks alike and is good at either; of the tokens that are made, and of other texts,
    /// both say what is expected.
    async fn agrees_on<const M: usize, const T: usize>(
        self,
        made: [(&'static str, Value); M],
        texts: [&'static str; T],
    ) {
        let credentials = Credentials { username: "ada".into(), password: Password::new("pw") };
        let ours = self.authority.issue(&credentials).await.unwrap().access;
        let (expected, tokens): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        let judge: Vec<_> = [ours.expose()].into_iter().chain(texts).collect();
        let told =
            ask(&json!({"secret_key": SECRET, "settings": self.settings, "make": tokens, "judge": judge}));

        let issued = told["issued"].as_str().unwrap();
        assert_eq!(shape(issued), shape(ours.expose()), "the claims and their order");
        let texts = texts.iter().map(|_| "Error decoding signature");
        let expected = ["good"].into_iter().chain(expected).chain(["good"]).chain(texts);
        let verdicts: Vec<(String, String)> = serde_json::from_value(told["verdicts"].clone()).unwrap();
        assert_eq!(verdicts.len(), 2 + M + T);
        for ((token, theirs), expected) in verdicts.iter().zip(expected) {
            assert_eq!(theirs, expected, "theirs of {token}");
            let inspected = self.authority.inspect(&PlainToken::new(token)).await;
            assert_eq!(verdict(inspected.map(drop)), expected, "ours of {token}");
        }
    }
}

/// The verdict in the package's words.
fn verdict(inspected: Result<(), Failure>) -> &'static str {
    match inspected {
        Ok(()) => "good",
        Err(Failure::Refused(Refusal::Token(TokenError::Expired))) => "Signature has expired",
        Err(Failure::Refused(Refusal::Token(error))) if error.is_undecodable() => "Error decoding signature",
        Err(Failure::Refused(Refusal::Token(_))) => "Invalid token",
        Err(other) => panic!("{other}"),
    }
}

/// Header and claims, with the times set to zero.
fn shape(token: &str) -> (String, String) {
    let unverified = Unverified::parse(token).unwrap();
    let mut claims: Claims = unverified.claims_without_verification().unwrap();
    for time in ["exp", "origIat"] {
        if claims.contains(time) {
            claims.set(time, &0);
        }
    }
    (unverified.header().algorithm().to_owned(), claims.to_json())
}

fn good(payload: Value) -> Value {
    json!({"header": {"alg": "HS256", "typ": "JWT"}, "payload": payload, "key": SECRET})
}

fn signed(header: Value, key: &str) -> Value {
    let algorithm = if header["alg"] == "HS512" { "HS512" } else { "HS256" };
    json!({"header": header, "payload": {"username": "ada"}, "key": key, "algorithm": algorithm})
}

fn unsigned(header: Value) -> Value {
    json!({"header": header, "payload": {"username": "ada"}, "key": null})
}

fn merged(mut claims: Value, more: Value) -> Value {
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims
}

fn now() -> i64 {
    SystemClock.now().as_secs()
}

fn ask(question: &Value) -> Value {
    let python = std::env::var_os("COUNTERSIGN_ORACLE_PYTHON").expect(
        "COUNTERSIGN_ORACLE_PYTHON is not set. Run ./scripts/test, or: \
         export COUNTERSIGN_ORACLE_PYTHON=$(./scripts/oracle-venv)",
    );
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../countersign-testing/oracle/graphql_tokens.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let answer = child.wait_with_output().unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    serde_json::from_slice(&answer.stdout).unwrap()
}
