//! What every way of making a member shares: the rules for names, and the account to begin with.

use endpoint::Clock;
use members::{Email, NewMember};
use uuid::Uuid;

/// Longest name, in code points.
const MAX_NAME: usize = 100;

/// A name as it is stored.
pub(super) fn check_name(typed: &str) -> Result<&str, String> {
    let name = typed.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        Err(format!("a name has 1 to {MAX_NAME} characters on one line"))
    } else {
        Ok(name)
    }
}

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
