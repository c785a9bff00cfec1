//! What the servers need before the first of them starts: a folder, databases, users, Django.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::failure::{Failure, Result, While};
use crate::scene::Scene;
use crate::service::database::{Database, Engine};
use crate::service::load;
use crate::service::process::output;
use crate::service::tokens::SECRET;

/// Made once, when the first comparison needs it, and removed at the end.
pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
    pub(crate) django: PathBuf,
    names: AtomicU32,
}

impl Stage {
    pub(crate) fn new(scene: &Scene) -> Result<Self> {
        let temporary = env::var_os("COUNTERSIGN_BENCH_FOLDER").map_or_else(env::temp_dir, PathBuf::from);
        let folder = temporary.join(format!("countersign-bench-{}", std::process::id()));
        fs::create_dir(&folder).during(folder.display())?;
        Ok(Self { folder, django: scene.root.join("bench/django"), names: AtomicU32::new(0) })
    }

    /// The URL of the PostgreSQL server that both sides use.
    pub(crate) fn postgres() -> Result<String> {
        variable("COUNTERSIGN_TEST_POSTGRES")
    }

    /// The interpreter of the environment with Django.
    pub(crate) fn python() -> Result<PathBuf> {
        variable("COUNTERSIGN_BENCH_PYTHON").map(PathBuf::from)
    }

    /// The server's release binary.
    pub(crate) fn countersign() -> Result<PathBuf> {
        variable("COUNTERSIGN_BENCH_SERVER").map(PathBuf::from)
    }

    /// A program that was built with this one.
    pub(crate) fn beside(name: &str) -> Result<PathBuf> {
        let path = env::current_exe()?.with_file_name(name);
        if path.exists() {
            Ok(path)
        } else {
            Err(Failure::new(format!("{} is not there: build all of bench/", path.display())))
        }
    }

    /// A name that nothing else has.
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{what}_{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// A file with these lines.
    pub(crate) fn lines(&self, lines: impl IntoIterator<Item = String>) -> Result<PathBuf> {
        let path = self.folder.join(self.name("lines"));
        let text: Vec<String> = lines.into_iter().collect();
        fs::write(&path, text.join("\n")).during(path.display())?;
        Ok(path)
    }

    /// A database of its own with Django's tables and [`USERS`] users, made by Django.
    pub(crate) fn database(&self, engine: Engine) -> Result<Database> {
        match engine {
            Engine::Postgres => {
                self.template()?;
                self.copy("bench_template")
            }
            Engine::Sqlite => {
                let database = Database::sqlite(&self.folder.join(self.name("db")));
                self.fill(&database)?;
                Ok(database)
            }
        }
    }

    /// A copy of a database on PostgreSQL to which nobody is connected.
    pub(crate) fn copy(&self, template: &str) -> Result<Database> {
        let server = Self::postgres()?;
        let name = format!("bench_{}_{}", std::process::id(), self.name("copy"));
        let admin = Database::postgres(&server, "postgres");
        admin.execute(&format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))?;
        Ok(Database::postgres(&server, &name))
    }

    /// Removes a copy that is not needed any more.
    pub(crate) fn drop(database: &Database) -> Result<()> {
        let name = database.url().rsplit_once('/').map_or("", |(_, name)| name);
        Database::postgres(&Self::postgres()?, "postgres")
            .execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
    }

    fn template(&self) -> Result<()> {
        let server = Self::postgres()?;
        let admin = Database::postgres(&server, "postgres");
        if admin.query("SELECT 1 FROM pg_database WHERE datname = 'bench_template'")? == "1" {
            return Ok(());
        }
        admin.execute("CREATE DATABASE bench_unfinished")?;
        let unfinished = Database::postgres(&server, "bench_unfinished");
        self.fill(&unfinished)?;
        unfinished.execute("VACUUM ANALYZE")?;
        admin.execute("ALTER DATABASE bench_unfinished RENAME TO bench_template")
    }

    fn fill(&self, database: &Database) -> Result<()> {
        output(self.manage(database)?.args(["migrate", "--verbosity", "0"]))?;
        let users = format!(
            "from django.contrib.auth.models import User; from django.contrib.auth.hashers import make_password; \
             password = make_password('{PASSWORD}'); \
             User.objects.bulk_create(User(username=f'user{{n}}', first_name='Ada', last_name='Lovelace', \
             email=f'user{{n}}@example.com', password=password) for n in range(1, {USERS} + 1))"
        );
        output(self.manage(database)?.args(["shell", "--command", &users]))?;
        Ok(())
    }

    /// Django's manage.py on this database.
    pub(crate) fn manage(&self, database: &Database) -> Result<Command> {
        let mut command = Command::new(Self::python()?);
        command.arg("manage.py").current_dir(&self.django);
        command.env("BENCH_DATABASE", database.url()).env("BENCH_SECRET_KEY", SECRET);
        Ok(command)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What was compared, with its version.
pub(crate) fn versions(scene: &Scene) -> Result<Vec<String>> {
    let pins = scene.root.join("bench/requirements.txt");
    let pins = fs::read_to_string(&pins).during(pins.display())?;
    let own = pins.split("# What those need").next().unwrap_or_default();
    let mut versions: Vec<String> = own
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.replace("==", " "))
        .collect();
    versions.push(output(Command::new(Stage::python()?).arg("--version"))?.trim().to_owned());
    let postgres = Database::postgres(&Stage::postgres()?, "postgres").query("SHOW server_version")?;
    versions.push(format!("PostgreSQL {postgres}"));
    versions.push(output(Command::new("pgbench").arg("--version"))?.trim().to_owned());
    versions.push(load::version());
    Ok(versions)
}

fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|_| Failure::new(format!("{name} is not set: run this through ./scripts/bench")))
}

/// Where a server of this name writes.
pub(crate) fn log(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.log"))
}

/// Their names are user1, user2, …, and so are their keys.
pub(crate) const USERS: u64 = 100;

/// Everybody's.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
