//! `postgres_service`: many machines, rotation and sessions.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, process, thread};

use countersign_testing::Request;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::harness::Example;

#[test]
fn what_its_documentation_says_is_what_happens() {
    let database = Database::create();
    database.service().walk("src/bin/postgres_service.rs");
}

#[test]
fn what_one_machine_revokes_the_other_refuses() {
    let database = Database::create();
    let (one, other) = (database.service(), database.service());
    let [access, refresh] = one.log_in("demo", "demo");
    let devices = Request::get("/devices").bearer(&access);
    assert_eq!(other.ask(&devices).status, 200);
    let log_out = Request::post("/api/token/blacklist/").form(&format!("refresh={refresh}"));
    assert_eq!(one.ask(&log_out).status, 200);
    assert_eq!(
        other.ask(&Request::post("/api/token/refresh/").form(&format!("refresh={refresh}"))).status,
        401
    );
    let began = Instant::now();
    while other.ask(&devices).status != 401 {
        assert!(began.elapsed() < SOON, "the other machine never hears of it");
        thread::yield_now();
    }
}

/// A database of its own on the server that the tests are given.
struct Database {
    server: String,
    name: String,
}

impl Database {
    fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = env::var("COUNTERSIGN_TEST_POSTGRES").expect(
            "this test works on a PostgreSQL server: run ./scripts/test, or ./scripts/with-postgres cargo test, which \
             start one and set COUNTERSIGN_TEST_POSTGRES to its URL",
        );
        let name = format!("example_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let database = Self { server, name };
        database.execute(&format!("CREATE DATABASE {} TEMPLATE template0", database.name));
        database
    }

    fn service(&self) -> Example {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        Example::start_with(env!("CARGO_BIN_EXE_postgres_service"), |command| {
            command
                .env("SECRET_KEY", "a secret of thirty-two bytes or more")
                .env("DATABASE_URL", format!("{server}/{}", self.name))
        })
    }

    fn execute(&self, sql: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.server).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// A machine is never told later than this.
const SOON: Duration = Duration::from_secs(30);
