//! What an upload replaces: a second project's README has the name of the first one's, too.

use blobs::Blobs;
use blobs::layout::{SourceKey, SourceNote};
use bytes::Bytes;
use endpoint::{Error, Replacement, Titled};
use frontmatter::names::fold;
use frontmatter::slug;
use serde::Serialize;

use crate::{Sent, title};

/// How many slugs are looked at for one that is free.
const SUGGESTIONS: usize = 9;

/// A document that an upload took the place of.
#[derive(Debug, Serialize)]
pub struct Replaced {
    /// `None` where it can't be read.
    title: Option<String>,
    /// `None` where another program stored it.
    file_name: Option<String>,
    /// The folder that it lay in; empty at the top.
    path: String,
}

impl Replaced {
    pub(crate) async fn of(
        sent: &Sent<'_>,
        note: Option<SourceNote>,
        bytes: Option<Bytes>,
    ) -> Self {
        let title = match bytes {
            Some(bytes) => title::of(sent.member, sent.source, note.as_ref(), &bytes).await,
            None => None,
        };
        let (file_name, path) = note.map(|note| (note.file_name, note.path)).unzip();
        Self {
            title,
            file_name,
            path: path.unwrap_or_default(),
        }
    }
}

/// Whether what was sent, of which `note` speaks, may take the place of what is there.
///
/// # Errors
/// [`Error::OtherTitle`] where it is another document by its title, as far as both have one.
pub(crate) async fn check(
    uploads: &Blobs,
    sent: &Sent<'_>,
    note: Option<&SourceNote>,
    older: &Bytes,
) -> Result<(), Error> {
    let of = async |bytes: &Bytes| title::of(sent.member, sent.source, note, bytes).await;
    let (Some(older), Some(newer)) = (of(older).await, of(&sent.bytes).await) else {
        return Ok(());
    };
    if fold(&older) == fold(&newer) {
        return Ok(());
    }
    Err(Error::OtherTitle(Box::new(Replacement {
        replaces: Titled {
            slug: sent.source.slug.clone(),
            title: older,
        },
        instead: Titled {
            slug: free_slug(uploads, sent.source, &newer).await?,
            title: newer,
        },
    })))
}

/// A slug made of a title that is free, or that a document has which was sent under a slug of its own and
/// may be this one: sending there asks again where it isn't.
async fn free_slug(uploads: &Blobs, taken: &SourceKey, title: &str) -> Result<String, Error> {
    let mut slug = slug::for_upload("", Some(title));
    for number in 2..=SUGGESTIONS {
        if slug != taken.slug {
            let key = SourceKey::new(&taken.member_id, &slug).key();
            let head = uploads.head(&key).await.map_err(Error::unavailable)?;
            let note = head.map(|head| SourceNote::from_metadata(&head.metadata));
            if note.is_none_or(|note| note.is_some_and(|note| note.slug_given)) {
                break;
            }
        }
        slug = slug::for_upload("", Some(&format!("{title} {number}")));
    }
    Ok(slug)
}
