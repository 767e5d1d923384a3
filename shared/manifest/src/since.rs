//! What changed since a reader read.

use std::collections::BTreeSet;

use members::{Change, Heads, Members, Place, Shard};

use crate::token::Position;
use crate::{Entry, Error, Moved, Result, Token};

/// Records of one request to the table.
const RECORDS: u16 = 1000;
/// Most records that one answer goes through: a document that changed a thousand times is told once.
const MOST_RECORDS: usize = 5_000;

/// What changed, as it is now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// Entries that are new, or whose file or picture is another one.
    pub entries: Vec<Entry>,
    /// Entry ids at which no entry is; there may never have been one that the reader knew.
    pub gone: Vec<String>,
    /// Of these the former addresses, and where their documents are.
    pub moved: Vec<Moved>,
    /// What the reader knows with this. `None`: the token was of another list, or of a time of which nothing is kept any more; the
    /// reader has to read everything.
    pub since: Option<Token>,
    /// Whether there is more.
    pub more: bool,
}

/// Up to about `limit` addresses at which something changed since `token` was given.
///
/// # Errors
/// [`Error::NotWhole`].
pub async fn since(members: &Members, token: &Token, limit: usize) -> Result<Since> {
    let heads = members.published_heads().await?;
    if !heads.whole.is_whole {
        return Err(Error::NotWhole);
    }
    if token.epoch != heads.whole.epoch {
        return Ok(Since::default());
    }
    let mut walk = Walk {
        members,
        heads: &heads,
        told: BTreeSet::new(),
        limit,
        records: 0,
    };
    let mut token = token.clone();
    let mut more = false;
    for (shard, position) in Shard::all().zip(&mut token.shards) {
        match walk.go(shard, position).await? {
            Step::Through => {}
            Step::Full => {
                more = true;
                break;
            }
            Step::Unknown => return Ok(Since::default()),
        }
    }
    let told = walk.told;
    let mut answer = Since {
        since: Some(token),
        more,
        ..Since::default()
    };
    let mut places = members.places(told.iter().map(String::as_str)).await?;
    let documents = told.iter().filter(|id| {
        let place = places.get(*id);
        place.is_some_and(|place| matches!(place, Place::Document(_)))
    });
    let handles = documents.map(|id| blobs::layout::handle(id));
    let shown = members.shown(handles).await?;
    for id in told {
        match places.remove(&id) {
            Some(Place::Document(document)) => {
                let shown = shown.get(blobs::layout::handle(&id));
                answer.entries.push(Entry::new(id, document, shown));
            }
            Some(Place::Moved { to }) => {
                let from = id.clone();
                answer.moved.push(Moved { from, to });
                answer.gone.push(id);
            }
            None => answer.gone.push(id),
        }
    }
    Ok(answer)
}

/// Going through what changed.
struct Walk<'a> {
    members: &'a Members,
    heads: &'a Heads,
    /// Entry ids.
    told: BTreeSet<String>,
    limit: usize,
    records: usize,
}

/// How far a shard was gone through.
enum Step {
    Through,
    Full,
    /// Of what changed since not everything is kept.
    Unknown,
}

impl Walk<'_> {
    /// Goes on from a position to the shard's head.
    async fn go(&mut self, shard: Shard, position: &mut Position) -> Result<Step> {
        let head = self.heads.of(shard).revision;
        if position.revision > head {
            // Of a table that was put back to an earlier time.
            return Ok(Step::Unknown);
        }
        while position.revision < head {
            if self.records >= MOST_RECORDS {
                return Ok(Step::Full);
            }
            let records = self
                .members
                .changed_after(shard, position.revision, RECORDS);
            let records = records.await?;
            if records.is_empty() {
                return Ok(Step::Unknown);
            }
            self.records += records.len();
            for record in records {
                if record.revision != position.revision + 1 {
                    return Ok(Step::Unknown);
                }
                if record.revision > head {
                    break;
                }
                if !self.tell(record.change, position).await? {
                    return Ok(Step::Full);
                }
                *position = Position {
                    revision: record.revision,
                    within: None,
                };
            }
        }
        Ok(Step::Through)
    }

    /// Tells of one change. `false`: not all of it has room.
    async fn tell(&mut self, change: Change, position: &mut Position) -> Result<bool> {
        let room = self.limit.saturating_sub(self.told.len());
        match change {
            Change::Nothing => {}
            Change::Address(id) => {
                if room == 0 && !self.told.contains(&id) {
                    return Ok(false);
                }
                self.told.insert(id);
            }
            Change::Picture(handle) => {
                if room == 0 {
                    return Ok(false);
                }
                let after = position.within.as_deref();
                let under = self.members.addresses_under(&handle, after, room);
                let under = under.await?;
                let is_all = under.len() < room;
                let last = under.last().map(|(id, _)| id.clone());
                let documents = under.into_iter().filter(|(_, place)| is_document(place));
                self.told.extend(documents.map(|(id, _)| id));
                if !is_all {
                    position.within = last;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

fn is_document(place: &Place) -> bool {
    matches!(place, Place::Document(_))
}
