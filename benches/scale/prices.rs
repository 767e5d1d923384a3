//! What AWS charges in us-east-1, in US dollars, and what is free each month.

/// What one of something costs beyond what is free.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Price {
    pub(crate) dollars: f64,
    /// So many in each month cost nothing.
    pub(crate) free: f64,
}

impl Price {
    pub(crate) fn of(self, amount: f64) -> f64 {
        (amount - self.free).max(0.0) * self.dollars
    }
}

const fn price(dollars: f64, per: f64, free: f64) -> Price {
    Price {
        dollars: dollars / per,
        free,
    }
}

const MILLION: f64 = 1e6;

/// Where the prices stand, and as of when they are written here: from memory of these pages, not read by this program.
pub(crate) const SOURCE: &str =
    "aws.amazon.com/…/pricing of each service, us-east-1, as of mid-2025";

/// aws.amazon.com/lambda/pricing: arm64, the first tier.
pub(crate) const LAMBDA_CALL: Price = price(0.20, MILLION, MILLION);
pub(crate) const LAMBDA_GB_SECOND: Price = price(0.000_013_333_4, 1.0, 400_000.0);
/// aws.amazon.com/dynamodb/pricing/on-demand, since the cut of November 2024.
pub(crate) const DYNAMODB_READ: Price = price(0.125, MILLION, 0.0);
pub(crate) const DYNAMODB_WRITE: Price = price(0.625, MILLION, 0.0);
pub(crate) const DYNAMODB_GB: Price = price(0.25, 1.0, 25.0);
/// Point-in-time recovery.
pub(crate) const DYNAMODB_KEPT_GB: Price = price(0.20, 1.0, 0.0);
/// aws.amazon.com/s3/pricing: PUT, COPY, POST and LIST; GET and all others but DELETE, which is free.
pub(crate) const S3_WRITE: Price = price(0.005, 1_000.0, 0.0);
pub(crate) const S3_READ: Price = price(0.000_4, 1_000.0, 0.0);
pub(crate) const S3_GB: Price = price(0.023, 1.0, 0.0);
/// aws.amazon.com/sqs/pricing: standard queues.
pub(crate) const SQS_REQUEST: Price = price(0.40, MILLION, MILLION);
/// aws.amazon.com/api-gateway/pricing: HTTP APIs, the first 300 million.
pub(crate) const API_REQUEST: Price = price(1.00, MILLION, 0.0);
/// aws.amazon.com/cloudfront/pricing: North America and Europe, the first tier.
pub(crate) const EDGE_REQUEST: Price = price(1.00, MILLION, 10.0 * MILLION);
pub(crate) const EDGE_GB: Price = price(0.085, 1.0, 1_024.0);
pub(crate) const EDGE_PATH: Price = price(0.005, 1.0, 1_000.0);
/// aws.amazon.com/secrets-manager/pricing.
pub(crate) const SECRET: Price = price(0.40, 1.0, 0.0);
pub(crate) const SECRET_READ: Price = price(0.05, 10_000.0, 0.0);
/// aws.amazon.com/cloudwatch/pricing: alarms, and logs as they are taken in.
pub(crate) const ALARM: Price = price(0.10, 1.0, 10.0);
pub(crate) const LOG_GB: Price = price(0.50, 1.0, 5.0);
/// aws.amazon.com/xray/pricing: traces that are recorded.
pub(crate) const TRACE: Price = price(5.00, MILLION, 100_000.0);

/// S3's operations at the dearer price.
pub(crate) const S3_WRITES: [&str; 9] = [
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "ListObjectVersions",
    "ListObjects",
    "ListObjectsV2",
    "PutObject",
    "UploadPart",
    "UploadPartCopy",
];
pub(crate) const S3_READS: [&str; 2] = ["GetObject", "HeadObject"];
pub(crate) const S3_FREE: [&str; 2] = ["DeleteObject", "DeleteObjects"];
/// CloudFront's, whose units are paths.
pub(crate) const EDGE_PATHS: &str = "CreateInvalidation";
/// DynamoDB's operations by which side their units are on.
pub(crate) const DYNAMODB_READS: [&str; 5] = [
    "BatchGetItem",
    "GetItem",
    "Query",
    "Scan",
    "TransactGetItems",
];
pub(crate) const DYNAMODB_WRITES: [&str; 5] = [
    "BatchWriteItem",
    "DeleteItem",
    "PutItem",
    "TransactWriteItems",
    "UpdateItem",
];
