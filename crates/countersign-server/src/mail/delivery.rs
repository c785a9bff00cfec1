//! How letters leave: Django's email backends.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign::password_reset::ResetMail;
use countersign::secret::Password;
use lettre::message::Message;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

/// One of the backends.
#[derive(Clone)]
pub(crate) enum Delivery {
    /// Prints letters on standard output.
    Console,
    /// Writes each letter to a file of its own in this folder.
    File(PathBuf),
    /// Hands letters to a mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// A mail server (`EMAIL_HOST` and its kin).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SmtpConfig {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    /// How long one answer of the server may take.
    pub(crate) timeout: Duration,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// Not at all.
    None,
    /// From the first byte (`EMAIL_USE_SSL`).
    Ssl,
    /// After `STARTTLS`, and never without (`EMAIL_USE_TLS`).
    StartTls,
}

impl Delivery {
    /// By a mail server, which may want to know who we are.
    ///
    /// # Errors
    ///
    /// When no host can have that name, or there is nothing to verify certificates with.
    pub(crate) fn smtp(config: &SmtpConfig, login: Option<(String, &Password)>) -> Result<Self, String> {
        let parameters = || TlsParameters::new(config.host.clone()).map_err(|error| error.to_string());
        let tls = match config.encryption {
            Encryption::None => Tls::None,
            Encryption::Ssl => Tls::Wrapper(parameters()?),
            Encryption::StartTls => Tls::Required(parameters()?),
        };
        let server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host);
        let mut server = server.port(config.port).timeout(Some(config.timeout)).tls(tls);
        if let Some((user, password)) = login {
            server = server.credentials(Credentials::new(user, password.expose().to_owned()));
        }
        Ok(Self::Smtp(server.build()))
    }

    /// Delivers one letter.
    pub(super) async fn deliver(&self, letter: Message) -> Result<(), Undelivered> {
        match self {
            Self::Console => {
                let mut text = letter.formatted();
                text.extend_from_slice(format!("\r\n{}\r\n", "-".repeat(79)).as_bytes());
                blocking(move || io::stdout().lock().write_all(&text)).await
            }
            Self::File(folder) => {
                let folder = folder.clone();
                blocking(move || write(&folder, &letter)).await
            }
            Self::Smtp(server) => match server.send(letter).await {
                Ok(_) => Ok(()),
                Err(error) => Err(Undelivered {
                    may_pass: !error.is_permanent(),
                    cause: countersign::error::Causes(&error).to_string(),
                }),
            },
        }
    }
}

/// The host is no secret; who logs in there is nobody's business.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Console => f.write_str("Console"),
            Self::File(folder) => f.debug_tuple("File").field(folder).finish(),
            Self::Smtp(_) => f.write_str("Smtp"),
        }
    }
}

async fn blocking(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), Undelivered> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other).flatten();
    done.map_err(|error| Undelivered { may_pass: true, cause: error.to_string() })
}

/// Writes `….eml`, which is there whole or not at all, for nobody but the server's own user to read.
fn write(folder: &Path, letter: &Message) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix("mail-").suffix(".partial").tempfile_in(folder)?;
    file.write_all(&letter.formatted())?;
    file.as_file().sync_all()?;
    let name = file.path().with_extension("eml");
    file.persist_noclobber(name).map(drop).map_err(|error| error.error)
}

/// A letter that did not leave.
#[derive(Debug)]
pub(crate) struct Undelivered {
    may_pass: bool,
    cause: String,
}

impl Undelivered {
    /// It cannot be written, today or tomorrow.
    pub(super) fn unwritable(cause: impl fmt::Display) -> Self {
        Self { may_pass: false, cause: cause.to_string() }
    }

    /// Whether trying again may help.
    pub(super) fn may_pass(&self) -> bool {
        self.may_pass
    }

    /// Why, for the log. Mail servers like to repeat an address, which is left out.
    pub(super) fn without(&self, mail: &ResetMail) -> String {
        self.cause.replace(&mail.email, "…").replace(mail.token.expose(), "…")
    }
}
