//! Many ids in little memory, each until it expires: hashes in shards that are open-addressed.
//!
//! - What is kept of an id is 64 bits of a hash whose key is this process's own, so that nobody can choose ids that
//!   collide, and a minute. An id that is here may be another's: whoever finds one makes sure elsewhere. One that is not here
//!   never was put here.
//! - Twelve bytes a slot, four slots of five taken at most. A shard grows by a quarter of itself and alone, so that growing
//!   never needs more than one shard twice: ten million ids take 120 to 190 MB, whatever their number before.
//! - Reading waits for a writer of the same shard only, which is at most as long as it takes to move one shard.

use std::hash::{BuildHasher, RandomState};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use countersign::clock::Timestamp;

/// Ids, each with the minute in which it can be forgotten.
pub(super) struct ExpiringSet {
    hasher: RandomState,
    shards: Box<[RwLock<Shard>]>,
}

/// What is kept of an id: never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(u64);

/// What an id is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A session: the `jti` of its first refresh token, which may be revoked while the session is not.
    Session,
    /// A token: its `jti`.
    Token,
}

/// A minute since 1970, the last one for all that is later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Minute(u32);

impl Minute {
    pub(super) const NEVER: Self = Self(u32::MAX);

    /// The first minute that begins at this time or after it.
    pub(super) fn from(time: Timestamp) -> Self {
        Self::counted(time.as_micros().saturating_add(MINUTE - 1))
    }

    /// The minute that this time is in.
    fn of(time: Timestamp) -> Self {
        Self::counted(time.as_micros())
    }

    fn counted(micros: i64) -> Self {
        Self(u32::try_from(micros.div_euclid(MINUTE).max(0)).unwrap_or(u32::MAX))
    }
}

impl ExpiringSet {
    /// How many turns it takes to [sweep](Self::sweep) everything.
    pub(super) const TURNS: usize = SHARDS;

    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), shards: (0..SHARDS).map(|_| RwLock::default()).collect() }
    }

    pub(super) fn key(&self, kind: Kind, id: &str) -> Key {
        Key(self.hasher.hash_one((kind, id)).max(1))
    }

    pub(super) fn contains(&self, key: Key) -> bool {
        self.read(shard_of(key)).contains(key)
    }

    /// Keeps a key until a minute, or a later one that is known already.
    pub(super) fn insert(&self, key: Key, until: Minute) {
        self.write(shard_of(key)).insert(key, until);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        (0..SHARDS).map(|number| self.read(number).taken).sum()
    }

    /// Forgets what can be forgotten by now of one shard; `turn` is any number, and each shard has its turn.
    pub(super) fn sweep(&self, turn: usize, now: Timestamp) {
        let now = Minute::of(now);
        let number = turn % SHARDS;
        let expired = self.read(number).slots.iter().filter(|slot| slot.is_expired(now)).count();
        if expired > 0 {
            self.write(number).forget(now);
        }
    }

    /// No method panics half-way through a change, so what a poisoned lock guards is whole.
    fn read(&self, number: usize) -> RwLockReadGuard<'_, Shard> {
        self.shards[number].read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, number: usize) -> RwLockWriteGuard<'_, Shard> {
        self.shards[number].write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct Shard {
    slots: Box<[Slot]>,
    taken: usize,
}

/// A key in two halves, so that a slot is twelve bytes and not sixteen; both zero where the slot is free.
#[derive(Clone, Copy, Default)]
struct Slot {
    high: u32,
    low: u32,
    until: u32,
}

impl Slot {
    fn key(self) -> Option<Key> {
        let key = u64::from(self.high) << 32 | u64::from(self.low);
        (key != 0).then_some(Key(key))
    }

    fn is_expired(self, now: Minute) -> bool {
        self.key().is_some() && self.until <= now.0 && self.until != Minute::NEVER.0
    }
}

impl Shard {
    fn contains(&self, key: Key) -> bool {
        !self.slots.is_empty() && self.slots[self.find(key)].key().is_some()
    }

    fn insert(&mut self, key: Key, until: Minute) {
        if (self.taken + 1) * 5 > self.slots.len() * 4 {
            self.resize(self.slots.len() + self.slots.len() / 4 + 8, |_| true);
        }
        let at = self.find(key);
        let slot = &mut self.slots[at];
        self.taken += usize::from(slot.key().is_none());
        let (high, low) = halves(key);
        *slot = Slot { high, low, until: slot.until.max(until.0) };
    }

    fn forget(&mut self, now: Minute) {
        let left = self.slots.iter().filter(|slot| slot.key().is_some() && !slot.is_expired(now)).count();
        let size = if left == 0 { 0 } else { left + left / 2 + 8 };
        self.resize(size.min(self.slots.len()), |slot| !slot.is_expired(now));
    }

