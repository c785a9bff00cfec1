//! Whether two answers to one request are the same.
//!
//! - The status, and of the headers [`COMPARED_HEADERS`], must be equal; a header may not be missing on one side.
//! - The body must be equal as text, spaces and order included, but for the tokens and the times in it. Tokens are read
//!   and compared as [`token::differences`] says. Random hex digits must be as many, times be of one form and close to
//!   each other.
//! - What stands after `JSON parse error - ` is the words of Python's parser and is not compared.

use jiff::Timestamp;

use crate::{Response, token};

/// The headers that clients of the packages rely on.
pub const COMPARED_HEADERS: [&str; 4] = ["Content-Type", "Allow", "Vary", "WWW-Authenticate"];

/// How two answers differ, a sentence each; nothing when they are the same.
pub fn differences(theirs: &Response, ours: &Response) -> Vec<String> {
    let mut found = Vec::new();
    if theirs.status != ours.status {
        found.push(format!("status: {} and {}", theirs.status, ours.status));
    }
    for name in COMPARED_HEADERS {
        let (theirs, ours) = (theirs.header(name), ours.header(name));
        if theirs != ours {
            found.push(format!("{name}: {theirs:?} and {ours:?}"));
        }
    }
    found.extend(body_differences(&theirs.text(), &ours.text()));
    found
}

fn body_differences(theirs: &str, ours: &str) -> Vec<String> {
    let (theirs, their_tokens) = take_tokens(&without_parser_words(theirs));
    let (ours, our_tokens) = take_tokens(&without_parser_words(ours));
    let ((theirs, their_times), (ours, our_times)) = (take_times(&theirs), take_times(&ours));
    if theirs != ours {
        return vec![format!("body: {theirs}\n   and {ours}")];
    }
    let times = their_times
        .iter()
        .zip(&our_times)
        .filter(|(theirs, ours)| theirs.duration_until(**ours).unsigned_abs().as_secs() > token::TOLERANCE);
    let times = times.map(|(theirs, ours)| format!("time: {theirs} and {ours}"));
    let tokens = their_tokens.iter().zip(&our_tokens);
    times.chain(tokens.flat_map(|(theirs, ours)| word_differences(theirs, ours))).collect()
}

/// Puts zeros in the place of the digits of every text that is a time, as `2026-11-21T23:32:50.123Z` is.
fn take_times(text: &str) -> (String, Vec<Timestamp>) {
    let mut times = Vec::new();
    let pieces: Vec<_> = text
        .split('"')
        .map(|piece| match piece.parse() {
            Ok(time) => {
                times.push(time);
                piece.replace(|character: char| character.is_ascii_digit(), "0")
            }
            Err(_) => piece.to_owned(),
        })
        .collect();
    (pieces.join("\""), times)
}

fn word_differences(theirs: &str, ours: &str) -> Vec<String> {
    match (token::time(theirs), token::time(ours)) {
        (Some(their_time), Some(our_time)) if their_time.abs_diff(our_time) <= token::TOLERANCE => Vec::new(),
        _ if token::is_random_hex(theirs) && token::is_random_hex(ours) => Vec::new(),
        _ => token::differences(theirs, ours),
    }
}

/// Puts what it is in the place of every token, time and random text in a text.
fn take_tokens(text: &str) -> (String, Vec<String>) {
    let mut tokens = Vec::new();
    let mut rest = String::new();
    let belongs = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    for piece in text.split_inclusive(|character| !belongs(character)) {
        let word = piece.trim_end_matches(|character| !belongs(character));
        let kind = if token::Token::read(word).is_some() {
            "<token>".to_owned()
        } else if token::time(word).is_some() {
            "<time>".to_owned()
        } else if token::is_random_hex(word) {
            format!("<{} random digits>", word.len())
        } else {
            rest += piece;
            continue;
        };
        tokens.push(word.to_owned());
        rest += &kind;
        rest += &piece[word.len()..];
    }
    (rest, tokens)
}

fn without_parser_words(text: &str) -> String {
    match (text.split_once(PARSER_WORDS), text.rfind('"')) {
        (Some((before, _)), Some(end)) => format!("{before}{PARSER_WORDS}…{}", &text[end..]),
        _ => text.to_owned(),
    }
}

const PARSER_WORDS: &str = "JSON parse error - ";

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln";
    const OTHER_CLAIM: &str = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoyfQ.c2ln";

    #[test]
    fn bodies_are_compared_as_text() {
        assert!(body_differences(r#"{"a":1}"#, r#"{"a":1}"#).is_empty());
        assert!(!body_differences(r#"{"a":1}"#, r#"{"a": 1}"#).is_empty());
        assert!(!body_differences(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#).is_empty());
    }

    #[test]
    fn times_in_bodies_are_compared_by_form_and_to_within_seconds() {
        let body = |time: &str| format!(r#"{{"at": "{time}", "by": "ada"}}"#);
        let time = "2026-11-21T23:32:50.123Z";
        let differ = |other: &str| !body_differences(&body(time), &body(other)).is_empty();
        assert!(!differ(time) && !differ("2026-11-21T23:32:51.999Z"));
        for other in ["2026-11-21T23:32:50Z", "2026-11-21 23:32:50.123Z", "2026-11-21T23:32:54.123Z", ""] {
            assert!(differ(other), "{other}");
        }
    }

    #[test]
    fn tokens_in_bodies_are_compared_by_claims() {
        let body = |token: &str| format!(r#"{{"refresh":"{token}","access":"{TOKEN}"}}"#);
        assert_eq!(
            take_tokens(&body(TOKEN)),
            (r#"{"refresh":"<token>","access":"<token>"}"#.into(), vec![TOKEN.into(); 2])
        );
        assert!(
            body_differences(&body(TOKEN), &body(&format!("{TOKEN}x"))).is_empty(),
            "signatures may differ"
        );
        assert!(!body_differences(&body(TOKEN), &body(OTHER_CLAIM)).is_empty());
        assert!(!body_differences(&body(TOKEN), &body("no-token")).is_empty());
    }

    #[test]
    fn times_and_random_digits_in_bodies_are_compared_by_what_they_are() {
        let body = |time: u64, random: &str| format!(r#"{{"refresh":"{random}","exp":{time}}}"#);
        let (some, other) = ("0123456789abcdef".repeat(3), "fedcba9876543210".repeat(3));
        assert!(body_differences(&body(1_795_314_618, &some), &body(1_795_314_619, &other)).is_empty());
        assert!(!body_differences(&body(1_795_314_618, &some), &body(1_795_314_638, &some)).is_empty());
        assert!(!body_differences(&body(1_795_314_618, &some), &body(1_795_314_618, &other[2..])).is_empty());
        assert!(!body_differences(&body(1, &some), &body(2, &some)).is_empty());
    }

    #[test]
    fn the_words_of_a_parser_are_not_compared() {
        let python = r#"{"detail":"JSON parse error - Expecting value: line 1 column 1 (char 0)"}"#;
        assert!(
            body_differences(python, r#"{"detail":"JSON parse error - expected value at line 1"}"#)
                .is_empty()
        );
        assert!(!body_differences(python, r#"{"detail":"Malformed request."}"#).is_empty());
    }
}
