//! Guessing passwords: in every family, behind proxies, at one server of many, and while Redis is away.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Answer, PASSWORD, Place, RedisServer, Server, new_database, python};

/// Three guesses a pair, and a client that need not be believed about its address.
const TIGHT: &str = "[throttling]\nenabled = true\nper_pair = '3/hour'\n";

fn guess(server: &Server) -> Answer {
    server.log_in("ada", "wrong")
}

/// How many guesses are looked at, of at most so many.
fn guesses(server: &Server, most: usize) -> usize {
    (0..most).filter(|_| guess(server).status == 401).count()
}

#[test]
fn the_strict_profile_throttles_and_the_django_profile_does_not() {
    let place = Place::with_user("");
    let server = place.serve();
    assert_eq!(guesses(&server, 30), 30);
    drop(server);
    place.edit("secret_key", "profile = 'strict'\nsecret_key");
    let server = place.serve();
    assert_eq!(guesses(&server, 30), 10);
    assert_eq!(server.log_in("ada", PASSWORD).status, 429, "it may be a guess");
    let unknown = (0..30).filter(|_| server.log_in("nobody", "wrong").status == 401).count();
    assert_eq!(unknown, 10);
    place.create_user("bob");
    assert_eq!(server.log_in("bob", PASSWORD).status, 200);
}

