//! Which letters the member gets.

use endpoint::{Error, JsonObject, sentence};
use members::{Letters, Member};
use serde::Serialize;

use crate::State;

const PAGE_UP: &str = "page_up";
const EDITOR_NOTE: &str = "editor_note";
const ADDRESS_CHANGED: &str = "address_changed";

/// The letters that come, as the API says them.
#[derive(Serialize)]
pub(crate) struct Chosen {
    page_up: bool,
    editor_note: bool,
    /// Always: whoever took an account over would turn it off first.
    address_changed: bool,
}

impl From<Letters> for Chosen {
    fn from(letters: Letters) -> Self {
        Self {
            page_up: letters.page_up,
            editor_note: letters.editor_note,
            address_changed: true,
        }
    }
}

/// Sets those that the body names, and leaves the others.
pub(crate) async fn choose(
    state: &State,
    body: &JsonObject,
    member: &Member,
) -> endpoint::Result<()> {
    body.only(&["mail"])?;
    let chosen = body.object("mail")?;
    chosen.only(&[PAGE_UP, EDITOR_NOTE, ADDRESS_CHANGED])?;
    if chosen.has(ADDRESS_CHANGED) && !chosen.truth(ADDRESS_CHANGED)? {
        return Err(Error::BadRequest(sentence!(
            "api.letter_always",
            letter = ADDRESS_CHANGED
        )));
    }
    let mut letters = member.letters;
    for (name, is_on) in [
        (PAGE_UP, &mut letters.page_up),
        (EDITOR_NOTE, &mut letters.editor_note),
    ] {
        if chosen.has(name) {
            *is_on = chosen.truth(name)?;
        }
    }
    if state.bearer.members.set_letters(member, letters).await? {
        Ok(())
    } else {
        Err(Error::Conflict(sentence!("api.account_changed_meanwhile")))
    }
}
