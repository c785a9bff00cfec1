//! The rules of [`Sessions`].

mod lineage;
mod revocation;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use countersign::authority::Client;
use countersign::clock::{Span, Timestamp};
use countersign::secret::PlainToken;
use countersign::store::{Advance, NewSession, Session, SessionRules, Sessions, Step};
use countersign::user::{User, UserKey};

use super::{NOW, StoreFixture, by_name, ok, outstanding};

pub(super) async fn suite<F, Fresh>(fresh: impl Fn() -> Fresh)
where
    F: StoreFixture,
    Fresh: Future<Output = F>,
{
    lineage::a_login_begins_a_session(fresh().await).await;
    lineage::a_session_is_begun_only_for_the_user_as_found(fresh().await).await;
    lineage::a_token_is_consumed_for_its_successor(fresh().await).await;
    lineage::a_lost_answer_is_repeated_for_a_while(fresh().await).await;
    lineage::only_the_immediate_parent_is_repeated(fresh().await).await;
    lineage::of_many_with_one_token_one_advances_and_the_others_get_its_successor(Arc::new(fresh().await))
        .await;
    lineage::of_many_that_find_a_session_one_begins_it(Arc::new(fresh().await)).await;
    lineage::a_token_begins_the_session_that_it_has_none_of(fresh().await).await;
    lineage::what_another_server_consumed_is_reused_after_a_while(fresh().await).await;
    lineage::another_servers_successor_is_adopted_and_a_fork_found_out(fresh().await).await;
    lineage::a_session_ends_by_its_rules(fresh().await).await;
    lineage::a_user_who_changed_is_told_and_nothing_else(fresh().await).await;
    lineage::a_taken_successor_undoes_the_step(fresh().await).await;
    revocation::a_revoked_session_has_no_good_token(fresh().await).await;
    revocation::a_logout_ends_the_session(fresh().await).await;
    revocation::everything_of_a_user_is_revoked_but_what_is_kept(fresh().await).await;
    revocation::a_password_is_replaced_with_its_sessions_or_not_at_all(fresh().await).await;
    revocation::no_refresh_survives_a_revocation(Arc::new(fresh().await)).await;
    revocation::no_token_survives_a_new_password(Arc::new(fresh().await)).await;
    revocation::a_revocation_is_kept_as_long_as_its_tokens(fresh().await).await;
}

async fn user(fixture: &impl StoreFixture, name: &str) -> User {
    fixture.add_user(name).await;
    by_name(fixture, name).await.expect("the user was added")
}

/// Logs in: the first token's `jti` is the session's id.
async fn begin(fixture: &impl StoreFixture, user: &User, jti: &str) -> bool {
    let text = text(jti);
    let token = outstanding(jti, &text, Some(&user.key));
    ok(fixture.store().begin_session(&NewSession { user, token: &token, client: &client() }).await)
}

/// A refresh: in which session, of which token, for which one, how many seconds after [`NOW`].
#[derive(Clone, Copy)]
struct Turn<'a>(&'a str, &'a str, &'a str, i64);

async fn advance(fixture: &impl StoreFixture, user: &User, turn: Turn<'_>) -> Step {
    let rules = SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None };
    advance_by(fixture, user, turn, &rules).await
}

async fn advance_by(
    fixture: &impl StoreFixture,
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

async fn sessions(fixture: &impl StoreFixture, user: &UserKey, secs: i64) -> Vec<Session> {
    ok(fixture.store().sessions_of(user, after(secs)).await)
}

/// The ids in the ledger that are on the blacklist, and those that are not; each in order.
async fn ledger(fixture: &impl StoreFixture) -> (Vec<String>, Vec<String>) {
    let mut rows = fixture.outstanding().await;
    rows.sort();
    let (used, good): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.blacklisted_at.is_some());
    let ids = |rows: Vec<super::LedgerRow>| rows.into_iter().map(|row| row.jti).collect();
    (ids(used), ids(good))
}

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
