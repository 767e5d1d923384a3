//! `POST /api/set_password`: a new password for the current one, or for a code.

use auth::Code;
use auth::password::{self, Password, Rules, Verdict};
use endpoint::{
    Bearer, Environment, Error, JsonObject, Origins, Request, Sentence, SignedIn, configuration,
    sentence,
};
use members::{Account, Member, Target};
use serde::Serialize;

/// What this function may touch: the members table.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub rules: Rules,
    /// 128 random bits: for salts and token ids.
    pub random: fn() -> [u8; 16],
    pub public_url: String,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            rules: configuration::password_rules(environment)?,
            random: rand::random,
            public_url: configuration::public_url(environment)?,
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        self.bearer.ready().await
    }
}

#[derive(Serialize)]
struct Changed {}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/set_password" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    match JsonObject::read(&request) {
        Ok(body) if body.has("code") => with_code(state, &request, &body).await,
        // Who isn't signed in is told so first, whatever else is wrong.
        body => {
            let member = state.bearer.member(&request).await?;
            with_current_password(state, &request, &member, &body?).await
        }
    }
}

/// Sets the first password of an invited member, or the next one of a member who forgot theirs, and signs
/// them in: whoever has the code and the password could do so next.
async fn with_code(state: &State, request: &Request, body: &JsonObject) -> endpoint::Result {
    const REFUSED: Sentence = sentence!("api.code_refused");
    let code = body.string("code")?;
    let new = Password::new(body.string("password")?);
    if body.has("current_password") {
        return Err(Error::BadRequest(sentence!("api.code_or_current_password")));
    }
    let Bearer {
        members,
        clock,
        tokens,
    } = &state.bearer;
    // Without keys nobody can be signed in: the code is left as it is then.
    tokens.ttl_seconds().await?;
    // The code stands for no account before it is found, so that only its source is counted: a
    // count for all codes together would let one guesser shut everybody out, and 80 random bits
    // leave nothing to guess.
    let guess = endpoint::guess(members, clock, request, None).await?;
    let digest = Code::parse(code).map(|code| code.digest());
    let account = match &digest {
        Some(digest) => members.by_code(digest, clock.unix_seconds()).await?,
        None => None,
    };
    let account = account.filter(|account| !account.disabled);
    let (Some(account), Some(digest)) = (account, digest) else {
        return Err(Error::InvalidCredentials(REFUSED));
    };
    members.guessed_right(guess).await?;
    check(state.rules, &new, &account)?;
    let salt = (state.random)();
    let hash = endpoint::blocking(move || password::hash(&new, salt)).await??;
    if account.password_hash.is_none() {
        // From now on the member is in the directory.
        let now_ms = clock.unix_milliseconds();
        members.note_directory(&account, now_ms).await?;
    }
    if !members.redeem(&account, &digest, &hash).await? {
        return Err(Error::InvalidCredentials(REFUSED));
    }
    // Who has a new password starts with a clean slate, however often the old one was tried.
    let target = Target::new(account.email.as_str());
    if let Err(error) = members.forget_guesses(&target).await {
        tracing::warn!(member = account.id, %error, "could not forget failed guesses");
    }
    let now = clock.unix_seconds();
    let language = endpoint::language(request.headers());
    if let Err(error) = members.note_login(&account, now, language).await {
        tracing::warn!(member = account.id, %error, "could not note a login");
    }
    let account = Account {
        // As `redeem` left it.
        version: account.version + 1,
        ..account
    };
    let random = (state.random)();
    endpoint::ok(&SignedIn::new(tokens, &account, &state.public_url, now, random).await?)
}

/// Changes the password of a member who is signed in.
async fn with_current_password(
    state: &State,
    request: &Request,
    member: &Member,
    body: &JsonObject,
) -> endpoint::Result {
    let current = Password::new(body.string("current_password")?);
    let new = Password::new(body.string("password")?);
    check(state.rules, &new, member)?;

    // The current password is guessed at here as it is at the login: one count for both.
    let target = Target::new(member.email.as_str());
    let Bearer { members, clock, .. } = &state.bearer;
    let guess = endpoint::guess(members, clock, request, Some(&target)).await?;
    let (stored, salt) = (member.password_hash.clone(), (state.random)());
    let hash = endpoint::blocking(
        move || match password::verify(&current, stored.as_deref()) {
            Verdict::Wrong => Ok(None),
            Verdict::Right | Verdict::RightButOutdated => password::hash(&new, salt).map(Some),
        },
    )
    .await??;
    let Some(hash) = hash else {
        return Err(Error::InvalidCredentials(sentence!(
            "api.current_password_wrong"
        )));
    };
    members.guessed_right(guess).await?;
    if !members.set_password(member, &hash).await? {
        return Err(Error::Conflict(sentence!("api.password_changed_elsewhere")));
    }
    endpoint::ok(&Changed {})
}

fn check(rules: Rules, password: &Password, account: &Account) -> endpoint::Result<()> {
    let personal = [account.email.as_str(), &account.name, &account.handle];
    rules
        .check(password, &personal)
        .map_err(|weak| Error::BadRequest(weak.sentence()))
}
