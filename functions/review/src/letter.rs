//! The letter in which an author reads what an editor decided and wrote.

use mail::{Letter, Verdict};
use members::{Account, Report, Summary};

use crate::State;
use crate::decide::Action;

/// Has an author told by letter of what was written to them, or taken off the site. Approved without a word, a document says so by
/// being there. A letter that can't be put is logged: the report says the same.
pub(crate) async fn post(
    state: &State,
    editor: &Account,
    author: &Account,
    (slug, report): (&str, Option<&Report>),
    (action, note): (Action, Option<&str>),
) {
    if author.id == editor.id || (note.is_none() && action != Action::Withdraw) {
        return;
    }
    let title = report.and_then(|report| Summary::of(report).title);
    let letter = Letter::EditorNote {
        member: author.id.clone(),
        title: title.unwrap_or_else(|| slug.to_owned()),
        editor: editor.name.clone(),
        verdict: match action {
            Action::Approve => Verdict::Approved,
            Action::Withdraw => Verdict::Withdrawn,
            Action::Restore => Verdict::Restored,
        },
        note: note.unwrap_or_default().to_owned(),
    };
    if let Err(error) = state.outbox.put(&letter).await {
        tracing::warn!(member = author.id, %error, "an editor's word could not be put into the outbox");
    }
}
