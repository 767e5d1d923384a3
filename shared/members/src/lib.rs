//! DynamoDB: accounts and publish reports.
