//! Waiting for what became of what was sent, and showing it.

use std::collections::BTreeMap;

use super::files;
use super::pace::Pace;
use super::plan::{Plan, Step};
use super::sending::Sending;
use super::server::{Listed, ListedFile, Warning};
use super::shown;
use crate::progress::Progress;

/// Documents whose warnings are asked for.
const MAX_WARNED: usize = 50;

/// How many of what was sent did not end well.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    pub(super) rejected: usize,
    /// Of these nothing is known yet.
    pub(super) missing: usize,
}

impl Sending<'_, '_> {
    /// Waits until the server has looked at what was sent, and at what a run before sent, and shows what isn't ready.
    pub(super) async fn settled(
        &self,
        plan: &files::Plan,
        sent: &[files::Sent],
    ) -> anyhow::Result<Tally> {
        let earlier = plan.steps.iter().filter_map(|step| {
            let is_awaited = step.action == files::Action::Awaited;
            let digest = step.local.digest.as_deref().ok().filter(|_| is_awaited);
            Some((step.path(), digest?))
        });
        let sent = sent.iter().map(|it| (it.path.as_str(), it.sha256.as_str()));
        let awaited: BTreeMap<&str, &str> = earlier.chain(sent).collect();
        if awaited.is_empty() {
            return Ok(Tally::default());
        }
        let listed = self.looked_at(&awaited).await?;
        let mut tally = Tally::default();
        let mut ready = 0;
        for (path, sha256) in &awaited {
            let one = listed.iter().find(|one| one.path == *path);
            let what = match one {
                Some(one) if one.is_processing() => {
                    tally.missing += 1;
                    shown::line(
                        "sent",
                        &format!("{path}: the server isn't done with it yet"),
                    );
                    continue;
                }
                Some(one) => one.rejected().map(str::to_owned).or_else(|| {
                    let is_other = one.sha256.as_ref().is_some_and(|now| now != sha256);
                    is_other.then(|| "another file was sent to its path; say it again".to_owned())
                }),
                None => Some("it was deleted meanwhile".to_owned()),
            };
            match what {
                Some(reason) => {
                    tally.rejected += 1;
                    shown::line("rejected", &format!("{path}: {reason}"));
                }
                None => ready += 1,
            }
        }
        shown::ready(ready);
        Ok(tally)
    }

    /// The list of files, once none of these is under way or patience is over.
    async fn looked_at(&self, awaited: &BTreeMap<&str, &str>) -> anyhow::Result<Vec<ListedFile>> {
        let mut pace = Pace::new(self.patience);
        let mut progress = Progress::new("Ready", awaited.len());
        progress.add(" files".to_owned());
        progress.reach(0);
        loop {
            pace.wait().await;
            let listed = self
                .member
                .call(async |server, token| server.files(token).await);
            let listed = listed.await?.files;
            let left = listed.iter().filter(|one| one.is_processing());
            let left = left.filter(|one| awaited.contains_key(one.path.as_str()));
            let left = left.count();
            progress.reach(awaited.len().saturating_sub(left));
            if !pace.goes_on(left) {
                return Ok(listed);
            }
        }
    }

    /// Waits for the reports and shows what became of each document.
    pub(super) async fn reported(&self, plan: &Plan, sent: &[&Step]) -> anyhow::Result<Tally> {
        let mut awaited: BTreeMap<&str, &Step> = sent
            .iter()
            .map(|step| (step.slug.as_str(), *step))
            .collect();
        for step in &plan.steps {
            if plan.waiting.contains(&step.slug) && !awaited.contains_key(step.slug.as_str()) {
                awaited.insert(&step.slug, step);
            }
        }
        let mut tally = Tally::default();
        if awaited.is_empty() {
            return Ok(tally);
        }
        let listed = self.reports(&awaited).await?;
        let mut warned = 0;
        let steps = plan.steps.iter();
        for step in steps.filter(|it| awaited.contains_key(it.slug.as_str()) && !it.is_refused()) {
            let one = listed.iter().find(|one| one.slug == step.slug);
            tally.rejected += usize::from(one.is_some_and(|one| one.state == "rejected"));
            tally.missing += usize::from(one.is_some_and(Listed::is_processing));
            let warnings = match one.filter(|one| one.warning_count > 0 && warned < MAX_WARNED) {
                Some(one) => {
                    warned += 1;
                    self.warnings(&one.slug).await?
                }
                None => Vec::new(),
            };
            shown::outcome(&step.document.id.to_string(), one, &warnings);
        }
        Ok(tally)
    }

    /// The list, once it has a report on each of these as it was sent, or patience is over.
    async fn reports(&self, awaited: &BTreeMap<&str, &Step>) -> anyhow::Result<Vec<Listed>> {
        let mut pace = Pace::new(self.patience);
        let mut progress = Progress::new("Published", awaited.len());
        progress.reach(0);
        loop {
            pace.wait().await;
            let listed = self
                .member
                .call(async |server, token| server.list(token).await);
            let listed = listed.await?;
            let left = listed.iter().filter(|one| one.is_processing());
            let left = left.filter(|one| awaited.contains_key(one.slug.as_str()));
            let left = left.count();
            progress.reach(awaited.len().saturating_sub(left));
            if !pace.goes_on(left) {
                return Ok(listed);
            }
        }
    }

    /// The warnings of one document; none where it went meanwhile.
    async fn warnings(&self, slug: &str) -> anyhow::Result<Vec<Warning>> {
        let member = self.member;
        let asked = member.call(async |server, token| server.warnings(token, slug).await);
        match asked.await {
            Err(trouble) if trouble.is("not_found") => Ok(Vec::new()),
            answer => Ok(answer?),
        }
    }
}
