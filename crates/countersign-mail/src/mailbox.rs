//! Who letters are from.

use std::fmt;
use std::str::FromStr;

/// A name and an address, or an address alone: `Shop <shop@example.org>` (RFC 5322 §3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(lettre::message::Mailbox);

impl Mailbox {
    pub(crate) fn as_sender(&self) -> &lettre::message::Mailbox {
        &self.0
    }
}

impl FromStr for Mailbox {
    type Err = InvalidMailbox;

    fn from_str(text: &str) -> Result<Self, InvalidMailbox> {
        text.parse().map(Self).map_err(|_| InvalidMailbox)
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// This is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidMailbox;

impl fmt::Display for InvalidMailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address: write it as in \"Shop <shop@example.org>\"")
    }
}

impl std::error::Error for InvalidMailbox {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_an_address_with_or_without_a_name_and_nothing_that_breaks_a_header() {
        for text in ["Shop <shop@example.org>", "shop@example.org"] {
            assert_eq!(text.parse::<Mailbox>().unwrap().to_string(), text);
        }
        for odd in ["", "shop", "shop@example.org\r\nBcc: eve@example.org", "a@b, c@d"] {
            assert_eq!(odd.parse::<Mailbox>(), Err(InvalidMailbox), "{odd:?}");
        }
    }
}
