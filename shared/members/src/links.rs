//! Which READMEs ask for a name: when a document of that name appears or goes, they are converted
//! again.

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, string};

const LINK: &str = "LINK#";

/// A README that has a link to some name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Referrer {
    pub member_id: String,
    pub slug: String,
}

impl Referrer {
    fn sort_key(&self) -> String {
        format!("{}#{}", self.member_id, self.slug)
    }

    fn of(&self, name: &str) -> Item {
        key(format!("{LINK}{name}"), self.sort_key())
    }
}

impl Members {
    /// Notes that `referrer` has a link to `name`, whether or not there is such a document.
    pub async fn put_link(&self, name: &str, referrer: &Referrer) -> Result<()> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(referrer.of(name)))
            .send()
            .await;
        put.map(|_| ()).map_err(Error::store("PutItem"))
    }

    /// Forgets a link; one that isn't known is no error.
    pub async fn delete_link(&self, name: &str, referrer: &Referrer) -> Result<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(referrer.of(name)))
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteItem"))
    }

    /// READMEs that have a link to `name`, at most `limit`: of one member, or of all.
    pub async fn referrers(
        &self,
        name: &str,
        member_id: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Referrer>> {
        let from = member_id.map_or_else(String::new, |id| format!("{id}#"));
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(limit)
            .expression_attribute_values(":pk", string(format!("{LINK}{name}")));
        // A prefix may not be empty.
        let query = if from.is_empty() {
            query.key_condition_expression(format!("{PK} = :pk"))
        } else {
            query
                .key_condition_expression(format!("{PK} = :pk AND begins_with({SK}, :from)"))
                .expression_attribute_values(":from", string(from))
        };
        let page = query.send().await.map_err(Error::store("Query"))?;
        page.items().iter().map(referrer_from).collect()
    }
}

fn referrer_from(item: &Item) -> Result<Referrer> {
    let read = Reader { item, name: LINK };
    let (member_id, slug) = read
        .string(SK)?
        .split_once('#')
        .ok_or_else(|| read.damaged(SK))?;
    Ok(Referrer {
        member_id: member_id.to_owned(),
        slug: slug.to_owned(),
    })
}
