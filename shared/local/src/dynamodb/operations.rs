//! DynamoDB's operations by name, each read from JSON, run, and written as JSON.

use dynoxide::{Database, DynoxideError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One line per operation: its name in `X-Amz-Target`, and the method that runs it.
macro_rules! operations {
    ($($name:literal => $method:ident;)+) => {
        /// Runs `operation` on the JSON in `body`.
        pub(super) fn run(database: &Database, operation: &str, body: &[u8]) -> Result<String> {
            match operation {
                $($name => write(&database.$method(read(body)?)?),)+
                _ => Err(DynoxideError::ValidationException(format!(
                    "There is no operation {operation:?} here."
                ))),
            }
        }
    };
}

operations! {
    "BatchExecuteStatement" => batch_execute_statement;
    "BatchGetItem" => batch_get_item;
    "BatchWriteItem" => batch_write_item;
    "CreateTable" => create_table;
    "DeleteItem" => delete_item;
    "DeleteTable" => delete_table;
    "DescribeStream" => describe_stream;
    "DescribeTable" => describe_table;
    "DescribeTimeToLive" => describe_time_to_live;
    "ExecuteStatement" => execute_statement;
    "ExecuteTransaction" => execute_transaction;
    "GetItem" => get_item;
    "GetRecords" => get_records;
    "GetShardIterator" => get_shard_iterator;
    "ListStreams" => list_streams;
    "ListTables" => list_tables;
    "ListTagsOfResource" => list_tags_of_resource;
    "PutItem" => put_item;
    "Query" => query;
    "Scan" => scan;
    "TagResource" => tag_resource;
    "TransactGetItems" => transact_get_items;
    "TransactWriteItems" => transact_write_items;
    "UntagResource" => untag_resource;
    "UpdateItem" => update_item;
    "UpdateTable" => update_table;
    "UpdateTimeToLive" => update_time_to_live;
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body)
        .map_err(|error| DynoxideError::SerializationException(error.to_string()))
}

fn write(answer: &impl Serialize) -> Result<String> {
    serde_json::to_string(answer)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
