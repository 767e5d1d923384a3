//! The limits of API Gateway and Lambda, and what keeps this process small.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::body::{Body, Incoming};
use hyper::header::CONTENT_LENGTH;
use hyper::http::request::Parts;

use super::event::is_text;

/// What Lambda takes in one event, in bytes; the base64 of a body counts.
pub(super) const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;
/// Request line and headers together, in bytes, as API Gateway takes them.
pub(super) const MAX_HEAD_BYTES: usize = 10_240;
/// API Gateway gives a function this long.
pub(super) const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);
/// A body must arrive within this.
const BODY_TIMEOUT: Duration = Duration::from_mins(1);
/// How much of a body that is too large is read and thrown away, in bytes, so that the client gets
/// to read the answer instead of a broken connection.
const MAX_DRAINED_BYTES: usize = 64 * 1024 * 1024;
/// Memory that requests under way may take together, in KiB.
pub(super) const MEMORY_KIB: usize = 96 * 1024;
/// A body is held about this often at once: as it came, in the event, as the function reads it.
const COPIES: usize = 4;
/// What a request takes beside its body, in KiB.
const OVERHEAD_KIB: usize = 32;

/// Why a body was not read.
#[derive(Debug)]
pub(super) enum Unread {
    TooLarge,
    /// It ended early or took too long.
    Broken,
}

/// The length of the request line and the headers, in bytes.
pub(super) fn head_bytes(parts: &Parts) -> usize {
    let line = parts.method.as_str().len()
        + parts
            .uri
            .path_and_query()
            .map_or(0, |path| path.as_str().len())
        + 12;
    line + parts
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum::<usize>()
}

/// The longest body that fits into an event, in bytes.
pub(super) fn max_body_bytes(headers: &HeaderMap) -> usize {
    if is_text(headers) {
        MAX_EVENT_BYTES
    } else {
        MAX_EVENT_BYTES / 4 * 3
    }
}

/// The memory that a request may need, in KiB.
pub(super) fn memory_kib(headers: &HeaderMap, body: &Incoming) -> u32 {
    let limit = max_body_bytes(headers);
    let length = body.size_hint().exact().map_or(limit, |length| {
        usize::try_from(length).unwrap_or(limit).min(limit)
    });
    u32::try_from((length * COPIES / 1024 + OVERHEAD_KIB).min(MEMORY_KIB)).unwrap_or(u32::MAX)
}

/// Reads a body of at most `limit` bytes. `None` where the request has none.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Incoming,
    limit: usize,
) -> Result<Option<Bytes>, Unread> {
    if body.is_end_stream() && !headers.contains_key(CONTENT_LENGTH) {
        return Ok(None);
    }
    let read = tokio::time::timeout(BODY_TIMEOUT, within(body, limit)).await;
    read.map_err(|_| Unread::Broken)?
        .map(|body| (!body.is_empty()).then_some(body))
}

/// Reads a body that nobody wants, so that the client gets to read the answer.
pub(super) async fn drain(body: Incoming) {
    // However it ends, the answer is the same.
    drop(tokio::time::timeout(BODY_TIMEOUT, within(body, 0)).await);
}

async fn within(mut body: Incoming, limit: usize) -> Result<Bytes, Unread> {
    let announced = body
        .size_hint()
        .exact()
        .and_then(|length| usize::try_from(length).ok());
    let mut read = BytesMut::with_capacity(announced.unwrap_or_default().min(limit));
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else {
            continue;
        };
        length += data.len();
        if length <= limit && announced.is_none_or(|announced| announced <= limit) {
            read.extend_from_slice(&data);
        } else if length > MAX_DRAINED_BYTES {
            break;
        }
    }
    if length.max(announced.unwrap_or_default()) > limit {
        Err(Unread::TooLarge)
    } else {
        Ok(read.freeze())
    }
}
