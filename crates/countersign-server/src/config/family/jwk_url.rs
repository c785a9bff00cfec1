//! Where somebody else's keys are published.

use super::super::reference::Surroundings;
use super::super::setting::{Fault, Setting, is_url_of_the_web};
use super::super::tree::Value;

/// `JWK_URL`, or `""` for none. Unlike `PyJWT`'s client, no `file:` (SECURITY.md, row 17).
pub(super) struct JwkUrl(pub(super) Option<String>);

impl Setting for JwkUrl {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let url = String::read(value, around)?;
        if url.is_empty() {
            return Ok(Self(None));
        }
        if is_url_of_the_web(&url) {
            Ok(Self(Some(url)))
        } else {
            Err("takes a URL of http or https, as in \"https://example.com/.well-known/jwks.json\"".into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::setting::testing::toml;
    use super::*;

    #[test]
    fn only_the_web_is_asked() {
        for url in ["http://localhost:8080/jwks", "https://example.com/.well-known/jwks.json"] {
            assert_eq!(toml::<JwkUrl>(&format!("'{url}'")).unwrap().0.as_deref(), Some(url));
        }
        assert_eq!(toml::<JwkUrl>("''").unwrap().0, None);
        for odd in
            ["file:///etc/passwd", "example.com", "/jwks", "https://", "ftp://example.com/", "https://a b"]
        {
            assert!(toml::<JwkUrl>(&format!("'{odd}'")).is_err(), "{odd}");
        }
    }
}
