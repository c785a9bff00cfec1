//! Passwords as every hasher of Django stores them, and the hashes that a login writes anew.

use countersign_testing::{Pair, Request, Settings};
use serde_json::json;

use super::support::*;

const ALL: [&str; 7] = ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "scrypt", "md5"];

/// A stored hash of a kind that only time leaves behind: weaker than what Django writes today.
const OLD: [(&str, &str); 4] = [
    ("pbkdf2_sha256", "pbkdf2_sha256$1000$c2FsdHNhbHRzYWx0c2FsdA"),
    ("pbkdf2_sha1", "pbkdf2_sha1$1000$c2FsdHNhbHRzYWx0c2FsdA"),
    ("scrypt", "scrypt$1024$c2FsdHNhbHRzYWx0c2FsdA$8$1"),
    ("md5", "md5$salt"),
];

/// `ALL` with one of them in front: what new hashes are made with.
fn preferring(algorithm: &'static str) -> Settings {
    let mut hashers = vec![algorithm];
    hashers.extend(ALL.iter().filter(|other| **other != algorithm));
    Settings::new().hashers(&hashers)
}

/// A pair with a user of each hash, who is named by it.
fn with_hashes(settings: &Settings, hashes: &[(&str, Option<&str>)]) -> Pair {
    Pair::on_copies(settings, &countersign(), |oracle| {
        for (algorithm, variety) in hashes {
            let asked = json!({"password": PASSWORD, "algorithm": algorithm, "variety": variety});
            let encoded = oracle.call_text("hash_password", asked);
            let username = format!("{algorithm}{}", variety.unwrap_or_default());
            oracle.call("create_user", json!({"username": username, "password": "x", "encoded": encoded}));
        }
    })
}

/// Both let the user in and write the same kind of hash; Django takes ours.
fn agree_on_login(pair: &Pair, username: &str) {
    let wrong = json!({"username": username, "password": "wrong"});
    pair.agree(401, &Request::post(OBTAIN).json(&wrong));
    pair.agree(200, &login(username));
    pair.agree(200, &login(username));
    pair.same_rows();
    let users = pair.users();
    let encoded = users.ours.row("username", username).text("password");
    let checked = pair.oracle.call("check_password", json!({"password": PASSWORD, "encoded": encoded}));
    assert_eq!(checked, true, "Django does not take {encoded}");
}

#[test]
fn every_hash_is_known_and_written_anew_by_the_preferred_hasher() {
    let mut hashes = ALL.map(|algorithm| (algorithm, None)).to_vec();
    hashes.extend([("argon2", Some("I")), ("argon2", Some("D")), ("argon2", Some("ID"))]);
    let pair = with_hashes(&preferring("md5"), &hashes);
    for (algorithm, variety) in hashes {
        agree_on_login(&pair, &format!("{algorithm}{}", variety.unwrap_or_default()));
    }
    for row in pair.users().ours.rows {
        assert!(row.text("password").starts_with("md5$"), "{row:?}");
    }
}

#[test]
fn every_hasher_writes_as_django_does() {
    for preferred in ALL {
        let pair = with_hashes(&preferring(preferred), &[("md5", None)]);
        agree_on_login(&pair, "md5");
        let users = pair.users();
        assert!(users.ours.row("username", "md5").text("password").starts_with(&format!("{preferred}$")));
    }
}

#[test]
fn a_hash_as_of_today_is_left_alone() {
    for algorithm in ALL {
        let pair = with_hashes(&preferring(algorithm), &[(algorithm, None)]);
        let before = pair.users().ours.row("username", algorithm).text("password").to_owned();
        pair.agree(200, &login(algorithm));
        assert_eq!(pair.users().ours.row("username", algorithm).text("password"), before);
        pair.same_rows();
    }
}

#[test]
fn a_hash_of_old_is_strengthened() {
    for (algorithm, encoded) in OLD {
        let pair = Pair::on_copies(&preferring(algorithm), &countersign(), |oracle| {
            let asked = json!({"password": PASSWORD, "like": encoded});
            let encoded = oracle.call_text("hash_like", asked);
            oracle.call("create_user", json!({"username": "old", "password": "x", "encoded": encoded}));
        });
        agree_on_login(&pair, "old");
    }
    let pair = with_hashes(
        &preferring("argon2"),
        &[("argon2", Some("I")), ("argon2", Some("D")), ("argon2", Some("ID"))],
    );
    for username in ["argon2I", "argon2D", "argon2ID"] {
        agree_on_login(&pair, username);
    }
}

#[test]
fn a_hash_of_a_hasher_not_named_is_refused() {
    let pair = Pair::on_copies(&Settings::new().hashers(&["md5"]), &countersign(), |oracle| {
        people(oracle);
        let encoded = "pbkdf2_sha256$1000$c2FsdA$3vsi1gHGnXRFHUV3bXf0eWhgOwNmzxL5aYvGPsvOcTA=";
        oracle.call("create_user", json!({"username": "foreign", "password": "x", "encoded": encoded}));
    });
    pair.agree(401, &login("foreign"));
    pair.agree(200, &login("ada"));
    pair.same_rows();
}
