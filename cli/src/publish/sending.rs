//! Sending documents and files, which is noted on this machine before it is done.

mod attached;

use std::cell::RefCell;
use std::time::Duration;

use super::kept::{Account, Kept, Record};
use super::plan::{self, Action, Published};
use super::server::{Limits, Trouble, Upload};
use super::session::SignedIn;
use super::shown::{self, count};
use super::{files, folder};
use crate::output::say;
use crate::progress::Progress;

/// The server's code for a member who has as much as one may have.
const QUOTA_EXCEEDED: &str = "quota_exceeded";

/// What sends, and notes that it did.
pub(super) struct Sending<'a, 'b> {
    pub(super) member: &'a SignedIn<'b>,
    pub(super) kept: &'a Kept,
    pub(super) record: RefCell<Record>,
    pub(super) account: &'a Account,
    pub(super) limits: &'a Limits,
    /// How long to wait for what doesn't come.
    pub(super) patience: Duration,
}

/// What wasn't taken.
pub(super) struct Refused {
    pub(super) id: String,
    pub(super) reason: String,
}

/// How it ended to send a number of things.
pub(super) struct Ended<T> {
    pub(super) taken: Vec<T>,
    pub(super) refused: Vec<Refused>,
    /// Why it ended before all were tried.
    pub(super) stopped: Option<anyhow::Error>,
}

impl<T> Ended<T> {
    fn nothing() -> Self {
        Self {
            taken: Vec::new(),
            refused: Vec::new(),
            stopped: None,
        }
    }

    /// Notes an answer to one of `all`, called `id`. Whether to go on.
    fn add(&mut self, answer: Result<T, Trouble>, id: String, all: &str) -> bool {
        match answer {
            Ok(taken) => self.taken.push(taken),
            Err(Trouble::Refused { code, message }) if !ends_all(&code) => {
                let advice = if code == "other_title" {
                    " Rename the file, or say --replace."
                } else {
                    ""
                };
                let reason = format!("{message}{advice}");
                self.refused.push(Refused { id, reason });
            }
            Err(trouble) => {
                let sent = self.taken.len();
                let what = format!("{sent} of {all} are sent; say it again for the rest");
                self.stopped = Some(anyhow::Error::from(trouble).context(what));
                return false;
            }
        }
        true
    }

    /// Shows what was refused.
    pub(super) fn show(&self) {
        for Refused { id, reason } in &self.refused {
            shown::line("refused", &format!("{id}: {reason}"));
        }
    }
}

/// Codes that everything further would be answered with, too.
fn ends_all(code: &str) -> bool {
    [
        "invalid_token",
        "invalid_credentials",
        "too_many_attempts",
        "unavailable",
        "internal",
    ]
    .contains(&code)
}

/// The server's words for a member who has all that one may have, once it has said them: what is new needn't be sent any more.
#[derive(Default)]
struct Full(RefCell<Option<String>>);

impl Full {
    fn said(&self) -> Option<Trouble> {
        let said = self.0.borrow();
        let message = said.as_ref()?;
        Some(Trouble::refused(QUOTA_EXCEEDED, message.clone()))
    }

    fn hear<T>(&self, answer: &Result<T, Trouble>) {
        if let Err(Trouble::Refused { code, message }) = answer
            && code == QUOTA_EXCEEDED
        {
            self.0.replace(Some(message.clone()));
        }
    }
}

impl Sending<'_, '_> {
    /// Changes what is noted, and keeps it.
    pub(super) fn note(&self, change: impl FnOnce(&mut Record)) -> anyhow::Result<()> {
        let mut record = self.record.borrow_mut();
        change(&mut record);
        self.kept.keep_record(&record)
    }

    /// Remembers as whom the folder is published.
    pub(super) fn remember(&self) -> anyhow::Result<()> {
        if self.record.borrow().account.as_ref() == Some(self.account) {
            return Ok(());
        }
        self.note(|record| record.account = Some(self.account.clone()))
    }

