//! The rules of finding users by their address.

use std::num::NonZeroU32;

use super::common::ok;
use super::fixture::EmailsFixture;
use super::verdict::{Verdict, hold};
use crate::store::Users;

pub(super) async fn rules<F: EmailsFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [
            active_users_are_found_by_email_whatever_its_case,
            what_means_something_in_a_pattern_is_a_letter_of_an_email,
        ]
    );
}

async fn active_users_are_found_by_email_whatever_its_case(fixture: impl EmailsFixture) {
    let mut keys = Vec::new();
    for (name, email) in [
        ("alice", Some("Alice@Example.org")),
        ("bob", Some("bob@example.org")),
        ("carol", Some("alice@example.org")),
        ("dave", None),
        ("erin", Some("")),
    ] {
        let key = fixture.add_user(name).await;
        if let Some(email) = email {
            fixture.set_email(&key, email).await;
        }
        keys.push(key);
    }
    let found = by_email(&fixture, "aLICE@eXAMPLE.ORG", 10).await;
    assert_eq!(found, [("alice", "Alice@Example.org"), ("carol", "alice@example.org")].map(owned));
    assert_eq!(by_email(&fixture, "alice@example.org", 1).await.len(), 1, "no more than asked for");
    for other in ["alice@example.or", "alice@example.orgs", " alice@example.org", "None", "NULL", "alice"] {
        assert_eq!(by_email(&fixture, other, 10).await, [], "{other:?}");
    }
    fixture.deactivate(&keys[0]).await;
    assert_eq!(
        by_email(&fixture, "alice@example.org", 1).await,
        [owned(("carol", "alice@example.org"))],
        "who is not active takes nobody's place"
    );
}

async fn what_means_something_in_a_pattern_is_a_letter_of_an_email(fixture: impl EmailsFixture) {
    for (number, email) in EMAILS.iter().enumerate() {
        let key = fixture.add_user(&format!("user-{number}")).await;
        fixture.set_email(&key, email).await;
    }
    for (number, email) in EMAILS.iter().enumerate() {
        let name = format!("user-{number}");
        assert_eq!(by_email(&fixture, email, 10).await, [(name, (*email).to_owned())]);
    }
    for pattern in ["%", "%@example.org", "a_@example.org", "a\\", "' OR 1=1 --", "[a]%", "\0"] {
        assert_eq!(by_email(&fixture, pattern, 10).await, [], "{pattern:?}");
    }
}

/// Names and emails as stored, in the order of the names.
async fn by_email(fixture: &impl EmailsFixture, email: &str, limit: u32) -> Vec<(String, String)> {
    let limit = NonZeroU32::new(limit).expect("the limit is not zero");
    let found = ok(fixture.store().find_active_by_email(email, limit).await).into_iter();
    let mut found: Vec<_> = found.map(|user| (user.username, user.email.unwrap_or_default())).collect();
    found.sort();
    found
}

fn owned((name, email): (&str, &str)) -> (String, String) {
    (name.to_owned(), email.to_owned())
}

const EMAILS: [&str; 6] = [
    "a%@example.org",
    "a_@example.or",
    "ab@example.org",
    "a\\b@example.org",
    "a'b@example.org",
    "a[b]@example.org",
];
