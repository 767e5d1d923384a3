//! One file: what is known of it and what the web may see of it, brought in line with what was sent.
//!
//! Renditions are stored under new keys, the file is pointed at them in one write, the documents that ask
//! for its name are told, and what it pointed at before goes once none of them shows it. A file that is
//! gone is marked first, so that no document finds it any more, and forgotten once they are told.

use blobs::Head;
use blobs::layout::{FileKey, FileNote, MAX_ORIGINAL_BYTES, NOTHING_COUNTED, files_prefix};
use bytes::Bytes;
use endpoint::{Sentence, sentence};
use members::{Account, Counted, File, FileState, Standing};
use renditions::Made;
use sha2::{Digest as _, Sha256};
use uploads::Seen;

use crate::{State, decoded};

const TOO_LARGE: Sentence = sentence!("reason.file_bytes");
const PDF: &str = "application/pdf";

/// Brings one file in line with its source.
pub(crate) async fn reconcile(state: &State, file: &FileKey) -> anyhow::Result<()> {
    let key = file.key();
    if is_in_line(state, file).await? {
        return Ok(());
    }
    uploads::settle(
        &state.uploads,
        &key,
        MAX_ORIGINAL_BYTES,
        |seen| async move { bring_in_line(state, file, &seen).await },
    )
    .await?;
    Ok(())
}

/// Whether there is nothing to do, told without reading the file: it may be looked at again and again.
async fn is_in_line(state: &State, file: &FileKey) -> anyhow::Result<bool> {
    let Standing::Member(account) = state.members.standing(&file.member_id).await? else {
        return Ok(false);
    };
    let known = state.members.file(&account.id, &file.file_id).await?;
    let head = state.uploads.head(&file.key()).await?;
    Ok(match (known, head) {
        (Some(known), Some(head)) => {
            !known.telling && known.source_version == head.etag && is_there(&known, &account)
        }
        (None, None) => true,
        _ => false,
    })
}

/// Whether a file is one that documents find, under its member's handle.
fn is_there(file: &File, account: &Account) -> bool {
    let here = files_prefix(&account.handle);
    file.state != FileState::Gone && file.renditions.iter().all(|key| key.starts_with(&here))
}

/// `false`: something changed under our hands.
async fn bring_in_line(state: &State, file: &FileKey, seen: &Seen) -> anyhow::Result<bool> {
    let account = match state.members.standing(&file.member_id).await? {
        Standing::Member(account) => *account,
        Standing::Departed(departed) => {
            state.leavings(&departed).erase_file(file).await?;
            return Ok(true);
        }
        Standing::Nobody => {
            // It may be the table that is wrong: an older version can be brought back.
            if seen.head().is_some() {
                tracing::warn!(member = file.member_id, "deleted a file of nobody");
                state.uploads.delete(&file.key()).await?;
            }
            return Ok(true);
        }
    };
    let before = state.members.file(&account.id, &file.file_id).await?;
    let (head, object) = match seen {
        Seen::Gone => return gone(state, &account, before).await,
        Seen::TooLarge(None) => return Ok(false),
        Seen::TooLarge(Some(head)) => (head, None),
        Seen::Source(object) => (&object.head, Some(object)),
    };
    let known = before
        .as_ref()
        .filter(|before| before.source_version == head.etag);
    let is_done = known.is_some_and(|known| is_there(known, &account));
    let note = FileNote::from_metadata(&head.metadata);
    let note = note.filter(|note| FileKey::of(&account.id, &note.path) == *file);
    let Some(note) = note else {
        tracing::warn!(
            member = account.id,
            "passed over a file that another program put there"
        );
        return Ok(true);
    };
    if let (Some(reservation), None) = (&note.reservation, known) {
        let counted = (account.id.as_str(), Counted::Files);
        let settled = state.members.settle_reservation(counted, reservation, None);
        // What was deleted is put to its address once more, or its time was over, or a former try settled it.
        let may_be_uncounted = !settled.await? && reservation != NOTHING_COUNTED;
        if may_be_uncounted && is_beyond_quota(state, &account.id).await? {
            tracing::info!(member = account.id, "erased a file that nobody counted");
            state.uploads.delete_seen(&file.key(), head).await?;
            return Ok(false);
        }
        if note.account_version != account.version {
            tracing::info!(
                member = account.id,
                "erased a file of a session that is over"
            );
            // The version before it, if there is one, is the file again.
            state.uploads.delete_seen(&file.key(), head).await?;
            return Ok(false);
        }
    }
    if is_done {
        return settle(state, &account, before).await;
    }
    let blank = blank(file, head, note);
    let after = match object {
        Some(object) => {
            let sha256 = base16ct::lower::encode_string(&Sha256::digest(&object.bytes));
            let blank = File {
                sha256: Some(sha256),
                ..blank
            };
            made(state, &account, &object.bytes, blank).await?
        }
        None => rejected(blank, TOO_LARGE),
    };
    put(state, &account, before, after).await
}

/// Whether more is there of the member than the quota lets in.
async fn is_beyond_quota(state: &State, member_id: &str) -> anyhow::Result<bool> {
    let there = state.uploads.list_all(&FileKey::prefix(member_id)).await?;
    let bytes: u64 = there.iter().map(|entry| entry.size).sum();
    Ok(there.len() as u64 > state.quota.count || bytes > state.quota.bytes)
}

