//! What a project writes itself, where the packages take a callable or a class: rule, claims, listener, user type.

#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::error::Error;
use std::num::{NonZeroU8, NonZeroUsize};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use countersign::authority::{
    Authority, AuthorityError, BuiltInPayload, ClaimsDraft, Credentials, CustomClaims, Failure, FromToken,
    LoginEvent, PayloadReader, RefreshTokenRules, Refusal, Renewal, RestFrameworkJsonEncoder, Rotation,
    Rules, TokenUser, custom_claims, typed_claims,
};
use countersign::claims::Claims;
use countersign::clock::{ManualClock, Span, Timestamp};
use countersign::entropy::{SeededEntropy, SystemEntropy};
use countersign::error::{Causes, ErrorKind};
use countersign::jwt::{Invalid, TokenError, Unverified, Verified, sign};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::{Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::secret::{Password, PlainToken, SigningSecret};
use countersign::store::UserIdClaim;
use countersign::token::{TokenPolicy, UntypedToken};
use countersign::user::{FieldValue, Fields, User, UserKey};
use futures_executor::block_on;
use serde::{Deserialize, Serialize};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

struct House {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    authority: Authority<Arc<MemoryStore>>,
}

fn house(change: impl FnOnce(&mut Rules)) -> House {
    let store = Arc::new(MemoryStore::new());
    store.add_user(ada("ada@example.org", true));
    let clock = Arc::new(ManualClock::at(NOW));
    let authority = built(&store, &clock, change).unwrap();
    House { store, clock, authority }
}

fn built(
    store: &Arc<MemoryStore>,
    clock: &Arc<ManualClock>,
    change: impl FnOnce(&mut Rules),
) -> Result<Authority<Arc<MemoryStore>>, AuthorityError> {
    let mut rules = Rules::default();
    rules.ledger = true;
    change(&mut rules);
    let builder = Authority::builder(Arc::clone(store), key(), pool()).policy(TokenPolicy::default());
    builder.rules(rules).clock(clock.clone()).entropy(Arc::new(SeededEntropy::new(1))).build()
}

fn key() -> SigningKey {
    let secret = SigningSecret::new("a secret of at least 32 bytes, known to this test");
    SigningKey::load(Algorithm::Hs256, &secret).unwrap()
}

fn pool() -> HashingPool {
    let hashers = PasswordHashers::new(vec![Hasher::Md5]).unwrap();
    let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
    HashingPool::start(Arc::new(hashers), Arc::new(SystemEntropy), size).unwrap()
}

fn ada(email: &str, is_staff: bool) -> User {
    let hashers = PasswordHashers::new(vec![Hasher::Md5]).unwrap();
    User {
        key: UserKey::Int(7),
        username: "ada".into(),
        password: hashers.make(&Password::new("pw"), &SystemEntropy),
        is_active: true,
        email: None,
        last_login: None,
        fields: Fields::from_iter([
            ("id", FieldValue::Int(7)),
            ("email", FieldValue::Text(email.into())),
            ("is_staff", FieldValue::Bool(is_staff)),
            ("joined", FieldValue::Timestamp(Timestamp::from_micros(1_600_000_000_123_456))),
        ]),
    }
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials { username: username.into(), password: Password::new(password) }
}

fn claims(token: &PlainToken) -> Claims {
    Unverified::parse(token.expose()).unwrap().claims_without_verification().unwrap()
}

/// The email of everybody, and a claim that only staff has.
fn email_and_staff(rules: &mut Rules) {
    rules.custom_claims =
        Some(Arc::new(custom_claims(["email", "staff"], |user: &User, claims: &mut ClaimsDraft<'_>| {
            claims.set_column("email", user, "email");
            if user.fields.get("is_staff") == Some(&FieldValue::Bool(true)) {
                claims.set("staff", &true);
            }
        })));
}

fn said(token: &PlainToken) -> [Option<String>; 2] {
    let claims = claims(token);
    ["email", "staff"].map(|name| claims.raw(name).map(str::to_owned))
}

fn is(email: &str, staff: Option<&str>) -> [Option<String>; 2] {
    [Some(format!("\"{email}\"")), staff.map(str::to_owned)]
}

