//! What a document's links and pictures lead to: each name is looked up by itself.

use std::collections::{BTreeMap, BTreeSet};

use blobs::layout::{MovedKey, OWN_PAGE, SourceKey, content_key};
use frontmatter::names::is_address;
use frontmatter::{Files, NoteDocument, NoteMember, Notes, References, slug};
use members::{Account, Named};

use crate::shown::{Seen, Shown};
use crate::site::Site;
use crate::source::Source;
use crate::{files, picture, shown};

/// Most of the member's own entries that are looked up for their addresses in one document.
const MAX_LINKED: usize = 100;
/// Most names that are looked up among the members and their documents for one document.
const MAX_MEMBERS_ASKED: usize = 20;

/// The names that a document asks for.
pub(crate) struct Asked {
    /// All of them: those of documents and members, and those of files.
    pub(crate) all: Vec<String>,
    /// Those of files, also of the files that had the addresses which the document has.
    files: Vec<String>,
    /// The files that had these addresses: see [`files::of_addresses`].
    addresses: BTreeMap<String, (String, String)>,
}

impl Asked {
    pub(crate) async fn by(
        references: &References,
        site: &Site<'_>,
        member: &Account,
    ) -> anyhow::Result<Self> {
        let addresses = files::of_addresses(site, member, &references.addresses).await?;
        let of_addresses = addresses.values().map(|(_, name)| name);
        let files: BTreeSet<&String> = references.files.iter().chain(of_addresses).collect();
        let files: Vec<String> = files.into_iter().cloned().collect();
        let names = references.names.iter();
        let only_files = files.iter().filter(|name| !references.names.contains(name));
        Ok(Self {
            all: names.chain(only_files).cloned().collect(),
            files,
            addresses,
        })
    }
}

/// What was found for a document.
pub(crate) struct Found {
    pub(crate) notes: Notes,
    /// The member's files that the document may show.
    pub(crate) files: Vec<Shown>,
}

/// What is published under the names that the document's links ask for, and the member's files of those that its
/// pictures do; of these what was `seen`, where that counts. `of_profile` is the profile's picture as it may be shown.
pub(crate) async fn look_up(
    site: &Site<'_>,
    member: &Account,
    source: &Source<'_>,
    references: &References,
    asked: Asked,
    (seen, of_profile): (Option<Seen<'_>>, Option<&Shown>),
) -> anyhow::Result<Found> {
    let own = format!("{}{}/", site.link_base, member.handle);
    let linked = linked(&source.bytes, &own);
    let mut notes = notes(site, member, source.key, &references.names, &linked).await?;
    let files = files::of_names(site, member, &asked.files).await?;
    let files = files.into_iter();
    let files: Vec<Shown> = files
        .filter_map(|file| shown::of_file(file, seen))
        .collect();
    // A file counts before the picture of the profile, whose file's name may be the same.
    let of_profile = picture::named(site.public_url, member, of_profile);
    let urls = files::urls(site, &files).into_iter().chain(of_profile);
    let by_address = asked
        .addresses
        .into_iter()
        .filter_map(|(address, (id, _))| {
            let is_it = |shown: &&Shown| shown.file.as_ref().is_some_and(|file| file.id == id);
            let shown = files.iter().find(is_it)?;
            Some((address, format!("{}/{}", site.public_url, shown.key)))
        });
    notes.files = urls.collect::<Files>().with_addresses(by_address);
    Ok(Found { notes, files })
}

/// What the document links to: those of the member's other published documents that have a name which a
/// link asks for or that are `linked` by their slug, anybody's published documents by their address, and
/// the members whose own page is published under such a name. Each is asked for by its name: a member
/// may have a thousand documents.
async fn notes(
    site: &Site<'_>,
    member: &Account,
    source: &SourceKey,
    references: &[String],
    linked: &[String],
) -> anyhow::Result<Notes> {
    let mut documents = BTreeMap::new();
    let own_address = format!("{}/", member.handle);
    if references.iter().any(|name| name.starts_with(&own_address)) {
        // A document may link to itself by an address that it had.
        let address = site.members.address(&member.id, &source.slug).await?;
        if !address.former.is_empty() {
            let entry_id = source.entry_id(&member.handle);
            let former = address.former.iter();
            let aliases = former.map(|slug| format!("{own_address}{slug}")).collect();
            let itself = NoteDocument {
                aliases,
                entry_id,
                ..NoteDocument::default()
            };
            documents.insert(source.slug.clone(), itself);
        }
    }
    for named in site.members.named(&member.id, references).await? {
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
            by_address.extend(of_address(site, name).await?);
            continue;
        }
        if let Some(handle) = of_member(site, name).await? {
            let name = name.clone();
            members.push(NoteMember { handle, name });
        }
    }
    for slug in linked {
        let range = Some((slug.as_str(), slug.as_str()));
        let found = site.members.summaries(&member.id, range).await?;
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

/// The handle of the member whose own page is published under this name: their handle, or else the name that they have.
async fn of_member(site: &Site<'_>, name: &str) -> anyhow::Result<Option<String>> {
    let is_there = async |handle: &str| site.content.head(&content_key(handle)).await;
    let handle = slug::for_upload("", Some(name));
    if is_there(&handle).await?.is_some() {
        return Ok(Some(handle));
    }
    let Some(named) = site.members.page(name).await? else {
        return Ok(None);
    };
    Ok(is_there(&named).await?.map(|_| named))
}

/// The document of anybody that has this address, or had it. What is published is there; whose it is, is no matter.
async fn of_address(site: &Site<'_>, address: &str) -> anyhow::Result<Option<NoteDocument>> {
    if site.content.head(&content_key(address)).await?.is_some() {
        return Ok(Some(NoteDocument {
            entry_id: address.to_owned(),
            ..NoteDocument::default()
        }));
    }
    let moved = site.content.list_all(&MovedKey::prefix(address)).await?;
    let newest = moved.iter().max_by_key(|object| object.last_modified);
    let moved = newest.and_then(|object| MovedKey::parse(&object.key));
    Ok(moved.map(|moved| NoteDocument {
        entry_id: moved.to(),
        aliases: vec![address.to_owned()],
        ..NoteDocument::default()
    }))
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
