//! Which letters a member gets, and that one was written.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use crate::Members;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::item::{key, strings};

/// The letters that the member does without.
pub(crate) const MAIL_OFF: &str = "mail_off";
/// The language that letters are written in.
pub(crate) const LANGUAGE: &str = "written_in";

const PAGE_UP: &str = "page_up";
const EDITOR_NOTE: &str = "editor_note";

/// Which letters a member gets. There is no choice about the others: they bring a code, or say that somebody changed the
/// account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letters {
    /// That a document is on the site for the first time.
    pub page_up: bool,
    /// What an editor wrote about a document.
    pub editor_note: bool,
}

impl Letters {
    /// All but those that are named; names of another version are passed over.
    pub(crate) fn without(off: &[String]) -> Self {
        let is_on = |name: &str| !off.iter().any(|off| off == name);
        Self {
            page_up: is_on(PAGE_UP),
            editor_note: is_on(EDITOR_NOTE),
        }
    }

    fn off(self) -> impl Iterator<Item = String> {
        [(self.page_up, PAGE_UP), (self.editor_note, EDITOR_NOTE)]
            .into_iter()
            .filter(|(is_on, _)| !is_on)
            .map(|(_, name)| name.to_owned())
    }
}

impl Members {
    /// Sets which letters a member gets. `false`: the account is gone, or its member goes.
    pub async fn set_letters(&self, account: &Account, letters: Letters) -> Result<bool> {
        let stands = "attribute_not_exists(gone_since)";
        let mut off = letters.off().peekable();
        // A set may not be empty.
        if off.peek().is_none() {
            let change = format!("REMOVE {MAIL_OFF}");
            return self.update(account, &change, stands, []).await;
        }
        let change = format!("SET {MAIL_OFF} = :off");
        let values = [(":off", strings(off))];
        self.update(account, &change, stands, values).await
    }

    /// Notes that the member is told that a document is on the site. `false`: they were told before, or the member goes.
    pub async fn note_told(&self, member_id: &str, slug: &str) -> Result<bool> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(key(format!("TOLD#{member_id}"), slug)))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        let put = TransactWriteItem::builder().put(put).build();
        self.write_of_member(member_id, put).await
    }
}
