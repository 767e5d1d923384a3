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

#[cfg(test)]
mod tests {
    use super::super::server::tests::answering;
    use super::*;

    #[tokio::test]
    async fn calls_side_by_side_sign_in_once() {
        let over = (
            "401 Unauthorized",
            r#"{"code":"invalid_token","message":"Sign in again."}"#,
        );
        let granted = ("200 OK", r#"{"access_token":"new","expires_in":3600}"#);
        let files = (
            "200 OK",
            r#"{"files":[],"usage":{"max_files":1,"max_bytes":1}}"#,
        );
        let (server, answered) = answering(&[over, over, over, granted, files, files, files]);
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::open(Some(folder.path().to_owned())).unwrap();
        let account = Account {
            url: "http://localhost".to_owned(),
            email: "jo@club.example".to_owned(),
        };
        let session = Session {
            token: "over".to_owned(),
            expires_at: u64::MAX,
        };
        kept.keep_session(&account, &session).unwrap();
        let member = SignedIn::new(&server, &kept, &account);
        member.held.lock().await.password = Some("four words of nonsense".to_owned());
        let ask = || member.call(async |server, token| server.files(token).await);
        let (one, two, three) = tokio::join!(ask(), ask(), ask());
        assert!(one.is_ok() && two.is_ok() && three.is_ok());
        let asked = answered.join().unwrap();
        let count = |part: &str| asked.iter().filter(|it| it.contains(part)).count();
        assert_eq!(count("POST /api/login"), 1);
        assert_eq!((count("Bearer over"), count("Bearer new")), (3, 3));
        let now = kept.session(&account, 0).unwrap();
        assert_eq!(now.map(|it| it.token).as_deref(), Some("new"));
    }
}
