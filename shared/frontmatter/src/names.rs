//! Names by which documents are found, and those that a document's links ask for.

use unicode_normalization::UnicodeNormalization;

use crate::markdown::{Document, Event, Tag};

/// Most names that one document may ask for.
const MAX_REFERENCES: usize = 100;

/// Longest of them, in bytes; a file's name has 255 at most.
const MAX_NAME_BYTES: usize = 512;

/// Names, folded, by which everybody's links lead to their own page.
pub(crate) const OWN_PAGE: [&str; 2] = ["readme", "index"];

/// A name as names are compared: NFC, lower case, no outer space.
pub fn fold(name: &str) -> String {
    name.trim().nfc().collect::<String>().to_lowercase()
}

/// The names that `targets`, which are authors and wikilinks, and relative links to Markdown files ask for, folded,
/// without folders and endings, whether or not there is a document of that name.
pub(crate) fn references(
    document: &Document<'_>,
    targets: impl Iterator<Item = String>,
    handle: &str,
) -> Vec<String> {
    let relative = document.events.iter().filter_map(|(event, _)| match event {
        Event::Start(Tag::Link { dest_url, .. }) => relative(dest_url),
        _ => None,
    });
    let mut references: Vec<String> = Vec::new();
    for target in targets.chain(relative) {
        let target = target.strip_suffix(".md").unwrap_or(&target);
        let name = target.rsplit('/').next().unwrap_or_default();
        // What has a folder may be the address of anybody's document.
        let address = is_address(target).then_some(target);
        for name in address.into_iter().chain([name]).map(fold) {
            let is_own_page = !handle.is_empty() && OWN_PAGE.contains(&name.as_str());
            let name = if is_own_page { handle.to_owned() } else { name };
            let fits = (1..=MAX_NAME_BYTES).contains(&name.len());
            if fits && !references.contains(&name) {
                references.push(name);
            }
        }
        if references.len() >= MAX_REFERENCES {
            break;
        }
    }
    references
}

/// Whether a name has the form of a document's address, `handle/slug`.
pub fn is_address(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.split_once('/')
        .is_some_and(|(handle, slug)| is_part(handle) && is_part(slug))
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

/// Hexadecimal digits that an export puts behind the name of a page.
const EXPORT_ID_DIGITS: usize = 32;

/// A name without the id that an export puts behind it: `Field Report 1f2e3d4c5b6a79880123456789abcdef`.
pub(crate) fn without_export_id(name: &str) -> &str {
    let end = name.len().saturating_sub(EXPORT_ID_DIGITS);
    let Some((before, id)) = name.split_at_checked(end) else {
        return name;
    };
    let is_id = id.len() == EXPORT_ID_DIGITS
        && id
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    let named = before.trim_end_matches([' ', '-', '_']);
    if is_id && !named.is_empty() && named.len() < before.len() {
        named
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_exports_are_no_part_of_a_name() {
        let id = "1f2e3d4c5b6a79880123456789abcdef";
        assert_eq!(
            without_export_id(&format!("Field Report {id}")),
            "Field Report"
        );
        assert_eq!(
            without_export_id(&format!("Field-Report-{id}")),
            "Field-Report"
        );
        for name in [
            id.to_owned(),
            format!("a{id}"),
            "Field Report 1f2e".to_owned(),
            format!("é {id}0"),
        ] {
            assert_eq!(without_export_id(&name), name);
        }
    }

    #[test]
    fn links_ask_for_names() {
        let document = Document::parse(
            "[a](notes/My%20Trip.md#x) [b](OTHER.MARKDOWN) [c](https://e.example/x.md) [d](x.txt) [e](my%20trip.md)\n\n`[f](g.md)`\n",
        );
        let targets = ["Ann", "Folder/K\u{f6}ln", "Ko\u{308}ln", "My trip"].map(str::to_owned);
        assert_eq!(
            references(&document, targets.into_iter(), ""),
            ["ann", "k\u{f6}ln", "my trip", "other"]
        );
    }
}
