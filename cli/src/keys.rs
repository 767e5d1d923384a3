//! `masthead keys`: the keys that tokens are signed with.
//!
//! A key's id is the time it was made, `k-<Unix seconds>`, so that the ring alone says how far a
//! rotation got.

mod rotate;
mod store;

use clap::{Args, Subcommand};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use endpoint::rfc3339;

use crate::outcome::{Outcome, block_on};
use crate::output::say;
use store::{Place, Store};

#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the ids of the keys, and which one signs. No key is shown.
    List,
    /// Sign with a new key. Nobody is signed out, unless --at-once is said.
    Rotate(rotate::Rotate),
}

impl Keys {
    pub(crate) fn run(self) -> Outcome {
        block_on(async {
            let store = self.place.open().await?;
            match self.command {
                Command::List => list(&store).await,
                Command::Rotate(rotate) => rotate.run(&store).await,
            }
        })
    }
}

async fn list(store: &Store) -> Outcome {
    let ring = store.read().await?;
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["KEY", "USE", "MADE"]);
    for id in ring.ids() {
        let made = made_at(id).map_or_else(|| "with the site".to_owned(), rfc3339);
        let used = if id == ring.signing() {
            "signs"
        } else {
            "verifies"
        };
        table.add_row([id, used, &made]);
    }
    say!("{}", table.trim_fmt());
    Ok(())
}

/// The id of a key that is made at `now` (Unix seconds).
fn id_at(now: u64) -> String {
    format!("k-{now}")
}

/// When a key was made, in Unix seconds. `None`: with the site itself.
fn made_at(id: &str) -> Option<u64> {
    id.strip_prefix("k-")?.parse().ok()
}
