//! A converted document put on the site, or taken off it, with everything that leads there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use blobs::layout::{self, OWN_PAGE, OWNER, SourceKey, content_key};
use blobs::{Condition, Head, Stored, Upload};
use bytes::Bytes;
use conversion::{Converted, Shown, Source};
use frontmatter::Output;
use frontmatter::names::fold;
use members::{
    Account, Address, Edition, Kept, Known, Place as Published, Report, State as Outcome,
};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::{State, files, moved, names, pictures};

/// Name of the output's metadata that holds the SHA-256 of its bytes, in hexadecimal.
const SHA256: &str = "sha256";
const CACHE_CONTROL: &str = "public, max-age=0, must-revalidate";
const CONTENT_TYPE: &str = "text/markdown; charset=utf-8";
/// How often a report is tried against others of the same part of the manifest, and the pauses in between, in milliseconds.
const KEPT_ATTEMPTS: u32 = 30;
const PAUSE_MS: u64 = 10;
const LONGEST_PAUSE_MS: u64 = 320;
/// Largest output that is taken along, in bytes: some times the largest source.
const MAX_OUTPUT_BYTES: usize = 16 * 1024 * 1024;

/// What of a document is public after a look.
#[derive(Debug, Default)]
pub(crate) struct Public {
    pub(crate) live: bool,
    pub(crate) digest: Option<String>,
    /// Keys of the renditions that it shows, and of which picture or file each is a version.
    pub(crate) pictures: Vec<String>,
    pub(crate) shown: BTreeMap<String, String>,
    pub(crate) names: Vec<String>,
    /// What it was made of.
    pub(crate) edition: Option<Edition>,
}

/// A version that was converted.
#[derive(Debug)]
pub(crate) struct Made<'a> {
    pub(crate) document: &'a Source<'a>,
    pub(crate) converted: Converted,
    /// What editors are shown of it.
    pub(crate) edition: Edition,
}

impl<'a> Made<'a> {
    pub(crate) async fn of(
        state: &State,
        document: &'a Source<'a>,
        object: Option<String>,
        converted: Converted,
    ) -> anyhow::Result<Self> {
        let site = state.site();
        let submission = conversion::submission(&site, document, &converted.shown).await?;
        Ok(Self {
            document,
            converted,
            edition: Edition { submission, object },
        })
    }

    /// Keys of the renditions that the output shows.
    fn pictures(&self) -> Vec<String> {
        let shown = self.converted.shown.iter();
        shown.map(|shown| shown.key.clone()).collect()
    }
}

/// Where a document is published.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) state: &'a State,
    pub(crate) member: &'a Account,
    pub(crate) source: &'a SourceKey,
    pub(crate) address: &'a Address,
    known: &'a Known,
    /// The output, from when it is looked at first.
    output: OnceCell<Option<Head>>,
    /// What became of it.
    done: Mutex<Option<Done>>,
    /// Set where there is one of which the manifest says nothing.
    is_surprised: &'a AtomicBool,
}

/// Whether it is the word of where a document went.
fn is_way(place: &Published) -> bool {
    matches!(place, Published::Moved { .. })
}

/// What became of an output.
#[derive(Debug, Clone)]
enum Done {
    /// It is the one of this ETag now.
    Written(String),
    Deleted,
}

impl<'a> Place<'a> {
    pub(crate) fn new(
        state: &'a State,
        known: &'a Known,
        source: &'a SourceKey,
        address: &'a Address,
        is_surprised: &'a AtomicBool,
    ) -> Self {
        Self {
            state,
            member: &known.account,
            source,
            address,
            known,
            output: OnceCell::new(),
            done: Mutex::new(None),
            is_surprised,
        }
    }

    pub(crate) fn output_key(&self) -> String {
        content_key(&self.source.entry_id(&self.member.handle))
    }

    /// Looks at the output, once. Where the manifest says that there is none, it is enough to look when it is written, which
    /// [`Place::put_output`] does under the condition that there is none.
    pub(crate) async fn look(&self) -> anyhow::Result<()> {
        if self.known.is_published() || self.is_surprised.load(Ordering::Relaxed) {
            self.output().await?;
        }
        Ok(())
    }

