//! A link for somebody who forgot the password.

use std::num::NonZeroU32;

use unicode_normalization::UnicodeNormalization;

use crate::authority::{Authority, Failure};
use crate::password::is_usable;
use crate::password_reset::{ResetMail, uid};
use crate::store::Store;

impl<S: Store> Authority<S> {
    /// Mails a link to every active user with this address who has a password to reset. Whoever asks is not told
    /// whether there was any, neither by the answer nor by the time it takes.
    ///
    /// DIFFERENCE: of more than ten users with one address, ten are mailed.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn request_password_reset(&self, email: &str) -> Result<(), Failure> {
        let now = self.now();
        let parts = &self.parts;
        let Some(resets) = &parts.resets else { return Ok(()) };
        // Who has no address has an empty one.
        if email.is_empty() || email.len() > LONGEST {
            return Ok(());
        }
        let wanted = folded(email);
        for user in parts.store.find_active_by_email(email, MOST_USERS).await? {
            // What a database takes for the same letters may be another address, to which the link must not go.
            let Some(own) = user.email.clone().filter(|own| folded(own) == wanted) else { continue };
            if is_usable(&user.password) {
                let (uid, token) = (uid(&user.key), resets.tokens.make(&user, now));
                resets.mailer.send(ResetMail { user, email: own, uid, token });
            }
        }
        Ok(())
    }
}

/// Identifiers that differ in case alone become the same (UTR #36, 2.11.2 (B)(2)): Django's `_unicode_ci_compare`.
fn folded(text: &str) -> String {
    caseless::default_case_fold_str(&text.nfkc().collect::<String>())
}

const MOST_USERS: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
/// More bytes than an address of 254 characters has, the most that Django's form takes.
const LONGEST: usize = 1016;
