//! The local stack: DynamoDB, S3, the gateway and S3 events in one process.
