//! The limits of API Gateway and Lambda, and what keeps this process small.

use std::time::Duration;

use hyper::HeaderMap;
use hyper::http::request::Parts;

use super::event::is_text;

/// What Lambda takes in one event, in bytes; the base64 of a body counts.
pub(super) const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;
/// Request line and headers together, in bytes, as API Gateway takes them.
pub(super) const MAX_HEAD_BYTES: usize = 10_240;
/// API Gateway gives a function this long.
pub(super) const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);
/// Memory that requests which functions work on may take together, in KiB.
pub(super) const MEMORY_KIB: usize = 96 * 1024;
/// The same for those with small bodies, which never wait for memory that large ones take.
pub(super) const SMALL_MEMORY_KIB: usize = 16 * 1024;
/// Up to so many bytes a body is small: every JSON that a page sends is.
pub(super) const SMALL_BODY_BYTES: usize = 64 * 1024;
/// A body's copies in the event, in its JSON, and as the function reads it.
const COPIES: usize = 3;
/// What a request takes beside its body, in KiB.
const OVERHEAD_KIB: usize = 32;

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

/// The memory that a request takes while its function works on it, in KiB: its body is held so often
/// at once, in the event and as the function reads it.
pub(super) fn memory_kib(body_bytes: usize) -> u32 {
    u32::try_from((body_bytes * COPIES / 1024 + OVERHEAD_KIB).min(MEMORY_KIB)).unwrap_or(u32::MAX)
}
