//! The use cases over the store in memory, on a clock that the tests move.

#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

#[path = "authority/authenticate.rs"]
mod authenticate;
#[path = "authority/grants.rs"]
mod grants;
#[path = "authority/identity.rs"]
mod identity;
#[path = "authority/keys.rs"]
mod keys;
#[path = "authority/own_sessions.rs"]
mod own_sessions;
#[path = "authority/sessions.rs"]
mod sessions;

use std::num::NonZeroUsize;
use std::sync::Arc;

use countersign::authority::{
    Authority, AuthorityError, Credentials, Failure, Principal, Refusal, Rotation, Rules,
};
use countersign::claims::Claims;
use countersign::clock::{ManualClock, Span, Timestamp};
use countersign::entropy::{Entropy, SeededEntropy, SystemEntropy};
use countersign::error::ErrorKind;
use countersign::jwt::{Audience, Invalid, TokenError, Unverified, sign};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::{Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::secret::{Password, PlainToken, SigningSecret};
use countersign::store::{Claim, OutstandingToken, TokenLedger};
use countersign::token::{RevokeClaim, TokenKind, TokenPolicy, UserIdForm};
use countersign::user::{FieldValue, Fields, User, UserKey};
use futures_executor::block_on;

const SECRET: &str = "a secret of at least 32 bytes, known to this test";
const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_250_000);

struct House {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    authority: Authority<Arc<MemoryStore>>,
}

fn house(change: impl FnOnce(&mut TokenPolicy, &mut Rules)) -> House {
    let mut policy = TokenPolicy::default();
    let mut rules = Rules::default();
    rules.ledger = true;
    change(&mut policy, &mut rules);
    let store = Arc::new(MemoryStore::new());
    store.add_user(ada("pw"));
    let clock = Arc::new(ManualClock::at(NOW));
    let authority = Authority::builder(Arc::clone(&store), key(), pool())
        .policy(policy)
        .rules(rules)
        .clock(clock.clone())
        .entropy(Arc::new(SeededEntropy::new(1)))
        .build()
        .unwrap();
    House { store, clock, authority }
}

fn key() -> SigningKey {
    SigningKey::load(Algorithm::Hs256, &SigningSecret::new(SECRET)).unwrap()
}

fn pool() -> HashingPool {
    let hashers = PasswordHashers::new(vec![Hasher::Md5]).unwrap();
    let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
    HashingPool::start(Arc::new(hashers), Arc::new(SystemEntropy), size).unwrap()
}

fn ada(password: &str) -> User {
    let hashers = PasswordHashers::new(vec![Hasher::Md5]).unwrap();
    User {
        key: UserKey::Int(7),
        username: "ada".into(),
        password: hashers.make(&Password::new(password), &SystemEntropy),
        is_active: true,
        email: None,
        last_login: None,
        fields: Fields::from_iter([("id", FieldValue::Int(7)), ("username", FieldValue::Text("ada".into()))]),
    }
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials { username: username.into(), password: Password::new(password) }
}

/// A token with exactly these claims, signed with the house's key.
fn token(json: &str) -> PlainToken {
    sign(&Claims::parse(json).unwrap(), &key(), None).unwrap()
}

fn claims(token: &PlainToken) -> Claims {
    Unverified::parse(token.expose()).unwrap().claims_without_verification().unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn refused(error: TokenError) -> Refusal {
    Refusal::Token(error)
}

#[test]
fn a_login_gives_tokens_as_simple_jwt_writes_them() {
    let house = house(|_, _| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let refresh = claims(&pair.refresh);
    let names: Vec<_> = refresh.iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["token_type", "exp", "iat", "jti", "user_id"]);
    assert_eq!(refresh.raw("exp"), Some("1700086400"));
    assert_eq!(refresh.raw("iat"), Some("1700000000"));
    assert_eq!(refresh.raw("user_id"), Some("\"7\""));
    let access = claims(&pair.access);
    assert_eq!(access.raw("exp"), Some("1700000300"));
    assert_eq!(access.raw("token_type"), Some("\"access\""));
    assert_ne!(access.raw("jti"), refresh.raw("jti"));

    let rows = house.store.outstanding();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].created_at, rows[0].expires_at), (NOW, Timestamp::from_secs(1_700_086_400)));
    assert_eq!(rows[0].user, Some(UserKey::Int(7)));
    assert_eq!(rows[0].token, pair.refresh);
}

