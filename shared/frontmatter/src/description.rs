//! The description: the first block that says what the document is about (2.6).

mod asides;
mod formulas;
mod introductions;
mod passes;
mod sentences;
mod visible;

use crate::outline::{Block, Kind};
use crate::prose::{count_words, without_ornaments};
use crate::report::Source;
use crate::title::Title;
use crate::words;

use formulas::{before_formula, without_formulas};
use introductions::{container, introduces, is_about, is_mostly_a_link, is_tagline_quote};
use passes::passes;
use sentences::{MAX_CHARS, cut, is_lead_in, without_colon, without_lead_in};
use visible::shown;

/// What stands behind the headings of more sections is about one of them, not about the document.
const MAX_SECTIONS: usize = 4;
/// How far from the title a quote or a centred heading may be, in blocks.
const QUOTE_BLOCKS: usize = 8;
const TAGLINE_BLOCKS: usize = 6;
const TAGLINE_WORDS: usize = 4;
/// How far behind a weak candidate the one may stand that says what the title is, in blocks.
const INTRODUCTION_BLOCKS: usize = 8;

/// Finds the description in the author's body (before cleaning, but without Obsidian's comments);
/// `None` when nothing passes.
pub(crate) fn find(
    blocks: &[Block<'_>],
    title: &Title,
    is_obsidian: &dyn Fn() -> bool,
) -> Option<String> {
    let after = |block: &&Block<'_>| block.range.start >= title.end;
    let behind: Vec<&Block<'_>> = blocks.iter().filter(after).collect();
    let has_heading = title.source == Source::Heading;
    let before = || -> Vec<&Block<'_>> {
        let before = blocks.iter();
        before
            .filter(|block| block.range.end <= title.end)
            .collect()
    };
    let said = |block: &Block<'_>| without_formulas(&shown(block, is_obsidian));
    let begun = |block: &Block<'_>| before_formula(&shown(block, is_obsidian)).unwrap_or_default();
    let found = search(&behind, &title.text, has_heading, &said)
        .or_else(|| search(&before(), &title.text, false, &said))
        .or_else(|| search(&behind, &title.text, has_heading, &begun));
    found.map(|text| cut(&crate::emoji::shown(&without_colon(&text))))
}