#[test]
fn every_family_says_it_in_its_own_words() {
    let families = "[ninja_jwt]\n[auth_jwt]\npassword_reset_url = 'https://example.com/reset'\n\
                    [graphql_jwt]\njwt_verify_expiration = true\n[email]\nbackend = 'console'\n";
    let place = Place::with_user(&format!("{families}{TIGHT}per_mailbox = '1/day'"));
    let server = place.serve();
    let bearer = server.tokens().access;
    assert_eq!(guesses(&server, 4), 3, "one throttle for all families");

    let said = |path: &str, body: &Value| {
        let answer = server.connect().request(
            "POST",
            path,
            &[("Content-Type", "application/json"), ("Authorization", &format!("Bearer {bearer}"))],
            &body.to_string(),
        );
        assert_eq!(answer.status, 429, "{path}: {answer:?}");
        let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1100..=1200).contains(&seconds), "{path}: {seconds}");
        (answer.body, seconds)
    };
    let login = json!({"username": "ada", "password": PASSWORD});
    let (body, seconds) = said("/api/token/", &login);
    let sentence = format!("Request was throttled. Expected available in {seconds} seconds.");
    assert_eq!(body, json!({ "detail": sentence }).to_string());
    for path in ["/api/token/pair", "/api/token/sliding", "/api/auth/login"] {
        assert_eq!(said(path, &login).0, r#"{"detail": "Too many requests."}"#);
    }
    let query = format!(r#"mutation{{requestToken(username:"ada",password:"{PASSWORD}"){{token}}}}"#);
    let graphql = server.post("/graphql/", &json!({ "query": query }));
    assert_eq!(graphql.status, 429, "{graphql:?}");
    let error = &graphql.json()["errors"][0];
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("Request was throttled. Expected available in 1"), "{message}");
    assert_eq!((&graphql.json()["data"], &error["path"]), (&Value::Null, &json!(["requestToken"])));

    let reset = |email: &str| server.post("/api/auth/password/reset/request", &json!({ "email": email }));
    assert_eq!(reset("ada@example.org").status, 200);
    let again = reset("Ada@Example.org");
    assert_eq!((again.status, again.body.as_str()), (429, r#"{"detail": "Too many requests."}"#));
    assert_eq!(reset("bob@example.org").status, 200);
}

#[test]
fn the_frameworks_say_it_the_same_way() {
    let place = Place::with_user(&format!("[ninja_jwt]\n{TIGHT}"));
    let server = place.serve();
    assert_eq!(guesses(&server, 4), 3);
    for (number, path) in ["/api/token/", "/api/token/pair"].iter().enumerate() {
        let ours = server.post(path, &json!({"username": "ada", "password": PASSWORD}));
        let wait = ours.header("retry-after").unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/throttled.py");
        let output = Command::new(python()).arg(script).arg(wait).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let theirs = said.lines().nth(number).unwrap_or_else(|| panic!("{:?}", output.stderr));
        let theirs: Value = serde_json::from_str(theirs).unwrap();
        assert_eq!(theirs, json!([ours.status, wait, ours.body]), "{path}");
        assert_eq!(ours.header("www-authenticate"), None);
    }
}

#[test]
fn nobody_changes_address_but_by_a_trusted_proxy() {
    let guess_from = |server: &Server, forwarded: &str| {
        let body = json!({"username": "ada", "password": "wrong"}).to_string();
        let headers = [("Content-Type", "application/json"), ("X-Forwarded-For", forwarded)];
        server.connect().request("POST", "/api/token/", &headers, &body).status
    };
    let place = Place::with_user(TIGHT);
    let server = place.serve();
    let statuses = [1, 2, 3, 4, 5].map(|number| guess_from(&server, &format!("203.0.113.{number}")));
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
    let said = server.stop();
    assert_eq!(said.matches("(server.trusted_proxies)").count(), 1, "{said}");

    place.edit("[server]\n", "[server]\ntrusted_proxies = ['127.0.0.0/8', '10.0.0.0/8']\n");
    let server = place.serve();
    for address in ["203.0.113.1", "203.0.113.2"] {
        // What stands on the left of it was sent by the client.
        let forged = |number: u32| format!("198.51.100.{number}, {address}, 10.0.0.{number}");
        let statuses = [1, 2, 3, 4].map(|number| guess_from(&server, &forged(number)));
        assert_eq!(statuses, [401, 401, 401, 429], "{address}");
    }
    assert!(!server.stop().contains("trusted_proxies"));
}

#[test]
fn servers_with_one_redis_are_guessed_at_as_one() {
    let redis = RedisServer::start();
    let place = Place::with_user(&format!("{TIGHT}redis = '{}'", redis.url));
    let servers = [place.serve(), place.serve()];
    let [one, other] = &servers;
    assert_eq!((guess(one).status, guess(other).status), (401, 401));
    assert_eq!(one.log_in("ada", PASSWORD).status, 200, "and all is forgotten");
    assert_eq!((guess(other).status, guess(one).status, guess(other).status), (401, 401, 401));
    for server in &servers {
        let refused = server.log_in("ada", PASSWORD);
        assert_eq!(refused.status, 429);
        let seconds: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1190..=1200).contains(&seconds), "{seconds}");
    }
    let at_once: usize = std::thread::scope(|scope| {
        let guesses = |server| (0..10).filter(|_| server_says_401(server, "bob")).count();
        let threads = [one, other, one, other].map(|server| scope.spawn(move || guesses(server)));
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(at_once, 3);

    let mut connection = redis.connect();
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut connection).unwrap();
    assert!(keys.len() >= 6, "{keys:?}");
    for key in keys {
        let hash = key.strip_prefix("countersign:{throttle}:").unwrap();
        assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        let left: i64 = redis::cmd("PTTL").arg(&key).query(&mut connection).unwrap();
        assert!(left > 0, "{key} stays for ever");
    }
}

fn server_says_401(server: &Server, username: &str) -> bool {
    server.log_in(username, "wrong").status == 401
}

#[test]
fn guesses_from_elsewhere_lock_nobody_out_of_where_they_are_at_any_server() {
    let redis = RedisServer::start();
    let place = Place::with_user(&format!("{TIGHT}per_account = '6/hour'\nredis = '{}'", redis.url));
    place.edit("[server]\n", "[server]\ntrusted_proxies = '127.0.0.1'\n");
    let servers = [place.serve(), place.serve()];
    let log_in = |server: &Server, address: &str, password: &str| {
        let body = json!({"username": "ada", "password": password}).to_string();
        let headers = [("Content-Type", "application/json"), ("X-Forwarded-For", address)];
        server.connect().request("POST", "/api/token/", &headers, &body).status
    };
    assert_eq!(log_in(&servers[0], "192.0.2.1", PASSWORD), 200);
    let tries = (0..20).map(|number| log_in(&servers[number % 2], &format!("198.51.100.{number}"), "wrong"));
    assert_eq!(tries.filter(|status| *status == 401).count(), 6);
    assert_eq!(log_in(&servers[1], "203.0.113.1", PASSWORD), 429);
    for server in &servers {
        assert_eq!(log_in(server, "192.0.2.1", PASSWORD), 200);
    }
}

#[test]
fn while_redis_is_away_each_server_counts_and_no_login_fails() {
    let redis = RedisServer::start();
    let place = Place::with_user(&format!("{TIGHT}redis = '{}'", redis.url));
    let servers = [place.serve(), place.serve()];
    assert_eq!(guesses(&servers[0], 5), 3);
    assert_eq!(guesses(&servers[1], 5), 0);

    redis.control("stop");
    for server in &servers {
        assert_eq!(guesses(server, 6), 3, "the limit is each server's own");
        assert_eq!(server.log_in("bob", "wrong").status, 401);
    }
    redis.control("start");
    for server in &servers {
        log_in_until(server, "Redis answers again");
    }
    assert_eq!(guesses(&servers[0], 2) + guesses(&servers[1], 5), 3);
    for server in servers {
        let said = server.stop();
        for part in ["Redis does not answer", "Redis answers again"] {
            assert_eq!(said.matches(part).count(), 1, "{said}");
        }
    }
}

#[test]
fn a_redis_that_says_nothing_holds_nobody_up() {
    let redis = RedisServer::start();
    let place = Place::with_user(&format!("{TIGHT}redis = '{}'", redis.url));
    let server = place.serve();
    assert_eq!(guess(&server).status, 401);
    let mut connection = redis.connect();
    redis::cmd("CLIENT").arg("PAUSE").arg(600_000).arg("ALL").exec(&mut connection).unwrap();
    let begun = Instant::now();
    assert_eq!(guesses(&server, 10), 3);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // Nobody else is listened to while clients are paused, so the server ends at once.
    redis.control("kill");
    redis.control("start");
    place.create_user("bob");
    log_in_until_as(&server, "bob", "Redis answers again");
    let said = server.stop();
    assert_eq!(said.matches("Redis does not answer").count(), 1, "{said}");
}

#[test]
fn a_redis_that_speaks_tls_is_spoken_to_if_it_shows_who_it_is() {
    let redis = RedisServer::start();
    let place = Place::with_user(&format!("{TIGHT}redis = '{}'", redis.tls_url));
    let trusting = || {
        let mut command = place.command(&["serve"]);
        command.env("SSL_CERT_FILE", &redis.certificate);
        Server::start(command)
    };
    let servers = [trusting(), trusting()];
    assert_eq!(servers.each_ref().map(|server| guesses(server, 5)), [3, 0]);
    let stranger = place.serve();
    assert_eq!(guesses(&stranger, 5), 3);
    let said = stranger.stop();
    assert!(said.contains("Redis does not answer") && said.contains("certificate"), "{said}");
}

#[test]
fn a_redis_that_was_never_there_is_told_once() {
    let place = Place::with_user(&format!("{TIGHT}redis = 'redis://127.0.0.1:1'"));
    let server = place.serve();
    assert_eq!(guesses(&server, 10), 3);
    let said = server.stop();
    assert_eq!(said.matches("Redis does not answer").count(), 1, "{said}");
}

#[test]
fn no_spelling_that_a_database_takes_for_the_same_gives_guesses_of_its_own() {
    let database = new_database();
    let place = Place::with_user_at(&database, TIGHT);
    for statement in [
        "CREATE COLLATION lenient (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
        "DO $$ DECLARE name text; BEGIN FOR name IN SELECT indexname FROM pg_indexes WHERE tablename = 'auth_user' \
         AND indexdef LIKE '%varchar_pattern_ops%' LOOP EXECUTE format('DROP INDEX %I', name); END LOOP; END $$",
        "ALTER TABLE auth_user ALTER COLUMN username TYPE varchar(150) COLLATE lenient",
    ] {
        place.sql(statement);
    }
    let server = place.serve();
    let statuses = ["\u{e1}da", "ad\u{e0}", "\u{e2}d\u{e2}", "\u{e3}da", "ada"]
        .map(|name| server.log_in(name, "wrong").status);
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
    assert_eq!(server.log_in("bob", "wrong").status, 401);
}

/// Logs somebody in who is not throttled, over and over, until the log says so.
#[track_caller]
fn log_in_until(server: &Server, part: &str) {
    log_in_until_as(server, "nobody else", part);
}

#[track_caller]
fn log_in_until_as(server: &Server, username: &str, part: &str) {
    let begun = Instant::now();
    while !server.stderr.so_far().contains(part) {
        assert!(begun.elapsed() < Duration::from_mins(1), "no {part:?} in: {}", server.stderr.so_far());
        let answer = server.log_in(username, PASSWORD);
        assert!([200, 401, 429].contains(&answer.status), "{answer:?}");
    }
}
