//! A transaction on a connection that was lent, the same for every engine.

use std::future::Future;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;

use crate::backend::{Query, Row, Statement, Transaction};
use crate::pool::{Lease, Lendable};

/// An engine's connection, as far as asking it something is the engine's own matter.
pub(crate) trait Asked: Lendable + Sized {
    /// What begins a transaction that writes.
    const BEGIN: &'static str;

    /// Reads rows.
    fn read(
        lease: &mut Lease<Self>,
        query: &Query,
        values: &[FieldValue],
    ) -> impl Future<Output = Result<Vec<Row>, sqlx::Error>> + Send;

    /// Runs a statement. Tells how many rows it changed.
    fn write(
        lease: &mut Lease<Self>,
        statement: &Statement,
        values: &[FieldValue],
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;

    /// Runs a statement that neither has values nor tells anything.
    fn command(
        lease: &mut Lease<Self>,
        text: &'static str,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// An open transaction. Where it is dropped without a commit, the pool undoes it.
pub(crate) struct Writing<C: Lendable>(Lease<C>);

impl<C: Asked> Writing<C> {
    pub(crate) async fn begin(mut lease: Lease<C>) -> Result<Self, sqlx::Error> {
        lease.is_in_transaction(true);
        C::command(&mut lease, C::BEGIN).await?;
        Ok(Self(lease))
    }

    /// On a connection where every statement belongs to one, whatever was said before.
    pub(crate) fn begun(lease: Lease<C>) -> Self {
        Self(lease)
    }
}

impl<C: Asked> Transaction for Writing<C> {
    fn read<'a>(
        &'a mut self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(C::read(&mut self.0, query, values))
    }

    fn write<'a>(
        &'a mut self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(C::write(&mut self.0, statement, values))
    }

    fn commit(mut self: Box<Self>) -> BoxFuture<'static, Result<(), sqlx::Error>> {
        Box::pin(async move {
            C::command(&mut self.0, "COMMIT").await?;
            self.0.is_in_transaction(false);
            Ok(())
        })
    }
}
