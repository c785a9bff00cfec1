//! What the rules have in common.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::fixture::UsersFixture;
use crate::clock::Timestamp;
use crate::secret::PlainToken;
use crate::store::{Claim, OutstandingToken, UserLookup, Users};
use crate::user::{User, UserKey};

pub(super) async fn by_name(fixture: &impl UsersFixture, name: &str) -> Option<User> {
    ok(fixture.store().find(UserLookup::Username(name)).await)
}

/// Fifty at once.
pub(super) async fn at_once<F, Task>(fixture: &Arc<F>, task: impl Fn(Arc<F>, usize) -> Task) -> Vec<Claim>
where
    Task: Future<Output = Claim> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        tasks.spawn(task(fixture.clone(), number));
    }
    tasks.join_all().await
}

pub(super) fn winners(claims: &[Claim]) -> usize {
    claims.iter().filter(|claim| **claim == Claim::Won).count()
}

pub(super) fn outstanding<'a>(
    jti: &'a str,
    token: &'a PlainToken,
    user: Option<&'a UserKey>,
) -> OutstandingToken<'a> {
    OutstandingToken { jti, token, user, created_at: NOW, expires_at: TOMORROW }
}

#[track_caller]
pub(super) fn ok<T, E: Debug>(result: Result<T, E>) -> T {
    result.expect("the store answers")
}

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);
pub(super) const TOMORROW: Timestamp = Timestamp::from_secs(1_767_312_000);
