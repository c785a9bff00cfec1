//! What tokens look like and how long they live: the settings of `SIMPLE_JWT` that concern tokens alone.

use aws_lc_rs::{constant_time, hmac};
use md5::{Digest, Md5};

use crate::clock::Span;
use crate::jwt::{Audience, Validation};
use crate::secret::{SigningSecret, StoredPassword};

/// How tokens are made and read. The default is SimpleJWT's.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenPolicy {
    /// `ACCESS_TOKEN_LIFETIME`: from being issued to `exp`.
    pub access_lifetime: Span,
    /// `REFRESH_TOKEN_LIFETIME`: from being issued, or rotated, to `exp`.
    pub refresh_lifetime: Span,
    /// `SLIDING_TOKEN_LIFETIME`: how long a sliding token proves authentication.
    pub sliding_lifetime: Span,
    /// `SLIDING_TOKEN_REFRESH_LIFETIME`: how long a sliding token can be renewed.
    pub sliding_refresh_lifetime: Span,
    /// `AUDIENCE`, `ISSUER` and `LEEWAY`: written into tokens, and asked of them.
    pub validation: Validation,
    /// `TOKEN_TYPE_CLAIM`: `None` neither writes the type nor asks for it.
    pub token_type_claim: Option<String>,
    /// `JTI_CLAIM`: `None` neither writes an id nor asks for it; then there can be no ledger.
    pub jti_claim: Option<String>,
    /// Whether a token without `exp` is refused.
    pub requires_exp: bool,
    /// The claim that says when a token was made: `iat`, or `origIat`; `None` writes none.
    pub issued_at_claim: Option<String>,
    /// `USER_ID_CLAIM`.
    pub user_id_claim: String,
    /// `USER_ID_FIELD`: the user's column that stands in `user_id_claim`; `pk` is the primary key.
    pub user_id_field: String,
    /// How the user's field is written into `user_id_claim`.
    pub user_id_form: UserIdForm,
    /// Whether `user_id_claim` is a token's first claim, as in the GraphQL JWT, or comes after the id.
    pub user_id_first: bool,
    /// Whether an access token has the `iat` of the refresh token that bought it, as in Ninja JWT, or its own.
    pub access_keeps_iat: bool,
    /// `SLIDING_TOKEN_REFRESH_EXP_CLAIM`.
    pub sliding_refresh_exp_claim: String,
    /// `CHECK_REVOKE_TOKEN`: tokens die with the password they were issued for.
    pub revoke_claim: Option<RevokeClaim>,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self {
            access_lifetime: Span::from_mins(5),
            refresh_lifetime: Span::from_days(1),
            sliding_lifetime: Span::from_mins(5),
            sliding_refresh_lifetime: Span::from_days(1),
            validation: Validation::default(),
            token_type_claim: Some("token_type".into()),
            jti_claim: Some("jti".into()),
            requires_exp: true,
            issued_at_claim: Some("iat".into()),
            user_id_claim: "user_id".into(),
            user_id_field: "id".into(),
            user_id_form: UserIdForm::Text,
            user_id_first: false,
            access_keeps_iat: false,
            sliding_refresh_exp_claim: "refresh_exp".into(),
            revoke_claim: None,
        }
    }
}

impl TokenPolicy {
    /// Access tokens of an identity provider (RFC 9068): they are from this issuer and for this audience,
    /// `sub` says whose they are, and neither a type nor an id is asked of them.
    pub fn of_provider(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        let audience = Some(Audience::One(audience.into()));
        Self {
            validation: Validation { issuer: Some(issuer.into()), audience, ..Validation::default() },
            token_type_claim: None,
            jti_claim: None,
            user_id_claim: "sub".into(),
            ..Self::default()
        }
    }

    /// Whether tokens need the claim of this name for themselves: the times, the id, the type, whose, for whom and
    /// by whom they are.
    pub fn owns_claim(&self, name: &str) -> bool {
        let named = [
            self.token_type_claim.as_deref(),
            self.jti_claim.as_deref(),
            self.issued_at_claim.as_deref(),
            Some(self.user_id_claim.as_str()),
            Some(self.sliding_refresh_exp_claim.as_str()),
            self.revoke_claim.as_ref().map(RevokeClaim::name),
        ];
        ["aud", "exp", "iat", "iss", "jti", "nbf"].contains(&name) || named.contains(&Some(name))
    }
}

/// How a user's id stands in a token. Either form is understood, whichever is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserIdForm {
    /// An integer as a JSON number, everything else as a string: Ninja JWT and dj-ninja-auth.
    Native,
    /// Always a string: SimpleJWT.
    Text,
}

/// `CHECK_REVOKE_TOKEN` and `REVOKE_TOKEN_CLAIM`: a claim that changes when the stored password changes.
#[derive(Clone, Debug)]
pub struct RevokeClaim {
    name: String,
    digest: Fingerprint,
}

#[derive(Clone)]
enum Fingerprint {
    Keyed(Box<hmac::Key>),
    Md5,
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Keyed(_) => "Keyed(…)",
            Self::Md5 => "Md5",
        })
    }
}

impl RevokeClaim {
    /// SimpleJWT's own: the MD5 of the stored password in upper-case hex, good in Django and here.
    ///
    /// Whoever holds a token can read it, and test guesses of the stored hash against it; [`keyed`](Self::keyed)
    /// does not have that weakness, and is not understood by Django.
    pub fn md5(name: impl Into<String>) -> Self {
        Self { name: name.into(), digest: Fingerprint::Md5 }
    }

    /// HMAC-SHA256 of the stored password in hex, under a key of the service.
    pub fn keyed(name: impl Into<String>, key: &SigningSecret) -> Self {
        Self {
            name: name.into(),
            digest: Fingerprint::Keyed(Box::new(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))),
        }
    }

    /// The claim's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the claim says while `password` is the stored one.
    pub(crate) fn fingerprint(&self, password: &StoredPassword) -> String {
        let stored = password.expose().as_bytes();
        match &self.digest {
            Fingerprint::Keyed(key) => hex(hmac::sign(key, stored).as_ref(), b"0123456789abcdef"),
            Fingerprint::Md5 => hex(&Md5::digest(stored), b"0123456789ABCDEF"),
        }
    }

    /// Whether a token with this claim was issued for `password`, in constant time.
    pub(crate) fn matches(&self, claim: &str, password: &StoredPassword) -> bool {
        let expected = self.fingerprint(password);
        constant_time::verify_slices_are_equal(claim.as_bytes(), expected.as_bytes()).is_ok()
    }
}

fn hex(bytes: &[u8], digits: &[u8; 16]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(digits[usize::from(nibble)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_md5_is_simple_jwts() {
        let claim = RevokeClaim::md5("hash_password");
        let stored = StoredPassword::new("md5$salt$hash");
        assert_eq!(claim.fingerprint(&stored), "6CB8FEA8712AC65D22EC1C68BAA248BF");
        assert!(claim.matches("6CB8FEA8712AC65D22EC1C68BAA248BF", &stored));
        assert!(!claim.matches("6CB8FEA8712AC65D22EC1C68BAA248BF", &StoredPassword::new("other")));
        assert!(!claim.matches("", &stored));
    }

    #[test]
    fn the_keyed_digest_depends_on_the_key() {
        let stored = StoredPassword::new("md5$salt$hash");
        let digest = |key: &str| RevokeClaim::keyed("h", &SigningSecret::new(key)).fingerprint(&stored);
        assert_eq!(digest("a").len(), 64);
        assert_ne!(digest("a"), digest("b"));
    }
}
