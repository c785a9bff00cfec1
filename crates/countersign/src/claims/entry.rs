//! Where a claim stands in the text of its set.

use std::borrow::Cow;

use super::parse::MalformedClaims;

/// A claim: its name and its value, both parts of the set's text.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) tag: Tag,
    pub(super) name: Place,
    pub(super) value: Place,
}

impl Entry {
    #[inline]
    pub(super) fn new(text: &str, name: Place, value: Place) -> Self {
        Self { tag: Tag::of_bytes(name.bytes_of(text)), name, value }
    }

    pub(super) fn is_named(&self, tag: Tag, name: &str, text: &str) -> bool {
        self.tag == tag && self.name.bytes_of(text) == name.as_bytes()
    }

    pub(super) fn is_named_like(&self, other: &Self, text: &str) -> bool {
        self.tag == other.tag && self.name.bytes_of(text) == other.name.bytes_of(text)
    }
}

/// A part of a text of less than four gigabytes, from one byte up to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    start: u32,
    end: u32,
}

impl Place {
    /// # Panics
    ///
    /// When the text is too long.
    #[expect(
        clippy::expect_used,
        reason = "whoever parses a longer text refuses it, and nobody sets a claim so large"
    )]
    pub(super) fn new(start: usize, end: usize) -> Self {
        let short = |offset| u32::try_from(offset).expect("a claims set has less than four gigabytes");
        Self { start: short(start), end: short(end) }
    }

    #[inline]
    pub(super) fn within(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }

    /// The same, without a look at where characters begin.
    #[inline]
    fn bytes_of(self, text: &str) -> &[u8] {
        &text.as_bytes()[self.start as usize..self.end as usize]
    }

    /// Without the quotation marks around a string.
    pub(super) fn unquoted(self) -> Self {
        Self { start: self.start + 1, end: self.end - 1 }
    }

    /// What stands here between two quotation marks, as it reads.
    pub(super) fn unescaped(self, text: &str) -> Result<Cow<'_, str>, MalformedClaims> {
        let spelled = self.within(text);
        if !spelled.contains('\\') {
            return Ok(Cow::Borrowed(spelled));
        }
        let quoted = Self { start: self.start - 1, end: self.end + 1 };
        serde_json::from_str(quoted.within(text))
            .map(Cow::Owned)
            .map_err(|_| MalformedClaims::at(self.start as usize, "a name is no text"))
    }
}

/// What tells most names apart at a glance: their length and three of their bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag(u32);

impl Tag {
    #[inline]
    pub(super) fn of(name: &str) -> Self {
        Self::of_bytes(name.as_bytes())
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a tag says little about a long name")]
    fn of_bytes(bytes: &[u8]) -> Self {
        let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
        let length = bytes.len();
        Self(u32::from_le_bytes([length as u8, at(0), at(length / 2), at(length.wrapping_sub(1))]))
    }
}
