//! The URL of a database of MariaDB or MySQL, and how to speak of it without its password.

use std::fmt;
use std::io::ErrorKind;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use super::failure;
use crate::error::{ConnectError, ConnectErrorKind, list, nearest};

/// Where a database is, and how to get in.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) options: MySqlConnectOptions,
}

impl Address {
    /// From `mysql://user:password@host:port/database?option=value`.
    pub(super) fn parse(url: &str) -> Result<Self, ConnectError> {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        for (name, _) in &query {
            // sqlx would go on without an option that it does not know, be it one that asks for a certificate.
            if !KNOWN.contains(&&**name) {
                let nearest = nearest(name, KNOWN);
                return Err(wrong(&format!(
                    "has an option {name:?} that is not known{nearest}; the options are: {}",
                    list(KNOWN)
                )));
            }
        }
        let options = MySqlConnectOptions::from_str(url).map_err(|error| {
            wrong(&format!(
                "cannot be read ({error}); write mysql://user:password@host:3306/database, with every character of \
                 the password that is neither letter nor digit as % and two hex digits"
            ))
        })?;
        if options.get_database().is_none() {
            return Err(wrong("names no database; write mysql://user:password@host:3306/database"));
        }
        // As for MySQL's own programs: who names an authority wants it to be asked for.
        let is_asked_for = query.iter().any(|(name, _)| name == AUTHORITY);
        let options = match options.get_ssl_mode() {
            MySqlSslMode::Preferred | MySqlSslMode::Required if is_asked_for => {
                options.ssl_mode(MySqlSslMode::VerifyCa)
            }
            _ => options,
        };
        // The session is told its modes elsewhere, all of them at once.
        let options = options.pipes_as_concat(false).no_engine_substitution(false);
        Ok(Self { options: options.disable_statement_logging() })
    }

    /// Why there is no connection, and what to do.
    pub(super) fn unreachable(&self, error: sqlx::Error) -> ConnectError {
        let (database, user) = (self.database(), self.options.get_username());
        let (kind, message) = match &error {
            error if failure::is_no_database(error) => (
                ConnectErrorKind::Missing,
                format!(
                    "there is no database {database:?} at {self}: create it, as with `CREATE DATABASE {database} \
                     CHARACTER SET utf8mb4`, or correct the name in database.url; then run `countersign migrate`"
                ),
            ),
            error if failure::is_refused(error) => (
                ConnectErrorKind::Unavailable,
                format!(
                    "the database server at {self} does not let the user {user:?} in: correct the user or the password \
                     in database.url, or what the server grants to that user"
                ),
            ),
            error if self.is_about_tls(error) => (
                ConnectErrorKind::Unavailable,
                format!(
                    "there is no TLS with the database server at {self}: see to its certificate, or to ssl-mode and \
                     ssl-ca in database.url"
                ),
            ),
            sqlx::Error::Configuration(_) => (
                ConnectErrorKind::Unavailable,
                format!(
                    "the database server at {self} takes the password of the user {user:?} over TLS alone: let the \
                     server have a certificate, and write ssl-mode=required in database.url"
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

    fn database(&self) -> &str {
        self.options.get_database().unwrap_or_default()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.options.get_socket() {
            Some(socket) => write!(f, "{}", socket.display()),
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

const AUTHORITY: &str = "ssl-ca";

/// The options of MySQL's own programs that sqlx knows too. Character set, collation and time zone are not to be chosen:
/// they are Django's.
const KNOWN: [&str; 5] = ["socket", AUTHORITY, "ssl-cert", "ssl-key", "ssl-mode"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            ("mysql://u:hunter2@db.example.org/app", "\"app\" at db.example.org:3306"),
            ("mariadb://u:hunter2@db:3307/app?ssl-mode=required", "\"app\" at db:3307"),
            ("mysql://u:hunter2@localhost/app?socket=/run/mysqld.sock", "\"app\" at /run/mysqld.sock"),
        ] {
            assert_eq!(format!("{:?}", Address::parse(url).unwrap()), shown);
        }
    }

    #[test]
    fn what_cannot_be_is_said_without_the_password() {
        for (url, said) in [
            (
                "mysql://u:hunter2@h/d?sslmode=required",
                "\"sslmode\" that is not known; did you mean \"ssl-mode\"?",
            ),
            ("mysql://u:hunter2@h/d?charset=latin1", "\"charset\" that is not known"),
            ("mysql://u:hunter2@h/d?ssl-mode=always", "cannot be read"),
            ("mysql://u:hunter2@h:port/d", "cannot be read"),
            ("mysql://u:hunter2/@h/d", "as % and two hex digits"),
            ("mysql://u:hunter2@h", "names no database"),
        ] {
            let error = Address::parse(url).unwrap_err();
            assert_eq!(error.kind(), ConnectErrorKind::Url);
            assert!(error.to_string().contains(said), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn an_authority_is_asked_for_where_it_is_named() {
        let mode = |query: &str| {
            let address = Address::parse(&format!("mysql://u@h/d?{query}")).unwrap();
            format!("{:?}", address.options.get_ssl_mode())
        };
        assert_eq!(mode(""), "Preferred");
        assert_eq!(mode("ssl-ca=/ca.pem"), "VerifyCa");
        assert_eq!(mode("ssl-mode=REQUIRED&ssl-ca=/ca.pem"), "VerifyCa");
        assert_eq!(mode("ssl-mode=verify_identity&ssl-ca=/ca.pem"), "VerifyIdentity");
        assert_eq!(mode("ssl-mode=disabled&ssl-ca=/ca.pem"), "Disabled");
        assert_eq!(mode("ssl-mode=required"), "Required");
    }
}
