//! Moments by name, as many as there is room for.

use std::collections::HashMap;

use crate::clock::Timestamp;
use crate::throttle::Key;

/// Until when something holds. What holds no more is as good as absent.
///
/// When there is no more room, the quarter goes that would go first: a thousand names that were tried once do not push out
/// the one that was tried ten times. Making room takes a look at everything, after so many names that it does not matter.
pub(super) struct Bounded {
    ends: HashMap<Key, Timestamp>,
    room: usize,
}

impl Bounded {
    /// With room for so many.
    pub(super) fn new(room: usize) -> Self {
        Self { ends: HashMap::new(), room }
    }

    /// Until when a name holds, if it still does.
    pub(super) fn end(&self, key: &Key, now: Timestamp) -> Option<Timestamp> {
        self.ends.get(key).copied().filter(|end| *end > now)
    }

    /// Lets a name hold until `end`.
    pub(super) fn set(&mut self, key: Key, end: Timestamp, now: Timestamp) {
        if end <= now {
            self.ends.remove(&key);
            return;
        }
        if self.ends.len() >= self.room && !self.ends.contains_key(&key) {
            self.make_room(now);
        }
        self.ends.insert(key, end);
    }

    /// Lets a name hold no more.
    pub(super) fn remove(&mut self, key: &Key) {
        self.ends.remove(key);
    }

    /// How many there are, those included that hold no more.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn make_room(&mut self, now: Timestamp) {
        self.ends.retain(|_, end| *end > now);
        let mut surplus = self.ends.len().saturating_sub(self.room - self.room.div_ceil(4));
        if surplus == 0 {
            return;
        }
        let mut ends = self.ends.values().copied().collect::<Vec<_>>();
        let (_, last, _) = ends.select_nth_unstable(surplus - 1);
        let last = *last;
        self.ends.retain(|_, end| {
            let goes = *end <= last && surplus > 0;
            surplus -= usize::from(goes);
            !goes
        });
    }
}
