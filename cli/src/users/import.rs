//! `masthead users import`: a roster of members, all of them or none.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::Args;
use endpoint::Environment;
use members::Members;
use membership::roster::{self, BadRow, Roster, Taken};
use membership::{NotImported, Slip};

use super::slip::Handout;
use super::terminal;
use crate::outcome::Outcome;
use crate::output::{harmless, say};
use crate::progress::Progress;

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// A CSV file with the columns `email` and `name`, and where wanted `handle`, `role` and `password_hash`.
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
        let path = self.roster.display();
        let bytes = std::fs::read(&self.roster).with_context(|| format!("{path} can't be read"))?;
        let taken = Taken::by(members.list().await?);
        let roster = roster::check(&bytes, &taken).map_err(|error| anyhow!("{path}: {error}"))?;
        report(&roster);
        if !roster.bad.is_empty() && !self.skip_bad {
            return Err(anyhow!(
                "{} of {} rows are bad, so nothing was imported; mend them, or say --skip-bad",
                roster.bad.len(),
                roster.bad.len() + roster.rows.len() + roster.members.len()
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
        let mut progress = Progress::new("importing", roster.rows.len());
        let imported = terminal(members)
            .import(roster.rows, self.skip_bad, || progress.step())
            .await;
        drop(progress);
        let imported = match imported {
            Ok(imported) => imported,
            Err(failure) => {
                outlet.close();
                if let NotImported::Changed(refused) = &failure {
                    tell(refused);
                }
                return Err(anyhow!("{failure}; nothing was imported").into());
            }
        };
        tell(&imported.refused);
        let count = imported.done.len();
        let slips: Vec<Slip> = imported
            .done
            .into_iter()
            .filter_map(membership::Done::slip)
            .collect();
        say!(
            "{count} members are imported: {} with a code, {} with the password they had.",
            slips.len(),
            count - slips.len()
        );
        Ok(outlet.hand_out(&slips, imported.expires_at)?)
    }
}

fn report(roster: &Roster) {
    if !roster.ignored.is_empty() {
        eprintln!(
            "These columns mean nothing here: {}.",
            harmless(&roster.ignored.join(", "))
        );
    }
    if !roster.members.is_empty() {
        eprintln!(
            "{} rows are of members already; nothing about them changes.",
            roster.members.len()
        );
    }
    tell(&roster.bad);
}

fn tell(bad: &[BadRow]) {
    for BadRow { line, reason, .. } in bad {
        eprintln!("line {line}: {}", harmless(&reason.to_string()));
    }
}