    /// Notes what became of the output.
    fn note(&self, done: Done) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
    }

    fn done(&self) -> Option<Done> {
        self.done
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether the output was changed.
    fn is_touched(&self) -> bool {
        self.done().is_some()
    }

    /// Whether the manifest says of the address what is there.
    pub(crate) fn is_kept(&self) -> bool {
        let known = &self.known.published;
        !self.is_touched()
            && !known.place().is_some_and(is_way)
            && known.is(self.published().as_ref())
    }

    /// What is to be kept of the address: the output as it is now.
    fn published(&self) -> Option<Published> {
        let known = self.known.published.place();
        match (self.done(), self.output.get()) {
            (Some(Done::Deleted), _) => None,
            (Some(Done::Written(etag)), _) => {
                let owner = layout::owner(&self.member.id);
                let now = self.state.clock.unix_seconds();
                Some(manifest::document(&etag, now, Some(&owner)))
            }
            (None, Some(Some(output))) => {
                let owner = output.metadata.get(OWNER).map(String::as_str);
                Some(manifest::document(
                    &output.etag,
                    output.last_modified,
                    owner,
                ))
            }
            // Where another document went from here is settled with that.
            (None, Some(None)) => known.filter(|known| is_way(known)).cloned(),
            // Nobody looked, and the manifest is right: else the write of the output would have said so.
            (None, None) => known.cloned(),
        }
    }

    /// Writes the report, and with it what is kept of the address. `false`: something is no longer as it was read.
    ///
    /// Other documents of the same part of the manifest are published meanwhile: as long as nothing else changed, it is tried again
    /// over what is kept by then.
    pub(crate) async fn keep(
        &self,
        before: Option<&Report>,
        report: &Report,
    ) -> anyhow::Result<bool> {
        let Self { state, known, .. } = *self;
        let place = self.published();
        let mut seen = known.published.clone();
        for attempt in 0..KEPT_ATTEMPTS {
            let kept = Kept {
                seen: &seen,
                place: place.as_ref(),
                is_touched: self.is_touched(),
                now_ms: state.clock.unix_milliseconds(),
            };
            let concluded = state
                .members
                .conclude(known, before, report, &kept, state.review);
            if concluded.await? {
                if known.published.place().is_some_and(is_way) {
                    let id = self.source.entry_id(&self.member.handle);
                    let now = state.clock.unix_milliseconds();
                    manifest::settle(&state.content, &state.members, &id, now).await?;
                }
                return Ok(true);
            }
            let most = LONGEST_PAUSE_MS.min(PAUSE_MS << attempt.min(8));
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..=most))).await;
            let id = self.source.entry_id(&self.member.handle);
            let now = state.members.seen_address(&id).await?;
            if now == seen || !now.is(known.published.place()) {
                return Ok(false);
            }
            seen = now;
        }
        Ok(false)
    }

    /// The output as it was seen before it was changed.
    async fn output(&self) -> anyhow::Result<Option<&Head>> {
        let look = async || self.state.content.head(&self.output_key()).await;
        Ok(self.output.get_or_try_init(look).await?.as_ref())
    }

    /// Puts a document on the site. `None`: the output or the report changed under our hands. `before` is the report that
    /// stands, which names what the output is about to show.
    pub(crate) async fn put(
        &self,
        made: &Made<'_>,
        before: &mut Option<Report>,
        blank: Report,
        may_still: impl AsyncFnOnce() -> anyhow::Result<bool>,
    ) -> anyhow::Result<Option<Public>> {
        let Self {
            state,
            member,
            source,
            address,
            ..
        } = *self;
        let shown = &made.converted.shown;
        let pictures = made.pictures();
        if !shown.is_empty() {
            let claimed = pictures::claim(state, member, before.take(), shown, blank);
            *before = claimed.await?;
            if before.is_none() {
                return Ok(None);
            }
        }
        if !may_still().await? {
            return Ok(None);
        }
        let output = &made.converted.output;
        let was_announced = before
            .as_ref()
            .is_some_and(|before| before.state == Outcome::Scheduled);
        let Stored::Stored(etag) = self.put_output(output, was_announced).await? else {
            return Ok(None);
        };
        list(state, member, source, true).await?;
        leave_former_handles(state, member, source).await?;
        moved::publish(state, member, source, address, true).await?;
        pictures::let_go(state, member, before.as_ref(), shown).await?;
        let mut edition = made.edition.clone();
        let known = before.as_ref().and_then(|before| before.edition.as_ref());
        if let Some(known) = known.filter(|it| it.submission.covers(&edition.submission)) {
            // What was shown before may be shown again.
            edition.submission = known.submission.clone().with_shown(&edition.submission);
        }
        Ok(Some(Public {
            live: true,
            digest: Some(manifest::digest_of(&etag).to_owned()),
            pictures,
            shown: shown.iter().map(by_key).collect(),
            names: names::of(member, made.document, output, address),
            edition: Some(edition),
        }))
    }

    /// Takes the document off the site.
    pub(crate) async fn take_off(&self, before: Option<&Report>) -> anyhow::Result<Public> {
        let Self {
            state,
            member,
            source,
            address,
            ..
        } = *self;
        let output = self.output().await?;
        let is_known = self.known.is_published();
        if withdraw(state, member, source, output, is_known).await? {
            self.note(Done::Deleted);
        }
        list(state, member, source, false).await?;
        leave_former_handles(state, member, source).await?;
        moved::publish(state, member, source, address, false).await?;
        pictures::let_go(state, member, before, &[]).await?;
        Ok(Public::default())
    }

    /// Leaves what is on the site as it is, which is `output`. Where it is `held` for an editor, what its author has taken
    /// away since is withdrawn from it.
    pub(crate) async fn leave(
        &self,
        output: Option<&Head>,
        before: Option<&Report>,
        is_held: bool,
    ) -> anyhow::Result<Public> {
        let Self { state, member, .. } = *self;
        leave_former_handles(state, member, self.source).await?;
        let Some(output) = output else {
            return Ok(Public::default());
        };
        let mut public = Public {
            live: true,
            digest: Some(manifest::digest_of(&output.etag).to_owned()),
            ..Public::default()
        };
        if let Some(before) = before.cloned() {
            public.pictures = before.pictures;
            public.names = before.names;
            public.edition = before.edition;
            public.shown = before.shown;
        }
        if is_held {
            for (key, line) in public.shown.clone() {
                if !files::is_there(state, member, &line).await? {
                    public.shown.remove(&key);
                    public.pictures.retain(|shown| *shown != key);
                }
            }
        }
        Ok(public)
    }

    /// What is on the site of the document, under the handle of now.
    pub(crate) async fn there(&self) -> anyhow::Result<Option<&Head>> {
        let output = self.output().await?;
        Ok(output.filter(|output| is_of(self.member, output)))
    }

    /// Takes what is on the site under a former handle along, as it is, if it is `known`. `None`: nothing is, or another hand
    /// was faster.
    pub(crate) async fn bring_here(
        &self,
        is_known: impl Fn(&Head) -> bool,
    ) -> anyhow::Result<Option<Head>> {
        let Self {
            state,
            member,
            source,
            address,
            ..
        } = *self;
        if self.output().await?.is_some() {
            return Ok(None);
        }
        for handle in &member.former_handles {
            let former = content_key(&source.entry_id(handle));
            let found = state.content.get(&former, MAX_OUTPUT_BYTES).await?;
            let is_it = |head: &Head| is_of(member, head) && is_known(head);
            let Some(found) = found.filter(|found| is_it(&found.head)) else {
                continue;
            };
            let upload = Upload {
                bytes: found.bytes,
                content_type: CONTENT_TYPE,
                cache_control: Some(CACHE_CONTROL),
                metadata: found.head.metadata.clone(),
                ..Upload::default()
            };
            let here = self.output_key();
            let put = state.content.put(&here, upload, Condition::Absent).await?;
            let Stored::Stored(etag) = put else {
                return Ok(None);
            };
            self.note(Done::Written(etag.clone()));
            list(state, member, source, true).await?;
            moved::publish(state, member, source, address, true).await?;
            return Ok(Some(Head { etag, ..found.head }));
        }
        Ok(None)
    }

    /// Writes the output over the one that was seen, unless it is the same. The site is built at once with
    /// one that `was_announced`.
    async fn put_output(&self, converted: &Output, was_announced: bool) -> anyhow::Result<Stored> {
        let Self { state, member, .. } = *self;
        let digest = base16ct::lower::encode_string(&Sha256::digest(&converted.bytes));
        let seen = self.output.get().and_then(Option::as_ref);
        let is_same =
            |head: &&Head| head.metadata.get(SHA256) == Some(&digest) && is_of(member, head);
        if let Some(seen) = seen.filter(is_same) {
            return Ok(Stored::Stored(seen.etag.clone()));
        }
        if was_announced {
            let now = state.clock.unix_milliseconds();
            state.members.note_change_at_once(now).await?;
        }
        let upload = Upload {
            bytes: Bytes::copy_from_slice(&converted.bytes),
            content_type: CONTENT_TYPE,
            cache_control: Some(CACHE_CONTROL),
            metadata: [
                (SHA256.to_owned(), digest),
                (OWNER.to_owned(), layout::owner(&member.id)),
            ]
            .into(),
            ..Upload::default()
        };
        let condition = seen.map_or(Condition::Absent, |head| Condition::Unchanged(&head.etag));
        let stored = state
            .content
            .put(&self.output_key(), upload, condition)
            .await;
        let stored = stored.context("the output")?;
        match &stored {
            Stored::Stored(etag) => self.note(Done::Written(etag.clone())),
            Stored::Changed => self.is_surprised.store(true, Ordering::Relaxed),
        }
        Ok(stored)
    }
}

