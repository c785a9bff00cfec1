//! The genuine packages and Countersign, side by side.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::settings::MAILS;
use crate::{CountersignServer, Family, Oracle, Request, Response, Settings, Table, UserModel, compare};

/// Two services that are configured alike, on equal databases.
pub struct Pair {
    settings: Settings,
    /// The genuine packages, also for what only they can do: making users and odd tokens.
    pub oracle: Oracle,
    compared: Compared,
    databases: Both<PathBuf>,
    _folder: TempDir,
}

/// What the genuine packages are compared with.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A `countersign` binary.
    Countersign(PathBuf),
    /// The genuine packages once more: what a comparison finds then is its own fault.
    Genuine,
}

/// Something of the genuine packages' and the like of Countersign's.
#[derive(Clone, Debug)]
pub struct Both<T> {
    /// The genuine packages'.
    pub theirs: T,
    /// Countersign's.
    pub ours: T,
}

enum Compared {
    Countersign(CountersignServer),
    Genuine(Oracle),
}

impl Pair {
    /// Starts both on copies of one database. `prepare` makes the users that both shall have.
    pub fn on_copies(settings: &Settings, subject: &Subject, prepare: impl FnOnce(&Oracle)) -> Self {
        Self::start(settings, subject, "ours.sqlite3", prepare)
    }

    /// Starts both on one database.
    pub fn on_one_database(settings: &Settings, subject: &Subject, prepare: impl FnOnce(&Oracle)) -> Self {
        Self::start(settings, subject, THEIR_DATABASE, prepare)
    }

    fn start(
        settings: &Settings,
        subject: &Subject,
        our_database: &str,
        prepare: impl FnOnce(&Oracle),
    ) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let databases =
            Both { theirs: THEIR_DATABASE, ours: our_database }.map(|name| folder.path().join(name));
        fs::write(&databases.theirs, empty_database(settings)).expect("the temporary folder can be written");
        let oracle = Oracle::start(settings, &databases.theirs);
        prepare(&oracle);
        if databases.ours != databases.theirs {
            fs::copy(&databases.theirs, &databases.ours).expect("the temporary folder can be written");
        }
        let compared = match subject {
            Subject::Countersign(binary) => {
                let toml = settings.for_countersign(&databases.ours);
                if settings.keeps_sessions() {
                    CountersignServer::migrate(binary, &toml, folder.path());
                }
                Compared::Countersign(CountersignServer::start(binary, &toml, folder.path()))
            }
            Subject::Genuine => Compared::Genuine(Oracle::start(settings, &databases.ours)),
        };
        Self { settings: settings.clone(), oracle, compared, databases, _folder: folder }
    }

    /// The addresses of both services.
    pub fn addresses(&self) -> Both<&str> {
        let ours = match &self.compared {
            Compared::Countersign(server) => server.address(),
            Compared::Genuine(oracle) => oracle.address(),
        };
        Both { theirs: self.oracle.address(), ours }
    }

    /// Sends both the same request and returns the answers, which must be the same and have this status.
    #[track_caller]
    pub fn agree(&self, status: u16, request: &Request) -> Both<Response> {
        self.agree_each(status, &Both { theirs: request.clone(), ours: request.clone() })
    }

    /// Sends each its own request, which differ only in what that side said before: its own tokens.
    #[track_caller]
    pub fn agree_each(&self, status: u16, requests: &Both<Request>) -> Both<Response> {
        let answers = self.send(requests);
        if let Some(disagreement) = Self::disagreement(status, requests, &answers) {
            panic!("{disagreement}\n\nCountersign wrote:\n{}", self.our_stderr());
        }
        answers
    }

    /// [`agree`](Self::agree) for many requests, which do not depend on each other. Tells all that fail, not just one.
    #[track_caller]
    pub fn agree_all(&self, cases: &[(u16, Request)]) {
        let failures: Vec<_> = cases
            .iter()
            .filter_map(|(status, request)| {
                let requests = Both { theirs: request.clone(), ours: request.clone() };
                Self::disagreement(*status, &requests, &self.send(&requests))
            })
            .collect();
        assert!(
            failures.is_empty(),
            "{} of {} requests:\n\n{}\n\nCountersign wrote:\n{}",
            failures.len(),
            cases.len(),
            failures.join("\n----\n"),
            self.our_stderr(),
        );
    }

    /// Sends each its request and compares nothing.
    #[track_caller]
    pub fn send(&self, requests: &Both<Request>) -> Both<Response> {
        let addresses = self.addresses();
        Both { theirs: requests.theirs.send(addresses.theirs), ours: requests.ours.send(addresses.ours) }
    }

    /// The path of the database that Countersign works on.
    pub fn database(&self) -> &Path {
        &self.databases.ours
    }

    /// What both tables hold.
    pub fn table(&self, name: &str) -> Both<Table> {
        self.dump(name, "id")
    }

    /// Both user tables.
    pub fn users(&self) -> Both<Table> {
        self.dump(self.settings.user_model().table(), self.settings.user_model().username_field())
    }

    fn disagreement(status: u16, requests: &Both<Request>, answers: &Both<Response>) -> Option<String> {
        let mut found = compare::differences(&answers.theirs, &answers.ours);
        if answers.theirs.status != status {
            found.push(format!("status {status} was expected"));
        }
        let (theirs, ours) = (&answers.theirs, &answers.ours);
        let found = found.join("\n");
        (!found.is_empty()).then(|| {
            format!("{found}\n\n{:?}\n\nGenuine: {theirs:?}\n\nCountersign: {ours:?}", requests.ours)
        })
    }

    fn dump(&self, name: &str, order: &str) -> Both<Table> {
        self.databases.as_ref().map(|database| {
            let asked = json!({"database": database, "table": name, "order": order});
            Table::new(name, self.oracle.call("dump_rows", asked))
        })
    }

    /// Asks that both user tables and, where the apps are installed, both ledgers and refresh tokens hold the same.
    #[track_caller]
    pub fn same_rows(&self) {
        let mut tables = vec![self.users()];
        if self.settings.blacklist() {
            let (mut outstanding, mut blacklisted) = (self.table(OUTSTANDING), self.table(BLACKLISTED));
            for (outstanding, blacklisted) in [
                (&mut outstanding.theirs, &mut blacklisted.theirs),
                (&mut outstanding.ours, &mut blacklisted.ours),
            ] {
                blacklisted.renumber("id", &blacklisted.column("id"));
                blacklisted.renumber("token_id", &outstanding.column("id"));
                outstanding.renumber("id", &outstanding.column("id"));
            }
            tables.extend([outstanding, blacklisted]);
        }
        if self.settings.family() == Family::GraphqlJwt {
            tables.push(self.table(REFRESH_TOKENS));
        }
        let found: Vec<_> = tables.iter().flat_map(|table| table.theirs.differences(&table.ours)).collect();
        let shown = |Both { theirs, ours }: &Both<Table>| format!("Genuine {theirs:?}\nCountersign {ours:?}");
        let shown: Vec<_> = tables.iter().map(shown).collect();
        assert!(found.is_empty(), "{}\n\n{}", found.join("\n"), shown.join("\n\n"));
    }

    /// A token of the oracle's `make_token`, good or odd, that is not outstanding anywhere.
    #[track_caller]
    pub fn make_token(&self, arguments: Value) -> String {
        self.oracle.call_text("make_token", arguments)
    }

    /// The mails that Countersign wrote so far, each as it would be sent.
    pub fn our_mails(&self) -> Vec<String> {
        let folder = self.databases.ours.with_file_name(MAILS);
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        files.filter_map(|file| fs::read_to_string(file.path()).ok()).collect()
    }

    /// Runs an SQL statement on both databases. It must change one row.
    #[track_caller]
    pub fn execute(&self, statement: &str, values: &[&str]) {
        for database in [&self.databases.theirs, &self.databases.ours] {
            let asked = json!({"database": database, "statement": statement, "values": values});
            assert_eq!(self.oracle.call("execute", asked), 1, "{statement} {values:?}");
        }
    }

    /// What Countersign wrote to standard error so far.
    pub fn our_stderr(&self) -> String {
        match &self.compared {
            Compared::Countersign(server) => server.stderr(),
            Compared::Genuine(oracle) => oracle.stderr(),
        }
    }
}

