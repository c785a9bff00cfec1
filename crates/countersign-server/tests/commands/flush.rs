//! `flushexpiredtokens`: what has expired goes, and nothing else.

use crate::harness::Place;

#[test]
fn expired_tokens_go_and_the_others_stay() {
    let place = Place::with_user("rotate_refresh_tokens = true\nblacklist_after_rotation = true");
    let server = place.serve();
    let tokens = server.tokens();
    let current = server.refresh(&tokens.refresh).text("refresh");
    expire(&place, 7, 3);
    assert_eq!(rows(&place), (9, 4));

    // In the middle of things: two tokens a transaction, and the last one alone.
    let flushed = place.run(&["flushexpiredtokens", "--batch", "2"]);
    assert_eq!((flushed.succeeded(), &*flushed.stderr), ("Deleted 7 expired tokens.\n", ""));
    assert_eq!(rows(&place), (2, 1));
    assert_eq!(server.refresh(&current).status, 200);
    server.refresh(&tokens.refresh).is_refused(401);

    expire(&place, 1, 1);
    assert_eq!(place.run(&["flushexpiredtokens"]).succeeded(), "Deleted 1 expired token.\n");
    assert_eq!(place.run(&["flushexpiredtokens"]).succeeded(), "Deleted 0 expired tokens.\n");
}

#[test]
fn whole_batches_are_no_trap() {
    let place = Place::with_user("");
    expire(&place, 6, 6);
    assert_eq!(place.run(&["flushexpiredtokens", "--batch", "3"]).succeeded(), "Deleted 6 expired tokens.\n");
    assert_eq!(rows(&place), (0, 0));
    place.run(&["flushexpiredtokens", "--batch", "0"]).failed(2, &["--batch"]);
}

#[test]
fn whoever_watches_sees_how_far_it_is() {
    let place = Place::with_user("");
    expire(&place, 7, 0);
    let watched = place.type_at_a_terminal(&["flushexpiredtokens", "--batch", "2"], &[]);
    assert_eq!(watched.code, 0, "{watched:?}");
    assert!(watched.stdout.contains("of 7 tokens deleted"), "{}", watched.stdout);
    assert!(watched.stdout.contains("Deleted 7 expired tokens."), "{}", watched.stdout);
}

#[test]
fn without_the_tables_it_says_what_to_do() {
    let place = Place::with_user("");
    place.sql("DROP TABLE token_blacklist_blacklistedtoken; DROP TABLE token_blacklist_outstandingtoken");
    place.run(&["flushexpiredtokens"]).failed(2, &["has no token_blacklist tables", "`countersign migrate`"]);
}

/// Adds tokens that expired yesterday, some of them on the blacklist.
fn expire(place: &Place, tokens: usize, blacklisted: usize) {
    for number in 0..tokens {
        place.sql(&format!(
            "INSERT INTO token_blacklist_outstandingtoken (token, created_at, expires_at, jti, user_id)
             VALUES ('t', datetime('now', '-2 days'), datetime('now', '-1 days'), 'expired-{number}', 1)"
        ));
    }
    place.sql(&format!(
        "INSERT INTO token_blacklist_blacklistedtoken (blacklisted_at, token_id)
         SELECT datetime('now', '-2 days'), id FROM token_blacklist_outstandingtoken
         WHERE jti LIKE 'expired-%' LIMIT {blacklisted}"
    ));
}

fn rows(place: &Place) -> (u64, u64) {
    (place.count("token_blacklist_outstandingtoken"), place.count("token_blacklist_blacklistedtoken"))
}
