//! A block's text as a page shows it, without what leads elsewhere (2.6).

use std::borrow::Cow;

use super::asides::is_aside;
use super::formulas::FORMULA;
use crate::markdown::{pairs, wikilink};
use crate::outline::{Block, Inline, link_share, raw_text};
use crate::prose::{clean_text, count_words};
use crate::words;

/// What stands between the names in a row of languages or pages.
pub(super) const BARS: [char; 4] = ['|', '·', '•', '∙'];

/// What stands for `=` in code, where it marks nothing; no text has it.
const EQUALS: &str = "\u{fdd1}";

/// Longest name in a row of languages or pages, in words.
const SWITCHER_WORDS: usize = 2;

/// The block's text as a page would show it: block ids, marks and wikilinks' brackets gone, and [`FORMULA`] in the place of
/// what would be shown as TeX.
pub(super) fn shown(block: &Block<'_>, is_obsidian: &dyn Fn() -> bool) -> String {
    let inlines = without_navigation(&block.inlines);
    let has_equals =
        |inline: &Inline<'_>| matches!(inline, Inline::Code(code) if code.contains("=="));
    let is_tex = |inline: &Inline<'_>| match inline {
        Inline::Formula(formula) => formula.contains(['\\', '{', '}']),
        Inline::Text(text) => text.contains('\\') && words::TEX.fits(text),
        _ => false,
    };
    let raw = if inlines
        .iter()
        .any(|inline| is_tex(inline) || has_equals(inline))
    {
        let shown = inlines.iter().map(|inline| match inline {
            Inline::Formula(_) if is_tex(inline) => Inline::Text(Cow::Borrowed(FORMULA)),
            Inline::Text(text) if is_tex(inline) => {
                let marked = words::TEX.words().fold(text.to_string(), |text, command| {
                    text.replace(command, FORMULA)
                });
                Inline::Text(Cow::Owned(marked))
            }
            Inline::Code(code) => Inline::Code(Cow::Owned(code.replace('=', EQUALS))),
            _ => inline.clone(),
        });
        raw_text(&shown.collect::<Vec<_>>())
    } else {
        raw_text(inlines)
    };
    let raw = if raw.contains("==") && is_obsidian() {
        pairs::without_highlights(&raw)
    } else {
        raw
    };
    let text = clean_text(&wikilink::shown(&raw)).replace(EQUALS, "=");
    match text.rsplit_once(" ^") {
        Some((before, id))
            if !id.is_empty()
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && is_obsidian() =>
        {
            before.to_owned()
        }
        _ => text,
    }
}

/// A block without the first line, where that leads to translations, and without first and last lines of tags, fields and
/// links.
pub(super) fn without_navigation<'a, 'b>(inlines: &'a [Inline<'b>]) -> &'a [Inline<'b>] {
    // The first line that has something to read ends at the first break behind that.
    let text = inlines.iter().position(is_text);
    let first = text
        .and_then(|text| {
            let line = inlines.get(text..)?.iter();
            let end = line.take_while(|inline| !matches!(inline, Inline::Break));
            Some(text + end.count())
        })
        .and_then(|end| inlines.split_at_checked(end));
    let rest = match first {
        Some((line, rest)) if is_switcher(line, &raw_text(line)) && rest.iter().any(is_text) => {
            rest
        }
        _ => inlines,
    };
    without_link_lines(without_first_asides(rest))
}

/// A block without the first lines that say nothing of it, where others follow.
fn without_first_asides<'a, 'b>(inlines: &'a [Inline<'b>]) -> &'a [Inline<'b>] {
    let mut kept = inlines;
    while let Some(at) = kept
        .iter()
        .position(|inline| matches!(inline, Inline::Break))
    {
        let (line, rest) = kept.split_at_checked(at).unwrap_or((kept, &[]));
        let rest = rest.get(1..).unwrap_or_default();
        if !(is_aside(line) || (kept.len() < inlines.len() && is_links(line)))
            || !rest.iter().any(is_text)
        {
            break;
        }
        kept = rest;
    }
    kept
}

/// Names of languages or pages side by side, of which one or more lead there:
/// `English | 简体中文`.
pub(super) fn is_switcher(inlines: &[Inline<'_>], text: &str) -> bool {
    let parts: Vec<&str> = text
        .split(BARS)
        .flat_map(|part| part.split(" / "))
        .collect();
    parts.len() > 1
        && parts.iter().all(|part| count_words(part) <= SWITCHER_WORDS)
        && link_share(inlines).0 > 0
}

/// A block without the last lines that are links alone, where a sentence ends before them: where to
/// go on from here, as in `<br /> <a>Docs</a> · <a>Demo</a>`.
fn without_link_lines<'a, 'b>(inlines: &'a [Inline<'b>]) -> &'a [Inline<'b>] {
    let mut kept = inlines;
    while let Some(at) = kept
        .iter()
        .rposition(|inline| matches!(inline, Inline::Break))
    {
        let (before, line) = kept.split_at_checked(at).unwrap_or((kept, &[]));
        if !is_links(line) && !is_aside(line) {
            break;
        }
        kept = before;
    }
    let said = kept.iter().rev().find_map(|inline| match inline {
        Inline::Text(text) | Inline::Code(text) => {
            Some(text.trim_end()).filter(|text| !text.is_empty())
        }
        _ => None,
    });
    let ends = said.is_some_and(|text| text.ends_with(['.', '!', '?', '…', '。', '！', '？']));
    if ends { kept } else { inlines }
}

fn is_text(inline: &Inline<'_>) -> bool {
    matches!(inline, Inline::Text(text) | Inline::Code(text) | Inline::Formula(text) if !text.trim().is_empty())
}

/// Whether a line has nothing to read but links and what stands between them.
fn is_links(line: &[Inline<'_>]) -> bool {
    let has_link = |inline: &Inline<'_>| matches!(inline, Inline::LinkStart { .. });
    let mut depth = 0_usize;
    // Of two breaks in a row, nothing stands between them.
    (line.iter().any(has_link) || !line.iter().any(is_text))
        && line.iter().all(|inline| match inline {
            Inline::LinkStart { .. } => {
                depth += 1;
                true
            }
            Inline::LinkEnd => {
                depth = depth.saturating_sub(1);
                true
            }
            Inline::Text(text) => depth > 0 || !text.contains(char::is_alphanumeric),
            Inline::Code(_) | Inline::Formula(_) => depth > 0,
            Inline::Image(_) | Inline::Break => true,
        })
}
