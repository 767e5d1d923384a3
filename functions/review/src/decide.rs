//! What an editor decides of a document: approve, withdraw, restore.
//!
//! A decision is written with its entry in one transaction, conditional upon the one that was read; then the document is
//! asked for. Saying the same again writes nothing and asks once more, so that it finishes what a kill left undone.

use blobs::Head;
use blobs::layout::{NowKey, SourceKey};
use endpoint::{Error, JsonObject, Request, sentence};
use members::{Account, Act, Decision, Deed, Edition, Referrer, Report, State as Outcome, Who};
use serde::Serialize;
use uploads::{ask_later, ask_now};

use crate::{State, letter};

/// Longest note, in characters.
const MAX_NOTE: usize = 2000;
/// Longest version that is looked at, in bytes.
const MAX_VERSION_BYTES: usize = 100;
/// How often a decision is tried against other editors.
const ROUNDS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Approve,
    Withdraw,
    Restore,
}

struct Wanted {
    action: Action,
    version: String,
    note: Option<String>,
}

impl Wanted {
    /// Reads the JSON `{action, version, note?}`.
    fn read(request: &Request) -> Result<Self, Error> {
        let body = JsonObject::read(request)?;
        let action = match body.string("action")? {
            "approve" => Action::Approve,
            "withdraw" => Action::Withdraw,
            "restore" => Action::Restore,
            _ => return Err(Error::BadRequest(sentence!("api.review_action_unknown"))),
        };
        let note = if body.has("note") {
            body.string("note")?
        } else {
            ""
        };
        // Plain text: its lines are all that is kept of its form.
        let note: String = note
            .replace("\r\n", "\n")
            .chars()
            .filter(|sign| *sign == '\n' || !sign.is_control())
            .collect();
        let note = note.trim();
        if note.chars().count() > MAX_NOTE {
            return Err(Error::BadRequest(sentence!(
                "api.review_note_too_long",
                most = MAX_NOTE
            )));
        }
        let version = body.string("version")?;
        Ok(Self {
            action,
            version: version
                .get(..MAX_VERSION_BYTES)
                .unwrap_or(version)
                .to_owned(),
            note: (!note.is_empty()).then(|| note.to_owned()),
        })
    }
}

#[derive(Serialize)]
struct Decided {}

/// What is to be written in the place of the decision that was read.
enum Step {
    /// Nothing: it stands already.
    Stands,
    Write(Option<Decision>),
}

pub(crate) async fn decide(
    state: &State,
    editor: &Account,
    author: &Account,
    source: &SourceKey,
    request: &Request,
) -> endpoint::Result {
    let wanted = Wanted::read(request)?;
    if author.id == editor.id
        && wanted.action != Action::Withdraw
        && state.bearer.members.others_decide(&editor.id).await?
    {
        return Err(Error::Conflict(sentence!("api.review_own")));
    }
    let members = &state.bearer.members;
    let mut source = source.clone();
    let mut is_known = false;
    for _ in 0..ROUNDS {
        let address = members.address(&author.id, &source.slug).await?;
        let before = members.decision(&author.id, &source.slug).await?;
        let head = state.uploads.head(&source.key()).await;
        let head = head.map_err(Error::unavailable)?;
        let version = head.as_ref().and_then(|head| head.version.as_deref());
        let report = members.report(&author.id, &source.slug).await?;
        let has_been = Known {
            before: before.as_ref(),
            head: head.as_ref(),
            report: report.as_ref(),
        };
        is_known |= has_been.names(&wanted.version);
        if let Some(slug) = address.gone_to(version) {
            // Its author gives it another address at this moment.
            source = SourceKey::new(&author.id, slug);
            continue;
        }
        let look = Look {
            wanted: &wanted,
            is_known,
            slug: &source.slug,
            before: before.as_ref(),
            head: head.as_ref(),
            report: report.as_ref(),
            by: &editor.id,
            at: state.bearer.clock.unix_seconds(),
        };
        let is_done = match look.step()? {
            Step::Stands => true,
            Step::Write(after) => {
                let act = act(state, editor, author, &source, &wanted);
                let document = Referrer {
                    member_id: author.id.clone(),
                    slug: source.slug.clone(),
                };
                let writing = members.noting(act);
                let is_written = writing
                    .decide(&document, &address, before.as_ref(), after.as_ref())
                    .await?;
                if is_written {
                    let document = (source.slug.as_str(), report.as_ref());
                    let said = (wanted.action, wanted.note.as_deref());
                    letter::post(state, editor, author, document, said).await;
                }
                is_written
            }
        };
        if is_done {
            ask(state, author, &source, wanted.action).await?;
            return endpoint::accepted(&Decided {});
        }
        if members.by_id(&author.id).await?.is_none() {
            return Err(Error::NotFound);
        }
    }
    Err(Error::unavailable(anyhow::anyhow!(
        "{ROUNDS} other decisions about one document were faster"
    )))
}

/// What is known of a document's versions.
struct Known<'a> {
    before: Option<&'a Decision>,
    head: Option<&'a Head>,
    report: Option<&'a Report>,
}

impl Known<'_> {
    /// Whether clients named a version of the document so, now or lately.
    fn names(&self, version: &str) -> bool {
        let of_edition = |edition: &Edition| edition.submission.version() == version;
        let of_report = |report: &Report| {
            report.version() == version
                || report.earlier.iter().any(|it| it == version)
                || report.edition.as_ref().is_some_and(of_edition)
        };
        let of_decision = |decision: &Decision| {
            decision.withdrawn.as_deref() == Some(version)
                || decision.approved.as_ref().is_some_and(of_edition)
        };
        // As long as there is no report, a document has its source's.
        let of_source = |head: &Head| head.etag.trim_matches('"') == version;
        self.report.is_some_and(of_report)
            || self.before.is_some_and(of_decision)
            || self.head.is_some_and(of_source)
    }
}

