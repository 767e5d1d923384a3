//! One document on its way from one address to another.
//!
//! The source is stored under its new address before it goes from the former one, so that a kill in between leaves both; in
//! between, the table is told where the document goes. Each step looks at what the ones before it left, so that saying
//! it again finishes it.

use std::collections::BTreeSet;

use blobs::layout::{MAX_README_BYTES, SourceKey, SourceNote};
use blobs::{Condition, Head, Object, Upload, Version, Written};
use endpoint::{Error, rfc3339, sentence};
use members::{Account, Address, AddressChange, DecisionMove, Ruling, State as Outcome};
use sources::{Stored, version};

use crate::State;
use crate::noted::Move;

/// How often a document is followed that changes on its way.
const ROUNDS: usize = 5;
/// The metadata of a source that says of which version under its former address it is the copy.
const RENAMED_FROM: &str = "renamed-from";

pub(crate) struct Renaming<'a> {
    pub(crate) state: &'a State,
    pub(crate) member: &'a Account,
    pub(crate) from: &'a SourceKey,
    pub(crate) to: &'a SourceKey,
    /// The version that may be renamed, and no other, by its `ETag` without quotes.
    pub(crate) if_version: Option<&'a str>,
}

/// What came of a step; [`Step::Again`]: the document changed meanwhile.
enum Step<T> {
    Done(T),
    Again,
}

