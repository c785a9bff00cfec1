//! PEM (RFC 7468), as tolerant as OpenSSL: text around the blocks, blanks and any line breaks inside them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use zeroize::Zeroizing;

use super::error::{KeyError, KeyErrorKind};

/// One block, not yet decoded.
pub(super) struct Block<'a> {
    label: &'a [u8],
    body: &'a [u8],
}

/// The label that tells a block's DER apart, or what to say of a block that is no readable key.
pub(super) enum Content {
    /// The DER of a key; which one is for the DER to tell.
    Key(Zeroizing<Vec<u8>>),
    /// No key, and none was promised: the parameters that OpenSSL writes before an EC key.
    Parameters,
}

/// Is there, anywhere in `bytes`, the beginning of a block? Dashes with a space are RFC 4716's.
pub(super) fn is_pem(bytes: &[u8]) -> bool {
    position(bytes, BEGIN).or_else(|| position(bytes, b"---- BEGIN ")).is_some()
}

/// The blocks of `bytes` in their order. A block without its end is not one.
pub(super) fn blocks(mut bytes: &[u8]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    while let Some(begin) = position(bytes, BEGIN) {
        bytes = &bytes[begin + BEGIN.len()..];
        let Some(length) = position(bytes, DASHES) else { break };
        let (label, body) = (&bytes[..length], &bytes[length + DASHES.len()..]);
        let end = [END, label, DASHES].concat();
        if let Some(length) = position(body, &end) {
            blocks.push(Block { label, body: &body[..length] });
            bytes = &body[length + end.len()..];
        }
    }
    blocks
}

impl Block<'_> {
    /// The block's DER, if it may be a key that can be read.
    pub(super) fn decode(&self) -> Result<Content, KeyError> {
        match self.label {
            b"EC PRIVATE KEY" | b"PRIVATE KEY" | b"PUBLIC KEY" | b"RSA PRIVATE KEY" | b"RSA PUBLIC KEY" => {
                self.der().map(Content::Key)
            }
            b"ENCRYPTED PRIVATE KEY" => Err(encrypted()),
            label if label.ends_with(b"CERTIFICATE") => Err(KeyError::new(
                KeyErrorKind::Unsupported,
                "this is a certificate and not a key: take the key out of it with \
                 `openssl x509 -in certificate.pem -pubkey -noout`",
            )),
            label if label.ends_with(b" PARAMETERS") => Ok(Content::Parameters),
            b"OPENSSH PRIVATE KEY" => Err(KeyError::new(
                KeyErrorKind::Unsupported,
                "this is a private key in OpenSSH's own format: convert it to PKCS#8 with \
                 `ssh-keygen -p -m PKCS8 -f key`",
            )),
            _ => Err(KeyError::new(
                KeyErrorKind::Unsupported,
                "this PEM block holds no key that signs tokens: give a PRIVATE KEY, RSA PRIVATE KEY, \
                 EC PRIVATE KEY, PUBLIC KEY or RSA PUBLIC KEY block",
            )),
        }
    }

    fn der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if position(self.body, b"ENCRYPTED").is_some() {
            return Err(encrypted());
        }
        // RFC 1421's headers ("Proc-Type: …") end at the first empty line.
        let base64 = if self.body.contains(&b':') {
            let end = position(self.body, b"\n\n").or_else(|| position(self.body, b"\r\n\r\n"));
            &self.body[end.unwrap_or_default()..]
        } else {
            self.body
        };
        let mut text = Zeroizing::new(Vec::with_capacity(base64.len()));
        text.extend(base64.iter().filter(|byte| !byte.is_ascii_whitespace()));
        let mut der = Zeroizing::new(Vec::with_capacity(text.len()));
        STANDARD_PAD_INDIFFERENT.decode_vec(&*text, &mut der).map_err(|_| {
            KeyError::malformed(
                "the PEM text between BEGIN and END is no base64: copy the file again, with its line breaks as \
                 line breaks and not as \\n",
            )
        })?;
        Ok(der)
    }
}

pub(super) fn encrypted() -> KeyError {
    KeyError::new(
        KeyErrorKind::Encrypted,
        "the private key is encrypted with a passphrase: decrypt it first, for example with \
         `openssl pkey -in encrypted.pem -out key.pem`",
    )
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
const END: &[u8] = b"-----END ";

#[cfg(test)]
mod tests {
    use super::*;

    fn ders(text: &str) -> Vec<Vec<u8>> {
        let decoded = blocks(text.as_bytes()).into_iter().filter_map(|block| block.decode().ok());
        let keys = decoded.filter_map(|content| match content {
            Content::Key(der) => Some(der.to_vec()),
            Content::Parameters => None,
        });
        keys.collect()
    }

    #[test]
    fn text_blanks_and_line_breaks_do_not_matter() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n",
            "\r\n  \n-----BEGIN PUBLIC KEY-----\r\nAQ\r\nID\r\n-----END PUBLIC KEY-----",
            "Bag Attributes: none\n-----BEGIN PUBLIC KEY-----\n\n  AQID\n\n-----END PUBLIC KEY----- more",
            "-----BEGIN PUBLIC KEY-----AQID-----END PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----\nComment: ours\n\nAQID\n-----END PUBLIC KEY-----",
        ] {
            assert_eq!(ders(text), [[1, 2, 3]], "{text}");
        }
    }

    #[test]
    fn a_block_without_its_end_is_skipped() {
        assert!(ders("-----BEGIN PUBLIC KEY-----\nAQID").is_empty());
        assert!(ders("-----BEGIN PUBLIC KEY-----\nAQID\n-----END PRIVATE KEY-----").is_empty());
        let second = "-----BEGIN A-----\nAQID\n-----BEGIN PUBLIC KEY-----\nBA==\n-----END PUBLIC KEY-----";
        assert_eq!(ders(second), [[4]]);
    }

    #[test]
    fn what_is_no_key_says_what_to_do() {
        for (text, kind, told) in [
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAQID\n-----END RSA PRIVATE KEY-----",
                KeyErrorKind::Encrypted,
                "openssl pkey",
            ),
            (
                "-----BEGIN PUBLIC KEY-----\\nAQID\\n-----END PUBLIC KEY-----",
                KeyErrorKind::Malformed,
                "line breaks",
            ),
            ("-----BEGIN X-----\nAQID\n-----END X-----", KeyErrorKind::Unsupported, "PUBLIC KEY"),
        ] {
            let error = blocks(text.as_bytes())[0].decode().err().unwrap();
            assert_eq!(error.kind(), kind);
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}
