//! Signed in as a member: with the token that was kept, or with one for the password, which is asked for when it is needed
//! and once.

use endpoint::Clock;

use super::kept::{Account, Kept, Session};
use super::server::{Server, Trouble};
use crate::ask;

/// A token is taken for over this many seconds before it is, so that no call meets its end.
const SPARE_SECONDS: u64 = 60;

pub(super) struct SignedIn<'a> {
    server: &'a Server,
    kept: &'a Kept,
    account: &'a Account,
    token: Option<String>,
    password: Option<String>,
}

impl<'a> SignedIn<'a> {
    pub(super) fn new(server: &'a Server, kept: &'a Kept, account: &'a Account) -> Self {
        Self {
            server,
            kept,
            account,
            token: None,
            password: None,
        }
    }

    /// Makes a call with the token. Where that is refused, as after a new password or a sign-out, signs in again, once.
    pub(super) async fn call<T>(
        &mut self,
        call: impl AsyncFn(&Server, &str) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let token = match self.token.take() {
            Some(token) => token,
            None => self.kept_token().await?,
        };
        let mut answer = call(self.server, &token).await;
        self.token = Some(token);
        if answer
            .as_ref()
            .is_err_and(|trouble| trouble.is("invalid_token"))
        {
            let token = self.sign_in().await?;
            answer = call(self.server, &token).await;
            self.token = Some(token);
        }
        answer
    }

    async fn kept_token(&mut self) -> Result<String, Trouble> {
        let soon = now().saturating_add(SPARE_SECONDS);
        let kept = self.kept.session(self.account, soon);
        match kept.map_err(Trouble::Failed)? {
            Some(session) => Ok(session.token),
            None => self.sign_in().await,
        }
    }

    async fn sign_in(&mut self) -> Result<String, Trouble> {
        let email = &self.account.email;
        let password = match self.password.take() {
            Some(password) => password,
            None => ask::password(&format!("Password of {email} at {}", self.account.url))
                .map_err(Trouble::Failed)?,
        };
        let granted = self.server.login(email, &password).await?;
        self.password = Some(password);
        let session = Session {
            token: granted.access_token,
            expires_at: now().saturating_add(granted.expires_in),
        };
        self.kept
            .keep_session(self.account, &session)
            .map_err(Trouble::Failed)?;
        Ok(session.token)
    }
}

fn now() -> u64 {
    Clock::system().unix_seconds()
}
