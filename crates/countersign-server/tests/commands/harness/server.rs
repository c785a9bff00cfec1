//! A running `countersign serve`.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{Answer, Client, Lines, PASSWORD};

/// A server on a port of its own. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) stdout: Lines,
    pub(crate) stderr: Lines,
}

/// What a login gives.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Server {
    /// Starts it, and waits until it listens.
    #[track_caller]
    pub(crate) fn start(mut command: Command) -> Self {
        let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let stdout = Lines::of(child.stdout.take().unwrap());
        let stderr = Lines::of(child.stderr.take().unwrap());
        let listening = stderr.wait_for("listening");
        let address = listening.split("http://").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
        Self { child, address, stdout, stderr }
    }

    /// A connection.
    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address)
    }

    /// A `GET` on a connection of its own.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.connect().request("GET", path, &[], "")
    }

    /// A `GET` with a bearer token.
    pub(crate) fn get_as(&self, token: &str, path: &str) -> Answer {
        self.connect().request("GET", path, &[("Authorization", &format!("Bearer {token}"))], "")
    }

    /// A `POST` of JSON on a connection of its own.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.connect().post(path, body)
    }

    /// The answer to a login.
    pub(crate) fn log_in(&self, username: &str, password: &str) -> Answer {
        self.post("/api/token/", &json!({"username": username, "password": password}))
    }

    /// Logs `ada` in.
    #[track_caller]
    pub(crate) fn tokens(&self) -> Tokens {
        self.log_in("ada", PASSWORD).tokens()
    }

    /// The answer to a refresh.
    pub(crate) fn refresh(&self, refresh: &str) -> Answer {
        self.post("/api/token/refresh/", &json!({"refresh": refresh}))
    }

    /// Whether the verify endpoint takes a token.
    pub(crate) fn verify(&self, token: &str) -> Answer {
        self.post("/api/token/verify/", &json!({"token": token}))
    }

    /// Sends `TERM`, `INT` or another signal.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end: the exit code, and everything that was written to standard error.
    #[track_caller]
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let said = self.stderr.all();
        (self.child.wait().unwrap().code(), said)
    }

    /// Stops it, as a supervisor does.
    #[track_caller]
    pub(crate) fn stop(self) -> String {
        self.signal("TERM");
        let (code, said) = self.ended();
        assert_eq!(code, Some(0), "{said}");
        said
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
