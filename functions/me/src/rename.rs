//! Another name for the member, by the member.

use blobs::layout::NameChangeKey;
use blobs::{Condition, Upload};
use endpoint::{Error, JsonObject, Request};
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
    request: &Request,
    member: &Member,
) -> endpoint::Result<()> {
    let body = JsonObject::read(request)?;
    body.only(&["name"])?;
    let name = parse_name(body.string("name")?)
        .map_err(|invalid| Error::BadRequest(sentence(&invalid.to_string())))?;
    let is_new = !member.names().any(|known| *known == name);
    if is_new && member.names().count() >= MOST_NAMES {
        return Err(Error::Conflict(format!(
            "You have had {MOST_NAMES} names already. Please ask your administrator for another one."
        )));
    }
    let renamed = state.bearer.members.rename(member, &name, &member.handle);
    if renamed.await? != Renamed::Renamed {
        return Err(Error::Conflict(
            "The account was changed at the same time elsewhere. Please try again.".to_owned(),
        ));
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

/// What an error says, as a sentence.
fn sentence(error: &str) -> String {
    let mut characters = error.chars();
    let first = characters.next().map(char::to_uppercase);
    format!(
        "{}{}.",
        first.into_iter().flatten().collect::<String>(),
        characters.as_str()
    )
}
