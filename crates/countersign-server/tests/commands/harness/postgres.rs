//! PostgreSQL servers for the stories that need one.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::place::rows;

/// A new database on the server that all tests are given.
pub(crate) fn new_database() -> String {
    let server = std::env::var("COUNTERSIGN_TEST_POSTGRES").expect(
        "this test works on a PostgreSQL server: run ./scripts/test, or ./scripts/with-postgres cargo test, which \
         start one and set COUNTERSIGN_TEST_POSTGRES to its URL",
    );
    new_database_at(&server)
}

fn new_database_at(server: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let name = format!("story_{}_{number}", std::process::id());
    rows(server, &format!("CREATE DATABASE {name} TEMPLATE template0"));
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

/// A server of the test's own, which it may stop and start. It is gone when it is dropped.
pub(crate) struct PostgresServer {
    script: Child,
    input: Option<ChildStdin>,
    url: String,
    control: String,
}

impl PostgresServer {
    /// Starts one as the tests' own is started.
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/with-postgres");
        // It says where it is, and runs until it has nothing more to read.
        let says = "echo $COUNTERSIGN_TEST_POSTGRES; echo $COUNTERSIGN_TEST_POSTGRES_CONTROL; cat >/dev/null";
        let mut script = Command::new(script)
            .args(["sh", "-c", says])
            .env_remove("COUNTERSIGN_TEST_POSTGRES")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(script.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (url, control) = (said.next().unwrap(), said.next().unwrap());
        Self { input: script.stdin.take(), script, url, control }
    }

    pub(crate) fn new_database(&self) -> String {
        new_database_at(&self.url)
    }

    /// Stops the server, as an operator does who waits for no client unless another mode is named; or starts it again at
    /// the same address. The arguments are those of `pg_ctl`.
    #[track_caller]
    pub(crate) fn control(&self, args: &[&str]) {
        let mut control = Command::new(&self.control);
        assert!(control.args(args).stdout(Stdio::null()).status().unwrap().success(), "{args:?}");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.script.wait();
    }
}
