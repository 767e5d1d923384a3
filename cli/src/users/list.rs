//! `masthead users list`: every member, as a table or as JSON.

use clap::Args;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use endpoint::{Clock, rfc3339};
use members::{Account, Members, Role};
use serde::Serialize;

use crate::outcome::Outcome;
use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON, one object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    email: &'a str,
    name: &'a str,
    handle: &'a str,
    role: Role,
    state: &'static str,
    created_at: String,
}

impl<'a> Row<'a> {
    fn of(account: &'a Account, now: u64) -> Self {
        Self {
            email: account.email.as_str(),
            name: &account.name,
            handle: &account.handle,
            role: account.role,
            state: state(account, now),
            created_at: rfc3339(account.created_at),
        }
    }
}

/// A member's state in one word, or two where they need a new code.
pub(super) fn state(account: &Account, now: u64) -> &'static str {
    let runs = account
        .code
        .as_ref()
        .is_some_and(|code| now < code.expires_at);
    if account.is_going() {
        return "going";
    }
    match (account.disabled, &account.password_hash) {
        (true, _) => "disabled",
        (false, Some(_)) => "active",
        (false, None) if runs => "invited",
        (false, None) => "invitation over",
    }
}

impl List {
    pub(crate) async fn run(self, members: &Members) -> Outcome {
        let accounts = members.list().await?;
        let now = Clock::system().unix_seconds();
        if self.json {
            for account in &accounts {
                say!("{}", serde_json::to_string(&Row::of(account, now))?);
            }
            return Ok(());
        }
        let mut table = Table::new();
        table
            .load_style(NOTHING)
            .set_header(["HANDLE", "NAME", "E-MAIL", "ROLE", "STATE", "SINCE"]);
        for row in accounts.iter().map(|account| Row::of(account, now)) {
            let day = row.created_at.get(..10).unwrap_or_default();
            table.add_row([
                row.handle,
                row.name,
                row.email,
                row.role.as_str(),
                row.state,
                day,
            ]);
        }
        say!("{}", table.trim_fmt());
        Ok(())
    }
}
