//! The member's files that a document asks for, by their names and by the addresses that they had.

use std::collections::BTreeMap;

use blobs::layout::{OF_FILE, all_files, base_name, name_digest, of_file};
use frontmatter::names::fold;
use members::{Account, File};

use crate::shown::Shown;
use crate::site::Site;

/// The member's files of these names of which there is something to show.
pub(crate) async fn of_names(
    site: &Site<'_>,
    member: &Account,
    names: &[String],
) -> anyhow::Result<Vec<File>> {
    let beginnings: Vec<String> = names.iter().map(|name| name_digest(name)).collect();
    let mut files = site.members.files_of_names(&member.id, &beginnings).await?;
    files.retain(|file| file.shown().is_some());
    Ok(files)
}

/// The files by their paths, with the URLs that documents show or lead to.
pub(crate) fn urls(site: &Site<'_>, shown: &[Shown]) -> Vec<(String, String)> {
    let urls = shown.iter().filter_map(|shown| {
        let url = format!("{}/{}", site.public_url, shown.key);
        Some((shown.file.as_ref()?.path.clone(), url))
    });
    urls.collect()
}

/// What the addresses of members' files begin with.
pub(crate) fn base(site: &Site<'_>) -> String {
    format!("{}/{}", site.public_url, all_files())
}

/// The member's files that had these addresses: by the address, the id of the file and its name, folded. What is
/// under an address says of which file it is, also once that has another version.
pub(crate) async fn of_addresses(
    site: &Site<'_>,
    member: &Account,
    addresses: &[String],
) -> anyhow::Result<BTreeMap<String, (String, String)>> {
    let mut found = BTreeMap::new();
    if addresses.is_empty() {
        return Ok(found);
    }
    let files = site.members.files(&member.id, "").await?;
    let files: BTreeMap<String, &File> = files
        .iter()
        .map(|file| (of_file(&member.id, &file.id), file))
        .collect();
    for address in addresses {
        let key = address.strip_prefix(site.public_url);
        let Some(key) = key.and_then(|key| key.strip_prefix('/')) else {
            continue;
        };
        let head = site.content.head(key).await?;
        let file = head.and_then(|head| files.get(head.metadata.get(OF_FILE)?).copied());
        if let Some(file) = file {
            let name = fold(base_name(&file.path));
            found.insert(address.clone(), (file.id.clone(), name));
        }
    }
    Ok(found)
}
