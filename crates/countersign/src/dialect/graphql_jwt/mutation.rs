//! What a mutation says when the answer is no.

use crate::authority::Refusal;
use crate::jwt::TokenError;
use crate::token::UntypedToken;

/// One of the package's mutations; `requestToken` is two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// `requestToken` with a refresh token, even an empty one or `null`.
    Renew,
    /// `requestToken` with a name and a password.
    Request,
    /// `revokeToken`.
    Revoke,
    /// `verifyToken`.
    Verify,
}

impl Mutation {
    /// What the package says to `requestToken` without a refresh token, and without both others.
    pub const INVALID_ARGUMENTS: &'static str = "Invalid arguments";

    /// The refusal, in the package's words.
    pub fn message(self, refusal: &Refusal) -> &'static str {
        match (self, refusal) {
            (Self::Renew | Self::Revoke, Refusal::RenewalNotSupported) => "Token refresh not supported",
            (Self::Renew | Self::Revoke, Refusal::UnknownRefreshToken) => "Invalid refresh token",
            // Whatever is wrong with it.
            (Self::Renew, _) => "Token expired",
            (Self::Request, _) => "Authentication failure",
            (Self::Revoke | Self::Verify, refusal) => match refusal.token_error() {
                Some(TokenError::Expired) => "Signature has expired",
                Some(error) if error.is_undecodable() => "Error decoding signature",
                _ => "Invalid token",
            },
        }
    }

    /// `exp` and `origIat` of a verified token, in whole seconds: what `verifyToken` tells.
    ///
    /// # Errors
    ///
    /// The message, where one of them is not there or no `Int` of GraphQL, which has 32 bits.
    ///
    /// DIFFERENCE: the package shows Python's `KeyError`, or what strawberry says of the number.
    pub fn payload(token: &UntypedToken) -> Result<(i32, i32), &'static str> {
        let int = |claim| token.claims().get::<i32>(claim).ok().flatten();
        int("exp").zip(int("origIat")).ok_or("Invalid payload")
    }
}
