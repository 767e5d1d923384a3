//! `masthead publish`: the Markdown files of a folder, published by the member whose they are.

mod folder;
mod kept;
mod plan;
mod server;
mod session;
mod shown;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use clap::Args;
use members::Email;

use crate::ask;
use crate::outcome::{Failure, Outcome, block_on};
use crate::output::say;
use crate::progress::Progress;
use folder::Found;
use kept::{Account, Kept, Record};
use plan::{Action, Plan, Published, Remote, Step};
use server::{Listed, Server, Trouble, Upload, Warning};
use session::SignedIn;

/// How long reports are waited for that don't come.
const PATIENCE: Duration = Duration::from_mins(2);
/// The waits between two looks at the reports, the last of them for good.
const LOOKS_MS: [u64; 4] = [200, 400, 800, 1500];
/// The server's code for a member who has as much as one may have.
const QUOTA_EXCEEDED: &str = "quota_exceeded";
/// Documents whose warnings are asked for.
const MAX_WARNED: usize = 50;

const AFTER_HELP: &str = "\
What changed is sent, by its SHA-256. Each file keeps its folder, and README.md
is the document of the folder that it lies in. Hidden files and folders,
node_modules and symbolic links are passed over. The password is asked for
without being shown, or is the first line of standard input; the token is kept
until it is over.

  masthead publish ~/vault --url https://members.club.example --email jo@club.example
  masthead publish ~/vault --dry-run
  printf '%s' \"$PASSWORD\" | masthead publish . --prune --yes

It ends with 0 where all is published, with 1 where something was refused, and
with 2 where it was called wrongly.";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own on the command line"
)]
pub(crate) struct Publish {
    /// The folder; those in it are part of it.
    folder: PathBuf,
    /// Address of Masthead, https:// or that of this machine; remembered for the folder.
    #[arg(long, env = "MASTHEAD_URL", value_name = "URL")]
    url: Option<String>,
    /// The address that you sign in with; remembered for the folder.
    #[arg(long, env = "MASTHEAD_EMAIL", value_name = "EMAIL")]
    email: Option<String>,
    /// Say what would be done, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Delete what was published from this folder by this command and is no longer in it; asks first.
    #[arg(long)]
    prune: bool,
    /// Don't ask before deleting.
    #[arg(long, requires = "prune")]
    yes: bool,
    /// Let files take the place of documents of another title that were sent in another way.
    #[arg(long)]
    replace: bool,
    /// Where the token and what was published are kept, in the place of the system's folder for settings.
    #[arg(long, env = "MASTHEAD_CONFIG", value_name = "FOLDER")]
    config: Option<PathBuf>,
}

/// How a document that was sent ended, unless it was taken.
struct Refused {
    id: String,
    reason: String,
}

impl Publish {
    pub(crate) fn run(self) -> Outcome {
        block_on(self.publish())
    }

    async fn publish(self) -> Outcome {
        let folder = self.folder.canonicalize();
        let folder = folder.with_context(|| format!("“{}”", self.folder.display()));
        let folder = folder.map_err(Failure::WrongCall)?;
        if !folder.is_dir() {
            return Err(Failure::WrongCall(anyhow!(
                "“{}” is no folder",
                self.folder.display()
            )));
        }
        let config = self.config.clone().filter(|it| !it.as_os_str().is_empty());
        let kept = Kept::open(config)?;
        let mut record = kept.record(&folder)?;
        let account = self.account(record.account.as_ref())?;
        let url = server::parse_url(&account.url);
        let server = Server::new(url.map_err(|reason| Failure::WrongCall(anyhow!(reason)))?)?;
        let max_bytes = server.site().await.map_err(anyhow::Error::from)?;
        let max_bytes = max_bytes.limits.readme;
        let found = Found::look(&folder, max_bytes)?;
        let (others, links) = (found.others, found.links);
        if found.documents.is_empty() {
            // Of a folder that wasn't checked out or isn't mounted nothing is deleted.
            say!("There is no Markdown file in the folder.");
            shown::passed_over(others, links);
            return Ok(());
        }

        let mut member = SignedIn::new(&server, &kept, &account);
        let listed = member.call(async |server, token| server.list(token).await);
        let listed = listed.await.map_err(anyhow::Error::from)?;
        let remotes: Vec<Remote> = listed.into_iter().map(remote).collect();
        let published = record.published(&account);
        let mut plan = plan::plan(found.documents, &remotes, published, self.prune);
        shown::plan(&plan, self.prune);
        shown::passed_over(others, links);
        shown::left_alone(&plan, self.prune);
        let refused_here = plan.steps.iter().filter(|step| is_refused(step)).count();
        if self.dry_run {
            say!("Nothing was sent: it is a dry run.");
            return refusals(refused_here);
        }
        if record.account.as_ref() != Some(&account) {
            record.account = Some(account.clone());
            kept.keep_record(&record)?;
        }
        if self.prune {
            self.delete(&mut member, &kept, &mut record, &account, &plan)
                .await?;
        }
        if self.replace {
            for step in &mut plan.steps {
                step.may_replace = true;
            }
        }
        let mut sending = Sending {
            member: &mut member,
            kept: &kept,
            record: &mut record,
            account: &account,
            max_bytes,
        };
        let (refused, sent, stopped) = sending.send(&plan).await?;
        let rejected = outcomes(&mut member, &plan, &sent).await?;
        for Refused { id, reason } in &refused {
            shown::line("refused", &format!("{id}: {reason}"));
        }
        if let Some(cause) = stopped {
            return Err(cause.into());
        }
        refusals(refused_here + refused.len() + rejected)
    }

