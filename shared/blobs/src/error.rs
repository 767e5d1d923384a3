//! What can go wrong with a bucket.

use aws_sdk_s3::error::{DisplayErrorContext, SdkError};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// S3 refused, failed, throttled or didn't answer in time.
    #[error("{operation}: {cause}")]
    Store {
        operation: &'static str,
        cause: String,
    },
    /// The bucket that was configured isn't there.
    #[error("there is no bucket {bucket}")]
    NoBucket { bucket: String },
    /// The object is larger than the caller will take.
    #[error("the object is larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// Something new was stored whenever everything had been erased.
    #[error("objects kept coming for {rounds} rounds")]
    Busy { rounds: usize },
}

impl Error {
    pub(crate) fn store<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> Self
    where
        SdkError<E, R>: std::error::Error,
    {
        move |cause| Self::Store {
            operation,
            cause: DisplayErrorContext(&cause).to_string(),
        }
    }
}
