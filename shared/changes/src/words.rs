//! Lines that took the place of others, compared word by word.

use std::ops::Range;
use std::time::Instant;

use similar::{Algorithm, DiffOp};
use unicode_segmentation::UnicodeSegmentation as _;

/// A stretch that is the same in both, or of which one took the place of the other: bytes of each. Of what changed one
/// may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) is_same: bool,
    pub(crate) before: Range<usize>,
    pub(crate) after: Range<usize>,
}

impl Piece {
    fn len(&self) -> usize {
        self.before.len().max(self.after.len())
    }
}

/// What became of `old` in `new`, of both kinds in turn.
pub(crate) fn pieces(old: &str, new: &str, until: Instant) -> Vec<Piece> {
    let (old_words, new_words) = (words(old), words(new));
    let operations = similar::capture_diff_slices_deadline(
        Algorithm::Myers,
        &old_words,
        &new_words,
        Some(until),
    );
    let mut joined = Joined {
        new,
        pieces: Vec::new(),
    };
    let (mut at_before, mut at_after) = (0, 0);
    let bytes = |words: &[&str]| -> usize { words.iter().map(|word| word.len()).sum() };
    for operation in operations {
        let (_, before, after) = operation.as_tag_tuple();
        let end_before = at_before + bytes(&old_words[before]);
        let end_after = at_after + bytes(&new_words[after]);
        joined.push(Piece {
            is_same: matches!(operation, DiffOp::Equal { .. }),
            before: at_before..end_before,
            after: at_after..end_after,
        });
        (at_before, at_after) = (end_before, end_after);
    }
    by_lines(old, new, joined.pieces)
}

/// Pieces, with lines that were added or removed whole: a line break that came or went before one that stays is the one that
/// stays, and what stood between them a line of its own. “a[+\nb]\n” becomes “a\n[+b\n]”.
fn by_lines(old: &str, new: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut told: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut push = |piece: Piece| match told.last_mut() {
        Some(last) if last.is_same == piece.is_same => {
            (last.before.end, last.after.end) = (piece.before.end, piece.after.end);
        }
        _ if piece.len() > 0 => told.push(piece),
        _ => {}
    };
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let next = pieces.peek_mut().filter(|next| {
            next.is_same && !piece.is_same && new[next.after.clone()].starts_with('\n')
        });
        let Some(next) = next else {
            push(piece);
            continue;
        };
        let (removed, added) = (&old[piece.before.clone()], &new[piece.after.clone()]);
        let cut = match (line_end(removed), line_end(added)) {
            (None, Some(at)) => Some((removed.len(), at)),
            (Some(at), None) => Some((at, added.len())),
            _ => None,
        };
        let Some((in_removed, in_added)) = cut else {
            push(piece);
            continue;
        };
        let (before, after) = (
            piece.before.start + in_removed,
            piece.after.start + in_added,
        );
        push(Piece {
            is_same: false,
            before: piece.before.start..before,
            after: piece.after.start..after,
        });
        push(Piece {
            is_same: true,
            before: before..before + 1,
            after: after..after + 1,
        });
        (next.before.start, next.after.start) = (next.before.start + 1, next.after.start + 1);
        push(Piece {
            is_same: false,
            before: before + 1..next.before.start,
            after: after + 1..next.after.start,
        });
    }
    told
}

/// Where the first line of a text ends, if it ends with nothing but a line break.
fn line_end(text: &str) -> Option<usize> {
    let at = text.find('\n')?;
    (!text[..at].ends_with('\r')).then_some(at)
}

/// Pieces, without those that are the same by chance: between two that changed, a space that is no longer than either of
/// them, or a word with half of that length, only makes them harder to read. What has the end of a line stays, since rows are
/// told by it.
struct Joined<'a> {
    new: &'a str,
    pieces: Vec<Piece>,
}

impl Joined<'_> {
    fn push(&mut self, piece: Piece) {
        match self.pieces.last_mut() {
            Some(last) if last.is_same == piece.is_same => {
                (last.before.end, last.after.end) = (piece.before.end, piece.after.end);
            }
            _ => self.pieces.push(piece),
        }
        while let [.., first, between, last] = self.pieces.as_mut_slice()
            && between.is_same
            && is_chance(
                &self.new[between.after.clone()],
                first.len().min(last.len()),
            )
        {
            (first.before.end, first.after.end) = (last.before.end, last.after.end);
            self.pieces.truncate(self.pieces.len() - 2);
        }
    }
}

