//! Who asks, as far as the connection tells: an address and the name of a program.

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue, header};

use crate::authority::Authority;

/// Where a request comes from. Nothing in it proves who it is: it is shown to users in the list of their sessions, and
/// counted where logins are throttled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    address: Option<IpAddr>,
    user_agent: Option<HeaderValue>,
}

/// The client's address, among a request's extensions: put there by whoever accepts connections and knows which
/// proxies in front can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl Client {
    /// A client at an address that calls itself by this name (`User-Agent`, RFC 9110 §10.1.5).
    pub fn new(address: Option<IpAddr>, user_agent: Option<HeaderValue>) -> Self {
        Self { address, user_agent }
    }

    /// Who sent a request: its [`ClientAddress`] and its `User-Agent`.
    pub fn of(extensions: &http::Extensions, headers: &HeaderMap) -> Self {
        Self {
            address: extensions.get().map(|ClientAddress(address)| *address),
            user_agent: headers.get(header::USER_AGENT).cloned(),
        }
    }

    /// The address; an IPv4 address is never said as an IPv6 one.
    pub fn address(&self) -> Option<IpAddr> {
        self.address.map(|address| address.to_canonical())
    }

    /// What the program calls itself, as far as that is text.
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_ref().and_then(|name| name.to_str().ok())
    }
}

impl<S> Authority<S> {
    /// The same authority for the requests of one client. Without it nobody knows where a request comes from.
    #[must_use]
    pub fn for_client(&self, client: Client) -> Self {
        Self { client, ..self.clone() }
    }

    /// Who is asking.
    pub fn client(&self) -> &Client {
        &self.client
    }
}
