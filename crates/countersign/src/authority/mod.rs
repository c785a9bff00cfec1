//! The one place where requests are decided: login, refresh, verification, revocation, authentication.
//!
//! - A dialect hands a [`Command`] in and gets an [`Outcome`] back, or a [`Failure`]: a [`Refusal`], which is
//!   an answer, or an [`Error`], which is none. A Rust service may call the use cases by name instead.
//! - The authority knows no family of clients. What the families' settings decide stands in a
//!   [`TokenPolicy`] and in [`Rules`]; there is one authority for each family that is served, and all of them
//!   share a store and a hashing pool.
//! - The clock is read once for each command.
//! - What a project writes itself are traits in [`Rules`], with the packages' own as default: [`AuthenticationRule`],
//!   [`CustomClaims`], [`JsonEncoder`], [`LoginListener`], [`PayloadWriter`], [`PayloadReader`], [`RefreshExpiry`],
//!   [`Throttle`](crate::throttle::Throttle);
//!   [`FromIdentity`] and [`FromToken`] are a service's own type of user.

mod admit;
mod authenticate;
mod blacklist;
mod builder;
mod caller;
mod change_password;
mod client;
mod confirm_password_reset;
mod custom_claims;
mod flush;
mod identity;
mod inspect;
mod issue;
mod json_encoder;
mod keys;
mod list_sessions;
mod log_out;
mod login_event;
mod obtain;
mod outcome;
mod payload;
mod refresh;
mod refresh_expiry;
mod refresh_in_session;
mod refresh_sliding;
mod renew;
mod request_password_reset;
mod revoke;
mod revoke_session;
mod rules;
mod throttled;
pub(crate) mod token_user;
mod verify;

use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind};
use crate::jwt::{Invalid, TokenError};
use crate::password::HashingPool;
use crate::password::validation::PasswordValidators;
use crate::password_reset::PasswordResets;
use crate::secret::PlainToken;
use crate::store::{OutstandingToken, Store, may_be_kept};
use crate::token::{Kind, Token, TokenPolicy};
use crate::user::UserKey;
pub use builder::{AuthorityBuilder, AuthorityError};
pub use change_password::PasswordChange;
pub use client::{Client, ClientAddress};
pub use confirm_password_reset::PasswordReset;
pub use custom_claims::{ClaimsDraft, CustomClaims, custom_claims, typed_claims};
pub use identity::{FromIdentity, Identity};
pub use json_encoder::{DjangoJsonEncoder, JsonEncoder, RestFrameworkJsonEncoder};
pub use keys::{Keys, RemoteKeys, RemoteKeysError};
pub use list_sessions::OwnSession;
pub use log_out::LogOutScope;
pub use login_event::{LoginEvent, LoginListener, NobodyListens};
pub use obtain::Credentials;
pub use outcome::{
    Attempt, Command, Failure, Grant, Outcome, Principal, RefreshGrant, Refreshed, Refusal, SlidingLogin,
    TokenPair,
};
pub use payload::{BuiltInPayload, PayloadReader, PayloadWriter};
pub use refresh_expiry::{AfterLifetime, RefreshExpiry};
pub use rules::{ActiveUsers, AuthenticationRule, RefreshTokenRules, Renewal, Rotation, Rules};
pub use token_user::{FromToken, TokenUser};

/// Decides every request of one family. Cheap to clone.
pub struct Authority<S> {
    parts: Arc<Parts<S>>,
    client: Client,
}

struct Parts<S> {
    store: S,
    keys: Keys,
    policy: TokenPolicy,
    rules: Rules,
    passwords: HashingPool,
    validators: PasswordValidators,
    resets: Option<PasswordResets>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl<S> Clone for Authority<S> {
    fn clone(&self) -> Self {
        Self { parts: Arc::clone(&self.parts), client: self.client.clone() }
    }
}

impl<S: Store> Authority<S> {
    /// An authority over `store`, with keys to sign and verify with; everything else has SimpleJWT's defaults.
    pub fn builder(store: S, keys: impl Into<Keys>, passwords: HashingPool) -> AuthorityBuilder<S> {
        AuthorityBuilder::new(store, keys.into(), passwords)
    }

    /// How this authority's tokens look.
    pub fn policy(&self) -> &TokenPolicy {
        &self.parts.policy
    }

