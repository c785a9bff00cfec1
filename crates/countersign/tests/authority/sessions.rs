//! Sessions: each refresh token is good once. The first seven rows of what Countersign withstands, by their numbers.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use countersign::authority::{Client, PasswordChange, PasswordReset, custom_claims};
use countersign::password_reset::{PasswordResets, ResetTokens, uid};
use countersign::store::{Lineage, SessionRules};

use super::*;

const GRACE: Span = Span::from_secs(10);

fn rules() -> Rules {
    let mut rules = Rules::default();
    rules.ledger = true;
    rules.rotation = Rotation::OnWithBlacklist;
    rules.sessions = Some(SessionRules { reuse_grace: GRACE, lifetime: None, idle: None });
    rules
}

/// One of several servers on one store, each with its own clock.
fn server(store: &Arc<MemoryStore>, clock: &Arc<ManualClock>, rules: Rules) -> Authority<Arc<MemoryStore>> {
    let resets = PasswordResets::new(ResetTokens::new(&SigningSecret::new(SECRET)));
    Authority::builder(Arc::clone(store), key(), pool())
        .rules(rules)
        .clock(clock.clone())
        .password_resets(resets)
        .build()
        .unwrap()
}

fn session_house(change: impl FnOnce(&mut SessionRules)) -> House {
    let mut rules = rules();
    rules.sessions.as_mut().map(change).unwrap();
    let store = Arc::new(MemoryStore::new());
    store.add_user(ada("pw"));
    let clock = Arc::new(ManualClock::at(NOW));
    let authority = server(&store, &clock, rules);
    House { store, clock, authority }
}

impl House {
    fn log_in(&self) -> PlainToken {
        block_on(self.authority.obtain_pair(&credentials("ada", "pw"))).unwrap().refresh
    }

    fn refresh(&self, token: &PlainToken) -> Result<PlainToken, Refusal> {
        refreshed_at(&self.authority, token)
    }

    /// No token that was ever given out is good any more.
    fn nothing_is_left(&self) -> bool {
        let rows = self.store.outstanding();
        rows.iter().all(|row| self.refresh(&row.token).is_err() && row.blacklisted_at.is_some())
    }

    fn session(&self) -> Lineage {
        let [session] = <[_; 1]>::try_from(self.store.sessions()).unwrap();
        session
    }
}

fn refreshed_at(server: &Authority<Arc<MemoryStore>>, token: &PlainToken) -> Result<PlainToken, Refusal> {
    match block_on(server.refresh(token)) {
        Ok(refreshed) => Ok(refreshed.refresh.unwrap()),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Undecided(error)) => panic!("{error}"),
    }
}

fn gone() -> Result<PlainToken, Refusal> {
    Err(refused(TokenError::Blacklisted))
}

#[test]
fn row_1_of_many_refreshes_of_one_token_all_get_one_successor() {
    let house = session_house(|_| {});
    let first = house.log_in();
    let (barrier, clock) = (Barrier::new(32), &house.clock);
    let successors: Vec<_> = thread::scope(|scope| {
        let refreshes: Vec<_> = (0..32)
            .map(|_| {
                let server = server(&house.store, clock, rules());
                let (barrier, first) = (&barrier, &first);
                scope.spawn(move || {
                    barrier.wait();
                    let refreshed = block_on(server.refresh(first)).unwrap();
                    assert!(block_on(server.authenticate(&refreshed.access)).is_ok());
                    refreshed.refresh.unwrap()
                })
            })
            .collect();
        refreshes.into_iter().map(|refresh| refresh.join().unwrap()).collect()
    });
    assert!(successors.iter().all(|successor| *successor == successors[0]));
    assert_eq!(house.store.outstanding().len(), 2);
    assert!(house.refresh(&successors[0]).is_ok());
}

