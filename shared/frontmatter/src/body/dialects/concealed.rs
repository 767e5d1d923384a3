//! What lists of attributes hide: pandoc's and Quarto's containers (`::: {.hidden}`), spans (`[x]{style="display: none"}`), and
//! what Kramdown's `{: hidden="hidden"}` belongs to.

use std::cell::OnceCell;
use std::ops::Range;

use super::callout::before_in_line;
use super::containers;
use super::page::{Page, around};
use crate::diagnostics::Code;
use crate::hidden::Comment;
use crate::hidden::hidden_lists::{CONTAINERS, hides, is_hidden_container, list, opening};
use crate::markdown::text::{is_inline, is_inline_end};
use crate::markdown::{Document, Event};

/// How the options of a cell begin that stand in its code.
const OPTIONS: [&str; 5] = ["#|", "//|", "%%|", "--|", ":"];

/// What is hidden so, in order.
pub(super) fn find(page: &Page<'_, '_>) -> Vec<Comment> {
    const WORDS: [&str; 7] = [
        "hidden",
        "none",
        "visib",
        "opacity",
        "font-size",
        "include",
        "remove-cell",
    ];
    let document = page.document;
    let may_hide = document.has("{") && WORDS.iter().any(|word| document.has(word))
        || CONTAINERS
            .iter()
            .any(|name| document.has(":::") && document.has(name));
    if !may_hide {
        return Vec::new();
    }
    let mut ranges: Vec<Range<usize>> = in_containers(page);
    let fences = page.fences.iter().filter(|(info, range)| {
        let code = document.source.get(range.clone()).unwrap_or_default();
        info.starts_with('{') && (hides_cell(info, code) || list_in(info).is_some_and(hides))
    });
    ranges.extend(fences.map(|(_, range)| range.clone()));
    // What lists belong to is asked for where one hides something, which is rare.
    let blocks = OnceCell::new();
    for at in page.prose.find("{") {
        let list = list(document.source, at).filter(|list| hides(list));
        let Some(list) = list else { continue };
        let blocks = blocks.get_or_init(|| Blocks::of(document));
        ranges.extend(blocks.owner(page, at..at + list.len()));
    }
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut found: Vec<Comment> = Vec::new();
    let mut position = 0;
    for range in ranges {
        if range.start >= position {
            position = range.end;
            found.push(Comment::new(range, Some((Code::HiddenElement, "{"))));
        }
    }
    found
}

/// The containers that are hidden, to the end of the text where nothing ends them.
fn in_containers(page: &Page<'_, '_>) -> Vec<Range<usize>> {
    if !page.document.has(":::") {
        return Vec::new();
    }
    let source = page.document.source;
    let (containers, _) = containers::containers(page);
    let hidden = containers.into_iter().filter_map(|(open, close)| {
        let is_hidden = is_hidden_container(source.get(open.clone())?);
        let end = close.map_or(source.trim_end().len(), |close| close.end);
        is_hidden.then_some(open.start..end)
    });
    hidden.collect()
}

/// The list at the beginning of what stands behind a fence.
fn list_in<'i>(info: &&'i str) -> Option<&'i str> {
    list(info, 0)
}

/// Whether neither the code of a cell is shown nor what comes out of it: knitr's `{r, include=FALSE}`, Quarto's
/// `#| include: false`, and the tag `remove-cell` of Jupyter's.
fn hides_cell(info: &str, code: &str) -> bool {
    let squeezed = |text: &str| -> String {
        let shown = text.chars().filter(|c| !c.is_whitespace());
        shown.flat_map(char::to_lowercase).collect()
    };
    let head = squeezed(info);
    let in_head = ["include=false", "include=f,", "include=f}"];
    let lines = code.lines().skip(1);
    let mut options = lines.map_while(|line| {
        let line = line.trim_start_matches([' ', '\t', '>']);
        OPTIONS.iter().find_map(|mark| line.strip_prefix(*mark))
    });
    in_head.iter().any(|option| head.contains(option))
        || options.any(|option| {
            let option = squeezed(option);
            option == "include:false"
                || option.starts_with("tags:") && option.contains("remove-cell")
        })
}

/// What the lists of a document may belong to.
struct Blocks {
    /// The blocks that stand in no other, in order.
    outer: Vec<Range<usize>>,
    /// Those that hold text, in order.
    inner: Vec<Range<usize>>,
    /// Elements in lines, by their ends.
    inline: Vec<Range<usize>>,
}

impl Blocks {
    fn of(document: &Document<'_>) -> Self {
        let mut blocks = Self {
            outer: Vec::new(),
            inner: Vec::new(),
            inline: Vec::new(),
        };
        let (mut position, mut last) = (0, None);
        for (event, range) in &document.events {
            match event {
                Event::Start(tag) if !is_inline(tag) => {
                    if range.start >= position {
                        position = range.end;
                        blocks.outer.push(range.clone());
                    }
                    last = Some(range.clone());
                }
                Event::End(end) if !is_inline_end(*end) => {
                    blocks.inner.extend(last.take());
                }
                Event::Start(_) | Event::Code(_) => blocks.inline.push(range.clone()),
                _ => {}
            }
        }
        // Of those that end at one place, the one that holds the others.
        blocks.inline.sort_by_key(|range| (range.end, range.start));
        blocks
    }

