//! Members who get another name, handle or address.
//!
//! Former handles stay claimed by the member: an old address leads nowhere rather than to somebody else,
//! and whoever publishes later can still take away what is under it. Former names are kept since links
//! that ask for them have to be looked at again.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};

use crate::account::Account;
use crate::accounts::{email_key, handle_key, member_key};
use crate::admins::ROLE;
use crate::codes::{RECOVERY_DIGEST, RECOVERY_EXPIRES_AT, code_key};
use crate::departures::GONE_SINCE;
use crate::directory::UNLISTED;
use crate::error::{Error, Result};
use crate::item::{Item, Reader, number, string, strings};
use crate::letters::{LANGUAGE, MAIL_OFF};
use crate::look::{POINTS_TO, RENAMES};
use crate::new_email::{NEW_EMAIL, NEW_EMAIL_DIGEST, NEW_EMAIL_EXPIRES_AT};
use crate::{Email, Members, Target};

pub(crate) const FORMER_HANDLES: &str = "former_handles";
pub(crate) const FORMER_NAMES: &str = "former_names";

/// How often a change is tried against others of the same account.
const ROUNDS: usize = 5;

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renamed {
    Renamed,
    /// Somebody else has the handle or the address, or had it once.
    Taken,
    /// The account was changed or removed since it was read, or its member goes.
    Changed,
}

/// `had` with `before`, without `now`.
fn former(had: &[String], before: &str, now: &str) -> BTreeSet<String> {
    let mut former: BTreeSet<String> = had.iter().cloned().collect();
    former.insert(before.to_owned());
    former.remove(now);
    former
}

impl Members {
    /// The account of a handle, of one that the member had before, too. `None` once the member goes.
    pub async fn by_handle(&self, handle: &str) -> Result<Option<Account>> {
        let Some(claim) = self.get(handle_key(handle)).await? else {
            return Ok(None);
        };
        let read = Reader {
            item: &claim,
            name: "HANDLE",
        };
        self.by_id(read.string("id")?).await
    }

