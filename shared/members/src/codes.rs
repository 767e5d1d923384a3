//! Codes of invitations and resets: issued, found and used up.
//!
//! An account has one code at most; issuing another replaces it. The account holds the code's digest
//! and decides; the item under the digest only leads to the account. It comes and goes with the digest,
//! in one transaction: it holds an address, which must not outlive the account.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use crate::account::{Account, NewMember};
use crate::accounts::{Created, email_key};
use crate::admins::Rights;
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, Reader, key, number, string};
use crate::{Email, Members};

const CODE: &str = "CODE";
pub(crate) const CODE_DIGEST: &str = "code_digest";
pub(crate) const CODE_EXPIRES_AT: &str = "code_expires_at";

/// How long a code may be used, in seconds: 14 days.
pub const CODE_TTL_SECONDS: u64 = 14 * 24 * 60 * 60;

/// How often a code is issued against others that are issued to the same account.
const ROUNDS: usize = 5;

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

    /// Gives an account a code in place of any earlier one, whose item goes with it. `false`: the account
    /// is gone, or its member goes.
    ///
    /// The password stays as it is until the code is used: a reset that nobody asked for must not
    /// shut a member out.
    pub async fn issue_code(&self, account: &Account, code: &IssuedCode) -> Result<bool> {
        let mut earlier = account.code.clone();
        for _ in 0..ROUNDS {
            if self.replace_code(account, earlier.as_ref(), code).await? {
                return Ok(true);
            }
            // Another code was issued or used meanwhile.
            match self.by_email(&account.email).await? {
                Some(now) if now.id == account.id && !now.is_going() => earlier = now.code,
                _ => return Ok(false),
            }
        }
        Err(Error::Store {
            operation: "TransactWriteItems",
            cause: "other codes were issued at the same time".to_owned(),
        })
    }

    /// `false`: the account doesn't hold `earlier` any more, or is gone or goes.
    async fn replace_code(
        &self,
        account: &Account,
        earlier: Option<&IssuedCode>,
        code: &IssuedCode,
    ) -> Result<bool> {
        let hold = Update::builder()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)))
            .update_expression("SET code_digest = :digest, code_expires_at = :expires_at")
            .expression_attribute_values(":digest", string(code.digest.as_str()))
            .expression_attribute_values(":expires_at", number(code.expires_at))
            .expression_attribute_values(":id", string(account.id.as_str()));
        let stands = "id = :id AND attribute_not_exists(gone_since)";
        let hold = match earlier {
            None => hold
                .condition_expression(format!("{stands} AND attribute_not_exists({CODE_DIGEST})")),
            Some(earlier) => hold
                .condition_expression(format!("{stands} AND {CODE_DIGEST} = :earlier"))
                .expression_attribute_values(":earlier", string(earlier.digest.as_str())),
        };
        let hold = hold.build().map_err(Error::unbuilt("TransactWriteItems"))?;
        let mut writes = vec![
            self.put(code.pointer(&account.email))?,
            TransactWriteItem::builder().update(hold).build(),
        ];
        if let Some(earlier) = earlier {
            writes.push(self.deletion(code_key(&earlier.digest))?);
        }
        writes.extend(self.entry()?);
        self.write_all(writes).await
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

    /// Uses an account's code up: sets the password, ends every older token and takes the code's item
    /// away, all or nothing. `false`: the code was used or replaced, or the account disabled, since it
    /// was read.
    pub async fn redeem(&self, account: &Account, password_hash: &str) -> Result<bool> {
        let Some(code) = &account.code else {
            return Ok(false);
        };
        if account.disabled {
            return Ok(false);
        }
        let used = self
            .if_as_read(account, "code_digest = :digest")
            .update_expression(
                "SET password_hash = :hash REMOVE code_digest, code_expires_at ADD version :one",
            )
            .expression_attribute_values(":hash", string(password_hash))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":digest", string(code.digest.as_str()))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        let used = TransactWriteItem::builder().update(used).build();
        let after = Rights {
            can_sign_in: true,
            ..account.rights()
        };
        let administrators = self.administrators(&account.id, account.rights(), after)?;
        let code = self.deletion(code_key(&code.digest))?;
        self.write_account(used, administrators, vec![code]).await
    }
}
