use futures_util::future::FutureExt;

use super::*;
use crate::clock::Span;
use crate::throttle::{Purpose, Rate};

const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);
const HOME: &str = "192.0.2.1";

fn limits() -> Limits {
    let rate = |text: &str| Some(text.parse::<Rate>().unwrap());
    Limits {
        per_pair: rate("3/hour"),
        per_account: rate("10/hour"),
        per_address: rate("30/hour"),
        per_mailbox: rate("2/hour"),
    }
}

fn throttle(limits: Limits) -> MemoryThrottle {
    MemoryThrottle::counting(Buckets::new(limits, b"secret"))
}

fn login(
    throttle: &MemoryThrottle,
    account: &str,
    address: &str,
    at: Timestamp,
) -> Result<Box<dyn Admission>, Span> {
    attempt(throttle, Purpose::Login, account, Some(address), at)
}

fn attempt(
    throttle: &MemoryThrottle,
    purpose: Purpose,
    account: &str,
    address: Option<&str>,
    at: Timestamp,
) -> Result<Box<dyn Admission>, Span> {
    let address = address.map(|address| address.parse().unwrap());
    let attempt = Attempt { purpose, account, address, at };
    let answer = throttle.attempt(attempt).now_or_never().unwrap();
    answer.map_err(|throttled| throttled.retry_after)
}

fn succeed(admission: Box<dyn Admission>) {
    admission.succeeded().now_or_never().unwrap();
}

/// How many failures are let through, one after the other at one moment; at most a thousand.
fn failures(throttle: &MemoryThrottle, account: &str, address: &str, at: Timestamp) -> usize {
    (0..1000).take_while(|_| login(throttle, account, address, at).is_ok()).count()
}

fn stranger(number: u32) -> String {
    format!("198.51.{}.{}", number / 256, number % 256)
}

#[test]
fn a_pair_has_its_limit_and_is_told_when_it_has_room() {
    let throttle = throttle(limits());
    assert_eq!(failures(&throttle, "ada", HOME, NOW), 3);
    let wait = login(&throttle, "ada", HOME, NOW).err().unwrap();
    assert_eq!(wait, Span::from_mins(20));
    assert_eq!(login(&throttle, "ADA", HOME, NOW + Span::from_secs(1)).err(), Some(Span::from_secs(1199)));
    assert!(login(&throttle, "bob", HOME, NOW).is_ok(), "another account");
    assert!(login(&throttle, "ada", &stranger(1), NOW).is_ok(), "another address");
    assert_eq!(failures(&throttle, "ada", HOME, NOW + wait), 1);
    assert_eq!(failures(&throttle, "ada", HOME, NOW + Span::from_days(1)), 3);
}

#[test]
fn an_account_has_its_limit_over_all_addresses() {
    let throttle = throttle(limits());
    let let_through: usize = (0..50).map(|number| failures(&throttle, "ada", &stranger(number), NOW)).sum();
    assert_eq!(let_through, 10);
    assert_eq!(login(&throttle, "ada", HOME, NOW).err(), Some(Span::from_mins(6)));
    assert!(login(&throttle, "bob", HOME, NOW).is_ok());
}

#[test]
fn an_address_has_its_limit_over_all_accounts() {
    let throttle = throttle(limits());
    let let_through =
        (0..100).filter(|number| login(&throttle, &format!("u{number}"), HOME, NOW).is_ok()).count();
    assert_eq!(let_through, 30);
    assert_eq!(login(&throttle, "ada", HOME, NOW).err(), Some(Span::from_mins(2)));
    assert!(login(&throttle, "ada", &stranger(1), NOW).is_ok());
}

#[test]
fn who_is_refused_is_counted_by_nobody() {
    let throttle = throttle(limits());
    assert_eq!(failures(&throttle, "ada", HOME, NOW), 3);
    for _ in 0..100 {
        assert!(login(&throttle, "ada", HOME, NOW).is_err());
    }
    let others: usize = (0..50).map(|number| failures(&throttle, "ada", &stranger(number), NOW)).sum();
    assert_eq!(others, 7, "the account counted three");
    let elsewhere =
        (0..100).filter(|number| login(&throttle, &format!("u{number}"), HOME, NOW).is_ok()).count();
    assert_eq!(elsewhere, 27, "the address counted three");
}

#[test]
fn a_success_forgets_the_pairs_failures_and_nobody_elses() {
    let throttle = throttle(limits());
    for number in 0..29 {
        assert!(login(&throttle, &format!("u{number}"), HOME, NOW).is_ok());
        succeed(login(&throttle, "mallory", HOME, NOW).unwrap());
    }
    assert!(login(&throttle, "u29", HOME, NOW).is_ok());
    assert!(login(&throttle, "mallory", HOME, NOW).is_err(), "the address keeps its failures");

    let throttle = self::throttle(limits());
    for _ in 0..1000 {
        succeed(login(&throttle, "ada", HOME, NOW).unwrap());
    }
    assert_eq!(failures(&throttle, "ada", HOME, NOW), 3);
}

