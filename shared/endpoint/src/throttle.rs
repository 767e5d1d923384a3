//! Whether a guess at a password or a code may be verified now, and a preview be made.

use lambda_http::Request;
use members::{Admission, Guess, Members, Source, Target};
use metrics::Metric;

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
    match members
        .guess(target, &source, clock.unix_milliseconds())
        .await?
    {
        Admission::Admitted(guess) => Ok(guess),
        Admission::Wait(milliseconds) => {
            metrics::record(Metric::GuessesRefused, 1);
            Err(wait(milliseconds))
        }
    }
}

/// Counts a member's preview before it is made.
///
/// # Errors
/// [`Error::TooManyAttempts`] while the member has to wait.
pub async fn count_preview(members: &Members, clock: &Clock, member_id: &str) -> Result<()> {
    let counted = members.count_preview(member_id, clock.unix_milliseconds());
    counted.await?.map_or(Ok(()), |left| Err(wait(left)))
}

/// Counts a letter that anybody may ask for, by the source of the request.
///
/// # Errors
/// [`Error::TooManyAttempts`] while the source has to wait.
pub async fn count_letter_from(members: &Members, clock: &Clock, request: &Request) -> Result<()> {
    let source = Source::parse(source_address(request));
    let counted = members.count_letter_from(&source, clock.unix_milliseconds());
    counted.await?.map_or(Ok(()), |left| Err(wait(left)))
}

/// Counts a letter that a member asks for to an address that isn't theirs yet.
///
/// # Errors
/// [`Error::TooManyAttempts`] while the member has to wait.
pub async fn count_letter_of(members: &Members, clock: &Clock, member_id: &str) -> Result<()> {
    let counted = members.count_letter_of(member_id, clock.unix_milliseconds());
    counted.await?.map_or(Ok(()), |left| Err(wait(left)))
}

fn wait(milliseconds: u64) -> Error {
    Error::TooManyAttempts {
        retry_after_seconds: milliseconds.div_ceil(1000).min(MAX_RETRY_AFTER_SECONDS),
    }
}
