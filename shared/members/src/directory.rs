//! The directory: the members whom everybody may see, by their handles, names and pictures.
//!
//! The site decides whether there is one, and each member whether they are in it.

use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Members;
use crate::account::Account;
use crate::departures::GONE_SINCE;
use crate::error::Result;
use crate::item::boolean;
use crate::listing::{AccountsPage, MOST_OF_A_PAGE};

/// That the member stays out of the directory.
pub(crate) const UNLISTED: &str = "unlisted";

/// How many pages of accounts are read for one of the directory, where few of them are in it.
const MOST_ROUNDS: usize = 10;

/// Whether everybody may see who the members are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Directory {
    #[default]
    Off,
    On,
}

impl Directory {
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

impl FromStr for Directory {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            "on" => Ok(Self::On),
            _ => Err("it must be off or on"),
        }
    }
}

/// As `true` or `false`.
impl Serialize for Directory {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_bool(self.is_on())
    }
}

impl Account {
    /// Whether the member is in the directory: who has set a password, isn't shut out, doesn't go, and didn't ask to stay out.
    pub fn is_in_directory(&self) -> bool {
        self.listed && self.password_hash.is_some() && !self.disabled && !self.is_going()
    }
}

impl Members {
    /// The same table, of a site that has a directory or none.
    #[must_use]
    pub fn with_directory(self, directory: Directory) -> Self {
        Self { directory, ..self }
    }

    /// Whether the site has a directory.
    pub fn directory(&self) -> Directory {
        self.directory
    }

    /// Members of the directory whose handles come behind `after`, each as they are now. A page may have fewer than `limit`,
    /// and none, and still lead on.
    pub async fn directory_after(&self, after: Option<&str>, limit: u16) -> Result<AccountsPage> {
        let mut page = self.accounts_after(after, limit).await?;
        page.accounts.retain(Account::is_in_directory);
        Ok(page)
    }

    /// As many of them as one answer tells, and the cursor that leads on, which everybody sees: it is the handle of somebody who is told,
    /// and nobody else's. Where nobody is to be told among many accounts, it is as much of a handle as it takes to get on.
    pub async fn directory_page(&self, after: Option<&str>) -> Result<AccountsPage> {
        let mut listed: Vec<Account> = Vec::new();
        let mut reached = after.map(str::to_owned);
        for _ in 0..MOST_ROUNDS {
            let page = self.directory_after(reached.as_deref(), MOST_OF_A_PAGE);
            let page = page.await?;
            listed.extend(page.accounts);
            reached = page.cursor;
            if reached.is_none() || listed.len() >= usize::from(MOST_OF_A_PAGE) {
                break;
            }
        }
        let is_more = reached.is_some() || listed.len() > usize::from(MOST_OF_A_PAGE);
        listed.truncate(usize::from(MOST_OF_A_PAGE));
        let cursor = match (listed.last(), reached) {
            (Some(last), _) => is_more.then(|| last.handle.clone()),
            (None, reached) => reached.map(|reached| beginning(&reached, after)),
        };
        Ok(AccountsPage {
            accounts: listed,
            cursor,
        })
    }

    /// Notes that what the directory says of a member is about to change at `now_ms`, in Unix milliseconds, where the site has one: a
    /// build shows it. To be called before the change is made.
    pub async fn note_directory(&self, account: &Account, now_ms: u64) -> Result<()> {
        if self.directory.is_on() {
            let handles = [account.handle.as_str()];
            self.note_unsettled(&account.id, handles, now_ms).await?;
        }
        Ok(())
    }

    /// Puts the member into the directory, or takes them out of it. `false`: the account is gone, or its member goes.
    pub async fn set_listed(&self, account: &Account, listed: bool) -> Result<bool> {
        let stands = format!("attribute_not_exists({GONE_SINCE})");
        if listed {
            let change = format!("REMOVE {UNLISTED}");
            return self.update(account, &change, &stands, []).await;
        }
        let change = format!("SET {UNLISTED} = :yes");
        let values = [(":yes", boolean(true))];
        self.update(account, &change, &stands, values).await
    }
}

/// The shortest beginning of a handle that comes after `after`, which the handle itself does.
fn beginning(handle: &str, after: Option<&str>) -> String {
    let after = after.unwrap_or_default();
    let ends = (1..=handle.len()).filter_map(|end| handle.get(..end));
    let mut behind = ends.filter(|beginning| *beginning > after);
    behind.next().unwrap_or(handle).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_says_no_more_of_somebody_than_it_takes() {
        assert_eq!(beginning("kim-smith", None), "k");
        assert_eq!(beginning("kim-smith", Some("jo")), "k");
        assert_eq!(beginning("kim-smith", Some("k")), "ki");
        assert_eq!(beginning("kim-smith", Some("kim")), "kim-");
        assert_eq!(beginning("m100", Some("m001")), "m1");
        // It gets on until the whole handle is passed.
        let mut after = String::from("a");
        let mut steps = 0;
        while after != "kim-smith" {
            let next = beginning("kim-smith", Some(&after));
            assert!(next > after);
            after = next;
            steps += 1;
        }
        assert_eq!(steps, 9);
    }
}
