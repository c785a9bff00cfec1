//! How letters leave: Django's email backends.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use countersign::password_reset::ResetMail;
use lettre::message::Message;

use crate::smtp::{InvalidSmtpServer, SmtpServer, SmtpTransport};

/// One of the backends.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// Prints letters on standard output.
    Console,
    /// Writes each letter to a file of its own in this folder, which is created if need be.
    File(PathBuf),
    /// Hands letters to a mail server: see [`smtp`](Self::smtp).
    Smtp(SmtpTransport),
}

impl Delivery {
    /// By a mail server. Nothing is asked of it before there is a letter.
    ///
    /// # Errors
    ///
    /// When no host can have that name, or there is nothing to verify certificates with.
    pub fn smtp(server: &SmtpServer) -> Result<Self, InvalidSmtpServer> {
        SmtpTransport::new(server).map(Self::Smtp)
    }

    /// Delivers one letter.
    pub(crate) async fn deliver(&self, letter: Message) -> Result<(), Undelivered> {
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
                Ok(()) => Ok(()),
                Err(error) => Err(Undelivered {
                    may_pass: !error.is_permanent(),
                    cause: countersign::error::Causes(&error).to_string(),
                }),
            },
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
    pub(crate) fn unwritable(cause: impl fmt::Display) -> Self {
        Self { may_pass: false, cause: cause.to_string() }
    }

    /// Whether trying again may help.
    pub(crate) fn may_pass(&self) -> bool {
        self.may_pass
    }

    /// Why, for the log. Mail servers like to repeat an address, which is left out.
    pub(crate) fn without(&self, mail: &ResetMail) -> String {
        self.cause.replace(&mail.email, "…").replace(mail.token.expose(), "…")
    }
}
