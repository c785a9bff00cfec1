//! Where a request comes from: the other end of its connection, or whom a proxy there passes on.
//!
//! `Forwarded` (RFC 7239) is not read: a proxy that writes one of the two headers passes the other on as it came.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign::authority::ClientAddress;
use http::{HeaderMap, HeaderName, Request};
use ipnet::IpNet;

/// The proxies whose word is taken for where a request comes from, which is what throttled logins and the list of one's devices are
/// told. Cheap to clone.
///
/// A connection's other end cannot lie about its address. What `X-Forwarded-For` says is believed of trusted proxies alone, since
/// everybody else writes there what they like. Every proxy adds the address that it was asked from at the right, so the client is
/// the right-most address that is no trusted proxy's: what stands further left came from that client.
///
/// ```
/// use std::net::SocketAddr;
///
/// use axum::Router;
/// use axum::extract::{ConnectInfo, Request};
/// use axum::middleware::map_request;
/// use countersign_axum::{InvalidNetwork, Network, TrustedProxies};
///
/// fn behind_a_proxy(app: Router) -> Result<Router, InvalidNetwork> {
///     let proxies = TrustedProxies::new(["10.0.0.0/8".parse()?, "2001:db8::7".parse()?]);
///     let locate = move |ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request| {
///         proxies.locate(peer.ip(), &mut request);
///         async { request }
///     };
///     // Served with `into_make_service_with_connect_info::<SocketAddr>()`.
///     Ok(app.layer(map_request(locate)))
/// }
/// # assert!(behind_a_proxy(Router::new()).is_ok());
/// # assert!("10.0.0.0/99".parse::<Network>().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct TrustedProxies(Arc<Proxies>);

#[derive(Debug)]
struct Proxies {
    networks: Box<[Network]>,
    /// Whether the log has it that a proxy seems to have been forgotten.
    is_told: AtomicBool,
}

impl TrustedProxies {
    /// Those in one of these networks.
    pub fn new(networks: impl IntoIterator<Item = Network>) -> Self {
        let networks = networks.into_iter().collect();
        Self(Arc::new(Proxies { networks, is_told: AtomicBool::new(false) }))
    }

    /// Puts the [`ClientAddress`] among the extensions of a request that came over a connection with `peer`.
    pub fn locate<B>(&self, peer: IpAddr, request: &mut Request<B>) {
        let peer = peer.to_canonical();
        let client = if self.contains(peer) {
            self.client(peer, request.headers())
        } else {
            if is_near(peer) && request.headers().contains_key(X_FORWARDED_FOR) {
                self.suspect(peer);
            }
            peer
        };
        request.extensions_mut().insert(ClientAddress(client));
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let lines = headers.get_all(X_FORWARDED_FOR).into_iter().rev();
        let mut hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        while self.contains(client) {
            // The last one that is known has said something that is no address, or nothing.
            let Some(hop) = hops.next().and_then(address) else { break };
            client = hop;
        }
        client
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.networks.iter().any(|Network(network)| network.contains(&address))
    }

    /// A forgotten proxy makes one client of everybody, who is throttled as one.
    fn suspect(&self, peer: IpAddr) {
        if !self.0.is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a request has X-Forwarded-For, which is not read: if it comes from a proxy, add the proxy to the trusted ones \
                 (server.trusted_proxies), or all who use it are taken for one client"
            );
        }
    }
}

/// One address, or the network of many, as in `192.0.2.7`, `10.0.0.0/8` and `2001:db8::/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether every address is in it, so that a client may call itself whatever it likes.
    pub fn is_everybody(&self) -> bool {
        self.0.prefix_len() == 0
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let address = text.parse().map(|address: IpAddr| address.to_canonical().into());
        address.or_else(|_| text.parse()).map(Self).map_err(|_| InvalidNetwork)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// This is neither an IP address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidNetwork;

impl fmt::Display for InvalidNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither an IP address nor a network, as in 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32")
    }
}

impl std::error::Error for InvalidNetwork {}

/// Whether an address is one of this machine or of a private network, where proxies are.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

/// An address, as proxies write it: some add the port, some put IPv6 into brackets.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?.trim_ascii();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

#[cfg(test)]
mod tests {
    use super::*;

    /// The client of a request that `peer` sends with these lines of `X-Forwarded-For`.
    fn client(peer: &str, lines: &[&str]) -> String {
        let proxies = ["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48"].map(|network| network.parse().unwrap());
        let mut request = Request::new(());
        for line in lines {
            request.headers_mut().append(X_FORWARDED_FOR, line.parse().unwrap());
        }
        TrustedProxies::new(proxies).locate(peer.parse().unwrap(), &mut request);
        request.extensions().get::<ClientAddress>().unwrap().0.to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        assert_eq!(client("203.0.113.9", &[]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", &["198.51.100.1, 10.0.0.1"]), "203.0.113.9");
        assert_eq!(client("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("192.0.2.7", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("192.0.2.8", &["198.51.100.1"]), "192.0.2.8");
        let mut request = Request::builder().header(X_FORWARDED_FOR, "198.51.100.1").body(()).unwrap();
        TrustedProxies::new([]).locate([127, 0, 0, 1].into(), &mut request);
        assert_eq!(request.extensions().get(), Some(&ClientAddress([127, 0, 0, 1].into())));
    }

    #[test]
    fn of_a_chain_the_right_most_stranger_counts() {
        assert_eq!(client("10.0.0.1", &["198.51.100.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["198.51.100.1", "203.0.113.9", "10.0.0.2,10.0.0.3"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3", "a request of a proxy's own");
    }

    #[test]
    fn what_is_no_address_leaves_the_proxy_that_said_it() {
        for odd in
            ["", "unknown", "_hidden", "198.51.100.1.2", "198.51.100.1 203.0.113.9", "ä", "[::1", "1:2"]
        {
            assert_eq!(client("10.0.0.1", &[odd]), "10.0.0.1", "{odd:?}");
            assert_eq!(client("10.0.0.1", &["198.51.100.1", odd]), "10.0.0.1", "{odd:?}");
            assert_eq!(
                client("10.0.0.1", &[&format!("198.51.100.1, {odd}, 10.0.0.2")]),
                "10.0.0.2",
                "{odd:?}"
            );
        }
    }

    #[test]
    fn an_address_is_read_in_every_way_it_is_written_and_kept_in_one() {
        for (written, read) in [
            ("198.51.100.1:4711", "198.51.100.1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
            ("2001:DB8:0:0::9", "2001:db8::9"),
            ("[2001:db8::9]", "2001:db8::9"),
            ("[2001:db8::9]:4711", "2001:db8::9"),
            ("  198.51.100.1\t", "198.51.100.1"),
        ] {
            assert_eq!(client("2001:db8:1::1", &[written]), read, "{written}");
        }
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }
}
