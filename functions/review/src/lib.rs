//! `/api/review` and `/api/review/{handle}/{slug}`: everybody's documents for editors, what waits for them, and what they decide.

mod decide;
mod documents;
mod letter;
mod list;
mod one;

use blobs::Blobs;
use blobs::layout::SourceKey;
use conversion::Site;
use endpoint::http::Method;
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use frontmatter::Themes;
use mail::Outbox;
use members::{Account, Role};
use tokio::sync::Semaphore;

/// What this function may touch: everything that a conversion reads, sources, letters that wait, and of the members table what editors
/// decide.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    pub content: Blobs,
    pub outbox: Outbox,
    /// Prefix of links to other entries (`LINK_BASE`).
    pub link_base: String,
    pub themes: Themes,
    /// Where pictures are public (`PUBLIC_URL`).
    pub public_url: String,
    /// One document is converted at a time: the others wait for stores meanwhile.
    pub converting: Semaphore,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);
        let sends = configuration::mail_from(environment)?.is_some();
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            outbox: Outbox::new(uploads.clone(), sends),
            uploads,
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            link_base: configuration::link_base(environment),
            themes: environment.parsed("THEMES", Themes::default())?,
            public_url: configuration::public_url(environment)?,
            converting: Semaphore::new(1),
            origins: Origins::from_env(environment)?,
        })
    }

    /// What documents are converted with.
    fn site(&self) -> Site<'_> {
        Site {
            content: &self.content,
            members: &self.bearer.members,
            link_base: &self.link_base,
            themes: &self.themes,
            public_url: &self.public_url,
        }
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let stores = tokio::join!(
            self.bearer.ready(),
            self.uploads.ready(),
            self.content.ready()
        );
        stores.0?;
        stores.1?;
        Ok(stores.2?)
    }
}

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked<'a> {
    List,
    One { handle: &'a str, slug: &'a str },
}

/// `None`: the path is none of this function's.
fn asked(path: &str) -> Option<Asked<'_>> {
    let rest = path.strip_prefix("/api/review")?;
    if rest.is_empty() {
        return Some(Asked::List);
    }
    let (handle, slug) = rest.strip_prefix('/')?.split_once('/')?;
    // Handles are spelled as slugs are.
    let is_one = |it: &str| !it.is_empty() && SourceKey::new("", it).is_canonical();
    (is_one(handle) && is_one(slug)).then_some(Asked::One { handle, slug })
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    let asked = asked(endpoint::path(&request)).ok_or(Error::NotFound)?;
    let methods = match asked {
        Asked::List => "GET",
        Asked::One { .. } => "GET, POST",
    };
    if let Some(preflight) = endpoint::allow(&request, methods)? {
        return Ok(preflight);
    }
    let editor = state.bearer.member_as(&request, Role::Editor).await?;
    let Asked::One { handle, slug } = asked else {
        return list::list(state, &request).await;
    };
    let author = author(state, handle).await?;
    let source = SourceKey::new(&author.id, slug);
    if request.method() == Method::POST {
        Box::pin(decide::decide(state, &editor, &author, &source, &request)).await
    } else {
        Box::pin(one::one(state, &author, &source, &request)).await
    }
}

async fn author(state: &State, handle: &str) -> Result<Account, Error> {
    let found = state.bearer.members.by_handle(handle).await?;
    found
        .filter(|author| !author.is_going())
        .ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_spelling_of_a_path_is_one() {
        assert_eq!(asked("/api/review"), Some(Asked::List));
        let (handle, slug) = ("jo", "my-trip");
        let one = Asked::One { handle, slug };
        assert_eq!(asked("/api/review/jo/my-trip"), Some(one));
        for path in [
            "/api/review/",
            "/api/review/jo",
            "/api/review/jo/",
            "/api/review//trip",
            "/api/review/jo/Trip",
            "/api/review/jo/a/b",
            "/api/review/../trip",
            "/api/reviews",
        ] {
            assert_eq!(asked(path), None, "{path}");
        }
    }
}
