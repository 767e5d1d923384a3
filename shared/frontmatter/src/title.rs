//! The title: which heading, picture or file name names the document (2.5).

mod names;
mod picture;
mod removal;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::badge::is_badge;
use crate::blocks::{Block, Kind};
use crate::clean::html_tokens::{TokenKind, tokens};
use crate::derived::suffix_language;
use crate::description::{cut_at_word, words};
use crate::document::{Document, Edit};
use crate::keys::is_placeholder;
use crate::report::Source;
use crate::slugger::{is_slug_of, slug};

use names::{manual_title, old_heading, only_h1, subject};
use picture::{clean_alt, is_generic_alt, picture_title};
use removal::removal;

/// Longest title that is derived, in characters.
const MAX_TITLE_CHARS: usize = 200;
/// Prose that a heading may not follow unless it is the first one, in words.
const PROSE_WORDS: usize = 4;
/// Paragraphs after which one `h1` of several begins a section.
const LONG_PREFACE: usize = 2;
/// Further `h1` that make the first one the heading of a section, if a preface stands before it.
const MANY_HEADINGS: usize = 2;
/// A longer heading is a sentence, where a picture has a name, in words.
const MAX_NAME_WORDS: usize = 12;

/// Headings that name a part of any document.
const GENERIC: [&str; 64] = [
    "table of contents",
    "contents",
    "toc",
    "install",
    "installation",
    "installing",
    "usage",
    "getting started",
    "quick start",
    "quickstart",
    "introduction",
    "intro",
    "about",
    "overview",
    "features",
    "examples",
    "documentation",
    "docs",
    "license",
    "contributing",
    "contributors",
    "sponsors",
    "readme",
    "description",
    "目录",
    "目次",
    "简介",
    "介绍",
    "概述",
    "backers",
    "supporters",
    "news",
    "notice",
    "announcement",
    "disclaimer",
    "important",
    "welcome",
    "setup",
    "updates",
    "latest updates",
    "latest news",
    "what's new",
    "changelog",
    "release notes",
    "前言",
    "安装",
    "使用",
    "使用方法",
    "启动步骤",
    "はじめに",
    "概要",
    "소개",
    "introdução",
    "introducción",
    "introduzione",
    "einleitung",
    "einführung",
    "instalação",
    "instalación",
    "введение",
    "установка",
    "giới thiệu",
    "giriş",
    "kurulum",
];
/// How a first heading begins that is about the document, and not its name.
const QUESTIONS: [&str; 4] = ["what is", "what's", "about ", "why "];

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
    name_hint: Option<&str>,
) -> Title {
    if let Some(author) = author {
        let first = blocks.iter().find(|block| block.kind == Kind::Heading(1));
        let own = first.filter(|block| folded(&heading_text(block)) == folded(author));
        return Title {
            text: author.to_owned(),
            source: Source::Frontmatter,
            end: own.map_or(0, |block| block.range.end),
            removal: own
                .map(|block| removal(document.source, block))
                .unwrap_or_default(),
            removed_ids: own
                .map(|block| ids(document.source, block, blocks))
                .unwrap_or_default(),
        };
    }
    let of_heading = |block: &Block<'_>| Title {
        text: written(&heading_text(block)),
        source: Source::Heading,
        end: block.range.end,
        removal: removal(document.source, block),
        removed_ids: ids(document.source, block, blocks),
    };
    let without_heading = |text: &str, source, end| Title {
        text: written(text),
        source,
        end,
        removal: Vec::new(),
        removed_ids: Vec::new(),
    };
    if let Some((text, end)) = manual_title(blocks) {
        return without_heading(text.trim(), Source::Paragraph, end);
    }
    if let Some(block) = title_heading(blocks) {
        return of_heading(block);
    }
    let first = first_heading(blocks, name_hint);
    let names_it = |first: &&First<'_, '_>| {
        !first.is_after_tagline
            && !is_sentence(&heading_text(first.block))
            && !is_beside_the_name(first.block, name_hint)
    };
    if let Some(first) = first.as_ref().filter(names_it) {
        return of_heading(first.block);
    }
    if let Some((text, end)) = picture_title(blocks, name_hint) {
        return without_heading(&text, Source::ImageAlt, end);
    }
    let hint = name_hint
        .map(crate::keys::collapse)
        .filter(|hint| !hint.is_empty() && !is_readme(hint));
    match (first, hint) {
        (Some(first), None) => of_heading(first.block),
        (Some(first), Some(hint)) if !first.is_after_tagline || says_name(first.block, &hint) => {
            of_heading(first.block)
        }
        (_, Some(hint)) => without_heading(&hint, Source::FileName, 0),
        (None, None) => {
            let text = only_h1(blocks).or_else(|| old_heading(blocks));
            let text = text.map(|text| (text, Source::Heading));
            let text = text.or_else(|| Some((subject(blocks)?, Source::Paragraph)));
            match text {
                Some((text, source)) => without_heading(&text, source, 0),
                None => without_heading("Untitled", Source::Default, 0),
            }
        }
    }
}

