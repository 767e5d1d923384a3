//! One README: source, output and report brought in line.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use blobs::layout::{
    self, FileChangeKey, LaterKey, MAX_README_BYTES, NameChangeKey, OWN_PAGE, OWNER,
    PictureChangeKey, SourceKey, SourceNote, content_key,
};
use blobs::{Condition, Head, Stored, Upload};
use bytes::Bytes;
use conversion::{Converted, Source, report};
use endpoint::{Sentence, sentence};
use frontmatter::Output;
use frontmatter::names::fold;
use members::{Account, Departed, File, Report, Standing, State as Outcome};
use removal::Leavings;
use serde_json::json;
use sha2::{Digest, Sha256};
use uploads::{ROUNDS, Seen};

use crate::{State, files, moved, names, pictures, referrers, renamed};

/// Name of the output's metadata that holds the SHA-256 of its bytes, in hexadecimal.
const SHA256: &str = "sha256";
const CACHE_CONTROL: &str = "public, max-age=0, must-revalidate";

/// Brings one key in line, and asks for those to be whose links ask for a name that came or went with
/// it.
pub(crate) async fn reconcile(state: &State, key: &str) -> anyhow::Result<()> {
    if let Some(PictureChangeKey { member_id }) = PictureChangeKey::parse(key) {
        return pictures::changed(state, &member_id).await;
    }
    if let Some(change) = FileChangeKey::parse(key) {
        return files::changed(state, &change).await;
    }
    if let Some(NameChangeKey { member_id }) = NameChangeKey::parse(key) {
        return renamed::changed(state, &member_id).await;
    }
    let later = LaterKey::parse(key);
    if let Some(asked) = &later {
        begin(state, asked).await?;
    }
    let source = later.map(|LaterKey(source)| source);
    let Some(source) = source.or_else(|| SourceKey::parse(key)) else {
        tracing::info!("passed over a key that is no README's");
        return Ok(());
    };
    for _ in 0..ROUNDS {
        let Some((member, settled)) = settle(state, &source).await? else {
            return Ok(());
        };
        let told = referrers::tell(state, &member, &source, settled).await?;
        if !told {
            continue;
        }
        if settled == Settled::Gone {
            // Nothing may be taken away from a document that came back meanwhile. And what was withdrawn
            // left a delete marker, which would stay of a member who went meanwhile.
            let came_back = state.uploads.head(&source.key()).await?.is_some();
            if came_back || state.members.by_id(&member.id).await?.is_none() {
                continue;
            }
        }
        return Ok(());
    }
    anyhow::bail!("the README kept changing for {ROUNDS} rounds")
}

/// Notes that the look begins that was asked for.
async fn begin(state: &State, asked: &LaterKey) -> anyhow::Result<()> {
    let key = asked.key();
    if let Some(seen) = state.uploads.head(&key).await? {
        state.uploads.delete_seen(&key, &seen).await?;
    }
    Ok(())
}

/// What a source turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    Gone,
    There,
}

/// Looks at a source, and at whether it changed meanwhile, until it has been seen whole. `None`:
/// it is nobody's, and erased.
pub(crate) async fn settle(
    state: &State,
    source: &SourceKey,
) -> anyhow::Result<Option<(Account, Settled)>> {
    for _ in 0..ROUNDS {
        let Some(member) = author(state, source).await? else {
            return Ok(None);
        };
        let went = AtomicBool::new(false);
        let seen = {
            let (member, went) = (&member, &went);
            uploads::settle(
                &state.uploads,
                &source.key(),
                MAX_README_BYTES,
                |seen| async move { bring_in_line(state, member, source, &seen, went).await },
            )
            .await?
        };
        if went.into_inner() {
            continue;
        }
        let settled = match *seen {
            Seen::Gone => Settled::Gone,
            _ => Settled::There,
        };
        return Ok(Some((member, settled)));
    }
    anyhow::bail!("the member kept coming and going for {ROUNDS} rounds")
}

/// Whose README it is. `None`: nobody's, and then it is erased. Of a member who is gone nothing stays;
/// what no member is known of is deleted so that an older version can be brought back, since it may be
/// the table that is wrong.
async fn author(state: &State, source: &SourceKey) -> anyhow::Result<Option<Account>> {
    match state.members.standing(&source.member_id).await? {
        Standing::Member(member) => return Ok(Some(*member)),
        Standing::Departed(departed) => {
            leavings(state, &departed).erase_readme(source).await?;
        }
        Standing::Nobody => {
            let key = source.key();
            if state.uploads.head(&key).await?.is_some() {
                tracing::warn!(member = source.member_id, "deleted a README of nobody");
                state.uploads.delete(&key).await?;
            }
        }
    }
    Ok(None)
}

