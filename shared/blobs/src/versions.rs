//! Erasing: objects with every older version, so that nothing can be brought back.

use crate::Blobs;
use crate::error::{Error, Result};

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
}
