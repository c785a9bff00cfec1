//! OpenSSH public keys, one line of text (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4), which `PyJWT` takes for verifying.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;

use super::algorithm::KeyType;
use super::der;
use super::error::{KeyError, KeyErrorKind};
use super::material::Material;

/// Does a line of `ssh-keygen`'s public key files begin here? Blanks before it are the caller's to drop.
pub(super) fn is_public_key(text: &[u8]) -> bool {
    TYPES.iter().any(|prefix| text.starts_with(prefix))
}

/// The key of a line `type base64 comment`.
pub(super) fn parse(text: &[u8]) -> Result<Material, KeyError> {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (name, base64) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let key = STANDARD_PAD_INDIFFERENT.decode(base64).map_err(|_| malformed())?;
    let mut key = Fields(&key);
    if key.read() != Some(name) {
        return Err(malformed());
    }
    match name {
        b"ssh-rsa" => {
            let (exponent, modulus) = (key.read().ok_or_else(malformed)?, key.read().ok_or_else(malformed)?);
            let public = der::sequence(&[&der::integer(modulus), &der::integer(exponent)]);
            Ok(Material::RsaPublic(public.to_vec()))
        }
        b"ssh-ed25519" => {
            let public = key.read().and_then(|public| public.try_into().ok());
            public.map(Material::Ed25519Public).ok_or_else(malformed)
        }
        b"ecdsa-sha2-nistp256" => key.point(KeyType::P256),
        b"ecdsa-sha2-nistp384" => key.point(KeyType::P384),
        b"ecdsa-sha2-nistp521" => key.point(KeyType::P521),
        _ => Err(KeyError::new(
            KeyErrorKind::Unsupported,
            "an OpenSSH key of this type signs no tokens: give an ssh-rsa, ecdsa-sha2-nistp… or ssh-ed25519 key",
        )),
    }
}

fn malformed() -> KeyError {
    KeyError::malformed("the OpenSSH public key is damaged: copy the line of the .pub file again, all of it")
}

/// Fields, each a length of four bytes and that many bytes (RFC 4251 §5).
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn read(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk()?;
        let (field, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        self.0 = rest;
        Some(field)
    }

    fn point(&mut self, curve: KeyType) -> Result<Material, KeyError> {
        self.read().ok_or_else(malformed)?;
        let point = self.read().ok_or_else(malformed)?.to_vec();
        Ok(Material::EcPublic { curve, point })
    }
}

const TYPES: [&[u8]; 6] =
    [b"ecdsa-sha2-", b"sk-ecdsa-sha2-", b"sk-ssh-ed25519", b"ssh-dss", b"ssh-ed25519", b"ssh-rsa"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cut_short_or_of_other_types_are_errors() {
        for (line, kind) in [
            ("ssh-rsa", KeyErrorKind::Malformed),
            ("ssh-rsa ????", KeyErrorKind::Malformed),
            ("ssh-rsa AAAAB3NzaC1yc2E=", KeyErrorKind::Malformed),
            ("ssh-ed25519 AAAAB3NzaC1yc2E=", KeyErrorKind::Malformed),
            ("ssh-rsa /////3NzaC1yc2E=", KeyErrorKind::Malformed),
            ("ssh-dss AAAAB3NzaC1kc3M=", KeyErrorKind::Unsupported),
        ] {
            assert!(is_public_key(line.as_bytes()));
            assert_eq!(parse(line.as_bytes()).err().unwrap().kind(), kind, "{line}");
        }
    }
}