    /// Gives a member another name, another handle, or both. No session ends: tokens name the id.
    ///
    /// What is published has to be converted again: `rewrite_readme` then takes what is under the former
    /// handle away.
    pub async fn rename(&self, account: &Account, name: &str, handle: &str) -> Result<Renamed> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let handles = former(&account.former_handles, &account.handle, handle);
        let names = former(&account.former_names, &account.name, name);
        let mut changes = vec!["#name = :name".to_owned(), "handle = :handle".to_owned()];
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)))
            .condition_expression(format!(
                "id = :id AND handle = :old_handle AND #name = :old_name AND attribute_not_exists({GONE_SINCE})"
            ))
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", string(name))
            .expression_attribute_values(":handle", string(handle))
            .expression_attribute_values(":id", string(account.id.as_str()))
            .expression_attribute_values(":old_handle", string(account.handle.as_str()))
            .expression_attribute_values(":old_name", string(account.name.as_str()));
        for (attribute, value, set) in [
            (FORMER_HANDLES, ":handles", handles),
            (FORMER_NAMES, ":names", names),
        ] {
            // A set may not be empty.
            if !set.is_empty() {
                changes.push(format!("{attribute} = {value}"));
                update = update.expression_attribute_values(value, strings(set));
            }
        }
        let update = update
            .update_expression(format!("SET {}", changes.join(", ")))
            .build()
            .map_err(&unbuilt)?;
        let mut claim = handle_key(handle);
        claim.insert("id".to_owned(), string(account.id.as_str()));
        let claim = Put::builder()
            .table_name(&self.table)
            .set_item(Some(claim))
            .condition_expression("attribute_not_exists(pk) OR id = :id")
            .expression_attribute_values(":id", string(account.id.as_str()))
            .build()
            .map_err(&unbuilt)?;
        // Whoever is at work for the member asks this item in the end.
        let pointer = Update::builder()
            .table_name(&self.table)
            .set_key(Some(member_key(&account.id)))
            .update_expression(format!("SET {POINTS_TO} = :handle ADD {RENAMES} :one"))
            .condition_expression(format!(
                "attribute_exists(pk) AND attribute_not_exists({GONE_SINCE})"
            ))
            .expression_attribute_values(":handle", string(handle))
            .expression_attribute_values(":one", number(1))
            .build()
            .map_err(&unbuilt)?;
        let mut writes = vec![
            TransactWriteItem::builder().update(update).build(),
            TransactWriteItem::builder().put(claim).build(),
            TransactWriteItem::builder().update(pointer).build(),
        ];
        writes.extend(self.entry()?);
        if self.write_all(writes).await? {
            return Ok(Renamed::Renamed);
        }
        let claimed = self.get(handle_key(handle)).await?;
        let is_others =
            claimed.is_some_and(|claim| claim.get("id") != Some(&string(account.id.as_str())));
        Ok(if is_others {
            Renamed::Taken
        } else {
            Renamed::Changed
        })
    }

    /// Moves an account to another address, and ends every session. A code that was handed out goes on working. That of a
    /// forgotten password ends, since it lies in the mailbox of before, and so does what was asked for another address.
    pub async fn change_email(&self, account: &Account, email: &Email) -> Result<Renamed> {
        for _ in 0..ROUNDS {
            if self.get(email_key(email)).await?.is_some() {
                return Ok(Renamed::Taken);
            }
            let Some(item) = self.get(email_key(&account.email)).await? else {
                return Ok(Renamed::Changed);
            };
            let now = Account::from_item(&item)?;
            if now.id != account.id || now.is_going() {
                return Ok(Renamed::Changed);
            }
            let moved = self.moved(&now, item, email)?;
            if self.write_all(moved).await? {
                // Whoever is refused for guesses at the old address starts anew.
                self.forget_guesses(&Target::new(account.email.as_str()))
                    .await?;
                return Ok(Renamed::Renamed);
            }
        }
        Ok(Renamed::Changed)
    }

    /// The writes that move the account which was read as `item`, if it is as it was read.
    fn moved(
        &self,
        account: &Account,
        item: Item,
        email: &Email,
    ) -> Result<Vec<TransactWriteItem>> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let mut delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)));
        let mut unchanged = Vec::new();
        for (number, (attribute, value)) in item.iter().enumerate() {
            unchanged.push(format!("#a{number} = :a{number}"));
            delete = delete
                .expression_attribute_names(format!("#a{number}"), attribute)
                .expression_attribute_values(format!(":a{number}"), value.clone());
        }
        // And nothing was added that it may have.
        let absent = OPTIONAL.iter().filter(|name| !item.contains_key(**name));
        for (number, attribute) in absent.enumerate() {
            unchanged.push(format!("attribute_not_exists(#o{number})"));
            delete = delete.expression_attribute_names(format!("#o{number}"), *attribute);
        }
        let delete = delete
            .condition_expression(unchanged.join(" AND "))
            .build()
            .map_err(&unbuilt)?;
        let mut moved = item;
        for ended in [
            RECOVERY_DIGEST,
            RECOVERY_EXPIRES_AT,
            NEW_EMAIL,
            NEW_EMAIL_DIGEST,
            NEW_EMAIL_EXPIRES_AT,
        ] {
            moved.remove(ended);
        }
        moved.extend(email_key(email));
        moved.insert("email".to_owned(), string(email.as_str()));
        moved.insert(
            "version".to_owned(),
            AttributeValue::N((account.version + 1).to_string()),
        );
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(moved))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(&unbuilt)?;
        let pointer = Update::builder()
            .table_name(&self.table)
            .set_key(Some(member_key(&account.id)))
            .update_expression("SET email = :email")
            .condition_expression(format!(
                "email = :old AND attribute_not_exists({GONE_SINCE})"
            ))
            .expression_attribute_values(":email", string(email.as_str()))
            .expression_attribute_values(":old", string(account.email.as_str()))
            .build()
            .map_err(&unbuilt)?;
        let mut writes = vec![
            TransactWriteItem::builder().put(put).build(),
            TransactWriteItem::builder().delete(delete).build(),
            TransactWriteItem::builder().update(pointer).build(),
        ];
        if let Some(code) = &account.code {
            writes.push(self.put(code.pointer(email))?);
        }
        if let Some(code) = &account.recovery {
            writes.push(self.deletion(code_key(&code.digest))?);
        }
        writes.extend(self.entry()?);
        Ok(writes)
    }
}

/// What an account may come to have after it is made.
const OPTIONAL: [&str; 22] = [
    ROLE,
    "password_hash",
    "last_login_at",
    "code_digest",
    "code_expires_at",
    "picture",
    "picture_file",
    "picture_rejected",
    "picture_rejected_said",
    "picture_changes",
    "picture_removals",
    FORMER_HANDLES,
    FORMER_NAMES,
    GONE_SINCE,
    RECOVERY_DIGEST,
    RECOVERY_EXPIRES_AT,
    NEW_EMAIL,
    NEW_EMAIL_DIGEST,
    NEW_EMAIL_EXPIRES_AT,
    MAIL_OFF,
    LANGUAGE,
    UNLISTED,
];
