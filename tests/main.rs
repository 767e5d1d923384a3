//! End-to-end tests over HTTP: each starts a local stack of its own, so all run in parallel.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::too_many_lines,
    reason = "helpers of tests, and tests that tell one story"
)]

mod administrators;
mod builds;
mod caches;
mod calls;
mod canary;
mod content;
mod directory;
mod documents;
mod errors;
mod events;
mod file_faults;
mod files;
mod flask_accounts;
mod invitations;
mod journey;
mod json_bodies;
mod languages;
mod leave;
mod links;
mod login;
mod login_faults;
mod mail;
mod manifest_faults;
mod me;
mod metrics;
mod permissions;
mod photo;
mod picture_faults;
mod previews;
mod privacy;
mod public_site;
mod published;
mod quota;
mod readmes;
mod rebuild_site;
mod referrers;
mod removal;
mod rename;
mod rename_faults;
mod requests;
mod review;
mod roles;
mod roster;
mod scheduled;
mod sessions;
mod set_password;
mod shown_pictures;
mod site;
mod storm;
mod template;
mod throttle;
mod tokens;
mod upload_profile_pic;
mod upload_readme;
mod upload_url;
mod version_faults;
mod versions;

/// Whether a fault at the call `at` is tried before the call takes effect, after it, or both: in turns, or in the full
/// mode both.
fn before_and_after(at: usize) -> &'static [bool] {
    match sized(at % 2, 2) {
        0 => &[false],
        1 => &[true],
        _ => &[false, true],
    }
}

/// The first number, or the second in the full mode: what takes minutes and says the same of more.
#[expect(
    clippy::disallowed_methods,
    reason = "no function reads it: it chooses what this very program does"
)]
fn sized<T>(usual: T, full: T) -> T {
    if std::env::var_os("MASTHEAD_FULL").is_some() {
        full
    } else {
        usual
    }
}
