//! A client that goes away half-way.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use countersign::authority::Client;
use countersign::clock::Span;
use countersign::secret::PlainToken;
use countersign::store::{Advance, Claim, SessionRules, Sessions, Step, TokenLedger, UserLookup, Users};

use crate::Place;
use crate::suite::{NOW, add_user, token};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_no_half_rotation_and_no_lock() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    let mut finished = 0;
    for number in 0..480 {
        let (from, to) = (format!("from-{number}"), format!("to-{number}"));
        let (presented, successor) = (token(&from, &text, None), token(&to, &text, None));
        // A rotation waits for the database a few times. It is dropped right when it begins to wait for the
        // time that its number says, or when the database has answered and it has not heard yet.
        let (at_once, left) = (number % 2 == 0, number / 2 % Place::WAITS_IN_A_ROTATION);
        let rotated = unless_it_goes(database.rotate(&presented, &successor, NOW), left, at_once).await;
        finished += u32::from(rotated.is_some_and(|rotated| rotated.unwrap() == Claim::Won));
    }
    assert!((1..480).contains(&finished), "some go away and some stay: {finished} stayed");
    // Nothing is left open: a writer gets its turn, and so does another process.
    database.record(&token("last", &text, None)).await.unwrap();
    place.run(Place::LOCK_AND_LEAVE).await;
    let halves = place
        .rows(
            "SELECT replace(replace(jti, 'from-', ''), 'to-', '') FROM token_blacklist_outstandingtoken WHERE jti LIKE '%-%'
             GROUP BY 1 HAVING count(*) <> 2",
        )
        .await;
    assert!(halves.is_empty(), "{halves:?}");
    let claims = place.rows("SELECT count(*) FROM token_blacklist_blacklistedtoken").await;
    let rotations =
        place.rows("SELECT count(*) FROM token_blacklist_outstandingtoken WHERE jti LIKE 'to-%'").await;
    assert_eq!(claims, rotations);
    assert!(rotations[0][0].parse::<u32>().unwrap() >= finished, "what was told to be done is done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_no_half_step_of_a_session() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    let database = place.connect().await;
    let ada = database.find(UserLookup::Username("ada")).await.unwrap().unwrap();
    let rules = SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None };
    let (text, client) = (PlainToken::new("token"), Client::default());
    let mut finished = 0;
    for number in 0..480 {
        let (from, to) = (format!("from-{number}"), format!("to-{number}"));
        let (presented, successor) = (token(&from, &text, Some(&ada.key)), token(&to, &text, Some(&ada.key)));
        let rotation = Advance {
            session: &from,
            presented: &presented,
            issued_at: NOW,
            successor: &successor,
            user: &ada,
            client: &client,
            at: NOW,
            rules: &rules,
        };
        // A session that is found here is made in the same transaction, so there is more to wait for.
        let left = number / 2 % (2 * Place::WAITS_IN_A_ROTATION);
        let step = unless_it_goes(database.advance_session(&rotation), left, number % 2 == 0).await;
        finished += u32::from(step.is_some_and(|step| step.unwrap() == Step::Advanced));
    }
    assert!((1..480).contains(&finished), "some go away and some stay: {finished} stayed");
    assert!(database.revoke_everything_of(&ada.key, None, NOW).await.unwrap().sessions >= finished.into());
    place.run(Place::LOCK_AND_LEAVE).await;
    let whole = "SELECT count(*) FROM countersign_session s
                 JOIN token_blacklist_outstandingtoken o ON o.jti = s.current_jti
                 JOIN token_blacklist_outstandingtoken p ON p.jti = s.parent_jti
                 WHERE s.generation = 1 AND s.id = s.parent_jti";
    let tables =
        ["countersign_session", "token_blacklist_blacklistedtoken", "token_blacklist_outstandingtoken"];
    let mut counts = Vec::new();
    for sql in
        [whole.to_owned()].into_iter().chain(tables.map(|table| format!("SELECT count(*) FROM {table}")))
    {
        counts.push(place.rows(&sql).await[0][0].parse::<u32>().unwrap());
    }
    let whole = counts[0];
    assert_eq!(counts, [whole, whole, 2 * whole, 2 * whole]);
}

/// What the store answers, unless the client is gone before: when it has waited so many times, at once or when the database has
/// answered and it has not heard yet.
async fn unless_it_goes<T>(work: impl Future<Output = T>, mut left: usize, at_once: bool) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if left == 0 && at_once => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
