//! A login storm: a bounded number is worked on, the rest is sent away, and nothing else is slowed.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::harness::{Answer, PASSWORD, Place};

#[test]
fn a_storm_of_logins_is_turned_away_and_verifications_go_on() {
    let place = Place::with_user("");
    place.edit("['md5', 'pbkdf2_sha256']", "['pbkdf2_sha256', 'md5']");
    place.edit("[simple_jwt]", "[password_hashing]\nthreads = 1\nqueue = 1\n[simple_jwt]");
    place.feed(&["changepassword", "ada", "--password-stdin"], PASSWORD).succeeded();
    let server = place.serve();
    let token = server.tokens().access;

    let (start, is_over, hashed) = (Barrier::new(LOGINS), AtomicBool::new(false), AtomicUsize::new(0));
    let (tell, told) = mpsc::channel::<Answer>();
    thread::scope(|scope| {
        for number in 0..LOGINS {
            let (tell, server, start, is_over, hashed) = (tell.clone(), &server, &start, &is_over, &hashed);
            scope.spawn(move || {
                let password = if number % 2 == 0 { PASSWORD } else { "wrong" };
                start.wait();
                // The storm lasts until it was seen that it harms nobody.
                loop {
                    let answer = server.log_in("ada", password);
                    hashed.fetch_add(usize::from(answer.status != 503), Ordering::SeqCst);
                    tell.send(answer).unwrap();
                    if is_over.load(Ordering::SeqCst) {
                        break;
                    }
                }
            });
        }
        drop(tell);
        // One is turned away: the thread has a password to hash, and another one waits for it.
        let busy = told.iter().find(|answer| answer.status == 503).unwrap();
        busy.is_refused(503);
        assert_eq!(busy.body, r#"{"detail":"Too many logins at once, try again later."}"#);
        let seconds: u32 = busy.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds));

        let before = hashed.load(Ordering::SeqCst);
        assert_eq!(server.verify(&token).status, 200);
        let meanwhile = hashed.load(Ordering::SeqCst) - before;
        is_over.store(true, Ordering::SeqCst);
        assert!(meanwhile <= 1, "a verification waited while {meanwhile} passwords were hashed");
    });
    let rest: Vec<u16> = told.iter().map(|answer| answer.status).collect();
    assert!(rest.iter().all(|status| [200, 401, 503].contains(status)), "{rest:?}");
    assert!(rest.iter().any(|status| *status != 503), "some are let in: {rest:?}");
    assert_eq!(server.log_in("ada", PASSWORD).status, 200);
}

const LOGINS: usize = 12;
