//! A database in miniature, in which others go on between any two statements of a reading.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;

use futures_util::FutureExt;
use proptest::prelude::*;

use super::super::set::Kind;
use super::*;

/// What somebody does between two statements.
#[derive(Clone, Debug)]
enum Change {
    /// A transaction takes the next id for a row; it begins if it is not open.
    Insert(u8),
    /// A transaction takes the next id and leaves it unused, as where a row was there already.
    Burn(u8),
    Commit(u8),
    Rollback(u8),
    /// The transaction's commit is in two phases: it loses its name.
    Prepare(u8),
    /// The last row is deleted, or all of them are.
    DeleteLast,
    DeleteAll,
    /// The database of an earlier moment is restored: whatever was above an id is gone, and ids begin there.
    Restore(u8),
}

#[derive(Debug, Default)]
struct Transaction {
    rows: Vec<i64>,
    name: Option<String>,
}

#[derive(Debug, Default)]
struct Miniature {
    highest_ever: i64,
    rows: BTreeMap<i64, u64>,
    open: BTreeMap<u8, Transaction>,
    begun: u64,
    inserted: u64,
}

impl Miniature {
    fn change(&mut self, change: &Change) {
        match *change {
            Change::Insert(who) => {
                self.highest_ever += 1;
                let id = self.highest_ever;
                self.transaction(who).rows.push(id);
            }
            Change::Burn(who) => {
                self.highest_ever += 1;
                self.transaction(who);
            }
            Change::Commit(who) => {
                for id in self.open.remove(&who).unwrap_or_default().rows {
                    self.inserted += 1;
                    self.rows.insert(id, self.inserted);
                }
            }
            Change::Rollback(who) => drop(self.open.remove(&who)),
            Change::Prepare(who) => {
                if let Some(transaction) = self.open.get_mut(&who) {
                    transaction.name = None;
                }
            }
            Change::DeleteLast => drop(self.rows.pop_last()),
            Change::DeleteAll => self.rows.clear(),
            Change::Restore(id) => {
                self.open.clear();
                self.rows.retain(|known, _| *known <= i64::from(id));
                self.highest_ever = self.highest_ever.min(i64::from(id));
            }
        }
    }

    fn transaction(&mut self, who: u8) -> &mut Transaction {
        self.begun += 1;
        let name = Some(format!("{who}/{}", self.begun));
        self.open.entry(who).or_insert(Transaction { rows: Vec::new(), name })
    }
}

/// The miniature to a reader: before it answers, somebody does something.
struct Busy<'a> {
    database: Mutex<(Miniature, VecDeque<Vec<Change>>)>,
    set: &'a ExpiringSet,
    page: usize,
}

impl Busy<'_> {
    fn look<T>(&self, answer: impl FnOnce(&Miniature) -> T) -> T {
        let (database, changes) = &mut *self.database.lock().unwrap();
        changes.pop_front().iter().flatten().for_each(|change| database.change(change));
        answer(database)
    }

    /// What is committed.
    fn rows(&self) -> BTreeSet<u64> {
        self.database.lock().unwrap().0.rows.values().copied().collect()
    }

    fn key(&self, row: u64) -> Key {
        self.set.key(Kind::Token, &row.to_string())
    }

    fn page(&self, wanted: impl Fn(i64) -> bool) -> Page {
        self.look(|database| {
            let rows = database.rows.iter().filter(|(id, _)| wanted(**id)).take(self.page);
            let entry = |(id, row): (&i64, &u64)| Entry {
                id: *id,
                key: Some(self.key(*row)),
                session: None,
                until: Some(Minute::NEVER),
            };
            let rows: Vec<_> = rows.map(entry).collect();
            Page { is_full: rows.len() == self.page, rows }
        })
    }
}

impl Source for Busy<'_> {
    fn longest_transaction(&self) -> Duration {
        Duration::from_hours(1)
    }

    async fn writers(&self) -> Result<Writers, StoreError> {
        Ok(self.look(|database| Writers::Open {
            names: database.open.values().filter_map(|transaction| transaction.name.clone()).collect(),
            nameless: database.open.values().any(|transaction| transaction.name.is_none()),
        }))
    }

    async fn rows(&self, (first, last): Range) -> Result<Page, StoreError> {
        Ok(self.page(|id| first <= id && id <= last))
    }

    async fn rows_of(&self, ranges: &[Range]) -> Result<Page, StoreError> {
        assert!(ranges.len() <= RANGES);
        Ok(self.page(|id| ranges.iter().any(|(first, last)| *first <= id && id <= *last)))
    }

    async fn highest(&self) -> Result<i64, StoreError> {
        Ok(self.look(|database| database.rows.last_key_value().map_or(0, |(id, _)| *id)))
    }
}

