//! Lists of attributes: Kramdown's `{: .notice}`, pandoc's `{#id .class}` and `[text]{.class}`.

use std::ops::Range;

use super::callout::before_in_line;
use super::page::{Page, around};
use crate::body::policy;
use crate::diagnostics::Warnings;
use crate::hidden::hidden_lists::{WORDS, is_list, list, opening};
use crate::markdown::edits::Splice;
use crate::markdown::html::steps::whole_line;
use crate::slugger::slug;

/// Classes of pandoc's for which there is an element.
const ELEMENTS: [(&str, &str); 3] = [("mark", "mark"), ("ul", "ins"), ("underline", "ins")];
/// Kramdown's extensions that enclose, or set something for the document.
const EXTENSIONS: [&str; 4] = ["{::nomarkdown", "{:/", "{::options", "{::toc"];

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    for at in page.prose.find("{") {
        let Some(list) = list(source, at) else {
            continue;
        };
        let range = at..at + list.len();
        let after = source.get(range.end..).unwrap_or_default();
        if EXTENSIONS
            .iter()
            .any(|extension| list.starts_with(extension))
        {
            splice.delete(whole_line(source, &range));
        } else if let Some(inside) = list.strip_prefix("{:") {
            let inside = inside.trim_end_matches('}');
            if is_list(inside) || is_size(inside) {
                splice.delete(own_line(source, &range));
            }
        } else if is_raw_format(source, at, list) {
            splice.delete(range);
        } else {
            pandoc(page, &range, list, after, splice);
        }
    }
}

/// `{#id .class key=value}` behind a heading, a link, a picture, code, or text in brackets.
fn pandoc(page: &Page<'_, '_>, range: &Range<usize>, list: &str, after: &str, splice: &mut Splice) {
    let source = page.document.source;
    let inside = list.trim_matches(['{', '}']);
    let is_anonymous =
        inside.trim().is_empty() || !is_list(inside) || WORDS.contains(&inside.trim());
    let is_unnumbered = matches!(list, "{-}" | "{.unnumbered}" | "{.unlisted}");
    if is_anonymous && !is_unnumbered {
        return;
    }
    let ends_line = after.trim_start_matches([' ', '#']);
    if (ends_line.is_empty() || ends_line.starts_with(['\n', '\r']))
        && around(&page.headings, range.start).is_some()
    {
        let before = before_in_line(source, range.start);
        let text = before.trim_end();
        let blanks = before.len() - text.len();
        let id = inside
            .split_whitespace()
            .find_map(|word| word.strip_prefix('#'));
        let title = text.trim_start_matches(['#', ' ']);
        let anchor = id
            .filter(|id| slug(title) != **id && policy::renamed(id).is_none())
            .map_or(String::new(), |id| format!(" <a id=\"{id}\"></a>"));
        return splice.replace(range.start - blanks..range.end, anchor);
    }
    let before = source.as_bytes().get(..range.start).unwrap_or_default();
    if before.ends_with(b"]") {
        if let Some(open) = opening(before) {
            let element = ELEMENTS.iter().find(|(class, _)| has_class(inside, class));
            let element = element
                .filter(|_| open + 2 < range.start && around(&page.headings, open).is_none());
            let (start, end) = element.map_or_else(Default::default, |(_, name)| {
                (format!("<{name}>"), format!("</{name}>"))
            });
            splice.replace(open..open + 1, start);
            splice.replace(range.start - 1..range.end, end);
        }
    } else if before.ends_with(b")") || before.ends_with(b"`") {
        splice.delete(range.clone());
    }
}

/// Logseq's `height 200, :width 300`.
fn is_size(inside: &str) -> bool {
    inside.split(", :").all(|part| {
        let (name, number) = part.split_once(' ').unwrap_or_default();
        matches!(name, "height" | "width") && number.parse::<f64>().is_ok()
    })
}

fn has_class(inside: &str, class: &str) -> bool {
    inside
        .split_whitespace()
        .any(|word| word.strip_prefix('.') == Some(class))
}

/// `{=html}` behind code.
fn is_raw_format(source: &str, at: usize, list: &str) -> bool {
    let format = list
        .strip_prefix("{=")
        .and_then(|rest| rest.strip_suffix('}'));
    format.is_some_and(|format| {
        !format.is_empty() && format.bytes().all(|b| b.is_ascii_alphanumeric())
    }) && source.get(..at).is_some_and(|before| before.ends_with('`'))
}

/// A list with its line, where it has the line for itself, or with the blanks before it.
pub(super) fn own_line(source: &str, range: &Range<usize>) -> Range<usize> {
    let rest = source.get(range.end..).unwrap_or_default();
    let text = rest.trim_start_matches([' ', '\t']);
    if !(text.is_empty() || text.starts_with(['\n', '\r'])) {
        return range.clone();
    }
    let after = rest.get(..rest.len() - text.len()).unwrap_or_default();
    let before = before_in_line(source, range.start);
    let text = before.trim_end_matches([' ', '\t']);
    let start = range.start - (before.len() - text.len());
    if !text.is_empty() {
        return start..range.end + after.len();
    }
    // The line break before goes with it: what is left would end the paragraph.
    let lines = source.get(..start).unwrap_or_default();
    let above = lines
        .strip_suffix('\n')
        .map(|above| above.strip_suffix('\r').unwrap_or(above));
    match above {
        Some(above) if !above.is_empty() && !above.ends_with('\n') => {
            above.len()..range.end + after.len()
        }
        _ => whole_line(source, &(start..range.end + after.len())),
    }
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn lists_of_attributes_go() {
        for (before, after) in [
            ("A notice.\n{: .notice}\n\nb\n", "A notice.\n\nb\n"),
            (
                "## Title {#usage}\n\nb\n",
                "## Title <a id=\"usage\"></a>\n\nb\n",
            ),
            ("## My Title {#my-title}\n", "## My Title\n"),
            ("## Title\n{: .no_toc #x}\n", "## Title\n"),
            (
                "[a](https://e.org){:target=\"_blank\"} b\n",
                "[a](https://e.org) b\n",
            ),
            (
                "![a](https://e.org/a.png){ width=50% } b\n",
                "![a](https://e.org/a.png) b\n",
            ),
            ("a [b *c*]{.underline} d\n", "a <ins>b *c*</ins> d\n"),
            (
                "- ![a](https://e.org/a.png){:height 277, :width 297}\n",
                "- ![a](https://e.org/a.png)\n",
            ),
            ("[a]{.mark} [b]{.smallcaps}\n", "<mark>a</mark> b\n"),
            ("# [A]{.underline} b\n", "# A b\n"),
            ("[]{#_Toc1 .anchor}Title\n", "Title\n"),
            ("`a`{.python} and `<br>`{=html}\n", "`a` and `<br>`\n"),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn braces_stay() {
        for body in [
            "It returns {:ok, value} or {:error, x}.\n",
            "A map {:a 1} and a set {a, b}.\n",
            "Use f(x){...} and {name} or {}.\n",
            "`{: .notice}`\n",
            "a\n\n    {: .notice}\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
