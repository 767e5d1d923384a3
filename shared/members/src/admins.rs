//! Administrators and editors who can sign in: one item names them all, so that of a site with members an administrator is
//! always left, and that it is known who could decide about an editor's own document.
//!
//! Whatever makes an account one of them, or no longer one, changes the item in its own transaction. Two administrators who
//! demote each other at once meet there, and the second is refused.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use crate::account::Account;
use crate::error::{Error, Result};
use crate::item::{Item, Reader, boolean, key, string, strings};
use crate::{Members, Role};

const ADMINS: &str = "ADMINS#SITE";
/// The ids of administrators, as a set.
const IDS: &str = "ids";
/// The ids of editors, as a set.
const EDITORS: &str = "editors";
pub(crate) const ROLE: &str = "role";

fn admins_key() -> Item {
    key(ADMINS, "ADMINS")
}

/// What makes an account an administrator's who can sign in, or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rights {
    pub(crate) role: Role,
    pub(crate) can_sign_in: bool,
}

impl Rights {
    /// The set of the item that has the account; `None`: it is in neither.
    fn set(self) -> Option<&'static str> {
        match self.role {
            Role::Admin if self.can_sign_in => Some(IDS),
            Role::Editor if self.can_sign_in => Some(EDITORS),
            _ => None,
        }
    }
}

impl Account {
    pub(crate) fn rights(&self) -> Rights {
        Rights {
            role: self.role,
            can_sign_in: !self.disabled && !self.is_going() && self.password_hash.is_some(),
        }
    }

    /// That an account still is as it was read, as far as it decides whether its member is an administrator who can sign in.
    /// Its values are those of [`Members::if_as_read`].
    pub(crate) fn as_read(&self) -> String {
        let role = match self.role {
            Role::Member => "attribute_not_exists(#role)",
            Role::Editor | Role::Admin => "#role = :was_role",
        };
        let password = match self.password_hash {
            Some(_) => "attribute_exists(password_hash)",
            None => "attribute_not_exists(password_hash)",
        };
        format!("id = :id AND disabled = :was_disabled AND {role} AND {password}")
    }
}

impl Members {
    /// An update of an account that is done if that is as it was read, under a further condition.
    pub(crate) fn if_as_read(
        &self,
        account: &Account,
        condition: &str,
    ) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(crate::accounts::email_key(&account.email)))
            .condition_expression(format!("{} AND {condition}", account.as_read()))
            .expression_attribute_names("#role", ROLE)
            .expression_attribute_values(":id", string(account.id.as_str()))
            .expression_attribute_values(":was_disabled", boolean(account.disabled));
        match account.role {
            Role::Member => update,
            Role::Editor | Role::Admin => {
                update.expression_attribute_values(":was_role", string(account.role.as_str()))
            }
        }
    }

    /// What an account's change from one standing to another does to the administrators and editors: nothing, for most. To be
    /// the second write of its transaction, behind that of the account.
    pub(crate) fn administrators(
        &self,
        member_id: &str,
        before: Rights,
        after: Rights,
    ) -> Result<Option<TransactWriteItem>> {
        let (before, after) = (before.set(), after.set());
        if before == after {
            return Ok(None);
        }
        let joins = after.map(|set| format!("ADD {set} :ids"));
        let leaves = before.map(|set| format!("DELETE {set} :ids"));
        let changes: Vec<String> = joins.into_iter().chain(leaves).collect();
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(admins_key()))
            .update_expression(changes.join(" "))
            .expression_attribute_values(":ids", strings([member_id.to_owned()]));
        let update = if before == Some(IDS) {
            update
                .condition_expression(format!("contains({IDS}, :member) AND size({IDS}) > :one"))
                .expression_attribute_values(":member", string(member_id))
                .expression_attribute_values(":one", crate::item::number(1))
        } else {
            update
        };
        let update = update
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(Some(TransactWriteItem::builder().update(update).build()))
    }

    /// Whether anybody but this member could decide about documents: an editor or an administrator who can sign in.
    pub async fn others_decide(&self, member_id: &str) -> Result<bool> {
        let item = self.get(admins_key()).await?.unwrap_or_default();
        let read = Reader {
            item: &item,
            name: ADMINS,
        };
        let sets = [IDS, EDITORS].map(|set| read.strings(set));
        Ok(sets.iter().flatten().any(|id| *id != member_id))
    }

    /// Takes an account that was just made out of the administrators and editors, whoever is left.
    pub(crate) fn no_administrator(&self, member_id: &str) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(admins_key()))
            .update_expression(format!("DELETE {IDS} :ids, {EDITORS} :ids"))
            .expression_attribute_values(":ids", strings([member_id.to_owned()]))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
