//! One README: source, output and report brought in line.

use anyhow::Context as _;
use blobs::layout::{
    MAX_README_BYTES, OWN_PAGE, PictureChangeKey, SourceKey, SourceNote, content_key,
};
use blobs::{Condition, Head, Stored, Upload};
use bytes::Bytes;
use frontmatter::Output;
use frontmatter::names::fold;
use members::{Account, Report, State as Outcome};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uploads::{ROUNDS, Seen};

use crate::{State, convert, pictures, referrers};

/// Warnings kept in a report; a DynamoDB item holds 400 KB.
pub(crate) const MAX_WARNINGS: usize = 200;
/// Longest JSON of one field in a report, in bytes; longer values are in the file itself.
const MAX_FIELD_BYTES: usize = 4 * 1024;
/// Name of the output's metadata that holds the SHA-256 of its bytes, in hexadecimal.
const SHA256: &str = "sha256";
const CACHE_CONTROL: &str = "public, max-age=0, must-revalidate";

/// Brings one key in line, and then those whose links ask for a name that came or went with it.
pub(crate) async fn reconcile(state: &State, key: &str) -> anyhow::Result<()> {
    if let Some(PictureChangeKey { member_id }) = PictureChangeKey::parse(key) {
        return pictures::changed(state, &member_id).await;
    }
    let Some(source) = SourceKey::parse(key) else {
        tracing::info!("passed over a key that is no README's");
        return Ok(());
    };
    for _ in 0..ROUNDS {
        let Some((member, settled)) = settle(state, &source).await? else {
            return Ok(());
        };
        let told = referrers::tell(state, &member, &source, settled).await?;
        // Nothing may be taken away from a document that came back meanwhile.
        let came_back =
            settled == Settled::Gone && state.uploads.head(&source.key()).await?.is_some();
        if told && !came_back {
            return Ok(());
        }
    }
    anyhow::bail!("the README kept changing for {ROUNDS} rounds")
}

/// What a source turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    Gone,
    There,
}

/// Looks at a source, and at whether it changed meanwhile, until it has been seen whole. `None`:
/// it is nobody's.
pub(crate) async fn settle(
    state: &State,
    source: &SourceKey,
) -> anyhow::Result<Option<(Account, Settled)>> {
    let Some(member) = state.members.by_id(&source.member_id).await? else {
        tracing::warn!(member = source.member_id, "passed over a README of nobody");
        return Ok(None);
    };
    let seen = {
        let member = &member;
        uploads::settle(
            &state.uploads,
            &source.key(),
            MAX_README_BYTES,
            |seen| async move { bring_in_line(state, member, source, &seen).await },
        )
        .await?
    };
    let settled = match *seen {
        Seen::Gone => Settled::Gone,
        _ => Settled::There,
    };
    Ok(Some((member, settled)))
}

/// Output and report as the source wants them. `false`: one of them changed under our hands.
async fn bring_in_line(
    state: &State,
    member: &Account,
    source: &SourceKey,
    seen: &Seen,
) -> anyhow::Result<bool> {
    let output_key = content_key(&source.entry_id(&member.handle));
    let object = match seen {
        Seen::Gone => {
            withdraw(
                state,
                member,
                source,
                state.content.head(&output_key).await?,
            )
            .await?;
            list(state, member, source, false).await?;
            return Ok(true);
        }
        Seen::TooLarge(None) => return Ok(false),
        Seen::TooLarge(Some(head)) => {
            let reason = frontmatter::Reject::TooLarge.to_string();
            return reject(state, source, head, &output_key, reason).await;
        }
        Seen::Source(object) => object,
    };
    // The picture may be another one than a moment ago.
    let Some(member) = &state.members.by_email(&member.email).await? else {
        return Ok(false);
    };
    let output = state.content.head(&output_key).await?;
    let before = state.members.report(&member.id, &source.slug).await?;
    let known_links = before
        .as_ref()
        .map_or_else(Vec::new, |report| report.links.clone());
    let converted = if source.is_canonical() {
        convert::convert(state, member, source, object, &known_links).await?
    } else {
        Err("A file of this name can't be published; upload it through the site.".to_owned())
    };
    let converted = match converted {
        Ok(converted) => converted,
        Err(reason) => {
            return reject(state, source, &object.head, &output_key, reason).await;
        }
    };
    let picture = pictures::shown(state, member, &converted).filter(|_| !converted.draft);
    let before = match &picture {
        Some(key) => {
            let blank = Report {
                source_version: String::new(),
                ..report_after(None, source, &object.head)
            };
            match pictures::claim(state, member, before, key, blank).await? {
                None => return Ok(false),
                claimed => claimed,
            }
        }
        None => before,
    };
    let mut digest = None;
    if converted.draft {
        withdraw(state, member, source, output).await?;
    } else {
        match put_output(state, &output_key, output.as_ref(), &converted).await? {
            Stored::Stored(etag) => digest = Some(manifest::digest_of(&etag).to_owned()),
            Stored::Changed => return Ok(false),
        }
    }
    list(state, member, source, !converted.draft).await?;
    let (outcome, names, links) = if converted.draft {
        (Outcome::Draft, Vec::new(), Vec::new())
    } else {
        let names = convert::names(member, source, &object.head, &converted);
        (Outcome::Published, names, converted.references.clone())
    };
    pictures::let_go(state, member, before.as_ref(), picture.as_ref()).await?;
    referrers::forget(state, source, &known_links, &links).await?;
    let report = Report {
        state: outcome,
        live: !converted.draft,
        digest,
        fields: fields(&converted),
        warnings: json!(
            converted
                .warnings
                .iter()
                .take(MAX_WARNINGS)
                .collect::<Vec<_>>()
        ),
        pictures: picture.into_iter().collect(),
        links,
        names,
        ..report_after(before.as_ref(), source, &object.head)
    };
    tracing::info!(member = member.id, slug = source.slug, state = ?report.state, "looked at a README");
    let reported = state
        .members
        .put_report(&member.id, before.as_ref(), &report)
        .await?;
    // Whoever changes the picture later finds the report that says what is missing.
    let is_stale = report.live
        && pictures::misses_an_image(&report)
        && pictures::changed_since(state, member).await?;
    Ok(reported && !is_stale)
}

