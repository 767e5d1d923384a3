//! Erasing: objects with their older versions, so that nothing can be brought back.

use crate::error::{Error, Result};
use crate::{Blobs, Head};

impl Blobs {
    /// Deletes everything whose key begins with `prefix`: each version and each delete marker.
    ///
    /// A bucket that keeps no versions lists each object as its only one. What is written at the same
    /// time may stay: the caller makes sure that nobody writes.
    pub async fn delete_every_version(&self, prefix: &str) -> Result<()> {
        loop {
            let listed = self
                .client
                .list_object_versions()
                .bucket(&self.bucket)
                .prefix(prefix)
                .send()
                .await
                .map_err(Error::store("ListObjectVersions"))?;
            let versions = listed.versions.unwrap_or_default();
            let markers = listed.delete_markers.unwrap_or_default();
            let versions = versions.into_iter().map(|it| (it.key, it.version_id));
            let all: Vec<_> = versions
                .chain(markers.into_iter().map(|it| (it.key, it.version_id)))
                .collect();
            // What was listed is deleted, so the next listing starts at the front again.
            if all.is_empty() {
                return Ok(());
            }
            for (key, version) in all {
                self.client
                    .delete_object()
                    .bucket(&self.bucket)
                    .set_key(key)
                    .set_version_id(version)
                    .send()
                    .await
                    .map_err(Error::store("DeleteObject"))?;
            }
        }
    }

    /// Erases the version that was `seen` of an object, and every older one. A newer one stays.
    ///
    /// The oldest goes first: whatever cuts this short, no version becomes the object that isn't it
    /// now. A bucket that keeps no versions has the object itself erased.
    pub async fn erase_seen(&self, key: &str, seen: &Head) -> Result<()> {
        let listed = self
            .client
            .list_object_versions()
            .bucket(&self.bucket)
            .prefix(key)
            .send()
            .await
            .map_err(Error::store("ListObjectVersions"))?;
        // Newest first, as S3 lists them.
        let versions = listed.versions.unwrap_or_default();
        let versions = versions
            .into_iter()
            .filter(|it| it.key.as_deref() == Some(key));
        let mut doomed: Vec<_> = versions
            .map(|it| it.version_id)
            .skip_while(|version| *version != seen.version)
            .collect();
        doomed.reverse();
        for version in doomed {
            self.client
                .delete_object()
                .bucket(&self.bucket)
                .key(key)
                .set_version_id(version)
                .send()
                .await
                .map_err(Error::store("DeleteObject"))?;
        }
        Ok(())
    }
}
