//! From an empty folder to a server that somebody can log in to, command by command.

use std::os::unix::fs::MetadataExt;

use crate::harness::{PASSWORD, Place, Server};

#[test]
fn from_init_to_a_login() {
    let place = Place::empty();
    let init = place.run(&["init"]);
    assert_eq!(
        init.succeeded(),
        "Wrote countersign.toml and countersign.secret.\n\nNext:\n  \
         countersign migrate     # create the tables, unless Django has\n  \
         countersign createuser  # add somebody who can log in\n  \
         countersign serve\n"
    );
    assert!(place.run(&["migrate"]).succeeded().starts_with("Created the database. Created "));
    assert_eq!(place.run(&["migrate"]).succeeded(), "Nothing to do: the tables are there.\n");
    let created = place.feed(&["createuser", "--username", "ada", "--password-stdin"], PASSWORD);
    assert_eq!(created.succeeded(), "Created the user \"ada\" with the id 1.\n");

    let check = place.run(&["check"]);
    let said = check.succeeded();
    for line in [
        "✓ the configuration can be read, in the profile strict\n",
        "✓ the users are in \"auth_user\": \"id\" is the primary key, \"username\" the username\n",
        "✓ the tables of token_blacklist are there\n",
        "✓ [simple_jwt] can be served, tokens are signed with HS256\n",
        "/api/token/refresh/  token_refresh\n",
    ] {
        assert!(said.contains(line), "{line:?} is not in: {said}");
    }
    assert_eq!(check.stderr, "");

    let server = Server::start(place.command(&["serve", "--listen", "127.0.0.1:0"]));
    let tokens = server.tokens();
    assert_eq!(server.get_as(&tokens.access, "/api/token/authenticate/").text("username"), "ada");
    let second = server.refresh(&tokens.refresh).text("refresh");
    assert_ne!(second, tokens.refresh);
    assert_eq!(server.refresh(&tokens.refresh).text("refresh"), second, "an answer may get lost");
    let third = server.refresh(&second).text("refresh");
    server.refresh(&tokens.refresh).is_refused(401);
    server.refresh(&third).is_refused(401);
}

#[test]
fn the_secret_is_for_its_owner_and_nothing_is_overwritten() {
    let place = Place::empty();
    place.run(&["init"]).succeeded();
    let mode = |name: &str| std::fs::metadata(place.path(name)).unwrap().mode() & 0o777;
    assert_eq!(mode("countersign.secret"), 0o600);
    assert_eq!(mode("countersign.toml") & 0o600, 0o600);
    let secret = place.read("countersign.secret");
    assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));

    let config = place.read("countersign.toml");
    place.run(&["init"]).failed(2, &["countersign.toml is there already", "--config"]);
    assert_eq!((place.read("countersign.toml"), place.read("countersign.secret")), (config, secret));

    place.write("other.secret", "somebody's");
    place.run(&["init", "--config", "other.toml"]).failed(2, &["other.secret is there already"]);
    assert!(!place.path("other.toml").exists(), "no half an init");
    assert_eq!(place.read("other.secret"), "somebody's");
}

#[test]
fn init_tells_the_next_steps_for_the_file_it_wrote() {
    let place = Place::empty();
    let url = format!("sqlite://{}", place.path("data.sqlite3").display());
    let init = place.run(&["init", "--config", "my site.toml", "--database", &url]);
    assert!(init.succeeded().contains("\n  countersign serve --config 'my site.toml'\n"), "{init:?}");
    place.run(&["migrate", "--config", "my site.toml"]).succeeded();
    assert!(place.path("data.sqlite3").exists());
    let named = [("COUNTERSIGN_CONFIG", "my site.toml")];
    place.run_with(&["check"], &named, "").succeeded();
    place.run_with(&["init"], &[], "").succeeded();
    place.run(&["init", "--config", "no/folder/c.toml"]).failed(1, &["cannot create no/folder/c.toml"]);
}

#[test]
fn the_strict_profile_takes_no_weak_key() {
    let place = Place::empty();
    place.run(&["init"]).succeeded();
    place.run(&["migrate"]).succeeded();
    for (secret, why) in [("short", "32"), (&"django-insecure-".repeat(4), "django-insecure-")] {
        place.write("countersign.secret", secret);
        for command in ["check", "serve"] {
            let refused = place.run(&[command]);
            refused.failed(2, &["countersign.toml, line", "secret_key", why]);
            assert!(!refused.stderr.contains(secret), "{refused:?}");
        }
        place.edit("profile = \"strict\"", "profile = \"django\"");
        let warned = place.run(&["check"]);
        assert!(warned.succeeded().contains("can be served"));
        assert!(warned.stderr.starts_with("warning: countersign.toml, line"), "{warned:?}");
        place.edit("profile = \"django\"", "profile = \"strict\"");
    }
}
