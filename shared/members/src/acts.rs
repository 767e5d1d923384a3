//! What administrators and editors did: entries that are written with what they speak of, and that nothing changes.
//!
//! An entry names members by id and handle, and holds no name, no address and no content: it outlives the member whom it
//! speaks of.

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};

use crate::Members;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, PK, Reader, SK, key, number as number_of, string};

const AUDIT: &str = "AUDIT#SITE";
const ACT: &str = "act";
/// What was done at once by one hand: entries that are written together or not at all.
const TOGETHER: &str = "acts";
/// Most items of entries that are written together, less than what one transaction takes.
const MOST_TOGETHER: usize = 90;

/// How long an entry is kept, in seconds: a year and a day.
pub const ACT_SECONDS: u64 = 366 * 24 * 60 * 60;

/// What can be done to others, and to their documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    MemberAdded,
    MemberInvited,
    NameChanged,
    HandleChanged,
    EmailChanged,
    RoleChanged,
    MemberDisabled,
    MemberEnabled,
    CodeIssued,
    SignedOut,
    MemberRemoved,
    DocumentApproved,
    DocumentWithdrawn,
    DocumentRestored,
}

/// A member as an entry names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub id: String,
    pub handle: String,
}

impl From<&Account> for Who {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.clone(),
            handle: account.handle.clone(),
        }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Unix milliseconds.
    pub at_ms: u64,
    /// Who did it; `None`: whoever has the command line.
    pub by: Option<Who>,
    pub deed: Deed,
    /// To whom, or to whose document.
    pub on: Who,
    /// Which document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// What it became, where the deed alone doesn't say: a role, a handle, a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub became: Option<String>,
    /// What the editor wrote to the author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A page of entries, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acts {
    pub acts: Vec<Act>,
    /// Where the next page begins, if there may be one.
    pub cursor: Option<String>,
}

impl Members {
    /// The table in the hand of somebody who does something to others: each change of an account through it writes `act` in
    /// its own transaction.
    #[must_use]
    pub fn noting(&self, act: Act) -> Self {
        Self {
            act: Some(Box::new(act)),
            ..self.clone()
        }
    }

    /// The entry of what is being done, for its transaction, and the notice of it for whom it is done to.
    pub(crate) fn entry(&self) -> Result<Vec<TransactWriteItem>> {
        let Some(act) = &self.act else {
            return Ok(Vec::new());
        };
        let text = serde_json::to_string(act).map_err(|_| damaged())?;
        let random: u64 = rand::random();
        let sort = format!("{:013}-{random:016x}", act.at_ms);
        let mut item = key(AUDIT, sort.as_str());
        item.insert(ACT.to_owned(), string(text));
        let until = (act.at_ms / 1000).saturating_add(ACT_SECONDS);
        item.insert(EXPIRES_AT.to_owned(), number_of(until));
        let entry = [self.put(item)?].into_iter();
        Ok(entry.chain(self.notice(act, &sort)?).collect())
    }

    /// Entries of what is done at once, for its transaction: several in each item where they are many.
    pub(crate) fn entries(&self, acts: &[Act]) -> Result<Vec<TransactWriteItem>> {
        // As long as the name of one entry, and in the order of the acts.
        let random = rand::random::<u64>() >> 8;
        let of_item = acts.len().div_ceil(MOST_TOGETHER).max(1);
        let items = acts.chunks(of_item).enumerate().map(|(number, acts)| {
            let at_ms = acts.first().map_or(0, |act| act.at_ms);
            let text = serde_json::to_string(acts).map_err(|_| damaged())?;
            let mut item = key(AUDIT, format!("{at_ms:013}-{random:014x}{number:02x}"));
            item.insert(TOGETHER.to_owned(), string(text));
            let until = (at_ms / 1000).saturating_add(ACT_SECONDS);
            item.insert(EXPIRES_AT.to_owned(), number_of(until));
            self.put(item)
        });
        items.collect()
    }

    /// Entries, newest first, from where the page before ended: at most `limit`, and all of those that were written together with
    /// one of these.
    pub async fn acts(&self, cursor: Option<&str>, limit: u16) -> Result<Acts> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(i32::from(limit))
            .expression_attribute_values(":pk", string(AUDIT));
        let query = match cursor {
            None => query.key_condition_expression(format!("{PK} = :pk")),
            Some(cursor) => query
                .key_condition_expression(format!("{PK} = :pk AND {SK} < :before"))
                .expression_attribute_values(":before", string(cursor)),
        };
        let found = query.send().await.map_err(Error::store("Query"))?;
        let mut page = Acts::default();
        let items = found.items();
        for (number, item) in items.iter().enumerate() {
            let read = Reader { item, name: AUDIT };
            if let Some(together) = read.optional_string(TOGETHER) {
                let acts: Vec<Act> =
                    serde_json::from_str(together).map_err(|_| read.damaged(TOGETHER))?;
                page.acts.extend(acts.into_iter().rev());
            } else {
                let act = serde_json::from_str(read.string(ACT)?);
                page.acts.push(act.map_err(|_| read.damaged(ACT))?);
            }
            let is_last = number + 1 == items.len() && found.last_evaluated_key().is_none();
            page.cursor = (!is_last)
                .then(|| read.string(SK).map(str::to_owned))
                .transpose()?;
            if page.acts.len() >= usize::from(limit) {
                break;
            }
        }
        Ok(page)
    }
}

fn damaged() -> Error {
    Error::Damaged {
        item: AUDIT.to_owned(),
        attribute: ACT,
    }
}
