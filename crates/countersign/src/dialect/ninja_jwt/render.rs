//! From what was decided to a response.

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::authority::{Outcome, Refusal, SlidingLogin};
use crate::dialect::ninja::{self, respond};
use crate::dialect::ninja_jwt::error::ApiError;
use crate::dialect::ninja_jwt::{Endpoint, Exchange};
use crate::dialect::words::{self, TOKEN_NOT_VALID, coded};
use crate::dialect::{Json, NinjaJwt, principal};
use crate::jwt::TokenError;
use crate::secret::PlainToken;

impl NinjaJwt {
    pub(super) fn render_outcome(&self, exchange: Exchange, outcome: Outcome) -> Response<Bytes> {
        if let Some(pending) = exchange.pending {
            return pending;
        }
        let body = match outcome {
            Outcome::Authenticated(principal) | Outcome::Described(principal, _) => {
                principal::principal(&principal, &self.username_field)
            }
            Outcome::Blacklisted
            | Outcome::PasswordChanged
            | Outcome::PasswordResetRequested
            | Outcome::Verified => Json::object([]),
            Outcome::LoggedOut | Outcome::SessionRevoked => return ninja::no_content(),
            Outcome::Pair(pair) => Json::Object(vec![
                (self.username_field.clone().into(), pair.user.username.into()),
                ("refresh".into(), plain(&pair.refresh)),
                ("access".into(), plain(&pair.access)),
            ]),
            Outcome::Refreshed(refreshed) => {
                let refresh =
                    refreshed.refresh.or(exchange.refresh).map(|token| ("refresh".into(), plain(&token)));
                let access = ("access".into(), plain(&refreshed.access));
                Json::Object(refresh.into_iter().chain([access]).collect())
            }
            Outcome::Sessions(sessions) => return ninja::sessions(sessions),
            Outcome::Sliding(SlidingLogin { user, token }) => Json::Object(vec![
                (self.username_field.clone().into(), user.username.into()),
                ("token".into(), plain(&token)),
            ]),
            Outcome::SlidingRenewed(token) => Json::object([("token", plain(&token))]),
        };
        respond(StatusCode::OK, &body)
    }

    pub(super) fn render_refusal(endpoint: Endpoint, refusal: Refusal) -> Response<Bytes> {
        let body = match refusal {
            Refusal::InvalidResetToken | Refusal::UnknownResetUser | Refusal::WeakPassword(_) => {
                words::password_not_changed(&refusal)
            }
            // DIFFERENCE: Ninja JWT does not look at the user of a token that is refreshed, and so has no words for it.
            Refusal::NoActiveAccount | Refusal::NoActiveAccountForToken => {
                coded(words::NO_ACTIVE_ACCOUNT, AUTHENTICATION_FAILED)
            }
            Refusal::NoSession => {
                return respond(StatusCode::BAD_REQUEST, &coded(words::NO_SESSION, INVALID));
            }
            Refusal::NoTokenTypeFits(attempts) => words::no_type_fits(&attempts, token_error),
            Refusal::NoUserClaim => coded(words::NO_USER_CLAIM, TOKEN_NOT_VALID),
            Refusal::PasswordChanged => coded(words::PASSWORD_CHANGED, AUTHENTICATION_FAILED),
            // Verification raises a validation error.
            Refusal::Token(TokenError::Blacklisted) if endpoint == Endpoint::TokenVerify => {
                return respond(
                    StatusCode::BAD_REQUEST,
                    &coded(token_error(&TokenError::Blacklisted), INVALID),
                );
            }
            Refusal::RefreshTokenExpired | Refusal::RenewalNotSupported | Refusal::UnknownRefreshToken => {
                words::no_renewal()
            }
            Refusal::SessionsNotKept | Refusal::UnknownSession => return ninja::not_found(),
            Refusal::Throttled(throttled) => return ninja::throttled(throttled),
            Refusal::Token(error) => coded(token_error(&error), TOKEN_NOT_VALID),
            Refusal::UserInactive => coded(words::USER_INACTIVE, AUTHENTICATION_FAILED),
            Refusal::UserNotFound => coded(words::USER_NOT_FOUND, AUTHENTICATION_FAILED),
        };
        respond(StatusCode::UNAUTHORIZED, &body)
    }

    pub(super) fn render_error(error: ApiError) -> Response<Bytes> {
        match error {
            ApiError::NotAToken => {
                respond(StatusCode::UNAUTHORIZED, &coded(INVALID_OR_EXPIRED, TOKEN_NOT_VALID))
            }
            ApiError::Ninja(error) => error.render(),
            ApiError::Required(fields) => {
                let mut members =
                    vec![("detail".into(), "Invalid input.".into()), ("code".into(), INVALID.into())];
                members.extend(fields.into_iter().map(|(name, text)| (name.into(), text.into())));
                respond(StatusCode::BAD_REQUEST, &Json::Object(members))
            }
        }
    }
}

/// Ninja JWT has one sentence for what is not genuine and what has expired.
fn token_error(error: &TokenError) -> String {
    words::token_error(error, INVALID_OR_EXPIRED, INVALID_OR_EXPIRED)
}

fn plain(token: &PlainToken) -> Json {
    token.expose().to_owned().into()
}

const AUTHENTICATION_FAILED: &str = "authentication_failed";
const INVALID: &str = "invalid";
const INVALID_OR_EXPIRED: &str = "Token is invalid or expired";
