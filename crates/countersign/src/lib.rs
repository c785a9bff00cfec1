//! The JWT authentication that Django's packages made familiar, as a Rust library.
//!
//! A request travels one way: a [`dialect`] parses it into a command, the [`authority`] decides it with the
//! help of [`jwt`], [`password`] and a [`store`], and the dialect renders the outcome.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | what it adds | what it takes |
//! |---|---|---|
//! | `conformance` | `store::conformance`, the rules of a store as tests, for those who write one | Tokio's tasks |

pub mod authority;
pub mod claims;
pub mod clock;
pub mod dialect;
pub mod entropy;
pub mod error;
pub mod jwt;
pub mod key;
pub mod memory;
pub mod password;
pub mod password_reset;
pub mod secret;
pub mod store;
pub mod throttle;
pub mod token;
pub mod user;

/// The book's code, compiled and run.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../../docs/cookies.md")]
    struct Cookies;

    #[cfg(feature = "conformance")]
    #[doc = include_str!("../../../docs/own-store.md")]
    struct OwnStore;

    #[doc = include_str!("../../../docs/rules.md")]
    struct Rules;

    #[doc = include_str!("../../../docs/tokens.md")]
    struct Tokens;
}
