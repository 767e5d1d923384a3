//! The marker of a callout, `[!note]- Title`, as the plugins of the npm package read it.

use languages::{Language, word};

/// What a quotation begins with that is a callout.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Marker<'a> {
    /// In lower case.
    pub(crate) kind: String,
    /// Whether it folds, and if so whether it is open.
    pub(crate) folds: Option<bool>,
    /// What follows the marker.
    pub(crate) rest: &'a str,
}

impl<'a> Marker<'a> {
    /// Reads the first text of a quotation; `None` where the quotation is no callout.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (kind, rest) = text.strip_prefix("[!")?.split_once(']')?;
        if kind.is_empty() || kind.contains(['|', '\n']) {
            return None;
        }
        let (folds, rest) = match rest.as_bytes().first() {
            Some(b'+') => (Some(true), &rest[1..]),
            Some(b'-') => (Some(false), &rest[1..]),
            _ => (None, rest),
        };
        Some(Self {
            kind: kind.trim().to_lowercase(),
            folds,
            rest: rest.trim_start_matches([' ', '\t']),
        })
    }

    /// The title of a callout that has none of its own, in the document's language: the npm package's, from the same table. A
    /// kind that has no word is called as it is written.
    pub(crate) fn title(&self, language: Language) -> String {
        if let Some(word) = word(&format!("markdown.callout.{}", self.kind), language) {
            return word.to_owned();
        }
        let mut letters = self.kind.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_read() {
        let read = |text| Marker::read(text).map(|marker| (marker.kind, marker.folds, marker.rest));
        let is = |kind: &str, folds, rest| Some((kind.to_owned(), folds, rest));
        assert_eq!(read("[!NOTE]"), is("note", None, ""));
        assert_eq!(read("[!tip]- A title"), is("tip", Some(false), "A title"));
        assert_eq!(read("[!my own]+ x"), is("my own", Some(true), "x"));
        for none in ["[!]", "[!a|b]", "[note]", "a [!note]", "[!note"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn a_callout_without_a_title_is_called_in_the_language_of_its_document() {
        let title = |text, lang| Marker::read(text).unwrap().title(Language::of(lang));
        assert_eq!(title("[!NOTE]", "en"), "Note");
        assert_eq!(title("[!tip]", "de-AT"), "Tipp");
        assert_eq!(title("[!warning]-", "ja"), "警告");
        assert_eq!(title("[!note]", "tlh"), "Note");
        for lang in ["en", "de"] {
            assert_eq!(title("[!ärger]", lang), "Ärger");
            assert_eq!(title("[!constructor]", lang), "Constructor");
            assert_eq!(title("[!a.b]", lang), "A.b");
        }
    }
}
