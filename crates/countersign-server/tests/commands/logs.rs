//! The log on standard error: a line for each request, whoever reads it and however slowly.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Client, Lines, Place};

#[test]
fn every_request_has_its_line_once_the_server_has_stopped() {
    for format in ["text", "json"] {
        let place = Place::with_user("");
        place.edit("[server]\n", &format!("[server]\nlog_format = '{format}'\n"));
        let server = place.serve();
        let mut client = server.connect();
        for number in 0..REQUESTS {
            let headers = [("X-Request-Id", &*format!("no-{number}"))];
            assert_eq!(client.request("GET", "/no\"where?secret", &headers, "").status, 404);
        }
        let said = server.stop();
        let answered = said.lines().filter(|line| line.contains("answered"));
        for (number, line) in answered.clone().enumerate() {
            if format == "json" {
                let line: Value = serde_json::from_str(line).unwrap();
                assert_eq!((&line["level"], &line["status"]), (&"INFO".into(), &404.into()));
                assert_eq!(line["target"], "countersign::serve::requests");
                let span = &line["span"];
                assert_eq!((&span["name"], &span["method"]), (&"request".into(), &"GET".into()));
                assert_eq!(
                    (&span["path"], &span["id"]),
                    (&"/no\"where".into(), &format!("no-{number}").into())
                );
            } else {
                let (time, rest) = line.split_at(27);
                assert!(time.ends_with('Z') && time.contains('T'), "{line}");
                let request = format!(r#"  INFO request{{id=no-{number} method=GET path="/no\"where"}}: "#);
                assert!(rest.starts_with(&format!("{request}answered status=404 micros=")), "{line}");
            }
        }
        assert_eq!(answered.count(), REQUESTS, "{said}");
    }
}

#[test]
fn a_reader_of_the_log_that_stops_reading_holds_up_nobody_and_is_told_what_it_missed() {
    let (_place, mut server, log, address) = served_unread();
    fill_the_log(address);

    let log = Lines::of(log);
    log.wait_for("log lines are lost");
    terminate(&server);
    let said = log.all();
    assert!(server.wait().unwrap().success());
    let written = said.lines().filter(|line| line.contains("answered")).count();
    let told =
        said.lines().filter_map(|line| line.split("lost: standard error is read too slowly lines=").nth(1));
    let lost: usize = told.map(|lines| lines.parse::<usize>().unwrap()).sum();
    assert_eq!(written + lost, REQUESTS);
    assert!(lost > 0 && said.contains(" WARN log lines"), "{lost}");
}

#[test]
fn a_log_that_nobody_reads_does_not_keep_the_server_from_stopping() {
    let (_place, mut server, _log, address) = served_unread();
    fill_the_log(address);
    let begun = Instant::now();
    terminate(&server);
    assert!(server.wait().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

/// A server of whose log nobody reads more than the first line, where it listens.
fn served_unread() -> (Place, Child, BufReader<ChildStderr>, SocketAddr) {
    let place = Place::with_user("");
    let mut command = place.command(&["serve"]);
    let mut server = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let address = line.trim_end().rsplit('/').next().unwrap().parse().unwrap();
    (place, server, log, address)
}

/// More than a pipe and a queue hold: each request has a line of eight kilobytes.
fn fill_the_log(address: SocketAddr) {
    let mut client = Client::connect(address);
    let path = format!("/{}", "a".repeat(8_000));
    for _ in 0..REQUESTS {
        assert_eq!(client.request("GET", &path, &[], "").status, 404);
    }
}

fn terminate(server: &Child) {
    let kill = format!("kill -TERM {}", server.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

const REQUESTS: usize = 300;
