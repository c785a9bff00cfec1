//! `countersign migrate`: Django's tables where Django has not made them.
//!
//! - An empty database gets what Django's own `migrate` would leave there for `contenttypes`, `auth` and
//!   `token_blacklist`: tables, indexes, content types, permissions, and the rows of `django_migrations`, so that
//!   Django takes it over without a question.
//! - A database that Django made, or that has a user table of its own, gets the tables of `token_blacklist`
//!   where they are missing, and nothing else. What is there is never altered.
//! - The table of `refresh_token` is made where it is asked for.
//! - Tables of our own, whose names begin with `countersign_`, are made in every database.
//! - It is one transaction, and a second run changes nothing. Where the engine makes each table in a transaction of its
//!   own, a run that was cut off is told by a table that is there meanwhile, and the next one goes on where it ended.

use countersign::clock::Timestamp;
use countersign::user::FieldValue;

use crate::backend::{Backend, Query, Statement, Transaction};
use crate::column::ColumnKind;
use crate::database::Database;
use crate::engine;
use crate::error::{ConnectError, is_conflict};
use crate::jobs::Jobs;
use crate::limits::Limits;
use crate::migrations::{
    AUTH, AUTH_TABLES, App, CONTENTTYPES, MigrationReport, REFRESH_TOKEN_APP, TOKEN_BLACKLIST,
    TOKEN_BLACKLIST_APP,
};
use crate::model::{AUTH_USER, UserModel};
use crate::replicas::Beat;
use crate::schema::Schema;
use crate::sessions::SessionTable;
use crate::statements::{BLACKLISTED, OUTSTANDING};
use crate::tables::Tables;

impl Database {
    /// Creates what is missing; `now` is written as the time at which the migrations were applied.
    ///
    /// The URL is that of [`connect`](Self::connect). A SQLite file that is not there is created, in WAL mode; a
    /// database of a server must be there.
    ///
    /// # Errors
    ///
    /// With a sentence that says what to do, when the user table is missing from a database that is not empty,
    /// or only one of the two tables of `token_blacklist` is there, or long-running refresh tokens are in a model of
    /// the project's own. Nothing is changed then, though a file that was created stays.
    pub async fn migrate(
        url: &str,
        tables: impl Into<Tables>,
        now: Timestamp,
    ) -> Result<MigrationReport, ConnectError> {
        let tables = tables.into();
        let limits = Limits::default();
        let created_database = engine::create(url, &limits).await?;
        let backend = engine::connect(url, &limits).await?;
        let report = match Migration::run_over(&*backend, &tables, now, created_database).await {
            // Somebody made the same tables meanwhile, as when two servers are set up at once.
            Err(error) if is_conflict(&*backend, &error) => {
                Migration::run_over(&*backend, &tables, now, created_database).await
            }
            report => report,
        };
        // Closed and not only dropped: who comes next finds nobody in the database.
        backend.close().await;
        report
    }
}

struct Migration<'a> {
    backend: &'a dyn Backend,
    transaction: Box<dyn Transaction>,
    now: Timestamp,
    report: MigrationReport,
}

