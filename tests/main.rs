//! End-to-end tests over HTTP: each starts a local stack of its own, so all run in parallel.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::too_many_lines,
    reason = "helpers of tests, and tests that tell one story"
)]

mod builds;
mod canary;
mod content;
mod errors;
mod events;
mod flask_accounts;
mod invitations;
mod journey;
mod json_bodies;
mod links;
mod login;
mod login_faults;
mod me;
mod photo;
mod picture_faults;
mod readmes;
mod rebuild_site;
mod requests;
mod roles;
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
