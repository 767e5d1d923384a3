//! Publish reports: what became of each README, and which version of it the report speaks of.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use languages::{Language, Sentence, told};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::accounts::{member_key, member_pk};
use crate::error::{Error, Result};
use crate::item::{Item, Reader, SK, key, string};
use crate::look::Known;
use crate::published::{Place, SeenAddress};
use crate::review::{Edition, Review, Submission};
use crate::{Members, Referrer};

const README: &str = "README#";
/// Most earlier versions that a report names.
const MOST_EARLIER: usize = 100;
/// Most writes of one transaction, conditions among them, less the report itself.
const MAX_WRITES: usize = 99;
/// The attribute that holds a report, as JSON.
const REPORT: &str = "report";
/// The attribute that holds what lists need of a report, as JSON.
const SUMMARY: &str = "summary";
/// Code of the warning that a document asks for an image that isn't there.
const MISSING_ASSET: &str = "missing-asset";
/// That the report is still the one that was read.
const UNCHANGED: &str = "#report = :before";

/// What a report says of a README. "Processing" is none of them: it is a source whose version its
/// report doesn't name yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Published,
    Draft,
    /// A draft that comes out by itself.
    Scheduled,
    Rejected,
    /// An editor has to approve it; what was approved before stays live.
    Waiting,
    /// An editor took it off the site.
    Withdrawn,
}

/// The report of one README.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// `readme` for the member's own page.
    pub slug: String,
    /// Version of the source that the report speaks of.
    pub source_version: String,
    pub state: State,
    /// Whether an output is live: for a rejected file that is the last good version.
    pub live: bool,
    /// The uploaded file's name, where it is known.
    pub file_name: Option<String>,
    /// The folder that the file lies in, empty at the top, and SHA-256 of the file in hexadecimal; `None`
    /// in a report of before reports said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// For a rejected file, the sentence that says why.
    pub reason: Option<String>,
    /// When the document comes out by itself, or came out, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// The same by its key; `None` also in a report of before sentences had keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_said: Option<Sentence>,
    /// Fields and warnings as the converter gave them; of each warning its `hint` in English, and by its key as `said`.
    pub fields: Value,
    pub warnings: Value,
    /// Digest of the output that is live, as the manifest has it.
    #[serde(default)]
    pub digest: Option<String>,
    /// Which converter wrote the output.
    pub converter: String,
    /// Keys of the member's renditions that the live output shows or is about to show. They stay as
    /// long as a report names them, whatever the profile shows by then. Left out where there are
    /// none, so that a report reads as it was written before there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<String>,
    /// Of which picture or file each of these is a version, by its key: [`File::line`](crate::File::line) or
    /// [`Account::picture_line`](crate::Account::picture_line).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shown: BTreeMap<String, String>,
    /// Names that the document's links ask for.
    #[serde(default)]
    pub links: Vec<String>,
    /// Names under which others find the document now; none while it isn't live.
    #[serde(default)]
    pub names: Vec<String>,
    /// Whether [`Members::named`] finds the document by these names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub indexed: bool,
    /// Names under which it was there when its referrers were last converted.
    #[serde(default)]
    pub announced: Vec<String>,
    /// Names whose referrers are being converted, or were when something went wrong.
    #[serde(default)]
    pub telling: Vec<String>,
    /// What editors are shown of this version; `None` of a draft, a rejected file, and in a report of before there were editors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Submission>,
    /// By which clients named versions that the report spoke of before, newest first: an editor may have looked at one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
    /// What the live output was made of, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Edition>,
    /// Which decision of an editor the output follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
    /// Since when the document waits for an editor, in Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<u64>,
}

/// What is to be kept of a document's address beside its report.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// What was kept until now.
    pub seen: &'a SeenAddress,
    pub place: Option<&'a Place>,
    /// Whether what is there was changed: then what others have begun to write of it ends, even if it is known as it is.
    pub is_touched: bool,
    /// Unix milliseconds.
    pub now_ms: u64,
}

