//! PBKDF2-HMAC-SHA256 for many passwords side by side: each costs a processor a fraction of what it costs alone.
//!
//! - [`Work`] is one computation. It can be left after any iteration and gone on with, here or on another thread.
//! - [`advance`] goes on with any number of them for about a quarter of a millisecond, by the cheapest way that this machine
//!   has for so many. They need not have begun together nor have equal counts of iterations.
//! - Only the first block of output is computed: 32 bytes, which is what Django stores.
//! - Nothing depends on the password or the salt but their lengths: neither branches nor addresses.
//! - What is computed with is wiped when a `Work` is dropped, and between two calls of `advance` is nowhere else.
//!
//! This is the one crate of Countersign with `unsafe` code, and there is one block of it: it calls code that was
//! compiled for features which the processor was asked for.
//!
//! ```
//! use std::num::NonZeroU32;
//! use countersign_pbkdf2::{Work, advance};
//!
//! let iterations = NonZeroU32::new(4096).unwrap();
//! let mut ada = Work::new(b"correct horse", b"seasalt", iterations);
//! let mut bob = Work::new(b"battery staple", b"pepper", iterations);
//! while ada.hash().is_none() {
//!     advance(&mut [&mut *ada, &mut *bob]);
//! }
//! assert_eq!(bob.hash(), Some(Work::new(b"battery staple", b"pepper", iterations).complete()));
//! assert!(Work::new(b"correct horse", b"seasalt", iterations).hash().is_none(), "there is work left");
//! ```

mod lanes;
mod sha256;
mod work;

pub use lanes::{advance, pays, width};
pub use work::Work;
