//! A file that is sent again under its own name, whose document has another address by now.

use blobs::layout::{SourceKey, SourceNote};
use endpoint::Error;
use sources::is_same_file;

use crate::State;

/// The document that this file was sent for before, where it has another address than `source`, which the file's name
/// gives. A document that is there is meant by the name, and a file of another name or folder begins a new one.
pub(crate) async fn lookup(
    state: &State,
    source: &SourceKey,
    path: &str,
    file_name: &str,
) -> Result<Option<SourceKey>, Error> {
    let members = &state.bearer.members;
    let address = members.address(&source.member_id, &source.slug).await?;
    let Some(to) = address.moved_to else {
        return Ok(None);
    };
    let moved = SourceKey::new(&source.member_id, &to);
    let head = async |source: &SourceKey| {
        let head = state.uploads.head(&source.key()).await;
        head.map_err(Error::unavailable)
    };
    if head(source).await?.is_some() {
        return Ok(None);
    }
    let note = head(&moved)
        .await?
        .and_then(|head| SourceNote::from_metadata(&head.metadata));
    let is_it = note.is_some_and(|note| is_same_file(&note, path, file_name));
    Ok(is_it.then_some(moved))
}