/// What lists need of a report: its fields and warnings may be a hundred times as long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub slug: String,
    pub source_version: String,
    pub state: State,
    pub live: bool,
    pub file_name: Option<String>,
    /// Both as the report has them.
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub sha256: Option<String>,
    pub reason: Option<String>,
    /// As the report has it.
    #[serde(default)]
    pub until: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_said: Option<Sentence>,
    pub digest: Option<String>,
    /// The title in the document's frontmatter.
    pub title: Option<String>,
    /// How many warnings the report has.
    pub warnings: usize,
    /// Whether one of them is about an image that isn't there.
    pub misses_an_image: bool,
    pub pictures: Vec<String>,
    /// By which an editor names the version; `None` in a summary of before there were editors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Summary {
    pub fn of(report: &Report) -> Self {
        let entries = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
        let warnings = entries(&report.warnings);
        let title = entries(&report.fields)
            .into_iter()
            .find(|field| field["key"] == "title");
        Self {
            slug: report.slug.clone(),
            source_version: report.source_version.clone(),
            state: report.state,
            live: report.live,
            file_name: report.file_name.clone(),
            path: report.path.clone(),
            sha256: report.sha256.clone(),
            reason: report.reason.clone(),
            reason_said: report.reason_said.clone(),
            until: report.until,
            digest: report.digest.clone(),
            title: title.and_then(|field| field["value"].as_str().map(str::to_owned)),
            warnings: warnings.len(),
            misses_an_image: warnings
                .iter()
                .any(|warning| warning["code"] == MISSING_ASSET),
            pictures: report.pictures.clone(),
            version: Some(report.version()),
        }
    }

    /// The sentence that says why the file was rejected, in a language.
    pub fn reason_in(&self, language: Language) -> Option<String> {
        let reason = self.reason.as_deref()?;
        Some(told(reason, self.reason_said.as_ref(), language))
    }
}

impl Report {
    /// By which clients named the versions before that of `next`, newest first, if this is the report before it.
    pub fn earlier_than(&self, next: &Self) -> Vec<String> {
        let mut earlier = self.earlier.clone();
        let own = self.version();
        if !own.is_empty() && own != next.version() {
            earlier.retain(|it| *it != own);
            earlier.insert(0, own);
            earlier.truncate(MOST_EARLIER);
        }
        earlier
    }

    /// The warnings, with their hints in a language.
    pub fn warnings_in(mut self, language: Language) -> Value {
        for warning in self.warnings.as_array_mut().into_iter().flatten() {
            let Some(warning) = warning.as_object_mut() else {
                continue;
            };
            let said = warning.shift_remove("said");
            let said: Option<Sentence> = said.and_then(|said| serde_json::from_value(said).ok());
            if let Some(hint) = warning.get_mut("hint") {
                *hint = told(hint.as_str().unwrap_or_default(), said.as_ref(), language).into();
            }
        }
        self.warnings
    }
}

impl Members {
    /// Puts `after` in the place of `before`, or where no report was. `false`: that is no longer
    /// what is there, or the member goes.
    pub async fn put_report(
        &self,
        member_id: &str,
        before: Option<&Report>,
        after: &Report,
    ) -> Result<bool> {
        let stands = self.stands(member_key(member_id))?;
        self.put_report_beside(member_id, before, after, vec![stands])
            .await
    }

    /// The same, with what follows from the look at the document, and with what is to be kept of its address. `false` also where
    /// something is no longer as that look found it.
    pub async fn conclude(
        &self,
        known: &Known,
        before: Option<&Report>,
        after: &Report,
        kept: &Kept<'_>,
        review: Review,
    ) -> Result<bool> {
        let document = Referrer {
            member_id: known.account.id.clone(),
            slug: after.slug.clone(),
        };
        let mut beside = vec![self.stands_check(&known.stands)?];
        beside.extend(self.decided_checks(&document, &known.decided, review)?);
        if kept.is_touched || !kept.seen.is(kept.place) {
            beside.extend(kept.seen.writes(self, kept.place, kept.now_ms)?);
        }
        self.put_report_beside(&document.member_id, before, after, beside)
            .await
    }

