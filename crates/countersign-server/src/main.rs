//! placeholder

#![cfg_attr(not(test), expect(dead_code, reason = "the commands are still to come"))]

mod config;

fn main() {}
