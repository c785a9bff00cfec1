//! A folder of its own, and the commands that are run there.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ColumnIndex, ConnectOptions, Decode, Row, Type};
use tempfile::TempDir;

use super::django::python;
use super::{PASSWORD, SECRET, Server};

/// A temporary folder, in which commands find nothing of the machine's own configuration.
pub(crate) struct Place {
    _root: TempDir,
    folder: PathBuf,
    database: String,
}

impl Place {
    /// With nothing in it.
    pub(crate) fn empty() -> Self {
        Self::named("place")
    }

    /// With nothing in it, and this name.
    pub(crate) fn named(name: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(name);
        fs::create_dir(&folder).unwrap();
        let database = format!("sqlite://{}", folder.join("db.sqlite3").display());
        Self { _root: root, folder, database }
    }

    /// With a configuration: quick hashes, a good key, SQLite, and `settings` below `[simple_jwt]`.
    pub(crate) fn configured(settings: &str) -> Self {
        let place = Self::empty();
        place.configure(settings);
        place
    }

    /// The same with the database at this URL.
    pub(crate) fn configured_at(database: &str, settings: &str) -> Self {
        let place = Self { database: database.to_owned(), ..Self::empty() };
        place.configure(settings);
        place
    }

    /// Writes the configuration anew.
    pub(crate) fn configure(&self, settings: &str) {
        self.write(
            "countersign.toml",
            &format!(
                "secret_key = '{SECRET}'\npassword_hashers = ['md5', 'pbkdf2_sha256']\n\
                 [server]\nlisten = '127.0.0.1:0'\n[database]\nurl = '{}'\n[simple_jwt]\n{settings}\n",
                self.database,
            ),
        );
    }

    /// With a configuration, a database, and the user `ada`.
    pub(crate) fn with_user(settings: &str) -> Self {
        Self::configured(settings).prepared()
    }

    /// The same with the database at this URL.
    pub(crate) fn with_user_at(database: &str, settings: &str) -> Self {
        Self::configured_at(database, settings).prepared()
    }

    fn prepared(self) -> Self {
        self.run(&["migrate"]).succeeded();
        self.create_user("ada");
        self
    }

    /// Adds a user with the usual [`PASSWORD`].
    pub(crate) fn create_user(&self, username: &str) {
        self.feed(&["createuser", "--username", username, "--password-stdin"], PASSWORD).succeeded();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The texts of the files in a folder.
    pub(crate) fn texts(&self, folder: &str) -> Vec<String> {
        let files = fs::read_dir(self.path(folder)).unwrap();
        files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }

    /// Puts `new` where `old` stands in the configuration.
    pub(crate) fn edit(&self, old: &str, new: &str) {
        let text = self.read("countersign.toml");
        assert!(text.contains(old), "{old:?} is not in the configuration:\n{text}");
        self.write("countersign.toml", &text.replace(old, new));
    }

    /// The binary, to be run here, with nothing of ours in its environment.
    pub(crate) fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(args).current_dir(&self.folder);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["COUNTERSIGN", "DJANGO", "NO_COLOR"].iter().any(|ours| text.starts_with(ours)) {
                command.env_remove(&name);
            }
        }
        command
    }

    /// Runs a command to its end, with nothing to read.
    pub(crate) fn run(&self, args: &[&str]) -> Finished {
        self.run_with(args, &[], "")
    }

    /// Runs a command with this on its standard input.
    pub(crate) fn feed(&self, args: &[&str], input: &str) -> Finished {
        self.run_with(args, &[], input)
    }

    /// Runs a command with variables in its environment.
    pub(crate) fn run_with(&self, args: &[&str], environment: &[(&str, &str)], input: &str) -> Finished {
        let mut command = self.command(args);
        command.envs(environment.iter().copied());
        Finished::of(command, input)
    }

    /// Runs a command at a terminal, where a person answers each question; what was on the screen.
    pub(crate) fn type_at_a_terminal(&self, args: &[&str], answers: &[(&str, &str)]) -> Finished {
        let ours = self.command(args);
        let mut command = Command::new(python());
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/terminal.py"));
        command.arg(serde_json::to_string(answers).unwrap()).arg(ours.get_program()).args(ours.get_args());
        command.current_dir(&self.folder).env("NO_COLOR", "1");
        Finished::on_screen(command, "")
    }

    /// Starts `countersign serve` as configured.
    pub(crate) fn serve(&self) -> Server {
        Server::start(self.command(&["serve"]))
    }

    /// Runs statements in the database, as another program would.
    pub(crate) fn sql(&self, sql: &str) {
        self.rows(sql);
    }

    /// The rows of a query; columns must be texts.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        rows(&self.database, sql)
    }

    /// The one number that a query gives.
    pub(crate) fn count(&self, from: &str) -> u64 {
        self.rows(&format!("SELECT CAST(count(*) AS TEXT) FROM {from}"))[0][0].parse().unwrap()
    }
}

/// The rows of a query in the database at a URL; columns must be texts.
pub(crate) fn rows(url: &str, sql: &str) -> Vec<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    runtime.block_on(async {
        if let Some(file) = url.strip_prefix("sqlite://") {
            let mut database = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
            sql.fetch_all(&mut database).await.unwrap().iter().map(texts).collect()
        } else {
            let mut database = url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
            sql.fetch_all(&mut database).await.unwrap().iter().map(texts).collect()
        }
    })
}

fn texts<R: Row>(row: &R) -> Vec<String>
where
    usize: ColumnIndex<R>,
    String: for<'a> Decode<'a, R::Database> + Type<R::Database>,
{
    (0..row.len()).map(|at| row.get_unchecked::<String, _>(at)).collect()
}

/// A command that has ended, and everything that it said.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// Runs any command to its end.
    pub(crate) fn of(command: Command, input: &str) -> Self {
        let finished = Self::on_screen(command, input);
        assert!(!finished.stdout.contains('\x1b'), "no colours in a pipe: {finished:?}");
        assert!(!finished.stderr.contains('\x1b'), "no colours in a pipe: {finished:?}");
        finished
    }

    /// The same, with what only a terminal is told.
    fn on_screen(mut command: Command, input: &str) -> Self {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        // A command that reads nothing may be gone before all is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What it printed, and it ended well.
    #[track_caller]
    pub(crate) fn succeeded(&self) -> &str {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        &self.stdout
    }

    /// It ended with this code, and said all of this to standard error in one error.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stderr.matches("error: ").count(), 1, "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in: {}", self.stderr);
        }
    }
}
