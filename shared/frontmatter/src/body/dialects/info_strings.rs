//! What other programs write behind a fence: pandoc's `{=html}` and `{.python #id}`, R Markdown's `{r echo=FALSE}`, `MyST`'s
//! `{note}`, `HackMD`'s `js=101`, `VitePress`'s `js{1,3}`, the boxes of Obsidian's Admonition plug-in (`ad-note`), and queries.

use std::ops::Range;

use super::callout::{self, before_in_line};
use super::page::Page;
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;
use crate::markdown::html::steps::whole_line;

/// Words of `MyST` behind whose braces the language stands.
const CODE: [&str; 3] = ["code", "code-block", "code-cell"];
/// Pandoc's name of what a page can show, and how those of LaTeX begin, which it can't.
const SHOWN: [&str; 3] = ["html", "html4", "html5"];

/// How the name of a box begins in Obsidian's Admonition plug-in.
const BOX: &str = "ad-";
/// What the first lines of such a box may say.
const FIELDS: [&str; 5] = ["collapse", "color", "icon", "title", "metadata"];
/// What a plug-in or a program answers where the note stands.
const QUERIES: [&str; 8] = [
    "base",
    "dataview",
    "dataviewjs",
    "datacorejsx",
    "query",
    "tasks",
    "tracker",
    "todoist",
];

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let source = page.document.source;
    for (info, range) in &page.fences {
        if let Some(name) = info.strip_prefix(BOX) {
            if let Some(fence) = Fence::of(source, range.clone()) {
                splice.replace(range.clone(), fence.boxed(name.trim()));
            }
            continue;
        }
        if QUERIES.contains(&info.trim()) {
            warnings.add(Code::ForeignSyntax, range.start, info);
            continue;
        }
        if let Some(info) = apart(info) {
            if let Some(fence) = Fence::of(source, range.clone()) {
                splice.replace(range.clone(), fence.with_language(&info));
            }
            continue;
        }
        let Some((inside, behind)) = info.strip_prefix('{').and_then(|rest| rest.split_once('}'))
        else {
            continue;
        };
        let Some(fence) = Fence::of(source, range.clone()) else {
            continue;
        };
        if let Some(format) = inside.strip_prefix('=') {
            let is_shown = SHOWN.contains(&format);
            if !is_shown {
                warnings.add(Code::ForeignSyntax, range.start, info);
            }
            if is_shown {
                splice.replace(range.clone(), fence.lines(""));
            } else {
                splice.delete(whole_line(source, range));
            }
            continue;
        }
        let word = inside
            .split([' ', ',', '}'])
            .find(|word| !word.starts_with('#') && !word.is_empty());
        let word = word.unwrap_or_default();
        let name = word.trim_start_matches(['.', '{']);
        let written = match callout::kind(name) {
            // A class is of the code, and a word by itself says what it is.
            Some((kind, is_folded)) if !word.starts_with('.') => {
                let inside = without_comments(fence.inside);
                let shown = Fence {
                    inside: &inside,
                    ..fence
                };
                shown.in_box(&callout::marker(kind, is_folded, behind.trim()))
            }
            _ => {
                let language = if CODE.contains(&name) {
                    behind.trim()
                } else {
                    name
                };
                if !name.starts_with(char::is_alphabetic)
                    || word.contains('=')
                    || !is_language(language)
                {
                    continue;
                }
                fence.with_language(language)
            }
        };
        splice.replace(range.clone(), written);
    }
}

/// The lines of a directive of `MyST` without those that are comments.
fn without_comments(inside: &str) -> String {
    let is_comment = |line: &&str| {
        let text = line.trim_start_matches([' ', '\t', '>']);
        text.starts_with('%') && !text.starts_with("%%")
    };
    let lines = inside.split_inclusive('\n');
    lines.filter(|line| !is_comment(line)).collect()
}

/// Whether a word may name a language.
fn is_language(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '+' | '#'))
}

/// An info string whose language has something behind it without a space: `=101` numbers the lines, which goes, and `{1,3}`
/// marks some, which stays.
fn apart(info: &str) -> Option<String> {
    let at = info.find(['=', '{', '!']).filter(|at| *at > 0)?;
    let (language, rest) = info.split_at_checked(at)?;
    if !is_language(language) {
        return None;
    }
    if rest.starts_with('{') {
        return rest.contains('}').then(|| format!("{language} {rest}"));
    }
    let number = rest.get(1..)?.split(' ').next()?;
    let is_number = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'+');
    let rest = rest.get(1 + number.len()..)?;
    is_number.then(|| format!("{language}{rest}"))
}

/// A fence that its author closed.
struct Fence<'a> {
    /// What stands before each of its lines.
    prefix: &'a str,
    mark: &'a str,
    inside: &'a str,
    close: &'a str,
}

