//! Definitions that show nothing (2.9.3): Markdown's own comments, `[//]: # (…)`, and whatever else nothing refers to.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{Event as Parsed, Parser, Tag as ParsedTag};

use super::comments::{self, Comment};

use crate::diagnostics::Code;
use crate::markdown::Document;
use crate::markdown::definition::{self, covered};
use crate::markdown::places::begins_line;
use crate::prose::collapse;

/// The definitions of links and footnotes that nothing refers to, in order. The second of two for one label is among
/// them: nothing can refer to it.
pub(crate) fn unused(document: &Document<'_>) -> Vec<Comment> {
    if !document.has("]:") || document.too_complex {
        return Vec::new();
    }
    let covered = covered(document);
    // In most documents these signs stand in text and code alone.
    if !document.has("[^") && !may_define(document.source, &covered) {
        return Vec::new();
    }
    let read = Read::of(document.source);
    let mut unused = read.footnotes(document.source);
    unused.extend(read.links(document.source, &covered));
    unused.sort_by_key(|comment| comment.range.start);
    let code = comments::code_in_tags(document);
    unused.retain(|comment| !comments::stands_in(&code, comment.range.start));
    // What stands in a footnote that goes needs no edit of its own.
    let mut end = 0;
    unused.retain(|comment| {
        let is_outside = comment.range.start >= end;
        end = end.max(comment.range.end);
        is_outside
    });
    unused
}

/// Whether a `]:` stands outside the blocks that hold text.
fn may_define(source: &str, covered: &[Range<usize>]) -> bool {
    let mut blocks = covered.iter().peekable();
    memchr::memmem::find_iter(source.as_bytes(), b"]:").any(|colon| {
        while blocks.next_if(|block| block.end <= colon).is_some() {}
        blocks.peek().is_none_or(|block| colon < block.start)
    })
}

/// A footnote's definition.
struct Footnote {
    label: String,
    range: Range<usize>,
}

/// What the parser says of definitions and references. It reads no mathematics: a reference in what only some readers
/// take for a formula is one for the others.
struct Read {
    /// The definitions that references find, and whether one does.
    links: Vec<(Range<usize>, bool)>,
    footnotes: Vec<Footnote>,
    /// Labels of references to footnotes, and where they stand.
    references: Vec<(String, usize)>,
}

impl Read {
    fn of(source: &str) -> Self {
        let parser = Parser::new_ext(source, Document::without_math());
        let definitions: Vec<(String, Range<usize>, bool)> = parser
            .reference_definitions()
            .iter()
            .map(|(label, definition)| {
                let label = folded(label);
                let is_comment = comments::is_definition(&label, &definition.dest);
                (label, definition.span.clone(), is_comment)
            })
            .collect();
        let mut used = HashSet::new();
        let mut footnotes = Vec::new();
        let mut references = Vec::new();
        for (event, range) in parser.into_offset_iter() {
            match event {
                Parsed::Start(ParsedTag::Link { id, .. } | ParsedTag::Image { id, .. })
                    if !id.is_empty() =>
                {
                    used.insert(folded(&id));
                }
                Parsed::Start(ParsedTag::FootnoteDefinition(label)) => footnotes.push(Footnote {
                    label: folded(&label),
                    range,
                }),
                Parsed::FootnoteReference(label) => references.push((folded(&label), range.start)),
                _ => {}
            }
        }
        let links = definitions
            .into_iter()
            // What seems to refer to a comment is another one, where no definition can stand.
            .map(|(label, span, is_comment)| (span, !is_comment && used.contains(&label)));
        let mut links: Vec<_> = links.collect();
        links.sort_by_key(|(span, _)| span.start);
        Self {
            links,
            footnotes,
            references,
        }
    }

