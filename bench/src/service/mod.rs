//! Servers beside servers: what goes over HTTP, and what runs as a process.

use crate::comparison::Comparison;
use crate::curve::Curve;

/// In the order of the table.
pub(crate) fn comparisons() -> Vec<Comparison> {
    Vec::new()
}

/// In the order of the report.
pub(crate) fn curves() -> Vec<Curve> {
    Vec::new()
}
