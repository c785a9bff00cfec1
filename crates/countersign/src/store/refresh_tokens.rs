//! Long-running refresh tokens, as they are kept.

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::secret::PlainToken;
use crate::store::{Claim, StoreError};
use crate::user::UserKey;

/// The table of long-running refresh tokens: random texts, not signed, each good for as long as its row is.
///
/// `JWT_GET_REFRESH_TOKEN_HANDLER` is [`find_refresh_token`](Self::find_refresh_token): a project that keeps its tokens
/// in its own way is a store of its own.
///
/// A token is live until it is replaced or revoked. A user's tokens go with the user (Django's `CASCADE`).
pub trait RefreshTokens: Send + Sync {
    /// Adds a live token. Tells whether it was added: a user who is gone by now gets none.
    fn keep_refresh_token(
        &self,
        token: &NewRefreshToken<'_>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Finds a live token, letter by letter.
    fn find_refresh_token(
        &self,
        token: &PlainToken,
    ) -> impl Future<Output = Result<Option<StoredRefreshToken>, StoreError>> + Send;

    /// Puts `new`, created `at`, in the place of the live token `old`, in the same row.
    /// Of any number of callers at once, exactly one gets [`Claim::Won`]; the others changed nothing.
    fn replace_refresh_token(
        &self,
        old: &PlainToken,
        new: &PlainToken,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Revokes a live token. [`Claim::Lost`] means that there is none.
    fn revoke_refresh_token(
        &self,
        token: &PlainToken,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Revokes every live token of a user, and tells how many they were.
    fn revoke_refresh_tokens_of(
        &self,
        user: &UserKey,
        at: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Deletes up to `limit` tokens that were revoked, or, where it is given, created before `created_before`.
    /// Tells how many; fewer than `limit` means that none is left.
    fn clear_refresh_tokens(
        &self,
        created_before: Option<Timestamp>,
        limit: NonZeroU32,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// A row of `refresh_token_refreshtoken`, to be written.
#[derive(Clone, Debug)]
pub struct NewRefreshToken<'a> {
    /// The token, 255 characters at most.
    pub token: &'a PlainToken,
    /// Whose it is.
    pub user: &'a UserKey,
    /// Now.
    pub created_at: Timestamp,
}

/// A live row of `refresh_token_refreshtoken`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRefreshToken {
    /// The token.
    pub token: PlainToken,
    /// Whose it is.
    pub user: UserKey,
    /// When it was made, or took the place of another.
    pub created_at: Timestamp,
}

impl<S: RefreshTokens + ?Sized> RefreshTokens for Arc<S> {
    fn keep_refresh_token(
        &self,
        token: &NewRefreshToken<'_>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).keep_refresh_token(token)
    }

    fn find_refresh_token(
        &self,
        token: &PlainToken,
    ) -> impl Future<Output = Result<Option<StoredRefreshToken>, StoreError>> + Send {
        (**self).find_refresh_token(token)
    }

    fn replace_refresh_token(
        &self,
        old: &PlainToken,
        new: &PlainToken,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        (**self).replace_refresh_token(old, new, at)
    }

    fn revoke_refresh_token(
        &self,
        token: &PlainToken,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        (**self).revoke_refresh_token(token, at)
    }

    fn revoke_refresh_tokens_of(
        &self,
        user: &UserKey,
        at: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        (**self).revoke_refresh_tokens_of(user, at)
    }

    fn clear_refresh_tokens(
        &self,
        created_before: Option<Timestamp>,
        limit: NonZeroU32,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        (**self).clear_refresh_tokens(created_before, limit)
    }
}
