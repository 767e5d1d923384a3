//! A document as publishing would make it, as an answer: what its author previews, and what an editor is shown.

mod answer;

use std::future;

use conversion::{Shown, Site, Source};
use endpoint::{Error, Language};
use members::Account;
use tokio::sync::Semaphore;

pub use answer::{MAX_ANSWER_BYTES, Preview, Report, answered_bytes};

/// What publishing would make of a document. Nothing is stored.
pub async fn preview(
    site: &Site<'_>,
    converting: &Semaphore,
    member: &Account,
    source: &Source<'_>,
    language: Language,
) -> Result<Preview, Error> {
    let proof = proof(site, converting, member, source, language);
    Ok(proof.await?.preview)
}

/// A preview, and what of the member's pictures and files it shows.
pub struct Proof {
    pub preview: Preview,
    /// `None` of a document that would be rejected.
    pub shown: Option<Vec<Shown>>,
}

/// As [`preview`], with what it shows.
pub async fn proof(
    site: &Site<'_>,
    converting: &Semaphore,
    member: &Account,
    source: &Source<'_>,
    language: Language,
) -> Result<Proof, Error> {
    // Nobody has this document converted again, so nothing is noted of what it asks for.
    let nothing_noted = |_| future::ready(Ok(()));
    let converted = conversion::convert(site, converting, member, source, None, nothing_noted);
    let report = Report::of(source.key, member);
    match converted.await.map_err(Error::unavailable)? {
        Err(reason) => Ok(Proof {
            preview: Preview::rejected(report, reason.in_language(language)),
            shown: None,
        }),
        Ok(converted) => {
            let markdown = converted.output.body().to_owned();
            let lang = converted.output.meta["lang"].as_str().map(str::to_owned);
            let turn = converting.acquire().await?;
            let html = endpoint::blocking(move || page::html(&markdown, lang.as_deref())).await?;
            drop(turn);
            Ok(Proof {
                preview: Preview::of(report, converted.output, html, language),
                shown: Some(converted.shown),
            })
        }
    }
}
