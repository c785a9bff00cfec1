//! Ids that were passed over: a transaction may have taken one, and commit later.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::backend::Writers;

/// Who writes at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    pub(super) open: &'a Writers,
    pub(super) now: Instant,
    /// How long one of them is taken to be open at most, where nobody can say who they are.
    pub(super) longest: Duration,
}

/// The transactions that wrote at some moment. Once all have ended, nothing of that moment can appear any more.
#[derive(Clone, Debug)]
pub(super) enum Barrier {
    /// These.
    Names(BTreeSet<String>),
    /// Nobody knows which, but none is open for longer than this.
    Until(Instant),
}

impl Barrier {
    /// Those that write now.
    fn new(Moment { open, now, longest }: Moment<'_>) -> Self {
        match open {
            Writers::Open { names, .. } => Self::Names(names.clone()),
            Writers::Unknown | Writers::Unordered => Self::Until(now + longest),
        }
    }

    /// Whether all have ended of whom only these are left.
    fn is_passed(&mut self, at: Moment<'_>) -> bool {
        match (&mut *self, at.open) {
            (Self::Names(names), Writers::Open { names: left, nameless }) => {
                names.retain(|name| left.contains(name));
                names.is_empty() && !nameless
            }
            (Self::Names(_), Writers::Unknown | Writers::Unordered) => {
                *self = Self::new(at);
                false
            }
            (Self::Until(end), _) => *end <= at.now,
        }
    }
}

/// Waits for the transactions that write when it is first told who does.
#[derive(Clone, Debug, Default)]
pub(super) struct Wait(Option<Barrier>);

impl Wait {
    /// Whether all have ended, now that these write.
    pub(super) fn is_over(&mut self, at: Moment<'_>) -> bool {
        self.0.get_or_insert_with(|| Barrier::new(at)).is_passed(at)
    }
}

/// Both ends are in it.
pub(super) type Range = (i64, i64);

/// The ids that were passed over and may still appear, ascending.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaps(Vec<Gap>);

#[derive(Clone, Debug)]
struct Gap {
    range: Range,
    wait: Wait,
    is_over: bool,
}

impl Gaps {
    /// Nothing was seen between two ids that follow each other in the table; both are above every gap there is.
    pub(super) fn note(&mut self, seen: i64, next: i64) {
        if next > seen + 1 {
            self.0.push(Gap { range: (seen + 1, next - 1), wait: Wait::default(), is_over: false });
        }
    }

    /// Who writes now, later than every gap was noted: the reading that follows is the last one for those whose writers
    /// have ended.
    pub(super) fn wait_for(&mut self, at: Moment<'_>) {
        for gap in &mut self.0 {
            gap.is_over = gap.wait.is_over(at);
        }
    }

    /// The ranges to be read, those above an id.
    pub(super) fn above(&self, id: i64) -> impl Iterator<Item = Range> {
        self.0
            .iter()
            .map(move |gap| (gap.range.0.max(id + 1), gap.range.1))
            .filter(|(first, last)| first <= last)
    }

    /// A row of this id has appeared.
    pub(super) fn found(&mut self, id: i64) {
        let Some(at) = self.0.iter().position(|gap| gap.range.0 <= id && id <= gap.range.1) else { return };
        let Gap { range: (first, last), .. } = self.0[at];
        let halves = [(first, id - 1), (id + 1, last)].into_iter().filter(|(first, last)| first <= last);
        let halves: Vec<_> = halves.map(|range| Gap { range, ..self.0[at].clone() }).collect();
        self.0.splice(at..=at, halves);
    }

    /// Every range has been read since it was last told who writes: what had to be there by now was.
    pub(super) fn settle(&mut self) {
        self.0.retain(|gap| !gap.is_over);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(names: &[&str]) -> Writers {
        Writers::Open { names: names.iter().map(|&name| name.to_owned()).collect(), nameless: false }
    }

    fn at(open: &Writers, now: Instant) -> Moment<'_> {
        Moment { open, now, longest: LONGEST }
    }

    const LONGEST: Duration = Duration::from_hours(1);

    #[test]
    fn a_gap_is_asked_for_until_everybody_has_ended_who_may_fill_it() {
        let (mut gaps, now) = (Gaps::default(), Instant::now());
        gaps.note(4, 5);
        assert_eq!(gaps.len(), 0, "5 follows 4");
        gaps.note(5, 8);
        for names in [&["a", "b"][..], &["b", "c"], &["b"]] {
            gaps.wait_for(at(&open(names), now));
            gaps.settle();
            assert_eq!(gaps.above(0).collect::<Vec<_>>(), [(6, 7)], "b may have taken them");
        }
        gaps.found(6);
        gaps.wait_for(at(&open(&["c"]), now));
        assert_eq!(gaps.above(0).collect::<Vec<_>>(), [(7, 7)], "asked for once more");
        gaps.settle();
        assert_eq!(gaps.len(), 0);
    }

    #[test]
    fn one_who_lost_the_name_may_be_anybody() {
        let (mut gaps, now) = (Gaps::default(), Instant::now());
        gaps.note(0, 2);
        gaps.wait_for(at(&open(&["a"]), now));
        gaps.wait_for(at(&Writers::Open { names: BTreeSet::new(), nameless: true }, now));
        gaps.settle();
        assert_eq!(gaps.len(), 1);
        gaps.wait_for(at(&open(&[]), now));
        gaps.settle();
        assert_eq!(gaps.len(), 0);
    }

    #[test]
    fn where_nobody_can_say_who_writes_time_does() {
        let (mut gaps, now) = (Gaps::default(), Instant::now());
        gaps.note(0, 2);
        gaps.wait_for(at(&open(&["a"]), now));
        for (passed, left) in [(Duration::ZERO, 1), (LONGEST / 2, 1), (LONGEST, 0)] {
            gaps.wait_for(at(&Writers::Unknown, now + passed));
            gaps.settle();
            assert_eq!(gaps.len(), left, "after {passed:?}");
        }
    }

    #[test]
    fn a_range_loses_what_has_appeared() {
        let mut gaps = Gaps::default();
        gaps.note(0, 6);
        gaps.note(6, 8);
        for (id, left) in [
            (3, &[(1, 2), (4, 5), (7, 7)][..]),
            (1, &[(2, 2), (4, 5), (7, 7)]),
            (5, &[(2, 2), (4, 4), (7, 7)]),
            (7, &[(2, 2), (4, 4)]),
            (6, &[(2, 2), (4, 4)]),
        ] {
            gaps.found(id);
            assert_eq!(gaps.above(0).collect::<Vec<_>>(), left, "without {id}");
        }
        assert_eq!(gaps.above(2).collect::<Vec<_>>(), [(4, 4)]);
    }
}
