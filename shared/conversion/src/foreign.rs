//! Files that people send in the place of text, told by what is in them: a name says little, and what to do
//! next depends on the kind. Uploads and previews refuse them alike; what is stored already is converted, whatever it is.

use languages::{Sentence, sentence};
use serde::Deserialize;

/// A kind of file, and what its author can do.
struct Kind {
    /// What such a file begins with.
    begins: &'static [u8],
    /// What it holds further on, one of these; nothing where the beginning says it all.
    holds: &'static [&'static [u8]],
    advice: Sentence,
}

const WORD: Sentence = sentence!("reason.document_is_word");
const ARCHIVE: Sentence = sentence!("reason.document_is_archive");
const PICTURE: Sentence = sentence!("reason.document_is_picture");
const WEB_PAGE: Sentence = sentence!("reason.document_is_web_page");
const NOTEBOOK: Sentence = sentence!("reason.document_is_notebook");
const ZIP: &[u8] = b"PK\x03\x04";

/// The first that fits counts. The names in an archive stand in it as they are.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    Kind { begins: ZIP, holds: &[b"word/document.xml"], advice: WORD },
    Kind { begins: ZIP, holds: &[b"Index/Document.iwa"], advice: sentence!("reason.document_is_pages") },
    Kind { begins: ZIP, holds: &[b"application/vnd.oasis.opendocument"], advice: sentence!("reason.document_is_open_document") },
    Kind { begins: ZIP, holds: &[b"xl/workbook.xml", b"ppt/presentation.xml"], advice: sentence!("reason.document_is_office") },
    Kind { begins: ZIP, holds: &[], advice: ARCHIVE },
    Kind { begins: b"\x1f\x8b", holds: &[], advice: ARCHIVE },
    Kind { begins: b"7z\xbc\xaf", holds: &[], advice: ARCHIVE },
    Kind { begins: b"Rar!\x1a\x07", holds: &[], advice: ARCHIVE },
    Kind { begins: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", holds: &[], advice: WORD },
    Kind { begins: b"%PDF-", holds: &[], advice: sentence!("reason.document_is_pdf") },
    Kind { begins: b"{\\rtf", holds: &[], advice: sentence!("reason.document_is_rich_text") },
    Kind { begins: b"\x89PNG", holds: &[], advice: PICTURE },
    Kind { begins: b"\xff\xd8\xff", holds: &[], advice: PICTURE },
    Kind { begins: b"GIF8", holds: &[b"\0"], advice: PICTURE },
    Kind { begins: b"RIFF", holds: &[b"WEBPVP8"], advice: PICTURE },
    Kind { begins: b"<!doctype html", holds: &[], advice: WEB_PAGE },
    // Some READMEs begin with this tag, and are Markdown all the same.
    Kind { begins: b"<html", holds: &[b"<head", b"<HEAD", b"<body", b"<BODY"], advice: WEB_PAGE },
];

/// What a notebook says of itself; everything else in it is passed over.
#[derive(Deserialize)]
struct Notebook {
    #[serde(rename = "nbformat")]
    _format: u64,
}

/// What to say of a file that isn't text, or is the source of another program.
pub fn advice(bytes: &[u8]) -> Option<Sentence> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = text.trim_ascii_start();
    let kind = KINDS.iter().find(|kind| {
        let beginning = text.get(..kind.begins.len()).unwrap_or_default();
        beginning.eq_ignore_ascii_case(kind.begins)
            && (kind.holds.is_empty()
                || kind
                    .holds
                    .iter()
                    .any(|held| memchr::memmem::find(text, held).is_some()))
    });
    if let Some(kind) = kind {
        return Some(kind.advice.clone());
    }
    let is_notebook = text.starts_with(b"{") && serde_json::from_slice::<Notebook>(text).is_ok();
    is_notebook.then_some(NOTEBOOK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_whatever_it_speaks_of() {
        for text in [
            "# PDF\n\nA file begins with %PDF-1.7.\n",
            "PK is short for public key.\n",
            "<h1 align=\"center\">Hello</h1>\n",
            "<html>\n\n# Hello\n",
            "<!-- comment -->\n# Hello\n",
            "{\"nbformat\": \"in words\"}\n",
            "{ a: 1 }\n",
            "GIF89a is a format.\n",
            "RIFF is a format.\n",
            "",
        ] {
            assert_eq!(advice(text.as_bytes()), None, "{text}");
        }
    }
}
