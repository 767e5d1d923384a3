//! `masthead rewrite`: conversion again, after an upgrade of the converter or to repair.

use anyhow::anyhow;
use clap::Args;
use serde::Deserialize;

use crate::outcome::{Failure, Outcome, block_on};
use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct Rewrite {
    /// Every README of every member.
    #[arg(long)]
    all: bool,
    /// Port of the running `masthead dev`.
    #[arg(long, default_value_t = local::DEFAULT_PORT)]
    port: u16,
}

#[derive(Deserialize)]
struct Queued {
    queued: usize,
}

impl Rewrite {
    pub(crate) fn run(self) -> Outcome {
        if !self.all {
            return Err(Failure::WrongCall(anyhow!("say which READMEs: --all")));
        }
        block_on(async {
            let url = format!("http://127.0.0.1:{}{}", self.port, local::REWRITE_PATH);
            let request = reqwest::Client::new()
                .post(url)
                .header(local::LOCAL_HEADER, "1");
            let answer = request.send().await.map_err(|_| {
                anyhow!(
                    "no local stack answers on port {}; start it with `masthead dev`",
                    self.port
                )
            })?;
            let queued: Queued = answer.error_for_status()?.json().await?;
            say!("{} READMEs are queued for conversion.", queued.queued);
            Ok(())
        })
    }
}
