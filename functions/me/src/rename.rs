//! Another name for the member, by the member.

use blobs::layout::NameChangeKey;
use blobs::{Condition, Upload};
use endpoint::{Bearer, Error, JsonObject, sentence};
use members::{Member, Renamed, parse_name};

use crate::State;

/// Most names that a member takes by themselves. Each is kept: links of others may ask for it, and every conversion of
/// the member's own page looks whether it is listed under one of them.
const MOST_NAMES: usize = 20;

/// Gives the member the name that the request asks for, and has everything of theirs that is published show it.
///
/// The same name again has everything looked at again: what a kill between the two writes left undone.
pub(crate) async fn rename(
    state: &State,
    body: &JsonObject,
    member: &Member,
) -> endpoint::Result<()> {
    body.only(&["name"])?;
    let name = parse_name(body.string("name")?)
        .map_err(|invalid| Error::BadRequest(invalid.sentence()))?;
    let is_new = !member.names().any(|known| *known == name);
    if is_new && member.names().count() >= MOST_NAMES {
        return Err(Error::Conflict(sentence!(
            "api.names_used_up",
            names = MOST_NAMES
        )));
    }
    let Bearer { members, clock, .. } = &state.bearer;
    let now_ms = clock.unix_milliseconds();
    members.note_directory(member, now_ms).await?;
    let renamed = members.rename(member, &name, &member.handle);
    if renamed.await? != Renamed::Renamed {
        return Err(Error::Conflict(sentence!("api.account_changed_meanwhile")));
    }
    // Of a member who went meanwhile whoever is told of it erases it.
    let word = Upload {
        content_type: "application/octet-stream",
        ..Upload::default()
    };
    let key = NameChangeKey::new(&member.id).key();
    let told = state.uploads.put(&key, word, Condition::Always);
    told.await.map_err(Error::unavailable)?;
    Ok(())
}
