//! `masthead users change-email`: another address for the same member.

use anyhow::{Context as _, anyhow};
use clap::Args;
use members::{Email, Members};

use super::{find, refusal, terminal};
use crate::outcome::Outcome;
use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct ChangeEmail {
    /// The member's e-mail address.
    email: String,
    /// The one that they sign in with from now on.
    new_email: String,
}

impl ChangeEmail {
    pub(crate) async fn run(self, members: &Members) -> Outcome {
        let account = find(members, &self.email).await?;
        let email = Email::of_new_member(&self.new_email)
            .with_context(|| format!("“{}”", self.new_email))?;
        if email.as_str() == account.email.as_str() {
            return Err(anyhow!("that is the address that they have").into());
        }
        let by = terminal(members);
        let changed = by.set_email(&account, &email, None).await?;
        changed.map_err(|it| refusal(&it))?;
        say!(
            "{} ({}) signs in as {} from now on, and is signed out everywhere.",
            account.name,
            account.handle,
            email.as_str()
        );
        if account.code.is_some() {
            say!("The code that they were given goes on working.");
        }
        Ok(())
    }
}
