//! What editors decided of documents, and what waits for them.
//!
//! | pk | sk | holds |
//! |---|---|---|
//! | `REVIEW#<id>` | `<slug>` | what was decided of the member's document at that address |
//! | `REVIEW#<id>` | `#trusted` | that a document of the member was approved |
//! | `REVIEW#<id>` | `#watched` | by which decision a document of the member was last withdrawn or given back |
//! | `WITHDRAWN#SITE` | `<id>#<slug>` | that the document is withdrawn |
//! | `WAITING#SITE` | `<Unix milliseconds>#<id>#<slug>` | since when a document waits |
//!
//! A decision says by digests what it is about, so that whoever converts a document can tell whether that was approved from
//! what was converted alone, whatever came meanwhile. What waits is written in one transaction with the report that says so.

use std::str::FromStr;

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::accounts::member_key;
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, string};
use crate::look::at;
use crate::{Account, Address, Members, Referrer, Report, Role, State};

const REVIEW: &str = "REVIEW#";
/// No slug begins like this.
const TRUSTED: &str = "#trusted";
/// By which it is known whether a document of the member was withdrawn, or given back, since something was read.
const WATCHED: &str = "#watched";
const WITHDRAWN: &str = "WITHDRAWN#SITE";
const WAITING: &str = "WAITING#SITE";
/// The digits of a time, so that keys are ordered by it.
const DIGITS: usize = 13;
/// The attribute that holds a decision, as JSON.
const DECISION: &str = "decision";
/// The attribute that names one.
const BY: &str = "by";
/// That the decision is still the one that was read.
const UNCHANGED: &str = "#decision = :before";
/// Of a digest of what is put before editors, in bytes.
const DIGEST_BYTES: usize = 16;

/// Which documents wait for an editor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Review {
    /// None.
    #[default]
    Off,
    /// Those of a member of whom none was approved yet.
    First,
    /// All.
    All,
}

impl FromStr for Review {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            "first" => Ok(Self::First),
            "all" => Ok(Self::All),
            _ => Err("it must be off, first or all"),
        }
    }
}

/// What an editor sees of a version: its address, its text, and the member's pictures and files that it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The address is as public as the text, and as much its author's words.
    slug: String,
    /// Digest of the bytes, the file's name and its folder: a title may be made of these.
    text: String,
    shows: Vec<Shown>,
}

/// A picture or file that a version shows: digests of it as it was sent, and of the key of what the web sees of it, but for the
/// handle in that. Either is enough to know it again: the second stays where a later upload was rejected, the first where
/// renditions are made anew. Of a profile's picture what was sent isn't kept, and the first is of what the web sees.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Shown(String, String);

/// A version of a document's source that editors were shown, and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    pub submission: Submission,
    /// The bucket's own id of the version; `None` where the bucket keeps none.
    pub object: Option<String>,
}

/// What was decided of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Random: by which a decision is known from the one before.
    pub id: String,
    /// What may be public, whatever the site's [`Review`] is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Edition>,
    /// [`Report::version`] of what was withdrawn: nothing of the document is public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// What the editor told the author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The editor's id: a name would outlive its member.
    pub by: String,
    /// Unix seconds.
    pub at: u64,
}

/// What of a document may be public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Whether a version has to be approved.
    pub waits: bool,
    pub decision: Option<Decision>,
}

/// A ruling, and what was found out for it.
pub(crate) struct Ruled {
    pub(crate) ruling: Ruling,
    /// Whether a document of the member is withdrawn; `None` where nothing hung on it.
    pub(crate) has_withdrawn: Option<bool>,
}

/// What a ruling is made of, but for whether the member has a withdrawn document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    decision: Option<Decision>,
    is_trusted: bool,
    /// The last decision by which one of the member's documents was withdrawn or given back.
    watched: Option<String>,
}

impl Decided {
    pub(crate) fn keys(member_id: &str, slug: &str) -> [Item; 3] {
        [slug, TRUSTED, WATCHED].map(|sk| decision_key(member_id, sk))
    }

    /// By which decision one of the member's documents was last withdrawn or given back; empty: by none.
    pub(crate) fn as_of(&self) -> &str {
        self.watched.as_deref().unwrap_or_default()
    }

