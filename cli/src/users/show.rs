//! `masthead users show`: one member, with what they published.

use blobs::layout::{FileKey, SourceKey};
use blobs::{Blobs, Entry};
use clap::Args;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use endpoint::{Clock, Environment, aws, configuration, rfc3339};
use members::{Account, Members, State};

use super::find;
use super::list::state;
use crate::outcome::Outcome;
use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The member's e-mail address.
    email: String,
}

impl Show {
    pub(crate) async fn run(self, members: &Members, environment: &Environment) -> Outcome {
        let account = find(members, &self.email).await?;
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);
        let public_url = configuration::public_url(environment)?;
        for (name, value) in facts(&account, &public_url, Clock::system().unix_seconds()) {
            say!("{name:<12}  {value}");
        }

        let sources = uploads.list_all(&SourceKey::prefix(&account.id)).await?;
        let files = uploads.list_all(&FileKey::prefix(&account.id)).await?;
        let reports = members.summaries(&account.id, None).await?;
        say!("{:<12}  {}", "uploads", taken(&sources));
        say!("{:<12}  {}", "files", taken(&files));
        if sources.is_empty() {
            return Ok(());
        }
        let mut table = Table::new();
        table
            .load_style(NOTHING)
            .set_header(["README", "STATE", "BYTES", "UPLOADED"]);
        for source in &sources {
            let slug =
                SourceKey::parse(&source.key).map_or_else(|| source.key.clone(), |key| key.slug);
            let report = reports.iter().find(|report| report.slug == slug);
            let state = match report.map(|report| report.state) {
                Some(State::Published) => "published",
                Some(State::Draft) => "draft",
                Some(State::Scheduled) => "scheduled",
                Some(State::Rejected) => "rejected",
                Some(State::Waiting) => "waiting",
                Some(State::Withdrawn) => "withdrawn",
                None => "processing",
            };
            let uploaded = rfc3339(source.last_modified);
            table.add_row([&slug, state, &source.size.to_string(), &uploaded]);
        }
        say!("\n{}", table.trim_fmt());
        Ok(())
    }
}

/// How many there are, and how much they take together.
fn taken(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "none".to_owned();
    }
    let bytes: u64 = entries.iter().map(|entry| entry.size).sum();
    format!("{}, {bytes} bytes", entries.len())
}

fn facts(account: &Account, public_url: &str, now: u64) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("name", account.name.clone()),
        ("e-mail", account.email.as_str().to_owned()),
        ("handle", account.handle.clone()),
        ("id", account.id.clone()),
        ("role", account.role.as_str().to_owned()),
        ("state", state(account, now).to_owned()),
        ("since", day(account.created_at)),
        (
            "last login",
            account
                .last_login_at
                .map_or_else(|| "never".to_owned(), day),
        ),
    ];
    if let Some(code) = account.code.as_ref().filter(|code| now < code.expires_at) {
        facts.push(("code until", day(code.expires_at)));
    }
    if let Some(picture) = &account.picture {
        let largest = picture
            .urls(public_url)
            .into_iter()
            .max_by_key(|(size, _)| size.parse::<u32>().unwrap_or_default());
        facts.extend(largest.map(|(_, url)| ("picture", url)));
    }
    facts
}

fn day(unix_seconds: u64) -> String {
    rfc3339(unix_seconds)
        .get(..10)
        .unwrap_or_default()
        .to_owned()
}
