//! The word that a member is called something else, of which S3 tells the functions that bring along what is published.

use blobs::layout::{HandleChangeKey, NameChangeKey};
use blobs::{Blobs, Condition, Upload};

/// Has what is published of a member follow another name, or another handle: then picture and files come first. To be said
/// after the change, and as often as one likes: each time everything is looked at again.
///
/// # Errors
/// The bucket doesn't answer.
pub async fn tell_renamed(
    uploads: &Blobs,
    member_id: &str,
    has_new_handle: bool,
) -> blobs::Result<()> {
    // Of a member who went meanwhile whoever is told of it erases it.
    let word = Upload {
        content_type: "application/octet-stream",
        ..Upload::default()
    };
    let key = if has_new_handle {
        HandleChangeKey::new(member_id).key()
    } else {
        NameChangeKey::new(member_id).key()
    };
    uploads.put(&key, word, Condition::Always).await?;
    Ok(())
}
