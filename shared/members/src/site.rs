//! What the site shows: when that last changed, and what came of having it built anew.
//!
//! Each change of what is published counts in its shard's head, in one transaction with it. Beside that a change is noted that comes at a
//! time that was announced, before it is made. A note only ever means "look at what is published again"; the bookkeeping of the
//! looks lies apart, so that notes and looks don't meet in one item.

use serde::{Deserialize, Serialize};

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, Reader, key, number, string};

const CHANGES: &str = "CHANGES";
const REBUILD: &str = "REBUILD";
/// The site has no name of its own: there is one.
const SITE: &str = "SITE";

/// What changed, and what was noted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// How many changes were made or noted, ever.
    pub count: u64,
    /// When the last one was, in Unix milliseconds.
    pub last_at_ms: u64,
    /// When the last one was noted, in Unix milliseconds: what was noted may not have happened yet.
    pub noted_at_ms: u64,
    /// Which of those that were noted is the last that nobody should wait for; 0 where there was none.
    pub at_once: u64,
}

/// What was done about changes. Times are Unix milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rebuild {
    /// Grows with every write: two that look at the same moment read the same turn, and one gets it.
    pub turn: u64,
    /// The count of [`Changes`] up to which everything is dealt with.
    pub settled: u64,
    /// The last that nobody should wait for, of those that are dealt with.
    pub at_once: u64,
    /// A time before which no change was noted that still waits to be looked at. `None`: nothing waits,
    /// or no look has seen it yet.
    pub waiting_since_ms: Option<u64>,
    /// Fingerprint of what was published when a build was last started; `None` before the first look.
    pub told: Option<String>,
    pub looked_at_ms: u64,
    /// Nobody looks before this: somebody is at it, a build was started, or the last start failed.
    pub not_before_ms: u64,
    /// When a build was last started.
    pub started_at_ms: Option<u64>,
    /// Starts that failed since.
    pub failures: u32,
}

fn changes_key() -> Item {
    key(format!("{CHANGES}#{SITE}"), CHANGES)
}

fn rebuild_key() -> Item {
    key(format!("{REBUILD}#{SITE}"), REBUILD)
}

impl Members {
    /// Notes that what is published changes at `now_ms`, in Unix milliseconds. To be called before
    /// the change is made: what was noted and didn't happen costs a look, what happened and wasn't
    /// noted would be seen late.
    pub async fn note_change(&self, now_ms: u64) -> Result<()> {
        let noted = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(changes_key()))
            .update_expression("SET last_at_ms = :now ADD changes :one")
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":one", number(1))
            .send()
            .await;
        noted.map(|_| ()).map_err(Error::store("UpdateItem"))
    }

    /// The same for a change that came at a time that was announced: nobody waits whether more follows.
    pub async fn note_change_at_once(&self, now_ms: u64) -> Result<()> {
        self.note_change(now_ms).await?;
        let noted = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(changes_key()))
            .update_expression("SET at_once = changes")
            .send()
            .await;
        noted.map(|_| ()).map_err(Error::store("UpdateItem"))
    }

    /// What changed and was noted so far.
    pub async fn changes(&self) -> Result<Changes> {
        let (noted, heads) = futures::try_join!(self.noted(), self.published_heads())?;
        Ok(Changes {
            count: noted.count.saturating_add(heads.revisions()),
            last_at_ms: noted.last_at_ms.max(heads.changed_at_ms()),
            ..noted
        })
    }

    async fn noted(&self) -> Result<Changes> {
        let Some(item) = self.get(changes_key()).await? else {
            return Ok(Changes::default());
        };
        let read = Reader {
            item: &item,
            name: CHANGES,
        };
        Ok(Changes {
            count: read.number("changes")?,
            last_at_ms: read.number("last_at_ms")?,
            noted_at_ms: read.number("last_at_ms")?,
            at_once: if item.contains_key("at_once") {
                read.number("at_once")?
            } else {
                0
            },
        })
    }

    /// What was done so far.
    pub async fn rebuild(&self) -> Result<Rebuild> {
        let Some(item) = self.get(rebuild_key()).await? else {
            return Ok(Rebuild::default());
        };
        let read = Reader {
            item: &item,
            name: REBUILD,
        };
        serde_json::from_str(read.string("rebuild")?).map_err(|_| read.damaged("rebuild"))
    }

    /// Puts `after` in the place of what was read with the turn `turn`, and counts the turn up.
    /// `None`: another hand was faster.
    pub async fn put_rebuild(&self, turn: u64, after: Rebuild) -> Result<Option<Rebuild>> {
        let after = Rebuild {
            turn: turn + 1,
            ..after
        };
        let text = serde_json::to_string(&after).map_err(|_| Error::Damaged {
            item: REBUILD.to_owned(),
            attribute: "rebuild",
        })?;
        let mut item = rebuild_key();
        item.insert("rebuild".to_owned(), string(text));
        item.insert("turn".to_owned(), number(after.turn));
        Ok(self.put_in_turn(item, turn).await?.then_some(after))
    }
}
