//! The picture of a member's profile, which their documents show by the name of its file.

use members::Account;

use crate::shown::Shown;

/// Edge length of the profile picture that a document shows, in pixels.
const SIZE: &str = "512";

/// The key of the member's picture, as documents show it.
pub fn current(member: &Account) -> Option<&String> {
    member.picture.as_ref()?.0.get(SIZE)
}

/// The picture by the name of its file, with the URL of what is shown of it.
pub(crate) fn named(
    public_url: &str,
    member: &Account,
    shown: Option<&Shown>,
) -> Option<(String, String)> {
    let url = shown.map(|shown| format!("{public_url}/{}", shown.key));
    member.picture_file.clone().zip(url)
}
