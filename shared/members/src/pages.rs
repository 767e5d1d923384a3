//! Members by name: whose own page is published under which name, so that links with it find them.

use crate::error::{Error, Result};
use crate::item::{Item, Reader, SK, key, string};
use crate::{Account, Members};

const PAGE: &str = "PAGE#";

fn page(name: &str, handle: &str) -> Item {
    key(format!("{PAGE}{name}"), handle)
}

impl Members {
    /// Notes that the own page of `member`, whose folded name is `name`, is published. `false`: the member
    /// goes.
    pub async fn put_page(&self, name: &str, member: &Account) -> Result<bool> {
        self.write_of_member(&member.id, self.put(page(name, &member.handle))?)
            .await
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
