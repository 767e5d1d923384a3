//! What several functions are configured with, read the same way by each of them.

use auth::build_key::BuildKey;
use auth::password::{DEFAULT_MIN_LENGTH, Rules};
use auth::token::KeyRing;
use aws_types::SdkConfig;
use members::{Directory, Email, Members, Review, Usage};

use crate::{Bearer, Clock, Environment, EnvironmentError, Tokens, aws};

/// The audience of our tokens: the API of this product, wherever it is deployed.
const AUDIENCE: &str = "masthead";
/// What a site is called that nobody has named.
const DEFAULT_SITE_NAME: &str = "Masthead";
/// How long a token lasts unless `TOKEN_TTL_SECONDS` says otherwise: 12 hours.
const DEFAULT_TOKEN_TTL_SECONDS: u64 = 12 * 60 * 60;

/// How many READMEs a member may have unless `MAX_READMES` says otherwise.
const DEFAULT_MAX_READMES: u64 = 1000;
/// How many bytes these may take together unless `MAX_README_BYTES_TOTAL` says otherwise: 200 MiB.
const DEFAULT_MAX_README_BYTES_TOTAL: u64 = 200 * 1024 * 1024;
/// How many files a member may have unless `MAX_FILES` says otherwise.
const DEFAULT_MAX_FILES: u64 = 500;
/// How many bytes these may take together unless `MAX_FILE_BYTES` says otherwise: 200 MiB.
const DEFAULT_MAX_FILE_BYTES: u64 = 200 * 1024 * 1024;

/// The members table (`MEMBERS_TABLE`).
pub fn members(environment: &Environment) -> Result<Members, EnvironmentError> {
    members_of(
        &aws::config(environment, aws::ENDPOINT_DYNAMODB)?,
        environment,
    )
}

/// The same where a handler asks it two things at once: getting ready opens both connections.
pub fn members_by_two_connections(environment: &Environment) -> Result<Members, EnvironmentError> {
    let config = aws::config_of_two_connections(environment, aws::ENDPOINT_DYNAMODB)?;
    members_of(&config, environment)
}

fn members_of(config: &SdkConfig, environment: &Environment) -> Result<Members, EnvironmentError> {
    let members = Members::new(config, environment.required("MEMBERS_TABLE")?);
    Ok(members.with_directory(directory(environment)?))
}

/// Whether everybody may see who the members are (`PUBLIC_MEMBERS`).
pub fn directory(environment: &Environment) -> Result<Directory, EnvironmentError> {
    environment.parsed("PUBLIC_MEMBERS", Directory::Off)
}

/// Which documents wait for an editor (`REVIEW`).
pub fn review(environment: &Environment) -> Result<Review, EnvironmentError> {
    environment.parsed("REVIEW", Review::Off)
}

/// What a member's READMEs may take: how many (`MAX_READMES`), and their bytes together
/// (`MAX_README_BYTES_TOTAL`).
pub fn quota(environment: &Environment) -> Result<Usage, EnvironmentError> {
    Ok(Usage {
        count: positive(environment, "MAX_READMES", DEFAULT_MAX_READMES)?,
        bytes: positive(
            environment,
            "MAX_README_BYTES_TOTAL",
            DEFAULT_MAX_README_BYTES_TOTAL,
        )?,
    })
}

/// What a member's files may take: how many (`MAX_FILES`), and their bytes together (`MAX_FILE_BYTES`).
pub fn file_quota(environment: &Environment) -> Result<Usage, EnvironmentError> {
    Ok(Usage {
        count: positive(environment, "MAX_FILES", DEFAULT_MAX_FILES)?,
        bytes: positive(environment, "MAX_FILE_BYTES", DEFAULT_MAX_FILE_BYTES)?,
    })
}

fn positive(environment: &Environment, name: &str, default: u64) -> Result<u64, EnvironmentError> {
    match environment.parsed(name, default)? {
        0 => Err(Environment::unusable(name, "it must be at least 1")),
        limit => Ok(limit),
    }
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

/// Prefix of links to entries (`LINK_BASE`).
pub fn link_base(environment: &Environment) -> String {
    environment.optional("LINK_BASE").unwrap_or("/").to_owned()
}

/// What the members call their club, school or team (`SITE_NAME`).
pub fn site_name(environment: &Environment) -> &str {
    environment
        .optional("SITE_NAME")
        .unwrap_or(DEFAULT_SITE_NAME)
}

/// The address that letters come from (`MAIL_FROM`); `None` where the site sends none.
pub fn mail_from(environment: &Environment) -> Result<Option<Email>, EnvironmentError> {
    const NAME: &str = "MAIL_FROM";
    let address = environment.optional(NAME).map(Email::parse).transpose();
    address.map_err(|error| Environment::unusable(NAME, error))
}

/// What a new password must be like (`MIN_PASSWORD_LENGTH`).
pub fn password_rules(environment: &Environment) -> Result<Rules, EnvironmentError> {
    const NAME: &str = "MIN_PASSWORD_LENGTH";
    let min_length = environment.parsed(NAME, DEFAULT_MIN_LENGTH)?;
    Rules::new(min_length).map_err(|error| Environment::unusable(NAME, error))
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
