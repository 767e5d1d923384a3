//! `POST /api/content`: a build says which version of which entry it read.

use std::collections::{BTreeMap, HashSet};

use auth::build_key::BuildKey;
use blobs::layout;
use endpoint::{Error, Request, sentence};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use members::{Built, Members};
use serde::Deserialize;

use crate::is_entry_id;
use crate::told::Telling;

/// Entries of one request; a build that read more says so in several.
const MAX_ENTRIES: usize = 1000;
/// Longest entry id, in bytes, as `docs/openapi.yaml` has it.
const MAX_ID_BYTES: usize = 200;
/// Each is an id, a digest and what JSON puts around them.
const MAX_BYTES: usize = MAX_ENTRIES * 320;
/// Longest digest, in bytes: S3's are 32, and 38 for what came in parts.
const MAX_DIGEST_BYTES: usize = 64;
/// Writes under way at the same time.
const WRITES: usize = 16;

/// What it takes to tell a build from anybody else, and to keep what it says.
#[derive(Debug)]
pub struct Builds {
    pub key: BuildKey,
    pub members: Members,
    /// `None` where the site sends no letters, or nobody knows where its pages are.
    pub telling: Option<Telling>,
}

#[derive(Deserialize)]
struct Read {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    digest: String,
}

/// Notes what the build read at `now`, in Unix seconds. Only what is new is written: a build that
/// says the same again costs one query.
pub(crate) async fn note(builds: &Builds, request: &Request, now: u64) -> Result<usize, Error> {
    let key = endpoint::bearer_token(request).unwrap_or_default();
    if !builds.key.is(key) {
        return Err(Error::InvalidCredentials(sentence!("api.build_key_wrong")));
    }
    let read: Read = endpoint::json(request, MAX_BYTES)?;
    if read.entries.len() > MAX_ENTRIES {
        return Err(Error::TooLarge(sentence!(
            "api.entries_over_limit",
            most = MAX_ENTRIES
        )));
    }
    let read: Vec<Built> = read
        .entries
        .into_iter()
        .map(|entry| built(entry, now))
        .collect::<Result<_, _>>()?;
    let known = builds.members.built_among(&read).await?;
    // A first build reads everything that was ever published: that is no news.
    let is_first_build = known.is_empty();
    let entries: HashSet<_> = known.iter().map(entry).collect();
    let known: HashSet<_> = known.iter().map(version).collect();
    // By slug: of an entry that is named twice the last version counts.
    let mut new: BTreeMap<String, BTreeMap<String, Built>> = BTreeMap::new();
    for built in read {
        if !known.contains(&version(&built)) {
            let of_member = new.entry(built.handle.clone()).or_default();
            of_member.insert(built.slug.clone(), built);
        }
    }
    let entries = &entries;
    let noted = stream::iter(new).map(|(handle, new)| async move {
        let new: Vec<Built> = new.into_values().collect();
        let noted = builds.members.put_built(&handle, &new).await?;
        if let Some(telling) = builds.telling.as_ref().filter(|_| !is_first_build) {
            let new = new.iter().filter(|built| !entries.contains(&entry(built)));
            let slugs = new.map(|built| built.slug.as_str());
            telling.tell(&builds.members, &handle, slugs).await;
        }
        Ok::<_, members::Error>(noted)
    });
    let noted: Vec<usize> = noted.buffer_unordered(WRITES).try_collect().await?;
    Ok(noted.into_iter().sum())
}

/// Which entry it is, whatever its version.
fn entry(built: &Built) -> (&str, &str) {
    (&built.handle, &built.slug)
}

/// Which version of which entry it is, whenever it was read.
fn version(built: &Built) -> (&str, &str, &str) {
    (&built.handle, &built.slug, &built.digest)
}

fn built(Entry { id, digest }: Entry, now: u64) -> Result<Built, Error> {
    let is_id = id.len() <= MAX_ID_BYTES && is_entry_id(&id);
    let is_digest = (1..=MAX_DIGEST_BYTES).contains(&digest.len())
        && digest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match layout::parse_entry_id(&id).filter(|_| is_id && is_digest) {
        Some((handle, slug)) => Ok(Built {
            handle: handle.to_owned(),
            slug: slug.to_owned(),
            digest,
            since: now,
        }),
        None => Err(Error::BadRequest(sentence!("api.entry_unknown"))),
    }
}
