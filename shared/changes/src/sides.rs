//! A version as text that can be compared.

use frontmatter::Reject;
use serde::Serialize;

/// One of the two versions.
#[derive(Debug)]
pub struct Side {
    pub id: String,
    /// Its lines end with `\n`, whatever they end with in the file: else a file that was saved by another program
    /// would differ in every line, and nobody would see in what.
    pub text: String,
    pub(crate) encoding: &'static str,
    pub(crate) line_ends: LineEnds,
}

/// What the lines of a file end with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LineEnds {
    /// There is one line.
    None,
    Lf,
    Crlf,
    Mixed,
}

impl Side {
    /// # Errors
    /// The bytes are no text.
    pub fn read(id: String, bytes: &[u8]) -> Result<Self, Reject> {
        let text = frontmatter::decode(bytes)?;
        let line_ends = LineEnds::of(&text);
        Ok(Self {
            id,
            text: match line_ends {
                LineEnds::Crlf | LineEnds::Mixed => text.replace("\r\n", "\n"),
                LineEnds::None | LineEnds::Lf => text.into_owned(),
            },
            encoding: match bytes {
                [0xff, 0xfe, ..] => "utf-16le",
                [0xfe, 0xff, ..] => "utf-16be",
                [0xef, 0xbb, 0xbf, ..] => "utf-8-bom",
                _ => "utf-8",
            },
            line_ends,
        })
    }
}

impl LineEnds {
    fn of(text: &str) -> Self {
        let all = text.bytes().filter(|byte| *byte == b'\n').count();
        match text.matches("\r\n").count() {
            0 if all == 0 => Self::None,
            0 => Self::Lf,
            crlf if crlf == all => Self::Crlf,
            _ => Self::Mixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_encodings_are_told_and_taken_out_of_the_text() {
        let utf_16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        for (bytes, text, encoding, line_ends) in [
            (b"a".to_vec(), "a", "utf-8", LineEnds::None),
            (b"a\nb\n".to_vec(), "a\nb\n", "utf-8", LineEnds::Lf),
            (
                b"\xef\xbb\xbfa\r\nb".to_vec(),
                "a\nb",
                "utf-8-bom",
                LineEnds::Crlf,
            ),
            (
                b"a\r\nb\nc\rd".to_vec(),
                "a\nb\nc\rd",
                "utf-8",
                LineEnds::Mixed,
            ),
            (
                utf_16("\u{feff}Größe\r\n", u16::to_le_bytes),
                "Größe\n",
                "utf-16le",
                LineEnds::Crlf,
            ),
            (
                utf_16("\u{feff}日本\n", u16::to_be_bytes),
                "日本\n",
                "utf-16be",
                LineEnds::Lf,
            ),
        ] {
            let side = Side::read("id".to_owned(), &bytes).unwrap();
            let read = (side.text.as_str(), side.encoding, side.line_ends);
            assert_eq!(read, (text, encoding, line_ends));
        }
        for bytes in [&b"\xff"[..], b"a\n\xc3", b"\xff\xfea", b"\xfe\xff\xd8\x00"] {
            assert!(Side::read("id".to_owned(), bytes).is_err(), "{bytes:?}");
        }
    }
}