    /// The footnotes that the text doesn't lead to, and what defines one again.
    fn footnotes(&self, source: &str) -> Vec<Comment> {
        if self.footnotes.is_empty() {
            return Vec::new();
        }
        let mut reached: HashSet<&str> = HashSet::new();
        let mut ahead: Vec<&str> = Vec::new();
        // Which footnote each reference stands in, from the innermost definition.
        let mut inside: Vec<(&str, Option<&str>)> = Vec::new();
        for (label, at) in &self.references {
            let next = self
                .footnotes
                .partition_point(|note| note.range.start <= *at);
            let around = self
                .footnotes
                .get(..next)
                .unwrap_or_default()
                .iter()
                .rev()
                .take(2)
                .find(|note| note.range.contains(at));
            inside.push((label.as_str(), around.map(|note| note.label.as_str())));
        }
        inside.sort_by_key(|(_, around)| *around);
        for (label, around) in &inside {
            if around.is_none() && reached.insert(label) {
                ahead.push(label);
            }
        }
        while let Some(label) = ahead.pop() {
            let from = inside.partition_point(|(_, around)| *around < Some(label));
            for (next, around) in inside.get(from..).unwrap_or_default() {
                if *around != Some(label) {
                    break;
                }
                if reached.insert(next) {
                    ahead.push(next);
                }
            }
        }
        let mut known = HashSet::new();
        self.footnotes
            .iter()
            .filter(|note| !reached.contains(note.label.as_str()) || !known.insert(&note.label))
            .map(|note| {
                let text = source.get(note.range.clone()).unwrap_or_default();
                let end = note.range.start + text.trim_end().len();
                Comment::new(
                    with_line(source, note.range.start..end),
                    Some((Code::FootnoteUnused, "[^")),
                )
            })
            .collect()
    }

    /// The definitions of links that nothing refers to. Every `]:` outside the blocks that hold text belongs to one; those
    /// that the parser doesn't know are second ones.
    fn links(&self, source: &str, covered: &[Range<usize>]) -> Vec<Comment> {
        let mut unused = Vec::new();
        let (mut block, mut known, mut position) = (0, 0, 0);
        while let Some(at) = source
            .get(position..)
            .and_then(|rest| memchr::memmem::find(rest.as_bytes(), b"]:"))
        {
            let colon = position + at;
            while covered.get(block).is_some_and(|range| range.end <= colon) {
                block += 1;
            }
            if let Some(range) = covered.get(block)
                && range.start <= colon
            {
                position = range.end.max(colon + 2);
                continue;
            }
            while self
                .links
                .get(known)
                .is_some_and(|(span, _)| span.end <= colon)
            {
                known += 1;
            }
            let (range, is_used) = match self.links.get(known) {
                Some((span, is_used)) if span.start <= colon => (span.clone(), *is_used),
                next => {
                    let before = block.checked_sub(1).and_then(|index| covered.get(index));
                    let from = position.max(before.map_or(0, |range| range.end));
                    let ends = [
                        covered.get(block).map(|range| range.start),
                        next.map(|(span, _)| span.start),
                    ];
                    let until = ends.into_iter().flatten().min().unwrap_or(source.len());
                    (second(source, from, colon, until), false)
                }
            };
            position = range.end.max(colon + 2);
            if !is_used {
                unused.push(Comment::new(with_line(source, range), None));
            }
        }
        unused
    }
}

/// The bytes of a definition that the parser passes over, as long as they can be: what stands between two blocks and in no
/// other definition shows nothing.
fn second(source: &str, from: usize, colon: usize, until: usize) -> Range<usize> {
    let label = source.get(from..colon).unwrap_or_default();
    let start = label.find('[').map_or(colon, |at| from + at);
    let destination = definition::destination(source, colon + 2);
    let least = destination.map_or(colon + 2, |range| range.end).min(until);
    let rest = source.get(least..until).unwrap_or_default();
    // Up to the next one, or to a blank line.
    let next = memchr::memmem::find(rest.as_bytes(), b"]:")
        .and_then(|at| rest.get(..at)?.rfind('['))
        .unwrap_or(rest.len());
    let tail = rest.get(..next).unwrap_or_default();
    let tail = tail.split("\n\n").next().unwrap_or_default();
    let tail =
        tail.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '-' | '*' | '+'));
    start..least + tail.len()
}

/// The range with its whole line, where it begins that and nothing follows.
fn with_line(source: &str, range: Range<usize>) -> Range<usize> {
    let before = source.get(..range.start).unwrap_or_default();
    let text = source.get(range.clone()).unwrap_or_default();
    let end = range.start + text.trim_end().len();
    let line = before.trim_end_matches([' ', '\t']);
    let starts_line = line.is_empty() || line.ends_with('\n');
    if !starts_line || !begins_line(source, range.start) {
        return range.start..end;
    }
    let rest = source.get(end..).unwrap_or_default();
    let after = rest.trim_start_matches([' ', '\t']);
    let line_break = match after {
        _ if after.starts_with("\r\n") => 2,
        _ if after.starts_with('\n') => 1,
        "" => 0,
        _ => return range.start..end,
    };
    line.len()..end + (rest.len() - after.len()) + line_break
}

