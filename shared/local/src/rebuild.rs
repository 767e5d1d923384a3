//! The site's build as a command on this machine, started when `rebuild_site` would call the host.

use std::process::Stdio;
use std::time::Duration;

use endpoint::Environment;
use rebuild_site::{Intervals, Outcome, Start, Watch, look};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::RebuildCommand;

/// How often is looked at whether there is something to look at: two reads of this machine's table.
const TICK: Duration = Duration::from_secs(1);

/// What is built, and what the build is told.
pub(crate) struct Site {
    pub(crate) command: RebuildCommand,
    pub(crate) url: String,
    pub(crate) build_key: String,
}

impl Site {
    pub(crate) fn watch(&self, environment: &Environment) -> anyhow::Result<Watch> {
        let RebuildCommand {
            quiet,
            every,
            at_most,
            ..
        } = self.command;
        let intervals = Intervals {
            quiet,
            every,
            at_most,
            look: TICK,
            // Nothing else looks at this table: the turn of a process that was killed ends soon, and
            // a build may take longer than it.
            turn: Duration::from_secs(5),
            ..Intervals::default()
        };
        Ok(Watch {
            intervals,
            ..Watch::from_env(environment)?
        })
    }

    /// Runs the command to its end, with its output on this terminal.
    async fn build(&self) -> Start {
        tracing::info!("building the site: {}", self.command.command);
        let (shell, option) = if cfg!(windows) {
            ("cmd", "/C")
        } else {
            ("sh", "-c")
        };
        let child = Command::new(shell)
            .args([option, &self.command.command])
            .env("MASTHEAD_URL", &self.url)
            .env("MASTHEAD_BUILD_KEY", &self.build_key)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await;
        match child {
            Ok(status) if status.success() => Start::Started,
            Ok(status) => Start::Refused(format!("the command ended with {status}")),
            Err(cause) => Start::Refused(format!("the command can't be run: {cause}")),
        }
    }
}

/// Looks again and again until `stop`, which ends a build that runs.
pub(crate) async fn work(site: Site, watch: Watch, stop: CancellationToken) {
    let looks = async {
        loop {
            match look(&watch, || site.build()).await {
                Ok(Outcome::Failed { reason, .. }) => {
                    tracing::error!("the site was not built: {reason}; it is tried again");
                }
                Ok(Outcome::Started) => tracing::info!("the site is built"),
                Ok(_) => {}
                Err(error) => tracing::error!("the site is not watched: {error:#}"),
            }
            tokio::time::sleep(TICK).await;
        }
    };
    Box::pin(stop.run_until_cancelled(looks)).await;
}
