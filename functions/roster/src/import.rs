//! `POST /api/members/import`: a roster becomes members, all of its rows or none.

use endpoint::{Error, JsonObject, Language, Request, blocking, sentence};
use members::Role;
use membership::roster::{self, BadRow, Roster, Taken};
use membership::{Administration, NotImported, Slip};
use serde::Serialize;

use crate::invite::{Invitation, optional_truth, slips};
use crate::{State, posted};

/// Largest roster, in bytes.
const MAX_ROSTER_BYTES: usize = 1024 * 1024;
/// Largest request with one: JSON escapes quotes and line breaks.
const MAX_REQUEST_BYTES: usize = 2 * MAX_ROSTER_BYTES;
/// Most members of one import: their slips have room in one answer, and they are written within its time.
const MOST_ROWS: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// It becomes a member, or would.
    Add,
    /// It is of somebody who is a member already; nothing about them changes.
    Member,
    Bad,
}

#[derive(Serialize)]
struct Checked {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<String>,
    /// The role that the row gives, where that is more than a member's.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct Invited {
    line: u64,
    name: String,
    email: String,
    #[serde(flatten)]
    invitation: Invitation,
}

#[derive(Serialize)]
struct Answer {
    rows: Vec<Checked>,
    /// Columns that mean nothing here.
    ignored_columns: Vec<String>,
    /// How many members were added.
    added: usize,
    /// A page to print, with one slip for each member who has a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    slips: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitations: Option<Vec<Invited>>,
    /// How many letters bring a code.
    mailed: usize,
}

pub(crate) async fn import(
    state: &State,
    request: &Request,
    by: &Administration<'_>,
) -> endpoint::Result {
    let body = JsonObject::read_up_to(request, MAX_REQUEST_BYTES)?;
    body.only(&["csv", "dry_run", "skip_bad", "mail"])?;
    let is_mailed = posted::is_wanted(&body)?;
    let csv = body.string("csv")?;
    if csv.len() > MAX_ROSTER_BYTES {
        return Err(Error::TooLarge(sentence!(
            "api.file_too_large",
            mib = 1_u64
        )));
    }
    let is_dry = optional_truth(&body, "dry_run")?;
    let skip_bad = optional_truth(&body, "skip_bad")?;
    let taken = Taken::by(state.bearer.members.list().await?);
    let mut roster = roster::check(csv.as_bytes(), &taken).map_err(Error::BadRequest)?;
    if roster.rows.len() > MOST_ROWS {
        return Err(Error::BadRequest(sentence!(
            "api.roster_too_many_rows",
            most = MOST_ROWS
        )));
    }
    let language = endpoint::language(request.headers());
    if is_dry || roster.rows.is_empty() || (!roster.bad.is_empty() && !skip_bad) {
        return endpoint::ok_in(language, &Answer::new(&roster, language));
    }
    let imported = by.import(roster.rows.clone(), skip_bad, || ()).await;
    let imported = imported.map_err(|failure| match failure {
        NotImported::Changed(_) => Error::Conflict(sentence!("api.roster_changed_meanwhile")),
        NotImported::Beside { seconds } => Error::Busy {
            sentence: sentence!("api.roster_imported_beside", seconds = seconds),
            retry_after_seconds: seconds,
        },
        failure => Error::unavailable(failure),
    })?;
    tracing::info!(members = imported.done.len(), "a roster was imported");
    // Rows that went bad meanwhile are told as such.
    let is_refused = |line| imported.refused.iter().any(|bad: &BadRow| bad.line == line);
    roster.rows.retain(|row| !is_refused(row.line));
    roster.bad.extend(imported.refused.iter().cloned());
    let mut answer = Answer::new(&roster, language);
    answer.added = imported.done.len();
    let (mut all, mut invitations, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for done in imported.done {
        let (line, id) = (done.row.line, done.id.clone());
        if let Some(slip) = done.slip() {
            invitations.push(Invited {
                line,
                name: slip.name.clone(),
                email: slip.email.clone(),
                invitation: Invitation::new(&slip, &state.site.public_url, imported.expires_at),
            });
            codes.push((id, slip.code.to_string()));
            all.push(slip);
        }
    }
    if is_mailed {
        answer.mailed = posted::post(&state.outbox, codes, language).await;
    }
    answer.invitations = Some(invitations);
    answer.slips = Some(drawn(state, all, imported.expires_at, language).await?);
    endpoint::ok_in(language, &answer)
}

/// The page of slips, made where it keeps nobody waiting.
async fn drawn(
    state: &State,
    all: Vec<Slip>,
    expires_at: u64,
    language: Language,
) -> endpoint::Result<String> {
    let site = state.site.clone();
    blocking(move || slips(&site, &all, expires_at, language))
        .await?
        .map_err(Error::from)
}

impl Answer {
    fn new(roster: &Roster, language: Language) -> Self {
        let add = roster.rows.iter().map(|row| Checked {
            line: row.line,
            email: Some(row.email.as_str().to_owned()),
            name: Some(row.name.clone()),
            handle: Some(row.handle.clone()),
            role: Some(row.role).filter(|role| *role > Role::Member),
            outcome: Outcome::Add,
            reason: None,
        });
        let members = roster.members.iter().map(|row| Checked {
            line: row.line,
            email: Some(row.email.as_str().to_owned()),
            name: Some(row.name.clone()),
            handle: None,
            role: None,
            outcome: Outcome::Member,
            reason: None,
        });
        let bad = roster.bad.iter().map(|row| Checked {
            line: row.line,
            email: row.email.clone(),
            name: row.name.clone(),
            handle: None,
            role: None,
            outcome: Outcome::Bad,
            reason: Some(row.reason.in_language(language)),
        });
        let mut rows: Vec<Checked> = add.chain(members).chain(bad).collect();
        rows.sort_by_key(|row| row.line);
        Self {
            rows,
            ignored_columns: roster.ignored.clone(),
            added: 0,
            slips: None,
            invitations: None,
            mailed: 0,
        }
    }
}