#[test]
fn a_login_writes_the_custom_claims_after_the_tokens_own() {
    let house = house(email_and_staff);
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    for token in [&pair.refresh, &pair.access] {
        let names: Vec<_> = claims(token).iter().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["token_type", "exp", "iat", "jti", "user_id", "email", "staff"]);
        assert_eq!(said(token), is("ada@example.org", Some("true")));
    }
    let sliding = block_on(house.authority.obtain_sliding(&credentials("ada", "pw"))).unwrap().token;
    assert_eq!(said(&sliding), is("ada@example.org", Some("true")));
}

/// DIFFERENCE: the packages copy what the refresh token said.
#[test]
fn a_refresh_makes_the_custom_claims_anew_and_removes_what_is_gone() {
    for rotation in [Rotation::Off, Rotation::On, Rotation::OnWithBlacklist] {
        let house = house(|rules| {
            email_and_staff(rules);
            rules.rotation = rotation;
        });
        let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
        house.store.add_user(ada("ada@example.com", false));
        let refreshed = block_on(house.authority.refresh(&pair.refresh)).unwrap();
        assert_eq!(said(&refreshed.access), is("ada@example.com", None), "{rotation:?}");
        if let Some(successor) = &refreshed.refresh {
            assert_eq!(said(successor), is("ada@example.com", None), "{rotation:?}");
            house.store.add_user(ada("ada@example.net", true));
            let again = block_on(house.authority.refresh(successor)).unwrap();
            assert_eq!(said(&again.access), is("ada@example.net", Some("true")), "{rotation:?}");
        }
    }
}

#[test]
fn a_renewed_sliding_token_has_fresh_claims_too() {
    let house = house(email_and_staff);
    let first = block_on(house.authority.obtain_sliding(&credentials("ada", "pw"))).unwrap().token;
    house.store.add_user(ada("ada@example.com", false));
    house.clock.advance(Span::from_secs(60));
    let second = block_on(house.authority.refresh_sliding(&first)).unwrap();
    assert_eq!(said(&second), is("ada@example.com", None));
    assert_eq!(claims(&first).raw("jti"), claims(&second).raw("jti"));
}

#[test]
fn other_claims_of_a_presented_token_are_copied_as_ever() {
    let house = house(email_and_staff);
    let json =
        r#"{"token_type":"refresh","exp":1700000500,"jti":"x","user_id":"7","theirs":1,"staff":"old"}"#;
    let presented = sign(&Claims::parse(json).unwrap(), &key(), None).unwrap();
    let access = block_on(house.authority.refresh(&presented)).unwrap().access;
    assert_eq!(claims(&access).raw("theirs"), Some("1"));
    assert_eq!(said(&access), is("ada@example.org", Some("true")));
}

#[test]
fn columns_become_claims_as_the_encoder_writes_them() {
    let joined = |rules: &mut Rules| {
        let write = |user: &User, claims: &mut ClaimsDraft<'_>| {
            claims.set_column("joined", user, "joined");
            claims.set_column("none", user, "no_such_column");
            claims.set("unannounced", &1);
        };
        rules.custom_claims = Some(Arc::new(custom_claims(["joined", "none"], write)));
    };
    let token =
        |house: &House| block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap().access;
    let django = claims(&token(&house(joined)));
    assert_eq!(django.raw("joined"), Some("\"2020-09-13T12:26:40.123Z\""));
    assert!(!django.contains("none") && !django.contains("unannounced"));
    let rest = house(|rules| {
        joined(rules);
        rules.json_encoder = Arc::new(RestFrameworkJsonEncoder);
    });
    assert_eq!(claims(&token(&rest)).raw("joined"), Some("\"2020-09-13T12:26:40.123456Z\""));
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Profile {
    email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    staff: Option<bool>,
}

#[test]
fn custom_claims_are_a_struct_that_is_written_and_read_again() {
    let house = house(|rules| {
        rules.custom_claims = Some(Arc::new(typed_claims(|user: &User| Profile {
            email: user.fields.get("email").map(ToString::to_string).unwrap_or_default(),
            staff: (user.fields.get("is_staff") == Some(&FieldValue::Bool(true))).then_some(true),
        })));
    });
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let profile = Profile { email: "ada@example.org".into(), staff: Some(true) };
    assert_eq!(claims(&pair.access).to::<Profile>().unwrap(), profile);

    house.store.add_user(ada("lovelace@example.org", false));
    let access = block_on(house.authority.refresh(&pair.refresh)).unwrap().access;
    let profile = Profile { email: "lovelace@example.org".into(), staff: None };
    assert_eq!(claims(&access).to::<Profile>().unwrap(), profile);
    assert!(!claims(&access).contains("staff"), "what a user lost does not live on");
}

