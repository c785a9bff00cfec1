//! Where reset links go out.

use std::fmt;
use std::sync::Arc;

use crate::password_reset::ResetTokens;
use crate::secret::PlainToken;
use crate::user::User;

/// What an authority needs to let people reset their passwords. Cheap to clone.
#[derive(Clone)]
pub struct PasswordResets {
    pub(crate) tokens: ResetTokens,
    pub(crate) mailer: Arc<dyn ResetMailer>,
}

impl PasswordResets {
    /// Links with these tokens are good; nobody is mailed one before there is a [`mailer`](Self::mailer).
    pub fn new(tokens: ResetTokens) -> Self {
        Self { tokens, mailer: Arc::new(NoMailer) }
    }

    /// Mails links with this.
    #[must_use]
    pub fn mailer(mut self, mailer: Arc<dyn ResetMailer>) -> Self {
        self.mailer = mailer;
        self
    }
}

impl fmt::Debug for PasswordResets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordResets").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

/// Mails reset links.
pub trait ResetMailer: Send + Sync {
    /// Takes a mail over, to be sent later: it must not wait for anything, because how long it takes would tell
    /// whether anybody has the address that was asked for. What becomes of the mail is the mailer's to log.
    fn send(&self, mail: ResetMail);
}

/// Django's `PasswordResetForm` without a working mail server: nothing is sent, and the log says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMailer;

impl ResetMailer for NoMailer {
    fn send(&self, _: ResetMail) {
        tracing::warn!("a link for a new password was asked for, and there is nothing to mail it with");
    }
}

/// A mail to be sent: what Django's templates for it are given by the form.
#[derive(Debug)]
pub struct ResetMail {
    /// Whose password.
    pub user: User,
    /// Where to, as the user model has it, never as it was typed.
    pub email: String,
    /// The link's first part.
    pub uid: String,
    /// The link's second part.
    pub token: PlainToken,
}
