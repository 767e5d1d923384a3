//! The marker of a callout, `[!note]- Title`, as the plugins of the npm package read it.

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

    /// The title of a callout that has none of its own.
    pub(crate) fn title(&self) -> String {
        let mut letters = self.kind.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Marker;

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
        assert_eq!(Marker::read("[!ärger]").unwrap().title(), "Ärger");
    }
}
