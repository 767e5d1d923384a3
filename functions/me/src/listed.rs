//! Whether the member is in the directory, which shows everybody who the members are.

use endpoint::{Bearer, Error, JsonObject, sentence};
use members::Member;

use crate::State;

/// Puts the member in, or takes them out. Where the site has no directory it is kept for the day on which there is one.
pub(crate) async fn choose(
    state: &State,
    body: &JsonObject,
    member: &Member,
) -> endpoint::Result<()> {
    body.only(&["listed"])?;
    let listed = body.truth("listed")?;
    if listed == member.listed {
        return Ok(());
    }
    let Bearer { members, clock, .. } = &state.bearer;
    let now_ms = clock.unix_milliseconds();
    members.note_directory(member, now_ms).await?;
    if members.set_listed(member, listed).await? {
        Ok(())
    } else {
        Err(Error::Conflict(sentence!("api.account_changed_meanwhile")))
    }
}
