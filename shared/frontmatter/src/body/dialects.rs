//! Other programs' Markdown, rewritten to Markdown that every program reads (2.9.14).
//!
//! The rules run before titles and links are read, and whatever they write is cleaned like an author's own text. One
//! rule is applied at a time, and the result is read again: hidden text that a rule brings together is taken out.

mod abbreviations;
mod admonitions;
mod attribute_lists;
mod bars;
mod callout;
mod citations;
mod components;
mod concealed;
mod containers;
mod contents;
mod definition_lists;
mod drawn_tables;
mod emoji_names;
mod footnotes;
mod frames;
mod hard_blanks;
mod info_strings;
mod inline_fields;
mod inline_marks;
mod line_blocks;
mod logseq;
mod outside_code;
mod page;
mod pictures;
mod placeholders;
mod shortcodes;
mod unquoted;
mod videos;

use std::ops::Range;

use super::flavour::is_obsidian;
use super::invariant;
use super::options::CleanOptions;
use crate::diagnostics::Warnings;
use crate::hidden::{self, Comment, Hidden, hidden_html};
use crate::markdown::edits::{Splice, apply};
use crate::markdown::lines::without_lone_returns;
use crate::markdown::{Bodies, Document, Edit};
use page::Page;

/// Readings after which what is left of other programs' marks stays as it is.
const MAX_PASSES: usize = 24;

/// What becomes of one kind of marks.
struct Rule {
    /// Without any of these in the document there is nothing to do.
    marks: &'static [&'static str],
    rewrite: fn(&Page<'_, '_>, &mut Splice, &mut Warnings),
    #[cfg(test)]
    example: (&'static str, &'static str),
}

