//! Sessions in memory.

use crate::clock::Timestamp;
use crate::memory::tables::LedgerTables;
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
        self.tables().ledger.sessions.values().cloned().collect()
    }
}

impl Sessions for MemoryStore {
    async fn begin_session(&self, session: &NewSession<'_>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        if !tables.is_still(session.user) {
            return Ok(false);
        }
        tables.ledger.begin(session).map(|()| true)
    }

    async fn advance_session(&self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        let mut tables = self.tables();
        if !tables.is_still(rotation.user) {
            return Ok(Step::UserChanged);
        }
        tables.ledger.advance(rotation)
    }

    async fn end_session(
        &self,
        session: &str,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let mut tables = self.tables();
        let known = tables.known(token);
        tables.ledger.record(&known);
        Ok(tables.ledger.end(session, token, at))
    }

    async fn sessions_of(&self, user: &UserKey, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        Ok(self.tables().ledger.sessions_of(user, now))
    }

    async fn revoke_session(
        &self,
        user: &UserKey,
        session: &str,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        Ok(self.tables().ledger.revoke_session(user, session, at))
    }

    async fn revoke_everything_of(
        &self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<Revoked, StoreError> {
        Ok(self.tables().ledger.revoke_everything_of(user, keep, at))
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
            tables.ledger.revoke_everything_of(user, keep, at);
        }
        Ok(replaced)
    }

    async fn is_session_revoked_allowing_stale(&self, session: &str) -> Result<bool, StoreError> {
        Ok(self.tables().ledger.is_session_revoked(session))
    }
}

impl Tables {
    fn is_still(&self, found: &User) -> bool {
        self.users.iter().any(|user| {
            user.key == found.key && user.password == found.password && user.is_active == found.is_active
        })
    }
}

impl LedgerTables {
    pub(super) fn begin(&mut self, session: &NewSession<'_>) -> Result<(), StoreError> {
        if self.sessions.contains_key(session.token.jti) {
            return Err(StoreError::inconsistent("the session's id is there already"));
        }
        self.record(session.token);
        self.put(Lineage::begun(session));
        Ok(())
    }

    pub(super) fn end(&mut self, session: &str, token: &OutstandingToken<'_>, at: Timestamp) -> Claim {
        let claim = self.claim(token, at);
        if claim == Claim::Won {
            self.revoke(at, |lineage| {
                lineage.session.id == session
                    && token.user.is_none_or(|user| user.to_string() == lineage.user)
            });
        }
        claim
    }

    pub(super) fn sessions_of(&self, user: &UserKey, now: Timestamp) -> Vec<Session> {
        let user = user.to_string();
        let live = self.sessions.values().filter(|lineage| {
            lineage.user == user && lineage.revoked_at.is_none() && lineage.session.expires_at > now
        });
        let mut sessions: Vec<_> = live.map(|lineage| lineage.session.clone()).collect();
        sessions.sort_by(|one, other| {
            other.last_used_at.cmp(&one.last_used_at).then_with(|| one.id.cmp(&other.id))
        });
        sessions
    }

    pub(super) fn revoke_session(&mut self, user: &UserKey, session: &str, at: Timestamp) -> Claim {
        let user = user.to_string();
        let revoked = self.revoke(at, |lineage| lineage.session.id == session && lineage.user == user);
        if revoked == 0 { Claim::Lost } else { Claim::Won }
    }

    pub(super) fn is_session_revoked(&self, session: &str) -> bool {
        self.sessions.get(session).is_some_and(|lineage| lineage.revoked_at.is_some())
    }

    fn put(&mut self, lineage: Lineage) {
        self.sessions.insert(lineage.session.id.clone(), lineage);
    }

    pub(super) fn advance(&mut self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
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
                self.may_follow(presented, successor)?;
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

    pub(super) fn revoke_everything_of(
        &mut self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Revoked {
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
