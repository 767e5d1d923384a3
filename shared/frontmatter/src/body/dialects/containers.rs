//! Containers: `:::info … :::`, as `HackMD`, Docusaurus, `VitePress`, Quarto and pandoc have them.

use std::ops::Range;

use super::callout::{self, Boxed};
use super::page::Page;
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;

const MARK: &str = ":::";
/// Most containers in each other.
const MAX_DEPTH: usize = 8;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let source = page.document.source;
    let (containers, depth) = containers(page);
    // Nobody nests so deeply, and each level would cost a reading.
    if depth > MAX_DEPTH {
        return;
    }
    for (open, close) in containers {
        if let Some(close) = close {
            write(page, open, close, splice, warnings);
        } else {
            let text = source.get(open.clone()).unwrap_or_default();
            warnings.add(Code::ForeignSyntax, open.start, text);
        }
    }
}

/// The line that begins a container, and the one that ends it, if any does.
pub(super) type Container = (Range<usize>, Option<Range<usize>>);

/// The containers of a page, what is inside before what is around it, and how many stand in each other.
pub(super) fn containers(page: &Page<'_, '_>) -> (Vec<Container>, usize) {
    let source = page.document.source;
    let mut open: Vec<(usize, Range<usize>)> = Vec::new();
    let mut containers = Vec::new();
    let mut depth = 0;
    for line in page.prose.lines() {
        let text = source.get(line.clone()).unwrap_or_default();
        let mark = text.trim_start_matches([' ', '>']);
        let start = line.end - mark.len();
        if !mark.starts_with(MARK) || !page.prose.has(start) {
            continue;
        }
        let colons = mark.len() - mark.trim_start_matches(':').len();
        let rest = mark.trim_start_matches(':').trim();
        let range = start..line.end;
        if rest.is_empty() {
            // Some want as many colons at the end, and others don't mind.
            let nearest = open.iter().enumerate().rev().take(MAX_DEPTH);
            let same = nearest
                .filter(|(_, (count, _))| *count == colons)
                .map(|(at, _)| at)
                .next();
            let at = same.or(open.len().checked_sub(1));
            let Some(at) = at else { continue };
            let ends = std::iter::once(Some(range)).chain(std::iter::repeat(None));
            let inner = open.split_off(at).into_iter();
            containers.extend(inner.zip(ends).map(|((_, opener), end)| (opener, end)));
        } else if rest
            .starts_with(|first: char| first.is_alphabetic() || matches!(first, '{' | '['))
        {
            open.push((colons, range));
            depth = depth.max(open.len());
        }
    }
    containers.extend(open.into_iter().map(|(_, opener)| (opener, None)));
    (containers, depth)
}

fn write(
    page: &Page<'_, '_>,
    open: Range<usize>,
    close: Range<usize>,
    splice: &mut Splice,
    warnings: &mut Warnings,
) {
    let head = page.document.source.get(open.clone()).unwrap_or_default();
    let (word, title) = read(head.trim_matches(|c: char| c == ':' || c.is_whitespace()));
    let kind = callout::kind(word);
    if kind.is_none() {
        warnings.add(Code::ForeignSyntax, open.start, head);
    }
    let boxed = Boxed {
        open,
        close,
        kind: kind.map(|(kind, _)| kind),
        is_folded: kind.is_some_and(|(_, is_folded)| is_folded),
        title: title.to_owned(),
    };
    boxed.write(page, splice);
}

/// The word and the title of what stands behind the colons: `tip My tip`, `note[Title]`, `{.callout-note title="x"}`,
/// `{note} Title`.
fn read(head: &str) -> (&str, &str) {
    if let Some(inside) = head.strip_prefix('{') {
        let (inside, behind) = inside.split_once('}').unwrap_or((inside, ""));
        let mut words = inside
            .split_whitespace()
            .map(|word| word.trim_start_matches('.'));
        let first = words.clone().next().unwrap_or_default();
        let word = words.find(|word| callout::kind(word).is_some());
        let title = if behind.trim().is_empty() {
            attribute(inside)
        } else {
            behind.trim()
        };
        return (word.unwrap_or(first), title);
    }
    let length = head
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')))
        .unwrap_or(head.len());
    let (word, rest) = head.split_at_checked(length).unwrap_or((head, ""));
    let rest = rest.trim();
    if let Some((title, _)) = rest
        .strip_prefix('[')
        .and_then(|rest| rest.rsplit_once(']'))
    {
        return (word, title);
    }
    match rest.strip_prefix('{') {
        Some(inside) => (word, attribute(inside)),
        None => (word, rest),
    }
}

/// The value of `title="…"` among attributes.
fn attribute(attributes: &str) -> &str {
    let value = attributes.split_once("title=\"").map(|(_, value)| value);
    value
        .and_then(|value| value.split_once('"'))
        .map_or("", |(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::dialects::tests::translated;

    #[test]
    fn heads_are_read_in_every_spelling() {
        for (head, expected) in [
            ("info", ("info", "")),
            ("tip My tip", ("tip", "My tip")),
            ("note[Your *title*]", ("note", "Your *title*")),
            ("warning{title=\"Hot\"}", ("warning", "Hot")),
            (
                "{.callout-note collapse=true title=\"x y\"}",
                ("callout-note", "x y"),
            ),
            ("{note} Title", ("note", "Title")),
            ("{.columns}", ("columns", "")),
        ] {
            assert_eq!(read(head), expected, "{head}");
        }
    }

    #[test]
    fn containers_are_callouts() {
        for (before, after) in [
            (
                ":::info\nBring a laptop.\n:::\n\n::: tip My tip\nUse tab.\n:::\n",
                "> [!info]\n> Bring a laptop.\n\n\n> [!tip] My tip\n> Use tab.\n\n",
            ),
            (
                "::::warning\n\nA\n\n:::details More\n\n```sh\nls\n```\n\n:::\n::::\nB\n",
                "> [!warning]\n>\n> A\n>\n> > [!note]- More\n>>\n> > ```sh\n> > ls\n> > ```\n>>\n> \n\nB\n",
            ),
            ("a\n:::note\nb\n:::\nc\n", "a\n\n> [!note]\n> b\n\nc\n"),
            ("> :::tip\n> a\n> :::\n", "> > [!tip]\n> > a\n> \n"),
            (
                "- a\n\n  :::tip\n  b\n  :::\n",
                "- a\n\n  > [!tip]\n  > b\n  \n",
            ),
            ("::: {.columns}\na\n:::\n", "\na\n\n"),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn colons_elsewhere_stay() {
        for body in [
            "```\n:::info\na\n:::\n```\n",
            "`:::info`\n",
            "a ::: b\n",
            ":::\n",
            ":::info\nnever closed\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
