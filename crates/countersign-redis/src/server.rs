//! Which Redis.

use std::fmt;
use std::str::FromStr;

use redis::{Client, ConnectionAddr, IntoConnectionInfo};
use rustls::crypto::CryptoProvider;

/// Where Redis is, and who we are there. Read from a URL, as in `redis://localhost:6379/0`, or with a password and TLS
/// `rediss://user:password@redis.example.org:6379/0`.
#[derive(Clone)]
pub struct RedisServer(Client);

impl RedisServer {
    pub(crate) fn client(&self) -> &Client {
        &self.0
    }
}

impl FromStr for RedisServer {
    type Err = InvalidRedisUrl;

    fn from_str(url: &str) -> Result<Self, InvalidRedisUrl> {
        let server = url.into_connection_info().map_err(|_| InvalidRedisUrl)?;
        match server.addr() {
            ConnectionAddr::TcpTls { insecure: true, .. } => return Err(InvalidRedisUrl),
            ConnectionAddr::TcpTls { .. } => provide_cryptography(),
            _ => {}
        }
        Client::open(server).map(Self).map_err(|_| InvalidRedisUrl)
    }
}

/// The client takes the process's own provider of cryptography, and panics where nobody has said which and several might be.
fn provide_cryptography() {
    if CryptoProvider::get_default().is_none() {
        // Somebody else may have been faster, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

/// A URL of Redis has its password in it.
impl fmt::Debug for RedisServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisServer(…)")
    }
}

/// This is no URL of a Redis server, or one that would take any certificate (`#insecure`). The URL is not repeated, as it may
/// have a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRedisUrl;

impl fmt::Display for InvalidRedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not the URL of a Redis server: write \"redis://localhost:6379/0\", or with a password and TLS \
             \"rediss://user:password@redis.example.org:6379/0\"",
        )
    }
}

impl std::error::Error for InvalidRedisUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_from_its_url_and_does_not_show_it() {
        for url in
            ["redis://localhost", "rediss://u:hunter2@redis.example.org:6380/1", "valkey://10.0.0.1:6379"]
        {
            assert_eq!(format!("{:?}", url.parse::<RedisServer>().unwrap()), "RedisServer(…)");
        }
    }

    #[test]
    fn with_tls_there_is_cryptography_whoever_has_brought_it() {
        "rediss://localhost".parse::<RedisServer>().unwrap();
        assert!(CryptoProvider::get_default().is_some());
    }

    #[test]
    fn what_is_no_url_of_redis_or_takes_any_certificate_is_refused() {
        for odd in
            ["hunter2", "http://hunter2", "redis://", "rediss://hunter2/#insecure", "redis://hunter2/x", ""]
        {
            assert_eq!(odd.parse::<RedisServer>().unwrap_err(), InvalidRedisUrl, "{odd}");
        }
        assert!(!InvalidRedisUrl.to_string().contains("hunter2"));
    }
}
