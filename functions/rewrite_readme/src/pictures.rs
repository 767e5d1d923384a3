//! The member's picture in READMEs: which of them show it, and what comes of a change of it.
//!
//! A rendition stays while a report names it. A report names it before the output shows it, and only
//! then is the account looked at once more; whoever changes the picture changes the account first and
//! reads the reports then. So either the change is seen here, or the name is seen there.

use std::collections::BTreeSet;

use anyhow::Context as _;
use blobs::layout::{self, PictureChangeKey, SourceKey, handle_of_rendition, upload_of};
use conversion::Shown;
use conversion::picture::current;
use conversion::report::MAX_WARNINGS;
use members::{Account, Report, Standing, State as Outcome, Summary};
use renditions::{LetGo, Shelf};
use uploads::ask_later;

use crate::publication::by_key;
use crate::reconcile::leavings;
use crate::{State, files};

/// Names what an output is about to show in the report `before`. Returns the report that stands; `None`: it changed under our
/// hands, or the member's picture did, or one of the files.
pub(crate) async fn claim(
    state: &State,
    member: &Account,
    before: Option<Report>,
    shown: &[Shown],
    blank: Report,
) -> anyhow::Result<Option<Report>> {
    let mut claimed = before.clone().unwrap_or(blank);
    let known = claimed.pictures.len();
    claimed.shown.extend(shown.iter().map(by_key));
    for Shown { key, .. } in shown {
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
        changed_since(state, member).await? || files::changed_since(state, member, shown).await?;
    Ok((!is_stale).then_some(claimed))
}

/// Copies what was shown under a former handle under the one of now, and returns its key. `None`: it is gone, or the profile's
/// picture, whose newest is the member's wherever it is listed.
pub(crate) async fn bring_here(
    state: &State,
    member: &Account,
    shown: &Shown,
) -> anyhow::Result<Option<String>> {
    let Some(file) = &shown.file else {
        return Ok(None);
    };
    shelf(state).bring_file(member, &file.id, &shown.key).await
}

/// Whether the member's picture is another one than it was when `member` was read.
pub(crate) async fn changed_since(state: &State, member: &Account) -> anyhow::Result<bool> {
    let now = state.members.by_email(&member.email).await?;
    Ok(now.is_none_or(|now| now.picture_changes != member.picture_changes))
}

/// Whether a change of the picture may change what this document shows, or what editors are shown of it.
pub(crate) fn misses_an_image(report: &Report) -> bool {
    may_miss_an_image(&Summary::of(report))
}

fn may_miss_an_image(report: &Summary) -> bool {
    // Where there are more warnings than are kept, it may be among the others.
    let misses_one = report.warnings >= MAX_WARNINGS || report.misses_an_image;
    match report.state {
        // The warnings are of another version than the one that is live, and editors are shown this one.
        Outcome::Waiting | Outcome::Withdrawn | Outcome::Scheduled => true,
        Outcome::Rejected => report.live,
        Outcome::Published => report.live && misses_one,
        Outcome::Draft => false,
    }
}

/// Asks for the member's READMEs that have to do with a picture that was changed: those that show another
/// one, and those that ask for an image that wasn't there. Then nothing names the former picture. One that was taken away
/// CloudFront is told to forget; one that another took the place of it forgets after five minutes by itself.
///
/// Nothing goes round in circles: converting a README changes no picture.
pub(crate) async fn changed(state: &State, change: &PictureChangeKey) -> anyhow::Result<()> {
    let member_id = &change.member_id;
    let member = match state.members.standing(member_id).await? {
        Standing::Member(member) => *member,
        Standing::Departed(departed) => {
            return leavings(state, &departed)
                .erase_picture_change(change)
                .await;
        }
        // The word of a change is empty, and expires.
        Standing::Nobody => return Ok(()),
    };
    let reports = state.members.summaries(member_id, None).await?;
    let concerned = reports.iter().filter(|report| {
        let is_of_profile = |key: &&String| key.starts_with(layout::all_pictures());
        let mut shown = report.pictures.iter().filter(is_of_profile);
        let shows_another = shown.any(|key| Some(key) != current(&member));
        shows_another || may_miss_an_image(report)
    });
    let sources = concerned.map(|report| SourceKey::new(member_id, &report.slug));
    ask_later(&state.uploads, sources).await?;
    if change.is_removal {
        // What was under a former handle is forgotten with that.
        let all = format!("{}*", layout::pictures_prefix(&member.handle));
        forget(state, &[all]).await?;
    }
    Ok(())
}

/// Deletes what the report `before` named, `after` doesn't, which is written, and nothing else does: of
/// READMEs that let go of a picture at the same time the last one to report finds it named by none. No `after`: the report
/// is deleted.
pub(crate) async fn let_go_after(
    state: &State,
    member: &Account,
    before: Option<&Report>,
    after: Option<&Report>,
) -> anyhow::Result<()> {
    let Some(before) = before else { return Ok(()) };
    let shows = after.map_or_else(Shows::default, |after| Shows {
        keys: after.pictures.clone(),
        lines: after.shown.values().cloned().collect(),
    });
    // `let_go` told of what was gone before the report was written.
    let let_go = erase(state, member, None, before, &shows).await?;
    forget_taken_away(state, member, before, let_go.erased, &shows).await
}

/// Deletes what the report `before` names, its README doesn't show any more, which shows `now`, and
/// nothing else does.
pub(crate) async fn let_go(
    state: &State,
    member: &Account,
    before: Option<&Report>,
    now: &[Shown],
) -> anyhow::Result<()> {
    let Some(before) = before else { return Ok(()) };
    let shows = Shows {
        keys: now.iter().map(|shown| shown.key.clone()).collect(),
        lines: now.iter().map(|shown| shown.line.clone()).collect(),
    };
    let let_go = erase(state, member, Some(&before.slug), before, &shows).await?;
    // A look that was cut short may have erased it, and told nobody.
    let gone = [let_go.erased, let_go.erased_before].concat();
    forget_taken_away(state, member, before, gone, &shows).await
}

/// What a README shows.
#[derive(Default)]
struct Shows {
    keys: Vec<String>,
    /// Of which picture or file each is a version.
    lines: BTreeSet<String>,
}

async fn erase(
    state: &State,
    member: &Account,
    slug: Option<&str>,
    before: &Report,
    shows: &Shows,
) -> anyhow::Result<LetGo> {
    let mut keys = before.pictures.clone();
    keys.retain(|key| !shows.keys.contains(key) && Some(key) != current(member));
    if keys.is_empty() {
        return Ok(LetGo::default());
    }
    shelf(state).let_go(member, slug, &keys).await
}

/// Has CloudFront forget what is `gone`, but for what its README shows another version of now.
async fn forget_taken_away(
    state: &State,
    member: &Account,
    before: &Report,
    mut gone: Vec<String>,
    shows: &Shows,
) -> anyhow::Result<()> {
    // Under a former handle nothing is to be left, whatever is shown instead.
    let is_here = |key: &str| handle_of_rendition(key) == Some(member.handle.as_str());
    let is_replaced =
        |(key, line): &(&String, &String)| is_here(key) && shows.lines.contains(*line);
    let replaced = before.shown.iter().filter(is_replaced);
    let replaced: BTreeSet<&str> = replaced.map(|(key, _)| upload_of(key)).collect();
    gone.retain(|key| !replaced.contains(upload_of(key)));
    forget(state, &gone).await
}

/// Has CloudFront forget what was taken away. If it can't be told, the message comes again.
async fn forget(state: &State, keys: &[String]) -> anyhow::Result<()> {
    let reference = base16ct::lower::encode_string(&rand::random::<[u8; 16]>());
    let told = state.distribution.forget(keys, &reference).await;
    told.context("CloudFront keeps copies of pictures that were taken away")
}

fn shelf(state: &State) -> Shelf<'_> {
    Shelf {
        uploads: &state.uploads,
        content: &state.content,
        members: &state.members,
        now_ms: state.clock.unix_milliseconds(),
    }
}
