//! The table itself: made by the template in AWS, by this module in the local stack.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, PK, SK};

/// Makes the table if there is none yet.
pub async fn create_table(members: &Members) -> Result<()> {
    let attribute = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .ok()
    };
    let element = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .ok()
    };
    let created = members
        .client
        .create_table()
        .table_name(&members.table)
        .set_attribute_definitions(Some([PK, SK].into_iter().filter_map(attribute).collect()))
        .set_key_schema(Some(
            [(PK, KeyType::Hash), (SK, KeyType::Range)]
                .into_iter()
                .filter_map(|(name, kind)| element(name, kind))
                .collect(),
        ))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_dynamodb::operation::create_table::CreateTableError::is_resource_in_use_exception) =>
        {
            return Ok(());
        }
        Err(error) => return Err(Error::store("CreateTable")(error)),
    }
    let expiry = TimeToLiveSpecification::builder()
        .attribute_name(EXPIRES_AT)
        .enabled(true)
        .build();
    members
        .client
        .update_time_to_live()
        .table_name(&members.table)
        .set_time_to_live_specification(expiry.ok())
        .send()
        .await
        .map_err(Error::store("UpdateTimeToLive"))?;
    Ok(())
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
