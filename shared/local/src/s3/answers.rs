//! How the store's words become S3's: errors, times, headers kept with an object.

use std::time::{Duration, UNIX_EPOCH};

use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::store::{Condition, Error, Version};

impl From<Error> for S3Error {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::NoSuchBucket => S3ErrorCode::NoSuchBucket,
            Error::NoSuchKey => S3ErrorCode::NoSuchKey,
            Error::NoSuchVersion => S3ErrorCode::NoSuchVersion,
            Error::NoSuchUpload => S3ErrorCode::NoSuchUpload,
            Error::BucketExists => S3ErrorCode::BucketAlreadyOwnedByYou,
            Error::BucketNotEmpty => S3ErrorCode::BucketNotEmpty,
            Error::PreconditionFailed => S3ErrorCode::PreconditionFailed,
            Error::Index(_) | Error::Attributes(_) | Error::File(_) | Error::Poisoned => {
                tracing::error!(%error, "the object store failed");
                S3ErrorCode::InternalError
            }
        };
        let message = error.to_string();
        S3Error::with_message(code, message)
    }
}

/// The condition that a write's `If-Match` and `If-None-Match` make.
///
/// As S3 does, `If-None-Match` is understood with `*` only.
pub(super) fn condition(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<Condition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Condition::None),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        (Some(ETagCondition::Any), None) => Ok(Condition::Present),
        (Some(ETagCondition::ETag(etag)), None) => {
            Ok(Condition::Unchanged(etag.value().to_owned()))
        }
        (None, Some(ETagCondition::ETag(_))) => Err(s3_error!(
            NotImplemented,
            "If-None-Match is only understood with * on a write."
        )),
        (Some(_), Some(_)) => Err(s3_error!(
            NotImplemented,
            "If-Match and If-None-Match don't go together."
        )),
    }
}

/// Refuses a read whose conditions don't hold (RFC 9110, section 13.2.2).
pub(super) fn check_read(
    version: &Version,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    if_modified_since: Option<&Timestamp>,
    if_unmodified_since: Option<&Timestamp>,
) -> S3Result<()> {
    let matches = |condition: &ETagCondition| match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == version.etag,
    };
    let modified = Timestamp::from(version.modified());
    match (if_match, if_unmodified_since) {
        (Some(condition), _) if !matches(condition) => return Err(s3_error!(PreconditionFailed)),
        (None, Some(time)) if modified > *time => return Err(s3_error!(PreconditionFailed)),
        _ => {}
    }
    match (if_none_match, if_modified_since) {
        (Some(condition), _) if matches(condition) => Err(not_modified(version)),
        (None, Some(time)) if modified <= *time => Err(not_modified(version)),
        _ => Ok(()),
    }
}

fn not_modified(version: &Version) -> S3Error {
    let mut error = s3_error!(NotModified);
    if let Ok(etag) = format!("\"{}\"", version.etag).parse() {
        error.set_headers([(hyper::header::ETAG, etag)].into_iter().collect());
    }
    error
}

pub(super) fn strong(etag: &str) -> ETag {
    ETag::Strong(etag.to_owned())
}

pub(super) fn timestamp(nanoseconds: u64) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_nanos(nanoseconds))
}

/// A size or count for an answer.
pub(super) fn number<T: TryFrom<U>, U>(number: U) -> Option<T> {
    T::try_from(number).ok()
}
