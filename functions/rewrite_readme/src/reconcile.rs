//! One README: source, output and report brought in line.
//!
//! Level-triggered, as a Kubernetes controller is: whatever the events were, doubled, late, out of
//! order or lost on the way back, the same steps lead to the same end. Nothing is kept in between.

use anyhow::Context as _;
use blobs::layout::{MAX_README_BYTES, OWN_PAGE, SourceKey, SourceNote, content_key};
use blobs::{Condition, Head, Object, Stored, Upload};
use bytes::Bytes;
use frontmatter::{Context, Output};
use jiff::Timestamp;
use members::{Account, Report, State as Outcome};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::State;

/// How often a source that keeps changing is followed before the message is given back.
const ROUNDS: usize = 10;
/// Warnings kept in a report; a DynamoDB item holds 400 KB.
const MAX_WARNINGS: usize = 200;
/// Longest JSON of one field in a report, in bytes; longer values are in the file itself.
const MAX_FIELD_BYTES: usize = 4 * 1024;
/// What the author is told where the fault is ours.
const DEFECT: &str = "This file can't be converted because of a defect in Masthead; the administrator has been told.";
const SHA256: &str = "sha256";
const CACHE_CONTROL: &str = "public, max-age=0, must-revalidate";

/// Looks at a key, and at whether it changed meanwhile, until it has been seen whole.
pub(crate) async fn reconcile(state: &State, key: &str) -> anyhow::Result<()> {
    let Some(source) = SourceKey::parse(key) else {
        tracing::info!("passed over a key that is no README's");
        return Ok(());
    };
    let Some(member) = state.members.by_id(&source.member_id).await? else {
        tracing::warn!(member = source.member_id, "passed over a README of nobody");
        return Ok(());
    };
    for _ in 0..ROUNDS {
        let seen = match state.uploads.get(key, MAX_README_BYTES).await {
            Err(blobs::Error::TooLarge { .. }) => Seen::TooLarge(state.uploads.head(key).await?),
            other => other?.map_or(Seen::Gone, Seen::Source),
        };
        let done = bring_in_line(state, &member, &source, &seen).await?;
        let now = state.uploads.head(key).await?;
        if done && now.as_ref().map(|head| &head.etag) == seen.etag() {
            return Ok(());
        }
    }
    anyhow::bail!("the README kept changing for {ROUNDS} rounds")
}

/// The source as it was read.
enum Seen {
    Gone,
    TooLarge(Option<Head>),
    Source(Object),
}

impl Seen {
    fn etag(&self) -> Option<&String> {
        match self {
            Self::Gone => None,
            Self::TooLarge(head) => head.as_ref().map(|head| &head.etag),
            Self::Source(object) => Some(&object.head.etag),
        }
    }
}

/// Output and report as the source wants them. `false`: the output changed under our hands.
async fn bring_in_line(
    state: &State,
    member: &Account,
    source: &SourceKey,
    seen: &Seen,
) -> anyhow::Result<bool> {
    let output_key = content_key(&source.entry_id(&member.handle));
    let object = match seen {
        Seen::Gone => {
            state.content.delete(&output_key).await?;
            state
                .members
                .delete_report(&member.id, &source.slug)
                .await?;
            return Ok(true);
        }
        Seen::TooLarge(None) => return Ok(false),
        Seen::TooLarge(Some(head)) => {
            let live = state.content.head(&output_key).await?.is_some();
            reject(
                state,
                member,
                source,
                head,
                live,
                frontmatter::Reject::TooLarge.to_string(),
            )
            .await?;
            return Ok(true);
        }
        Seen::Source(object) => object,
    };
    let output = state.content.head(&output_key).await?;
    let converted = if source.is_canonical() {
        convert(state, member, source, object).await?
    } else {
        Err("A file of this name can't be published; upload it through the site.".to_owned())
    };
    let converted = match converted {
        Ok(converted) => converted,
        Err(reason) => {
            reject(
                state,
                member,
                source,
                &object.head,
                output.is_some(),
                reason,
            )
            .await?;
            return Ok(true);
        }
    };
    if converted.draft {
        state.content.delete(&output_key).await?;
    } else if !put_output(state, &output_key, output.as_ref(), &converted).await? {
        return Ok(false);
    }
    let report = Report {
        state: if converted.draft {
            Outcome::Draft
        } else {
            Outcome::Published
        },
        live: !converted.draft,
        fields: fields(&converted),
        warnings: json!(
            converted
                .warnings
                .iter()
                .take(MAX_WARNINGS)
                .collect::<Vec<_>>()
        ),
        ..empty_report(source, &object.head)
    };
    state.members.put_report(&member.id, &report).await?;
    tracing::info!(member = member.id, slug = source.slug, state = ?report.state, "looked at a README");
    Ok(true)
}