#[test]
fn row_2_a_consumed_token_after_the_grace_revokes_the_session() {
    let house = session_house(|_| {});
    let (first, other) = (house.log_in(), house.log_in());
    let second = house.refresh(&first).unwrap();
    house.clock.advance(GRACE);
    assert_eq!(house.refresh(&first), Ok(second.clone()), "the last moment of the grace");
    house.clock.advance(Span::from_micros(1));
    assert_eq!(house.refresh(&first), gone());
    assert_eq!(house.refresh(&second), gone());
    let blacklisted =
        block_on(house.store.is_blacklisted(claims(&second).text("jti").unwrap().as_deref().unwrap()));
    assert!(blacklisted.unwrap(), "whoever reads the blacklist alone refuses it too");
    assert!(house.refresh(&other).is_ok(), "another session is none of it");
}

#[test]
fn row_3_the_grace_is_the_immediate_parents_alone() {
    let house = session_house(|_| {});
    let first = house.log_in();
    let second = house.refresh(&first).unwrap();
    let third = house.refresh(&second).unwrap();
    assert_eq!(house.refresh(&second), Ok(third.clone()));
    assert_eq!(house.refresh(&first), gone());
    assert_eq!(house.refresh(&second), gone());
    assert_eq!(house.refresh(&third), gone());
    assert!(house.nothing_is_left());
}

#[test]
fn row_4_the_current_token_of_a_revoked_session_is_refused_at_once() {
    let house = session_house(|_| {});
    let first = house.log_in();
    let second = house.refresh(&first).unwrap();
    block_on(house.authority.blacklist(&second)).unwrap();
    assert_eq!(house.refresh(&second), gone());
    assert_eq!(house.refresh(&first), gone(), "nor is its parent repeated, though it is within the grace");
    let session = house.session();
    assert_eq!(session.revoked_at, Some(NOW));
    assert_eq!(session.parent.unwrap().at, NOW, "consumed and revoked are two facts");
}

#[test]
fn a_logout_with_a_consumed_token_ends_the_session_all_the_same() {
    let house = session_house(|_| {});
    let first = house.log_in();
    let second = house.refresh(&first).unwrap();
    let blacklisted = refused(TokenError::Blacklisted);
    assert_eq!(refusal(block_on(house.authority.blacklist(&first))), blacklisted);
    assert_eq!(house.refresh(&second), gone(), "whoever has it, another tab or a thief");
    assert!(house.nothing_is_left());
    assert_eq!(refusal(block_on(house.authority.blacklist(&first))), blacklisted, "and again");
}

#[test]
fn row_5_two_rotations_in_one_second_are_told_apart() {
    let house = session_house(|_| {});
    let first = house.log_in();
    let second = house.refresh(&first).unwrap();
    let third = house.refresh(&second).unwrap();
    let made_at = |token: &PlainToken| claims(token).raw("iat").unwrap().to_owned();
    assert_eq!((made_at(&first), made_at(&second)), (made_at(&second), made_at(&third)));
    assert_eq!(house.refresh(&first), gone());
    assert!(house.nothing_is_left());
}

#[test]
fn row_6_a_revocation_holds_at_another_server_and_after_a_restart() {
    let house = session_house(|_| {});
    let first = house.log_in();
    let second = house.refresh(&first).unwrap();
    let another = server(&house.store, &house.clock, rules());
    assert_eq!(refreshed_at(&another, &first), Ok(second.clone()), "nor is a lost answer one server's alone");
    house.clock.advance(Span::from_mins(1));
    assert_eq!(house.refresh(&first), gone());
    assert_eq!(refreshed_at(&another, &second), gone());
    let House { store, clock, authority } = house;
    drop((authority, another));
    let restarted = server(&store, &clock, rules());
    for token in [&first, &second] {
        assert_eq!(refreshed_at(&restarted, token), gone());
    }
}

