//! A small real Django project, and the genuine packages to run it.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Finished, Place, Server};

/// A copy of one of `tests/data/projects`, migrated where a test says so.
pub(crate) struct DjangoProject {
    pub(crate) place: Place,
    module: &'static str,
}

impl DjangoProject {
    /// The project in `folder` with the settings `module`.
    pub(crate) fn copy(folder: &str, module: &'static str) -> Self {
        let place = Place::named(folder);
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/projects").join(folder);
        copy(&data, &place.path(""));
        Self { place, module }
    }

    /// With the tables, and a user of this name with the usual password.
    pub(crate) fn with_user(self, username: &str) -> Self {
        self.django("from django.core.management import call_command; call_command('migrate', verbosity=0)");
        self.django(&format!(
            "from django.contrib.auth import get_user_model as model; \
             model().objects.create_user({username:?}, password={:?})",
            super::PASSWORD
        ));
        self
    }

    /// Runs statements with Django set up; the last line that they print.
    #[track_caller]
    pub(crate) fn django(&self, statements: &str) -> String {
        let mut command = Command::new(python());
        let code = format!("import django; django.setup(); {statements}");
        command
            .args(["-c", &code])
            .current_dir(self.place.path(""))
            .env("DJANGO_SETTINGS_MODULE", self.module);
        let finished = Finished::of(command, "");
        finished.succeeded().lines().last().unwrap_or_default().to_owned()
    }

    /// The status and body with which the project itself answers a `POST`.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &serde_json::Value) -> (String, String) {
        self.request("POST", path, "", &body.to_string())
    }

    /// The same, for any request with an `Authorization` header.
    #[track_caller]
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        authorization: &str,
        body: &str,
    ) -> (String, String) {
        let said = self.django(&format!(
            "from django.test import Client; \
             answer = Client().generic({method:?}, {path:?}, {body:?}, content_type='application/json', \
             headers={{'authorization': {authorization:?}}}); \
             print(answer.status_code, answer.content.decode())",
        ));
        let (status, body) = said.split_once(' ').unwrap();
        (status.to_owned(), body.to_owned())
    }

    /// Imports it with the genuine packages' Python.
    pub(crate) fn import(&self, more: &[&str]) -> Finished {
        let python = python().into_string().unwrap();
        let args: Vec<_> = ["import-django", "--python", &python].iter().chain(more).copied().collect();
        self.place.run(&args)
    }

    /// A secret has a file of its own that only its owner can read, and stands nowhere else.
    #[track_caller]
    pub(crate) fn keeps_secret(&self, file: &str, secret: &str, said: &str) {
        assert_eq!(self.place.read(file), secret);
        assert_eq!(std::fs::metadata(self.place.path(file)).unwrap().mode() & 0o777, 0o600);
        for text in [said, &self.place.read("countersign.toml")] {
            assert!(!text.contains(secret.trim()), "{text}");
        }
    }

    /// The configuration that was written has all of these lines.
    #[track_caller]
    pub(crate) fn configures(&self, lines: &[&str]) {
        let toml = self.place.read("countersign.toml");
        for line in lines {
            assert!(toml.lines().any(|known| known == *line), "{line:?} is not in: {toml}");
        }
    }

    /// The import said of something that it is left, and what happens instead.
    #[track_caller]
    pub(crate) fn leaves(said: &str, what: &str, instead: &str) {
        let told = said.split_once("Cannot be carried over:\n").unwrap_or_else(|| panic!("{said}")).1;
        let line = told.lines().skip_while(|line| !line.trim().starts_with(what)).nth(1);
        assert!(line.is_some_and(|line| line.contains(instead)), "{what}: {instead} is not in: {told}");
    }

    /// Serves what was imported.
    #[track_caller]
    pub(crate) fn serve(&self) -> Server {
        Server::start(self.place.command(&["serve", "--listen", "127.0.0.1:0"]))
    }
}

/// The interpreter that has the genuine packages.
pub(crate) fn python() -> OsString {
    std::env::var_os("COUNTERSIGN_ORACLE_PYTHON").expect(
        "COUNTERSIGN_ORACLE_PYTHON is not set. Run ./scripts/test, or: \
         export COUNTERSIGN_ORACLE_PYTHON=$(./scripts/oracle-venv)",
    )
}

/// The virtual environment that it is in.
pub(crate) fn virtual_environment() -> PathBuf {
    Path::new(&python()).parent().unwrap().parent().unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
