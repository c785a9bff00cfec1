//! What users see of their sessions, and how they end them.

use countersign::authority::{Client, LogOutScope, OwnSession};
use countersign::store::{Session, SessionRules, TokenLedger};
use http::HeaderValue;

use super::*;

fn kept(change: impl FnOnce(&mut TokenPolicy, &mut Rules)) -> House {
    house(|policy, rules| {
        rules.rotation = Rotation::OnWithBlacklist;
        rules.sessions = Some(SessionRules {
            reuse_grace: Span::from_secs(10),
            lifetime: None,
            idle: Some(Span::from_days(7)),
        });
        change(policy, rules);
    })
}

/// A login of ada's with this program, from this address.
struct Login {
    access: PlainToken,
    refresh: PlainToken,
    id: String,
}

impl House {
    fn log_in_from(&self, program: &'static str, address: &str) -> Login {
        self.log_in_as("ada", program, address)
    }

    fn log_in_as(&self, username: &str, program: &'static str, address: &str) -> Login {
        let client = Client::new(address.parse().ok(), Some(HeaderValue::from_static(program)));
        let authority = self.authority.for_client(client);
        let pair = block_on(authority.obtain_pair(&credentials(username, "pw"))).unwrap();
        let id = claims(&pair.refresh).text("sid").unwrap().unwrap().into_owned();
        Login { access: pair.access, refresh: pair.refresh, id }
    }

    fn sessions(&self, login: &Login) -> Vec<OwnSession> {
        block_on(self.authority.list_sessions(&login.access)).unwrap()
    }

    fn ids(&self, login: &Login) -> Vec<String> {
        self.sessions(login).into_iter().map(|own| own.session.id).collect()
    }

    fn is_good(&self, refresh: &PlainToken) -> bool {
        block_on(self.authority.refresh(refresh)).is_ok()
    }

    fn log_out(&self, bearer: &PlainToken, scope: LogOutScope) -> Result<(), Failure> {
        block_on(self.authority.log_out(bearer, scope))
    }
}

fn bob() -> User {
    User {
        key: UserKey::Int(8),
        username: "bob".into(),
        fields: Fields::from_iter([("id", FieldValue::Int(8)), ("username", FieldValue::Text("bob".into()))]),
        ..ada("pw")
    }
}

#[test]
fn a_user_sees_their_sessions_the_last_one_first() {
    let house = kept(|_, _| {});
    house.store.add_user(bob());
    let phone = house.log_in_from("Phone/1", "192.0.2.7");
    house.log_in_as("bob", "Bobs/1", "192.0.2.9");
    house.clock.advance(Span::from_secs(60));
    let laptop = house.log_in_from("Laptop/1", "::ffff:192.0.2.8");

    let session = |login: &Login, at: Timestamp, address: &str, program: &str| Session {
        id: login.id.clone(),
        generation: 0,
        created_at: at,
        last_used_at: at,
        expires_at: Timestamp::from_secs((at + Span::from_days(1)).as_secs()),
        address: Some(address.parse().unwrap()),
        user_agent: Some(program.to_owned()),
    };
    let later = NOW + Span::from_secs(60);
    let expected = |current: &str| {
        [session(&laptop, later, "192.0.2.8", "Laptop/1"), session(&phone, NOW, "192.0.2.7", "Phone/1")]
            .map(|session| OwnSession { is_current: session.id == current, session })
    };
    assert_eq!(house.sessions(&laptop), expected(&laptop.id));
    assert_eq!(house.sessions(&phone), expected(&phone.id));

    house.clock.advance(Span::from_secs(60));
    block_on(house.authority.refresh(&phone.refresh)).unwrap();
    assert_eq!(house.ids(&laptop), [phone.id, laptop.id], "what was used last comes first");
}

#[test]
fn a_session_that_is_revoked_buys_nothing_and_revokes_nothing() {
    let house = kept(|_, _| {});
    let (phone, laptop) =
        (house.log_in_from("Phone/1", "192.0.2.7"), house.log_in_from("Laptop/1", "192.0.2.8"));
    block_on(house.authority.revoke_session(&laptop.access, &phone.id)).unwrap();
    assert_eq!(house.ids(&laptop), [&*laptop.id]);
    assert!(!house.is_good(&phone.refresh) && house.is_good(&laptop.refresh));
    // Its access token is still good for what asks no session, but not for throwing out whoever threw it out.
    block_on(house.authority.authenticate(&phone.access)).unwrap();
    let over = || refused(TokenError::Blacklisted);
    assert_eq!(refusal(block_on(house.authority.list_sessions(&phone.access))), over());
    assert_eq!(refusal(block_on(house.authority.revoke_session(&phone.access, &laptop.id))), over());
    for (_, scope) in LogOutScope::NAMES {
        assert_eq!(refusal(house.log_out(&phone.access, scope)), over(), "{scope:?}");
    }
    assert_eq!(house.ids(&laptop), [&*laptop.id]);
}

#[test]
fn nobody_is_told_whose_a_session_is() {
    let house = kept(|_, _| {});
    house.store.add_user(bob());
    let (adas, bobs) =
        (house.log_in_from("Phone/1", "192.0.2.7"), house.log_in_as("bob", "Phone/1", "192.0.2.9"));
    let long = "x".repeat(100_000);
    for id in [&*bobs.id, "", "unknown", "\0", "'; --", &*long, &*adas.id.to_uppercase()] {
        let refused = refusal(block_on(house.authority.revoke_session(&adas.access, id)));
        assert_eq!(refused, Refusal::UnknownSession, "{id:.20}");
    }
    assert_eq!((house.ids(&adas), house.ids(&bobs)), (vec![adas.id.clone()], vec![bobs.id.clone()]));
    block_on(house.authority.revoke_session(&adas.access, &adas.id)).unwrap();
    assert!(house.is_good(&bobs.refresh));
}

