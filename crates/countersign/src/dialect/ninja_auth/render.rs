//! From what was decided to a response.

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::authority::{Outcome, Principal, Refusal};
use crate::dialect::ninja::{self, respond};
use crate::dialect::ninja_auth::error::ApiError;
use crate::dialect::ninja_auth::{Endpoint, Exchange, parse, user};
use crate::dialect::words::{self, TOKEN_NOT_VALID, coded, detail};
use crate::dialect::{Json, NinjaAuth, principal};
use crate::jwt::TokenError;
use crate::secret::PlainToken;

impl NinjaAuth {
    pub(super) fn render_outcome(&self, exchange: Exchange, outcome: Outcome) -> Response<Bytes> {
        if let Some(pending) = exchange.pending {
            return pending;
        }
        let body = match outcome {
            Outcome::Described(Principal::User(user), relations) => {
                user::shown(&user, &relations, &self.fields)
            }
            Outcome::Described(claimed, _) => principal::principal(&claimed, "username"),
            Outcome::Pair(pair) => Json::object([
                ("message", SUCCESS.into()),
                ("user", user::shown(&pair.user, &pair.relations, &self.fields)),
                ("access", plain(&pair.access)),
                ("refresh", plain(&pair.refresh)),
            ]),
            Outcome::Refreshed(refreshed) => {
                let refresh =
                    refreshed.refresh.or(exchange.refresh).map(|token| ("refresh".into(), plain(&token)));
                let access = ("access".into(), plain(&refreshed.access));
                Json::Object(refresh.into_iter().chain([access]).collect())
            }
            Outcome::SessionRevoked => return ninja::no_content(),
            Outcome::Sessions(sessions) => return ninja::sessions(sessions),
            Outcome::Sliding(login) => Json::object([("token", plain(&login.token))]),
            Outcome::SlidingRenewed(token) => Json::object([("token", plain(&token))]),
            Outcome::Authenticated(_)
            | Outcome::Blacklisted
            | Outcome::LoggedOut
            | Outcome::PasswordChanged
            | Outcome::PasswordResetRequested
            | Outcome::Verified => Json::object([("message", SUCCESS.into())]),
        };
        respond(StatusCode::OK, &body)
    }

    pub(super) fn render_refusal(endpoint: Endpoint, refusal: Refusal) -> Response<Bytes> {
        let body = match refusal {
            Refusal::InvalidResetToken => return ApiError::Invalid("Invalid Token").render(),
            Refusal::NoActiveAccount if endpoint == Endpoint::Login => detail("Incorrect Credentials"),
            Refusal::NoActiveAccount => detail("Incorrect authentication credentials."),
            Refusal::NoActiveAccountForToken | Refusal::UserInactive => coded(words::USER_INACTIVE, NO_CODE),
            Refusal::NoSession => return ApiError::Invalid(words::NO_SESSION).render(),
            Refusal::NoTokenTypeFits(attempts) => words::no_type_fits(&attempts, token_error),
            Refusal::NoUserClaim => coded(words::NO_USER_CLAIM, TOKEN_NOT_VALID),
            Refusal::PasswordChanged => coded(words::PASSWORD_CHANGED, NO_CODE),
            Refusal::RefreshTokenExpired | Refusal::RenewalNotSupported | Refusal::UnknownRefreshToken => {
                words::no_renewal()
            }
            Refusal::SessionsNotKept if endpoint == Endpoint::Logout => {
                return ApiError::Invalid("sessions are not kept: only a logout without a scope is there")
                    .render();
            }
            Refusal::SessionsNotKept | Refusal::UnknownSession => return ninja::not_found(),
            Refusal::Throttled(throttled) => return ninja::throttled(throttled),
            Refusal::Token(error) => coded(token_error(&error), TOKEN_NOT_VALID),
            Refusal::UnknownResetUser => return ApiError::Invalid(parse::INVALID_UID).render(),
            Refusal::UserNotFound => coded(words::USER_NOT_FOUND, NO_CODE),
            Refusal::WeakPassword(issues) => {
                let texts = issues.iter().map(|issue| issue.to_string().into()).collect();
                return respond(
                    StatusCode::BAD_REQUEST,
                    &Json::object([("new_password2", Json::List(texts))]),
                );
            }
        };
        respond(StatusCode::UNAUTHORIZED, &body)
    }
}

/// dj-ninja-auth has one sentence for what is not genuine and what has expired.
fn token_error(error: &TokenError) -> String {
    words::token_error(error, INVALID_OR_EXPIRED, INVALID_OR_EXPIRED)
}

fn plain(token: &PlainToken) -> Json {
    token.expose().to_owned().into()
}

const INVALID_OR_EXPIRED: &str = "Token is invalid or expired";
const NO_CODE: &str = "";
const SUCCESS: &str = "success";
