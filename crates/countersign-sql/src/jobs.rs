//! Jobs that come round: of all servers on one database, one does each at a time, and no sooner than it is due.
//!
//! A job is a row. Whoever changes it from idle to theirs, in one `UPDATE`, has it; nobody waits, and who is gone in the
//! middle of it is not waited for beyond the time that they had asked for. The servers' clocks are compared, so that time
//! should be longer than they differ; two who do the same job at once only waste one's work.

use countersign::clock::{Span, Timestamp};
use countersign::store::StoreError;
use countersign::user::FieldValue;

use crate::backend::{Dialect, Statement};
use crate::database::Database;

/// A job that comes round.
#[derive(Clone, Debug)]
pub struct Job {
    /// What it is called, in 64 characters: the same on every server.
    pub name: &'static str,
    /// How long after it was done it is due again.
    pub every: Span,
    /// How long it may take from one sign of life to the next.
    pub patience: Span,
}

/// Somebody who does jobs: 64 characters that nobody else has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker(pub String);

impl Database {
    /// Whether the table of jobs was there when the connection was made. Without it every method of jobs fails.
    pub fn has_jobs(&self) -> bool {
        self.jobs().is_ok()
    }

    /// Takes a job up that is due, and that nobody has in hand. Of any number of workers, one does.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn take_up(&self, job: &Job, worker: &Worker, now: Timestamp) -> Result<bool, StoreError> {
        let jobs = self.jobs()?;
        let never = FieldValue::Timestamp(Timestamp::from_secs(0));
        let name = FieldValue::Text(job.name.to_owned());
        self.write(&jobs.know, &[name.clone(), text(""), never.clone(), never]).await?;
        let values = [
            worker.into(),
            FieldValue::Timestamp(now + job.patience),
            name,
            FieldValue::Timestamp(now),
            FieldValue::Timestamp(now - job.every),
        ];
        Ok(self.write(&jobs.take_up, &values).await? > 0)
    }

    /// Says that the work on a job goes on. Tells whether the worker still has it in hand.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn keep_up(&self, job: &Job, worker: &Worker, now: Timestamp) -> Result<bool, StoreError> {
        let until = FieldValue::Timestamp(now + job.patience);
        Ok(self.write(&self.jobs()?.keep_up, &[until, text(job.name), worker.into()]).await? > 0)
    }

    /// Puts a job down that is done.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn put_down(&self, job: &Job, worker: &Worker, now: Timestamp) -> Result<(), StoreError> {
        let values = [FieldValue::Timestamp(now), text(job.name), worker.into()];
        self.write(&self.jobs()?.put_down, &values).await.map(drop)
    }
}

/// The table of jobs and its statements; each says its parameters in order.
#[derive(Debug)]
pub(crate) struct Jobs {
    /// (name, nobody, never, never)
    know: Statement,
    /// (worker, until when, name, now, done before)
    take_up: Statement,
    /// (until when, name, worker)
    keep_up: Statement,
    /// (now, name, worker)
    put_down: Statement,
}

impl Jobs {
    pub(crate) const TABLE: &str = "countersign_job";

    pub(crate) fn new(dialect: &dyn Dialect) -> Self {
        let [table, name, worker, held_until, done_at] =
            [Self::TABLE, "name", "worker", "held_until", "done_at"].map(|name| dialect.quote(name));
        let [one, two, three, four, five] = [1, 2, 3, 4, 5].map(|number| dialect.placeholder(number));
        Self {
            know: Statement::new(dialect.insert_unless(
                Self::TABLE,
                &["name", "worker", "held_until", "done_at"],
                &format!(
                    "SELECT {one}, {two}, {three}, {four} WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {name} = {one})"
                ),
                "name",
            )),
            take_up: Statement::new(format!(
                "UPDATE {table} SET {worker} = {one}, {held_until} = {two} \
                 WHERE {name} = {three} AND {held_until} <= {four} AND {done_at} <= {five}"
            )),
            keep_up: Statement::new(format!(
                "UPDATE {table} SET {held_until} = {one} WHERE {name} = {two} AND {worker} = {three}"
            )),
            put_down: Statement::new(format!(
                "UPDATE {table} SET {done_at} = {one}, {held_until} = {one} \
                 WHERE {name} = {two} AND {worker} = {three}"
            )),
        }
    }
}

impl From<&Worker> for FieldValue {
    fn from(worker: &Worker) -> Self {
        text(&worker.0)
    }
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}
