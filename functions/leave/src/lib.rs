//! `POST /api/me/delete`: a member leaves, for good.
//!
//! One transaction puts the tombstone up, which ends every session, and notes that the rest is to be erased;
//! `remove_member` does that. So the answer is one to something that can't be left half done.

use auth::password::{self, Password, Verdict};
use endpoint::{Bearer, Environment, Error, JsonObject, Origins, Request, configuration, sentence};
use members::Target;
use serde::Serialize;

/// What this function may touch: the members table.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        self.bearer.ready().await
    }
}

#[derive(Serialize)]
struct Left {}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/me/delete" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let body = JsonObject::read(&request)?;
    body.only(&["password"])?;
    let typed = Password::new(body.string("password")?);

    // The password is guessed at here as it is at the login: one count for both.
    let Bearer { members, clock, .. } = &state.bearer;
    let target = Target::new(member.email.as_str());
    let guess = endpoint::guess(members, clock, &request, Some(&target)).await?;
    let stored = member.password_hash.clone();
    let verdict = endpoint::blocking(move || password::verify(&typed, stored.as_deref())).await?;
    if verdict == Verdict::Wrong {
        return Err(Error::InvalidCredentials(sentence!("api.password_wrong")));
    }
    members.guessed_right(guess).await?;
    let (now_ms, handles) = (clock.unix_milliseconds(), [member.handle.as_str()]);
    members.note_unsettled(&member.id, handles, now_ms).await?;
    if !members.leave(&member, clock.unix_seconds()).await? {
        return Err(Error::Conflict(sentence!("api.account_changed_sign_in")));
    }
    tracing::info!(member = member.id, "a member left");
    endpoint::accepted(&Left {})
}
