//! The keys that are read: how each is spelled, what it holds, and where its value comes from where no author gives one (2.4).

use crate::report::Source;

/// A key of the output.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    /// All its spellings; the first that is there counts. Case, spaces, hyphens and underscores make no other key.
    spellings: &'static str,
    pub(crate) shape: Shape,
    /// Where its value comes from where its author gives none; of what authors alone say, from them.
    pub(crate) source: Source,
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Text that may begin with what YAML takes for a sign.
    Text,
    /// A word or a few.
    Words,
    Names,
    /// Names that may begin with the sign of a comment.
    Tags,
    Authors,
    Date,
    Picture,
    /// A document can't choose its own.
    Address,
    Truth,
    Language,
    Direction,
}

static FIELDS: [Field; 15] = [
    Field {
        key: "title",
        spellings: "title",
        shape: Shape::Text,
        source: Source::Heading,
    },
    Field {
        key: "description",
        spellings: "description summary excerpt abstract subtitle tagline socialDescription",
        shape: Shape::Text,
        source: Source::Paragraph,
    },
    Field {
        key: "slug",
        spellings: "slug permalink path url id",
        shape: Shape::Address,
        source: Source::Upload,
    },
    Field {
        key: "date",
        spellings: "date pubDate pubDatetime publishDate published created created_at date_created created_date \
            created_time created_on creation_date creation_time published_at published_on date_published \
            published_date publication_date date_posted",
        shape: Shape::Date,
        source: Source::Upload,
    },
    Field {
        key: "updated",
        spellings: "updatedDate modDatetime updateDate updated lastUpdated lastmod last_modified last_modified_at \
            last_modified_on last_modified_date modified modified_at modified_date updated_at updated_on \
            date_modified date_updated date_edited modification_date modification_time last_updated_at last_update \
            last_edited last_edited_at last_edited_time",
        shape: Shape::Date,
        source: Source::Upload,
    },
    Field {
        key: "author",
        spellings: "author authors by",
        shape: Shape::Authors,
        source: Source::Member,
    },
    Field {
        key: "tags",
        spellings: "tags tag taxonomies.tags",
        shape: Shape::Tags,
        source: Source::Body,
    },
    Field {
        key: "category",
        spellings: "category categories taxonomies.categories",
        shape: Shape::Names,
        source: Source::Frontmatter,
    },
    Field {
        key: "image",
        spellings: "image cover ogImage heroImage coverImage thumbnail featured_image socialImage banner hero",
        shape: Shape::Picture,
        source: Source::Body,
    },
    Field {
        key: "imageAlt",
        spellings: "imageAlt",
        shape: Shape::Words,
        source: Source::Body,
    },
    Field {
        key: "draft",
        spellings: "draft published publish private",
        shape: Shape::Truth,
        source: Source::Default,
    },
    Field {
        key: "lang",
        spellings: "lang language locale",
        shape: Shape::Language,
        source: Source::Body,
    },
    Field {
        key: "dir",
        spellings: "dir",
        shape: Shape::Direction,
        source: Source::Body,
    },
    Field {
        key: "license",
        spellings: "license licence",
        shape: Shape::Words,
        source: Source::Body,
    },
    Field {
        key: "aliases",
        spellings: "aliases alias",
        shape: Shape::Names,
        source: Source::Frontmatter,
    },
];

/// Keys that are read for something else than a field.
const OTHERS: [&str; 4] = ["derived", "extra", "repository", "status"];

/// A field of the output.
pub(crate) fn field(key: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.key == key)
}

/// The spellings of a field.
pub(crate) fn spellings(key: &str) -> impl Iterator<Item = &'static str> {
    field(key).into_iter().flat_map(Field::spellings)
}

/// Whether a key is read, however it is spelled.
pub(crate) fn is_known(key: &str) -> bool {
    OTHERS.iter().any(|other| is_same(other, key)) || shape(key).is_some()
}

/// What a key of a field holds, however it is spelled.
pub(crate) fn shape(key: &str) -> Option<Shape> {
    let is_spelling = |field: &&Field| field.spellings().any(|spelling| is_same(spelling, key));
    FIELDS.iter().find(is_spelling).map(|field| field.shape)
}

impl Field {
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &'static str> {
        self.spellings.split(' ')
    }
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
        assert_eq!(shape("Sub-Title"), Some(Shape::Text));
        assert_eq!(shape("Tags"), Some(Shape::Tags));
        // Read, but of no field.
        assert_eq!(shape("status"), None);
    }

    #[test]
    fn no_spelling_stands_twice() {
        let spellings = FIELDS.iter().flat_map(Field::spellings);
        let keys: Vec<_> = spellings.chain(OTHERS).collect();
        for (at, key) in keys.iter().enumerate() {
            let twin = keys.iter().skip(at + 1).find(|other| is_same(key, other));
            // What holds no date there says whether the document is a draft.
            assert!(twin.is_none_or(|twin| *twin == "published"), "{key}");
        }
    }

    #[test]
    fn the_schema_has_each_field() {
        let schema: serde_json::Value = serde_json::from_str(crate::schema::TEXT).unwrap();
        for field in &FIELDS {
            assert!(schema["properties"][field.key].is_object(), "{}", field.key);
        }
    }
}
