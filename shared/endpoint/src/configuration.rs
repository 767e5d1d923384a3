//! What several functions are configured with, read the same way by each of them.

use auth::build_key::BuildKey;
use auth::token::KeyRing;
use members::Members;

use crate::{Bearer, Clock, Environment, EnvironmentError, Tokens, aws};

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

/// The tokens of this deployment, issued in the name of `PUBLIC_URL` for `TOKEN_TTL_SECONDS`, under
/// the keys of `JWT_KEYS`, or where that isn't set, of the secret `JWT_KEYS_SECRET_ARN`.
pub fn tokens(environment: &Environment) -> Result<Tokens, EnvironmentError> {
    const KEYS: &str = "JWT_KEYS";
    const SECRET: &str = "JWT_KEYS_SECRET_ARN";
    let issuer = public_url(environment)?;
    let ttl_seconds = environment.parsed("TOKEN_TTL_SECONDS", DEFAULT_TOKEN_TTL_SECONDS)?;
    let make = move |ring| auth::token::Tokens::new(ring, &issuer, AUDIENCE, ttl_seconds);
    if let Some(keys) = environment.optional(KEYS) {
        let ring = KeyRing::parse(keys).map_err(|error| Environment::unusable(KEYS, error))?;
        return Ok(Tokens::fixed(make(ring)));
    }
    let Some(secret) = environment.optional(SECRET) else {
        return Err(EnvironmentError::Missing(format!("{KEYS} or {SECRET}")));
    };
    let config = aws::config(environment, aws::ENDPOINT_SECRETS_MANAGER)?;
    Ok(Tokens::of_secret(&config, secret, Clock::system(), make))
}

/// How the site's builds are known (`BUILD_KEY_SHA256`); `None` where they tell nothing.
pub fn build_key(environment: &Environment) -> Result<Option<BuildKey>, EnvironmentError> {
    const NAME: &str = "BUILD_KEY_SHA256";
    let digest = environment.optional(NAME);
    let key = digest.map(BuildKey::of_digest).transpose();
    key.map_err(|error| Environment::unusable(NAME, error))
}

/// Everything a protected route needs to know its caller.
pub fn bearer(environment: &Environment) -> Result<Bearer, EnvironmentError> {
    Ok(Bearer {
        members: members(environment)?,
        tokens: tokens(environment)?,
        clock: Clock::system(),
    })
}
