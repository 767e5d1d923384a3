//! Members in the hands of whoever looks after them: every change is written with the entry that tells of it.

use auth::Code;
use languages::{Language, Sentence, sentence};
use mail::{Letter, Outbox};
use members::{Account, Act, Deed, Email, Members, NewMember, Renamed, Role, Who};

use crate::slip::new_code;

/// Who does something to members.
#[derive(Clone)]
pub struct Administration<'a> {
    pub members: &'a Members,
    /// `None`: whoever has the command line.
    pub by: Option<Who>,
    /// The time, in Unix milliseconds.
    pub clock: &'a (dyn Fn() -> u64 + Send + Sync),
}

/// Why a member isn't changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A member of this name is being removed.
    Going(String),
    /// A member of this name is shut out.
    Disabled(String),
    /// Somebody else has the address.
    EmailTaken(Email),
    /// Somebody else has the handle, or had it.
    HandleTaken(String),
    /// Another hand was faster.
    Changed,
}

impl Refused {
    /// What whoever asked is told.
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::Going(name) => sentence!("api.roster_going", name = name.as_str()),
            Self::Disabled(name) => sentence!("api.roster_disabled", name = name.as_str()),
            Self::EmailTaken(email) => {
                sentence!("api.roster_email_taken", email = email.as_str())
            }
            Self::HandleTaken(handle) => {
                sentence!("reason.roster_handle_taken", handle = handle.as_str())
            }
            Self::Changed => sentence!("api.account_changed_meanwhile"),
        }
    }
}

/// What came of a change. The outer error is the table's, and [`members::Error::LastAdmin`].
pub type Changed<T = ()> = members::Result<Result<T, Refused>>;

/// A code in the place of an earlier one.
#[derive(Debug)]
pub struct Reset {
    pub code: Code,
    /// Unix seconds.
    pub expires_at: u64,
}

/// Whether a member may be given a code.
///
/// # Errors
/// Nobody signs in who goes, or who is shut out.
pub fn may_have_code(account: &Account) -> Result<(), Refused> {
    if account.is_going() {
        return Err(Refused::Going(account.name.clone()));
    }
    if account.disabled {
        return Err(Refused::Disabled(account.name.clone()));
    }
    Ok(())
}

fn stays(account: &Account) -> Result<(), Refused> {
    if account.is_going() {
        Err(Refused::Going(account.name.clone()))
    } else {
        Ok(())
    }
}

/// Ends with the refusal of a check.
macro_rules! granted {
    ($check:expr) => {
        if let Err(refused) = $check {
            return Ok(Err(refused));
        }
    };
}

