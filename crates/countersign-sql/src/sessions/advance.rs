//! A refresh: what the session says to the token, and what is written then.

use countersign::store::{Advance, Claim, Judgement, Lineage, Standing, Step, StoreError};

use super::row::{changing, row, text};
use super::work::Work;
use crate::database::Database;
use crate::ledger;

impl Database {
    pub(super) async fn advance_session_once(&self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        let Advance { presented, at, .. } = *rotation;
        let mut work = Work::begin(self).await?;
        if !work.hold_user_as(rotation.user).await? {
            return Ok(Step::UserChanged);
        }
        let mut is_found_here = false;
        let mut known = work.lock_session(rotation.session).await?;
        if known.is_none()
            && let Some(found) = Lineage::found(rotation)
        {
            // Of two that find it at once, one waits here for the other, and reads what that one left.
            is_found_here = work.write(&work.table.begin, &row(&found)).await? == 1;
            known = work.lock_session(rotation.session).await?;
        }
        let Some(lineage) = known else { return Ok(Step::Revoked) };

        let standing = lineage.standing(rotation);
        if standing == Standing::SomebodyElses {
            return Ok(Step::Revoked);
        }
        let claim = self.claim(&mut *work.transaction, presented, at).await?;
        if is_found_here && claim == Claim::Lost {
            // There is nothing to revoke, so the session is not begun either.
            return Ok(Step::Revoked);
        }
        let judgement = match standing {
            Standing::Live => {
                let current = match claim {
                    Claim::Won if lineage.current == presented.jti => None,
                    Claim::Lost | Claim::Won => work.current(&lineage.current).await?,
                };
                lineage.judge(rotation, claim, current)
            }
            Standing::Expired => {
                work.blacklist(&lineage.current, at).await?;
                work.commit().await?;
                return Ok(Step::Expired);
            }
            Standing::Revoked | Standing::SomebodyElses => {
                work.commit().await?;
                return Ok(Step::Revoked);
            }
        };
        work.settle(judgement, lineage, rotation).await
    }
}

impl Work<'_> {
    /// Does what was judged of a live session's token, which is on the blacklist by now.
    async fn settle(
        mut self,
        judgement: Judgement,
        lineage: Lineage,
        rotation: &Advance<'_>,
    ) -> Result<Step, StoreError> {
        match judgement {
            Judgement::Adopt | Judgement::Advance => {
                if judgement == Judgement::Adopt {
                    self.blacklist(&lineage.current, rotation.at).await?;
                }
                if self.write(&self.database.statements().record, &ledger::row(rotation.successor)).await?
                    == 0
                {
                    return Err(StoreError::inconsistent(
                        "the successor's jti is among the outstanding tokens already",
                    ));
                }
                let mut values = Vec::from(changing(&lineage.advanced(rotation)));
                values.push(text(rotation.session));
                self.write(&self.table.advance, &values).await?;
                self.commit().await?;
                Ok(Step::Advanced)
            }
            Judgement::Refuse => Ok(Step::Revoked),
            Judgement::Repeat(token) => Ok(Step::Repeated(token)),
            Judgement::Revoke => {
                self.revoke(&lineage, rotation.at).await?;
                self.commit().await?;
                Ok(Step::Reused)
            }
        }
    }
}
