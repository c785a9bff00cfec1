//! The genuine packages and Countersign, side by side.

use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::settings::MAILS;
use crate::{
    Both, CountersignServer, Family, Oracle, OracleDatabase, Request, Response, Settings, Subject, Table,
    compare,
};

/// Two services that are configured alike, on equal databases.
pub struct Pair {
    settings: Settings,
    /// The genuine packages, also for what only they can do: making users and odd tokens.
    pub oracle: Oracle,
    compared: Compared,
    databases: Both<OracleDatabase>,
    folder: TempDir,
}

enum Compared {
    Countersign(CountersignServer),
    Genuine(Oracle),
}

impl Pair {
    /// Starts both on copies of one database. `prepare` makes the users that both shall have.
    pub fn on_copies(settings: &Settings, subject: &Subject, prepare: impl FnOnce(&Oracle)) -> Self {
        Self::start(settings, subject, true, prepare)
    }

    /// Starts both on one database.
    pub fn on_one_database(settings: &Settings, subject: &Subject, prepare: impl FnOnce(&Oracle)) -> Self {
        Self::start(settings, subject, false, prepare)
    }

    fn start(settings: &Settings, subject: &Subject, copy: bool, prepare: impl FnOnce(&Oracle)) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let theirs = OracleDatabase::new(subject.engine, folder.path(), "theirs");
        let oracle = Oracle::start(settings, &theirs, &folder.path().join("theirs.json"));
        theirs.create(settings, &oracle);
        prepare(&oracle);
        let ours = if copy {
            let ours = OracleDatabase::new(subject.engine, folder.path(), "ours");
            ours.copy_from(&theirs, &oracle);
            ours
        } else {
            theirs.clone()
        };
        let compared = match &subject.binary {
            Some(binary) => {
                let toml = settings.for_countersign(&ours);
                if settings.keeps_sessions() {
                    CountersignServer::migrate(binary, &toml, folder.path());
                }
                Compared::Countersign(CountersignServer::start(binary, &toml, folder.path()))
            }
            None => Compared::Genuine(Oracle::start(settings, &ours, &folder.path().join("ours.json"))),
        };
        Self { settings: settings.clone(), oracle, compared, databases: Both { theirs, ours }, folder }
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
            let asked = json!({"database": database.url(), "table": name, "order": order});
            Table::new(name, self.oracle.call("dump_rows", asked))
        })
    }

    /// Asks that both user tables and, where the apps are installed, both ledgers and refresh tokens hold the same, or
    /// soon do: what a login writes of itself may come behind its answer.
    #[track_caller]
    pub fn same_rows(&self) {
        let started = Instant::now();
        loop {
            let tables = self.tables();
            let found: Vec<_> =
                tables.iter().flat_map(|table| table.theirs.differences(&table.ours)).collect();
            if found.is_empty() {
                return;
            }
            let shown =
                |Both { theirs, ours }: &Both<Table>| format!("Genuine {theirs:?}\nCountersign {ours:?}");
            let shown: Vec<_> = tables.iter().map(shown).collect();
            assert!(started.elapsed() < SOON, "{}\n\n{}", found.join("\n"), shown.join("\n\n"));
        }
    }

    /// The tables that are to hold the same, with ids that can be compared.
    fn tables(&self) -> Vec<Both<Table>> {
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
        tables
    }

    /// A token of the oracle's `make_token`, good or odd, that is not outstanding anywhere.
    #[track_caller]
    pub fn make_token(&self, arguments: Value) -> String {
        self.oracle.call_text("make_token", arguments)
    }

    /// The mails that Countersign wrote so far, each as it would be sent.
    pub fn our_mails(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path().join(MAILS)).into_iter().flatten().flatten();
        files.filter_map(|file| fs::read_to_string(file.path()).ok()).collect()
    }

    /// Runs an SQL statement on both databases, or on the one. It must change one row, and be good on every engine.
    #[track_caller]
    pub fn execute(&self, statement: &str, values: &[&str]) {
        for database in self.each_database() {
            let asked = json!({"database": database.url(), "statement": statement, "values": values});
            assert_eq!(self.oracle.call("execute", asked), 1, "{statement} {values:?}");
        }
    }

    fn each_database(&self) -> impl Iterator<Item = &OracleDatabase> {
        let Both { theirs, ours } = &self.databases;
        [Some(theirs), Some(ours).filter(|ours| *ours != theirs)].into_iter().flatten()
    }

    /// What Countersign wrote to standard error so far.
    pub fn our_stderr(&self) -> String {
        match &self.compared {
            Compared::Countersign(server) => server.stderr(),
            Compared::Genuine(oracle) => oracle.stderr(),
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        // What a test that failed leaves may be looked at, for as long as its server runs.
        if !thread::panicking() {
            self.each_database().for_each(|database| database.remove(&self.oracle));
        }
    }
}

/// The table of tokens that were issued.
pub(crate) const OUTSTANDING: &str = "token_blacklist_outstandingtoken";
/// The table of those that were taken back.
pub(crate) const BLACKLISTED: &str = "token_blacklist_blacklistedtoken";
/// The table of long-running refresh tokens.
const REFRESH_TOKENS: &str = "refresh_token_refreshtoken";
/// How long rows may differ after an answer, on a machine that is busy.
const SOON: Duration = Duration::from_secs(2);