#[test]
fn audience_and_issuer_end_the_claims() {
    let house = house(|policy, _| {
        policy.validation.audience = Some(Audience::Any(vec!["a".into(), "b".into()]));
        policy.validation.issuer = Some("us".into());
    });
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    assert!(claims(&pair.access).to_json().ends_with(r#""user_id":"7","aud":["a","b"],"iss":"us"}"#));
    let refreshed = block_on(house.authority.refresh(&pair.refresh)).unwrap();
    assert!(claims(&refreshed.access).to_json().ends_with(r#""user_id":"7","aud":["a","b"],"iss":"us"}"#));
}

#[test]
fn a_refresh_copies_every_claim_to_the_letter_but_its_own() {
    let house = house(|_, _| {});
    let presented = token(
        r#"{"token_type":"refresh","exp":1700000500,"iat":1,"jti":"x","user_id":"7",
            "big":123456789012345678901234567890,"float":1.50,"nested":{"b":1,"a":[]},"name":"\u00e4"}"#,
    );
    let access = claims(&block_on(house.authority.refresh(&presented)).unwrap().access).to_json();
    let copied = r#""user_id":"7","big":123456789012345678901234567890,"float":1.50,"nested":{"b":1,"a":[]},"name":"\u00e4"}"#;
    assert!(access.ends_with(copied), "{access}");
    assert!(
        access.starts_with(r#"{"token_type":"access","exp":1700000300,"iat":1700000000,"jti":""#),
        "{access}"
    );
}

#[test]
fn an_id_can_stay_a_number_and_an_access_token_can_keep_its_refresh_tokens_time() {
    let house = house(|policy, _| {
        policy.user_id_form = UserIdForm::Native;
        policy.access_keeps_iat = true;
    });
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    assert_eq!(pair.user.username, "ada");
    assert_eq!(claims(&pair.refresh).raw("user_id"), Some("7"));
    house.clock.advance(Span::from_secs(60));
    let access = claims(&block_on(house.authority.refresh(&pair.refresh)).unwrap().access);
    assert_eq!((access.raw("iat"), access.raw("exp")), (Some("1700000000"), Some("1700000360")));
    assert_eq!(access.raw("user_id"), Some("7"));
}

#[test]
fn everybody_who_may_not_log_in_gets_one_answer() {
    let house = house(|_, _| {});
    house.store.add_user(User {
        is_active: false,
        key: UserKey::Int(8),
        username: "bob".into(),
        ..ada("pw")
    });
    for (username, password) in [("ada", "wrong"), ("nobody", "pw"), ("bob", "pw"), ("Ada", "pw")] {
        let answer = block_on(house.authority.obtain_pair(&credentials(username, password)));
        assert_eq!(refusal(answer), Refusal::NoActiveAccount, "{username}");
    }
    assert!(house.store.outstanding().is_empty());
}

#[test]
fn a_used_refresh_token_is_used_up_where_tokens_rotate_with_blacklist() {
    let house = house(|_, rules| rules.rotation = Rotation::OnWithBlacklist);
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    house.clock.advance(Span::from_secs(10));
    let refreshed = block_on(house.authority.refresh(&pair.refresh)).unwrap();
    let successor = refreshed.refresh.unwrap();
    assert_eq!(refusal(block_on(house.authority.refresh(&pair.refresh))), refused(TokenError::Blacklisted));
    assert_eq!(claims(&successor).raw("exp"), Some("1700086410"));
    let names: Vec<_> = claims(&successor).iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["token_type", "exp", "iat", "jti", "user_id"]);
    assert!(block_on(house.authority.refresh(&successor)).is_ok());
    assert_eq!(house.store.outstanding().len(), 3);
}

#[test]
fn without_blacklisting_a_rotated_token_stays_good() {
    let house = house(|_, rules| rules.rotation = Rotation::On);
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    assert!(block_on(house.authority.refresh(&pair.refresh)).unwrap().refresh.is_some());
    assert!(block_on(house.authority.refresh(&pair.refresh)).is_ok());
    assert_eq!(house.store.outstanding().len(), 3);
}

#[test]
fn who_is_gone_or_inactive_does_not_refresh() {
    let house = house(|_, _| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let sliding = block_on(house.authority.obtain_sliding(&credentials("ada", "pw"))).unwrap().token;
    house.store.add_user(User { is_active: false, ..ada("pw") });
    assert_eq!(refusal(block_on(house.authority.refresh(&pair.refresh))), Refusal::NoActiveAccountForToken);
    assert_eq!(
        refusal(block_on(house.authority.refresh_sliding(&sliding))),
        Refusal::NoActiveAccountForToken
    );
    house.store.remove_user(&UserKey::Int(7));
    assert_eq!(refusal(block_on(house.authority.refresh(&pair.refresh))), Refusal::NoActiveAccountForToken);
    assert_eq!(
        refusal(block_on(house.authority.refresh_sliding(&sliding))),
        Refusal::NoActiveAccountForToken
    );
}

/// DIFFERENCE: SimpleJWT skips every check on a token without a user.
#[test]
fn a_token_that_says_nothing_of_its_user_does_not_refresh() {
    let house = house(|_, _| {});
    for user in ["", r#","user_id":null"#, r#","user_id":"""#, r#","user_id":0"#] {
        let refresh = token(&format!(r#"{{"token_type":"refresh","exp":1700000500,"jti":"x"{user}}}"#));
        assert_eq!(refusal(block_on(house.authority.refresh(&refresh))), Refusal::NoUserClaim, "{user}");
        let sliding = token(&format!(
            r#"{{"token_type":"sliding","exp":1700000500,"refresh_exp":1700000500,"jti":"x"{user}}}"#
        ));
        assert_eq!(
            refusal(block_on(house.authority.refresh_sliding(&sliding))),
            Refusal::NoUserClaim,
            "{user}"
        );
    }
}

/// DIFFERENCE: Django answers most of these with a 500.
#[test]
fn signed_but_odd_claims_are_refused() {
    let house = house(|_, _| {});
    let invalid = || refused(TokenError::Invalid(Invalid::ClaimType));
    let no_date = || refused(TokenError::Invalid(Invalid::Date));
    for (odd, expected) in [
        (r#""exp":1700000500,"user_id":"7""#, refused(TokenError::NoId)),
        (r#""exp":1700000500,"jti":["x"],"user_id":"7""#, invalid()),
        (r#""exp":1700000500,"jti":"x","user_id":["7"]"#, invalid()),
        (r#""exp":1700000500,"jti":"x","user_id":{"id":7}"#, invalid()),
        (r#""exp":1700000500,"jti":"x","user_id":true"#, invalid()),
        (r#""exp":1700000500,"jti":"x","user_id":7.5"#, invalid()),
        (r#""exp":1700000500,"jti":"x","user_id":9223372036854775808"#, Refusal::NoActiveAccountForToken),
        (r#""exp":1700000500,"jti":"x","user_id":"7 or 1=1""#, Refusal::NoActiveAccountForToken),
        (r#""exp":1e18,"jti":"x","user_id":"7""#, no_date()),
        (r#""exp":"1700000500","jti":"x","user_id":"7""#, no_date()),
        (r#""exp":true,"jti":"x","user_id":"7""#, no_date()),
        (r#""exp":9223372036854775808,"jti":"x","user_id":"7""#, no_date()),
        (r#""exp":-1,"jti":"x","user_id":"7""#, refused(TokenError::Expired)),
        (r#""exp":1700000500,"nbf":"1","jti":"x","user_id":"7""#, no_date()),
        (r#""jti":"x","user_id":"7""#, refused(TokenError::MissingClaim("exp".into()))),
    ] {
        let refresh = token(&format!(r#"{{"token_type":"refresh",{odd}}}"#));
        assert_eq!(refusal(block_on(house.authority.refresh(&refresh))), expected, "{odd}");
    }
}

#[test]
fn a_second_logout_is_refused_and_one_after_the_user_is_gone_is_not() {
    let house = house(|_, rules| rules.verify_asks_blacklist = true);
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    block_on(house.authority.blacklist(&pair.refresh)).unwrap();
    assert_eq!(refusal(block_on(house.authority.blacklist(&pair.refresh))), refused(TokenError::Blacklisted));
    assert_eq!(refusal(block_on(house.authority.verify(&pair.refresh))), refused(TokenError::Blacklisted));
    house.store.remove_user(&UserKey::Int(7));
    for (id, user) in [("a", r#","user_id":"7""#), ("b", "")] {
        let unknown = token(&format!(r#"{{"token_type":"refresh","exp":1700000500,"jti":"{id}"{user}}}"#));
        block_on(house.authority.blacklist(&unknown)).unwrap();
    }
    assert_eq!(house.store.outstanding().iter().filter(|row| row.blacklisted_at.is_some()).count(), 3);
}

/// DIFFERENCE: Django hands them to the database, which fails, or is SQLite and knows no lengths.
#[test]
fn an_id_that_no_column_holds_is_neither_outstanding_nor_blacklisted() {
    let house = house(|_, rules| {
        rules.rotation = Rotation::OnWithBlacklist;
        rules.auth_tokens = vec![TokenKind::Sliding];
    });
    let made = |kind: &str, id: &str| {
        token(&format!(
            r#"{{"token_type":"{kind}","exp":1800000000,"refresh_exp":1800000000,"jti":"{id}","user_id":"7"}}"#
        ))
    };
    for id in ["x".repeat(256), r"a\u0000b".to_owned()] {
        let refresh = made("refresh", &id);
        let invalid = || refused(TokenError::Invalid(Invalid::ClaimType));
        assert_eq!(refusal(block_on(house.authority.refresh(&refresh))), invalid());
        assert_eq!(refusal(block_on(house.authority.blacklist(&refresh))), invalid());
        // Nothing is written about a sliding token, and no more is to be found of it than of any other.
        let sliding = made("sliding", &id);
        assert!(block_on(house.authority.authenticate(&sliding)).is_ok());
        assert!(block_on(house.authority.refresh_sliding(&sliding)).is_ok());
    }
    assert!(house.store.outstanding().is_empty());
    assert!(block_on(house.authority.refresh(&made("refresh", &"x".repeat(255)))).is_ok());
    assert_eq!(house.store.outstanding().len(), 2);
}

#[test]
fn tokens_die_with_the_password_they_were_issued_for() {
    let house = house(|policy, _| policy.revoke_claim = Some(RevokeClaim::md5("hash_password")));
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    assert!(block_on(house.authority.refresh(&pair.refresh)).is_ok());
    house.store.add_user(ada("another"));
    assert_eq!(refusal(block_on(house.authority.authenticate(&pair.access))), Refusal::PasswordChanged);
    assert_eq!(refusal(block_on(house.authority.refresh(&pair.refresh))), Refusal::PasswordChanged);
    // It was blacklisted on the way out.
    house.store.add_user(ada("pw"));
    assert_eq!(refusal(block_on(house.authority.refresh(&pair.refresh))), refused(TokenError::Blacklisted));
}

#[test]
fn what_contradicts_itself_is_refused_before_the_first_request() {
    let build = |change: fn(&mut TokenPolicy, &mut Rules)| {
        let (mut policy, mut rules) = (TokenPolicy::default(), Rules::default());
        change(&mut policy, &mut rules);
        Authority::builder(MemoryStore::new(), key(), pool()).policy(policy).rules(rules).build().map(drop)
    };
    assert!(build(|_, _| {}).is_ok());
    assert!(build(|_, rules| rules.rotation = Rotation::OnWithBlacklist).is_err());
    assert!(build(|_, rules| rules.auth_tokens = Vec::new()).is_err());
    assert!(
        build(|policy, rules| {
            policy.jti_claim = None;
            rules.ledger = true;
        })
        .is_err()
    );
}

#[test]
fn a_login_past_the_pools_bound_is_told_to_come_back() {
    /// Hands out randomness only when it is let: whoever needs a salt stands still until then.
    struct Gate(std::sync::Mutex<std::sync::mpsc::Receiver<()>>, std::sync::mpsc::Sender<()>);
    impl Entropy for Gate {
        fn fill(&self, bytes: &mut [u8]) {
            self.1.send(()).unwrap();
            self.0.lock().unwrap().recv().unwrap();
            SystemEntropy.fill(bytes);
        }
    }
    let (open, gate) = std::sync::mpsc::channel();
    let (arrived, arrivals) = std::sync::mpsc::channel();
    let hashers = Arc::new(PasswordHashers::new(vec![Hasher::Md5]).unwrap());
    let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
    let pool = HashingPool::start(hashers, Arc::new(Gate(gate.into(), arrived)), size).unwrap();
    let authority = Authority::builder(MemoryStore::new(), key(), pool).build().unwrap();

    let login = |authority: Authority<MemoryStore>| {
        std::thread::spawn(move || block_on(authority.obtain_pair(&credentials("nobody", "pw"))))
    };
    let working = login(authority.clone());
    arrivals.recv().unwrap();
    let nobody = credentials("nobody", "pw");
    let mut waiting = std::pin::pin!(authority.obtain_pair(&nobody));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::future::Future::poll(waiting.as_mut(), &mut context).is_pending());

    match block_on(authority.obtain_pair(&nobody)) {
        Err(Failure::Undecided(error)) => {
            assert!(matches!(error.kind(), ErrorKind::Busy { retry_after } if retry_after >= 1));
        }
        other => panic!("expected to be told to come back, got {other:?}"),
    }
    open.send(()).unwrap();
    open.send(()).unwrap();
    assert_eq!(refusal(working.join().unwrap()), Refusal::NoActiveAccount);
    assert_eq!(refusal(block_on(waiting)), Refusal::NoActiveAccount);
}

#[test]
fn what_is_wrong_with_a_token_is_told_before_its_user_is_looked_for() {
    let house = house(|_, rules| rules.tokens_ask_for_user = true);
    let of_nobody = token(r#"{"token_type":"access","exp":1700000500,"jti":"x","user_id":"99"}"#);
    assert_eq!(refusal(block_on(house.authority.refresh(&of_nobody))), refused(TokenError::WrongType));
    let expired = token(r#"{"token_type":"refresh","exp":1600000000,"jti":"x","user_id":"99"}"#);
    assert_eq!(refusal(block_on(house.authority.refresh(&expired))), refused(TokenError::Expired));
}

#[test]
fn a_login_tells_when_it_was_where_it_is_recorded() {
    for recorded in [false, true] {
        let house = house(|_, rules| rules.update_last_login = recorded);
        let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
        assert_eq!(pair.user.last_login, recorded.then_some(NOW));
        assert_eq!(house.store.last_login(&UserKey::Int(7)), recorded.then_some(NOW));
    }
}
