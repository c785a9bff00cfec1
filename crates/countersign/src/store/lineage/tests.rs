//! Every judgement, as a table.

use super::*;
use crate::secret::StoredPassword;
use crate::store::OutstandingToken;
use crate::user::{Fields, User, UserKey};

const LOGIN: Timestamp = Timestamp::from_secs(1_700_000_000);

/// Seconds after the login.
fn at(secs: i64) -> Timestamp {
    LOGIN + Span::from_secs(secs)
}

/// R1 → R2 → R3: R2 was consumed a hundred seconds after the login.
fn third_generation() -> Lineage {
    Lineage {
        session: Session {
            id: "R1".to_owned(),
            generation: 2,
            created_at: LOGIN,
            last_used_at: at(100),
            expires_at: at(100) + Span::from_days(1),
            address: None,
            user_agent: None,
        },
        user: "7".to_owned(),
        current: "R3".to_owned(),
        parent: Some(Consumed { jti: "R2".to_owned(), at: at(100) }),
        revoked_at: None,
    }
}

fn rules() -> SessionRules {
    SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None }
}

fn ask<T>(rules: &SessionRules, presented: &str, secs: i64, ask: impl FnOnce(&Advance<'_>) -> T) -> T {
    let (key, text) = (UserKey::Int(7), PlainToken::new("text"));
    let user = User {
        key: key.clone(),
        username: "ada".to_owned(),
        password: StoredPassword::new("!"),
        is_active: true,
        email: None,
        last_login: None,
        fields: Fields::default(),
    };
    let token = |jti| OutstandingToken {
        jti,
        token: &text,
        user: Some(&key),
        created_at: at(secs),
        expires_at: at(secs) + Span::from_days(1),
    };
    ask(&Advance {
        session: "R1",
        presented: &token(presented),
        issued_at: LOGIN,
        successor: &token("next"),
        user: &user,
        client: &Client::default(),
        at: at(secs),
        rules,
    })
}

fn current(blacklisted_at: Option<Timestamp>) -> CurrentToken {
    CurrentToken { token: PlainToken::new("R3"), blacklisted_at }
}

#[test]
fn what_becomes_of_a_token_of_a_live_session() {
    let repeat = || Judgement::Repeat(PlainToken::new("R3"));
    for (presented, secs, claim, current, judgement) in [
        ("R3", 500, Claim::Won, None, Judgement::Advance),
        ("R3", 500, Claim::Won, Some(current(None)), Judgement::Advance),
        // Consumed or logged out elsewhere at 500.
        ("R3", 505, Claim::Lost, Some(current(Some(at(500)))), Judgement::Refuse),
        ("R3", 499, Claim::Lost, Some(current(Some(at(500)))), Judgement::Refuse),
        ("R3", 511, Claim::Lost, Some(current(Some(at(500)))), Judgement::Revoke),
        // The immediate parent, consumed at 100.
        ("R2", 100, Claim::Lost, Some(current(None)), repeat()),
        ("R2", 110, Claim::Lost, Some(current(None)), repeat()),
        ("R2", 98, Claim::Lost, Some(current(None)), repeat()),
        ("R2", 111, Claim::Lost, Some(current(None)), Judgement::Revoke),
        ("R2", 105, Claim::Won, Some(current(None)), repeat()),
        ("R2", 111, Claim::Won, Some(current(None)), Judgement::Revoke),
        ("R2", 105, Claim::Lost, Some(current(Some(at(101)))), Judgement::Revoke),
        ("R2", 105, Claim::Lost, None, Judgement::Revoke),
        // A grandparent, however soon.
        ("R1", 101, Claim::Lost, Some(current(None)), Judgement::Revoke),
        // Another server's successor.
        ("S3", 101, Claim::Won, Some(current(None)), Judgement::Adopt),
        ("S3", 500, Claim::Won, Some(current(Some(at(200)))), Judgement::Adopt),
        ("S3", 101, Claim::Lost, Some(current(None)), Judgement::Revoke),
    ] {
        let judged = ask(&rules(), presented, secs, |rotation| {
            third_generation().judge(rotation, claim, current.clone())
        });
        assert_eq!(judged, judgement, "{presented} at {secs}, {claim:?}, {current:?}");
    }
}

#[test]
fn without_grace_nothing_is_repeated_not_even_at_once() {
    let rules = SessionRules { reuse_grace: Span::ZERO, ..rules() };
    for secs in [98, 100, 101] {
        let judged = ask(&rules, "R2", secs, |rotation| {
            third_generation().judge(rotation, Claim::Lost, Some(current(None)))
        });
        assert_eq!(judged, Judgement::Revoke, "{secs}");
    }
}

#[test]
fn a_session_ends_with_its_lifetime_or_when_it_was_not_used() {
    let lasting = |lifetime: Option<i64>, idle: Option<i64>| SessionRules {
        lifetime: lifetime.map(Span::from_secs),
        idle: idle.map(Span::from_secs),
        ..rules()
    };
    for (rules, secs, standing) in [
        (lasting(None, None), 1_000_000, Standing::Live),
        (lasting(Some(1000), None), 999, Standing::Live),
        (lasting(Some(1000), None), 1000, Standing::Expired),
        (lasting(None, Some(500)), 599, Standing::Live),
        (lasting(None, Some(500)), 600, Standing::Expired),
    ] {
        let found = ask(&rules, "R3", secs, |rotation| third_generation().standing(rotation));
        assert_eq!(found, standing, "{rules:?} at {secs}");
    }
    let used_elsewhere = ask(&lasting(None, Some(500)), "S4", 700, |rotation| {
        third_generation().standing(&Advance { issued_at: at(201), ..rotation.clone() })
    });
    assert_eq!(used_elsewhere, Standing::Live, "another server rotated it since");
}

#[test]
fn neither_a_revoked_session_nor_somebody_elses_has_good_tokens() {
    let revoked = Lineage { revoked_at: Some(at(100)), ..third_generation() };
    let somebody_elses = Lineage { user: "8".to_owned(), ..revoked.clone() };
    ask(&rules(), "R3", 100, |rotation| {
        assert_eq!(revoked.standing(rotation), Standing::Revoked);
        assert_eq!(somebody_elses.standing(rotation), Standing::SomebodyElses);
    });
}

#[test]
fn only_a_token_that_names_no_other_session_begins_one() {
    ask(&rules(), "S9", 100, |rotation| assert_eq!(Lineage::found(rotation), None));
    ask(&rules(), "R1", 100, |rotation| {
        let found = Lineage::found(rotation).unwrap();
        assert_eq!((found.session.created_at, found.session.generation, &*found.current), (LOGIN, 0, "R1"));
        let next = found.advanced(rotation);
        assert_eq!((next.session.generation, &*next.current), (1, "next"));
        assert_eq!(next.parent, Some(Consumed { jti: "R1".to_owned(), at: at(100) }));
        assert_eq!(next.session.created_at, LOGIN);
        assert_eq!(next.kept_until(), at(100) + Span::from_days(2));
    });
}