/// The rules, in the order in which they are applied: what encloses goes before what it encloses.
static RULES: &[Rule] = &[
    Rule {
        marks: &["{{<", "{{%", "{%", "{{ "],
        rewrite: shortcodes::rewrite,
        #[cfg(test)]
        example: (
            "{% hint style=\"info\" %}\nBees dance.\n{% endhint %}\n",
            "> [!info]\n> Bees dance.\n\n",
        ),
    },
    Rule {
        marks: &["```", "~~~"],
        rewrite: info_strings::rewrite,
        #[cfg(test)]
        example: (
            "``` {.python}\nprint(1)\n```\n",
            "```python\nprint(1)\n```\n",
        ),
    },
    Rule {
        marks: &[":::"],
        rewrite: containers::rewrite,
        #[cfg(test)]
        example: (":::tip\nUse tab.\n:::\n", "> [!tip]\n> Use tab.\n\n"),
    },
    Rule {
        marks: &["!!! ", "??? ", "???+ ", "=== \""],
        rewrite: admonitions::rewrite,
        #[cfg(test)]
        example: ("!!! note\n    Mind.\n", "> [!note]\n> Mind.\n"),
    },
    Rule {
        marks: &["+-", "-- --"],
        rewrite: drawn_tables::rewrite,
        #[cfg(test)]
        example: (
            "  A      B\n  --- ----\n  1      2\n",
            "  | A | B |\n  | :--- | ---: |\n  | 1 | 2 |\n",
        ),
    },
    Rule {
        marks: &["\n:", "\n :", "\n  :"],
        rewrite: definition_lists::rewrite,
        #[cfg(test)]
        example: (
            "Term\n:   what it means\n",
            "<dl>\n<dt>\n\nTerm\n\n</dt>\n<dd>\n\nwhat it means\n\n</dd>\n</dl>\n",
        ),
    },
    Rule {
        marks: &["| ", ") ", ". "],
        rewrite: line_blocks::rewrite,
        #[cfg(test)]
        example: ("a) one\nb) two\n", "a) one\\\nb) two\n"),
    },
    Rule {
        marks: &["<"],
        rewrite: unquoted::rewrite,
        #[cfg(test)]
        example: ("A <img src=img/a.png>\n", "A <img src=\"img/a.png\">\n"),
    },
    Rule {
        marks: &["<", "import ", "export "],
        rewrite: components::rewrite,
        #[cfg(test)]
        example: ("<Tip>\nUse tab.\n</Tip>\n", "> [!tip]\n> Use tab.\n\n"),
    },
    Rule {
        marks: &[":: ", "{{", "((", "#+"],
        rewrite: logseq::rewrite,
        #[cfg(test)]
        example: ("- a\n  collapsed:: true\n", "- a\n"),
    },
    Rule {
        marks: &contents::WORDS,
        rewrite: contents::rewrite,
        #[cfg(test)]
        example: ("a\n\n[TOC]\n\nb\n", "a\n\n\nb\n"),
    },
    Rule {
        marks: &["{"],
        rewrite: attribute_lists::rewrite,
        #[cfg(test)]
        example: ("Mind.\n{: .notice}\n", "Mind.\n"),
    },
    Rule {
        marks: &[":: ", "[name="],
        rewrite: inline_fields::rewrite,
        #[cfg(test)]
        example: (
            "- [ ] Buy pens [due:: 2024-03-05]\n",
            "- [ ] Buy pens due: 2024-03-05\n",
        ),
    },
    Rule {
        marks: &["*["],
        rewrite: abbreviations::rewrite,
        #[cfg(test)]
        example: (
            "An API.\n\n*[API]: Interface\n",
            "An <abbr title=\"Interface\">API</abbr>.\n\n",
        ),
    },
    Rule {
        marks: &["#\u{a0}", "#\u{3000}"],
        rewrite: hard_blanks::rewrite,
        #[cfg(test)]
        example: ("##\u{a0}Bees\n", "## Bees\n"),
    },
    Rule {
        marks: &["++", "^", "~", "{--", "{=="],
        rewrite: inline_marks::rewrite,
        #[cfg(test)]
        example: (
            "H~2~O on the 19^th^\n",
            "H<sub>2</sub>O on the 19<sup>th</sup>\n",
        ),
    },
    Rule {
        marks: &["(@", "[@", "[-@"],
        rewrite: citations::rewrite,
        #[cfg(test)]
        example: ("(@) Bees dance.\n", "(1) Bees dance.\n"),
    },
    Rule {
        marks: &["[["],
        rewrite: bars::rewrite,
        #[cfg(test)]
        example: (
            "| A | B |\n|---|---|\n| a | [[b|c]] |\n",
            "| A | B |\n|---|---|\n| a | [[b\\|c]] |\n",
        ),
    },
    Rule {
        marks: &["^["],
        rewrite: footnotes::rewrite,
        #[cfg(test)]
        example: (
            "Moths come.^[Nobody knows why.]\n",
            "Moths come.[^note-1]\n\n[^note-1]: Nobody knows why.\n",
        ),
    },
    Rule {
        marks: &["<"],
        rewrite: frames::rewrite,
        #[cfg(test)]
        example: (
            "<iframe src=\"https://www.youtube.com/embed/abc\" title=\"Bees\"></iframe>\n",
            "[Bees](https://www.youtube.com/watch?v=abc)\n",
        ),
    },
    Rule {
        marks: &["!["],
        rewrite: pictures::rewrite,
        #[cfg(test)]
        example: (
            "![clip](https://e.org/a.mp4)\n",
            "[clip](https://e.org/a.mp4)\n",
        ),
    },
    Rule {
        marks: &[":"],
        rewrite: emoji_names::rewrite,
        #[cfg(test)]
        example: ("Fast :rocket:\n", "Fast 🚀\n"),
    },
    Rule {
        marks: &["<"],
        rewrite: placeholders::rewrite,
        #[cfg(test)]
        example: ("Send <token>\n", "Send &lt;token>\n"),
    },
];

/// The edits of the first rule that finds something.
pub(crate) fn edits(
    document: &Document<'_>,
    is_obsidian: bool,
    warnings: &mut Warnings,
) -> Vec<Edit> {
    found(document, is_obsidian, warnings, &Bodies::default()).edits
}

/// What one reading finds.
#[derive(Default)]
struct Found<'a> {
    edits: Vec<Edit>,
    /// What the edits make of the document, where that was read to see that they keep its code.
    read: Option<Document<'a>>,
}

impl Found<'_> {
    /// Edits of which nothing is read yet.
    fn unread(edits: Vec<Edit>) -> Self {
        Self { edits, read: None }
    }
}

fn found<'a>(
    document: &Document<'a>,
    is_obsidian: bool,
    warnings: &mut Warnings,
    bodies: &'a Bodies,
) -> Found<'a> {
    let may_apply = |rule: &&Rule| rule.marks.iter().any(|mark| document.has(mark));
    let mut rules = RULES.iter().filter(may_apply).peekable();
    if document.too_complex || rules.peek().is_none() {
        return Found::default();
    }
    let page = Page::of(document, is_obsidian);
    // First and by itself, as all that is hidden.
    let hidden = concealed::find(&page);
    if !hidden.is_empty() {
        return Found::unread(hidden::splice(document.source, &hidden, warnings));
    }
    let mut left = Warnings::default();
    for rule in rules {
        let mut splice = Splice::default();
        let mut told = Warnings::default();
        (rule.rewrite)(&page, &mut splice, &mut told);
        let edits = splice.into_edits(document.source);
        let read = (!edits.is_empty())
            .then(|| with_its_code(document, &edits, bodies))
            .flatten();
        if read.is_some() {
            let comments = touched(document, &edits);
            if !comments.is_empty() {
                return Found::unread(hidden::splice(document.source, &comments, warnings));
            }
            warnings.extend(told, |at| at);
            return Found { edits, read };
        }
        left.extend(told, |at| at);
    }
    // What no rule changes is told by the last reading.
    warnings.extend(left, |at| at);
    Found::default()
}

