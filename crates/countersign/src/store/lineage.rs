//! What a session's lineage says to a refresh token: the rules, for every store alike.
//!
//! A store locks the session's row, asks for its [standing](Lineage::standing), puts the token on the blacklist, and then
//! does what [`judge`](Lineage::judge) says; nothing here reads or writes.

use crate::authority::Client;
use crate::clock::{Span, Timestamp};
use crate::secret::PlainToken;
use crate::store::{Advance, Claim, NewSession, Session, SessionRules};

/// A session as a store keeps it: what its user is shown, and what decides over its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// What its user is shown.
    pub session: Session,
    /// Whose it is: their key as [`UserKey`](crate::user::UserKey) writes itself.
    pub user: String,
    /// The `jti` of the current refresh token.
    pub current: String,
    /// The token before; `None` before the first refresh.
    pub parent: Option<Consumed>,
    /// Since when the session is over.
    pub revoked_at: Option<Timestamp>,
}

/// A token that was consumed for its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// Its `jti`.
    pub jti: String,
    /// When.
    pub at: Timestamp,
}

/// A session's current token, as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentToken {
    /// The token itself.
    pub token: PlainToken,
    /// Since when it is on the blacklist.
    pub blacklisted_at: Option<Timestamp>,
}

/// Whether a session's tokens can be consumed at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Standing {
    /// It has lasted its whole lifetime, or was idle for too long. Whatever is presented, and the current token, go on the
    /// blacklist, so that whoever reads only that refuses them too: [`Step::Expired`](super::Step::Expired).
    Expired,
    /// They can: put the token on the blacklist, and [`judge`](Lineage::judge).
    Live,
    /// It is revoked. A successor that somebody else made of its tokens goes on the blacklist:
    /// [`Step::Revoked`](super::Step::Revoked).
    Revoked,
    /// The token's user is not the session's. Nothing is changed: [`Step::Revoked`](super::Step::Revoked).
    SomebodyElses,
}

/// What becomes of a token of a live session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Judgement {
    /// Another server than ours made it of this session's current token. The session goes on from it, the former current
    /// token goes on the blacklist: [`Step::Advanced`](super::Step::Advanced).
    Adopt,
    /// It is the current token: the session goes on from it. [`Step::Advanced`](super::Step::Advanced).
    Advance,
    /// Nothing is changed: [`Step::Revoked`](super::Step::Revoked).
    Refuse,
    /// Nothing is changed: [`Step::Repeated`](super::Step::Repeated).
    Repeat(PlainToken),
    /// The session is revoked, and its current token goes on the blacklist: [`Step::Reused`](super::Step::Reused).
    Revoke,
}

impl Lineage {
    /// A login's.
    pub fn begun(new: &NewSession<'_>) -> Self {
        Self {
            session: Session {
                id: new.token.jti.to_owned(),
                generation: 0,
                created_at: new.token.created_at,
                last_used_at: new.token.created_at,
                expires_at: new.token.expires_at,
                address: new.client.address(),
                user_agent: user_agent(new.client),
            },
            user: new.user.key.to_string(),
            current: new.token.jti.to_owned(),
            parent: None,
            revoked_at: None,
        }
    }

    /// That of a token which was made where no sessions are kept, before it is consumed for the first time: it began when the
    /// token was made.
    ///
    /// `None` for a token that names another session than its own id: that one was begun here and is there no more, so nobody
    /// knows whether it was revoked.
    pub fn found(rotation: &Advance<'_>) -> Option<Self> {
        let session = NewSession { user: rotation.user, token: rotation.presented, client: rotation.client };
        let mut found = Self::begun(&session);
        found.session.created_at = rotation.issued_at;
        found.session.last_used_at = rotation.issued_at;
        (rotation.session == rotation.presented.jti).then_some(found)
    }

