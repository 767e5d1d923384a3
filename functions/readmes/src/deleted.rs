//! The documents that were deleted and can still come back, in pages.

use blobs::layout::{KEPT_DAYS, SourceKey, SourceNote};
use blobs::{After, Version};
use endpoint::{Error, Request, rfc3339};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use members::Account;
use serde::Serialize;

use crate::State;
use crate::list::{ASKED_AT_ONCE, cursor, cursor_of, limit};

/// How many pages of a thousand versions are looked through for one of these. A member may have more, by sending a
/// document again and again; the cursor then leads on, even from a page without documents.
const LOOKED_THROUGH: usize = 10;
const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

#[derive(Serialize)]
struct Restorable {
    slug: String,
    /// `None` where another program stored it.
    file_name: Option<String>,
    /// The folder that the file lay in; empty at the top.
    path: String,
    /// Which version comes back, if no other is asked for.
    version: String,
    deleted_at: String,
    /// From then on the store may forget it.
    until: String,
}

#[derive(Serialize)]
struct Page {
    deleted: Vec<Restorable>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

/// A deleted document, as far as the listing tells of it.
struct Found {
    key: String,
    version: String,
    /// Unix seconds.
    deleted_at: u64,
}

pub(crate) async fn list(state: &State, member: &Account, request: &Request) -> endpoint::Result {
    let after = cursor(request)?.map(|slug| SourceKey::new(&member.id, &slug).key());
    let limit = usize::from(limit(request)?);
    let mut look = Look::default();
    let prefix = SourceKey::prefix(&member.id);
    let mut next = after.map(|key| After { key, version: None });
    let mut pages = 0;
    let cursor = loop {
        let page = state
            .uploads
            .versions_page(&prefix, next.as_ref(), None)
            .await
            .map_err(Error::unavailable)?;
        pages += 1;
        if let Some(stopped_at) = look.at(page.versions, limit) {
            break Some(stopped_at);
        }
        next = page.next;
        let Some(next) = &mut next else { break None };
        if !look.waits_for_version() {
            // Nothing more is to be learnt of this key, however many versions it has.
            next.version = None;
            if pages >= LOOKED_THROUGH && is_readme(&next.key) {
                break Some(next.key.clone());
            }
        }
    };
    let found = deleted_ones(state, member, look.found).await?.into_iter();
    let deleted = found.map(|found| noted(state, found));
    let deleted: Vec<_> = deleted.collect();
    let deleted: Vec<Option<Restorable>> = stream::iter(deleted)
        .buffered(ASKED_AT_ONCE)
        .try_collect()
        .await?;
    endpoint::ok(&Page {
        deleted: deleted.into_iter().flatten().collect(),
        cursor: cursor.as_deref().and_then(cursor_of),
    })
}

/// Those that were deleted: what went to another address is there.
async fn deleted_ones(
    state: &State,
    member: &Account,
    found: Vec<Found>,
) -> Result<Vec<Found>, Error> {
    let slugs = || {
        found
            .iter()
            .filter_map(|found| SourceKey::parse(&found.key))
    };
    let slugs = || slugs().map(|source| source.slug);
    let (Some(first), Some(last)) = (slugs().min(), slugs().max()) else {
        return Ok(found);
    };
    let members = &state.bearer.members;
    let addresses = members.addresses(&member.id, (&first, &last)).await?;
    let has_left = |found: &Found| {
        let slug = SourceKey::parse(&found.key).map(|source| source.slug);
        let address = addresses
            .iter()
            .find(|(known, _)| Some(known) == slug.as_ref());
        address.is_some_and(|(_, address)| address.has_left(&found.version))
    };
    Ok(found.into_iter().filter(|it| !has_left(it)).collect())
}

/// A look through versions, by key and of each the newest first.
#[derive(Default)]
struct Look {
    found: Vec<Found>,
    /// The key that was looked at last.
    key: String,
    /// Since when it is deleted, as long as no version of it came.
    deleted_at: Option<u64>,
}

impl Look {
    /// Looks at a page. `Some`: as many as asked for are found, and there is more after this key.
    fn at(&mut self, page: Vec<Version>, limit: usize) -> Option<String> {
        for version in page {
            let is_new = version.key != self.key;
            if is_new {
                if self.found.len() >= limit {
                    return self.found.last().map(|last| last.key.clone());
                }
                self.key.clone_from(&version.key);
                let is_deleted = version.is_latest && version.is_marker && is_readme(&version.key);
                self.deleted_at = is_deleted.then_some(version.last_modified);
            } else if version.is_marker {
                // Deleted twice: the first time counts, as for the store.
                self.deleted_at = self.deleted_at.map(|_| version.last_modified);
            }
            if !version.is_marker
                && let Some(deleted_at) = self.deleted_at.take()
                && let Some(id) = version.id
            {
                self.found.push(Found {
                    key: version.key,
                    version: id,
                    deleted_at,
                });
            }
        }
        None
    }