pub(crate) fn leavings<'a>(state: &'a State, departed: &'a Departed) -> Leavings<'a> {
    Leavings {
        uploads: &state.uploads,
        content: &state.content,
        members: &state.members,
        departed,
        now_ms: state.clock.unix_milliseconds(),
    }
}

/// Output and report as the source wants them. `false`: one of them changed under our hands. `went` is
/// set where the member goes.
async fn bring_in_line(
    state: &State,
    member: &Account,
    source: &SourceKey,
    seen: &Seen,
    went: &AtomicBool,
) -> anyhow::Result<bool> {
    let output_key = content_key(&source.entry_id(&member.handle));
    if let Seen::Gone = seen {
        take_away(state, member, source, &output_key).await?;
        return Ok(true);
    }
    // The picture may be another one than a moment ago, and the address somebody else's.
    let now = state.members.by_email(&member.email).await?;
    let Some(member) = &now.filter(|now| is_as_it_was(now, member)) else {
        went.store(true, Ordering::Relaxed);
        return Ok(true);
    };
    let object = match seen {
        Seen::Gone | Seen::TooLarge(None) => return Ok(false),
        Seen::TooLarge(Some(head)) => {
            let reason = frontmatter::Reject::TooLarge.sentence();
            return reject(state, member, source, head, &output_key, reason).await;
        }
        Seen::Source(object) => object,
    };
    let Some(address) = moved::here(state, member, source, &object.head).await? else {
        return Ok(false);
    };
    let output = state.content.head(&output_key).await?;
    let mut before = state.members.report(&member.id, &source.slug).await?;
    let known_links = before
        .as_ref()
        .map_or_else(Vec::new, |report| report.links.clone());
    let document = Source::of(
        source,
        object,
        time_for(state, before.as_ref(), &object.head),
    );
    let converted = convert(state, member, &document, &known_links).await?;
    let Converted {
        output: converted,
        files: found,
        asked,
    } = match converted {
        Ok(converted) => converted,
        Err(reason) => {
            return reject(state, member, source, &object.head, &output_key, reason).await;
        }
    };
    let (files, keys) = shown(state, member, found, &converted);
    if !keys.is_empty() {
        let blank = Report {
            source_version: String::new(),
            ..report_after(None, source, &object.head)
        };
        before = pictures::claim(state, member, before, &keys, &files, blank).await?;
        if before.is_none() {
            return Ok(false);
        }
    }
    let digest = if converted.draft {
        withdraw(state, member, source, output).await?;
        None
    } else {
        let seen = (output.as_ref(), before.as_ref());
        match put_output(state, member, &output_key, seen, &converted).await? {
            Stored::Stored(etag) => Some(manifest::digest_of(&etag).to_owned()),
            Stored::Changed => return Ok(false),
        }
    };
    list(state, member, source, !converted.draft).await?;
    leave_former_handles(state, member, source).await?;
    moved::publish(state, member, source, &address, !converted.draft).await?;
    let (outcome, until) = report::outcome(&converted);
    let names = names::of(member, &document, &converted, &address);
    pictures::let_go(state, member, before.as_ref(), &keys).await?;
    referrers::forget(state, source, &known_links, &asked).await?;
    let report = Report {
        state: outcome,
        live: !converted.draft,
        digest,
        until,
        fields: report::fields(&converted),
        warnings: report::warnings(&converted),
        pictures: keys,
        // None of a draft, whose links aren't looked up.
        links: asked,
        names,
        ..report_after(before.as_ref(), source, &object.head)
    };
    tracing::info!(member = member.id, slug = source.slug, state = ?report.state, "looked at a README");
    let reported = state
        .members
        .put_report(&member.id, before.as_ref(), &report)
        .await?;
    if reported {
        pictures::let_go_after(state, member, before.as_ref(), &report).await?;
    }
    // What was written for somebody who was renamed meanwhile is taken away by the next round.
    if !stays(state, member).await? {
        went.store(true, Ordering::Relaxed);
        return Ok(true);
    }
    // Whoever changes the picture later finds the report that says what is missing.
    let is_stale = report.live
        && pictures::misses_an_image(&report)
        && pictures::changed_since(state, member).await?;
    Ok(reported && !is_stale)
}

