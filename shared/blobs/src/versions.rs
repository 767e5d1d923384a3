//! Erasing: objects with their older versions, so that nothing can be brought back.

use crate::error::{Error, Result};
use crate::{Blobs, Head};

/// One version of an object, or one delete marker, as a listing names it.
struct Version {
    key: Option<String>,
    id: Option<String>,
}

/// What a prefix has, each key's newest first.
#[derive(Default)]
struct Listing {
    versions: Vec<Version>,
    markers: Vec<Version>,
}

impl Blobs {
    /// Deletes everything whose key begins with `prefix`: each version and each delete marker.
    ///
    /// The oldest goes first, and markers go last: whatever cuts this short, no version becomes the
    /// object that isn't it now. A bucket that keeps no versions lists each object as its only one.
    /// What is written at the same time may stay: the caller makes sure that nobody writes.
    pub async fn delete_every_version(&self, prefix: &str) -> Result<()> {
        let Listing { versions, markers } = self.list_versions(prefix).await?;
        self.erase(versions.into_iter().rev().chain(markers)).await
    }

    /// Erases the version that was `seen` of an object, and every older one, in the order of
    /// [`Blobs::delete_every_version`]. A newer one stays.
    pub async fn erase_seen(&self, key: &str, seen: &Head) -> Result<()> {
        let listed = self.list_versions(key).await?.versions.into_iter();
        let of_key = listed.filter(|version| version.key.as_deref() == Some(key));
        let doomed: Vec<_> = of_key
            .skip_while(|version| version.id != seen.version)
            .collect();
        self.erase(doomed.into_iter().rev()).await
    }

    async fn list_versions(&self, prefix: &str) -> Result<Listing> {
        let mut listing = Listing::default();
        let (mut key, mut version) = (None, None);
        loop {
            let page = self
                .client
                .list_object_versions()
                .bucket(&self.bucket)
                .prefix(prefix)
                .set_key_marker(key)
                .set_version_id_marker(version)
                .send()
                .await
                .map_err(Error::store("ListObjectVersions"))?;
            let versions = page.versions.unwrap_or_default().into_iter();
            listing.versions.extend(versions.map(|it| Version {
                key: it.key,
                id: it.version_id,
            }));
            let markers = page.delete_markers.unwrap_or_default().into_iter();
            listing.markers.extend(markers.map(|it| Version {
                key: it.key,
                id: it.version_id,
            }));
            if page.next_key_marker.is_none() {
                return Ok(listing);
            }
            (key, version) = (page.next_key_marker, page.next_version_id_marker);
        }
    }

    async fn erase(&self, versions: impl Iterator<Item = Version>) -> Result<()> {
        for version in versions {
            self.client
                .delete_object()
                .bucket(&self.bucket)
                .set_key(version.key)
                .set_version_id(version.id)
                .send()
                .await
                .map_err(Error::store("DeleteObject"))?;
        }
        Ok(())
    }
}
