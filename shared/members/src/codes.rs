//! Codes of invitations and resets: issued, found and used up.
//!
//! An account has one code at most; issuing another replaces it. The account holds the code's digest
//! and decides; the item under the digest only leads to the account, and one that is left over leads
//! nowhere.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};

use crate::account::{Account, NewMember};
use crate::accounts::{Created, email_key};
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, Reader, key, number, string};
use crate::{Email, Members};

const CODE: &str = "CODE";
pub(crate) const CODE_DIGEST: &str = "code_digest";
pub(crate) const CODE_EXPIRES_AT: &str = "code_expires_at";

/// How long a code may be used, in seconds: 14 days.
pub const CODE_TTL_SECONDS: u64 = 14 * 24 * 60 * 60;

/// A code as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// SHA-256 of the code, in hexadecimal.
    pub digest: String,
    /// Unix seconds from which on the code is no longer taken.
    pub expires_at: u64,
}

impl IssuedCode {
    /// A code that is issued at `now`, in Unix seconds.
    pub fn new(digest: String, now: u64) -> Self {
        Self {
            digest,
            expires_at: now.saturating_add(CODE_TTL_SECONDS),
        }
    }

    /// The attributes by which an account holds the code.
    pub(crate) fn attributes(&self) -> [(String, aws_sdk_dynamodb::types::AttributeValue); 2] {
        [
            (CODE_DIGEST.to_owned(), string(self.digest.as_str())),
            (CODE_EXPIRES_AT.to_owned(), number(self.expires_at)),
        ]
    }

    /// The item that leads from the code to the account of `email`.
    pub(crate) fn pointer(&self, email: &Email) -> Item {
        let mut item = code_key(&self.digest);
        item.insert("email".to_owned(), string(email.as_str()));
        item.insert(EXPIRES_AT.to_owned(), number(self.expires_at));
        item
    }
}

pub(crate) fn code_key(digest: &str) -> Item {
    key(format!("CODE#{digest}"), CODE)
}

impl Members {
    /// Makes an account without a password, and with it the code that sets one.
    pub async fn invite(&self, member: NewMember, code: &IssuedCode) -> Result<Created> {
        self.create_with(member, Some(code)).await
    }

    /// Gives an account a code in place of any earlier one. `false`: the account is gone.
    ///
    /// The password stays as it is until the code is used: a reset that nobody asked for must not
    /// shut a member out.
    pub async fn issue_code(&self, account: &Account, code: &IssuedCode) -> Result<bool> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let pointer = Put::builder()
            .table_name(&self.table)
            .set_item(Some(code.pointer(&account.email)))
            .build()
            .map_err(&unbuilt)?;
        let hold = Update::builder()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)))
            .update_expression("SET code_digest = :digest, code_expires_at = :expires_at")
            .condition_expression("id = :id")
            .expression_attribute_values(":digest", string(code.digest.as_str()))
            .expression_attribute_values(":expires_at", number(code.expires_at))
            .expression_attribute_values(":id", string(account.id.as_str()))
            .build()
            .map_err(&unbuilt)?;
        let written = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(pointer).build())
            .transact_items(TransactWriteItem::builder().update(hold).build())
            .send()
            .await;
        match written {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(is_condition) => Ok(false),
            Err(error) => Err(Error::store("TransactWriteItems")(error)),
        }
    }

    /// The account that a code is of, if the code is that account's last one and still runs.
    pub async fn by_code(&self, digest: &str, now: u64) -> Result<Option<Account>> {
        let Some(pointer) = self.get(code_key(digest)).await? else {
            return Ok(None);
        };
        let read = Reader {
            item: &pointer,
            name: CODE,
        };
        let email = Email::parse(read.string("email")?).map_err(|_| read.damaged("email"))?;
        let account = self.by_email(&email).await?;
        Ok(account.filter(|account| {
            account
                .code
                .as_ref()
                .is_some_and(|code| code.digest == digest && now < code.expires_at)
        }))
    }

    /// Uses an account's code up: sets the password and ends every older token, in one write.
    /// `false`: the code was used or replaced, or the account disabled, since it was read.
    pub async fn redeem(&self, account: &Account, password_hash: &str) -> Result<bool> {
        let Some(code) = &account.code else {
            return Ok(false);
        };
        self.update(
            account,
            "SET password_hash = :hash REMOVE code_digest, code_expires_at ADD version :one",
            "code_digest = :digest AND disabled = :disabled",
            [
                (":hash", string(password_hash)),
                (":one", number(1)),
                (":digest", string(code.digest.as_str())),
                (
                    ":disabled",
                    aws_sdk_dynamodb::types::AttributeValue::Bool(false),
                ),
            ],
        )
        .await
    }
}

fn is_condition(error: &TransactWriteItemsError) -> bool {
    match error {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => cancelled
            .cancellation_reasons()
            .iter()
            .any(|reason| reason.code() == Some("ConditionalCheckFailed")),
        _ => false,
    }
}
