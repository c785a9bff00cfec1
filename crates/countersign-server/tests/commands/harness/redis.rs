//! Redis servers for the stories that need one.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use redis::{Client, Connection};

/// A server of the test's own, which it may stop and start. It is gone when it is dropped.
pub(crate) struct RedisServer {
    script: Child,
    input: Option<ChildStdin>,
    pub(crate) url: String,
    /// The same with TLS, and a file with the certificate that it shows.
    pub(crate) tls_url: String,
    pub(crate) certificate: String,
    control: String,
}

impl RedisServer {
    /// Starts one as the tests' own is started.
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/with-redis");
        // It says where it is, and runs until it has nothing more to read.
        let says = "echo $COUNTERSIGN_TEST_REDIS; echo $COUNTERSIGN_TEST_REDIS_TLS; \
                    echo $COUNTERSIGN_TEST_REDIS_CERTIFICATE; echo $COUNTERSIGN_TEST_REDIS_CONTROL; cat >/dev/null";
        let mut script = Command::new(script)
            .args(["sh", "-c", says])
            .env_remove("COUNTERSIGN_TEST_REDIS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(script.stdout.take().unwrap()).lines().map_while(Result::ok);
        let [url, tls_url, certificate, control] = [(); 4].map(|()| said.next().unwrap());
        Self { input: script.stdin.take(), script, url, tls_url, certificate, control }
    }

    /// Stops the server as an operator does, or starts it again at the same address.
    #[track_caller]
    pub(crate) fn control(&self, command: &str) {
        let mut control = Command::new(&self.control);
        assert!(control.arg(command).stdout(Stdio::null()).status().unwrap().success(), "{command}");
    }

    /// A connection of an operator's.
    pub(crate) fn connect(&self) -> Connection {
        Client::open(&*self.url).unwrap().get_connection().unwrap()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.script.wait();
    }
}
