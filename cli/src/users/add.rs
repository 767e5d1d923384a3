//! `masthead users add`: a member with a password.

use std::io::Read as _;

use anyhow::{Context as _, anyhow};
use auth::password::{self, Password, Rules};
use clap::Args;
use members::{Email, Members, Role, parse_name};
use membership::Wanted;

use super::{parse_handle, parse_role, taken, terminal};
use crate::outcome::{Failure, Outcome};
use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct Add {
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
    /// Read the password from standard input (one line).
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Shortest password that is accepted, 8 to 15 characters.
    #[arg(long, env = "MIN_PASSWORD_LENGTH", default_value_t = password::DEFAULT_MIN_LENGTH)]
    min_password_length: usize,
}

impl Add {
    pub(crate) async fn run(self, members: &Members) -> Outcome {
        let email =
            Email::of_new_member(&self.email).with_context(|| format!("“{}”", self.email))?;
        let name = parse_name(&self.name).map_err(|error| Failure::WrongCall(error.into()))?;
        let password = Password::new(read_line()?.as_str());
        let rules = Rules::new(self.min_password_length)
            .map_err(|error| Failure::WrongCall(error.into()))?;
        rules.check(&password, &[email.as_str(), &name])?;
        let wanted = Wanted {
            email,
            name,
            handle: self.handle,
            role: self.role,
            password_hash: Some(password::hash(&password, rand::random())?),
        };
        let added = terminal(members).add(&wanted).await?;
        let added = added.map_err(|refused| taken(&refused))?;
        say!(
            "{} can sign in as {}; their pages are under {}.",
            wanted.name,
            wanted.email.as_str(),
            added.handle
        );
        Ok(())
    }
}

/// Standard input up to its first line break.
fn read_line() -> anyhow::Result<String> {
    let mut typed = String::new();
    std::io::stdin()
        .lock()
        .take(64 * 1024)
        .read_to_string(&mut typed)
        .context("the password can't be read")?;
    let line = typed.lines().next().unwrap_or_default();
    if line.is_empty() {
        Err(anyhow!("standard input holds no password"))
    } else {
        Ok(line.to_owned())
    }
}
