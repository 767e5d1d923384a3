//! An item of a shard, read and written, and what it adds to the shard's sum.

use sha2::{Digest as _, Sha256};

use super::{MANIFEST, Shard};
use crate::account::Picture;
use crate::error::Result;
use crate::item::{Item, Reader, SK, key, map, number, string};

pub(super) const HEAD: &str = "#HEAD";
const ADDRESS: &str = "E#";
const MEMBER: &str = "M#";
/// As the outputs' keys end: `jo-x.md`, `jo.md` and `jo/a.md` are in this order, and without it they wouldn't be.
const SUFFIX: &str = ".md";
pub(super) const REVISION: &str = "revision";

/// A published document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The output's ETag without its quotes: changes when, and only when, the file's bytes change.
    pub digest: String,
    /// When these bytes were published, in Unix seconds.
    pub updated: u64,
    /// For whom the output was written, as its metadata says it; `None` where it says nothing.
    pub owner: Option<String>,
}

/// What is at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Document(Document),
    /// The document that was here is at another address.
    Moved {
        /// The entry id that it has now.
        to: String,
    },
}

impl Place {
    /// Whether a build reads the same of both, and nobody else's file has come in between. When the same bytes were written again is
    /// nothing that was published.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Document(one), Self::Document(other)) => {
                (&one.digest, &one.owner) == (&other.digest, &other.owner)
            }
            (one, other) => one == other,
        }
    }

    pub(super) fn is_document(&self) -> bool {
        matches!(self, Self::Document(_))
    }
}

/// What a build sees of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The profile picture.
    pub picture: Option<Picture>,
    /// The name, as long as the member is in the site's directory.
    pub name: Option<String>,
}

/// A member's item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) shown: Shown,
    /// How many documents the member has published.
    pub(super) documents: u64,
}

impl Member {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The picture that a build reads: only documents and the directory show one.
    fn picture_read(&self) -> Option<&Picture> {
        let is_read = self.documents > 0 || self.shown.name.is_some();
        self.shown.picture.as_ref().filter(|_| is_read)
    }
}

/// An item as it was read, and the revision that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept<T> {
    pub(super) revision: u64,
    pub(super) value: T,
}

pub(super) fn pk(shard: Shard) -> String {
    format!("{MANIFEST}#{shard}")
}

pub(super) fn head_key(shard: Shard) -> Item {
    key(pk(shard), HEAD)
}

/// The sort key of an address.
pub(super) fn address_sk(id: &str) -> String {
    format!("{ADDRESS}{id}{SUFFIX}")
}

/// The sort key of a member.
pub(super) fn member_sk(handle: &str) -> String {
    format!("{MEMBER}{handle}")
}

/// The entry id that a sort key names.
pub(super) fn address_of(sk: &str) -> Option<&str> {
    sk.strip_prefix(ADDRESS)?.strip_suffix(SUFFIX)
}

/// The handle that a sort key names.
pub(super) fn member_of(sk: &str) -> Option<&str> {
    sk.strip_prefix(MEMBER)
}

pub(super) fn address_key(id: &str) -> Item {
    key(pk(Shard::of_entry(id)), address_sk(id))
}

pub(super) fn member_key(handle: &str) -> Item {
    key(pk(Shard::of(handle)), member_sk(handle))
}

pub(super) fn sk_of(item: &Item) -> Result<&str> {
    Reader {
        item,
        name: MANIFEST,
    }
    .string(SK)
}

pub(super) fn address_item(id: &str, place: &Place, revision: u64) -> Item {
    let mut item = address_key(id);
    item.insert(REVISION.to_owned(), number(revision));
    match place {
        Place::Document(document) => {
            item.insert("digest".to_owned(), string(document.digest.as_str()));
            item.insert("updated".to_owned(), number(document.updated));
            if let Some(owner) = &document.owner {
                item.insert("owner".to_owned(), string(owner.as_str()));
            }
        }
        Place::Moved { to } => {
            item.insert("to".to_owned(), string(to.as_str()));
        }
    }
    item
}

/// The entry id of an address's item, and what is there.
pub(super) fn address_from(item: &Item) -> Result<(String, Kept<Place>)> {
    let read = Reader {
        item,
        name: ADDRESS,
    };
    let id = address_of(read.string(SK)?).ok_or_else(|| read.damaged(SK))?;
    let value = match read.optional_string("to") {
        Some(to) => Place::Moved { to: to.to_owned() },
        None => Place::Document(Document {
            digest: read.string("digest")?.to_owned(),
            updated: read.number("updated")?,
            owner: read.optional_string("owner").map(str::to_owned),
        }),
    };
    let revision = read.number(REVISION)?;
    Ok((id.to_owned(), Kept { revision, value }))
}

pub(super) fn member_item(handle: &str, member: &Member, revision: u64) -> Item {
    let mut item = member_key(handle);
    item.insert(REVISION.to_owned(), number(revision));
    item.insert("documents".to_owned(), number(member.documents));
    if let Some(Picture(sizes)) = &member.shown.picture {
        let sizes = sizes.iter();
        let sizes = sizes.map(|(size, key)| (size.clone(), string(key.as_str())));
        item.insert("picture".to_owned(), map(sizes));
    }
    if let Some(name) = &member.shown.name {
        item.insert("name".to_owned(), string(name.as_str()));
    }
    item
}

/// The handle of a member's item, and what it holds.
pub(super) fn member_from(item: &Item) -> Result<(String, Kept<Member>)> {
    let read = Reader { item, name: MEMBER };
    let handle = member_of(read.string(SK)?).ok_or_else(|| read.damaged(SK))?;
    let value = Member {
        shown: Shown {
            picture: read.optional_map("picture").map(Picture),
            name: read.optional_string("name").map(str::to_owned),
        },
        documents: read.number("documents")?,
    };
    let revision = read.number(REVISION)?;
    Ok((handle.to_owned(), Kept { revision, value }))
}

/// What an address adds to its shard's sum.
pub(super) fn sum_of_address(id: &str, place: &Place) -> u128 {
    match place {
        Place::Document(document) => sum(&["E", id, &document.digest]),
        Place::Moved { to } => sum(&["F", id, to]),
    }
}

/// What a member adds to their shard's sum: what a build reads of them, and nothing where it reads nothing.
pub(super) fn sum_of_member(handle: &str, member: &Member) -> u128 {
    let picture = member.picture_read();
    if picture.is_none() && member.shown.name.is_none() {
        return 0;
    }
    let mut parts = vec!["M", handle];
    // A name and the lack of one are told apart by the number of parts before the picture's.
    match &member.shown.name {
        Some(name) => parts.extend(["name", name]),
        None => parts.push("nameless"),
    }
    for (size, key) in picture.iter().flat_map(|picture| &picture.0) {
        parts.extend([size.as_str(), key.as_str()]);
    }
    sum(&parts)
}

/// Sums of these are as good as equal only where the same things were added, in whatever order.
fn sum(parts: &[&str]) -> u128 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    let mut first = [0; 16];
    first.copy_from_slice(&digest.finalize()[..16]);
    u128::from_be_bytes(first)
}
