//! Issue, renew, revoke: access tokens without type and id, and long-running refresh tokens.

use std::num::NonZeroU8;
use std::sync::{Arc, Barrier};

use countersign::authority::{AuthorityError, Grant, RefreshTokenRules, Renewal};
use countersign::jwt::danger;
use proptest::prelude::*;

use super::*;

const LIFETIME: Span = Span::from_days(7);

fn long_running() -> RefreshTokenRules {
    RefreshTokenRules { lifetime: LIFETIME, bytes: NonZeroU8::new(20).unwrap(), reuse: false }
}

/// A house whose tokens name the user first and have neither type nor id, nor need an `exp`.
fn plain_house(change: impl FnOnce(&mut TokenPolicy, &mut Rules)) -> House {
    house(|policy, rules| {
        policy.token_type_claim = None;
        policy.jti_claim = None;
        policy.requires_exp = false;
        policy.issued_at_claim = Some("origIat".into());
        policy.user_id_claim = "username".into();
        policy.user_id_field = "username".into();
        policy.user_id_form = UserIdForm::Native;
        policy.user_id_first = true;
        policy.validation.verify_exp = false;
        rules.ledger = false;
        rules.empty_user_claim_is_none = true;
        change(policy, rules);
    })
}

fn issued(house: &House) -> Grant {
    block_on(house.authority.issue(&credentials("ada", "pw"))).unwrap()
}

fn is_adas(house: &House, access: &PlainToken) -> bool {
    let principal = block_on(house.authority.authenticate(access));
    matches!(principal, Ok(Principal::User(user)) if user.username == "ada")
}

#[test]
fn an_issued_token_names_its_user_first() {
    let house = plain_house(|_, _| {});
    let grant = issued(&house);
    assert_eq!(
        claims(&grant.access).to_json(),
        r#"{"username":"ada","exp":1700000300,"origIat":1700000000}"#
    );
    assert_eq!(grant.user.key, UserKey::Int(7));
    assert!(grant.refresh.is_none());
    assert!(is_adas(&house, &grant.access));

    let house = plain_house(|policy, _| {
        policy.issued_at_claim = None;
        policy.validation.audience = Some(Audience::One("us".into()));
        policy.validation.issuer = Some("me".into());
    });
    let grant = issued(&house);
    assert_eq!(
        claims(&grant.access).to_json(),
        r#"{"username":"ada","exp":1700000300,"aud":"us","iss":"me"}"#
    );
    assert!(is_adas(&house, &grant.access));
}

#[test]
fn nobody_is_issued_a_token_for_a_wrong_password() {
    let house = plain_house(|_, rules| rules.renewal = Renewal::ByRefreshToken(long_running()));
    for (name, password) in [("ada", "wrong"), ("eve", "pw"), ("", "")] {
        let refused = block_on(house.authority.issue(&credentials(name, password)));
        assert_eq!(refusal(refused), Refusal::NoActiveAccount);
    }
    house.store.add_user(User { is_active: false, ..ada("pw") });
    assert_eq!(refusal(block_on(house.authority.issue(&credentials("ada", "pw")))), Refusal::NoActiveAccount);
    assert!(house.store.refresh_tokens().is_empty());
}

