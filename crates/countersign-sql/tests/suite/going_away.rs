//! A client that goes away half-way.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use countersign::secret::PlainToken;
use countersign::store::{Claim, TokenLedger};

use crate::Place;
use crate::suite::{NOW, token};

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
        let (at_once, mut left) = (number % 2 == 0, number / 2 % Place::WAITS_IN_A_ROTATION);
        let mut rotation = pin!(database.rotate(&presented, &successor, NOW));
        let done = poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(false);
            }
            left -= 1;
            match rotation.as_mut().poll(context) {
                Poll::Ready(rotated) => Poll::Ready(rotated.unwrap() == Claim::Won),
                Poll::Pending if left == 0 && at_once => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            }
        });
        finished += u32::from(done.await);
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
