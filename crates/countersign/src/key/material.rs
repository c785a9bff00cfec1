//! What the bytes of an asymmetric key are, brought to one form per type of key.

use zeroize::Zeroizing;

use super::algorithm::{Algorithm, KeyType};
use super::der::{self, KeyAlgorithm, Structure};
use super::error::{KeyError, KeyErrorKind};
use super::jwk::Jwk;
use super::{pem, ssh};

/// An asymmetric key, recognised but not checked: the cryptographic library does that when the key is prepared.
pub(super) enum Material {
    /// An `ECPrivateKey` (RFC 5915).
    EcPrivate {
        curve: KeyType,
        der: Zeroizing<Vec<u8>>,
    },
    /// A point as SEC 1 §2.3.3 writes it.
    EcPublic {
        curve: KeyType,
        point: Vec<u8>,
    },
    /// A seed (RFC 8032 §5.1.5), with the public key if that was given beside it.
    Ed25519Private {
        seed: Zeroizing<Vec<u8>>,
        public: Option<Vec<u8>>,
    },
    Ed25519Public([u8; 32]),
    /// An `RSAPrivateKey` (RFC 8017).
    RsaPrivate(Zeroizing<Vec<u8>>),
    /// An `RSAPublicKey` (RFC 8017).
    RsaPublic(Vec<u8>),
}

/// What the key is loaded for: raw bytes have a meaning only then.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Sign,
    Verify,
}