/// The comments of HTML that edits would take a part of, which would show the rest, or write anew: these go first.
fn touched(document: &Document<'_>, edits: &[Edit]) -> Vec<Comment> {
    let is_edited = |range: &Range<usize>| {
        let first = edits.partition_point(|edit| edit.range.end <= range.start);
        let edit = edits.get(first);
        edit.is_some_and(|edit| edit.range.start < range.end)
    };
    // As a rule no edit touches any.
    if !hidden_html::may_be_comments(document, is_edited) {
        return Vec::new();
    }
    let mut comments = hidden_html::comments(document);
    comments.retain(|comment| is_edited(&comment.range));
    comments
}

/// What the edits make of the document, read without mathematics; `None` where code is code no more that none of them takes
/// out. There, another rule may come first.
fn with_its_code<'a>(
    document: &Document<'a>,
    edits: &[Edit],
    bodies: &'a Bodies,
) -> Option<Document<'a>> {
    let document = document.plain();
    let code = invariant::code(document);
    let expected = invariant::expected(&code, edits);
    let changed = bodies.keep(apply(document.source, edits));
    let changed = document.edited_without_math(changed, edits);
    let keeps_code =
        !changed.too_complex && invariant::holds(&expected, &invariant::code(&changed));
    keeps_code.then_some(changed)
}

/// The body in Markdown alone, and read again; `None` where it is that already.
pub(crate) fn translate<'a>(
    document: &Document<'a>,
    options: &CleanOptions<'_>,
    bodies: &'a Bodies,
) -> Option<(Hidden, Document<'a>)> {
    // What an earlier conversion has left of such marks may stand in a body that had to be escaped.
    if options.emitted_before {
        return None;
    }
    if let Some(source) = without_lone_returns(document.source) {
        return translate_lines(&Document::parse(bodies.keep(source)), options, bodies);
    }
    translate_lines(document, options, bodies)
}

fn translate_lines<'a>(
    document: &Document<'a>,
    options: &CleanOptions<'_>,
    bodies: &'a Bodies,
) -> Option<(Hidden, Document<'a>)> {
    let mut warnings = Warnings::default();
    let is_obsidian = is_obsidian(document, options);
    let mut told = Warnings::default();
    let mut found = found(document, is_obsidian, &mut told, bodies);
    if found.edits.is_empty() {
        return None;
    }
    let mut translated = Hidden::of(document.source);
    let mut again: Option<Document<'a>> = None;
    let mut passes = 0;
    while !found.edits.is_empty() && passes < MAX_PASSES {
        passes += 1;
        warnings.extend(std::mem::take(&mut told), |at| translated.back(at));
        translated.apply(&found.edits);
        let document = if let Some(read) = found.read {
            read.with_any_math()
        } else {
            let body = bodies.keep(translated.body.clone());
            let before = again.as_ref().unwrap_or(document);
            before.edited(body, &found.edits)
        };
        let comments = hidden::find(&document);
        found = if comments.is_empty() {
            self::found(&document, is_obsidian, &mut told, bodies)
        } else {
            Found::unread(hidden::splice(&translated.body, &comments, &mut told))
        };
        again = Some(document);
    }
    translated.report(warnings).zip(again)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::tests::{context, options};
    use crate::context::Flavor;

    /// A body after the rules, before anything else looks at it.
    pub(crate) fn translated(body: &str) -> String {
        let context = context(Flavor::Auto);
        let bodies = Bodies::default();
        let translated = translate(&Document::parse(body), &options(&context), &bodies);
        translated.map_or_else(|| body.to_owned(), |(translated, _)| translated.body)
    }

    #[test]
    fn every_rule_does_what_its_example_says() {
        for rule in RULES {
            let (before, after) = rule.example;
            assert_eq!(translated(before), after, "from {before:?}");
            assert_eq!(translated(after), after, "again");
            assert!(
                rule.marks.iter().any(|mark| before.contains(mark)),
                "{before:?}"
            );
        }
    }
}
