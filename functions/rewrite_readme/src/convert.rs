//! One conversion: what the converter is told about a document, and the names it is found by.

use blobs::layout::{OWN_PAGE, SourceKey, SourceNote, content_key};
use blobs::{Head, Object};
use bytes::Bytes;
use frontmatter::names::fold;
use frontmatter::{Context, NoteDocument, NoteMember, Notes, Output, slug};
use jiff::Timestamp;
use members::{Account, Referrer, Report};

use crate::{State, pictures};

/// What the author is told of a fault of ours.
const DEFECT: &str = "This file can't be converted because of a defect in Masthead; the administrator has been told.";
/// Most names of a document that others find it by.
const MAX_NAMES: usize = 50;
/// Longest of those names, in bytes: more would not fit into a key.
pub(crate) const MAX_NAME_BYTES: usize = 512;
/// Most names that are looked up among the members for one document.
const MAX_MEMBERS_ASKED: usize = 20;

/// The document, its links led to what is published; `Err` is the sentence that says why there is
/// none. `known_links` are the names under which it is noted as a referrer already.
pub(crate) async fn convert(
    state: &State,
    member: &Account,
    source: &SourceKey,
    object: &Object,
    known_links: &[String],
) -> anyhow::Result<Result<Output, String>> {
    let mut context = context(state, member, source, &object.head);
    let first = run(source, object.bytes.clone(), context.clone()).await?;
    let Ok(output) = &first else {
        return Ok(first);
    };
    if output.draft || output.references.is_empty() {
        return Ok(first);
    }
    // Noted before the look at what is published: a document that appears in between finds the
    // note, and has this one converted again.
    let referrer = Referrer {
        member_id: member.id.clone(),
        slug: source.slug.clone(),
    };
    for name in &output.references {
        if !known_links.contains(name) {
            state.members.put_link(name, &referrer).await?;
        }
    }
    let files = std::mem::take(&mut context.notes.files);
    context.notes = Notes {
        files,
        ..notes(state, member, source, &output.references).await?
    };
    run(source, object.bytes.clone(), context).await
}

/// Names under which links of others find a published document, folded.
pub(crate) fn names(
    member: &Account,
    source: &SourceKey,
    head: &Head,
    output: &Output,
) -> Vec<String> {
    let texts = |key: &str| match &output.meta[key] {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    let own = if source.slug == OWN_PAGE {
        vec![member.handle.clone(), member.name.clone()]
    } else {
        vec![stem(source, head)]
    };
    let mut names: Vec<String> = Vec::new();
    for name in own
        .into_iter()
        .chain(texts("title"))
        .chain(texts("aliases"))
    {
        let name = fold(&name);
        let fits = (1..=MAX_NAME_BYTES).contains(&name.len());
        if fits && !names.contains(&name) && names.len() < MAX_NAMES {
            names.push(name);
        }
    }
    names
}

/// What the document's file is called, without its ending.
fn stem(source: &SourceKey, head: &Head) -> String {
    SourceNote::from_metadata(&head.metadata).map_or_else(
        || source.slug.clone(),
        |note| slug::file_stem(&note.file_name),
    )
}

fn context(state: &State, member: &Account, source: &SourceKey, head: &Head) -> Context {
    let note = SourceNote::from_metadata(&head.metadata);
    let time = |seconds: u64| {
        i64::try_from(seconds)
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
    };
    let is_own_page = source.slug == OWN_PAGE;
    let (created, updated) = note
        .as_ref()
        .map_or((head.last_modified, head.last_modified), |note| {
            (note.created, note.updated)
        });
    Context {
        handle: member.handle.clone(),
        name: member.name.clone(),
        slug: if is_own_page {
            String::new()
        } else {
            source.slug.clone()
        },
        name_hint: Some(if is_own_page {
            member.name.clone()
        } else {
            stem(source, head)
        }),
        created: time(created),
        updated: time(updated),
        link_base: state.link_base.clone(),
        themes: state.themes.clone(),
        notes: Notes {
            files: pictures::files(state, member),
            ..Notes::default()
        },
        ..Context::default()
    }
}

/// What the document may link to: the member's other published documents, and the members whose
/// own page is published under the name that a link asks for.
async fn notes(
    state: &State,
    member: &Account,
    source: &SourceKey,
    references: &[String],
) -> anyhow::Result<Notes> {
    let reports: Vec<Report> = state
        .members
        .reports(&member.id)
        .await?
        .into_iter()
        .filter(|report| report.live && report.slug != source.slug)
        .collect();
    let mut members = Vec::new();
    let foreign = references
        .iter()
        .filter(|name| !reports.iter().any(|report| report.names.contains(name)));
    for name in foreign.take(MAX_MEMBERS_ASKED) {
        let own = slug::for_upload("", Some(name));
        for handle in [Some(own), state.members.page(name).await?]
            .into_iter()
            .flatten()
        {
            if state.content.head(&content_key(&handle)).await?.is_some() {
                members.push(NoteMember {
                    handle,
                    name: name.clone(),
                });
                break;
            }
        }
    }
    Ok(Notes {
        documents: reports
            .iter()
            .map(|report| document(member, report))
            .collect(),
        members,
        ..Notes::default()
    })
}

fn document(member: &Account, report: &Report) -> NoteDocument {
    let source = SourceKey::new(&member.id, &report.slug);
    let is_own_page = report.slug == OWN_PAGE;
    let stem = report.file_name.as_deref().map(slug::file_stem);
    NoteDocument {
        path: if is_own_page {
            member.handle.clone()
        } else {
            stem.unwrap_or_else(|| report.slug.clone())
        },
        title: String::new(),
        aliases: report.names.clone(),
        entry_id: source.entry_id(&member.handle),
    }
}

/// The converter, on a thread of its own.
async fn run(
    source: &SourceKey,
    bytes: Bytes,
    context: Context,
) -> anyhow::Result<Result<Output, String>> {
    let converted = tokio::task::spawn_blocking(move || frontmatter::convert(&bytes, &context));
    // A panic or a broken schema is a defect of ours, and the same bytes would have it again: the
    // author is told, the last good version stays, and the log has it.
    Ok(match converted.await {
        Ok(Ok(output)) => match output.check() {
            Ok(()) => Ok(output),
            Err(defect) => {
                tracing::error!(member = source.member_id, slug = source.slug, %defect, "the converter's output is wrong");
                Err(DEFECT.to_owned())
            }
        },
        Ok(Err(reject)) => Err(reject.to_string()),
        Err(panic) => {
            tracing::error!(member = source.member_id, slug = source.slug, %panic, "the converter panicked");
            Err(DEFECT.to_owned())
        }
    })
}
