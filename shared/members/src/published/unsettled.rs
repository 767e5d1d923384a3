//! Members of whom a build may be about to see something else.
//!
//! What a build sees of a member is kept when the account has changed. Whoever changes it notes the member first: one that is killed in
//! between leaves the note, by which the next look finds out what came of it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, number, string, strings};

const UNSETTLED: &str = "UNSETTLED#SITE";
const HANDLES: &str = "handles";
const NOTED_AT: &str = "noted_at";

/// That a member's account may be about to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    pub member_id: String,
    /// Handles that the member has, or is about to have.
    pub handles: Vec<String>,
    /// When that was last noted, in Unix milliseconds.
    pub noted_at_ms: u64,
}

fn note_key(member_id: &str) -> Item {
    key(UNSETTLED, member_id)
}

impl Members {
    /// Notes at `now_ms` that what a build sees of a member may be about to change: before the change is made. `handles` are those that it
    /// is under, before the change and after it.
    pub async fn note_unsettled(
        &self,
        member_id: &str,
        handles: impl IntoIterator<Item = &str>,
        now_ms: u64,
    ) -> Result<()> {
        // Of a member who goes nothing is written; their removal settles what there was.
        let note = self.unsettled_note(member_id, handles, now_ms)?;
        self.write_of_member(member_id, note).await.map(drop)
    }

    /// The same note, for a transaction.
    pub(crate) fn unsettled_note<'a>(
        &self,
        member_id: &str,
        handles: impl IntoIterator<Item = &'a str>,
        now_ms: u64,
    ) -> Result<TransactWriteItem> {
        let handles: BTreeSet<String> = handles.into_iter().map(str::to_owned).collect();
        let note = Update::builder()
            .table_name(&self.table)
            .set_key(Some(note_key(member_id)))
            .update_expression(format!("SET {NOTED_AT} = :now ADD {HANDLES} :handles"))
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":handles", strings(handles))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(TransactWriteItem::builder().update(note).build())
    }

    /// Up to `limit` members who were noted.
    pub async fn unsettled(&self, limit: u16) -> Result<Vec<Unsettled>> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(i32::from(limit))
            .key_condition_expression(format!("{PK} = :pk"))
            .expression_attribute_values(":pk", string(UNSETTLED))
            .send()
            .await
            .map_err(Error::store("Query"))?;
        let notes = found.items().iter().map(|item| {
            let read = Reader {
                item,
                name: UNSETTLED,
            };
            Ok(Unsettled {
                member_id: read.string(SK)?.to_owned(),
                handles: read.strings(HANDLES),
                noted_at_ms: read.number(NOTED_AT)?,
            })
        });
        notes.collect()
    }

    /// Forgets a note, unless the member was noted again since it was read.
    pub async fn forget_unsettled(&self, note: &Unsettled) -> Result<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(note_key(&note.member_id)))
            .condition_expression(format!("{NOTED_AT} = :noted"))
            .expression_attribute_values(":noted", number(note.noted_at_ms))
            .send()
            .await;
        Error::unless_condition("DeleteItem", deleted).map(drop)
    }
}
