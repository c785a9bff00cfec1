//! Media types as Django and DRF read them, in `Content-Type` and `Accept`.

use std::borrow::Cow;
use std::iter;

/// A media type or range: `type/subtype; name=value`. Most requests ask for no more of it than its name, so its parts are
/// found when they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MediaType<'a> {
    main: &'a str,
    sub: &'a str,
    /// With the semicolon in front of the first.
    params: &'a str,
}

impl<'a> MediaType<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let full = semicolon_separated(text).next().unwrap_or_default();
        let params = &text[full.len()..];
        let full = full.trim();
        let (main, sub) = full.split_once('/').unwrap_or((full, ""));
        Self { main, sub, params }
    }

    /// Whether a type without parameters, such as a parser's, falls under this range or equals it.
    pub(super) fn covers(self, main: &str, sub: &str) -> bool {
        let is = |own: &str, other: &str| own == "*" || own.eq_ignore_ascii_case(other);
        is(self.main, main) && is(self.sub, sub)
    }

    /// DRF's order of ranges, the most specific first: 3 with parameters, 2 without, 1 `type/*`, 0 `*/*`.
    pub(super) fn precedence(self) -> u8 {
        match (self.main, self.sub) {
            ("*", _) => 0,
            (_, "*") => 1,
            _ if self.params().all(|(name, _)| name.eq_ignore_ascii_case("q")) => 2,
            _ => 3,
        }
    }

    pub(super) fn param(self, name: &str) -> Option<Cow<'a, str>> {
        // Python's dict keeps the last of several.
        let (_, value) = self.params().filter(|(param, _)| param.eq_ignore_ascii_case(name)).last()?;
        let unquoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Some(
            unquoted.map_or(Cow::Borrowed(value), |quoted| {
                quoted.replace("\\\"", "\"").replace("\\\\", "\\").into()
            }),
        )
    }

    /// Names and values as they are written.
    fn params(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let parts = semicolon_separated(self.params).skip(1);
        parts.filter_map(|part| part.split_once('=')).map(|(name, value)| (name.trim(), value.trim()))
    }
}

/// Splits at semicolons that do not stand between quotes.
fn semicolon_separated(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        // All of these are ASCII, which is no part of another character.
        let end = text.bytes().position(|byte| {
            quoted ^= byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            byte == b';' && !quoted
        });
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_and_values_unquoted() {
        let media = MediaType::parse(r#" Application/JSON ; Charset="a;b" ;indent=4"#);
        assert!(media.covers("application", "json"));
        assert_eq!(media.param("charset").as_deref(), Some("a;b"));
        assert_eq!(media.param("indent").as_deref(), Some("4"));
        let escaped = MediaType::parse(r#"a/b; c="\";\\"; c2=d; c="e;f"#);
        assert_eq!(escaped.param("c").as_deref(), Some("\"e;f"), "the last one, which has no end");
        assert_eq!(escaped.param("c2").as_deref(), Some("d"));
        assert_eq!(escaped.param("d"), None);
        assert_eq!(media.precedence(), 3);
    }

    #[test]
    fn ranges_cover_what_they_name() {
        assert!(MediaType::parse("*/*").covers("text", "html"));
        assert!(MediaType::parse("text/*; q=0.5").covers("text", "html"));
        for other in ["", "text", "text/plain", "json", "*"] {
            assert!(!MediaType::parse(other).covers("text", "html"), "{other:?}");
        }
    }
}
