//! The core beside jsonwebtoken and beside the raw operations that nobody can do without.

use crate::comparison::Comparison;

/// In the order of the table.
pub(crate) fn comparisons() -> Vec<Comparison> {
    Vec::new()
}
