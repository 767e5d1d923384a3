//! Codes that go out as letters, beside the slips.

use endpoint::{JsonObject, Language};
use futures::{StreamExt as _, stream};
use mail::{Letter, Outbox};

use crate::invite::optional_truth;

/// How many letters are put into the outbox at the same time.
const AT_ONCE: usize = 16;

/// Whether the request asks for letters (`mail`), which may be left out.
pub(crate) fn is_wanted(body: &JsonObject) -> endpoint::Result<bool> {
    optional_truth(body, "mail")
}

/// Has each of these members, by id, sent their code. Returns how many letters wait to be sent: none where the site sends none, and
/// fewer where the store failed, since the members are invited and their slips are there.
pub(crate) async fn post(
    outbox: &Outbox,
    codes: impl IntoIterator<Item = (String, String)>,
    language: Language,
) -> usize {
    let letters = codes.into_iter().map(|(member, code)| Letter::Invitation {
        member,
        code,
        language: language.code().to_owned(),
    });
    let letters: Vec<Letter> = letters.collect();
    let put = letters
        .into_iter()
        .map(|letter| async move { outbox.put(&letter).await });
    let put = stream::iter(put);
    let put: Vec<_> = put.buffer_unordered(AT_ONCE).collect().await;
    for error in put.iter().filter_map(|put| put.as_ref().err()) {
        tracing::warn!(%error, "a letter with a code could not be put into the outbox");
    }
    put.iter().filter(|put| matches!(put, Ok(true))).count()
}