    /// Out of the items under these keys, with others.
    pub(crate) fn read(items: &[Item], member_id: &str, slug: &str) -> Result<Self> {
        let [decision, trusted, watched] = Self::keys(member_id, slug);
        let decision = at(items, &decision).map(decision_from).transpose()?;
        let watched = at(items, &watched)
            .map(|item| Reader { item, name: REVIEW }.string(BY).map(str::to_owned));
        Ok(Self {
            decision,
            is_trusted: at(items, &trusted).is_some(),
            watched: watched.transpose()?,
        })
    }
}

/// A document that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Unix milliseconds.
    pub since: u64,
    pub document: Referrer,
}

impl Submission {
    /// `shows` has of each picture or file the SHA-256 in hexadecimal, where that is of what the web sees, and the key of what
    /// it sees.
    pub fn new<'a>(
        slug: &str,
        bytes: &[u8],
        (path, file_name): (&str, &str),
        shows: impl IntoIterator<Item = (Option<&'a str>, &'a str)>,
    ) -> Self {
        let mut shows: Vec<Shown> = shows
            .into_iter()
            .map(|(sha256, key)| Shown::of(sha256, key))
            .collect();
        shows.sort();
        shows.dedup();
        let name = [path.as_bytes(), file_name.as_bytes()];
        let text = digest(&[&Sha256::digest(bytes), name[0], name[1]]);
        Self {
            slug: slug.to_owned(),
            text,
            shows,
        }
    }

    /// By which clients name it.
    pub fn version(&self) -> String {
        let shows = self.shows.iter().map(|shown| shown.0.as_bytes());
        let document = [self.slug.as_bytes(), self.text.as_bytes()];
        let parts: Vec<&[u8]> = document.into_iter().chain(shows).collect();
        digest(&parts)
    }

    /// Whether who has seen this has seen all of `other`.
    pub fn covers(&self, other: &Self) -> bool {
        let mut shown = other.shows.iter();
        self.slug == other.slug && self.text == other.text && shown.all(|it| self.knows(it))
    }

    /// Whether it shows pictures or files.
    pub fn has_pictures(&self) -> bool {
        !self.shows.is_empty()
    }

    /// Whether it shows a picture or file, given as [`Submission::new`] takes one.
    pub fn shows(&self, sha256: Option<&str>, key: &str) -> bool {
        self.knows(&Shown::of(sha256, key))
    }

    /// This, and what another version shows of which all was seen that it shows.
    #[must_use]
    pub fn with_shown(mut self, other: &Self) -> Self {
        self.shows.extend(other.shows.iter().cloned());
        self.shows.sort();
        self.shows.dedup();
        self
    }

    fn knows(&self, shown: &Shown) -> bool {
        let mut known = self.shows.iter();
        known.any(|it| it.0 == shown.0 || it.1 == shown.1)
    }
}

impl Shown {
    fn of(sha256: Option<&str>, key: &str) -> Self {
        // The name of an upload is random, and stays when it is brought under another handle.
        let parts = (key.split('/').next(), key.rsplit('/').next());
        let parts = [parts.0, parts.1].map(|part| part.unwrap_or_default().as_bytes());
        let rendition = digest(&parts);
        let sent = sha256.map(|sha256| digest(&[sha256.as_bytes()]));
        Self(sent.unwrap_or_else(|| rendition.clone()), rendition)
    }
}

/// A digest of parts, of which none can pass for two.
fn digest(parts: &[&[u8]]) -> String {
    let mut all = Sha256::new();
    for part in parts {
        all.update((part.len() as u64).to_be_bytes());
        all.update(part);
    }
    base16ct::lower::encode_string(&all.finalize()[..DIGEST_BYTES])
}

impl Decision {
    /// Whether a version is the one that was withdrawn.
    pub fn has_withdrawn(&self, submission: &Submission, etag: &str) -> bool {
        let withdrawn = self.withdrawn.as_deref();
        withdrawn == Some(submission.version().as_str())
            || withdrawn == Some(etag.trim_matches('"'))
    }
}

impl Ruling {
    /// Whether nothing of the document may be public.
    pub fn is_withdrawn(&self) -> bool {
        let decision = self.decision.as_ref();
        decision.is_some_and(|decision| decision.withdrawn.is_some())
    }

