//! Headings whose signs a no-break space or an ideographic one follows, as keyboards of Macs and of Japan write them: no parser
//! takes these for headings.

use super::page::Page;
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;

const BLANKS: [char; 2] = ['\u{a0}', '\u{3000}'];
/// Deepest level of a heading.
const MAX_LEVEL: usize = 6;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    for line in page.prose.lines() {
        let text = source.get(line.clone()).unwrap_or_default();
        let signs = text.len() - text.trim_start_matches('#').len();
        let Some(behind) = text
            .get(signs..)
            .filter(|_| (1..=MAX_LEVEL).contains(&signs))
        else {
            continue;
        };
        let words = behind.trim_start_matches(BLANKS).trim_start();
        if behind.starts_with(BLANKS) && !words.is_empty() && page.prose.has(line.start) {
            splice.replace(line.start + signs..line.end - words.len(), " ");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn headings_are_headings() {
        for (before, after) in [
            ("#\u{a0}A\n\n###\u{3000} B\n", "# A\n\n### B\n"),
            ("```\n#\u{a0}A\n```\n", "```\n#\u{a0}A\n```\n"),
            ("#######\u{a0}A\n#\u{a0}\n", "#######\u{a0}A\n#\u{a0}\n"),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }
}
