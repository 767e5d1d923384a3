//! S3 over its socket, with AWS's own client.

mod access;
mod listing;
mod multipart;
mod objects;
mod writers;

use aws_sdk_s3::error::ProvideErrorMetadata;

fn md5(bytes: &[u8]) -> String {
    use s3s::crypto::{Checksum, Md5};
    format!(
        "\"{}\"",
        base16ct::lower::encode_string(&Md5::checksum(bytes))
    )
}

fn code<E: ProvideErrorMetadata, R>(error: &aws_sdk_s3::error::SdkError<E, R>) -> Option<&str> {
    error.code()
}