    /// Moves to so many slots what stays.
    fn resize(&mut self, size: usize, stays: impl Fn(&Slot) -> bool) {
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size].into_boxed_slice());
        self.taken = 0;
        for slot in old.iter().filter(|slot| stays(slot)) {
            if let Some(key) = slot.key() {
                let at = self.find(key);
                self.slots[at] = *slot;
                self.taken += 1;
            }
        }
    }

    /// The slot of a key, or the free one where it would be. There is always one that is free.
    fn find(&self, key: Key) -> usize {
        let mut at = start(key, self.slots.len());
        while self.slots[at].key().is_some_and(|found| found != key) {
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
        at
    }
}

/// The first bits choose a shard.
fn shard_of(key: Key) -> usize {
    (key.0 >> (64 - SHARD_BITS)) as usize
}

/// The last bits choose a slot: their share of all that they can be is its share of the slots.
fn start(key: Key, slots: usize) -> usize {
    let (_, low) = halves(key);
    ((u64::from(low) * slots as u64) >> 32) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "each half is a half")]
fn halves(Key(key): Key) -> (u32, u32) {
    ((key >> 32) as u32, key as u32)
}

const SHARD_BITS: u32 = 9;
const SHARDS: usize = 1 << SHARD_BITS;
const MINUTE: i64 = 60_000_000;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_secs(minute * 60)
    }

    #[test]
    fn a_minute_is_never_too_early() {
        for (micros, minute) in [(0, 0), (1, 1), (MINUTE, 1), (MINUTE + 1, 2), (-5, 0), (i64::MIN, 0)] {
            assert_eq!(Minute::from(Timestamp::from_micros(micros)), Minute(minute), "{micros}");
        }
        assert_eq!(Minute::from(Timestamp::from_micros(i64::MAX)), Minute::NEVER);
    }

    #[test]
    fn what_expires_is_forgotten_in_turns_and_its_memory_given_back() {
        let set = ExpiringSet::new();
        let keys: Vec<_> = (0..20_000).map(|number| set.key(Kind::Token, &format!("{number}"))).collect();
        for (number, key) in (0..).zip(&keys) {
            set.insert(*key, Minute::from(at(100 + number % 2)));
        }
        for turn in 0..SHARDS {
            set.sweep(turn, at(99));
        }
        assert_eq!(set.len(), 20_000, "each is good in its last minute");
        let before = slots(&set);
        for turn in 0..SHARDS {
            set.sweep(turn, at(100));
        }
        assert_eq!(set.len(), 10_000);
        assert!(slots(&set) < before, "{} and {before}", slots(&set));
        assert!(keys.iter().skip(1).step_by(2).all(|key| set.contains(*key)));
        for turn in 0..SHARDS {
            set.sweep(turn, at(200));
        }
        assert_eq!((set.len(), slots(&set)), (0, 0));
        set.insert(keys[0], Minute::NEVER);
        set.sweep(shard_of(keys[0]), Timestamp::MAX);
        assert!(set.contains(keys[0]), "what never expires stays");
    }

    #[test]
    fn a_million_ids_are_found_again_in_nineteen_bytes_each() {
        let set = ExpiringSet::new();
        let mut most = 0;
        let began = Instant::now();
        for number in 0..1_000_000_u32 {
            set.insert(set.key(Kind::Token, &number.to_string()), Minute::NEVER);
            if number % 1000 == 999 && number > 100_000 {
                let bytes = slots(&set) * size_of::<Slot>() + SHARDS * size_of::<RwLock<Shard>>();
                most = most.max(bytes * 10 / set.len());
            }
        }
        println!("{:?} to insert, {} bytes each at most", began.elapsed(), most / 10);
        assert_eq!(set.len(), 1_000_000);
        assert!(most < 195, "{most} tenths of a byte");
        for number in 0..1_000_000_u32 {
            assert!(set.contains(set.key(Kind::Token, &number.to_string())));
        }
        let others = (1_000_000..1_100_000_u32).map(|number| set.key(Kind::Token, &number.to_string()));
        assert_eq!(others.filter(|key| set.contains(*key)).count(), 0, "nobody else is");
    }

    fn slots(set: &ExpiringSet) -> usize {
        (0..SHARDS).map(|number| set.read(number).slots.len()).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Keys that crowd into few slots of one shard behave like all others.
        #[test]
        fn it_is_a_map_from_keys_to_minutes(
            changes in prop::collection::vec((0..40_u64, 0..50_u32, any::<bool>()), 1..100),
            spread in prop_oneof![Just(1_u64), Just(1 << 20), Just(1 << 40)],
        ) {
            let (set, mut map) = (ExpiringSet::new(), HashMap::new());
            for (number, minute, sweeps) in changes {
                let key = Key(1 + number * spread);
                set.insert(key, Minute(minute));
                let until = map.entry(key).or_insert(minute);
                *until = minute.max(*until);
                if sweeps {
                    (0..SHARDS).for_each(|turn| set.sweep(turn, at(i64::from(minute))));
                    map.retain(|_, until| *until > minute);
                }
                prop_assert_eq!(set.len(), map.len());
                for number in 0..40 {
                    let key = Key(1 + number * spread);
                    prop_assert_eq!(set.contains(key), map.contains_key(&key));
                }
            }
        }
    }
}
