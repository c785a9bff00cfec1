//! A first look at a document, before anything recursive does: how long it is, and how deep.

use countersign::dialect::graphql_jwt::GraphqlError;

/// Counts lexical tokens (GraphQL §2.1.6) and open brackets, in one pass and without a stack.
///
/// # Errors
///
/// When there are too many of either, in graphql-core's words. Whether the brackets match is the parser's affair.
pub(super) fn scan(document: &str) -> Result<(), GraphqlError> {
    let bytes = document.as_bytes();
    let (mut at, mut tokens, mut nesting) = (0, 0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let length = length(&bytes[at..]);
        if !is_ignored(byte) {
            tokens += 1;
        }
        match byte {
            b'{' | b'[' | b'(' => nesting += 1,
            b'}' | b']' | b')' => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        if nesting > MAX_NESTING {
            return Err(aborted(document, at, "is nested too deeply"));
        }
        if tokens > MAX_TOKENS {
            return Err(aborted(document, at, &format!("contains more than {MAX_TOKENS} tokens")));
        }
        at += length;
    }
    Ok(())
}

/// How many bytes what begins here has: a string, a name or number, a comment, or one byte.
fn length(rest: &[u8]) -> usize {
    let until = |ends: fn(u8) -> bool| rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
    match rest {
        [b'"', b'"', b'"', ..] => block_string(rest),
        [b'"', ..] => string(rest),
        [b'#', ..] => until(|byte| matches!(byte, b'\n' | b'\r')),
        [first, ..] if is_of_a_word(*first) => until(|byte| !is_of_a_word(byte)),
        _ => 1,
    }
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    rest.len()
}

fn block_string(rest: &[u8]) -> usize {
    let mut at = 3;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with(b"\"\"\"") {
            return at + 3;
        }
        at += if tail.starts_with(b"\\\"\"\"") { 4 } else { 1 };
    }
    rest.len()
}

fn is_ignored(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'#')
}

fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+') || !byte.is_ascii()
}

fn aborted(document: &str, at: usize, what: &str) -> GraphqlError {
    let before = &document[..at];
    let line_start = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    GraphqlError {
        message: format!("Syntax Error: Document {what}. Parsing aborted."),
        locations: vec![(line, column)],
        path: Vec::new(),
    }
}

/// GraphiQL's introspection has about 300.
const MAX_TOKENS: usize = 5_000;
const MAX_NESTING: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn message(document: &str) -> Option<String> {
        scan(document).err().map(|error| error.message)
    }

    #[test]
    fn depth_is_bounded_before_anything_is_parsed() {
        assert_eq!(message(&"{a".repeat(50)), None);
        let error = scan(&format!("\n {}", "{a".repeat(10_000))).unwrap_err();
        assert_eq!(error.message, "Syntax Error: Document is nested too deeply. Parsing aborted.");
        assert_eq!(error.locations, [(2, 102)]);
        for brackets in ["[", "(a:", "{a("] {
            assert!(message(&brackets.repeat(60)).is_some(), "{brackets}");
        }
        assert_eq!(message(&"{}".repeat(1_000)), None);
    }

    #[test]
    fn brackets_in_strings_and_comments_are_text() {
        let many = "{".repeat(100);
        for text in [
            format!("{{a(b:\"{many}\")}}"),
            format!("{{a(b:\"\\\"{many}\")}}"),
            format!("{{a(b:\"\"\"\" {many} \\\"\"\" {many}\"\"\")}}"),
            format!("{{a}} # {many}"),
            format!("{{a(b:\"{many}"),
            format!("{{a(b:\"\"\"{many}"),
        ] {
            assert_eq!(message(&text), None, "{text}");
        }
        assert!(message(&format!("\"\n{many}")).is_some(), "a string ends with its line");
        assert!(message(&format!("# a\r{many}")).is_some(), "and so does a comment");
    }

    #[test]
    fn tokens_are_counted() {
        assert_eq!(message(&"a ,".repeat(5_000)), None);
        assert_eq!(
            message(&"long_name ".repeat(5_001)).as_deref(),
            Some("Syntax Error: Document contains more than 5000 tokens. Parsing aborted.")
        );
        assert_eq!(message(&"é".repeat(100_000)), None);
        assert_eq!(message(&format!("{{a(b:\"{}\")}}", "x ".repeat(100_000))), None);
    }
}
