//! Where the page is that a reset link leads to.

use super::super::reference::Surroundings;
use super::super::setting::{Fault, Setting, is_url_of_the_web};
use super::super::tree::Value;

/// `AUTH_PASSWORD_RESET_URL`, which the mail completes with `?uid=…&token=…`.
pub(super) struct ResetUrl(pub(super) String);

impl Setting for ResetUrl {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let url = String::read(value, around)?;
        if is_url_of_the_web(&url) {
            Ok(Self(url))
        } else {
            Err("takes the URL of your page for a new password, as in \"https://example.com/reset\"".into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::setting::testing::toml;
    use super::*;

    #[test]
    fn a_page_is_on_the_web() {
        for url in ["http://localhost:3000/reset", "https://example.com/#/reset"] {
            assert_eq!(toml::<ResetUrl>(&format!("'{url}'")).unwrap().0, url);
        }
        for odd in ["", "example.com", "/reset", "https://", "javascript:alert(1)", "https://a b"] {
            assert!(toml::<ResetUrl>(&format!("'{odd}'")).is_err(), "{odd}");
        }
    }
}
