//! A member who has another handle: what the web sees of their picture and their files is under it.

use blobs::layout::NameChangeKey;
use blobs::{Condition, Upload};
use members::Standing;

use crate::State;

/// Brings picture and files under the handle, and has `rewrite_readme` look at the member's READMEs then, so that they
/// show them where they are. Doing it again does what is left.
pub(crate) async fn changed(state: &State, member_id: &str) -> anyhow::Result<()> {
    let account = match state.members.standing(member_id).await? {
        Standing::Member(account) => *account,
        Standing::Departed(departed) => return state.leavings(&departed).erase_picture().await,
        // The word of a change is empty, and expires.
        Standing::Nobody => return Ok(()),
    };
    state.shelf().follow_handle(&account, state.random).await?;
    let word = Upload {
        content_type: "application/octet-stream",
        ..Upload::default()
    };
    let key = NameChangeKey::new(member_id).key();
    state.uploads.put(&key, word, Condition::Always).await?;
    tracing::info!(
        member = member_id,
        "a member's picture and files are under another handle"
    );
    Ok(())
}