#[test]
fn row_7_no_token_survives_what_happens_to_its_user() {
    let deactivated = |house: &House| house.store.add_user(User { is_active: false, ..ada("pw") });
    let deleted = |house: &House| house.store.remove_user(&UserKey::Int(7));
    for happens in [&deactivated as &dyn Fn(&House), &deleted] {
        let house = session_house(|_| {});
        let token = house.refresh(&house.log_in()).unwrap();
        happens(&house);
        assert_eq!(house.refresh(&token), Err(Refusal::NoActiveAccountForToken));
    }

    let house = session_house(|_| {});
    let (first, other) = (house.log_in(), house.log_in());
    let second = house.refresh(&first).unwrap();
    let reset = PasswordReset {
        uid: uid(&UserKey::Int(7)),
        token: ResetTokens::new(&SigningSecret::new(SECRET)).make(&ada_as_stored(&house), NOW),
        new: Password::new("a new password"),
    };
    block_on(house.authority.confirm_password_reset(&reset)).unwrap();
    for token in [&first, &second, &other] {
        assert_eq!(house.refresh(token), gone());
    }
    assert!(house.nothing_is_left());
}

/// A house where something happens to Ada whenever she has been looked at and before her token is kept.
fn restless_house(happens: impl Fn(&MemoryStore, u32) + Send + Sync + 'static) -> House {
    let store = Arc::new(MemoryStore::new());
    store.add_user(ada("pw"));
    let clock = Arc::new(ManualClock::at(NOW));
    let (mut rules, happening, count) = (rules(), Arc::clone(&store), AtomicU32::new(0));
    rules.custom_claims = Some(Arc::new(custom_claims(["none"], move |_: &User, _: &mut _| {
        happens(&happening, count.fetch_add(1, Ordering::SeqCst));
    })));
    let authority = server(&store, &clock, rules);
    House { store, clock, authority }
}

#[test]
fn who_is_changed_under_way_is_looked_at_again() {
    let log_in = |house: &House| block_on(house.authority.obtain_pair(&credentials("ada", "pw")));
    // The password stays, its hash is made anew: once in the login, once in the refresh.
    let rehashed = restless_house(|store, nth| {
        if nth == 0 || nth == 2 {
            store.add_user(ada("pw"));
        }
    });
    let token = log_in(&rehashed).unwrap().refresh;
    assert!(rehashed.refresh(&token).is_ok());
    assert_eq!(rehashed.store.outstanding().len(), 2, "nothing is kept of the first attempts");

    let changed = restless_house(|store, _| store.add_user(ada("another")));
    assert_eq!(refusal(log_in(&changed)), Refusal::NoActiveAccount);
    assert!(changed.store.outstanding().is_empty());

    let deactivated = restless_house(|store, nth| {
        if nth == 1 {
            store.add_user(User { is_active: false, ..ada("pw") });
        }
    });
    let restless = restless_house(|store, nth| {
        if nth > 0 {
            store.add_user(ada("pw"));
        }
    });
    for house in [deactivated, restless] {
        let token = log_in(&house).unwrap().refresh;
        assert_eq!(house.refresh(&token), Err(Refusal::NoActiveAccountForToken));
        let [row] = <[_; 1]>::try_from(house.store.outstanding()).unwrap();
        assert_eq!(row.blacklisted_at, None, "it is not used up");
    }
}

fn ada_as_stored(house: &House) -> User {
    use countersign::store::{UserLookup, Users};

    block_on(house.store.find(UserLookup::Username("ada"))).unwrap().unwrap()
}

#[test]
fn clocks_that_differ_by_seconds_revoke_nothing() {
    let house = session_house(|_| {});
    let behind = Arc::new(ManualClock::at(NOW - Span::from_secs(2)));
    let behind = server(&house.store, &behind, rules());
    let first = house.log_in();
    let second = house.refresh(&first).unwrap();
    // To the other server it was made in the future: PyJWT says so too, and nothing comes of it.
    assert!(matches!(refreshed_at(&behind, &first), Err(Refusal::Token(TokenError::Invalid(_)))));
    let mut lenient = TokenPolicy::default();
    lenient.validation.leeway = Span::from_secs(5);
    let behind = Authority::builder(Arc::clone(&house.store), key(), pool())
        .policy(lenient)
        .rules(rules())
        .clock(Arc::new(ManualClock::at(NOW - Span::from_secs(2))))
        .build()
        .unwrap();
    assert_eq!(refreshed_at(&behind, &first), Ok(second.clone()));
    let third = refreshed_at(&behind, &second).unwrap();
    assert_eq!(house.refresh(&second), Ok(third.clone()));
    assert!(house.refresh(&third).is_ok());
}

