//! The member's picture in READMEs: which of them show it, and what comes of a change of it.
//!
//! A rendition stays while a report names it. A report names it before the output shows it, and only
//! then is the account looked at once more; whoever changes the picture changes the account first and
//! reads the reports then. So either the change is seen here, or the name is seen there.

use blobs::layout::SourceKey;
use frontmatter::Output;
use members::{Account, Report};
use profile_picture::Shelf;
use serde_json::Value;

use crate::State;
use crate::reconcile::{MAX_WARNINGS, settle};

/// Edge length of the profile picture that a document shows, in pixels.
const SIZE: &str = "512";
/// Code of the warning that a document asks for an image that isn't there.
const MISSING: &str = "missing-asset";

/// The member's pictures by the names of their files, with the URLs that documents show.
pub(crate) fn files(state: &State, member: &Account) -> Vec<(String, String)> {
    let file = member.picture_file.clone().zip(url(state, member));
    file.into_iter().collect()
}

/// The key of the member's picture, if the output shows it.
pub(crate) fn shown(state: &State, member: &Account, output: &Output) -> Option<String> {
    let url = url(state, member)?;
    let shows = std::str::from_utf8(&output.bytes).is_ok_and(|text| text.contains(&url));
    current(member).filter(|_| shows).cloned()
}

fn url(state: &State, member: &Account) -> Option<String> {
    let urls = member.picture.as_ref()?.urls(&state.public_url);
    urls.get(SIZE).cloned()
}

fn current(member: &Account) -> Option<&String> {
    member.picture.as_ref()?.0.get(SIZE)
}

/// Names `key` in the report `before`, for an output that is about to show it. Returns the report
/// that stands; `None`: it changed under our hands, or the member's picture did.
pub(crate) async fn claim(
    state: &State,
    member: &Account,
    before: Option<Report>,
    key: &str,
    blank: Report,
) -> anyhow::Result<Option<Report>> {
    let mut claimed = before.clone().unwrap_or(blank);
    if !claimed.pictures.iter().any(|known| known == key) {
        claimed.pictures.push(key.to_owned());
        let put = state
            .members
            .put_report(&member.id, before.as_ref(), &claimed);
        if !put.await? {
            return Ok(None);
        }
    }
    Ok((!changed_since(state, member).await?).then_some(claimed))
}

/// Whether the member's picture is another one than it was when `member` was read.
pub(crate) async fn changed_since(state: &State, member: &Account) -> anyhow::Result<bool> {
    let now = state.members.by_email(&member.email).await?;
    Ok(now.is_none_or(|now| now.picture_changes != member.picture_changes))
}

/// Whether a change of the picture may change what this output shows.
pub(crate) fn misses_an_image(report: &Report) -> bool {
    let warnings = report.warnings.as_array();
    warnings.is_some_and(|warnings| {
        let mut codes = warnings
            .iter()
            .map(|warning| warning.get("code").and_then(Value::as_str));
        // Where there are more than are kept, it may be among the others.
        warnings.len() >= MAX_WARNINGS || codes.any(|code| code == Some(MISSING))
    })
}

/// Brings the member's READMEs in line with a picture that was changed: those that show another
/// one, and those that ask for an image that wasn't there. Then nothing names the former picture.
///
/// Nothing goes round in circles: converting a README changes no picture.
pub(crate) async fn changed(state: &State, member_id: &str) -> anyhow::Result<()> {
    let Some(member) = state.members.by_id(member_id).await? else {
        return Ok(());
    };
    let mut former = Vec::new();
    for report in state.members.reports(member_id).await? {
        let mut others = report.pictures.clone();
        others.retain(|key| Some(key) != current(&member));
        if !others.is_empty() || (report.live && misses_an_image(&report)) {
            settle(state, &SourceKey::new(member_id, &report.slug)).await?;
        }
        former.append(&mut others);
    }
    // Two READMEs that let go of a picture at the same time each leave it to the other.
    shelf(state).let_go(&member, None, &former).await
}

/// Deletes what the report `before` names, its README doesn't show any more, which shows `now`, and
/// nothing else does.
pub(crate) async fn let_go(
    state: &State,
    member: &Account,
    before: Option<&Report>,
    now: Option<&String>,
) -> anyhow::Result<()> {
    let Some(before) = before else { return Ok(()) };
    let mut keys = before.pictures.clone();
    keys.retain(|key| Some(key) != now && Some(key) != current(member));
    if keys.is_empty() {
        return Ok(());
    }
    shelf(state).let_go(member, Some(&before.slug), &keys).await
}

fn shelf(state: &State) -> Shelf<'_> {
    Shelf {
        uploads: &state.uploads,
        content: &state.content,
        members: &state.members,
        now_ms: state.clock.unix_milliseconds(),
    }
}
