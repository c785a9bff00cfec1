//! The keys: loaded here, so that a wrong one is told before the first request.
//!
//! - HS256, HS384 and HS512 sign and verify with `signing_key`, or with `secret_key` where there is none;
//!   `verifying_key` and `jwk_url` mean nothing to them.
//! - The other algorithms sign with `signing_key`, if there is one, and verify with the keys at `jwk_url`, else with
//!   `verifying_key`, else with the public half of `signing_key`.
//! - A family may have other names for all of them ([`KeyNames`]). Where the HMAC secret has one of its own, a pair of
//!   keys beside an HMAC algorithm is refused.

use countersign::key::{Algorithm, KeyError, SigningKey, VerifyingKey, Weakness};
use countersign::secret::SigningSecret;

use super::super::problem::Place;
use super::super::section::{Located, Reported, Section};
use super::super::{Profile, Shared};
use super::jwk_url::JwkUrl;

/// What to sign with, if anything, and what to verify with: the parts of `countersign::authority::Keys`.
#[derive(Clone, Debug)]
pub(crate) enum KeysConfig {
    /// Keys that are here.
    Local {
        /// `None` where tokens are only verified.
        signing: Option<SigningKey>,
        /// What verifies.
        verifying: VerifyingKey,
    },
    /// Somebody else's keys to verify with.
    Remote {
        /// `None` where tokens are only verified.
        signing: Option<SigningKey>,
        /// `JWK_URL`, http or https.
        url: String,
    },
}

/// What a family calls the settings of its keys.
#[derive(Clone, Copy)]
pub(in super::super) struct KeyNames {
    pub(in super::super) algorithm: &'static str,
    /// The HMAC secret.
    pub(in super::super) secret: &'static str,
    /// The private key.
    pub(in super::super) private: &'static str,
    /// The public key.
    pub(in super::super) public: &'static str,
    /// Where public keys are published, if a family knows that.
    pub(in super::super) url: Option<&'static str>,
}

impl KeyNames {
    /// Those of SimpleJWT and the packages that followed it.
    pub(super) const SIMPLE_JWTS: Self = Self {
        algorithm: "algorithm",
        secret: "signing_key",
        private: "signing_key",
        public: "verifying_key",
        url: Some("jwk_url"),
    };
}

pub(in super::super) fn read(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    names: KeyNames,
) -> Result<(Algorithm, KeysConfig), Reported> {
    let algorithm = settings.optional(names.algorithm);
    let private = settings.located::<SigningSecret>(names.private);
    // One setting may hold either; it is read once.
    let secret = (names.secret != names.private).then(|| settings.located(names.secret)).transpose();
    let public = settings.located::<SigningSecret>(names.public);
    let url = names.url.map_or(Ok(None), |name| settings.located::<JwkUrl>(name));
    let algorithm = algorithm?.unwrap_or(Algorithm::Hs256);
    let sources = Sources {
        secret: secret?.flatten(),
        signing: private?,
        verifying: public?.filter(is_given),
        url: given(url?),
    };
    let loader = Loader { settings, algorithm, profile: shared.profile, names };
    let keys = if algorithm.is_hmac() {
        loader.hmac(sources, shared.secret_key)
    } else {
        loader.asymmetric(sources)
    };
    Ok((algorithm, keys?))
}

/// What is written, before it is loaded.
struct Sources {
    /// The HMAC secret, where it has a setting of its own.
    secret: Option<Located<SigningSecret>>,
    signing: Option<Located<SigningSecret>>,
    verifying: Option<Located<SigningSecret>>,
    url: Option<Located<String>>,
}

struct Loader<'a, 'b> {
    settings: &'a Section<'b>,
    algorithm: Algorithm,
    profile: Profile,
    names: KeyNames,
}

impl Loader<'_, '_> {
    fn hmac(
        &self,
        sources: Sources,
        secret_key: Option<&Located<SigningSecret>>,
    ) -> Result<KeysConfig, Reported> {
        if let Some(url) = &sources.url {
            let predicate =
                format!("is ignored, because {} tokens are verified with the signing key", self.algorithm);
            self.settings.warn(&url.place, &predicate);
        }
        let own = if self.names.secret == self.names.private {
            sources.signing
        } else {
            self.refuse_key_pair(&sources)?;
            sources.secret.filter(is_given)
        };
        let Some(secret) = own.as_ref().or(secret_key) else {
            let advice = format!("{} needs it, or secret_key above the first table", self.algorithm);
            return Err(self.settings.missing(self.names.secret, &advice));
        };
        let signing = self.signing(secret)?;
        Ok(KeysConfig::Local { verifying: signing.verifying_key(), signing: Some(signing) })
    }

    /// A package with a setting of its own for the secret takes a private key for one all the same.
    fn refuse_key_pair(&self, sources: &Sources) -> Result<(), Reported> {
        let KeyNames { algorithm, secret, .. } = self.names;
        let private = sources.signing.as_ref().filter(|key| is_given(key));
        let Some(key) = private.or(sources.verifying.as_ref()) else { return Ok(()) };
        let predicate = format!(
            "is for algorithms with a pair of keys, and {algorithm} is {}: correct {algorithm}, or give {secret} instead",
            self.algorithm
        );
        Err(self.settings.problem(&key.place, &predicate))
    }

