//! Work that keeps a processor busy, off the thread that serves requests.

use crate::Result;

/// Runs `work` (a hash, a picture, a conversion) on a thread of its own.
///
/// # Errors
/// [`crate::Error::Internal`] where `work` panicked.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work).await?)
}
