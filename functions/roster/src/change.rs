//! `PATCH /api/members/{id}` and `POST /api/members/{id}/sign_out`: what an administrator changes of a member.

use endpoint::{Error, JsonObject, Request, sentence};
use members::Account;
use membership::{Administration, handle, tell_renamed};
use serde::Serialize;

use crate::invite::{email, name, optional, role};
use crate::shown::Shown;
use crate::{State, conflict, find};

const FIELDS: [&str; 5] = ["name", "handle", "role", "disabled", "email"];

#[derive(Serialize)]
struct Answer {
    member: Shown,
}

/// Does what the request asks for, one after the other; whatever is refused, what stands before it is done and told.
pub(crate) async fn change(
    state: &State,
    request: &Request,
    account: Account,
    by: &Administration<'_>,
) -> endpoint::Result {
    let body = JsonObject::read(request)?;
    body.only(&FIELDS)?;
    if !FIELDS.iter().any(|field| body.has(field)) {
        let fields = FIELDS.map(|field| format!("“{field}”")).join(", ");
        return Err(Error::BadRequest(sentence!(
            "api.roster_nothing_asked",
            fields = fields
        )));
    }
    // Everything is read before anything is done.
    let name = optional(&body, "name")?.map(name).transpose()?;
    let handle = optional(&body, "handle")?
        .map(|typed| handle::parse(typed).map_err(Error::BadRequest))
        .transpose()?;
    let email = optional(&body, "email")?.map(email).transpose()?;
    let role = optional(&body, "role")?.map(role).transpose()?;
    let disabled = body
        .has("disabled")
        .then(|| body.truth("disabled"))
        .transpose()?;

    let id = account.id.clone();
    let mut account = account;
    let is_renamed = name.is_some() || handle.is_some();
    let has_new_handle = handle.is_some();
    if let Some(name) = name {
        by.set_name(&account, &name)
            .await?
            .map_err(|it| conflict(&it))?;
        account = find(state, &id).await?;
    }
    if let Some(handle) = handle {
        by.set_handle(&account, &handle)
            .await?
            .map_err(|it| conflict(&it))?;
        account = find(state, &id).await?;
    }
    if is_renamed {
        // The same again has everything looked at again: what a kill between the two writes left undone.
        let told = tell_renamed(&state.uploads, &id, has_new_handle).await;
        told.map_err(Error::unavailable)?;
    }
    if let Some(role) = role {
        by.set_role(&account, role)
            .await?
            .map_err(|it| conflict(&it))?;
        account = find(state, &id).await?;
    }
    if let Some(disabled) = disabled {
        by.set_disabled(&account, disabled)
            .await?
            .map_err(|it| conflict(&it))?;
        account = find(state, &id).await?;
    }
    if let Some(email) = email {
        let told = (&state.outbox, endpoint::language(request.headers()));
        by.set_email(&account, &email, Some(told))
            .await?
            .map_err(|it| conflict(&it))?;
        account = find(state, &id).await?;
    }
    tracing::info!(member = id, "an administrator changed a member");
    answer(state, &account).await
}

pub(crate) async fn sign_out(
    state: &State,
    request: &Request,
    account: &Account,
    by: &Administration<'_>,
) -> endpoint::Result {
    JsonObject::read(request)?.only(&[])?;
    by.sign_out(account).await?.map_err(|it| conflict(&it))?;
    tracing::info!(
        member = account.id,
        "an administrator ended a member's sessions"
    );
    answer(state, account).await
}

async fn answer(state: &State, account: &Account) -> endpoint::Result {
    let shown = Shown::read(&state.bearer.members, account, &state.site.public_url);
    endpoint::ok(&Answer {
        member: shown.await?,
    })
}
