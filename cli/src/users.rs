//! `masthead users`: the members of a site, for its administrator.

mod add;
mod change_email;
mod export;
mod import;
mod invite;
mod list;
mod remove;
mod rename;
mod role;
mod sheet;
mod show;
mod slip;
mod stores;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use endpoint::{Clock, Sentence, configuration};
use members::{Account, Email, Members, Role};
use membership::{Administration, Refused, handle, roster};

use crate::outcome::{Outcome, block_on};
use crate::output::say;
use crate::target::Target;

#[derive(Debug, Args)]
pub(crate) struct Users {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a member with a password.
    Add(add::Add),
    /// Make a member without a password, and print the code and the link that set one.
    Invite(invite::Invite),
    /// Invite every member of a CSV file, or take them over with the passwords they have.
    Import(import::Import),
    /// Print a code and a link for each member who forgot their password.
    Reset(invite::Reset),
    /// Show every member as a table.
    List(list::List),
    /// Show one member, with what they published and when they last signed in.
    Show(show::Show),
    /// Give a member another handle, another name, or both; what they published moves along.
    Rename(rename::Rename),
    /// Give a member another e-mail address to sign in with; their password and a code go on working.
    ChangeEmail(change_email::ChangeEmail),
    /// Say what a member may do: member, editor or admin.
    Role(role::SetRole),
    /// End every session of a member at once; they can sign in again.
    SignOut(Who),
    /// Shut a member out, and end their sessions at once. Nothing they published goes.
    Disable(Who),
    /// Let a disabled member in again.
    Enable(Who),
    /// Erase a member: account, pictures, READMEs with every old version, and what was published.
    Remove(remove::Remove),
    /// Write every member as CSV, password hashes included, so that nobody is locked in.
    Export,
}

#[derive(Debug, Args)]
struct Who {
    /// The member's e-mail address.
    email: String,
}

impl Users {
    pub(crate) fn run(self) -> Outcome {
        block_on(async {
            let environment = self.target.environment().await?;
            let members = configuration::members(&environment)?;
            members::describe_table(&members)
                .await
                .map_err(|error| self.target.unreachable(error))?;
            match self.command {
                Command::Add(add) => add.run(&members).await,
                Command::Invite(invite) => invite.run(&members, &environment).await,
                Command::Import(import) => import.run(&members, &environment).await,
                Command::Reset(reset) => reset.run(&members, &environment).await,
                Command::Show(show) => show.run(&members, &environment).await,
                Command::Rename(rename) => rename.run(&members, &environment).await,
                Command::ChangeEmail(change) => change.run(&members).await,
                Command::Role(role) => role.run(&members).await,
                Command::SignOut(who) => sign_out(&members, &who.email).await,
                Command::List(list) => list.run(&members).await,
                Command::Disable(who) => set_disabled(&members, &who.email, true).await,
                Command::Enable(who) => set_disabled(&members, &who.email, false).await,
                Command::Remove(remove) => remove.run(&members, &environment, &self.target).await,
                Command::Export => export::run(&members).await,
            }
        })
    }
}

async fn set_disabled(members: &Members, email: &str, disabled: bool) -> Outcome {
    let account = find(members, email).await?;
    let set = terminal(members).set_disabled(&account, disabled).await?;
    set.map_err(refusal)?;
    let state = if disabled {
        "disabled, and signed out everywhere"
    } else {
        "enabled"
    };
    say!("{} ({}) is {state}.", account.name, account.handle);
    Ok(())
}

async fn sign_out(members: &Members, email: &str) -> Outcome {
    let account = find(members, email).await?;
    let ended = terminal(members).sign_out(&account).await?;
    ended.map_err(refusal)?;
    say!(
        "{} ({}) is signed out everywhere.",
        account.name,
        account.handle
    );
    Ok(())
}

/// Members in the hand of whoever sits at the terminal.
fn terminal(members: &Members) -> Administration<'_> {
    Administration {
        members,
        by: None,
        clock: &now_ms,
    }
}

fn now_ms() -> u64 {
    Clock::system().unix_milliseconds()
}

/// What is refused, with the command that helps where there is one.
fn refusal(refused: Refused) -> anyhow::Error {
    let help = match &refused {
        Refused::Going(_) => " Say `masthead users remove` again if that was cut short.",
        Refused::Disabled(_) => " `masthead users enable` does that.",
        _ => "",
    };
    anyhow!("{}{help}", refused.sentence())
}

/// What a new member can't have, since somebody else has it.
fn taken(refused: &Sentence) -> anyhow::Error {
    anyhow!("{refused} A handle is chosen with --handle.")
}

fn parse_handle(typed: &str) -> Result<String, String> {
    handle::parse(typed).map_err(|refused| refused.to_string())
}

fn parse_role(word: &str) -> Result<Role, String> {
    roster::parse_role(word).map_err(|refused| refused.to_string())
}

async fn find(members: &Members, email: &str) -> anyhow::Result<Account> {
    let address = Email::parse(email).with_context(|| format!("“{email}”"))?;
    members
        .by_email(&address)
        .await?
        .ok_or_else(|| anyhow!("there is no member with the address “{email}”"))
}