/// Takes everything off the site that was made of a source which is gone.
async fn take_away(
    state: &State,
    member: &Account,
    source: &SourceKey,
    output_key: &str,
) -> anyhow::Result<()> {
    let output = state.content.head(output_key).await?;
    withdraw(state, member, source, output).await?;
    list(state, member, source, false).await?;
    leave_former_handles(state, member, source).await?;
    moved::gone(state, member, source).await
}

/// The document converted, and noted under the names that it asks for; `Err` is the sentence that says why there is none.
async fn convert(
    state: &State,
    member: &Account,
    document: &Source<'_>,
    known_links: &[String],
) -> anyhow::Result<Result<Converted, Sentence>> {
    if !document.key.is_canonical() {
        return Ok(Err(sentence!("reason.document_name")));
    }
    let note = |asked| referrers::note(state, document.key, known_links, asked);
    conversion::convert(&state.site(), &state.converting, member, document, note).await
}

/// Those of the files that were `found` which the output shows, and the keys of all renditions that it does.
fn shown(
    state: &State,
    member: &Account,
    found: Vec<File>,
    converted: &Output,
) -> (Vec<File>, Vec<String>) {
    // A draft shows nobody anything.
    if converted.draft {
        return (Vec::new(), Vec::new());
    }
    let files = files::shown(state, found, converted);
    let of_files = files.iter().filter_map(File::shown).cloned();
    let picture = pictures::shown(state, member, converted);
    let keys = picture.into_iter().chain(of_files).collect();
    (files, keys)
}

/// Lists the member's own page under the member's name, or no longer.
async fn list(
    state: &State,
    member: &Account,
    source: &SourceKey,
    is_live: bool,
) -> anyhow::Result<()> {
    let name = fold(&member.name);
    if source.slug != OWN_PAGE || !(1..=names::MAX_NAME_BYTES).contains(&name.len()) {
        return Ok(());
    }
    if is_live {
        // Of a member who goes the report is refused, too.
        state.members.put_page(&name, member).await?;
    } else {
        state.members.delete_page(&name, &member.handle).await?;
    }
    Ok(())
}

/// Takes what was published under handles that the member had before off the site, and the page off the list
/// under former names.
async fn leave_former_handles(
    state: &State,
    member: &Account,
    source: &SourceKey,
) -> anyhow::Result<()> {
    for handle in &member.former_handles {
        let former = Account {
            handle: handle.clone(),
            ..member.clone()
        };
        let output_key = content_key(&source.entry_id(handle));
        let output = state.content.head(&output_key).await?;
        withdraw(state, &former, source, output).await?;
    }
    if source.slug != OWN_PAGE {
        return Ok(());
    }
    for handle in member.handles() {
        for name in member.names() {
            if *handle != member.handle || *name != member.name {
                state.members.delete_page(&fold(name), handle).await?;
            }
        }
    }
    Ok(())
}

/// Takes the output off the site, where there is one.
async fn withdraw(
    state: &State,
    member: &Account,
    source: &SourceKey,
    output: Option<Head>,
) -> anyhow::Result<()> {
    if output.is_some_and(|output| is_of(member, &output)) {
        let now = state.clock.unix_milliseconds();
        state.members.note_change(now).await?;
        let key = content_key(&source.entry_id(&member.handle));
        state.content.delete(&key).await?;
    }
    // Whenever it comes back, it waits for a build again.
    Ok(state
        .members
        .forget_built(&member.handle, &source.slug)
        .await?)
}

/// Whether an output was written for this member. Under the handle of a member who is gone there may be
/// one of theirs until its message comes; one of before outputs said so is the handle's owner's.
fn is_of(member: &Account, output: &Head) -> bool {
    let owner = output.metadata.get(OWNER);
    owner.is_none_or(|owner| *owner == layout::owner(&member.id))
}

/// The time by which it is told what is kept back, in Unix seconds. What came out stays out, wherever a clock goes.
fn time_for(state: &State, before: Option<&Report>, head: &Head) -> u64 {
    let came_out = before
        .filter(|report| report.state == Outcome::Published && report.source_version == head.etag)
        .and_then(|report| report.until);
    state.clock.unix_seconds().max(came_out.unwrap_or_default())
}