#[test]
fn an_expiry_that_is_not_verified_does_not_end_a_token() {
    let house = plain_house(|_, _| {});
    let grant = issued(&house);
    house.clock.advance(Span::from_days(3653));
    assert!(is_adas(&house, &grant.access));
    assert!(is_adas(&house, &token(r#"{"username":"ada"}"#)), "nor need there be one");
    let renewed = block_on(house.authority.renew(&grant.access)).unwrap();
    assert_eq!(claims(&renewed.access).raw("origIat"), Some("2015619200"), "the time of the renewal");

    let house = plain_house(|policy, _| policy.validation.verify_exp = true);
    let grant = issued(&house);
    house.clock.advance(Span::from_secs(299));
    assert!(is_adas(&house, &grant.access));
    house.clock.advance(Span::from_secs(1));
    let expired = refusal(block_on(house.authority.authenticate(&grant.access)));
    assert_eq!(expired.token_error(), Some(&TokenError::Expired));
    assert_eq!(refusal(block_on(house.authority.renew(&grant.access))), refused(TokenError::Expired));
    assert_eq!(refusal(block_on(house.authority.inspect(&grant.access))), refused(TokenError::Expired));
}

#[test]
fn a_token_that_names_nobody_is_told_from_one_that_names_a_stranger() {
    let house = plain_house(|_, _| {});
    for json in ["{}", r#"{"username":""}"#, r#"{"username":null}"#, r#"{"username":0}"#] {
        let nobodys = token(json);
        assert_eq!(refusal(block_on(house.authority.authenticate(&nobodys))), Refusal::NoUserClaim, "{json}");
        assert_eq!(refusal(block_on(house.authority.renew(&nobodys))), Refusal::NoUserClaim, "{json}");
    }
    for name in ["eve", "Ada", "ada ", "7"] {
        let strangers = token(&format!(r#"{{"username":"{name}"}}"#));
        assert_eq!(refusal(block_on(house.authority.authenticate(&strangers))), Refusal::UserNotFound);
        assert_eq!(refusal(block_on(house.authority.renew(&strangers))), Refusal::UserNotFound);
    }
    house.store.add_user(User { is_active: false, ..ada("pw") });
    let adas = token(r#"{"username":"ada"}"#);
    assert_eq!(refusal(block_on(house.authority.authenticate(&adas))), Refusal::UserInactive);
    assert_eq!(refusal(block_on(house.authority.renew(&adas))), Refusal::UserInactive);
}

#[test]
fn inspection_shows_the_claims_and_does_not_ask_whose_they_are() {
    let house = plain_house(|_, _| {});
    let seen =
        block_on(house.authority.inspect(&token(r#"{"username":"eve","exp":5,"origIat":4}"#))).unwrap();
    assert_eq!(seen.expires_at(), Some(Timestamp::from_secs(5)));
    assert_eq!(seen.claims().raw("origIat"), Some("4"));
    assert_eq!(block_on(house.authority.inspect(&token("{}"))).unwrap().expires_at(), None);
    let odd = refusal(block_on(house.authority.inspect(&token(r#"{"exp":"5"}"#))));
    assert_eq!(odd, refused(TokenError::Invalid(Invalid::Date)), "never taken as absent");
}

#[test]
fn a_refresh_token_is_kept_and_buys_access_tokens() {
    let house = plain_house(|_, rules| rules.renewal = Renewal::ByRefreshToken(long_running()));
    let grant = issued(&house);
    let refresh = grant.refresh.unwrap();
    assert_eq!(refresh.token.expose().len(), 40);
    assert_eq!(refresh.issued_at, Timestamp::from_secs(1_700_000_000));
    assert_eq!(refresh.expires_at, Timestamp::from_secs(1_700_604_800));
    let [row] = &*house.store.refresh_tokens() else { panic!("one row") };
    assert_eq!((&row.token, &row.user), (&refresh.token, &UserKey::Int(7)));
    assert_eq!((row.created_at, row.revoked_at), (NOW, None));

    house.clock.advance(Span::from_secs(60));
    let renewed = block_on(house.authority.renew(&refresh.token)).unwrap();
    assert_eq!(claims(&renewed.access).raw("exp"), Some("1700000360"));
    assert!(is_adas(&house, &renewed.access));
    let same = renewed.refresh.unwrap();
    assert_eq!((same.token, same.issued_at), (refresh.token, refresh.issued_at), "the same one goes on");
    assert_eq!(house.store.refresh_tokens().len(), 1);
    assert_eq!(
        refusal(block_on(house.authority.renew(&renewed.access))),
        Refusal::UnknownRefreshToken,
        "an access token is not one"
    );
}

#[test]
fn a_refresh_token_is_good_in_its_last_second_and_no_longer() {
    let house = plain_house(|_, rules| rules.renewal = Renewal::ByRefreshToken(long_running()));
    let token = issued(&house).refresh.unwrap().token;
    // It was made a quarter of a second late, which does not count.
    house.clock.advance(LIFETIME);
    house.clock.advance(Span::from_micros(749_999));
    assert!(block_on(house.authority.renew(&token)).is_ok());
    house.clock.advance(Span::from_micros(1));
    assert_eq!(refusal(block_on(house.authority.renew(&token))), Refusal::RefreshTokenExpired);
    assert_eq!(block_on(house.authority.revoke(&token)).ok(), Some(()), "it can be revoked all the same");
}

/// DIFFERENCE: the package lets a disabled user renew by a long-running refresh token.
#[test]
fn whoever_is_disabled_or_deleted_renews_nothing() {
    for reuse in [false, true] {
        let rules = RefreshTokenRules { reuse, ..long_running() };
        let house = plain_house(|_, house| house.renewal = Renewal::ByRefreshToken(rules));
        let token = issued(&house).refresh.unwrap().token;
        house.store.add_user(User { is_active: false, ..ada("pw") });
        assert_eq!(refusal(block_on(house.authority.renew(&token))), Refusal::UserInactive);
        assert_eq!(house.store.refresh_tokens()[0].token, token, "and it is as it was");
        house.store.add_user(ada("pw"));
        assert!(block_on(house.authority.renew(&token)).is_ok());
        house.store.remove_user(&UserKey::Int(7));
        assert_eq!(refusal(block_on(house.authority.renew(&token))), Refusal::UnknownRefreshToken);
    }
}

#[test]
fn a_reused_row_gets_a_new_token_and_a_new_time() {
    let rules = RefreshTokenRules { reuse: true, ..long_running() };
    let house = plain_house(|_, house| house.renewal = Renewal::ByRefreshToken(rules));
    let first = issued(&house).refresh.unwrap().token;
    house.clock.advance(Span::from_days(6));
    let second = block_on(house.authority.renew(&first)).unwrap().refresh.unwrap();
    assert_ne!(second.token, first);
    assert_eq!(second.expires_at, Timestamp::from_secs(1_700_000_000) + Span::from_days(13));
    assert_eq!(refusal(block_on(house.authority.renew(&first))), Refusal::UnknownRefreshToken);
    let rows = house.store.refresh_tokens();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0].token, rows[0].created_at), (&second.token, NOW + Span::from_days(6)));
}

/// DIFFERENCE: in the package each gets a token, and only the last one's is kept.
#[test]
fn of_many_who_reuse_a_refresh_token_one_gets_the_next() {
    let rules = RefreshTokenRules { reuse: true, ..long_running() };
    let house = plain_house(|_, house| house.renewal = Renewal::ByRefreshToken(rules));
    let token = issued(&house).refresh.unwrap().token;
    let start = Arc::new(Barrier::new(8));
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (authority, token, start) = (house.authority.clone(), token.clone(), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                block_on(authority.renew(&token))
            })
        })
        .collect();
    let (winners, losers): (Vec<_>, Vec<_>) =
        callers.into_iter().map(|caller| caller.join().unwrap()).partition(Result::is_ok);
    assert_eq!(winners.len(), 1);
    assert!(losers.into_iter().all(|loser| refusal(loser) == Refusal::UnknownRefreshToken));
    let kept = &house.store.refresh_tokens()[0].token;
    assert_eq!(kept, &winners.into_iter().next().unwrap().unwrap().refresh.unwrap().token);
}

#[test]
fn a_revoked_refresh_token_is_unknown() {
    let house = plain_house(|_, rules| rules.renewal = Renewal::ByRefreshToken(long_running()));
    let (one, other) = (issued(&house).refresh.unwrap().token, issued(&house).refresh.unwrap().token);
    block_on(house.authority.revoke(&one)).unwrap();
    assert_eq!(refusal(block_on(house.authority.revoke(&one))), Refusal::UnknownRefreshToken);
    assert_eq!(refusal(block_on(house.authority.renew(&one))), Refusal::UnknownRefreshToken);
    assert!(block_on(house.authority.renew(&other)).is_ok());
    let revoked: Vec<_> = house.store.refresh_tokens().iter().map(|row| row.revoked_at).collect();
    assert_eq!(revoked, [Some(NOW), None]);
}

#[test]
fn what_no_row_can_hold_is_unknown() {
    let house = plain_house(|_, rules| rules.renewal = Renewal::ByRefreshToken(long_running()));
    issued(&house);
    for odd in ["", "\0", "ada\0", "' OR 1=1 --", "ä", &"f".repeat(256), &"f".repeat(1_000_000)] {
        let odd = PlainToken::new(odd);
        assert_eq!(refusal(block_on(house.authority.renew(&odd))), Refusal::UnknownRefreshToken);
        assert_eq!(refusal(block_on(house.authority.revoke(&odd))), Refusal::UnknownRefreshToken);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is presented where something else is kept is unknown, and leaves that as it is.
    #[test]
    fn no_other_text_is_a_refresh_token(text in prop_oneof![any::<String>(), "[0-9a-f]{38,42}"]) {
        let house = plain_house(|_, rules| rules.renewal = Renewal::ByRefreshToken(long_running()));
        let kept = issued(&house).refresh.unwrap().token;
        let other = PlainToken::new(text);
        prop_assume!(other != kept);
        prop_assert_eq!(refusal(block_on(house.authority.renew(&other))), Refusal::UnknownRefreshToken);
        prop_assert_eq!(refusal(block_on(house.authority.revoke(&other))), Refusal::UnknownRefreshToken);
        prop_assert!(block_on(house.authority.renew(&kept)).is_ok());
    }
}

#[test]
fn where_renewal_is_off_nothing_renews() {
    let house = plain_house(|_, rules| rules.renewal = Renewal::Off { revocable: false });
    let grant = issued(&house);
    assert!(grant.refresh.is_none());
    assert_eq!(refusal(block_on(house.authority.renew(&grant.access))), Refusal::RenewalNotSupported);
    assert_eq!(refusal(block_on(house.authority.revoke(&grant.access))), Refusal::RenewalNotSupported);
    let house = plain_house(|_, rules| rules.renewal = Renewal::Off { revocable: true });
    let token = PlainToken::new("from before");
    assert_eq!(refusal(block_on(house.authority.revoke(&token))), Refusal::UnknownRefreshToken);
}

#[test]
fn without_signatures_anybody_is_anybody() {
    let house = plain_house(|policy, _| policy.validation.signatures = danger::ignored_signatures());
    let forged = |payload: &str| {
        let [header, claims] = [r#"{"typ":"JWT"}"#, payload].map(|part| {
            use base64::Engine;

            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(part)
        });
        PlainToken::new(format!("{header}.{claims}."))
    };
    assert!(is_adas(&house, &forged(r#"{"username":"ada"}"#)));
    assert!(is_adas(&house, &forged(r#"{"username":"ada","nbf":9e9,"iat":9e9,"sub":7,"jti":7}"#)));
    assert!(!is_adas(&house, &forged(r#"{"username":"eve"}"#)));
    assert!(!is_adas(&house, &PlainToken::new("a.b.c")), "it must be a token, after all");

    let house = plain_house(|_, _| {});
    assert!(!is_adas(&house, &forged(r#"{"username":"ada"}"#)));
}

#[test]
fn what_cannot_be_kept_is_not_built() {
    let build = |policy: TokenPolicy, rules: Rules| {
        let store = Arc::new(MemoryStore::new());
        Authority::builder(store, key(), pool()).policy(policy).rules(rules).build().map(drop)
    };
    let mut rules = Rules::default();
    rules.renewal =
        Renewal::ByRefreshToken(RefreshTokenRules { bytes: NonZeroU8::new(128).unwrap(), ..long_running() });
    assert_eq!(build(TokenPolicy::default(), rules), Err(AuthorityError::RefreshTokenTooLong));
    let mut rules = Rules::default();
    rules.ledger = true;
    let mut policy = TokenPolicy::default();
    policy.requires_exp = false;
    assert_eq!(build(policy, rules), Err(AuthorityError::LedgerWithoutExpiry));
}
