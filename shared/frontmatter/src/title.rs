//! The title: which heading, picture or file name names the document (2.5).

mod fallbacks;
mod headings;
mod picture;
mod ranked;
mod removal;
mod said;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::markdown::html::tokens::{TokenKind, tokens};
use crate::markdown::{Document, Edit};
use crate::outline::{Block, Kind};
use crate::prose::{collapse, cut_at_word, is_placeholder};
use crate::report::Source;
use crate::slugger::{is_slug_of, slug};

pub(crate) use ranked::FileName;
use ranked::Found;
use removal::removal;
use said::heading_text;

/// Longest title that is derived, in characters.
const MAX_TITLE_CHARS: usize = 200;

/// The title, its source, and what leaves the body because of it.
#[derive(Debug)]
pub(crate) struct Title {
    pub(crate) text: String,
    pub(crate) source: Source,
    /// Bytes of the body that end where the title's block ends; the description is looked for after it.
    pub(crate) end: usize,
    /// Deletions that take the heading out of the body. Images inside it that are no badges are
    /// left where they stand, so that later edits may still rewrite their destinations.
    pub(crate) removal: Vec<Edit>,
    /// Ids that lead to that heading, and to nothing else.
    pub(crate) removed_ids: Vec<String>,
}

/// Finds the title. `author` is the frontmatter's own title where there is a usable one.
pub(crate) fn find(
    document: &Document<'_>,
    blocks: &[Block<'_>],
    author: Option<&str>,
    file: FileName<'_>,
) -> Title {
    let source = document.source;
    let first = || blocks.iter().find(|block| block.kind == Kind::Heading(1));
    let is_unfilled = |block: &Block<'_>| is_placeholder(&heading_text(block));
    if let Some(author) = author {
        let says_it = |block: &Block<'_>| folded(&heading_text(block)) == folded(author);
        let own = first().filter(|block| says_it(block) || is_unfilled(block));
        let text = author.to_owned();
        return Title::new(text, Source::Frontmatter, own, blocks, source);
    }
    match ranked::find(blocks, file) {
        Found::Heading(block) => {
            let said = heading_text(block);
            let exact = file
                .name
                .filter(|name| file.is_export && folded(name) == folded(&said));
            let text = written(exact.unwrap_or(&said));
            Title::new(text, Source::Heading, Some(block), blocks, source)
        }
        Found::Text { text, from, end } => {
            let unfilled = first().filter(|block| is_unfilled(block));
            let found = Title::new(written(&text), from, unfilled, blocks, source);
            let end = end.max(found.end);
            Title { end, ..found }
        }
    }
}

impl Title {
    /// A title that may have a heading of its own.
    fn new(
        text: String,
        from: Source,
        heading: Option<&Block<'_>>,
        blocks: &[Block<'_>],
        source: &str,
    ) -> Self {
        Self {
            text,
            source: from,
            end: heading.map_or(0, |block| block.range.end),
            removal: heading.map_or_else(Vec::new, |block| removal(source, block)),
            removed_ids: heading.map_or_else(Vec::new, |block| ids(source, block, blocks)),
        }
    }
}

/// A derived title: cut, and with the emoji that `:shortcodes:` stand for.
fn written(text: &str) -> String {
    cut_at_word(&collapse(&crate::emoji::shown(text)), MAX_TITLE_CHARS)
}

/// Ids by which links find a heading: the one made of its text, unless another heading has it too,
/// and those that HTML in it sets.
fn ids(source: &str, heading: &Block<'_>, blocks: &[Block<'_>]) -> Vec<String> {
    let own = slug(&heading.text());
    let is_shared = blocks.iter().any(|block| {
        matches!(block.kind, Kind::Heading(_))
            && block.range != heading.range
            && is_slug_of(&own, &block.text())
    });
    let set = tokens(source.get(heading.range.clone()).unwrap_or_default());
    let set = set.filter_map(|token| match token.kind {
        TokenKind::Open(tag) => Some(tag.attributes),
        _ => None,
    });
    let set = set
        .flatten()
        .filter(|attribute| matches!(attribute.name.as_ref(), "id" | "name"))
        .filter_map(|attribute| attribute.value.map(Cow::into_owned));
    Some(own)
        .filter(|own| !own.is_empty() && !is_shared)
        .into_iter()
        .chain(set)
        .collect()
}

/// For comparing titles: compatibility forms, case and white space don't count.
fn folded(text: &str) -> String {
    collapse(&text.nfkc().flat_map(char::to_lowercase).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outline::blocks;

    fn found(text: &str, author: Option<&str>) -> Title {
        let document = Document::parse(text);
        find(&document, &blocks(&document), author, FileName::default())
    }

    fn title(text: &str) -> (String, Source) {
        let title = found(text, None);
        (title.text, title.source)
    }

    fn removed(text: &str, author: Option<&str>) -> String {
        let title = found(text, author);
        let mut out = text.to_owned();
        for edit in title.removal.iter().rev() {
            out.replace_range(edit.range.clone(), &edit.replacement);
        }
        out
    }

    #[test]
    fn headings_name_a_document() {
        for (text, expected) in [
            ("# Flask Backend \n", "Flask Backend"),
            ("My *Big*\nProject\n=======\n", "My Big Project"),
            (
                "# `code` and [link](x) &amp; more ##\n",
                "code and link & more",
            ),
            ("# ![Acme Logo](logo.svg)\n", "Acme"),
            (
                "# app [![npm](https://img.shields.io/npm/v/app.svg)](https://npm.im/app)\n",
                "app",
            ),
            (
                "<div align=\"center\">\n<img src=\"x.png\" alt=\"x\">\n<h1>The <b>Tool</b></h1>\n</div>\n",
                "The Tool",
            ),
            ("<h1 align=\"center\">\n\nTool\n\n</h1>\n", "Tool"),
            ("# Tool :hammer: of 12:30\n", "Tool 🔨 of 12:30"),
            ("# 👋\n\n# Tool\n", "Tool"),
            ("# Tool ·[![b](https://img.shields.io/x)](y)\n", "Tool"),
            ("# 工具：\n", "工具"),
            ("# Tool-kit[1]\n", "Tool-kit"),
            ("# Tool :wood:\n", "Tool 🪵"),
            ("# Tool :nosuch:\n", "Tool :nosuch:"),
            ("#Tool\n\nText of it.\n", "Tool"),
            (
                "![](x.gif)\n\n[EN](README.md) | FR\n\n### [Tool - du bois](x)\n\nTexte.\n",
                "Tool - du bois",
            ),
            ("#tool #wood\n\nText of it.\n", "Untitled"),
            (
                "## ℹ️ About this tool?\n\nText of it.\n\nThe Tool is a thing.\n",
                "Tool",
            ),
            ("# std::\n", "std::"),
            (
                "# NAME\n\nTool::Kit - cuts wood\n\n# SYNOPSIS\n",
                "Tool::Kit",
            ),
            ("# Latest Updates -- more\n\n# Tool\n", "Tool"),
            ("Tool Kit is a set of tools.\n\n## Usage\n", "Tool Kit"),
            (
                "It has been released at last.\n\n## News\n\n```sh\nx\n```\n\n# Tool\n\n## Usage\n",
                "Tool",
            ),
            ("This is a set of tools.\n\n## Usage\n", "Untitled"),
            ("**Набор** — это инструменты.\n\n## Usage\n", "Набор"),
            ("# 一、前言\n\nText of it.\n", "一、前言"),
            ("# Setup\n\nText of it.\n", "Setup"),
            ("# 🎉\n\nx y z w\n", "🎉"),
            ("# ---\n\nText of it.\n", "Untitled"),
            (
                "# Meeting with [[Anna|our chair]]\n",
                "Meeting with our chair",
            ),
            ("# Trip to [[Köln]] {{date}}\n", "Trip to Köln"),
            ("# `[[bin]]` tables\n", "[[bin]] tables"),
            ("# Standup <% tp.date.now() %>\n", "Standup"),
            ("# Using {{mustaches}}\n", "Using {{mustaches}}"),
            ("# Trip 1f2e3d4c5b6a79880123456789abcdef\n", "Trip"),
            ("## ![logo](x.png)\n\nText of it.\n", "Untitled"),
            (
                "<h2 align=\"center\"><a href=\"x\">Tool: Cutting Wood</a></h2>\n\nText\n",
                "Tool: Cutting Wood",
            ),
            ("# Table of Contents\n\n- [a](#a)\n\n# Tool\n", "Tool"),
            ("## Only a second level\n\nText.\n", "Only a second level"),
            (
                "![Acme logo](logo.png)\n\nText of it.\n\n## Install\n",
                "Acme",
            ),
            ("<!-- # No -->\n\n```md\n# Not this\n```\n", "Untitled"),
            (
                "A fast thing for people.\n\n## Usage\n\n```sh\nx\n```\n\n# Install\n",
                "Untitled",
            ),
            (
                "Some words of a preface here.\n\n# The Title\n",
                "The Title",
            ),
            (
                "<h2 align=\"center\">A tagline of it</h2>\n\nText\n",
                "Untitled",
            ),
        ] {
            assert_eq!(title(text).0, expected, "{text}");
        }
    }

    #[test]
    fn a_section_names_no_document() {
        let tagline = "<p align=\"center\">\n<img src=\"l.svg\" alt=\"axe - cuts wood\">\nA tool that cuts wood.\n</p>\n\n### Cutting\n\nIt cuts.\n";
        let preface = "A tool that cuts wood.\n\nIt does so with an axe.\n\n# Help\n\n# Donations\n\n# Sponsors\n";
        let sentence = format!("![Axe Logo](l.png)\n\n### {}\n", "word ".repeat(13));
        for (text, hint, expected) in [
            (tagline, Some("axe"), "axe"),
            (tagline, None, "axe"),
            (tagline, Some("Jane Doe"), "Jane Doe"),
            (tagline, Some("Cut"), "Cutting"),
            (preface, Some("axe"), "axe"),
            (
                "Text that is a preface.\n\nMore of it.\n\n# Axe\n",
                Some("x"),
                "Axe",
            ),
            (&sentence, Some("axe"), "Axe"),
            ("## NOTICE\n\nText.\n", Some("axe"), "axe"),
            ("## About the Axe\n\nText.\n", Some("axe"), "axe"),
            (
                "<p align=\"center\"><img src=\"l.svg\" alt=\"Axe\"></p>\n<h3 align=\"center\">a <img src=\"i.svg\" alt=\"Iron\"> project</h3>\n",
                Some("axe"),
                "Axe",
            ),
            ("### The Tool\n\nText.\n", Some("axe"), "The Tool"),
            ("## Contributing and so on\n\nText.\n", Some("axe"), "axe"),
            (
                "在入门到熟悉的过程中，用到了很多。\n\n## A\n\n# B\n",
                Some("axe"),
                "axe",
            ),
        ] {
            let document = Document::parse(text);
            let file = FileName {
                name: hint,
                ..FileName::default()
            };
            let title = find(&document, &blocks(&document), None, file);
            assert_eq!(title.text, expected, "{text} {hint:?}");
        }
    }

    #[test]
    fn a_picture_names_what_its_words_name() {
        for (alt, hint, expected) in [
            (
                "Material for MkDocs",
                "mkdocs-material",
                "Material for MkDocs",
            ),
            ("Featured｜Axe", "Axe", "Axe"),
            ("axe_logo", "axe", "axe"),
            ("Axe website", "axe", "Axe"),
            ("Wood of the axe in a forest", "axe", "axe"),
        ] {
            let text = format!("![{alt}](x.png)\n");
            let document = Document::parse(&text);
            let file = FileName {
                name: Some(hint),
                ..FileName::default()
            };
            let title = find(&document, &blocks(&document), None, file);
            assert_eq!(title.text, expected, "{alt}");
        }
    }

    #[test]
    fn the_heading_goes_and_its_pictures_stay() {
        assert_eq!(removed("# T\n\nText\n", None), "Text\n");
        assert_eq!(removed("T\n=\nText\n", None), "Text\n");
        assert_eq!(
            removed("# ![Acme Logo](logo.svg)\n\nText\n", None),
            "![Acme Logo](logo.svg)\n\nText\n"
        );
        assert_eq!(
            removed("# [![L](l.png)](x) Name\n\nText\n", None),
            "[![L](l.png)](x)\n\nText\n"
        );
        assert_eq!(
            removed("<h1>T <img src=\"a.png\"></h1>\n\nText\n", None),
            "<img src=\"a.png\">\n\nText\n"
        );
        assert_eq!(removed("# My App\n\nText\n", Some("my  app")), "Text\n");
        assert_eq!(
            removed("# My App\n\nText\n", Some("Guide")),
            "# My App\n\nText\n"
        );
    }

    #[test]
    fn links_to_other_sites_stay_where_the_heading_was() {
        for (text, expected) in [
            (
                "# [Our Arm](https://arm.example)\n\nText\n",
                "[Our Arm](https://arm.example)\n\nText\n",
            ),
            (
                "# **[Axe](https://a.example)** by [Ann](mailto:ann@a.example) #\n\nText\n",
                "[Axe](https://a.example) [Ann](mailto:ann@a.example)\n\nText\n",
            ),
            (
                "Few words\n# [Axe](https://a.example)\n---\n",
                "Few words\n\n[Axe](https://a.example)\n\n---\n",
            ),
            (
                "# [Axe](https://a.example)\r\nText\r\n",
                "[Axe](https://a.example)\r\n\r\nText\r\n",
            ),
            (
                "[Axe][a]\n===\n\n[a]: https://a.example\n",
                "[Axe][a]\n\n[a]: https://a.example\n",
            ),
            (
                "# [![L](l.png) Axe](https://a.example)\n",
                "[![L](l.png) Axe](https://a.example)\n",
            ),
            (
                "# <a href=\"https://a.example\">Axe</a> <kbd>x</kbd>\n",
                "<a href=\"https://a.example\">Axe</a>\n",
            ),
            (
                "<h1 align=\"center\"><a href=\"https://a.example\"><img src=\"l.png\"></a> <a href=\"https://b.example\">Axe</a></h1>\n\nText\n",
                "<a href=\"https://a.example\"><img src=\"l.png\"></a><a href=\"https://b.example\">Axe</a>\n\nText\n",
            ),
        ] {
            assert_eq!(removed(text, None), expected, "{text}");
        }
    }

    #[test]
    fn links_to_the_page_and_badges_go_with_the_heading() {
        for heading in [
            "# [Axe](#axe)",
            "# [Axe](README.md)",
            "# Axe [¶](https://a.example/#axe)",
            "# Axe [![b](https://img.shields.io/x)](https://ci.example)",
            "# [Axe](javascript:alert\\(1\\))",
            "# Axe `<a href=\"https://a.example\">` and `</a>`",
            "# <a href=\"https://a.example\">Axe",
            "<h1><a href=\"#axe\">Axe</a></h1>\n",
        ] {
            let left = removed(&format!("{heading}\n\nText\n"), None);
            assert_eq!(left.trim_start(), "Text\n", "{heading}");
        }
    }

    #[test]
    fn a_section_names_what_nothing_else_names() {
        for (text, expected) in [
            (
                "# Setup {#setup}\n\nText.\n\n## Motors {#motors}\n\nText.\n",
                "Setup {#setup}",
            ),
            ("# Installation\n\n## Linux\n\n## Windows\n", "Installation"),
            (
                "![b](https://img.shields.io/x)\n\n[Home](/)\n\n# Introduction\n\nText.\n\n### A\n",
                "Introduction",
            ),
            ("# 目录\n\n## 一\n\n## 二\n", "目录"),
            ("# Setup\n\nText.\n\n# Usage\n\nText.\n", "Untitled"),
            ("## Setup\n\nText.\n\n## Motors\n", "Untitled"),
            ("Some words of a preface here.\n\n# Setup\n", "Untitled"),
            ("# Setup\n\nText.\n\n# Arm\n", "Arm"),
        ] {
            assert_eq!(title(text).0, expected, "{text}");
        }
    }

    #[test]
    fn a_file_s_name_goes_before_the_first_of_its_sections() {
        let note = |name| FileName {
            name: Some(name),
            is_own: true,
            ..FileName::default()
        };
        let board = FileName {
            is_board: true,
            ..note("Robot board")
        };
        let export = FileName {
            is_export: true,
            ..note("Field Report")
        };
        let member = FileName {
            name: Some("Jane Doe"),
            ..FileName::default()
        };
        let sections = "# Rules\n\nThey hold.\n\n# Frames\n\nThey hold.\n\n# Nets\n\nThey hold.\n";
        for (text, file, expected) in [
            (
                "## Rules\n\nEat.\n\n## Results\n\nSee.\n",
                note("diet"),
                "diet",
            ),
            (sections, note("Knowledge"), "Knowledge"),
            (
                "# Rules\n\nText.\n\n# Frames\n\nText.\n",
                note("rules"),
                "Rules",
            ),
            ("## To do\n\n- [ ] Order motors\n", board, "Robot board"),
            (
                "# <% tp.file.title %>\n\nText.\n",
                note("Meeting"),
                "Meeting",
            ),
            ("# Field report\n\nText.\n", export, "Field Report"),
            (
                "# Axe\n\nIt cuts.\n\n# Installation\n\nx\n\n# Usage\n\nx\n",
                note("tool"),
                "Axe",
            ),
            (
                "# Axe\n\nIt cuts.\n\n## Wood\n\nx\n\n## Iron\n\nx\n",
                note("tool"),
                "Axe",
            ),
            ("## Axe\n\nIt cuts.\n\n## Usage\n\nx\n", note("tool"), "Axe"),
            (
                "# Axe\n\n<h1><img src=\"l.png\" alt=\"A\"></h1>\n\nIt cuts.\n\n# Wood\n\n# Iron\n",
                note("tool"),
                "Axe",
            ),
            ("## Axe\n\nIt cuts.\n\n### Wood\n\nx\n", note("tool"), "Axe"),
            ("## Rules\n\nEat.\n\n## Results\n\nSee.\n", member, "Rules"),
            (sections, member, "Rules"),
        ] {
            let document = Document::parse(text);
            let title = find(&document, &blocks(&document), None, file);
            assert_eq!(title.text, expected, "{text} {file:?}");
        }
        assert_eq!(
            removed("# <% tp.file.title %>\n\nText\n", Some("A")),
            "Text\n"
        );
    }

    #[test]
    fn long_titles_are_cut_at_a_word() {
        let (text, _) = title(&format!("# {}\n", "word ".repeat(60)));
        assert!(
            text.chars().count() <= MAX_TITLE_CHARS && text.ends_with("word…"),
            "{text}"
        );
    }
}
