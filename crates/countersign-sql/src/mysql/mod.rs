//! MariaDB and MySQL, as Django's backend for them reads and writes.
//!
//! - A connection is taken from the pool for a statement or a transaction and no longer. Nobody waits for one, or for
//!   the server, beyond the [`Limits`]; nor does the server wait for us: it ends what takes too long, and a transaction
//!   whose client is not heard of, so that no lock outlives a server of ours that was cut off.
//! - A transaction reads what was committed before each of its statements (`READ COMMITTED`, as Django has it). Every
//!   decision is a unique row's insertion or one `UPDATE`'s condition, which is asked again of a row that was waited for.
//! - Statements are prepared once a connection; the server itself prepares them anew after a table was altered.
//! - A connection that was idle is tried before it is used, so that those which a restart of the server cut are not.
//! - What differs between the two servers is written for each in a comment that only it reads: nothing asks which one
//!   it is.

mod connection;
mod failure;
mod migrating;
mod schema;
mod tables;
mod url;
mod value;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::error::DatabaseError;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};

use self::schema::MysqlDialect;
use self::url::Address;
use crate::backend::{Backend, Dialect, Query, Row, Statement, Transaction, Writers};
use crate::column::ColumnKind;
use crate::error::ConnectError;
use crate::limits::Limits;
use crate::patience::in_time;
use crate::pool::Pool;
use crate::transaction::{Asked, Writing};

/// The connections to one database of MariaDB or MySQL.
#[derive(Debug)]
pub(crate) struct Mysql {
    pool: Pool<MySqlConnection>,
}

impl Mysql {
    pub(crate) async fn connect(url: &str, limits: &Limits) -> Result<Self, ConnectError> {
        let address = Address::parse(url)?;
        let session = session(limits);
        // Tried by itself first: a pool would go on trying, and say in the end that time is up instead of why.
        let first = in_time(limits.acquire_timeout, open(&address.options, &session)).await;
        let first = first.map_err(|error| address.unreachable(error))?;

        let options = address.options;
        let pool = Pool::new(limits, move || {
            let (options, session) = (options.clone(), session.clone());
            Box::pin(async move { open(&options, &session).await })
        });
        pool.adopt(first);
        Ok(Self { pool })
    }
}

/// A connection, and the server is told what it is told on every one.
async fn open(options: &MySqlConnectOptions, session: &str) -> Result<MySqlConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    connection.execute(AssertSqlSafe(session.to_owned())).await?;
    Ok(connection)
}

impl Backend for Mysql {
    fn dialect(&self) -> &'static dyn Dialect {
        &MysqlDialect
    }

    fn read<'a>(
        &'a self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(async move {
            let mut lease = self.pool.lend().await?;
            match MySqlConnection::read(&mut lease, query, values).await {
                Err(error) if failure::is_stale_statement(&error) => {
                    connection::forget_statements(&mut lease).await?;
                    MySqlConnection::read(&mut lease, query, values).await
                }
                read => read,
            }
        })
    }

    fn write<'a>(
        &'a self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(async move { MySqlConnection::write(&mut self.pool.lend().await?, statement, values).await })
    }

    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Transaction>, sqlx::Error>> {
        Box::pin(async move {
            Ok(Box::new(Writing::begin(self.pool.lend().await?).await?) as Box<dyn Transaction>)
        })
    }

    fn begin_migration(&self) -> BoxFuture<'_, Result<Box<dyn Transaction>, sqlx::Error>> {
        Box::pin(async move {
            Ok(Box::new(migrating::begin(self.pool.lend().await?).await?) as Box<dyn Transaction>)
        })
    }

    /// Neither server says it to everybody. Ids ascend where each is the last one and one more; where several servers write
    /// (Galera), each has its own.
    fn writers<'a>(&'a self, _table: &'a str) -> BoxFuture<'a, Result<Writers, sqlx::Error>> {
        Box::pin(async move {
            let steps = Query::fixed("SELECT @@auto_increment_increment", &[ColumnKind::Int]);
            let step = self.read(&steps, &[]).await?.into_iter().flatten().next();
            Ok(match step {
                Some(Ok(FieldValue::Int(1))) => Writers::Unknown,
                _ => Writers::Unordered,
            })
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.pool.close())
    }

    fn is_outage(&self, error: &dyn DatabaseError) -> bool {
        failure::is_outage(error)
    }

    fn is_conflict(&self, error: &dyn DatabaseError) -> bool {
        failure::is_conflict(error)
    }
}

/// Looks whether the database is there: it is made by whoever runs the server, with the collation that they want.
pub(crate) async fn create(url: &str, limits: &Limits) -> Result<bool, ConnectError> {
    Mysql::connect(url, limits).await?.pool.close().await;
    Ok(false)
}

/// Looks whether a URL can be understood.
pub(crate) fn check(url: &str) -> Result<(), ConnectError> {
    Address::parse(url).map(drop)
}

/// What every connection is told once: `/*M!` begins a comment for all but MariaDB, `/*!80000` for all but MySQL.
///
/// Texts are kept whole or not at all (`STRICT_TRANS_TABLES`), tables are made where transactions are known, and nothing
/// is waited for beyond the limits. MySQL ends what reads too long, and we give up what writes too long; it has a limit for
/// clients that are not heard of, and none for those of them that have begun a transaction.
fn session(limits: &Limits) -> String {
    let millis = limits.statement_timeout.as_millis().clamp(1, LONGEST.into());
    let (seconds, whole_seconds) = (format!("{}.{:03}", millis / 1000, millis % 1000), millis.div_ceil(1000));
    format!(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
         SET autocommit = 1, default_storage_engine = InnoDB, sql_auto_is_null = 0, \
             sql_mode = 'ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,STRICT_TRANS_TABLES', \
             innodb_lock_wait_timeout = {whole_seconds}, lock_wait_timeout = {whole_seconds} \
             /*M! , max_statement_time = {seconds}, idle_transaction_timeout = {whole_seconds} */ \
             /*!80000 , max_execution_time = {millis}, wait_timeout = {whole_seconds} */"
    )
}

/// The most milliseconds that each of the limits takes: a day, and more than anybody waits.
const LONGEST: u32 = 24 * 60 * 60 * 1000;
