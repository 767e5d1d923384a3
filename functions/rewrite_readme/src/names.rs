//! The names that a published document is found by.

use blobs::layout::{OWN_PAGE, SourceKey};
use conversion::Source;
use frontmatter::Output;
use frontmatter::names::fold;
use members::{Account, Address};

/// Most names of a document that others find it by, besides addresses that it had.
const MAX_NAMES: usize = 50;
/// Longest of those names, in bytes: more would not fit into a key.
pub(crate) const MAX_NAME_BYTES: usize = 512;

/// Names under which links of others find a published document, folded; none of a draft.
pub(crate) fn of(
    member: &Account,
    source: &Source<'_>,
    output: &Output,
    address: &Address,
) -> Vec<String> {
    if output.draft {
        return Vec::new();
    }
    let texts = |key: &str| match &output.meta[key] {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    let own = if source.key.slug == OWN_PAGE {
        vec![member.handle.clone(), member.name.clone()]
    } else {
        // The address is for everybody, the others for the author's own links.
        vec![source.key.entry_id(&member.handle), source.called()]
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
    // Beside the most, so that no address is lost for a name.
    for slug in &address.former {
        let former = SourceKey::new(&member.id, slug).entry_id(&member.handle);
        if !names.contains(&former) {
            names.push(former);
        }
    }
    names
}
