//! The member's picture in READMEs: which of them show it, and what comes of a change of it.
//!
//! A rendition stays while a report names it. A report names it before the output shows it, and only
//! then is the account looked at once more; whoever changes the picture changes the account first and
//! reads the reports then. So either the change is seen here, or the name is seen there.

use anyhow::Context as _;
use blobs::layout::{self, SourceKey};
use conversion::picture::{current, url};
use conversion::report::MAX_WARNINGS;
use frontmatter::Output;
use members::{Account, File, Report, Standing, State as Outcome, Summary};
use renditions::Shelf;
use uploads::ask_later;

use crate::reconcile::leavings;
use crate::{State, files};

/// The key of the member's picture, if the output shows it.
pub(crate) fn shown(state: &State, member: &Account, output: &Output) -> Option<String> {
    let url = url(&state.public_url, member)?;
    let shows = std::str::from_utf8(&output.bytes).is_ok_and(|text| text.contains(&url));
    current(member).filter(|_| shows).cloned()
}

/// Names `keys` in the report `before`, for an output that is about to show them. Returns the report
/// that stands; `None`: it changed under our hands, or the member's picture did, or one of `files`.
pub(crate) async fn claim(
    state: &State,
    member: &Account,
    before: Option<Report>,
    keys: &[String],
    files: &[File],
    blank: Report,
) -> anyhow::Result<Option<Report>> {
    let mut claimed = before.clone().unwrap_or(blank);
    let known = claimed.pictures.len();
    for key in keys {
        if !claimed.pictures.contains(key) {
            claimed.pictures.push(key.clone());
        }
    }
    if claimed.pictures.len() > known {
        let put = state
            .members
            .put_report(&member.id, before.as_ref(), &claimed);
        if !put.await? {
            return Ok(None);
        }
    }
    let is_stale =
        changed_since(state, member).await? || files::changed_since(state, member, files).await?;
    Ok((!is_stale).then_some(claimed))
}

/// Whether the member's picture is another one than it was when `member` was read.
pub(crate) async fn changed_since(state: &State, member: &Account) -> anyhow::Result<bool> {
    let now = state.members.by_email(&member.email).await?;
    Ok(now.is_none_or(|now| now.picture_changes != member.picture_changes))
}

/// Whether a change of the picture may change what this output shows.
pub(crate) fn misses_an_image(report: &Report) -> bool {
    may_miss_an_image(&Summary::of(report))
}

fn may_miss_an_image(report: &Summary) -> bool {
    // Where there are more warnings than are kept, it may be among the others. While a version waits, the warnings are of
    // that, and not of the one that is live.
    let is_of_other = report.state == Outcome::Waiting;
    report.warnings >= MAX_WARNINGS || report.misses_an_image || is_of_other
}

/// Asks for the member's READMEs that have to do with a picture that was changed: those that show another
/// one, and those that ask for an image that wasn't there. Then nothing names the former picture.
///
/// Nothing goes round in circles: converting a README changes no picture.
pub(crate) async fn changed(state: &State, member_id: &str) -> anyhow::Result<()> {
    let member = match state.members.standing(member_id).await? {
        Standing::Member(member) => *member,
        Standing::Departed(departed) => {
            return leavings(state, &departed).erase_picture_change().await;
        }
        // The word of a change is empty, and expires.
        Standing::Nobody => return Ok(()),
    };
    let reports = state.members.summaries(member_id, None).await?;
    let concerned = reports.iter().filter(|report| {
        let is_of_profile = |key: &&String| key.starts_with(layout::all_pictures());
        let mut shown = report.pictures.iter().filter(is_of_profile);
        let shows_another = shown.any(|key| Some(key) != current(&member));
        shows_another || (report.live && may_miss_an_image(report))
    });
    let sources = concerned.map(|report| SourceKey::new(member_id, &report.slug));
    ask_later(&state.uploads, sources).await?;
    // Before the first picture there was nothing to be cached.
    if member.picture_changes > 1 {
        let all = member
            .handles()
            .map(|handle| format!("{}*", layout::pictures_prefix(handle)));
        forget(state, &all.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Deletes what the report `before` named, `after` doesn't, which is written, and nothing else does: of
/// READMEs that let go of a picture at the same time the last one to report finds it named by none.
pub(crate) async fn let_go_after(
    state: &State,
    member: &Account,
    before: Option<&Report>,
    after: &Report,
) -> anyhow::Result<()> {
    let Some(before) = before else { return Ok(()) };
    let mut keys = before.pictures.clone();
    keys.retain(|key| !after.pictures.contains(key) && Some(key) != current(member));
    if keys.is_empty() {
        return Ok(());
    }
    shelf(state).let_go(member, None, &keys).await?;
    forget(state, &keys).await
}

/// Has CloudFront forget what was taken away. If it can't be told, the message comes again.
async fn forget(state: &State, keys: &[String]) -> anyhow::Result<()> {
    let reference = base16ct::lower::encode_string(&rand::random::<[u8; 16]>());
    let told = state.distribution.forget(keys, &reference).await;
    told.context("CloudFront keeps copies of pictures that were taken away")
}

/// Deletes what the report `before` names, its README doesn't show any more, which shows `now`, and
/// nothing else does.
pub(crate) async fn let_go(
    state: &State,
    member: &Account,
    before: Option<&Report>,
    now: &[String],
) -> anyhow::Result<()> {
    let Some(before) = before else { return Ok(()) };
    let mut keys = before.pictures.clone();
    keys.retain(|key| !now.contains(key) && Some(key) != current(member));
    if keys.is_empty() {
        return Ok(());
    }
    shelf(state)
        .let_go(member, Some(&before.slug), &keys)
        .await?;
    forget(state, &keys).await
}

fn shelf(state: &State) -> Shelf<'_> {
    Shelf {
        uploads: &state.uploads,
        content: &state.content,
        members: &state.members,
        now_ms: state.clock.unix_milliseconds(),
    }
}
