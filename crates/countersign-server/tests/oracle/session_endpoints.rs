//! Sessions, which no package has: what ends here is refused by Django, on the same database.

use countersign_testing::{Oracle, Pair, Request, Response, Settings};
use serde_json::{Value, json};

use super::support::*;

/// Where a family has its endpoints.
struct Paths {
    login: &'static str,
    sessions: &'static str,
    logout: &'static str,
    /// What follows a session's id.
    end: &'static str,
}

const SIMPLE_JWT: Paths =
    Paths { login: "/api/token/", sessions: "/api/token/sessions/", logout: "/api/token/logout/", end: "/" };
const NINJA_JWT: Paths =
    Paths { login: "/api/token/pair", sessions: "/api/token/sessions", logout: "/api/token/logout", end: "" };

/// Both services on one database with ada and carol, whose logins at either side are told apart by their programs.
struct House {
    pair: Pair,
    paths: Paths,
    refresh: fn(&str) -> Request,
}

/// A login, and the session that it began.
struct Login {
    access: String,
    refresh: String,
    id: String,
}

fn houses() -> [House; 2] {
    let house = |settings: Settings, paths, refresh| {
        let people = |oracle: &Oracle| {
            people(oracle);
            oracle.call("create_user", json!({"username": "carol", "password": PASSWORD}));
        };
        let settings = settings.sessions();
        House { pair: Pair::on_one_database(&settings, &countersign(), people), paths, refresh }
    };
    [
        house(Settings::new(), SIMPLE_JWT, refresh),
        house(Settings::ninja_jwt(), NINJA_JWT, super::ninja_support::refresh),
    ]
}

impl House {
    fn ask(&self, request: &Request) -> Response {
        request.send(self.pair.addresses().ours)
    }

    #[track_caller]
    fn log_in(&self, username: &str, program: &str) -> Login {
        let answer = self.ask(&login_at(self.paths.login, username, PASSWORD).header("User-Agent", program));
        assert_eq!(answer.status, 200, "{answer:?}");
        let read = json!({"kind": "refresh", "token": answer.field("refresh")});
        let read = self.pair.oracle.call("read_token", read);
        let claims = read["claims"].as_array().expect("the token has claims").iter();
        let mut ids = claims.filter(|claim| claim[0] == "sid").filter_map(|claim| claim[1].as_str());
        let id = ids.next().expect("the token says its session").to_owned();
        Login { access: answer.field("access"), refresh: answer.field("refresh"), id }
    }

    /// The sessions that a login is shown.
    #[track_caller]
    fn sessions(&self, login: &Login) -> Vec<Value> {
        let answer = self.ask(&Request::get(self.paths.sessions).bearer(&login.access));
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.text()).expect("a list of sessions")
    }

    fn one(&self, id: &str) -> String {
        format!("{}/{id}{}", self.paths.sessions.trim_end_matches('/'), self.paths.end)
    }

    fn end(&self, bearer: &str, id: &str) -> Response {
        self.ask(&Request::new("DELETE", &self.one(id)).bearer(bearer))
    }

    fn log_out(&self, bearer: &str, body: &Value) -> Response {
        self.ask(&Request::post(self.paths.logout).bearer(bearer).json(body))
    }

    /// Neither side takes the refresh token any more.
    #[track_caller]
    fn is_out(&self, login: &Login) {
        let addresses = self.pair.addresses();
        for address in [addresses.theirs, addresses.ours] {
            let answer = (self.refresh)(&login.refresh).send(address);
            assert_eq!((answer.status, answer.field("detail")), (401, "Token is blacklisted".to_owned()));
        }
    }

    #[track_caller]
    fn is_in(&self, login: &Login) {
        assert!(self.sessions(login).iter().any(|session| session["id"] == *login.id));
        assert_eq!((self.refresh)(&login.refresh).send(self.pair.addresses().theirs).status, 200);
    }
}

