//! `masthead doctor`: looks at what the documents ask people to look at, and says what to do.

#[cfg(feature = "aws")]
mod account;
mod finding;
mod here;
#[cfg(feature = "aws")]
mod in_aws;
#[cfg(feature = "aws")]
mod judged;
mod site;
mod trial;

use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use anyhow::anyhow;
use clap::Args;
use members::Email;
use serde_json::json;

use crate::ask;
use crate::aws::{Aws, InAws};
use crate::outcome::{Failure, Outcome, block_on};
use crate::output::say;
use crate::publish::server::{Server, parse_url};
use finding::{DEPLOY, Finding, SIGN_IN, Verdict};

const AFTER_HELP: &str = "\
Without --aws and --url it looks at this machine, and at the `masthead dev` that runs here.
It changes nothing. Only --try does: it signs in, publishes a draft that nobody but its author
sees, and erases it for good.

  masthead doctor
  masthead doctor --aws
  masthead doctor --url https://members.club.example --site-origin https://club.example
  masthead doctor --aws --try jo@club.example --json

It ends with 0 where nothing is wrong, warnings or not; with 1 where something is; and with 2
where it was called wrongly.";

/// Where `astro dev` serves a site on this machine.
const SITE_HERE: &str = "http://localhost:4321";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Doctor {
    #[command(flatten)]
    in_aws: InAws,
    /// Address of Masthead to look at; with --aws, in the place of the stack's own.
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    url: Option<url::Url>,
    /// Where the site lives whose pages call Masthead; with --aws the stack knows it.
    #[arg(long, value_name = "ORIGIN")]
    site_origin: Option<String>,
    /// Sign in as this member, whose password is asked for, and publish and erase a draft.
    #[arg(long = "try", value_name = "EMAIL")]
    try_as: Option<String>,
    /// Write JSON.
    #[arg(long)]
    json: bool,
    /// Port of the `masthead dev` on this machine.
    #[arg(long, default_value_t = local::DEFAULT_PORT, conflicts_with_all = ["aws", "url"])]
    port: u16,
    /// Its data folder.
    #[arg(long, default_value = ".masthead", conflicts_with_all = ["aws", "url"])]
    data: PathBuf,
}

impl Doctor {
    pub(crate) fn run(self) -> Outcome {
        block_on(self.examine())
    }

    async fn examine(self) -> Outcome {
        if let Some(email) = &self.try_as
            && Email::parse(email).is_err()
        {
            return Err(Failure::WrongCall(anyhow!("{email} is no e-mail address")));
        }
        // First of all: nobody waits for a question.
        let password = match &self.try_as {
            Some(email) => Some(ask::password(&format!("Password of {email}"))?),
            None => None,
        };
        let mut found = Vec::new();
        let mut url = self.url.clone();
        let mut origins: Vec<String> = self.site_origin.iter().cloned().collect();
        if self.in_aws.aws {
            match self.in_aws.connect().await {
                Ok(Some(aws)) => {
                    self.look_at_stack(&aws, &mut found).await;
                    let public = aws.output("PublicUrl").ok();
                    url = url.or_else(|| parse_url(public?).ok());
                    if origins.is_empty() {
                        origins = origins_of(&aws);
                    }
                }
                Ok(None) => {}
                Err(cause) => found.push(Finding::wrong(
                    "stack",
                    format!("{cause:#}"),
                    "sign in, and name region and stack",
                    DEPLOY,
                )),
            }
        } else if url.is_none() {
            let here = here::look(self.port, &self.data).await;
            url = here.url;
            found.extend(here.found);
            if origins.is_empty() {
                origins.push(SITE_HERE.to_owned());
            }
        }
        match url.map(Server::new).transpose()? {
            Some(server) => {
                let there = site::look(&server, &origins).await;
                // A password goes to nobody who isn't what was asked for.
                let is_masthead = there.iter().any(Finding::is_of_masthead);
                found.extend(there);
                if let (Some(email), Some(password)) = (&self.try_as, &password) {
                    found.extend(if is_masthead {
                        trial::look(&server, email, password).await
                    } else {
                        vec![Finding::wrong(
                            "sign-in",
                            "nobody signed in: the password isn't sent to what is no Masthead",
                            "see what is said about “api” first",
                            SIGN_IN,
                        )]
                    });
                }
            }
            None if self.try_as.is_some() => found.push(Finding::wrong(
                "sign-in",
                "there is no Masthead to sign in to",
                "start one with `masthead dev`, or name it with --url or --aws",
                SIGN_IN,
            )),
            None => {}
        }
        let found: Vec<Finding> = found.into_iter().map(Finding::harmless).collect();
        self.tell(&found)
    }

    #[cfg(feature = "aws")]
    async fn look_at_stack(&self, aws: &Aws, found: &mut Vec<Finding>) {
        found.extend(in_aws::look(aws).await);
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_async, reason = "as with the feature")]
    async fn look_at_stack(&self, _: &Aws, _: &mut Vec<Finding>) {}

    fn tell(&self, found: &[Finding]) -> Outcome {
        let count = |verdict| found.iter().filter(|it| it.verdict == verdict).count();
        let (wrong, warnings) = (count(Verdict::Wrong), count(Verdict::Warning));
        if self.json {
            let all = json!({ "wrong": wrong, "warnings": warnings, "findings": found });
            say!("{}", serde_json::to_string_pretty(&all)?);
        } else {
            for finding in found {
                say!("{}", line(finding));
            }
        }
        if wrong == 0 {
            return Ok(());
        }
        let things = if wrong == 1 {
            "1 thing is"
        } else {
            &*format!("{wrong} things are")
        };
        Err(anyhow!("{things} wrong").into())
    }
}

/// The sites whose pages may call.
fn origins_of(aws: &Aws) -> Vec<String> {
    let origins = aws.parameter("SiteOrigin").unwrap_or_default();
    let origins = origins.split(',').filter(|origin| !origin.is_empty());
    origins.map(str::to_owned).collect()
}

/// A finding in one line.
fn line(finding: &Finding) -> String {
    let (style, word) = match finding.verdict {
        Verdict::Ok => (AnsiColor::Green.on_default(), "ok"),
        Verdict::Warning => (AnsiColor::Yellow.on_default(), "warning"),
        Verdict::Wrong => (AnsiColor::Red.on_default().bold(), "wrong"),
    };
    let style: Style = style;
    let todo = match (&finding.remedy, finding.section) {
        (Some(remedy), Some(section)) => format!(". To do: {remedy} ({section})"),
        _ => String::new(),
    };
    format!(
        "{style}{word:<8}{style:#}{:<13} {}{todo}",
        finding.check, finding.said
    )
}