    /// Whether the next page may begin with the version that was deleted.
    fn waits_for_version(&self) -> bool {
        self.deleted_at.is_some()
    }
}

fn is_readme(key: &str) -> bool {
    SourceKey::parse(key).is_some_and(|source| source.is_canonical())
}

/// Takes over what is kept beside the version. `None`: it was erased just now.
async fn noted(state: &State, found: Found) -> Result<Option<Restorable>, Error> {
    let head = state.uploads.head_version(&found.key, &found.version).await;
    let Some(head) = head.map_err(Error::unavailable)? else {
        return Ok(None);
    };
    let Some(source) = SourceKey::parse(&found.key) else {
        return Ok(None);
    };
    let note = SourceNote::from_metadata(&head.metadata);
    let (file_name, path) = note.map(|note| (note.file_name, note.path)).unzip();
    Ok(Some(Restorable {
        slug: source.slug,
        file_name,
        path: path.unwrap_or_default(),
        version: found.version,
        deleted_at: rfc3339(found.deleted_at),
        until: rfc3339(found.deleted_at + KEPT_DAYS * SECONDS_OF_A_DAY),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(slug: &str, id: &str, is_latest: bool, at: u64) -> Version {
        Version {
            key: format!("readmes/m/{slug}.md"),
            id: Some(id.to_owned()),
            is_marker: id.contains('-'),
            is_latest,
            size: 1,
            last_modified: at,
        }
    }

    fn found(look: &Look) -> Vec<(&str, u64)> {
        let found = look.found.iter();
        found
            .map(|one| (one.version.as_str(), one.deleted_at))
            .collect()
    }

    #[test]
    fn what_was_deleted_is_known_by_its_newest_version_wherever_a_page_ends() {
        let all = || {
            vec![
                one("a", "a2", true, 9),
                one("a", "a-", false, 8),
                one("a", "a1", false, 7),
                one("b", "b--", true, 6),
                one("b", "b-", false, 5),
                one("b", "b2", false, 4),
                one("b", "b1", false, 3),
                one("c", "c-", true, 2),
                one("d", "d-", true, 9),
                one("d", "d1", false, 1),
                one("d", "d0", false, 1),
                one("odd/key", "o-", true, 1),
                one("odd/key", "o1", false, 1),
            ]
        };
        for at in 0..=all().len() {
            let mut look = Look::default();
            let mut first = all();
            let second = first.split_off(at);
            assert_eq!(look.at(first, 9), None);
            assert_eq!(look.at(second, 9), None);
            assert_eq!(found(&look), [("b2", 5), ("d1", 9)], "{at}");
        }
        let mut look = Look::default();
        assert_eq!(look.at(all(), 1).as_deref(), Some("readmes/m/b.md"));
        assert_eq!(found(&look), [("b2", 5)]);
        let mut look = Look::default();
        assert_eq!(look.at(all()[..4].to_vec(), 9), None);
        assert!(look.waits_for_version());
    }
}
