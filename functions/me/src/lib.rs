//! `GET /api/me`: who the token belongs to.

use endpoint::{Bearer, Environment, Error, Origins, Request, configuration};
use members::PublicMember;
use serde::Serialize;

/// What this function may touch: the members table.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub public_url: String,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            public_url: configuration::public_url(environment)?,
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
struct Me<'a> {
    member: PublicMember<'a>,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/me" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "GET")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    endpoint::ok(&Me {
        member: member.public(&state.public_url),
    })
}
