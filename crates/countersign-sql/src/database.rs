//! A database with Django's tables, found and understood.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use countersign::store::StoreError;
use countersign::user::FieldValue;
use futures_util::future::BoxFuture;

use crate::backend::{Backend, Query, Row, Statement, Transaction};
use crate::blacklist::{BlacklistMemory, Memory};
use crate::engine;
use crate::error::{ConnectError, is_conflict, store_error};
use crate::jobs::Jobs;
use crate::last_login::LastLogins;
use crate::model::UserModel;
use crate::options::{LastLogin, Options};
use crate::refresh_tokens::RefreshTokenTable;
use crate::relations::RelationsOfUsers;
use crate::replicas::{Beat, Replicas};
use crate::schema::Schema;
use crate::sessions::SessionTable;
use crate::statements::{BLACKLISTED, OUTSTANDING, Statements};
use crate::tables::Tables;

/// A database with Django's tables: the store of users and of tokens. A clone shares the connections.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    backend: Arc<dyn Backend>,
    model: UserModel,
    statements: Statements,
    relations: RelationsOfUsers,
    has_token_blacklist: bool,
    refresh_tokens: Option<RefreshTokenTable>,
    jobs: Option<Jobs>,
    last_logins: Option<LastLogins>,
    replicas: Option<Replicas>,
    blacklist: OnceLock<Memory>,
    sessions: Option<SessionTable>,
}

/// A [`Database`] for as long as it is there: what works behind it does not keep it.
#[derive(Clone)]
pub(crate) struct WeakDatabase(Weak<Inner>);

impl WeakDatabase {
    pub(crate) fn upgrade(&self) -> Option<Database> {
        self.0.upgrade().map(Database)
    }
}

impl Database {
    /// Connects, and reads the schema: which columns the user model has, and whether the tables of
    /// `token_blacklist` are there, and those of long-running refresh tokens and of sessions. `tables` can be a [`UserTable`](crate::UserTable) alone.
    ///
    /// The URL is one of
    ///
    /// - `mysql://user:password@host:3306/database` for MariaDB and MySQL, `mariadb://` too, with options of MySQL's own
    ///   programs behind a `?`: `ssl-mode`, `ssl-ca`, `ssl-cert`, `ssl-key`, `socket`.
    /// - `postgres://user:password@host:5432/database`, with libpq's options behind a `?`: `sslmode`, `sslrootcert`
    ///   and their like. What is not a letter or a digit in the password is written as `%` and two hex digits.
    /// - `sqlite://` and a path: `sqlite:///srv/app/db.sqlite3` is absolute, `sqlite://db.sqlite3` is relative. The path
    ///   is taken letter by letter, without `%` escapes or `?` options.
    ///
    /// # Errors
    ///
    /// With a sentence that says what to do, when the URL is not understood, the server does not answer, the database is
    /// missing ([`migrate`](Self::migrate) creates a file), or the schema lacks what the stores need.
    pub async fn connect(url: &str, tables: impl Into<Tables>) -> Result<Self, ConnectError> {
        Self::connect_with(url, tables, &Options::default()).await
    }

