//! The ledger of tokens: the two tables of `token_blacklist`.
//!
//! A row of the blacklist is a claim: its `token_id` is unique, so of all who insert it exactly one succeeds,
//! whatever other server or Django process is among them.
//!
//! DIFFERENCE: SimpleJWT looks at the blacklist first and writes it later, in statements of their own, so that two
//! refreshes at once both succeed. The rows are the same.

use std::num::NonZeroU32;

use countersign::clock::Timestamp;
use countersign::store::{
    Claim, FlushCursor, Flushed, Holder, OutstandingToken, StoreError, StoreErrorKind, TokenLedger,
    UserLookup, Users,
};
use countersign::user::{FieldValue, UserKey};

use crate::backend::{Row, Transaction};
use crate::blacklist::Known;
use crate::database::{Attempt, Database};
use crate::statements::OUTSTANDING;

impl TokenLedger for Database {
    async fn record(&self, token: &OutstandingToken<'_>) -> Result<(), StoreError> {
        self.write(&self.statements().record, &row(token)).await.map(drop)
    }

    async fn is_blacklisted(&self, jti: &str) -> Result<bool, StoreError> {
        let rows = self.read(&self.statements().is_blacklisted, &[text(jti)]).await?;
        Ok(!rows.is_empty())
    }

    async fn is_blacklisted_allowing_stale(&self, jti: &str) -> Result<bool, StoreError> {
        match self.blacklist().map_or(Known::Unknown, |memory| memory.look_up_token(jti)) {
            Known::Absent => Ok(false),
            Known::Unknown => self.is_blacklisted(jti).await,
            Known::Revoked => match self.is_blacklisted(jti).await {
                Err(error) if error.kind() == StoreErrorKind::Unavailable => Ok(true),
                answer => answer,
            },
        }
    }

    async fn find_unless_blacklisted(&self, by: UserLookup<'_>, jti: &str) -> Result<Holder, StoreError> {
        match self.holder(by.clone(), jti).await? {
            Some(holder) => Ok(holder),
            None if self.is_blacklisted(jti).await? => Ok(Holder::Blacklisted),
            None => self.find(by).await.map(Holder::from),
        }
    }

    async fn blacklist(&self, token: &OutstandingToken<'_>, at: Timestamp) -> Result<Claim, StoreError> {
        let once = move || -> Attempt<'_, _> {
            Box::pin(async move {
                let mut transaction = self.begin().await?;
                let claim = self.claim(&mut *transaction, token, at).await?;
                self.commit(transaction).await?;
                Ok(claim)
            })
        };
        let claim = if self.claim_at_once(token, at).await? { Claim::Won } else { self.settle(once).await? };
        if let Some(memory) = self.blacklist() {
            memory.revoke_token(token.jti, token.expires_at);
            if claim == Claim::Won {
                memory.announce();
            }
        }
        Ok(claim)
    }

    async fn blacklist_all_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        let values = [FieldValue::Timestamp(at), user.clone().into(), text(KEEP_NONE)];
        let mut blacklisted = 0;
        for _ in 0..PASSES {
            blacklisted += self.write(&self.statements().blacklist_all, &values).await?;
            // Where a rotation was under way it was waited for, and it left a successor that was not there to be seen.
            if self.read(&self.statements().is_any_good, &values).await?.is_empty() {
                self.tell_memory(blacklisted > 0);
                return Ok(blacklisted);
            }
        }
        Err(StoreError::unavailable("tokens are refreshed faster than they can be blacklisted"))
    }

    async fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let once = move || -> Attempt<'_, _> {
            Box::pin(async move {
                let mut transaction = self.begin().await?;
                if self.claim(&mut *transaction, presented, at).await? == Claim::Lost {
                    return Ok(Claim::Lost);
                }
                let recorded = transaction.write(&self.statements().record, &row(successor)).await;
                if recorded.map_err(|error| self.failed(error))? == 0 {
                    return Err(StoreError::inconsistent(
                        "the successor's jti is among the outstanding tokens already",
                    ));
                }
                self.commit(transaction).await?;
                Ok(Claim::Won)
            })
        };
        let is_done = self.rotate_at_once(presented, successor, at).await?;
        let claim = if is_done { Claim::Won } else { self.settle(once).await? };
        // Nobody is told of it: wherever a refresh token is presented, the database itself is asked.
        if let Some(memory) = self.blacklist() {
            memory.revoke_token(presented.jti, presented.expires_at);
        }
        Ok(claim)
    }

    async fn flush_expired(
        &self,
        now: Timestamp,
        from: FlushCursor,
        limit: NonZeroU32,
    ) -> Result<Flushed, StoreError> {
        let values =
            [FieldValue::Timestamp(now), FieldValue::Int(from.row()), FieldValue::Int(limit.get().into())];
        let flushed = match &self.statements().at_once {
            Some(at_once) => {
                let (tokens, last) = batch(&self.read(&at_once.flush, &values).await?)?;
                Flushed { tokens, next: (tokens >= limit.get().into()).then(|| FlushCursor::behind(last)) }
            }
            None => self.settle(|| Box::pin(self.flush_tokens(&values, limit))).await?,
        };
        if flushed.next.is_none() {
            // Not in the same transaction: others take the session's row first.
            self.flush_sessions(now, limit).await?;
        }
        Ok(flushed)
    }
}