impl Administration<'_> {
    pub(crate) fn now(&self) -> u64 {
        (self.clock)() / 1000
    }

    /// The table, of which each change writes this entry.
    fn noting(&self, deed: Deed, on: Who, became: Option<&str>) -> Members {
        self.members.noting(self.act(deed, on, became))
    }

    fn act(&self, deed: Deed, on: Who, became: Option<&str>) -> Act {
        Act {
            at_ms: (self.clock)(),
            by: self.by.clone(),
            deed,
            on,
            slug: None,
            became: became.map(str::to_owned),
            note: None,
        }
    }

    /// The entry of one who becomes a member.
    pub(crate) fn act_of_new(&self, member: &NewMember) -> Act {
        let deed = match member.password_hash {
            Some(_) => Deed::MemberAdded,
            None => Deed::MemberInvited,
        };
        let on = Who {
            id: member.id.clone(),
            handle: member.handle.clone(),
        };
        let became = Some(member.role.as_str()).filter(|_| member.role != Role::default());
        self.act(deed, on, became)
    }

    /// Gives a member another name. [`tell_renamed`](crate::tell_renamed) comes after it.
    ///
    /// # Errors
    /// The table doesn't answer.
    pub async fn set_name(&self, account: &Account, name: &str) -> Changed {
        granted!(stays(account));
        if name == account.name {
            return Ok(Ok(()));
        }
        // Whose name it is stands on the account; an entry outlives that, and holds no name.
        let members = self.noting(Deed::NameChanged, account.into(), None);
        members.note_directory(account, (self.clock)()).await?;
        let renamed = members.rename(account, name, &account.handle).await?;
        Ok(of_renamed(renamed, Refused::Changed))
    }

    /// Gives a member another handle; the former one stays reserved for them.
    /// [`tell_renamed`](crate::tell_renamed) comes after it.
    ///
    /// # Errors
    /// The table doesn't answer.
    pub async fn set_handle(&self, account: &Account, handle: &str) -> Changed {
        granted!(stays(account));
        if handle == account.handle {
            return Ok(Ok(()));
        }
        let members = self.noting(Deed::HandleChanged, account.into(), Some(handle));
        let handles = [account.handle.as_str(), handle];
        members
            .note_unsettled(&account.id, handles, (self.clock)())
            .await?;
        let renamed = members.rename(account, &account.name, handle).await?;
        Ok(of_renamed(renamed, Refused::HandleTaken(handle.to_owned())))
    }

    /// Gives a member another address to sign in with, and ends every session. Password and code go on working. Where there is
    /// an outbox, the address of before is told, in this language.
    ///
    /// # Errors
    /// The table or the outbox doesn't answer.
    pub async fn set_email(
        &self,
        account: &Account,
        email: &Email,
        outbox: Option<(&Outbox, Language)>,
    ) -> Changed {
        granted!(stays(account));
        if *email == account.email {
            return Ok(Ok(()));
        }
        if let Some((outbox, language)) = outbox {
            if self.members.by_email(email).await?.is_some() {
                return Ok(Err(Refused::EmailTaken(email.clone())));
            }
            // Before the change, so that a kill in between leaves the former mailbox a word; `send_mail` waits for the change.
            let letter = Letter::AddressChanged {
                member: account.id.clone(),
                email: account.email.as_str().to_owned(),
                name: account.name.clone(),
                language: language.code().to_owned(),
                changed_at: self.now(),
            };
            let put = outbox.put(&letter).await;
            put.map_err(|error| members::Error::Store {
                operation: "PutObject",
                cause: format!("{error:#}"),
            })?;
        }
        let members = self.noting(Deed::EmailChanged, account.into(), None);
        let changed = members.change_email(account, email).await?;
        Ok(of_renamed(changed, Refused::EmailTaken(email.clone())))
    }

    /// Says what a member may do; where that is less than before, every session ends.
    ///
    /// # Errors
    /// The table doesn't answer, or no administrator would be left.
    pub async fn set_role(&self, account: &Account, role: Role) -> Changed {
        granted!(stays(account));
        if role == account.role {
            return Ok(Ok(()));
        }
        let members = self.noting(Deed::RoleChanged, account.into(), Some(role.as_str()));
        let set = members.set_role(account, role).await?;
        Ok(set.then_some(()).ok_or(Refused::Changed))
    }

    /// Shuts a member out, or lets them in again, and ends every session.
    ///
    /// # Errors
    /// The table doesn't answer, or no administrator would be left.
    pub async fn set_disabled(&self, account: &Account, disabled: bool) -> Changed {
        granted!(stays(account));
        if disabled == account.disabled {
            return Ok(Ok(()));
        }
        let deed = if disabled {
            Deed::MemberDisabled
        } else {
            Deed::MemberEnabled
        };
        let members = self.noting(deed, account.into(), None);
        members.note_directory(account, (self.clock)()).await?;
        let set = members.set_disabled(account, disabled).await?;
        Ok(set.then_some(()).ok_or(Refused::Changed))
    }

    /// Ends every session of a member, who can sign in again.
    ///
    /// # Errors
    /// The table doesn't answer.
    pub async fn sign_out(&self, account: &Account) -> Changed {
        granted!(stays(account));
        let members = self.noting(Deed::SignedOut, account.into(), None);
        let ended = members.sign_out(account).await?;
        Ok(ended.then_some(()).ok_or(Refused::Changed))
    }

    /// Gives a member a code in the place of an earlier one. The password stays until it is used.
    ///
    /// # Errors
    /// The table doesn't answer.
    pub async fn reset(&self, account: &Account) -> Changed<Reset> {
        granted!(may_have_code(account));
        let (code, issued) = new_code(self.now());
        let members = self.noting(Deed::CodeIssued, account.into(), None);
        let is_issued = members.issue_code(account, &issued).await?;
        let reset = Reset {
            code,
            expires_at: issued.expires_at,
        };
        Ok(is_issued.then_some(reset).ok_or(Refused::Changed))
    }

    /// Has a member go: they are out at once, and `remove_member` erases the rest.
    ///
    /// # Errors
    /// The table doesn't answer, or no administrator would be left.
    pub async fn remove(&self, account: &Account) -> Changed {
        granted!(stays(account));
        let members = self.removing(account);
        let handles = [account.handle.as_str()];
        members
            .note_unsettled(&account.id, handles, (self.clock)())
            .await?;
        let left = members.leave(account, self.now()).await?;
        Ok(left.then_some(()).ok_or(Refused::Changed))
    }

    /// The table in the hand of whoever removes a member: the tombstone is written with its entry.
    pub fn removing(&self, account: &Account) -> Members {
        self.noting(Deed::MemberRemoved, account.into(), None)
    }
}

fn of_renamed(renamed: Renamed, taken: Refused) -> Result<(), Refused> {
    match renamed {
        Renamed::Renamed => Ok(()),
        Renamed::Taken => Err(taken),
        Renamed::Changed => Err(Refused::Changed),
    }
}
