//! A document's source, stored under its slug over what was seen there, so that of two writers at once neither is
//! answered and then lost unseen. What it takes is counted before.

mod moved;
mod replaced;
mod title;

use std::time::Duration;

use blobs::layout::{MAX_README_BYTES, SourceKey, SourceNote};
use blobs::{Blobs, Condition, Head, Upload, Written};
use bytes::Bytes;
use endpoint::{Bearer, Error, Sentence, rfc3339, sentence};
use members::{Counted, Member, Usage};
use quota::{Held, Quota};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

pub use moved::moved;
pub use replaced::Replaced;

/// How often a source is tried against other writers of the same document.
const ROUNDS: usize = 5;

/// Where sources are stored, and what a member's may take together.
#[derive(Debug, Clone, Copy)]
pub struct Store<'a> {
    pub bearer: &'a Bearer,
    pub uploads: &'a Blobs,
    pub quota: Usage,
}

/// What is to be stored.
#[derive(Debug, Clone)]
pub struct Sent<'a> {
    pub member: &'a Member,
    pub source: &'a SourceKey,
    pub bytes: Bytes,
    /// What is known of the file. `None` where another program stored it before: then it is what is known of the
    /// document in whose place it comes.
    pub named: Option<Named>,
    pub terms: Terms<'a>,
}

/// What is kept beside a source, but for what storing it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub file_name: String,
    /// The folder that the file lies in; empty at the top.
    pub path: String,
    pub slug_given: bool,
    /// Whether the document comes out at its date, whatever it says itself.
    pub schedule: bool,
    /// Since when there is the document, in Unix seconds. `None`: as that in whose place it comes, or from now on.
    pub created: Option<u64>,
}

/// What a source may take the place of. Of another document at the same address it never does.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Of a document of the same title alone.
    pub same_title: bool,
    /// Of this version alone, by its `ETag` without quotes, or of the same bytes.
    pub version: Option<&'a str>,
    /// What to say where another document has the address.
    pub same_address: fn(Clash) -> Sentence,
}

/// Two documents of one address, as their author knows them.
#[derive(Debug)]
pub struct Clash {
    /// The file that was sent, and the one whose place it would take.
    pub name: String,
    pub older: String,
    pub slug: String,
}

/// What was stored.
#[derive(Debug)]
pub struct Stored {
    pub written: Written,
    /// What had the same address before.
    pub replaced: Option<Replaced>,
}

/// The answer to what was stored.
#[derive(Debug, Serialize)]
pub struct Accepted {
    readme: Readme,
}

#[derive(Debug, Serialize)]
struct Readme {
    slug: String,
    state: &'static str,
    /// Where the publish report will be.
    report: String,
    /// Of what was stored; another look at the document may find a newer one.
    version: String,
    /// What had the same address before.
    replaced: Option<Replaced>,
}

impl Accepted {
    pub fn new(source: &SourceKey, stored: Stored) -> Self {
        Self {
            readme: Readme {
                slug: source.slug.clone(),
                state: "processing",
                report: format!("/api/readmes/{}", source.slug),
                version: version(&stored.written.etag).to_owned(),
                replaced: stored.replaced,
            },
        }
    }
}

/// A version as members see it: the `ETag` without quotes.
pub fn version(etag: &str) -> &str {
    etag.trim_matches('"')
}

/// What is stored under a key; its bytes are missing where another program put there more than a README has.
struct Seen {
    head: Head,
    note: Option<SourceNote>,
    bytes: Option<Bytes>,
}