    /// What this authority asks of its users, and what it does with tokens that were used.
    pub fn rules(&self) -> &Rules {
        &self.parts.rules
    }

    /// Decides one command.
    ///
    /// # Errors
    ///
    /// [`Failure::Refused`] is the answer no; [`Failure::Undecided`] means that there is none.
    pub async fn execute(&self, command: Command) -> Result<Outcome, Failure> {
        match command {
            Command::Authenticate { token } => self.authenticate(&token).await.map(Outcome::Authenticated),
            Command::Verify { token } => self.verify(&token).await.map(|()| Outcome::Verified),
            // What is asked with every request is not to make room for the largest of all use cases, and move it about.
            command => Box::pin(self.execute_seldom(command)).await,
        }
    }

    /// The commands that are not asked with every request.
    async fn execute_seldom(&self, command: Command) -> Result<Outcome, Failure> {
        match command {
            Command::As { bearer, then } => {
                self.authenticate(&bearer).await?;
                Box::pin(self.execute(*then)).await
            }
            Command::Authenticate { token } => self.authenticate(&token).await.map(Outcome::Authenticated),
            Command::Blacklist { refresh } => self.blacklist(&refresh).await.map(|()| Outcome::Blacklisted),
            Command::ChangePassword { bearer, change } => {
                self.change_password(&bearer, &change).await.map(|()| Outcome::PasswordChanged)
            }
            Command::ConfirmPasswordReset(reset) => {
                self.confirm_password_reset(&reset).await.map(|()| Outcome::PasswordChanged)
            }
            Command::Describe { token } => {
                let (principal, relations) = self.describe(&token).await?;
                Ok(Outcome::Described(principal, relations))
            }
            Command::ListSessions { bearer } => self.list_sessions(&bearer).await.map(Outcome::Sessions),
            Command::LogOut { bearer, scope } => {
                self.log_out(&bearer, scope).await.map(|()| Outcome::LoggedOut)
            }
            Command::ObtainPair(credentials) => self.obtain_pair(&credentials).await.map(Outcome::Pair),
            Command::ObtainSliding(credentials) => {
                self.obtain_sliding(&credentials).await.map(Outcome::Sliding)
            }
            Command::Refresh { refresh } => self.refresh(&refresh).await.map(Outcome::Refreshed),
            Command::RefreshSliding { token } => {
                self.refresh_sliding(&token).await.map(Outcome::SlidingRenewed)
            }
            Command::RequestPasswordReset { email } => {
                self.request_password_reset(&email).await.map(|()| Outcome::PasswordResetRequested)
            }
            Command::RevokeSession { bearer, session } => {
                self.revoke_session(&bearer, &session).await.map(|()| Outcome::SessionRevoked)
            }
            Command::Verify { token } => self.verify(&token).await.map(|()| Outcome::Verified),
        }
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    fn entropy(&self) -> &dyn Entropy {
        &*self.parts.entropy
    }

    fn sign<K: Kind>(&self, token: &Token<K>) -> Result<PlainToken, Error> {
        self.parts.keys.sign(&token.to_be_signed(&self.parts.policy))
    }

    /// The ledger's row for a token that is being made, rotated or revoked now.
    ///
    /// Without id and `exp` the ledger cannot keep a token; the builder refuses a ledger where tokens may lack them.
    ///
    /// DIFFERENCE: a token of elsewhere whose id no column holds is refused: it can be neither outstanding nor
    /// blacklisted. Django hands it to the database, which fails, or is SQLite and knows no lengths.
    fn ledger_row<'a, K: Kind>(
        token: &'a Token<K>,
        plain: &'a PlainToken,
        user: Option<&'a UserKey>,
        now: Timestamp,
    ) -> Result<OutstandingToken<'a>, Failure> {
        let cannot = |what| Error::with_source(ErrorKind::Store, what);
        let jti = token.id().ok_or_else(|| cannot("a token without an id"))?;
        let expires_at = token.expires_at().ok_or_else(|| cannot("a token without an exp"))?;
        if !may_be_kept(jti) {
            return Err(TokenError::from(Invalid::ClaimType).into());
        }
        Ok(OutstandingToken { jti, token: plain, user, created_at: now, expires_at })
    }
}
