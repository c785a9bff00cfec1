//! `createuser`, `createsuperuser`, `changepassword`.

use crate::harness::{PASSWORD, Place};

#[test]
fn a_superuser_is_made_from_djangos_variables() {
    let place = Place::with_user("");
    let variables = [
        ("DJANGO_SUPERUSER_USERNAME", "root"),
        ("DJANGO_SUPERUSER_EMAIL", "Root@Example.ORG"),
        ("DJANGO_SUPERUSER_PASSWORD", "the root of it all"),
    ];
    let created = place.run_with(&["createsuperuser", "--no-input"], &variables, "");
    assert_eq!(created.succeeded(), "Created the superuser \"root\" with the id 2.\n");
    assert_eq!(
        place.rows("SELECT username, email, is_staff, is_superuser, is_active FROM auth_user ORDER BY id"),
        [["ada", "", "0", "0", "1"], ["root", "Root@example.org", "1", "1", "1"]]
    );
    assert_eq!(place.serve().log_in("root", "the root of it all").status, 200);

    // What is said on the command line goes first, and Django's own spelling is understood.
    let mixed = place.run_with(&["createsuperuser", "--noinput", "--username", "second"], &variables, "");
    assert_eq!(mixed.succeeded(), "Created the superuser \"second\" with the id 3.\n");
    place.run(&["createsuperuser", "--no-input"]).failed(2, &["username", "DJANGO_SUPERUSER_USERNAME"]);
    place
        .run(&["createsuperuser", "--no-input", "--username", "third"])
        .failed(2, &["password", "DJANGO_SUPERUSER_PASSWORD"]);
}

#[test]
fn what_cannot_be_a_user_is_told_why() {
    let place = Place::with_user("");
    let create = |username: &str, password: &str, more: &[&str]| {
        place.feed(&[&["createuser", "--username", username, "--password-stdin"], more].concat(), password)
    };
    create("ada", "another", &[]).failed(2, &["there is already a user with the username \"ada\""]);
    create("bob", "", &[]).failed(2, &["the password is blank"]);
    create("bob", "  \t\n", &[]).failed(2, &["the password is blank"]);
    create("bob", " hunter22", &[]).failed(2, &["begins or ends with a blank"]);
    create("  ", "hunter22", &[]).failed(2, &["no username was given"]);
    create("bob", "hunter22", &["--field", "frist_name=Bob"])
        .failed(2, &["has no column \"frist_name\"", "did you mean \"first_name\"?"]);
    create("bob", "hunter22", &["--field", "first_name"]).failed(2, &["COLUMN=VALUE"]);
    create("bob", "hunter22", &["--field", "is_staff=perhaps"]).failed(2, &["is_staff"]);
    // Nobody is there to answer a question.
    place.run(&["createuser"]).failed(2, &["--username"]);
    place.run(&["createuser", "--username", "bob"]).failed(2, &["--password-stdin"]);
    assert_eq!(place.count("auth_user"), 1);

    create("bob", "hunter22", &["--field", "first_name=B = b", "--email", "b@x.org"]).succeeded();
    assert_eq!(place.rows("SELECT first_name FROM auth_user WHERE username = 'bob'"), [["B = b"]]);
}

#[test]
fn a_username_is_kept_in_the_form_in_which_django_compares_it() {
    let place = Place::with_user("");
    // A ligature, fullwidth letters, blanks around it.
    place.create_user(" ﬁｎａ ");
    assert_eq!(place.rows("SELECT username FROM auth_user ORDER BY id"), [["ada"], ["fina"]]);
    place
        .feed(&["createuser", "--username", "ｆina", "--password-stdin"], PASSWORD)
        .failed(2, &["there is already a user with the username \"fina\""]);
    let changed = place.feed(&["changepassword", "ﬁna", "--password-stdin"], "another one");
    assert_eq!(changed.succeeded(), "Changed the password of \"fina\".\n");
    assert_eq!(place.serve().log_in("fina", "another one").status, 200);
}

#[test]
fn a_new_password_takes_the_place_of_the_old_one_at_once() {
    let place = Place::with_user("");
    let server = place.serve();
    assert_eq!(server.log_in("ada", PASSWORD).status, 200);
    let change = |username: &str, password: &str| {
        place.feed(&["changepassword", username, "--password-stdin"], password)
    };
    // Only the first line counts, as `echo` and a file with a line break at its end need it.
    assert_eq!(change("ada", "a new one\r\nmore").succeeded(), "Changed the password of \"ada\".\n");
    server.log_in("ada", PASSWORD).is_refused(401);
    assert_eq!(server.log_in("ada", "a new one").status, 200);

    change("eve", "a new one").failed(2, &["there is no user with the username \"eve\""]);
    change("ada", "").failed(2, &["the password is blank"]);
    let from_variable = [("DJANGO_SUPERUSER_PASSWORD", "third time")];
    place.run_with(&["changepassword", "ada", "--no-input"], &from_variable, "").succeeded();
    assert_eq!(server.log_in("ada", "third time").status, 200);
}

