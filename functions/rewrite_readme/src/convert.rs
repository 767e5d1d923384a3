//! One conversion: what the converter is told about a document, and the names it is found by.

use std::collections::{BTreeMap, BTreeSet};

use blobs::layout::{OWN_PAGE, SourceKey, SourceNote, content_key};
use blobs::{Head, Object};
use frontmatter::names::{fold, is_address};
use frontmatter::{Context, Files, NoteDocument, NoteMember, Notes, Output, References, slug};
use jiff::Timestamp;
use members::{Account, File, Named, Referrer};
use tokio::sync::oneshot;

use crate::{State, files, pictures};

/// What the author is told of a fault of ours.
const DEFECT: &str = "This file can't be converted because of a defect in Masthead; the administrator has been told.";
/// Most names of a document that others find it by.
const MAX_NAMES: usize = 50;
/// Longest of those names, in bytes: more would not fit into a key.
pub(crate) const MAX_NAME_BYTES: usize = 512;
/// Most of the member's own entries that are looked up for their addresses in one document.
const MAX_LINKED: usize = 100;
/// Most names that are looked up among the members and their documents for one document.
const MAX_MEMBERS_ASKED: usize = 20;

/// A document, and the member's files of the names that it asks for.
pub(crate) struct Converted {
    pub(crate) output: Output,
    pub(crate) files: Vec<File>,
    /// All names under which the document is noted as a referrer.
    pub(crate) asked: Vec<String>,
}

