//! Configuration: environment variables, read once at start-up.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// The configuration a function starts with.
///
/// In Lambda these are the process's environment variables; the local stack builds the same map
/// from the lines that `masthead dev --print-env` prints.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// What calls the stores of this environment: one for all of them, since each would read the same certificates.
    pub(crate) http_client: Arc<OnceLock<SharedHttpClient>>,
}

/// A variable that is missing or can't be used. Names the variable, never its value: some are
/// secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    #[error("the environment variable {0} is not set")]
    Missing(String),
    #[error("the environment variable {name} can't be used: {reason}")]
    Unusable { name: String, reason: String },
}

impl Environment {
    /// The process's own environment. Called once, in `main`.
    pub fn process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of `name`; an empty value counts as not set.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The value of `name`, or an error that names it.
    pub fn required(&self, name: &str) -> Result<&str, EnvironmentError> {
        self.optional(name)
            .ok_or_else(|| EnvironmentError::Missing(name.to_owned()))
    }

    /// The value of `name` as a `T`, or `default` where it isn't set.
    pub fn parsed<T>(&self, name: &str, default: T) -> Result<T, EnvironmentError>
    where
        T: FromStr<Err: Display>,
    {
        let Some(value) = self.optional(name) else {
            return Ok(default);
        };
        value
            .trim()
            .parse()
            .map_err(|reason: T::Err| Self::unusable(name, reason))
    }

    /// An error that says why the value of `name` can't be used.
    pub fn unusable(name: &str, reason: impl Display) -> EnvironmentError {
        EnvironmentError::Unusable {
            name: name.to_owned(),
            reason: reason.to_string(),
        }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        Self {
            variables: pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            http_client: Arc::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let environment = Environment::from_iter([("EMPTY", "")]);
        for name in ["EMPTY", "ABSENT"] {
            let error = environment.required(name).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the environment variable {name} is not set")
            );
        }
    }

    #[test]
    fn an_unusable_value_is_not_repeated() {
        let environment = Environment::from_iter([("TOKEN_TTL_SECONDS", "s3cret")]);
        let error = environment
            .parsed("TOKEN_TTL_SECONDS", 1_u64)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("TOKEN_TTL_SECONDS") && !error.contains("s3cret"),
            "{error}"
        );
        assert_eq!(environment.parsed("ABSENT", 7_u64), Ok(7));
    }
}
