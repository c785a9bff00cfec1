//! Sessions as their user sees and ends them, at whichever server. What Django has to say stands in
//! `tests/oracle/session_endpoints.rs`.

use serde_json::{Value, json};

use crate::harness::{Answer, PASSWORD, Place, Server, Tokens, new_database};

const SESSIONS: &str =
    "rotate_refresh_tokens = true\nblacklist_after_rotation = true\nreuse_detection = true\n";

fn log_in(server: &Server, headers: &[(&str, &str)]) -> Tokens {
    let body = json!({"username": "ada", "password": PASSWORD}).to_string();
    let headers: Vec<_> = [("Content-Type", "application/json")].iter().chain(headers).copied().collect();
    server.connect().request("POST", "/api/token/", &headers, &body).tokens()
}

fn ask(server: &Server, method: &str, path: &str, token: &str, form: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", &*bearer), ("Content-Type", "application/x-www-form-urlencoded")];
    server.connect().request(method, path, &headers, form)
}

fn list(server: &Server, token: &str) -> Vec<Value> {
    let answer = server.get_as(token, "/api/token/sessions/");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_array().unwrap().clone()
}

#[test]
fn what_one_server_ends_is_over_at_the_other() {
    for place in [Place::with_user(SESSIONS), Place::with_user_at(&new_database(), SESSIONS)] {
        let servers = [place.serve(), place.serve()];
        let phone = log_in(&servers[0], &[("User-Agent", "Phone/1")]);
        let laptop = log_in(&servers[1], &[("User-Agent", "Laptop/1")]);
        let sessions = list(&servers[0], &laptop.access);
        assert_eq!(sessions, list(&servers[1], &laptop.access));
        let programs: Vec<_> = sessions.iter().map(|session| &session["user_agent"]).collect();
        assert_eq!(programs, ["Laptop/1", "Phone/1"]);
        assert!(sessions.iter().all(|session| session["address"] == "127.0.0.1"), "{sessions:?}");

        let path = format!("/api/token/sessions/{}/", sessions[1]["id"].as_str().unwrap());
        assert_eq!(ask(&servers[0], "DELETE", &path, &laptop.access, "").status, 204);
        servers[1].refresh(&phone.refresh).is_refused(401);
        ask(&servers[1], "GET", "/api/token/sessions/", &phone.access, "").is_refused(401);

        let tablet = log_in(&servers[0], &[]);
        assert_eq!(list(&servers[0], &tablet.access)[0]["user_agent"], Value::Null);
        let out = ask(&servers[1], "POST", "/api/token/logout/", &tablet.access, "scope=others");
        assert_eq!((out.status, &*out.body, out.header("content-type")), (204, "", None));
        servers[0].refresh(&laptop.refresh).is_refused(401);
        assert_eq!(list(&servers[0], &tablet.access).len(), 1);

        // Ids are ids of the same database's, whatever a client makes of them.
        for id in ["%00", "%ff", "%F0%9F%98%80", "%27%20OR%201%3D1", &"x".repeat(5_000)] {
            let path = format!("/api/token/sessions/{id}/");
            ask(&servers[0], "DELETE", &path, &tablet.access, "").is_refused(404);
        }
        assert_eq!(servers[1].refresh(&tablet.refresh).status, 200);
    }
}

#[test]
fn the_address_is_the_one_that_a_trusted_proxy_tells() {
    let place = Place::with_user(SESSIONS);
    place.edit("[server]", "[server]\ntrusted_proxies = ['127.0.0.1']");
    let server = place.serve();
    let tokens = log_in(&server, &[("X-Forwarded-For", "198.51.100.1, 2001:db8::7")]);
    assert_eq!(list(&server, &tokens.access)[0]["address"], "2001:db8::7");
}

#[test]
fn a_token_that_is_revoked_at_the_machine_takes_its_session_with_it() {
    let place = Place::with_user(SESSIONS);
    let server = place.serve();
    let (phone, laptop, tablet) = (server.tokens(), server.tokens(), server.tokens());
    let revoked = place.run(&["token", "revoke", &phone.refresh]);
    assert_eq!(revoked.succeeded(), "Revoked a refresh token of SimpleJWT, and its session is over.\n");
    server.refresh(&phone.refresh).is_refused(401);
    assert_eq!(list(&server, &laptop.access).len(), 2);
    let revoked = place.run(&["token", "revoke", "--user", "ada"]);
    assert_eq!(revoked.succeeded(), "Revoked 2 sessions and 2 tokens of \"ada\".\n");
    server.refresh(&tablet.refresh).is_refused(401);
    assert!(list(&server, &server.tokens().access).len() == 1);
}

#[test]
fn they_are_served_where_the_configuration_says() {
    let routes = "[simple_jwt.routes]\nsessions = '/me/logins'\nlogout = ''";
    let place = Place::with_user(&format!("{SESSIONS}{routes}"));
    let checked = place.run(&["check"]);
    for line in ["    /me/logins  sessions\n", "    /me/logins/{id}  session\n"] {
        assert!(checked.succeeded().contains(line), "{checked:?}");
    }
    assert!(!checked.stdout.contains("logout"), "{checked:?}");
    let server = place.serve();
    let tokens = server.tokens();
    let id = server.get_as(&tokens.access, "/me/logins").json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(ask(&server, "DELETE", &format!("/me/logins/{id}"), &tokens.access, "").status, 204);
    for path in ["/api/token/logout/", "/api/token/sessions/", "/me/logins/a/b", "/me/logins/"] {
        ask(&server, "POST", path, &tokens.access, "").is_refused(404);
    }
}

#[test]
fn a_path_without_its_slash_is_sent_to_the_right_one() {
    let place = Place::with_user(SESSIONS);
    let server = place.serve();
    for path in ["/api/token/sessions", "/api/token/sessions/0f3a"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("location")), (301, Some(&*format!("{path}/"))));
    }
    server.get("/api/token/sessions/0f3a/x").is_refused(404);
}
