//! Each example, started as its user would, and asked what its documentation says to ask.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod harness;
mod minimal;