/// A file as it is to be known, and what is to be stored of it.
struct After {
    file: File,
    made: Vec<Made>,
}

fn blank(key: &FileKey, head: &Head, note: FileNote) -> File {
    File {
        id: key.file_id.clone(),
        path: note.path,
        source_version: head.etag.clone(),
        sha256: None,
        state: FileState::Ready,
        reason: None,
        reason_said: None,
        content_type: None,
        width: None,
        height: None,
        renditions: Vec::new(),
        replaced: Vec::new(),
        telling: true,
        born: String::new(),
    }
}

fn rejected(blank: File, reason: Sentence) -> After {
    let file = File {
        state: FileState::Rejected,
        reason: Some(reason.to_string()),
        reason_said: Some(reason),
        ..blank
    };
    After {
        file,
        made: Vec::new(),
    }
}

/// What becomes of a file by its content.
async fn made(
    state: &State,
    account: &Account,
    bytes: &Bytes,
    blank: File,
) -> anyhow::Result<After> {
    if picture::is_pdf(bytes) {
        let download = Made {
            bytes: bytes.clone(),
            size: None,
            content_type: PDF,
            extension: "pdf",
        };
        let file = File {
            content_type: Some(PDF.to_owned()),
            ..blank
        };
        return Ok(After {
            file,
            made: vec![download],
        });
    }
    let drawn = decoded(state, account, bytes, picture::for_documents).await?;
    let drawn = match drawn {
        Ok(drawn) => drawn,
        Err(reason) => {
            tracing::info!(member = account.id, "rejected a file");
            return Ok(rejected(blank, reason));
        }
    };
    let largest = drawn.renditions.first();
    let file = File {
        reason: drawn.notice.as_ref().map(Sentence::to_string),
        reason_said: drawn.notice,
        content_type: Some(drawn.content_type.to_owned()),
        width: largest.map(|wide| wide.width),
        height: largest.map(|wide| wide.height),
        ..blank
    };
    let made = drawn.renditions.into_iter().map(|wide| Made {
        bytes: wide.bytes.into(),
        size: Some((wide.width, wide.height)),
        content_type: drawn.content_type,
        extension: drawn.extension,
    });
    Ok(After {
        file,
        made: made.collect(),
    })
}

/// Stores what was made, points the file at it, and sees that everybody knows. `false`: the file or its member
/// changed meanwhile.
async fn put(
    state: &State,
    account: &Account,
    before: Option<File>,
    after: After,
) -> anyhow::Result<bool> {
    let After { mut file, made } = after;
    let shelf = state.shelf();
    let stored = shelf.store_file(account, &file.id, &made, (state.random)());
    file.renditions = stored.await?;
    let there = before.as_ref().filter(|it| it.state != FileState::Gone);
    file.born = there.map_or_else(
        || base16ct::lower::encode_string(&(state.random)()),
        |before| before.born.clone(),
    );
    if let Some(before) = &before {
        file.replaced.clone_from(&before.replaced);
        if file.state == FileState::Rejected && before.state != FileState::Gone {
            // What was made of the last good version stays.
            file.renditions.clone_from(&before.renditions);
            file.content_type.clone_from(&before.content_type);
            (file.width, file.height) = (before.width, before.height);
        } else {
            file.replaced.extend(before.renditions.iter().cloned());
        }
    }
    let is_put = state.members.put_file(account, before.as_ref(), &file);
    if !is_put.await? {
        // Of a call that was tried again the first try may have pointed the file at it: the sweep looks.
        shelf.sweep_files(account, &file.renditions).await?;
        return Ok(false);
    }
    tracing::info!(member = account.id, state = ?file.state, "looked at a file");
    settle(state, account, Some(file)).await
}

/// Has the documents told that ask for the file's name, if they aren't yet, and what it replaced swept.
/// `false`: the file changed meanwhile.
async fn settle(state: &State, account: &Account, file: Option<File>) -> anyhow::Result<bool> {
    let Some(file) = file.filter(|file| file.telling) else {
        return Ok(true);
    };
    let shelf = state.shelf();
    shelf.tell_of_file(&account.id, &file.path).await?;
    if !file.replaced.is_empty() {
        // What documents show stays until they are converted again.
        shelf.sweep_files(account, &file.replaced).await?;
    }
    let told = File {
        telling: false,
        replaced: Vec::new(),
        ..file.clone()
    };
    let is_told = state.members.put_file(account, Some(&file), &told);
    Ok(is_told.await?)
}

/// Takes a file that was deleted from all documents, and then away. `false`: it changed meanwhile.
async fn gone(state: &State, account: &Account, before: Option<File>) -> anyhow::Result<bool> {
    let Some(before) = before else {
        return Ok(true);
    };
    let marked = File {
        state: FileState::Gone,
        telling: true,
        ..before.clone()
    };
    let is_marked = marked == before
        || state
            .members
            .put_file(account, Some(&before), &marked)
            .await?;
    if !is_marked {
        return Ok(false);
    }
    let shelf = state.shelf();
    shelf.tell_of_file(&account.id, &marked.path).await?;
    // What documents show stays until they are converted again.
    let shown = marked.renditions.iter().chain(&marked.replaced);
    let shown: Vec<String> = shown.cloned().collect();
    shelf.sweep_files(account, &shown).await?;
    tracing::info!(member = account.id, "took a file away");
    let is_forgotten = state.members.delete_file(&account.id, &marked);
    Ok(is_forgotten.await?)
}
