//! Slugs and entry ids: from the upload's name alone, never from the document (2.8).

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use crate::dates;
use crate::names::without_export_id;
use crate::slugger;

/// The slug of the member's own page, which no other file can take.
const OWN_PAGE: &str = "readme";
/// Longest slug, in bytes.
const MAX_SLUG_BYTES: usize = 80;
/// Names that a site, a theme or a file system keeps for itself.
const RESERVED: [&str; 34] = [
    "index", "readme", "404", "500", "api", "admin", "tags", "page", "search", "rss", "sitemap",
    "assets", "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
    "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];
const MARKDOWN: [&str; 5] = ["md", "markdown", "mdown", "mkd", "mdx"];
/// Endings of other text.
const TEXT: [&str; 2] = ["txt", "text"];

/// The slug of an upload: of the form's `slug` field where there is one, else of the file's name.
///
/// `readme` for the member's own page (`README` and `index`, in any case, without a `slug` field).
/// Otherwise 1 to 80 bytes of `[a-z0-9-]` that are neither reserved nor `readme`.
pub fn for_upload(file_name: &str, given: Option<&str>) -> String {
    match given {
        Some(given) => from_stem(&given.nfc().collect::<String>()),
        None if is_own_page(file_name) => OWN_PAGE.to_owned(),
        None => from_stem(&file_stem(file_name)),
    }
}

/// The slug of an upload that lies in the folder `path`: as [`for_upload`] makes it, but `README` and `index` in a folder
/// have that of the folder's name. At the top `path` is empty.
pub fn in_folder(path: &str, file_name: &str, given: Option<&str>) -> String {
    match folder_name(path) {
        Some(folder) if given.is_none() && is_own_page(file_name) => from_stem(folder),
        _ => for_upload(file_name, given),
    }
}

/// What a document is called by its place: `README` and `index` in a folder as the folder, others as their file without its
/// ending.
pub fn called(path: &str, file_name: &str) -> String {
    match folder_name(path) {
        Some(folder) if is_own_page(file_name) => folder.to_owned(),
        _ => file_stem(file_name),
    }
}

/// The own name of the folder at `path`, the last of it; `None` at the top.
fn folder_name(path: &str) -> Option<&str> {
    path.rsplit('/').next().filter(|name| !name.is_empty())
}

/// Whether a file of this name is the page of what it lies in: at the top its member's own, in a folder that of the folder.
pub fn is_own_page(file_name: &str) -> bool {
    let stem = file_stem(file_name);
    stem.eq_ignore_ascii_case("readme") || stem.eq_ignore_ascii_case("index")
}

/// Whether a file of this name is Markdown by its ending, and not any text.
pub fn is_markdown(file_name: &str) -> bool {
    let ending = file_name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| {
        MARKDOWN
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// A file's name without folders and without the ending of a text file, in NFC: a Mac writes `ü` as two characters, and
/// both names are one document's.
pub fn file_stem(file_name: &str) -> String {
    let name: String = file_name.nfc().collect();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, ending))
            if MARKDOWN
                .iter()
                .chain(&TEXT)
                .any(|known| ending.eq_ignore_ascii_case(known)) =>
        {
            stem.to_owned()
        }
        _ => name.to_owned(),
    }
}

fn from_stem(stem: &str) -> String {
    let stem = without_export_id(stem);
    let stem = dates::prefix(stem)
        .map(|(_, rest)| rest)
        .filter(|rest| !rest.is_empty())
        .unwrap_or(stem);
    let mut slug = reduced(&slugger::slug(&deunicode::deunicode(stem)));
    if slug.is_empty() {
        let digest = base16ct::lower::encode_string(&Sha256::digest(stem.as_bytes()));
        return format!("doc-{}", digest.get(..8).unwrap_or_default());
    }
    // Ascii by now; four bytes are left for the ending that a reserved word gets.
    slug.truncate(MAX_SLUG_BYTES - 4);
    let mut slug = slug.trim_matches('-').to_owned();
    if RESERVED.contains(&slug.as_str()) {
        slug.push_str("-doc");
    }
    slug
}

/// `[a-z0-9-]`, no hyphens at the ends or side by side.
fn reduced(slug: &str) -> String {
    let mut reduced = String::with_capacity(slug.len());
    for c in slug.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' => reduced.push(c),
            '-' | '_' | ' ' if !reduced.is_empty() && !reduced.ends_with('-') => reduced.push('-'),
            _ => {}
        }
    }
    reduced.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("README.md", "readme"),
            ("Index.MD", "readme"),
            ("docs/readme.markdown", "readme"),
            ("README.zh-CN.md", "readmezh-cn"),
            ("02 Flask APIs.md", "02-flask-apis"),
            ("2025-07-10-Trip to Köln.md", "trip-to-koln"),
            ("2025-07-10.md", "2025-07-10"),
            ("../../x.md", "x"),
            ("C:\\x.md", "x"),
            ("404.md", "404-doc"),
            ("API.md", "api-doc"),
            ("_hidden.md", "hidden"),
            ("we ird%20#?.md", "we-ird20"),
            ("Ünïcödé.md", "unicode"),
        ] {
            assert_eq!(for_upload(name, None), slug, "{name}");
        }
        assert!(for_upload("日本語.md", None).is_ascii());
        for (nfc, nfd) in [
            ("Köln.md", "Ko\u{308}ln.md"),
            ("가.md", "\u{1100}\u{1161}.md"),
            ("が.md", "か\u{3099}.md"),
        ] {
            assert_eq!(for_upload(nfc, None), for_upload(nfd, None));
            assert_eq!(file_stem(nfc), file_stem(nfd));
        }
        assert!(for_upload("\u{e000}.md", None).starts_with("doc-"));
        assert_eq!(for_upload("x.md", Some("readme")), "readme-doc");
        assert_eq!(for_upload("x.md", Some("My Page")), "my-page");
    }

    #[test]
    fn a_readme_in_a_folder_is_that_folder_s() {
        for (path, name, slug, called) in [
            ("", "README.md", "readme", "README"),
            ("notes/robots", "README.md", "robots", "robots"),
            ("notes/Über uns", "index.md", "uber-uns", "Über uns"),
            ("notes/robots", "arm.md", "arm", "arm"),
            ("readme", "README.md", "readme-doc", "readme"),
            ("api", "index.markdown", "api-doc", "api"),
            ("v1.2", "README", "v12", "v1.2"),
            ("2025-07-10 Trip", "README.md", "trip", "2025-07-10 Trip"),
        ] {
            assert_eq!(in_folder(path, name, None), slug, "{path}/{name}");
            assert_eq!(super::called(path, name), called, "{path}/{name}");
            assert_eq!(in_folder(path, name, Some("Mine")), "mine");
        }
        assert!(is_markdown("a.MD") && is_markdown("b.markdown") && !is_markdown("md"));
        assert!(!is_markdown("robots.txt") && !is_markdown("a.md.bak"));
    }

    proptest! {
        #[test]
        fn every_slug_is_one(name in "\\PC{0,300}", given in proptest::option::of("\\PC{0,300}")) {
            let slug = for_upload(&name, given.as_deref());
            prop_assert!((1..=MAX_SLUG_BYTES).contains(&slug.len()));
            prop_assert!(slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')));
            prop_assert!(!slug.starts_with('-') && !slug.ends_with('-'));
            prop_assert!(slug == OWN_PAGE || !RESERVED.contains(&slug.as_str()));
        }
    }
}
