//! What is wrong with a configuration, or unwise about it, and where it is written.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Where a value was written: a file and a line, an environment variable, or built-in defaults.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    source: Arc<str>,
    line: Option<usize>,
}

impl Origin {
    /// A source as a whole: a file's path, or a variable's name.
    pub(super) fn source(name: impl Into<Arc<str>>) -> Self {
        Self { source: name.into(), line: None }
    }

    /// The line of `text`, which is what this source says, that holds the byte at `offset`.
    pub(super) fn at(&self, text: &str, offset: usize) -> Self {
        let before = text.as_bytes().iter().take(offset);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        Self { source: Arc::clone(&self.source), line: Some(line) }
    }

    /// Whether an environment variable said it, so that a hint should name one too.
    pub(super) fn is_variable(&self) -> bool {
        self.source.starts_with(super::environment::PREFIX)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}", self.source),
            None => f.write_str(&self.source),
        }
    }
}

/// A key's full path (`simple_jwt.leeway`) and where it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(super) origin: Origin,
    pub(super) path: String,
}

/// A sentence about one key. It never quotes the key's value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Remark {
    origin: Origin,
    sentence: String,
}

impl Remark {
    fn about(place: &Place, predicate: &str) -> Self {
        Self { origin: place.origin.clone(), sentence: format!("{} {predicate}", place.path) }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.sentence)
    }
}

/// A configuration that works and should be changed. Shown, it is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    remark: Remark,
    is_grave: bool,
}

impl Warning {
    /// `predicate` goes on after the key's path.
    pub(super) fn about(place: &Place, predicate: &str) -> Self {
        Self { remark: Remark::about(place, predicate), is_grave: false }
    }

    /// The same about what lets in whoever should not be.
    pub(super) fn grave(place: &Place, predicate: &str) -> Self {
        Self { remark: Remark::about(place, predicate), is_grave: true }
    }

    /// Whether it is to be logged as an error.
    pub(crate) fn is_grave(&self) -> bool {
        self.is_grave
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.remark.fmt(f)
    }
}

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem(Remark);

impl Problem {
    /// `predicate` goes on after the key's path.
    pub(super) fn about(place: &Place, predicate: &str) -> Self {
        Self(Remark::about(place, predicate))
    }

    /// About a source and none of its keys.
    pub(super) fn with_source(origin: Origin, sentence: String) -> Self {
        Self(Remark { origin, sentence })
    }
}

/// All that is wrong with a configuration. Shown, it is one line for each problem: where, which key, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    /// Every problem, in the order of the lines.
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self { problems }
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem(remark)) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{remark}")?;
        }
        Ok(())
    }
}

impl Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_once_each_in_the_order_of_the_lines() {
        let file = Origin::source("countersign.toml");
        let text = "a = 1\nb = 2\n";
        let at = |offset, path: &str| Place { origin: file.at(text, offset), path: path.to_owned() };
        let second = Problem::about(&at(6, "b"), "is wrong");
        let first = Problem::about(&at(5, "a"), "is wrong too");
        let error = ConfigError::new(vec![second.clone(), first, second]);
        assert_eq!(
            error.to_string(),
            "countersign.toml, line 1: a is wrong too\ncountersign.toml, line 2: b is wrong"
        );
    }
}