    /// What was approved last, if the document isn't withdrawn.
    pub fn approved(&self) -> Option<&Edition> {
        let standing = self.decision.as_ref().filter(|_| !self.is_withdrawn());
        standing.and_then(|decision| decision.approved.as_ref())
    }

    /// Whether a version may be public: `etag` is its source's, `before` the report of before.
    pub fn allows(&self, submission: &Submission, etag: &str, before: Option<&Report>) -> bool {
        if self.is_withdrawn() {
            return false;
        }
        let is_approved = || {
            let approved = self.approved();
            approved.is_some_and(|approved| approved.submission.covers(submission))
        };
        let is_live = || before.is_some_and(|before| before.shows(submission, etag));
        !self.waits || is_approved() || is_live()
    }

    /// Whether a report doesn't follow the decision yet.
    pub fn is_new_to(&self, report: Option<&Report>) -> bool {
        let decided = self.decision.as_ref().map(|decision| &decision.id);
        decided != report.and_then(|report| report.decided.as_ref())
    }
}

impl Report {
    /// By which clients name the version that the report speaks of when they decide about it.
    pub fn version(&self) -> String {
        self.submission.as_ref().map_or_else(
            || self.source_version.trim_matches('"').to_owned(),
            Submission::version,
        )
    }

    /// Whether what is live is of this version.
    fn shows(&self, submission: &Submission, etag: &str) -> bool {
        self.live
            && match &self.edition {
                Some(edition) => edition.submission.covers(submission),
                // A report of before there were editors.
                None => self.state == State::Published && self.source_version == etag,
            }
    }
}

fn decision_key(member_id: &str, slug: &str) -> Item {
    key(format!("{REVIEW}{member_id}"), slug)
}

fn withdrawn_key(member_id: &str, slug: &str) -> Item {
    key(WITHDRAWN, format!("{member_id}#{slug}"))
}

fn waiting_key(since: u64, member_id: &str, slug: &str) -> Item {
    key(WAITING, format!("{since:0DIGITS$}#{member_id}#{slug}"))
}

/// Since when a document waits by its report, in Unix milliseconds.
fn since(report: Option<&Report>) -> Option<u64> {
    let report = report.filter(|report| report.state == State::Waiting);
    report.and_then(|report| report.waiting_since)
}

fn is_withdrawn(decision: Option<&Decision>) -> bool {
    decision.is_some_and(|decision| decision.withdrawn.is_some())
}

fn text(decision: &Decision) -> Result<String> {
    serde_json::to_string(decision).map_err(|_| Error::Damaged {
        item: REVIEW.to_owned(),
        attribute: DECISION,
    })
}

fn decision_from(item: &Item) -> Result<Decision> {
    let read = Reader { item, name: REVIEW };
    serde_json::from_str(read.string(DECISION)?).map_err(|_| read.damaged(DECISION))
}

/// A member's document by the end of a sort key: `<id>#<slug>`.
fn document_of(named: &str) -> Option<Referrer> {
    let (member_id, slug) = named.split_once('#')?;
    Some(Referrer {
        member_id: member_id.to_owned(),
        slug: slug.to_owned(),
    })
}

impl Members {
    /// What of a member's document may be public: strongly consistent.
    pub async fn ruling(&self, member: &Account, slug: &str, review: Review) -> Result<Ruling> {
        let decided = self.decided(&member.id, slug).await?;
        let ruled = self.ruled(member, &decided, false, review).await?;
        Ok(ruled.ruling)
    }

    /// What a ruling is made of: strongly consistent.
    pub async fn decided(&self, member_id: &str, slug: &str) -> Result<Decided> {
        let items = self.get_all(Decided::keys(member_id, slug).into()).await?;
        Decided::read(&items, member_id, slug)
    }

