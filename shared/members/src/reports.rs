//! Publish reports: what became of each README, and which version of it the report speaks of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Members;
use crate::accounts::member_pk;
use crate::error::{Error, Result};
use crate::item::{Item, Reader, key, string};

const README: &str = "README#";

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
    /// Which converter wrote the output.
    pub converter: String,
}

impl Members {
    pub async fn put_report(&self, member_id: &str, report: &Report) -> Result<()> {
        let mut item = key(member_pk(member_id), format!("{README}{}", report.slug));
        let body = serde_json::to_string(report).map_err(|_| Error::Damaged {
            item: README.to_owned(),
            attribute: "report",
        })?;
        item.insert("report".to_owned(), string(body));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await;
        put.map(|_| ()).map_err(Error::store("PutItem"))
    }

    pub async fn report(&self, member_id: &str, slug: &str) -> Result<Option<Report>> {
        let item = self
            .get(key(member_pk(member_id), format!("{README}{slug}")))
            .await?;
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

    /// Deletes a report; no report is no error.
    pub async fn delete_report(&self, member_id: &str, slug: &str) -> Result<()> {
        let key = key(member_pk(member_id), format!("{README}{slug}"));
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteItem"))
    }
}

fn report_from(item: &Item) -> Result<Report> {
    let read = Reader { item, name: README };
    serde_json::from_str(read.string("report")?).map_err(|_| read.damaged("report"))
}