impl<T> Both<T> {
    /// Does the same with either.
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> Both<U> {
        Both { theirs: make(self.theirs), ours: make(self.ours) }
    }

    /// Borrows either.
    pub fn as_ref(&self) -> Both<&T> {
        Both { theirs: &self.theirs, ours: &self.ours }
    }
}

impl Both<Response> {
    /// A text at the top of each JSON body.
    #[track_caller]
    pub fn field(&self, name: &str) -> Both<String> {
        Both { theirs: self.theirs.field(name), ours: self.ours.field(name) }
    }
}

/// The table of tokens that were issued.
pub(crate) const OUTSTANDING: &str = "token_blacklist_outstandingtoken";
/// The table of those that were taken back.
pub(crate) const BLACKLISTED: &str = "token_blacklist_blacklistedtoken";
/// The table of long-running refresh tokens.
const REFRESH_TOKENS: &str = "refresh_token_refreshtoken";
const THEIR_DATABASE: &str = "theirs.sqlite3";

/// The bytes of a database with the tables that these settings want, made once by Django itself.
fn empty_database(settings: &Settings) -> Vec<u8> {
    type Made = HashMap<(Family, UserModel, bool), Vec<u8>>;
    static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);

    let mut made = MADE.lock().expect("a failed migration fails every test");
    made.entry((settings.family(), settings.user_model(), settings.blacklist()))
        .or_insert_with(|| {
            let folder = tempfile::tempdir().expect("the temporary folder can be written");
            let database = folder.path().join("empty.sqlite3");
            Oracle::migrate(settings, &database);
            fs::read(database).expect("Django made the database")
        })
        .clone()
}
