//! What an administrator did to the member's account, until the member puts it away.

use endpoint::{Error, JsonObject, rfc3339, sentence};
use members::{Deed, Member, Members, Notice};
use serde::Serialize;

/// One of them. A page says in words what it means.
#[derive(Serialize)]
pub(crate) struct Told {
    at: String,
    what: Deed,
    #[serde(skip_serializing_if = "Option::is_none")]
    became: Option<String>,
    /// Who did it; `None`: whoever has the command line, or somebody who is gone.
    by: Option<Somebody>,
}

#[derive(Serialize)]
pub(crate) struct Somebody {
    handle: String,
    name: String,
}

/// A time to the millisecond (RFC 3339), whose texts are in the order of the times.
fn at(at_ms: u64) -> String {
    let seconds = rfc3339(at_ms / 1000);
    let seconds = seconds.trim_end_matches('Z');
    format!("{seconds}.{:03}Z", at_ms % 1000)
}

/// The notices that a member is told, newest first.
pub(crate) async fn told(members: &Members, member: &Member) -> endpoint::Result<Vec<Told>> {
    let mut told = Vec::new();
    for Notice {
        at_ms,
        deed,
        became,
        by,
    } in members.notices(&member.id).await?
    {
        let by = match by {
            Some(id) => members.by_id(&id).await?,
            None => None,
        };
        told.push(Told {
            at: at(at_ms),
            what: deed,
            became,
            by: by.map(|by| Somebody {
                handle: by.handle,
                name: by.name,
            }),
        });
    }
    Ok(told)
}

/// Puts away what was told up to the `at` that the request names.
pub(crate) async fn put_away(
    members: &Members,
    body: &JsonObject,
    member: &Member,
) -> endpoint::Result<()> {
    let seen = body.string("notices_seen")?;
    let notices = members.notices(&member.id).await?;
    let up_to = notices.iter().find(|notice| at(notice.at_ms) == seen);
    match up_to {
        Some(notice) => Ok(members.put_notices_away(&member.id, notice.at_ms).await?),
        // Put away already, in another tab.
        None if is_time(seen) => Ok(()),
        None => Err(Error::BadRequest(sentence!("api.notices_seen"))),
    }
}

/// Whether a text is of the form that [`at`] writes.
fn is_time(text: &str) -> bool {
    let pattern = at(0);
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, like)| byte == like || (byte.is_ascii_digit() && like.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_to_the_millisecond() {
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(1_766_000_000_007), "2025-12-17T19:33:20.007Z");
        assert!(is_time("2025-12-17T19:33:20.007Z"));
        for other in [
            "",
            "2025-12-17T19:33:20Z",
            "now",
            "2025-12-17T19:33:20.007+",
        ] {
            assert!(!is_time(other), "{other}");
        }
    }
}
