//! `/api/members`: the members of a site, for its administrators.
//!
//! Who may is looked up on the account at each call, never in the token. Every change is written in one transaction with
//! the entry that tells of it.

mod change;
mod import;
mod invite;
mod list;
mod remove;
mod shown;

use blobs::Blobs;
use endpoint::http::Method;
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use members::{Account, Role, Who};
use membership::{Administration, Refused, SiteShown};

/// What this function may touch: accounts in the members table, and the word in the uploads bucket that a member is called
/// something else.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    pub site: SiteShown,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            site: SiteShown {
                name: configuration::site_name(environment).to_owned(),
                public_url: configuration::public_url(environment)?,
            },
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (bearer, uploads) = tokio::join!(self.bearer.ready(), self.uploads.ready());
        bearer?;
        Ok(uploads?)
    }
}

/// What a path is of.
#[derive(Debug, PartialEq, Eq)]
enum Route<'a> {
    Members,
    Import,
    Member(&'a str),
    Reset(&'a str),
    SignOut(&'a str),
}

impl<'a> Route<'a> {
    /// `None`: the path is none of this function's.
    fn of(path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix("/api/members")?;
        if rest.is_empty() {
            return Some(Self::Members);
        }
        let mut segments = rest.strip_prefix('/')?.split('/');
        let route = match (segments.next()?, segments.next()) {
            ("import", None) => Self::Import,
            (id, None) => Self::Member(id),
            (id, Some("reset")) => Self::Reset(id),
            (id, Some("sign_out")) => Self::SignOut(id),
            _ => return None,
        };
        let is_id = |id: &str| {
            !id.is_empty()
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        };
        let is_one = match route {
            Self::Members | Self::Import => true,
            Self::Member(id) | Self::Reset(id) | Self::SignOut(id) => is_id(id),
        };
        (is_one && segments.next().is_none()).then_some(route)
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::Members => "GET, POST",
            Self::Member(_) => "PATCH, DELETE",
            Self::Import | Self::Reset(_) | Self::SignOut(_) => "POST",
        }
    }
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    let route = Route::of(endpoint::path(&request)).ok_or(Error::NotFound)?;
    if let Some(preflight) = endpoint::allow(&request, route.methods())? {
        return Ok(preflight);
    }
    let admin = state.bearer.member_as(&request, Role::Admin).await?;
    let clock = || state.bearer.clock.unix_milliseconds();
    let by = Administration {
        members: &state.bearer.members,
        by: Some(Who::from(&admin)),
        clock: &clock,
    };
    match route {
        Route::Members if request.method() == Method::GET => list::list(state, &request).await,
        Route::Members => invite::invite(state, &request, &by).await,
        Route::Import => import::import(state, &request, &by).await,
        Route::Member(id) => {
            let account = find(state, id).await?;
            if request.method() == Method::DELETE {
                remove::remove(&request, &account, &by).await
            } else {
                change::change(state, &request, account, &by).await
            }
        }
        Route::Reset(id) => invite::reset(state, &request, &find(state, id).await?, &by).await,
        Route::SignOut(id) => change::sign_out(state, &request, &find(state, id).await?, &by).await,
    }
}

async fn find(state: &State, id: &str) -> endpoint::Result<Account> {
    let account = state.bearer.members.by_id(id).await?;
    account.ok_or(Error::NotFound)
}

/// What a change that is refused answers.
fn conflict(refused: Refused) -> Error {
    Error::Conflict(refused.sentence())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_spelling_of_a_path_is_one() {
        for (path, route) in [
            ("/api/members", Route::Members),
            ("/api/members/import", Route::Import),
            ("/api/members/0197-af", Route::Member("0197-af")),
            ("/api/members/0197-af/reset", Route::Reset("0197-af")),
            ("/api/members/0197-af/sign_out", Route::SignOut("0197-af")),
        ] {
            assert_eq!(Route::of(path), Some(route), "{path}");
        }
        for path in [
            "/api/members/",
            "/api/membership",
            "/api/members/import/reset",
            "/api/members//reset",
            "/api/members/0197/",
            "/api/members/0197/reset/",
            "/api/members/0197/disable",
            "/api/members/../me",
            "/api/members/%2e",
            "/api/me",
        ] {
            assert_eq!(Route::of(path), None, "{path}");
        }
    }
}
