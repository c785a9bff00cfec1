//! The file behind a URL, and whether it is still the same one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{ConnectError, ConnectErrorKind};

/// The path in `sqlite:///absolute`, `sqlite://relative` or `sqlite:relative`.
pub(super) fn path(url: &str) -> Result<&Path, ConnectError> {
    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(ConnectError::new(
            ConnectErrorKind::Url,
            "the database URL names no file; a database in memory would be gone with the process: write \
             sqlite:///absolute/path/db.sqlite3 or sqlite://relative/path/db.sqlite3",
        ));
    }
    Ok(Path::new(path))
}

/// Says what to do when the file is not there.
pub(super) fn require(path: &Path) -> Result<(), ConnectError> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(()),
        Ok(_) => Err(ConnectError::new(
            ConnectErrorKind::Url,
            format!("the database URL names {}, which is not a file", path.display()),
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(ConnectError::new(
            ConnectErrorKind::Missing,
            format!(
                "there is no database file {}; run `countersign migrate` (or Django's own `migrate`) to create it",
                path.display()
            ),
        )),
        Err(error) => Err(ConnectError::new(
            ConnectErrorKind::Unavailable,
            format!("the database file {} cannot be read: {error}", path.display()),
        )),
    }
}

/// Which file stands at a path, to close connections to one that stands there no more: they would go on
/// reading, and writing, what nobody else sees.
#[derive(Debug)]
pub(super) struct Identity {
    path: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    file: Option<FileId>,
    since: Option<Instant>,
}

impl Identity {
    pub(super) fn of(path: &Path) -> Self {
        let file = file_id(path);
        Self { path: path.to_owned(), seen: Mutex::new(Seen { file, since: None }) }
    }

    /// Whether a connection of this age was opened to the file that stands at the path now.
    pub(super) fn is_unchanged_since(&self, age: Duration) -> bool {
        let now = Instant::now();
        let file = file_id(&self.path);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if file != seen.file {
            tracing::warn!(path = %self.path.display(), "the database file was replaced, its connections are closed");
            *seen = Seen { file, since: Some(now) };
            return false;
        }
        match (file, seen.since) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(_), Some(since)) => now.checked_sub(age).is_some_and(|opened| opened > since),
        }
    }
}

/// Device and inode. The number of a file that is still open is given to no other.
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// Where an open file cannot be replaced, being there is enough.
#[cfg(not(unix))]
fn file_id(path: &Path) -> Option<FileId> {
    path.exists().then_some((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_an_absolute_or_a_relative_path() {
        assert_eq!(path("sqlite:///srv/db.sqlite3").unwrap(), Path::new("/srv/db.sqlite3"));
        assert_eq!(path("sqlite://data/db.sqlite3").unwrap(), Path::new("data/db.sqlite3"));
        assert_eq!(path("sqlite:db.sqlite3").unwrap(), Path::new("db.sqlite3"));
        for none in ["sqlite:", "sqlite://", "sqlite::memory:", "sqlite://:memory:"] {
            assert_eq!(path(none).unwrap_err().kind(), ConnectErrorKind::Url, "{none}");
        }
    }
}
