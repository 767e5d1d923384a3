//! Documents that come out by themselves: those whose time has come are asked for.
//!
//! What is due is found by the time that stands in its item, which the report has written and takes away once the document
//! is out. So a run looks for what is due still, and whatever the last one left undone is asked for again.

use std::time::Duration;

use blobs::Blobs;
use blobs::layout::{NowKey, SourceKey};
use endpoint::Clock;
use members::Members;
use uploads::ask_now;

/// Most documents that one run asks for, some seconds of writing; the next run asks for those that follow.
pub const MOST_AT_ONCE: i32 = 2_000;

/// Where what is due is found and asked for.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    pub members: &'a Members,
    pub uploads: &'a Blobs,
    pub clock: &'a Clock,
    /// Most documents that one look asks for.
    pub most: i32,
}

impl Due<'_> {
    /// Has every document converted whose time has come, and says how many those are. One that waits still is asked for once more
    /// after a minute, and then each time after twice as long: its message may be lost, and one that fails isn't to come each minute.
    ///
    /// # Errors
    /// A store that failed; some may have been asked for.
    pub async fn ask(&self) -> anyhow::Result<usize> {
        let now = self.clock.unix_seconds();
        let due = self.members.due(now, self.most).await?;
        let requests = due.iter().map(|(until, due)| {
            let minutes_late = now.saturating_sub(*until) / 60;
            NowKey {
                source: SourceKey::new(&due.member_id, &due.slug),
                word: format!("{until}-{}", (minutes_late + 1).ilog2()),
            }
        });
        ask_now(self.uploads, requests).await?;
        if !due.is_empty() {
            tracing::info!(
                documents = due.len(),
                "asked for documents that come out now"
            );
        }
        Ok(due.len())
    }

    /// Waits until nothing is due any more, and no longer than `patience`: what comes out now is to be in the build that starts now.
    ///
    /// # Errors
    /// A table that doesn't answer.
    pub async fn settle(&self, patience: Duration, pause: Duration) -> anyhow::Result<()> {
        let now = self.clock.unix_seconds();
        let mut waited = Duration::ZERO;
        while waited < patience && !self.members.due(now, 1).await?.is_empty() {
            tokio::time::sleep(pause).await;
            waited += pause;
        }
        Ok(())
    }
}
