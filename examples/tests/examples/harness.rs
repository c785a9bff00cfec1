//! An example, running, and what its documentation says to try.

use std::path::Path;
use std::process::Command;

use countersign_testing::{Request, Response, Service};

/// An example, until it is dropped.
pub(crate) struct Example(Service);

impl Example {
    /// Starts a binary, told to listen on any port that is free.
    pub(crate) fn start(binary: &str) -> Self {
        Self::start_with(binary, |command| command)
    }

    /// The same, with what `prepare` adds: variables of the environment, a folder to work in.
    pub(crate) fn start_with(binary: &str, prepare: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut command = Command::new(binary);
        prepare(command.arg("127.0.0.1:0"));
        Self(Service::start(command))
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        self.0.address()
    }

    /// What it answers.
    #[track_caller]
    pub(crate) fn ask(&self, request: &Request) -> Response {
        request.send(self.0.address())
    }

    /// Logs in with SimpleJWT's form, and gives the access and the refresh token.
    #[track_caller]
    pub(crate) fn log_in(&self, username: &str, password: &str) -> [String; 2] {
        let form = format!("username={username}&password={password}");
        let answer = self.ask(&Request::post("/api/token/").form(&form));
        ["access", "refresh"].map(|token| answer.field(token))
    }

    /// Runs the commands in the documentation of a source of this package, which must print what it says they print.
    #[track_caller]
    pub(crate) fn walk(&self, source: &str) {
        self.walk_with(source, &[]);
    }

    /// The same with variables that the documentation takes for granted.
    #[track_caller]
    pub(crate) fn walk_with(&self, source: &str, variables: &[(&str, &str)]) {
        walk(source, &[("127.0.0.1:8000", self.address())], variables);
    }
}

/// [`Example::walk_with`], where more than one address is another than the documentation says.
#[track_caller]
pub(crate) fn walk(source: &str, instead: &[(&str, &str)], variables: &[(&str, &str)]) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(package.join("../scripts/walk"));
    command.arg(package.join(source)).current_dir(&folder).envs(variables.iter().copied());
    command.args(instead.iter().map(|(written, real)| format!("{written}={real}")));
    let output = command.output().expect("scripts/walk starts: it needs Python 3");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
}