/// The text of a block that counts.
type Text<'a> = &'a dyn Fn(&Block<'_>) -> String;

/// The first block that passes; one that is little more than a link, or stands in a section, gives way to the one
/// that says what the title is, if that isn't far, and one that only leads to a list to the next in its section.
fn search(
    blocks: &[&Block<'_>],
    title: &str,
    is_below_title: bool,
    text: Text<'_>,
) -> Option<String> {
    let mut passing = passing(blocks, title, is_below_title, text);
    let (first, block, text) = passing.next()?;
    let is_heading = |block: &&Block<'_>| matches!(block.kind, Kind::Heading(_));
    let is_in_section = || blocks.iter().take(first).any(is_heading);
    let is_short = || text.chars().count() <= MAX_CHARS;
    let leads_on = is_lead_in(&text) && is_short() && !is_about(&text, title);
    let is_weak = !introduces(&text, title)
        && (leads_on || is_mostly_a_link(block, &text) || is_in_section());
    if !is_weak {
        return Some(text);
    }
    let near = passing.take_while(|(at, ..)| at - first <= INTRODUCTION_BLOCKS);
    let near: Vec<_> = near.map(|(at, _, text)| (at, text)).collect();
    let further = blocks.iter().skip(first + 1);
    let section = further.take_while(|block| !is_heading(block)).count();
    let introduction = near.iter().find(|(_, text)| introduces(text, title));
    let next = || {
        let mut next = near.iter().filter(|_| leads_on);
        next.find(|(at, text)| at - first <= section && !is_lead_in(text))
    };
    let better = introduction.or_else(next).map(|(_, text)| text.clone());
    Some(better.unwrap_or(text))
}

/// The blocks that may be a description, with their places and texts.
fn passing<'a, 'b>(
    blocks: &'a [&'a Block<'b>],
    title: &'a str,
    is_below_title: bool,
    text_of: Text<'a>,
) -> impl Iterator<Item = (usize, &'a Block<'b>, String)> {
    let mut is_inside = false;
    let mut is_in_use = false;
    let mut sections = 0;
    let is_near = move |block: &&&Block<'_>| {
        sections += usize::from(matches!(block.kind, Kind::Heading(_)));
        sections <= MAX_SECTIONS
    };
    let near = blocks.iter().take_while(is_near);
    near.enumerate().filter_map(move |(at, block)| {
        let text = without_lead_in(&text_of(block));
        match block.kind {
            Kind::Heading(_) => is_in_use = is_about_use(&text),
            Kind::Rule => is_in_use = false,
            _ if is_in_use && !introduces(&text, title) => return None,
            _ => {}
        }
        if block.kind == Kind::Paragraph
            && let Some(inside) = container(&text, is_inside)
        {
            is_inside = inside;
            return None;
        }
        let fits = match block.kind {
            Kind::Paragraph => true,
            Kind::Quote { paragraphs: 1 } => at < QUOTE_BLOCKS && is_tagline_quote(&text),
            Kind::Heading(2..=6) if block.html => {
                block.centred && at < TAGLINE_BLOCKS && count_words(&text) >= TAGLINE_WORDS
            }
            // Right below the title, and a level left out: small print, where no text follows that says more.
            Kind::Heading(3..=6) => {
                is_below_title
                    && at == 0
                    && count_words(&text) >= TAGLINE_WORDS
                    && !blocks.get(1).is_some_and(|next| {
                        next.kind == Kind::Paragraph && passes(next, &text_of(next), title)
                    })
            }
            _ => false,
        };
        (fits && passes(block, &text, title)).then_some((at, *block, text))
    })
}

/// A longer heading is a sentence that says something, in words.
const MAX_SECTION_WORDS: usize = 6;

fn is_about_use(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    let said = without_ornaments(&lower);
    count_words(said) <= MAX_SECTION_WORDS && words::SECTION_OF_USE.fits(said)
}

#[cfg(test)]
mod tests {
    use super::sentences::MAX_CHARS;
    use super::*;
    use crate::markdown::Document;
    use crate::outline::blocks;

    fn description(text: &str) -> Option<String> {
        let document = Document::parse(text);
        let blocks = blocks(&document);
        let title = crate::title::find(&document, &blocks, None, crate::title::FileName::default());
        find(&blocks, &title, &|| true)
    }

    #[test]
    fn the_first_block_that_says_something() {
        for (text, expected) in [
            (
                "# T\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\n[![b](https://img.shields.io/x)](y)\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\n[Docs](a) | [Chat](b) | [Blog](c) | [News](d)\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\n> Human-friendly and powerful\n\nText that is longer.\n",
                Some("Human-friendly and powerful"),
            ),
            (
                "# T\n\n> [!NOTE]\n> Read this first please.\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\nPlease become a sponsor of ours.\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\nA `tool` with [links](x) and &amp; [[Note|words]] ^id\n",
                Some("A tool with links and & words"),
            ),
            (
                "# T\n\nIt cuts wood. It can do this:\n\n- a\n",
                Some("It cuts wood."),
            ),
            (
                "<p>A tool that cuts wood.<br>\n<a href=\"a\">Explore the docs »</a><br>\n<a href=\"b\">Demo</a> · <a href=\"c\">Report a bug</a></p>\n",
                Some("A tool that cuts wood."),
            ),
            (
                "A tool that cuts wood, made by the\n[society of friends](x)\n",
                Some("A tool that cuts wood, made by the society of friends"),
            ),
            (
                "# T\n\n::: tip\nThis is a tip.\n:::\n\n:::note Title\n\nInside of it is text.\n\n:::\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\n!!! note\n    Said by the way.\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "import Foo from './foo'\n\n⚠️ **Warning:** mind your fingers.\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\n*Read this in other languages: [English](a), [中文](b).*\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
        ] {
            assert_eq!(description(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_tagline_may_begin_as_an_instruction_does() {
        for (text, expected) in [
            (
                "# T\n\nDownload videos in no time.\n\nMore of it.\n",
                Some("Download videos in no time."),
            ),
            (
                "# T\n\nTodo list for two.\n\nMore of it.\n",
                Some("Todo list for two."),
            ),
            (
                "# T\n\nNew 3D engine of ours.\n\nMore of it.\n",
                Some("New 3D engine of ours."),
            ),
            (
                "# T\n\n> Notable and quick to learn\n\nMore of it.\n",
                Some("Notable and quick to learn"),
            ),
        ] {
            assert_eq!(description(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_leads_elsewhere_gives_way_to_what_says_something() {
        for (text, expected) in [
            (
                "# Axe\n\nPlans are made in [our forum](x).\n\nText of it, which is longer.\n\nAxe is a tool that cuts wood.\n",
                Some("Axe is a tool that cuts wood."),
            ),
            (
                "# Axe for Wood\n\n## News of Axe\n\nWe have a release to announce.\n\n## What\n\nAxe is a tool that cuts wood.\n",
                Some("Axe is a tool that cuts wood."),
            ),
            (
                "# T\n\n**Update Nov 2025** there is a new one.\n\nNOTICE (30 May 2022): it is old.\n\n(said by a friend of ours)\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# Axe\n\nWe use [our forum](x).\n\nAxe has no fee at all.\n",
                Some("We use our forum."),
            ),
            (
                "# T\n\nFor the metal version please check [our other axes](x).\n\nCheck out our shop of axes.\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\n[English](a) | 中文\n<br>A tool that cuts wood.\n\nText.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\n道具は、木を切るための道具です。例は次のとおりです：\n",
                Some("道具は、木を切るための道具です。"),
            ),
            (
                "# T\n\n作者：亚双义一真\n\n\\*\\*\\* New: it is out at last \\*\\*\\*\n\n> Attention : traduit par une machine, sans relecture.\n\nT by Jane and contributors\n\nProject architect: @jane\n\nThis project is now in maintenance mode.\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\nThis is a tool that finds deprecated packages.\n\nMore of it.\n",
                Some("This is a tool that finds deprecated packages."),
            ),
            (
                "# T\n\nTo install, run this in a shell.\n\nThis repository contains the code of [a paper with a name that is very, very long](x).\n",
                Some(
                    "This repository contains the code of a paper with a name that is very, very long.",
                ),
            ),
            (
                "# T\n\nSTATUS: under development\n\n> Bu, [README](../README.md)'nin bir özetidir\n\n类型：方法\n标签：木\n\nTags: #wood #axe\n\nT is a tool that takes donations of wood.\n",
                Some("T is a tool that takes donations of wood."),
            ),
            (
                "# T\n\n## Installation\n\nRun this script as an administrator.\n",
                None,
            ),
            (
                "# T\n\n### A tool that cuts wood.\n\n- a\n",
                Some("A tool that cuts wood."),
            ),
            (
                "# T\n\n### Once and for all times\n\nA tool that cuts wood.\n",
                Some("A tool that cuts wood."),
            ),
            ("# T\n\n## How to get the tool\n\n- a\n", None),
            (
                "# T\n\n## A\n\n- a\n\n## B\n\n## C\n\n## D\n\n## E\n\nText that is about E.\n",
                None,
            ),
            (
                "# T\n\n:hammer: Cuts wood in no time\n",
                Some("🔨 Cuts wood in no time"),
            ),
            ("# T\n\n- a\n- b\n", None),
            ("# T\n\nInstall:\n\n```\nx\n```\n", None),
            (
                "<h1>T</h1>\n<p align=\"center\">A tool that cuts wood.</p>\n",
                Some("A tool that cuts wood."),
            ),
            (
                "<div align=\"center\">\n<h1>T</h1>\n<h3>A fast tool for wood</h3>\n</div>\n\nOther words of text.\n",
                Some("A fast tool for wood"),
            ),
            (
                "A preface of four words.\n\n# T\n\n## U\n",
                Some("A preface of four words."),
            ),
        ] {
            assert_eq!(description(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn lines_beside_the_text_describe_nothing() {
        for (lines, expected) in [
            ("#robot #club\n[Video](https://y.example/a)", None),
            ("#robot #club [Video](https://y.example/a)", None),
            ("#robot/arm, #club [[Robots]] · [[The club|club]]", None),
            ("Tags: #robot #club [Video](https://y.example/a)", None),
            ("#robot #club\nup:: [[Home of robots]]", None),
            ("mood:: calm as ever", None),
            ("[due:: the next Friday]", None),
            ("**Date:** Friday, 10 July 2025", None),
            ("Present: Ann, Ben, Cem", None),
            ("🚧 This page is still under construction.", None),
            ("Work in progress, do not read.", None),
            (
                "Press <kbd>Ctrl</kbd> + <kbd>S</kbd> to save the drawing.",
                None,
            ),
            ("Press `q` to leave the drawing.", None),
            ("<kbd>←</kbd> and <kbd>→</kbd> to move the arm.", None),
            ("This page is a draft of ours.", None),
            ("⚠️ This is outdated, as it seems.", None),
            ("Ctrl+S saves the whole drawing.", None),
            ("Use the arrow keys to move the arm.", None),
            (
                "#robot #club\nIt cuts wood all day.",
                Some("It cuts wood all day."),
            ),
            (
                "Date: 10 July 2025\nIt cuts wood all day.\n#robot",
                Some("It cuts wood all day."),
            ),
            (
                "It cuts wood for #club and all.",
                Some("It cuts wood for #club and all."),
            ),
            ("#1 in cutting wood.", Some("#1 in cutting wood.")),
            (
                "Robots: machines that cut wood.",
                Some("Robots: machines that cut wood."),
            ),
            (
                "A fast tool under active development.",
                Some("A fast tool under active development."),
            ),
            (
                "Press freedom in `ten` numbers.",
                Some("Press freedom in ten numbers."),
            ),
            (
                "Keyboard shortcuts for everybody.",
                Some("Keyboard shortcuts for everybody."),
            ),
        ] {
            let found = description(&format!(
                "# T\n\n{lines}\n\nThe arm draws on paper with a pen.\n"
            ));
            let expected = expected.unwrap_or("The arm draws on paper with a pen.");
            assert_eq!(found.as_deref(), Some(expected), "{lines}");
        }
    }

    #[test]
    fn no_tex_and_no_colon_at_the_end() {
        for (text, expected) in [
            (
                "A classifier which assumes that we can write\n$$\\mathrm{P}(c) = \\alpha$$\nfor all classes:\n\n- spam\n",
                Some("A classifier which assumes that we can write…"),
            ),
            (
                "It weighs words. Each has $\\frac{a}{b}$ of it. It is fast.\n",
                Some("It weighs words. It is fast."),
            ),
            (
                "It weighs words (by $\\alpha$) in a text.\n",
                Some("It weighs words in a text."),
            ),
            (
                "We write $\\theta_{i}$ for it.\n\nIt weighs the words of a text.\n",
                Some("It weighs the words of a text."),
            ),
            (
                "The rule is \\\\(\\theta = 1\\\\) for it.\n\nIt weighs the words of a text.\n",
                Some("It weighs the words of a text."),
            ),
            (
                "It sorts in $O(n)$ steps.\n",
                Some("It sorts in O(n) steps."),
            ),
            (
                "It reads `\\alpha` as a letter.\n",
                Some("It reads \\alpha as a letter."),
            ),
            ("Let $\\alpha$ be one.\n", None),
            (
                "Our work of these years shows:\n\n- a\n",
                Some("Our work of these years shows…"),
            ),
            (
                "T is a tool which can:\n\n- a\n\nMore of the text.\n",
                Some("T is a tool which can…"),
            ),
            (
                "Here are three things to know:\n\n- a\n\nIt cuts the wood.\n",
                Some("It cuts the wood."),
            ),
            (
                "Here are three things to know:\n\n- a\n\n## More\n\nIt cuts the wood.\n",
                Some("Here are three things to know…"),
            ),
            (
                "次のことができる道具です：\n\n- 木\n",
                Some("次のことができる道具です…"),
            ),
            ("It cuts wood fast :hammer:\n", Some("It cuts wood fast 🔨")),
        ] {
            let found = description(&format!("# T\n\n{text}"));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn long_ones_are_cut() {
        let sentences = format!(
            "# T\n\n{} {}\n",
            "This is a sentence of some length that stands for itself alone here.",
            "word ".repeat(60)
        );
        assert_eq!(
            description(&sentences).unwrap(),
            "This is a sentence of some length that stands for itself alone here."
        );
        let words = description(&format!("# T\n\n{}\n", "word ".repeat(60))).unwrap();
        assert!(words.ends_with("word…") && words.chars().count() <= MAX_CHARS);
        let cjk = description(&format!("# T\n\n{}\n", "字".repeat(200))).unwrap();
        assert_eq!(cjk.chars().count(), MAX_CHARS);
    }
}
