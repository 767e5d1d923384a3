//! `masthead rewrite`: conversion again, after an upgrade of the converter or to repair.

use anyhow::anyhow;
use clap::Args;

use crate::outcome::{Failure, Outcome, block_on};

#[derive(Debug, Args)]
pub(crate) struct Rewrite {
    /// Every README of every member.
    #[arg(long)]
    all: bool,
    /// Port of the running `masthead dev`.
    #[arg(long, default_value_t = local::DEFAULT_PORT)]
    port: u16,
}

impl Rewrite {
    pub(crate) fn run(self) -> Outcome {
        if !self.all {
            return Err(Failure::WrongCall(anyhow!("say which READMEs: --all")));
        }
        block_on(async {
            let queued = local::rewrite_all(self.port).await?;
            println!("{queued} READMEs are queued for conversion.");
            Ok(())
        })
    }
}
