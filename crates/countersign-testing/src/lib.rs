//! What Countersign's own tests share.

pub mod conformance;
