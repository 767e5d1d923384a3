//! Sending the files that go with documents.

use anyhow::Context as _;
use futures::{StreamExt as _, stream};
use hyper::body::Bytes;

use super::super::server::{FileUpload, Trouble};
use super::super::shown::{count, size};
use super::super::{files, folder};
use super::{Ended, Full, Sending};
use crate::progress::Progress;

/// The server's codes for a file that it will never take as it is.
const NEVER: [&str; 2] = ["bad_request", "unsupported_media_type"];
/// Files that are sent side by side.
const AT_ONCE: usize = 4;

impl Sending<'_, '_> {
    /// Sends the files that are to be sent, some side by side. Answers each as it was sent.
    pub(in crate::publish) async fn files(
        &self,
        plan: &files::Plan,
    ) -> anyhow::Result<Ended<files::Sent>> {
        let steps: Vec<_> = plan.steps.iter().filter(|step| step.is_sent()).collect();
        let all: u64 = steps.iter().map(|step| step.local.attachment.size).sum();
        let full = Full::default();
        let mut ended = Ended::nothing();
        if steps.is_empty() {
            return Ok(ended);
        }
        let mut progress = Progress::new("Sent", steps.len());
        let mut done = 0;
        let total = count(steps.len(), "file", "files");
        let full = &full;
        let answers = steps.iter().map(|step| async move {
            let is_new = step.action == files::Action::New;
            let answer = match full.said().filter(|_| is_new) {
                Some(trouble) => Ok(Err(trouble)),
                None => self.file(step).await,
            };
            (step, answer)
        });
        let mut answers = stream::iter(answers).buffer_unordered(AT_ONCE);
        progress.add(format!(" files, 0 of {}", size(all)));
        progress.reach(0);
        while let Some((step, answer)) = answers.next().await {
            let answer = answer?;
            if step.action == files::Action::New {
                full.hear(&answer);
            }
            if !ended.add(answer, step.path().to_owned(), &total) {
                break;
            }
            done += step.local.attachment.size;
            progress.add(format!(" files, {} of {}", size(done), size(all)));
            progress.step();
        }
        // What arrived of those that were on their way when it ended stays noted as what may be there.
        drop(answers);
        self.note(|record| {
            for sent in &ended.taken {
                record.settle_file(self.account, &sent.path, Some(sent));
            }
        })?;
        Ok(ended)
    }

    /// Sends one file, and notes it before, as it is at that moment.
    async fn file(&self, step: &files::Step) -> anyhow::Result<Result<files::Sent, Trouble>> {
        let path = step.path();
        let (file, digest, most) = (
            step.local.attachment.file.clone(),
            step.local.digest.clone(),
            self.limits.large_picture,
        );
        let reading = tokio::task::spawn_blocking(move || {
            let bytes = folder::read_again(&file, most, &digest)?;
            Ok((folder::sha256(&bytes), Bytes::from(bytes)))
        });
        let read: Result<_, String> = reading.await.context("reading a file failed")?;
        let (sha256, bytes) = match read {
            Ok(read) => read,
            Err(reason) => return Ok(Err(Trouble::refused("unreadable", reason))),
        };
        let sent = files::Sent {
            path: path.to_owned(),
            sha256,
        };
        let is_noted = self.record.borrow().sent(self.account).contains(&sent);
        if !is_noted {
            self.note(|record| record.add_file(self.account, sent.clone()))?;
        }
        let is_small = bytes.len() as u64 <= self.limits.picture;
        let upload = FileUpload {
            path,
            content_type: step.local.content_type,
            bytes,
        };
        let answer = self
            .member
            .call(async |server, token| {
                if is_small {
                    server.upload_file(token, &upload).await
                } else {
                    server.put_file(token, &upload).await
                }
            })
            .await;
        if let Err(Trouble::Refused { code, message }) = &answer {
            self.note(|record| {
                if !is_noted {
                    record.remove_file(self.account, &sent);
                }
                if NEVER.contains(&code.as_str()) {
                    let reason = message.clone();
                    let file = sent.clone();
                    record.deny_file(self.account, files::Denied { file, reason });
                }
            })?;
        }
        Ok(answer.map(|()| sent))
    }
}