#[test]
fn what_was_not_decided_did_not_happen() {
    let throttle = throttle(limits());
    for _ in 0..1000 {
        login(&throttle, "ada", HOME, NOW).unwrap().withdrawn().now_or_never().unwrap();
    }
    assert_eq!(failures(&throttle, "ada", HOME, NOW), 3);
    let wait = login(&throttle, "ada", HOME, NOW).err();
    assert_eq!(wait, Some(Span::from_mins(20)));
}

#[test]
fn what_is_being_decided_counts_already() {
    let throttle = throttle(limits());
    let pending: Vec<_> = (0..1000).filter_map(|_| login(&throttle, "ada", HOME, NOW).ok()).collect();
    assert_eq!(pending.len(), 3);
    pending.into_iter().for_each(succeed);
    assert_eq!(failures(&throttle, "ada", HOME, NOW), 3, "all of it was given back");
}

#[test]
fn nobody_is_locked_out_from_where_they_logged_in_lately() {
    let throttle = throttle(limits());
    succeed(login(&throttle, "ada", HOME, NOW).unwrap());
    let later = NOW + Span::from_days(29);
    for number in 0..50 {
        failures(&throttle, "ada", &stranger(number), later);
    }
    assert!(login(&throttle, "ada", "203.0.113.7", later).is_err(), "from elsewhere");
    succeed(login(&throttle, "ada", HOME, later).unwrap());
    // There, as many guesses are allowed as anywhere.
    assert_eq!(failures(&throttle, "ada", HOME, later), 3);

    let month_later = later + Span::from_days(30);
    for number in 0..50 {
        failures(&throttle, "ada", &stranger(number), month_later);
    }
    assert!(login(&throttle, "ada", HOME, month_later).is_err(), "that was too long ago");
}

#[test]
fn without_an_address_the_account_alone_counts() {
    let throttle = throttle(limits());
    let try_it = || attempt(&throttle, Purpose::Login, "ada", None, NOW);
    succeed(try_it().unwrap());
    assert_eq!((0..100).filter(|_| try_it().is_ok()).count(), 10);
    assert!(login(&throttle, "ada", HOME, NOW).is_err());
}

#[test]
fn what_has_no_limit_is_not_limited_and_spares_nobody() {
    let throttle = throttle(Limits { per_pair: None, per_address: None, ..limits() });
    succeed(login(&throttle, "ada", HOME, NOW).unwrap());
    assert_eq!(failures(&throttle, "ada", HOME, NOW), 10);
    let free =
        self::throttle(Limits { per_pair: None, per_account: None, per_address: None, per_mailbox: None });
    assert_eq!(failures(&free, "ada", HOME, NOW), 1000);
}

#[test]
fn requests_for_mails_count_whatever_becomes_of_them_and_apart_from_logins() {
    let throttle = throttle(limits());
    let ask = |mailbox: &str, address: &str| {
        attempt(&throttle, Purpose::PasswordReset, mailbox, Some(address), NOW)
    };
    for _ in 0..2 {
        succeed(ask("ada@example.org", HOME).unwrap());
    }
    assert_eq!(ask("Ada@Example.ORG", &stranger(1)).err(), Some(Span::from_mins(30)));
    assert_eq!((0..100).filter(|number| ask(&format!("{number}@example.org"), HOME).is_ok()).count(), 28);
    assert_eq!(failures(&throttle, "ada@example.org", HOME, NOW), 3);
}

#[test]
fn whoever_brings_many_names_does_not_wipe_out_what_is_near_its_limit() {
    let room = 1000;
    let throttle = MemoryThrottle::with_room(Buckets::new(limits(), b"secret"), room);
    assert_eq!(failures(&throttle, "ada", HOME, NOW), 3);
    for number in 0..50_000_u32 {
        let address = format!("2001:db8:{:x}:{:x}::1", number >> 16, number & 0xffff);
        drop(login(&throttle, &format!("u{number}"), &address, NOW));
        let books = lock(&throttle.books);
        assert!(books.empty_at.len() <= room, "{}", books.empty_at.len());
    }
    assert_eq!(login(&throttle, "ada", HOME, NOW).err(), Some(Span::from_mins(20)));
}

#[test]
fn known_pairs_are_bounded_too_and_what_is_idle_leaves_nothing() {
    let throttle = MemoryThrottle::with_room(Buckets::new(limits(), b"secret"), 100);
    for number in 0..1000 {
        let later = NOW + Span::from_secs(number);
        succeed(login(&throttle, &format!("u{number}"), HOME, later).unwrap());
    }
    let books = lock(&throttle.books);
    assert!(books.known.len() <= 100);
    assert_eq!(books.empty_at.len(), 0);
}

#[test]
fn threads_that_try_at_once_share_the_limit() {
    let throttle = throttle(limits());
    let let_through = std::thread::scope(|scope| {
        let guess = || (0..50).filter(|_| login(&throttle, "ada", HOME, NOW).is_ok()).count();
        let threads = [(); 8].map(|()| scope.spawn(guess));
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
    });
    assert_eq!(let_through, 3);
}