/// What one round has read.
struct Look<'a> {
    wanted: &'a Wanted,
    /// Whether there is or was such a version.
    is_known: bool,
    slug: &'a str,
    before: Option<&'a Decision>,
    head: Option<&'a Head>,
    report: Option<&'a Report>,
    by: &'a str,
    at: u64,
}

impl Look<'_> {
    fn step(&self) -> Result<Step, Error> {
        let withdrawn = self.before.and_then(|before| before.withdrawn.as_ref());
        match self.wanted.action {
            Action::Withdraw => {
                if self.head.is_none() && self.report.is_none() {
                    return Err(Error::NotFound);
                }
                if !self.is_known {
                    return Err(self.changed());
                }
                // Whatever was sent meanwhile: nothing of the document stays.
                Ok(self.unless_stands(None, Some(self.wanted.version.clone())))
            }
            Action::Approve => {
                let (report, edition) = self.newest()?;
                let is_taken = |before: &Decision| {
                    before.withdrawn.is_some() && report.state == Outcome::Withdrawn
                        || before.has_withdrawn(&edition.submission, &report.source_version)
                };
                if self.before.is_some_and(is_taken) {
                    // Another editor took away what this one hasn't seen gone, be it gone by now or not yet: that is
                    // restored by its own word.
                    return Err(self.changed());
                }
                Ok(self.unless_stands(Some(edition), None))
            }
            Action::Restore => {
                let Some(withdrawn) = withdrawn else {
                    let not_withdrawn = sentence!("api.review_not_withdrawn", slug = self.slug);
                    let (_, edition) = self
                        .newest()
                        .map_err(|_| Error::Conflict(not_withdrawn.clone()))?;
                    return match self.unless_stands(Some(edition), None) {
                        Step::Stands => Ok(Step::Stands),
                        Step::Write(_) => Err(Error::Conflict(not_withdrawn)),
                    };
                };
                if self.head.is_none() {
                    return if *withdrawn == self.wanted.version {
                        Ok(Step::Write(None))
                    } else {
                        Err(self.changed())
                    };
                }
                let (report, edition) = self.newest()?;
                if report.state != Outcome::Withdrawn {
                    // What came since has to be approved.
                    return Err(self.changed());
                }
                Ok(self.unless_stands(Some(edition), None))
            }
        }
    }

    /// The newest version, if it is the one that the editor names, and there is something to approve.
    fn newest(&self) -> Result<(&Report, Edition), Error> {
        let head = self.head.ok_or(Error::NotFound)?;
        let current = self
            .report
            .filter(|report| report.source_version == head.etag);
        let Some(report) = current else {
            return Err(Error::Conflict(sentence!(
                "api.review_converting",
                slug = self.slug
            )));
        };
        if report.version() != self.wanted.version {
            return Err(self.changed());
        }
        let Some(submission) = report.submission.clone() else {
            return Err(Error::Conflict(sentence!(
                "api.review_not_for_approval",
                slug = self.slug
            )));
        };
        let edition = Edition {
            submission,
            object: head.version.clone(),
        };
        Ok((report, edition))
    }

    fn changed(&self) -> Error {
        Error::Conflict(sentence!("api.review_changed_since", slug = self.slug))
    }

    /// The decision, unless the same was said already.
    fn unless_stands(&self, approved: Option<Edition>, withdrawn: Option<String>) -> Step {
        let stands = self.before.is_some_and(|before| {
            let of = |edition: &Option<Edition>| edition.as_ref().map(|it| it.submission.clone());
            of(&before.approved) == of(&approved)
                && before.withdrawn == withdrawn
                && before.note == self.wanted.note
        });
        if stands {
            return Step::Stands;
        }
        Step::Write(Some(Decision {
            id: random_id(),
            approved,
            withdrawn,
            note: self.wanted.note.clone(),
            by: self.by.to_owned(),
            at: self.at,
        }))
    }
}

fn act(
    state: &State,
    editor: &Account,
    author: &Account,
    source: &SourceKey,
    wanted: &Wanted,
) -> Act {
    Act {
        at_ms: state.bearer.clock.unix_milliseconds(),
        by: Some(Who::from(editor)),
        deed: match wanted.action {
            Action::Approve => Deed::DocumentApproved,
            Action::Withdraw => Deed::DocumentWithdrawn,
            Action::Restore => Deed::DocumentRestored,
        },
        on: Who::from(author),
        slug: Some(source.slug.clone()),
        became: Some(wanted.version.clone()),
        note: wanted.note.clone(),
    }
}

/// Has the document looked at, and then the author's others that wait: an approval may be what they wait for.
async fn ask(
    state: &State,
    author: &Account,
    source: &SourceKey,
    action: Action,
) -> Result<(), Error> {
    let decided = NowKey {
        source: source.clone(),
        word: random_id(),
    };
    let asked = ask_now(&state.uploads, [decided]).await;
    asked.map_err(Error::unavailable)?;
    if action == Action::Withdraw {
        return Ok(());
    }
    let summaries = state.bearer.members.summaries(&author.id, None).await?;
    let waiting = summaries
        .iter()
        .filter(|it| it.state == Outcome::Waiting && it.slug != source.slug)
        .map(|it| SourceKey::new(&author.id, &it.slug));
    let asked = ask_later(&state.uploads, waiting).await;
    asked.map_err(Error::unavailable)
}

fn random_id() -> String {
    let id: [u8; 8] = rand::random();
    base16ct::lower::encode_string(&id)
}
