//! Whether the list is whole, and how far it was compared with the bucket.

use super::MANIFEST;
use crate::Members;
use crate::error::Result;
use crate::item::{Item, Reader, boolean, key, number, string};

const SITE: &str = "SITE";

/// What is known of the whole list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    /// Names this list: made once, and anew where the list is. Empty before there is one.
    pub epoch: String,
    /// Whether everything that was there when the list was begun is in it.
    pub is_whole: bool,
    /// How far the comparison under way has come; `None` where none is.
    pub cursor: Option<String>,
    /// When the comparison last went on, in Unix milliseconds; 0 before.
    pub compared_at_ms: u64,
    /// When the list was begun, in Unix milliseconds; 0 before.
    pub begun_at_ms: u64,
    /// Whether somebody asked for a comparison that hasn't come to its end yet.
    pub is_asked: bool,
    /// Whether the site had a directory when it was last compared.
    pub has_directory: bool,
    /// Grows with every write: of two that compare at the same moment one notes how far it came.
    pub turn: u64,
}

pub(super) fn whole_key() -> Item {
    key(format!("{MANIFEST}#{SITE}"), SITE)
}

pub(super) fn whole_from(item: &Item) -> Result<Whole> {
    let read = Reader { item, name: SITE };
    Ok(Whole {
        epoch: read.string("epoch")?.to_owned(),
        is_whole: read.boolean("whole")?,
        cursor: read.optional_string("cursor").map(str::to_owned),
        compared_at_ms: read.number("compared_at")?,
        begun_at_ms: read.number("begun_at")?,
        is_asked: read.boolean("asked")?,
        has_directory: read.boolean("directory")?,
        turn: read.number("turn")?,
    })
}

impl Members {
    /// What is known of the whole list: strongly consistent.
    pub async fn whole(&self) -> Result<Whole> {
        let item = self.get(whole_key()).await?;
        item.as_ref()
            .map_or_else(|| Ok(Whole::default()), whole_from)
    }

    /// Puts `after` in the place of what was read with the turn `turn`, and counts the turn up. A list without an epoch gets one. `None`: another
    /// hand was faster.
    pub async fn put_whole(&self, turn: u64, after: Whole) -> Result<Option<Whole>> {
        let mut after = Whole {
            turn: turn + 1,
            ..after
        };
        if after.epoch.is_empty() {
            after.epoch = format!("{:016x}", rand::random::<u64>());
        }
        let mut item = whole_key();
        item.insert("epoch".to_owned(), string(after.epoch.as_str()));
        item.insert("whole".to_owned(), boolean(after.is_whole));
        item.insert("compared_at".to_owned(), number(after.compared_at_ms));
        item.insert("begun_at".to_owned(), number(after.begun_at_ms));
        item.insert("asked".to_owned(), boolean(after.is_asked));
        item.insert("directory".to_owned(), boolean(after.has_directory));
        item.insert("turn".to_owned(), number(after.turn));
        if let Some(cursor) = &after.cursor {
            item.insert("cursor".to_owned(), string(cursor.as_str()));
        }
        Ok(self.put_in_turn(item, turn).await?.then_some(after))
    }
}
