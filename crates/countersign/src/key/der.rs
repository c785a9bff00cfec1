//! As much of DER (X.690) as keys need: enough to tell what a structure is, and to write the two that a JWK becomes.
//!
//! What is inside a key is left to the cryptographic library, which checks it.

use zeroize::Zeroizing;

pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const CONTEXT_0: u8 = 0xa0;
pub(super) const CONTEXT_1: u8 = 0xa1;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OBJECT_ID: u8 = 0x06;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const SEQUENCE: u8 = 0x30;

/// The structures that keys and certificates come in.
pub(super) enum Structure<'a> {
    /// `Certificate` (RFC 5280 §4.1), or a signing request: the outlines are the same.
    Certificate,
    /// `ECPrivateKey` (RFC 5915 §3).
    EcPrivate { der: &'a [u8], curve: Option<&'a [u8]> },
    /// `EncryptedPrivateKeyInfo` (RFC 5958 §3).
    Encrypted,
    /// `PrivateKeyInfo` and `OneAsymmetricKey` (RFC 5958 §2).
    Pkcs8 { algorithm: KeyAlgorithm<'a>, key: &'a [u8] },
    /// `RSAPrivateKey` (RFC 8017 §A.1.2).
    RsaPrivate(&'a [u8]),
    /// `RSAPublicKey` (RFC 8017 §A.1.1).
    RsaPublic(&'a [u8]),
    /// `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    Spki { algorithm: KeyAlgorithm<'a>, key: &'a [u8] },
}

/// `AlgorithmIdentifier`: the key's type, and the curve where the parameters name one.
pub(super) struct KeyAlgorithm<'a> {
    pub(super) id: &'a [u8],
    pub(super) curve: Option<&'a [u8]>,
}

/// What `bytes` begin with, if that is one of the structures. What follows it is not looked at.
pub(super) fn identify(bytes: &[u8]) -> Option<Structure<'_>> {
    let mut after = Reader(bytes);
    let mut outer = Reader(after.read(SEQUENCE)?);
    let der = &bytes[..bytes.len() - after.0.len()];
    if outer.peek() == Some(INTEGER) { versioned(der, outer) } else { unversioned(&mut outer) }
}

/// The modulus of an `RSAPrivateKey` or an `RSAPublicKey`, without leading zeros.
pub(super) fn rsa_modulus(der: &[u8]) -> Option<&[u8]> {
    let mut key = Reader(Reader(der).read(SEQUENCE)?);
    if matches!(identify(der)?, Structure::RsaPrivate(_)) {
        key.read(INTEGER)?;
    }
    Some(without_leading_zeros(key.read(INTEGER)?))
}

/// A sequence of `parts`, each already DER.
pub(super) fn sequence(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    tagged(SEQUENCE, parts)
}

/// A non-negative number from its big-endian bytes.
pub(super) fn integer(number: &[u8]) -> Zeroizing<Vec<u8>> {
    let number = without_leading_zeros(number);
    let positive: &[u8] = if number.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    tagged(INTEGER, &[positive, number])
}

/// `parts` one after another under `tag`. Allocates once, so that no copy of a secret stays behind.
pub(super) fn tagged(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut der = Zeroizing::new(Vec::with_capacity(length + 2 + size_of::<usize>()));
    der.push(tag);
    let octets = length.to_be_bytes();
    let octets = without_leading_zeros(&octets);
    match octets {
        [] => der.push(0),
        [short @ ..=0x7f] => der.push(*short),
        _ => {
            // A length in memory has at most eight octets.
            der.push(0x80 | u8::try_from(octets.len()).unwrap_or_default());
            der.extend_from_slice(octets);
        }
    }
    for part in parts {
        der.extend_from_slice(part);
    }
    der
}

fn versioned<'a>(der: &'a [u8], mut outer: Reader<'a>) -> Option<Structure<'a>> {
    let version = outer.read(INTEGER)?;
    match outer.peek()? {
        SEQUENCE => {
            let algorithm = KeyAlgorithm::read(outer.read(SEQUENCE)?)?;
            Some(Structure::Pkcs8 { algorithm, key: outer.read(OCTET_STRING)? })
        }
        OCTET_STRING if version == [1] => {
            outer.read(OCTET_STRING)?;
            let curve = outer.read(CONTEXT_0).and_then(|parameters| Reader(parameters).read(OBJECT_ID));
            Some(Structure::EcPrivate { der, curve })
        }
        INTEGER => {
            let mut numbers = 1;
            while outer.read(INTEGER).is_some() {
                numbers += 1;
            }
            match (numbers, outer.peek()) {
                (2, None) => Some(Structure::RsaPublic(der)),
                // More than two primes follow as one sequence after the nine numbers.
                (9, None | Some(SEQUENCE)) => Some(Structure::RsaPrivate(der)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn unversioned<'a>(outer: &mut Reader<'a>) -> Option<Structure<'a>> {
    let first = outer.read(SEQUENCE)?;
    match outer.peek()? {
        BIT_STRING => {
            let algorithm = KeyAlgorithm::read(first)?;
            let [0, key @ ..] = outer.read(BIT_STRING)? else { return None };
            Some(Structure::Spki { algorithm, key })
        }
        OCTET_STRING => {
            KeyAlgorithm::read(first)?;
            outer.read(OCTET_STRING)?;
            Some(Structure::Encrypted)
        }
        SEQUENCE => {
            KeyAlgorithm::read(outer.read(SEQUENCE)?)?;
            outer.read(BIT_STRING)?;
            Some(Structure::Certificate)
        }
        _ => None,
    }
}

impl<'a> KeyAlgorithm<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let mut content = Reader(content);
        Some(Self { id: content.read(OBJECT_ID)?, curve: content.read(OBJECT_ID) })
    }
}

/// The elements of DER, one after another.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The content of the next element if its tag is `tag`; otherwise nothing is consumed.
    pub(super) fn read(&mut self, tag: u8) -> Option<&'a [u8]> {
        let [found, length, rest @ ..] = self.0 else { return None };
        if *found != tag {
            return None;
        }
        let (length, rest) = match *length {
            short @ ..=0x7f => (usize::from(short), rest),
            // No key has a length of more than four octets; 0x80 alone is BER's indefinite length.
            long @ 0x81..=0x84 => {
                let (octets, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
                (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_the_fewest_bytes_and_stay_positive() {
        for (number, der) in [
            (&[][..], &[2, 1, 0][..]),
            (&[0, 0], &[2, 1, 0]),
            (&[0, 1], &[2, 1, 1]),
            (&[0x7f], &[2, 1, 0x7f]),
            (&[0x80], &[2, 2, 0, 0x80]),
        ] {
            assert_eq!(*integer(number), der);
        }
    }

    #[test]
    fn lengths_of_every_size_are_read_back() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let der = tagged(OCTET_STRING, &[&content]);
            let mut reader = Reader(&der);
            assert_eq!(reader.read(OCTET_STRING), Some(&content[..]));
            assert_eq!(reader.peek(), None);
        }
    }

    #[test]
    fn truncated_and_absurd_lengths_are_no_structure() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x85, 1, 1, 1, 1, 1],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2],
            &[0x30, 5, 2, 1],
            &[0x30, 0],
            b"0123456789",
        ] {
            assert!(identify(bytes).is_none(), "{bytes:?}");
        }
    }
}
