//! A hook as a secret keeps it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Hook;

/// What `masthead hook set` writes and this function reads. `{}`, as the stack makes it, is no hook.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredHook {
    /// The address; empty: there is no hook.
    pub url: String,
    /// Sent as `Authorization: Bearer`, unless it is empty.
    pub token: String,
    /// GitHub's `event_type`; empty: the usual one.
    pub event_type: String,
}

impl StoredHook {
    /// # Errors
    /// A sentence that doesn't quote the text, as serde's own words could.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|_| "it is not the JSON that it was made as".to_owned())
    }

    /// The hook, if there is one.
    ///
    /// # Errors
    /// A sentence that says what is wrong, and quotes neither address nor token.
    pub fn hook(&self) -> Result<Option<Hook>, String> {
        if self.url.is_empty() {
            return Ok(None);
        }
        let token = Some(self.token.as_str()).filter(|token| !token.is_empty());
        let event = Some(self.event_type.as_str()).filter(|event| !event.is_empty());
        Hook::new(&self.url, token, event).map(Some)
    }
}

impl fmt::Debug for StoredHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredHook").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_stack_makes_is_no_hook() {
        for text in ["{}", r#"{"url":""}"#] {
            let stored = StoredHook::parse(text).unwrap();
            assert!(stored.hook().unwrap().is_none(), "{text}");
        }
    }

    #[test]
    fn damage_is_named_and_not_quoted() {
        let error = StoredHook::parse(r#"{"url": "https://s3cret"#).unwrap_err();
        assert!(!error.contains("s3cret"), "{error}");
        let stored = StoredHook::parse(r#"{"url": "ftp://s3cret/"}"#).unwrap();
        assert!(!stored.hook().unwrap_err().contains("s3cret"));
        assert!(!format!("{stored:?}").contains("s3cret"));
    }
}
