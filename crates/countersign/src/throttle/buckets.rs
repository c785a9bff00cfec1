//! What an attempt counts against, and by which names that is remembered.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use aws_lc_rs::hmac;

use crate::clock::Span;
use crate::throttle::{Attempt, Purpose, Rate, folded};

/// How often what may be tried; `None` does not limit it.
///
/// The account's rate is the faster one, so that whoever has one address alone cannot use it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Failed logins to one account from one address; `10/hour` by default.
    pub per_pair: Option<Rate>,
    /// Failed logins to one account, but for those from an address that one has logged in from; `100/hour` by default.
    pub per_account: Option<Rate>,
    /// Failed logins from one address, and apart from those, requests for mails; `300/hour` by default.
    pub per_address: Option<Rate>,
    /// Requests for mails to one mailbox; `5/hour` by default.
    pub per_mailbox: Option<Rate>,
}

impl Default for Limits {
    fn default() -> Self {
        let hourly = |count: u32| Rate::new(count.try_into().ok()?, Span::from_mins(60)).ok();
        Self {
            per_pair: hourly(10),
            per_account: hourly(100),
            per_address: hourly(300),
            per_mailbox: hourly(5),
        }
    }
}

/// How long a pair is a known one after a login.
pub const KNOWN_FOR: Span = Span::from_days(30);

/// Says what attempts count against. Whatever counts, here or elsewhere, remembers the names that this gives, which tell
/// nobody an account or an address.
#[derive(Clone)]
pub struct Buckets {
    limits: Limits,
    key: hmac::Key,
}

/// What one attempt counts against.
#[derive(Clone, Debug)]
pub struct Claims {
    /// By which name it is remembered that the pair is a known one, where there is a pair.
    pub known: Option<Key>,
    /// All of which must have room.
    pub buckets: Vec<Bucket>,
}

/// What attempts that have something in common count against.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// Its name.
    pub key: Key,
    /// How often.
    pub rate: Rate,
    /// Whether an attempt of a known pair does not count against it.
    pub spares_known: bool,
    /// What becomes of it.
    pub after_success: AfterSuccess,
}

/// What an attempt that has succeeded leaves in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSuccess {
    /// Nothing: what was there before is forgotten, too.
    Emptied,
    /// What was there before.
    GivenBack,
    /// As much as any other.
    Kept,
}

/// The name of a bucket, or of a known pair: 128 bits of a MAC.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 16]);

impl Buckets {
    /// With these limits, and names that only who has the secret can tell from a list of accounts. Servers that count
    /// together have the same.
    pub fn new(limits: Limits, secret: &[u8]) -> Self {
        // The secret may be good for tokens too: what is computed here tells nothing about those.
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), b"countersign.throttle");
        Self { limits, key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()) }
    }

    /// What an attempt counts against.
    pub fn claims(&self, attempt: &Attempt<'_>) -> Claims {
        let Limits { per_pair, per_account, per_address, per_mailbox } = self.limits;
        let account = account(attempt.account);
        let network = attempt.address.map(network);
        let bucket = |kind, network: &[u8], account: &str, rate: Option<Rate>, after_success| {
            let key = self.name(kind, network, account);
            rate.map(|rate| Bucket { key, rate, spares_known: false, after_success })
        };
        let network = network.as_ref().map(<[u8; 17]>::as_slice);
        match attempt.purpose {
            Purpose::Login => {
                let pair = network.and_then(|network| {
                    bucket(Kind::Pair, network, &account, per_pair, AfterSuccess::Emptied)
                });
                let of_account = bucket(Kind::Account, &[], &account, per_account, AfterSuccess::GivenBack);
                // What spares a pair relies on the pair's own limit.
                let of_account = of_account.map(|bucket| Bucket { spares_known: pair.is_some(), ..bucket });
                let of_address = network.and_then(|network| {
                    bucket(Kind::Address, network, "", per_address, AfterSuccess::GivenBack)
                });
                let known = network.map(|network| self.name(Kind::Known, network, &account));
                Claims { known, buckets: [pair, of_account, of_address].into_iter().flatten().collect() }
            }
            Purpose::PasswordReset => {
                let mailbox = bucket(Kind::Mailbox, &[], &account, per_mailbox, AfterSuccess::Kept);
                let of_address = network
                    .and_then(|network| bucket(Kind::Requests, network, "", per_address, AfterSuccess::Kept));
                Claims { known: None, buckets: [mailbox, of_address].into_iter().flatten().collect() }
            }
        }
    }

    /// Different for every kind, network and account: the parts before the last are of one length for a kind.
    fn name(&self, kind: Kind, network: &[u8], account: &str) -> Key {
        let mut mac = hmac::Context::with_key(&self.key);
        mac.update(&[kind as u8]);
        mac.update(network);
        mac.update(account.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&mac.sign().as_ref()[..16]);
        Key(key)
    }
}

