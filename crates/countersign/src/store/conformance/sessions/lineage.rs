//! What a token is worth in its session.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::super::common::{NOW, by_name, ok, outstanding};
use super::super::verdict::{Verdict, hold};
use super::{
    SessionsFixture, Turn, advance, advance_by, after, begin, ledger, repeated, sessions, text, user,
};
use crate::authority::Client;
use crate::clock::Span;
use crate::secret::StoredPassword;
use crate::store::conformance::PASSWORD;
use crate::store::{Advance, SessionRules, Sessions, Step, StoreErrorKind, Users};
use crate::user::User;

pub(super) async fn rules<F: SessionsFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [
            a_token_is_consumed_for_its_successor,
            a_lost_answer_is_repeated_for_a_while,
            only_the_immediate_parent_is_repeated,
            of_many_with_one_token_one_advances_and_the_others_get_its_successor,
            of_many_that_find_a_session_one_begins_it,
            a_session_ends_by_its_rules,
            a_user_who_changed_is_told_and_nothing_else,
            a_taken_successor_undoes_the_step,
        ]
    );
}

async fn a_token_is_consumed_for_its_successor(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    begin(&fixture, &alice, "other").await;
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 60)).await, Step::Advanced);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R2", "R3", 90)).await, Step::Advanced);
    let found = sessions(&fixture, &alice.key, 100).await;
    assert_eq!(found.iter().map(|session| &*session.id).collect::<Vec<_>>(), ["R1", "other"]);
    assert_eq!((found[0].generation, found[1].generation), (2, 0));
    assert_eq!((found[0].created_at, found[0].last_used_at), (NOW, after(90)));
    assert_eq!(found[0].expires_at, after(90) + Span::from_days(1));
    let used = vec!["R1".to_owned(), "R2".to_owned()];
    assert_eq!(ledger(&fixture).await, (used, vec!["R3".to_owned(), "other".to_owned()]));
    let rows = fixture.outstanding().await;
    let first = rows.iter().find(|row| row.jti == "R1").expect("R1 is there");
    assert_eq!(first.blacklisted_at, Some(after(60)));
}

async fn a_lost_answer_is_repeated_for_a_while(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 60)).await, Step::Advanced);
    for secs in [58, 60, 70] {
        let step = advance(&fixture, &alice, Turn("R1", "R1", "never", secs)).await;
        assert_eq!(step, repeated("R2"), "{secs}");
    }
    assert_eq!(ledger(&fixture).await, (vec!["R1".to_owned()], vec!["R2".to_owned()]));
    assert_eq!(sessions(&fixture, &alice.key, 70).await[0].generation, 1);

    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "never", 71)).await, Step::Reused);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "never", 71)).await, Step::Revoked, "told once");
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R2", "never", 61)).await, Step::Revoked);
    assert_eq!(ledger(&fixture).await, (vec!["R1".to_owned(), "R2".to_owned()], vec![]));
    assert_eq!(sessions(&fixture, &alice.key, 71).await, []);
    assert!(ok(fixture.store().is_session_revoked_allowing_stale("R1").await));
}

/// All in one moment: order is by generation, not by time.
async fn only_the_immediate_parent_is_repeated(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 0)).await, Step::Advanced);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R2", "R3", 0)).await, Step::Advanced);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R2", "never", 0)).await, repeated("R3"));
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "never", 0)).await, Step::Reused);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R2", "never", 0)).await, Step::Revoked);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R3", "never", 0)).await, Step::Revoked);
    assert_eq!(ledger(&fixture).await, (["R1", "R2", "R3"].map(String::from).to_vec(), vec![]));
}

async fn of_many_with_one_token_one_advances_and_the_others_get_its_successor(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    one_advances(fixture, alice).await;
}

async fn of_many_that_find_a_session_one_begins_it(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    one_advances(fixture, alice).await;
}

