//! One document for an editor: its report, what publishing would make of it, its source, and what changed since it was approved.

use blobs::Object;
use blobs::layout::{MAX_README_BYTES, SourceKey};
use changes::{Side, Told};
use conversion::Source;
use endpoint::{Error, Request, sentence};
use members::{Account, Report, State as Outcome};
use proof::{MAX_ANSWER_BYTES, Preview, Proof, answered_bytes};
use serde::Serialize;

use crate::State;
use crate::documents::{Document, document};

/// What is left for what changed at least, in bytes of the answer.
const LEAST_FOR_CHANGES: usize = 100_000;

#[derive(Serialize)]
struct Answer {
    report: Document,
    preview: Preview,
    /// As its author sent it; `None` where it is no text, or the answer has no room for it.
    source: Option<String>,
    /// Since the version that is live or was approved; `None` where there is none, or no room.
    changes: Option<Told>,
}

pub(crate) async fn one(
    state: &State,
    author: &Account,
    source: &SourceKey,
    request: &Request,
) -> endpoint::Result {
    let found = Box::pin(document(state, author, source)).await?;
    let mut found = found.ok_or(Error::NotFound)?;
    let object = state.uploads.get(&source.key(), MAX_README_BYTES).await;
    let object = match object {
        Err(blobs::Error::TooLarge { .. }) => {
            return Err(Error::TooLarge(frontmatter::Reject::TooLarge.sentence()));
        }
        other => other.map_err(Error::unavailable)?,
    };
    let object = object.ok_or(Error::NotFound)?;
    let members = &state.bearer.members;
    let report = members.report(&author.id, &source.slug).await?;
    let current = report
        .as_ref()
        .filter(|report| report.source_version == object.head.etag);
    if current.is_some_and(|report| report.state == Outcome::Draft) {
        // It is its author's own.
        return Err(Error::NotFound);
    }
    let language = endpoint::language(request.headers());
    let until = current.and_then(|report| report.until).unwrap_or_default();
    let now = state.bearer.clock.unix_seconds().max(until);
    let newest = Source::of(source, &object, now);
    let site = state.site();
    let proof = proof::proof(&site, &state.converting, author, &newest, language);
    let Proof { preview, shown } = proof.await?;
    if current.is_none() && preview.is_draft() {
        return Err(Error::NotFound);
    }
    let submission = current.and_then(|report| report.submission.as_ref());
    if let (Some(submission), Some(shown)) = (submission, &shown) {
        let seen = conversion::submission(&site, &newest, shown).await;
        if seen.map_err(Error::unavailable)?.version() != submission.version() {
            // A picture changed meanwhile: what is shown here isn't what would be approved.
            found.is_being_converted();
        }
    }
    let text = frontmatter::decode(&object.bytes).ok();
    let text = text.map(std::borrow::Cow::into_owned);
    let mut answer = Answer {
        report: found,
        preview,
        source: text,
        changes: None,
    };
    make_room(&mut answer)?;
    let left = MAX_ANSWER_BYTES.saturating_sub(answered_bytes(&answer)?);
    if left > LEAST_FOR_CHANGES {
        answer.changes = changes_in(state, source, &object, report.as_ref(), left).await?;
    }
    endpoint::ok_in(language, &answer)
}

/// Leaves out what an answer of Lambda's has no room for.
fn make_room(answer: &mut Answer) -> Result<(), Error> {
    for leave_out in [
        (|answer| answer.preview.leave_out_html()) as fn(&mut Answer),
        |answer| answer.source = None,
        |answer| answer.preview.leave_out_markdown(),
    ] {
        if answered_bytes(answer)? <= MAX_ANSWER_BYTES {
            return Ok(());
        }
        leave_out(answer);
    }
    if answered_bytes(answer)? <= MAX_ANSWER_BYTES {
        return Ok(());
    }
    Err(Error::TooLarge(sentence!("api.preview_too_large")))
}

/// What changed since the version that is live, or was approved last. `None`: there is none, or one of both is no text.
async fn changes_in(
    state: &State,
    source: &SourceKey,
    object: &Object,
    report: Option<&Report>,
    room: usize,
) -> Result<Option<Told>, Error> {
    let members = &state.bearer.members;
    let decision = members.decision(&source.member_id, &source.slug).await?;
    let approved = decision.as_ref().and_then(|it| it.approved.as_ref());
    let live = report.and_then(|report| report.edition.as_ref());
    let Some(id) = live.or(approved).and_then(|it| it.object.clone()) else {
        return Ok(None);
    };
    let before = state
        .uploads
        .get_version(&source.key(), &id, MAX_README_BYTES)
        .await
        .map_err(Error::unavailable)?;
    let Some(before) = before else {
        return Ok(None);
    };
    let after_id = object.head.version.clone().unwrap_or_default();
    let after = object.bytes.clone();
    let told = endpoint::blocking(move || {
        let before = Side::read(id, &before.bytes).ok()?;
        let after = Side::read(after_id, &after).ok()?;
        Some(changes::between(Some(&before), &after, room).changes)
    });
    told.await
}
