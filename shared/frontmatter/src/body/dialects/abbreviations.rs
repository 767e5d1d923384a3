//! Abbreviations of `MkDocs`, Kramdown and PHP Markdown Extra: `*[API]: Application interface`, which says what each `API` is.

use std::ops::Range;

use memchr::memmem;

use super::page::{Page, around};
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::html::serialise;
use crate::markdown::html::steps::whole_line;

/// Most abbreviations of a document, since each is looked for in all of it.
const MAX_ABBREVIATIONS: usize = 64;
/// How their lines begin.
const OPEN: &str = "*[";
/// Longest abbreviation, in bytes.
const MAX_BYTES: usize = 40;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut known: Vec<(&str, &str)> = Vec::new();
    for at in page.prose.line_starts(OPEN) {
        let text = source.get(at..).unwrap_or_default();
        let text = text.lines().next().unwrap_or_default();
        let line = at..at + text.len();
        let Some((short, meaning)) = definition(text) else {
            continue;
        };
        if known.len() < MAX_ABBREVIATIONS && known.iter().all(|(other, _)| *other != short) {
            known.push((short, meaning));
        }
        splice.delete(whole_line(source, &line));
        taken.push(line);
    }
    let mut written: Vec<Range<usize>> = Vec::new();
    for (short, meaning) in known {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        for at in memmem::find_iter(source.as_bytes(), short) {
            let range = at..at + short.len();
            let before = source.get(..at).and_then(|text| text.chars().next_back());
            let after = source.get(range.end..).and_then(|text| text.chars().next());
            let is_elsewhere = [&page.headings, &page.links, &taken]
                .iter()
                .any(|ranges| around(ranges, at).is_some());
            if is_word(before) || is_word(after) || is_elsewhere || !page.prose.holds(&range) {
                continue;
            }
            let next = written.partition_point(|other| other.end <= at);
            if written
                .get(next)
                .is_some_and(|other| other.start < range.end)
            {
                continue;
            }
            let title = serialise::escape_attribute(meaning);
            splice.replace(
                range.clone(),
                format!("<abbr title=\"{title}\">{short}</abbr>"),
            );
            written.insert(next, range);
        }
    }
}

/// `*[API]: Application interface`, alone on its line.
fn definition(line: &str) -> Option<(&str, &str)> {
    let (short, meaning) = line.strip_prefix(OPEN)?.split_once("]: ")?;
    let is_short = short.starts_with(char::is_alphanumeric)
        && short.len() <= MAX_BYTES
        && short
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | '/' | '+'));
    let meaning = meaning.trim();
    (is_short
        && !meaning.is_empty()
        && !meaning.ends_with('*')
        && !meaning.contains(['<', '&', '\\', '`', '%', '{']))
    .then_some((short, meaning))
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn abbreviations_say_what_they_mean() {
        let before = "# API\n\nThe API of `API`, [API](https://e.org/API), APIs and a \"(REST API)\".\n\n*[API]: Application \"interface\"\n*[REST API]: b\n";
        let abbr = "<abbr title=\"Application &quot;interface&quot;\">API</abbr>";
        let after = format!(
            "# API\n\nThe {abbr} of `API`, [API](https://e.org/API), APIs and a \"(REST {abbr})\".\n\n\n"
        );
        assert_eq!(translated(before), after);
    }

    #[test]
    fn other_lines_stay() {
        for body in [
            "*[a]: b*\n\n`*[API]: c`\n\n    *[API]: d\n",
            "*[API]:\n\n*[x](https://e.org): b\n",
            "```\n*[API]: c\n```\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
