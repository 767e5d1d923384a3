//! Tokens under the keys as they are now: those of the environment, or those of a secret, which
//! change while the process runs.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use auth::token::{Claims, InvalidToken, KeyRing, Tokens as Signed};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{DisplayErrorContext, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_types::SdkConfig;
use tokio::sync::Mutex;

use crate::{Clock, Error, Result};

/// Keys older than this are fetched again, in the background.
const MAX_AGE_SECONDS: u64 = 5 * 60;
/// So much time is between two fetches, whatever tokens come in.
const MIN_PAUSE_SECONDS: u64 = 60;

/// Issues and verifies the tokens of a deployment.
///
/// Keys of a secret are fetched at start-up, again in the background once they are five minutes old,
/// and again for a token of an unknown key, at most once a minute. So a rotation that publishes a
/// key, waits, and then signs with it refuses no token. Where the store is down, the keys stay as
/// they are; before the first ones came, there is no answer but [`Error::Unavailable`].
#[derive(Debug)]
pub struct Tokens(Keys);

#[derive(Debug)]
enum Keys {
    Fixed(Signed),
    Secret(Arc<Secret>),
}

/// A secret that can't be the keys of this deployment, whenever it is read. Names the secret, and
/// nothing that is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret {secret} can't be used as signing keys: {reason}")]
pub struct UnusableSecret {
    secret: String,
    reason: String,
}

/// Why there are no new keys.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Unusable(#[from] UnusableSecret),
    #[error("the signing keys can't be fetched: {0}")]
    Unavailable(String),
}

struct Secret {
    client: Client,
    id: String,
    clock: Clock,
    make: Box<dyn Fn(KeyRing) -> Signed + Send + Sync>,
    fetched: RwLock<Fetched>,
    /// Held while fetching: one fetch serves all who wait for it.
    turn: Mutex<()>,
}

/// Times are Unix seconds.
#[derive(Clone, Default)]
struct Fetched {
    tokens: Option<Arc<Signed>>,
    at: u64,
    /// Of the last fetch, whatever came of it.
    tried_at: u64,
}

impl Tokens {
    /// Tokens under keys that stay as they are.
    pub fn fixed(tokens: Signed) -> Self {
        Self(Keys::Fixed(tokens))
    }

    /// Tokens under the keys of a secret of Secrets Manager, by its name or ARN; `make` is handed
    /// each ring that comes from it.
    pub fn of_secret(
        config: &SdkConfig,
        secret: &str,
        clock: Clock,
        make: impl Fn(KeyRing) -> Signed + Send + Sync + 'static,
    ) -> Self {
        Self(Keys::Secret(Arc::new(Secret {
            client: Client::new(config),
            id: secret.to_owned(),
            clock,
            make: Box::new(make),
            fetched: RwLock::default(),
            turn: Mutex::default(),
        })))
    }

    /// Fetches the keys for the first time. A store that is down is logged and no error: requests
    /// are answered with a 503 until it is back.
    ///
    /// # Errors
    /// There is no such secret, or it is no key ring.
    pub async fn ready(&self) -> std::result::Result<(), UnusableSecret> {
        let Keys::Secret(secret) = &self.0 else {
            return Ok(());
        };
        match secret.fetch(0).await {
            Ok(()) => Ok(()),
            Err(FetchError::Unusable(unusable)) => Err(unusable),
            Err(FetchError::Unavailable(cause)) => {
                tracing::warn!(cause, "started without signing keys");
                Ok(())
            }
        }
    }

    /// Issues a token at `now` (Unix seconds) for the version of an account. `jti` is random.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while there are no keys.
    pub async fn issue(
        &self,
        member_id: &str,
        version: u64,
        now: u64,
        jti: [u8; 16],
    ) -> Result<String> {
        Ok(match &self.0 {
            Keys::Fixed(tokens) => tokens.issue(member_id, version, now, jti),
            Keys::Secret(secret) => secret.current().await?.issue(member_id, version, now, jti),
        }?)
    }

