//! What an account may do beside its own things.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Each may do what the ones before it may.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Their own things.
    #[default]
    Member,
    /// Everybody's documents: sees, approves and withdraws them.
    Editor,
    /// Members, too.
    Admin,
}

impl Role {
    /// All of them, from the one that may least.
    pub const ALL: [Self; 3] = [Self::Member, Self::Editor, Self::Admin];

    /// As it is stored, and as the API and the command line spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was given is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is member, editor or admin")]
pub struct InvalidRole;

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or(InvalidRole)
    }
}
