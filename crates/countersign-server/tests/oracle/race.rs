//! Row 1 of SECURITY.md: many refreshes of one token, and one successor.

use std::thread;

use countersign_testing::{Response, Settings, token};

use super::support::*;

/// DIFFERENCE: the genuine packages look first and write then, so that several win.
#[test]
fn of_fifty_refreshes_of_one_token_one_wins() {
    let pair =
        pair(&Settings::new().set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true));
    let ours = pair.addresses().ours;
    let first = login("ada").send(ours).field("refresh");

    let answers: Vec<Response> = thread::scope(|scope| {
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(|| refresh(&first).send(ours))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });

    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(winners.len(), 1, "{answers:?}\n{}", pair.our_stderr());
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!((loser.status, loser.text().as_str()), (401, BLACKLISTED_BODY), "{}", pair.our_stderr());
    }
    let outstanding = pair.table(OUTSTANDING).ours;
    let blacklisted = pair.table(BLACKLISTED).ours;
    assert_eq!((outstanding.rows.len(), blacklisted.rows.len()), (2, 1));
    let spent = outstanding.row("jti", token::claim(&first, "jti"));
    blacklisted.row("token_id", spent.value("id").clone());
    let successor = winners[0].field("refresh");
    outstanding.row("token", successor.as_str());
    assert_eq!(refresh(&successor).send(ours).status, 200);
}

const BLACKLISTED_BODY: &str = r#"{"detail":"Token is blacklisted","code":"token_not_valid"}"#;