    /// Whether the session's tokens can be consumed at all.
    pub fn standing(&self, rotation: &Advance<'_>) -> Standing {
        let Session { created_at, last_used_at, .. } = self.session;
        if self.user != rotation.user.key.to_string() {
            Standing::SomebodyElses
        } else if self.revoked_at.is_some() {
            Standing::Revoked
        } else if rotation.rules.is_over(created_at, last_used_at.max(rotation.issued_at), rotation.at) {
            Standing::Expired
        } else {
            Standing::Live
        }
    }

    /// What becomes of a token of this live session. `claim` is [`Claim::Won`] if it was not on the blacklist yet; `current`
    /// is the session's current token, and need not be read for that one itself where the claim was won.
    ///
    /// Order is by generation: of the consumed tokens only the current one's immediate parent may come again, and nobody asks
    /// for an `iat`.
    pub fn judge(&self, rotation: &Advance<'_>, claim: Claim, current: Option<CurrentToken>) -> Judgement {
        let presented = rotation.presented.jti;
        let is_recent = |consumed_at| rotation.rules.is_within_grace(consumed_at, rotation.at);
        if presented == self.current {
            return match (claim, current.and_then(|current| current.blacklisted_at)) {
                (Claim::Won, _) => Judgement::Advance,
                // Another server rotated it, or logged it out. Its successor is not known here, so there is none to repeat.
                (Claim::Lost, Some(at)) if is_recent(at) => Judgement::Refuse,
                (Claim::Lost, _) => Judgement::Revoke,
            };
        }
        match (&self.parent, claim, current) {
            // That it was consumed is on record here, even where somebody took it from the blacklist.
            (Some(parent), _, current) if parent.jti == presented => match current {
                Some(CurrentToken { token, blacklisted_at: None }) if is_recent(parent.at) => {
                    Judgement::Repeat(token)
                }
                _ => Judgement::Revoke,
            },
            (_, Claim::Won, _) => Judgement::Adopt,
            (_, Claim::Lost, _) => Judgement::Revoke,
        }
    }

    /// The session after [`Judgement::Adopt`] and [`Judgement::Advance`].
    #[must_use]
    pub fn advanced(self, rotation: &Advance<'_>) -> Self {
        Self {
            session: Session {
                generation: self.session.generation + 1,
                last_used_at: rotation.at,
                expires_at: rotation.successor.expires_at,
                address: rotation.client.address(),
                user_agent: user_agent(rotation.client),
                ..self.session
            },
            user: self.user,
            current: rotation.successor.jti.to_owned(),
            parent: Some(Consumed { jti: rotation.presented.jti.to_owned(), at: rotation.at }),
            revoked_at: None,
        }
    }

    /// From when on the session may be deleted: one lifetime of its current token after that has expired. For so long a
    /// successor may live that another server made of it.
    pub fn kept_until(&self) -> Timestamp {
        let Session { last_used_at, expires_at, .. } = self.session;
        let lifetime = expires_at.as_micros().saturating_sub(last_used_at.as_micros());
        expires_at + Span::from_micros(lifetime.max(0))
    }
}

impl SessionRules {
    /// Whether a session is over that began and was used at these times.
    pub fn is_over(&self, created_at: Timestamp, last_used_at: Timestamp, now: Timestamp) -> bool {
        let has_passed = |since: Timestamp, span: Option<Span>| span.is_some_and(|span| since + span <= now);
        has_passed(created_at, self.lifetime) || has_passed(last_used_at, self.idle)
    }

    /// Whether what was consumed at this time may be asked for again. Another server's clock may be ahead of ours; no grace
    /// at all is none for it either.
    fn is_within_grace(&self, consumed_at: Timestamp, now: Timestamp) -> bool {
        self.reuse_grace > Span::ZERO && now <= consumed_at + self.reuse_grace
    }
}

fn user_agent(client: &Client) -> Option<String> {
    client.user_agent().map(|name| name.chars().take(255).collect())
}

#[cfg(test)]
mod tests;