    /// Whose documents they are and where, as it was said or is remembered.
    fn account(&self, remembered: Option<&Account>) -> Result<Account, Failure> {
        let wrong = |sentence: &str| Failure::WrongCall(anyhow!("{sentence}"));
        let said = |given: &Option<String>, known: Option<&String>| {
            let given = given.as_deref().map(str::trim);
            let given = given.filter(|it| !it.is_empty()).map(str::to_owned);
            given.or_else(|| known.cloned())
        };
        let url = said(&self.url, remembered.map(|it| &it.url)).ok_or_else(|| {
            wrong("say where Masthead is: --url https://members.club.example, or MASTHEAD_URL")
        })?;
        let url = server::parse_url(&url).map_err(|reason| wrong(&reason))?;
        let email = match said(&self.email, remembered.map(|it| &it.email)) {
            Some(email) => email,
            None if ask::is_possible() => ask::text("E-mail address that you sign in with")?,
            None => {
                return Err(wrong(
                    "say as whom: --email jo@club.example, or MASTHEAD_EMAIL",
                ));
            }
        };
        let email = Email::parse(&email)
            .with_context(|| format!("“{email}”"))
            .map_err(Failure::WrongCall)?;
        Ok(Account {
            url: url.to_string(),
            email: email.as_str().to_owned(),
        })
    }

    /// Deletes what was published from here and is gone, once that is confirmed.
    async fn delete(
        &self,
        member: &mut SignedIn<'_>,
        kept: &Kept,
        record: &mut Record,
        account: &Account,
        plan: &Plan,
    ) -> Outcome {
        if plan.gone.is_empty() {
            return Ok(());
        }
        let what = shown::count(plan.gone.len(), "document", "documents");
        if !self.yes {
            ask::confirm(
                &format!("Delete {what}?"),
                "deleting can't be undone",
                "nothing was deleted, and nothing was sent",
            )?;
        }
        for gone in &plan.gone {
            let deleted = member.call(async |server, token| server.delete(token, &gone.slug).await);
            deleted.await.map_err(anyhow::Error::from)?;
            record.remove(account, &gone.slug);
            kept.keep_record(record)?;
        }
        say!("{what} deleted.");
        Ok(())
    }
}

/// What sends documents, and notes that it did.
struct Sending<'a, 'b> {
    member: &'a mut SignedIn<'b>,
    kept: &'a Kept,
    record: &'a mut Record,
    account: &'a Account,
    max_bytes: u64,
}

impl Sending<'_, '_> {
    /// Sends what is to be sent. Answers what the server refused, which steps it took, and why it ended before all were
    /// tried.
    async fn send<'p>(
        &mut self,
        plan: &'p Plan,
    ) -> anyhow::Result<(Vec<Refused>, Vec<&'p Step>, Option<anyhow::Error>)> {
        let steps: Vec<&Step> = plan.steps.iter().filter(|step| step.is_sent()).collect();
        let (mut refused, mut sent) = (Vec::new(), Vec::new());
        let mut progress = Progress::new("Sent", steps.len());
        let mut full: Option<String> = None;
        for step in &steps {
            let is_new = step.action == Action::New;
            let answer = match full.clone().filter(|_| is_new) {
                Some(message) => Err(Trouble::refused(QUOTA_EXCEEDED, message)),
                None => self.send_one(step).await?,
            };
            match answer {
                Ok(()) => sent.push(*step),
                Err(Trouble::Refused { code, message }) if !ends_all(&code) => {
                    if code == QUOTA_EXCEEDED && is_new {
                        full = Some(message.clone());
                    }
                    let advice = if code == "other_title" {
                        " Rename the file, or say --replace."
                    } else {
                        ""
                    };
                    refused.push(Refused {
                        id: step.document.id.to_string(),
                        reason: format!("{message}{advice}"),
                    });
                }
                Err(trouble) => {
                    let cause = anyhow::Error::from(trouble).context(format!(
                        "{} of {} are sent; say it again for the rest",
                        sent.len(),
                        steps.len()
                    ));
                    return Ok((refused, sent, Some(cause)));
                }
            }
            progress.step();
        }
        Ok((refused, sent, None))
    }

    /// Sends one document. It is noted before, so that a run that is cut short knows what it published, and the note is
    /// taken back where the server refuses it. A file that can't be read any more is refused, too.
    async fn send_one(&mut self, step: &Step) -> anyhow::Result<Result<(), Trouble>> {
        let bytes = match folder::read(&step.document.file, self.max_bytes) {
            Ok(bytes) => bytes,
            Err(reason) => return Ok(Err(Trouble::refused("unreadable", reason))),
        };
        let before: Option<Published> = self
            .record
            .published(self.account)
            .iter()
            .find(|it| it.slug == step.slug)
            .cloned();
        let note = Published {
            id: step.document.id.clone(),
            slug: step.slug.clone(),
        };
        if before.as_ref() != Some(&note) {
            self.record.add(self.account, note);
            self.kept.keep_record(self.record)?;
        }
        let upload = Upload {
            id: &step.document.id,
            bytes: &bytes,
            slug: step.names_slug.then_some(step.slug.as_str()),
            may_replace: step.may_replace,
        };
        let answer = self
            .member
            .call(async |server, token| server.upload(token, &upload).await)
            .await;
        if matches!(answer, Err(Trouble::Refused { .. })) {
            self.record.remove(self.account, &step.slug);
            if let Some(before) = before {
                self.record.add(self.account, before);
            }
            self.kept.keep_record(self.record)?;
        }
        Ok(answer)
    }
}

