//! Codes that set a password: issued, found and used up.
//!
//! An account has two slots, and each holds one code at most; issuing another replaces it. In one is the code of an
//! invitation or a reset, which an administrator hands out; in the other that of a forgotten password, which anybody may
//! ask for who knows the address. With one slot for both, whoever knows an address could make slips void by asking.
//!
//! The account holds a code's digest and decides; the item under the digest only leads to the account. It comes and goes
//! with the digest, in one transaction: it holds an address, which must not outlive the account.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use crate::account::{Account, NewMember};
use crate::accounts::{Created, email_key};
use crate::admins::Rights;
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, Reader, boolean, key, number, string};
use crate::{Email, Members};

const CODE: &str = "CODE";
pub(crate) const CODE_DIGEST: &str = "code_digest";
pub(crate) const CODE_EXPIRES_AT: &str = "code_expires_at";
pub(crate) const RECOVERY_DIGEST: &str = "recovery_digest";
pub(crate) const RECOVERY_EXPIRES_AT: &str = "recovery_expires_at";

/// How long the code of an invitation or a reset may be used, in seconds: 14 days.
pub const CODE_TTL_SECONDS: u64 = 14 * 24 * 60 * 60;
/// How long the code of a forgotten password may be used, in seconds: an hour. It lies in a mailbox.
pub const RECOVERY_TTL_SECONDS: u64 = 60 * 60;

/// How often a code is issued against others that are issued to the same account.
const ROUNDS: usize = 5;

/// Where an account holds a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// Of an invitation or a reset.
    HandedOut,
    /// Of a forgotten password.
    Recovery,
}

impl Slot {
    /// The attributes of the digest and of the end.
    fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Self::HandedOut => (CODE_DIGEST, CODE_EXPIRES_AT),
            Self::Recovery => (RECOVERY_DIGEST, RECOVERY_EXPIRES_AT),
        }
    }

    /// What else has to be true of an account that gets a code. A forgotten password is that of a member who has one and
    /// may sign in: an invitation that ran out is an administrator's to renew.
    fn condition(self) -> &'static str {
        match self {
            Self::HandedOut => "",
            Self::Recovery => " AND disabled = :enabled AND attribute_exists(password_hash)",
        }
    }

    fn of(self, account: &Account) -> Option<&IssuedCode> {
        match self {
            Self::HandedOut => account.code.as_ref(),
            Self::Recovery => account.recovery.as_ref(),
        }
    }
}

/// A code as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// SHA-256 of the code, in hexadecimal.
    pub digest: String,
    /// Unix seconds from which on the code is no longer taken.
    pub expires_at: u64,
}

impl IssuedCode {
    /// The code of a forgotten password that is issued at `now`, in Unix seconds.
    pub fn of_recovery(digest: String, now: u64) -> Self {
        Self {
            digest,
            expires_at: now.saturating_add(RECOVERY_TTL_SECONDS),
        }
    }

    /// The code of an invitation or a reset that is issued at `now`, in Unix seconds.
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
        self.issue(Slot::HandedOut, account, code).await
    }

    /// Gives an account the code of a forgotten password in place of any earlier one of these. `false`: the account is
    /// gone, disabled or without a password, or its member goes.
    ///
    /// The code of an invitation or a reset stays as it is: whoever knows an address may ask for this one.
    pub async fn issue_recovery(&self, account: &Account, code: &IssuedCode) -> Result<bool> {
        self.issue(Slot::Recovery, account, code).await
    }

    async fn issue(&self, slot: Slot, account: &Account, code: &IssuedCode) -> Result<bool> {
        let mut earlier = slot.of(account).cloned();
        for _ in 0..ROUNDS {
            let replaced = self.replace_code(slot, account, earlier.as_ref(), code);
            if replaced.await? {
                return Ok(true);
            }
            // Another code was issued or used meanwhile, or the account isn't one that gets a code.
            match self.by_email(&account.email).await? {
                Some(now) if now.id == account.id && !now.is_going() => {
                    if slot == Slot::Recovery && (now.disabled || now.password_hash.is_none()) {
                        return Ok(false);
                    }
                    earlier = slot.of(&now).cloned();
                }
                _ => return Ok(false),
            }
        }
        Err(Error::Store {
            operation: "TransactWriteItems",
            cause: "other codes were issued at the same time".to_owned(),
        })
    }

    /// `false`: the account doesn't hold `earlier` any more, or isn't one that gets a code.
    async fn replace_code(
        &self,
        slot: Slot,
        account: &Account,
        earlier: Option<&IssuedCode>,
        code: &IssuedCode,
    ) -> Result<bool> {
        let (digest, expires_at) = slot.attributes();
        let stands = format!(
            "id = :id AND attribute_not_exists(gone_since){}",
            slot.condition()
        );
        let mut hold = Update::builder()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)))
            .update_expression(format!(
                "SET {digest} = :digest, {expires_at} = :expires_at"
            ))
            .expression_attribute_values(":digest", string(code.digest.as_str()))
            .expression_attribute_values(":expires_at", number(code.expires_at))
            .expression_attribute_values(":id", string(account.id.as_str()));
        if slot == Slot::Recovery {
            hold = hold.expression_attribute_values(":enabled", boolean(false));
        }
        let hold = match earlier {
            None => {
                hold.condition_expression(format!("{stands} AND attribute_not_exists({digest})"))
            }
            Some(earlier) => hold
                .condition_expression(format!("{stands} AND {digest} = :earlier"))
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

    /// The account that a code is of, if the code is the last one in its slot and still runs.
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
            slot_of(account, digest)
                .and_then(|slot| slot.of(account))
                .is_some_and(|code| now < code.expires_at)
        }))
    }

    /// Uses a code up: sets the password, ends every older token and whatever other code there is, and takes the codes'
    /// items away, all or nothing. `false`: the code was used or replaced, or the account disabled, since it was read.
    pub async fn redeem(
        &self,
        account: &Account,
        digest: &str,
        password_hash: &str,
    ) -> Result<bool> {
        let Some(slot) = slot_of(account, digest) else {
            return Ok(false);
        };
        if account.disabled {
            return Ok(false);
        }
        let (held, _) = slot.attributes();
        let used = self
            .if_as_read(account, &format!("{held} = :digest"))
            .update_expression(format!(
                "SET password_hash = :hash REMOVE {CODE_DIGEST}, {CODE_EXPIRES_AT}, {RECOVERY_DIGEST}, \
                 {RECOVERY_EXPIRES_AT} ADD version :one"
            ))
            .expression_attribute_values(":hash", string(password_hash))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":digest", string(digest))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        let used = TransactWriteItem::builder().update(used).build();
        let after = Rights {
            can_sign_in: true,
            ..account.rights()
        };
        let administrators = self.administrators(&account.id, account.rights(), after)?;
        // One that was issued since the account was read leads to an account that doesn't hold it any more.
        let codes = account
            .codes()
            .map(|code| self.deletion(code_key(&code.digest)));
        let codes = codes.collect::<Result<Vec<_>>>()?;
        self.write_account(used, administrators, codes).await
    }
}

fn slot_of(account: &Account, digest: &str) -> Option<Slot> {
    [Slot::HandedOut, Slot::Recovery]
        .into_iter()
        .find(|slot| slot.of(account).is_some_and(|code| code.digest == digest))
}
