//! `POST /api/readmes/{slug}/rename`: a document gets another address, and nothing that led to it is lost.

mod noted;
mod renaming;

use blobs::Blobs;
use blobs::layout::{OWN_PAGE, SourceKey};
use endpoint::{
    Bearer, Environment, Error, JsonObject, Origins, Request, aws, configuration, sentence,
};
use frontmatter::slug;
use members::Review;
use sources::Accepted;

use renaming::Renaming;

/// What this function may touch: sources in the uploads bucket, and what the members table remembers of addresses.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    /// Which documents wait for an editor (`REVIEW`): the addresses of these do, too.
    pub review: Review,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            review: configuration::review(environment)?,
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

/// The slug in a path; `None`: the path is none of this function's.
fn slug_in(path: &str) -> Option<&str> {
    let slug = path
        .strip_prefix("/api/readmes/")?
        .strip_suffix("/rename")?;
    let is_slug = !slug.is_empty() && SourceKey::new("", slug).is_canonical();
    is_slug.then_some(slug)
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    let slug = slug_in(endpoint::path(&request)).ok_or(Error::NotFound)?;
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let body = JsonObject::read(&request)?;
    let wanted = body.string("slug")?.trim();
    if wanted.is_empty() {
        return Err(Error::BadRequest(sentence!("api.rename_slug_empty")));
    }
    if slug == OWN_PAGE {
        return Err(Error::BadRequest(sentence!(
            "api.rename_own_page",
            handle = member.handle
        )));
    }
    let if_version = if body.has("if_version") {
        Some(body.string("if_version")?)
    } else {
        None
    };
    let from = SourceKey::new(&member.id, slug);
    // As an upload makes it, so that what can be uploaded somewhere can be moved there.
    let to = SourceKey::new(&member.id, &slug::for_upload("", Some(wanted)));
    let renaming = Renaming {
        state,
        member: &member,
        from: &from,
        to: &to,
        if_version,
    };
    let stored = renaming.run().await?;
    endpoint::accepted(&Accepted::new(&to, stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_spelling_of_a_path_is_one() {
        assert_eq!(slug_in("/api/readmes/my-trip/rename"), Some("my-trip"));
        for path in [
            "/api/readmes/rename",
            "/api/readmes//rename",
            "/api/readmes/Trip/rename",
            "/api/readmes/a/b/rename",
            "/api/readmes/../rename",
            "/api/readmes/trip/rename/",
            "/api/readmes/trip",
        ] {
            assert_eq!(slug_in(path), None, "{path}");
        }
    }
}