    fn asymmetric(&self, sources: Sources) -> Result<KeysConfig, Reported> {
        let signing = sources.signing.filter(is_given);
        let signing = signing.map(|secret| self.signing(&secret)).transpose();
        let verifying = sources.verifying.map(|key| self.verifying(key)).transpose();
        let (signing, verifying) = (signing?, verifying?);
        match (sources.url, verifying, signing) {
            (Some(url), verifying, signing) => {
                if let Some(ignored) = verifying {
                    self.settings.warn(&ignored.place, "is ignored, because jwk_url is given");
                }
                Ok(KeysConfig::Remote { signing, url: url.value })
            }
            (None, Some(verifying), signing) => {
                self.warn_of_strangers(signing.as_ref(), &verifying);
                Ok(KeysConfig::Local { signing, verifying: verifying.value })
            }
            (None, None, Some(signing)) => {
                Ok(KeysConfig::Local { verifying: signing.verifying_key(), signing: Some(signing) })
            }
            (None, None, None) => {
                let KeyNames { private, public, url, .. } = self.names;
                let advice = format!(
                    "{} needs a private key here to sign and verify with, or {public}{} to verify alone",
                    self.algorithm,
                    url.map(|url| format!(" or {url}")).unwrap_or_default()
                );
                Err(self.settings.missing(private, &advice))
            }
        }
    }

    fn signing(&self, secret: &Located<SigningSecret>) -> Result<SigningKey, Reported> {
        let key = SigningKey::load(self.algorithm, &secret.value);
        let key = key.map_err(|error| self.unusable(&secret.place, &error))?;
        self.accept(&secret.place, key.weakness())?;
        Ok(key)
    }

    fn verifying(&self, source: Located<SigningSecret>) -> Result<Located<VerifyingKey>, Reported> {
        let key = VerifyingKey::load(self.algorithm, &source.value);
        let value = key.map_err(|error| self.unusable(&source.place, &error))?;
        self.accept(&source.place, value.weakness())?;
        Ok(Located { value, place: source.place })
    }

    fn unusable(&self, place: &Place, error: &KeyError) -> Reported {
        self.settings.problem(place, &format!("cannot be used: {error}"))
    }

    /// A weak key is accepted with a warning, in the strict profile not at all.
    fn accept(&self, place: &Place, weakness: Option<Weakness>) -> Result<(), Reported> {
        let Some(weakness) = weakness else { return Ok(()) };
        match self.profile {
            Profile::Django => {
                self.settings.warn(place, &format!("is weak: {weakness}"));
                Ok(())
            }
            Profile::Strict => {
                let predicate = format!("is refused by the strict profile: {weakness}");
                Err(self.settings.problem(place, &predicate))
            }
        }
    }

    /// Two keys that do not belong together are legal, and seldom meant.
    fn warn_of_strangers(&self, signing: Option<&SigningKey>, verifying: &Located<VerifyingKey>) {
        let signature = signing.and_then(|key| key.sign(PROBE).ok());
        if signature.is_some_and(|signature| !verifying.value.verify(PROBE, &signature)) {
            let predicate = format!(
                "is not the public half of {}: tokens that are issued here are refused here",
                self.names.private
            );
            self.settings.warn(&verifying.place, &predicate);
        }
    }
}

fn given(url: Option<Located<JwkUrl>>) -> Option<Located<String>> {
    let Located { value: JwkUrl(url), place } = url?;
    Some(Located { value: url?, place })
}

/// An empty key is none, as in SimpleJWT.
fn is_given(secret: &Located<SigningSecret>) -> bool {
    !secret.value.expose().is_empty()
}

const PROBE: &[u8] = b"do these keys belong together?";

#[cfg(test)]
mod tests {
    use super::super::super::testing::{SECRET, fault, read, try_read};
    use super::super::super::{Config, Warning};
    use super::*;

    // Made for these tests with openssl.
    const ED25519: &str = include_str!("../../../tests/data/keys/ed25519.pem");
    const ED25519_PUBLIC: &str = include_str!("../../../tests/data/keys/ed25519.pub.pem");
    const P256_PUBLIC: &str = include_str!("../../../tests/data/keys/p256.pub.pem");
    const OTHER_PUBLIC: &str = include_str!("../../../tests/data/keys/other.pub.pem");

    fn keys(text: &str) -> KeysConfig {
        read(&format!("[simple_jwt]\n{text}")).simple_jwt.unwrap().tokens.keys
    }

    fn eddsa(signing: &str, verifying: &str, rest: &str) -> String {
        format!(
            "[simple_jwt]\nalgorithm = 'EdDSA'\nsigning_key = '''{signing}'''\nverifying_key = '''{verifying}'''\n{rest}"
        )
    }

