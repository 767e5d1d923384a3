//! `masthead users import`: a roster of members, all of them or none.

use std::cell::Cell;
use std::path::PathBuf;

use anyhow::anyhow;
use auth::Code;
use clap::Args;
use endpoint::{Clock, Environment};
use futures::{StreamExt as _, stream};
use members::{Account, CODE_TTL_SECONDS, Created, Members};

use super::new_member;
use super::roster::{self, BadRow, Roster, Row, Taken};
use super::slip::{Handout, Slip, new_code};
use crate::outcome::Outcome;
use crate::output::{harmless, say};
use crate::progress::Progress;

/// How many members are written at the same time.
const AT_ONCE: usize = 16;

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// A CSV file with the columns `email` and `name`, and where wanted `handle` and `password_hash`.
    roster: PathBuf,
    /// Check the file and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Import the good rows although there are bad ones.
    #[arg(long)]
    skip_bad: bool,
    #[command(flatten)]
    handout: Handout,
}

impl Import {
    pub(crate) async fn run(self, members: &Members, environment: &Environment) -> Outcome {
        let roster = roster::read(&self.roster, &taken(members).await?)?;
        report(&roster);
        if !roster.bad.is_empty() && !self.skip_bad {
            return Err(anyhow!(
                "{} of {} rows are bad, so nothing was imported; mend them, or say --skip-bad",
                roster.bad.len(),
                roster.bad.len() + roster.rows.len() + roster.members
            )
            .into());
        }
        if self.dry_run {
            say!(
                "{} members can be imported; nothing was written.",
                roster.rows.len()
            );
            return Ok(());
        }
        if roster.rows.is_empty() {
            say!("There is nobody to import.");
            return Ok(());
        }
        let outlet = self.handout.open(environment)?;
        let written = write(members, &roster.rows, self.skip_bad).await;
        for BadRow { line, reason } in &written.refused {
            eprintln!("line {line}: {}", harmless(reason));
        }
        if let Some(failure) = written.failure {
            outlet.close();
            let left = take_back(members, &written.done).await;
            return Err(if left == 0 {
                anyhow!("{failure}; nothing was imported")
            } else {
                anyhow!("{failure}; {left} members were imported and could not be taken back: remove them, or give them codes by `masthead users reset`")
            }
            .into());
        }
        let imported = written.done.len();
        let mut slips: Vec<(u64, Slip)> = written.done.into_iter().filter_map(Done::slip).collect();
        slips.sort_by_key(|(line, _)| *line);
        let slips: Vec<Slip> = slips.into_iter().map(|(_, slip)| slip).collect();
        say!(
            "{imported} members are imported: {} with a code, {} with the password they had.",
            slips.len(),
            imported - slips.len()
        );
        let expires_at = Clock::system().unix_seconds() + CODE_TTL_SECONDS;
        Ok(outlet.hand_out(&slips, expires_at)?)
    }
}

async fn taken(members: &Members) -> anyhow::Result<Taken> {
    let mut taken = Taken::default();
    for account in members.list().await? {
        taken.emails.insert(account.email);
        taken.handles.insert(account.handle);
    }
    Ok(taken)
}

fn report(roster: &Roster) {
    if !roster.ignored.is_empty() {
        eprintln!(
            "These columns mean nothing here: {}.",
            harmless(&roster.ignored.join(", "))
        );
    }
    if roster.members > 0 {
        eprintln!(
            "{} rows are of members already; nothing about them changes.",
            roster.members
        );
    }
    for BadRow { line, reason } in &roster.bad {
        eprintln!("line {line}: {}", harmless(reason));
    }
}

/// A row that became a member.
struct Done {
    row: Row,
    id: String,
    code: Option<Code>,
}

impl Done {
    fn slip(self) -> Option<(u64, Slip)> {
        let slip = Slip {
            name: self.row.name,
            email: self.row.email.as_str().to_owned(),
            code: self.code?,
        };
        Some((self.row.line, slip))
    }
}

#[derive(Default)]
struct Written {
    done: Vec<Done>,
    /// Rows that somebody else's change has made bad since they were checked.
    refused: Vec<BadRow>,
    failure: Option<String>,
}

/// Writes every row; stops at the first failure, and at the first refused row unless `skip_bad`.
async fn write(members: &Members, rows: &[Row], skip_bad: bool) -> Written {
    let mut written = Written::default();
    let mut progress = Progress::new("importing", rows.len());
    let stopped = Cell::new(false);
    // Those under way are waited for after a failure, too: what they wrote must be known.
    let mut results = stream::iter(rows.iter().cloned())
        .take_while(|_| std::future::ready(!stopped.get()))
        .map(|row| write_row(members, row))
        .buffer_unordered(AT_ONCE);
    while let Some(result) = results.next().await {
        progress.step();
        match result {
            Ok(Ok(done)) => written.done.push(done),
            Ok(Err(refused)) => {
                if !skip_bad {
                    written.failure = Some("a row has gone bad meanwhile".to_owned());
                }
                written.refused.push(refused);
            }
            Err(error) => written.failure = Some(error.to_string()),
        }
        stopped.set(written.failure.is_some());
    }
    drop(results);
    written
}

async fn write_row(members: &Members, row: Row) -> Result<Result<Done, BadRow>, members::Error> {
    let member = new_member::new(
        row.email.clone(),
        &row.name,
        &row.handle,
        row.password_hash.clone(),
    );
    let id = member.id.clone();
    let (created, code) = if row.password_hash.is_some() {
        (members.create(member).await?, None)
    } else {
        let (code, issued) = new_code();
        (members.invite(member, &issued).await?, Some(code))
    };
    let refuse = |reason: &str| {
        Ok(Err(BadRow {
            line: row.line,
            reason: reason.to_owned(),
        }))
    };
    match created {
        Created::Created => Ok(Ok(Done { row, id, code })),
        Created::EmailTaken => refuse("a member with this address was added meanwhile"),
        Created::HandleTaken => refuse("the handle was taken meanwhile"),
    }
}

/// Removes members again who were written before a failure; returns how many that left.
async fn take_back(members: &Members, done: &[Done]) -> usize {
    let removed = stream::iter(done).map(|done| async move {
        let account: Option<Account> = members.by_email(&done.row.email).await?;
        if let Some(account) = account.filter(|account| account.id == done.id) {
            members.remove(&account).await?;
        }
        Ok::<_, members::Error>(())
    });
    let results: Vec<_> = removed.buffer_unordered(AT_ONCE).collect().await;
    results.iter().filter(|result| result.is_err()).count()
}
