//! The genuine packages, running.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};

use crate::process::{Ending, Process};
use crate::{OracleDatabase, Request, Settings};

/// A Django project with the genuine packages, served on a free port until dropped.
pub struct Oracle {
    address: String,
    process: Process,
}

impl Oracle {
    /// Serves the project so configured, on `database`, which need not be there yet. The configuration is written to a
    /// file at `configuration`.
    pub fn start(settings: &Settings, database: &OracleDatabase, configuration: &Path) -> Self {
        let mut command = python(settings, database, configuration);
        command.arg("serve");
        let (process, address) = Process::start(command, Ending::ClosedInput, |line| {
            line.strip_prefix("oracle ready http://").map(str::to_owned)
        });
        Self { address, process }
    }

    /// The address to connect to.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What the project wrote to standard error so far: tracebacks, above all.
    pub fn stderr(&self) -> String {
        self.process.stderr()
    }

    /// Runs a function of the oracle's `project/control.py` with named arguments.
    ///
    /// # Panics
    ///
    /// With Python's traceback when the function raises.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "so that a json! fits in as it stands")]
    pub fn call(&self, function: &str, arguments: Value) -> Value {
        let asked = json!({"function": function, "arguments": arguments});
        let mut answer = Request::post("/_oracle/").json(&asked).send(&self.address).json();
        match answer.get("error") {
            Some(error) => {
                panic!("{function} raised:\n{}", error.as_str().expect("a traceback is text"))
            }
            None => answer["result"].take(),
        }
    }

    /// [`call`](Self::call) for a function whose result is text.
    #[track_caller]
    pub fn call_text(&self, function: &str, arguments: Value) -> String {
        match self.call(function, arguments) {
            Value::String(text) => text,
            other => panic!("{function} gave {other} where a text was expected"),
        }
    }

    /// Makes an empty database with every table of the project.
    pub(crate) fn migrate(settings: &Settings, database: &OracleDatabase, folder: &Path) {
        Self::call_once(settings, database, folder, "migrate", &json!({}));
    }

    /// A new key pair for an asymmetric algorithm: the private and the public key in PEM, and the public one as JWK.
    pub fn make_keys(algorithm: &str) -> [String; 3] {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let keys = Self::call_once(
            &Settings::new(),
            &OracleDatabase::Sqlite(folder.path().join("none.sqlite3")),
            folder.path(),
            "make_keys",
            &json!({"algorithm": algorithm}),
        );
        serde_json::from_value(keys).expect("keys are texts")
    }

    /// Runs one function without serving.
    fn call_once(
        settings: &Settings,
        database: &OracleDatabase,
        folder: &Path,
        function: &str,
        arguments: &Value,
    ) -> Value {
        let output = python(settings, database, &folder.join("once.json"))
            .args(["call", function, &arguments.to_string()])
            .output()
            .expect("the oracle's Python starts");
        assert!(output.status.success(), "{function}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("the oracle prints JSON")
    }
}

/// The oracle's program in the Python that has the genuine packages.
fn python(settings: &Settings, database: &OracleDatabase, configuration: &Path) -> Command {
    fs::write(configuration, settings.for_the_oracle(database).to_string())
        .expect("the temporary folder can be written");
    let interpreter = env::var_os("COUNTERSIGN_ORACLE_PYTHON").expect(
        "COUNTERSIGN_ORACLE_PYTHON is not set. Run ./scripts/test, or: \
         export COUNTERSIGN_ORACLE_PYTHON=$(./scripts/oracle-venv)",
    );
    let mut command = Command::new(interpreter);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/oracle.py"))
        .env("ORACLE_CONFIG", configuration)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("DJANGO_SETTINGS_MODULE");
    command
}
