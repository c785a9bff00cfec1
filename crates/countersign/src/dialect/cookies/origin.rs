//! Where a page comes from.

use std::net::Ipv4Addr;

/// An origin as browsers write it (RFC 6454 §6.2): the scheme, the host in lower case, and a port that is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    is_https: bool,
    /// With the port.
    host: String,
}

impl Origin {
    /// `None` for what is no origin of a page on the web, `null` among others.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.split_once("://")? {
            ("http", host) => Self::at(false, host),
            ("https", host) => Self::at(true, host),
            _ => None,
        }
    }

    /// The origin of a host that is spoken to in this way.
    fn at(is_https: bool, host: &str) -> Option<Self> {
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        if host.is_empty() || host.len() > MAX_HOST || !host.bytes().all(is_host) {
            return None;
        }
        let mut host = host.to_ascii_lowercase();
        let own_port = if is_https { ":443" } else { ":80" };
        if let Some(length) = host.strip_suffix(own_port).map(str::len) {
            host.truncate(length);
        }
        Some(Self { is_https, host })
    }

    /// Whether a page of this origin was served by `host`, as a request names it. Whether that was asked by TLS is for
    /// [`could_be_secure`](Self::could_be_secure) to say: a server behind a proxy does not see it.
    pub(super) fn is_of(&self, host: &str) -> bool {
        Self::at(self.is_https, host).is_some_and(|own| own == *self)
    }

    /// Whether a browser keeps `Secure` cookies for it: where nobody else on the network could have written them.
    pub(super) fn could_be_secure(&self) -> bool {
        self.is_https || self.is_loopback()
    }

    fn is_loopback(&self) -> bool {
        let name = match self.host.split_once(']') {
            Some((address, _)) => address,
            None => self.host.split(':').next().unwrap_or_default(),
        };
        name == "localhost"
            || name.ends_with(".localhost")
            || name == "[::1"
            || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }
}

/// A name of 253 letters (RFC 1035 §2.3.4), a colon and a port.
const MAX_HOST: usize = 259;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_of_the_host_that_it_names() {
        for (origin, host, is_of) in [
            ("https://example.com", "example.com", true),
            ("https://example.com", "EXAMPLE.com:443", true),
            ("http://example.com:80", "example.com", true),
            ("https://example.com:8443", "example.com:8443", true),
            ("https://[::1]:8000", "[::1]:8000", true),
            ("https://example.com", "example.com:80", false),
            ("https://example.com:8443", "example.com", false),
            ("https://example.com", "example.com.evil.org", false),
            ("https://example.com", "evil@example.com", false),
            ("https://example.com", "", false),
        ] {
            assert_eq!(Origin::parse(origin).unwrap().is_of(host), is_of, "{origin} {host}");
        }
    }

    #[test]
    fn what_is_no_origin_of_a_page_is_none() {
        let long = format!("https://{}", "a".repeat(MAX_HOST + 1));
        for text in [
            "",
            "null",
            "example.com",
            "https://",
            "https://example.com/",
            "https://a b",
            "https://a@b",
            "https://ümlaut.de",
            "file://x",
            "HTTPS://example.com",
            "chrome-extension://abc",
            &long,
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_tls_and_this_machine_are_secure() {
        for (origin, secure) in [
            ("https://example.com", true),
            ("http://localhost:8000", true),
            ("http://app.localhost", true),
            ("http://127.0.0.1:8000", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:8000", true),
            ("http://example.com", false),
            ("http://127.0.0.1.evil.org", false),
            ("http://localhost.evil.org", false),
            ("http://notlocalhost", false),
            ("http://[::2]", false),
        ] {
            assert_eq!(Origin::parse(origin).unwrap().could_be_secure(), secure, "{origin}");
        }
    }
}
