//! From bytes to text: UTF-16 with a mark, strict UTF-8 otherwise (2.1.1), NUL and disputed white space replaced (2.1.2).

use std::borrow::Cow;
use std::fmt;

use languages::{Sentence, sentence};

use crate::marks;
use crate::prose::is_invisible;
use crate::report::Warning;
use crate::warnings::Code;

/// Largest README, in bytes.
pub const MAX_README_BYTES: usize = 1024 * 1024;

/// Why a file can't be converted at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reject {
    TooLarge,
    NotUtf8 {
        /// Bytes before the first that can't be read.
        offset: usize,
        /// 1-based.
        line: usize,
    },
}

impl Reject {
    /// What the author is told.
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::TooLarge => sentence!("reason.document_too_large"),
            Self::NotUtf8 { line, .. } => sentence!("reason.document_not_utf8", line = *line),
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for Reject {}

/// A document as text.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    pub(crate) content: Cow<'a, str>,
    /// The first line break of the document that Astro takes for one, `\n` where there is none.
    pub(crate) eol: &'static str,
    pub(crate) warnings: Vec<Warning>,
    /// Where a joiner stands that its author didn't write, as line and column.
    joiners: Vec<(usize, usize)>,
}

impl Text<'_> {
    /// Has warnings about the text tell the columns of its author's.
    pub(crate) fn bring_back(&self, warnings: &mut [Warning]) {
        if self.joiners.is_empty() {
            return;
        }
        for warning in warnings {
            let line = warning.line;
            let first = self.joiners.partition_point(|(at, _)| *at < line);
            let end = (line, warning.column);
            let until = self.joiners.partition_point(|joiner| *joiner < end);
            warning.column -= until.saturating_sub(first);
        }
    }
}

pub(crate) fn read(input: &[u8]) -> Result<Text<'_>, Reject> {
    if input.len() > MAX_README_BYTES {
        return Err(Reject::TooLarge);
    }
    let mut warnings = Vec::new();
    let text = decode(input)?;
    if matches!(text, Cow::Owned(_)) {
        warnings.push(Code::TranscodedUtf16.at(1, 1, ""));
    }
    let text = match memchr::memchr(0, text.as_bytes()) {
        Some(at) => {
            let (line, column) = position(&text, at);
            warnings.push(Code::NulReplaced.at(line, column, ""));
            Cow::Owned(text.replace('\0', "\u{fffd}"))
        }
        None => text,
    };
    let text = without_invisible_start(text);
    let text = without_disputed_spaces(text);
    let broken = marks::broken(Cow::Borrowed(&*text));
    let (text, joiners) = match broken {
        Cow::Borrowed(_) => (text, Vec::new()),
        Cow::Owned(broken) => {
            let joiners = joiners(&text, &broken);
            (Cow::Owned(broken), joiners)
        }
    };
    let eol = eol(&text);
    Ok(Text {
        content: text,
        eol,
        warnings,
        joiners,
    })
}

/// Where joiners were put into a text, as line and column, in order.
fn joiners(text: &str, broken: &str) -> Vec<(usize, usize)> {
    let mut before = text.chars().peekable();
    let mut joiners = Vec::new();
    let (mut line, mut column) = (1, 1);
    for c in broken.chars() {
        if c == marks::WORD_JOINER && before.peek() != Some(&c) {
            joiners.push((line, column));
        } else {
            before.next();
        }
        (line, column) = if c == '\n' {
            (line + 1, 1)
        } else {
            (line, column + 1)
        };
    }
    joiners
}

/// A file's text as its author wrote it, without a byte order mark. Owned where it was UTF-16.
///
/// # Errors
/// [`Reject::NotUtf8`] where the bytes are neither UTF-8 nor UTF-16 with a mark.
pub fn decode(input: &[u8]) -> Result<Cow<'_, str>, Reject> {
    let unmarked = |text: String| match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => Cow::Owned(text),
    };
    match input {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes).map(unmarked),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes).map(unmarked),
        _ => {
            let text = std::str::from_utf8(input);
            let text = text.map_err(|error| not_utf8(input, error.valid_up_to()))?;
            let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
            Ok(Cow::Borrowed(text))
        }
    }
}

