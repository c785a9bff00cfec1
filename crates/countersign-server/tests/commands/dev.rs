//! `serve --dev`: from nothing to every endpoint, with what the screen says.

use std::net::TcpListener;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::harness::{Finished, Place, Server};

#[test]
fn each_line_on_the_screen_succeeds_in_a_shell_of_its_own() {
    let _usual = USUAL_PORT.lock().unwrap_or_else(PoisonError::into_inner);
    let place = Place::empty();
    let server = Server::start(place.command(&["serve", "--dev"]));
    let lines = curl_lines(&server);
    // Pasted twice, the story is the same.
    for _ in 0..2 {
        let said: Vec<Value> = lines.iter().map(|line| one_json(&shell(&["-c", line], ""))).collect();
        it_is_the_story(&said);
    }
}

#[test]
fn the_screen_can_be_pasted_as_a_whole() {
    let place = Place::empty();
    let server = start(&place);
    curl_lines(&server);
    let screen = server.stdout.so_far();
    for line in screen.lines() {
        assert!(line.is_empty() || line.starts_with("# ") || line.starts_with("curl "), "{line}");
    }
    for _ in 0..2 {
        let pasted = shell(&["-e"], &screen);
        assert_eq!(pasted.stderr, "");
        let said: Vec<Value> =
            pasted.succeeded().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        it_is_the_story(&said);
    }
}

#[test]
fn a_second_start_keeps_the_key_and_the_user() {
    let place = Place::empty();
    let first = start(&place);
    let tokens = first.log_in("demo", "demo").tokens();
    let key = place.read(".countersign-dev/secret_key");
    first.stop();

    let second = start(&place);
    assert_eq!(place.read(".countersign-dev/secret_key"), key);
    assert_eq!(second.get_as(&tokens.access, "/api/token/authenticate/").json()["username"], "demo");
    assert_eq!(second.refresh(&tokens.refresh).status, 200);
}

#[test]
fn a_busy_port_is_no_obstacle() {
    // Whoever has the port, this test or another program: it is taken.
    let _usual = USUAL_PORT.lock().unwrap_or_else(PoisonError::into_inner);
    let _taken = TcpListener::bind("127.0.0.1:8000");
    let place = Place::empty();
    let server = Server::start(place.command(&["serve", "--dev"]));
    assert_ne!(server.address.port(), 8000);
    let screen = curl_lines(&server).join("\n");
    assert_eq!(screen.matches(&format!("http://{}/", server.address)).count(), 6, "{screen}");
}

#[test]
fn any_folder_will_do() {
    let place = Place::named(r#"it's "my" $HOME `folder` \ & more"#);
    let server = start(&place);
    let said: Vec<Value> =
        curl_lines(&server).iter().map(|line| one_json(&shell(&["-c", line], ""))).collect();
    it_is_the_story(&said);
}

#[test]
fn it_listens_on_this_machine_only() {
    let place = Place::empty();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        place.run(&["serve", "--dev", "--listen", address]).failed(2, &[address, "127.0.0.1"]);
    }
    assert!(!place.path(".countersign-dev").exists());
    assert_eq!(start(&place).get("/healthz").status, 200);
}

#[test]
fn what_is_configured_for_another_server_does_not_matter() {
    let place = Place::empty();
    let mut command = place.command(&["serve", "--dev", "--listen", "127.0.0.1:0"]);
    command.env("COUNTERSIGN_CONFIG", "/nowhere/countersign.toml");
    command.env("COUNTERSIGN__DATABASE__URL", "sqlite:///nowhere/db.sqlite3");
    let server = Server::start(command);
    assert_eq!(server.log_in("demo", "demo").status, 200);
    place
        .run(&["serve", "--dev", "--config", "countersign.toml"])
        .failed(2, &["'--dev' cannot be used with '--config <FILE>'"]);
}

#[test]
fn only_its_owner_can_read_the_folder() {
    use std::os::unix::fs::MetadataExt;

    let place = Place::empty();
    let _server = start(&place);
    let key = std::fs::metadata(place.path(".countersign-dev/secret_key")).unwrap();
    assert_eq!(key.mode() & 0o777, 0o600);
}

fn start(place: &Place) -> Server {
    Server::start(place.command(&["serve", "--dev", "--listen", "127.0.0.1:0"]))
}

/// The six lines, as they stand.
fn curl_lines(server: &Server) -> Vec<String> {
    server.stdout.wait_for("/blacklist/");
    let screen = server.stdout.so_far();
    let lines: Vec<_> = screen.lines().filter(|line| line.starts_with("curl")).map(str::to_owned).collect();
    assert_eq!(lines.len(), 6, "{screen}");
    lines
}

fn shell(args: &[&str], input: &str) -> Finished {
    let has_curl = Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(has_curl, "`serve --dev` speaks of curl: install it (apt-get install curl) to run this test");
    let mut command = Command::new("sh");
    command.args(args);
    Finished::of(command, input)
}

fn one_json(ran: &Finished) -> Value {
    assert_eq!(ran.stderr, "");
    serde_json::from_str(ran.succeeded()).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn it_is_the_story(said: &[Value]) {
    let [login, user, sessions, refreshed, verified, logged_out] = said else { panic!("{said:#?}") };
    assert!(login["access"].is_string() && login["refresh"].is_string(), "{login}");
    assert_eq!(user["username"], "demo");
    assert!(sessions[0]["current"] == true && sessions[0]["address"] == "127.0.0.1", "{sessions}");
    assert_eq!(sessions.as_array().unwrap().len(), 1, "the story before ended with a logout: {sessions}");
    assert!(refreshed["access"].is_string(), "{refreshed}");
    assert!(refreshed["refresh"].is_string() && refreshed["refresh"] != login["refresh"], "{refreshed}");
    assert_eq!((verified, logged_out), (&json!({}), &json!({})));
}

/// Port 8000: the tests that want it, or want it taken, take turns.
static USUAL_PORT: Mutex<()> = Mutex::new(());