#[test]
fn a_tokens_own_claims_cannot_be_custom_ones() {
    let House { store, clock, .. } = house(|_| {});
    for own in ["aud", "exp", "iat", "iss", "jti", "nbf", "refresh_exp", "token_type", "user_id"] {
        let refused = built(&store, &clock, |rules| {
            let write = |_: &User, _: &mut ClaimsDraft<'_>| {};
            rules.custom_claims = Some(Arc::new(custom_claims([own], write)));
        });
        assert_eq!(refused.err(), Some(AuthorityError::OwnClaimOverwritten), "{own}");
    }
}

struct Broken;

impl CustomClaims for Broken {
    fn names(&self) -> &[String] {
        &[]
    }

    fn write(&self, _: &User, _: &mut ClaimsDraft<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
        Err("no claims today".into())
    }
}

#[test]
fn without_its_claims_no_token_is_issued_and_none_is_used_up() {
    let House { store, clock, authority } = house(|rules| rules.rotation = Rotation::OnWithBlacklist);
    let pair = block_on(authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let broken = built(&store, &clock, |rules| {
        rules.rotation = Rotation::OnWithBlacklist;
        rules.custom_claims = Some(Arc::new(Broken));
    })
    .unwrap();
    let Err(Failure::Undecided(error)) = block_on(broken.obtain_pair(&credentials("ada", "pw"))) else {
        panic!("a login without its claims was decided");
    };
    assert_eq!(error.kind(), ErrorKind::Claims);
    assert!(Causes(&error).to_string().ends_with("could not be made: no claims today"));
    assert!(matches!(block_on(broken.refresh(&pair.refresh)), Err(Failure::Undecided(_))));
    assert_eq!(store.outstanding().len(), 1);
    assert!(block_on(authority.refresh(&pair.refresh)).is_ok(), "the token is still good");
}

#[test]
fn a_rule_of_ones_own_decides_at_login_and_at_refresh() {
    let house = house(|rules| {
        rules.authentication_rule =
            Arc::new(|user: &User| user.fields.get("is_staff") == Some(&FieldValue::Bool(true)));
    });
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    house.store.add_user(ada("ada@example.org", false));
    let login = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap_err();
    assert!(matches!(login, Failure::Refused(Refusal::NoActiveAccount)));
    let refresh = block_on(house.authority.refresh(&pair.refresh)).unwrap_err();
    assert!(matches!(refresh, Failure::Refused(Refusal::NoActiveAccountForToken)));
}

#[test]
fn a_listener_is_told_of_logins_and_of_nothing_else() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let house = house(|rules| {
        rules.login_listener = Arc::new(move |event: LoginEvent<'_>| {
            listener.lock().unwrap().push(match event {
                LoginEvent::Failed { username, at } => format!("{username} failed at {}", at.as_secs()),
                LoginEvent::Succeeded { user, at } => format!("{} came at {}", user.username, at.as_secs()),
                other => panic!("{other:?}"),
            });
        });
    });
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    block_on(house.authority.refresh(&pair.refresh)).unwrap();
    block_on(house.authority.authenticate(&pair.access)).unwrap();
    block_on(house.authority.obtain_sliding(&credentials("ada", "wrong"))).unwrap_err();
    block_on(house.authority.obtain_pair(&credentials("nobody", "pw"))).unwrap_err();
    block_on(house.authority.obtain_sliding(&credentials("ada", "pw"))).unwrap();
    assert_eq!(
        *told.lock().unwrap(),
        [
            "ada came at 1700000000",
            "ada failed at 1700000000",
            "nobody failed at 1700000000",
            "ada came at 1700000000"
        ]
    );
}

#[derive(Debug)]
struct Member {
    id: String,
    email: String,
}

impl FromToken for Member {
    fn from_token(id: UserIdClaim<'static>, token: UntypedToken) -> Result<Self, TokenError> {
        let id = id.as_text().unwrap_or_default().into_owned();
        let email = token.claims().text("email").map_err(Invalid::from)?.ok_or(TokenError::NoType)?;
        Ok(Self { id, email: email.into_owned() })
    }
}

