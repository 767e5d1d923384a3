//! Which pictures are badges.

/// Whether a picture's address is that of a badge service.
pub(crate) fn is_badge(url: &str) -> bool {
    url.contains("shields.io/") || url.contains("badge")
}