fn change() -> BoxedStrategy<Change> {
    let who = 0..4_u8;
    prop_oneof![
        6 => who.clone().prop_map(Change::Insert),
        2 => who.clone().prop_map(Change::Burn),
        5 => who.clone().prop_map(Change::Commit),
        1 => who.clone().prop_map(Change::Rollback),
        1 => who.prop_map(Change::Prepare),
    ]
    .boxed()
}

fn rare_change() -> BoxedStrategy<Change> {
    prop_oneof![Just(Change::DeleteLast), Just(Change::DeleteAll), (0..30_u8).prop_map(Change::Restore)]
        .boxed()
}

/// What is done before each of a number of statements.
fn changes(of: BoxedStrategy<Change>) -> impl Strategy<Value = Vec<Vec<Change>>> {
    prop::collection::vec(prop::collection::vec(of, 0..4), 20..120)
}

/// Reads until nobody does anything any more, and looks after each reading whether anything is missing.
fn reads_everything(changes: Vec<Vec<Change>>, page: usize) -> Result<(), TestCaseError> {
    let set = ExpiringSet::new();
    let database = Mutex::new((Miniature::default(), VecDeque::from(changes)));
    let busy = Busy { database, set: &set, page };
    let (mut reader, now) = (Reader::default(), Instant::now());
    let (mut left, mut complete) = (4, 0);
    while left > 0 {
        left -= u32::from(busy.database.lock().unwrap().1.is_empty());
        let committed = busy.rows();
        reader.read(&busy, &set, now).now_or_never().unwrap().unwrap();
        if reader.is_complete() {
            complete += 1;
            // What somebody deleted meanwhile need not be known.
            for row in committed.intersection(&busy.rows()) {
                let row = *row;
                prop_assert!(
                    set.contains(busy.key(row)),
                    "row {} of {:?}",
                    row,
                    busy.database.lock().unwrap().0
                );
            }
        }
        while reader.read_page(&busy, &set).now_or_never().unwrap().unwrap() {}
        if complete % 3 == 2 {
            reader.read_again();
        }
        let database = &mut busy.database.lock().unwrap();
        if database.1.is_empty() {
            database.0.open.clear();
        }
    }
    prop_assert!(reader.is_complete(), "in the end it has read everything");
    prop_assert_eq!(reader.gaps.len(), 0, "and waits for nobody");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_missed_that_was_committed_before_a_reading(changes in changes(change()), page in 2..6_usize) {
        reads_everything(changes, page)?;
    }

    #[test]
    fn nor_where_rows_go_and_ids_come_again(
        changes in changes(prop_oneof![20 => change(), 1 => rare_change()].boxed()),
        page in 2..6_usize,
    ) {
        reads_everything(changes, page)?;
    }
}

#[test]
fn a_lower_id_that_is_committed_later_is_found() {
    let set = ExpiringSet::new();
    let script: &[&[Change]] = &[
        // The first reading finds an empty table.
        &[],
        &[],
        &[],
        &[],
        &[Change::Insert(1), Change::Insert(2), Change::Commit(2)],
    ];
    let changes = script.iter().map(|changes| changes.to_vec()).collect();
    let busy = Busy { database: Mutex::new((Miniature::default(), changes)), set: &set, page: 10 };
    let (mut reader, now) = (Reader::default(), Instant::now());
    let mut read = || {
        reader.read(&busy, &set, now).now_or_never().unwrap().unwrap();
        while reader.read_page(&busy, &set).now_or_never().unwrap().unwrap() {}
    };
    for _ in 0..4 {
        read();
    }
    assert_eq!((set.contains(busy.key(1)), set.contains(busy.key(2))), (true, false), "one is not committed");
    busy.database.lock().unwrap().0.change(&Change::Commit(1));
    read();
    assert!(set.contains(busy.key(2)));
}
