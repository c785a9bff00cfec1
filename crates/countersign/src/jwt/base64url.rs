//! Base64url without padding (RFC 7515 §2, RFC 4648 §5), written, and read strictly: every byte string has one spelling.

/// How many bytes a text of this length stands for.
pub(super) const fn decoded_length(text: usize) -> usize {
    text / 4 * 3 + text % 4 * 3 / 4
}

/// Writes `bytes` behind a text.
pub(super) fn encode_onto(text: &mut Vec<u8>, bytes: &[u8]) {
    let (threes, rest) = bytes.as_chunks::<3>();
    text.extend(threes.iter().flat_map(|three| written(*three)));
    let mut last = [0; 3];
    last[..rest.len()].copy_from_slice(rest);
    let characters = if rest.is_empty() { 0 } else { rest.len() + 1 };
    text.extend_from_slice(&written(last)[..characters]);
}

/// The four characters for three bytes.
#[inline]
fn written([first, second, third]: [u8; 3]) -> [u8; 4] {
    let bits = u32::from_be_bytes([0, first, second, third]);
    [18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift & 0b11_1111) as usize])
}

/// The bytes that `text` stands for; `None` for what is not base64url in its one spelling.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; decoded_length(text.len())];
    decode_into(text, &mut bytes)?;
    Some(bytes)
}

/// The same into `bytes`, of which there are [`decoded_length`] many.
pub(super) fn decode_into(text: &str, bytes: &mut [u8]) -> Option<()> {
    let (eights, rest) = text.as_bytes().as_chunks::<8>();
    let (sixes, tail) = bytes.as_chunks_mut::<6>();
    let mut seen = 0;
    for (characters, six) in eights.iter().zip(sixes) {
        *six = read(characters, &mut seen);
    }
    let mut last = [ZERO; 8];
    last[..rest.len()].copy_from_slice(rest);
    let last = read(&last, &mut seen);
    // A character alone is no byte; what is left over of the last one is no part of any, and has to be zero.
    let (whole, leftover) = last.split_at_checked(tail.len())?;
    if rest.len() % 4 == 1 || leftover.iter().any(|byte| *byte != 0) {
        return None;
    }
    tail.copy_from_slice(whole);
    (seen & FOREIGN == 0).then_some(())
}

/// The six bytes that eight characters stand for. Notes in `seen` if one stands for nothing.
#[inline]
#[expect(clippy::many_single_char_names, reason = "eight characters in a row")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "where they are, each can be loaded by itself")]
fn read(characters: &[u8; 8], seen: &mut u32) -> [u8; 6] {
    let [a, b, c, d, e, f, g, h] = *characters;
    let (upper, lower) = (three(a, b, c, d), three(e, f, g, h));
    *seen |= upper | lower;
    let [bytes @ .., _, _] = ((u64::from(upper) << 24 | u64::from(lower)) << 16).to_be_bytes();
    bytes
}

/// The three bytes that four characters stand for, in a number, and above them [`FOREIGN`] if one stands for nothing.
#[inline]
fn three(first: u8, second: u8, third: u8, fourth: u8) -> u32 {
    let [firsts, seconds, thirds, fourths] = &SEXTETS;
    firsts[usize::from(first)]
        | seconds[usize::from(second)]
        | thirds[usize::from(third)]
        | fourths[usize::from(fourth)]
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The character that stands for zero.
const ZERO: u8 = b'A';

/// What marks a character beyond the alphabet.
const FOREIGN: u32 = 1 << 31;

/// What each character stands for as the first, second, third and fourth of those that make three bytes, where it belongs in
/// them.
static SEXTETS: [[u32; 256]; 4] = {
    let mut sextets = [[FOREIGN; 256]; 4];
    let mut place = 0;
    while place < 4 {
        let mut value = 0;
        while value < 64 {
            sextets[place][ALPHABET[value as usize] as usize] = value << (18 - 6 * place);
            value += 1;
        }
        place += 1;
    }
    sextets
};

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn padding_other_alphabets_blanks_and_leftover_bits_are_refused() {
        for text in
            ["A", "AAAAA", "QQ==", "QQ=", "QR", "QUJ", "+A", "/A", "A A", "QQ\n", "Qé", "Q\0", "====", ".AAA"]
        {
            assert_eq!(decode(text), None, "{text:?}");
        }
        for (text, bytes) in
            [("", &b""[..]), ("QQ", b"A"), ("QUI", b"AB"), ("QUJD", b"ABC"), ("-_-_", b"\xfb\xff\xbf")]
        {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn bytes_are_written_as_the_library_writes_them_and_read_again(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut text = b"before ".to_vec();
            encode_onto(&mut text, &bytes);
            let expected = URL_SAFE_NO_PAD.encode(&bytes);
            prop_assert_eq!(text.strip_prefix(b"before "), Some(expected.as_bytes()));
            prop_assert_eq!(decode(&expected), Some(bytes));
        }

        #[test]
        fn any_text_is_read_as_the_library_reads_it(text in "[A-Za-z0-9_=+/. é-]{0,40}") {
            prop_assert_eq!(decode(&text), URL_SAFE_NO_PAD.decode(&text).ok());
        }
    }
}
