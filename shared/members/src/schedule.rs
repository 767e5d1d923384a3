//! Documents that come out by themselves, in the order of their time.
//!
//! | pk | sk | holds |
//! |---|---|---|
//! | `DUE#SITE` | `<Unix seconds>#<id>#<slug>` | that this README comes out then |
//!
//! Written in one transaction with the report that says so, and taken away with it: what is due is found by the beginning of one
//! partition, and can't differ from the reports.

use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, string};
use crate::{Members, Referrer, Report, State};

const DUE: &str = "DUE#SITE";
/// The digits of a time, so that keys are ordered by it: enough for the year 9999.
const DIGITS: usize = 12;

fn due_key(until: u64, member_id: &str, slug: &str) -> Item {
    key(DUE, format!("{until:0DIGITS$}#{member_id}#{slug}"))
}

/// When a report says that its document comes out.
fn until(report: Option<&Report>) -> Option<u64> {
    let report = report.filter(|report| report.state == State::Scheduled);
    report.and_then(|report| report.until)
}

impl Members {
    /// What a report in the place of another one changes of what is to come.
    pub(crate) fn schedule_changes(
        &self,
        member_id: &str,
        before: Option<&Report>,
        after: Option<&Report>,
    ) -> Result<Vec<TransactWriteItem>> {
        let (was, comes) = (until(before), until(after));
        let Some(slug) = after.or(before).map(|report| report.slug.as_str()) else {
            return Ok(Vec::new());
        };
        if was == comes {
            return Ok(Vec::new());
        }
        let gone = was.map(|until| self.deletion(due_key(until, member_id, slug)));
        let new = comes.map(|until| self.put(due_key(until, member_id, slug)));
        gone.into_iter().chain(new).collect()
    }

    /// READMEs that come out until `now`, each with its time, in Unix seconds: those that waited longest first, and at most `most` of them.
    pub async fn due(&self, now: u64, most: i32) -> Result<Vec<(u64, Referrer)>> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :pk AND {SK} < :after"))
            .expression_attribute_values(":pk", string(DUE))
            // `$` is the next character after `#`.
            .expression_attribute_values(":after", string(format!("{now:0DIGITS$}$")))
            .limit(most)
            .send()
            .await
            .map_err(Error::store("Query"))?;
        let due = found.items().iter().map(|item| {
            let read = Reader { item, name: DUE };
            let mut parts = read.string(SK)?.splitn(3, '#');
            let until = parts.next().and_then(|until| until.parse().ok());
            match (until, parts.next(), parts.next()) {
                (Some(until), Some(member_id), Some(slug)) => {
                    let document = Referrer {
                        member_id: member_id.to_owned(),
                        slug: slug.to_owned(),
                    };
                    Ok((until, document))
                }
                _ => Err(read.damaged(SK)),
            }
        });
        due.collect()
    }
}
