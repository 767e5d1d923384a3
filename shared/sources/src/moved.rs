//! A file that is sent again under its own name, whose document has another address by now.

use blobs::Blobs;
use blobs::layout::{SourceKey, SourceNote};
use endpoint::Error;
use members::Members;

use crate::is_same_file;

/// The document that this file was sent for before, where it has another address than `source`, which the file's name
/// gives. A document that is there is meant by the name, and a file of another name or folder begins a new one.
///
/// # Errors
/// A store that failed.
pub async fn moved(
    members: &Members,
    uploads: &Blobs,
    source: &SourceKey,
    path: &str,
    file_name: &str,
) -> Result<Option<SourceKey>, Error> {
    let address = members.address(&source.member_id, &source.slug).await?;
    let Some(to) = address.moved_to else {
        return Ok(None);
    };
    let there = SourceKey::new(&source.member_id, &to);
    let head = async |source: &SourceKey| {
        let head = uploads.head(&source.key()).await;
        head.map_err(Error::unavailable)
    };
    if head(source).await?.is_some() {
        return Ok(None);
    }
    let note = head(&there)
        .await?
        .and_then(|head| SourceNote::from_metadata(&head.metadata));
    let is_it = note.is_some_and(|note| is_same_file(&note, path, file_name));
    Ok(is_it.then_some(there))
}
