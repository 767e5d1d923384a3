//! `masthead users remove`: erases a member with everything that is theirs.

use std::time::Duration;

use anyhow::Context as _;
use blobs::layout::SourceKey;
use clap::Args;
use endpoint::{Clock, Environment};
use members::Members;
use removal::{Leftovers, REQUEST_SECONDS, Removal};
use remove_member::referrers;

use super::stores::Stores;
use super::{find, terminal};
use crate::ask;
use crate::outcome::Outcome;
use crate::output::say;
use crate::rewrite;
use crate::target::Target;

/// What is said at the end of what a removal can't reach.
const LEFT: &str = "What stays, and for how long, is in docs/members.md: a tombstone with id and handle for 35 days, backups of the \
                    table for 35 days, and logs, which hold the id alone.";

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The member's e-mail address.
    #[arg(required_unless_present = "leftovers")]
    email: Option<String>,
    /// Erase every file that belongs to no member, such as what former removals left.
    #[arg(long, conflicts_with = "email")]
    leftovers: bool,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

impl Remove {
    pub(crate) async fn run(
        self,
        members: &Members,
        environment: &Environment,
        target: &Target,
    ) -> Outcome {
        let stores = Stores::of(environment)?;
        let Some(email) = &self.email else {
            return leftovers(members, &stores, self.yes).await;
        };
        let account = find(members, email).await?;
        if !self.yes {
            confirm(&format!(
                "Remove {} ({}) with every picture and README?",
                account.name, account.handle
            ))?;
        }
        let members = &terminal(members).removing(&account);
        let removal = Removal {
            uploads: &stores.uploads,
            content: &stores.content,
            members,
            account: &account,
        };
        let now_ms = || Clock::system().unix_milliseconds();
        let since = account.going_since.unwrap_or_else(|| now_ms() / 1000);
        let mut erased = removal.erase(now_ms()).await?;
        if target.is_in_aws() {
            // A request that came before the tombstone may still store a picture.
            let over = since.saturating_add(REQUEST_SECONDS);
            let wait = over.saturating_sub(now_ms() / 1000);
            tokio::time::sleep(Duration::from_secs(wait)).await;
            erased = erased.and(removal.erase(now_ms()).await?);
        }
        // The account is still there, so that saying it again finds it.
        stores.forget(&account, account.handles()).await.context(
            "everything is erased, but CloudFront couldn't be told to forget its copies, and the account waits for that; say it again",
        )?;
        let referrers = referrers(members, &account).await?;
        let referrers: Vec<String> = referrers.iter().map(SourceKey::key).collect();
        if !referrers.is_empty() {
            let again = rewrite::again(target, &referrers).await;
            again.context("READMEs of others link to what is gone, and aren't queued for conversion; say it again")?;
            say!(
                "READMEs of others that link to their documents are converted again: {}.",
                referrers.len()
            );
        }
        removal.finish(now_ms()).await?;
        say!(
            "{} ({}) is removed: {} versions of uploads, {} of what was published, {} items of the table.",
            account.name,
            account.handle,
            erased.uploads,
            erased.published,
            erased.items
        );
        say!("{LEFT}");
        Ok(())
    }
}

/// Erases what is no member's.
async fn leftovers(members: &Members, stores: &Stores, yes: bool) -> Outcome {
    let (uploads, content) = (&stores.uploads, &stores.content);
    let found = Leftovers::find(uploads, content, members).await?;
    if found.is_empty() {
        say!("Every file belongs to a member.");
        return Ok(());
    }
    if !yes {
        let of = found.of.join("\n");
        confirm(&format!(
            "{of}\n\nErase {} versions of files that are under these ids and handles, which no member has?",
            found.len()
        ))?;
    }
    let now_ms = Clock::system().unix_milliseconds();
    let erased = found.erase(uploads, content, members, now_ms).await?;
    say!("{erased} versions are erased.");
    Ok(())
}

fn confirm(question: &str) -> Outcome {
    ask::confirm(question, "removing can't be undone", "nothing was removed")
}
