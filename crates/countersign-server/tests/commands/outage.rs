//! The database goes away and comes back, under a server that goes on.

use std::fs;

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
