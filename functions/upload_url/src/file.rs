//! An address for a file that documents show.

use blobs::Condition;
use blobs::layout::{FileKey, FileNote, NOTHING_COUNTED, parse_path};
use endpoint::{Error, JsonObject, sentence};
use members::{Counted, Member};
use quota::{Held, Quota};
use serde::Serialize;

use crate::{LIFETIME, Refusals, State, Upload, announced};

/// What a file may be announced as. What it is, is decided by its content.
const TYPES: &[&str] = &[
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/svg+xml",
    "application/pdf",
];

const REFUSALS: Refusals = Refusals {
    another_type: |types| sentence!("api.file_type", types = types),
    too_large: sentence!("reason.file_bytes"),
};

#[derive(Serialize)]
struct Answer<'a> {
    upload: Upload,
    file: File<'a>,
}

#[derive(Serialize)]
struct File<'a> {
    id: &'a str,
    path: &'a str,
}

/// Signs an address, and counts what is put to it as long as it may be: whoever sees the file stored ends
/// that.
pub(crate) async fn address(state: &State, member: &Member, body: &JsonObject) -> endpoint::Result {
    let (content_type, size) = announced(body, TYPES, &REFUSALS)?;
    let path = parse_path(body.string("path")?);
    let path = path.map_err(|reason| Error::BadRequest(reason.sentence()))?;
    let file = FileKey::of(&member.id, &path);
    let key = file.key();
    let there = state.uploads.head(&key).await.map_err(Error::unavailable)?;
    let quota = Quota {
        members: &state.bearer.members,
        uploads: &state.uploads,
        clock: &state.bearer.clock,
        member_id: &member.id,
        of: Counted::Files,
        most: state.quota,
    };
    let mut held = Held::address(quota, &file.file_id, LIFETIME);
    let before = there.as_ref().map(|head| head.size);
    held.ensure(before, size).await?;
    let note = FileNote {
        path,
        account_version: member.version,
        // Told even where nothing is counted: it says that the file came by an address.
        reservation: Some(held.reservation().unwrap_or(NOTHING_COUNTED).to_owned()),
    };
    // Whatever is put ends the condition, so that the address works once.
    let condition = match &there {
        Some(seen) => Condition::Unchanged(&seen.etag),
        None => Condition::Absent,
    };
    let signed = state.uploads.presigned_put(
        &key,
        content_type,
        size,
        note.to_metadata(),
        condition,
        LIFETIME,
    );
    let signed = signed.await.map_err(Error::unavailable)?;
    endpoint::ok(&Answer {
        upload: Upload::of(signed),
        file: File {
            id: &file.file_id,
            path: &note.path,
        },
    })
}