    /// Deletes documents and files, and takes their notes away.
    pub(super) async fn delete(
        &self,
        documents: &[Published],
        files: &[&files::Remote],
    ) -> anyhow::Result<()> {
        let member = self.member;
        // Whoever was asked took their time, and a document may be another one since.
        let now = if documents.is_empty() {
            Vec::new()
        } else {
            let listed = member.call(async |server, token| server.list(token).await);
            listed.await?.into_iter().map(plan::Remote::from).collect()
        };
        let is_there = |it: &&Published| now.iter().any(|remote: &plan::Remote| it.is(remote));
        let (documents, altered): (Vec<&Published>, Vec<&Published>) =
            documents.iter().partition(is_there);
        for it in altered {
            shown::altered(it);
        }
        for gone in &documents {
            let deleted = member.call(async |server, token| server.delete(token, &gone.slug).await);
            deleted.await?;
            self.note(|record| record.remove(self.account, &gone.slug))?;
        }
        for gone in files {
            let deleted =
                member.call(async |server, token| server.delete_file(token, &gone.id).await);
            deleted.await?;
            self.note(|record| record.settle_file(self.account, &gone.path, None))?;
        }
        for (number, what) in [
            (documents.len(), ("document", "documents")),
            (files.len(), ("file", "files")),
        ] {
            if number > 0 {
                say!("{} deleted.", count(number, what.0, what.1));
            }
        }
        Ok(())
    }

    /// Sends the documents that are to be sent.
    pub(super) async fn documents<'p>(
        &self,
        plan: &'p plan::Plan,
    ) -> anyhow::Result<Ended<&'p plan::Step>> {
        let steps: Vec<_> = plan.steps.iter().filter(|step| step.is_sent()).collect();
        let all = steps.len().to_string();
        let mut ended = Ended::nothing();
        let mut progress = Progress::new("Sent", steps.len());
        let full = Full::default();
        for step in steps {
            let is_new = step.action == Action::New;
            let answer = match full.said().filter(|_| is_new) {
                Some(trouble) => Err(trouble),
                None => self.document(step).await?,
            };
            if is_new {
                full.hear(&answer);
            }
            let id = step.document.id.to_string();
            if !ended.add(answer.map(|()| step), id, &all) {
                break;
            }
            progress.step();
        }
        Ok(ended)
    }

    /// Sends one document. It is noted before, so that a run that is cut short knows what it published, and the note is
    /// taken back where the server refuses it. A file that can't be read any more is refused, too.
    async fn document(&self, step: &plan::Step) -> anyhow::Result<Result<(), Trouble>> {
        let document = &step.document;
        let read = folder::read_again(&document.file, self.limits.readme, &document.digest);
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(reason) => return Ok(Err(Trouble::refused("unreadable", reason))),
        };
        let before: Option<Published> = {
            let record = self.record.borrow();
            let mut published = record.published(self.account).iter();
            published.find(|it| it.slug == step.slug).cloned()
        };
        let sha256 = folder::sha256(&bytes);
        // What is there now may be there still, where this doesn't arrive.
        let earlier = before.as_ref().map(|it| it.digests.as_slice());
        let mut digests = earlier.unwrap_or_default().to_vec();
        digests.retain(|it| *it != sha256);
        digests.push(sha256.clone());
        let note = Published {
            id: step.document.id.clone(),
            slug: step.slug.clone(),
            digests,
        };
        let is_settled = note.digests.len() == 1;
        if before.as_ref() != Some(&note) {
            self.note(|record| record.add(self.account, note))?;
        }
        let upload = Upload {
            id: &step.document.id,
            bytes: &bytes,
            slug: step.names_slug.then_some(step.slug.as_str()),
            may_replace: step.may_replace,
        };
        let answer = self
            .member
            .call(async |server, token| server.upload(token, &upload).await)
            .await;
        if answer.is_ok() && !is_settled {
            self.note(|record| record.settle(self.account, &step.slug, &sha256))?;
        } else if matches!(answer, Err(Trouble::Refused { .. })) {
            self.note(|record| {
                record.remove(self.account, &step.slug);
                if let Some(before) = before {
                    record.add(self.account, before);
                }
            })?;
        }
        Ok(answer)
    }
}