/// What it is a version of, by its key.
pub(crate) fn by_key(shown: &Shown) -> (String, String) {
    (shown.key.clone(), shown.line.clone())
}

/// Takes everything off the site that was made of a source which is gone.
pub(crate) async fn take_away(
    state: &State,
    member: &Account,
    source: &SourceKey,
) -> anyhow::Result<()> {
    off(state, member, source).await?;
    list(state, member, source, false).await?;
    leave_former_handles(state, member, source).await?;
    moved::gone(state, member, source).await
}

/// Lists the member's own page under the member's name, or no longer.
async fn list(
    state: &State,
    member: &Account,
    source: &SourceKey,
    is_live: bool,
) -> anyhow::Result<()> {
    let name = fold(&member.name);
    if source.slug != OWN_PAGE || !(1..=names::MAX_NAME_BYTES).contains(&name.len()) {
        return Ok(());
    }
    if is_live {
        // Of a member who goes the report is refused, too.
        state.members.put_page(&name, member).await?;
    } else {
        state.members.delete_page(&name, &member.handle).await?;
    }
    Ok(())
}

/// Takes what was published under handles that the member had before off the site, and the page off the list
/// under former names.
async fn leave_former_handles(
    state: &State,
    member: &Account,
    source: &SourceKey,
) -> anyhow::Result<()> {
    for handle in &member.former_handles {
        let former = Account {
            handle: handle.clone(),
            ..member.clone()
        };
        off(state, &former, source).await?;
    }
    if source.slug != OWN_PAGE {
        return Ok(());
    }
    for handle in member.handles() {
        for name in member.names() {
            if *handle != member.handle || *name != member.name {
                state.members.delete_page(&fold(name), handle).await?;
            }
        }
    }
    Ok(())
}

