//! Revocations that servers have in memory: without a query for each request, and never older than was said.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{PASSWORD, Place, Server, new_database};

fn serve(place: &Place, staleness: &str) -> Server {
    let mut command = place.command(&["serve"]);
    command.env("COUNTERSIGN__DATABASE__BLACKLIST_STALENESS", staleness);
    Server::start(command)
}

/// What the server answers a sliding token or an access token.
fn status(server: &Server, token: &str) -> u16 {
    server.get_as(token, "/api/token/authenticate/").status
}

#[track_caller]
fn until(condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < GIVE_UP, "it never comes");
    }
}

/// While nobody can read the blacklist.
fn without_the_blacklist<T>(place: &Place, does: impl FnOnce() -> T) -> T {
    place.sql("ALTER TABLE token_blacklist_blacklistedtoken RENAME TO elsewhere");
    let done = does();
    place.sql("ALTER TABLE elsewhere RENAME TO token_blacklist_blacklistedtoken");
    done
}

/// Puts every outstanding token on the blacklist, as Django does, which tells nobody.
fn revoke_everything(place: &Place) {
    place.sql(
        "INSERT INTO token_blacklist_blacklistedtoken (blacklisted_at, token_id)
         SELECT CURRENT_TIMESTAMP, id FROM token_blacklist_outstandingtoken",
    );
}

#[test]
fn a_sliding_token_costs_no_query_and_is_refused_within_the_bound() {
    let place = Place::with_user_at(&new_database(), "auth_token_classes = ['sliding']");
    let bound = Duration::from_millis(400);
    let [asking, remembering, lately] = ["0", "1h", "400ms"].map(|staleness| serve(&place, staleness));
    let login = asking.post("/api/token/sliding/", &json!({"username": "ada", "password": PASSWORD}));
    let token = login.text("token");

    until(|| without_the_blacklist(&place, || status(&remembering, &token)) == 200);
    without_the_blacklist(&place, || {
        for _ in 0..20 {
            assert_eq!(status(&remembering, &token), 200, "nothing is asked");
        }
        assert_eq!(status(&asking, &token), 503, "without a bound the database is asked every time");
    });

    until(|| status(&lately, &token) == 200);
    revoke_everything(&place);
    let revoked = Instant::now();
    until(|| {
        let asked = revoked.elapsed();
        let status = status(&lately, &token);
        assert!(status == 401 || asked < bound, "{status} after {asked:?}");
        status == 401
    });
    asking.get_as(&token, "/api/token/authenticate/").is_refused(401);
    for server in [asking, remembering, lately] {
        server.stop();
    }
}

#[test]
fn a_logout_at_one_server_is_heard_of_at_the_other() {
    let place = Place::with_user_at(&new_database(), "blacklist_after_rotation = true");
    let servers = [serve(&place, "1h"), serve(&place, "1h")];
    let refresh = servers[0].tokens().refresh;
    let listening = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'";
    until(|| place.count(listening) == 2);
    assert_eq!(servers[1].verify(&refresh).status, 200);
    assert_eq!(servers[0].post("/api/token/blacklist/", &json!({"refresh": refresh})).status, 200);
    assert_eq!(servers[0].verify(&refresh).status, 400);
    until(|| servers[1].verify(&refresh).status == 400);
    for server in servers {
        server.stop();
    }
}

#[test]
fn an_access_token_is_looked_up_where_the_configuration_says_so() {
    let place = Place::with_user("check_access_blacklist = true");
    let [asking, lately] = ["0", "200ms"].map(|staleness| serve(&place, staleness));
    let (revoked, good) = (asking.tokens().access, asking.tokens().access);
    place.sql(&format!(
        "INSERT INTO token_blacklist_outstandingtoken (jti, token, created_at, expires_at)
         VALUES ('{}', 'access', '2026-01-01 00:00:00', '2099-01-01 00:00:00')",
        id_of(&revoked)
    ));
    place.sql(
        "INSERT INTO token_blacklist_blacklistedtoken (blacklisted_at, token_id)
         SELECT '2026-01-01 00:00:00', id FROM token_blacklist_outstandingtoken WHERE token = 'access'",
    );
    asking.get_as(&revoked, "/api/token/authenticate/").is_refused(401);
    until(|| status(&lately, &revoked) == 401);
    for server in [asking, lately] {
        assert_eq!(status(&server, &good), 200);
        server.stop();
    }
}

/// A token's `jti`.
fn id_of(token: &str) -> String {
    use base64::Engine as _;

    let payload = token.split('.').nth(1).unwrap();
    let json = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&json).unwrap();
    claims["jti"].as_str().unwrap().to_owned()
}

/// Only a test that fails waits so long.
const GIVE_UP: Duration = Duration::from_mins(1);
