//! `masthead users rename`: another handle or name for the same member, and everything of theirs under it.

use anyhow::{Context as _, anyhow};
use clap::Args;
use endpoint::Environment;
use members::{Account, Email, Members, parse_name};

use super::stores::Stores;
use super::{find, parse_handle, refusal, terminal};
use crate::outcome::{Failure, Outcome};
use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct Rename {
    /// The member's handle or e-mail address.
    member: String,
    /// Their name in addresses from now on; the former one stays reserved for them.
    #[arg(value_parser = parse_handle)]
    handle: Option<String>,
    /// The name that the site shows from now on.
    #[arg(long)]
    name: Option<String>,
}

impl Rename {
    pub(crate) async fn run(self, members: &Members, environment: &Environment) -> Outcome {
        if self.handle.is_none() && self.name.is_none() {
            return Err(Failure::WrongCall(anyhow!(
                "say another handle, another name with --name, or both"
            )));
        }
        let account = self.account(members).await?;
        let name = match &self.name {
            Some(name) => parse_name(name).map_err(|error| Failure::WrongCall(error.into()))?,
            None => account.name.clone(),
        };
        let handle = self.handle.unwrap_or_else(|| account.handle.clone());
        let by = terminal(members);
        by.set_name(&account, &name).await?.map_err(refusal)?;
        let named = members.by_id(&account.id).await?;
        let named = named.context("the member was removed meanwhile")?;
        by.set_handle(&named, &handle).await?.map_err(refusal)?;
        let uploads = Stores::of(environment)?.uploads;
        membership::tell_renamed(&uploads, &account.id, true)
            .await
            .context("the member is renamed, but nothing moved along yet; say it again")?;
        say!(
            "{} ({}) is {name} ({handle}) from now on. What is published moves along within minutes.",
            account.name,
            account.handle,
        );
        Ok(())
    }

    async fn account(&self, members: &Members) -> anyhow::Result<Account> {
        if Email::parse(&self.member).is_ok() {
            return find(members, &self.member).await;
        }
        let account = members.by_handle(&self.member).await?;
        account.ok_or_else(|| anyhow!("there is no member with the handle “{}”", self.member))
    }
}
