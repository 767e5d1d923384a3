//! What stands in a source at all, told once: rules ask it before they look through the source for their marks.

use crate::markdown::edits::Edit;

/// Which bytes may stand side by side in a source: told by their lower seven bits, which part what is ASCII.
#[derive(Debug, Clone)]
pub(super) struct Pairs(Box<[bool; 1 << 14]>);

impl Pairs {
    pub(super) fn of(source: &str) -> Self {
        let mut pairs = Self(Box::new([false; 1 << 14]));
        pairs.add(source.as_bytes());
        pairs
    }

    /// Those of the source after edits, and of what these took away: they are few as a rule.
    pub(super) fn edited(mut self, source: &str, edits: &[Edit]) -> Self {
        let (mut grown, mut shrunk) = (0, 0);
        for edit in edits {
            let start = edit.range.start + grown - shrunk;
            let end = start + edit.replacement.len();
            let changed = start.saturating_sub(1)..source.len().min(end + 1);
            self.add(source.as_bytes().get(changed).unwrap_or_default());
            grown += edit.replacement.len();
            shrunk += edit.range.len();
        }
        self
    }

    fn add(&mut self, text: &[u8]) {
        let mut place = 0;
        for byte in text {
            place = Self::place(place, *byte);
            if let Some(seen) = self.0.get_mut(place) {
                *seen = true;
            }
        }
    }

    pub(super) fn may_have(&self, first: u8, second: u8) -> bool {
        let place = Self::place(usize::from(first), second);
        self.0.get(place).copied().unwrap_or(true)
    }

    /// The place of a byte behind another one, or behind the place of that.
    fn place(before: usize, byte: u8) -> usize {
        (before << 7 | usize::from(byte & 0x7f)) & 0x3fff
    }
}

/// How often a source has each byte.
#[derive(Debug, Clone)]
pub(super) struct Bytes([usize; 256]);

impl Bytes {
    pub(super) fn of(source: &str) -> Self {
        let mut bytes = Self([0; 256]);
        for byte in source.bytes() {
            bytes.change(byte, 1);
        }
        bytes
    }

    /// Those of the source after edits, which are few as a rule.
    pub(super) fn edited(mut self, source: &str, edits: &[Edit]) -> Self {
        for edit in edits {
            let old = source.get(edit.range.clone()).unwrap_or_default();
            old.bytes().for_each(|byte| self.change(byte, usize::MAX));
            let new = edit.replacement.bytes();
            new.for_each(|byte| self.change(byte, 1));
        }
        self
    }

    fn change(&mut self, byte: u8, by: usize) {
        if let Some(count) = self.0.get_mut(usize::from(byte)) {
            *count = count.wrapping_add(by);
        }
    }

    pub(super) fn have(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_none_or(|count| *count > 0)
    }
}
