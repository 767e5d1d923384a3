//! What an editor told the author of a document.

use members::{Decision, Members};
use serde::Serialize;

use crate::error::Error;
use crate::timestamp::rfc3339;

/// A note as clients read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditorNote {
    text: String,
    /// The editor's name; `None` once the editor is no member any more.
    by: Option<String>,
    at: String,
}

impl EditorNote {
    /// The note of a decision, if there is one.
    pub async fn of(members: &Members, decision: Option<&Decision>) -> Result<Option<Self>, Error> {
        let Some((decision, text)) = decision.and_then(|it| Some((it, it.note.as_ref()?))) else {
            return Ok(None);
        };
        let editor = members.by_id(&decision.by).await?;
        Ok(Some(Self {
            text: text.clone(),
            by: editor.map(|editor| editor.name),
            at: rfc3339(decision.at),
        }))
    }
}
