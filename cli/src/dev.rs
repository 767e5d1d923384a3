//! `masthead dev`: the whole backend on this machine.

mod demo;
mod settings;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use local::{Options, RebuildCommand, StartError};
use tokio::signal;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::outcome::{Failure, Outcome, block_on};
use crate::output::say;

use settings::Settings;

/// What `sam local` takes from its own environment, and not from a file.
const CREDENTIALS: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SECRET_ACCESS_KEY"];

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Port of the API; S3 is on the next one, DynamoDB and SES on the one after.
    #[arg(long, default_value_t = local::DEFAULT_PORT)]
    port: u16,
    /// Folder that keeps the data.
    #[arg(long, default_value = ".masthead")]
    data: PathBuf,
    /// Start with an empty data folder.
    #[arg(long)]
    reset: bool,
    /// Only S3 and DynamoDB, for `cargo lambda watch` and `sam local`.
    #[arg(long)]
    backends_only: bool,
    /// Print the environment a function needs to use the stack, and end.
    #[arg(
        long,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "lines",
        conflicts_with_all = ["reset", "backends_only"]
    )]
    print_env: Option<Format>,
    /// Command that builds the site, run once something was published or withdrawn and it has been
    /// quiet since. It is told `MASTHEAD_URL` and `MASTHEAD_BUILD_KEY`.
    #[arg(
        long,
        value_name = "COMMAND",
        env = "MASTHEAD_REBUILD_COMMAND",
        conflicts_with = "backends_only"
    )]
    rebuild_command: Option<String>,
    /// How long it has to be quiet before that, in seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        requires = "rebuild_command"
    )]
    rebuild_quiet: u64,
    /// How long at least from the start of one build to that of the next, in seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 300,
        requires = "rebuild_command"
    )]
    rebuild_every: u64,
    /// How long at most from the first change to the start of a build, however busy the site, in seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 600,
        requires = "rebuild_command"
    )]
    rebuild_at_most: u64,
    /// Host name or address by which functions reach the stack. With 0.0.0.0 everybody in the network
    /// reaches it, by this machine's address there.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    #[command(flatten)]
    settings: Settings,
}

/// How the environment is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// KEY=value, for `env`.
    Lines,
    /// The JSON that `sam local` reads by `--env-vars`. It takes credentials from its own environment alone.
    Sam,
}

impl Dev {
    pub(crate) fn run(self) -> Outcome {
        let (bind, host) = self.address()?;
        let options = Options {
            port: self.port,
            data: Some(self.data.clone()),
            bind,
            host,
            settings: self.settings.by_variable(),
            backends_only: self.backends_only,
            reset: self.reset,
            rebuild: self.rebuild_command.clone().map(|command| RebuildCommand {
                command,
                quiet: Duration::from_secs(self.rebuild_quiet),
                every: Duration::from_secs(self.rebuild_every),
                at_most: Duration::from_secs(self.rebuild_at_most),
            }),
            calls: None,
        };
        if let Some(format) = self.print_env {
            print(local::environment(&options).map_err(refused)?, format)?;
            return Ok(());
        }
        log_to_stderr();
        block_on(async {
            let stop = stop_signal()?;
            let stack = local::start(options).await.map_err(refused)?;
            let demo = demo::member(&stack.own_environment(), &self.data).await?;
            let (s3, dynamodb, data) = (stack.s3_url(), stack.dynamodb_url(), self.data.display());
            if self.backends_only {
                say!("S3 and DynamoDB are ready: {s3} and {dynamodb}, data in {data}");
            } else {
                say!("Masthead is ready:  http://localhost:{}", self.port);
                if bind.is_unspecified() {
                    say!("  in this network   {}", stack.public_url());
                }
            }
            say!("  demo member       {}", demo::EMAIL);
            say!("  password          {demo}");
            if self.backends_only {
                say!(
                    "  next              set what `masthead dev --print-env --port {}` prints, then start a function",
                    self.port
                );
            } else {
                if let Some(command) = &self.rebuild_command {
                    say!(
                        "  builds            {command}, {} s after the last change",
                        self.rebuild_quiet
                    );
                }
                say!(
                    "  build key         in {}, for MASTHEAD_BUILD_KEY of a site",
                    self.data.join(local::BUILD_KEY_FILE).display()
                );
                say!(
                    "  letters           http://localhost:{}{}",
                    self.port,
                    local::LETTERS_PATH
                );
                say!("  stores            S3 on {s3}, DynamoDB on {dynamodb}, data in {data}");
                say!("  next              open the page, sign in, upload a README; Ctrl-C stops");
            }
            stop.await;
            stack.shutdown().await;
            Ok(())
        })
    }
}

impl Dev {
    /// Where to listen, and the host by which others reach it.
    fn address(&self) -> anyhow::Result<(IpAddr, String)> {
        match self.host.parse::<IpAddr>() {
            Ok(everywhere) if everywhere.is_unspecified() => {
                let own = local::network_address().context(
                    "this machine has no address in a network: connect it, or leave --host 0.0.0.0 out",
                )?;
                Ok((everywhere, own.to_string()))
            }
            _ => Ok((Ipv4Addr::LOCALHOST.into(), self.host.clone())),
        }
    }
}

/// A setting that can't be used is a wrong call.
fn refused(error: StartError) -> Failure {
    match error {
        StartError::Setting { .. } => Failure::WrongCall(error.into()),
        _ => Failure::Refused(error.into()),
    }
}

fn print(environment: Vec<(String, String)>, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Lines => {
            for (name, value) in environment {
                say!("{name}={value}");
            }
        }
        Format::Sam => {
            let variables: BTreeMap<_, _> = environment
                .into_iter()
                .filter(|(name, _)| !CREDENTIALS.contains(&name.as_str()))
                .collect();
            let file = serde_json::json!({ "Parameters": variables });
            say!("{}", serde_json::to_string_pretty(&file)?);
        }
    }
    Ok(())
}

/// Warnings and errors, and what the stack itself has to tell, on standard error; the servers' own
/// libraries call every 404 an error.
fn log_to_stderr() {
    let quiet = local::NOISY_TARGETS.map(|target| (target, LevelFilter::OFF));
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("local", LevelFilter::INFO)
        .with_targets(quiet);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .compact();
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
}

/// Completes at Ctrl-C or SIGTERM; listens from the moment it is made.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())
        .context("SIGTERM can't be listened to")?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminated => {}
        }
    })
}
