//! Accounts in the order of their handles, page by page, by an index.
//!
//! The index names accounts and says nothing else of them: what is listed is read from the accounts themselves.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;

use crate::Members;
use crate::account::Account;
use crate::accounts::ACCOUNT;
use crate::error::{Error, Result};
use crate::item::{Item, PK, SK, string};

/// The table's index of accounts by their handles. Its partition key is `sk`, which is the same for all accounts, and which
/// no other item has that has a handle, but the tombstones under theirs.
pub(crate) const ACCOUNTS: &str = "accounts";
pub(crate) const HANDLE_ATTRIBUTE: &str = "handle";

/// Most accounts of one page: what DynamoDB reads at once.
pub const MOST_OF_A_PAGE: u16 = 100;
/// How often accounts are asked for that the store left out, being busy.
const ROUNDS: usize = 8;

/// Accounts in the order of their handles.
#[derive(Debug, Clone, Default)]
pub struct AccountsPage {
    pub accounts: Vec<Account>,
    /// The handle behind which the next page begins, if there may be one.
    pub cursor: Option<String>,
}

impl Members {
    /// Accounts whose handles come behind `after`, or from the first one on: at most `limit`, which is at most
    /// [`MOST_OF_A_PAGE`]. Each is as it is now; one that was made a moment ago may not be among them yet.
    pub async fn accounts_after(&self, after: Option<&str>, limit: u16) -> Result<AccountsPage> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(ACCOUNTS)
            .limit(i32::from(limit.clamp(1, MOST_OF_A_PAGE)))
            .expression_attribute_values(":account", string(ACCOUNT));
        let query = match after {
            None => query.key_condition_expression(format!("{SK} = :account")),
            Some(after) => query
                .key_condition_expression(format!(
                    "{SK} = :account AND {HANDLE_ATTRIBUTE} > :after"
                ))
                .expression_attribute_values(":after", string(after)),
        };
        let found = query.send().await.map_err(Error::store("Query"))?;
        let mut cursor = None;
        let mut keys = Vec::new();
        for item in found.items() {
            let of = |name: &str| item.get(name).map(|value| (name.to_owned(), value.clone()));
            keys.push([PK, SK].into_iter().filter_map(of).collect::<Item>());
            cursor = item
                .get(HANDLE_ATTRIBUTE)
                .and_then(|handle| handle.as_s().ok())
                .cloned();
        }
        if found.last_evaluated_key().is_none() {
            cursor = None;
        }
        let items = self.get_all(keys).await?;
        let accounts = items.iter().map(Account::from_item);
        let mut accounts = accounts.collect::<Result<Vec<_>>>()?;
        accounts.sort_by(|a, b| a.handle.cmp(&b.handle));
        Ok(AccountsPage { accounts, cursor })
    }

    /// The items under up to [`MOST_OF_A_PAGE`] keys, of those that are there, in any order: strongly consistent.
    pub(crate) async fn get_all(&self, keys: Vec<Item>) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut left = keys;
        for _ in 0..ROUNDS {
            if left.is_empty() {
                return Ok(items);
            }
            let asked = KeysAndAttributes::builder()
                .set_keys(Some(left))
                .consistent_read(true)
                .build()
                .map_err(Error::unbuilt("BatchGetItem"))?;
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(HashMap::from([(self.table.clone(), asked)])))
                .send()
                .await
                .map_err(Error::store("BatchGetItem"))?;
            let found = answer.responses.unwrap_or_default();
            items.extend(found.into_values().flatten());
            let unprocessed = answer.unprocessed_keys.unwrap_or_default();
            left = unprocessed
                .into_values()
                .flat_map(|asked| asked.keys)
                .collect();
        }
        if left.is_empty() {
            return Ok(items);
        }
        Err(Error::Store {
            operation: "BatchGetItem",
            cause: "the store left out what was asked for each time".to_owned(),
        })
    }
}
