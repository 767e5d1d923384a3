//! `GET /api/content?cursor=`: what is published and by whom, for the site's build, what of it changed `?since=` it was read, or one
//! entry of it by `?id=`; and `POST`, by which the build says what it read. `GET /api/members/public?cursor=`: the members whom everybody may see.

mod builds;
mod directory;
mod list;
mod told;

use endpoint::http::{HeaderValue, Method, StatusCode, header};
use endpoint::{Clock, Environment, Error, Origins, Request, configuration, sentence};
use members::Members;
use serde::Serialize;

use builds::Builds;
use told::Telling;

/// Longest entry id, in bytes, as `docs/openapi.yaml` has it.
const MAX_ID_BYTES: usize = 200;
/// Longest cursor that is looked at, in bytes: longer than any key there is.
const MAX_CURSOR_BYTES: usize = 1024;
/// What is published may be kept by caches that many share, such as CloudFront, for 10 seconds, so that a flood of
/// requests reads the list once in that time; browsers and builds ask each time.
const CACHE_CONTROL: &str = "public, max-age=0, s-maxage=10";

/// What this function may touch: of the members table what is published, what builds have read, who was told of it and who is in the
/// directory, and the outbox.
#[derive(Debug)]
pub struct State {
    /// What is published.
    pub members: Members,
    /// `None` where no build key is set up.
    pub builds: Option<Builds>,
    /// `None` where nobody may see who the members are.
    pub directory: Option<Members>,
    pub clock: Clock,
    pub public_url: String,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let builds = configuration::build_key(environment)?.map(|key| {
            let members = configuration::members(environment)?;
            let telling = Telling::from_env(environment)?;
            Ok::<_, anyhow::Error>(Builds {
                key,
                members,
                telling,
            })
        });
        let members = configuration::members(environment)?;
        Ok(Self {
            builds: builds.transpose()?,
            directory: Some(members.clone()).filter(|members| members.directory().is_on()),
            members,
            clock: Clock::system(),
            public_url: configuration::public_url(environment)?,
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table.
    pub async fn ready(&self) -> anyhow::Result<()> {
        Ok(self.members.ready().await?)
    }
}

#[derive(Serialize)]
struct Noted {
    /// Entries that were not known to be in the site, or not in this version.
    new: usize,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    match endpoint::path(&request) {
        "/api/content" => content(state, request).await,
        "/api/members/public" => directory::answer(state, &request).await,
        _ => Err(Error::NotFound),
    }
}

async fn content(state: &State, request: Request) -> endpoint::Result {
    if let Some(preflight) = endpoint::allow(&request, "GET, POST")? {
        return Ok(preflight);
    }
    if request.method() == Method::POST {
        let builds = state
            .builds
            .as_ref()
            .ok_or(Error::InvalidCredentials(sentence!(
                "api.build_key_not_set_up"
            )))?;
        let new = builds::note(builds, &request, state.clock.unix_seconds()).await?;
        return endpoint::ok(&Noted { new });
    }
    list::answer(state, &request).await
}

/// An answer that caches keep, with its tag; without its body for whoever has it.
fn kept_by_caches<T: Serialize>(
    request: &Request,
    etag: &str,
    answer: impl FnOnce() -> T,
) -> endpoint::Result {
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    // Compared weakly (RFC 9110 section 13.1.2): CloudFront puts `W/` before the tag of what it compresses.
    let is_known = |tag: &str| tag.trim().trim_start_matches("W/") == etag;
    let unchanged = known.is_some_and(|known| known.split(',').any(is_known));
    let mut response = if unchanged {
        endpoint::empty(StatusCode::NOT_MODIFIED)
    } else {
        endpoint::ok(&answer())?
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(etag)?);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(CACHE_CONTROL),
    );
    Ok(response)
}

fn is_entry_id(cursor: &str) -> bool {
    (1..=MAX_CURSOR_BYTES).contains(&cursor.len())
        && cursor
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'/'))
}
