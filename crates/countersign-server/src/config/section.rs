//! Reading a configuration key by key, so that all that is wrong with it is told at once.
//!
//! - What is asked for is what is known: a key that no section asked for is a problem.
//! - A problem is recorded where it is found, and [`Reported`] is the proof; reading goes on with the other keys.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::environment;
use super::nearest;
use super::problem::{ConfigError, Origin, Place, Problem, Warning};
use super::reference::Surroundings;
use super::setting::Setting;
use super::tree::{Entry, Table, Value};

/// Proof that a problem was recorded: only [`Reading::problem`] makes one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported(());

/// A value and where it was written, for what may be said about it later.
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// One reading of a configuration, and what was found by it.
pub(super) struct Reading {
    /// What is named when a key is missing: the file, or the environment where there is none.
    home: Origin,
    surroundings: Surroundings,
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    asked: Vec<String>,
    unknown: Vec<Place>,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
}

impl Reading {
    pub(super) fn new(home: Origin, surroundings: Surroundings) -> Self {
        Self { home, surroundings, found: RefCell::default() }
    }

    /// Reads the whole document.
    pub(super) fn root<T>(&self, document: Table, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
        Section::read_all(Section::new(self, String::new(), document), read)
    }

    /// Records that something is wrong; `predicate` goes on after the key's path.
    pub(super) fn problem(&self, place: &Place, predicate: &str) -> Reported {
        self.found.borrow_mut().problems.push(Problem::about(place, predicate));
        Reported(())
    }

    /// Records that something is unwise.
    pub(super) fn warn(&self, warning: Warning) {
        let warnings = &mut self.found.borrow_mut().warnings;
        // What two families take from the same place is told once.
        if warnings.iter().all(|known| known.to_string() != warning.to_string()) {
            warnings.push(warning);
        }
    }

    /// Every key that was asked for, by its path.
    pub(super) fn asked(self) -> Vec<String> {
        self.found.into_inner().asked
    }

    /// What was read and what is unwise about it, if nothing is wrong; `known` are the keys to suggest.
    pub(super) fn finish<T>(
        self,
        read: Result<T, Reported>,
        known: impl FnOnce() -> Vec<String>,
    ) -> Result<(T, Vec<Warning>), ConfigError> {
        let Found { unknown, mut problems, warnings, .. } = self.found.into_inner();
        if !unknown.is_empty() {
            let known = known();
            problems.extend(unknown.iter().map(|place| Problem::about(place, &not_a_setting(place, &known))));
        }
        match read {
            Ok(read) if problems.is_empty() => Ok((read, warnings)),
            _ => Err(ConfigError::new(problems)),
        }
    }
}

fn not_a_setting(place: &Place, known: &[String]) -> String {
    let nearest = nearest::nearest(&place.path, known).unwrap_or_default();
    if place.origin.is_variable() {
        let variable = environment::variable(nearest);
        return format!(
            "is not a setting, the nearest one is {nearest}: correct the name to {variable}, or unset it"
        );
    }
    format!("is not a setting, the nearest one is {nearest}: correct the name, or remove it")
}

/// One table of the configuration.
pub(super) struct Section<'a> {
    reading: &'a Reading,
    path: String,
    table: Table,
    /// Where the keys that were asked for were written.
    origins: BTreeMap<String, Origin>,
}

impl<'a> Section<'a> {
    fn new(reading: &'a Reading, path: String, table: Table) -> Self {
        Self { reading, path, table, origins: BTreeMap::new() }
    }

    /// The value of a key, if there is one, with its place.
    pub(super) fn located<T: Setting>(&mut self, key: &str) -> Result<Option<Located<T>>, Reported> {
        let path = self.path_of(key);
        self.reading.found.borrow_mut().asked.push(path.clone());
        let Some(entry) = self.table.remove(key) else { return Ok(None) };
        self.origins.insert(key.to_owned(), entry.origin.clone());
        let place = Place { origin: entry.origin, path };
        match T::read(entry.value, &self.reading.surroundings) {
            Ok(value) => Ok(Some(Located { value, place })),
            Err(fault) => Err(self.reading.problem(&place, &fault)),
        }
    }

    /// The value of a key, if there is one.
    pub(super) fn optional<T: Setting>(&mut self, key: &str) -> Result<Option<T>, Reported> {
        Ok(self.located(key)?.map(|located| located.value))
    }

