//! `masthead users invite` and `masthead users reset`: a code for one member.

use anyhow::{Context as _, anyhow};
use clap::Args;
use endpoint::Environment;
use members::{Account, Email, Members, Role, parse_name};
use membership::{Slip, Wanted};

use super::slip::Handout;
use super::{find, parse_handle, parse_role, refusal, taken, terminal};
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
    #[arg(long, value_parser = parse_handle)]
    handle: Option<String>,
    /// What the member may do: member, editor or admin.
    #[arg(long, value_parser = parse_role, default_value = "member")]
    role: Role,
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
        let name = parse_name(&self.name).map_err(|error| Failure::WrongCall(error.into()))?;
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
        let wanted = Wanted {
            email,
            name,
            handle: self.handle,
            role: self.role,
            password_hash: None,
        };
        let added = terminal(members).add(&wanted).await;
        let added = match added {
            Ok(Ok(added)) => added,
            Ok(Err(refused)) => {
                outlet.close();
                return Err(taken(&refused).into());
            }
            Err(error) => {
                outlet.close();
                return Err(error.into());
            }
        };
        let (code, expires_at) = added.code.context("an invitation has a code")?;
        say!(
            "{} is invited; their pages will be under {}.",
            wanted.name,
            added.handle
        );
        let slip = Slip {
            name: wanted.name,
            email: wanted.email.as_str().to_owned(),
            code,
        };
        Ok(outlet.hand_out(&[slip], expires_at)?)
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
    // Nobody's code is replaced where another can't have one.
    for account in accounts {
        membership::may_have_code(account).map_err(refusal)?;
    }
    let outlet = handout.open(environment)?;
    let (mut slips, mut failure, mut expires_at) = (Vec::new(), None, 0);
    for account in accounts {
        let reset = match terminal(members).reset(account).await {
            Ok(Ok(reset)) => reset,
            Ok(Err(refused)) => {
                failure = Some(refusal(refused));
                break;
            }
            Err(error) => {
                failure = Some(error.into());
                break;
            }
        };
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
        expires_at = reset.expires_at;
        slips.push(Slip {
            name: account.name.clone(),
            email: account.email.as_str().to_owned(),
            code: reset.code,
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
