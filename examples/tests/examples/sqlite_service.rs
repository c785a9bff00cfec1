//! `sqlite_service`: users in a file.

use std::path::Path;

use countersign_testing::Request;

use crate::harness::Example;

#[test]
fn what_its_documentation_says_is_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    start(folder.path()).walk("src/bin/sqlite_service.rs");
}

#[test]
fn a_second_start_knows_the_users_and_the_tokens_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let [access, refresh] = start(folder.path()).log_in("demo", "demo");
    let again = start(folder.path());
    assert_eq!(again.ask(&Request::get("/me").bearer(&access)).field("username"), "demo");
    let refresh = Request::post("/api/token/refresh/").form(&format!("refresh={refresh}"));
    assert_eq!(again.ask(&refresh).status, 200);
}

fn start(folder: &Path) -> Example {
    Example::start_with(env!("CARGO_BIN_EXE_sqlite_service"), |command| {
        command
            .current_dir(folder)
            .env("SECRET_KEY", "a secret of thirty-two bytes or more")
            .env_remove("DATABASE_URL")
    })
}
