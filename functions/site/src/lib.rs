//! `GET /api/site`: what a page has to know before anybody signs in. Everybody may ask.

use auth::password;
use blobs::layout::{MAX_FORM_PICTURE_BYTES, MAX_ORIGINAL_BYTES};
use endpoint::{Environment, Error, Origins, Request, configuration};
use frontmatter::MAX_README_BYTES;
use members::{Directory, Review};
use serde::Serialize;

/// What this function may touch: nothing but its own configuration.
#[derive(Debug)]
pub struct State {
    /// What the members call their club, school or team.
    pub name: String,
    /// Where the Astro site is, if that is known.
    pub url: Option<String>,
    /// Where the uploads bucket takes what browsers put to a presigned address.
    pub uploads_url: String,
    pub password: password::Rules,
    /// Whether the site sends letters.
    pub mail: bool,
    /// Which documents wait for an editor.
    pub review: Review,
    /// What the addresses of documents begin with in the Astro site, as links between them have it.
    pub link_base: String,
    /// Whether everybody may see who the members are.
    pub public_members: Directory,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            name: configuration::site_name(environment).to_owned(),
            url: environment.optional("SITE_URL").map(str::to_owned),
            uploads_url: environment.required("UPLOADS_URL")?.to_owned(),
            password: configuration::password_rules(environment)?,
            mail: configuration::mail_from(environment)?.is_some(),
            review: configuration::review(environment)?,
            link_base: configuration::link_base(environment),
            public_members: configuration::directory(environment)?,
            origins: Origins::from_env(environment)?,
        })
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    site: Site<'a>,
}

#[derive(Serialize)]
struct Site<'a> {
    name: &'a str,
    url: Option<&'a str>,
    /// What the addresses of `upload_url` begin with: a page's policy has to let the browser connect there.
    uploads_url: &'a str,
    password: Length,
    limits: Limits,
    /// Whether it sends letters: without, nobody gets a code for a forgotten password by themselves.
    mail: bool,
    review: Review,
    /// What links between documents begin with.
    link_base: &'a str,
    /// Whether everybody may see who the members are, but for those who stay out of it.
    public_members: Directory,
    version: &'static str,
}

/// How many characters a password has.
#[derive(Serialize)]
struct Length {
    min: usize,
    max: usize,
}

/// In bytes.
#[derive(Serialize)]
struct Limits {
    readme: usize,
    /// As a form.
    picture: usize,
    /// Put to the address that `upload_url` gives.
    large_picture: usize,
}

#[expect(
    clippy::unused_async,
    reason = "the handlers of all functions are called alike"
)]
pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/site" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "GET")? {
        return Ok(preflight);
    }
    endpoint::ok(&Answer {
        site: Site {
            name: &state.name,
            url: state.url.as_deref(),
            uploads_url: &state.uploads_url,
            password: Length {
                min: state.password.min_length(),
                max: password::MAX_LENGTH,
            },
            limits: Limits {
                readme: MAX_README_BYTES,
                picture: MAX_FORM_PICTURE_BYTES,
                large_picture: MAX_ORIGINAL_BYTES,
            },
            mail: state.mail,
            review: state.review,
            link_base: &state.link_base,
            public_members: state.public_members,
            version: env!("CARGO_PKG_VERSION"),
        },
    })
}
