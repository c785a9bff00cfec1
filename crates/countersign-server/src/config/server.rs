//! `[server]`: where to listen, and how long and how much to wait for.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use countersign_axum::Network;

use super::reference::Surroundings;
use super::section::Section;
use super::setting::{Fault, Setting};
use super::tree::Value;

/// The listener and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerConfig {
    /// `listen`: the address to accept connections at; port 0 lets the system choose one.
    pub(crate) listen: SocketAddr,
    /// `trusted_proxies`: whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<Network>,
    /// `max_body_bytes`: a longer request body is refused (413).
    pub(crate) max_body_bytes: NonZeroUsize,
    /// `request_timeout`: how long a client may take to send a request's body.
    pub(crate) request_timeout: Duration,
    /// `header_timeout`: from the connection, or the answer before, to the end of a request's head.
    pub(crate) header_timeout: Duration,
    /// `shutdown_timeout`: how long open requests may take to finish once the server stops.
    pub(crate) shutdown_timeout: Duration,
    /// `log_format`.
    pub(crate) log_format: LogFormat,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8000)),
            trusted_proxies: Vec::new(),
            max_body_bytes: NonZeroUsize::MIN.saturating_add((1 << 20) - 1),
            request_timeout: Duration::from_secs(30),
            header_timeout: Duration::from_secs(10),
            shutdown_timeout: Duration::from_secs(30),
            log_format: LogFormat::Text,
        }
    }
}

impl ServerConfig {
    pub(super) fn read(settings: &mut Section<'_>) -> Self {
        let mut server = Self::default();
        settings.set("listen", &mut server.listen);
        settings.set("trusted_proxies", &mut server.trusted_proxies);
        if server.trusted_proxies.iter().any(Network::is_everybody) {
            let place = settings.place_of("trusted_proxies");
            settings.warn(
                &place,
                "trusts everybody: whoever sends a request chooses the address that it comes from",
            );
        }
        settings.set("max_body_bytes", &mut server.max_body_bytes);
        settings.set("request_timeout", &mut server.request_timeout);
        settings.set("header_timeout", &mut server.header_timeout);
        settings.set("shutdown_timeout", &mut server.shutdown_timeout);
        settings.set("log_format", &mut server.log_format);
        server
    }
}

impl Setting for Network {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        String::read(value, around)?.parse().map_err(|_| {
            "takes IP addresses and networks, as in [\"10.0.0.0/8\", \"192.0.2.7\", \"2001:db8::/32\"]".into()
        })
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// A line for people.
    Text,
}

impl Setting for LogFormat {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match String::read(value, around)?.as_str() {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err("takes \"text\" or \"json\"".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read};
    use super::*;

    #[test]
    fn every_limit_can_be_set() {
        let server = read(
            "[server]\nlisten = '[::1]:0'\nmax_body_bytes = 100\nrequest_timeout = '1m'\nheader_timeout = 5\n\
             shutdown_timeout = '500ms'\nlog_format = 'json'",
        )
        .server;
        assert_eq!(server.listen.to_string(), "[::1]:0");
        assert_eq!(server.max_body_bytes.get(), 100);
        assert_eq!(server.request_timeout, Duration::from_mins(1));
        assert_eq!(server.header_timeout, Duration::from_secs(5));
        assert_eq!(server.shutdown_timeout, Duration::from_millis(500));
        assert_eq!(server.log_format, LogFormat::Json);
        assert_eq!(read("").server.max_body_bytes.get(), 1_048_576);
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let proxies =
            |text: &str| read(&format!("[server]\ntrusted_proxies = {text}")).server.trusted_proxies;
        assert!(read("").server.trusted_proxies.is_empty());
        assert_eq!(proxies("'192.0.2.7'"), ["192.0.2.7/32".parse().unwrap()]);
        assert_eq!(proxies("'::ffff:192.0.2.7'"), ["192.0.2.7/32".parse().unwrap()]);
        assert_eq!(
            proxies("['10.0.0.0/8', '::1']"),
            ["10.0.0.0/8", "::1/128"].map(|net| net.parse().unwrap())
        );
        for odd in ["'proxy'", "'10.0.0.0/33'", "'10.0.0.1:80'", "['10.0.0.1', '']"] {
            let told = fault(&format!("[server]\ntrusted_proxies = {odd}"));
            assert!(told.contains("server.trusted_proxies takes IP addresses and networks"), "{told}");
        }
        let everybody = read("[server]\ntrusted_proxies = '0.0.0.0/0'");
        assert!(everybody.warnings()[0].to_string().contains("server.trusted_proxies trusts everybody"));
    }

    #[test]
    fn what_cannot_be_is_told() {
        assert_eq!(
            fault("[server]\nlog_format = 'xml'"),
            "countersign.toml, line 2: server.log_format takes \"text\" or \"json\""
        );
        assert!(fault("[server]\nrequest_timeout = 0").contains("must be longer than no time"));
    }
}
