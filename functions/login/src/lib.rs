//! `POST /api/login`: an e-mail address and a password for a token.

use auth::password::{self, MAX_PASSWORD_CODE_POINTS, Password, Verdict};
use endpoint::{
    Clock, Environment, Error, JsonObject, Language, Origins, Request, SignedIn, Tokens,
    configuration, sentence,
};
use members::{Account, Email, Guess, Members, Target};

/// What a login may touch: the members table and the signing key.
#[derive(Debug)]
pub struct State {
    pub members: Members,
    pub tokens: Tokens,
    pub clock: Clock,
    /// 128 random bits: for token ids and salts.
    pub random: fn() -> [u8; 16],
    pub public_url: String,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            members: configuration::members_by_two_connections(environment)?,
            tokens: configuration::tokens(environment)?,
            clock: Clock::system(),
            random: rand::random,
            public_url: configuration::public_url(environment)?,
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor: to the table two, since the account is
    /// read while the guess is counted.
    ///
    /// # Errors
    /// There is no such table, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let Self {
            members, tokens, ..
        } = self;
        let (tokens, members) = tokio::join!(tokens.ready(), members.ready());
        tokens?;
        Ok(members?)
    }
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/login" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let body = JsonObject::read(&request)?;
    let (email, password) = (body.string("email")?, body.string("password")?);
    if password.chars().count() > MAX_PASSWORD_CODE_POINTS {
        return Err(Error::BadRequest(sentence!(
            "api.login_password_too_long",
            characters = MAX_PASSWORD_CODE_POINTS
        )));
    }
    let password = Password::new(password);
    // Without keys there is no login, however right the password: nothing is counted then.
    state.tokens.ttl_seconds().await?;

    // Text that can't be an address is counted and hashed like an unknown one: nothing tells them
    // apart.
    let address = Email::parse(email);
    let target = Target::new(address.as_ref().map_or(email, Email::as_str));
    let find = async {
        match &address {
            Ok(email) => Ok(state.members.by_email(email).await?),
            Err(_) => Ok(None),
        }
    };
    // What a login costs in round trips: the account is read while the guess is counted (two writes
    // one after the other, or one where the source's last guess was right), then comes the hash, and
    // after a right one the guess is taken back by one write.
    let count = endpoint::guess(&state.members, &state.clock, &request, Some(&target));
    let (account, guess) = tokio::try_join!(find, count)?;
    let stored = account
        .as_ref()
        .and_then(|account| account.password_hash.clone());
    let (verdict, password) = endpoint::blocking(move || {
        let verdict = password::verify(&password, stored.as_deref());
        (verdict, password)
    })
    .await?;
    let account = match (account, verdict) {
        (Some(account), Verdict::Right | Verdict::RightButOutdated) if !account.disabled => account,
        _ => {
            return Err(Error::InvalidCredentials(sentence!("api.login_wrong")));
        }
    };
    let now = state.clock.unix_seconds();
    let language = endpoint::language(request.headers());
    let bring_up_to_date = async {
        if verdict == Verdict::RightButOutdated {
            rehash(state, &account, password).await;
        }
    };
    tokio::join!(
        take_back(state, guess),
        note_login(state, &account, now, language),
        bring_up_to_date
    );
    let random = (state.random)();
    endpoint::ok(&SignedIn::new(&state.tokens, &account, &state.public_url, now, random).await?)
}

/// Takes the guess back. The member is signed in whether or not that works: their next wrong
/// password may then have to wait a little earlier.
async fn take_back(state: &State, guess: Guess) {
    if let Err(error) = state.members.guessed_right(guess).await {
        tracing::warn!(%error, "could not take a right guess back");
    }
}

/// Notes the day of the login, and what the member's browser speaks. The member is signed in whether or not that works.
async fn note_login(state: &State, account: &Account, now: u64, language: Language) {
    let noted = state.members.note_login(account, now, language);
    if let Err(error) = noted.await {
        tracing::warn!(member = account.id, %error, "could not note a login");
    }
}

/// Brings the stored hash up to today's parameters. The member is signed in whether or not that
/// works: the next login tries again.
async fn rehash(state: &State, account: &Account, password: Password) {
    let salt = (state.random)();
    let replaced = async {
        let hash = endpoint::blocking(move || password::hash(&password, salt)).await??;
        Ok::<_, Error>(state.members.rehash(account, &hash).await?)
    };
    match replaced.await {
        Ok(replaced) => tracing::info!(member = account.id, replaced, "rehashed a password"),
        Err(error) => tracing::warn!(member = account.id, ?error, "could not rehash a password"),
    }
}