    /// The ruling that follows; `is_clear`: it is known that none of the member's documents is withdrawn. Where it isn't, the table is
    /// asked.
    pub(crate) async fn ruled(
        &self,
        member: &Account,
        decided: &Decided,
        is_clear: bool,
        review: Review,
    ) -> Result<Ruled> {
        let waits = match review {
            Review::Off => false,
            // Editors' own documents need nobody.
            Review::First => member.role < Role::Editor && !decided.is_trusted,
            Review::All => true,
        };
        let has_withdrawn = if is_withdrawn(decided.decision.as_ref()) {
            Some(true)
        } else if is_clear {
            Some(false)
        } else if waits {
            None
        } else {
            Some(self.has_withdrawn(&member.id).await?)
        };
        Ok(Ruled {
            ruling: Ruling {
                // Who had a document taken off the site doesn't bring it back under another address.
                waits: waits || has_withdrawn == Some(true),
                decision: decided.decision.clone(),
            },
            has_withdrawn,
        })
    }

    /// That editors decided nothing meanwhile, for a transaction.
    pub(crate) fn decided_checks(
        &self,
        document: &Referrer,
        decided: &Decided,
        review: Review,
    ) -> Result<Vec<TransactWriteItem>> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let [_, trusted, watched] = Decided::keys(&document.member_id, &document.slug);
        let check = |key| {
            ConditionCheck::builder()
                .table_name(&self.table)
                .set_key(Some(key))
        };
        let absent = format!("attribute_not_exists({PK})");
        let watched = match &decided.watched {
            None => check(watched).condition_expression(&absent),
            Some(by) => check(watched)
                .condition_expression("#by = :by")
                .expression_attribute_names("#by", BY)
                .expression_attribute_values(":by", string(by.as_str())),
        };
        let mut checks = vec![watched];
        // Whether somebody is trusted is asked nowhere else.
        if review == Review::First {
            let condition = if decided.is_trusted {
                format!("attribute_exists({PK})")
            } else {
                absent
            };
            checks.push(check(trusted).condition_expression(condition));
        }
        let checks = checks.into_iter().map(|check| {
            let check = check.build().map_err(&unbuilt)?;
            Ok(TransactWriteItem::builder().condition_check(check).build())
        });
        let mut checks = checks.collect::<Result<Vec<_>>>()?;
        checks.push(self.decision_check(document, decided.decision.as_ref())?);
        Ok(checks)
    }

    /// What was decided of a document: strongly consistent.
    pub async fn decision(&self, member_id: &str, slug: &str) -> Result<Option<Decision>> {
        let item = self.get(decision_key(member_id, slug)).await?;
        item.as_ref().map(decision_from).transpose()
    }

    /// Whether a document of the member is withdrawn.
    async fn has_withdrawn(&self, member_id: &str) -> Result<bool> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :pk AND begins_with({SK}, :member)"))
            .expression_attribute_values(":pk", string(WITHDRAWN))
            .expression_attribute_values(":member", string(format!("{member_id}#")))
            .limit(1)
            .send()
            .await
            .map_err(Error::store("Query"))?;
        Ok(!found.items().is_empty())
    }

    /// What was decided of a member's documents from the slug `first` to the slug `last`, by their slugs.
    pub async fn decisions(
        &self,
        member_id: &str,
        (first, last): (&str, &str),
    ) -> Result<Vec<(String, Decision)>> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :pk AND {SK} BETWEEN :first AND :last"))
            .expression_attribute_values(":pk", string(format!("{REVIEW}{member_id}")))
            .expression_attribute_values(":first", string(first))
            .expression_attribute_values(":last", string(last))
            .into_paginator()
            .items()
            .send();
        let mut decisions = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(Error::store("Query"))?;
            let read = Reader {
                item: &item,
                name: REVIEW,
            };
            decisions.push((read.string(SK)?.to_owned(), decision_from(&item)?));
        }
        Ok(decisions)
    }

    /// Puts the decision `after` in the place of the one that was read, with what follows from it and with the entry of
    /// [`Members::noting`], or does nothing. `false`: the decision is another one by now, the address isn't as it was read,
    /// since a rename takes its document away, or the member goes.
    pub async fn decide(
        &self,
        document: &Referrer,
        address: &Address,
        before: Option<&Decision>,
        after: Option<&Decision>,
    ) -> Result<bool> {
        let Referrer { member_id, slug } = document;
        let mut writes = vec![
            self.decision_write(document, before, after)?,
            self.address_check(member_id, slug, address)?,
        ];
        writes.extend(self.marker_changes(document, before, after)?);
        writes.extend(self.watch_change(member_id, before, after)?);
        let trusted = decision_key(member_id, TRUSTED);
        if after.is_some_and(|after| after.withdrawn.is_some()) {
            writes.push(self.deletion(trusted)?);
        } else if after.is_some_and(|after| after.approved.is_some()) {
            writes.push(self.put(trusted)?);
        }
        writes.extend(self.entry()?);
        self.write_beside(member_key(member_id), writes).await
    }

    /// What moves a decision to another address of its document, beside what moves the document.
    pub(crate) fn decision_moves(
        &self,
        member_id: &str,
        moved: &DecisionMove,
    ) -> Result<Vec<TransactWriteItem>> {
        let at = |slug: &str| Referrer {
            member_id: member_id.to_owned(),
            slug: slug.to_owned(),
        };
        let DecisionMove { from, to, .. } = moved;
        let (from, to) = (at(from), at(to));
        let Some(decision) = &moved.decision else {
            // Nobody has decided about either while they were looked at.
            return [(&from, None), (&to, moved.there.as_ref())]
                .into_iter()
                .map(|(at, known)| self.decision_check(at, known))
                .collect();
        };
        let mut writes = vec![
            self.decision_write(&from, Some(decision), None)?,
            self.decision_write(&to, moved.there.as_ref(), Some(decision))?,
        ];
        writes.extend(self.marker_changes(&from, Some(decision), None)?);
        writes.extend(self.marker_changes(&to, moved.there.as_ref(), Some(decision))?);
        if is_withdrawn(Some(decision)) || is_withdrawn(moved.there.as_ref()) {
            // Whoever asks for the member's withdrawn documents meanwhile may find this one at neither address. Random, since it may
            // come back and go again.
            let by = format!("{} went {:016x}", decision.id, rand::random::<u64>());
            writes.push(self.watch(member_id, &by)?);
        }
        Ok(writes)
    }

    /// Forgets what was decided of a document that was erased for good. That one was withdrawn isn't forgotten: else it
    /// would be sent again.
    pub async fn forget_decision(&self, member_id: &str, slug: &str) -> Result<()> {
        let document = Referrer {
            member_id: member_id.to_owned(),
            slug: slug.to_owned(),
        };
        let Some(decision) = self.decision(member_id, slug).await? else {
            return Ok(());
        };
        if decision.withdrawn.is_none() {
            let write = self.decision_write(&document, Some(&decision), None)?;
            // Another decision meanwhile is about another document.
            self.write_all(vec![write]).await?;
        }
        Ok(())
    }

    fn decision_write(
        &self,
        Referrer { member_id, slug }: &Referrer,
        before: Option<&Decision>,
        after: Option<&Decision>,
    ) -> Result<TransactWriteItem> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let key = decision_key(member_id, slug);
        let Some(after) = after else {
            let delete = Delete::builder().table_name(&self.table).set_key(Some(key));
            let delete = match before {
                None => delete.condition_expression(format!("attribute_not_exists({PK})")),
                Some(before) => delete
                    .condition_expression(UNCHANGED)
                    .expression_attribute_names("#decision", DECISION)
                    .expression_attribute_values(":before", string(text(before)?)),
            };
            let delete = delete.build().map_err(&unbuilt)?;
            return Ok(TransactWriteItem::builder().delete(delete).build());
        };
        let mut item = key;
        item.insert(DECISION.to_owned(), string(text(after)?));
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = match before {
            None => put.condition_expression(format!("attribute_not_exists({PK})")),
            Some(before) => put
                .condition_expression(UNCHANGED)
                .expression_attribute_names("#decision", DECISION)
                .expression_attribute_values(":before", string(text(before)?)),
        };
        let put = put.build().map_err(&unbuilt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn decision_check(
        &self,
        Referrer { member_id, slug }: &Referrer,
        known: Option<&Decision>,
    ) -> Result<TransactWriteItem> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(decision_key(member_id, slug)));
        let check = match known {
            None => check.condition_expression(format!("attribute_not_exists({PK})")),
            Some(known) => check
                .condition_expression(UNCHANGED)
                .expression_attribute_names("#decision", DECISION)
                .expression_attribute_values(":before", string(text(known)?)),
        };
        let check = check
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// What says that the document is withdrawn, or no longer.
    fn marker_changes(
        &self,
        Referrer { member_id, slug }: &Referrer,
        before: Option<&Decision>,
        after: Option<&Decision>,
    ) -> Result<Option<TransactWriteItem>> {
        let key = withdrawn_key(member_id, slug);
        match (is_withdrawn(before), is_withdrawn(after)) {
            (false, true) => self.put(key).map(Some),
            (true, false) => self.deletion(key).map(Some),
            _ => Ok(None),
        }
    }

    /// What tells those who are at work on the member's other documents that one is withdrawn, or no longer.
    fn watch_change(
        &self,
        member_id: &str,
        before: Option<&Decision>,
        after: Option<&Decision>,
    ) -> Result<Option<TransactWriteItem>> {
        if is_withdrawn(before) == is_withdrawn(after) {
            return Ok(None);
        }
        let ended = || before.map(|before| format!("{} ended", before.id));
        let by = after.map(|after| after.id.clone()).or_else(ended);
        self.watch(member_id, &by.unwrap_or_default()).map(Some)
    }

    fn watch(&self, member_id: &str, by: &str) -> Result<TransactWriteItem> {
        let mut item = decision_key(member_id, WATCHED);
        item.insert(BY.to_owned(), string(by));
        self.put(item)
    }

    /// What a report in the place of another one changes of what waits.
    pub(crate) fn waiting_changes(
        &self,
        member_id: &str,
        before: Option<&Report>,
        after: Option<&Report>,
    ) -> Result<Vec<TransactWriteItem>> {
        let (was, is) = (since(before), since(after));
        let Some(slug) = after.or(before).map(|report| report.slug.as_str()) else {
            return Ok(Vec::new());
        };
        if was == is {
            return Ok(Vec::new());
        }
        let gone = was.map(|since| self.deletion(waiting_key(since, member_id, slug)));
        let new = is.map(|since| self.put(waiting_key(since, member_id, slug)));
        gone.into_iter().chain(new).collect()
    }

    /// Documents that wait, those that waited longest first: at most `most` after the key `after`, and the key that leads on.
    pub async fn waiting(
        &self,
        after: Option<&str>,
        most: i32,
    ) -> Result<(Vec<Waiting>, Option<String>)> {
        let (keys, next) = self.documents_in(WAITING, after, most).await?;
        let waiting = keys.iter().filter_map(|key| {
            let (since, named) = key.split_once('#')?;
            Some(Waiting {
                since: since.parse().ok()?,
                document: document_of(named)?,
            })
        });
        Ok((waiting.collect(), next))
    }

    /// Documents that are withdrawn, by their members: as [`Members::waiting`].
    pub async fn withdrawn(
        &self,
        after: Option<&str>,
        most: i32,
    ) -> Result<(Vec<Referrer>, Option<String>)> {
        let (keys, next) = self.documents_in(WITHDRAWN, after, most).await?;
        let documents = keys.iter().filter_map(|key| document_of(key));
        Ok((documents.collect(), next))
    }

    /// Sort keys of a partition, in their order.
    async fn documents_in(
        &self,
        partition: &str,
        after: Option<&str>,
        most: i32,
    ) -> Result<(Vec<String>, Option<String>)> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .expression_attribute_values(":pk", string(partition))
            .limit(most);
        let query = match after {
            None => query.key_condition_expression(format!("{PK} = :pk")),
            Some(after) => query
                .key_condition_expression(format!("{PK} = :pk AND {SK} > :after"))
                .expression_attribute_values(":after", string(after)),
        };
        let found = query.send().await.map_err(Error::store("Query"))?;
        let keys = found.items().iter().map(|item| {
            let read = Reader {
                item,
                name: "a document for editors",
            };
            Ok(read.string(SK)?.to_owned())
        });
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let more = found.last_evaluated_key().is_some();
        let next = keys.last().filter(|_| more).cloned();
        Ok((keys, next))
    }
}

