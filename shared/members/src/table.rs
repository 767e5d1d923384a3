//! The table itself: made by the template in AWS, by this module in the local stack.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TimeToLiveSpecification, TimeToLiveStatus,
};

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, PK, SK};
use crate::listing::{ACCOUNTS, HANDLE_ATTRIBUTE};

/// The table's attributes that are keys.
fn attributes() -> Result<Vec<AttributeDefinition>> {
    let attributes = [PK, SK, HANDLE_ATTRIBUTE].into_iter().map(|name| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
    });
    let attributes = attributes.collect::<std::result::Result<_, _>>();
    attributes.map_err(Error::unbuilt("CreateTable"))
}

/// A key of two attributes.
fn schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>> {
    let elements = [(partition, KeyType::Hash), (sort, KeyType::Range)];
    let elements = elements.into_iter().map(|(name, kind)| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    });
    let elements = elements.collect::<std::result::Result<_, _>>();
    elements.map_err(Error::unbuilt("CreateTable"))
}

/// Of an index the keys alone are kept.
fn keys_only() -> Projection {
    Projection::builder()
        .projection_type(ProjectionType::KeysOnly)
        .build()
}

/// Makes the table if there is none yet, and of one from before the index of accounts that index.
pub async fn create_table(members: &Members) -> Result<()> {
    let unbuilt = Error::unbuilt("CreateTable");
    let accounts = GlobalSecondaryIndex::builder()
        .index_name(ACCOUNTS)
        .set_key_schema(Some(schema(SK, HANDLE_ATTRIBUTE)?))
        .projection(keys_only())
        .build()
        .map_err(&unbuilt)?;
    let created = members
        .client
        .create_table()
        .table_name(&members.table)
        .set_attribute_definitions(Some(attributes()?))
        .set_key_schema(Some(schema(PK, SK)?))
        .global_secondary_indexes(accounts)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_dynamodb::operation::create_table::CreateTableError::is_resource_in_use_exception) => index_accounts(members).await?,
        Err(error) => return Err(Error::store("CreateTable")(error)),
    }
    if is_expiring(members).await? {
        return Ok(());
    }
    let expiry = TimeToLiveSpecification::builder()
        .attribute_name(EXPIRES_AT)
        .enabled(true)
        .build()
        .map_err(Error::unbuilt("UpdateTimeToLive"))?;
    members
        .client
        .update_time_to_live()
        .table_name(&members.table)
        .time_to_live_specification(expiry)
        .send()
        .await
        .map_err(Error::store("UpdateTimeToLive"))?;
    Ok(())
}

/// Adds the index of accounts to a table that has none.
async fn index_accounts(members: &Members) -> Result<()> {
    let described = members
        .client
        .describe_table()
        .table_name(&members.table)
        .send()
        .await
        .map_err(Error::store("DescribeTable"))?;
    let table = described.table();
    let indexes = table.map(aws_sdk_dynamodb::types::TableDescription::global_secondary_indexes);
    let mut indexes = indexes.unwrap_or_default().iter();
    if indexes.any(|index| index.index_name() == Some(ACCOUNTS)) {
        return Ok(());
    }
    let accounts = CreateGlobalSecondaryIndexAction::builder()
        .index_name(ACCOUNTS)
        .set_key_schema(Some(schema(SK, HANDLE_ATTRIBUTE)?))
        .projection(keys_only())
        .build()
        .map_err(Error::unbuilt("UpdateTable"))?;
    members
        .client
        .update_table()
        .table_name(&members.table)
        .set_attribute_definitions(Some(attributes()?))
        .global_secondary_index_updates(
            GlobalSecondaryIndexUpdate::builder()
                .create(accounts)
                .build(),
        )
        .send()
        .await
        .map_err(Error::store("UpdateTable"))?;
    Ok(())
}

/// Whether items expire already: asking for it again is an error.
async fn is_expiring(members: &Members) -> Result<bool> {
    let described = members
        .client
        .describe_time_to_live()
        .table_name(&members.table)
        .send()
        .await;
    let described = described.map_err(Error::store("DescribeTimeToLive"))?;
    let status = described
        .time_to_live_description()
        .and_then(|expiry| expiry.time_to_live_status());
    Ok(matches!(
        status,
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
    ))
}

/// Whether the table is there and answers.
pub async fn describe_table(members: &Members) -> Result<()> {
    let described = members
        .client
        .describe_table()
        .table_name(&members.table)
        .send()
        .await;
    described.map(|_| ()).map_err(Error::store("DescribeTable"))
}
