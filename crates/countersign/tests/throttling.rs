//! Guessing passwords, over the store in memory, on a clock that the tests move.

#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::authority::{
    Authority, Client, Credentials, Failure, LoginEvent, PasswordChange, Refusal, Rules,
};
use countersign::clock::{ManualClock, Span, Timestamp};
use countersign::entropy::SystemEntropy;
use countersign::error::ErrorKind;
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::{Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::password_reset::{PasswordResets, ResetMail, ResetMailer, ResetTokens};
use countersign::secret::{Password, SigningSecret};
use countersign::throttle::{Limits, MemoryThrottle};
use countersign::user::{FieldValue, Fields, User, UserKey};
use futures_executor::block_on;
use futures_util::future::join_all;

const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);
const SECRET: &str = "a secret of at least 32 bytes, known to this test";

/// What became of a login.
#[derive(Debug, PartialEq, Eq)]
enum Login {
    Done,
    Wrong,
    /// For so many seconds.
    Throttled(u32),
    Busy,
}
use Login::{Busy, Done, Throttled, Wrong};

struct House {
    authority: Authority<Arc<MemoryStore>>,
    clock: Arc<ManualClock>,
    failures_told: Arc<AtomicUsize>,
    mails: Arc<AtomicUsize>,
}

struct CountedMails(Arc<AtomicUsize>);

impl ResetMailer for CountedMails {
    fn send(&self, _: ResetMail) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl House {
    fn new() -> Self {
        Self::with_queue(1000)
    }

    /// Where so many passwords may wait to be hashed.
    fn with_queue(waiting: usize) -> Self {
        let hashers = PasswordHashers::new(vec![Hasher::Md5]).unwrap();
        let store = Arc::new(MemoryStore::new());
        store.add_user(User {
            key: UserKey::Int(7),
            username: "ada".into(),
            password: hashers.make(&Password::new("pw"), &SystemEntropy),
            is_active: true,
            email: Some("ada@example.org".into()),
            last_login: None,
            fields: Fields::from_iter([("id", FieldValue::Int(7))]),
        });
        let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: waiting.try_into().unwrap() };
        let pool = HashingPool::start(Arc::new(hashers), Arc::new(SystemEntropy), size).unwrap();
        let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(SECRET)).unwrap();
        let rate = |text: &str| Some(text.parse().unwrap());
        let limits = Limits {
            per_pair: rate("10/hour"),
            per_account: rate("20/hour"),
            per_address: rate("50/hour"),
            per_mailbox: rate("2/hour"),
        };
        let (failures_told, mails) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut rules = Rules::default();
        rules.throttle = Arc::new(MemoryThrottle::new(limits, &SystemEntropy));
        let told = Arc::clone(&failures_told);
        rules.login_listener = Arc::new(move |event: LoginEvent<'_>| {
            if matches!(event, LoginEvent::Failed { .. }) {
                told.fetch_add(1, Ordering::SeqCst);
            }
        });
        let mailer = Arc::new(CountedMails(Arc::clone(&mails)));
        let clock = Arc::new(ManualClock::at(NOW));
        let authority = Authority::builder(store, key, pool)
            .rules(rules)
            .clock(clock.clone())
            .password_resets(
                PasswordResets::new(ResetTokens::new(&SigningSecret::new(SECRET))).mailer(mailer),
            )
            .build()
            .unwrap();
        Self { authority, clock, failures_told, mails }
    }

    /// The authority for whoever asks from an address.
    fn from(&self, address: &str) -> Authority<Arc<MemoryStore>> {
        self.authority.for_client(Client::new(Some(address.parse().unwrap()), None))
    }

    fn log_in(&self, username: &str, password: &str, address: &str) -> Login {
        block_on(log_in(&self.from(address), username, password))
    }
}

async fn log_in(authority: &Authority<Arc<MemoryStore>>, username: &str, password: &str) -> Login {
    let credentials = Credentials { username: username.to_owned(), password: Password::new(password) };
    match authority.obtain_pair(&credentials).await {
        Ok(_) => Done,
        Err(Failure::Refused(Refusal::NoActiveAccount)) => Wrong,
        Err(Failure::Refused(Refusal::Throttled(throttled))) => Throttled(throttled.whole_seconds().get()),
        Err(Failure::Undecided(error)) if matches!(error.kind(), ErrorKind::Busy { .. }) => Busy,
        Err(failure) => panic!("{failure}"),
    }
}

const HOME: &str = "192.0.2.1";

#[test]
fn of_two_hundred_guesses_at_once_no_more_are_looked_at_than_one_after_the_other() {
    for username in ["ada", "nobody"] {
        let house = House::new();
        let authority = house.from(HOME);
        let guesses = (0..200).map(|number| {
            let authority = &authority;
            async move { log_in(authority, username, &format!("guess {number}")).await }
        });
        let answers = block_on(join_all(guesses));
        assert_eq!(answers.iter().filter(|answer| **answer == Wrong).count(), 10, "{username}");
        assert_eq!(answers.iter().filter(|answer| **answer == Throttled(360)).count(), 190, "{username}");
        // Whoever listens hears of passwords that were looked at.
        assert_eq!(house.failures_told.load(Ordering::SeqCst), 10);
    }
}

