//! What a presented token proves, and what it does not.

use countersign::authority::{Attempt, Command, Outcome, Principal};
use countersign::store::UserIdClaim;
use countersign::token::TokenKind;

use super::*;

#[test]
fn a_token_of_another_type_is_refused_everywhere_but_at_verify() {
    let house = house(|_, _| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    assert_eq!(refusal(block_on(house.authority.refresh(&pair.access))), refused(TokenError::WrongType));
    assert_eq!(refusal(block_on(house.authority.blacklist(&pair.access))), refused(TokenError::WrongType));
    let attempts = vec![Attempt { kind: TokenKind::Access, error: TokenError::WrongType }];
    let answer = block_on(house.authority.authenticate(&pair.refresh));
    assert_eq!(refusal(answer), Refusal::NoTokenTypeFits(attempts));
    for token in [&pair.access, &pair.refresh] {
        assert!(block_on(house.authority.verify(token)).is_ok());
    }
}

#[test]
fn an_access_token_proves_who_it_is_while_its_user_may_log_in() {
    let house = house(|_, _| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let user = block_on(house.authority.authenticate(&pair.access)).unwrap();
    assert!(matches!(user, Principal::User(user) if user.username == "ada"));
    house.store.add_user(User { is_active: false, ..ada("pw") });
    assert_eq!(refusal(block_on(house.authority.authenticate(&pair.access))), Refusal::UserInactive);
    house.store.remove_user(&UserKey::Int(7));
    assert_eq!(refusal(block_on(house.authority.authenticate(&pair.access))), Refusal::UserNotFound);
}

#[test]
fn a_stateless_authority_takes_the_tokens_word() {
    let house = house(|_, rules| rules.stateless = true);
    let access = token(r#"{"token_type":"access","exp":1700000500,"jti":"x","user_id":"99"}"#);
    let principal = block_on(house.authority.authenticate(&access)).unwrap();
    assert!(matches!(principal, Principal::Claimed { id: UserIdClaim::Text(id), .. } if id == "99"));
    let nobody = token(r#"{"token_type":"access","exp":1700000500,"jti":"x"}"#);
    assert_eq!(refusal(block_on(house.authority.authenticate(&nobody))), Refusal::NoUserClaim);
}

#[test]
fn a_sliding_token_renews_itself_until_its_end() {
    let house = house(|_, rules| rules.auth_tokens = vec![TokenKind::Access, TokenKind::Sliding]);
    let first = block_on(house.authority.obtain_sliding(&credentials("ada", "pw"))).unwrap().token;
    assert!(block_on(house.authority.authenticate(&first)).is_ok());
    house.clock.advance(Span::from_mins(4));
    let second = block_on(house.authority.refresh_sliding(&first)).unwrap();
    for kept in ["jti", "refresh_exp", "user_id"] {
        assert_eq!(claims(&first).raw(kept), claims(&second).raw(kept), "{kept}");
    }
    assert_eq!(claims(&second).raw("exp"), Some("1700000540"));
    house.clock.advance(Span::from_mins(5));
    assert_eq!(refusal(block_on(house.authority.refresh_sliding(&second))), refused(TokenError::Expired));
    let over = token(
        r#"{"token_type":"sliding","exp":1800000000,"refresh_exp":1700000000,"jti":"x","user_id":"7"}"#,
    );
    let expected = refused(TokenError::ClaimExpired("refresh_exp".into()));
    assert_eq!(refusal(block_on(house.authority.refresh_sliding(&over))), expected);
}

#[test]
fn a_blacklisted_sliding_token_proves_nothing() {
    let house = house(|_, rules| rules.auth_tokens = vec![TokenKind::Sliding]);
    let sliding = block_on(house.authority.obtain_sliding(&credentials("ada", "pw"))).unwrap().token;
    let refresh = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap().refresh;
    block_on(house.authority.blacklist(&refresh)).unwrap();
    assert!(block_on(house.authority.authenticate(&sliding)).is_ok());
    // A blacklisted token is told to be that, whatever type it is of.
    let attempts = vec![Attempt { kind: TokenKind::Sliding, error: TokenError::Blacklisted }];
    assert_eq!(refusal(block_on(house.authority.authenticate(&refresh))), Refusal::NoTokenTypeFits(attempts));
}

#[test]
fn a_blacklisted_access_token_is_refused_where_the_rules_ask() {
    for asks in [false, true] {
        let house = house(|_, rules| rules.access_tokens_ask_blacklist = asks);
        let access = token(r#"{"token_type":"access","exp":1700000500,"jti":"a","user_id":"7"}"#);
        assert!(block_on(house.authority.authenticate(&access)).is_ok());
        let expires_at = Timestamp::from_secs(1_700_000_500);
        let row = OutstandingToken { jti: "a", token: &access, user: None, created_at: NOW, expires_at };
        assert_eq!(block_on(house.store.blacklist(&row, NOW)).unwrap(), Claim::Won);
        assert_eq!(block_on(house.authority.authenticate(&access)).is_ok(), !asks);
    }
    let mut rules = Rules::default();
    rules.access_tokens_ask_blacklist = true;
    let error = Authority::builder(MemoryStore::new(), key(), pool()).rules(rules).build().err();
    assert_eq!(error, Some(AuthorityError::AccessBlacklistWithoutLedger));
}

#[test]
fn forged_and_respelled_tokens_are_refused() {
    let house = house(|_, _| {});
    let good = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap().access;
    let good = good.expose();
    let (head, signature) = good.rsplit_once('.').unwrap();
    let payload = head.split_once('.').unwrap().1;
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let (last, respelled) = (signature.chars().last().unwrap(), next_in_alphabet(signature));
    for (what, forged) in [
        ("alg none", format!("{none}.{payload}.")),
        ("alg none, signed", format!("{none}.{payload}.{signature}")),
        ("no signature", format!("{head}.")),
        ("padding", format!("{good}=")),
        ("leftover bits", good.strip_suffix(last).unwrap().to_owned() + &respelled.to_string()),
        ("a blank", format!(" {good}")),
        ("a fourth part", format!("{good}.x")),
        ("two parts", head.to_owned()),
        ("too long", "a".repeat(10 * 1024 * 1024)),
        ("nothing", String::new()),
        ("not ASCII", format!("{good}ä")),
    ] {
        let answer = refusal(block_on(house.authority.verify(&PlainToken::new(forged))));
        assert!(matches!(answer, Refusal::Token(TokenError::Invalid(_))), "{what}: {answer:?}");
    }
}

/// The character after the last one: the same bytes to a lenient decoder, as 32 bytes leave two bits over.
fn next_in_alphabet(signature: &str) -> char {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = signature.bytes().last().unwrap();
    char::from(ALPHABET[ALPHABET.iter().position(|byte| *byte == last).unwrap() + 1])
}

#[test]
fn every_token_may_have_to_be_of_a_user_who_may_log_in() {
    let house = house(|_, rules| rules.tokens_ask_for_user = true);
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let nobody = token(r#"{"token_type":"refresh","exp":1700000500,"jti":"x"}"#);
    assert_eq!(refusal(block_on(house.authority.verify(&nobody))), Refusal::NoUserClaim);
    assert_eq!(refusal(block_on(house.authority.refresh(&nobody))), Refusal::NoUserClaim);
    assert!(block_on(house.authority.refresh(&pair.refresh)).is_ok());

    house.store.add_user(User { is_active: false, ..ada("pw") });
    for gone in [false, true] {
        if gone {
            house.store.remove_user(&UserKey::Int(7));
        }
        let inactive = refused(TokenError::UserInactive);
        assert_eq!(refusal(block_on(house.authority.verify(&pair.access))), inactive);
        assert_eq!(refusal(block_on(house.authority.refresh(&pair.refresh))), inactive);
        assert_eq!(refusal(block_on(house.authority.blacklist(&pair.refresh))), inactive);
        let attempts = vec![Attempt { kind: TokenKind::Access, error: TokenError::UserInactive }];
        let refused = refusal(block_on(house.authority.authenticate(&pair.access)));
        assert_eq!(refused, Refusal::NoTokenTypeFits(attempts));
    }
}

#[test]
fn somebody_unknown_has_nothing_decided() {
    let house = house(|_, _| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let ask = |bearer: &PlainToken| {
        let then = Box::new(Command::Blacklist { refresh: pair.refresh.clone() });
        block_on(house.authority.execute(Command::As { bearer: bearer.clone(), then }))
    };
    assert!(matches!(refusal(ask(&pair.refresh)), Refusal::NoTokenTypeFits(_)));
    assert!(block_on(house.authority.refresh(&pair.refresh)).is_ok());
    assert!(matches!(ask(&pair.access), Ok(Outcome::Blacklisted)));
    assert!(block_on(house.authority.refresh(&pair.refresh)).is_err());
}

#[test]
fn a_description_is_of_whoever_authenticates() {
    let house = house(|_, _| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let (principal, relations) = block_on(house.authority.describe(&pair.access)).unwrap();
    assert!(matches!(principal, Principal::User(user) if user.username == "ada"));
    assert_eq!(relations.iter().count(), 0, "a store in memory has none");
    assert!(block_on(house.authority.describe(&pair.refresh)).is_err());
}
