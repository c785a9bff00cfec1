//! The URL of a PostgreSQL database, and how to speak of it without its password.

use std::fmt;
use std::io::ErrorKind;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::failure;
use crate::error::{ConnectError, ConnectErrorKind, list, nearest};

/// Where a database is, and how to get in.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) options: PgConnectOptions,
}

impl Address {
    /// From `postgres://user:password@host:port/database?option=value`.
    pub(super) fn parse(url: &str) -> Result<Self, ConnectError> {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        for (name, _) in &query {
            // sqlx would go on without an option that it does not know, be it one that asks for a certificate.
            let known = KNOWN.contains(&&**name) || name.starts_with("options[");
            if !known {
                let nearest = nearest(name, KNOWN);
                return Err(wrong(&format!(
                    "has an option {name:?} that is not known{nearest}; the options are: {}",
                    list(KNOWN)
                )));
            }
        }
        let mut options = PgConnectOptions::from_str(url).map_err(|error| {
            wrong(&format!(
                "cannot be read ({error}); write postgres://user:password@host:5432/database, with every character of \
                 the password that is neither letter nor digit as % and two hex digits"
            ))
        })?;
        // As for libpq: who names a root certificate wants it to be asked for.
        if matches!(options.get_ssl_mode(), PgSslMode::Require) && query.iter().any(|(name, _)| name == ROOT)
        {
            options = options.ssl_mode(PgSslMode::VerifyCa);
        }
        if query.iter().all(|(name, _)| name != APPLICATION) && options.get_application_name().is_none() {
            options = options.application_name("countersign");
        }
        Ok(Self { options: options.disable_statement_logging() })
    }

    /// Why there is no connection, and what to do.
    pub(super) fn unreachable(&self, error: sqlx::Error) -> ConnectError {
        let database = self.database();
        let (kind, message) = match &error {
            error if failure::is_no_database(error) => (
                ConnectErrorKind::Missing,
                format!(
                    "there is no database {database:?} at {self}: create it, as with `createdb {database}`, or \
                         correct the name in database.url; then run `countersign migrate`"
                ),
            ),
            error if failure::is_refused(error) => (
                ConnectErrorKind::Unavailable,
                format!(
                    "the database server at {self} does not let the user {:?} in: correct the user or the password in \
                     database.url, or the server's pg_hba.conf",
                    self.options.get_username(),
                ),
            ),
            error if self.is_about_tls(error) => (
                ConnectErrorKind::Unavailable,
                format!(
                    "there is no TLS with the database server at {self}: see to its certificate, or to sslmode and \
                         sslrootcert in database.url"
                ),
            ),
            _ => (
                ConnectErrorKind::Unavailable,
                format!(
                    "the database server at {self} does not answer: start it, or correct the address in \
                         database.url"
                ),
            ),
        };
        ConnectError::caused(kind, message, error)
    }

    /// rustls speaks through I/O errors, and a certificate's file that is not there is one; a socket's is another thing.
    fn is_about_tls(&self, error: &sqlx::Error) -> bool {
        match error {
            sqlx::Error::Tls(_) => true,
            sqlx::Error::Io(error) if error.kind() == ErrorKind::NotFound => {
                self.options.get_socket().is_none()
            }
            sqlx::Error::Io(error) => error.kind() == ErrorKind::InvalidData,
            _ => false,
        }
    }

    /// The name of the database: the user's, where none is given.
    fn database(&self) -> &str {
        self.options.get_database().unwrap_or(self.options.get_username())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.options.get_socket() {
            Some(socket) => write!(f, "{} (port {})", socket.display(), self.options.get_port()),
            None => write!(f, "{}:{}", self.options.get_host(), self.options.get_port()),
        }
    }
}

/// Without the password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {self}", self.database())
    }
}

fn wrong(predicate: &str) -> ConnectError {
    ConnectError::new(ConnectErrorKind::Url, format!("the database URL (database.url) {predicate}"))
}

const ROOT: &str = "sslrootcert";
const APPLICATION: &str = "application_name";

/// The options of libpq that sqlx knows too, by the names that they have there.
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>
const KNOWN: [&str; 12] = [
    APPLICATION,
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    ROOT,
    "user",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://u:hunter2@db.example.org/app", "\"app\" at db.example.org:5432"),
            ("postgresql://u:hunter2@db:6432/app?application_name=x", "\"app\" at db:6432"),
            ("postgres://u:hunter2@%2Frun%2Fpostgresql/app", "\"app\" at /run/postgresql (port 5432)"),
            ("postgres://u@h/?dbname=app&password=hunter2", "\"app\" at h:5432"),
        ] {
            assert_eq!(format!("{:?}", Address::parse(url).unwrap()), shown);
        }
    }

    #[test]
    fn what_cannot_be_is_said_without_the_password() {
        for (url, said) in [
            (
                "postgres://u:hunter2@h/d?sslmod=require",
                "\"sslmod\" that is not known; did you mean \"sslmode\"?",
            ),
            ("postgres://u:hunter2@h/d?sslmode=always", "cannot be read"),
            ("postgres://u:hunter2@h:port/d", "cannot be read"),
            ("postgres://u:hunter2/@h/d", "as % and two hex digits"),
        ] {
            let error = Address::parse(url).unwrap_err();
            assert_eq!(error.kind(), ConnectErrorKind::Url);
            assert!(error.to_string().contains(said), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn a_root_certificate_is_asked_for_where_it_is_named() {
        let mode = |query: &str| {
            let address = Address::parse(&format!("postgres://u@h/d?{query}")).unwrap();
            format!("{:?}", address.options.get_ssl_mode())
        };
        assert_eq!(mode("sslmode=require&sslrootcert=/ca.pem"), "VerifyCa");
        assert_eq!(mode("sslmode=verify-full&sslrootcert=/ca.pem"), "VerifyFull");
        assert_eq!(mode("sslmode=require"), "Require");
    }
}
