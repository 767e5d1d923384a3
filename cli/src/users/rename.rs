//! `masthead users rename`: another handle or name for the same member, and everything of theirs under it.

use anyhow::{Context as _, anyhow};
use blobs::layout::SourceKey;
use clap::Args;
use endpoint::{Clock, Environment};
use members::{Account, Email, Members, Renamed, parse_name};
use renditions::Shelf;

use super::stores::Stores;
use super::{find, going};
use crate::handle;
use crate::outcome::{Failure, Outcome};
use crate::output::say;
use crate::rewrite;
use crate::target::Target;

#[derive(Debug, Args)]
pub(crate) struct Rename {
    /// The member's handle or e-mail address.
    member: String,
    /// Their name in addresses from now on; the former one stays reserved for them.
    #[arg(value_parser = handle::parse)]
    handle: Option<String>,
    /// The name that the site shows from now on.
    #[arg(long)]
    name: Option<String>,
}

impl Rename {
    pub(crate) async fn run(
        self,
        members: &Members,
        environment: &Environment,
        target: &Target,
    ) -> Outcome {
        if self.handle.is_none() && self.name.is_none() {
            return Err(Failure::WrongCall(anyhow!(
                "say another handle, another name with --name, or both"
            )));
        }
        let account = self.account(members).await?;
        if account.is_going() {
            return Err(anyhow!("{}", going(&account)).into());
        }
        let name = match &self.name {
            Some(name) => parse_name(name).map_err(|error| Failure::WrongCall(error.into()))?,
            None => account.name.clone(),
        };
        let handle = self.handle.unwrap_or_else(|| account.handle.clone());
        match members.rename(&account, &name, &handle).await? {
            Renamed::Renamed => {}
            Renamed::Taken => return Err(anyhow!("the handle “{handle}” is taken").into()),
            Renamed::Changed => {
                return Err(anyhow!("the member was changed meanwhile; say it again").into());
            }
        }
        let count = bring_along(members, environment, target, &account, &handle)
            .await
            .context("the member is renamed, but not everything moved along; say it again")?;
        say!(
            "{} ({}) is {name} ({handle}) from now on. READMEs that are converted again: {count}.",
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

/// Has everything that is published of a member who was renamed follow them. Returns how many READMEs are
/// converted again.
async fn bring_along(
    members: &Members,
    environment: &Environment,
    target: &Target,
    account: &Account,
    handle: &str,
) -> anyhow::Result<usize> {
    let stores = Stores::of(environment)?;
    let pictures = Shelf {
        uploads: &stores.uploads,
        content: &stores.content,
        members,
        now_ms: Clock::system().unix_milliseconds(),
    };
    pictures.follow_handle(account, rand::random).await?;
    let prefix = SourceKey::prefix(&account.id);
    let sources = stores.uploads.list_all(&prefix);
    let keys: Vec<_> = sources.await?.into_iter().map(|entry| entry.key).collect();
    if !keys.is_empty() {
        let again = rewrite::again(target, &keys).await;
        again.context("their READMEs aren't queued for conversion")?;
    }
    let former = account.handles().filter(|former| *former != handle);
    let forgotten = stores.forget(account, former).await;
    forgotten.context("CloudFront couldn't be told to forget what was under the former handle")?;
    Ok(keys.len())
}