    fn warnings(config: &Config) -> Vec<String> {
        config.warnings().iter().map(Warning::to_string).collect()
    }

    #[test]
    fn hmac_signs_and_verifies_with_one_secret() {
        for text in ["", "algorithm = 'HS512'\nverifying_key = 'not looked at'"] {
            let KeysConfig::Local { signing: Some(signing), verifying } = keys(text) else { panic!("local") };
            assert!(verifying.verify(b"x", &signing.sign(b"x").unwrap()));
        }
        let KeysConfig::Local { verifying, .. } = keys("signing_key = 'another secret of thirty-two bytes'")
        else {
            panic!("local")
        };
        let of_secret_key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(SECRET)).unwrap();
        assert!(!verifying.verify(b"x", &of_secret_key.sign(b"x").unwrap()));
    }

    #[test]
    fn hmac_needs_a_secret() {
        let text = "[database]\nurl = 'x'\n[simple_jwt]\n";
        let error = Config::from_toml(text, "f.toml", []).unwrap_err().to_string();
        assert_eq!(
            error,
            "f.toml: simple_jwt.signing_key is missing: HS256 needs it, or secret_key above the first table \
             (or set COUNTERSIGN__SIMPLE_JWT__SIGNING_KEY)"
        );
        assert!(fault("[simple_jwt]\nsigning_key = ''").contains("the HMAC secret is empty"));
    }

    #[test]
    fn a_public_key_is_no_secret() {
        let error = fault(&format!("[simple_jwt]\nsigning_key = '''\n  {P256_PUBLIC}'''"));
        assert!(
            error.starts_with("countersign.toml, line 2: simple_jwt.signing_key cannot be used: "),
            "{error}"
        );
        assert!(error.contains("cannot be the secret of HS256"), "{error}");
    }

    #[test]
    fn weak_secrets_are_warned_of_and_strictly_refused() {
        let config = try_read("secret_key = 'short'\n[simple_jwt]", &[]).unwrap();
        let [warning] = &*warnings(&config) else { panic!("one warning") };
        assert!(
            warning
                .starts_with("countersign.toml, line 1: secret_key is weak: the signing key is 5 bytes long")
        );
        let django = format!("secret_key = 'django-insecure-{SECRET}'\n[simple_jwt]");
        assert!(warnings(&read(&django))[0].contains("django-insecure-"));
        assert!(
            fault(&format!("profile = 'strict'\n{django}")).contains("is refused by the strict profile: ")
        );
        let unused = format!("secret_key = 'short'\n[simple_jwt]\nsigning_key = '{SECRET}'");
        assert!(warnings(&read(&unused)).is_empty());
    }

    #[test]
    fn a_private_key_verifies_by_its_public_half() {
        for verifying in ["", ED25519_PUBLIC] {
            let config = read(&eddsa(ED25519, verifying, ""));
            assert!(warnings(&config).is_empty());
            let family = config.simple_jwt.unwrap();
            assert_eq!(family.tokens.algorithm, Algorithm::EdDsa);
            let KeysConfig::Local { signing: Some(signing), verifying } = family.tokens.keys else {
                panic!("local")
            };
            assert!(verifying.verify(b"x", &signing.sign(b"x").unwrap()));
        }
        let strangers = read(&eddsa(ED25519, OTHER_PUBLIC, ""));
        assert!(warnings(&strangers)[0].contains("is not the public half of signing_key"));
    }

    #[test]
    fn without_a_private_key_tokens_are_only_verified() {
        let config = read(&eddsa("", ED25519_PUBLIC, ""));
        assert!(matches!(config.simple_jwt.unwrap().tokens.keys, KeysConfig::Local { signing: None, .. }));
        assert!(
            fault(&eddsa("", "", "")).contains("EdDSA needs a private key here to sign and verify with, or")
        );
        assert!(
            fault(&eddsa("", P256_PUBLIC, ""))
                .contains("simple_jwt.verifying_key cannot be used: EdDSA needs")
        );
    }

    #[test]
    fn a_jwk_url_comes_first_and_means_nothing_to_hmac() {
        let url = "jwk_url = 'https://example.com/jwks.json'";
        let config = read(&eddsa(ED25519, ED25519_PUBLIC, url));
        assert!(
            warnings(&config)[0].ends_with("simple_jwt.verifying_key is ignored, because jwk_url is given")
        );
        let KeysConfig::Remote { signing: Some(_), url: read_url } = config.simple_jwt.unwrap().tokens.keys
        else {
            panic!("remote")
        };
        assert_eq!(read_url, "https://example.com/jwks.json");

        let hmac = read(&format!("[simple_jwt]\n{url}"));
        assert!(warnings(&hmac)[0].contains("simple_jwt.jwk_url is ignored, because HS256 tokens"));
        assert!(matches!(hmac.simple_jwt.unwrap().tokens.keys, KeysConfig::Local { .. }));
        assert!(warnings(&read("[simple_jwt]\njwk_url = ''")).is_empty());
    }
}
