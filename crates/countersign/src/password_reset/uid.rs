//! Whose link it is: the primary key, in URL-safe base64.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::store::UserIdClaim;
use crate::user::UserKey;

/// The uid of a user's reset links: `urlsafe_base64_encode` of the primary key as text, without padding.
pub fn uid(key: &UserKey) -> String {
    LENIENT.encode(key.to_string())
}

/// The primary key that a uid says; `None` for what is no uid.
///
/// DIFFERENCE: Python's decoder passes over characters that are not of base64; here they make a text no uid.
pub fn parse_uid(uid: &str) -> Option<UserIdClaim<'static>> {
    if uid.is_empty() || uid.len() > LONGEST {
        return None;
    }
    let key = String::from_utf8(LENIENT.decode(uid).ok()?).ok()?;
    Some(UserIdClaim::Text(key.into()))
}

/// Python's decoder ignores left-over bits, and padding is what Django adds by itself.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
/// More than the longest text that Django's `CharField` of 255 characters of four bytes gives.
const LONGEST: usize = 1400;

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn text(uid: &str) -> Option<String> {
        parse_uid(uid).and_then(|claim| claim.as_text().map(Cow::into_owned))
    }

    #[test]
    fn a_uid_says_a_primary_key() {
        let uuid = uuid::Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
        for key in [UserKey::Int(1), UserKey::Int(-1), UserKey::Text("ä/ ?".into()), UserKey::Uuid(uuid)] {
            assert_eq!(text(&uid(&key)), Some(key.to_string()));
        }
        assert_eq!(uid(&UserKey::Int(1)), "MQ");
        assert_eq!(text("MQ=="), Some("1".into()));
    }

    #[test]
    fn hostile_uids_are_none() {
        // DIFFERENCE: of some of them Django reads what is left.
        for hostile in ["", "M", "M Q", "MQ=A", "_w", "ä", "\0", &"A".repeat(1401)] {
            assert_eq!(parse_uid(hostile), None, "{hostile:.20}");
        }
    }
}
