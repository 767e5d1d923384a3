//! Whether a guess at a password or a code may be verified now.

use std::time::{Duration, UNIX_EPOCH};

use lambda_http::Request;
use members::{Admission, Guess, Members, Source, Target};

use crate::{Clock, Error, Result, source_address};

/// The longest wait that is ever answered, in seconds, whatever the table holds.
const MAX_RETRY_AFTER_SECONDS: u64 = 15 * 60;

/// Counts a guess at `target` before it is verified; once it turns out right, the caller hands it to
/// [`members::Members::guessed_right`].
///
/// The source is the gateway's word for the client's address, or CloudFront's where that stands
/// before it. No header of the client is read: it writes what it likes into those.
///
/// # Errors
/// [`Error::TooManyAttempts`] while the account or the source has to wait.
pub async fn guess(
    members: &Members,
    clock: &Clock,
    request: &Request,
    target: Option<&Target>,
) -> Result<Guess> {
    let source = Source::parse(source_address(request));
    let now = clock
        .now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    match members.guess(target, &source, now).await? {
        Admission::Admitted(guess) => Ok(guess),
        Admission::Wait(milliseconds) => Err(Error::TooManyAttempts {
            retry_after_seconds: milliseconds.div_ceil(1000).min(MAX_RETRY_AFTER_SECONDS),
        }),
    }
}