/// A derived title: cut, and with the emoji that `:shortcodes:` stand for.
fn written(text: &str) -> String {
    cut_at_word(&crate::emoji::shown(text), MAX_TITLE_CHARS)
}

fn is_sentence(heading: &str) -> bool {
    words(heading) > MAX_NAME_WORDS
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

/// `README`, `readme.zh-CN`, `README_fr`, `index`.
fn is_readme(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let behind = lower
        .strip_prefix("readme")
        .or_else(|| lower.strip_prefix("index"));
    behind.is_some_and(|rest| {
        rest.is_empty() || rest.len() == "_cn".len() || suffix_language(name).is_some()
    })
}

/// The first `h1` that says something, unless the document had long begun.
fn title_heading<'a, 'b>(blocks: &'a [Block<'b>]) -> Option<&'a Block<'b>> {
    let (mut prose, mut structure) = (0_usize, false);
    for (at, block) in blocks.iter().enumerate() {
        match block.kind {
            Kind::Heading(1) => {
                let text = heading_text(block);
                if says_something(&text) && !is_generic(&text) && !is_placeholder(&text) {
                    let further = blocks.iter().skip(at + 1);
                    let begins_section = prose >= LONG_PREFACE
                        && further
                            .filter(|block| block.kind == Kind::Heading(1))
                            .count()
                            >= MANY_HEADINGS;
                    return (!(prose > 0 && structure || begins_section)).then_some(block);
                }
                structure |= !text.is_empty() && !block.centred;
            }
            Kind::Heading(_) => structure |= !block.centred,
            Kind::Code => structure = true,
            Kind::Paragraph | Kind::List if prose < LONG_PREFACE => {
                prose += usize::from(is_prose(block));
            }
            Kind::Paragraph
            | Kind::List
            | Kind::Quote { .. }
            | Kind::Table
            | Kind::Rule
            | Kind::Other => {}
        }
    }
    None
}

/// Four words that aren't mostly links.
fn is_prose(block: &Block<'_>) -> bool {
    let (linked, all) = block.link_share();
    words(&block.text()) >= PROSE_WORDS && linked * 10 < all * 6
}

/// The first heading of any level at the top of a document.
struct First<'a, 'b> {
    block: &'a Block<'b>,
    /// Whether a sentence in the middle of the page stands before it. That says what the document is
    /// about, so its name must have come already, and what follows is a section, unless it says the name.
    is_after_tagline: bool,
}

fn first_heading<'a, 'b>(
    blocks: &'a [Block<'b>],
    name_hint: Option<&str>,
) -> Option<First<'a, 'b>> {
    let mut is_after_tagline = false;
    let is_without_h1 = blocks.iter().all(|block| block.kind != Kind::Heading(1));
    for block in blocks {
        match block.kind {
            Kind::Heading(_) => {
                let text = heading_text(block);
                let tagline = block.html
                    && (block.aligned || block.centred)
                    && block.images().next().is_none()
                    && name_hint.is_none_or(|hint| letters(hint) != letters(&text))
                    && !(is_without_h1 && is_headline(block, &text));
                let is_mute = !says_something(&text) && (block.html || !text.is_empty());
                if tagline || is_mute {
                    continue;
                }
                let names = !text.is_empty()
                    && !is_generic(&text)
                    && !is_placeholder(&text)
                    && !is_question(&text)
                    // What other programs would take for a second frontmatter.
                    && !text.starts_with("---")
                    && !text.starts_with("+++");
                return names.then_some(First {
                    block,
                    is_after_tagline,
                });
            }
            Kind::Paragraph if block.centred || block.is_pictures() || is_switcher(block) => {
                is_after_tagline |= block.centred && is_prose(block);
            }
            _ => return None,
        }
    }
    None
}

/// `[EN](README.md) | FR`
fn is_switcher(block: &Block<'_>) -> bool {
    block.link_share().0 > 0 && words(&block.text()) < PROSE_WORDS
}

