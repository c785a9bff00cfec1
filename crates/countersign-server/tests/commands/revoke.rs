//! `token revoke`: one token, or everything of a user, by whoever sits at the machine.

use serde_json::json;

use crate::harness::{PASSWORD, Place, SECRET, Server, new_database};

const ROTATING: &str = "rotate_refresh_tokens = true\nblacklist_after_rotation = true\n";

fn sliding(server: &Server) -> String {
    let login = json!({"username": "ada", "password": PASSWORD});
    server.post("/api/token/sliding/", &login).text("token")
}

#[test]
fn everything_of_a_user_is_revoked_and_nothing_of_another() {
    for place in [Place::with_user(ROTATING), Place::with_user_at(&new_database(), ROTATING)] {
        place.create_user("bob");
        let server = place.serve();
        let (first, second, sliding) = (server.tokens(), server.tokens(), sliding(&server));
        let bobs = server.log_in("bob", PASSWORD).tokens();

        let revoked = place.run(&["token", "revoke", "--user", "ada"]);
        assert!(revoked.succeeded().ends_with("3 tokens of \"ada\".\n"), "{revoked:?}");
        assert!(
            revoked.stderr.contains("Access tokens stay good until they expire, the last one in 5 minutes.")
        );
        for token in [&first.refresh, &second.refresh] {
            server.refresh(token).is_refused(401);
        }
        server.post("/api/token/sliding/refresh/", &json!({"token": sliding})).is_refused(401);
        assert_eq!(server.refresh(&bobs.refresh).status, 200);

        // Whoever was logged out may log in again.
        let again = server.tokens();
        assert_eq!(server.refresh(&again.refresh).status, 200);
        let revoked = place.run(&["token", "revoke", "--user", "ada"]);
        assert!(revoked.succeeded().ends_with("1 token of \"ada\".\n"), "{revoked:?}");
        let revoked = place.run(&["token", "revoke", "--user", "ada"]);
        assert!(revoked.succeeded().ends_with("0 tokens of \"ada\".\n"), "{revoked:?}");
    }
}

#[test]
fn djangos_tables_alone_are_enough() {
    let place = Place::with_user("");
    let refresh = place.serve().tokens().refresh;
    place.sql("DROP TABLE countersign_session");
    let revoked = place.run(&["token", "revoke", "--user", "ada"]);
    assert_eq!(revoked.succeeded(), "Revoked 1 token of \"ada\".\n");
    place.serve().refresh(&refresh).is_refused(401);
}

#[test]
fn long_running_refresh_tokens_are_of_a_user_too() {
    let graphql = "[graphql_jwt]\njwt_long_running_refresh_token = true\njwt_verify_expiration = true";
    let place = Place::with_user(graphql);
    place.create_user("bob");
    for (token, user) in [("aa11", 1), ("bb22", 1), ("cc33", 1), ("dd44", 2)] {
        place.sql(&format!(
            "INSERT INTO refresh_token_refreshtoken (token, created, revoked, user_id)
             VALUES ('{token}', datetime('now'), NULL, {user})"
        ));
    }
    let one = place.run(&["token", "revoke", "cc33"]);
    assert_eq!(one.succeeded(), "Revoked a long-running refresh token.\n");
    place.run(&["token", "revoke", "cc33"]).failed(1, &["nothing was revoked"]);
    // Also where they are not served any more.
    place.edit(graphql, "");
    let all = place.run(&["token", "revoke", "--user", "ada"]);
    assert!(all.succeeded().ends_with("0 tokens and 2 long-running refresh tokens of \"ada\".\n"), "{all:?}");
    assert_eq!(place.count("refresh_token_refreshtoken WHERE revoked IS NULL"), 1);
}

#[test]
fn one_token_is_revoked_whatever_its_kind() {
    let place = Place::with_user("");
    let server = place.serve();
    let (tokens, sliding) = (server.tokens(), sliding(&server));
    let revoked = place.run(&["token", "revoke", &tokens.refresh]);
    assert_eq!(revoked.succeeded(), "Revoked a refresh token of SimpleJWT.\n");
    server.refresh(&tokens.refresh).is_refused(401);
    // From a pipe, with blanks around it, as a clipboard gives it.
    let revoked = place.feed(&["token", "revoke", "-"], &format!("  {sliding}\n\n"));
    assert_eq!(revoked.succeeded(), "Revoked a sliding token of SimpleJWT.\n");
    server.post("/api/token/sliding/refresh/", &json!({"token": sliding})).is_refused(401);
    let again = place.run(&["token", "revoke", &tokens.refresh]);
    assert_eq!(again.succeeded(), "This token of SimpleJWT was revoked before.\n");
}

#[test]
fn what_cannot_be_revoked_says_why() {
    let place = Place::with_user("");
    let server = place.serve();
    let tokens = server.tokens();
    let revoke = |token: &str| place.run(&["token", "revoke", token]);
    revoke(&tokens.access).failed(1, &["an access token", "until it expires", "--user"]);
    revoke("not-a-token").failed(1, &["nothing was revoked", "no JWT"]);
    revoke("a.b.c").failed(1, &["nothing was revoked: the token is invalid"]);
    place.edit("[simple_jwt]", "[simple_jwt]\nrefresh_token_lifetime = '-3h'");
    let expired = place.serve().tokens().refresh;
    revoke(&expired).failed(1, &["nothing was revoked: the token has expired"]);
    place.edit(SECRET, "another secret that is certainly long enough for HS256");
    let foreign = revoke(&tokens.refresh);
    foreign.failed(1, &["nothing was revoked: the token is invalid"]);
    assert!(!foreign.stderr.contains(&tokens.refresh), "{foreign:?}");
    assert_eq!(place.count("token_blacklist_blacklistedtoken"), 0);
}

#[test]
fn who_is_not_known_is_told_as_far_as_they_are() {
    let place = Place::with_user("");
    place.sql("UPDATE auth_user SET email = 'ada@example.org'");
    let revoke = |user: &str| place.run(&["token", "revoke", "--user", user]);
    revoke("nobody").failed(2, &["there is no user with the username \"nobody\""]);
    revoke("Ada@example.org").failed(2, &["no user with the username", "it is the email address of \"ada\""]);
    revoke("").failed(2, &["there is no user"]);
    place.run(&["token", "revoke"]).failed(2, &["--user"]);
    place.run(&["token", "revoke", "a.b.c", "--user", "ada"]).failed(2, &["cannot be used with"]);
}

#[test]
fn without_a_blacklist_there_is_nothing_to_revoke() {
    let place = Place::with_user("");
    for table in ["blacklistedtoken", "outstandingtoken"] {
        place.sql(&format!("DROP TABLE token_blacklist_{table}"));
    }
    let advice = &["nothing to revoke", "`countersign migrate`", "is_active"];
    place.run(&["token", "revoke", "--user", "ada"]).failed(2, advice);
    let refresh = place.serve().tokens().refresh;
    place.run(&["token", "revoke", &refresh]).failed(2, &["keeps a blacklist", "`countersign migrate`"]);
    let place = Place::with_user("blacklist = false");
    let refresh = place.serve().tokens().refresh;
    place.run(&["token", "revoke", &refresh]).failed(2, &["no blacklist = false"]);
}
