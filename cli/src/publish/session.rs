//! Signed in as a member: with the token that was kept, or with one for the password, which is asked for when it is needed
//! and once.

use std::sync::Arc;

use anyhow::anyhow;
use endpoint::Clock;
use tokio::sync::Mutex;

use super::kept::{Account, Kept, Session};
use super::server::{Server, Trouble};
use crate::ask;

/// A token is taken for over this many seconds before it is, so that no call meets its end.
const SPARE_SECONDS: u64 = 60;

pub(super) struct SignedIn<'a> {
    server: &'a Server,
    kept: &'a Kept,
    account: &'a Account,
    held: Mutex<Held>,
}

/// What was signed in with. Whoever holds it is the only one who signs in, so that calls made side by side ask once.
#[derive(Default)]
struct Held {
    token: Option<Arc<str>>,
    password: Option<String>,
    has_failed: bool,
}

impl<'a> SignedIn<'a> {
    pub(super) fn new(server: &'a Server, kept: &'a Kept, account: &'a Account) -> Self {
        Self {
            server,
            kept,
            account,
            held: Mutex::default(),
        }
    }

    /// Makes a call with the token. Where that is refused, as after a new password or a sign-out, signs in again, once.
    pub(super) async fn call<T>(
        &self,
        call: impl AsyncFn(&Server, &str) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let token = self.token(None).await?;
        let answer = call(self.server, &token).await;
        if !answer
            .as_ref()
            .is_err_and(|trouble| trouble.is("invalid_token"))
        {
            return answer;
        }
        let token = self.token(Some(&token)).await?;
        call(self.server, &token).await
    }

    /// A token that isn't `refused`.
    async fn token(&self, refused: Option<&str>) -> Result<Arc<str>, Trouble> {
        let mut held = self.held.lock().await;
        if let Some(token) = held.token.as_ref().filter(|it| refused != Some(&***it)) {
            return Ok(Arc::clone(token));
        }
        if held.has_failed {
            return Err(Trouble::Failed(anyhow!("signing in again failed")));
        }
        let soon = now().saturating_add(SPARE_SECONDS);
        let kept = self.kept.session(self.account, soon);
        let kept = kept.map_err(Trouble::Failed)?;
        let token = if let Some(session) = kept.filter(|_| refused.is_none()) {
            session.token
        } else {
            let signed_in = self.sign_in(&mut held).await;
            held.has_failed = signed_in.is_err();
            signed_in?
        };
        let token: Arc<str> = token.into();
        held.token = Some(Arc::clone(&token));
        Ok(token)
    }

    async fn sign_in(&self, held: &mut Held) -> Result<String, Trouble> {
        let email = &self.account.email;
        let password = match held.password.take() {
            Some(password) => password,
            None => ask::password(&format!("Password of {email} at {}", self.account.url))
                .map_err(Trouble::Failed)?,
        };
        let granted = self.server.login(email, &password).await?;
        held.password = Some(password);
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
