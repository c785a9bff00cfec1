//! Two throttles with one Redis, each as a server of its own would have it.

use std::env;
use std::net::IpAddr;
use std::sync::Arc;

use countersign::clock::{Clock, Span, SystemClock};
use countersign::entropy::{SystemEntropy, uuid4_hex};
use countersign::throttle::{Admission, Attempt, Buckets, Limits, Purpose, Throttle, Throttled};
use countersign_redis::{RedisServer, RedisThrottle};

const HOME: [u8; 4] = [203, 0, 113, 7];
const ELSEWHERE: [u8; 4] = [198, 51, 100, 1];

#[tokio::test]
async fn what_one_counts_the_other_knows() {
    let [one, other] = two(&secret()).await;
    for throttle in [&one, &other, &one] {
        failed(throttle, HOME).await;
    }
    let Throttled { retry_after } = refused(&other, HOME).await;
    assert!(retry_after > Span::from_mins(19) && retry_after <= Span::from_mins(20), "{retry_after:?}");
    assert!(refused(&one, HOME).await.retry_after <= retry_after, "a refusal counts nothing");
    failed(&other, ELSEWHERE).await;
}

#[tokio::test]
async fn a_success_forgets_the_failures_of_the_pair_at_every_server() {
    let [one, other] = two(&secret()).await;
    failed(&one, HOME).await;
    failed(&one, HOME).await;
    attempt(&other, HOME).await.unwrap().succeeded().await;
    for throttle in [&one, &other, &one] {
        failed(throttle, HOME).await;
    }
    refused(&other, HOME).await;
}

#[tokio::test]
async fn who_has_logged_in_from_somewhere_is_not_kept_out_by_guesses_from_elsewhere() {
    let [one, other] = two(&secret()).await;
    attempt(&one, HOME).await.unwrap().succeeded().await;
    // The limit of the account, from as many addresses.
    for number in 0..6 {
        failed(&other, [198, 51, 100, number]).await;
    }
    refused(&other, [198, 51, 100, 99]).await;
    attempt(&other, HOME).await.unwrap().succeeded().await;
}

#[tokio::test]
async fn an_attempt_about_which_nothing_was_decided_is_given_back() {
    let [one, other] = two(&secret()).await;
    for throttle in [&one, &other, &one, &other, &one] {
        attempt(throttle, HOME).await.unwrap().withdrawn().await;
    }
    for throttle in [&one, &other, &one] {
        failed(throttle, HOME).await;
    }
    refused(&other, HOME).await;
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_no_more_than_one_after_the_other() {
    let throttles = two(&secret()).await.map(Arc::new);
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..100 {
        let throttle = Arc::clone(&throttles[number % 2]);
        guesses.spawn(async move { attempt(&throttle, HOME).await.is_ok() });
    }
    assert_eq!(guesses.join_all().await.into_iter().filter(|is_let_through| *is_let_through).count(), 3);
}

#[tokio::test]
async fn whoever_has_another_secret_counts_for_themselves() {
    let [one, _] = two(&secret()).await;
    let [stranger, _] = two(&secret()).await;
    for _ in 0..3 {
        failed(&one, HOME).await;
    }
    refused(&one, HOME).await;
    failed(&stranger, HOME).await;
}

#[tokio::test]
async fn where_there_is_no_redis_each_counts_by_itself() {
    let nowhere = "redis://127.0.0.1:1".parse().unwrap();
    let secret = secret();
    let one = RedisThrottle::start(&nowhere, buckets(&secret)).await;
    let other = RedisThrottle::start(&nowhere, buckets(&secret)).await;
    for throttle in [&one, &other] {
        for _ in 0..3 {
            failed(throttle, HOME).await;
        }
        refused(throttle, HOME).await;
    }
    assert_eq!(format!("{one:?}"), "RedisThrottle { .. }");
}

/// Two servers with one secret.
async fn two(secret: &str) -> [RedisThrottle; 2] {
    let url = env::var("COUNTERSIGN_TEST_REDIS").expect("./scripts/with-redis says where Redis is");
    let redis: RedisServer = url.parse().expect("it is a URL of Redis");
    [RedisThrottle::start(&redis, buckets(secret)).await, RedisThrottle::start(&redis, buckets(secret)).await]
}

/// Three failures of a pair, six of an account.
fn buckets(secret: &str) -> Buckets {
    let rate = |text: &str| Some(text.parse().expect("it is a rate"));
    let limits = Limits { per_pair: rate("3/hour"), per_account: rate("6/hour"), ..Limits::default() };
    Buckets::new(limits, secret.as_bytes())
}

/// One that no other test has, whose names are therefore its own.
fn secret() -> String {
    uuid4_hex(&SystemEntropy)
}

async fn attempt(throttle: &RedisThrottle, address: [u8; 4]) -> Result<Box<dyn Admission>, Throttled> {
    let address = Some(IpAddr::from(address));
    throttle
        .attempt(Attempt { purpose: Purpose::Login, account: "ada", address, at: SystemClock.now() })
        .await
}

/// A login with a wrong password: what is let through and not told to have succeeded goes on counting.
async fn failed(throttle: &RedisThrottle, address: [u8; 4]) {
    attempt(throttle, address).await.expect("there is room");
}

async fn refused(throttle: &RedisThrottle, address: [u8; 4]) -> Throttled {
    attempt(throttle, address).await.err().expect("there is no room")
}
