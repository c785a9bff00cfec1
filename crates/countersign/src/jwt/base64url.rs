//! Base64url without padding (RFC 7515 §2, RFC 4648 §5), read strictly: every byte string has one spelling.

/// How many bytes a text of this length stands for.
pub(super) const fn decoded_length(text: usize) -> usize {
    text / 4 * 3 + text % 4 * 3 / 4
}

/// The bytes that `text` stands for; `None` for what is not base64url in its one spelling.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; decoded_length(text.len())];
    decode_into(text, &mut bytes)?;
    Some(bytes)
}

/// The same into `bytes`, of which there are [`decoded_length`] many.
pub(super) fn decode_into(text: &str, bytes: &mut [u8]) -> Option<()> {
    let (fours, rest) = text.as_bytes().as_chunks::<4>();
    let (threes, tail) = bytes.as_chunks_mut::<3>();
    let mut seen = 0;
    for (four, three) in fours.iter().zip(threes) {
        let [a, b, c, d] = four.map(sextet);
        seen |= a | b | c | d;
        *three = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    // What is left over of the last character is no part of any byte, and has to be zero.
    let leftover = match (rest, tail) {
        ([], []) => 0,
        ([a, b], [first]) => {
            let [a, b] = [*a, *b].map(sextet);
            seen |= a | b;
            *first = a << 2 | b >> 4;
            b & 0b1111
        }
        ([a, b, c], [first, second]) => {
            let [a, b, c] = [*a, *b, *c].map(sextet);
            seen |= a | b | c;
            (*first, *second) = (a << 2 | b >> 4, b << 4 | c >> 2);
            c & 0b11
        }
        _ => return None,
    };
    (seen & NONE_OF_THEM == 0 && leftover == 0).then_some(())
}

const fn sextet(character: u8) -> u8 {
    SEXTETS[character as usize]
}

/// The bits that only a character beyond the alphabet has.
const NONE_OF_THEM: u8 = 0b1100_0000;

const SEXTETS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut sextets = [u8::MAX; 256];
    let mut value = 0;
    while value < 64 {
        sextets[alphabet[value as usize] as usize] = value;
        value += 1;
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
        fn whatever_is_encoded_is_decoded(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(decode(&URL_SAFE_NO_PAD.encode(&bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_read_as_the_library_reads_it(text in "[A-Za-z0-9_=+/. é-]{0,40}") {
            prop_assert_eq!(decode(&text), URL_SAFE_NO_PAD.decode(&text).ok());
        }
    }
}
