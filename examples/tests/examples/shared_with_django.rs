//! `shared_with_django`: a Django project and a Rust service on one database.

use std::path::Path;
use std::process::Command;

use countersign_testing::{Request, Service};

use crate::harness::{Example, walk};

#[test]
fn what_its_documentation_says_is_what_happens() {
    let both = Both::start();
    let instead = [("127.0.0.1:8000", both.rust.address()), ("127.0.0.1:8001", both.django.address())];
    walk("src/bin/shared_with_django/main.rs", &instead, &[]);
}

#[test]
fn who_is_deactivated_in_django_is_out_at_both() {
    let both = Both::start();
    let [access, _] = both.rust.log_in("ada", "correct horse");
    both.place.manage(&[
        "shell",
        "-c",
        "from django.contrib.auth.models import User; User.objects.update(is_active=False)",
    ]);
    let hello = Request::get("/hello/").bearer(&access);
    let (rust, django) = (both.rust.ask(&hello), hello.send(both.django.address()));
    assert_eq!((rust.status, django.status), (401, 401));
    assert_eq!(rust.text(), django.text());
}

/// The project and the service, running.
struct Both {
    rust: Example,
    django: Service,
    place: Place,
}

impl Both {
    /// As the documentation says: Django makes the tables and the user.
    fn start() -> Self {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        place.manage(&["migrate"]);
        place.manage(&["createsuperuser", "--noinput", "--username", "ada", "--email", "ada@example.org"]);
        let mut gunicorn = place.python();
        gunicorn.args(["-m", "gunicorn", "shop.wsgi", "--bind", "127.0.0.1:0"]);
        let django = Service::start(gunicorn);
        let rust =
            Example::start_with(env!("CARGO_BIN_EXE_shared_with_django"), |command| place.tell(command));
        Self { rust, django, place }
    }
}

/// Where the database is.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn manage(&self, arguments: &[&str]) {
        let output = self.python().arg("manage.py").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn python(&self) -> Command {
        let interpreter = std::env::var_os("COUNTERSIGN_ORACLE_PYTHON").expect(
            "this test runs a Django project: run ./scripts/test, or: \
             export COUNTERSIGN_ORACLE_PYTHON=$(./scripts/oracle-venv)",
        );
        let mut command = Command::new(interpreter);
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/shared_with_django/django"));
        command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("DJANGO_SETTINGS_MODULE");
        self.tell(&mut command).env("DJANGO_SUPERUSER_PASSWORD", "correct horse");
        command
    }

    /// What both are told alike.
    fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let secret = "a secret of thirty-two bytes or more";
        command.env("SECRET_KEY", secret).env("DATABASE", self.folder.path().join("db.sqlite3"))
    }
}
