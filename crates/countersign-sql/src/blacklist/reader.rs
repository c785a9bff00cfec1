//! Reads a table as it grows, and misses no row that was committed before a reading began.
//!
//! Ids ascend, but transactions do not commit in the order of their ids. Four rules make up for it:
//!
//! 1. Of the rows above the highest id that was seen, all are read. An id in between that is not there is a *gap*.
//! 2. A reading first asks who has a transaction open that wrote to the table, and then reads every gap again. A transaction
//!    that took an id of a gap did so before the higher id was taken, which was seen: it is among those who are named the
//!    first time that this is asked after the gap was noted, or has ended by then. Once all of them have ended, the gaps are read
//!    one last time, and forgotten: what is still not there was undone, or is deleted again. So an id is asked for exactly as
//!    long as somebody may fill it, however late; and those that nobody fills cost nothing for long.
//! 3. What was there before the first reading is read in pages, below the highest id of that moment. It is begun when everybody
//!    has ended who wrote then, by the same reasoning: each of the rows below is there by now, or never will be.
//! 4. The row with the highest id is looked at with every reading. When it is gone, or another's, ids may have gone backwards
//!    (a restored backup, a failover that lost something, a table that was emptied): everything begins anew.
//!
//! Where the engine cannot say who writes, nobody is taken to have a transaction open for longer than an
//! [operator says](super::BlacklistMemory::longest_transaction), and for so long everybody who wrote is waited for.
//!
//! What somebody writes by hand with an id of their own choosing, below the highest, is found when the whole table is read
//! [again](Reader::read_again), as it is from time to time.

use std::future::Future;
use std::time::{Duration, Instant};

use countersign::store::StoreError;

use super::gaps::{Gaps, Moment, Range, Wait};
use super::set::{ExpiringSet, Key, Minute};
use crate::backend::Writers;

/// A table of revocations whose ids ascend. Each of these is a statement of its own that sees what was committed before.
pub(super) trait Source {
    /// Who writes to it.
    fn writers(&self) -> impl Future<Output = Result<Writers, StoreError>> + Send;

    /// How long a transaction is taken to be open at most, where it is [not known](Writers::Unknown) who writes.
    fn longest_transaction(&self) -> Duration;

    /// The rows of a range, in the order of their ids, and no more of them than a page, which is two at least.
    fn rows(&self, range: Range) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// The rows of several ranges, which are no more than [`RANGES`], in the same way.
    fn rows_of(&self, ranges: &[Range]) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// The highest id, 0 where there is none.
    fn highest(&self) -> impl Future<Output = Result<i64, StoreError>> + Send;
}

/// How many ranges a statement has room for.
pub(super) const RANGES: usize = 32;

/// Some rows in the order of their ids.
pub(super) struct Page {
    pub(super) rows: Vec<Entry>,
    /// Whether there may be more.
    pub(super) is_full: bool,
}

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: i64,
    /// What it revokes, if that is known.
    pub(super) key: Option<Key>,
    /// The session that goes with it.
    pub(super) session: Option<Key>,
    /// For how long that must be remembered; nothing where that has passed.
    pub(super) until: Option<Minute>,
}

/// How far a table was read.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The highest id that was seen, and its row once that was read.
    high: i64,
    anchor: Option<Entry>,
    gaps: Gaps,
    scan: Option<Scan>,
    is_complete: bool,
    has_begun: bool,
}

/// The rows that were there before the first reading, or are read again.
#[derive(Debug)]
struct Scan {
    next: i64,
    last: i64,
    wait: Wait,
    may_begin: bool,
}