    /// What a list belongs to, with the list.
    fn owner(&self, page: &Page<'_, '_>, list: Range<usize>) -> Option<Range<usize>> {
        let source = page.document.source;
        let before = before_in_line(source, list.start);
        if before.trim_start_matches([' ', '>']).starts_with(":::") {
            return None;
        }
        if let Some(heading) = around(&page.headings, list.start) {
            return Some(heading.clone());
        }
        let above = source.get(..list.start)?;
        if before.trim_matches([' ', '\t', '>']).is_empty() {
            // Behind a blank line, it belongs to what follows or to what stands before.
            let blocks = if before.is_empty() {
                &self.outer
            } else {
                &self.inner
            };
            let own = around(blocks, list.start)?;
            let text = above.trim_end_matches([' ', '\t', '>', '\n', '\r']);
            if own.start < text.len() {
                return Some(own.start..own.end.max(list.end));
            }
            let previous = blocks.get(
                blocks
                    .partition_point(|block| block.start < own.start)
                    .checked_sub(1)?,
            )?;
            let next = blocks.get(blocks.partition_point(|block| block.start < own.end));
            let is_near = above.get(text.len()..)?.matches('\n').count() < 2;
            let is_followed = !source.get(list.end..own.end)?.trim().is_empty();
            return Some(match next {
                _ if !is_near && is_followed => own.clone(),
                Some(next) if !is_near => list.start..next.end,
                _ => previous.start..list.end,
            });
        }
        if above.ends_with(']')
            && let Some(open) = opening(above.as_bytes())
        {
            return Some(open..list.end);
        }
        let first = self.inline.partition_point(|range| range.end < list.start);
        let inline = self
            .inline
            .get(first)
            .filter(|range| range.end == list.start);
        Some(match inline {
            Some(inline) => inline.start..list.end,
            None => around(&self.inner, list.start)?.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::dialects::tests::translated;

    #[test]
    fn what_lists_hide_goes() {
        for (body, expected) in [
            ("a\n\n::: {.hidden}\nb\n:::\n\nc\n", "a\n\n\nc\n"),
            ("::: {style=\"display: none\"}\nb\n:::\nc\n", "c\n"),
            (
                "::: {.content-hidden when-format=\"html\"}\n\nb\n\n:::\n\nc\n",
                "\nc\n",
            ),
            (
                "::: {.content-visible unless-format=\"html\"}\nb\n:::\n\nc\n",
                "\nc\n",
            ),
            ("::: hidden\nb\n", ""),
            ("a [b *c*]{.hidden} d\n", "a  d\n"),
            ("a *b*{: style=\"display:none\"} c\n", "a  c\n"),
            ("a\n\nb\n{: .hidden}\n\nc\n", "a\n\nc\n"),
            ("- a\n- b\n{: hidden=\"hidden\"}\n\nc\n", "c\n"),
            ("```\na\n```\n{: .hidden}\n\nc\n", "\nc\n"),
            ("a\n\n{: .hidden}\nb\n\nc\n", "a\n\nc\n"),
            ("## a {.hidden}\n\nc\n", "c\n"),
            (
                "::: {.content-visible when-profile=\"internal\"}\nb\n:::\n\nc\n",
                "\nc\n",
            ),
            ("a [b]{.content-visible when-meta=\"draft\"} c\n", "a  c\n"),
            ("::: {.hidden when-format=\"x\"}\nb\n:::\n\nc\n", "\nc\n"),
            ("```{.python .hidden}\nb\n```\n\nc\n", "\nc\n"),
            (
                "```{.content-hidden when-format=\"html\"}\nb\n```\n\nc\n",
                "\nc\n",
            ),
            ("```{r, include=FALSE}\nb\n```\n\nc\n", "\nc\n"),
            ("```{r a, include = F}\nb\n```\n\nc\n", "\nc\n"),
            (
                "```{python}\n#| label: a\n#| include: false\nb\n```\n\nc\n",
                "\nc\n",
            ),
            (
                "```{code-cell} python\n:tags: [remove-cell]\nb\n```\n\nc\n",
                "\nc\n",
            ),
        ] {
            assert_eq!(translated(body), expected, "from {body:?}");
        }
        let deep = ":::: {.x}\n".repeat(20) + "::: {.hidden}\nb\n:::\n";
        assert!(!translated(&deep).contains('b'));
    }

    #[test]
    fn what_lists_show_stays() {
        for body in [
            "::: {.content-hidden when-format=\"pdf\"}\na\n:::\n",
            "::: {.content-visible when-format=\"html\"}\na\n:::\n",
            "`[a]{.hidden}` and {hidden files} of f(x){ hidden }\n",
            "```\n::: {.hidden}\n:::\n```\n",
            "a {.notice} b\n{: .hidden-xs}\n",
            "```r\n#| include: false\n```\n",
            "```{r, include=TRUE}\na\n```\n",
        ] {
            let document = Document::parse(body);
            assert!(find(&Page::of(&document, false)).is_empty(), "{body:?}");
        }
    }
}
