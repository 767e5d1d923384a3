//! `POST /api/set_password`: a new password for the current one.

use auth::password::{self, Password, Rules, Verdict};
use endpoint::{Bearer, Environment, Error, JsonObject, Origins, Request, configuration};
use members::Target;
use serde::Serialize;

/// Shortest password that is accepted, in code points (NIST SP 800-63B-4 section 3.1.1.2).
const DEFAULT_MIN_PASSWORD_LENGTH: usize = 15;

/// What this function may touch: the members table.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub rules: Rules,
    /// 128 random bits, for the salt.
    pub random: fn() -> [u8; 16],
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let min_length = environment.parsed("MIN_PASSWORD_LENGTH", DEFAULT_MIN_PASSWORD_LENGTH)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            rules: Rules::new(min_length)
                .map_err(|error| Environment::unusable("MIN_PASSWORD_LENGTH", error))?,
            random: rand::random,
            origins: Origins::from_env(environment)?,
        })
    }
}

#[derive(Serialize)]
struct Changed {}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/set_password" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let body = JsonObject::read(&request)?;
    let current = Password::new(body.string("current_password")?);
    let new = Password::new(body.string("password")?);
    state
        .rules
        .check(&new, &[member.email.as_str(), &member.name, &member.handle])
        .map_err(|weak| Error::BadRequest(weak.to_string()))?;

    // The current password is guessed at here as it is at the login: one count for both.
    let target = Target::new(member.email.as_str());
    let Bearer { members, clock, .. } = &state.bearer;
    let guess = endpoint::guess(members, clock, &request, Some(&target)).await?;
    let (stored, salt) = (member.password_hash.clone(), (state.random)());
    let hash = endpoint::blocking(
        move || match password::verify(&current, stored.as_deref()) {
            Verdict::Wrong => Ok(None),
            Verdict::Right | Verdict::RightButOutdated => password::hash(&new, salt).map(Some),
        },
    )
    .await??;
    let Some(hash) = hash else {
        return Err(Error::InvalidCredentials("The current password is wrong."));
    };
    members.guessed_right(guess).await?;
    if !members.set_password(&member, &hash).await? {
        return Err(Error::Conflict(
            "The password was changed at the same time elsewhere. Please sign in again.".to_owned(),
        ));
    }
    endpoint::ok(&Changed {})
}