    /// The same with other options.
    pub async fn connect_with(
        url: &str,
        tables: impl Into<Tables>,
        options: &Options,
    ) -> Result<Self, ConnectError> {
        let tables = tables.into();
        let backend: Arc<dyn Backend> = engine::connect(url, &options.limits).await?.into();
        let rows = backend.read(&backend.dialect().columns(), &[]).await;
        let rows = rows.map_err(|error| ConnectError::unavailable("its tables are read", error))?;
        let schema = Schema::new(backend.dialect(), rows);
        let model = schema.user_model(&tables.users)?;
        let statements = Statements::new(backend.dialect(), &model);
        let relations = RelationsOfUsers::find(backend.dialect(), &schema, &model);
        let has_token_blacklist = schema.has(OUTSTANDING) && schema.has(BLACKLISTED);
        let refresh_tokens = tables.refresh_tokens.filter(|name| schema.keeps_refresh_tokens(name));
        let refresh_tokens =
            refresh_tokens.map(|name| RefreshTokenTable::new(backend.dialect(), &name, &model));
        for url in &options.replicas {
            engine::check(url)?;
        }
        let beat = schema.has(Beat::TABLE).then(|| Arc::new(Beat::new(backend.dialect())));
        if beat.is_none() && !options.replicas.is_empty() {
            return Err(ConnectError::schema(format!(
                "replicas are given, but the database has no table {:?}, by which it is known how far they are: \
                 create it with `countersign migrate`",
                Beat::TABLE
            )));
        }
        let has_sessions =
            has_token_blacklist && schema.columns(SessionTable::NAME).is_some_and(SessionTable::fits);
        let sessions = has_sessions.then(|| SessionTable::new(backend.dialect(), &model));
        let jobs = schema.has(Jobs::TABLE).then(|| Jobs::new(backend.dialect()));
        Ok(Self(Arc::new_cyclic(|this: &Weak<Inner>| {
            let this = WeakDatabase(this.clone());
            let replicas = beat
                .filter(|_| !options.replicas.is_empty())
                .map(|beat| Replicas::start(options, &this, &beat));
            let last_logins = match (options.last_login, &statements.record_login_unless_later) {
                (LastLogin::Behind(interval), Some(statement)) => {
                    Some(LastLogins::start(interval, this, statement.clone()))
                }
                _ => None,
            };
            Inner {
                backend,
                model,
                statements,
                relations,
                has_token_blacklist,
                refresh_tokens,
                jobs,
                last_logins,
                replicas,
                blacklist: OnceLock::new(),
                sessions,
            }
        })))
    }

    /// The user model's table as the database declares it.
    pub fn user_model(&self) -> &UserModel {
        &self.0.model
    }

    /// Whether both tables of `token_blacklist` were there when the connection was made. Without them every
    /// method of the token ledger fails.
    pub fn has_token_blacklist(&self) -> bool {
        self.0.has_token_blacklist
    }

    /// Whether the table of long-running refresh tokens that was named at connect was there, with the columns of the
    /// package's own model and no others that must be filled. Without it every method of [`RefreshTokens`] fails.
    ///
    /// [`RefreshTokens`]: countersign::store::RefreshTokens
    pub fn has_refresh_tokens(&self) -> bool {
        self.0.refresh_tokens.is_some()
    }

    /// Whether Countersign's own table of sessions was there when the connection was made, and those of `token_blacklist`.
    /// [`migrate`](Self::migrate) makes them. Without it every method of [`Sessions`] fails.
    ///
    /// [`Sessions`]: countersign::store::Sessions
    pub fn has_sessions(&self) -> bool {
        self.0.sessions.is_some()
    }