/// A label as labels are compared: `ẞ` is `SS` in capitals, and so `ss`.
fn folded(label: &str) -> String {
    collapse(label).to_lowercase().to_uppercase().to_lowercase()
}

#[cfg(test)]
mod tests {
    use crate::hidden::hide;
    use crate::markdown::{Bodies, Document};

    #[test]
    fn labels_are_alike_whatever_their_case() {
        for body in [
            "[ẞ]\n\n[SS]: /url\n",
            "[Fuß]\n\n[FUSS]: /url\n",
            "[İ x]\n\n[İ  X]: /url\n",
        ] {
            assert_eq!(shown(body), body);
        }
    }

    fn shown(body: &str) -> String {
        let bodies = Bodies::default();
        let hidden = hide(&Document::parse(body), &bodies);
        hidden.map_or_else(|| body.to_owned(), |(hidden, _)| hidden.body)
    }

    #[test]
    fn definitions_that_nothing_refers_to_are_comments() {
        for (body, expected) in [
            (
                "a\n\n[//]: # (b)\n[comment]: <> (c)\n[//]: <> (d)\n\ne\n",
                "a\n\n\ne\n",
            ),
            ("[//]: # \"b\"\n[//]: # 'c'\na\n", "a\n"),
            (
                "[a]\n\n[a]: https://b.example\n[c]: https://d.example\n",
                "[a]\n\n[a]: https://b.example\n",
            ),
            ("> a\n>\n> [b]: c 'd'\n> e\n", "> a\n>\n> \n> e\n"),
            ("- a\n\n  [b]:\n  c\n  \"d\n  e\"\n\n- f\n", "- a\n\n- f\n"),
            (
                "[b]\n\n[b]: https://c.example\n[B]: # (d)\n[b]: <> 'e'\n\nf\n",
                "[b]\n\n[b]: https://c.example\n\nf\n",
            ),
            (
                "a[^1]\n\n[^1]: b\n\n[^2]: c\n    d\n\ne\n",
                "a[^1]\n\n[^1]: b\n\ne\n",
            ),
            ("a\n\n[^1]: b[^2]\n\n[^2]: c[^1]\n", "a\n\n"),
            (
                "a[^1]\n\n[^1]: b[^2]\n\n[^2]: c\n\n[^1]: d\n",
                "a[^1]\n\n[^1]: b[^2]\n\n[^2]: c\n\n",
            ),
        ] {
            assert_eq!(shown(body), expected, "from {body:?}");
        }
    }

    #[test]
    fn what_refers_to_a_comment_keeps_none() {
        for (body, expected) in [
            ("[//]: # (S)\n\na\n[//]: # (S)\n", "a\n\n"),
            ("[//]: # (S)\n\na\n\n[//]: # (S (s) S)\n\nb\n", "a\n\n\nb\n"),
            ("- a\n[//]: # (S)\n\n[//]: # (S)\n", "- a\n\n"),
            ("> a\n[//]: # \"S\"\n\n[//]: # 'S'\n", "> a\n\n"),
            (
                "| a |\n|---|\n| b |\n[//]: # (S)\n\n[//]: # (S)\n",
                "| a |\n|---|\n| b |\n\n",
            ),
            ("A [comment].\n\n[comment]: # (S)\n", "A [comment].\n\n"),
            ("A [comment].\n\n[comment]: <> (S)\n", "A [comment].\n\n"),
            ("A [//] b.\n\n[//]: <S> (S)\n", "A [//] b.\n\n"),
            ("a\n[//]: # (S\nS)\nb\n", "a\n\nb\n"),
        ] {
            let shown = shown(body);
            let lines = |text: &'static str| text.lines().filter(|line| !line.is_empty());
            let kept = shown.lines().filter(|line| !line.is_empty());
            assert!(kept.eq(lines(expected)), "{shown:?} from {body:?}");
        }
        let body = "A [comment].\n\n[comment]: #comments\n";
        assert_eq!(shown(body), body);
    }

    #[test]
    fn definitions_that_are_used_stay() {
        for body in [
            "[a], [b][c], ![d][], [E  F]\n\n[a]: /1\n[C]: /2 'x'\n[d]: /3\n[e f]: /4\n",
            "`[a]: b` and [a]: b\n\n    [c]: d\n\n```\n[e]: f\n```\n",
            "$[a]$\n\n[a]: https://b.example\n",
            "> [a]: https://b.example\n\n[a]\n",
            "a[^1]\n\n[^1]: [b]\n\n[b]: https://c.example\n",
        ] {
            assert_eq!(shown(body), body);
        }
    }
}