#[test]
fn the_right_password_is_not_looked_at_before_it_is_time() {
    let house = House::new();
    for _ in 0..10 {
        assert_eq!(house.log_in("ada", "wrong", HOME), Wrong);
    }
    assert_eq!(house.log_in("ada", "pw", HOME), Throttled(360));
    assert_eq!(house.log_in("Ada", "pw", HOME), Throttled(360), "in whatever case");
    house.clock.advance(Span::from_micros(500_000));
    assert_eq!(house.log_in("ada", "pw", HOME), Throttled(360), "a second that has begun is a second");
    house.clock.advance(Span::from_micros(359_499_999));
    assert_eq!(house.log_in("ada", "pw", HOME), Throttled(1));
    house.clock.advance(Span::from_micros(1));
    assert_eq!(house.log_in("ada", "pw", HOME), Done);
    for _ in 0..10 {
        assert_eq!(house.log_in("ada", "wrong", HOME), Wrong);
    }
}

#[test]
fn who_logs_in_all_day_never_notices() {
    let house = House::new();
    for _ in 0..500 {
        assert_eq!(house.log_in("ada", "wrong", HOME), Wrong);
        assert_eq!(house.log_in("ada", "pw", HOME), Done);
        house.clock.advance(Span::from_mins(2));
    }
    let authority = house.from(HOME);
    let at_once = block_on(join_all((0..10).map(|_| log_in(&authority, "ada", "pw"))));
    assert!(at_once.iter().all(|answer| *answer == Done), "{at_once:?}");
}

#[test]
fn somebody_who_does_not_exist_is_throttled_like_somebody_who_does() {
    let answers = |username: &str| {
        let house = House::new();
        let addresses = (0..40).map(|number| format!("198.51.100.{}", number % 5));
        addresses.map(|address| house.log_in(username, "wrong", &address)).collect::<Vec<_>>()
    };
    let known = answers("ada");
    assert_eq!(answers("nobody"), known);
    assert_eq!(known.iter().filter(|answer| **answer == Wrong).count(), 20);
    assert_eq!(known[20], Throttled(180));
}

#[test]
fn guesses_from_everywhere_lock_nobody_out_of_where_they_are() {
    let house = House::new();
    assert_eq!(house.log_in("ada", "pw", HOME), Done);
    for number in 0..100 {
        house.log_in("ada", "wrong", &format!("198.51.100.{number}"));
    }
    assert_eq!(house.log_in("ada", "pw", "203.0.113.1"), Throttled(180));
    assert_eq!(house.log_in("ada", "pw", HOME), Done);
}

#[test]
fn what_there_was_no_room_to_hash_was_no_guess() {
    // A thread that is fast may find room for all ten; another house then shows it.
    let (house, answers) = (0..1000)
        .map(|_| {
            let house = House::with_queue(1);
            let authority = house.from(HOME);
            let answers = block_on(join_all((0..10).map(|_| log_in(&authority, "ada", "wrong"))));
            (house, answers)
        })
        .find(|(_, answers)| answers.contains(&Busy))
        .expect("there is not always room");
    let wrong = answers.iter().filter(|answer| **answer == Wrong).count();
    let left = (0..20).filter(|_| house.log_in("ada", "wrong", HOME) == Wrong).count();
    assert_eq!(wrong + left, 10);
}

#[test]
fn a_login_that_is_given_up_half_way_was_one() {
    use futures_util::FutureExt;
    let house = House::new();
    let authority = house.from(HOME);
    for _ in 0..10 {
        assert!(log_in(&authority, "ada", "wrong").now_or_never().is_none_or(|answer| answer == Wrong));
    }
    assert_eq!(house.log_in("ada", "pw", HOME), Throttled(360));
}

#[test]
fn the_old_password_cannot_be_guessed_at_the_change_of_it_either() {
    let house = House::new();
    let authority = house.from(HOME);
    let credentials = Credentials { username: "ada".into(), password: Password::new("pw") };
    let bearer = block_on(authority.obtain_pair(&credentials)).unwrap().access;
    let change = |old: &str, new: &str| {
        let (old, new) = (Password::new(old), Password::new(new));
        let change = PasswordChange { username: "ada".into(), old, new };
        match block_on(authority.change_password(&bearer, &change)) {
            Ok(()) => Done,
            Err(Failure::Refused(Refusal::NoActiveAccount)) => Wrong,
            Err(Failure::Refused(Refusal::Throttled(throttled))) => {
                Throttled(throttled.whole_seconds().get())
            }
            Err(failure) => panic!("{failure}"),
        }
    };
    for _ in 0..5 {
        assert_eq!(change("guess", "new"), Wrong);
    }
    assert_eq!(change("pw", "new"), Done);
    for _ in 0..10 {
        assert_eq!(change("guess", "newer"), Wrong);
    }
    assert_eq!(change("new", "newer"), Throttled(360));
    assert_eq!(house.log_in("ada", "new", HOME), Throttled(360), "a guess is a guess");
}

#[test]
fn nobody_is_mailed_link_after_link() {
    let house = House::new();
    let ask =
        |mailbox: &str, address: &str| match block_on(house.from(address).request_password_reset(mailbox)) {
            Ok(()) => Done,
            Err(Failure::Refused(Refusal::Throttled(throttled))) => {
                Throttled(throttled.whole_seconds().get())
            }
            Err(failure) => panic!("{failure}"),
        };
    for mailbox in ["ada@example.org", "nobody@example.org"] {
        assert_eq!(ask(mailbox, HOME), Done);
        assert_eq!(ask(mailbox, "198.51.100.1"), Done);
        assert_eq!(ask(mailbox, "198.51.100.2"), Throttled(1800), "{mailbox}");
    }
    assert_eq!(ask("ADA@example.org", HOME), Throttled(1800));
    assert_eq!(house.mails.load(Ordering::SeqCst), 2);
    assert_eq!((0..100).filter(|number| ask(&format!("{number}@example.org"), HOME) == Done).count(), 48);
    assert_eq!(house.log_in("ada", "pw", HOME), Done);
    house.clock.advance(Span::from_mins(30));
    assert_eq!(ask("ada@example.org", HOME), Done);
}
