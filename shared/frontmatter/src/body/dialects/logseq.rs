//! Pages of Logseq: properties of blocks, macros, `#+BEGIN_NOTE`, tasks.

use std::ops::Range;

use super::attribute_lists::own_line;
use super::callout::{self, Boxed, before_in_line};
use super::page::{Page, plain};
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;
use crate::markdown::url;

/// Properties that say how Logseq shows a block, and how those begin that belong to its plug-ins.
const PROPERTIES: [&str; 8] = [
    "background-color",
    "collapsed",
    "created-at",
    "file-path",
    "heading",
    "id",
    "ls-type",
    "updated-at",
];
const PREFIXES: [&str; 5] = ["card-", "hl-", "logseq.", "query-", "template"];
/// Marks of tasks, with what stands for them.
const TASKS: [(&str, &str); 8] = [
    ("TODO ", "[ ] "),
    ("DONE ", "[x] "),
    ("LATER ", "[ ] "),
    ("NOW ", "[ ] "),
    ("DOING ", "[ ] "),
    ("WAITING ", "[ ] "),
    ("CANCELED ", "[-] "),
    ("CANCELLED ", "[-] "),
];

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let has = |mark| page.document.has(mark);
    let before = splice.len();
    if has(":: ") {
        properties(page, splice);
    }
    macros(page, splice, warnings);
    references(page, splice, warnings);
    if has("#+") {
        blocks(page, splice);
    }
    if splice.len() > before {
        tasks(page, splice);
    }
}

/// `collapsed:: true` goes with its line.
fn properties(page: &Page<'_, '_>, splice: &mut Splice) {
    let source = page.document.source;
    for line in page.prose.lines() {
        let text = source.get(line.clone()).unwrap_or_default();
        let Some((before, value)) = text.split_once(":: ") else {
            continue;
        };
        let name = before.trim_start_matches(['-', '*', ' ', '\t', '>']);
        let start = line.start + before.len() - name.len();
        if !is_property(name, value.trim()) || !page.prose.has(start) {
            continue;
        }
        let marker = source.get(line.start..start).unwrap_or_default();
        if marker.contains(['-', '*']) {
            splice.delete(start..line.end);
        } else {
            splice.delete(own_line(source, &(start..line.end)));
        }
    }
}

fn is_property(name: &str, value: &str) -> bool {
    let is_known =
        PROPERTIES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let fits = match name {
        "id" => {
            value.len() == 36
                && value
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        }
        "collapsed" => matches!(value, "true" | "false"),
        "heading" => value == "true" || value.parse::<u8>().is_ok(),
        _ => true,
    };
    is_known && is_name && fits
}

/// `- TODO x` in a page that has such marks.
fn tasks(page: &Page<'_, '_>, splice: &mut Splice) {
    let source = page.document.source;
    for line in page.prose.lines() {
        let text = source.get(line.clone()).unwrap_or_default();
        let Some(item) = text.trim_start().strip_prefix("- ") else {
            continue;
        };
        let start = line.end - item.len();
        let task = TASKS.iter().find(|(mark, _)| item.starts_with(mark));
        if let Some((mark, set)) = task.filter(|_| page.prose.has(start)) {
            splice.replace(start..start + mark.len(), *set);
        }
    }
}

/// `{{video https://…}}` is a link; what another page holds isn't here.
fn macros(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let source = page.document.source;
    for at in page.prose.find("{{") {
        let Some((inside, _)) = callout::piece(source, at + 2).split_once("}}") else {
            continue;
        };
        let Some((name, value)) = inside.split_once(' ') else {
            continue;
        };
        let value = value.trim();
        let written = match name {
            "video" | "youtube" | "vimeo" | "bilibili" | "tweet" | "twitter" | "pdf"
                if value.contains("://") =>
            {
                format!("[{}]({})", plain(value), url::write(value))
            }
            "embed" if value.starts_with("[[") && value.ends_with("]]") => value.to_owned(),
            "cloze" => value.to_owned(),
            "embed" | "query" | "renderer" | "function" => {
                warnings.add(Code::ForeignSyntax, at, inside);
                String::new()
            }
            _ => continue,
        };
        splice.replace(at..at + inside.len() + 4, written);
    }
}

/// `((67bc5cd0-…))` names a block of another page.
fn references(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let source = page.document.source;
    for at in page.prose.find("((") {
        let id = source.get(at + 2..at + 38).unwrap_or_default();
        let ends = source
            .get(at + 38..)
            .is_some_and(|rest| rest.starts_with("))"));
        if ends && is_property("id", id) {
            warnings.add(Code::ForeignSyntax, at, id);
            splice.delete(at..at + 40);
        }
    }
}

/// `#+BEGIN_NOTE … #+END_NOTE`, and quotes alike.
fn blocks(page: &Page<'_, '_>, splice: &mut Splice) {
    let source = page.document.source;
    let mut open: Option<(String, Range<usize>)> = None;
    for line in page.prose.lines() {
        let text = source.get(line.clone()).unwrap_or_default();
        let Some(at) = text.find("#+").filter(|at| page.prose.has(line.start + at)) else {
            continue;
        };
        let mark = text
            .get(at + 2..)
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let range = line.start + at..line.end;
        if let Some(name) = mark.strip_prefix("begin_") {
            let is_first = callout::is_blank_line(before_in_line(source, range.start));
            open = is_first.then(|| (name.to_owned(), range));
        } else if let Some(name) = mark.strip_prefix("end_")
            && let Some((opened, start)) = open.take().filter(|(opened, _)| opened == name)
            && let Some((kind, is_folded)) = callout::kind(&opened)
        {
            let boxed = Boxed {
                open: start,
                close: range,
                kind: Some(kind),
                is_folded,
                title: String::new(),
            };
            boxed.write(page, splice);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn marks_of_logseq_go_or_are_set() {
        for (before, after) in [
            (
                "- ## Usage\n  collapsed:: true\n\t- Open it.\n\t  id:: 67bc5cd0-2a08-41e9-a2c8-04b3c1f31440\n",
                "- ## Usage\n\t- Open it.\n",
            ),
            (
                "- TODO a\n  logseq.order-list-type:: number\n- DONE b\n",
                "- [ ] a\n- [x] b\n",
            ),
            ("- TODO a\n- {{embed [[b]]}}\n", "- [ ] a\n- [[b]]\n"),
            (
                "- {{video https://youtu.be/abc}} and {{embed [[Page]]}}{{query (todo now)}}\n",
                "- [https://youtu.be/abc](https://youtu.be/abc) and [[Page]]\n",
            ),
            ("a ((67bc5cd0-2a08-41e9-a2c8-04b3c1f31440)) b\n", "a  b\n"),
            ("#+BEGIN_TIP\nUse a.\n#+END_TIP\n", "> [!tip]\n> Use a.\n\n"),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn double_colons_elsewhere_stay() {
        for body in [
            "std::vec and Foo:: bar\n",
            "id:: my own\n",
            "- TODO a\n",
            "Say {{ name }} ((twice)).\n",
            "`collapsed:: true`\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