impl Renaming<'_> {
    /// Moves the document, and answers what is stored under its address.
    ///
    /// # Errors
    /// [`Error::Conflict`] where another document has the address, another hand moved this one, or it isn't the version
    /// that was asked for; [`Error::NotFound`] where there is none.
    pub(crate) async fn run(&self) -> Result<Stored, Error> {
        for _ in 0..ROUNDS {
            let seen = self.source().await?;
            let Some(seen) = seen else {
                return self.finished().await;
            };
            if let Some(asked) = self.if_version {
                unchanged(&seen.head, asked)?;
            }
            if self.from == self.to {
                return Ok(stored(written(&seen.head)));
            }
            let ruling = self.ruling().await?;
            self.check_may_go(&seen, &ruling).await?;
            let copy = self.copy(&seen).await?;
            if let Step::Done(copy) = copy
                && let Step::Done(()) = self.note(&seen, &copy, &ruling).await?
                && let Step::Done(()) = self.leave(&seen).await?
            {
                return self.settled(&seen, copy).await;
            }
        }
        Err(Error::unavailable(anyhow::anyhow!(
            "the document kept changing for {ROUNDS} rounds"
        )))
    }

    async fn source(&self) -> Result<Option<Object>, Error> {
        match self
            .state
            .uploads
            .get(&self.from.key(), MAX_README_BYTES)
            .await
        {
            Err(blobs::Error::TooLarge { limit }) => Err(Error::TooLarge(sentence!(
                "api.rename_too_large",
                mib = limit / (1024 * 1024)
            ))),
            found => found.map_err(Error::unavailable),
        }
    }

    async fn head(&self, source: &SourceKey) -> Result<Option<Head>, Error> {
        let head = self.state.uploads.head(&source.key()).await;
        head.map_err(Error::unavailable)
    }

    async fn address(&self, slug: &str) -> Result<Address, Error> {
        let members = &self.state.bearer.members;
        Ok(members.address(&self.from.member_id, slug).await?)
    }

    /// There is no source under the former address: this very rename is through, or there is nothing to be renamed.
    async fn finished(&self) -> Result<Stored, Error> {
        let address = self.address(&self.from.slug).await?;
        let is_ours = address.moved_to.as_deref() == Some(self.to.slug.as_str());
        let (Some(left), true) = (address.below(), is_ours) else {
            return Err(Error::NotFound);
        };
        self.follow_late(&left.version).await?;
        let head = self.head(self.to).await?.ok_or(Error::NotFound)?;
        Ok(stored(written(&head)))
    }

    /// What editors decided of the document, and whether anything of it has to be approved.
    async fn ruling(&self) -> Result<Ruling, Error> {
        let members = &self.state.bearer.members;
        let (slug, review) = (&self.from.slug, self.state.review);
        Ok(members.ruling(self.member, slug, review).await?)
    }

    /// Refuses to move what would be off the site then: what is live by an older version alone, which stays behind, as of a
    /// rejected version; and, where an address has to be approved, what is live or approved at this one.
    async fn check_may_go(&self, seen: &Object, ruling: &Ruling) -> Result<(), Error> {
        let members = &self.state.bearer.members;
        let (id, slug) = (&self.from.member_id, &self.from.slug);
        let report = members.report(id, slug).await?;
        let live = report.as_ref().filter(|report| report.live);
        // Of what is withdrawn nothing is public, wherever it lies.
        let is_public = !ruling.is_withdrawn() && (live.is_some() || ruling.approved().is_some());
        if ruling.waits && is_public {
            let address = self.address(slug).await?;
            if address.gone_to(seen.head.version.as_deref()) == Some(&self.to.slug) {
                // It was noted before it had to wait, and is finished.
                return Ok(());
            }
            self.undo_former_copy(seen).await?;
            let slug = slug.as_str();
            return Err(Error::Conflict(sentence!(
                "api.rename_reviewed",
                slug = slug
            )));
        }
        let of_older = live.filter(|report| report.source_version == seen.head.etag);
        match of_older.map(|report| report.state) {
            Some(Outcome::Rejected) => Err(Error::Conflict(sentence!("api.rename_rejected"))),
            Some(Outcome::Waiting) => Err(Error::Conflict(sentence!("api.rename_waiting"))),
            _ => Ok(()),
        }
    }

    /// Takes away what an earlier try stored under the new address that nobody was told of.
    async fn undo_former_copy(&self, seen: &Object) -> Result<(), Error> {
        let there = self.head(self.to).await?;
        let is_copy = |there: &Head| {
            let of = there.metadata.get(RENAMED_FROM);
            of.is_some() && of == seen.head.version.as_ref()
        };
        match there.filter(is_copy) {
            Some(copy) if self.from != self.to => self.undo(&written(&copy)).await,
            _ => Ok(()),
        }
    }

    /// Stores the source under its new address, where nothing is, or what an earlier try stored.
    async fn copy(&self, seen: &Object) -> Result<Step<Written>, Error> {
        let uploads = &self.state.uploads;
        let key = self.to.key();
        if let Some(there) = self.head(self.to).await? {
            let copied = there.metadata.get(RENAMED_FROM);
            if copied.is_some() && copied == seen.head.version.as_ref() {
                return Ok(Step::Done(written(&there)));
            }
            let is_unfinished = match copied {
                Some(copied) => self.is_older_of_this(copied).await?,
                None => false,
            };
            if !is_unfinished {
                return Err(self.taken(&there));
            }
            // What it is the copy of lies under the former address.
            self.undo(&written(&there)).await?;
        }
        let mut metadata = seen.head.metadata.clone();
        if let Some(version) = &seen.head.version {
            metadata.insert(RENAMED_FROM.to_owned(), version.clone());
        }
        let upload = Upload {
            bytes: seen.bytes.clone(),
            content_type: "text/markdown",
            metadata,
            ..Upload::default()
        };
        let copy = uploads.write(&key, upload, Condition::Absent).await;
        Ok(copy
            .map_err(Error::unavailable)?
            .map_or(Step::Again, Step::Done))
    }

    /// Whether a version under the former address is an older one of the document that is there: no deletion stands between.
    /// What is its copy was stored by a rename that was cut short before the source was taken away.
    async fn is_older_of_this(&self, id: &str) -> Result<bool, Error> {
        let key = self.from.key();
        let page = self.state.uploads.versions_page(&key, None, None).await;
        let page = page.map_err(Error::unavailable)?;
        let mut own = page.versions.iter().filter(|it| it.key == key);
        let found = own.find(|it| it.is_marker || it.id.as_deref() == Some(id));
        Ok(found.is_some_and(|it| !it.is_marker))
    }

    fn taken(&self, there: &Head) -> Error {
        let note = SourceNote::from_metadata(&there.metadata);
        let slug = &self.to.slug;
        Error::Conflict(if let Some(note) = note {
            sentence!(
                "api.rename_taken_by",
                slug = slug.clone(),
                name = sources::shown(&note)
            )
        } else {
            sentence!("api.rename_taken", slug = slug.clone())
        })
    }

    /// Has the table remember where the document is. [`Step::Again`] also where editors decided something else than `ruling`
    /// meanwhile.
    async fn note(
        &self,
        seen: &Object,
        copy: &Written,
        ruling: &Ruling,
    ) -> Result<Step<()>, Error> {
        let members = &self.state.bearer.members;
        let (Some(version), Some(copied)) = (&seen.head.version, &copy.version) else {
            return Err(Error::Internal(anyhow::anyhow!(
                "the uploads bucket keeps no versions"
            )));
        };
        for _ in 0..ROUNDS {
            let from = self.address(&self.from.slug).await?;
            let to = self.address(&self.to.slug).await?;
            let decided = self.decided().await?;
            if decided.decision != ruling.decision {
                return Ok(Step::Again);
            }
            let buried = self.buried(copied).await?;
            let left = from
                .below()
                .filter(|_| from.moved_to.as_ref() == Some(&self.to.slug));
            let continues = match left {
                Some(left) => self.is_older_of_this(&left.version).await?,
                None => false,
            };
            let one = Move {
                from: &self.from.slug,
                to: &self.to.slug,
                version,
                buried: buried.as_deref(),
                continues,
                leads: !ruling.waits,
                at: self.state.bearer.clock.unix_seconds(),
            };
            if one.is_noted(&to) {
                return Ok(Step::Done(()));
            }
            if from.has_left(version) || to.has_left(copied) {
                // Another hand moved it: there, or on from here, where the copy is a part of its history.
                if !to.has_left(copied) {
                    self.undo(copy).await?;
                }
                return Err(Error::Conflict(sentence!("api.rename_moved_meanwhile")));
            }
            match self.head(self.from).await? {
                Some(head) if head.version.as_ref() == Some(version) => {}
                Some(_) => return Ok(Step::Again),
                None => {
                    // Deleted meanwhile, unless the same rename was through in between.
                    if !one.is_noted(&self.address(&self.to.slug).await?) {
                        self.undo(copy).await?;
                        return Err(Error::NotFound);
                    }
                    return Ok(Step::Done(()));
                }
            }
            if decided
                .there
                .as_ref()
                .is_some_and(|it| it.withdrawn.is_some())
            {
                self.undo(copy).await?;
                return Err(Error::Conflict(sentence!(
                    "api.rename_to_withdrawn",
                    slug = self.to.slug.clone()
                )));
            }
            let [from, to] = match one.change(&from, &to) {
                Ok(both) => both,
                Err(refusal) => {
                    self.undo(copy).await?;
                    return Err(refusal);
                }
            };
            let mut changes = self.former(&from, &to).await?;
            changes.extend([from, to]);
            if members
                .put_addresses_with(&self.from.member_id, &changes, Some(&decided))
                .await?
            {
                return Ok(Step::Done(()));
            }
        }
        Err(Error::unavailable(anyhow::anyhow!(
            "{ROUNDS} other renames of one member were faster"
        )))
    }

    /// What editors decided of the document, which goes with it.
    async fn decided(&self) -> Result<DecisionMove, Error> {
        let members = &self.state.bearer.members;
        let decision = |slug| members.decision(&self.from.member_id, slug);
        let (decision, there) =
            tokio::try_join!(decision(&self.from.slug), decision(&self.to.slug))?;
        Ok(DecisionMove {
            from: self.from.slug.clone(),
            to: self.to.slug.clone(),
            decision,
            there,
        })
    }

    /// What is to be remembered of the addresses that lead to the document, or are forgotten.
    async fn former(
        &self,
        from: &AddressChange,
        to: &AddressChange,
    ) -> Result<Vec<AddressChange>, Error> {
        let known = from.before.former.iter().chain(&to.before.former);
        let known: BTreeSet<&String> = known
            .filter(|slug| **slug != from.slug && **slug != to.slug)
            .collect();
        let mut changes = Vec::new();
        for slug in known {
            let before = self.address(slug).await?;
            let leads_here = [&from.slug, &to.slug]
                .into_iter()
                .any(|here| before.moved_to.as_ref() == Some(here));
            if !leads_here {
                // A document of its own has come there.
                continue;
            }
            let after = Address {
                moved_to: to.after.former.contains(slug).then(|| to.slug.clone()),
                ..before.clone()
            };
            changes.push(AddressChange {
                slug: slug.clone(),
                before,
                after,
            });
        }
        Ok(changes)
    }

    /// The newest version under the new address that was there before `copied` came.
    async fn buried(&self, copied: &str) -> Result<Option<String>, Error> {
        let key = self.to.key();
        let mut after = None;
        let mut is_past = false;
        loop {
            let page = self
                .state
                .uploads
                .versions_page(&key, after.as_ref(), None)
                .await
                .map_err(Error::unavailable)?;
            for version in page.versions.into_iter().filter(|it| it.key == key) {
                if is_past && !version.is_marker {
                    return Ok(version.id);
                }
                is_past |= version.id.as_deref() == Some(copied);
            }
            match page.next.filter(|next| next.key == key) {
                Some(next) => after = Some(next),
                None => return Ok(None),
            }
        }
    }

    /// Takes the source away from the former address, if it is the one that was copied.
    async fn leave(&self, seen: &Object) -> Result<Step<()>, Error> {
        match self.head(self.from).await? {
            Some(head) if head.version == seen.head.version => {
                let deleted = self.state.uploads.delete(&self.from.key()).await;
                deleted.map_err(Error::unavailable)?;
                Ok(Step::Done(()))
            }
            Some(_) => Ok(Step::Again),
            None => Ok(Step::Done(())),
        }
    }

    /// The last looks: at what was stored meanwhile, and at whether all was erased for good.
    async fn settled(&self, seen: &Object, copy: Written) -> Result<Stored, Error> {
        let version = seen.head.version.clone().unwrap_or_default();
        self.follow_late(&version).await?;
        let still = self
            .state
            .uploads
            .head_version(&self.from.key(), &version)
            .await;
        if still.map_err(Error::unavailable)?.is_none() {
            self.undo(&copy).await?;
            return Err(Error::NotFound);
        }
        let head = self.head(self.to).await?;
        Ok(stored(head.as_ref().map_or(copy, written)))
    }

    /// Takes along what was stored under the former address in the moment in which the source was taken away from there:
    /// it lies under the delete marker, above `left`.
    async fn follow_late(&self, left: &str) -> Result<(), Error> {
        let uploads = &self.state.uploads;
        let key = self.from.key();
        let page = uploads.versions_page(&key, None, None).await;
        let page = page.map_err(Error::unavailable)?;
        let own = page.versions.iter().filter(|it| it.key == key);
        let Some(late) = late_version(&own.collect::<Vec<_>>(), left) else {
            return Ok(());
        };
        let Some(head) = self.head(self.to).await? else {
            return Ok(());
        };
        let found = uploads.get_version(&key, &late, MAX_README_BYTES).await;
        let Some(found) = found.map_err(Error::unavailable)? else {
            return Ok(());
        };
        let mut metadata = found.head.metadata;
        metadata.insert(RENAMED_FROM.to_owned(), late.clone());
        let upload = Upload {
            bytes: found.bytes,
            content_type: "text/markdown",
            metadata,
            ..Upload::default()
        };
        let put = uploads
            .write(&self.to.key(), upload, Condition::Unchanged(&head.etag))
            .await;
        put.map_err(Error::unavailable)?;
        // Whether it became the newest version or another one was faster: it is a part of this document's history.
        let one = Move {
            from: &self.from.slug,
            to: &self.to.slug,
            version: &late,
            buried: None,
            continues: true,
            leads: true,
            at: self.state.bearer.clock.unix_seconds(),
        };
        let from = self.address(&self.from.slug).await?;
        let to = self.address(&self.to.slug).await?;
        let changes = one.change(&from, &to)?;
        let members = &self.state.bearer.members;
        let noted = members
            .put_addresses(&self.from.member_id, &changes)
            .await?;
        if noted {
            return Ok(());
        }
        Err(Error::unavailable(anyhow::anyhow!(
            "the address was changed while a late version was taken along"
        )))
    }

    /// Takes the copy away again.
    async fn undo(&self, copy: &Written) -> Result<(), Error> {
        let undone = self
            .state
            .uploads
            .delete_version(&self.to.key(), copy.version.clone())
            .await;
        undone.map_err(Error::unavailable)
    }
}

