//! What the command line says of itself.

use crate::harness::Place;

#[test]
fn every_command_has_a_help_that_mentions_what_matters() {
    let place = Place::empty();
    for (command, words) in [
        ("", &["serve --dev", "init", "check", "createuser", "flushexpiredtokens", "completions"][..]),
        ("serve", &["--dev", "--listen", "COUNTERSIGN_CONFIG", "COUNTERSIGN_LOG", "SIGTERM"]),
        ("init", &["--config", "--database", "countersign.toml"]),
        (
            "import-django",
            &["--python", "--settings", "--project", "--force", "virtual environment", "left to Django"],
        ),
        ("migrate", &["--config", "Django's migrate"]),
        ("check", &["--config", "wrong"]),
        ("createuser", &["--username", "--password-stdin", "--field", "COLUMN=VALUE"]),
        ("createsuperuser", &["--no-input", "DJANGO_SUPERUSER_USERNAME", "every permission"]),
        ("changepassword", &["--password-stdin", "<USERNAME>"]),
        ("flushexpiredtokens", &["--batch", "1000"]),
        ("cleartokens", &["--expired", "--batch", "jwt_refresh_expiration_delta", "revoked"]),
        ("token", &["inspect", "revoke"]),
        ("token revoke", &["--user", "--config", "countersign token revoke -", "log in again"]),
        ("token inspect", &["--json", "countersign token inspect -"]),
        ("completions", &["bash", "zsh", "fish"]),
    ] {
        let args: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let help = place.run(&args);
        let said = help.succeeded();
        assert!(said.contains(format!("Usage: countersign {command}").trim_end()), "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in the help of {command:?}: {said}");
        }
        assert_eq!(help.stderr, "");
        assert!(said.lines().all(|line| line.chars().count() <= 100), "{said}");
    }
    assert!(place.run(&["--version"]).succeeded().starts_with("countersign 0."));
}

#[test]
fn shells_complete() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish"] {
        let script = place.run(&["completions", shell]);
        for word in ["flushexpiredtokens", "password-stdin"] {
            assert!(script.succeeded().contains(word), "{shell}");
        }
    }
    place.run(&["completions", "tcsh"]).failed(2, &["bash", "fish"]);
}

#[test]
fn what_is_not_understood_is_exit_code_2() {
    let place = Place::empty();
    place.run(&["serv"]).failed(2, &["unrecognized subcommand 'serv'", "'serve'"]);
    place.run(&["serve", "--deb"]).failed(2, &["unexpected argument '--deb'", "'--dev'"]);
    place.run(&["serve", "--listen", "8000"]).failed(2, &["--listen"]);
    assert_eq!(place.run(&[]).code, 2);
}