/// Whether a text is the same by chance where this many bytes changed on both of its sides.
fn is_chance(text: &str, changed: usize) -> bool {
    let has_words = text.contains(char::is_alphanumeric);
    let most = if has_words { changed / 2 } else { changed };
    text.len() <= most && !text.contains('\n')
}

/// Words, spaces and marks, as Unicode parts them (UAX 29), but never within a grapheme: it parts letters from signs
/// that are written before them in some scripts.
fn words(text: &str) -> Vec<&str> {
    let starts = text.grapheme_indices(true).map(|(at, _)| at);
    let mut graphemes = starts.chain([text.len()]).peekable();
    let mut words = Vec::new();
    let mut begun = 0;
    for (at, word) in text.split_word_bound_indices() {
        let end = at + word.len();
        while graphemes.next_if(|start| *start < end).is_some() {}
        if graphemes.peek() == Some(&end) {
            words.push(&text[begun..end]);
            begun = end;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn words_are_parted_as_people_read_them_and_graphemes_never() {
        for (text, parted) in [
            (
                "Don’t go, 3.14!",
                &["Don’t", " ", "go", ",", " ", "3.14", "!"][..],
            ),
            ("e\u{301}te\u{301} a", &["e\u{301}te\u{301}", " ", "a"]),
            ("👩‍👩‍👧🇩🇪🇫🇷", &["👩‍👩‍👧", "🇩🇪", "🇫🇷"]),
            ("日本語", &["日", "本", "語"]),
            ("مرحبا بك", &["مرحبا", " ", "بك"]),
            // A sign that is written before a number (U+0600).
            ("\u{600}1 \u{600}", &["\u{600}1", " ", "\u{600}"]),
            ("a\u{600}日", &["a\u{600}日"]),
            ("a\r\n\r\nb", &["a", "\r\n", "\r\n", "b"]),
            ("", &[]),
        ] {
            assert_eq!(words(text), parted, "{text:?}");
        }
    }

    fn told(old: &str, new: &str) -> String {
        let until = Instant::now() + Duration::from_mins(1);
        let pieces = pieces(old, new, until);
        let told = pieces.iter().map(|piece| {
            let (old, new) = (&old[piece.before.clone()], &new[piece.after.clone()]);
            match (piece.is_same, old, new) {
                (true, ..) => new.to_owned(),
                (_, "", new) => format!("[+{new}]"),
                (_, old, "") => format!("[-{old}]"),
                (_, old, new) => format!("[-{old}+{new}]"),
            }
        });
        told.collect()
    }

    #[test]
    fn what_is_the_same_by_chance_is_told_with_what_changed() {
        for (old, new, expected) in [
            (
                "The quick brown fox",
                "The slow brown fox",
                "The [-quick+slow] brown fox",
            ),
            (
                "one two three four",
                "five six seven eight",
                "[-one two three four+five six seven eight]",
            ),
            (
                "Rome by train",
                "Naples by bus",
                "[-Rome+Naples] by [-train+bus]",
            ),
            (
                "everything is gone",
                "nothingness is back",
                "[-everything+nothingness] is [-gone+back]",
            ),
            (
                "tomatoes in Augsburg",
                "potatoes in Duesseldorf",
                "[-tomatoes in Augsburg+potatoes in Duesseldorf]",
            ),
            ("a to b", "x to y", "[-a+x] to [-b+y]"),
            (
                "- apples\n- pears\n",
                "- plums\n- cherries\n",
                "- [-apples+plums]\n- [-pears+cherries]\n",
            ),
            ("word", "word.", "word[+.]"),
            (
                "- cheese\n",
                "- olives\n\nIt rained.\n",
                "- [-cheese+olives]\n[+\nIt rained.\n]",
            ),
            ("one\ntwo\n", "one\n", "one\n[-two\n]"),
            ("one\n", "two\n\none\n", "[+two\n\n]one\n"),
            ("one two", "one\ntwo", "one[- +\n]two"),
            ("same", "same", "same"),
            ("Cafe\u{301}", "Cafe", "[-Cafe\u{301}+Cafe]"),
            ("🇩🇪🇫🇷", "🇩🇪🇫🇮", "🇩🇪[-🇫🇷+🇫🇮]"),
        ] {
            assert_eq!(told(old, new), expected, "{old:?} {new:?}");
        }
    }
}