    /// The value of a key that must be there; `advice` says what to give.
    pub(super) fn required<T: Setting>(&mut self, key: &str, advice: &str) -> Result<T, Reported> {
        self.optional(key)?.ok_or_else(|| self.missing(key, advice))
    }

    /// The values of a table inside this one whose keys are names of somebody's own, in the order of the names.
    pub(super) fn entries<T: Setting>(&mut self, key: &str) -> Vec<Located<T>> {
        let path = self.path_of(key);
        let entries = self.table(key).unwrap_or_default().into_iter();
        let read = |(name, entry): (String, Entry)| {
            let place = Place { origin: entry.origin, path: format!("{path}.{name}") };
            match T::read(entry.value, &self.reading.surroundings) {
                Ok(value) => Some(Located { value, place }),
                Err(fault) => {
                    // A problem is recorded, and the others are read.
                    self.reading.problem(&place, &fault);
                    None
                }
            }
        };
        entries.filter_map(read).collect()
    }

    /// Puts the value of a key, if there is one, in the place of a default.
    pub(super) fn set<T: Setting>(&mut self, key: &str, slot: &mut T) {
        self.set_as(key, slot, |value| value);
    }

    /// The same for a default of another type.
    pub(super) fn set_as<T, S: Setting>(&mut self, key: &str, slot: &mut T, convert: impl FnOnce(S) -> T) {
        // A problem is recorded; the default lets the reading go on.
        if let Ok(Some(value)) = self.optional(key) {
            *slot = convert(value);
        }
    }

    /// A key that the Django package once had.
    pub(super) fn removed(&mut self, key: &str, instead: &str) {
        if let Some(entry) = self.table.remove(key) {
            let place = Place { origin: entry.origin, path: self.path_of(key) };
            self.problem(&place, &format!("was removed from the Django package: use {instead}"));
        }
    }

    /// A table inside this one, empty where it is absent.
    pub(super) fn section<T>(&mut self, key: &str, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
        let table = self.table(key).unwrap_or_default();
        Self::read_all(Section::new(self.reading, self.path_of(key), table), read)
    }

    /// A table inside this one that means something by being there.
    pub(super) fn optional_section<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Section<'_>) -> Result<T, Reported>,
    ) -> Result<Option<T>, Reported> {
        let Some(table) = self.table(key) else { return Ok(None) };
        Self::read_all(Section::new(self.reading, self.path_of(key), table), read).map(Some)
    }

    /// Records that a key is missing.
    pub(super) fn missing(&self, key: &str, advice: &str) -> Reported {
        let path = self.path_of(key);
        let variable = environment::variable(&path);
        let place = Place { origin: self.reading.home.clone(), path };
        self.problem(&place, &format!("is missing: {advice} (or set {variable})"))
    }

    /// Records that something is wrong.
    pub(super) fn problem(&self, place: &Place, predicate: &str) -> Reported {
        self.reading.problem(place, predicate)
    }

    /// Records that something is unwise.
    pub(super) fn warn(&self, place: &Place, predicate: &str) {
        self.reading.warn(Warning::about(place, predicate));
    }

    /// Records that something lets in whoever should not be.
    pub(super) fn alarm(&self, place: &Place, predicate: &str) {
        self.reading.warn(Warning::grave(place, predicate));
    }

    /// The place of a key that was asked for, or of its default.
    pub(super) fn place_of(&self, key: &str) -> Place {
        let origin = self.origins.get(key).unwrap_or(&self.reading.home).clone();
        Place { origin, path: self.path_of(key) }
    }

    fn table(&mut self, key: &str) -> Option<Table> {
        let path = self.path_of(key);
        self.reading.found.borrow_mut().asked.push(path.clone());
        let entry = self.table.remove(key)?;
        let Value::Table(table) = entry.value else {
            let advice = format!("is a table: write its keys below [{path}]");
            self.problem(&Place { origin: entry.origin, path }, &advice);
            return None;
        };
        Some(table)
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Reads the section; what is left over is unknown.
    fn read_all<T>(mut section: Section<'_>, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
        let result = read(&mut section);
        for (key, entry) in std::mem::take(&mut section.table) {
            let place = Place { origin: entry.origin, path: section.path_of(&key) };
            section.reading.found.borrow_mut().unknown.push(place);
        }
        result
    }
}