/// Fifty refresh R1 at once.
async fn one_advances(fixture: impl SessionsFixture, alice: User) {
    let fixture = Arc::new(fixture);
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        let (fixture, alice) = (Arc::clone(&fixture), alice.clone());
        tasks.spawn(async move {
            let successor = format!("successor-{number}");
            let step = advance(&*fixture, &alice, Turn("R1", "R1", &successor, 5)).await;
            (successor, step)
        });
    }
    let (won, lost): (Vec<_>, Vec<_>) =
        tasks.join_all().await.into_iter().partition(|(_, step)| *step == Step::Advanced);
    let [(winner, _)] = &*won else { panic!("{} advanced", won.len()) };
    assert!(lost.iter().all(|(_, step)| *step == repeated(winner)), "{lost:?}");
    assert_eq!(ledger(&*fixture).await, (vec!["R1".to_owned()], vec![winner.clone()]));
    let session = &sessions(&*fixture, &alice.key, 5).await[0];
    assert_eq!((&*session.id, session.generation), ("R1", 1));
}

async fn a_session_ends_by_its_rules(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    let rules = |lifetime, idle| SessionRules { reuse_grace: Span::from_secs(10), lifetime, idle };
    let hour = Some(Span::from_mins(60));
    for (id, next, rules) in [("R1", "R2", rules(hour, None)), ("S1", "S2", rules(None, hour))] {
        begin(&fixture, &alice, id).await;
        let turn = Turn(id, id, next, 3599);
        assert_eq!(advance_by(&fixture, &alice, turn, &rules).await, Step::Advanced);
    }
    let turn = Turn("S1", "S2", "S3", 3600 + 3598);
    assert_eq!(advance_by(&fixture, &alice, turn, &rules(None, hour)).await, Step::Advanced);
    let late = [
        (Turn("R1", "R2", "never", 3600), rules(hour, None)),
        (Turn("S1", "S3", "never", 3600 + 3598 + 3600), rules(None, hour)),
        (Turn("D1", "D1", "never", 3600), rules(hour, None)),
    ];
    for (turn, rules) in &late {
        assert_eq!(advance_by(&fixture, &alice, *turn, rules).await, Step::Expired);
        assert_eq!(advance_by(&fixture, &alice, *turn, rules).await, Step::Expired, "it is told so again");
    }
    let (used, good) = ledger(&fixture).await;
    assert_eq!((used.len(), good.len()), (6, 0), "another server refuses them too");
}

async fn a_user_who_changed_is_told_and_nothing_else(fixture: impl SessionsFixture) {
    let [old, new] = [PASSWORD, "md5$salt$new"].map(StoredPassword::new);
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    let turn = Turn("R1", "R1", "R2", 1);
    assert!(ok(fixture.store().replace_password(&alice.key, &old, &new).await));
    assert_eq!(advance(&fixture, &alice, turn).await, Step::UserChanged);
    let alice = by_name(&fixture, "alice").await.expect("alice is there");
    fixture.deactivate(&alice.key).await;
    assert_eq!(advance(&fixture, &alice, turn).await, Step::UserChanged);
    let inactive = by_name(&fixture, "alice").await.expect("alice is there");
    fixture.remove_user(&alice.key).await;
    assert_eq!(advance(&fixture, &inactive, turn).await, Step::UserChanged);
    assert_eq!(ledger(&fixture).await, (vec![], vec!["R1".to_owned()]));
}

async fn a_taken_successor_undoes_the_step(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    begin(&fixture, &alice, "taken").await;
    let (presented, taken) = (text("R1"), text("taken"));
    let rotation = Advance {
        session: "R1",
        presented: &outstanding("R1", &presented, Some(&alice.key)),
        issued_at: NOW,
        successor: &outstanding("taken", &taken, Some(&alice.key)),
        user: &alice,
        client: &Client::default(),
        at: NOW,
        rules: &SessionRules { reuse_grace: Span::ZERO, lifetime: None, idle: None },
    };
    let error = fixture.store().advance_session(&rotation).await.expect_err("two tokens have one id");
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
    assert_eq!(ledger(&fixture).await.0, Vec::<String>::new());
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 1)).await, Step::Advanced);
}
