//! Media types as Django and DRF read them, in `Content-Type` and `Accept`.

/// A media type or range: `type/subtype; name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MediaType {
    main: String,
    sub: String,
    params: Vec<(String, String)>,
}

impl MediaType {
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = semicolon_separated(text).into_iter();
        let full = parts.next().unwrap_or_default().trim().to_lowercase();
        let (main, sub) = full.split_once('/').unwrap_or((&full, ""));
        let params = parts.filter_map(|part| {
            let (name, value) = part.split_once('=')?;
            let value = value.trim();
            let unquoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let value = unquoted.map_or_else(
                || value.to_owned(),
                |quoted| quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
            );
            Some((name.trim().to_lowercase(), value))
        });
        Self { main: main.to_owned(), sub: sub.to_owned(), params: params.collect() }
    }

    /// Whether a type without parameters, such as a parser's, falls under this range or equals it.
    pub(super) fn covers(&self, main: &str, sub: &str) -> bool {
        (self.main == "*" || self.main == main) && (self.sub == "*" || self.sub == sub)
    }

    /// DRF's order of ranges, the most specific first: 3 with parameters, 2 without, 1 `type/*`, 0 `*/*`.
    pub(super) fn precedence(&self) -> u8 {
        let only_quality = self.params.iter().all(|(name, _)| name == "q");
        match (self.main.as_str(), self.sub.as_str()) {
            ("*", _) => 0,
            (_, "*") => 1,
            _ if only_quality => 2,
            _ => 3,
        }
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        // Python's dict keeps the last of several.
        self.params.iter().rfind(|(param, _)| param == name).map(|(_, value)| value.as_str())
    }
}

/// Splits at semicolons that do not stand between quotes.
fn semicolon_separated(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, char) in text.char_indices() {
        match char {
            '"' if !escaped => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        escaped = char == '\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_and_values_unquoted() {
        let media = MediaType::parse(r#" Application/JSON ; Charset="a;b" ;indent=4"#);
        assert!(media.covers("application", "json"));
        assert_eq!(media.param("charset"), Some("a;b"));
        assert_eq!(media.param("indent"), Some("4"));
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
