//! What every way of making a member shares: the account to begin with.

use endpoint::Clock;
use members::{Email, NewMember, Role};
use uuid::Uuid;

pub(super) fn new(
    email: Email,
    name: &str,
    handle: &str,
    password_hash: Option<String>,
) -> NewMember {
    NewMember {
        id: Uuid::now_v7().to_string(),
        email,
        name: name.to_owned(),
        handle: handle.to_owned(),
        password_hash,
        role: Role::Member,
        created_at: Clock::system().unix_seconds(),
    }
}

/// None of `handles` was free.
pub(super) fn handle_taken(handles: &[String]) -> anyhow::Error {
    anyhow::anyhow!(
        "the handle “{}” is taken; choose another with --handle",
        handles.first().map_or("", String::as_str)
    )
}
