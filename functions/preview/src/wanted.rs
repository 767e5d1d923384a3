//! What is to be shown, as the request has it.

use blobs::layout::{MAX_README_BYTES, SourceKey, SourceNote, parse_path};
use conversion::foreign;
use endpoint::{Error, JsonObject, Request};
use frontmatter::{Reject, slug};
use members::Member;
use sha2::{Digest as _, Sha256};

use crate::State;

/// Largest body, in bytes: JSON writes a byte of text as six where it writes the most, and the other two are short.
const MAX_JSON_BYTES: usize = 6 * MAX_README_BYTES + 16 * 1024;
/// What a document is called that has no name yet.
const DEFAULT_FILE_NAME: &str = "document.md";

/// A document that isn't uploaded.
pub(crate) struct Wanted {
    file_name: String,
    /// The folder that it would lie in; empty at the top.
    path: String,
    /// The name in the address, where it isn't made of the file's.
    given: Option<String>,
    pub(crate) text: String,
    /// Whether it would come out at its date, whatever it says itself.
    schedule: bool,
}

impl Wanted {
    /// Reads the JSON `{file_name?, path?, slug?, schedule?, text}`.
    pub(crate) fn read(request: &Request) -> Result<Self, Error> {
        let body = JsonObject::read_up_to(request, MAX_JSON_BYTES)?;
        let optional = |key: &str| body.has(key).then(|| body.string(key)).transpose();
        let path = match optional("path")?.unwrap_or_default() {
            "" => String::new(),
            path => parse_path(path).map_err(|reason| Error::BadRequest(reason.sentence()))?,
        };
        let file_name = optional("file_name")?.filter(|name| !name.is_empty());
        let text = body.string("text")?;
        // As an upload is refused, in the same order.
        if text.is_empty() {
            return Err(Error::empty_file());
        }
        if let Some(sentence) = foreign::advice(text.as_bytes()) {
            return Err(Error::InvalidFile(sentence));
        }
        if text.len() > MAX_README_BYTES {
            return Err(Error::TooLarge(Reject::TooLarge.sentence()));
        }
        let given = optional("slug")?
            .map(str::trim)
            .filter(|slug| !slug.is_empty());
        Ok(Self {
            given: given.map(str::to_owned),
            file_name: file_name.unwrap_or(DEFAULT_FILE_NAME).to_owned(),
            path,
            text: text.to_owned(),
            schedule: body.has("schedule") && body.truth("schedule")?,
        })
    }

    /// Where it would be stored: with the document that this file was sent for before, if that has another address by now.
    pub(crate) async fn key(&self, state: &State, member: &Member) -> Result<SourceKey, Error> {
        let slug = slug::in_folder(&self.path, &self.file_name, self.given.as_deref());
        let key = SourceKey::new(&member.id, &slug);
        if self.given.is_some() {
            return Ok(key);
        }
        let State {
            bearer, uploads, ..
        } = state;
        let moved = sources::moved(&bearer.members, uploads, &key, &self.path, &self.file_name);
        Ok(moved.await?.unwrap_or(key))
    }

    /// What would be kept beside it, if it were uploaded for the first time at `now`, in Unix seconds.
    pub(crate) fn note(&self, now: u64) -> SourceNote {
        SourceNote {
            file_name: self.file_name.clone(),
            path: self.path.clone(),
            slug_given: self.given.is_some(),
            schedule: self.schedule,
            created: now,
            updated: now,
            sha256: base16ct::lower::encode_string(&Sha256::digest(&self.text)),
        }
    }
}
