//! What is published, page by page, and one entry of it.

use std::fmt::Write as _;

use futures::future::try_join_all;
use members::{Heads, Members, Place, Shard};

use crate::{Entry, Error, Moved, Result, Token, is_entry_id};

/// What ends the address in a cursor, as the outputs' keys end: cursors grow from page to page as text, too.
const CURSOR_END: &str = ".md";

/// A part of what is published, by shards, and in a shard in the order of the outputs' keys.
#[derive(Debug)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Former addresses from the first entry of the page to its last, and where their documents are.
    pub moved: Vec<Moved>,
    /// Behind which the next page starts; `None` on the last.
    pub cursor: Option<String>,
    /// What the reader knows with this page and all others: read before them.
    pub since: Option<Token>,
}

/// Where a page ends: a cursor is `<shard>/<entry id>.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cursor<'a> {
    shard: Shard,
    id: &'a str,
}

impl<'a> Cursor<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (shard, id) = text.strip_suffix(CURSOR_END)?.split_once('/')?;
        let shard = Shard::parse(shard)?;
        (is_entry_id(id) && Shard::of_entry(id) == shard).then_some(Self { shard, id })
    }
}

/// The cursor of a page that ends with an entry id.
fn cursor_of(id: &str) -> String {
    let mut cursor = Shard::of_entry(id).to_string();
    // Writing to a string can't fail.
    let _ = write!(cursor, "/{id}{CURSOR_END}");
    cursor
}

/// Whether that is the cursor of a page.
pub fn is_cursor(text: &str) -> bool {
    Cursor::parse(text).is_some()
}

/// Up to `limit` addresses behind `cursor`, each an entry or a former one. The pages of a reader have everything that is there all the
/// time; what changes meanwhile is found by the first page's [`Page::since`].
///
/// # Errors
/// [`Error::NotWhole`].
pub async fn page(members: &Members, cursor: Option<&str>, limit: usize) -> Result<Page> {
    let heads = members.published_heads().await?;
    if !heads.whole.is_whole {
        return Err(Error::NotWhole);
    }
    let cursor = cursor.and_then(Cursor::parse);
    let mut places = places_behind(members, &heads, cursor.as_ref(), limit).await?;
    let next = (places.len() > limit).then(|| {
        places.truncate(limit);
        places.last().map(|(id, _)| cursor_of(id))
    });
    let handles = places.iter().map(|(id, _)| blobs::layout::handle(id));
    let shown = members.shown(handles).await?;
    let (mut entries, mut moved) = (Vec::new(), Vec::new());
    for (id, place) in places {
        match place {
            Place::Document(document) => {
                let shown = shown.get(blobs::layout::handle(&id));
                entries.push(Entry::new(id, document, shown));
            }
            Place::Moved { to } => moved.push(Moved { from: id, to }),
        }
    }
    Ok(Page {
        entries,
        moved,
        cursor: next.flatten(),
        since: Some(Token::of(&heads)),
    })
}

/// More than `limit` addresses behind the cursor, or all of them.
async fn places_behind(
    members: &Members,
    heads: &Heads,
    cursor: Option<&Cursor<'_>>,
    limit: usize,
) -> Result<Vec<(String, Place)>> {
    let first = cursor.map(|cursor| cursor.shard);
    let behind = Shard::all().filter(|shard| first.is_none_or(|first| *shard >= first));
    let count = |shard: Shard| {
        let head = heads.of(shard);
        usize::try_from(head.entries.saturating_add(head.moved)).unwrap_or(usize::MAX)
    };
    let mut shards = behind.filter(|shard| count(*shard) > 0).peekable();
    let mut places = Vec::new();
    while places.len() <= limit && shards.peek().is_some() {
        // As many at once as the page takes, by what the heads say; of the first one nobody knows how much is left.
        let mut expected = places.len();
        let mut at_once = Vec::new();
        while let Some(shard) = shards.next_if(|_| expected <= limit) {
            if Some(shard) != first {
                expected = expected.saturating_add(count(shard));
            }
            let after = cursor.filter(|cursor| cursor.shard == shard);
            let after = after.map(|cursor| cursor.id);
            at_once.push(members.addresses_after(shard, after, None, limit + 1));
        }
        let found = try_join_all(at_once).await?;
        places.extend(found.into_iter().flatten());
    }
    Ok(places)
}

/// The entry with an id, with its former address where that is what `id` is, as [`page`] has both; neither where there is no such
/// entry. However much is published, one request or two.
///
/// # Errors
/// [`Error::NotWhole`].
pub async fn one(members: &Members, id: &str) -> Result<Page> {
    let (mut entries, mut moved) = (Vec::new(), Vec::new());
    if is_entry_id(id) {
        let (place, shown, is_whole) = members.published_one(id).await?;
        if !is_whole {
            return Err(Error::NotWhole);
        }
        match place {
            Some(Place::Document(document)) => {
                entries.push(Entry::new(id.to_owned(), document, Some(&shown)));
            }
            Some(Place::Moved { to }) => {
                let (place, shown, _) = members.published_one(&to).await?;
                if let Some(Place::Document(document)) = place {
                    entries.push(Entry::new(to.clone(), document, Some(&shown)));
                    let from = id.to_owned();
                    moved.push(Moved { from, to });
                }
            }
            None => {}
        }
    }
    Ok(Page {
        entries,
        moved,
        cursor: None,
        since: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_they_are_written() {
        for id in ["jo", "jo/a", "jo-x", "07/a", "7"] {
            let cursor = cursor_of(id);
            assert_eq!(Cursor::parse(&cursor).unwrap().id, id);
        }
        let jo = Shard::of("jo");
        for other in ["", "jo", "jo/a", "07", "07/", "07/jo", "16/jo.md", "/jo.md"] {
            assert_eq!(Cursor::parse(other), None, "{other}");
        }
        for other in ["jo.md.md", "JO.md", "jo/a/b.md", ".md", "jo", "../jo.md"] {
            assert_eq!(Cursor::parse(&format!("{jo}/{other}")), None, "{other}");
        }
        // Another shard's.
        let other = Shard::all().find(|shard| *shard != jo).unwrap();
        assert_eq!(Cursor::parse(&format!("{other}/jo.md")), None);
    }
}