#[test]
fn a_weak_password_is_taken_from_a_script_and_told_of() {
    // DIFFERENCE: Django says nothing of it.
    let place = Place::with_user("");
    let args = ["createuser", "--username", "grace", "--email", "hopper@navy.mil", "--password-stdin"];
    let created = place.feed(&args, "hopper1");
    created.succeeded();
    for warning in [
        "warning: The password is too similar to the email address.",
        "warning: This password is too short. It must contain at least 8 characters.",
    ] {
        assert!(created.stderr.contains(warning), "{created:?}");
    }
    let changed = place.feed(&["changepassword", "grace", "--password-stdin"], "19061209");
    changed.succeeded();
    assert_eq!(changed.stderr, "warning: This password is entirely numeric.\n");
    let variable = [("DJANGO_SUPERUSER_PASSWORD", "password")];
    let quiet = place.run_with(&["changepassword", "grace", "--no-input"], &variable, "");
    assert_eq!(quiet.stderr, "warning: This password is too common.\n");
    assert_eq!(quiet.succeeded(), "Changed the password of \"grace\".\n");

    place.edit("secret_key", "password_validators = []\nsecret_key");
    let changed = place.feed(&["changepassword", "grace", "--password-stdin"], "1");
    assert_eq!((changed.succeeded(), &*changed.stderr), ("Changed the password of \"grace\".\n", ""));
}

#[test]
fn a_person_is_asked_again_and_may_insist_on_a_user_but_not_on_a_change() {
    let place = Place::with_user("");
    let weak = [("Password:", "12345"), ("again):", "12345")];
    let insist = [&weak[..], &[("[y/N]", "n")], &weak[..], &[("[y/N]", "y")]].concat();
    let created = place.type_at_a_terminal(&["createuser", "--username", "grace"], &insist);
    assert_eq!(created.code, 0, "{created:?}");
    assert_eq!(created.stdout.matches("This password is too common.").count(), 2, "{created:?}");
    assert!(created.stdout.contains("Created the user \"grace\""), "{created:?}");

    let given_up = place.type_at_a_terminal(&["changepassword", "grace"], &[weak, weak, weak].concat());
    assert_eq!(given_up.code, 2, "{given_up:?}");
    assert!(given_up.stdout.contains("no password was good enough in 3 attempts"), "{given_up:?}");
    let strong = [("Password:", "a violet stapler"), ("again):", "a violet stapler")];
    let changed = place.type_at_a_terminal(&["changepassword", "grace"], &[weak, strong].concat());
    assert!(changed.succeeded().contains("Changed the password of \"grace\"."), "{changed:?}");
    assert_eq!(place.serve().log_in("grace", "a violet stapler").status, 200);
}

#[test]
fn the_first_hasher_makes_the_hash() {
    let place = Place::with_user("");
    let stored = |place: &Place| place.rows("SELECT password FROM auth_user")[0][0].clone();
    assert!(stored(&place).starts_with("md5$"));
    place.edit("['md5', 'pbkdf2_sha256']", "['pbkdf2_sha256', 'md5']");
    place.feed(&["changepassword", "ada", "--password-stdin"], "another one").succeeded();
    assert!(stored(&place).starts_with("pbkdf2_sha256$1000000$"), "{}", stored(&place));
}

#[test]
fn a_login_does_not_tell_who_there_is() {
    let place = Place::with_user("");
    for name in ["asleep", "locked"] {
        place.create_user(name);
    }
    place.sql("UPDATE auth_user SET is_active = 0 WHERE username = 'asleep'");
    place.sql("UPDATE auth_user SET password = '!' || hex(randomblob(20)) WHERE username = 'locked'");
    let server = place.serve();
    for (username, password) in [("ada", "wrong"), ("nobody", "x"), ("asleep", PASSWORD), ("locked", "!")] {
        let answer = server.log_in(username, password);
        answer.is_refused(401);
        assert_eq!(
            answer.body, r#"{"detail":"No active account found with the given credentials"}"#,
            "{username}"
        );
    }
}