#[test]
fn a_user_sees_where_they_are_logged_in() {
    for house in houses() {
        let phone = house.log_in("ada", "Phone/1.0");
        let laptop = house.log_in("ada", "Läptop/2.0");
        house.log_in("carol", "Carols/1.0");
        let sessions = house.sessions(&laptop);
        let told = sessions.iter().map(|session| {
            let names: Vec<_> = session.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(
                names,
                ["address", "created_at", "current", "expires_at", "id", "last_used_at", "user_agent"]
            );
            assert_eq!(session["address"], "127.0.0.1");
            assert_eq!(session["created_at"], session["last_used_at"]);
            for name in ["created_at", "expires_at"] {
                assert!(session[name].as_str().unwrap().ends_with('Z'), "{session}");
            }
            (session["id"].as_str().unwrap(), session["current"].as_bool().unwrap(), &session["user_agent"])
        });
        let told: Vec<_> = told.collect();
        // A program that calls itself something that is no ASCII is not told by name.
        assert_eq!(told, [(&*laptop.id, true, &Value::Null), (&*phone.id, false, &json!("Phone/1.0"))]);

        let refreshed = house.ask(&(house.refresh)(&phone.refresh).header("User-Agent", "Phone/1.1"));
        let phone = Login { access: refreshed.field("access"), refresh: refreshed.field("refresh"), ..phone };
        let sessions = house.sessions(&phone);
        assert_eq!((&sessions[0]["id"], &sessions[0]["current"]), (&json!(phone.id), &json!(true)));
        assert_eq!(sessions[0]["user_agent"], "Phone/1.1");
        assert_ne!(sessions[0]["created_at"], sessions[0]["last_used_at"]);
        house.is_in(&phone);
    }
}

#[test]
fn a_session_that_is_ended_is_refused_by_django_too() {
    for house in houses() {
        let (phone, laptop) = (house.log_in("ada", "Phone/1.0"), house.log_in("ada", "Laptop/2.0"));
        let ended = house.end(&laptop.access, &phone.id);
        assert_eq!((ended.status, ended.text()), (204, String::new()));
        house.is_out(&phone);
        let again = house.end(&laptop.access, &phone.id);
        assert_eq!(again.status, 404);
        // What it bought is good for five minutes, but neither sees nor ends sessions.
        assert_eq!(authenticate_at(&house, &phone.access).status, 200);
        for answer in [
            house.ask(&Request::get(house.paths.sessions).bearer(&phone.access)),
            house.end(&phone.access, &laptop.id),
            house.log_out(&phone.access, &json!({"scope": "global"})),
        ] {
            assert_eq!((answer.status, answer.field("detail")), (401, "Token is blacklisted".to_owned()));
        }
        house.is_in(&laptop);
    }
}

fn authenticate_at(house: &House, token: &str) -> Response {
    let path = house.paths.sessions.replace("sessions", "authenticate");
    house.ask(&Request::get(&path).bearer(token))
}

#[test]
fn a_logout_ends_what_its_scope_says() {
    for house in houses() {
        for (body, ended) in [
            (json!({}), [true, false, false]),
            (json!({"scope": "local"}), [true, false, false]),
            (json!({"scope": "others"}), [false, true, true]),
            (json!({"scope": "global"}), [true, true, true]),
        ] {
            let logins = ["One/1", "Two/1", "Three/1"].map(|program| house.log_in("ada", program));
            let carols = house.log_in("carol", "Carols/1.0");
            let djangos = login_at(house.paths.login, "ada", PASSWORD).send(house.pair.addresses().theirs);
            let djangos = djangos.field("refresh");
            assert_eq!(house.log_out(&logins[0].access, &body).status, 204, "{body}");
            for (login, is_ended) in logins.iter().zip(ended) {
                if is_ended { house.is_out(login) } else { house.is_in(login) }
            }
            // A token of no session ends with all the others.
            let status = if ended[1] { 401 } else { 200 };
            assert_eq!(
                (house.refresh)(&djangos).send(house.pair.addresses().theirs).status,
                status,
                "{body}"
            );
            house.is_in(&carols);
        }
        // Without a body at all.
        let login = house.log_in("ada", "One/1");
        assert_eq!(house.ask(&Request::post(house.paths.logout).bearer(&login.access)).status, 204);
        house.is_out(&login);
    }
}

#[test]
fn a_bearer_that_django_made_ends_all_sessions_or_none() {
    for house in houses() {
        let login = house.log_in("ada", "Phone/1.0");
        let made = login_at(house.paths.login, "ada", PASSWORD).send(house.pair.addresses().theirs);
        let bearer = made.field("access");
        for scope in ["local", "others"] {
            assert_eq!(house.log_out(&bearer, &json!({"scope": scope})).status, 400, "{scope}");
        }
        house.is_in(&login);
        // Here its refresh begins a session.
        let refreshed = house.ask(&(house.refresh)(&made.field("refresh")));
        assert_eq!(house.log_out(&refreshed.field("access"), &json!({})).status, 204);
        let answer = (house.refresh)(&refreshed.field("refresh")).send(house.pair.addresses().theirs);
        assert_eq!(answer.status, 401);
        assert_eq!(house.log_out(&bearer, &json!({"scope": "global"})).status, 204);
        assert!(house.sessions(&house.log_in("ada", "Phone/2.0")).len() == 1);
    }
}

