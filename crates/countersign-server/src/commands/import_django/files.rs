//! The files: read by the server's own reader first, then put in their places, none half and none over another.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::config;
use crate::failure::Failure;

/// A configuration file to be, and the files of its secrets.
pub(super) struct Files {
    config: PathBuf,
    is_forced: bool,
    secrets: Vec<(OsString, Vec<u8>)>,
}

impl Files {
    /// Nothing is asked of Django for a file that must not be written.
    pub(super) fn new(config: &Path, is_forced: bool) -> Result<Self, Failure> {
        let files = Self { config: config.to_owned(), is_forced, secrets: Vec::new() };
        files.overwrites_nothing()?;
        Ok(files)
    }

    /// Keeps a secret out of the TOML: what to write instead of it. `name` is what it is called there.
    pub(super) fn secret(&mut self, name: &str, mut value: Vec<u8>) -> toml::Value {
        // The reader takes one line break from the end of a text; this is that one.
        if value.ends_with(b"\n") {
            value.push(b'\n');
        }
        let file = self.config.with_extension(name);
        let file = file.file_name().unwrap_or_default().to_owned();
        let shown = file.to_string_lossy().into_owned();
        self.secrets.push((file, value));
        toml::Value::Table([("file".to_owned(), shown.into())].into_iter().collect())
    }

    /// Writes everything, if the TOML can be read. The names of the files.
    pub(super) fn write(&self, text: &str) -> Result<Vec<String>, Failure> {
        self.overwrites_nothing()?;
        let folder = self.folder();
        let cannot = |error| Failure::caused(&format!("cannot write in {}", folder.display()), &error);
        // Only its owner can enter it; in the same folder, so that a file moves whole.
        let draft =
            tempfile::Builder::new().prefix(".countersign-import-").tempdir_in(&folder).map_err(cannot)?;
        let name = self.config.file_name().unwrap_or_default().to_owned();
        let mut all = vec![(name.clone(), text.as_bytes(), 0o644)];
        all.extend(self.secrets.iter().map(|(name, value)| (name.clone(), &**value, 0o600)));
        for (name, bytes, mode) in &all {
            create(&draft.path().join(name), bytes, *mode).map_err(cannot)?;
        }
        readable(&draft, &draft.path().join(name))?;
        let targets = self.targets();
        for (index, ((name, ..), target)) in all.iter().zip(&targets).enumerate() {
            if let Err(error) = self.place(&draft.path().join(name), target) {
                if !self.is_forced {
                    // Half an import would only confuse: the next one starts afresh.
                    targets[..index].iter().for_each(|made| drop(fs::remove_file(made)));
                }
                return Err(Failure::caused(&format!("cannot write {}", target.display()), &error));
            }
        }
        Ok(targets.iter().map(|target| target.display().to_string()).collect())
    }

    /// A name is claimed before it is filled, unless it may be replaced.
    fn place(&self, draft: &Path, target: &Path) -> std::io::Result<()> {
        if !self.is_forced {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(target)?;
        }
        fs::rename(draft, target)
    }

    fn overwrites_nothing(&self) -> Result<(), Failure> {
        let there = self.targets().into_iter().filter(|path| fs::symlink_metadata(path).is_ok());
        let there = there.map(|path| path.display().to_string()).collect::<Vec<_>>();
        if self.is_forced || there.is_empty() {
            return Ok(());
        }
        let verb = if there.len() == 1 { "is" } else { "are" };
        Err(Failure::input(format!(
            "{} {verb} there already: replace with --force, or name another file with --config",
            there.join(", ")
        )))
    }

    fn targets(&self) -> Vec<PathBuf> {
        let secrets = self.secrets.iter().map(|(name, _)| self.config.with_file_name(name));
        std::iter::once(self.config.clone()).chain(secrets).collect()
    }

    fn folder(&self) -> PathBuf {
        let folder = self.config.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new(".")).to_owned()
    }
}

/// The server must be able to start with it.
fn readable(draft: &TempDir, config: &Path) -> Result<(), Failure> {
    let Err(error) = config::load(Some(config), std::iter::empty()) else { return Ok(()) };
    let draft = format!("{}/", draft.path().display());
    let error = error.to_string().replace(&draft, "");
    Err(Failure::input(format!(
        "nothing was written, because what Django says cannot be served as it is:\n{error}"
    )))
}

fn create(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    match file.sync_all() {
        // Some file systems have nothing to wait for.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        done => done,
    }
}
