//! The keys that are read, each in all its spellings; the first that is there counts (2.4).

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
    "pubdate",
    "created",
    "created_at",
    "createdAt",
    "date_created",
    "creation_date",
    "published_at",
];
pub(crate) const UPDATED: &[&str] = &[
    "updatedDate",
    "modDatetime",
    "updateDate",
    "updated",
    "lastUpdated",
    "lastmod",
    "last_modified",
    "last-modified",
    "modified",
    "modified_at",
    "updated_at",
    "updatedAt",
    "date_modified",
];
pub(crate) const IMAGE: &[&str] = &[
    "image",
    "cover",
    "ogImage",
    "heroImage",
    "coverImage",
    "cover_image",
    "thumbnail",
    "featured_image",
    "socialImage",
    "banner",
    "hero",
];
pub(crate) const LANG: &[&str] = &["lang", "language", "locale"];
pub(crate) const LICENSE: &[&str] = &["license", "licence"];
pub(crate) const ALIASES: &[&str] = &["aliases", "alias"];
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

/// Whether a key is read, whatever its case.
pub(crate) fn is_known(key: &str) -> bool {
    let lists = [
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
        &OTHERS,
    ];
    lists
        .iter()
        .any(|list| list.iter().any(|known| known.eq_ignore_ascii_case(key)))
}
