//! What lies in the buckets and is no member's: left by removals of before there were tombstones, or
//! brought back with a backup.

use std::collections::{BTreeMap, BTreeSet};

use blobs::layout::{
    self, FileChangeKey, FileKey, LaterKey, MovedKey, NameChangeKey, NowKey, OriginalKey,
    PictureChangeKey, SourceKey, all_files, all_pictures, content_prefix, entry_id,
    handle_of_rendition,
};
use blobs::{Blobs, Versions};
use members::{Members, Standing};

/// Files that belong to nobody.
#[derive(Debug, Default)]
pub struct Leftovers {
    uploads: Versions,
    published: Versions,
    /// Ids and handles that they are under.
    pub of: Vec<String>,
}

impl Leftovers {
    /// Looks through both buckets. What is listed is looked up afterwards: a member who is made meanwhile
    /// has nothing in the listing.
    ///
    /// # Errors
    /// A store that failed, or a table without any member, which is hardly the one of these buckets.
    pub async fn find(uploads: &Blobs, content: &Blobs, members: &Members) -> anyhow::Result<Self> {
        let mut found = Self {
            uploads: uploads.versions("").await?,
            ..Self::default()
        };
        for prefix in [
            content_prefix(),
            MovedKey::all(),
            all_pictures(),
            all_files(),
        ] {
            found.published.append(content.versions(prefix).await?);
        }
        let is_empty = members.list().await?.is_empty();
        anyhow::ensure!(
            !is_empty,
            "the table has no members at all; if it is the right one, empty the buckets by hand"
        );
        let mut is_nobodys = BTreeMap::new();
        for id in found.uploads.keys().into_iter().filter_map(member_id) {
            if !is_nobodys.contains_key(id) {
                let standing = members.standing(id).await?;
                let is_member = matches!(standing, Standing::Member(_));
                // One who goes has an account that `users remove` finds.
                is_nobodys.insert(id.to_owned(), !is_member);
            }
        }
        for handle in found.published.keys().into_iter().filter_map(handle) {
            if !is_nobodys.contains_key(handle) {
                is_nobodys.insert(handle.to_owned(), members.is_free(handle).await?);
            }
        }
        let is_left =
            |name: Option<&str>| name.is_some_and(|name| is_nobodys.get(name) == Some(&true));
        found.uploads.retain(|key| is_left(member_id(key)));
        found.published.retain(|key| is_left(handle(key)));
        let left = is_nobodys.into_iter().filter(|(_, is_left)| *is_left);
        found.of = left.map(|(name, _)| name).collect();
        Ok(found)
    }

    pub fn len(&self) -> usize {
        self.uploads.len() + self.published.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Erases what was found. Returns how many versions and delete markers that were.
    pub async fn erase(
        self,
        uploads: &Blobs,
        content: &Blobs,
        members: &Members,
        now_ms: u64,
    ) -> anyhow::Result<usize> {
        let keys = self.published.keys();
        let handles = keys.into_iter().filter_map(handle).map(str::to_owned);
        let handles: BTreeSet<String> = handles.collect();
        let erased = uploads.erase(self.uploads).await?;
        let erased = erased + content.erase(self.published).await?;
        for handle in &handles {
            manifest::settle_handle(content, members, handle, now_ms).await?;
        }
        Ok(erased)
    }
}

/// Whose upload a key is.
fn member_id(key: &str) -> Option<&str> {
    let prefixes = [
        SourceKey::all(),
        OriginalKey::all(),
        PictureChangeKey::all(),
        NameChangeKey::all(),
        LaterKey::all(),
        NowKey::all(),
        FileKey::all(),
        FileChangeKey::all(),
    ];
    let rest = prefixes
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix))?;
    rest.split('/').next().filter(|id| !id.is_empty())
}

/// Under whose handle a key of the content bucket is.
fn handle(key: &str) -> Option<&str> {
    let moved = key.strip_prefix(MovedKey::all());
    moved
        .and_then(|rest| rest.split_once('/'))
        .map(|(handle, _)| handle)
        .or_else(|| handle_of_rendition(key))
        .or_else(|| entry_id(key).map(layout::handle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_say_whose_they_are() {
        for (key, id) in [
            ("readmes/0197/doc.md", Some("0197")),
            ("readmes/0197/odd/key", Some("0197")),
            ("pictures/0197/original", Some("0197")),
            ("pictures/0197/handle", Some("0197")),
            ("picture-changes/0197", Some("0197")),
            ("picture-changes/0197/removed", Some("0197")),
            ("name-changes/0197", Some("0197")),
            ("later/0197/trip", Some("0197")),
            ("now/0197/1-2/trip", Some("0197")),
            ("files/0197/0123", Some("0197")),
            ("file-changes/0197/0123", Some("0197")),
            ("elsewhere/0197", None),
            ("readmes/", None),
        ] {
            assert_eq!(member_id(key), id, "{key}");
        }
        for (key, of) in [
            ("content/jo.md", Some("jo")),
            ("content/jo/trip.md", Some("jo")),
            ("moved/jo/old.md/trip", Some("jo")),
            ("pictures/jo/0-96.webp", Some("jo")),
            ("files/jo/0-96x64.webp", Some("jo")),
            ("page/index.html", None),
        ] {
            assert_eq!(handle(key), of, "{key}");
        }
    }
}