/// The newest version that stands above `left`, under a delete marker: `all` is newest first. A marker in between says that
/// another document came and went.
fn late_version(all: &[&Version], left: &str) -> Option<String> {
    let above = all
        .iter()
        .take_while(|it| it.id.as_deref() != Some(left))
        .skip_while(|it| it.is_marker);
    let above: Vec<_> = above.collect();
    let is_deleted = all.first().is_some_and(|newest| newest.is_marker);
    let is_there = all.iter().any(|it| it.id.as_deref() == Some(left));
    let is_one_document = above.iter().all(|it| !it.is_marker);
    above
        .first()
        .filter(|_| is_deleted && is_there && is_one_document)
        .and_then(|it| it.id.clone())
}

/// Refuses to move any version but one.
fn unchanged(head: &Head, asked: &str) -> Result<(), Error> {
    if version(&head.etag) == version(asked) {
        return Ok(());
    }
    Err(Error::Conflict(sentence!(
        "api.rename_changed_since",
        version = version(&head.etag),
        since = rfc3339(head.last_modified)
    )))
}

fn written(head: &Head) -> Written {
    Written {
        etag: head.etag.clone(),
        version: head.version.clone(),
    }
}

fn stored(written: Written) -> Stored {
    Stored {
        written,
        replaced: None,
    }
}