impl Store<'_> {
    /// Stores a source over what is there, if the terms allow that.
    ///
    /// # Errors
    /// [`Error::Conflict`] and [`Error::OtherTitle`] where they don't, [`Error::QuotaExceeded`], or a store that
    /// failed.
    pub async fn store(&self, sent: &Sent<'_>) -> Result<Stored, Error> {
        let quota = Quota {
            members: &self.bearer.members,
            uploads: self.uploads,
            clock: &self.bearer.clock,
            member_id: &sent.source.member_id,
            of: Counted::Readmes,
            most: self.quota,
        };
        let mut held = Held::nothing(quota, Duration::ZERO);
        let stored = self.store_counted(&mut held, sent).await;
        held.settle(&stored).await;
        stored
    }

    async fn store_counted(&self, held: &mut Held<'_>, sent: &Sent<'_>) -> Result<Stored, Error> {
        let key = sent.source.key();
        let sha256 = base16ct::lower::encode_string(&Sha256::digest(&sent.bytes));
        for _ in 0..ROUNDS {
            let seen = self.seen(&key).await?;
            let older = seen.as_ref().and_then(|seen| seen.note.as_ref());
            let note = self.note(sent, &sha256, older);
            if let (Some(older), Some(note)) = (older, &note)
                && !same_document(older, note)
            {
                return Err(Error::Conflict((sent.terms.same_address)(Clash {
                    name: shown(note),
                    older: shown(older),
                    slug: sent.source.slug.clone(),
                })));
            }
            if let Some(version) = sent.terms.version {
                unchanged(seen.as_ref(), version, &sent.bytes)?;
            }
            let older_bytes = seen.as_ref().and_then(|seen| seen.bytes.as_ref());
            if let Some(older_bytes) = older_bytes.filter(|_| sent.terms.same_title) {
                replaced::check(self.uploads, sent, note.as_ref(), older_bytes).await?;
            }
            if let Some(seen) = &seen
                && self.is_dealt_with(sent, seen, note.as_ref()).await?
            {
                return Ok(Stored {
                    written: Written {
                        etag: seen.head.etag.clone(),
                        version: seen.head.version.clone(),
                    },
                    replaced: Some(Replaced::of(sent, seen.note.clone(), seen.bytes.clone()).await),
                });
            }
            let before = seen.as_ref().map(|seen| seen.head.size);
            held.ensure(before, sent.bytes.len() as u64).await?;
            let condition = seen.as_ref().map_or(Condition::Absent, |seen| {
                Condition::Unchanged(&seen.head.etag)
            });
            let upload = Upload {
                bytes: sent.bytes.clone(),
                content_type: "text/markdown",
                metadata: note.map(|note| note.to_metadata()).unwrap_or_default(),
                ..Upload::default()
            };
            let written = self.uploads.write(&key, upload, condition).await;
            let Some(written) = written.map_err(Error::unavailable)? else {
                continue;
            };
            let replaced = match seen {
                Some(seen) => Some(Replaced::of(sent, seen.note, seen.bytes).await),
                None => None,
            };
            return Ok(Stored { written, replaced });
        }
        held.forgo();
        Err(Error::unavailable(anyhow::anyhow!(
            "{ROUNDS} other uploads of one document were faster"
        )))
    }

    /// Whether what is sent is there already, to the last byte and word, and was looked at: then nothing is written. What was
    /// not looked at yet, or by an earlier converter, is stored again, which has it looked at.
    async fn is_dealt_with(
        &self,
        sent: &Sent<'_>,
        seen: &Seen,
        note: Option<&SourceNote>,
    ) -> Result<bool, Error> {
        let is_same = seen.bytes.as_ref() == Some(&sent.bytes) && seen.note.as_ref() == note;
        // A version that is restored is one of its own.
        if !is_same || sent.named.is_none() {
            return Ok(false);
        }
        let SourceKey { member_id, slug } = sent.source;
        let report = self.bearer.members.report(member_id, slug).await?;
        Ok(report.is_some_and(|report| {
            report.source_version == seen.head.etag && report.converter == frontmatter::CONVERTER
        }))
    }

    async fn seen(&self, key: &str) -> Result<Option<Seen>, Error> {
        let found = match self.uploads.get(key, MAX_README_BYTES).await {
            Ok(found) => found.map(|object| (object.head, Some(object.bytes))),
            Err(blobs::Error::TooLarge { .. }) => {
                let head = self.uploads.head(key).await.map_err(Error::unavailable)?;
                head.map(|head| (head, None))
            }
            Err(error) => return Err(Error::unavailable(error)),
        };
        Ok(found.map(|(head, bytes)| Seen {
            note: SourceNote::from_metadata(&head.metadata),
            head,
            bytes,
        }))
    }

    /// What is kept beside the source where it takes the place of one of which `older` is kept.
    fn note(
        &self,
        sent: &Sent<'_>,
        sha256: &str,
        older: Option<&SourceNote>,
    ) -> Option<SourceNote> {
        let now = self.bearer.clock.unix_seconds();
        let note = match &sent.named {
            Some(named) => SourceNote {
                file_name: named.file_name.clone(),
                path: named.path.clone(),
                slug_given: named.slug_given,
                schedule: named.schedule,
                created: now,
                updated: now,
                sha256: sha256.to_owned(),
            },
            None => SourceNote {
                updated: now,
                sha256: sha256.to_owned(),
                ..older?.clone()
            },
        };
        let mut note = match older {
            Some(older) => note.in_place_of(older),
            None => note,
        };
        if let Some(created) = sent.named.as_ref().and_then(|named| named.created) {
            note.created = created;
        }
        Some(note)
    }
}

/// Refuses to take the place of any version but one. The same bytes lose nothing: whoever didn't hear the answer
/// may send them again.
fn unchanged(seen: Option<&Seen>, asked: &str, bytes: &Bytes) -> Result<(), Error> {
    let Some(seen) = seen else {
        return Err(Error::Conflict(sentence!("api.document_deleted_since")));
    };
    if version(&seen.head.etag) == version(asked) || seen.bytes.as_ref() == Some(bytes) {
        return Ok(());
    }
    Err(Error::Conflict(sentence!(
        "api.document_changed_since",
        version = version(&seen.head.etag),
        since = rfc3339(seen.head.last_modified)
    )))
}

/// A document is replaced by a file of the same name in the same folder, however the name is composed, or by one that names
/// the slug: of the same name, from wherever it was moved, or of any where the slug was named before, too.
fn same_document(older: &SourceNote, newer: &SourceNote) -> bool {
    let is_same_name = older.file_name.nfc().eq(newer.file_name.nfc());
    is_same_file(older, &newer.path, &newer.file_name)
        || (is_same_name && newer.slug_given)
        || (older.slug_given && newer.slug_given)
}

/// Whether a document was sent as a file of this name in this folder, however the name is composed.
pub fn is_same_file(note: &SourceNote, path: &str, file_name: &str) -> bool {
    note.path == path && note.file_name.nfc().eq(file_name.nfc())
}

/// A file's name, with the folder that it lies in, fit to be shown in a sentence.
pub fn shown(note: &SourceNote) -> String {
    let harmless = |text: &str| -> String {
        let shown = text.chars().filter(|c| !c.is_control());
        shown.take(60).collect()
    };
    let name = harmless(&note.file_name);
    match note.path.as_str() {
        "" => name,
        path => format!("{}/{name}", harmless(path)),
    }
}
