//! Files that people send in the place of text, told by what is in them: a name says little, and what to do
//! next depends on the kind. Uploads and previews refuse them alike; what is stored already is converted, whatever it is.

use serde::Deserialize;

/// A kind of file, and what its author can do.
struct Kind {
    /// What such a file begins with.
    begins: &'static [u8],
    /// What it holds further on, one of these; nothing where the beginning says it all.
    holds: &'static [&'static [u8]],
    advice: &'static str,
}

const WORD: &str = "This is a Word document. Save it as plain text in UTF-8, or convert it to Markdown, and send that.";
const ARCHIVE: &str = "This is an archive. Unpack it, and send the Markdown file that is in it.";
const PICTURE: &str =
    "This is a picture. It can be your profile picture, but a document has to be text.";
const WEB_PAGE: &str =
    "This is a web page. Convert it to Markdown, or save its text as plain text, and send that.";
const NOTEBOOK: &str = "This is a Jupyter notebook. Export it as Markdown, from the notebook’s File menu, and send that.";
const ZIP: &[u8] = b"PK\x03\x04";

/// The first that fits counts. The names in an archive stand in it as they are.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    Kind { begins: ZIP, holds: &[b"word/document.xml"], advice: WORD },
    Kind { begins: ZIP, holds: &[b"Index/Document.iwa"], advice: "This is a Pages document. In Pages, export it as plain text, and send that." },
    Kind { begins: ZIP, holds: &[b"application/vnd.oasis.opendocument"], advice: "This is an OpenDocument file, as LibreOffice writes it. Save it as plain text in UTF-8, and send that." },
    Kind { begins: ZIP, holds: &[b"xl/workbook.xml", b"ppt/presentation.xml"], advice: "This is an Office document. Save its text as plain text in UTF-8, and send that." },
    Kind { begins: ZIP, holds: &[], advice: ARCHIVE },
    Kind { begins: b"\x1f\x8b", holds: &[], advice: ARCHIVE },
    Kind { begins: b"7z\xbc\xaf", holds: &[], advice: ARCHIVE },
    Kind { begins: b"Rar!\x1a\x07", holds: &[], advice: ARCHIVE },
    Kind { begins: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", holds: &[], advice: WORD },
    Kind { begins: b"%PDF-", holds: &[], advice: "This is a PDF. Send the text that it was made from, as Markdown or plain text." },
    Kind { begins: b"{\\rtf", holds: &[], advice: "This is rich text (RTF). Save it as plain text in UTF-8, and send that." },
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
pub fn advice(bytes: &[u8]) -> Option<&'static str> {
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
        return Some(kind.advice);
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