/// Prepares the first key in `bytes` that `prepare` accepts; several come only in PEM. The error is the first one.
pub(super) fn load<T>(
    algorithm: Algorithm,
    purpose: Purpose,
    bytes: &[u8],
    mut prepare: impl FnMut(Material) -> Result<T, KeyError>,
) -> Result<T, KeyError> {
    let text = without_blanks(bytes);
    if text.is_empty() {
        return Err(KeyError::new(KeyErrorKind::Empty, "the key is empty: give a private or a public key"));
    }
    let mut refusal = None;
    if pem::is_pem(bytes) {
        for block in pem::blocks(bytes) {
            let key = match block.decode() {
                Ok(pem::Content::Key(der)) => from_der(algorithm, &der),
                Ok(pem::Content::Parameters) => continue,
                Err(error) => Err(error),
            };
            match key.and_then(&mut prepare) {
                Ok(prepared) => return Ok(prepared),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        return Err(refusal.unwrap_or_else(|| {
            KeyError::malformed("the PEM text has no complete key: copy it again from BEGIN to END")
        }));
    }
    let key = if text.starts_with(b"{") {
        Jwk::parse(text)?.material(algorithm, purpose)
    } else if ssh::is_public_key(text) {
        ssh::parse(text)
    } else if der::identify(bytes).is_some() {
        from_der(algorithm, bytes)
    } else {
        from_raw(algorithm, purpose, bytes)
    };
    key.and_then(prepare)
}

/// `text` without the blanks, byte order mark among them, that editors and shells leave around a key.
pub(super) fn without_blanks(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    text.strip_prefix(b"\xef\xbb\xbf").map_or(text, <[u8]>::trim_ascii)
}

impl Material {
    pub(super) const fn key_type(&self) -> KeyType {
        match self {
            Self::EcPrivate { curve, .. } | Self::EcPublic { curve, .. } => *curve,
            Self::Ed25519Private { .. } | Self::Ed25519Public(_) => KeyType::Ed25519,
            Self::RsaPrivate(_) | Self::RsaPublic(_) => KeyType::Rsa,
        }
    }

    /// An error unless the key is of the algorithm's type and size.
    pub(super) fn require(&self, algorithm: Algorithm) -> Result<(), KeyError> {
        if self.key_type() != algorithm.key_type() {
            return Err(wrong_type(algorithm, self.key_type().phrase()));
        }
        match self {
            Self::RsaPrivate(der) => require_rsa_size(der),
            Self::RsaPublic(der) => require_rsa_size(der),
            Self::EcPrivate { .. }
            | Self::EcPublic { .. }
            | Self::Ed25519Private { .. }
            | Self::Ed25519Public(_) => Ok(()),
        }
    }
}

/// The key's type, with an article, is not the algorithm's.
pub(super) fn wrong_type(algorithm: Algorithm, found: &str) -> KeyError {
    let wanted = algorithm.key_type().phrase();
    KeyError::new(
        KeyErrorKind::WrongType,
        format!(
            "{algorithm} needs {wanted} key and this is {found} key: \
             give a key of that type, or choose the algorithm that fits the key"
        ),
    )
}

fn from_der(algorithm: Algorithm, der: &[u8]) -> Result<Material, KeyError> {
    match der::identify(der).ok_or_else(unreadable)? {
        Structure::Certificate => Err(KeyError::new(
            KeyErrorKind::Unsupported,
            "this is a certificate and not a key: take the key out of it with \
             `openssl x509 -in certificate.der -inform DER -pubkey -noout`",
        )),
        Structure::Encrypted => Err(pem::encrypted()),
        Structure::EcPrivate { der, curve } => {
            let curve = named_curve(curve).map_err(|found| wrong_type(algorithm, found))?;
            Ok(Material::EcPrivate { curve, der: Zeroizing::new(der.to_vec()) })
        }
        Structure::Pkcs8 { algorithm: id, key } => {
            let key_type = key_type(&id).map_err(|found| wrong_type(algorithm, found))?;
            let key = Zeroizing::new(match key_type {
                // RFC 8410 §7 wraps the seed once more.
                KeyType::Ed25519 => der::Reader(key).read(der::OCTET_STRING).ok_or_else(unreadable)?.to_vec(),
                _ => key.to_vec(),
            });
            Ok(match key_type {
                KeyType::Ed25519 => Material::Ed25519Private { seed: key, public: None },
                KeyType::Rsa => Material::RsaPrivate(key),
                curve => Material::EcPrivate { curve, der: key },
            })
        }
        Structure::RsaPrivate(der) => Ok(Material::RsaPrivate(Zeroizing::new(der.to_vec()))),
        Structure::RsaPublic(der) => Ok(Material::RsaPublic(der.to_vec())),
        Structure::Spki { algorithm: id, key } => {
            match key_type(&id).map_err(|found| wrong_type(algorithm, found))? {
                KeyType::Ed25519 => Ok(Material::Ed25519Public(key.try_into().map_err(|_| unreadable())?)),
                KeyType::Rsa => Ok(Material::RsaPublic(key.to_vec())),
                curve => Ok(Material::EcPublic { curve, point: key.to_vec() }),
            }
        }
    }
}

fn from_raw(algorithm: Algorithm, purpose: Purpose, bytes: &[u8]) -> Result<Material, KeyError> {
    let key_type = algorithm.key_type();
    if let (KeyType::Ed25519, Ok(key)) = (key_type, <[u8; 32]>::try_from(bytes))
        // A key is random: 32 letters are a password that lost its way.
        && !key.iter().all(u8::is_ascii_graphic)
    {
        return Ok(match purpose {
            Purpose::Sign => Material::Ed25519Private { seed: Zeroizing::new(key.to_vec()), public: None },
            Purpose::Verify => Material::Ed25519Public(key),
        });
    }
    if let (Some(length), [4, coordinates @ ..]) = (key_type.coordinate_len(), bytes)
        && coordinates.len() == 2 * length
    {
        return Ok(Material::EcPublic { curve: key_type, point: bytes.to_vec() });
    }
    Err(unreadable())
}

/// The type of a key from the identifier in PKCS#8 and SPKI, or a phrase for one that signs no tokens.
fn key_type(algorithm: &KeyAlgorithm<'_>) -> Result<KeyType, &'static str> {
    match algorithm.id {
        // RSASSA-PSS keys are RSA keys; like PyJWT, we do not hold them to the hash they name.
        RSA | RSA_PSS => Ok(KeyType::Rsa),
        EC => named_curve(algorithm.curve),
        ED25519 => Ok(KeyType::Ed25519),
        ED448 => Err("an Ed448"),
        X25519 | X448 => Err("an X25519 or X448"),
        DSA => Err("a DSA"),
        _ => Err("an unknown type of"),
    }
}

fn named_curve(id: Option<&[u8]>) -> Result<KeyType, &'static str> {
    match id {
        Some(P256) => Ok(KeyType::P256),
        Some(P384) => Ok(KeyType::P384),
        Some(P521) => Ok(KeyType::P521),
        Some(SECP256K1) => Ok(KeyType::Secp256k1),
        Some(_) => Err("another curve's"),
        None => Err("an unnamed curve's"),
    }
}

fn require_rsa_size(der: &[u8]) -> Result<(), KeyError> {
    let modulus = der::rsa_modulus(der).ok_or_else(unreadable)?;
    let unused = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    match modulus.len() * 8 - unused {
        // DIFFERENCE: PyJWT warns of RSA keys under 2048 bits and uses them.
        ..RSA_LEAST => Err(KeyError::new(
            KeyErrorKind::Weak,
            "the RSA key is shorter than 2048 bits (RFC 7518 §3.3): make a new one with \
             `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072`",
        )),
        RSA_LEAST..=RSA_MOST => Ok(()),
        _ => Err(KeyError::new(
            KeyErrorKind::Unsupported,
            "the RSA key is longer than 8192 bits: make a shorter one, 3072 bits are enough",
        )),
    }
}

fn unreadable() -> KeyError {
    KeyError::malformed(
        "the key cannot be read: give it as PEM, DER, a JWK, an OpenSSH public key, or the raw bytes of an \
         Ed25519 key or an uncompressed EC point",
    )
}

const RSA_LEAST: usize = 2048;
const RSA_MOST: usize = 8192;

const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const ED448: &[u8] = &[0x2b, 0x65, 0x71];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 4, 0, 0x23];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0a];
const SECP256K1: &[u8] = &[0x2b, 0x81, 4, 0, 0x0a];
const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
const X448: &[u8] = &[0x2b, 0x65, 0x6f];