    /// Answers from memory where an answer may be as old as a stated bound
    /// ([`is_blacklisted_allowing_stale`](countersign::store::TokenLedger::is_blacklisted_allowing_stale)): a task begins to
    /// read the blacklist, and keeps what it read current until the database is closed or its last clone is dropped. Until
    /// everything was read, and whenever what is in memory is older than the bound, the database is asked.
    ///
    /// Nothing happens with a bound of zero, without the tables of `token_blacklist`, and the second time.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn keep_blacklist_in_memory(&self, options: BlacklistMemory) {
        if self.has_token_blacklist() && !options.staleness.is_zero() {
            self.0
                .blacklist
                .get_or_init(|| Memory::start(options, Arc::clone(&self.0.backend), self.has_sessions()));
        }
    }

    /// Reads into memory what is new on the blacklist, now instead of a little later, and waits until that is done. Tells
    /// whether everything is in memory that was committed before.
    pub async fn refresh_blacklist(&self) -> bool {
        match self.blacklist() {
            Some(memory) => memory.refresh().await,
            None => false,
        }
    }

    /// How many revocations are in memory; nothing while the database is asked instead.
    pub fn revocations_in_memory(&self) -> Option<usize> {
        self.blacklist().and_then(Memory::len)
    }

    /// Reads from the user table, to see whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(&self.statements().ping, &[]).await.map(drop)
    }

    /// Closes the connections of this database and of all its clones, each when the work on it is done. A SQLite
    /// file is left without its `-wal`. What [`LastLogin::Behind`] has not written yet is written first. Whatever is asked
    /// afterwards is answered with an error.
    pub async fn close(&self) {
        if let Some(memory) = self.blacklist() {
            memory.stop().await;
        }
        if let Some(logins) = self.last_logins() {
            logins.finish().await;
        }
        if let Some(replicas) = &self.0.replicas {
            replicas.close().await;
        }
        self.backend().close().await;
    }

    pub(crate) fn blacklist(&self) -> Option<&Memory> {
        self.0.blacklist.get()
    }

    pub(crate) fn statements(&self) -> &Statements {
        &self.0.statements
    }

    pub(crate) fn refresh_tokens(&self) -> Result<&RefreshTokenTable, StoreError> {
        let table = self.0.refresh_tokens.as_ref();
        table.ok_or_else(|| {
            StoreError::inconsistent("the database has no table of long-running refresh tokens")
        })
    }

    pub(crate) fn sessions(&self) -> Result<&SessionTable, StoreError> {
        let table = self.0.sessions.as_ref();
        table.ok_or_else(|| StoreError::inconsistent("the database has no table of sessions"))
    }

    pub(crate) fn jobs(&self) -> Result<&Jobs, StoreError> {
        let table = self.0.jobs.as_ref();
        table.ok_or_else(|| StoreError::inconsistent(format!("the database has no table {:?}", Jobs::TABLE)))
    }

    pub(crate) fn last_logins(&self) -> Option<&LastLogins> {
        self.0.last_logins.as_ref()
    }

    pub(crate) fn relations_of_users(&self) -> &RelationsOfUsers {
        &self.0.relations
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.0.backend
    }

    pub(crate) async fn read(&self, query: &Query, values: &[FieldValue]) -> Result<Vec<Row>, StoreError> {
        let once = move || -> Attempt<'_, _> {
            Box::pin(
                async move { self.backend().read(query, values).await.map_err(|error| self.failed(error)) },
            )
        };
        self.settle(once).await
    }

    /// [`read`](Self::read), where a replica's answer will do that is no older than the bound says.
    pub(crate) async fn read_allowing_stale(
        &self,
        query: &Query,
        values: &[FieldValue],
    ) -> Result<Vec<Row>, StoreError> {
        if let Some(replicas) = &self.0.replicas
            && let Some(rows) = replicas.read(query, values).await
        {
            return Ok(rows);
        }
        self.read(query, values).await
    }

    pub(crate) async fn write(
        &self,
        statement: &Statement,
        values: &[FieldValue],
    ) -> Result<u64, StoreError> {
        let once = move || -> Attempt<'_, _> {
            Box::pin(async move {
                self.backend().write(statement, values).await.map_err(|error| self.failed(error))
            })
        };
        self.settle(once).await
    }

    /// The one number that a query gives.
    pub(crate) async fn count(&self, query: &Query, values: &[FieldValue]) -> Result<u64, StoreError> {
        let counted = self.read(query, values).await?.into_iter().flatten().next();
        match counted {
            Some(Ok(FieldValue::Int(number))) => Ok(u64::try_from(number).unwrap_or(0)),
            _ => Err(StoreError::inconsistent("a count that is not a number")),
        }
    }

    /// Does a transaction again that the engine undid for the sake of another: a few times, since one of those that are
    /// in each other's way always succeeds.
    pub(crate) async fn settle<'a, T>(
        &'a self,
        transaction: impl Fn() -> Attempt<'a, T>,
    ) -> Result<T, StoreError> {
        for _ in 1..ATTEMPTS {
            match transaction().await {
                Err(error) if is_conflict(self.backend(), &error) => {}
                settled => return settled,
            }
        }
        transaction().await
    }

    pub(crate) async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        self.backend().begin().await.map_err(|error| self.failed(error))
    }

    pub(crate) fn failed(&self, error: sqlx::Error) -> StoreError {
        store_error(self.backend(), error)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("backend", &self.0.backend)
            .field("users", &self.0.model.table())
            .field("has_token_blacklist", &self.0.has_token_blacklist)
            .field("has_refresh_tokens", &self.has_refresh_tokens())
            .field("has_sessions", &self.has_sessions())
            .finish_non_exhaustive()
    }
}

/// A transaction under way.
pub(crate) type Attempt<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// How often a transaction is begun before its failure is told.
const ATTEMPTS: u32 = 5;
