//! Fences with braces: pandoc's `{=html}` and `{.python #id}`, R Markdown's `{r echo=FALSE}`, `MyST`'s `{note}`.

use std::ops::Range;

use super::callout::{self, before_in_line};
use super::page::Page;
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;
use crate::markdown::html::steps::whole_line;
use crate::markdown::{Event, Tag};

/// Words of `MyST` behind whose braces the language stands.
const CODE: [&str; 3] = ["code", "code-block", "code-cell"];
/// Pandoc's name of what a page can show, and how those of LaTeX begin, which it can't.
const SHOWN: [&str; 3] = ["html", "html4", "html5"];

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let source = page.document.source;
    for (event, range) in &page.document.events {
        let Event::Start(Tag::CodeBlock(Some(info))) = event else {
            continue;
        };
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
                format!(
                    "{}\n{}",
                    callout::marker(kind, is_folded, behind.trim()),
                    fence.lines("> ")
                )
            }
            _ => {
                let language = if CODE.contains(&name) {
                    behind.trim()
                } else {
                    name
                };
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '+' | '#');
                if !name.starts_with(char::is_alphabetic)
                    || word.contains('=')
                    || !language.chars().all(is_name)
                {
                    continue;
                }
                fence.with_language(language)
            }
        };
        splice.replace(range.clone(), written);
    }
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
            ("```{code-block} js\n1\n```\n", "```js\n1\n```\n"),
            (
                "```{note} Mind\nThe *gap*.\n\nAll of it.\n```\n\nb\n",
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
            "```{1,3}\na\n```\n",
            "```{\na\n```\n",
            "```{=html}\n<b>\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
