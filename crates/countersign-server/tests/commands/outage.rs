//! The database goes away and comes back, under a server that goes on.

use std::fs;
use std::sync::mpsc;
use std::thread;

use serde_json::json;

use crate::harness::{PASSWORD, Place};

#[test]
fn what_needs_no_row_goes_on_and_the_rest_recovers_alone() {
    let place = Place::with_user("");
    let server = place.serve();
    let tokens = server.tokens();
    let (file, away) = (place.path("db.sqlite3"), place.path("away.sqlite3"));

    fs::rename(&file, &away).unwrap();
    for _ in 0..2 {
        let ready = server.get("/readyz");
        assert_eq!((ready.status, &*ready.body), (503, "the database does not answer"));
        let authenticated = server.get_as(&tokens.access, "/api/token/authenticate/");
        for answer in [server.log_in("ada", PASSWORD), server.refresh(&tokens.refresh), authenticated] {
            answer.is_refused(503);
            assert_eq!(answer.body, r#"{"detail":"Service temporarily unavailable, try again later."}"#);
            assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
        }
        assert_eq!(server.get("/healthz").status, 200);
        assert_eq!(server.verify(&tokens.access).status, 200);
        server.verify("x").is_refused(401);
    }
    assert!(!file.exists(), "nothing is put in its place");

    fs::rename(&away, &file).unwrap();
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.refresh(&tokens.refresh).status, 200);
    server.tokens();
}

#[test]
fn a_killed_server_has_kept_its_word() {
    let place = Place::with_user("rotate_refresh_tokens = true\nblacklist_after_rotation = true");
    let server = place.serve();
    let (first, mut client) = (server.tokens().refresh, server.connect());
    let (tell, told) = mpsc::channel();
    let last = thread::scope(|scope| {
        let chain = scope.spawn(move || {
            let mut current = first;
            // Until the server is gone in the middle of a refresh.
            while let Some(answer) = client.try_post("/api/token/refresh/", &json!({"refresh": current})) {
                current = answer.text("refresh");
                let _ = tell.send(());
            }
            current
        });
        assert_eq!(told.iter().take(20).count(), 20);
        server.signal("KILL");
        chain.join().unwrap()
    });
    assert_eq!(server.ended().0, None);

    let server = place.serve();
    let answer = server.refresh(&last);
    // Either the last refresh never was, or it is done and its answer was lost: nothing lies between.
    assert!([200, 401].contains(&answer.status), "{answer:?}");
    let outstanding = place.count("token_blacklist_outstandingtoken");
    assert!(outstanding >= 21);
    assert_eq!(outstanding, place.count("token_blacklist_blacklistedtoken") + 1);
}
