//! How the server stops: in good order, and when it must, at once.

use std::net::TcpStream;

use crate::harness::{Client, PASSWORD, Place, Server};

#[test]
fn a_login_that_has_begun_is_finished() {
    for signal in ["TERM", "INT"] {
        // Not a timeout ends the connections that wait, but the stop.
        let (_place, server) = served("header_timeout = '1d'");
        let mut login = begin_login(&server);
        let mut idle = server.connect();
        assert_eq!(idle.request("GET", "/healthz", &[], "").status, 200);
        let mut fresh = server.connect();

        server.signal(signal);
        server.stderr.wait_for("stopping");
        assert!(TcpStream::connect(server.address).is_err(), "no new connections");
        idle.is_closed();
        fresh.is_closed();

        login.send(body());
        let answer = login.answer();
        assert_eq!(answer.tokens().access.matches('.').count(), 2);
        assert_eq!(answer.header("connection"), Some("close"));
        let (code, said) = server.ended();
        assert_eq!(code, Some(0), "{said}");
        assert!(!said.contains("unfinished"), "{said}");
    }
}

#[test]
fn it_does_not_wait_for_ever() {
    let (_place, server) = served("shutdown_timeout = '200ms'");
    let mut login = begin_login(&server);
    let said = server.stop();
    assert!(said.contains("stopped with answers unfinished, after 200ms"), "{said}");
    login.is_closed();
}

#[test]
fn asked_twice_it_does_not_wait_at_all() {
    let (_place, server) = served("shutdown_timeout = '1d'");
    let mut login = begin_login(&server);
    server.signal("INT");
    server.stderr.wait_for("stopping");
    server.signal("INT");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("stopped with answers unfinished, as asked to a second time"), "{said}");
    login.is_closed();
}

#[test]
fn one_whole_file_is_left() {
    let (place, server) = served("");
    server.tokens();
    assert!(place.path("db.sqlite3-wal").exists());
    server.stop();
    assert!(!place.path("db.sqlite3-wal").exists());
    assert_eq!(place.count("token_blacklist_outstandingtoken"), 1);
}

#[test]
fn it_can_be_started_again_on_the_same_port() {
    let (place, server) = served("");
    let address = server.address;
    let token = server.tokens().access;
    server.stop();
    let server = Server::start(place.command(&["serve", "--listen", &address.to_string()]));
    assert_eq!((server.address, server.verify(&token).status), (address, 200));
}

fn served(settings: &str) -> (Place, Server) {
    let place = Place::with_user("");
    place.edit("[server]\n", &format!("[server]\n{settings}\n"));
    let server = place.serve();
    (place, server)
}

/// A login whose body the server waits for: it has said so.
fn begin_login(server: &Server) -> Client {
    let mut client = server.connect();
    client.send(format!(
        "POST /api/token/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body().len()
    ));
    assert_eq!(client.answer().status, 100);
    client
}

fn body() -> String {
    format!("username=ada&password={}", PASSWORD.replace(' ', "+"))
}
