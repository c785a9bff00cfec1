//! What is secret is nowhere to be read: not in a log, whatever is asked of it, nor in an error or an answer.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Place, SECRET, Server, Tokens};

#[test]
fn no_log_shows_a_secret() {
    for format in ["text", "json"] {
        let place = Place::with_user(
            "rotate_refresh_tokens = true\nblacklist_after_rotation = true\nreuse_detection = true\nupdate_last_login = true",
        );
        place.edit("[server]\n", &format!("[server]\nlog_format = '{format}'\n"));
        // The database fails under some of the requests, too.
        let stored = place.rows("SELECT password FROM auth_user")[0][0].clone();
        let mut command: Command = place.command(&["serve"]);
        command.env("COUNTERSIGN_LOG", "trace");
        let server = Server::start(command);
        let mut secrets = Secrets::default();
        secrets.words.extend([SECRET.to_owned(), stored, PASSWORD.to_owned(), OTHER.to_owned()]);

        place.feed(&["changepassword", "ada", "--password-stdin"], PASSWORD).succeeded();
        secrets.words.push(place.rows("SELECT password FROM auth_user")[0][0].clone());
        ask_everything(&server, &mut secrets);
        place.sql("DROP TABLE token_blacklist_blacklistedtoken");
        ask_everything(&server, &mut secrets);
        place.sql("UPDATE auth_user SET password = 'nonsense$hunter2$of$no$hasher'");
        secrets.words.push("hunter2".to_owned());
        server.log_in("ada", PASSWORD).is_refused(401);
        std::fs::rename(place.path("db.sqlite3"), place.path("away")).unwrap();
        ask_everything(&server, &mut secrets);

        let stdout = server.stdout.clone();
        let said = server.stop();
        assert_eq!(stdout.all(), "");
        assert!(said.lines().count() > 50, "{said}");
        secrets.are_not_in(&said);
        if format == "json" {
            each_line_is_json(&said);
        }
    }
}

#[test]
fn in_json_format_warnings_and_failures_are_json_too() {
    let place = Place::with_user("");
    place.edit("[server]\n", "[server]\nlog_format = 'json'\n");
    place.edit(SECRET, "short");
    let mut command = place.command(&["serve"]);
    command.env("COUNTERSIGN_LOG", "error");
    let server = Server::start(command);
    let said = server.stop();
    let lines = each_line_is_json(&said);
    assert_eq!((&lines[0]["level"], &lines[1]["level"]), (&json!("WARN"), &json!("INFO")));
    assert!(
        lines[1]["message"].as_str().unwrap().starts_with("countersign is listening on http://127.0.0.1:")
    );
    assert!(lines.iter().all(|line| line["timestamp"].as_str().unwrap().ends_with('Z')), "{lines:?}");

    place.sql("DROP TABLE auth_user");
    let failed = place.run(&["serve"]);
    assert_eq!(failed.code, 2);
    let lines = each_line_is_json(&failed.stderr);
    assert_eq!(lines[1]["level"], "ERROR");
    assert!(lines[1]["message"].as_str().unwrap().contains("auth_user"), "{lines:?}");
}

/// Every endpoint, with what is right and what is wrong in several ways.
fn ask_everything(server: &Server, secrets: &mut Secrets) {
    let login = server.log_in("ada", PASSWORD);
    if login.status == 200 {
        secrets.keep(&login.tokens());
    }
    let known = secrets.tokens.last().cloned().unwrap();
    let forged = format!("{}x", known.access);
    let sliding = server.post("/api/token/sliding/", &json!({"username": "ada", "password": PASSWORD}));
    let sliding = sliding.json()["token"].as_str().unwrap_or("x").to_owned();
    secrets.words.extend(segments(&sliding).chain(segments(&forged)));
    for token in [&known.access, &known.refresh, &forged, &sliding, "x"] {
        for (path, field) in [
            ("refresh/", "refresh"),
            ("verify/", "token"),
            ("blacklist/", "refresh"),
            ("sliding/refresh/", "token"),
        ] {
            let answer = server.post(&format!("/api/token/{path}"), &json!({field: token}));
            if let Some(new) = answer.json()["refresh"].as_str() {
                secrets.words.extend(segments(new));
            }
            // Where it does not belong: in a field of another name, as another type, in the query.
            server.post(&format!("/api/token/{path}"), &json!({"x": token, field: [token]}));
            server.get(&format!("/api/token/{path}?{field}={token}"));
        }
        for scheme in ["Bearer", "bearer", "Basic", "Bearer a"] {
            let header = format!("{scheme} {token}");
            server.connect().request("GET", "/api/token/authenticate/", &[("Authorization", &header)], "");
        }
        server.connect().request(
            "GET",
            "/api/token/authenticate/",
            &[("Cookie", token), ("X-Token", token)],
            "",
        );
    }
    for path in ["/api/token/", "/api/token/sliding/"] {
        server.post(path, &json!({"username": "ada", "password": OTHER}));
        server.post(path, &json!({"username": "nobody", "password": PASSWORD}));
        server.post(path, &json!({"username": "ada", "password": [PASSWORD]}));
        server.post(path, &json!({"username": "", "password": PASSWORD}));
        let broken = format!(r#"{{"username": "ada", "password": "{PASSWORD}"#);
        server.connect().request("POST", path, &[("Content-Type", "application/json")], &broken);
        let form = format!("username=ada&password={PASSWORD}");
        for media_type in ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"] {
            server.connect().request("POST", path, &[("Content-Type", media_type)], &form);
        }
        server.connect().request("PUT", path, &[], &form);
        server.connect().request("OPTIONS", path, &[], "");
        let mut client = server.connect();
        client.send(format!(
            "POST {path} HTTP/1.1\r\nAuthorization: Bearer {}\r\n{PASSWORD}\r\n\r\n",
            known.access
        ));
        client.answer();
    }
}

/// Everything that must not be seen.
#[derive(Default)]
struct Secrets {
    words: Vec<String>,
    tokens: Vec<Tokens>,
}

impl Secrets {
    fn keep(&mut self, tokens: &Tokens) {
        self.words.extend(segments(&tokens.access).chain(segments(&tokens.refresh)));
        self.tokens.push(tokens.clone());
    }

    fn are_not_in(&self, said: &str) {
        for secret in &self.words {
            if let Some(line) = said.lines().find(|line| line.contains(&**secret)) {
                panic!("{secret:?} is in a log line: {line}");
            }
        }
        for word in ["uthorization", "Bearer", "eyJ"] {
            assert!(!said.contains(word), "{word} is in: {said}");
        }
    }
}

/// The payload and the signature, a piece of each is enough to find them.
fn segments(token: &str) -> impl Iterator<Item = String> {
    let segments: Vec<_> = token.split('.').skip(1).filter(|segment| segment.len() > 20).collect();
    segments
        .into_iter()
        .map(|segment| segment[segment.len() - 20..].to_owned())
        .collect::<Vec<_>>()
        .into_iter()
}

fn each_line_is_json(said: &str) -> Vec<Value> {
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

const PASSWORD: &str = "open-sesame-81";
const OTHER: &str = "a-wrong-guess-82";