#[test]
fn a_service_gets_its_own_type_of_user_from_a_token() {
    let house = house(email_and_staff);
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let member: Member = block_on(house.authority.token_user(&pair.access)).unwrap();
    assert_eq!((member.id.as_str(), member.email.as_str()), ("7", "ada@example.org"));
    house.store.remove_user(&UserKey::Int(7));
    assert!(block_on(house.authority.token_user::<Member>(&pair.access)).is_ok(), "no user is loaded");
    assert!(matches!(
        block_on(house.authority.token_user::<Member>(&pair.refresh)),
        Err(Failure::Refused(Refusal::NoTokenTypeFits(_)))
    ));
    let json = r#"{"token_type":"access","exp":1700000500,"jti":"x","user_id":"7","email":5}"#;
    let odd = sign(&Claims::parse(json).unwrap(), &key(), None).unwrap();
    assert!(matches!(
        block_on(house.authority.token_user::<Member>(&odd)),
        Err(Failure::Refused(Refusal::Token(TokenError::Invalid(_))))
    ));
}

#[test]
fn the_built_in_token_user_says_what_simple_jwts_does() {
    let house = house(|_| {});
    let user = |json: &str| {
        let token = sign(&Claims::parse(json).unwrap(), &key(), None).unwrap();
        block_on(house.authority.token_user::<TokenUser>(&token)).unwrap()
    };
    let plain = user(r#"{"token_type":"access","exp":1700000500,"jti":"x","user_id":"7"}"#);
    assert_eq!(plain.id().as_int(), Some(7));
    assert_eq!((plain.username().as_str(), plain.is_staff(), plain.is_superuser()), ("", false, false));
    assert!(plain.is_active());
    let full = user(
        r#"{"token_type":"access","exp":1700000500,"jti":"x","user_id":7,"username":"ada","is_staff":true,"n":[1]}"#,
    );
    assert_eq!((full.username().as_str(), full.is_staff()), ("ada", true));
    assert_eq!(full.claim::<Vec<u8>>("n").unwrap(), Some(vec![1]));
    assert!(full.claim::<String>("n").is_err());
}

/// Tokens as the GraphQL JWT has them, whose user is named by a column.
fn named_by(user: &str, change: impl FnOnce(&mut Rules)) -> House {
    let House { store, clock, .. } = house(|_| {});
    let mut policy = TokenPolicy::default();
    policy.token_type_claim = None;
    policy.jti_claim = None;
    policy.issued_at_claim = Some("origIat".into());
    policy.user_id_claim = user.into();
    policy.user_id_field = user.into();
    policy.user_id_first = true;
    policy.validation.issuer = Some("us".into());
    let mut rules = Rules::default();
    change(&mut rules);
    let builder = Authority::builder(Arc::clone(&store), key(), pool()).policy(policy).rules(rules);
    let authority = builder.clock(clock.clone()).entropy(Arc::new(SeededEntropy::new(1))).build().unwrap();
    House { store, clock, authority }
}

fn issued(house: &House) -> Result<PlainToken, Failure> {
    block_on(house.authority.issue(&credentials("ada", "pw"))).map(|grant| grant.access)
}

/// Reads the claim `sub`, where the packages read the one with the column's name.
struct Sub;

impl PayloadReader for Sub {
    fn user_id<'a>(
        &self,
        payload: &'a Verified<Claims>,
        _: &TokenPolicy,
    ) -> Result<Option<UserIdClaim<'a>>, TokenError> {
        Ok(payload.text("sub").map_err(Invalid::from)?.map(UserIdClaim::Text))
    }
}