/// A decision that goes with its document to another address.
#[derive(Debug, Clone)]
pub struct DecisionMove {
    pub from: String,
    pub to: String,
    pub decision: Option<Decision>,
    /// What was decided at the other address of a document that was there.
    pub there: Option<Decision>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, shows: &[(Option<&str>, &str)]) -> Submission {
        let name = ("notes", "a.md");
        Submission::new("a", text.as_bytes(), name, shows.iter().copied())
    }

    #[test]
    fn who_saw_a_version_has_seen_what_shows_no_more_than_it() {
        let plain = of("a", &[]);
        let one = of("a", &[(Some("1"), "k1")]);
        let two = of("a", &[(Some("2"), "k2"), (Some("1"), "k1")]);
        assert!(two.covers(&one) && two.covers(&plain) && one.covers(&plain));
        assert!(!one.covers(&two) && !plain.covers(&one));
        assert!(!of("b", &[]).covers(&plain));
        // Renditions that were made anew, and those that stay while a later upload was rejected.
        assert!(one.covers(&of("a", &[(Some("1"), "k9")])));
        assert!(one.covers(&of("a", &[(None, "k1")])));
        assert!(!one.covers(&of("a", &[(Some("9"), "k9")])));
        assert!(!one.covers(&of("a", &[(None, "k9")])));
        // The same elsewhere is the same, under another handle too.
        let here = of("a", &[(Some("1"), "files/jo/u-1x1.webp")]);
        assert!(here.covers(&of("a", &[(None, "files/johanna/u-1x1.webp")])));
        assert!(!here.covers(&of("a", &[(None, "pictures/jo/u-1x1.webp")])));
        assert!(!here.covers(&of("a", &[(None, "files/jo/v-1x1.webp")])));
        let anew = of("a", &[(Some("1"), "files/jo/w-1x1.webp")]);
        let both = here.clone().with_shown(&anew);
        assert!(both.covers(&of("a", &[(None, "files/jo/w-1x1.webp")])));
        assert!(both.covers(&here) && !both.covers(&of("a", &[(Some("2"), "k2")])));
    }

    #[test]
    fn versions_tell_texts_names_and_files_apart() {
        let other_address = Submission::new("b", b"a", ("notes", "a.md"), []);
        let other_name = Submission::new("a", b"a", ("notes", "b.md"), []);
        let other_folder = Submission::new("a", b"a", ("note", "sa.md"), []);
        assert!(!of("a", &[]).covers(&other_address));
        let one = of("a", &[(Some("1"), "k1")]);
        let all = [
            of("a", &[]),
            of("b", &[]),
            other_address,
            other_name,
            other_folder,
            one,
        ];
        for (at, one) in all.iter().enumerate() {
            for (other_at, other) in all.iter().enumerate() {
                assert_eq!(one.version() == other.version(), at == other_at);
            }
        }
        let order = |first: &str, second: &str| of("a", &[(Some(first), "k"), (Some(second), "l")]);
        assert_eq!(
            order("1", "2").version(),
            of("a", &[(Some("2"), "l"), (Some("1"), "k")]).version()
        );
    }

    #[test]
    fn a_withdrawal_counts_before_everything() {
        let submission = of("a", &[]);
        let edition = Edition {
            submission: submission.clone(),
            object: None,
        };
        let decision = |approved: bool, withdrawn: bool| Decision {
            id: "d".to_owned(),
            approved: approved.then(|| edition.clone()),
            withdrawn: withdrawn.then(|| submission.version()),
            note: None,
            by: "e".to_owned(),
            at: 1,
        };
        for (waits, decided, allowed) in [
            (false, None, true),
            (true, None, false),
            (true, Some((true, false)), true),
            (false, Some((true, true)), false),
            (false, Some((false, true)), false),
            (true, Some((true, true)), false),
        ] {
            let decision = decided.map(|(approved, withdrawn)| decision(approved, withdrawn));
            let ruling = Ruling { waits, decision };
            assert_eq!(ruling.allows(&submission, "e", None), allowed, "{ruling:?}");
            assert!(!waits || !ruling.allows(&of("b", &[]), "e", None));
        }
        assert!(decision(false, true).has_withdrawn(&submission, "e"));
        assert!(!decision(false, true).has_withdrawn(&of("b", &[]), "e"));
    }

    #[test]
    fn settings_are_words() {
        assert_eq!("first".parse(), Ok(Review::First));
        for wrong in ["", "yes", "All"] {
            assert!(Review::from_str(wrong).is_err(), "{wrong}");
        }
    }
}
