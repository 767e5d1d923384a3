//! The table itself: made by the template in AWS, by this module in the local stack.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification, TimeToLiveStatus,
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
    };
    let element = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    let attributes = [PK, SK].into_iter().map(attribute);
    let schema = [(PK, KeyType::Hash), (SK, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| element(name, kind));
    let unbuilt = Error::unbuilt("CreateTable");
    let created = members
        .client
        .create_table()
        .table_name(&members.table)
        .set_attribute_definitions(Some(
            attributes
                .collect::<std::result::Result<_, _>>()
                .map_err(&unbuilt)?,
        ))
        .set_key_schema(Some(
            schema
                .collect::<std::result::Result<_, _>>()
                .map_err(&unbuilt)?,
        ))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_dynamodb::operation::create_table::CreateTableError::is_resource_in_use_exception) => {}
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
