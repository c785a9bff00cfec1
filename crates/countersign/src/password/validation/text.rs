//! How Python looks at characters, where Rust's standard library looks at them otherwise.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// `str.isdigit`: what has a value as a digit (`Numeric_Type` is `Decimal` or `Digit`).
pub(super) fn is_digit(char: char) -> bool {
    char.general_category() == GeneralCategory::DecimalNumber
        || OTHER_DIGITS.iter().any(|(first, last)| (*first..=*last).contains(&char))
}

/// `\w` of the module `re`: letters and numbers, not the marks upon them, and the low line.
pub(super) fn is_word(char: char) -> bool {
    let group = char.general_category_group();
    char == '_' || matches!(group, GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number)
}

/// `str.strip`: Python takes the four separators of ASCII for blanks too.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(|char: char| char.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&char))
}

/// `Numeric_Type=Digit` (UAX #44, `extracted/DerivedNumericType.txt`): superscripts, circled digits and their kin.
/// Unicode adds no more to them.
const OTHER_DIGITS: [(char, char); 20] = [
    ('\u{b2}', '\u{b3}'),
    ('\u{b9}', '\u{b9}'),
    ('\u{1369}', '\u{1371}'),
    ('\u{19da}', '\u{19da}'),
    ('\u{2070}', '\u{2070}'),
    ('\u{2074}', '\u{2079}'),
    ('\u{2080}', '\u{2089}'),
    ('\u{2460}', '\u{2468}'),
    ('\u{2474}', '\u{247c}'),
    ('\u{2488}', '\u{2490}'),
    ('\u{24ea}', '\u{24ea}'),
    ('\u{24f5}', '\u{24fd}'),
    ('\u{24ff}', '\u{24ff}'),
    ('\u{2776}', '\u{277e}'),
    ('\u{2780}', '\u{2788}'),
    ('\u{278a}', '\u{2792}'),
    ('\u{10a40}', '\u{10a43}'),
    ('\u{10e60}', '\u{10e68}'),
    ('\u{11052}', '\u{1105a}'),
    ('\u{1f100}', '\u{1f10a}'),
];
