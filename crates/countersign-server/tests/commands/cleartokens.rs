//! `cleartokens`: what was revoked goes, with `--expired` what is old goes too, as with Django's command of that name.

use std::process::Command;

use crate::harness::{Finished, Place, SECRET, python};

const SETTINGS: &str =
    "[graphql_jwt]\njwt_long_running_refresh_token = true\njwt_refresh_expiration_delta = '2d'";

#[test]
fn what_goes_is_what_djangos_command_deletes() {
    for (expired, sentences) in [
        (false, ["Deleted 4 refresh tokens.\n", "Successfully deleted 4 tokens\n"]),
        (true, ["Deleted 6 refresh tokens.\n", "Successfully deleted 6 tokens\n"]),
    ] {
        let (ours, theirs) = (Place::with_user(SETTINGS), Place::with_user(SETTINGS));
        for place in [&ours, &theirs] {
            fill(place);
        }
        let flag = expired.then_some("--expired");
        let args: Vec<_> = ["cleartokens", "--batch", "2"].into_iter().chain(flag).collect();
        let cleared = ours.run(&args);
        assert_eq!(cleared.succeeded(), sentences[0]);
        assert_eq!(clear_in_django(&theirs, expired).succeeded(), sentences[1]);
        let left = left(&ours);
        assert_eq!(left, self::left(&theirs));
        assert!(left.contains(&"fresh".to_owned()), "{left:?}");
        assert_eq!(left.contains(&"old".to_owned()), !expired);

        assert_eq!(ours.run(&args).succeeded(), "Deleted 0 refresh tokens.\n");
        ours.sql("UPDATE refresh_token_refreshtoken SET revoked = created WHERE token = 'fresh'");
        assert_eq!(ours.run(&args).succeeded(), "Deleted 1 refresh token.\n");
    }
}

#[test]
fn without_its_table_it_says_what_to_do() {
    let place = Place::with_user("[graphql_jwt]");
    place.run(&["cleartokens"]).failed(
        2,
        &[
            "no table \"refresh_token_refreshtoken\" for refresh tokens",
            "jwt_long_running_refresh_token is on",
        ],
    );
    let place = Place::with_user("");
    place.run(&["cleartokens"]).failed(2, &["there is no table [graphql_jwt]"]);
}

#[test]
fn the_tokens_of_before_are_cleared_where_none_are_kept_now() {
    let place = Place::with_user(SETTINGS);
    fill(&place);
    place.edit("jwt_long_running_refresh_token = true", "");
    assert_eq!(place.run(&["cleartokens"]).succeeded(), "Deleted 4 refresh tokens.\n");
}

#[test]
fn where_tokens_are_kept_their_table_is_asked_for() {
    let place = Place::with_user("");
    let kept = [
        ("COUNTERSIGN__GRAPHQL_JWT__JWT_LONG_RUNNING_REFRESH_TOKEN", "true"),
        ("COUNTERSIGN__GRAPHQL_JWT__JWT_VERIFY_EXPIRATION", "true"),
    ];
    for command in ["check", "serve"] {
        place.run_with(&[command], &kept, "").failed(
            2,
            &[
                "graphql_jwt.jwt_long_running_refresh_token is on",
                "`countersign migrate`",
                "Django's own `migrate`",
            ],
        );
    }
    let migrated = place.run_with(&["migrate"], &kept, "");
    assert!(migrated.succeeded().contains("refresh_token_refreshtoken"), "{migrated:?}");
    let checked = place.run_with(&["check"], &kept, "");
    assert!(checked.succeeded().contains("the table of long-running refresh tokens is there"), "{checked:?}");
}

/// Tokens on both sides of two days, some of them revoked. A name tells what a token is.
fn fill(place: &Place) {
    for (token, age, revoked) in [
        ("fresh", "-1 minutes", "NULL"),
        ("almost old", "-2879 minutes", "NULL"),
        ("just old", "-2881 minutes", "NULL"),
        ("old", "-30 days", "NULL"),
        ("fresh and revoked", "-1 minutes", "datetime('now')"),
        ("just old and revoked", "-2881 minutes", "datetime('now', '-1 minutes')"),
        ("old and revoked", "-30 days", "datetime('now', '-29 days')"),
        ("old and just revoked", "-30 days", "datetime('now')"),
    ] {
        place.sql(&format!(
            "INSERT INTO refresh_token_refreshtoken (token, created, revoked, user_id)
             VALUES ('{token}', datetime('now', '{age}'), {revoked}, 1)"
        ));
    }
}

fn left(place: &Place) -> Vec<String> {
    place.rows("SELECT token FROM refresh_token_refreshtoken ORDER BY token").into_iter().flatten().collect()
}

fn clear_in_django(place: &Place, expired: bool) -> Finished {
    let mut command = Command::new(python());
    let database = place.path("db.sqlite3");
    let expired = if expired { "True" } else { "False" };
    let statements = format!(
        "import datetime, django
from django.conf import settings
settings.configure(
    SECRET_KEY={SECRET:?}, USE_TZ=True,
    DATABASES={{'default': {{'ENGINE': 'django.db.backends.sqlite3', 'NAME': '{}'}}}},
    INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth',
                    'strawberry_django_extras.jwt.refresh_token'],
    GRAPHQL_JWT={{'JWT_REFRESH_EXPIRATION_DELTA': datetime.timedelta(days=2)}})
django.setup()
from django.core.management import call_command
call_command('cleartokens', expired={expired}, no_color=True)",
        database.display()
    );
    command.args(["-c", &statements]);
    Finished::of(command, "")
}
