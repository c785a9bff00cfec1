//! `[database]`: where Django's tables are, and how long they are waited for.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use countersign::clock::Span;
use countersign_sql::{LastLogin, Options};

use super::duration::FromZero;
use super::reference::Surroundings;
use super::section::{Reported, Section};
use super::setting::{Fault, Name, Setting};
use super::tree::Value;

/// The database's URL, which may hold a password and is never shown.
#[derive(Clone)]
pub(crate) struct DatabaseConfig {
    url: String,
    /// `blacklist_staleness`: how old the answer may be whether a token is revoked that is presented with a request.
    pub(crate) blacklist_staleness: Duration,
    /// `longest_transaction`: how long Django may take to commit what it blacklists, where the database cannot say.
    pub(crate) longest_transaction: Duration,
    /// Every other setting.
    pub(crate) options: Options,
}

impl DatabaseConfig {
    /// `url`: `mysql://…`, `postgres://…`, or `sqlite://` and a path.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn read(settings: &mut Section<'_>) -> Result<Self, Reported> {
        let mut options = Options::default();
        let limits = &mut options.limits;
        settings.set_as("max_connections", &mut limits.max_connections, |Connections(number)| number);
        settings.set("acquire_timeout", &mut limits.acquire_timeout);
        settings.set("statement_timeout", &mut limits.statement_timeout);
        options.last_login = LastLogin::Behind(Duration::ZERO);
        settings.set_as("last_login_interval", &mut options.last_login, |FromZero(interval)| {
            LastLogin::Behind(interval)
        });
        let replicas = |urls: Vec<Name>| urls.into_iter().map(|Name(url)| url).collect();
        settings.set_as("replicas", &mut options.replicas, replicas);
        settings.set("replica_staleness", &mut options.replica_staleness);
        let mut blacklist_staleness = Duration::ZERO;
        settings.set_as("blacklist_staleness", &mut blacklist_staleness, |Staleness(bound)| bound);
        let mut longest_transaction = Duration::from_hours(1);
        settings.set("longest_transaction", &mut longest_transaction);
        let Name(url) = settings.required(
            "url",
            "give the database's address below [database], as in url = \"sqlite:///path/to/db.sqlite3\"",
        )?;
        Ok(Self { url, blacklist_staleness, longest_transaction, options })
    }
}

/// How many connections there may be: a number that a server could allow.
struct Connections(NonZeroU32);

impl Setting for Connections {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let number = u32::try_from(NonZeroUsize::read(value, around)?.get()).ok().and_then(NonZeroU32::new);
        let number = number.filter(|number| number.get() <= MOST_CONNECTIONS);
        number.map(Self).ok_or_else(|| "takes a whole number from 1 to 10000".into())
    }
}

const MOST_CONNECTIONS: u32 = 10_000;

/// How old an answer may be: not at all, or so much that the database need not be read all the time.
struct Staleness(Duration);

impl Setting for Staleness {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let bound = u64::try_from(Span::read(value, around)?.as_micros()).map(Duration::from_micros);
        let bound = bound.ok().filter(|bound| bound.is_zero() || STALENESS.contains(bound));
        bound
            .map(Self)
            .ok_or_else(|| "takes 0, which asks the database every time, or \"100ms\" to \"1h\"".into())
    }
}

const STALENESS: std::ops::RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_hours(1);

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("blacklist_staleness", &self.blacklist_staleness)
            .field("longest_transaction", &self.longest_transaction)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::super::testing::{fault, read, read_with};
    use super::*;

    #[test]
    fn the_url_is_required_and_never_shown() {
        let error = Config::from_toml("", "countersign.toml", []).unwrap_err().to_string();
        assert!(error.starts_with("countersign.toml: database.url is missing: "), "{error}");
        assert!(error.ends_with("(or set COUNTERSIGN__DATABASE__URL)"), "{error}");

        let config = read_with("", [("COUNTERSIGN__DATABASE__URL", "postgres://u:hunter2@h/d")]);
        assert_eq!(config.database.url(), "postgres://u:hunter2@h/d");
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(read("").database.url(), "sqlite::memory:");
    }

    #[test]
    fn the_limits_can_be_set() {
        let limits = read_with(
            "",
            [
                ("COUNTERSIGN__DATABASE__MAX_CONNECTIONS", "3"),
                ("COUNTERSIGN__DATABASE__ACQUIRE_TIMEOUT", "2s"),
                ("COUNTERSIGN__DATABASE__STATEMENT_TIMEOUT", "1m"),
            ],
        );
        let limits = limits.database.options.limits;
        assert_eq!(limits.max_connections.get(), 3);
        assert_eq!(limits.acquire_timeout, Duration::from_secs(2));
        assert_eq!(limits.statement_timeout, Duration::from_mins(1));
        assert_eq!(read("").database.options.limits, countersign_sql::Limits::default());
    }
    #[test]
    fn logins_may_be_written_as_they_come_or_rarely() {
        let name = "COUNTERSIGN__DATABASE__LAST_LOGIN_INTERVAL";
        assert_eq!(read("").database.options.last_login, LastLogin::Behind(Duration::ZERO));
        let rarely = read_with("", [(name, "5m")]).database.options.last_login;
        assert_eq!(rarely, LastLogin::Behind(Duration::from_mins(5)));
        let error =
            Config::from_toml("", "countersign.toml", [(name.to_owned(), "-1s".to_owned())]).unwrap_err();
        assert!(error.to_string().contains("must not be below zero"), "{error}");
    }
    #[test]
    fn replicas_are_addresses_that_are_never_shown() {
        let config = read_with(
            "",
            [
                (
                    "COUNTERSIGN__DATABASE__REPLICAS",
                    "['postgres://u:hunter2@one/d', 'postgres://u:hunter2@two/d']",
                ),
                ("COUNTERSIGN__DATABASE__REPLICA_STALENESS", "3s"),
            ],
        );
        let options = &config.database.options;
        assert_eq!(options.replicas, ["postgres://u:hunter2@one/d", "postgres://u:hunter2@two/d"]);
        assert_eq!(options.replica_staleness, Duration::from_secs(3));
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn an_answer_is_the_databases_own_unless_it_may_be_older() {
        let bound = |text: &str| {
            read(&format!("[database]\nblacklist_staleness = {text}")).database.blacklist_staleness
        };
        assert_eq!(read("").database.blacklist_staleness, Duration::ZERO);
        let longest = read_with("", [("COUNTERSIGN__DATABASE__LONGEST_TRANSACTION", "5m")]).database;
        assert_eq!(longest.longest_transaction, Duration::from_mins(5));
        for (text, millis) in [("0", 0), ("'0s'", 0), ("'100ms'", 100), ("2", 2000), ("'1h'", 3_600_000)] {
            assert_eq!(bound(text), Duration::from_millis(millis), "{text}");
        }
        for text in ["'99ms'", "-1", "'61m'"] {
            let fault = fault(&format!("[database]\nblacklist_staleness = {text}"));
            assert!(fault.contains("database.blacklist_staleness takes 0, which asks"), "{fault}");
        }
    }
}
