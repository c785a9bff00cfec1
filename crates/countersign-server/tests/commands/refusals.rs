//! Mistakes, and the sentences that say how to mend them.

use crate::harness::{Place, SECRET, Server};

#[test]
fn a_missing_configuration_is_told_with_the_way_to_one() {
    let place = Place::empty();
    for command in ["serve", "check", "migrate", "createuser", "flushexpiredtokens"] {
        place.run(&[command]).failed(2, &["there is no countersign.toml", "`countersign init`", "--config"]);
    }
    place.run(&["check", "--config", "none.toml"]).failed(2, &["none.toml", "No such file"]);
    let named = [("COUNTERSIGN_CONFIG", "other.toml")];
    place.run_with(&["check"], &named, "").failed(2, &["other.toml", "No such file"]);
    // A variable that is set to nothing is not set.
    place.run_with(&["check"], &[("COUNTERSIGN_CONFIG", "")], "").failed(2, &["countersign.toml"]);
}

#[test]
fn an_unknown_key_is_told_with_its_place_and_its_nearest() {
    let place = Place::with_user("");
    place.configure("leewai = 5\nacess_token_lifetime = 5");
    let refused = place.run(&["check"]);
    refused.failed(2, &["countersign.toml, line 8: simple_jwt.leewai", "simple_jwt.leeway"]);
    refused.failed(2, &["countersign.toml, line 9: ", "simple_jwt.access_token_lifetime"]);
    place.configure("");
    let environment = [("COUNTERSIGN__SIMPLE_JWT__LEEWAI", "5")];
    place
        .run_with(&["check"], &environment, "")
        .failed(2, &["COUNTERSIGN__SIMPLE_JWT__LEEWAI", "COUNTERSIGN__SIMPLE_JWT__LEEWAY"]);
    let wrong = [("COUNTERSIGN__SIMPLE_JWT__LEEWAY", "soon")];
    place.run_with(&["check"], &wrong, "").failed(2, &["COUNTERSIGN__SIMPLE_JWT__LEEWAY: simple_jwt.leeway"]);
    let right = [("COUNTERSIGN__SIMPLE_JWT__LEEWAY", "5")];
    place.run_with(&["check"], &right, "").succeeded();
    place.write("countersign.toml", "[simple_jwt\n");
    place.run(&["check"]).failed(2, &["countersign.toml, line 1"]);
}

#[test]
fn a_database_that_is_not_there_is_to_be_migrated() {
    let place = Place::configured("");
    for args in [
        &["check"][..],
        &["serve"],
        &["flushexpiredtokens"],
        &["createuser", "--username", "ada", "--password-stdin"],
    ] {
        place.run(args).failed(2, &["db.sqlite3", "`countersign migrate`"]);
    }
    assert!(!place.path("db.sqlite3").exists());
    place.edit("db.sqlite3", "no/db.sqlite3");
    place.run(&["migrate"]).failed(2, &["no/db.sqlite3", "directory"]);
    place.edit("sqlite://", "oracle://scott:tiger@");
    let refused = place.run(&["migrate"]);
    refused.failed(2, &["\"oracle\"", "sqlite://"]);
    assert!(!refused.stderr.contains("tiger"), "{refused:?}");
    place.configure("");
    place.write("db.sqlite3", "this is no database, though it is long enough to be looked at as one");
    place.run(&["check"]).failed(2, &["file is not a database"]);
}

#[test]
fn a_blacklist_without_tables_is_a_promise_that_cannot_be_kept() {
    for settings in ["blacklist = true", "rotate_refresh_tokens = true\nblacklist_after_rotation = true"] {
        let place = Place::with_user(settings);
        place.run(&["check"]).succeeded();
        place.sql("DROP TABLE token_blacklist_blacklistedtoken; DROP TABLE token_blacklist_outstandingtoken");
        for command in ["check", "serve"] {
            place.run(&[command]).failed(2, &["simple_jwt.", "no token_blacklist tables", "migrate`"]);
        }
    }
    // Neither asked for nor there: it is served, and says so when asked.
    let place = Place::with_user("");
    place.sql("DROP TABLE token_blacklist_blacklistedtoken; DROP TABLE token_blacklist_outstandingtoken");
    assert!(place.run(&["check"]).succeeded().contains("tokens cannot be blacklisted"));
    let server = place.serve();
    assert_eq!(server.refresh(&server.tokens().refresh).status, 200);
}

#[test]
fn a_public_key_is_no_secret() {
    let pem = include_str!("../data/keys/p256.pub.pem");
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let place = Place::with_user("");
    place.configure("signing_key = { file = 'key' }");
    for key in [pem, &format!("\n  {pem}"), jwk] {
        place.write("key", key);
        for command in ["check", "serve"] {
            let refused = place.run(&[command]);
            refused.failed(2, &["countersign.toml, line 8: simple_jwt.signing_key", "asymmetric key"]);
            assert!(!refused.stderr.contains(key.lines().nth(1).unwrap_or(jwk)), "{refused:?}");
        }
    }
}

#[test]
fn something_must_be_served() {
    let place = Place::with_user("");
    place.edit("[simple_jwt]", "");
    for command in ["check", "serve"] {
        place.run(&[command]).failed(2, &["no family is configured", "[simple_jwt]"]);
    }
}

#[test]
fn an_address_that_is_taken_is_told() {
    let place = Place::with_user("");
    let server = place.serve();
    let address = server.address.to_string();
    place.run(&["serve", "--listen", &address]).failed(1, &["cannot listen on", &address, "in use"]);
}

#[test]
fn an_unreadable_log_filter_is_told() {
    let place = Place::with_user("");
    let filter = [("COUNTERSIGN_LOG", "countersign=loud")];
    place.run_with(&["serve"], &filter, "").failed(2, &["COUNTERSIGN_LOG", "countersign=debug"]);
}

#[test]
fn a_warning_does_not_stand_in_the_way() {
    let place = Place::with_user("");
    place.edit(SECRET, "short");
    let server = Server::start(place.command(&["serve"]));
    let said = server.stop();
    assert!(said.starts_with("warning: countersign.toml, line 1: secret_key"), "{said}");
}
