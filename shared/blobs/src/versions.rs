//! Erasing: objects with their older versions, so that nothing can be brought back.

use std::collections::BTreeSet;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::error::{Error, Result};
use crate::history::Version;
use crate::layout::OWNER;
use crate::{Blobs, Head};

/// How often an erasure for good looks for what came while it erased.
const ROUNDS: usize = 10;
/// How many versions are erased side by side where their order doesn't matter.
const ERASED_AT_ONCE: usize = 16;

/// Versions and delete markers, in the order in which they are erased: of each key the oldest version
/// first, and markers last. Whatever cuts that short, no version becomes the object that isn't it now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions(Vec<Version>);

impl Versions {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Keeps those whose key is one that `is_kept` names.
    pub fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.0.retain(|version| is_kept(&version.key));
    }

    /// Adds those of another listing, of other keys.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// Those of one key.
    #[must_use]
    pub fn of(mut self, key: &str) -> Self {
        self.0.retain(|version| version.key == key);
        self
    }

    /// The keys, each once, in order.
    pub fn keys(&self) -> BTreeSet<&str> {
        self.0.iter().map(|version| version.key.as_str()).collect()
    }
}

impl Blobs {
    /// Everything whose key begins with `prefix`: each version and each delete marker. A bucket that keeps
    /// no versions lists each object as its only one.
    pub async fn versions(&self, prefix: &str) -> Result<Versions> {
        let (mut versions, mut markers) = (Vec::new(), Vec::new());
        let mut after = None;
        loop {
            let page = self.versions_page(prefix, after.as_ref(), None).await?;
            let (gone, there): (Vec<_>, Vec<_>) =
                page.versions.into_iter().partition(|it| it.is_marker);
            versions.extend(there);
            markers.extend(gone);
            if page.next.is_none() {
                // Listed newest first.
                versions.reverse();
                versions.append(&mut markers);
                return Ok(Versions(versions));
            }
            after = page.next;
        }
    }

    /// Erases what was listed. Returns how much that was; what is gone already is no error.
    pub async fn erase(&self, versions: Versions) -> Result<usize> {
        let count = versions.len();
        for version in versions.0 {
            self.delete_version(&version.key, version.id).await?;
        }
        Ok(count)
    }

    /// Erases everything whose key begins with `prefix`, as it is now. Returns how many versions and
    /// markers that were.
    pub async fn delete_every_version(&self, prefix: &str) -> Result<usize> {
        let versions = self.versions(prefix).await?;
        self.erase(versions).await
    }

    /// Erases an object with every older version and every marker. Nothing there is no error, and leaves
    /// no marker. Returns how many versions and markers there were.
    pub async fn erase_object(&self, key: &str) -> Result<usize> {
        let versions = self.versions(key).await?.of(key);
        self.erase(versions).await
    }

    /// Takes an object away and erases everything that was ever under its key, what comes meanwhile included,
    /// until a look finds nothing. As long as it isn't through, a delete marker stands above all versions, so that
    /// none becomes the object, whatever cuts it short. Returns how many versions and markers there were; 0: nothing
    /// was ever there, and no marker stays.
    ///
    /// # Errors
    /// A store that failed, or writers that kept coming: say it again.
    pub async fn erase_for_good(&self, key: &str) -> Result<usize> {
        self.erase_above(key, None).await
    }

    /// As [`Blobs::erase_for_good`], of what came after the version `below`: that one and the older ones stay, under
    /// a delete marker. Returns how many versions there were.
    pub async fn erase_above(&self, key: &str, below: Option<&str>) -> Result<usize> {
        let mut count = 0;
        for _ in 0..ROUNDS {
            let mut found = self.above(key, below).await?;
            if found.is_empty() {
                return Ok(count);
            }
            if found.0.iter().any(|it| it.is_latest && !it.is_marker) {
                self.delete(key).await?;
                found = self.above(key, below).await?;
            }
            count += found.len();
            let (markers, versions): (Vec<_>, Vec<_>) =
                found.0.into_iter().partition(|it| it.is_marker);
            self.erase_at_once(key, versions).await?;
            self.erase(Versions(markers)).await?;
        }
        Err(Error::Busy { rounds: ROUNDS })
    }

