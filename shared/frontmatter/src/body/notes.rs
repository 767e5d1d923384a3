//! Which document, member or file of the member a name leads to (2.9.2, 2.9.9).

use std::borrow::Cow;

use super::options::CleanOptions;
use crate::context::NoteDocument;
use crate::names::{self, OWN_PAGE, fold};
use crate::slugger;

/// The address of the entry that a relative link leads to; one that we wrote leads to itself. `written` is the link's
/// path, and `path` the same without dots.
pub(super) fn entry(
    (url, written): (&str, &str),
    path: &str,
    suffix: &str,
    options: &CleanOptions<'_>,
) -> Option<String> {
    let base = link_base(options);
    if let Some(id) = url.strip_prefix(base) {
        let id = id.split(['?', '#']).next().unwrap_or_default();
        let id = id.strip_suffix('/').unwrap_or(id);
        if is_entry(id, options) {
            return Some(url.to_owned());
        }
        if let Some(now) = moved(id, options) {
            let rest = url
                .split_once(['?', '#'])
                .map_or("", |(path, _)| url.get(path.len()..).unwrap_or_default());
            return Some(format!("{base}{now}/{rest}"));
        }
    }
    let stem = names::without_markdown_ending(path);
    if stem.is_none() && names::readme_in(written).is_none() {
        return None;
    }
    let decoded =
        percent_encoding::percent_decode_str(stem.unwrap_or_default()).decode_utf8_lossy();
    // In a repository a path with folders is that of a file there.
    let folders = if options.repository.is_some() {
        Folders::Count
    } else {
        Folders::MayDiffer
    };
    let id = match readme_of_folder(written, options) {
        Some(folder) if folders == Folders::MayDiffer => by_name(&fold(&folder), options),
        _ => document(&decoded, folders, options),
    };
    Some(format!("{base}{}/{}", id?, anchor(suffix)))
}

/// The folder whose document a link to it or to its README means, from the document's own folder.
fn readme_of_folder(written: &str, options: &CleanOptions<'_>) -> Option<String> {
    let stem = names::without_markdown_ending(written).map(Cow::from);
    let stem = stem.or_else(|| names::readme_in(written).map(Cow::from))?;
    let decoded = percent_encoding::percent_decode_str(&stem).decode_utf8_lossy();
    names::folder_of_readme(&decoded, &options.context.folder)
}

/// Whether the folders of a name have to be those of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folders {
    Count,
    /// An upload has no folder; a vault's links name the ones that it had there.
    MayDiffer,
}

/// The entry id of the document or member that `target` names: by path, stem, title or alias,
/// the shortest path first; else a member by handle or name.
pub(crate) fn document(
    target: &str,
    folders: Folders,
    options: &CleanOptions<'_>,
) -> Option<String> {
    let wanted = fold(target);
    if wanted.is_empty() {
        return None;
    }
    let found = by_name(&wanted, options);
    let last = wanted.rsplit('/').next().unwrap_or_default();
    if found.is_some() || folders == Folders::Count || last == wanted {
        return found;
    }
    match names::folder_of_readme(&wanted, "") {
        Some(folder) => by_name(&folder, options),
        None => by_name(last, options).filter(|_| !OWN_PAGE.contains(&last)),
    }
}

fn by_name(wanted: &str, options: &CleanOptions<'_>) -> Option<String> {
    let handle = options.context.handle.as_str();
    let is_own_page = !handle.is_empty() && OWN_PAGE.contains(&wanted);
    let wanted = if is_own_page { handle } else { wanted };
    let notes = &options.context.notes;
    let rank = |document: &NoteDocument| {
        let path = fold(document.path.trim_end_matches(".md"));
        if path == wanted || document.entry_id == wanted {
            Some(0)
        } else if path.rsplit('/').next() == Some(wanted.rsplit('/').next().unwrap_or_default())
            && (!wanted.contains('/') || path.ends_with(&format!("/{wanted}")))
        {
            Some(1)
        } else if fold(&document.title) == wanted
            || document.aliases.iter().any(|alias| fold(alias) == wanted)
        {
            Some(2)
        } else {
            None
        }
    };
    let document = notes
        .documents
        .iter()
        .filter_map(|document| Some((rank(document)?, document)))
        .min_by_key(|(rank, document)| (*rank, document.path.len(), document.path.clone()))
        .map(|(_, document)| document.entry_id.clone());
    document.or_else(|| own(wanted, options)).or_else(|| {
        notes
            .members
            .iter()
            .find(|member| fold(&member.handle) == wanted || fold(&member.name) == wanted)
            .map(|member| member.handle.clone())
    })
}

/// The document itself, by its file's name, its address, or as its member's own page.
fn own(wanted: &str, options: &CleanOptions<'_>) -> Option<String> {
    let context = options.context;
    let id = options.context.entry_id()?;
    let hint = context.name_hint.as_deref().map(fold);
    let is_own = id == wanted || hint.as_deref() == Some(wanted) || context.slug == wanted;
    is_own.then_some(id)
}

/// The prefix of links to entries.
pub(crate) fn link_base<'a>(options: &'a CleanOptions<'_>) -> &'a str {
    match options.context.link_base.as_str() {
        "" => "/",
        base => base,
    }
}

/// The entry id of the document that had this address.
fn moved<'a>(id: &str, options: &'a CleanOptions<'_>) -> Option<&'a str> {
    let mut documents = options.context.notes.documents.iter();
    let had_it = |document: &&NoteDocument| document.aliases.iter().any(|alias| alias == id);
    let found = names::is_address(id).then(|| documents.find(had_it))?;
    found.map(|document| document.entry_id.as_str())
}

fn is_entry(id: &str, options: &CleanOptions<'_>) -> bool {
    let notes = &options.context.notes;
    !id.is_empty()
        && (options.context.entry_id().as_deref() == Some(id)
            || notes
                .documents
                .iter()
                .any(|document| document.entry_id == id)
            || notes.members.iter().any(|member| member.handle == id))
}

/// What stands behind an address, its part as headings are given ids: `#Part%20One` is `#part-one`.
fn anchor(suffix: &str) -> String {
    let Some((query, part)) = suffix.split_once('#') else {
        return suffix.to_owned();
    };
    let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if part.chars().all(is_id) {
        return suffix.to_owned();
    }
    let part = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
    if let Some(id) = part.strip_prefix('^') {
        return format!("{query}#block-{id}");
    }
    // Obsidian names the headings above as well.
    let heading = part.rsplit('#').next().unwrap_or_default();
    format!("{query}#{}", slugger::slug(heading))
}

/// The absolute URL of a file of the member that `path` means, without dots: `from_folder` is the same path, led on
/// from the folder of the document.
pub(crate) fn file(path: &str, from_folder: &str, options: &CleanOptions<'_>) -> Option<String> {
    let decoded = |path: &str| {
        let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        path.into_owned()
    };
    let files = &options.context.notes.files;
    let url = files.find(&decoded(from_folder), &decoded(path))?;
    let is_absolute = url.starts_with("https://") || url.starts_with("http://");
    is_absolute.then(|| url.to_owned())
}
