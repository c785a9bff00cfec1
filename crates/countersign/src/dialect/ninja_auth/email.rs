//! Addresses as Pydantic's `EmailStr` takes them, and then Django's form.
//!
//! DIFFERENCE: domains beyond ASCII are taken letter by letter, lower-cased and not otherwise normalised (IDNA); where a
//! character is refused there, its code is told instead of its name. No address gets further that is refused by either.

use std::collections::BTreeSet;

/// Why an address is none.
#[derive(Debug, PartialEq)]
pub(super) enum NoAddress {
    /// What `email-validator` says of it.
    Syntax(String),
    /// What only Django's form finds, for which it has one sentence.
    Form,
}

/// The address itself: what stands between angle brackets, with its domain in lower case.
pub(super) fn address(text: &str) -> Result<String, NoAddress> {
    if text.chars().count() > MAX_TEXT {
        return Err(syntax(format!("Length must not exceed {MAX_TEXT} characters")));
    }
    if text.contains(['\r', '\n']) {
        return Err(syntax("Carriage return and line feed characters are not allowed"));
    }
    let (local, domain) = split(between_brackets(text).trim())?;
    check_local(local)?;
    let domain = checked_domain(domain)?;
    let address = format!("{local}@{domain}");
    match address.len().checked_sub(MAX_ADDRESS) {
        None | Some(0) => {}
        Some(over) => return Err(syntax(format!("The email address is too long {}.", too_many(over)))),
    }
    if local.is_ascii() && has_top_level(&domain) { Ok(address) } else { Err(NoAddress::Form) }
}

/// Of `Ada <ada@example.com>` the address.
fn between_brackets(text: &str) -> &str {
    let inner = text.trim().strip_suffix('>').and_then(|rest| rest.split_once('<'));
    match inner {
        Some((name, address)) if is_name(name.trim()) && !address.is_empty() => address,
        _ => text,
    }
}

/// Nothing, words, or anything between quotes.
fn is_name(name: &str) -> bool {
    let quoted = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(inner) => !inner.contains('"'),
        None => name
            .chars()
            .all(|char| char.is_alphanumeric() || char.is_whitespace() || SPECIAL_IN_LOCAL.contains(char)),
    }
}

/// What is before and after the first `@` that does not stand between quotes.
fn split(text: &str) -> Result<(&str, &str), NoAddress> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, char) in text.char_indices() {
        match char {
            '"' if !escaped => quoted = !quoted,
            '@' if !quoted => return Ok((&text[..at], &text[at + 1..])),
            '<' if !quoted && !text[at..].contains('>') => {
                return Err(syntax(
                    "An open angle bracket at the start of the email address has to be followed by a close angle \
                     bracket at the end.",
                ));
            }
            '<' if !quoted => {
                return Err(syntax(
                    "A display name and angle brackets around the email address are not permitted here.",
                ));
            }
            _ => {}
        }
        escaped = quoted && char == '\\' && !escaped;
    }
    Err(syntax("An email address must have an @-sign."))
}

fn check_local(local: &str) -> Result<(), NoAddress> {
    if local.is_empty() {
        return Err(syntax("There must be something before the @-sign."));
    }
    if local.starts_with('"') {
        return Err(syntax("Quoting the part before the @-sign is not allowed here."));
    }
    let is_plain =
        |char: char| char.is_ascii_alphanumeric() || SPECIAL_IN_LOCAL.contains(char) || char == '.';
    if let Some(bad) = listed(local, |char| !char.is_ascii() || is_plain(char)) {
        return Err(syntax(format!(
            "The email address contains invalid characters before the @-sign: {bad}."
        )));
    }
    check_dots(
        local,
        "An email address cannot start with",
        "An email address cannot have",
        " immediately before the @-sign",
    )
}

/// The domain in lower case, if it may be one.
fn checked_domain(domain: &str) -> Result<String, NoAddress> {
    if domain.is_empty() {
        return Err(syntax("There must be something after the @-sign."));
    }
    if domain.starts_with('[') && domain.ends_with(']') {
        return Err(syntax("A bracketed IP address after the @-sign is not allowed here."));
    }
    if let Some(over) = over(domain, MAX_DOMAIN) {
        return Err(syntax(format!("The email address is too long after the @-sign {}.", too_many(over))));
    }
    if let Some(bad) = listed(domain, |char| char.is_alphanumeric() || matches!(char, '-' | '.' | '\u{3002}'))
    {
        return Err(syntax(format!("The part after the @-sign contains invalid characters: {bad}.")));
    }
    let domain = domain.to_lowercase().replace('\u{3002}', ".");
    check_dots(&domain, "An email address cannot have", "An email address cannot end with", "")?;
    if let Some(over) = domain.split('.').find_map(|label| over(label, MAX_LABEL)) {
        let text = "After the @-sign, periods cannot be separated by so many characters";
        return Err(syntax(format!("{text} {}.", too_many(over))));
    }
    let Some((_, top)) = domain.rsplit_once('.') else {
        return Err(syntax("The part after the @-sign is not valid. It should have a period."));
    };
    if top.ends_with(|char: char| char.is_ascii_digit()) {
        return Err(syntax(
            "The part after the @-sign is not valid. It is not within a valid top-level domain.",
        ));
    }
    if RESERVED.contains(&top) {
        return Err(syntax(
            "The part after the @-sign is a special-use or reserved name that cannot be used with email.",
        ));
    }
    Ok(domain)
}

