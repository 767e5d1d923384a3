//! The picture of a member's profile, which their documents show by the name of its file.

use members::Account;

/// Edge length of the profile picture that a document shows, in pixels.
const SIZE: &str = "512";

/// The key of the member's picture, as documents show it.
pub fn current(member: &Account) -> Option<&String> {
    member.picture.as_ref()?.0.get(SIZE)
}

/// The picture's URL, as documents show it.
pub fn url(public_url: &str, member: &Account) -> Option<String> {
    let urls = member.picture.as_ref()?.urls(public_url);
    urls.get(SIZE).cloned()
}

/// The picture by the name of its file, with its URL.
pub(crate) fn file(public_url: &str, member: &Account) -> Option<(String, String)> {
    member.picture_file.clone().zip(url(public_url, member))
}
