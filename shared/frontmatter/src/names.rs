//! Names by which documents are found, and those that a document's links ask for.

use unicode_normalization::UnicodeNormalization;

use crate::clean::WikiLink;
use crate::document::{Document, Event, Tag};

/// Most names that one document may ask for.
const MAX_REFERENCES: usize = 100;

/// Longest of them, in bytes; a file's name has 255 at most.
const MAX_NAME_BYTES: usize = 512;

/// A name as names are compared: NFC, lower case, no outer space.
pub fn fold(name: &str) -> String {
    name.trim().nfc().collect::<String>().to_lowercase()
}

/// The names that wikilinks and relative links to Markdown files ask for, folded, without folders
/// and endings, whether or not there is a document of that name.
pub(crate) fn references(document: &Document<'_>, wiki: &[WikiLink]) -> Vec<String> {
    let events = document.events.iter().take_while(|_| document.has("["));
    let relative = events.filter_map(|(event, _)| match event {
        Event::Start(Tag::Link { dest_url, .. }) => relative(dest_url),
        _ => None,
    });
    let mut references: Vec<String> = Vec::new();
    for target in wiki.iter().map(|link| link.target.clone()).chain(relative) {
        let name = target.rsplit('/').next().unwrap_or_default();
        let name = fold(name.strip_suffix(".md").unwrap_or(name));
        let fits = (1..=MAX_NAME_BYTES).contains(&name.len());
        if fits && !references.contains(&name) {
            references.push(name);
        }
        if references.len() == MAX_REFERENCES {
            break;
        }
    }
    references
}

/// The path of a Markdown file without its ending; `None` where it has another.
pub(crate) fn without_markdown_ending(path: &str) -> Option<&str> {
    [".md", ".markdown"].into_iter().find_map(|ending| {
        let (stem, found) = path.split_at_checked(path.len().checked_sub(ending.len())?)?;
        found.eq_ignore_ascii_case(ending).then_some(stem)
    })
}

/// The path of a relative link to a Markdown file, without its ending.
fn relative(url: &str) -> Option<String> {
    let end = memchr::memchr2(b'?', b'#', url.as_bytes()).unwrap_or(url.len());
    let path = url.get(..end)?;
    let stem = without_markdown_ending(path)?;
    (!stem.contains(':') && !stem.starts_with("//")).then(|| {
        percent_encoding::percent_decode_str(stem)
            .decode_utf8_lossy()
            .into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_ask_for_names() {
        let document = Document::parse(
            "[a](notes/My%20Trip.md#x) [b](OTHER.MARKDOWN) [c](https://e.example/x.md) [d](x.txt) [e](my%20trip.md)\n\n`[f](g.md)`\n",
        );
        let wiki = ["Folder/K\u{f6}ln", "Ko\u{308}ln", "My trip"].map(|target| WikiLink {
            target: target.to_owned(),
            heading: None,
            text: None,
            embed: false,
            resolved: false,
        });
        assert_eq!(
            references(&document, &wiki),
            ["k\u{f6}ln", "my trip", "other"]
        );
    }
}
