//! `POST /api/forgot_password`: a letter with a code for who forgot the password.
//!
//! It does the same whoever asks: it counts, and writes one object. Whether there is such a member is looked up by
//! `send_mail`, whose time nobody can measure.

use blobs::Blobs;
use endpoint::{
    Clock, Environment, Error, JsonObject, Origins, Request, aws, configuration, sentence,
};
use mail::{Letter, Outbox};
use members::{Email, Members};
use serde::Serialize;

/// What this function may touch: counts of the members table, and the outbox. It reads no account.
#[derive(Debug)]
pub struct State {
    pub members: Members,
    pub outbox: Outbox,
    pub clock: Clock,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);
        let sends = configuration::mail_from(environment)?.is_some();
        Ok(Self {
            members: configuration::members(environment)?,
            outbox: Outbox::new(uploads, sends),
            clock: Clock::system(),
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (members, outbox) = tokio::join!(self.members.ready(), self.outbox.ready());
        members?;
        outbox
    }
}

#[derive(Serialize)]
struct Asked {}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/forgot_password" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let body = JsonObject::read(&request)?;
    body.only(&["email"])?;
    let email = Email::parse(body.string("email")?)
        .map_err(|_| Error::BadRequest(sentence!("api.email_invalid")))?;
    if !state.outbox.sends() {
        return Err(Error::Conflict(sentence!("api.no_mail")));
    }
    let State { members, clock, .. } = state;
    endpoint::count_letter_from(members, clock, &request).await?;
    // Who gets no further letter has one whose code still works, and is answered as everybody is.
    let now = clock.unix_milliseconds();
    if members.count_letter_to(&email, now).await? {
        let letter = Letter::ForgottenPassword {
            email: email.as_str().to_owned(),
            language: endpoint::language(request.headers()).code().to_owned(),
        };
        let put = state.outbox.put(&letter);
        put.await.map_err(Error::unavailable)?;
    }
    endpoint::accepted(&Asked {})
}