/// Writes the output over the one that was seen, unless it is the same. The site is built at once with
/// one that was `before` said to come out.
async fn put_output(
    state: &State,
    member: &Account,
    key: &str,
    (seen, before): (Option<&Head>, Option<&Report>),
    converted: &Output,
) -> anyhow::Result<Stored> {
    let digest = base16ct::lower::encode_string(&Sha256::digest(&converted.bytes));
    let is_same = |head: &&Head| head.metadata.get(SHA256) == Some(&digest) && is_of(member, head);
    if let Some(seen) = seen.filter(is_same) {
        return Ok(Stored::Stored(seen.etag.clone()));
    }
    let now = state.clock.unix_milliseconds();
    if before.is_some_and(|before| before.state == Outcome::Scheduled) {
        state.members.note_change_at_once(now).await?;
    } else {
        state.members.note_change(now).await?;
    }
    let upload = Upload {
        bytes: Bytes::copy_from_slice(&converted.bytes),
        content_type: "text/markdown; charset=utf-8",
        cache_control: Some(CACHE_CONTROL),
        metadata: [
            (SHA256.to_owned(), digest),
            (OWNER.to_owned(), layout::owner(&member.id)),
        ]
        .into(),
        ..Upload::default()
    };
    let condition = seen.map_or(Condition::Absent, |head| Condition::Unchanged(&head.etag));
    let stored = state.content.put(key, upload, condition).await;
    stored.context("the output")
}

/// Reports why a file isn't published; the last good version stays as it was, if there is one.
/// `false`: the report changed under our hands.
async fn reject(
    state: &State,
    member: &Account,
    source: &SourceKey,
    head: &Head,
    output_key: &str,
    reason: Sentence,
) -> anyhow::Result<bool> {
    leave_former_handles(state, member, source).await?;
    let before = state
        .members
        .report(&source.member_id, &source.slug)
        .await?;
    let output = state.content.head(output_key).await?;
    let output = output.filter(|output| is_of(member, output));
    let live = output.is_some();
    let mut report = Report {
        live,
        digest: output.map(|head| manifest::digest_of(&head.etag).to_owned()),
        reason: Some(reason.to_string()),
        reason_said: Some(reason),
        ..report_after(before.as_ref(), source, head)
    };
    if let Some(before) = &before {
        report.links.clone_from(&before.links);
        if live {
            report.pictures.clone_from(&before.pictures);
            report.names.clone_from(&before.names);
        }
    }
    tracing::info!(
        member = source.member_id,
        slug = source.slug,
        "rejected a README"
    );
    let reported = state
        .members
        .put_report(&source.member_id, before.as_ref(), &report)
        .await?;
    if reported {
        pictures::let_go_after(state, member, before.as_ref(), &report).await?;
    }
    Ok(reported)
}

/// A report that says nothing yet, but still knows what its referrers were told.
fn report_after(before: Option<&Report>, source: &SourceKey, head: &Head) -> Report {
    let told = |names: fn(&Report) -> &Vec<String>| {
        before.map_or_else(Vec::new, |report| names(report).clone())
    };
    let note = SourceNote::from_metadata(&head.metadata);
    let (file_name, path, sha256) = note.map_or((None, None, None), |note| {
        (Some(note.file_name), Some(note.path), Some(note.sha256))
    });
    Report {
        slug: source.slug.clone(),
        source_version: head.etag.clone(),
        state: Outcome::Rejected,
        live: false,
        file_name,
        path,
        sha256,
        reason: None,
        reason_said: None,
        until: None,
        fields: json!([]),
        warnings: json!([]),
        digest: None,
        converter: frontmatter::CONVERTER.to_owned(),
        pictures: Vec::new(),
        links: Vec::new(),
        names: Vec::new(),
        indexed: true,
        // Of what no index leads to, referrers may never have been told.
        announced: told(|report| &report.announced)
            .into_iter()
            .filter(|_| before.is_some_and(|report| report.indexed))
            .collect(),
        telling: told(|report| &report.telling),
    }
}

/// Whether `member` is the same member still, under the same handle and name, who doesn't go.
fn is_as_it_was(now: &Account, member: &Account) -> bool {
    now.id == member.id && !now.is_going() && !now.is_renamed(member)
}

/// Whether it still is when asked.
async fn stays(state: &State, member: &Account) -> anyhow::Result<bool> {
    let now = state.members.by_email(&member.email).await?;
    Ok(now.is_some_and(|now| is_as_it_was(&now, member)))
}