/// An `<h2>` in the middle of the page that is the name of a paper: a link, or a name with what stands behind its colon.
fn is_headline(block: &Block<'_>, text: &str) -> bool {
    let (linked, all) = block.link_share();
    block.kind == Kind::Heading(2) && (linked == all || text.contains(": "))
}

/// Whether there is a letter or a digit in a heading, and not emoji alone.
fn says_something(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// `What is it?`, `About it`.
fn is_question(heading: &str) -> bool {
    let said = without_ornaments(heading).to_lowercase();
    QUESTIONS.iter().any(|words| said.starts_with(words))
}

/// Whether a heading of a low level says nothing of the name that is hinted at: the line below a logo.
fn is_beside_the_name(block: &Block<'_>, name_hint: Option<&str>) -> bool {
    matches!(block.kind, Kind::Heading(3..=6))
        && name_hint.is_some_and(|name| !says_name(block, name))
}

fn says_name(heading: &Block<'_>, name: &str) -> bool {
    letters(&heading_text(heading)).contains(&letters(name))
}

/// What a heading says; where it says nothing, the text of its first picture.
pub(crate) fn heading_text(block: &Block<'_>) -> String {
    let text = block.text();
    if !text.is_empty() {
        return without_remains(&text).to_owned();
    }
    block
        .images()
        .find(|(_, url)| !is_badge(url))
        .map(|(alt, _)| clean_alt(alt))
        .filter(|alt| !is_generic_alt(alt))
        .unwrap_or_default()
}

/// A heading without what is left behind it of a badge, a note or a list: `Axe ·`, `Axe[1]`, `Axe:`.
fn without_remains(heading: &str) -> &str {
    let without_number = heading
        .strip_suffix(']')
        .map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit()))
        .and_then(|rest| rest.strip_suffix('['))
        .filter(|_| !heading.ends_with("[]"));
    let mut text = without_number.unwrap_or(heading).trim_end();
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    if last.starts_with(':') {
        // The colon ends a shortcode.
        return text;
    }
    loop {
        let rest = text.trim_end_matches(['·', '|', '•', '–', '—', '-']);
        let rest = if rest.ends_with(' ') {
            rest.trim_end()
        } else {
            text
        };
        let rest = match rest.strip_suffix([':', '：']) {
            Some(before) if !before.ends_with(':') => before.trim_end(),
            _ => rest,
        };
        if rest == text || rest.is_empty() {
            return text;
        }
        text = rest;
    }
}

/// A heading without the emoji, numbers and `:shortcodes:` before it.
pub(crate) fn without_ornaments(text: &str) -> &str {
    let mut text = text;
    loop {
        // An information mark is a letter for Unicode.
        text = text.trim_start_matches(|c: char| (!c.is_alphabetic() && c != ':') || c == 'ℹ');
        let shortcode = text.strip_prefix(':').and_then(|rest| rest.split_once(':'));
        match shortcode {
            Some((name, rest)) if !name.is_empty() && !name.contains(char::is_whitespace) => {
                text = rest;
            }
            _ => break,
        }
    }
    let text = text.trim_start_matches(':').trim_start();
    // `一、前言`
    text.trim_start_matches(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'])
        .strip_prefix(['、', '.', '．'])
        .unwrap_or(text)
}

fn is_generic(text: &str) -> bool {
    let text = without_ornaments(text);
    let text = text
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    GENERIC.contains(&text.as_str())
        || text.ends_with(" sponsors")
        || text.ends_with(" and license")
        || text.starts_with("license ")
        || ["contributing ", "latest updates", "latest news"]
            .iter()
            .any(|words| text.starts_with(words))
}

/// Letters and digits alone, in one case.
fn letters(text: &str) -> String {
    text.nfkc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// For comparing titles: compatibility forms, case and white space don't count.
fn folded(text: &str) -> String {
    crate::keys::collapse(&text.nfkc().flat_map(char::to_lowercase).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::blocks;

    fn found(text: &str, author: Option<&str>) -> Title {
        let document = Document::parse(text);
        find(&document, &blocks(&document), author, None)
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
            ("# 一、前言\n\nText of it.\n", "Untitled"),
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
            let title = find(&document, &blocks(&document), None, hint);
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
            let title = find(&document, &blocks(&document), None, Some(hint));
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
    fn long_titles_are_cut_at_a_word() {
        let (text, _) = title(&format!("# {}\n", "word ".repeat(60)));
        assert!(
            text.chars().count() <= MAX_TITLE_CHARS && text.ends_with("word…"),
            "{text}"
        );
    }
}
