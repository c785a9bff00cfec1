//! Deleting what has expired, a batch at a time.

/// Where a batch begins. The default is the beginning; everything else comes from the batch [before](Flushed::next).
///
/// What was looked at once is not looked at again: however many tokens there are that have not expired, or that were deleted
/// just before, a batch costs what it deletes. Who goes on another day begins at the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlushCursor(i64);

impl FlushCursor {
    /// Behind the row with this number, in the order that a store has its rows in.
    pub const fn behind(row: i64) -> Self {
        Self(row)
    }

    /// The number of the row behind which the batch begins; no row has the number 0.
    pub const fn row(self) -> i64 {
        self.0
    }
}

/// What a batch deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Flushed {
    /// How many tokens.
    pub tokens: u64,
    /// Where the next batch begins; `None` after the last one.
    pub next: Option<FlushCursor>,
}