impl Migration<'_> {
    async fn run_over(
        backend: &dyn Backend,
        tables: &Tables,
        now: Timestamp,
        created_database: bool,
    ) -> Result<MigrationReport, ConnectError> {
        let transaction = backend.begin_migration().await.map_err(failed)?;
        let report = MigrationReport { created_database, ..MigrationReport::default() };
        let mut migration = Migration { backend, transaction, now, report };
        migration.run(tables).await?;
        migration.transaction.commit().await.map_err(failed)?;
        Ok(migration.report)
    }

    async fn run(&mut self, tables: &Tables) -> Result<(), ConnectError> {
        let users = &tables.users;
        let mut schema = self.schema().await?;
        // Tables of others may share the database; ours, or Django's record of them, must not be half there.
        let is_django_free = AUTH_TABLES.iter().all(|table| !schema.has(table));
        let is_free = is_django_free && !schema.has(OUTSTANDING) && !schema.has(BLACKLISTED);
        if users.table == AUTH_USER && is_free || self.is_half_made(&schema, AUTH_APP) {
            self.create_auth(&schema).await?;
            schema = self.schema().await?;
        }
        let model = schema.user_model(users)?;
        // In the order in which Django applies them.
        let is_half_made = self.is_half_made(&schema, REFRESH_TOKEN_APP.label);
        match tables.refresh_tokens.as_deref() {
            Some(Tables::REFRESH_TOKENS) if is_half_made || !schema.has(Tables::REFRESH_TOKENS) => {
                self.create_app(&schema, &model, &REFRESH_TOKEN_APP).await?;
            }
            Some(table) if !schema.has(table) => {
                return Err(ConnectError::schema(format!(
                    "the database has no table {table:?} for refresh tokens; it is a model of the project's own: run \
                     Django's own `migrate`"
                )));
            }
            _ => {}
        }
        let is_half_made = self.is_half_made(&schema, TOKEN_BLACKLIST_APP.label);
        match (schema.has(OUTSTANDING), schema.has(BLACKLISTED)) {
            (outstanding, blacklisted) if is_half_made || !outstanding && !blacklisted => {
                self.create_app(&schema, &model, &TOKEN_BLACKLIST_APP).await?;
            }
            (true, true) => self.leave_to_django(&schema).await?,
            (outstanding, _) => {
                return Err(ConnectError::schema(format!(
                    "the database has the table {:?} but not {:?}; one without the other is of no use: run \
                 Django's own `migrate`, or restore what is missing",
                    if outstanding { OUTSTANDING } else { BLACKLISTED },
                    if outstanding { BLACKLISTED } else { OUTSTANDING },
                )));
            }
        }
        self.create_our_own(&schema).await
    }

    async fn create_auth(&mut self, schema: &Schema) -> Result<(), ConnectError> {
        self.begin_app(AUTH_APP, schema, AUTH_TABLES).await?;
        for statement in self.backend.dialect().auth_tables() {
            self.write(&Statement::fixed(statement), &[]).await?;
        }
        self.record("contenttypes", CONTENTTYPES).await?;
        self.record("auth", AUTH).await?;
        self.name_model("contenttypes", "contenttype", "content type").await?;
        for model in ["permission", "group", "user"] {
            self.name_model("auth", model, model).await?;
        }
        self.end_app(AUTH_APP).await
    }

    /// Makes the tables of an app whose rows belong to users, and Django's record of them where it keeps one.
    async fn create_app(
        &mut self,
        schema: &Schema,
        model: &UserModel,
        app: &App,
    ) -> Result<(), ConnectError> {
        self.begin_app(app.label, schema, app.tables).await?;
        let user_type = self.user_type(model).await?;
        let key = model.primary_key().name();
        for statement in (app.statements)(self.backend.dialect(), model.table(), key, &user_type) {
            self.write(&Statement::new(statement), &[]).await?;
        }
        if schema.has("django_migrations") {
            self.record(app.label, app.migrations).await?;
        }
        if schema.has("django_content_type") && schema.has("auth_permission") {
            for (model, name) in app.models {
                self.name_model(app.label, model, name).await?;
            }
        }
        self.end_app(app.label).await
    }

    /// Whether a run that was cut off left an app's tables half made.
    fn is_half_made(&self, schema: &Schema, app: &str) -> bool {
        self.backend.dialect().half_made(app).is_some_and(|mark| schema.has(&mark))
    }

    async fn begin_app(&mut self, app: &str, schema: &Schema, tables: &[&str]) -> Result<(), ConnectError> {
        let dialect = self.backend.dialect();
        if let Some(mark) = dialect.half_made(app) {
            let mark = dialect.quote(&mark);
            self.write(&Statement::new(format!("CREATE TABLE IF NOT EXISTS {mark} (id integer)")), &[])
                .await?;
        }
        let missing = tables.iter().filter(|table| !schema.has(table));
        self.report.created_tables.extend(missing.map(ToString::to_string));
        Ok(())
    }

    async fn end_app(&mut self, app: &str) -> Result<(), ConnectError> {
        let dialect = self.backend.dialect();
        if let Some(mark) = dialect.half_made(app) {
            let mark = dialect.quote(&mark);
            self.write(&Statement::new(format!("DROP TABLE {mark}")), &[]).await?;
        }
        Ok(())
    }

    /// Makes the tables that Django knows nothing of.
    async fn create_our_own(&mut self, schema: &Schema) -> Result<(), ConnectError> {
        if !schema.has(Jobs::TABLE) {
            self.write(&Statement::fixed(self.backend.dialect().job_table()), &[]).await?;
            self.report.created_tables.push(Jobs::TABLE.to_owned());
        }
        if !schema.has(SessionTable::NAME) {
            for statement in self.backend.dialect().session_table() {
                self.write(&Statement::fixed(statement), &[]).await?;
            }
            self.report.created_tables.push(SessionTable::NAME.to_owned());
        }
        if !schema.has(Beat::TABLE) || self.is_half_made(schema, BEAT) {
            self.begin_app(BEAT, schema, &[Beat::TABLE]).await?;
            let dialect = self.backend.dialect();
            self.write(&Statement::new(dialect.beat_table()), &[]).await?;
            let row = format!("VALUES ({}, {})", dialect.placeholder(1), dialect.placeholder(2));
            let insert = dialect.insert_unless(Beat::TABLE, &["id", "number"], &row, "id");
            self.write(&Statement::new(insert), &[FieldValue::Int(1), FieldValue::Int(0)]).await?;
            self.end_app(BEAT).await?;
        }
        Ok(())
    }

    /// The type of a column that refers to a user: that of one that does already, else what Django would choose.
    async fn user_type(&mut self, model: &UserModel) -> Result<String, ConnectError> {
        let dialect = self.backend.dialect();
        let key = model.primary_key();
        let names = [model.table(), key.name()].map(|name| FieldValue::Text(name.to_owned()));
        let told = self.transaction.read(&dialect.reference_types(), &names).await.map_err(failed)?;
        Ok(match told.into_iter().flatten().next() {
            Some(Ok(FieldValue::Text(declared))) => declared,
            _ => dialect.reference_type(key),
        })
    }

    /// Tables that are there are Django's to change: its own `migrate` knows what an older version left.
    async fn leave_to_django(&mut self, schema: &Schema) -> Result<(), ConnectError> {
        if schema.has("django_migrations") {
            let applied = self.applied("token_blacklist").await?;
            let left = TOKEN_BLACKLIST.iter().filter(|name| !applied.iter().any(|known| known == *name));
            self.report.left_to_django = left.map(ToString::to_string).collect();
        }
        Ok(())
    }

    async fn record(&mut self, app: &str, names: &[&str]) -> Result<(), ConnectError> {
        let applied = self.applied(app).await?;
        let insert = self.insert("django_migrations", &["app", "name", "applied"]);
        for name in names.iter().filter(|name| !applied.iter().any(|known| known == *name)) {
            let values = [text(app), text(name), FieldValue::Timestamp(self.now)];
            self.write(&insert, &values).await?;
            self.report.recorded.push((app.to_owned(), (*name).to_owned()));
        }
        Ok(())
    }

    async fn applied(&mut self, app: &str) -> Result<Vec<String>, ConnectError> {
        let select = self.select("django_migrations", "name", ColumnKind::Text, &["app"]);
        let rows = self.transaction.read(&select, &[text(app)]).await.map_err(failed)?;
        Ok(rows.into_iter().flatten().flatten().map(|name| name.to_string()).collect())
    }

    /// The content type of a model and its four permissions, as Django adds them after its `migrate`.
    async fn name_model(&mut self, app: &str, model: &str, verbose: &str) -> Result<(), ConnectError> {
        let select = self.select("django_content_type", "id", ColumnKind::Int, &["app_label", "model"]);
        let names = [text(app), text(model)];
        if self.transaction.read(&select, &names).await.map_err(failed)?.is_empty() {
            let insert = self.insert("django_content_type", &["app_label", "model"]);
            self.write(&insert, &names).await?;
        }
        let found = self.transaction.read(&select, &names).await.map_err(failed)?;
        let Some(Ok(id)) = found.into_iter().flatten().next() else { return Ok(()) };

        let select = self.select("auth_permission", "id", ColumnKind::Int, &["content_type_id", "codename"]);
        let insert = self.insert("auth_permission", &["content_type_id", "codename", "name"]);
        for action in ["add", "change", "delete", "view"] {
            let codename = FieldValue::Text(format!("{action}_{model}"));
            let known =
                self.transaction.read(&select, &[id.clone(), codename.clone()]).await.map_err(failed)?;
            if known.is_empty() {
                let name = FieldValue::Text(format!("Can {action} {verbose}"));
                self.write(&insert, &[id.clone(), codename, name]).await?;
            }
        }
        Ok(())
    }

    fn insert(&self, table: &str, columns: &[&str]) -> Statement {
        let dialect = self.backend.dialect();
        let names: Vec<_> = columns.iter().map(|column| dialect.quote(column)).collect();
        let values: Vec<_> = (1..=columns.len()).map(|number| dialect.placeholder(number)).collect();
        let table = dialect.quote(table);
        Statement::new(format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", ")))
    }

    fn select(&self, table: &str, column: &str, kind: ColumnKind, by: &[&str]) -> Query {
        let dialect = self.backend.dialect();
        let conditions: Vec<_> = (1..)
            .zip(by)
            .map(|(number, name)| format!("{} = {}", dialect.quote(name), dialect.placeholder(number)))
            .collect();
        let (table, column) = (dialect.quote(table), dialect.quote(column));
        Query::new(format!("SELECT {column} FROM {table} WHERE {}", conditions.join(" AND ")), [kind])
    }

    async fn schema(&mut self) -> Result<Schema, ConnectError> {
        let dialect = self.backend.dialect();
        let rows = self.transaction.read(&dialect.columns(), &[]).await.map_err(failed)?;
        Ok(Schema::new(dialect, rows))
    }

    async fn write(&mut self, statement: &Statement, values: &[FieldValue]) -> Result<u64, ConnectError> {
        self.transaction.write(statement, values).await.map_err(failed)
    }
}

/// `django.contrib.auth`, with `contenttypes`.
const AUTH_APP: &str = "auth";
/// The table of the number that is counted, with its row.
const BEAT: &str = "beat";

fn failed(error: sqlx::Error) -> ConnectError {
    ConnectError::unavailable("its tables are created", error)
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}
