//! Bringing what is kept in line with what is: of one address, and of one member.
//!
//! Each round reads what is kept, looks at the world after that, and writes what it found on the condition that what was read
//! is there still. It ends with a round that finds both the same. So nobody writes what is older than what was read, and who was slow
//! enough to do it all the same finds out in their next round. What a kill leaves behind is settled when the message that caused
//! it comes again, or by the note that [`Members::note_unsettled`] made.

use std::collections::BTreeSet;
use std::time::Duration;

use blobs::Blobs;
use members::{Account, Document, Members, Place, Shown};

use crate::{Error, Result, bucket, digest_of};

/// How often others may write in between: so many publish in one shard at once, and more.
const ROUNDS: u32 = 60;
/// Longest pause before the second round, in milliseconds; it doubles up to [`LONGEST_PAUSE_MS`].
const PAUSE_MS: u64 = 20;
const LONGEST_PAUSE_MS: u64 = 320;
/// Members that one look settles, of those that were noted.
const MOST_NOTED: u16 = 500;

/// Brings what is kept of the address `id` in line with the content bucket: to be called once the bucket was changed, by whoever
/// changed a document's output or the word of where it went. Says whether anything was written.
pub async fn settle(content: &Blobs, members: &Members, id: &str, now_ms: u64) -> Result<bool> {
    let mut rounds = Rounds::default();
    let mut has_written = false;
    loop {
        let seen = members.seen_address(id).await?;
        let place = bucket::place(content, id).await?;
        if seen.is(place.as_ref()) {
            return Ok(has_written);
        }
        let place = place.as_ref();
        if members.keep_address(&seen, place, now_ms).await? {
            has_written = true;
        } else {
            rounds.pause(id).await?;
        }
    }
}

/// What is kept of an output that was written a moment ago, of which the writer knows all that a look would tell.
pub fn document(etag: &str, updated: u64, owner: Option<&str>) -> Place {
    Place::Document(Document {
        digest: digest_of(etag).to_owned(),
        updated,
        owner: owner.map(str::to_owned),
    })
}

/// Brings what builds see of the member of a handle in line with the account: to be called once the account was changed. Nobody is
/// seen under a handle that its member has no more. Says whether anything was written.
pub async fn settle_member(members: &Members, handle: &str, now_ms: u64) -> Result<bool> {
    let mut rounds = Rounds::default();
    let mut has_written = false;
    loop {
        let seen = members.seen_member(handle).await?;
        let account = members.by_handle(handle).await?;
        let account = account.filter(|account| account.handle == handle);
        let shown = account.map(|account| shown(members, &account));
        let shown = shown.unwrap_or_default();
        if seen.shown() == shown {
            return Ok(has_written);
        }
        if members.keep_member(&seen, &shown, now_ms).await? {
            has_written = true;
        } else {
            rounds.pause(handle).await?;
        }
    }
}

/// As [`settle_member`], under every handle that the member has or had. Says whether anything was written.
pub async fn settle_account(members: &Members, account: &Account, now_ms: u64) -> Result<bool> {
    let mut has_written = false;
    for handle in account.former_handles.iter().chain([&account.handle]) {
        has_written |= settle_member(members, handle, now_ms).await?;
    }
    Ok(has_written)
}

/// Settles the members that were noted, and forgets the notes that are older than `settle`: what was about to change then has changed, or
/// never will. Says how many were noted.
pub async fn settle_noted(members: &Members, settle: Duration, now_ms: u64) -> Result<usize> {
    let settle = u64::try_from(settle.as_millis()).unwrap_or(u64::MAX);
    let notes = members.unsettled(MOST_NOTED).await?;
    for note in &notes {
        let mut handles: BTreeSet<String> = note.handles.iter().cloned().collect();
        if let Some(account) = members.by_id(&note.member_id).await? {
            handles.extend(account.former_handles);
            handles.insert(account.handle);
        }
        for handle in &handles {
            // It changed when it was noted, and not when this look comes: nobody waits a quiet minute more.
            settle_member(members, handle, note.noted_at_ms.min(now_ms)).await?;
        }
        if now_ms >= note.noted_at_ms.saturating_add(settle) {
            members.forget_unsettled(note).await?;
        }
    }
    Ok(notes.len())
}

/// What a build sees of a member by their account.
pub fn shown(members: &Members, account: &Account) -> Shown {
    if account.is_going() {
        return Shown::default();
    }
    let is_named = members.directory().is_on() && account.is_in_directory();
    let picture = account.picture.clone();
    Shown {
        picture: picture.filter(|picture| !picture.0.is_empty()),
        name: is_named.then(|| account.name.clone()),
    }
}

/// Rounds that others wrote in between.
#[derive(Debug, Default)]
pub(crate) struct Rounds(u32);

impl Rounds {
    /// Waits a moment, a longer one each time.
    pub(crate) async fn pause(&mut self, what: &str) -> Result<()> {
        self.0 += 1;
        if self.0 == ROUNDS {
            return Err(Error::Busy {
                what: what.to_owned(),
                rounds: ROUNDS,
            });
        }
        let longest = (PAUSE_MS << self.0.min(10)).min(LONGEST_PAUSE_MS);
        let pause = Duration::from_millis(rand::random_range(0..=longest));
        tokio::time::sleep(pause).await;
        Ok(())
    }
}