#[test]
fn a_payload_of_ones_own_has_what_no_token_can_be_without() {
    let house = named_by("email", |rules| {
        rules.payload_writer = Arc::new(|user: &User, built_in: Claims| {
            let names: Vec<_> = built_in.iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["email", "exp", "origIat", "iss"]);
            let mut payload = Claims::new();
            payload.set("role", "admin");
            payload.set("sub", &user.fields.get("email").unwrap().to_string());
            payload.set("aud", "somebody else");
            payload.set("iss", "somebody else");
            payload
        });
        rules.payload_reader = Arc::new(Sub);
    });
    let first = issued(&house).unwrap();
    assert_eq!(
        claims(&first).to_json(),
        r#"{"role":"admin","sub":"ada@example.org","exp":1700000300,"origIat":1700000000,"iss":"us"}"#
    );
    house.clock.advance(Span::from_secs(60));
    let next = block_on(house.authority.renew(&first)).unwrap().access;
    assert_eq!(claims(&next).raw("origIat"), Some("1700000060"));
    assert!(block_on(house.authority.authenticate(&next)).is_ok());
}

#[test]
fn a_payload_that_is_not_its_users_is_never_signed() {
    type Change = fn(&mut Claims);
    let changes: [(Change, &str); 6] = [
        (|payload| payload.remove("email"), "is not read as that user's"),
        (|payload| payload.set("email", "eve@example.org"), "is not read as that user's"),
        (|payload| payload.set("email", &()), "is not read as that user's"),
        (|payload| payload.set("email", &["ada@example.org"]), "makes no good token"),
        (|payload| payload.set("exp", "tomorrow"), "makes no good token"),
        (|payload| payload.set("origIat", "today"), "makes no good token"),
    ];
    for (change, told) in changes {
        let house = named_by("email", |rules| {
            rules.payload_writer = Arc::new(move |_: &User, mut payload: Claims| {
                change(&mut payload);
                payload
            });
        });
        let Err(Failure::Undecided(error)) = issued(&house) else { panic!("a token: {told}") };
        assert_eq!(error.kind(), ErrorKind::Claims);
        let causes = Causes(&error).to_string();
        assert!(causes.contains("the payload for the user 7") && causes.contains(told), "{causes}");
        assert!(!causes.contains('@'), "{causes}");
    }
}

#[test]
fn a_username_is_read_of_verified_payloads_alone() {
    struct Counted(Arc<AtomicU32>);
    impl PayloadReader for Counted {
        fn user_id<'a>(
            &self,
            payload: &'a Verified<Claims>,
            policy: &TokenPolicy,
        ) -> Result<Option<UserIdClaim<'a>>, TokenError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            BuiltInPayload.user_id(payload, policy)
        }
    }
    let asked = Arc::new(AtomicU32::new(0));
    let house = named_by("email", |rules| rules.payload_reader = Arc::new(Counted(Arc::clone(&asked))));
    let mut good = Claims::new();
    good.set("email", "ada@example.org");
    good.set("exp", &2_000_000_000);
    good.set("iss", "us");
    let stranger = SigningSecret::new("another secret of at least 32 bytes, and not ours");
    let forged = sign(&good, &SigningKey::load(Algorithm::Hs256, &stranger).unwrap(), None).unwrap();
    good.set("exp", &1);
    let expired = sign(&good, &key(), None).unwrap();
    for bad in [forged, expired, PlainToken::new("no token")] {
        assert!(block_on(house.authority.authenticate(&bad)).is_err());
        assert!(block_on(house.authority.renew(&bad)).is_err());
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    good.set("exp", &2_000_000_000);
    assert!(block_on(house.authority.authenticate(&sign(&good, &key(), None).unwrap())).is_ok());
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn a_project_says_when_a_refresh_token_is_too_old() {
    let house = named_by("email", |rules| {
        let limits = RefreshTokenRules {
            lifetime: Span::from_days(7),
            bytes: NonZeroU8::new(20).unwrap(),
            reuse: false,
        };
        rules.renewal = Renewal::ByRefreshToken(limits);
        rules.refresh_expiry =
            Arc::new(|made_at: Timestamp, now: Timestamp| now > made_at + Span::from_secs(60));
    });
    let grant = block_on(house.authority.issue(&credentials("ada", "pw"))).unwrap();
    let refresh = grant.refresh.unwrap();
    assert_eq!(refresh.expires_at, NOW + Span::from_days(7), "what is told is the lifetime");
    house.clock.advance(Span::from_secs(60));
    assert!(block_on(house.authority.renew(&refresh.token)).is_ok());
    house.clock.advance(Span::from_secs(1));
    let refused = block_on(house.authority.renew(&refresh.token));
    assert!(matches!(refused, Err(Failure::Refused(Refusal::RefreshTokenExpired))));
}
