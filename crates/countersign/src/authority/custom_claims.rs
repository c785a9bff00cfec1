//! Claims of one's own: written when a token is issued, and anew from the user whenever one is refreshed.

use std::error::Error as StdError;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::authority::{Authority, JsonEncoder};
use crate::claims::{Claims, field_names};
use crate::error::{Error, ErrorKind};
use crate::store::Store;
use crate::token::{Kind, Token};
use crate::user::{FieldValue, User};

/// What a serializer of one's own adds in `get_token` (`TOKEN_OBTAIN_SERIALIZER` and its kin).
///
/// - At login the claims go into the refresh or the sliding token; the access token has them because it is a copy.
/// - At a refresh they are made again from the user as it is now, in the access token, the successor of a rotated
///   refresh token and the renewed sliding token. A claim that is not made this time is removed, so that what a
///   user lost does not live on. DIFFERENCE: the packages copy what the refresh token said.
/// - The token's own claims (`exp`, the id, the user's, …) cannot be among them: such an authority is not built.
///
/// [`custom_claims`] makes one of a closure, [`typed_claims`] of a struct.
pub trait CustomClaims: Send + Sync {
    /// Every claim that [`write`](Self::write) may set.
    fn names(&self) -> &[String];

    /// Sets the claims that this user has.
    ///
    /// # Errors
    ///
    /// When they cannot be made: then no token is issued, and the answer is [`ErrorKind::Claims`].
    fn write(&self, user: &User, claims: &mut ClaimsDraft<'_>)
    -> Result<(), Box<dyn StdError + Send + Sync>>;
}

/// Claims of one's own by a closure, which may set these names and no others.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign::authority::{ClaimsDraft, Rules, custom_claims};
/// use countersign::user::User;
///
/// let mut rules = Rules::default();
/// rules.custom_claims = Some(Arc::new(custom_claims(
///     ["email", "roles"],
///     |user: &User, claims: &mut ClaimsDraft<'_>| {
///         claims.set_column("email", user, "email");
///         if user.username == "ada" {
///             claims.set("roles", &["admin"]);
///         }
///     },
/// )));
/// ```
pub fn custom_claims<N, F>(names: impl IntoIterator<Item = N>, write: F) -> impl CustomClaims
where
    N: Into<String>,
    F: Fn(&User, &mut ClaimsDraft<'_>) + Send + Sync,
{
    let names = names.into_iter().map(Into::into).collect();
    let write = move |user: &User, claims: &mut ClaimsDraft<'_>| {
        write(user, claims);
        Ok(())
    };
    Named { names, write }
}

/// Claims of one's own as a struct, made of the user by a closure: each field is a claim. A service reads them again with
/// [`Claims::to`]. A field that is not serialized (`skip_serializing_if`) is a claim that this user does not have.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign::authority::{Rules, typed_claims};
/// use countersign::user::User;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Member {
///     email: Option<String>,
///     roles: Vec<String>,
/// }
///
/// let mut rules = Rules::default();
/// rules.custom_claims = Some(Arc::new(typed_claims(|user: &User| Member {
///     email: user.email.clone(),
///     roles: if user.username == "ada" { vec!["admin".into()] } else { vec![] },
/// })));
/// ```
///
/// # Panics
///
/// When `T` is not a struct whose fields have names, or has `#[serde(flatten)]`: then nobody can tell beforehand which claims
/// there will be.
#[expect(clippy::expect_used, reason = "documented: a mistake in the program, found when it starts")]
pub fn typed_claims<T, F>(write: F) -> impl CustomClaims
where
    T: Serialize + DeserializeOwned,
    F: Fn(&User) -> T + Send + Sync,
{
    let names = field_names::<T>().expect("custom claims are a struct with named fields");
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let write = move |user: &User, claims: &mut ClaimsDraft<'_>| {
        claims.extend(&Claims::of(&write(user))?);
        Ok(())
    };
    Named { names, write }
}

/// What a closure writes, which may set these names.
struct Named<F> {
    names: Vec<String>,
    write: F,
}

impl<F> CustomClaims for Named<F>
where
    F: Fn(&User, &mut ClaimsDraft<'_>) -> Result<(), Box<dyn StdError + Send + Sync>> + Send + Sync,
{
    fn names(&self) -> &[String] {
        &self.names
    }

    fn write(
        &self,
        user: &User,
        claims: &mut ClaimsDraft<'_>,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        (self.write)(user, claims)
    }
}

/// The claims of one's own for one token, in the making.
pub struct ClaimsDraft<'a> {
    names: &'a [String],
    encoder: &'a dyn JsonEncoder,
    claims: Claims,
}

impl ClaimsDraft<'_> {
    /// Sets a claim. A name that is not among [`CustomClaims::names`] is passed over, with a line in the log.
    ///
    /// # Panics
    ///
    /// When `value` cannot be written as JSON, such as a map whose keys are not strings.
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if self.may_set(name) {
            self.claims.set(name, value);
        }
    }

    fn extend(&mut self, claims: &Claims) {
        for (name, json) in claims.iter() {
            if self.may_set(name) {
                self.claims.set_raw(name, json);
            }
        }
    }

    fn may_set(&self, name: &str) -> bool {
        let is_known = self.names.iter().any(|known| known == name);
        if !is_known {
            tracing::warn!(name, "a custom claim is not among its source's names, so it is not written");
        }
        is_known
    }

    /// Sets a claim to what stands in a column, as the [`JsonEncoder`] writes it.
    pub fn set_field(&mut self, name: &str, value: &FieldValue) {
        let json = self.encoder.encode(value);
        self.set(name, &json);
    }

    /// Sets a claim to a column of the user's; no claim where the user model has no such column.
    pub fn set_column(&mut self, name: &str, user: &User, column: &str) {
        if let Some(value) = user.fields.get(column) {
            self.set_field(name, value);
        }
    }

    /// How values that JSON lacks are written (`JSON_ENCODER`).
    pub fn encoder(&self) -> &dyn JsonEncoder {
        self.encoder
    }
}

impl fmt::Debug for ClaimsDraft<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimsDraft").field("claims", &self.claims).finish_non_exhaustive()
    }
}

impl<S: Store> Authority<S> {
    /// Writes the user's claims into a token that is about to be signed, in place of what it said before.
    pub(super) fn customize<K: Kind>(&self, token: &mut Token<K>, user: &User) -> Result<(), Error> {
        let rules = &self.parts.rules;
        let Some(source) = &rules.custom_claims else { return Ok(()) };
        let mut draft =
            ClaimsDraft { names: source.names(), encoder: &*rules.json_encoder, claims: Claims::new() };
        let written = source.write(user, &mut draft);
        written.map_err(|error| Error::with_source(ErrorKind::Claims, error))?;
        token.amend(|claims| {
            for name in source.names() {
                match draft.claims.raw(name) {
                    Some(json) => claims.set_raw(name, json),
                    None => claims.remove(name),
                }
            }
        });
        Ok(())
    }
}