#[test]
fn who_looked_at_the_clock_before_the_winner_did_gets_the_same_successor() {
    let house = session_house(|_| {});
    let earlier = server(&house.store, &Arc::new(ManualClock::at(NOW)), rules());
    let first = house.log_in();
    house.clock.advance(Span::from_secs(1));
    let second = house.refresh(&first).unwrap();
    assert_eq!(refreshed_at(&earlier, &first), Ok(second.clone()), "a second turned between the two");
    assert!(house.refresh(&second).is_ok());
}

#[test]
fn every_token_of_a_session_names_it() {
    let house = session_house(|_| {});
    let pair = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let id = claims(&pair.refresh).text("jti").unwrap().unwrap().into_owned();
    let names: Vec<_> = claims(&pair.refresh).iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["token_type", "exp", "iat", "jti", "user_id", "sid"]);
    let refreshed = block_on(house.authority.refresh(&pair.refresh)).unwrap();
    let repeated = block_on(house.authority.refresh(&pair.refresh)).unwrap();
    for token in [&pair.access, &refreshed.access, refreshed.refresh.as_ref().unwrap(), &repeated.access] {
        assert_eq!(claims(token).text("sid").unwrap().as_deref(), Some(&*id));
        assert!(block_on(house.authority.verify(token)).is_ok());
    }
    assert!(block_on(house.authority.authenticate(&repeated.access)).is_ok());
    let sliding = block_on(house.authority.obtain_sliding(&credentials("ada", "pw"))).unwrap().token;
    assert_eq!(claims(&sliding).raw("sid"), None, "a sliding token has no session");
    assert_eq!(house.store.sessions().len(), 1);

    let without = super::house(|_, rules| rules.rotation = Rotation::OnWithBlacklist);
    let pair = block_on(without.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    assert_eq!(claims(&pair.refresh).raw("sid"), None);
    assert!(without.store.sessions().is_empty());
}

#[test]
fn a_session_remembers_who_uses_it() {
    let house = session_house(|_| {});
    let client =
        |last: u8, name: &'static str| Client::new(Some([192, 0, 2, last].into()), Some(http_value(name)));
    let pair =
        block_on(house.authority.for_client(client(1, "phone")).obtain_pair(&credentials("ada", "pw")));
    let first = pair.unwrap().refresh;
    house.clock.advance(Span::from_mins(1));
    block_on(house.authority.for_client(client(2, "phone/2")).refresh(&first)).unwrap();
    let session = house.session().session;
    assert_eq!((session.address, &*session.user_agent.unwrap()), (Some([192, 0, 2, 2].into()), "phone/2"));
    assert_eq!((session.created_at, session.last_used_at), (NOW, NOW + Span::from_mins(1)));
}

fn http_value(name: &'static str) -> http::HeaderValue {
    http::HeaderValue::from_static(name)
}

#[test]
fn a_session_lasts_as_long_as_it_may() {
    let house = session_house(|rules| {
        rules.lifetime = Some(Span::from_mins(60));
        rules.idle = Some(Span::from_mins(40));
    });
    let (mut used, idle) = (house.log_in(), house.log_in());
    for _ in 0..2 {
        house.clock.advance(Span::from_mins(25));
        used = house.refresh(&used).unwrap();
    }
    assert_eq!(house.refresh(&idle), Err(refused(TokenError::Expired)));
    house.clock.advance(Span::from_mins(10));
    assert_eq!(house.refresh(&used), Err(refused(TokenError::Expired)));
}

