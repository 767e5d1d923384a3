//! A document as editors see it in lists.

use std::collections::BTreeMap;

use blobs::layout::SourceKey;
use endpoint::{EditorNote, Error, rfc3339};
use members::{Account, State as Outcome, Summary};
use serde::Serialize;

use crate::State;

/// The state of a version that is being converted.
const PROCESSING: &str = "processing";

/// A document, and what became of its newest version.
#[derive(Debug, Serialize)]
pub(crate) struct Document {
    handle: String,
    name: String,
    /// The author's picture: edge length to absolute URL.
    picture: Option<BTreeMap<String, String>>,
    slug: String,
    /// `None` of a draft, which is its author's own, and while the version is being converted.
    title: Option<String>,
    pub(crate) state: &'static str,
    live: bool,
    /// What a decision has to name; `None` while the version is being converted.
    version: Option<String>,
    /// When the newest version was sent; `None` of a document that was deleted.
    updated: Option<String>,
    /// How many warnings its report has.
    warnings: usize,
    note: Option<EditorNote>,
}

impl Document {
    /// There is no report of what is there now, and nothing to decide about.
    pub(crate) fn is_being_converted(&mut self) {
        self.state = PROCESSING;
        self.version = None;
    }
}

/// The document of a source, as it is now. `None`: there is none, and nothing was decided about it.
pub(crate) async fn document(
    state: &State,
    author: &Account,
    source: &SourceKey,
) -> Result<Option<Document>, Error> {
    let members = &state.bearer.members;
    let key = source.key();
    let range = Some((source.slug.as_str(), source.slug.as_str()));
    let (head, summaries, decision) = tokio::join!(
        state.uploads.head(&key),
        members.summaries(&author.id, range),
        members.decision(&author.id, &source.slug),
    );
    let head = head.map_err(Error::unavailable)?;
    let decision = decision?;
    let withdrawn = decision.as_ref().and_then(|it| it.withdrawn.clone());
    if head.is_none() && withdrawn.is_none() {
        return Ok(None);
    }
    let report = summaries?.pop();
    let current = report.as_ref().filter(|report| {
        let etag = head.as_ref().map(|head| head.etag.as_str());
        etag == Some(report.source_version.as_str())
    });
    let outcome = match (&head, current) {
        // It was deleted, and can't come back without an editor.
        (None, _) => "withdrawn",
        (Some(_), None) => PROCESSING,
        (Some(_), Some(report)) => word(report.state),
    };
    let shown = current.filter(|report| report.state != Outcome::Draft);
    let picture = author.picture.as_ref();
    let picture = picture.map(|picture| {
        let urls = picture.urls(&state.public_url).into_iter();
        urls.map(|(size, url)| (size.to_owned(), url)).collect()
    });
    Ok(Some(Document {
        handle: author.handle.clone(),
        name: author.name.clone(),
        picture,
        slug: source.slug.clone(),
        title: shown.and_then(|report| report.title.clone()),
        state: outcome,
        live: report.as_ref().is_some_and(|report| report.live) && head.is_some(),
        version: match &head {
            None => withdrawn,
            Some(_) => current.map(version),
        },
        updated: head.map(|head| rfc3339(head.last_modified)),
        warnings: current.map_or(0, |report| report.warnings),
        note: EditorNote::of(members, decision.as_ref()).await?,
    }))
}

/// By which a decision names the version of a report.
fn version(report: &Summary) -> String {
    let of_before = || report.source_version.trim_matches('"').to_owned();
    report.version.clone().unwrap_or_else(of_before)
}

/// The word for what a report says.
pub(crate) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Published => "published",
        Outcome::Draft => "draft",
        Outcome::Scheduled => "scheduled",
        Outcome::Rejected => "rejected",
        Outcome::Waiting => "waiting",
        Outcome::Withdrawn => "withdrawn",
    }
}