/// The document, its links led to what is published; `Err` is the sentence that says why there is
/// none. `known_links` are the names under which it is noted as a referrer already.
///
/// The converter has a thread of its own. Where the document has links it waits there for what is found under their names,
/// and another document is converted meanwhile.
pub(crate) async fn convert(
    state: &State,
    member: &Account,
    source: &SourceKey,
    object: &Object,
    known_links: &[String],
) -> anyhow::Result<Result<Converted, String>> {
    let context = context(state, member, source, &object.head);
    let bytes = object.bytes.clone();
    let (ask, asked) = oneshot::channel();
    let (tell, told) = oneshot::channel();
    let mut turn = state.converting.acquire().await?;
    let converting = tokio::task::spawn_blocking(move || {
        frontmatter::convert_linked(&bytes, &context, |references| {
            // Where nobody hears the question or finds an answer, nobody waits for the document either.
            let answer = ask.send(references.clone());
            let answer = answer.ok().map(|()| told.blocking_recv());
            answer.and_then(Result::ok).unwrap_or_default()
        })
    });
    // A document without links ends without a question.
    let (mut files, mut names) = (Vec::new(), Vec::new());
    if let Ok(references) = asked.await {
        drop(turn);
        let found = look_up(state, member, source, object, &references, known_links).await?;
        (files, names) = (found.files, found.asked);
        turn = state.converting.acquire().await?;
        // Who doesn't hear it has ended, and says how below.
        let _unheard = tell.send(found.notes);
    }
    let converted = converting.await;
    drop(turn);
    // A panic or a broken schema is a defect of ours, and the same bytes would have it again: the
    // author is told, the last good version stays, and the log has it.
    Ok(match converted {
        Ok(Ok(output)) => match output.check() {
            Ok(()) => Ok(Converted {
                output,
                files,
                asked: names,
            }),
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

/// What was found for a document.
struct Found {
    notes: Notes,
    files: Vec<File>,
    asked: Vec<String>,
}

/// What is published under the names that the document's links ask for, and the member's files of those that its
/// pictures do.
async fn look_up(
    state: &State,
    member: &Account,
    source: &SourceKey,
    object: &Object,
    references: &References,
    known_links: &[String],
) -> anyhow::Result<Found> {
    // Noted before the look at what is published: a document that appears in between finds the
    // note, and has this one converted again.
    let referrer = Referrer {
        member_id: member.id.clone(),
        slug: source.slug.clone(),
    };
    let addresses = files::of_addresses(state, member, &references.addresses).await?;
    let of_addresses = addresses.values().map(|(_, name)| name);
    let files: BTreeSet<&String> = references.files.iter().chain(of_addresses).collect();
    let files: Vec<String> = files.into_iter().cloned().collect();
    let names = references.names.iter();
    let only_files = files.iter().filter(|name| !references.names.contains(name));
    let asked: Vec<String> = names.chain(only_files).cloned().collect();
    let new = asked.iter().filter(|name| !known_links.contains(name));
    // Of a member who goes the report is refused, too.
    let new: Vec<String> = new.cloned().collect();
    state.members.put_links(&new, &referrer).await?;
    let own = format!("{}{}/", state.link_base, member.handle);
    let linked = linked(&object.bytes, &own);
    let mut notes = notes(state, member, source, &references.names, &linked).await?;
    let files = files::of_names(state, member, &files).await?;
    // A file counts before the picture of the profile, whose file's name may be the same.
    let of_profile = pictures::files(state, member);
    let urls = files::urls(state, &files).into_iter().chain(of_profile);
    let by_address = addresses.into_iter().filter_map(|(address, (id, _))| {
        let file = files.iter().find(|file| file.id == id)?;
        Some((address, format!("{}/{}", state.public_url, file.shown()?)))
    });
    notes.files = urls.collect::<Files>().with_addresses(by_address);
    Ok(Found {
        notes,
        files,
        asked,
    })
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
        // The address is for everybody, the others for the author's own links.
        vec![source.entry_id(&member.handle), called(source, head)]
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

/// What the document is called by its file, or by its folder where it is the folder's README.
fn called(source: &SourceKey, head: &Head) -> String {
    SourceNote::from_metadata(&head.metadata).map_or_else(
        || source.slug.clone(),
        |note| slug::called(&note.path, &note.file_name),
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
            called(source, head)
        }),
        folder: note.map(|note| note.path).unwrap_or_default(),
        files_base: files::base(state),
        created: time(created),
        updated: time(updated),
        link_base: state.link_base.clone(),
        themes: state.themes.clone(),
        notes: Notes {
            files: pictures::files(state, member).into_iter().collect(),
            ..Notes::default()
        },
        ..Context::default()
    }
}

/// What the document links to: those of the member's other published documents that have a name which a
/// link asks for or that are `linked` by their slug, anybody's published documents by their address, and
/// the members whose own page is published under such a name. Each is asked for by its name: a member
/// may have a thousand documents.
async fn notes(
    state: &State,
    member: &Account,
    source: &SourceKey,
    references: &[String],
    linked: &[String],
) -> anyhow::Result<Notes> {
    let mut documents = BTreeMap::new();
    for named in state.members.named(&member.id, references).await? {
        if named.slug == source.slug {
            continue;
        }
        let found = documents
            .entry(named.slug.clone())
            .or_insert_with(|| document(member, &named));
        found.aliases.push(named.name);
    }
    let mut members = Vec::new();
    let mut by_address = Vec::new();
    let foreign = references.iter().filter(|name| {
        let mut own = documents.values();
        !own.any(|document| document.aliases.contains(name))
    });
    for name in foreign.take(MAX_MEMBERS_ASKED) {
        if is_address(name) {
            // What is published is there; whose it is, is no matter.
            if state.content.head(&content_key(name)).await?.is_some() {
                by_address.push(NoteDocument {
                    entry_id: name.clone(),
                    ..NoteDocument::default()
                });
            }
            continue;
        }
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
    for slug in linked {
        let range = Some((slug.as_str(), slug.as_str()));
        let found = state.members.summaries(&member.id, range).await?;
        let is_live = found.iter().any(|report| report.live);
        if is_live && *slug != source.slug {
            documents
                .entry(slug.clone())
                .or_insert_with(|| NoteDocument {
                    entry_id: SourceKey::new(&member.id, slug).entry_id(&member.handle),
                    ..NoteDocument::default()
                });
        }
    }
    Ok(Notes {
        documents: documents.into_values().chain(by_address).collect(),
        members,
        ..Notes::default()
    })
}

fn document(member: &Account, named: &Named) -> NoteDocument {
    let source = SourceKey::new(&member.id, &named.slug);
    let is_own_page = named.slug == OWN_PAGE;
    // The README of a folder is found by the folder's name.
    let file_name = named.file_name.as_deref();
    let stem = file_name
        .filter(|name| !slug::is_own_page(name))
        .map(slug::file_stem);
    NoteDocument {
        path: if is_own_page {
            member.handle.clone()
        } else {
            stem.unwrap_or_else(|| named.slug.clone())
        },
        title: String::new(),
        aliases: Vec::new(),
        entry_id: source.entry_id(&member.handle),
    }
}

/// Slugs of the entries of `address`, the member's own page, anywhere in the source: where a document
/// that was published is uploaded again, its links are such addresses.
fn linked(source: &[u8], address: &str) -> Vec<String> {
    let is_of_slug = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let mut slugs = Vec::new();
    for at in memchr::memmem::find_iter(source, address) {
        let behind = source.get(at + address.len()..).unwrap_or_default();
        let slug: Vec<u8> = match behind {
            [b'/', rest @ ..] => rest
                .iter()
                .copied()
                .take_while(is_of_slug)
                .take(81)
                .collect(),
            // Another handle that begins like this one.
            [next, ..] if is_of_slug(next) => continue,
            _ => Vec::new(),
        };
        let slug = match String::from_utf8(slug) {
            Ok(slug) if slug.is_empty() => OWN_PAGE.to_owned(),
            Ok(slug) if slug.len() <= 80 => slug,
            _ => continue,
        };
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
        if slugs.len() == MAX_LINKED {
            break;
        }
    }
    slugs
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn entries_are_known_by_their_addresses() {
        let text = "[a](/jo/my-trip/) [b](/jo/my-trip/#x) [c](/jo/) [d](/jo) [e](/joanna/x/) [f](https://e.example/jo/other)";
        assert_eq!(
            linked(text.as_bytes(), "/jo"),
            ["my-trip", "readme", "other"]
        );
        assert_eq!(linked(b"[a](/jo", "/jo"), ["readme"]);
        assert_eq!(
            linked(format!("/jo/{}/", "x".repeat(81)).as_bytes(), "/jo"),
            [""; 0]
        );
    }
}
