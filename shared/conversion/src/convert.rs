//! The conversion itself: what the converter is told, and what it asks on the way.

use std::future::Future;

use blobs::layout::OWN_PAGE;
use frontmatter::{Context, Output};
use jiff::Timestamp;
use languages::{Sentence, sentence};
use members::Account;
use tokio::sync::{Semaphore, oneshot};

use crate::shown::{self, Seen, Shown};
use crate::site::Site;
use crate::source::Source;
use crate::targets::{self, Asked};
use crate::{files, picture};

/// What the author is told of a fault of ours.
const DEFECT: Sentence = sentence!("reason.document_defect");

/// A document, and what it shows of the member's pictures and files.
#[derive(Debug)]
pub struct Converted {
    pub output: Output,
    pub shown: Vec<Shown>,
    /// All names that the document asks for.
    pub asked: Vec<String>,
}

/// The document, its links led to what is published; `Err` is the sentence that says why there is none.
///
/// `note` is called with the names that the document asks for, before any of them is looked up; not at all where there is
/// none. A document that appears after the look finds what was noted.
///
/// The converter has a thread of its own, in one of `turns`. Where the document has links it waits there for what is found
/// under their names, and another document is converted meanwhile.
///
/// Of the member's pictures and files it shows those that are there; or what was `seen`, where that is said.
pub async fn convert<F: Future<Output = anyhow::Result<()>>>(
    site: &Site<'_>,
    turns: &Semaphore,
    member: &Account,
    source: &Source<'_>,
    seen: Option<Seen<'_>>,
    note: impl FnOnce(Vec<String>) -> F,
) -> anyhow::Result<Result<Converted, Sentence>> {
    let of_profile = shown::of_profile(site, member, seen).await?;
    let mut context = context(site, member, source);
    let by_name = picture::named(site.public_url, member, of_profile.as_ref());
    context.notes.files = by_name.into_iter().collect();
    let bytes = source.bytes.clone();
    let (ask, asked) = oneshot::channel();
    let (tell, told) = oneshot::channel();
    let mut turn = turns.acquire().await?;
    let converting = tokio::task::spawn_blocking(move || {
        frontmatter::convert_linked(&bytes, &context, |references| {
            // Where nobody hears the question or finds an answer, nobody waits for the document either.
            let answer = ask.send(references.clone());
            let answer = answer.ok().map(|()| told.blocking_recv());
            answer.and_then(Result::ok).unwrap_or_default()
        })
    });
    // A document without links ends without a question.
    let (mut found, mut names) = (Vec::new(), Vec::new());
    if let Ok(references) = asked.await {
        drop(turn);
        let asked = Asked::by(&references, site, member).await?;
        names.clone_from(&asked.all);
        note(asked.all.clone()).await?;
        let may_show = (seen, of_profile.as_ref());
        let targets = targets::look_up(site, member, source, &references, asked, may_show);
        let targets = targets.await?;
        found = targets.files;
        turn = turns.acquire().await?;
        // Who doesn't hear it has ended, and says how below.
        let _unheard = tell.send(targets.notes);
    }
    let converted = converting.await;
    drop(turn);
    let (id, slug) = (&source.key.member_id, &source.key.slug);
    // A panic or a broken schema is a defect of ours, and the same bytes would have it again: the
    // author is told, the last good version stays, and the log has it.
    Ok(match converted {
        Ok(Ok(output)) => match output.check() {
            Ok(()) => {
                found.extend(of_profile);
                Ok(Converted {
                    shown: shown::in_output(site, found, &output),
                    output,
                    asked: names,
                })
            }
            Err(defect) => {
                tracing::error!(member = id, slug, %defect, "the converter's output is wrong");
                Err(DEFECT)
            }
        },
        Ok(Err(reject)) => Err(reject.sentence()),
        Err(panic) => {
            tracing::error!(member = id, slug, %panic, "the converter panicked");
            Err(DEFECT)
        }
    })
}

fn context(site: &Site<'_>, member: &Account, source: &Source<'_>) -> Context {
    let time = |seconds: u64| {
        i64::try_from(seconds)
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
    };
    let is_own_page = source.key.slug == OWN_PAGE;
    let note = source.note.as_ref();
    let (created, updated) = note.map_or((source.stored, source.stored), |note| {
        (note.created, note.updated)
    });
    Context {
        handle: member.handle.clone(),
        name: member.name.clone(),
        slug: if is_own_page {
            String::new()
        } else {
            source.key.slug.clone()
        },
        name_hint: Some(if is_own_page {
            member.name.clone()
        } else {
            source.called()
        }),
        folder: note.map(|note| note.path.clone()).unwrap_or_default(),
        files_base: files::base(site),
        created: time(created),
        updated: time(updated),
        now: time(source.now),
        schedule: note.is_some_and(|note| note.schedule),
        link_base: site.link_base.to_owned(),
        themes: site.themes.clone(),
        ..Context::default()
    }
}
