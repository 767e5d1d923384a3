//! What was done to a member's account: told to the member until they put it away.
//!
//! A notice is written with the entry of what it tells of, in the same transaction. It names whoever did it by their id, so
//! that nothing of them stays when they go.

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};

use crate::Members;
use crate::acts::{ACT_SECONDS, Act, Deed};
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, PK, Reader, SK, key, number, string};

const NOTICE: &str = "notice";
/// Most notices that are told at once, the newest.
const MOST: i32 = 50;

/// What was done to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Unix milliseconds.
    pub at_ms: u64,
    pub deed: Deed,
    /// What it became, where the deed alone doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub became: Option<String>,
    /// The id of who did it; `None`: whoever has the command line.
    pub by: Option<String>,
}

fn notices_of(member_id: &str) -> String {
    format!("NOTICES#{member_id}")
}

/// Whether a deed is told to the member: what was done to a document stands in its report, and who is gone is told nothing.
fn is_told(deed: Deed) -> bool {
    match deed {
        Deed::NameChanged
        | Deed::HandleChanged
        | Deed::EmailChanged
        | Deed::RoleChanged
        | Deed::MemberDisabled
        | Deed::MemberEnabled
        | Deed::CodeIssued
        | Deed::SignedOut => true,
        Deed::MemberAdded
        | Deed::MemberInvited
        | Deed::MemberRemoved
        | Deed::DocumentApproved
        | Deed::DocumentWithdrawn
        | Deed::DocumentRestored => false,
    }
}

impl Members {
    /// The notice of an act, beside its entry, whose sort key it has. `None`: nobody is told, or the member did it.
    pub(crate) fn notice(&self, act: &Act, sort: &str) -> Result<Option<TransactWriteItem>> {
        let is_own = act.by.as_ref().is_some_and(|by| by.id == act.on.id);
        if is_own || !is_told(act.deed) {
            return Ok(None);
        }
        let notice = Notice {
            at_ms: act.at_ms,
            deed: act.deed,
            became: act.became.clone(),
            by: act.by.as_ref().map(|by| by.id.clone()),
        };
        let text = serde_json::to_string(&notice).map_err(|_| damaged())?;
        let mut item = key(notices_of(&act.on.id), sort);
        item.insert(NOTICE.to_owned(), string(text));
        let until = (act.at_ms / 1000).saturating_add(ACT_SECONDS);
        item.insert(EXPIRES_AT.to_owned(), number(until));
        self.put(item).map(Some)
    }

    /// What was done to a member's account and isn't put away, newest first.
    pub async fn notices(&self, member_id: &str) -> Result<Vec<Notice>> {
        let items = self.notice_items(member_id).await?;
        items.iter().map(read).collect()
    }

    /// Puts away what was done up to a time, in Unix milliseconds.
    pub async fn put_notices_away(&self, member_id: &str, until_ms: u64) -> Result<()> {
        for item in self.notice_items(member_id).await? {
            if read(&item)?.at_ms > until_ms {
                continue;
            }
            let sort = Reader {
                item: &item,
                name: NOTICE,
            }
            .string(SK)?;
            let deleted = self
                .client
                .delete_item()
                .table_name(&self.table)
                .set_key(Some(key(notices_of(member_id), sort)))
                .send()
                .await;
            deleted.map_err(Error::store("DeleteItem"))?;
        }
        Ok(())
    }

    async fn notice_items(&self, member_id: &str) -> Result<Vec<Item>> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(MOST)
            .key_condition_expression(format!("{PK} = :pk"))
            .expression_attribute_values(":pk", string(notices_of(member_id)))
            .send()
            .await
            .map_err(Error::store("Query"))?;
        Ok(found.items.unwrap_or_default())
    }
}

fn read(item: &Item) -> Result<Notice> {
    let read = Reader { item, name: NOTICE };
    serde_json::from_str(read.string(NOTICE)?).map_err(|_| read.damaged(NOTICE))
}

fn damaged() -> Error {
    Error::Damaged {
        item: NOTICE.to_owned(),
        attribute: NOTICE,
    }
}