    /// The claims of a token that could have been issued here and is valid at `now` (Unix seconds).
    ///
    /// # Errors
    /// The outer one is [`Error::Unavailable`], while there are no keys.
    pub async fn verify(
        &self,
        token: &str,
        now: u64,
    ) -> Result<std::result::Result<Claims, InvalidToken>> {
        let secret = match &self.0 {
            Keys::Fixed(tokens) => return Ok(tokens.verify(token, now)),
            Keys::Secret(secret) => secret,
        };
        let verified = secret.current().await?.verify(token, now);
        if verified != Err(InvalidToken::Key) || !secret.may_fetch() {
            return Ok(verified);
        }
        // A key that was published since the last fetch, or none of ours.
        secret.fetch_logged().await;
        Ok(secret.current().await?.verify(token, now))
    }

    /// How long a token is valid, in seconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while there are no keys.
    pub async fn ttl_seconds(&self) -> Result<u64> {
        Ok(match &self.0 {
            Keys::Fixed(tokens) => tokens.ttl_seconds(),
            Keys::Secret(secret) => secret.current().await?.ttl_seconds(),
        })
    }
}

impl Secret {
    fn fetched(&self) -> Fetched {
        // A poisoned lock holds a whole value all the same: each is put there by one assignment.
        let fetched = self.fetched.read().unwrap_or_else(PoisonError::into_inner);
        fetched.clone()
    }

    fn may_fetch(&self) -> bool {
        let pause = self
            .clock
            .unix_seconds()
            .saturating_sub(self.fetched().tried_at);
        pause >= MIN_PAUSE_SECONDS
    }

    /// The tokens under the newest keys that are known here; waits for them only where there are
    /// none yet.
    async fn current(self: &Arc<Self>) -> Result<Arc<Signed>> {
        let fetched = self.fetched();
        let Some(tokens) = fetched.tokens else {
            self.fetch(fetched.tried_at)
                .await
                .map_err(Error::unavailable)?;
            let cause = || anyhow::anyhow!("the signing keys went as they came");
            return self
                .fetched()
                .tokens
                .ok_or_else(|| Error::unavailable(cause()));
        };
        let age = self.clock.unix_seconds().saturating_sub(fetched.at);
        if age >= MAX_AGE_SECONDS && self.may_fetch() {
            let secret = Arc::clone(self);
            // Lambda may freeze the process before this is done; it then goes on with the next
            // event, and where it fails, another one follows.
            tokio::spawn(async move { secret.fetch_logged().await });
        }
        Ok(tokens)
    }

    /// Fetches once; whatever fails, the keys stay as they are.
    async fn fetch_logged(&self) {
        let seen = self.fetched().tried_at;
        if let Err(error) = self.fetch(seen).await {
            tracing::warn!(%error, "went on with the signing keys of before");
        }
    }

    /// Fetches, unless another fetch ended since the one at `seen`.
    async fn fetch(&self, seen: u64) -> std::result::Result<(), FetchError> {
        let _turn = self.turn.lock().await;
        let before = self.fetched();
        if before.tried_at != seen && before.tokens.is_some() {
            return Ok(());
        }
        let read = self.read().await;
        let now = self.clock.unix_seconds();
        let (fetched, outcome) = match read {
            Ok(ring) => {
                let tokens = Some(Arc::new((self.make)(ring)));
                let (at, tried_at) = (now, now);
                (
                    Fetched {
                        tokens,
                        at,
                        tried_at,
                    },
                    Ok(()),
                )
            }
            Err(error) => {
                let tried_at = now;
                (Fetched { tried_at, ..before }, Err(error))
            }
        };
        *self.fetched.write().unwrap_or_else(PoisonError::into_inner) = fetched;
        outcome
    }

    async fn read(&self) -> std::result::Result<KeyRing, FetchError> {
        let unusable = |reason: String| UnusableSecret {
            secret: self.id.clone(),
            reason,
        };
        let sent = self.client.get_secret_value().secret_id(&self.id).send();
        let value = sent.await.map_err(|error| match &error {
            SdkError::ServiceError(answer)
                if matches!(
                    answer.err(),
                    GetSecretValueError::ResourceNotFoundException(_)
                ) =>
            {
                unusable("there is none of this name".to_owned()).into()
            }
            // The store's words; the secret is in none of them.
            _ => FetchError::Unavailable(DisplayErrorContext(&error).to_string()),
        })?;
        let text = value.secret_string().unwrap_or_default();
        Ok(KeyRing::parse(text).map_err(|error| unusable(error.to_string()))?)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
