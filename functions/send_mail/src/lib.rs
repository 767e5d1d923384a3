//! S3's events: sends what waits in the outbox.
//!
//! An event only ever means "look at this key again". A letter is sent to whom it concerns then: who is gone, disabled or
//! has turned it off gets none. It is erased with its versions once it is sent, or once it is clear that it never will be;
//! one that SES doesn't take now stays, and its message comes again. A kill between the two sends it twice.

mod recipient;
mod sender;

use std::time::Duration;

use auth::CODE_BYTES;
use blobs::Blobs;
use blobs::layout::MailKey;
use endpoint::{Clock, Environment, aws, configuration};
use mail::{Club, Letter, MAX_LETTER_BYTES};
use members::{Email, Members};
use serde_json::Value;
use uploads::Pace;

use recipient::Recipient;
pub use sender::Sender;
use sender::Sent;

/// How many letters are sent at the same time. An account in SES's sandbox may send one in a second.
const AT_ONCE: usize = 2;

/// What this function may touch: the outbox in the uploads bucket, accounts and codes in the members table, and SES.
#[derive(Debug)]
pub struct State {
    pub uploads: Blobs,
    pub members: Members,
    pub clock: Clock,
    /// The address that letters come from; `None` where the site sends none.
    pub from: Option<Email>,
    pub sender: Sender,
    /// What the members call their club, school or team.
    pub site_name: String,
    pub public_url: String,
    /// 80 random bits: a code.
    pub random: fn() -> [u8; CODE_BYTES],
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        let from = configuration::mail_from(environment)?;
        if let Some(Err(error)) = from.as_ref().map(mail::deliverable) {
            return Err(Environment::unusable("MAIL_FROM", error).into());
        }
        Ok(Self {
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            members: configuration::members(environment)?,
            clock: Clock::system(),
            from,
            sender: Sender::new(&aws::config(environment, aws::ENDPOINT_SES)?),
            site_name: configuration::site_name(environment).to_owned(),
            public_url: configuration::public_url(environment)?,
            random: rand::random,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (uploads, members) = tokio::join!(self.uploads.ready(), self.members.ready());
        uploads?;
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
        at_once: AT_ONCE,
        time_left,
    };
    uploads::deliver(&state.uploads, &event, pace, |key| async move {
        // Boxed: a future this deep is more than the compiler lays out in one piece.
        Box::pin(send(state, &key)).await
    })
    .await
}

/// Sends the letter under `key`, if it is still there.
async fn send(state: &State, key: &str) -> anyhow::Result<()> {
    let Some(key) = MailKey::parse(key) else {
        tracing::info!("passed over a key that is no letter's");
        return Ok(());
    };
    let object = match state.uploads.get(&key.key(), MAX_LETTER_BYTES).await {
        Ok(object) => object,
        Err(blobs::Error::TooLarge { .. }) => return unreadable(state, &key).await,
        Err(error) => return Err(error.into()),
    };
    let Some(object) = object else {
        // Sent already, or left for a day.
        return Ok(());
    };
    // Serde's own words may quote what is in it.
    let Ok(letter) = serde_json::from_slice::<Letter>(&object.bytes) else {
        return unreadable(state, &key).await;
    };
    let (kind, id) = (letter.kind(), key.id.as_str());
    let Some(from) = &state.from else {
        tracing::warn!(kind, id, "erased a letter: the site sends none any more");
        return erase(state, &key).await;
    };
    match Recipient::find(state, &letter).await? {
        None => tracing::info!(kind, id, "a letter concerns nobody any more"),
        Some(recipient) => {
            let club = Club {
                name: &state.site_name,
                from,
                public_url: &state.public_url,
            };
            match recipient.write(&club, state.clock.unix_seconds(), id) {
                // Its chain may hold an address.
                Err(_) => tracing::warn!(kind, id, "no letter can be sent to an address"),
                Ok(raw) => match state.sender.send(from, &recipient.email, raw).await? {
                    Sent::Sent => tracing::info!(kind, id, "sent a letter"),
                    Sent::Refused(code) => {
                        tracing::warn!(kind, id, code, "SES refused a letter for good");
                    }
                },
            }
        }
    }
    erase(state, &key).await
}

async fn unreadable(state: &State, key: &MailKey) -> anyhow::Result<()> {
    tracing::error!(id = key.id, "erased a letter that can't be read");
    erase(state, key).await
}

/// Takes a letter out of the outbox, with its versions: it may hold a code, and names somebody.
async fn erase(state: &State, key: &MailKey) -> anyhow::Result<()> {
    state.uploads.erase_object(&key.key()).await?;
    Ok(())
}
