//! `POST /api/content`: a build says which version of which entry it read, and which one the site's own schema refused.

use std::collections::{BTreeMap, HashSet};

use auth::build_key::BuildKey;
use blobs::layout;
use endpoint::{Error, Request, sentence};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use members::{Built, Members, Refused, is_hidden};
use serde::Deserialize;

use crate::told::Telling;
use crate::{MAX_ID_BYTES, is_entry_id};

/// Entries of one request; a build that read more says so in several.
const MAX_ENTRIES: usize = 1000;
/// Refused entries of one request.
const MAX_REFUSED: usize = 200;
/// Longest reason of a refusal, in bytes.
const MAX_REASON_BYTES: usize = 500;
/// Each is an id, a digest and what JSON puts around them; a reason is three times as long with every letter escaped.
const MAX_BYTES: usize = MAX_ENTRIES * 320 + MAX_REFUSED * (320 + 3 * MAX_REASON_BYTES);
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
    /// What the site's own schema refused; builds of before it could be said leave it out.
    #[serde(default)]
    refused: Vec<Refusal>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    digest: String,
}

#[derive(Deserialize)]
struct Refusal {
    id: String,
    digest: String,
    reason: String,
}

/// Notes what the build read and what the site refused at `now`, in Unix seconds. Only what is new is written: a build that
/// says the same again costs two queries. Returns how much of what was read is new.
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
    if read.refused.len() > MAX_REFUSED {
        return Err(Error::TooLarge(sentence!(
            "api.refused_over_limit",
            most = MAX_REFUSED
        )));
    }
    let refused = read.refused.into_iter().map(|it| refused(it, now));
    let refused: Vec<Refused> = refused.collect::<Result<_, _>>()?;
    let read: Vec<Built> = read
        .entries
        .into_iter()
        .map(|entry| built(entry, now))
        .collect::<Result<_, _>>()?;
    let named: Vec<_> = read
        .iter()
        .map(entry)
        .chain(refused.iter().map(|it| (&*it.handle, &*it.slug)))
        .collect();
    let (known, known_refused) = builds.members.told_among(&named).await?;
    let noted = note_built(builds, &read, &known).await?;
    // Of an entry that is named as both the refusal counts: somebody has to look at it.
    let refused_now: HashSet<_> = refused.iter().map(|it| (&*it.handle, &*it.slug)).collect();
    // A build that read an older version, and ends later, has nothing to say of the newer one.
    let taken: HashSet<_> = read.iter().map(version).collect();
    for it in &known_refused {
        let is_refused = refused_now.contains(&(&*it.handle, &*it.slug));
        if !is_refused && taken.contains(&(&*it.handle, &*it.slug, &*it.digest)) {
            let members = &builds.members;
            members.forget_refused(&it.handle, &it.slug).await?;
        }
    }
    note_refused(builds, refused, &known, &known_refused).await?;
    Ok(noted)
}

/// Notes what the build read beyond what is known, and tells members what is on the site for the first time.
async fn note_built(builds: &Builds, read: &[Built], known: &[Built]) -> Result<usize, Error> {
    // A first build reads everything that was ever published: that is no news.
    let is_first_build = known.is_empty();
    let entries: HashSet<_> = known.iter().map(entry).collect();
    let known: HashSet<_> = known.iter().map(version).collect();
    // By slug: of an entry that is named twice the last version counts.
    let mut new: BTreeMap<String, BTreeMap<String, Built>> = BTreeMap::new();
    for built in read {
        if !known.contains(&version(built)) {
            let of_member = new.entry(built.handle.clone()).or_default();
            of_member.insert(built.slug.clone(), built.clone());
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

/// Notes what the site refused beyond what is known. What a build had read in the same version isn't in the site any more.
async fn note_refused(
    builds: &Builds,
    refused: Vec<Refused>,
    known: &[Built],
    known_refused: &[Refused],
) -> Result<(), Error> {
    let says_nothing_new = |it: &Refused| {
        known_refused.iter().any(|known| {
            (&known.handle, &known.slug, &known.digest, &known.reason)
                == (&it.handle, &it.slug, &it.digest, &it.reason)
        })
    };
    let mut new: BTreeMap<String, BTreeMap<String, Refused>> = BTreeMap::new();
    for it in refused {
        let of_member = new.entry(it.handle.clone()).or_default();
        of_member.insert(it.slug.clone(), it);
    }
    let known: HashSet<_> = known.iter().map(version).collect();
    let known = &known;
    let noted = stream::iter(new).map(|(handle, of_member)| async move {
        let is_built = |it: &&Refused| known.contains(&(&*it.handle, &*it.slug, &*it.digest));
        let unbuilt: Vec<&str> = of_member
            .values()
            .filter(is_built)
            .map(|it| it.slug.as_str())
            .collect();
        let new: Vec<Refused> = of_member
            .values()
            .filter(|it| !says_nothing_new(it))
            .cloned()
            .collect();
        if new.is_empty() && unbuilt.is_empty() {
            return Ok(());
        }
        builds.members.put_refused(&handle, &new, &unbuilt).await
    });
    let noted: Vec<()> = noted.buffer_unordered(WRITES).try_collect().await?;
    drop(noted);
    Ok(())
}

/// Which entry it is, whatever its version.
fn entry(built: &Built) -> (&str, &str) {
    (&built.handle, &built.slug)
}

/// Which version of which entry it is, whenever it was read.
fn version(built: &Built) -> (&str, &str, &str) {
    (&built.handle, &built.slug, &built.digest)
}

/// The handle and the slug of an entry, which is named as the list names it.
fn named<'a>(id: &'a str, digest: &str) -> Result<(&'a str, &'a str), Error> {
    let is_id = id.len() <= MAX_ID_BYTES && is_entry_id(id);
    let is_digest = (1..=MAX_DIGEST_BYTES).contains(&digest.len())
        && digest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    layout::parse_entry_id(id)
        .filter(|_| is_id && is_digest)
        .ok_or(Error::BadRequest(sentence!("api.entry_unknown")))
}

fn built(Entry { id, digest }: Entry, now: u64) -> Result<Built, Error> {
    let (handle, slug) = named(&id, &digest)?;
    Ok(Built {
        handle: handle.to_owned(),
        slug: slug.to_owned(),
        digest,
        since: now,
    })
}

fn refused(it: Refusal, now: u64) -> Result<Refused, Error> {
    let (handle, slug) = named(&it.id, &it.digest)?;
    let reason = it.reason.replace(is_hidden, " ").trim().to_owned();
    if reason.is_empty() || it.reason.len() > MAX_REASON_BYTES {
        return Err(Error::BadRequest(sentence!(
            "api.refused_reason",
            most = MAX_REASON_BYTES
        )));
    }
    Ok(Refused {
        handle: handle.to_owned(),
        slug: slug.to_owned(),
        digest: it.digest,
        reason,
        since: now,
    })
}
