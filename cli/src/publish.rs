//! `masthead publish`: the Markdown files of a folder and what they show, published by the member whose they are.

mod attached;
mod files;
mod folder;
mod kept;
mod kinds;
mod named;
mod pace;
mod plan;
mod reports;
mod sending;
pub(crate) mod server;
mod session;
mod shown;
mod tally;
mod titles;

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use clap::Args;
use members::Email;

use crate::ask;
use crate::outcome::{Failure, Outcome, block_on};
use crate::output::say;
use attached::Attached;
use folder::Found;
use kept::{Account, Kept};
use kinds::Kind;
use plan::Plan;
use sending::Sending;
use server::{Listed, ListedFile, Server};
use session::SignedIn;
use tally::{Missing, Refusals, counted, listed};

const AFTER_HELP: &str = "\
What changed is sent, by its SHA-256. Each file keeps its folder, and README.md
is the document of the folder that it lies in. JPEG, PNG, WebP, GIF, SVG and PDF
files that notes show or lead to are sent before the notes; nobody sees one
until a published page shows it. Hidden files and folders, node_modules and
symbolic links are passed over. The password is asked for without being shown,
or is the first line of standard input; the token is kept until it is over.

  masthead publish ~/vault --url https://members.club.example --email jo@club.example
  masthead publish ~/vault --dry-run
  printf '%s' \"$PASSWORD\" | masthead publish . --prune --yes

It ends with 0 where all is published; with 1 where something was refused, is
too large, was changed meanwhile or can't be read, and where --prune deletes
nothing since no note is left in the folder; with 2 where it was called wrongly;
and with 3 where all was sent and some reports did not come.";

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
    /// Send pictures and PDFs that no note shows, too.
    #[arg(long)]
    all_files: bool,
    /// Delete what was sent from this folder by this command and is no longer in it; asks first.
    #[arg(long)]
    prune: bool,
    /// Don't ask, before a first run or before deleting.
    #[arg(long)]
    yes: bool,
    /// Let notes take the place of documents of another title that were sent in another way, and pictures that of files that
    /// documents from elsewhere show.
    #[arg(long)]
    replace: bool,
    /// How long to wait for reports after the last one that came.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(..=86_400))]
    patience: u64,
    /// Where the token and what was published are kept, in the place of the system's folder for settings.
    #[arg(long, env = "MASTHEAD_CONFIG", value_name = "FOLDER")]
    config: Option<PathBuf>,
}

impl Publish {
    pub(crate) fn run(self) -> Outcome {
        block_on(self.publish())
    }

    async fn publish(self) -> Outcome {
        let folder = self.checked_folder()?;
        let config = self.config.clone().filter(|it| !it.as_os_str().is_empty());
        let kept = Kept::open(config)?;
        let mut record = kept.record(&folder)?;
        let account = self.account(record.account.as_ref())?;
        let url = server::parse_url(&account.url);
        let server = Server::new(url.map_err(|reason| Failure::WrongCall(anyhow!(reason)))?)?;
        let limits = server.site().await.map_err(anyhow::Error::from)?.limits;
        let found = Found::look(&folder, limits.readme)?;
        let named = named::named(&found.documents, &found.attachments, limits.readme).await;
        let here = found.attachments.iter().map(|it| it.path.clone()).collect();
        let all = self.all_files;
        let attached = Attached::of(found.attachments, &named, all, limits.large_picture).await;
        let Attached { locals, mut rest } = attached;
        rest.links = found.links.len();
        rest.left_out = found.left_out;
        // Where a file was, there may be a link to it by now.
        let unseen = [found.links, rest.left_out.clone()].concat();
        let is_first = record.published(&account).is_empty() && record.sent(&account).is_empty();
        // Of a folder that wasn't checked out or isn't mounted nothing is deleted.
        let has_notes = !found.documents.is_empty();
        let prune = self.prune && has_notes;
        let mut refused = Refusals {
            unread: rest.left_out.len(),
            ..Refusals::default()
        };
        if !has_notes {
            say!("There is no Markdown file in the folder.");
            if locals.is_empty() && (is_first || !self.prune) {
                shown::passed_over(&rest);
                return refused.outcome();
            }
        }

        let member = SignedIn::new(&server, &kept, &account);
        let listed = member.call(async |server, token| server.list(token).await);
        let listed = listed.await.map_err(anyhow::Error::from)?;
        let remotes: Vec<plan::Remote> = listed.into_iter().map(plan::Remote::from).collect();
        record.follow(&account, &remotes);
        let published = record.published(&account);
        let mut plan = plan::plan(found.documents, &remotes, published, &unseen, prune);
        if !self.replace {
            titles::refuse_others(&mut plan, &remotes, limits.readme).await;
        }
        let listed = member.call(async |server, token| server.files(token).await);
        let server::Files { files, usage } = listed.await.map_err(anyhow::Error::from)?;
        let remotes: Vec<files::Remote> = files.into_iter().map(file).collect();
        let given = files::Given {
            remotes: &remotes,
            sent: record.sent(&account),
            denied: record.denied(&account),
            here: &here,
            left_out: &unseen,
            own_slugs: &plan.claimed,
            prune,
            replace: self.replace,
        };
        let files = files::plan(locals, &given);
        shown::plan(&plan, prune);
        shown::files(&files, prune);
        shown::too_much(&files, &usage);
        shown::passed_over(&rest);
        shown::left_alone(&plan, &files, self.prune);
        if self.prune && !has_notes {
            shown::unpruned(&plan, &files);
            refused.unpruned = (plan.gone.len() + plan.altered.len(), files.gone.len());
        }
        refused.documents = plan.steps.iter().filter(|step| step.is_refused()).count();
        refused.files = files.steps.iter().filter(|step| step.is_refused()).count();
        if self.dry_run {
            say!("Nothing was sent: it is a dry run.");
            return refused.outcome();
        }
        if is_first && !self.yes {
            agree(&plan, &files, &account)?;
        }
        let is_deleting = prune && !(plan.gone.is_empty() && files.gone.is_empty());
        if is_deleting && !self.yes {
            confirm(&plan, &files)?;
        }
        for step in plan.steps.iter_mut().filter(|_| self.replace) {
            step.may_replace = true;
        }
        let sending = Sending {
            member: &member,
            kept: &kept,
            record: RefCell::new(record),
            account: &account,
            limits: &limits,
            patience: Duration::from_secs(self.patience),
        };
        let missing = carry_out(&sending, &plan, &files, prune, &mut refused).await?;
        refused.outcome()?;
        missing.outcome(self.patience)
    }

