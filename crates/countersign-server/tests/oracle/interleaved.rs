//! Django and Countersign on one database at the same time: several clients, each of whom goes to the other service with
//! every request.

use std::thread;

use countersign_testing::{Pair, Request, Response, Settings};
use serde_json::json;

use super::support::{BLACKLISTED, OUTSTANDING, shared};
use super::{graphql_support, ninja_auth_support, ninja_support, support};

/// How a family with a ledger is asked.
struct Asking {
    login: fn(&str) -> Request,
    refresh: fn(&str) -> Request,
    verify: fn(&str) -> Request,
    blacklist: fn(&str) -> Request,
}

#[test]
fn chains_of_simple_jwt_lead_through_both() {
    use support::{blacklist, login, refresh, verify};
    chains_lead_through_both(&Settings::new(), &Asking { login, refresh, verify, blacklist });
}

#[test]
fn chains_of_ninja_jwt_lead_through_both() {
    use ninja_support::{blacklist, login, refresh, verify};
    chains_lead_through_both(&Settings::ninja_jwt(), &Asking { login, refresh, verify, blacklist });
}

fn chains_lead_through_both(settings: &Settings, asking: &Asking) {
    let settings = settings.clone().set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true);
    let pair = shared(&settings);
    clients(&pair, |services| {
        let mut token = succeeds(services[0], &(asking.login)("ada")).field("refresh");
        for turn in 0..TURNS {
            let [here, there] = at(services, turn);
            let next = succeeds(there, &(asking.refresh)(&token)).field("refresh");
            succeeds(here, &(asking.verify)(&next));
            assert_eq!((asking.verify)(&token).send(here).status, 400);
            assert_eq!((asking.refresh)(&token).send(here).status, 401);
            token = next;
        }
        let [here, there] = at(services, TURNS);
        succeeds(there, &(asking.blacklist)(&token));
        assert_eq!((asking.refresh)(&token).send(here).status, 401);
    });
    // Nothing is lost and nothing is left.
    for table in [OUTSTANDING, BLACKLISTED] {
        assert_eq!(pair.table(table).ours.rows.len(), CLIENTS * (1 + TURNS), "{table}");
    }
}

#[test]
fn refresh_tokens_of_graphql_jwt_are_replaced_by_both() {
    use graphql_support::{REFRESH_TOKENS, login, message, refresh, refresh_token, revoke};
    let settings = Settings::graphql_jwt()
        .set("JWT_LONG_RUNNING_REFRESH_TOKEN", true)
        .set("JWT_REUSE_REFRESH_TOKENS", true);
    let pair = shared(&settings);
    clients(&pair, |services| {
        let mut token = refresh_token(&succeeds(services[0], &login("ada")));
        for turn in 0..TURNS {
            let [here, there] = at(services, turn);
            let next = refresh_token(&succeeds(there, &refresh(&token)));
            assert!(!message(&refresh(&token).send(here)).is_empty());
            token = next;
        }
        let answer = succeeds(at(services, TURNS)[1], &revoke(&token));
        assert_eq!(answer.json(), json!({"data": {"revokeToken": true}}));
    });
    let rows = pair.table(REFRESH_TOKENS).ours.rows;
    assert_eq!(rows.len(), CLIENTS);
    assert!(rows.iter().all(|row| row.value("revoked").is_string()), "{rows:?}");
}

#[test]
fn tokens_of_ninja_auth_let_in_at_both() {
    use ninja_auth_support::{login, me, refresh, verify_itself};
    let pair = shared(&Settings::ninja_auth());
    clients(&pair, |services| {
        for turn in 0..TURNS {
            let [here, there] = at(services, turn);
            let answer = succeeds(here, &login("ada"));
            let refreshed = succeeds(there, &refresh(&answer.field("refresh")));
            for access in [answer.field("access"), refreshed.field("access")] {
                succeeds(there, &verify_itself(&access));
                for service in services {
                    assert_eq!(succeeds(service, &me(&access)).field("username"), "ada");
                }
            }
        }
    });
}

/// Several clients at once, half of whom begin here and half there: `visit` is given where to begin, and the other.
fn clients(pair: &Pair, visit: impl Fn([&str; 2]) + Sync) {
    let addresses = pair.addresses();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (visit, services) = (&visit, at([addresses.theirs, addresses.ours], client));
            scope.spawn(move || visit(services));
        }
    });
}

/// The two services, changing places with every turn.
fn at(services: [&str; 2], turn: usize) -> [&str; 2] {
    [services[turn % 2], services[(turn + 1) % 2]]
}

#[track_caller]
fn succeeds(service: &str, request: &Request) -> Response {
    let answer = request.send(service);
    assert_eq!(answer.status, 200, "{request:?}\n{answer:?}");
    answer
}

const CLIENTS: usize = 6;
const TURNS: usize = 5;