    /// What stands above the version `below` of an object, newest first. Where that is there, markers are left out:
    /// without them it would be the object.
    async fn above(&self, key: &str, below: Option<&str>) -> Result<Versions> {
        let mut found = self.newest_first(key).await?;
        let end =
            below.and_then(|below| found.iter().position(|it| it.id.as_deref() == Some(below)));
        if let Some(end) = end {
            found.truncate(end);
            found.retain(|it| !it.is_marker);
        }
        Ok(Versions(found))
    }

    /// Erases the version `newest` of an object that is there no more, and the older ones down to the version `below`,
    /// which stays. Returns how many that were: none where one of them is the object.
    pub async fn erase_part(&self, key: &str, newest: &str, below: Option<&str>) -> Result<usize> {
        let all = self.newest_first(key).await?;
        let place = |id: &str| all.iter().position(|it| it.id.as_deref() == Some(id));
        let Some(start) = place(newest) else {
            return Ok(0);
        };
        let end = below.and_then(place);
        let part = all.get(start..end.unwrap_or(all.len())).unwrap_or_default();
        if part.iter().any(|it| it.is_latest) {
            return Ok(0);
        }
        let doomed: Vec<Version> = part.iter().filter(|it| !it.is_marker).cloned().collect();
        let count = doomed.len();
        self.erase_at_once(key, doomed).await?;
        // Markers above nothing say nothing.
        let left = self.newest_first(key).await?;
        if left.iter().all(|it| it.is_marker) {
            self.erase(Versions(left)).await?;
        }
        Ok(count)
    }

    /// Every version and marker of one object, newest first.
    async fn newest_first(&self, key: &str) -> Result<Vec<Version>> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page = self.versions_page(key, after.as_ref(), None).await?;
            all.extend(page.versions.into_iter().filter(|it| it.key == key));
            match page.next.filter(|next| next.key == key) {
                Some(next) => after = Some(next),
                None => return Ok(all),
            }
        }
    }

    async fn erase_at_once(&self, key: &str, versions: Vec<Version>) -> Result<()> {
        let erased = versions
            .into_iter()
            .map(|it| self.delete_version(key, it.id));
        stream::iter(erased.collect::<Vec<_>>())
            .buffer_unordered(ERASED_AT_ONCE)
            .try_collect::<()>()
            .await
    }

    /// Erases the version that was `seen` of an object, and every older one. A newer one stays.
    pub async fn erase_seen(&self, key: &str, seen: &Head) -> Result<()> {
        let doomed = self.up_to(key, seen, 0).await?;
        self.erase(doomed).await.map(|_| ())
    }

    /// As [`Blobs::erase_seen`], and the version that was `seen` stays, too.
    pub async fn erase_older(&self, key: &str, seen: &Head) -> Result<()> {
        let doomed = self.up_to(key, seen, 1).await?;
        self.erase(doomed).await.map(|_| ())
    }

    /// The versions of an object up to the one that was `seen`, less the newest `but`.
    async fn up_to(&self, key: &str, seen: &Head, but: usize) -> Result<Versions> {
        let mut doomed = self.versions(key).await?.of(key);
        doomed.0.retain(|version| !version.is_marker);
        let newest = doomed.0.iter().rposition(|it| it.id == seen.version);
        let count = newest.map_or(0, |newest| newest + 1);
        doomed.0.truncate(count.saturating_sub(but));
        Ok(doomed)
    }

    /// Those of `versions` that were written for `owner`: see [`crate::layout::owner`]. Delete markers are
    /// nobody's.
    pub async fn owned(&self, versions: Versions, owner: &str) -> Result<Versions> {
        let mut theirs = Vec::new();
        for version in versions.0.into_iter().filter(|it| !it.is_marker) {
            let head = self.head_of(&version.key, version.id.as_deref()).await?;
            if head.is_some_and(|head| head.metadata.get(OWNER).is_some_and(|it| it == owner)) {
                theirs.push(version);
            }
        }
        Ok(Versions(theirs))
    }
}
