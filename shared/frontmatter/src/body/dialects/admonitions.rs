//! Boxes of `MkDocs`, which hold what is indented below them: `!!! note "Title"`, `??? tip`, `=== "Tab"`.

use std::ops::Range;

use super::callout::{self, is_blank_line, last_line};
use super::page::Page;
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;

/// What a line begins with that boxes the lines below, and whether the box is closed.
const MARKS: [(&str, bool); 4] = [
    ("!!! ", false),
    ("???+ ", false),
    ("??? ", true),
    ("=== \"", false),
];
const INDENTATION: &str = "    ";

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    let lines: Vec<Range<usize>> = page.prose.lines().collect();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        index += 1;
        let text = source.get(line.clone()).unwrap_or_default();
        let mark = text.trim_start_matches([' ', '>']);
        let start = line.end - mark.len();
        let Some(head) = read(mark).filter(|_| page.prose.has(start)) else {
            continue;
        };
        let prefix = source.get(line.start..start).unwrap_or_default();
        let below = lines.get(index..).unwrap_or_default();
        let inside = below
            .iter()
            .map(|line| source.get(line.clone()).unwrap_or_default());
        let Some(inside) = indented(inside, prefix) else {
            continue;
        };
        let end = below
            .get(inside.len() - 1)
            .map_or(line.end, |last| last.end);
        index += inside.len();
        let mut written = String::new();
        if !is_blank_line(last_line(source.get(..line.start))) {
            written.extend(["\n", prefix]);
        }
        let quote = match &head {
            Head::Box {
                kind,
                is_folded,
                title,
            } => {
                written.push_str(&callout::marker(kind, *is_folded, title));
                "> "
            }
            Head::Tab(title) => {
                written.extend(["**", title, "**\n"]);
                ""
            }
        };
        for text in inside {
            let line = format!("\n{prefix}{quote}{text}");
            written.push_str(line.trim_end_matches(' '));
        }
        // With its line break, since code that is told by its indentation has one.
        let next = lines.get(index).filter(|next| next.start < source.len());
        let end = next.map_or(end, |next| next.start);
        if let Some(next) = next {
            written.push('\n');
            if !is_blank_line(source.get(next.clone()).unwrap_or_default()) {
                written.push('\n');
            }
        } else if source.len() > end {
            written.push('\n');
        }
        splice.replace(
            start..end.max(source.len() * usize::from(next.is_none())),
            written,
        );
    }
}

enum Head {
    Box {
        kind: &'static str,
        is_folded: bool,
        title: String,
    },
    Tab(String),
}

fn read(line: &str) -> Option<Head> {
    let (mark, is_folded) = MARKS.iter().find(|(mark, _)| line.starts_with(mark))?;
    let rest = line.strip_prefix(mark)?.trim();
    if mark.ends_with('"') {
        return Some(Head::Tab(rest.strip_suffix('"')?.to_owned()));
    }
    let (words, title) = rest.split_once('"').unwrap_or((rest, ""));
    let mut words = words.split_whitespace();
    let (kind, _) = callout::kind(words.next()?)?;
    // What else stands there is where the box is set.
    let is_place = |word| matches!(word, "inline" | "end");
    (title.is_empty() || title.ends_with('"')).then_some(())?;
    words.all(is_place).then(|| Head::Box {
        kind,
        is_folded: *is_folded,
        title: title.trim_end_matches('"').to_owned(),
    })
}

/// The indented lines that a box holds, without their indentation; `None` where there is none.
fn indented<'a>(lines: impl Iterator<Item = &'a str>, prefix: &str) -> Option<Vec<&'a str>> {
    let mut inside = Vec::new();
    let mut length = 0;
    for line in lines {
        let text = match line.strip_prefix(prefix) {
            Some(text) => text,
            None if line.trim_end() == prefix.trim_end() || line.trim().is_empty() => "",
            None => break,
        };
        if text.trim().is_empty() {
            inside.push("");
            continue;
        }
        let Some(text) = text
            .strip_prefix(INDENTATION)
            .or_else(|| text.strip_prefix('\t'))
        else {
            break;
        };
        inside.push(text);
        length = inside.len();
    }
    inside.truncate(length);
    (length > 0).then_some(inside)
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn indented_lines_are_callouts() {
        for (before, after) in [
            (
                "!!! note \"Mind\"\n\n    The *gap*.\n\n    ```sh\n    ls\n    ```\n\nb\n",
                "> [!note] Mind\n>\n> The *gap*.\n>\n> ```sh\n> ls\n> ```\n\nb\n",
            ),
            ("a\n??? tip\n    b\nc\n", "a\n\n> [!tip]-\n> b\n\nc\n"),
            (
                "!!! note\n    a\n\n    !!! tip\n        b\n",
                "> [!note]\n> a\n>\n> > [!tip]\n> > b\n",
            ),
            (
                "=== \"Linux\"\n\n    Run `a`.\n\n=== \"Mac\"\n\n    Run `b`.\n",
                "**Linux**\n\n\nRun `a`.\n\n**Mac**\n\n\nRun `b`.\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn exclamations_stay() {
        for body in [
            "!!! note\n\nno box\n",
            "!!! wow\n\n    code\n",
            "```\n!!! note\n    a\n```\n",
            "Title\n===\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