/// Takes whatever there is of a document under the member's handle off the site, and out of the manifest.
async fn off(state: &State, member: &Account, source: &SourceKey) -> anyhow::Result<()> {
    let id = source.entry_id(&member.handle);
    let is_known = state.members.seen_address(&id).await?.place().is_some();
    let output = state.content.head(&content_key(&id)).await?;
    withdraw(state, member, source, output.as_ref(), is_known).await?;
    if is_known || output.is_some() {
        let now = state.clock.unix_milliseconds();
        manifest::settle(&state.content, &state.members, &id, now).await?;
    }
    Ok(())
}

/// Takes the output off the site, where there is one; `is_known`: the manifest has it. Returns whether there was one.
async fn withdraw(
    state: &State,
    member: &Account,
    source: &SourceKey,
    output: Option<&Head>,
    is_known: bool,
) -> anyhow::Result<bool> {
    let is_there = output.is_some_and(|output| is_of(member, output));
    if is_there {
        let key = content_key(&source.entry_id(&member.handle));
        state.content.delete(&key).await?;
    }
    if output.is_none() && !is_known {
        return Ok(false);
    }
    // Whenever it comes back, it waits for a build again. And nothing of a text that goes stays in the site's word on it.
    let members = &state.members;
    members.forget_built(&member.handle, &source.slug).await?;
    members.forget_refused(&member.handle, &source.slug).await?;
    Ok(is_there)
}

/// Whether an output was written for this member. Under the handle of a member who is gone there may be
/// one of theirs until their message comes; one of before outputs said so is the handle's owner's.
fn is_of(member: &Account, output: &Head) -> bool {
    let owner = output.metadata.get(OWNER);
    owner.is_none_or(|owner| *owner == layout::owner(&member.id))
}