#[test]
fn whoever_is_not_let_in_ends_nothing() {
    for house in houses() {
        let (adas, carols) = (house.log_in("ada", "Phone/1.0"), house.log_in("carol", "Carols/1.0"));
        for id in [&*carols.id, "unknown"] {
            assert_eq!(house.end(&adas.access, id).status, 404, "{id}");
        }
        for bearer in [&*adas.refresh, "", "rubbish", "a.b.c"] {
            assert_eq!(house.ask(&Request::get(house.paths.sessions).bearer(bearer)).status, 401, "{bearer}");
            assert_eq!(house.end(bearer, &adas.id).status, 401, "{bearer}");
            assert_eq!(house.log_out(bearer, &json!({"scope": "global"})).status, 401, "{bearer}");
        }
        assert_eq!(house.ask(&Request::get(house.paths.sessions)).status, 401);
        house.is_in(&carols);
        house.pair.execute("UPDATE auth_user SET is_active = FALSE WHERE username = ?", &["ada"]);
        let refused = house.log_out(&adas.access, &json!({"scope": "global"}));
        assert_eq!((refused.status, refused.field("detail")), (401, "User is inactive".to_owned()));
        assert_eq!(house.ask(&Request::get(house.paths.sessions).bearer(&adas.access)).status, 401);
    }
}

#[test]
fn odd_requests_get_the_familys_own_no() {
    for house in houses() {
        let is_ninja = house.paths.end.is_empty();
        let login = house.log_in("ada", "Phone/1.0");
        let long = "x".repeat(60_000);
        for id in [
            "%00",
            "%ff%fe",
            "%2e%2e",
            "..%2f..",
            "%",
            "%zz",
            "a%2Fb",
            "'%20OR%201=1%20--",
            "{id}",
            "*",
            &long,
        ] {
            let answer = house.end(&login.access, id);
            assert_eq!(answer.status, 404, "{id:.20}: {answer:?}");
            let expected = if is_ninja { "Not Found" } else { "Not found." };
            assert_eq!(answer.field("detail"), expected, "{id:.20}");
        }
        let unknown_scope = if is_ninja { 422 } else { 400 };
        for scope in
            [json!("all"), json!("LOCAL"), json!(""), json!(null), json!(7), json!([]), json!({"a": 1})]
        {
            let answer = house.log_out(&login.access, &json!({"scope": scope}));
            assert_eq!(answer.status, unknown_scope, "{scope}: {answer:?}");
        }
        for body in ["{", "[]", "null", "\"global\"", "{\"scope\":\"\\ud800\"}", "\u{0}"] {
            let request = Request::post(house.paths.logout).bearer(&login.access);
            let answer = house.ask(&request.header("Content-Type", "application/json").body(body));
            assert!([400, 422].contains(&answer.status), "{body:?}: {answer:?}");
        }
        for (method, path) in [
            ("POST", house.paths.sessions.to_owned()),
            ("DELETE", house.paths.sessions.to_owned()),
            ("GET", house.one(&login.id)),
            ("PATCH", house.one(&login.id)),
            ("GET", house.paths.logout.to_owned()),
        ] {
            let answer = house.ask(&Request::new(method, &path).bearer(&login.access));
            assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
        }
        let allowed = if is_ninja { 405 } else { 200 };
        for path in [house.paths.sessions, house.paths.logout, &house.one(&login.id)] {
            let answer = house.ask(&Request::new("OPTIONS", path).bearer(&login.access));
            assert_eq!(answer.status, allowed, "{path}: {answer:?}");
        }
        house.is_in(&login);
    }
}

#[test]
fn where_no_sessions_are_kept_there_are_no_such_endpoints() {
    for (settings, paths) in [(Settings::new(), SIMPLE_JWT), (Settings::ninja_jwt(), NINJA_JWT)] {
        let pair = shared(&settings);
        for request in [
            Request::get(paths.sessions),
            Request::post(paths.logout),
            Request::new("DELETE", &format!("{}/x{}", paths.sessions.trim_end_matches('/'), paths.end)),
        ] {
            // Django has a page for that, in HTML.
            differ(&pair, 404, 404, &request.bearer("x"));
        }
    }
}
