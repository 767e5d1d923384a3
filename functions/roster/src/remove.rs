//! `DELETE /api/members/{id}`: a member goes, with everything of theirs. They are out at once; `remove_member` erases the rest.

use endpoint::{Error, JsonObject, Request, sentence};
use members::Account;
use membership::Administration;
use serde::Serialize;

use crate::conflict;

#[derive(Serialize)]
struct Removed {}

pub(crate) async fn remove(
    request: &Request,
    account: &Account,
    by: &Administration<'_>,
) -> endpoint::Result {
    let body = JsonObject::read(request)?;
    body.only(&["handle"])?;
    // Typed again, so that nobody removes the wrong one by a slip.
    if body.string("handle")?.trim() != account.handle {
        return Err(Error::BadRequest(sentence!(
            "api.roster_handle_typed",
            handle = account.handle.as_str()
        )));
    }
    by.remove(account).await?.map_err(conflict)?;
    tracing::info!(member = account.id, "an administrator removed a member");
    endpoint::accepted(&Removed {})
}
