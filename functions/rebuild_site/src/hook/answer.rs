//! What a host's answer means.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};

use crate::Start;

/// What `status` means, in a sentence that says what to do and holds nothing secret.
pub(super) fn read(host: &str, status: StatusCode, headers: &HeaderMap) -> Start {
    let code = status.as_u16();
    let advice = match code {
        200..=299 => return Start::Started,
        408 | 425 | 429 | 500..=599 => {
            return Start::TryAgain {
                reason: format!("{host} answered with status {code}"),
                after: retry_after(headers),
            };
        }
        300..=399 => "the hook has moved; copy its address anew, into `masthead hook set --aws`",
        401 | 403 => {
            "the token is wrong, has run out or may not do this; make a new one, and give both to \
             `masthead hook set --aws`"
        }
        404 | 410 => {
            "there is no such hook, or the token may not see it; make a new one for \
             `masthead hook set --aws`, and check what the token is for"
        }
        422 => {
            "the host understands the call and can't do it; check the event of `masthead hook show --aws`"
        }
        _ => "check the address that `masthead hook set --aws` was given",
    };
    Start::Refused(format!("{host} answered with status {code}: {advice}"))
}

/// Seconds (RFC 9110, section 10.2.3); a date is passed over, since the pauses grow anyway.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}
