//! The JWT authentication that Django's packages made familiar, as a Rust library.
//!
//! A request travels one way: a [`dialect`] parses it into a command, the [`authority`] decides it with the
//! help of [`jwt`], [`password`] and a [`store`], and the dialect renders the outcome.

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

    #[doc = include_str!("../../../docs/rules.md")]
    struct Rules;

    #[doc = include_str!("../../../docs/tokens.md")]
    struct Tokens;
}