/// The key could tell whose names are remembered.
impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// An account as it is counted, however it was written. What is cut off belongs to no name that there is.
pub(crate) fn account(written: &str) -> String {
    folded(&written.trim().chars().take(LONGEST).collect::<String>())
}

/// More characters than a username has, or an address of mail.
const LONGEST: usize = 256;

/// Part of what is remembered elsewhere: a number is not given to another kind.
#[derive(Clone, Copy)]
enum Kind {
    Account = 1,
    Address = 2,
    Known = 3,
    Mailbox = 4,
    Pair = 5,
    Requests = 6,
}

/// The network of one customer: an address of IPv4, a /64 of IPv6.
fn network(address: IpAddr) -> [u8; 17] {
    let mut network = [0; 17];
    match address.to_canonical() {
        IpAddr::V4(address) => {
            network[0] = 4;
            network[1..5].copy_from_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            network[0] = 6;
            network[1..].copy_from_slice(&Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).octets());
        }
    }
    network
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn claims(purpose: Purpose, account: &str, address: Option<&str>) -> Claims {
        let address = address.map(|address| address.parse().unwrap());
        let at = Timestamp::from_secs(0);
        Buckets::new(Limits::default(), b"secret").claims(&Attempt { purpose, account, address, at })
    }

    fn keys(purpose: Purpose, account: &str, address: &str) -> Vec<Key> {
        let claims = claims(purpose, account, Some(address));
        claims.buckets.iter().map(|bucket| bucket.key).chain(claims.known).collect()
    }

    #[test]
    fn a_name_is_the_same_in_every_case_and_normal_form() {
        let ada = keys(Purpose::Login, "adél", "192.0.2.1");
        for same in ["ADÉL", "ade\u{301}l", "ａｄé\u{2113}", " adél\n"] {
            assert_eq!(keys(Purpose::Login, same, "192.0.2.1"), ada, "{same}");
        }
        assert_ne!(keys(Purpose::Login, "adel", "192.0.2.1")[0], ada[0]);
    }

    #[test]
    fn an_address_of_ipv6_is_its_network() {
        let one = keys(Purpose::Login, "ada", "2001:db8:1:2:3::4");
        assert_eq!(keys(Purpose::Login, "ada", "2001:db8:1:2::"), one);
        assert_ne!(keys(Purpose::Login, "ada", "2001:db8:1:3:3::4")[0], one[0]);
        assert_eq!(keys(Purpose::Login, "a", "::ffff:192.0.2.1"), keys(Purpose::Login, "a", "192.0.2.1"));
        assert_ne!(keys(Purpose::Login, "a", "192.0.2.1")[0], keys(Purpose::Login, "a", "192.0.2.2")[0]);
    }

    #[test]
    fn no_two_things_share_a_name() {
        let mut all = keys(Purpose::Login, "ada", "192.0.2.1");
        all.extend(keys(Purpose::PasswordReset, "ada", "192.0.2.1"));
        all.extend(keys(Purpose::Login, "", "192.0.2.2"));
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (10, 10));
    }

    #[test]
    fn without_an_address_the_account_counts_alone_and_for_everybody() {
        let claims = claims(Purpose::Login, "ada", None);
        assert!(claims.known.is_none());
        let [account] = *claims.buckets else { panic!("{claims:?}") };
        assert!(!account.spares_known);
        assert_eq!(account.key, keys(Purpose::Login, "ada", "192.0.2.1")[1]);
    }

    #[test]
    fn no_name_can_be_told_without_the_secret() {
        let attempt =
            Attempt { purpose: Purpose::Login, account: "ada", address: None, at: Timestamp::from_secs(0) };
        let key = |secret: &[u8]| Buckets::new(Limits::default(), secret).claims(&attempt).buckets[0].key;
        assert_ne!(key(b"one"), key(b"another"));
        assert_eq!(key(b"one").to_string().len(), 32);
        assert!(!format!("{:?}", Buckets::new(Limits::default(), b"hunter2")).contains("hunter2"));
    }
}