/// Lists the member's own page under the member's name, or no longer.
async fn list(
    state: &State,
    member: &Account,
    source: &SourceKey,
    is_live: bool,
) -> anyhow::Result<()> {
    let name = fold(&member.name);
    if source.slug != OWN_PAGE || !(1..=convert::MAX_NAME_BYTES).contains(&name.len()) {
        return Ok(());
    }
    if is_live {
        state.members.put_page(&name, &member.handle).await?;
    } else {
        state.members.delete_page(&name, &member.handle).await?;
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
    if output.is_some() {
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

/// Writes the output over the one that was seen, unless it is the same.
async fn put_output(
    state: &State,
    key: &str,
    seen: Option<&Head>,
    converted: &Output,
) -> anyhow::Result<Stored> {
    let digest = base16ct::lower::encode_string(&Sha256::digest(&converted.bytes));
    if let Some(seen) = seen.filter(|head| head.metadata.get(SHA256) == Some(&digest)) {
        return Ok(Stored::Stored(seen.etag.clone()));
    }
    let now = state.clock.unix_milliseconds();
    state.members.note_change(now).await?;
    let upload = Upload {
        bytes: Bytes::copy_from_slice(&converted.bytes),
        content_type: "text/markdown; charset=utf-8",
        cache_control: Some(CACHE_CONTROL),
        metadata: [(SHA256.to_owned(), digest)].into(),
    };
    let condition = seen.map_or(Condition::Absent, |head| Condition::Unchanged(&head.etag));
    let stored = state.content.put(key, upload, condition).await;
    stored.context("the output")
}

/// Reports why a file isn't published; the last good version stays as it was, if there is one.
/// `false`: the report changed under our hands.
async fn reject(
    state: &State,
    source: &SourceKey,
    head: &Head,
    output_key: &str,
    reason: String,
) -> anyhow::Result<bool> {
    let before = state
        .members
        .report(&source.member_id, &source.slug)
        .await?;
    let output = state.content.head(output_key).await?;
    let live = output.is_some();
    let mut report = Report {
        live,
        digest: output.map(|head| manifest::digest_of(&head.etag).to_owned()),
        reason: Some(reason),
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
    Ok(state
        .members
        .put_report(&source.member_id, before.as_ref(), &report)
        .await?)
}

/// A report that says nothing yet, but still knows what its referrers were told.
fn report_after(before: Option<&Report>, source: &SourceKey, head: &Head) -> Report {
    let told = |names: fn(&Report) -> &Vec<String>| {
        before.map_or_else(Vec::new, |report| names(report).clone())
    };
    Report {
        slug: source.slug.clone(),
        source_version: head.etag.clone(),
        state: Outcome::Rejected,
        live: false,
        file_name: SourceNote::from_metadata(&head.metadata).map(|note| note.file_name),
        reason: None,
        fields: json!([]),
        warnings: json!([]),
        digest: None,
        converter: frontmatter::CONVERTER.to_owned(),
        pictures: Vec::new(),
        links: Vec::new(),
        names: Vec::new(),
        announced: told(|report| &report.announced),
        telling: told(|report| &report.telling),
    }
}

/// Fields for the report; a value too long for it is left out as `null`.
fn fields(converted: &Output) -> Value {
    let fields = converted.fields.iter().map(|field| {
        let value = if field.value.to_string().len() > MAX_FIELD_BYTES {
            &Value::Null
        } else {
            &field.value
        };
        json!({ "key": field.key, "value": value, "source": field.source })
    });
    Value::Array(fields.collect())
}
