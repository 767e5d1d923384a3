//! Which profile picture each member of a page has, from the content bucket's listing alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use blobs::{Blobs, Result, layout};

/// Keys of one listing; S3 gives no more.
const KEYS: u16 = 1000;
/// A picture has all of these edge lengths.
const SIZES: usize = 3;

/// Edge length in pixels to key in the content bucket.
pub type Picture = BTreeMap<String, String>;

/// The pictures of `handles`. Older pictures may lie beside: of each size the newest counts.
pub(crate) async fn of<'a>(
    content: &Blobs,
    handles: &BTreeSet<&'a str>,
) -> Result<HashMap<&'a str, Picture>> {
    let mut prefixes: Vec<String> = handles
        .iter()
        .map(|handle| layout::pictures_prefix(handle))
        .collect();
    // Not the order of the handles: `jo-x/` comes before `jo/`.
    prefixes.sort_unstable();
    let (Some(first), Some(last)) = (prefixes.first(), prefixes.last()) else {
        return Ok(HashMap::new());
    };

    let mut newest: HashMap<&str, BTreeMap<String, (u64, String)>> = HashMap::new();
    let mut cursor = first.clone();
    loop {
        let page = content
            .list(layout::all_pictures(), Some(&cursor), KEYS)
            .await?;
        for object in page.entries {
            let Some((handle, size)) = layout::picture(&object.key) else {
                continue;
            };
            let Some(handle) = handles.get(handle) else {
                continue;
            };
            let found = (object.last_modified, object.key.clone());
            let size = newest.entry(handle).or_default().entry(size.to_owned());
            let known = size.or_default();
            if *known < found {
                *known = found;
            }
        }
        match page.cursor {
            Some(next) if next < *last || next.starts_with(last.as_str()) => cursor = next,
            _ => break,
        }
    }
    let whole = newest.into_iter().filter(|(_, sizes)| sizes.len() == SIZES);
    Ok(whole
        .map(|(handle, sizes)| {
            let key = |(size, (_, key))| (size, key);
            (handle, sizes.into_iter().map(key).collect())
        })
        .collect())
}
