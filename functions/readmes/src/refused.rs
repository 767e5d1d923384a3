//! What the site's own schema refused, as a warning of the report: the author alone can mend it.

use blobs::layout::{MAX_README_BYTES, SourceKey};
use endpoint::{Error, Language, sentence};
use members::Refused;
use serde_json::{Value, json};

use crate::State;

const CODE: &str = "site-refused";
/// Longest text that a warning quotes, in characters.
const MAX_QUOTED: usize = 80;

/// Puts the warning before the others, at the key of the frontmatter that the site's reason begins with, if the source has it.
pub(crate) async fn warn(
    state: &State,
    source: &SourceKey,
    refused: &Refused,
    language: Language,
    warnings: &mut Value,
) -> Result<(), Error> {
    let key = key_of(&refused.reason);
    let source = state.uploads.get(&source.key(), MAX_README_BYTES).await;
    let source = source.map_err(Error::unavailable)?;
    let text = source.map(|source| String::from_utf8_lossy(&source.bytes).into_owned());
    let line = text.zip(key).and_then(|(text, key)| line_of(&text, key));
    let quoted: String = key.unwrap_or_default().chars().take(MAX_QUOTED).collect();
    let warning = json!({
        "code": CODE,
        "line": line.unwrap_or(1),
        "column": 1,
        "text": quoted,
        "hint": sentence!("warning.site_refused", reason = refused.reason.as_str()).in_language(language),
    });
    if let Some(warnings) = warnings.as_array_mut() {
        warnings.insert(0, warning);
    }
    Ok(())
}

/// The key that a reason is about: `course` of “course: Required” and of “course.level: …”.
fn key_of(reason: &str) -> Option<&str> {
    let (path, _) = reason.split_once(": ")?;
    let key = path.split('.').next()?;
    let is_key = !key.is_empty() && !key.contains(char::is_whitespace);
    is_key.then_some(key)
}

/// The 1-based line of a key in the block at the top of a document, whatever its case; `None` where it isn't there.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let mut lines = text.lines().zip(1..);
    let (first, _) = lines.next()?;
    let fence = first.trim_start_matches('\u{feff}').trim_end();
    if !["---", "+++"].contains(&fence) {
        return None;
    }
    let mut lines = lines.take_while(|(line, _)| line.trim_end() != fence);
    let names = |line: &str| {
        let (name, _) = line.split_once([':', '='])?;
        let name = name.trim_end().trim_matches(['"', '\'']);
        Some(name.eq_ignore_ascii_case(key))
    };
    lines
        .find(|(line, _)| names(line) == Some(true))
        .map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_that_of_the_key_in_the_block() {
        let text = "---\ntitle: Trip\nCourse: 7\n\"week\" : 3\n---\nlevel: no key\n";
        let line = |reason| key_of(reason).and_then(|key| line_of(text, key));
        assert_eq!(line("course: Invalid option"), Some(3));
        assert_eq!(line("course.level: Required"), Some(3));
        assert_eq!(line("week: Too small"), Some(4));
        assert_eq!(line("level: Required"), None);
        assert_eq!(line("Something else is wrong"), None);
        assert_eq!(line("no key at all: x"), None);
        assert_eq!(line(": x"), None);
        assert_eq!(line_of("+++\ncourse = 7\n+++\n", "course"), Some(2));
        assert_eq!(
            line_of("\u{feff}---\r\ncourse: 7\r\n---\r\n", "course"),
            Some(2)
        );
        for other in [
            "",
            "# Trip\n\ncourse: 7\n",
            "---\n",
            "---\n---\ncourse: 7\n",
        ] {
            assert_eq!(line_of(other, "course"), None, "{other}");
        }
    }
}
