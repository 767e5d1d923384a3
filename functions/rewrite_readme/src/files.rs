//! The member's files in READMEs: those that a document shows, and what comes of a change.
//!
//! A document is noted under the names that it asks for before they are looked up, and its report names what
//! it shows before the output does; then the files are looked at once more. Whoever changes a file
//! changes what is known of it first, tells of its name then, and reads the reports last. So a change is seen
//! here, or the document is told of it, and nothing that it shows is taken away before.

use blobs::layout::{FileChangeKey, MAX_PATH_BYTES, SourceKey};
use conversion::Shown;
use frontmatter::names::fold;
use members::{Account, File, Standing};
use uploads::ask_later;

use crate::State;
use crate::reconcile::leavings;
use crate::referrers::MAX_REFERRERS;

/// Whether something is there still, by what it is a version of: see [`members::Report::shown`].
pub(crate) async fn is_there(state: &State, member: &Account, line: &str) -> anyhow::Result<bool> {
    if line == member.picture_line() {
        return Ok(member.picture.is_some());
    }
    let (id, _) = line.split_once('#').unwrap_or((line, ""));
    let file = state.members.file(&member.id, id).await?;
    Ok(file.is_some_and(|file| file.shown().is_some() && file.line() == line))
}

/// Whether one of the files of `shown` has something else to show than it had.
pub(crate) async fn changed_since(
    state: &State,
    member: &Account,
    shown: &[Shown],
) -> anyhow::Result<bool> {
    for file in shown.iter().filter_map(|shown| shown.file.as_ref()) {
        let now = state.members.file(&member.id, &file.id).await?;
        if now.as_ref().and_then(File::shown) != file.shown() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks for the member's READMEs that ask for a file of a name of which one came, was replaced or went.
///
/// Nothing goes round in circles: converting a README changes no file.
pub(crate) async fn changed(state: &State, change: &FileChangeKey) -> anyhow::Result<()> {
    match state.members.standing(&change.member_id).await? {
        Standing::Member(_) => {}
        Standing::Departed(departed) => {
            return leavings(state, &departed).erase_file_change(change).await;
        }
        // The word of a change expires.
        Standing::Nobody => return Ok(()),
    }
    let found = state.uploads.get(&change.key(), MAX_PATH_BYTES).await?;
    let name = found.and_then(|object| String::from_utf8(object.bytes.to_vec()).ok());
    let Some(name) = name else {
        tracing::info!("passed over a change that names no file");
        return Ok(());
    };
    let referrers = state
        .members
        .referrers(&fold(&name), Some(&change.member_id), MAX_REFERRERS)
        .await?;
    let sources = referrers
        .iter()
        .map(|referrer| SourceKey::new(&referrer.member_id, &referrer.slug));
    ask_later(&state.uploads, sources).await
}
