//! The steps that the transactions over sessions are made of.

use countersign::clock::Timestamp;
use countersign::store::{CurrentToken, Lineage, Revoked, StoreError};
use countersign::user::{FieldValue, User, UserKey};

use super::SessionTable;
use super::row::{self, lineage, text};
use crate::backend::{Query, Row, Statement, Transaction};
use crate::database::Database;
use crate::users;

/// A transaction over users, sessions and the ledger.
pub(super) struct Work<'a> {
    pub(super) database: &'a Database,
    pub(super) table: &'a SessionTable,
    pub(super) transaction: Box<dyn Transaction>,
}

impl<'a> Work<'a> {
    pub(super) async fn begin(database: &'a Database) -> Result<Self, StoreError> {
        let table = database.sessions()?;
        Ok(Self { database, table, transaction: database.begin().await? })
    }

    /// The user, who stays so until the end of the transaction.
    pub(super) async fn hold_user(&mut self, user: &UserKey) -> Result<Option<User>, StoreError> {
        let mut rows = self.read(&self.table.hold_user, &[user.clone().into()]).await?;
        rows.pop().map(|row| users::user(self.database.user_model(), row)).transpose()
    }

    /// Whether the user is as they were found, and so until the end of the transaction.
    pub(super) async fn hold_user_as(&mut self, found: &User) -> Result<bool, StoreError> {
        let user = self.hold_user(&found.key).await?;
        Ok(user.is_some_and(|user| user.password == found.password && user.is_active == found.is_active))
    }

    pub(super) async fn lock_session(&mut self, id: &str) -> Result<Option<Lineage>, StoreError> {
        let row = self.read(&self.table.lock, &[text(id)]).await?.pop();
        let lineage = row.map(lineage).transpose()?;
        // Some collations find what is spelled otherwise.
        Ok(lineage.filter(|lineage| lineage.session.id == id))
    }

    pub(super) async fn current(&mut self, jti: &str) -> Result<Option<CurrentToken>, StoreError> {
        let rows = self.read(&self.table.current, &[text(jti)]).await?;
        Ok(rows.first().and_then(row::current))
    }

    /// Revokes a session and tells how many that were, none if it was revoked before.
    pub(super) async fn revoke(&mut self, lineage: &Lineage, at: Timestamp) -> Result<u64, StoreError> {
        let values = [FieldValue::Timestamp(at), text(&lineage.session.id)];
        let revoked = self.write(&self.table.revoke, &values).await?;
        self.blacklist(&lineage.current, at).await?;
        Ok(revoked)
    }

    pub(super) async fn revoke_everything(
        &mut self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<Revoked, StoreError> {
        let owner = user.to_string();
        let kept = match keep {
            Some(id) => self.lock_session(id).await?.filter(|lineage| lineage.user == owner),
            None => None,
        };
        // No session and no token has an empty id.
        let (id, current) = kept.map_or_else(Default::default, |kept| (kept.session.id, kept.current));
        let now = FieldValue::Timestamp(at);
        let values = [now.clone(), text(&owner), text(&id)];
        let sessions = self.write(&self.table.revoke_all, &values).await?;
        let values = [now, user.clone().into(), text(&current)];
        let tokens = self.write(&self.database.statements().blacklist_all, &values).await?;
        Ok(Revoked { sessions, tokens })
    }

    /// Puts a token on the blacklist that is among the outstanding ones.
    pub(super) async fn blacklist(&mut self, jti: &str, at: Timestamp) -> Result<(), StoreError> {
        let values = [FieldValue::Timestamp(at), text(jti)];
        self.write(&self.database.statements().claim, &values).await.map(drop)
    }

    pub(super) async fn read(
        &mut self,
        query: &Query,
        values: &[FieldValue],
    ) -> Result<Vec<Row>, StoreError> {
        let rows = self.transaction.read(query, values).await;
        rows.map_err(|error| self.database.failed(error))
    }

    pub(super) async fn write(
        &mut self,
        statement: &Statement,
        values: &[FieldValue],
    ) -> Result<u64, StoreError> {
        let changed = self.transaction.write(statement, values).await;
        changed.map_err(|error| self.database.failed(error))
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.database.commit(self.transaction).await
    }
}