/// What neither part may have at its ends, or twice. Hyphens are a domain's affair: there `before_at` is empty.
fn check_dots(part: &str, start: &str, end: &str, before_at: &str) -> Result<(), NoAddress> {
    let is_domain = before_at.is_empty();
    let after_at = if is_domain { " immediately after the @-sign" } else { "" };
    let marks = [('.', "period"), ('-', "hyphen")];
    for (mark, name) in &marks[..if is_domain { 2 } else { 1 }] {
        if part.ends_with(*mark) {
            return Err(syntax(format!("{end} a {name}{before_at}.")));
        }
        if part.starts_with(*mark) {
            return Err(syntax(format!("{start} a {name}{after_at}.")));
        }
        if *mark == '.' && part.contains("..") {
            return Err(syntax("An email address cannot have two periods in a row."));
        }
    }
    if is_domain && (part.contains(".-") || part.contains("-.")) {
        return Err(syntax("An email address cannot have a period and a hyphen next to each other."));
    }
    let is_odd = |label: &str| {
        let mut chars = label.chars();
        label.get(..2) != Some("xn") && chars.nth(2) == Some('-') && chars.next() == Some('-')
    };
    if is_domain && part.split('.').any(is_odd) {
        return Err(syntax(
            "An email address cannot have two letters followed by two dashes immediately after the @-sign or after a \
             period, except Punycode.",
        ));
    }
    Ok(())
}

/// Django's form wants two letters at the end of a domain.
fn has_top_level(domain: &str) -> bool {
    let top = domain.rsplit('.').next().unwrap_or_default();
    let is_letter = |char: char| char == '-' || char.is_ascii_lowercase() || !char.is_ascii();
    top.starts_with("xn--") || (top.chars().count() >= 2 && top.chars().all(is_letter))
}

/// The characters that are not `allowed`, each once, as `email-validator` shows them.
fn listed(part: &str, allowed: impl Fn(char) -> bool) -> Option<String> {
    let bad: BTreeSet<String> = part.chars().filter(|char| !allowed(*char)).map(shown).collect();
    (!bad.is_empty()).then(|| bad.into_iter().collect::<Vec<_>>().join(", "))
}

fn shown(char: char) -> String {
    match char {
        ' ' => "SPACE".to_owned(),
        '\\' => "\"\\\"".to_owned(),
        '\'' => "\"'\"".to_owned(),
        '!'..='~' => format!("'{char}'"),
        _ => format!("U+{:04X}", u32::from(char)),
    }
}

fn over(part: &str, most: usize) -> Option<usize> {
    part.chars().count().checked_sub(most).filter(|over| *over > 0)
}

fn too_many(over: usize) -> String {
    format!("({over} character{} too many)", if over == 1 { "" } else { "s" })
}

fn syntax(text: impl Into<String>) -> NoAddress {
    NoAddress::Syntax(text.into())
}

const SPECIAL_IN_LOCAL: &str = "!#$%&'*+-/=?^_`{|}~";
/// `SPECIAL_USE_DOMAIN_NAMES`.
const RESERVED: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];
const MAX_TEXT: usize = 2048;
const MAX_ADDRESS: usize = 254;
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_alone_is_taken_and_its_domain_folded() {
        for (text, taken) in [
            ("ada@example.com", "ada@example.com"),
            (" A.da+x@EXAMPLE.Com ", "A.da+x@example.com"),
            ("Ada Lovelace <ada@example.com>", "ada@example.com"),
            ("\"Ada, L.\" <ada@example.com>", "ada@example.com"),
            ("<ada@example.com>", "ada@example.com"),
            ("a@bücher.de", "a@bücher.de"),
        ] {
            assert_eq!(address(text).as_deref(), Ok(taken), "{text}");
        }
    }

    #[test]
    fn what_only_the_form_refuses_is_told_apart() {
        for text in ["a@b.c", "é@b.com", "\u{202e}a@b.com", "a@a.b.c.d.e"] {
            assert_eq!(address(text), Err(NoAddress::Form), "{text}");
        }
    }

    #[test]
    fn hostile_texts_are_no_addresses() {
        for text in [
            "a@b.com\r\nBcc: c@d.com",
            "a@b.com, c@d.com",
            "a@b.com;c@d.com",
            "a\0@b.com",
            "a@b.com\0",
            "a@\u{200b}b.com",
            "a@b\u{a0}.com",
            "A <B <a@b.com>>",
            "<>",
            &"a".repeat(5000),
        ] {
            assert!(matches!(address(text), Err(NoAddress::Syntax(_))), "{text}");
        }
    }
}
