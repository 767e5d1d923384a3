//! Another address for the member: asked for with the password, and taken with a code that was sent there.

use auth::Code;
use auth::password::{self, Password, Verdict};
use endpoint::{Bearer, Error, JsonObject, Request, sentence};
use mail::Letter;
use members::{Email, Member, Renamed, Target};

use crate::State;

/// Notes the address that the member wants, and has a code sent there.
///
/// The answer is the same whether or not the address is somebody's: `send_mail` looks, and sends nothing to one that is.
pub(crate) async fn want(
    state: &State,
    request: &Request,
    body: &JsonObject,
    member: &Member,
) -> endpoint::Result<()> {
    body.only(&["email", "password"])?;
    let typed = body.string("email")?;
    let password = Password::new(body.string("password")?);
    if !state.outbox.sends() {
        return Err(Error::Conflict(sentence!("api.no_mail")));
    }
    let email = Email::of_new_member(typed)
        .ok()
        .filter(|email| mail::deliverable(email).is_ok())
        .ok_or(Error::BadRequest(sentence!("api.email_invalid")))?;
    if email == member.email {
        return Err(Error::BadRequest(sentence!("api.email_same")));
    }
    // The password is guessed at here as it is at the login: one count for both.
    let Bearer { members, clock, .. } = &state.bearer;
    let target = Target::new(member.email.as_str());
    let guess = endpoint::guess(members, clock, request, Some(&target)).await?;
    let stored = member.password_hash.clone();
    let verdict =
        endpoint::blocking(move || password::verify(&password, stored.as_deref())).await?;
    if verdict == Verdict::Wrong {
        return Err(Error::InvalidCredentials(sentence!(
            "api.current_password_wrong"
        )));
    }
    members.guessed_right(guess).await?;
    // The mailbox may be a stranger's.
    endpoint::count_letter_of(members, clock, &member.id).await?;
    if !members.want_email(member, &email).await? {
        return Err(Error::Conflict(sentence!("api.account_changed_meanwhile")));
    }
    let letter = Letter::NewAddress {
        member: member.id.clone(),
        language: endpoint::language(request.headers()).code().to_owned(),
    };
    state
        .outbox
        .put(&letter)
        .await
        .map_err(Error::unavailable)?;
    Ok(())
}

/// Gives the member the address that the code was sent to, which ends every session. Returns it.
pub(crate) async fn prove(
    state: &State,
    request: &Request,
    body: &JsonObject,
    member: &Member,
) -> endpoint::Result<Email> {
    body.only(&["email_code"])?;
    let code = Code::parse(body.string("email_code")?);
    let Bearer { members, clock, .. } = &state.bearer;
    let target = Target::new(member.email.as_str());
    let guess = endpoint::guess(members, clock, request, Some(&target)).await?;
    let now = clock.unix_seconds();
    let wanted = member.new_email.as_ref().filter(|new| {
        let digest = code.as_ref().map(Code::digest);
        digest.is_some_and(|digest| new.is_proven_by(&digest, now))
    });
    let Some(wanted) = wanted else {
        return Err(Error::InvalidCredentials(sentence!(
            "api.email_code_refused"
        )));
    };
    members.guessed_right(guess).await?;
    if members.by_email(&wanted.email).await?.is_some() {
        return Err(Error::Conflict(sentence!("api.email_taken")));
    }
    // Before the change: a kill in between must not leave the former mailbox without a word. `send_mail` waits for the change.
    let letter = Letter::AddressChanged {
        member: member.id.clone(),
        email: member.email.as_str().to_owned(),
        name: member.name.clone(),
        language: endpoint::language(request.headers()).code().to_owned(),
        changed_at: now,
    };
    state
        .outbox
        .put(&letter)
        .await
        .map_err(Error::unavailable)?;
    match members.change_email(member, &wanted.email).await? {
        Renamed::Renamed => Ok(wanted.email.clone()),
        Renamed::Taken => Err(Error::Conflict(sentence!("api.email_taken"))),
        Renamed::Changed => Err(Error::Conflict(sentence!("api.account_changed_meanwhile"))),
    }
}
