//! `masthead users remove`: erases a member with everything that is theirs.

use std::io::IsTerminal as _;

use anyhow::{Context as _, anyhow};
use blobs::Blobs;
use blobs::layout::{
    OriginalKey, PictureChangeKey, SourceKey, content_key, member_content_prefix, pictures_prefix,
};
use clap::Args;
use endpoint::{Clock, Environment, aws};
use members::{Account, Members};

use super::find;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, say};

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The member's e-mail address.
    email: String,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

impl Remove {
    pub(crate) async fn run(self, members: &Members, environment: &Environment) -> Outcome {
        let account = find(members, &self.email).await?;
        if !self.yes {
            confirm(&account)?;
        }
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);
        let content = Blobs::new(&config, environment.required("CONTENT_BUCKET")?);

        // First nobody can upload any more, then the files go, the sources before their outputs;
        // the account is last, so that a removal that was cut short can be done again.
        members.set_disabled(&account, true).await?;
        uploads
            .delete_every_version(&SourceKey::prefix(&account.id))
            .await?;
        uploads
            .delete_every_version(&OriginalKey::new(&account.id).key())
            .await?;
        uploads
            .delete_every_version(&PictureChangeKey::new(&account.id).key())
            .await?;
        members
            .note_change(Clock::system().unix_milliseconds())
            .await?;
        content
            .delete_every_version(&content_key(&account.handle))
            .await?;
        content
            .delete_every_version(&member_content_prefix(&account.handle))
            .await?;
        content
            .delete_every_version(&pictures_prefix(&account.handle))
            .await?;
        for built in members.built_of(&account.handle).await? {
            members.forget_built(&built.handle, &built.slug).await?;
        }
        members.remove(&account).await?;
        say!(
            "{} ({}) is removed, with every picture, README and older version of one.\n\
             Backups of the table and copies in caches keep what they have until they expire; \
             docs/members.md says how long.",
            account.name,
            account.handle
        );
        Ok(())
    }
}

fn confirm(account: &Account) -> Outcome {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::WrongCall(anyhow!(
            "removing can't be undone; say --yes"
        )));
    }
    output::text(format_args!(
        "Remove {} ({}) with every picture and README? This can't be undone. [y/N] ",
        account.name, account.handle
    ));
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .context("the answer can't be read")?;
    if answer.trim().eq_ignore_ascii_case("y") {
        Ok(())
    } else {
        Err(anyhow!("nothing was removed").into())
    }
}
