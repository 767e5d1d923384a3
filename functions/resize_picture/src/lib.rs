//! S3's events: makes what the web may see of an upload, a profile's picture or a file.
//!
//! An event only ever means "look at this key again". Of a profile's picture the original is kept until its
//! renditions stand or it is refused, and then the renditions or the reason: a picture that is still
//! being worked on is one whose original is there. A file stays as it was sent: see [`files`].

mod decoders;
mod files;
mod renamed;

use std::time::Duration;

use blobs::layout::{FileKey, HandleChangeKey, MAX_ORIGINAL_BYTES, OriginalKey, OriginalNote};
use blobs::{Blobs, Head};
use bytes::Bytes;
use endpoint::{Clock, Environment, Sentence, aws, configuration, sentence};
use members::{Account, Departed, Members, Standing, Usage};
use picture::{Refused, Rendition};
use removal::Leavings;
use renditions::Shelf;
use serde_json::Value;
use uploads::{Pace, Seen};

pub use decoders::Decoders;

/// What the member is told of a fault of ours.
const DEFECT: Sentence = sentence!("reason.picture_defect");
const TOO_LARGE: Sentence = sentence!("reason.picture_bytes");

/// What this function may touch: originals and files in the uploads bucket, renditions in the content
/// bucket, and the members table.
#[derive(Debug)]
pub struct State {
    pub uploads: Blobs,
    pub content: Blobs,
    pub members: Members,
    pub clock: Clock,
    /// What a member's files may take.
    pub quota: Usage,
    pub decoders: Decoders,
    /// 128 random bits: the name of a try.
    pub random: fn() -> [u8; 16],
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            members: configuration::members(environment)?,
            clock: Clock::system(),
            quota: configuration::file_quota(environment)?,
            decoders: Decoders::default(),
            random: rand::random,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (uploads, content, members) = tokio::join!(
            self.uploads.ready(),
            self.content.ready(),
            self.members.ready()
        );
        uploads?;
        content?;
        Ok(members?)
    }
}

/// As [`within`], with a function's whole time.
pub async fn handler(state: &State, event: Value) -> anyhow::Result<Value> {
    within(state, event, uploads::TIMEOUT).await
}

/// Takes an SQS batch of S3 events, or one bare S3 event, and answers before `time_left` is over: see
/// [`uploads::deliver`].
pub async fn within(state: &State, event: Value, time_left: Duration) -> anyhow::Result<Value> {
    let pace = Pace {
        at_once: 1,
        time_left,
    };
    uploads::deliver(&state.uploads, &event, pace, |key| async move {
        // Boxed: a future this deep is more than the compiler lays out in one piece.
        Box::pin(reconcile(state, &key)).await
    })
    .await
}

/// Brings the profile or the file in line with what is under `key`.
async fn reconcile(state: &State, key: &str) -> anyhow::Result<()> {
    if let Some(file) = &FileKey::parse(key) {
        return files::reconcile(state, file).await;
    }
    if let Some(HandleChangeKey { member_id }) = HandleChangeKey::parse(key) {
        return renamed::changed(state, &member_id).await;
    }
    let Some(original) = &OriginalKey::parse(key) else {
        tracing::info!("passed over a key that is no original's");
        return Ok(());
    };
    uploads::settle(&state.uploads, key, MAX_ORIGINAL_BYTES, |seen| async move {
        bring_in_line(state, original, &seen).await
    })
    .await?;
    Ok(())
}

/// The profile as the original wants it, and the original erased. `false`: something changed under
/// our hands.
async fn bring_in_line(state: &State, original: &OriginalKey, seen: &Seen) -> anyhow::Result<bool> {
    let key = original.key();
    let Some(head) = seen.head() else {
        return Ok(matches!(seen, Seen::Gone));
    };
    let standing = state.members.standing(&original.member_id).await?;
    if let Standing::Departed(departed) = &standing {
        state.leavings(departed).erase_picture().await?;
        return Ok(true);
    }
    if OriginalNote::is_dealt_with(&head.metadata) {
        // What was cut short before it had erased the original goes on here.
        state.uploads.erase_older(&key, head).await?;
        return Ok(true);
    }
    let Standing::Member(account) = standing else {
        return erase_nobodys(state, original, head).await;
    };
    if account.disabled {
        return erase_nobodys(state, original, head).await;
    }
    // Whoever takes a picture away erases the original first and changes the account then: an
    // original that is still there after the account was read is still wanted.
    if !seen.is_now(state.uploads.head(&key).await?.as_ref()) {
        return Ok(false);
    }
    let note = OriginalNote::from_metadata(&head.metadata);
    let put_away = || renditions::put_away(&state.uploads, &key, head, (state.random)());
    if note
        .account_version
        .is_some_and(|version| version != account.version)
    {
        tracing::info!(
            member = account.id,
            "erased a picture of a session that is over"
        );
        return Ok(put_away().await?);
    }
    let made = match seen {
        Seen::Source(object) => renditions(state, &account, &object.bytes).await?,
        _ => Err(TOO_LARGE),
    };
    let done = match made {
        Ok(made) => show(state, &account, made, &note.file_name).await?,
        Err(reason) => {
            tracing::info!(member = account.id, "rejected a picture");
            state
                .members
                .reject_picture(&account, &reason, members::Seen::Unchanged)
                .await?
        }
    };
    Ok(done && put_away().await?)
}

/// Erases a picture whose member isn't let in, or whom nobody knows.
async fn erase_nobodys(state: &State, original: &OriginalKey, head: &Head) -> anyhow::Result<bool> {
    tracing::warn!(member = original.member_id, "erased a picture of nobody");
    state.uploads.erase_seen(&original.key(), head).await?;
    Ok(true)
}

/// Points the profile at the renditions. `false`: the profile was changed meanwhile.
async fn show(
    state: &State,
    account: &Account,
    made: Vec<Rendition>,
    file: &str,
) -> anyhow::Result<bool> {
    let put = state.shelf().put(
        account,
        made,
        file,
        (state.random)(),
        members::Seen::Unchanged,
    );
    let is_put = put.await?.is_some();
    if is_put {
        tracing::info!(member = account.id, "a profile has a new picture");
    }
    Ok(is_put)
}

/// The renditions, or the sentences that say why there are none.
async fn renditions(
    state: &State,
    account: &Account,
    bytes: &Bytes,
) -> anyhow::Result<Result<Vec<Rendition>, Sentence>> {
    decoded(state, account, bytes, picture::renditions).await
}

/// What `decode` makes of an upload, or the sentences that say why it makes nothing.
async fn decoded<T: Send + 'static>(
    state: &State,
    account: &Account,
    bytes: &Bytes,
    decode: fn(&[u8]) -> Result<T, Refused>,
) -> anyhow::Result<Result<T, Sentence>> {
    let made = state.decoders.decode(bytes, decode).await?;
    let Some(made) = made else {
        // The same bytes would panic again.
        tracing::error!(member = account.id, "decoding a picture panicked");
        return Ok(Err(DEFECT));
    };
    Ok(made.map_err(|refused| refused.sentence()))
}

impl State {
    fn shelf(&self) -> Shelf<'_> {
        Shelf {
            uploads: &self.uploads,
            content: &self.content,
            members: &self.members,
            now_ms: self.clock.unix_milliseconds(),
        }
    }

    fn leavings<'a>(&'a self, departed: &'a Departed) -> Leavings<'a> {
        Leavings {
            uploads: &self.uploads,
            content: &self.content,
            members: &self.members,
            departed,
            now_ms: self.clock.unix_milliseconds(),
        }
    }
}
