//! `own_store_hashmap` and `own_store_table`: users of a program's own. That they keep the rules of a store is tested beside them.

use countersign_testing::Request;

use crate::harness::Example;

#[test]
fn what_their_documentation_says_is_what_happens() {
    let service = Example::start(env!("CARGO_BIN_EXE_own_store_hashmap"));
    service.walk("src/bin/own_store_hashmap.rs");
    let folder = tempfile::tempdir().unwrap();
    let table = env!("CARGO_BIN_EXE_own_store_table");
    let service = Example::start_with(table, |command| command.current_dir(&folder));
    service.walk("src/bin/own_store_table.rs");
}

#[test]
fn a_member_who_logged_out_stays_so_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let table = env!("CARGO_BIN_EXE_own_store_table");
    let start = || Example::start_with(table, |command| command.current_dir(&folder).env("SIGNING_KEY", KEY));
    let service = start();
    let [_, refresh] = service.log_in("ada", "correct horse");
    let form = format!("refresh={refresh}");
    assert_eq!(service.ask(&Request::post("/api/token/blacklist/").form(&form)).status, 200);
    drop(service);
    let refused = start().ask(&Request::post("/api/token/refresh/").form(&form));
    assert_eq!((refused.status, refused.field("detail")), (401, "Token is blacklisted".to_owned()));
}

const KEY: &str = "a key of fifty characters, which outlives a restart";