    /// The folder, as an absolute path without links.
    fn checked_folder(&self) -> Result<PathBuf, Failure> {
        let named = self.folder.display();
        let folder = self.folder.canonicalize();
        let folder = folder.with_context(|| format!("“{named}”"));
        let folder = folder.map_err(Failure::WrongCall)?;
        if folder.is_dir() {
            Ok(folder)
        } else {
            Err(Failure::WrongCall(anyhow!("“{named}” is no folder")))
        }
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
}

/// Does what is planned: files first, so that no page misses one, and then documents. Adds to `refused`, and answers of what the
/// reports are missing.
async fn carry_out(
    sending: &Sending<'_, '_>,
    plan: &Plan,
    files: &files::Plan,
    prune: bool,
    refused: &mut Refusals,
) -> anyhow::Result<Missing> {
    sending.remember()?;
    let is_shown = |file: &&files::Remote| !file.shown_by.is_empty();
    let (shown, unshown): (Vec<_>, Vec<_>) = files.gone.iter().partition(is_shown);
    if prune {
        // Room for what comes; a file that a page shows goes after the page.
        sending.delete(&plan.gone, &unshown).await?;
    }
    let sent = sending.files(files).await?;
    let of_files = sending.settled(files, &sent.taken).await;
    sent.show();
    // Why it ended says more than why nothing is known of what was sent.
    let of_files = sent.stopped.map_or(of_files, Err)?;
    refused.files += sent.refused.len() + of_files.rejected;
    let sent = sending.documents(plan).await?;
    let of_documents = sending.reported(plan, &sent.taken).await;
    sent.show();
    let of_documents = sent.stopped.map_or(of_documents, Err)?;
    refused.documents += sent.refused.len() + of_documents.rejected;
    if prune {
        sending.delete(&[], &shown).await?;
    }
    Ok(Missing {
        documents: of_documents.missing,
        files: of_files.missing,
    })
}

/// Asks before a folder is published for the first time.
fn agree(plan: &Plan, files: &files::Plan, account: &Account) -> Outcome {
    let notes = plan.steps.iter().filter(|step| step.is_sent()).count();
    let files = files.steps.iter().filter(|step| step.is_sent());
    let (pictures, others): (Vec<_>, Vec<_>) =
        files.partition(|step| Kind::of(step.path()).is_picture());
    let what = listed(&[
        (notes, "note", "notes"),
        (pictures.len(), "picture", "pictures"),
        (others.len(), "PDF", "PDFs"),
    ]);
    if what.is_empty() {
        return Ok(());
    }
    ask::agree(
        &format!("Send {what} to {}?", account.url),
        "nothing was sent",
    )
}

/// Asks before what is gone is deleted.
fn confirm(plan: &Plan, files: &files::Plan) -> Outcome {
    let what = counted(plan.gone.len(), files.gone.len());
    ask::confirm(
        &format!("Delete {what}?"),
        "deleting can't be undone",
        "nothing was deleted, and nothing was sent",
    )
}

impl From<Listed> for plan::Remote {
    fn from(listed: Listed) -> Self {
        let rejected = listed.state == "rejected";
        Self {
            id: listed.id(),
            processing: listed.is_processing(),
            slug: listed.slug,
            former_slugs: listed.former_slugs,
            sha256: listed.sha256,
            rejected: listed.reason.filter(|_| rejected),
            title: listed.title,
        }
    }
}

fn file(listed: ListedFile) -> files::Remote {
    files::Remote {
        processing: listed.is_processing(),
        rejected: listed.rejected().map(str::to_owned),
        id: listed.id,
        path: listed.path,
        size: listed.size,
        sha256: listed.sha256,
        shown_by: listed.shown_by,
    }
}