impl Reader {
    /// Reads what is new. Afterwards, if the reader [is complete](Self::is_complete), everything is in the set that was
    /// committed before this was called.
    pub(super) async fn read(
        &mut self,
        source: &impl Source,
        set: &ExpiringSet,
        now: Instant,
    ) -> Result<(), StoreError> {
        if !self.has_begun {
            let high = source.highest().await?;
            *self = Self { high, has_begun: true, ..Self::default() };
            self.read_again();
        }
        let open = source.writers().await?;
        if open == Writers::Unordered {
            *self = Self::default();
            return Err(StoreError::inconsistent(
                "the ids of its rows do not ascend in this database, or it does not tell who is writing",
            ));
        }
        let at = Moment { open: &open, now, longest: source.longest_transaction() };
        self.gaps.wait_for(at);
        if let Some(scan) = &mut self.scan {
            scan.may_begin |= scan.wait.is_over(at);
        }
        self.read_gaps(source, set).await?;
        self.gaps.settle();
        self.read_above(source, set).await?;
        if self.gaps.len() > MOST_GAPS {
            tracing::warn!(
                gaps = self.gaps.len(),
                "too many ids of the blacklist are missing: it is read anew"
            );
            *self = Self::default();
        }
        Ok(())
    }

    /// Whether all is known that was committed before the last [reading](Self::read) began.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Whether it goes on from what was read before; otherwise everything begins anew.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Has the whole table read again, if it is not being read already.
    pub(super) fn read_again(&mut self) {
        let last = self.high;
        self.scan.get_or_insert(Scan { next: 0, last, wait: Wait::default(), may_begin: false });
    }

    /// Reads one more page of what was there before. Tells whether there may be another.
    pub(super) async fn read_page(
        &mut self,
        source: &impl Source,
        set: &ExpiringSet,
    ) -> Result<bool, StoreError> {
        let Some(scan) = self.scan.as_mut().filter(|scan| scan.may_begin) else { return Ok(false) };
        let page = source.rows((scan.next, scan.last)).await?;
        keep(set, &page.rows);
        match page.rows.last() {
            Some(row) if page.is_full => {
                scan.next = row.id + 1;
                Ok(true)
            }
            _ => {
                self.scan = None;
                self.is_complete = true;
                Ok(false)
            }
        }
    }

    async fn read_gaps(&mut self, source: &impl Source, set: &ExpiringSet) -> Result<(), StoreError> {
        let mut above = i64::MIN;
        loop {
            let ranges: Vec<_> = self.gaps.above(above).take(RANGES).collect();
            let Some((_, last)) = ranges.last().copied() else { return Ok(()) };
            let page = source.rows_of(&ranges).await?;
            keep(set, &page.rows);
            page.rows.iter().for_each(|row| self.gaps.found(row.id));
            above = match page.rows.last() {
                Some(row) if page.is_full => row.id,
                _ => last,
            };
        }
    }

    async fn read_above(&mut self, source: &impl Source, set: &ExpiringSet) -> Result<(), StoreError> {
        loop {
            let page = source.rows((self.high.max(1), i64::MAX)).await?;
            let first = page.rows.first().copied();
            let is_as_it_was = match self.anchor {
                Some(anchor) => first.is_some_and(|first| first.is_still(anchor)),
                None => self.high == 0 || first.is_some_and(|first| first.id == self.high),
            };
            if !is_as_it_was {
                tracing::debug!(highest = self.high, "the blacklist's last row has gone: it is read anew");
                *self = Self::default();
                return Ok(());
            }
            keep(set, &page.rows);
            for row in &page.rows {
                self.gaps.note(self.high, row.id);
                self.high = row.id;
            }
            self.anchor = page.rows.last().copied().or(self.anchor);
            if !page.is_full {
                return Ok(());
            }
        }
    }
}

impl Entry {
    /// Whether it is the row that was here before; it may have expired meanwhile.
    fn is_still(self, before: Self) -> bool {
        (self.id, self.key) == (before.id, before.key)
    }
}

fn keep(set: &ExpiringSet, rows: &[Entry]) {
    for row in rows {
        for key in row.key.iter().chain(&row.session) {
            if let Some(until) = row.until {
                set.insert(*key, until);
            }
        }
    }
}

/// More gaps than these are no gaps: reading the table anew is cheaper than asking for them.
const MOST_GAPS: usize = 4096;

#[cfg(test)]
mod tests;
