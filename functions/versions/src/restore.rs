//! A version of a document, stored as its newest.

use blobs::layout::{SourceKey, SourceNote};
use endpoint::{Error, JsonObject, Request, sentence};
use members::Member;
use sources::{Accepted, Named, Sent, Store, Terms};

use crate::{State, file, is_id};

pub(crate) async fn restore(
    state: &State,
    member: &Member,
    source: &SourceKey,
    request: &Request,
) -> endpoint::Result {
    let body = JsonObject::read(request)?;
    let id = body.string("version")?;
    if !is_id(id) {
        return Err(Error::NotFound);
    }
    let (key, found) = file::of_history(state, source, id).await?;
    let note = SourceNote::from_metadata(&found.head.metadata);
    let sent = Sent {
        member,
        source,
        bytes: found.bytes,
        named: note.map(|note| Named {
            file_name: note.file_name,
            path: note.path,
            slug_given: note.slug_given,
            schedule: note.schedule,
            created: Some(note.created),
        }),
        terms: Terms {
            same_title: false,
            version: None,
            same_address: |of| {
                sentence!(
                    "api.same_address_restore",
                    name = of.name,
                    older = of.older,
                    slug = of.slug
                )
            },
        },
    };
    let store = Store {
        bearer: &state.bearer,
        uploads: &state.uploads,
        quota: state.quota,
    };
    let stored = store.store(&sent).await?;
    // An erasure for good looks until it finds nothing. So it either finds what was stored here, or was through before:
    // then the version is gone by now, and what came of it goes, too.
    let still = state.uploads.head_version(&key, id).await;
    if still.map_err(Error::unavailable)?.is_none() {
        let undone = state
            .uploads
            .delete_version(&source.key(), stored.written.version)
            .await;
        undone.map_err(Error::unavailable)?;
        return Err(Error::NotFound);
    }
    endpoint::accepted(&Accepted::new(source, stored))
}