impl Database {
    async fn flush_tokens(&self, values: &[FieldValue; 3], limit: NonZeroU32) -> Result<Flushed, StoreError> {
        let (statements, failed) = (self.statements(), |error| self.failed(error));
        let mut transaction = self.begin().await?;
        let (found, last) = batch(&transaction.read(&statements.flush_batch, values).await.map_err(failed)?)?;
        if found == 0 {
            return Ok(Flushed { tokens: 0, next: None });
        }
        let [now, from, limit_value] = values.clone();
        let values = [now, from, FieldValue::Int(last), limit_value];
        transaction.write(&statements.flush_blacklisted, &values).await.map_err(failed)?;
        let tokens = transaction.write(&statements.flush_outstanding, &values).await.map_err(failed)?;
        self.commit(transaction).await?;
        Ok(Flushed { tokens, next: (found >= limit.get().into()).then(|| FlushCursor::behind(last)) })
    }

    /// How many tokens had expired by `now`, which [`flush_expired`](TokenLedger::flush_expired) deletes.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn count_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.count(&self.statements().count_expired, &[FieldValue::Timestamp(now)]).await
    }

    pub(crate) async fn claim(
        &self,
        transaction: &mut dyn Transaction,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let failed = |error| self.failed(error);
        transaction.write(&self.statements().record, &row(token)).await.map_err(failed)?;
        let values = [FieldValue::Timestamp(at), text(token.jti)];
        let inserted = transaction.write(&self.statements().claim, &values).await.map_err(failed)?;
        Ok(if inserted == 1 { Claim::Won } else { Claim::Lost })
    }

    pub(crate) async fn commit(&self, transaction: Box<dyn Transaction>) -> Result<(), StoreError> {
        transaction.commit().await.map_err(|error| self.failed(error))
    }
}

/// The parameters of [`Statements::record`](crate::statements::Statements::record).
pub(crate) fn row(token: &OutstandingToken<'_>) -> [FieldValue; 5] {
    [
        token.user.map_or(FieldValue::Null, |user| user.clone().into()),
        text(token.jti),
        text(token.token.expose()),
        FieldValue::Timestamp(token.created_at),
        FieldValue::Timestamp(token.expires_at),
    ]
}

/// A count of tokens, and the last one's id.
fn batch(rows: &[Row]) -> Result<(u64, i64), StoreError> {
    match rows.first().map(|row| &**row) {
        Some([Ok(FieldValue::Int(tokens)), Ok(FieldValue::Int(last))]) => {
            Ok((u64::try_from(*tokens).unwrap_or(0), *last))
        }
        _ => Err(StoreError::inconsistent(format!("the ids of {OUTSTANDING:?} are no numbers"))),
    }
}

/// No token has an empty id.
const KEEP_NONE: &str = "";
/// How often the tokens of a user are looked for that have taken the place of others meanwhile.
const PASSES: u32 = 100;

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}
