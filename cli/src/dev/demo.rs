//! The demo member: there from the first start on, so that the page can be tried at once.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use auth::password::{self, Password, Verdict};
use endpoint::{Clock, Environment, configuration};
use members::{Email, NewMember, Role};
use rand::seq::IndexedRandom as _;
use uuid::Uuid;

pub(crate) const EMAIL: &str = "demo@example.com";
const NAME: &str = "Demo Member";
const HANDLE: &str = "demo";
/// Crockford's base 32 in lower case: nothing that is mistaken for something else.
const ALPHABET: &[u8] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Groups of four characters: 80 bits.
const GROUPS: usize = 4;

/// Makes the demo member where there is none, and says the password: as it was made, or that it
/// was changed since. One who left is there anew at the next start, as somebody else.
pub(crate) async fn member(environment: &Environment, data: &Path) -> anyhow::Result<String> {
    let members = configuration::members(environment)?;
    let email = Email::parse(EMAIL)?;
    let file = data.join(local::DEMO_PASSWORD_FILE);
    if let Some(account) = members.by_email(&email).await?
        && account.is_going()
    {
        // What the last process was killed at: until it is done, the address is taken.
        let removal = remove_member::State {
            request_time: Duration::ZERO,
            ..remove_member::State::from_env(environment)?
        };
        remove_member::handler(&removal, serde_json::Value::Null).await?;
    }
    if let Some(account) = members.by_email(&email).await? {
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        let kept = kept.trim();
        let unchanged = !kept.is_empty()
            && password::verify(&Password::new(kept), account.password_hash.as_deref())
                != Verdict::Wrong;
        return Ok(if unchanged {
            kept.to_owned()
        } else {
            "(the one that you set)".to_owned()
        });
    }
    let made = random_password();
    let hash = password::hash(&Password::new(&made), rand::random())?;
    write_private(&file, &made).with_context(|| format!("{} can't be written", file.display()))?;
    let member = NewMember {
        id: Uuid::now_v7().to_string(),
        email,
        name: NAME.to_owned(),
        handle: HANDLE.to_owned(),
        password_hash: Some(hash),
        role: Role::Admin,
        created_at: Clock::system().unix_seconds(),
    };
    members.create(member).await?;
    Ok(made)
}

fn random_password() -> String {
    let mut random = rand::rng();
    let mut group = || -> String {
        (0..4)
            .filter_map(|_| ALPHABET.choose(&mut random))
            .map(|byte| char::from(*byte))
            .collect()
    };
    (0..GROUPS).map(|_| group()).collect::<Vec<_>>().join("-")
}

/// Writes a file that only its owner may read.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(file)?, "{text}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn passwords_meet_the_rules() {
        let password = super::random_password();
        assert_eq!(password.len(), 19);
        assert_ne!(password, super::random_password());
    }
}
