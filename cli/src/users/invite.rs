//! `masthead users invite` and `masthead users reset`: a code for one member.

use anyhow::{Context as _, anyhow};
use clap::Args;
use endpoint::Environment;
use members::{Account, Created, Email, Members};

use super::find;
use super::new_member::{self, check_name};
use super::slip::{Handout, Slip, new_code};
use crate::handle;
use crate::outcome::{Failure, Outcome};
use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// The member's e-mail address.
    email: String,
    /// The name that the site shows.
    #[arg(long)]
    name: String,
    /// The member's name in URLs; made from the name where it isn't given.
    #[arg(long, value_parser = handle::parse)]
    handle: Option<String>,
    #[command(flatten)]
    handout: Handout,
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// The member's e-mail address.
    email: String,
    #[command(flatten)]
    handout: Handout,
}

impl Invite {
    pub(crate) async fn run(self, members: &Members, environment: &Environment) -> Outcome {
        let email = Email::parse(&self.email).with_context(|| format!("“{}”", self.email))?;
        let name = check_name(&self.name).map_err(|error| Failure::WrongCall(anyhow!(error)))?;
        if let Some(account) = members.by_email(&email).await? {
            if account.password_hash.is_some() {
                return Err(anyhow!(
                    "{} has a password already; one who forgot it gets a code by `masthead users reset`",
                    account.name
                )
                .into());
            }
            return issue(members, &account, &self.handout, environment).await;
        }
        let outlet = self.handout.open(environment)?;
        let handles: Vec<String> = match self.handle {
            Some(handle) => vec![handle],
            None => handle::candidates(name).collect(),
        };
        for handle in &handles {
            let (code, issued) = new_code();
            let member = new_member::new(email.clone(), name, handle, None);
            let created = match members.invite(member, &issued).await {
                Ok(created) => created,
                Err(error) => {
                    outlet.close();
                    return Err(error.into());
                }
            };
            match created {
                Created::Created => {
                    say!("{name} is invited; their pages will be under {handle}.");
                    let slip = Slip {
                        name: name.to_owned(),
                        email: email.as_str().to_owned(),
                        code,
                    };
                    return Ok(outlet.hand_out(&[slip], issued.expires_at)?);
                }
                Created::EmailTaken => {
                    outlet.close();
                    return Err(anyhow!("a member with that address was added meanwhile").into());
                }
                Created::HandleTaken => {}
            }
        }
        outlet.close();
        Err(new_member::handle_taken(&handles).into())
    }
}

impl Reset {
    pub(crate) async fn run(self, members: &Members, environment: &Environment) -> Outcome {
        let account = find(members, &self.email).await?;
        issue(members, &account, &self.handout, environment).await
    }
}

/// Gives an account a new code and hands it out.
async fn issue(
    members: &Members,
    account: &Account,
    handout: &Handout,
    environment: &Environment,
) -> Outcome {
    if account.disabled {
        return Err(anyhow!(
            "{} is disabled and could not use a code; `masthead users enable` first",
            account.name
        )
        .into());
    }
    let outlet = handout.open(environment)?;
    let (code, issued) = new_code();
    match members.issue_code(account, &issued).await {
        Ok(true) => {}
        Ok(false) => {
            outlet.close();
            return Err(anyhow!("the member was removed meanwhile").into());
        }
        Err(error) => {
            outlet.close();
            return Err(error.into());
        }
    }
    if account.password_hash.is_some() {
        say!(
            "{} can set a new password; the old one works until then.",
            account.name
        );
    } else {
        say!(
            "{} is invited again; an earlier code no longer works.",
            account.name
        );
    }
    let slip = Slip {
        name: account.name.clone(),
        email: account.email.as_str().to_owned(),
        code,
    };
    Ok(outlet.hand_out(&[slip], issued.expires_at)?)
}
