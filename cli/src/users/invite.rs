//! `masthead users invite` and `masthead users reset`: a code for one member.

use anyhow::{Context as _, anyhow};
use clap::Args;
use endpoint::Environment;
use members::{Account, Created, Email, Members, parse_name};

use super::new_member;
use super::slip::{Handout, Slip, new_code};
use super::{find, going};
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
    /// The members' e-mail addresses.
    #[arg(required = true, value_name = "EMAIL")]
    emails: Vec<String>,
    #[command(flatten)]
    handout: Handout,
}

impl Invite {
    pub(crate) async fn run(self, members: &Members, environment: &Environment) -> Outcome {
        let email =
            Email::of_new_member(&self.email).with_context(|| format!("“{}”", self.email))?;
        let name = &parse_name(&self.name).map_err(|error| Failure::WrongCall(error.into()))?;
        if let Some(account) = members.by_email(&email).await? {
            if account.password_hash.is_some() {
                return Err(anyhow!(
                    "{} has a password already; one who forgot it gets a code by `masthead users reset`",
                    account.name
                )
                .into());
            }
            return issue(members, &[account], &self.handout, environment).await;
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
        let mut accounts: Vec<Account> = Vec::new();
        for email in &self.emails {
            let account = find(members, email).await?;
            if !accounts.iter().any(|known| known.id == account.id) {
                accounts.push(account);
            }
        }
        issue(members, &accounts, &self.handout, environment).await
    }
}

/// Gives each account a new code and hands the codes out. Where a code can't be issued after others were, those are handed
/// out all the same: they have replaced earlier ones.
async fn issue(
    members: &Members,
    accounts: &[Account],
    handout: &Handout,
    environment: &Environment,
) -> Outcome {
    if let Some(account) = accounts.iter().find(|account| account.is_going()) {
        return Err(anyhow!("{}", going(account)).into());
    }
    if let Some(account) = accounts.iter().find(|account| account.disabled) {
        return Err(anyhow!(
            "{} is disabled and could not use a code; `masthead users enable` first",
            account.name
        )
        .into());
    }
    let outlet = handout.open(environment)?;
    let (mut slips, mut failure, mut expires_at) = (Vec::new(), None, 0);
    for account in accounts {
        let (code, issued) = new_code();
        match members.issue_code(account, &issued).await {
            Ok(true) => {}
            Ok(false) => {
                failure = Some(anyhow!("{} was removed meanwhile", account.name));
                break;
            }
            Err(error) => {
                failure = Some(error.into());
                break;
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
        expires_at = issued.expires_at;
        slips.push(Slip {
            name: account.name.clone(),
            email: account.email.as_str().to_owned(),
            code,
        });
    }
    if slips.is_empty() {
        outlet.close();
    } else {
        outlet.hand_out(&slips, expires_at)?;
    }
    failure.map_or(Ok(()), |failure| {
        Err(failure.context("not everybody has a new code").into())
    })
}
