//! A converted document put on the site, or taken off it, with everything that leads there.

use std::collections::BTreeMap;

use anyhow::Context as _;
use blobs::layout::{self, OWN_PAGE, OWNER, SourceKey, content_key};
use blobs::{Condition, Head, Stored, Upload};
use bytes::Bytes;
use conversion::{Converted, Shown, Source};
use frontmatter::Output;
use frontmatter::names::fold;
use members::{Account, Address, Edition, Report, State as Outcome};
use sha2::{Digest, Sha256};

use crate::{State, files, moved, names, pictures};

/// Name of the output's metadata that holds the SHA-256 of its bytes, in hexadecimal.
const SHA256: &str = "sha256";
const CACHE_CONTROL: &str = "public, max-age=0, must-revalidate";
const CONTENT_TYPE: &str = "text/markdown; charset=utf-8";
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
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) state: &'a State,
    pub(crate) member: &'a Account,
    pub(crate) source: &'a SourceKey,
    pub(crate) address: &'a Address,
    /// The output as it was seen before anything else.
    pub(crate) output: Option<&'a Head>,
}

impl Place<'_> {
    pub(crate) fn output_key(&self) -> String {
        content_key(&self.source.entry_id(&self.member.handle))
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
        let Stored::Stored(etag) = self.put_output(before.as_ref(), output).await? else {
            return Ok(None);
        };
        list(state, member, source, true).await?;
        leave_former_handles(state, member, source).await?;
        moved::publish(state, member, source, address, true).await?;
        pictures::let_go(state, member, before.as_ref(), &pictures).await?;
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
            output,
        } = *self;
        withdraw(state, member, source, output).await?;
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
    pub(crate) fn there(&self) -> Option<&Head> {
        self.output.filter(|output| is_of(self.member, output))
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
            output,
        } = *self;
        if output.is_some() {
            return Ok(None);
        }
        for handle in &member.former_handles {
            let former = content_key(&source.entry_id(handle));
            let found = state.content.get(&former, MAX_OUTPUT_BYTES).await?;
            let is_it = |head: &Head| is_of(member, head) && is_known(head);
            let Some(found) = found.filter(|found| is_it(&found.head)) else {
                continue;
            };
            let now = state.clock.unix_milliseconds();
            state.members.note_change(now).await?;
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
            list(state, member, source, true).await?;
            moved::publish(state, member, source, address, true).await?;
            return Ok(Some(Head { etag, ..found.head }));
        }
        Ok(None)
    }

    /// Writes the output over the one that was seen, unless it is the same. The site is built at once with
    /// one that was `before` said to come out.
    async fn put_output(
        &self,
        before: Option<&Report>,
        converted: &Output,
    ) -> anyhow::Result<Stored> {
        let Self { state, member, .. } = *self;
        let digest = base16ct::lower::encode_string(&Sha256::digest(&converted.bytes));
        let is_same =
            |head: &&Head| head.metadata.get(SHA256) == Some(&digest) && is_of(member, head);
        if let Some(seen) = self.output.filter(is_same) {
            return Ok(Stored::Stored(seen.etag.clone()));
        }
        let now = state.clock.unix_milliseconds();
        if before.is_some_and(|before| before.state == Outcome::Scheduled) {
            state.members.note_change_at_once(now).await?;
        } else {
            state.members.note_change(now).await?;
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
        let condition = self
            .output
            .map_or(Condition::Absent, |head| Condition::Unchanged(&head.etag));
        let stored = state
            .content
            .put(&self.output_key(), upload, condition)
            .await;
        stored.context("the output")
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
    let output_key = content_key(&source.entry_id(&member.handle));
    let output = state.content.head(&output_key).await?;
    withdraw(state, member, source, output.as_ref()).await?;
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
        let output_key = content_key(&source.entry_id(handle));
        let output = state.content.head(&output_key).await?;
        withdraw(state, &former, source, output.as_ref()).await?;
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

/// Takes the output off the site, where there is one.
async fn withdraw(
    state: &State,
    member: &Account,
    source: &SourceKey,
    output: Option<&Head>,
) -> anyhow::Result<()> {
    if output.is_some_and(|output| is_of(member, output)) {
        let now = state.clock.unix_milliseconds();
        state.members.note_change(now).await?;
        let key = content_key(&source.entry_id(&member.handle));
        state.content.delete(&key).await?;
    }
    // Whenever it comes back, it waits for a build again.
    Ok(state
        .members
        .forget_built(&member.handle, &source.slug)
        .await?)
}

/// Whether an output was written for this member. Under the handle of a member who is gone there may be
/// one of theirs until their message comes; one of before outputs said so is the handle's owner's.
fn is_of(member: &Account, output: &Head) -> bool {
    let owner = output.metadata.get(OWNER);
    owner.is_none_or(|owner| *owner == layout::owner(&member.id))
}
