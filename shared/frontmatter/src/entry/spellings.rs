//! The keys that are read, each in all its spellings; the first that is there counts (2.4). Case, spaces, hyphens and
//! underscores make no other key.

pub(crate) const TITLE: &[&str] = &["title"];
pub(crate) const DESCRIPTION: &[&str] = &[
    "description",
    "summary",
    "excerpt",
    "abstract",
    "subtitle",
    "tagline",
    "socialDescription",
];
pub(crate) const TAGS: &[&str] = &["tags", "tag", "taxonomies.tags"];
pub(crate) const CATEGORIES: &[&str] = &["category", "categories", "taxonomies.categories"];
pub(crate) const DATE: &[&str] = &[
    "date",
    "pubDate",
    "pubDatetime",
    "publishDate",
    "published",
    "created",
    "created_at",
    "date_created",
    "created_date",
    "created_time",
    "created_on",
    "creation_date",
    "creation_time",
    "published_at",
    "published_on",
    "date_published",
    "published_date",
    "publication_date",
    "date_posted",
];
pub(crate) const UPDATED: &[&str] = &[
    "updatedDate",
    "modDatetime",
    "updateDate",
    "updated",
    "lastUpdated",
    "lastmod",
    "last_modified",
    "last_modified_at",
    "last_modified_on",
    "last_modified_date",
    "modified",
    "modified_at",
    "modified_date",
    "updated_at",
    "updated_on",
    "date_modified",
    "date_updated",
    "date_edited",
    "modification_date",
    "modification_time",
    "last_updated_at",
    "last_update",
    "last_edited",
    "last_edited_at",
    "last_edited_time",
];
pub(crate) const IMAGE: &[&str] = &[
    "image",
    "cover",
    "ogImage",
    "heroImage",
    "coverImage",
    "thumbnail",
    "featured_image",
    "socialImage",
    "banner",
    "hero",
];
pub(crate) const LANG: &[&str] = &["lang", "language", "locale"];
pub(crate) const LICENSE: &[&str] = &["license", "licence"];
pub(crate) const ALIASES: &[&str] = &["aliases", "alias"];
/// Keys that only Obsidian's notes have.
pub(crate) const OBSIDIAN: &[&str] = &[
    "aliases",
    "alias",
    "cssclasses",
    "cssclass",
    "publish",
    "permalink",
];
/// A document can't choose its own address.
pub(crate) const ADDRESS: &[&str] = &["slug", "permalink", "path", "url", "id"];

/// The further keys that are read; a key is found whatever its case.
const OTHERS: [&str; 13] = [
    "author",
    "authors",
    "by",
    "derived",
    "dir",
    "draft",
    "extra",
    "imageAlt",
    "private",
    "publish",
    "published",
    "repository",
    "status",
];

/// The keys that are read in several spellings.
const ALL: [&[&str]; 11] = [
    TITLE,
    DESCRIPTION,
    TAGS,
    CATEGORIES,
    DATE,
    UPDATED,
    IMAGE,
    LANG,
    LICENSE,
    ALIASES,
    ADDRESS,
];

/// Whether a key is read, however it is spelled.
pub(crate) fn is_known(key: &str) -> bool {
    has(&ALL, key) || has(&[&OTHERS], key)
}

/// Whether a key holds a text that may begin with what YAML takes for a sign.
pub(crate) fn is_text(key: &str) -> bool {
    [TITLE, DESCRIPTION].concat().contains(&key)
}

/// Whether a key holds a date.
pub(crate) fn is_date(key: &str) -> bool {
    has(&[DATE, UPDATED], key)
}

/// Whether a key holds names.
pub(crate) fn is_list(key: &str) -> bool {
    has(&[TAGS, CATEGORIES, ALIASES], key)
}

/// Whether a key holds a picture.
pub(crate) fn is_image(key: &str) -> bool {
    has(&[IMAGE], key)
}

fn has(lists: &[&[&str]], key: &str) -> bool {
    let mut known = lists.iter().flat_map(|list| list.iter());
    known.any(|known| is_same(known, key))
}

/// Whether two keys are one: `date modified`, `date_modified` and `dateModified`.
pub(crate) fn is_same(key: &str, other: &str) -> bool {
    fn letters(key: &str) -> impl Iterator<Item = u8> {
        let letters = key
            .bytes()
            .filter(|byte| !matches!(byte, b' ' | b'-' | b'_'));
        letters.map(|byte| byte.to_ascii_lowercase())
    }
    letters(key).eq(letters(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_hyphens_and_case_make_no_other_key() {
        for key in [
            "Date Modified",
            "date-modified",
            "dateModified",
            "last_modified_at",
        ] {
            assert!(is_known(key), "{key}");
        }
        assert!(!is_known("data modified") && !is_known("-") && !is_known(""));
    }

    #[test]
    fn no_spelling_stands_twice() {
        let keys = ALL.concat();
        for (at, key) in keys.iter().enumerate() {
            let twin = keys.iter().skip(at + 1).find(|other| is_same(key, other));
            assert_eq!(twin, None, "{key}");
        }
    }
}
