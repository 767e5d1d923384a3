//! Addresses that lead to where their documents are now.

use super::SUFFIX;

const MOVED: &str = "moved/";

/// The key that says where the document of a former address is: `moved/<former entry id>.md/<slug>`, in the content bucket.
/// What is under it is empty: a listing tells all of it, in the order of the outputs' own keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedKey {
    /// The entry id that the document had.
    pub from: String,
    /// Its slug now; the handle is the same.
    pub slug: String,
}

impl MovedKey {
    pub fn new(from: &str, slug: &str) -> Self {
        Self {
            from: from.to_owned(),
            slug: slug.to_owned(),
        }
    }

    /// `None` for any other key.
    pub fn parse(key: &str) -> Option<Self> {
        let (from, slug) = key.strip_prefix(MOVED)?.rsplit_once('/')?;
        let from = from.strip_suffix(SUFFIX)?;
        (from.contains('/') && !slug.is_empty()).then(|| Self::new(from, slug))
    }

    pub fn key(&self) -> String {
        format!("{}{}", Self::prefix(&self.from), self.slug)
    }

    /// The entry id that the document has now.
    pub fn to(&self) -> String {
        format!("{}/{}", super::handle(&self.from), self.slug)
    }

    /// What the keys of one former address begin with.
    pub fn prefix(from: &str) -> String {
        format!("{MOVED}{from}{SUFFIX}/")
    }

    /// What the keys of a member's former addresses begin with.
    pub fn of_member(handle: &str) -> String {
        format!("{MOVED}{handle}/")
    }

    /// What all such keys begin with.
    pub fn all() -> &'static str {
        MOVED
    }

    /// After this come the keys of the addresses that come after `entry_id` in a listing of outputs.
    pub fn after(entry_id: &str) -> String {
        // `0` is what comes after `/`.
        format!("{MOVED}{entry_id}{SUFFIX}0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::content_key;

    #[test]
    fn keys_say_from_where_to_where() {
        let key = MovedKey::new("jo/old-trip", "trip");
        assert_eq!(key.key(), "moved/jo/old-trip.md/trip");
        assert_eq!(MovedKey::parse(&key.key()), Some(key.clone()));
        assert_eq!(key.to(), "jo/trip");
        assert!(key.key().starts_with(&MovedKey::of_member("jo")));
        for other in [
            "moved/",
            "moved/jo.md/x",
            "moved/jo/a.md/",
            "moved/jo/a/b",
            "moved/jo/a.md",
            "content/jo/a.md",
            "",
        ] {
            assert_eq!(MovedKey::parse(other), None, "{other}");
        }
    }

    #[test]
    fn they_stand_in_the_order_of_the_outputs() {
        let ids = ["a/b", "a/b-c", "a/bc", "a-b/c", "ab/a", "a/b0"];
        for one in ids {
            for other in ids {
                let before = content_key(one) < content_key(other);
                let key = MovedKey::new(other, "x").key();
                assert_eq!(MovedKey::after(one) < key, before, "{one} {other}");
            }
        }
    }
}
