//! Members by name: whose own page is published under which name, so that links with it find them.

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, Reader, SK, key, string};

const PAGE: &str = "PAGE#";

fn page(name: &str, handle: &str) -> Item {
    key(format!("{PAGE}{name}"), handle)
}

impl Members {
    /// Notes that the own page of the member `handle` is published, whose folded name is `name`.
    pub async fn put_page(&self, name: &str, handle: &str) -> Result<()> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(page(name, handle)))
            .send()
            .await;
        put.map(|_| ()).map_err(Error::store("PutItem"))
    }

    /// Forgets a page; one that isn't known is no error.
    pub async fn delete_page(&self, name: &str, handle: &str) -> Result<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(page(name, handle)))
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteItem"))
    }

    /// The handle of the member of that folded name whose own page is published; of several of one
    /// name the first in the alphabet, so that the answer stays the same.
    pub async fn page(&self, name: &str) -> Result<Option<String>> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(1)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", string(format!("{PAGE}{name}")))
            .send()
            .await
            .map_err(Error::store("Query"))?;
        let handle = |item| Reader { item, name: PAGE }.string(SK).map(str::to_owned);
        found.items().first().map(handle).transpose()
    }
}
