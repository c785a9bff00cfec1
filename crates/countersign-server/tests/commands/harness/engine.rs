//! Database servers for the stories that need one.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::place::rows;

/// A kind of database server, of which all tests are given one.
#[derive(Debug)]
pub(crate) struct Engine {
    /// How a URL of it begins.
    pub(crate) scheme: &'static str,
    /// The script that runs a command with one.
    script: &'static str,
    /// The variable in which that says its URL.
    variable: &'static str,
    /// What makes a database, with `{}` for its name.
    create: &'static str,
}

pub(crate) const MARIADB: Engine = Engine {
    scheme: "mysql",
    script: "with-mariadb",
    variable: "COUNTERSIGN_TEST_MARIADB",
    create: "CREATE DATABASE {}",
};

pub(crate) const POSTGRES: Engine = Engine {
    scheme: "postgres",
    script: "with-postgres",
    variable: "COUNTERSIGN_TEST_POSTGRES",
    // From the template that nobody is connected to: tests run side by side.
    create: "CREATE DATABASE {} TEMPLATE template0",
};

/// A new database on the PostgreSQL server that all tests are given.
pub(crate) fn new_database() -> String {
    POSTGRES.new_database()
}

impl Engine {
    /// A new database on the server that all tests are given.
    pub(crate) fn new_database(&self) -> String {
        let Self { variable, script, .. } = self;
        let server = std::env::var(variable).unwrap_or_else(|_| {
            panic!(
                "this test works on a database server: run ./scripts/test, or ./scripts/{script} cargo test, which start \
                 one and set {variable} to its URL"
            )
        });
        self.new_database_at(&server)
    }

    fn new_database_at(&self, server: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("story_{}_{number}", std::process::id());
        rows(server, &self.create.replace("{}", &name));
        format!("{}/{name}", server.rsplit_once('/').unwrap().0)
    }

    /// Starts one as the tests' own is started.
    pub(crate) fn start(&'static self) -> OwnServer {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts").join(self.script);
        // It says where it is, and runs until it has nothing more to read.
        let says = format!("echo ${0}; echo ${0}_CONTROL; cat >/dev/null", self.variable);
        let mut script = Command::new(script)
            .args(["sh", "-c", &says])
            .env_remove(self.variable)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(script.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (url, control) = (said.next().unwrap(), said.next().unwrap());
        OwnServer { engine: self, input: script.stdin.take(), script, url, control }
    }
}

/// A server of the test's own, which it may stop and start. It is gone when it is dropped.
pub(crate) struct OwnServer {
    engine: &'static Engine,
    script: Child,
    input: Option<ChildStdin>,
    url: String,
    control: String,
}

impl OwnServer {
    pub(crate) fn new_database(&self) -> String {
        self.engine.new_database_at(&self.url)
    }

    /// Stops the server, as an operator does who waits for no client unless another mode is named; or starts it again at
    /// the same address. The arguments are those of `pg_ctl`.
    #[track_caller]
    pub(crate) fn control(&self, args: &[&str]) {
        let mut control = Command::new(&self.control);
        assert!(control.args(args).stdout(Stdio::null()).status().unwrap().success(), "{args:?}");
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.script.wait();
    }
}
