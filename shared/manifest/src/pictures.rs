//! Which profile picture each member of a page has, from the content bucket's listing alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use blobs::{Blobs, Entry, Result, layout};

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

    let mut newest: HashMap<&str, Newest> = HashMap::new();
    let mut cursor = first.clone();
    loop {
        let page = content
            .list(layout::all_pictures(), Some(&cursor), KEYS)
            .await?;
        for object in page.entries {
            let Some((handle, size)) = layout::picture(&object.key) else {
                continue;
            };
            if let Some(handle) = handles.get(handle) {
                let size = size.to_owned();
                note(newest.entry(handle).or_default(), size, object);
            }
        }
        match page.cursor {
            Some(next) if next < *last || next.starts_with(last.as_str()) => cursor = next,
            _ => break,
        }
    }
    let whole = newest.into_iter();
    Ok(whole
        .filter_map(|(handle, sizes)| Some((handle, whole_of(sizes)?)))
        .collect())
}

/// The picture of one member, of whose keys alone there is a listing.
pub(crate) async fn of_member(content: &Blobs, handle: &str) -> Result<Option<Picture>> {
    let prefix = layout::pictures_prefix(handle);
    let mut newest = Newest::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = content.list(&prefix, cursor.as_deref(), KEYS).await?;
        for object in page.entries {
            if let Some((_, size)) = layout::picture(&object.key) {
                let size = size.to_owned();
                note(&mut newest, size, object);
            }
        }
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(whole_of(newest));
        }
    }
}

/// Edge length in pixels to the newest key and when it was written.
type Newest = BTreeMap<String, (u64, String)>;

fn note(newest: &mut Newest, size: String, object: Entry) {
    let found = (object.last_modified, object.key);
    let known = newest.entry(size).or_default();
    if *known < found {
        *known = found;
    }
}

/// What makes a picture; `None` where one of its sizes isn't there.
fn whole_of(sizes: Newest) -> Option<Picture> {
    let key = |(size, (_, key))| (size, key);
    (sizes.len() == SIZES).then(|| sizes.into_iter().map(key).collect())
}
