//! What several functions are configured with, read the same way by each of them.

use auth::token::{KeyRing, Tokens};
use members::Members;

use crate::{Bearer, Clock, Environment, EnvironmentError, aws};

/// The audience of our tokens: the API of this product, wherever it is deployed.
const AUDIENCE: &str = "masthead";
/// How long a token lasts unless `TOKEN_TTL_SECONDS` says otherwise: 12 hours.
const DEFAULT_TOKEN_TTL_SECONDS: u64 = 12 * 60 * 60;

/// The members table (`MEMBERS_TABLE`).
pub fn members(environment: &Environment) -> Result<Members, EnvironmentError> {
    let config = aws::config(environment, aws::ENDPOINT_DYNAMODB)?;
    Ok(Members::new(
        &config,
        environment.required("MEMBERS_TABLE")?,
    ))
}

/// The site's public address without a final slash (`PUBLIC_URL`).
pub fn public_url(environment: &Environment) -> Result<String, EnvironmentError> {
    const NAME: &str = "PUBLIC_URL";
    let url = environment.required(NAME)?.trim_end_matches('/');
    if url.starts_with("https://") || url.starts_with("http://") {
        Ok(url.to_owned())
    } else {
        Err(Environment::unusable(
            NAME,
            "it must start with https:// or http://",
        ))
    }
}

/// The tokens of this deployment (`JWT_KEYS`, `TOKEN_TTL_SECONDS`), issued in the name of
/// `PUBLIC_URL`.
pub fn tokens(environment: &Environment) -> Result<Tokens, EnvironmentError> {
    let ring = KeyRing::parse(environment.required("JWT_KEYS")?)
        .map_err(|error| Environment::unusable("JWT_KEYS", error))?;
    let ttl_seconds = environment.parsed("TOKEN_TTL_SECONDS", DEFAULT_TOKEN_TTL_SECONDS)?;
    Ok(Tokens::new(
        ring,
        &public_url(environment)?,
        AUDIENCE,
        ttl_seconds,
    ))
}

/// Everything a protected route needs to know its caller.
pub fn bearer(environment: &Environment) -> Result<Bearer, EnvironmentError> {
    Ok(Bearer {
        members: members(environment)?,
        tokens: tokens(environment)?,
        clock: Clock::system(),
    })
}
