//! `masthead hook`: the address that starts a build of the site in AWS. Whoever knows it can start builds,
//! so it comes from standard input, and only its host is ever shown.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use anyhow::{Context as _, anyhow};
use aws_sdk_secretsmanager::Client;
use clap::{Args, Subcommand};
use rebuild_site::hook::{DEFAULT_EVENT, StoredHook};

use crate::aws::{Aws, InAws};
use crate::outcome::{Failure, Outcome, block_on};
use crate::output::say;

/// More than any address and token have.
const MAX_INPUT_BYTES: u64 = 64 * 1024;

#[derive(Debug, Args)]
pub(crate) struct Hook {
    #[command(flatten)]
    in_aws: InAws,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a hook from standard input: its address on the first line, its token, if it has one, on the second.
    Set(Set),
    /// Show which host is called, and whether with a token. The address is not shown.
    Show,
    /// Start no builds any more.
    Remove,
}

#[derive(Debug, Args)]
struct Set {
    /// The `event_type` by which GitHub runs the workflow.
    #[arg(long, default_value = DEFAULT_EVENT, value_parser = event)]
    event: String,
}

/// The secret that the stack made.
pub(crate) struct Secret {
    client: Client,
    arn: String,
}

impl Hook {
    pub(crate) fn run(self) -> Outcome {
        block_on(async {
            let Some(aws) = self.in_aws.connect().await? else {
                return Err(Failure::WrongCall(anyhow!(
                    "a site on this machine is built by `masthead dev --rebuild-command COMMAND`; \
                     for the hook of the one in AWS say --aws"
                )));
            };
            let secret = Secret::of(&aws)?;
            match self.command {
                Command::Set(set) => set.run(&secret).await,
                Command::Show => secret.show().await,
                Command::Remove => secret.remove().await,
            }
        })
    }
}

impl Set {
    async fn run(self, secret: &Secret) -> Outcome {
        let (url, token) = read_hook()?;
        let stored = StoredHook {
            url,
            token,
            event_type: self.event,
        };
        let hook = stored
            .hook()
            .map_err(|reason| anyhow!("the hook can't be used: {reason}"))?;
        let hook = hook.context("standard input holds no address")?;
        secret.write(&stored).await?;
        say!(
            "A build is started at {} after the next change, and within the hour for what changed before.",
            hook.host()
        );
        Ok(())
    }
}

impl Secret {
    pub(crate) fn of(aws: &Aws) -> anyhow::Result<Self> {
        Ok(Self {
            client: Client::new(aws.config()),
            arn: aws.output("DeployHook")?.to_owned(),
        })
    }

    pub(crate) async fn read(&self) -> anyhow::Result<StoredHook> {
        let sent = self.client.get_secret_value().secret_id(&self.arn).send();
        let value = sent.await.context("the secret can't be read")?;
        StoredHook::parse(value.secret_string().unwrap_or_default())
            .map_err(|reason| anyhow!("the secret {} can't be used: {reason}", self.arn))
    }

    async fn write(&self, stored: &StoredHook) -> anyhow::Result<()> {
        let put = self.client.put_secret_value().secret_id(&self.arn);
        let put = put.secret_string(serde_json::to_string(stored)?);
        put.send().await.context("the secret can't be written")?;
        Ok(())
    }

    async fn show(&self) -> Outcome {
        let stored = self.read().await?;
        let hook = stored
            .hook()
            .map_err(|reason| anyhow!("the hook can't be used: {reason}"))?;
        let Some(hook) = hook else {
            say!(
                "There is no hook: nothing starts a build. `masthead hook set --aws` gives it one."
            );
            return Ok(());
        };
        let with = if stored.token.is_empty() {
            "without a token"
        } else {
            "with a token"
        };
        say!(
            "Builds are started at {}, {with}, for GitHub with the event {}.",
            hook.host(),
            stored.event_type
        );
        Ok(())
    }

    async fn remove(&self) -> Outcome {
        self.write(&StoredHook::default()).await?;
        say!("Nothing starts a build any more.");
        Ok(())
    }
}

/// The address and the token, which is empty where there is none.
fn read_hook() -> anyhow::Result<(String, String)> {
    let input = std::io::stdin().lock();
    let asks = input.is_terminal();
    let mut lines = input.take(MAX_INPUT_BYTES).lines();
    let mut line = |question: &str| -> anyhow::Result<String> {
        if asks {
            anstream::eprint!("{question}: ");
        }
        let line = lines.next().transpose().context("the hook can't be read")?;
        Ok(line.unwrap_or_default().trim().to_owned())
    };
    Ok((line("Address")?, line("Token, or Enter for none")?))
}

/// What GitHub takes.
fn event(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (1..=100).contains(&text.len()) && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err("an event has 1 to 100 letters, digits, dots, hyphens and underscores".to_owned())
    }
}