    async fn put_report_beside(
        &self,
        member_id: &str,
        before: Option<&Report>,
        after: &Report,
        beside: Vec<TransactWriteItem>,
    ) -> Result<bool> {
        let mut writes = self.index_changes(member_id, before, Some(after))?;
        writes.extend(self.schedule_changes(member_id, before, Some(after))?);
        writes.extend(self.waiting_changes(member_id, before, Some(after))?);
        if writes.len() + beside.len() > MAX_WRITES {
            // More than one transaction takes: the names that go, and then those that come. Nothing else of what comes is said
            // before what stands beside it was asked.
            let kept = |name: &&String| before.is_some_and(|before| before.names.contains(name));
            let between = Report {
                names: after.names.iter().filter(kept).cloned().collect(),
                ..before.unwrap_or(after).clone()
            };
            let first = Box::pin(self.put_report(member_id, before, &between));
            return Ok(first.await?
                && Box::pin(self.put_report_beside(member_id, Some(&between), after, beside))
                    .await?);
        }
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(member_id, after)?));
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => put
                .condition_expression(UNCHANGED)
                .expression_attribute_names("#report", REPORT)
                .expression_attribute_values(":before", string(text(before)?)),
        };
        let put = put.build().map_err(Error::unbuilt("TransactWriteItems"))?;
        writes.push(TransactWriteItem::builder().put(put).build());
        self.write_all(beside.into_iter().chain(writes).collect())
            .await
    }

    pub async fn report(&self, member_id: &str, slug: &str) -> Result<Option<Report>> {
        let item = self.get(report_key(member_id, slug)).await?;
        item.as_ref().map(report_from).transpose()
    }

    /// Every report of a member, ordered by slug.
    pub async fn reports(&self, member_id: &str) -> Result<Vec<Report>> {
        let mut reports = Vec::new();
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :readme)")
            .expression_attribute_values(":pk", string(member_pk(member_id)))
            .expression_attribute_values(":readme", string(README))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            reports.push(report_from(&item.map_err(Error::store("Query"))?)?);
        }
        Ok(reports)
    }

    /// The summaries of a member's reports, ordered by slug: of those from the slug `range.0` to the
    /// slug `range.1`, or of all.
    pub async fn summaries(
        &self,
        member_id: &str,
        range: Option<(&str, &str)>,
    ) -> Result<Vec<Summary>> {
        // Behind `#` comes nothing but slugs, and `$` is the next character.
        let (first, last) = range.map_or_else(
            || (README.to_owned(), README.replace('#', "$")),
            |(first, last)| (format!("{README}{first}"), format!("{README}{last}")),
        );
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", string(member_pk(member_id)))
            .expression_attribute_values(":first", string(first))
            .expression_attribute_values(":last", string(last))
            .projection_expression(format!("sk, {SUMMARY}"))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut summaries = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(Error::store("Query"))?;
            let read = Reader {
                item: &item,
                name: README,
            };
            if let Some(text) = read.optional_string(SUMMARY) {
                let summary = serde_json::from_str(text).map_err(|_| read.damaged(SUMMARY))?;
                summaries.push(summary);
                continue;
            }
            // A report of before there were summaries.
            let slug = read.string(SK)?.trim_start_matches(README);
            let report = self.report(member_id, slug).await?;
            summaries.extend(report.as_ref().map(Summary::of));
        }
        Ok(summaries)
    }

    /// Deletes a report. `false`: it is another one by now.
    pub async fn delete_report(&self, member_id: &str, report: &Report) -> Result<bool> {
        let mut writes = self.index_changes(member_id, Some(report), None)?;
        writes.extend(self.schedule_changes(member_id, Some(report), None)?);
        writes.extend(self.waiting_changes(member_id, Some(report), None)?);
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(report_key(member_id, &report.slug)))
            .condition_expression(UNCHANGED)
            .expression_attribute_names("#report", REPORT)
            .expression_attribute_values(":before", string(text(report)?))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        writes.push(TransactWriteItem::builder().delete(delete).build());
        self.write_all(writes).await
    }
}

pub(crate) fn report_key(member_id: &str, slug: &str) -> Item {
    key(member_pk(member_id), format!("{README}{slug}"))
}

fn text(report: &Report) -> Result<String> {
    serde_json::to_string(report).map_err(|_| Error::Damaged {
        item: README.to_owned(),
        attribute: REPORT,
    })
}

fn item(member_id: &str, report: &Report) -> Result<Item> {
    let mut item = report_key(member_id, &report.slug);
    item.insert(REPORT.to_owned(), string(text(report)?));
    let summary = serde_json::to_string(&Summary::of(report)).map_err(|_| Error::Damaged {
        item: README.to_owned(),
        attribute: SUMMARY,
    })?;
    item.insert(SUMMARY.to_owned(), string(summary));
    Ok(item)
}

pub(crate) fn report_from(item: &Item) -> Result<Report> {
    let read = Reader { item, name: README };
    serde_json::from_str(read.string(REPORT)?).map_err(|_| read.damaged(REPORT))
}
