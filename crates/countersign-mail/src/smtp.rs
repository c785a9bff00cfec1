//! A mail server, and how it is spoken to.

use std::fmt;
use std::time::Duration;

use countersign::secret::Password;
use lettre::message::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

/// A mail server (`EMAIL_HOST` and its kin).
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// Its name or address (`EMAIL_HOST`). With TLS, its certificate must be for this.
    pub host: String,
    /// `EMAIL_PORT`.
    pub port: u16,
    /// `EMAIL_USE_SSL`, `EMAIL_USE_TLS`.
    pub encryption: Encryption,
    /// How long one answer of the server may take (`EMAIL_TIMEOUT`).
    pub timeout: Duration,
    /// Who we are there, if it wants to know (`EMAIL_HOST_USER`, `EMAIL_HOST_PASSWORD`).
    pub login: Option<SmtpLogin>,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    None,
    /// From the first byte (`EMAIL_USE_SSL`).
    Ssl,
    /// After `STARTTLS`, and never without (`EMAIL_USE_TLS`).
    StartTls,
}

/// A user of a mail server.
#[derive(Clone, Debug)]
pub struct SmtpLogin {
    /// `EMAIL_HOST_USER`.
    pub user: String,
    /// `EMAIL_HOST_PASSWORD`.
    pub password: Password,
}

impl SmtpServer {
    /// A server with Django's defaults: port 25, no TLS, nobody logs in. An answer may take ten seconds, where Django waits
    /// for ever.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: 25,
            encryption: Encryption::None,
            timeout: Duration::from_secs(10),
            login: None,
        }
    }
}

/// A mail server that can be spoken to; connections are kept and used again. Cheap to clone.
#[derive(Clone)]
pub struct SmtpTransport(AsyncSmtpTransport<Tokio1Executor>);

impl SmtpTransport {
    pub(crate) fn new(server: &SmtpServer) -> Result<Self, InvalidSmtpServer> {
        let parameters =
            || TlsParameters::new(server.host.clone()).map_err(|error| InvalidSmtpServer(error.to_string()));
        let tls = match server.encryption {
            Encryption::None => Tls::None,
            Encryption::Ssl => Tls::Wrapper(parameters()?),
            Encryption::StartTls => Tls::Required(parameters()?),
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host);
        let mut transport = transport.port(server.port).timeout(Some(server.timeout)).tls(tls);
        if let Some(SmtpLogin { user, password }) = &server.login {
            transport = transport.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self(transport.build()))
    }

    pub(crate) async fn send(&self, letter: Message) -> Result<(), Error> {
        self.0.send(letter).await.map(drop)
    }
}

/// Who logs in at a mail server is nobody's business.
impl fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpTransport").finish_non_exhaustive()
    }
}

/// No host can have this name, or there is nothing to verify certificates with. It says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSmtpServer(String);

impl fmt::Display for InvalidSmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidSmtpServer {}
