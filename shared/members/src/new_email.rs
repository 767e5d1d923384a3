//! Another address for a member, who proves by a code that it is theirs.

use crate::account::{Account, issued};
use crate::codes::IssuedCode;
use crate::error::Result;
use crate::item::{Reader, boolean, number, string};
use crate::{Email, Members};

pub(crate) const NEW_EMAIL: &str = "new_email";
pub(crate) const NEW_EMAIL_DIGEST: &str = "new_email_digest";
pub(crate) const NEW_EMAIL_EXPIRES_AT: &str = "new_email_expires_at";

/// How long the code for a new address may be used, in seconds: an hour.
pub const NEW_EMAIL_TTL_SECONDS: u64 = 60 * 60;

/// The address that a member wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEmail {
    pub email: Email,
    /// The code that was sent to it; `None` until one was.
    pub code: Option<IssuedCode>,
}

impl NewEmail {
    pub(crate) fn read(read: &Reader<'_>) -> Result<Option<Self>> {
        let Some(email) = read.optional_string(NEW_EMAIL) else {
            return Ok(None);
        };
        Ok(Some(Self {
            email: Email::parse(email).map_err(|_| read.damaged(NEW_EMAIL))?,
            code: issued(read, NEW_EMAIL_DIGEST, NEW_EMAIL_EXPIRES_AT)?,
        }))
    }

    /// Whether a code is the one that was sent, at `now` in Unix seconds.
    pub fn is_proven_by(&self, digest: &str, now: u64) -> bool {
        let code = self.code.as_ref();
        code.is_some_and(|code| code.digest == digest && now < code.expires_at)
    }
}

impl Members {
    /// Notes the address that a member wants, in the place of an earlier wish and its code. `false`: the account was changed
    /// since it was read, or is disabled.
    pub async fn want_email(&self, account: &Account, email: &Email) -> Result<bool> {
        let change =
            format!("SET {NEW_EMAIL} = :email REMOVE {NEW_EMAIL_DIGEST}, {NEW_EMAIL_EXPIRES_AT}");
        self.update(
            account,
            &change,
            "version = :version AND disabled = :enabled",
            [
                (":email", string(email.as_str())),
                (":version", number(account.version)),
                (":enabled", boolean(false)),
            ],
        )
        .await
    }

    /// Notes the code that is sent to the address that a member wants. `false`: they want another one by now, or the account
    /// is disabled.
    pub async fn issue_new_email(
        &self,
        account: &Account,
        wanted: &Email,
        code: &IssuedCode,
    ) -> Result<bool> {
        let change =
            format!("SET {NEW_EMAIL_DIGEST} = :digest, {NEW_EMAIL_EXPIRES_AT} = :expires_at");
        let stands = format!("{NEW_EMAIL} = :wanted AND disabled = :enabled");
        self.update(
            account,
            &change,
            &stands,
            [
                (":digest", string(code.digest.as_str())),
                (":expires_at", number(code.expires_at)),
                (":wanted", string(wanted.as_str())),
                (":enabled", boolean(false)),
            ],
        )
        .await
    }
}
