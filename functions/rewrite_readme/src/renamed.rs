//! A member's name or handle that changed: every README of theirs shows it.

use blobs::layout::SourceKey;
use members::Standing;
use removal::forget_copies;
use uploads::ask_later;

use crate::State;
use crate::reconcile::leavings;

/// Asks for all READMEs of a member who has another name or handle now, and has CloudFront forget what was under a former
/// handle.
///
/// Nothing goes round in circles: converting a README changes no name.
pub(crate) async fn changed(state: &State, member_id: &str) -> anyhow::Result<()> {
    let account = match state.members.standing(member_id).await? {
        Standing::Member(account) => account,
        Standing::Departed(departed) => {
            return leavings(state, &departed).erase_name_change().await;
        }
        // The word of a change is empty, and expires.
        Standing::Nobody => return Ok(()),
    };
    let sources = state
        .uploads
        .list_all(&SourceKey::prefix(member_id))
        .await?;
    let sources = sources.iter().filter_map(|it| SourceKey::parse(&it.key));
    ask_later(&state.uploads, sources).await?;
    if account.former_handles.is_empty() {
        return Ok(());
    }
    let now_ms = state.clock.unix_milliseconds();
    forget_copies(
        &state.distribution,
        &account,
        &account.former_handles,
        now_ms,
    )
    .await
}