#[test]
fn a_logout_ends_what_its_scope_says() {
    for (scope, ended) in [
        (LogOutScope::Local, [true, false, false]),
        (LogOutScope::Others, [false, true, true]),
        (LogOutScope::Global, [true, true, true]),
    ] {
        let house = kept(|_, _| {});
        house.store.add_user(bob());
        let logins = [(); 3].map(|()| house.log_in_from("Phone/1", "192.0.2.7"));
        let bobs = house.log_in_as("bob", "Phone/1", "192.0.2.9");
        house.log_out(&logins[0].access, scope).unwrap();
        for (login, ended) in logins.iter().zip(ended) {
            assert_eq!(house.is_good(&login.refresh), !ended, "{scope:?}");
        }
        assert!(house.is_good(&bobs.refresh), "{scope:?}");
    }
}

#[test]
fn tokens_of_no_session_end_with_the_others() {
    let house = kept(|_, rules| rules.auth_tokens = vec![TokenKind::Access, TokenKind::Sliding]);
    let login = house.log_in_from("Phone/1", "192.0.2.7");
    for scope in [LogOutScope::Others, LogOutScope::Global] {
        let sliding = block_on(house.authority.obtain_sliding(&credentials("ada", "pw"))).unwrap().token;
        block_on(house.authority.authenticate(&sliding)).unwrap();
        house.log_out(&login.access, scope).unwrap();
        assert!(block_on(house.authority.authenticate(&sliding)).is_err(), "{scope:?}");
    }
}

#[test]
fn a_bearer_of_no_session_ends_all_or_none() {
    let house = kept(|_, _| {});
    let login = house.log_in_from("Phone/1", "192.0.2.7");
    // As Django makes them: nothing says a session.
    let djangos =
        token(r#"{"token_type":"refresh","exp":1700086400,"iat":1700000000,"jti":"d1","user_id":"7"}"#);
    let bearer =
        token(r#"{"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"a1","user_id":"7"}"#);
    assert!(block_on(house.authority.list_sessions(&bearer)).unwrap().iter().all(|own| !own.is_current));
    for scope in [LogOutScope::Local, LogOutScope::Others] {
        assert_eq!(refusal(house.log_out(&bearer, scope)), Refusal::NoSession, "{scope:?}");
    }
    assert_eq!(house.ids(&login), [&*login.id], "nothing was done");

    // A refresh gives one that says it.
    let refreshed = block_on(house.authority.refresh(&djangos)).unwrap();
    house.log_out(&refreshed.access, LogOutScope::Others).unwrap();
    assert!(house.is_good(&refreshed.refresh.unwrap()) && !house.is_good(&login.refresh));

    house.log_out(&bearer, LogOutScope::Global).unwrap();
    assert!(block_on(house.authority.list_sessions(&bearer)).unwrap().is_empty());
    assert!(block_on(house.store.is_blacklisted("d1")).unwrap());
}

#[test]
fn whoever_is_not_let_in_sees_nothing() {
    let house = kept(|_, _| {});
    let login = house.log_in_from("Phone/1", "192.0.2.7");
    assert!(matches!(
        refusal(block_on(house.authority.list_sessions(&login.refresh))),
        Refusal::NoTokenTypeFits(_)
    ));
    house.store.add_user(User { is_active: false, ..ada("pw") });
    assert_eq!(refusal(block_on(house.authority.list_sessions(&login.access))), Refusal::UserInactive);
    assert_eq!(refusal(house.log_out(&login.access, LogOutScope::Global)), Refusal::UserInactive);
    house.store.remove_user(&UserKey::Int(7));
    assert_eq!(refusal(block_on(house.authority.list_sessions(&login.access))), Refusal::UserNotFound);
}

#[test]
fn the_tokens_word_is_enough_to_find_the_user() {
    let house = kept(|_, rules| rules.stateless = true);
    let login = house.log_in_from("Phone/1", "192.0.2.7");
    assert_eq!(house.ids(&login), [&*login.id]);
    house.log_out(&login.access, LogOutScope::Local).unwrap();
    assert!(!house.is_good(&login.refresh));
    let nobodys = token(r#"{"token_type":"access","exp":1700000300,"jti":"a1","user_id":"99"}"#);
    assert_eq!(refusal(block_on(house.authority.list_sessions(&nobodys))), Refusal::UserNotFound);
}

#[test]
fn a_session_that_was_idle_for_too_long_is_not_shown() {
    let house = kept(|policy, rules| {
        policy.refresh_lifetime = Span::from_days(30);
        policy.access_lifetime = Span::from_days(30);
        rules.sessions.as_mut().unwrap().idle = Some(Span::from_days(7));
    });
    let phone = house.log_in_from("Phone/1", "192.0.2.7");
    house.clock.advance(Span::from_days(5));
    let laptop = house.log_in_from("Laptop/1", "192.0.2.8");
    assert_eq!(house.ids(&laptop).len(), 2);
    house.clock.advance(Span::from_days(3));
    assert_eq!(house.ids(&laptop), [&*laptop.id]);
    let over = refusal(block_on(house.authority.list_sessions(&phone.access)));
    assert_eq!(over, refused(TokenError::Blacklisted));
}

#[test]
fn where_no_sessions_are_kept_there_are_none_to_see() {
    let house = house(|_, _| {});
    let access = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap().access;
    assert_eq!(refusal(block_on(house.authority.list_sessions(&access))), Refusal::SessionsNotKept);
    assert_eq!(refusal(block_on(house.authority.revoke_session(&access, "x"))), Refusal::SessionsNotKept);
    assert_eq!(refusal(house.log_out(&access, LogOutScope::Global)), Refusal::SessionsNotKept);
}
