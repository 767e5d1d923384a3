//! Administrators who can sign in: one item names them all, so that of a site with members one is always left.
//!
//! Whatever makes an account such an administrator, or no longer one, changes the item in its own transaction. Two who
//! demote each other at once meet there, and the second is refused.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use crate::account::Account;
use crate::error::{Error, Result};
use crate::item::{Item, boolean, key, string, strings};
use crate::{Members, Role};

const ADMINS: &str = "ADMINS#SITE";
/// The ids, as a set.
const IDS: &str = "ids";
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
    fn administers(self) -> bool {
        self.role == Role::Admin && self.can_sign_in
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

    /// What an account's change from one standing to another does to the administrators: nothing, for most. To be the
    /// second write of its transaction, behind that of the account.
    pub(crate) fn administrators(
        &self,
        member_id: &str,
        before: Rights,
        after: Rights,
    ) -> Result<Option<TransactWriteItem>> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(admins_key()))
            .expression_attribute_values(":ids", strings([member_id.to_owned()]));
        let update = match (before.administers(), after.administers()) {
            (false, true) => update.update_expression(format!("ADD {IDS} :ids")),
            (true, false) => update
                .update_expression(format!("DELETE {IDS} :ids"))
                .condition_expression(format!("contains({IDS}, :member) AND size({IDS}) > :one"))
                .expression_attribute_values(":member", string(member_id))
                .expression_attribute_values(":one", crate::item::number(1)),
            _ => return Ok(None),
        };
        let update = update
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(Some(TransactWriteItem::builder().update(update).build()))
    }

    /// Takes an account that was just made out of the administrators, whoever is left.
    pub(crate) fn no_administrator(&self, member_id: &str) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(admins_key()))
            .update_expression(format!("DELETE {IDS} :ids"))
            .expression_attribute_values(":ids", strings([member_id.to_owned()]))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
