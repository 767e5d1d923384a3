//! Publish reports: what became of each README, and which version of it the report speaks of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Members;
use crate::accounts::member_pk;
use crate::error::{Error, Result};
use crate::item::{Item, Reader, key, string};

const README: &str = "README#";
/// The attribute that holds a report, as JSON.
const REPORT: &str = "report";
/// That the report is still the one that was read.
const UNCHANGED: &str = "#report = :before";

/// What a report says of a README. "Processing" is none of them: it is a source whose version its
/// report doesn't name yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Published,
    Draft,
    Rejected,
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
    /// For a rejected file, the sentence that says why.
    pub reason: Option<String>,
    /// Fields and warnings as the converter gave them.
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
    /// Names that the document's links ask for.
    #[serde(default)]
    pub links: Vec<String>,
    /// Names under which others find the document now; none while it isn't live.
    #[serde(default)]
    pub names: Vec<String>,
    /// Names under which it was there when its referrers were last converted.
    #[serde(default)]
    pub announced: Vec<String>,
    /// Names whose referrers are being converted, or were when something went wrong.
    #[serde(default)]
    pub telling: Vec<String>,
}

impl Members {
    /// Puts `after` in the place of `before`, or where no report was. `false`: that is no longer
    /// what is there.
    pub async fn put_report(
        &self,
        member_id: &str,
        before: Option<&Report>,
        after: &Report,
    ) -> Result<bool> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(member_id, after)?));
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => put
                .condition_expression(UNCHANGED)
                .expression_attribute_names("#report", REPORT)
                .expression_attribute_values(":before", string(text(before)?)),
        };
        Error::unless_condition("PutItem", put.send().await)
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

    /// Deletes a report. `false`: it is another one by now.
    pub async fn delete_report(&self, member_id: &str, report: &Report) -> Result<bool> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(report_key(member_id, &report.slug)))
            .condition_expression(UNCHANGED)
            .expression_attribute_names("#report", REPORT)
            .expression_attribute_values(":before", string(text(report)?))
            .send()
            .await;
        Error::unless_condition("DeleteItem", deleted)
    }
}

fn report_key(member_id: &str, slug: &str) -> Item {
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
    Ok(item)
}

fn report_from(item: &Item) -> Result<Report> {
    let read = Reader { item, name: README };
    serde_json::from_str(read.string(REPORT)?).map_err(|_| read.damaged(REPORT))
}
