//! `/api/readmes/{slug}/source`, `/versions`, `/versions/{id}`, `/versions/{id}/changes` and `/restore`: a document as its
//! author sent it, as it was before, under former addresses as well, what changed, and its return.

mod compared;
mod file;
mod history;
mod list;
mod restore;

use blobs::Blobs;
use blobs::layout::SourceKey;
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use members::Usage;

/// Longest id of a version, in bytes. S3's are shorter by far; the query string that repeats one has room for it.
const MAX_ID_BYTES: usize = 256;

/// What this function may touch: the members table, and sources in the uploads bucket.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    /// What a member's READMEs may take.
    pub quota: Usage,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            quota: configuration::quota(environment)?,
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

/// What a path asks for, of the document with its slug.
enum Asked {
    Source,
    Versions,
    Version(String),
    Changes(String),
    Restore,
}

impl Asked {
    /// `None`: the path is none of these.
    fn of(path: &str) -> Option<(String, Self)> {
        let mut segments = path.strip_prefix("/api/readmes/")?.split('/');
        let slug = segments.next()?;
        let rest: Vec<&str> = segments.collect();
        let asked = match rest.as_slice() {
            ["source"] => Self::Source,
            ["versions"] => Self::Versions,
            ["versions", id] if is_id(id) => Self::Version((*id).to_owned()),
            ["versions", id, "changes"] if is_id(id) => Self::Changes((*id).to_owned()),
            ["restore"] => Self::Restore,
            _ => return None,
        };
        let is_slug = !slug.is_empty() && SourceKey::new("", slug).is_canonical();
        is_slug.then(|| (slug.to_owned(), asked))
    }

    fn method(&self) -> &'static str {
        match self {
            Self::Source | Self::Versions | Self::Version(_) | Self::Changes(_) => "GET",
            Self::Restore => "POST",
        }
    }
}

/// Whether a text may be a version's id: S3's have no other characters.
fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    let (slug, asked) = Asked::of(endpoint::path(&request)).ok_or(Error::NotFound)?;
    if let Some(preflight) = endpoint::allow(&request, asked.method())? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let source = SourceKey::new(&member.id, &slug);
    match asked {
        Asked::Source => file::current(state, &source).await,
        Asked::Versions => list::list(state, &source, &request).await,
        Asked::Version(id) => file::version(state, &source, &id).await,
        Asked::Changes(id) => compared::changes(state, &source, id, &request).await,
        Asked::Restore => restore::restore(state, &member, &source, &request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_spelling_of_a_path_is_one() {
        for path in [
            "/api/readmes/trip/source",
            "/api/readmes/trip/versions",
            "/api/readmes/trip/versions/3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY_-x",
            "/api/readmes/trip/versions/null",
            "/api/readmes/trip/versions/null/changes",
            "/api/readmes/trip/restore",
        ] {
            assert!(
                Asked::of(path).is_some_and(|(slug, _)| slug == "trip"),
                "{path}"
            );
        }
        let long = format!(
            "/api/readmes/trip/versions/{}",
            "x".repeat(MAX_ID_BYTES + 1)
        );
        for path in [
            "/api/readmes/trip",
            "/api/readmes//source",
            "/api/readmes/TRIP/source",
            "/api/readmes/../source",
            "/api/readmes/trip/source/",
            "/api/readmes/trip/source/x",
            "/api/readmes/trip/versions/",
            "/api/readmes/trip/versions/a/b",
            "/api/readmes/trip/versions/a/changes/",
            "/api/readmes/trip/versions//changes",
            "/api/readmes/trip/versions/changes/a",
            "/api/readmes/trip/versions/a%2Fb",
            "/api/readmes/trip/versions/a b",
            "/api/readmes/trip/versions/é",
            "/api/readmes/trip/restore/x",
            "/api/readmes/trip/other",
            &long,
        ] {
            assert!(Asked::of(path).is_none(), "{path}");
        }
    }
}
