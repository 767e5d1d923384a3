//! `GET /api/me`: who the token belongs to, and what became of their picture. `PATCH /api/me`: another name, another
//! address, which letters come, whether everybody sees the member in the directory, or notices put away.

mod email;
mod letters;
mod listed;
mod notices;
mod rename;

use blobs::layout::{OriginalKey, OriginalNote};
use blobs::{Blobs, Head};
use endpoint::http::Method;
use endpoint::{
    Bearer, Environment, Error, JsonObject, Language, Origins, Request, Sentence, aws,
    configuration, sentence,
};
use mail::Outbox;
use members::{Account, PublicMember};
use serde::Serialize;

/// After this many seconds nobody works on an original any more: its message was tried as often as
/// it is.
const GIVEN_UP_SECONDS: u64 = 60 * 60;
const GIVEN_UP: Sentence = sentence!("reason.picture_given_up");

/// What this function may touch: the members table, whether an original waits in the uploads
/// bucket, the word there that a name changed, and the outbox.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    pub outbox: Outbox,
    pub public_url: String,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);
        let sends = configuration::mail_from(environment)?.is_some();
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            outbox: Outbox::new(uploads.clone(), sends),
            uploads,
            public_url: configuration::public_url(environment)?,
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (bearer, uploads) = tokio::join!(self.bearer.ready(), self.uploads.ready());
        bearer?;
        Ok(uploads?)
    }
}

#[derive(Serialize)]
struct Me<'a> {
    member: PublicMember<'a>,
    /// What became of the picture that was sent last; `null` where there was none.
    picture_upload: Option<PictureUpload>,
    /// What an administrator did to the account, newest first, until it is put away.
    notices: Vec<notices::Told>,
    /// The member's own address.
    email: &'a str,
    /// The address that the member wants in its place, until a code proves that it is theirs.
    new_email: Option<&'a str>,
    mail: letters::Chosen,
    /// Whether the member is in the directory, where the site has one.
    listed: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct PictureUpload {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/me" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "GET, PATCH")? {
        return Ok(preflight);
    }
    let mut member = state.bearer.member(&request).await?;
    if request.method() == Method::PATCH {
        let body = JsonObject::read(&request)?;
        if body.has("notices_seen") {
            notices::put_away(&state.bearer.members, &body, &member).await?;
        } else if body.has("email_code") {
            member.email = email::prove(state, &request, &body, &member).await?;
        } else if body.has("email") {
            email::want(state, &request, &body, &member).await?;
        } else if body.has("mail") {
            letters::choose(state, &body, &member).await?;
        } else if body.has("listed") {
            listed::choose(state, &body, &member).await?;
        } else {
            rename::rename(state, &body, &member).await?;
        }
    }
    let original = state
        .uploads
        .head(&OriginalKey::new(&member.id).key())
        .await
        .map_err(Error::unavailable)?;
    let original = original.filter(|head| !OriginalNote::is_dealt_with(&head.metadata));
    // The account is written before the original goes, so it is read after that was looked for: an
    // original that is gone has left its picture or its reason.
    let current = state.bearer.members.by_email(&member.email).await?;
    let member = current.unwrap_or(member);
    let now = state.bearer.clock.unix_seconds();
    let language = endpoint::language(request.headers());
    let me = Me {
        member: member.public(&state.public_url),
        picture_upload: picture_upload(&member, original.as_ref(), now, language),
        notices: notices::told(&state.bearer.members, &member).await?,
        email: member.email.as_str(),
        new_email: member.new_email.as_ref().map(|new| new.email.as_str()),
        mail: member.letters.into(),
        listed: member.listed,
    };
    endpoint::ok_in(language, &me)
}

/// Nothing of it is stored as such: it follows from whether an original is there, and from what the
/// account says.
fn picture_upload(
    member: &Account,
    original: Option<&Head>,
    now: u64,
    language: Language,
) -> Option<PictureUpload> {
    let is_given_up = |head: &Head| head.last_modified.saturating_add(GIVEN_UP_SECONDS) < now;
    let rejected = member.picture_rejected_in(language);
    let (state, reason) = match (original, rejected, &member.picture) {
        (Some(original), ..) if is_given_up(original) => {
            ("rejected", Some(GIVEN_UP.in_language(language)))
        }
        (Some(_), ..) => ("processing", None),
        (None, Some(reason), _) => ("rejected", Some(reason)),
        (None, None, Some(_)) => ("ready", None),
        (None, None, None) => return None,
    };
    Some(PictureUpload { state, reason })
}
