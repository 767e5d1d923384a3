//! What signing in answers: by a password, and by a code that sets one.

use members::{Account, PublicMember};
use serde::Serialize;

use crate::{Result, Tokens};

/// A new session, and whose it is.
#[derive(Serialize)]
pub struct SignedIn<'a> {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    member: PublicMember<'a>,
}

impl<'a> SignedIn<'a> {
    /// Issues a token at `now`, in Unix seconds, whose id is `random`.
    ///
    /// # Errors
    /// There are no signing keys.
    pub async fn new(
        tokens: &Tokens,
        account: &'a Account,
        public_url: &str,
        now: u64,
        random: [u8; 16],
    ) -> Result<Self> {
        Ok(Self {
            access_token: tokens
                .issue(&account.id, account.version, now, random)
                .await?,
            token_type: "Bearer",
            expires_in: tokens.ttl_seconds().await?,
            member: account.public(public_url),
        })
    }
}
