//! The member's files in READMEs: those that a document asks for by their names, those that it shows, and
//! what comes of a change.
//!
//! A document is noted under the names that it asks for before they are looked up, and its report names what
//! it shows before the output does; then the files are looked at once more. Whoever changes a file
//! changes what is known of it first, tells of its name then, and reads the reports last. So a change is seen
//! here, or the document is told of it, and nothing that it shows is taken away before.

use std::collections::BTreeMap;

use blobs::layout::{
    FileChangeKey, MAX_PATH_BYTES, OF_FILE, SourceKey, all_files, base_name, name_digest, of_file,
};
use frontmatter::Output;
use frontmatter::names::fold;
use members::{Account, File, Standing};

use crate::reconcile::leavings;
use crate::referrers::MAX_REFERRERS;
use crate::{State, later};

/// The member's files of these names of which there is something to show.
pub(crate) async fn of_names(
    state: &State,
    member: &Account,
    names: &[String],
) -> anyhow::Result<Vec<File>> {
    let beginnings: Vec<String> = names.iter().map(|name| name_digest(name)).collect();
    let mut files = state
        .members
        .files_of_names(&member.id, &beginnings)
        .await?;
    files.retain(|file| file.shown().is_some());
    Ok(files)
}

/// The files by their paths, with the URLs that documents show or lead to.
pub(crate) fn urls(state: &State, files: &[File]) -> Vec<(String, String)> {
    let urls = files.iter().filter_map(|file| {
        let url = format!("{}/{}", state.public_url, file.shown()?);
        Some((file.path.clone(), url))
    });
    urls.collect()
}

/// What the addresses of members' files begin with.
pub(crate) fn base(state: &State) -> String {
    format!("{}/{}", state.public_url, all_files())
}

/// The member's files that had these addresses: by the address, the id of the file and its name, folded. What is
/// under an address says of which file it is, also once that has another version.
pub(crate) async fn of_addresses(
    state: &State,
    member: &Account,
    addresses: &[String],
) -> anyhow::Result<BTreeMap<String, (String, String)>> {
    let mut found = BTreeMap::new();
    if addresses.is_empty() {
        return Ok(found);
    }
    let files = state.members.files(&member.id, "").await?;
    let files: BTreeMap<String, &File> = files
        .iter()
        .map(|file| (of_file(&member.id, &file.id), file))
        .collect();
    for address in addresses {
        let key = address.strip_prefix(&state.public_url);
        let Some(key) = key.and_then(|key| key.strip_prefix('/')) else {
            continue;
        };
        let head = state.content.head(key).await?;
        let file = head.and_then(|head| files.get(head.metadata.get(OF_FILE)?).copied());
        if let Some(file) = file {
            let name = fold(base_name(&file.path));
            found.insert(address.clone(), (file.id.clone(), name));
        }
    }
    Ok(found)
}

/// Those of `files` that the output shows or leads to.
pub(crate) fn shown(state: &State, files: Vec<File>, output: &Output) -> Vec<File> {
    let is_shown = |file: &File| {
        file.shown().is_some_and(|key| {
            let url = format!("{}/{key}", state.public_url);
            memchr::memmem::find(&output.bytes, url.as_bytes()).is_some()
        })
    };
    files.into_iter().filter(is_shown).collect()
}

/// Whether one of `files` shows something else than it did.
pub(crate) async fn changed_since(
    state: &State,
    member: &Account,
    files: &[File],
) -> anyhow::Result<bool> {
    for file in files {
        let now = state.members.file(&member.id, &file.id).await?;
        if now.as_ref().and_then(File::shown) != file.shown() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks for the member's READMEs that ask for a file of a name of which one came, was replaced or went.
///
/// Nothing goes round in circles: converting a README changes no file.
pub(crate) async fn changed(state: &State, change: &FileChangeKey) -> anyhow::Result<()> {
    match state.members.standing(&change.member_id).await? {
        Standing::Member(_) => {}
        Standing::Departed(departed) => {
            return leavings(state, &departed).erase_file_change(change).await;
        }
        // The word of a change expires.
        Standing::Nobody => return Ok(()),
    }
    let found = state.uploads.get(&change.key(), MAX_PATH_BYTES).await?;
    let name = found.and_then(|object| String::from_utf8(object.bytes.to_vec()).ok());
    let Some(name) = name else {
        tracing::info!("passed over a change that names no file");
        return Ok(());
    };
    let referrers = state
        .members
        .referrers(&fold(&name), Some(&change.member_id), MAX_REFERRERS)
        .await?;
    let sources = referrers
        .iter()
        .map(|referrer| SourceKey::new(&referrer.member_id, &referrer.slug));
    later::ask(state, sources).await
}