/// The text from a fence on, where nothing stands before it that anybody sees: no reader would find the block.
fn without_invisible_start(text: Cow<'_, str>) -> Cow<'_, str> {
    let start = text.trim_start_matches(|c: char| is_invisible(c) || c.is_whitespace());
    let before = text.get(..text.len() - start.len()).unwrap_or_default();
    let is_block = ["---", "+++", "{"]
        .iter()
        .any(|fence| start.starts_with(fence));
    if !is_block || !before.contains(is_invisible) {
        return text;
    }
    Cow::Owned(text.replacen(
        is_invisible,
        "",
        before.chars().filter(|c| is_invisible(*c)).count(),
    ))
}

/// White space to some readers, which end a tag's line with it, and part of a word to others.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// White space that ends a line, begins a block or is part of a word, depending on who reads.
const DISPUTED_SPACES: [char; 5] = ['\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// The text with a space for each of these, in code as well: what is code for one reader may be structure for another.
/// Byte order marks in the middle of it show nothing, and go.
fn without_disputed_spaces(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let may_have = memchr::memchr2(0xb, 0xc, bytes).is_some()
        || memchr::memmem::find(bytes, b"\xc2\x85").is_some()
        || memchr::memmem::find(bytes, b"\xe2\x80\xa8").is_some()
        || memchr::memmem::find(bytes, b"\xe2\x80\xa9").is_some()
        || memchr::memmem::find(bytes, b"\xef\xbb\xbf").is_some();
    if !may_have {
        return text;
    }
    Cow::Owned(
        text.replace(BYTE_ORDER_MARK, "")
            .replace(DISPUTED_SPACES, " "),
    )
}

/// 1-based line and column, the column in Unicode scalar values, of a byte offset.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (
        line,
        before.get(line_start..).unwrap_or_default().chars().count() + 1,
    )
}

fn eol(text: &str) -> &'static str {
    // A carriage return alone ends no line for Astro, which would not find the block.
    match memchr::memchr(b'\n', text.as_bytes()).and_then(|at| text.get(..at)) {
        Some(line) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Reject> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(Reject::NotUtf8 {
            offset: bytes.len(),
            line: 1,
        }),
    }
}

fn not_utf8(input: &[u8], offset: usize) -> Reject {
    let before = input.get(..offset).unwrap_or_default();
    Reject::NotUtf8 {
        offset,
        line: memchr::memchr_iter(b'\n', before).count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_encodings() {
        assert_eq!(read("\u{feff}a".as_bytes()).unwrap().content, "a");
        assert_eq!(read(b"\xff\xfea\0").unwrap().content, "a");
        assert_eq!(read(b"\xfe\xff\0a").unwrap().content, "a");
        assert_eq!(read(b"a\0b").unwrap().content, "a\u{fffd}b");
        assert_eq!(
            read("a\u{b}b\u{c}\u{85}c\u{2028}d\u{2029}é–…".as_bytes())
                .unwrap()
                .content,
            "a b  c d é–…"
        );
        assert_eq!(
            read(b"ab\n\xff").unwrap_err(),
            Reject::NotUtf8 { offset: 3, line: 2 }
        );
        assert!(read(b"\xff\xfea").is_err() && read(b"\xff\xfe\x00\xd8").is_err());
        assert_eq!(
            read(&vec![b'a'; MAX_README_BYTES + 1]).unwrap_err(),
            Reject::TooLarge
        );
    }

    #[test]
    fn the_first_line_break_decides() {
        for (input, eol) in [
            ("a\r\nb\n", "\r\n"),
            ("a\nb\r\n", "\n"),
            ("a\rb", "\n"),
            ("a\rb\r\n", "\r\n"),
            ("a", "\n"),
        ] {
            assert_eq!(read(input.as_bytes()).unwrap().eol, eol);
        }
    }

    #[test]
    fn positions_are_one_based() {
        assert_eq!(
            (position("é\nab", 0), position("é\nab", 4)),
            ((1, 1), (2, 2))
        );
    }
}
