//! S3's events: makes an uploaded picture the member's, and erases the original.
//!
//! An event only ever means "look at this key again". What is kept is the original, until its
//! renditions stand or it is refused, and then the renditions or the reason: a picture that is still
//! being worked on is one whose original is there.

use anyhow::Context as _;
use blobs::Blobs;
use blobs::layout::{MAX_ORIGINAL_BYTES, OriginalKey, OriginalNote};
use endpoint::{Clock, Environment, aws, configuration};
use members::{Account, Members};
use picture::Rendition;
use profile_picture::Shelf;
use serde_json::Value;
use tokio::sync::Semaphore;
use uploads::Seen;

/// What the member is told of a fault of ours.
const DEFECT: &str = "This picture can't be read because of a defect in Masthead; the administrator has been told. Please export it again and send that.";
const TOO_LARGE: &str = "The picture is larger than 25 MiB. Please send a smaller one.";

/// What this function may touch: originals in the uploads bucket, pictures in the content bucket, and
/// the members table.
#[derive(Debug)]
pub struct State {
    pub uploads: Blobs,
    pub content: Blobs,
    pub members: Members,
    pub clock: Clock,
    /// One picture is decoded at a time, as in Lambda: a large one takes 400 MB of memory.
    pub decoding: Semaphore,
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
            decoding: Semaphore::new(1),
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

/// Takes an SQS batch of S3 events, or one bare S3 event: see [`uploads::deliver`].
pub async fn handler(state: &State, event: Value) -> anyhow::Result<Value> {
    uploads::deliver(&state.uploads, &event, |key| async move {
        // Boxed: a future this deep is more than the compiler lays out in one piece.
        Box::pin(reconcile(state, &key)).await
    })
    .await
}

/// Brings the profile in line with the original under `key`, until there is none.
async fn reconcile(state: &State, key: &str) -> anyhow::Result<()> {
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
    let account = state.members.by_id(&original.member_id).await?;
    let Some(account) = account.filter(|account| !account.disabled) else {
        tracing::warn!(member = original.member_id, "erased a picture of nobody");
        state.uploads.erase_seen(&key, head).await?;
        return Ok(true);
    };
    // Whoever takes a picture away erases the original first and changes the account then: an
    // original that is still there after the account was read is still wanted.
    if !seen.is_now(state.uploads.head(&key).await?.as_ref()) {
        return Ok(false);
    }
    let made = match seen {
        Seen::Source(object) => renditions(state, &account, &object.bytes).await?,
        _ => Err(TOO_LARGE.to_owned()),
    };
    let done = match made {
        Ok(made) => {
            let note = OriginalNote::from_metadata(&head.metadata);
            show(state, &account, made, &note.file_name).await?
        }
        Err(reason) => {
            tracing::info!(member = account.id, "rejected a picture");
            state
                .members
                .reject_picture(&account, &reason, members::Seen::Unchanged)
                .await?
        }
    };
    if done {
        state.uploads.erase_seen(&key, head).await?;
    }
    Ok(done)
}

/// Points the profile at the renditions. `false`: the profile was changed meanwhile.
async fn show(
    state: &State,
    account: &Account,
    made: Vec<Rendition>,
    file: &str,
) -> anyhow::Result<bool> {
    let shelf = Shelf {
        uploads: &state.uploads,
        content: &state.content,
        members: &state.members,
        now_ms: state.clock.unix_milliseconds(),
    };
    let put = shelf.put(
        account,
        made,
        file,
        (state.random)(),
        members::Seen::Unchanged,
    );
    let Some(changed) = put.await? else {
        return Ok(false);
    };
    tracing::info!(member = account.id, "a profile has a new picture");
    shelf.sweep_if_possible(account, &changed.replaced).await;
    Ok(true)
}

/// The renditions, or the sentences that say why there are none.
async fn renditions(
    state: &State,
    account: &Account,
    bytes: &bytes::Bytes,
) -> anyhow::Result<Result<Vec<Rendition>, String>> {
    let _turn = state.decoding.acquire().await.context("the turn")?;
    let bytes = bytes.clone();
    let made = tokio::task::spawn_blocking(move || picture::renditions(&bytes)).await;
    Ok(match made {
        Ok(made) => made.map_err(|refused| refused.to_string()),
        // The same bytes would panic again.
        Err(panic) => {
            tracing::error!(member = account.id, %panic, "decoding a picture panicked");
            Err(DEFECT.to_owned())
        }
    })
}
