//! How often somebody may try to guess a password, or have mail sent to others.
//!
//! - A login counts *before* its password is looked at, so that a thousand guesses at once are no more than one after the
//!   other, and stops counting when it succeeds. What is counted are failures, and logins that are being decided.
//! - It counts against the *pair* of an account and an address, against the account, and against the address: it is let
//!   through by all of them, or refused and counted by none. Where nobody knows the address, the account alone counts.
//! - A success forgets the failures of the pair, and makes it a known one for a month. A known pair is not held to the limit of
//!   the account, so whoever tries one password after the other from many addresses locks nobody out who has logged in
//!   from where they are.
//! - An account is a name, whether or not anybody has it, in whatever case and normal form (NFKC). An address is a whole
//!   network where it is one of IPv6 (/64): its owner has all of them.
//! - Where a request comes from is what the authority's [`Client`](crate::authority::Client) says: whoever serves puts a
//!   [`ClientAddress`](crate::authority::ClientAddress) among the extensions of requests, and knows which proxies to believe.
//! - A request for a mail with a link counts against the mailbox and against the address, whatever becomes of it.
//!
//! A [`Rate`] is how many at once, and at which pace there are more: the generic cell rate algorithm, which needs one
//! moment for each key, so that giving back is a subtraction. [`MemoryThrottle`] is for one process; a [`Throttle`] of one's
//! own for several.
//!
//! ```
//! use std::sync::Arc;
//!
//! use countersign::authority::Rules;
//! use countersign::entropy::SystemEntropy;
//! use countersign::throttle::{Limits, MemoryThrottle};
//!
//! let mut rules = Rules::default();
//! let limits = Limits { per_pair: Some("5/min".parse()?), ..Limits::default() };
//! rules.throttle = Arc::new(MemoryThrottle::new(limits, &SystemEntropy));
//! assert!("5 a minute".parse::<countersign::throttle::Rate>().is_err());
//! # Ok::<(), countersign::throttle::InvalidRate>(())
//! ```

mod bounded;
mod buckets;
mod memory;
mod rate;

use std::net::IpAddr;
use std::num::NonZeroU32;

use futures_util::future::{self, BoxFuture, FutureExt};
use unicode_normalization::UnicodeNormalization;

use crate::clock::{Span, Timestamp};
pub(crate) use buckets::account;
pub use buckets::{AfterSuccess, Bucket, Buckets, Claims, KNOWN_FOR, Key, Limits};
pub use memory::MemoryThrottle;
pub use rate::{InvalidRate, Rate};

/// Who may try, and who has tried too often. Shared by the authorities of all families.
pub trait Throttle: Send + Sync {
    /// Counts an attempt, before anything else is done for it, or refuses it and counts nothing.
    ///
    /// It must not fail: where what counts is out of reach, something else has to count.
    fn attempt<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Box<dyn Admission>, Throttled>>;
}

/// What somebody is about to try.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// What it is.
    pub purpose: Purpose,
    /// The name of an account, or the address of a mailbox, as somebody wrote it.
    pub account: &'a str,
    /// Where the request comes from, if that is known.
    pub address: Option<IpAddr>,
    /// When.
    pub at: Timestamp,
}

/// What an attempt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To show that one knows a password.
    Login,
    /// To have a mail sent to whoever forgot theirs.
    PasswordReset,
}

/// An attempt that was let through, and counts. It goes on counting if this is dropped: whoever hangs up on a login has
/// tried.
pub trait Admission: Send {
    /// It has succeeded.
    fn succeeded(self: Box<Self>) -> BoxFuture<'static, ()>;

    /// Nothing was decided, so nobody has learnt anything: as if there had been no attempt.
    fn withdrawn(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Too many attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled {
    /// When the next one would be let through, if nobody else tries before.
    pub retry_after: Span,
}

impl Throttled {
    /// The same for the header `Retry-After` (RFC 9110 §10.2.3): whole seconds, at least one.
    pub fn whole_seconds(self) -> NonZeroU32 {
        let seconds = u64::try_from(self.retry_after.as_micros()).unwrap_or(0).div_ceil(1_000_000);
        NonZeroU32::new(u32::try_from(seconds).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN)
    }
}

/// Lets everybody try as often as they like, as Django's packages do.
#[derive(Clone, Copy, Debug, Default)]
pub struct NobodyIsThrottled;

impl Throttle for NobodyIsThrottled {
    fn attempt<'a>(&'a self, _: Attempt<'a>) -> BoxFuture<'a, Result<Box<dyn Admission>, Throttled>> {
        let admission: Box<dyn Admission> = Box::new(Self);
        future::ready(Ok(admission)).boxed()
    }
}

impl Admission for NobodyIsThrottled {
    fn succeeded(self: Box<Self>) -> BoxFuture<'static, ()> {
        future::ready(()).boxed()
    }

    fn withdrawn(self: Box<Self>) -> BoxFuture<'static, ()> {
        future::ready(()).boxed()
    }
}

/// Identifiers that differ in case alone become the same (UTR #36, 2.11.2 (B)(2)): Django's `_unicode_ci_compare`.
pub(crate) fn folded(text: &str) -> String {
    caseless::default_case_fold_str(&text.nfkc().collect::<String>())
}
