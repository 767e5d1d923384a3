//! Where the address comes from: the environment, or a secret of Secrets Manager.

use std::fmt;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{DisplayErrorContext, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use endpoint::{Environment, EnvironmentError, aws};

use super::{Hook, StoredHook};
use crate::Start;

/// The hook of this deployment, if it has one.
pub struct Hooks(Source);

enum Source {
    None,
    Fixed(Hook),
    /// Read whenever a build is to be started: there are few, and a new address counts at once.
    Secret {
        client: Client,
        id: String,
    },
}

impl Hooks {
    /// `DEPLOY_HOOK_URL` with `DEPLOY_HOOK_TOKEN` and `DEPLOY_HOOK_EVENT`, or where that isn't set,
    /// what the secret `DEPLOY_HOOK_SECRET_ARN` holds ([`StoredHook`]).
    ///
    /// # Errors
    /// The variable's name and what is wrong with its value, which is not quoted.
    pub fn from_env(environment: &Environment) -> Result<Self, EnvironmentError> {
        const URL: &str = "DEPLOY_HOOK_URL";
        if let Some(url) = environment.optional(URL) {
            let token = environment.optional("DEPLOY_HOOK_TOKEN");
            let event = environment.optional("DEPLOY_HOOK_EVENT");
            let hook = Hook::new(url, token, event)
                .map_err(|reason| Environment::unusable(URL, reason))?;
            return Ok(Self(Source::Fixed(hook)));
        }
        let Some(id) = environment.optional("DEPLOY_HOOK_SECRET_ARN") else {
            return Ok(Self(Source::None));
        };
        let config = aws::config(environment, aws::ENDPOINT_SECRETS_MANAGER)?;
        Ok(Self(Source::Secret {
            client: Client::new(&config),
            id: id.to_owned(),
        }))
    }

    pub fn is_none(&self) -> bool {
        matches!(self.0, Source::None)
    }

    /// Starts a build, where there is a hook: see [`Hook::start`].
    pub async fn start(&self, patience: Duration) -> Start {
        match &self.0 {
            Source::None => Start::NoHook,
            Source::Fixed(hook) => hook.start(patience).await,
            Source::Secret { client, id } => match read(client, id).await {
                Ok(Some(hook)) => Box::pin(hook.start(patience)).await,
                Ok(None) => Start::NoHook,
                Err(failed) => failed,
            },
        }
    }
}

async fn read(client: &Client, id: &str) -> Result<Option<Hook>, Start> {
    let sent = client.get_secret_value().secret_id(id).send().await;
    let value = sent.map_err(|error| match &error {
        SdkError::ServiceError(answer)
            if matches!(
                answer.err(),
                GetSecretValueError::ResourceNotFoundException(_)
            ) =>
        {
            Start::Refused(format!("there is no secret {id}: deploy again"))
        }
        // The store's words; the secret is in none of them.
        _ => Start::TryAgain {
            reason: format!(
                "the deploy hook can't be fetched: {}",
                DisplayErrorContext(&error)
            ),
            after: None,
        },
    })?;
    StoredHook::parse(value.secret_string().unwrap_or_default())
        .and_then(|stored| stored.hook())
        .map_err(|reason| {
            Start::Refused(format!(
                "the deploy hook in {id} can't be used: {reason}; say `masthead hook set --aws`"
            ))
        })
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::None => f.write_str("None"),
            Source::Fixed(hook) => hook.fmt(f),
            Source::Secret { id, .. } => f.debug_struct("Secret").field("id", id).finish(),
        }
    }
}
