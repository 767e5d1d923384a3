//! A member's profile picture, as the account has it: what it is, and what is said of the last one.
//!
//! Every change raises `picture_changes`, so that a picture that took a while to make doesn't take
//! the place of a decision that came after it.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use languages::Sentence;

use crate::Members;
use crate::account::{Account, Picture};
use crate::accounts::email_key;
use crate::departures::GONE_SINCE;
use crate::error::{Error, Result};
use crate::item::{Reader, boolean, map, number, string};

pub(crate) const PICTURE: &str = "picture";
pub(crate) const PICTURE_FILE: &str = "picture_file";
pub(crate) const PICTURE_REJECTED: &str = "picture_rejected";
pub(crate) const PICTURE_REJECTED_SAID: &str = "picture_rejected_said";
pub(crate) const PICTURE_CHANGES: &str = "picture_changes";
pub(crate) const PICTURE_REMOVALS: &str = "picture_removals";

const ENABLED: &str = "disabled = :enabled";
/// What is stored under a handle that the member had before may be taken away at any time.
const UNDER_HANDLE: &str = "handle = :handle";

/// Whether a change depends on what was seen of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The change is the newest decision, whatever is there.
    Any,
    /// The change is only right if nothing changed since the account was read.
    Unchanged,
}

impl Members {
    /// Points the profile at new renditions of a file of the name `file`, empty where that isn't
    /// known. Returns what it pointed at until now, empty where that
    /// was nothing; `None`: the account is gone, disabled or under another handle, or its picture was
    /// changed meanwhile and that matters; nothing was written.
    pub async fn set_picture(
        &self,
        account: &Account,
        picture: &Picture,
        file: &str,
        seen: Seen,
    ) -> Result<Option<Picture>> {
        self.change_picture(
            account,
            "SET picture = :picture, picture_file = :file REMOVE picture_rejected, picture_rejected_said ADD picture_changes :one",
            &format!("{ENABLED} AND {UNDER_HANDLE}"),
            seen,
            [
                (":picture", keys(picture)),
                (":file", string(file)),
                (":enabled", boolean(false)),
                (":handle", string(account.handle.as_str())),
            ],
        )
        .await
    }

    /// Points the profile at the same picture under other keys, of a disabled member, too. `None`: the account
    /// is gone, going or under another handle, or its picture was changed meanwhile; nothing was written.
    pub async fn move_picture(
        &self,
        account: &Account,
        picture: &Picture,
    ) -> Result<Option<Picture>> {
        self.change_picture(
            account,
            "SET picture = :picture ADD picture_changes :one",
            &format!("{UNDER_HANDLE} AND attribute_not_exists({GONE_SINCE})"),
            Seen::Unchanged,
            [
                (":picture", keys(picture)),
                (":handle", string(account.handle.as_str())),
            ],
        )
        .await
    }

    /// Says why the last picture was none; the one before it stays. `false` as `None` for
    /// [`Members::set_picture`].
    pub async fn reject_picture(
        &self,
        account: &Account,
        reason: &Sentence,
        seen: Seen,
    ) -> Result<bool> {
        let said = serde_json::to_string(reason).map_err(|_| Error::Damaged {
            item: account.id.clone(),
            attribute: PICTURE_REJECTED_SAID,
        })?;
        let changed = self.change_picture(
            account,
            "SET picture_rejected = :reason, picture_rejected_said = :said ADD picture_changes :one",
            ENABLED,
            seen,
            [
                (":reason", string(reason.to_string())),
                (":said", string(said)),
                (":enabled", boolean(false)),
            ],
        );
        Ok(changed.await?.is_some())
    }

    /// Takes the picture off the profile, with what is said of the last one. Returns what the profile
    /// pointed at; `None`: the account is gone or disabled.
    pub async fn remove_picture(&self, account: &Account) -> Result<Option<Picture>> {
        self.change_picture(
            account,
            "REMOVE picture, picture_file, picture_rejected, picture_rejected_said ADD picture_changes :one, picture_removals :one",
            ENABLED,
            Seen::Any,
            [(":enabled", boolean(false))],
        )
        .await
    }

    async fn change_picture<const N: usize>(
        &self,
        account: &Account,
        change: &str,
        condition: &str,
        seen: Seen,
        values: [(&str, AttributeValue); N],
    ) -> Result<Option<Picture>> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)))
            .update_expression(change)
            .expression_attribute_values(":id", string(account.id.as_str()))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedOld);
        let unchanged = match (seen, account.picture_changes) {
            (Seen::Any, _) => "",
            (Seen::Unchanged, 0) => " AND attribute_not_exists(picture_changes)",
            (Seen::Unchanged, changes) => {
                update = update.expression_attribute_values(":changes", number(changes));
                " AND picture_changes = :changes"
            }
        };
        for (name, value) in values {
            update = update.expression_attribute_values(name, value);
        }
        let update = update
            .condition_expression(format!("id = :id AND {condition}{unchanged}"))
            .send()
            .await;
        match update {
            Ok(updated) => {
                let before = updated.attributes.unwrap_or_default();
                let read = Reader {
                    item: &before,
                    name: "ACCOUNT",
                };
                Ok(Some(Picture(
                    read.optional_map(PICTURE).unwrap_or_default(),
                )))
            }
            Err(error) => {
                Error::unless_condition::<(), _, _>("UpdateItem", Err(error)).map(|_| None)
            }
        }
    }
}

fn keys(picture: &Picture) -> AttributeValue {
    let entries = picture.0.iter();
    map(entries.map(|(size, key)| (size.clone(), string(key.as_str()))))
}
