//! Keeping the list of what is published: members who were noted are settled, and all of it is compared with the bucket by and by.

use std::time::Duration;

use members::Members;

use crate::Watch;

/// How long a comparison goes on in one run, beside what a build needs; and where there is no list to build from yet.
const COMPARING: Duration = Duration::from_secs(15);
const MAKING: Duration = Duration::from_secs(35);
/// What builds said before it was kept by shards, so much of it at once.
const SAID_BEFORE: u16 = 100;

/// Settles the members that were noted, and compares what is kept with the bucket where it is time to. Says whether the list is whole.
///
/// # Errors
/// A store that failed; the next run tries again.
pub async fn keep(watch: &Watch) -> anyhow::Result<bool> {
    let Watch {
        members,
        content,
        clock,
        intervals,
    } = watch;
    let now_ms = clock.unix_milliseconds();
    manifest::settle_noted(members, intervals.settle, now_ms).await?;
    let whole = members.whole().await?;
    if !manifest::is_due(members, &whole, now_ms) {
        return Ok(whole.is_whole);
    }
    move_what_builds_said(members, COMPARING).await?;
    let budget = if whole.is_whole { COMPARING } else { MAKING };
    let compared = manifest::compare(content, members, budget, now_ms).await?;
    if whole.is_whole && compared.differed > 0 {
        // Somebody changed the bucket by hand, or a function was killed in between.
        tracing::warn!(
            differed = compared.differed,
            looked_at = compared.looked_at,
            "what is published differed from what was kept of it, and was settled"
        );
    }
    Ok(whole.is_whole || compared.is_through)
}

/// Moves what builds said in an earlier version to where it is looked for.
async fn move_what_builds_said(members: &Members, budget: Duration) -> anyhow::Result<()> {
    let begun = std::time::Instant::now();
    while begun.elapsed() < budget && members.move_told(SAID_BEFORE).await? > 0 {}
    Ok(())
}
