//! The databases of a pair: what they are on, and how they come to be.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
use std::{env, fs, process};

use serde_json::json;

use crate::{Family, Oracle, Settings, UserModel};

/// What the databases of a pair are on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Engine {
    /// The server at `$COUNTERSIGN_TEST_POSTGRES`: a database of its own for each.
    Postgres,
    /// A file for each.
    Sqlite,
}

/// A database that Django and Countersign both can be told of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OracleDatabase {
    /// The URL of a database of a PostgreSQL server.
    Postgres(String),
    /// The path of an SQLite file.
    Sqlite(PathBuf),
}

impl OracleDatabase {
    /// A place for a database that is not made yet. A file lies in `folder`.
    pub(crate) fn new(engine: Engine, folder: &Path, name: &str) -> Self {
        match engine {
            Engine::Postgres => Self::Postgres(on_the_server(name)),
            Engine::Sqlite => Self::Sqlite(folder.join(name).with_extension("sqlite3")),
        }
    }

    /// As `database.url` has it, and the oracle's `project/databases.py`.
    pub fn url(&self) -> String {
        match self {
            Self::Postgres(url) => url.clone(),
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
        }
    }

    /// Makes it, with the empty tables that these settings want.
    pub(crate) fn create(&self, settings: &Settings, oracle: &Oracle) {
        match self {
            Self::Postgres(_) => {
                static TEMPLATES: Made<OracleDatabase> = Made::new(Mutex::default);
                let template = made_once(&TEMPLATES, settings, |folder| {
                    let template = Self::new(Engine::Postgres, folder, "template");
                    Oracle::migrate(settings, &template, folder);
                    template
                });
                self.copy_from(&template, oracle);
            }
            Self::Sqlite(path) => {
                static FILES: Made<Vec<u8>> = Made::new(Mutex::default);
                let bytes = made_once(&FILES, settings, |folder| {
                    let file = folder.join("template.sqlite3");
                    Oracle::migrate(settings, &Self::Sqlite(file.clone()), folder);
                    fs::read(file).expect("Django made the database")
                });
                fs::write(path, bytes).expect("the temporary folder can be written");
            }
        }
    }

    /// Makes it, with everything that `from` holds now.
    pub(crate) fn copy_from(&self, from: &Self, oracle: &Oracle) {
        oracle.call("copy_database", json!({"source": from.url(), "target": self.url()}));
    }

    /// Takes it away, whoever is connected to it.
    pub(crate) fn remove(&self, oracle: &Oracle) {
        oracle.call("remove_database", json!({"database": self.url()}));
    }
}

/// What there is of each set of tables.
type Made<T> = LazyLock<Mutex<HashMap<(Family, UserModel, bool), T>>>;

/// What Django made for these settings, in a folder that is gone afterwards, or will make now.
fn made_once<T: Clone>(known: &Made<T>, settings: &Settings, make: impl FnOnce(&Path) -> T) -> T {
    let mut known = known.lock().expect("a failed migration fails every test");
    known
        .entry((settings.family(), settings.user_model(), settings.blacklist()))
        .or_insert_with(|| {
            let folder = tempfile::tempdir().expect("the temporary folder can be written");
            make(folder.path())
        })
        .clone()
}

/// The URL of a database that no other test has, on the server that all tests are given.
fn on_the_server(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);

    let server = env::var("COUNTERSIGN_TEST_POSTGRES").expect(
        "this test works on a PostgreSQL server: run ./scripts/test, or ./scripts/with-postgres cargo test, which \
         start one and set COUNTERSIGN_TEST_POSTGRES to its URL",
    );
    let (server, _) = server.rsplit_once('/').expect("the server's URL names a database");
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    format!("{server}/oracle_{}_{number}_{name}", process::id())
}