/// The conversion, on a thread of its own; `Err` is the sentence that says why there is none.
async fn convert(
    state: &State,
    member: &Account,
    source: &SourceKey,
    object: &Object,
) -> anyhow::Result<Result<Output, String>> {
    let note = SourceNote::from_metadata(&object.head.metadata);
    let time = |seconds: u64| {
        i64::try_from(seconds)
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
    };
    let own_page = source.slug == OWN_PAGE;
    let stem = note
        .as_ref()
        .map(|note| frontmatter::slug::file_stem(&note.file_name));
    let context = Context {
        handle: member.handle.clone(),
        name: member.name.clone(),
        slug: if own_page {
            String::new()
        } else {
            source.slug.clone()
        },
        name_hint: if own_page {
            Some(member.name.clone())
        } else {
            stem.or_else(|| Some(source.slug.clone()))
        },
        created: time(
            note.as_ref()
                .map_or(object.head.last_modified, |note| note.created),
        ),
        updated: time(
            note.as_ref()
                .map_or(object.head.last_modified, |note| note.updated),
        ),
        link_base: state.link_base.clone(),
        themes: state.themes.clone(),
        ..Context::default()
    };
    let bytes = object.bytes.clone();
    let converted = tokio::task::spawn_blocking(move || frontmatter::convert(&bytes, &context));
    // A panic or a broken schema is a defect of ours, and the same bytes would have it again: the
    // author is told, the last good version stays, and the log has it.
    Ok(match converted.await {
        Ok(Ok(output)) => match output.check() {
            Ok(()) => Ok(output),
            Err(defect) => {
                tracing::error!(member = member.id, slug = source.slug, %defect, "the converter's output is wrong");
                Err(DEFECT.to_owned())
            }
        },
        Ok(Err(reject)) => Err(reject.to_string()),
        Err(panic) => {
            tracing::error!(member = member.id, slug = source.slug, %panic, "the converter panicked");
            Err(DEFECT.to_owned())
        }
    })
}

/// Writes the output over the one that was seen, unless it is the same. `false`: it changed.
async fn put_output(
    state: &State,
    key: &str,
    seen: Option<&Head>,
    converted: &Output,
) -> anyhow::Result<bool> {
    let digest = base16ct::lower::encode_string(&Sha256::digest(&converted.bytes));
    if seen.and_then(|head| head.metadata.get(SHA256)) == Some(&digest) {
        return Ok(true);
    }
    let upload = Upload {
        bytes: Bytes::copy_from_slice(&converted.bytes),
        content_type: "text/markdown; charset=utf-8",
        cache_control: Some(CACHE_CONTROL),
        metadata: [(SHA256.to_owned(), digest)].into(),
    };
    let condition = seen.map_or(Condition::Absent, |head| Condition::Unchanged(&head.etag));
    let stored = state
        .content
        .put(key, upload, condition)
        .await
        .context("the output")?;
    Ok(stored != Stored::Changed)
}

async fn reject(
    state: &State,
    member: &Account,
    source: &SourceKey,
    head: &Head,
    live: bool,
    reason: String,
) -> anyhow::Result<()> {
    let report = Report {
        state: Outcome::Rejected,
        live,
        reason: Some(reason),
        ..empty_report(source, head)
    };
    state.members.put_report(&member.id, &report).await?;
    tracing::info!(member = member.id, slug = source.slug, "rejected a README");
    Ok(())
}

fn empty_report(source: &SourceKey, head: &Head) -> Report {
    Report {
        slug: source.slug.clone(),
        source_version: head.etag.clone(),
        state: Outcome::Rejected,
        live: false,
        file_name: SourceNote::from_metadata(&head.metadata).map(|note| note.file_name),
        reason: None,
        fields: json!([]),
        warnings: json!([]),
        converter: frontmatter::CONVERTER.to_owned(),
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