/// Codes that every further document would be answered with, too.
fn ends_all(code: &str) -> bool {
    [
        "invalid_token",
        "invalid_credentials",
        "too_many_attempts",
        "unavailable",
        "internal",
    ]
    .contains(&code)
}

/// Waits for the reports and shows what became of each document. Answers how many were rejected.
async fn outcomes(member: &mut SignedIn<'_>, plan: &Plan, sent: &[&Step]) -> anyhow::Result<usize> {
    let mut awaited: BTreeMap<&str, &Step> = sent
        .iter()
        .map(|step| (step.slug.as_str(), *step))
        .collect();
    for step in &plan.steps {
        if plan.waiting.contains(&step.slug) && !awaited.contains_key(step.slug.as_str()) {
            awaited.insert(&step.slug, step);
        }
    }
    if awaited.is_empty() {
        return Ok(0);
    }
    let listed = reports(member, &awaited).await?;
    let mut rejected = 0;
    let mut warned = 0;
    let steps = plan.steps.iter();
    for step in steps.filter(|step| awaited.contains_key(step.slug.as_str()) && !is_refused(step)) {
        let one = listed.iter().find(|one| one.slug == step.slug);
        rejected += usize::from(one.is_some_and(|one| one.state == "rejected"));
        let warnings = match one.filter(|one| one.warning_count > 0 && warned < MAX_WARNED) {
            Some(one) => {
                warned += 1;
                warnings(member, &one.slug).await?
            }
            None => Vec::new(),
        };
        shown::outcome(&step.document.id.to_string(), one, &warnings);
    }
    Ok(rejected)
}

/// The list, once it has a report on each of these as it was sent, or patience is over.
async fn reports(
    member: &mut SignedIn<'_>,
    awaited: &BTreeMap<&str, &Step>,
) -> anyhow::Result<Vec<Listed>> {
    let started = Instant::now();
    let mut progress = Progress::new("Published", awaited.len());
    let mut looks = LOOKS_MS.into_iter();
    let mut wait = 0;
    loop {
        wait = looks.next().unwrap_or(wait);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let listed = member
            .call(async |server, token| server.list(token).await)
            .await?;
        let waits = listed
            .iter()
            .filter(|one| awaited.contains_key(one.slug.as_str()) && one.is_processing());
        let waits = waits.count();
        progress.reach(awaited.len().saturating_sub(waits));
        if waits == 0 || started.elapsed() > PATIENCE {
            return Ok(listed);
        }
    }
}

/// The warnings of one document; none where it went meanwhile.
async fn warnings(member: &mut SignedIn<'_>, slug: &str) -> anyhow::Result<Vec<Warning>> {
    let asked = member.call(async |server, token| server.warnings(token, slug).await);
    match asked.await {
        Err(trouble) if trouble.is("not_found") => Ok(Vec::new()),
        answer => Ok(answer?),
    }
}

fn remote(listed: Listed) -> Remote {
    let rejected = listed.state == "rejected";
    Remote {
        id: listed.id(),
        processing: listed.is_processing(),
        slug: listed.slug,
        sha256: listed.sha256,
        rejected: listed.reason.filter(|_| rejected),
    }
}

fn is_refused(step: &Step) -> bool {
    matches!(step.action, Action::Refused(_) | Action::Unchanged(Some(_)))
}

fn refusals(number: usize) -> Outcome {
    match number {
        0 => Ok(()),
        number => {
            let what = shown::count(number, "document was refused", "documents were refused");
            Err(anyhow!("{what}").into())
        }
    }
}