#[test]
fn a_token_from_elsewhere_begins_a_session_and_a_fork_is_found_out() {
    let house = session_house(|_| {});
    let made = |jti: &str, more: &str| {
        token(&format!(
            r#"{{"token_type":"refresh","exp":1700086400,"iat":1700000000,"jti":"{jti}","user_id":"7"{more}}}"#
        ))
    };
    let login = made("django", "");
    let second = house.refresh(&login).unwrap();
    assert_eq!(claims(&second).text("sid").unwrap().as_deref(), Some("django"));
    let third = made("django-3", r#","sid":"django""#);
    let fourth = house.refresh(&third).unwrap();
    assert_eq!(house.session().session.generation, 2);
    assert_eq!(house.refresh(&second), gone());
    assert_eq!(house.refresh(&fourth), gone(), "nobody knows which of the two branches is the thief's");

    for odd in [r#","sid":7"#, r#","sid":"""#, r#","sid":null"#, r#","sid":"a\u0000b""#] {
        let refusal = house.refresh(&made("odd", odd)).unwrap_err();
        assert!(matches!(refusal, Refusal::Token(TokenError::Invalid(_))), "{odd}: {refusal}");
    }
    assert_eq!(house.refresh(&made("odd", r#","sid":"forgotten""#)), gone());
    assert_eq!(house.refresh(&made("odd", &format!(r#","sid":"{}""#, "é".repeat(255)))), gone());
    let too_long = made("odd", &format!(r#","sid":"{}""#, "é".repeat(256)));
    assert!(matches!(house.refresh(&too_long), Err(Refusal::Token(TokenError::Invalid(_)))));
    assert!(house.refresh(&made("odd", "")).is_ok(), "none of these has used it up");
}

#[test]
fn a_changed_password_leaves_the_session_that_changed_it() {
    let house = session_house(|_| {});
    let own = block_on(house.authority.obtain_pair(&credentials("ada", "pw"))).unwrap();
    let other = house.log_in();
    let change = PasswordChange {
        username: "ada".into(),
        old: Password::new("pw"),
        new: Password::new("a new password"),
    };
    block_on(house.authority.change_password(&own.access, &change)).unwrap();
    assert_eq!(house.refresh(&other), gone());
    assert!(house.refresh(&own.refresh).is_ok());
}

#[test]
fn a_token_that_outlived_its_password_takes_its_session_along() {
    let mut policy = TokenPolicy::default();
    policy.revoke_claim = Some(RevokeClaim::md5("hash_password"));
    let house = session_house(|_| {});
    let authority = Authority::builder(Arc::clone(&house.store), key(), pool())
        .policy(policy)
        .rules(rules())
        .clock(house.clock.clone())
        .build()
        .unwrap();
    let house = House { authority, ..house };
    let token = house.log_in();
    house.store.add_user(ada("another"));
    assert_eq!(house.refresh(&token), Err(Refusal::PasswordChanged));
    assert!(house.session().revoked_at.is_some());
    assert!(house.nothing_is_left());
}

#[test]
fn sessions_need_a_rotation_that_uses_tokens_up() {
    let built = |change: &dyn Fn(&mut Rules)| {
        let mut rules = rules();
        change(&mut rules);
        Authority::builder(MemoryStore::new(), key(), pool()).rules(rules).build().err()
    };
    assert_eq!(built(&|_| {}), None);
    for rotation in [Rotation::Off, Rotation::On] {
        let built = built(&|rules| rules.rotation = rotation);
        assert_eq!(built, Some(AuthorityError::SessionsWithoutRotation));
    }
    let own_sid = |rules: &mut Rules| {
        rules.custom_claims = Some(Arc::new(custom_claims(["sid"], |_: &User, _: &mut _| {})));
    };
    assert_eq!(built(&own_sid), Some(AuthorityError::OwnClaimOverwritten));
    let without = built(&|rules| {
        own_sid(rules);
        rules.sessions = None;
    });
    assert_eq!(without, None, "the claim is free where there are no sessions");
}

#[test]
fn an_access_token_ends_with_its_session_where_the_rules_ask() {
    for asks in [false, true] {
        let mut rules = rules();
        rules.access_tokens_ask_blacklist = asks;
        let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(ManualClock::at(NOW)));
        store.add_user(ada("pw"));
        let server = server(&store, &clock, rules);
        let pair = block_on(server.obtain_pair(&credentials("ada", "pw"))).unwrap();
        assert!(block_on(server.authenticate(&pair.access)).is_ok());
        block_on(server.blacklist(&pair.refresh)).unwrap();
        assert_eq!(block_on(server.authenticate(&pair.access)).is_ok(), !asks);
    }
}