impl<'a> Fence<'a> {
    fn of(source: &'a str, range: Range<usize>) -> Option<Self> {
        let prefix = before_in_line(source, range.start);
        let (open, rest) = source.get(range)?.split_once('\n')?;
        let mark = open.trim_start_matches(['`', '~']);
        let mark = open.strip_suffix(mark)?;
        let text = rest.trim_end_matches(['\n', '\r']);
        let at = text.rfind('\n').map_or(0, |at| at + 1);
        let (inside, close) = text.split_at_checked(at)?;
        let is_plain = prefix.bytes().all(|byte| matches!(byte, b' ' | b'>'));
        let is_closed = close.trim_start_matches([' ', '>']).starts_with(mark);
        (is_plain && is_closed).then_some(Self {
            prefix,
            mark,
            inside,
            close: rest.get(at..)?,
        })
    }

    /// The lines inside, each behind a mark, with an empty line behind them.
    fn lines(&self, mark: &str) -> String {
        let mut lines = String::new();
        for line in self.inside.lines() {
            let line = line
                .strip_prefix(self.prefix)
                .unwrap_or(line.trim_start_matches([' ', '>']));
            if !lines.is_empty() {
                lines.push_str(self.prefix);
            }
            lines.extend([
                if line.is_empty() {
                    mark.trim_end()
                } else {
                    mark
                },
                line,
                "\n",
            ]);
        }
        if !self.close.ends_with('\n') {
            lines.truncate(lines.trim_end().len());
        }
        lines
    }

    /// The box that a fence of the Admonition plug-in is: its first lines say what stands above it.
    fn boxed(&self, name: &str) -> String {
        let (kind, is_folded) = callout::kind(name).unwrap_or(("note", false));
        let (mut title, mut is_closed) = ("", is_folded);
        let mut inside = self.inside;
        while let Some((line, rest)) = inside.split_once('\n') {
            let text = line.trim_start_matches([' ', '>']);
            let Some((field, value)) = text.split_once(':') else {
                break;
            };
            if !FIELDS.contains(&field) {
                break;
            }
            match field {
                "title" => title = value.trim(),
                "collapse" => is_closed = value.trim().starts_with("close"),
                _ => {}
            }
            inside = rest;
        }
        Self { inside, ..*self }.in_box(&callout::marker(kind, is_closed, title))
    }

    fn in_box(&self, head: &str) -> String {
        format!("{head}\n{}{}", self.prefix, self.lines("> "))
    }

    fn with_language(&self, language: &str) -> String {
        format!("{}{language}\n{}{}", self.mark, self.inside, self.close)
    }
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn fences_are_read_by_their_braces() {
        for (before, after) in [
            ("```{=html}\n<b>a</b>\n```\n\nb\n", "<b>a</b>\n\nb\n"),
            (
                "a\n\n```{=html}\n<!-- -->\n```\n\n    b\n",
                "a\n\n<!-- -->\n\n    b\n",
            ),
            ("```{=latex}\n\\newpage\n```\n\nb\n", "\nb\n"),
            (
                "``` {.python #x .numberLines}\nprint(1)\n```\n",
                "```python\nprint(1)\n```\n",
            ),
            (
                "```{r plot, echo=FALSE}\nplot(1)\n```\n",
                "```r\nplot(1)\n```\n",
            ),
            ("> ```{python}\n> 1\n> ```\n", "> ```python\n> 1\n> ```\n"),
            ("> ```{tip}\n> 1\n> ```\n", "> > [!tip]\n> > 1\n"),
            ("```{code-block} js\n1\n```\n", "```js\n1\n```\n"),
            ("```js=101\na\n```\n", "```js\na\n```\n"),
            ("~~~sh=\na\n~~~\n", "~~~sh\na\n~~~\n"),
            ("```js{1,3} x\na\n```\n", "```js {1,3} x\na\n```\n"),
            (
                "```ad-tip\ntitle: Mind\ncollapse: closed\nThe *gap*.\n\nAll: of it.\n```\n\nb\n",
                "> [!tip]- Mind\n> The *gap*.\n>\n> All: of it.\n\nb\n",
            ),
            (
                "- a\n\n> ````ad-theorem\n> b\n> ```ad-quote\n> c\n> ```\n> ````\n",
                "- a\n\n> > [!note]\n> > b\n> > > [!quote]\n> > > c\n",
            ),
            (
                "```{note} Mind\n% S\nThe *gap*.\n\nAll of it.\n```\n\nb\n",
                "> [!note] Mind\n> The *gap*.\n>\n> All of it.\n\nb\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn other_fences_stay() {
        for body in [
            "```js {1,3}\na\n```\n",
            "```js a=b\na\n```\n",
            "```c#\na\n```\n",
            "```ad-note\na\n",
            "```dataview\nLIST\n```\n",
            "```{1,3}\na\n```\n",
            "```{\na\n```\n",
            "```{=html}\n<b>\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
