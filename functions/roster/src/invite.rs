//! `POST /api/members` and `POST /api/members/{id}/reset`: a code for one member, answered once. What is kept of it is its digest.

use auth::Code;
use endpoint::{Error, JsonObject, Language, Request, rfc3339, sentence};
use members::{Account, Email, Role, parse_name};
use membership::{Administration, SiteShown, Slip, Wanted, handle, roster, sheet};
use serde::Serialize;

use crate::shown::Shown;
use crate::{State, conflict};

/// A code, and how it is handed out.
#[derive(Serialize)]
pub(crate) struct Invitation {
    code: String,
    link: String,
    expires: String,
}

#[derive(Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<Shown>,
    invitation: Invitation,
    /// A page to print, with one slip.
    slips: String,
}

impl Invitation {
    pub(crate) fn new(slip: &Slip, public_url: &str, expires_at: u64) -> Self {
        Self {
            code: slip.code.to_string(),
            link: slip.link(public_url),
            expires: rfc3339(expires_at),
        }
    }
}

pub(crate) async fn invite(
    state: &State,
    request: &Request,
    by: &Administration<'_>,
) -> endpoint::Result {
    let body = JsonObject::read(request)?;
    body.only(&["email", "name", "handle", "role"])?;
    let wanted = Wanted {
        email: email(body.string("email")?)?,
        name: name(body.string("name")?)?,
        handle: optional(&body, "handle")?
            .map(|typed| handle::parse(typed).map_err(Error::BadRequest))
            .transpose()?,
        role: optional(&body, "role")?.map_or(Ok(Role::Member), role)?,
        password_hash: None,
    };
    let members = &state.bearer.members;
    let added = by.add(&wanted).await?.map_err(Error::Conflict)?;
    tracing::info!(member = added.id, "a member was invited");
    let account = members.by_id(&added.id).await?.ok_or(Error::NotFound)?;
    let shown = Shown::read(members, &account, &state.site.public_url).await?;
    let (code, expires_at) = added.code.ok_or(Error::NotFound)?;
    let language = endpoint::language(request.headers());
    let answer = answer(state, Some(shown), (&account, code), expires_at, language)?;
    endpoint::created_in(language, &answer)
}

pub(crate) async fn reset(
    state: &State,
    request: &Request,
    account: &Account,
    by: &Administration<'_>,
) -> endpoint::Result {
    JsonObject::read(request)?.only(&[])?;
    let reset = by.reset(account).await?.map_err(conflict)?;
    tracing::info!(member = account.id, "a member has a new code");
    let language = endpoint::language(request.headers());
    let answer = answer(
        state,
        None,
        (account, reset.code),
        reset.expires_at,
        language,
    )?;
    endpoint::ok_in(language, &answer)
}

fn answer(
    state: &State,
    member: Option<Shown>,
    (account, code): (&Account, Code),
    expires_at: u64,
    language: Language,
) -> endpoint::Result<Answer> {
    let slip = Slip {
        name: account.name.clone(),
        email: account.email.as_str().to_owned(),
        code,
    };
    Ok(Answer {
        member,
        invitation: Invitation::new(&slip, &state.site.public_url, expires_at),
        slips: slips(&state.site, &[slip], expires_at, language)?,
    })
}

/// The page of slips to print.
pub(crate) fn slips(
    site: &SiteShown,
    slips: &[Slip],
    expires_at: u64,
    language: Language,
) -> anyhow::Result<String> {
    sheet::html(slips, site, day(&rfc3339(expires_at)), language)
}

/// The day of a time in RFC 3339.
fn day(time: &str) -> &str {
    time.split_once('T').map_or(time, |(day, _)| day)
}

/// The string under a key that may be left out.
pub(crate) fn optional<'a>(body: &'a JsonObject, key: &str) -> endpoint::Result<Option<&'a str>> {
    body.has(key).then(|| body.string(key)).transpose()
}

/// Whether what a key names is wanted, which may be left out.
pub(crate) fn optional_truth(body: &JsonObject, key: &str) -> endpoint::Result<bool> {
    Ok(body.has(key) && body.truth(key)?)
}

pub(crate) fn email(typed: &str) -> endpoint::Result<Email> {
    Email::of_new_member(typed)
        .map_err(|_| Error::BadRequest(sentence!("reason.roster_email", email = typed)))
}

pub(crate) fn name(typed: &str) -> endpoint::Result<String> {
    parse_name(typed).map_err(|invalid| Error::BadRequest(invalid.sentence()))
}

pub(crate) fn role(word: &str) -> endpoint::Result<Role> {
    roster::parse_role(word).map_err(Error::BadRequest)
}
