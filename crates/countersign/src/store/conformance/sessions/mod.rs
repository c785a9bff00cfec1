//! The rules of [`Sessions`].

mod beginning;
mod lineage;
mod others;
mod revocation;

use std::net::IpAddr;

use super::common::{NOW, by_name, ok, outstanding};
use super::fixture::{LedgerFixture, LedgerRow};
use super::verdict::Verdict;
use crate::authority::Client;
use crate::clock::{Span, Timestamp};
use crate::secret::PlainToken;
use crate::store::{Advance, NewSession, Session, SessionRules, Sessions, Step};
use crate::user::{User, UserKey};

pub(super) async fn rules<F: SessionsFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    beginning::rules(verdict, fresh).await;
    lineage::rules(verdict, fresh).await;
    others::rules(verdict, fresh).await;
    revocation::rules(verdict, fresh).await;
}

/// A store with sessions; the rules look at them with the store's own eyes.
pub(super) trait SessionsFixture: LedgerFixture<Store: Sessions> {}

impl<F: LedgerFixture<Store: Sessions>> SessionsFixture for F {}

async fn user(fixture: &impl SessionsFixture, name: &str) -> User {
    fixture.add_user(name).await;
    by_name(fixture, name).await.expect("the user was added")
}

/// Logs in: the first token's `jti` is the session's id.
async fn begin(fixture: &impl SessionsFixture, user: &User, jti: &str) -> bool {
    let text = text(jti);
    let token = outstanding(jti, &text, Some(&user.key));
    ok(fixture.store().begin_session(&NewSession { user, token: &token, client: &client() }).await)
}

/// A refresh: in which session, of which token, for which one, how many seconds after [`NOW`].
#[derive(Clone, Copy)]
struct Turn<'a>(&'a str, &'a str, &'a str, i64);

async fn advance(fixture: &impl SessionsFixture, user: &User, turn: Turn<'_>) -> Step {
    let rules = SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None };
    advance_by(fixture, user, turn, &rules).await
}

async fn advance_by(
    fixture: &impl SessionsFixture,
    user: &User,
    Turn(session, presented, successor, secs): Turn<'_>,
    rules: &SessionRules,
) -> Step {
    let texts = [text(presented), text(successor)];
    let presented = outstanding(presented, &texts[0], Some(&user.key));
    let mut successor = outstanding(successor, &texts[1], Some(&user.key));
    successor.created_at = after(secs);
    successor.expires_at = after(secs) + Span::from_days(1);
    let rotation = Advance {
        session,
        presented: &presented,
        issued_at: NOW,
        successor: &successor,
        user,
        client: &client(),
        at: after(secs),
        rules,
    };
    ok(fixture.store().advance_session(&rotation).await)
}

fn repeated(jti: &str) -> Step {
    Step::Repeated(text(jti))
}

/// What stands in the ledger for a token.
fn text(jti: &str) -> PlainToken {
    PlainToken::new(format!("the text of {jti}"))
}

fn client() -> Client {
    Client::new(Some(ADDRESS), Some("curl/8".parse().expect("a header's value")))
}

fn after(secs: i64) -> Timestamp {
    NOW + Span::from_secs(secs)
}

async fn sessions(fixture: &impl SessionsFixture, user: &UserKey, secs: i64) -> Vec<Session> {
    ok(fixture.store().sessions_of(user, after(secs)).await)
}

/// The ids in the ledger that are on the blacklist, and those that are not; each in order.
async fn ledger(fixture: &impl SessionsFixture) -> (Vec<String>, Vec<String>) {
    let mut rows = fixture.outstanding().await;
    rows.sort();
    let (used, good): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.blacklisted_at.is_some());
    let ids = |rows: Vec<LedgerRow>| rows.into_iter().map(|row| row.jti).collect();
    (ids(used), ids(good))
}

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
