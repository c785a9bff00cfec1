//! `[database]`: Django's `DATABASES["default"]` as a URL.

use toml::Value;

use super::files::Files;
use super::left::Left;
use super::project::Database;

/// The table. A URL with a password stands in a file of its own.
pub(super) fn table(database: &Database, files: &mut Files, left: &mut Vec<Left>) -> String {
    for router in &database.routers {
        let instead = "[database] is Django's database \"default\": if the router sends the users or the tokens to \
                       another, write that one's url.";
        left.push(Left::new(format!("DATABASE_ROUTERS: {router}"), instead));
    }
    for option in &database.left {
        let instead = "Left out: it is Django's driver's, or has a key of its own below [database].";
        left.push(Left::new(format!("DATABASES[\"default\"][\"OPTIONS\"][\"{option}\"]"), instead));
    }
    let Some(url) = &database.url else {
        let instead = "This version knows SQLite files, PostgreSQL, MariaDB and MySQL: the url below [database] names a \
                       file that does not exist. Write the url there, or wait for the version that knows this engine.";
        left.push(Left::new(format!("DATABASES[\"default\"][\"ENGINE\"] = {}", database.engine), instead));
        let engine = database.engine.replace(char::is_control, " ");
        return format!(
            "\n[database]\n# Django's database is one of {engine}, whose place could not be asked.\n\
             url = \"sqlite://no-database-yet.sqlite3\"\n"
        );
    };
    let url = if database.is_secret {
        files.secret("database_url", url.clone().into_bytes())
    } else {
        Value::from(url.as_str())
    };
    format!("\n[database]\nurl = {url}\n")
}
