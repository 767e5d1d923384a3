//! What each shard comes to: all heads are read at once, however much is published.

use super::item::{self, HEAD, REVISION, head_key};
use super::whole::{self, Whole};
use super::{MANIFEST, Shard};
use crate::Members;
use crate::error::Result;
use crate::item::{Item, PK, Reader, number, string};

/// What a shard comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShardHead {
    /// One more with each change.
    pub revision: u64,
    /// When the last change was made, in Unix milliseconds.
    pub changed_at_ms: u64,
    /// How many documents are published.
    pub entries: u64,
    /// How many former addresses lead to one.
    pub moved: u64,
    /// The sum of what its items come to, modulo 2^128: the same whatever the order in which they came and went.
    pub sum: u128,
}

/// All shards' heads, and what is known of the whole.
#[derive(Debug, Clone, Default)]
pub struct Heads {
    /// Each at its shard's [`Shard::index`].
    pub shards: Vec<ShardHead>,
    pub whole: Whole,
}

impl Heads {
    pub fn of(&self, shard: Shard) -> ShardHead {
        self.shards.get(shard.index()).copied().unwrap_or_default()
    }

    /// What is published, in hexadecimal: the same if, and only if, a build would read the same.
    pub fn fingerprint(&self) -> String {
        let sum = self.shards.iter();
        let sum = sum.fold(0, |sum: u128, head| sum.wrapping_add(head.sum));
        format!("{sum:032x}")
    }

    /// How many changes were made, ever.
    pub fn revisions(&self) -> u64 {
        self.shards.iter().map(|head| head.revision).sum()
    }

    /// When the last change was made, in Unix milliseconds; 0 where there was none.
    pub fn changed_at_ms(&self) -> u64 {
        let times = self.shards.iter().map(|head| head.changed_at_ms);
        times.max().unwrap_or_default()
    }
}

pub(super) fn head_item(shard: Shard, head: &ShardHead) -> Item {
    let mut item = head_key(shard);
    for (name, value) in [
        (REVISION, head.revision),
        ("changed_at", head.changed_at_ms),
        ("entries", head.entries),
        ("moved", head.moved),
    ] {
        item.insert(name.to_owned(), number(value));
    }
    // A number of DynamoDB has 38 digits, and this up to 39.
    item.insert("sum".to_owned(), string(format!("{:032x}", head.sum)));
    item
}

pub(super) fn head_from(item: &Item) -> Result<ShardHead> {
    let read = Reader { item, name: HEAD };
    let sum = u128::from_str_radix(read.string("sum")?, 16);
    Ok(ShardHead {
        revision: read.number(REVISION)?,
        changed_at_ms: read.number("changed_at")?,
        entries: read.number("entries")?,
        moved: read.number("moved")?,
        sum: sum.map_err(|_| read.damaged("sum"))?,
    })
}

impl Members {
    /// The heads of all shards, and what is known of the whole: one request.
    pub async fn published_heads(&self) -> Result<Heads> {
        let keys = Shard::all().map(head_key).chain([whole::whole_key()]);
        let mut heads = Heads {
            shards: vec![ShardHead::default(); Shard::all().len()],
            whole: Whole::default(),
        };
        for item in self.get_all(keys.collect()).await? {
            if item::sk_of(&item)? != HEAD {
                heads.whole = whole::whole_from(&item)?;
                continue;
            }
            let read = Reader {
                item: &item,
                name: MANIFEST,
            };
            let shard = read.string(PK)?.split_once('#');
            let shard = shard.and_then(|(_, shard)| Shard::parse(shard));
            let shard = shard.ok_or_else(|| read.damaged(PK))?;
            if let Some(head) = heads.shards.get_mut(shard.index()) {
                *head = head_from(&item)?;
            }
        }
        Ok(heads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_the_sum_whatever_the_shards() {
        let head = |sum| ShardHead {
            sum,
            ..ShardHead::default()
        };
        let heads = |sums: [u128; 3]| Heads {
            shards: sums.map(head).to_vec(),
            whole: Whole::default(),
        };
        let all = heads([u128::MAX, 3, 5]).fingerprint();
        assert_eq!(all, "00000000000000000000000000000007");
        assert_eq!(all, heads([5, u128::MAX, 3]).fingerprint());
        assert_ne!(all, heads([5, u128::MAX, 4]).fingerprint());
    }
}
