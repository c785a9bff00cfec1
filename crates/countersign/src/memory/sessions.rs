//! Sessions in memory.

use crate::clock::Timestamp;
use crate::memory::{MemoryStore, Tables};
use crate::secret::StoredPassword;
use crate::store::{
    Advance, Claim, CurrentToken, Judgement, Lineage, NewSession, OutstandingToken, Revoked, Session,
    Sessions, Standing, Step, StoreError,
};
use crate::user::{User, UserKey};

impl MemoryStore {
    /// Every session, in the order of the ids.
    pub fn sessions(&self) -> Vec<Lineage> {
        self.tables().sessions.values().cloned().collect()
    }
}

impl Sessions for MemoryStore {
    async fn begin_session(&self, session: &NewSession<'_>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        if !tables.is_still(session.user) {
            return Ok(false);
        }
        if tables.sessions.contains_key(session.token.jti) {
            return Err(StoreError::inconsistent("the session's id is there already"));
        }
        tables.record(session.token);
        tables.put(Lineage::begun(session));
        Ok(true)
    }

    async fn advance_session(&self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        let mut tables = self.tables();
        if !tables.is_still(rotation.user) {
            return Ok(Step::UserChanged);
        }
        tables.advance(rotation)
    }

    async fn end_session(
        &self,
        session: &str,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let mut tables = self.tables();
        let claim = tables.claim(token, at);
        if claim == Claim::Won {
            tables.revoke(at, |lineage| {
                lineage.session.id == session
                    && token.user.is_none_or(|user| user.to_string() == lineage.user)
            });
        }
        Ok(claim)
    }

    async fn sessions_of(&self, user: &UserKey, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let user = user.to_string();
        let tables = self.tables();
        let live = tables.sessions.values().filter(|lineage| {
            lineage.user == user && lineage.revoked_at.is_none() && lineage.session.expires_at > now
        });
        let mut sessions: Vec<_> = live.map(|lineage| lineage.session.clone()).collect();
        sessions.sort_by(|one, other| {
            other.last_used_at.cmp(&one.last_used_at).then_with(|| one.id.cmp(&other.id))
        });
        Ok(sessions)
    }

    async fn revoke_session(
        &self,
        user: &UserKey,
        session: &str,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let user = user.to_string();
        let revoked =
            self.tables().revoke(at, |lineage| lineage.session.id == session && lineage.user == user);
        Ok(if revoked == 0 { Claim::Lost } else { Claim::Won })
    }

    async fn revoke_everything_of(
        &self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<Revoked, StoreError> {
        Ok(self.tables().revoke_everything_of(user, keep, at))
    }

    async fn replace_password_and_revoke(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let replaced = tables.replace_password(user, old, new);
        if replaced {
            tables.revoke_everything_of(user, keep, at);
        }
        Ok(replaced)
    }

    async fn is_session_revoked_allowing_stale(&self, session: &str) -> Result<bool, StoreError> {
        Ok(self.tables().sessions.get(session).is_some_and(|lineage| lineage.revoked_at.is_some()))
    }
}

impl Tables {
    fn is_still(&self, found: &User) -> bool {
        self.users.iter().any(|user| {
            user.key == found.key && user.password == found.password && user.is_active == found.is_active
        })
    }

    fn put(&mut self, lineage: Lineage) {
        self.sessions.insert(lineage.session.id.clone(), lineage);
    }

    fn advance(&mut self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        let Advance { presented, successor, at, .. } = *rotation;
        let lineage = match self.sessions.get(rotation.session) {
            Some(lineage) => lineage.clone(),
            None => match Lineage::found(rotation).filter(|_| !self.is_blacklisted(presented.jti)) {
                Some(lineage) => lineage,
                None => return Ok(Step::Revoked),
            },
        };
        match lineage.standing(rotation) {
            Standing::Live => {}
            Standing::Expired => {
                let (Claim::Won | Claim::Lost) = self.claim(presented, at);
                self.blacklist_known(&lineage.current, at);
                self.put(lineage);
                return Ok(Step::Expired);
            }
            Standing::Revoked => {
                let (Claim::Won | Claim::Lost) = self.claim(presented, at);
                return Ok(Step::Revoked);
            }
            Standing::SomebodyElses => return Ok(Step::Revoked),
        }
        let claim = if self.is_blacklisted(presented.jti) { Claim::Lost } else { Claim::Won };
        let current = self
            .tokens
            .get(&lineage.current)
            .map(|row| CurrentToken { token: row.token.clone(), blacklisted_at: row.blacklisted_at });
        match lineage.judge(rotation, claim, current) {
            Judgement::Adopt | Judgement::Advance => {
                if self.tokens.contains_key(successor.jti) || presented.jti == successor.jti {
                    return Err(StoreError::inconsistent("the successor's jti is there already"));
                }
                let (Claim::Won | Claim::Lost) = self.claim(presented, at);
                self.blacklist_known(&lineage.current, at);
                self.record(successor);
                self.put(lineage.advanced(rotation));
                Ok(Step::Advanced)
            }
            Judgement::Refuse => Ok(Step::Revoked),
            Judgement::Repeat(token) => Ok(Step::Repeated(token)),
            Judgement::Revoke => {
                let (Claim::Won | Claim::Lost) = self.claim(presented, at);
                self.revoke(at, |known| known.session.id == lineage.session.id);
                Ok(Step::Reused)
            }
        }
    }

    /// Revokes sessions that are not revoked yet, and tells how many they were.
    fn revoke(&mut self, at: Timestamp, is_meant: impl Fn(&Lineage) -> bool) -> u64 {
        let mut last = Vec::new();
        for lineage in self.sessions.values_mut().filter(|lineage| lineage.revoked_at.is_none()) {
            if is_meant(lineage) {
                lineage.revoked_at = Some(at);
                last.push(lineage.current.clone());
            }
        }
        for current in &last {
            self.blacklist_known(current, at);
        }
        last.len() as u64
    }

    fn revoke_everything_of(&mut self, user: &UserKey, keep: Option<&str>, at: Timestamp) -> Revoked {
        let owner = user.to_string();
        let kept = keep.and_then(|id| self.sessions.get(id)).filter(|lineage| lineage.user == owner);
        let kept = kept.map(|lineage| lineage.current.clone());
        let tokens = self.blacklist_all_of(user, kept.as_deref(), at);
        let sessions = self.revoke(at, |lineage| lineage.user == owner && Some(&*lineage.session.id) != keep);
        Revoked { sessions, tokens }
    }

    fn blacklist_known(&mut self, jti: &str, at: Timestamp) {
        if let Some(token) = self.tokens.get_mut(jti) {
            token.blacklisted_at.get_or_insert(at);
        }
    }
}
