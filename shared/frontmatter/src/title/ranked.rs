//! What names a document that doesn't do so in its frontmatter, from the surest to the least sure (2.5).

use super::fallbacks::{manual_title, old_heading, only_h1, subject};
use super::headings::{
    First, first_heading, is_beside_the_name, is_sentence, says_name, title_heading,
};
use super::picture::picture_title;
use super::said::{heading_text, is_generic, is_prose, says_something};
use crate::facts::language::suffix_language;
use crate::outline::{Block, Kind};
use crate::prose::{collapse, is_placeholder};
use crate::report::Source;

/// What the upload's name says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FileName<'a> {
    /// Without the date before it and the id that an export puts behind it; of the member's own page the member's name.
    pub(crate) name: Option<&'a str>,
    /// Whether it is the name of a file, and not of a member.
    pub(crate) is_own: bool,
    /// Whether an export has put an id behind it: then it is the title, letter for letter.
    pub(crate) is_export: bool,
    /// Whether all headings are parts of the document: it is a board or a drawing.
    pub(crate) is_board: bool,
}

/// Further headings of level 1 that make the first one a section.
const SECTIONS: usize = 2;

/// What a title is looked for in.
pub(super) struct Page<'a, 'b> {
    blocks: &'a [Block<'b>],
    /// The name of the file, or what an upload is called.
    name_hint: Option<&'a str>,
    file: FileName<'a>,
}

pub(super) enum Found<'a, 'b> {
    Heading(&'a Block<'b>),
    Text {
        text: String,
        from: Source,
        /// Where the description may begin.
        end: usize,
    },
}

/// A name, what the rule finds, and a document, with the name of its file, in which this rule is the first that finds
/// anything.
type Rule = (
    &'static str,
    for<'a, 'b> fn(&Page<'a, 'b>) -> Option<Found<'a, 'b>>,
    (Option<&'static str>, &'static str),
);

/// The first that finds a title wins.
const RULES: [Rule; 11] = [
    (
        "manual page",
        manual_page,
        (Some("x"), "# NAME\n\naxe - cuts wood\n"),
    ),
    (
        "file of sections",
        file_of_sections,
        (Some("diet"), "## Rules\n\nEat.\n\n## Results\n\nSee.\n"),
    ),
    ("first h1", first_h1, (Some("x"), "Text.\n\n# Axe\n")),
    (
        "name at the top",
        name_at_the_top,
        (Some("axe"), "### The Axe\n\nText.\n"),
    ),
    (
        "picture",
        picture,
        (Some("axe"), "![Axe](x.png)\n\n### A tool\n"),
    ),
    (
        "heading at the top",
        heading_at_the_top,
        (Some("axe"), "### A tool\n\nText.\n"),
    ),
    ("file name", file_name, (Some("axe"), "Text.\n")),
    (
        "only h1",
        single_h1,
        (None, "Text.\n\n## A\n\nFour words of text.\n\n# Axe\n"),
    ),
    (
        "former heading",
        former_heading,
        (Some("README"), "#Axe\n\nText.\n"),
    ),
    ("subject", first_subject, (None, "Axe is a tool.\n")),
    (
        "only heading",
        only_heading,
        (None, "# Setup\n\nText.\n\n## Motors\n"),
    ),
];

pub(super) fn find<'a, 'b>(blocks: &'a [Block<'b>], file: FileName<'a>) -> Found<'a, 'b> {
    let page = Page {
        blocks,
        name_hint: file.name,
        file,
    };
    let found = RULES.iter().find_map(|(_, rule, _)| rule(&page));
    found.unwrap_or_else(|| text("Untitled".to_owned(), Source::Default))
}

fn text<'a, 'b>(text: String, from: Source) -> Found<'a, 'b> {
    Found::Text { text, from, end: 0 }
}

fn manual_page<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    let (text, end) = manual_title(page.blocks)?;
    let from = Source::Paragraph;
    Some(Found::Text { text, from, end })
}

/// Where the first heading is one of several of its rank that no README has, in Markdown, a note's own name stands in its file's name
/// alone.
fn file_of_sections<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    let name = page.file_name().filter(|_| page.file.is_own)?;
    let mut headings = page.blocks.iter().filter_map(|block| match block.kind {
        Kind::Heading(level) => Some((level, block)),
        _ => None,
    });
    let (level, first) = headings.find(|(_, block)| says_something(&heading_text(block)))?;
    let others: Vec<_> = headings.collect();
    let has_higher = others.iter().any(|(other, _)| *other < level);
    let of_rank = others.iter().filter(|(other, _)| *other == level);
    let is_common = |(_, block): &&(u8, &Block<'_>)| is_generic(&heading_text(block));
    let needed = if level == 1 { SECTIONS } else { 1 };
    let is_section = !has_higher
        && of_rank.clone().count() >= needed
        && !of_rank
            .clone()
            .any(|other| other.1.html || is_common(&other))
        && !says_name(first, &name);
    (page.file.is_board || is_section).then(|| text(name, Source::FileName))
}

/// Whatever the heading of level 1 says that the document begins with, where nothing else says anything and it is the only
/// one of its rank.
fn only_heading<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    let is_heading = |block: &&Block<'_>| block.kind == Kind::Heading(1);
    let is_aside = |block: &Block<'_>| {
        block.is_pictures() || (block.kind == Kind::Paragraph && !is_prose(block))
    };
    let first = page.blocks.iter().find(|block| !is_aside(block))?;
    let is_only = page.blocks.iter().filter(is_heading).count() == 1;
    let said = heading_text(first);
    let says =
        says_something(&said) || said.contains(|c: char| !c.is_ascii() && !c.is_whitespace());
    (is_only && first.kind == Kind::Heading(1) && says && !is_placeholder(&said))
        .then_some(Found::Heading(first))
}

fn first_h1<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    title_heading(page.blocks).map(Found::Heading)
}

/// A heading that isn't the tagline of a name that came before it as a picture.
fn name_at_the_top<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    let First {
        block,
        is_after_tagline,
    } = first_heading(page.blocks, page.name_hint)?;
    let is_name = !is_after_tagline
        && !is_sentence(&heading_text(block))
        && !is_beside_the_name(block, page.name_hint);
    is_name.then_some(Found::Heading(block))
}

fn picture<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    let (text, end) = picture_title(page.blocks, page.name_hint)?;
    let from = Source::ImageAlt;
    Some(Found::Text { text, from, end })
}

/// Where no picture has a name; behind a tagline only what says the name of the file.
fn heading_at_the_top<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    let First {
        block,
        is_after_tagline,
    } = first_heading(page.blocks, page.name_hint)?;
    let says_file_name = || page.file_name().is_none_or(|name| says_name(block, &name));
    (!is_after_tagline || says_file_name()).then_some(Found::Heading(block))
}

fn file_name<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    Some(text(page.file_name()?, Source::FileName))
}

fn single_h1<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    Some(text(only_h1(page.blocks)?, Source::Heading))
}

fn former_heading<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    Some(text(old_heading(page.blocks)?, Source::Heading))
}

fn first_subject<'a, 'b>(page: &Page<'a, 'b>) -> Option<Found<'a, 'b>> {
    Some(text(subject(page.blocks)?, Source::Paragraph))
}

impl Page<'_, '_> {
    /// The file's name, where it is one of its own.
    fn file_name(&self) -> Option<String> {
        let name = self.name_hint.map(collapse)?;
        (!name.is_empty() && !is_readme(&name)).then_some(name)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Document;
    use crate::outline::blocks;

    #[test]
    fn each_rule_is_the_first_for_its_example() {
        for (name, _, (name_hint, example)) in RULES {
            let document = Document::parse(example);
            let page = Page {
                blocks: &blocks(&document),
                name_hint,
                file: FileName {
                    is_own: true,
                    ..FileName::default()
                },
            };
            let first = RULES.iter().find(|(_, rule, _)| rule(&page).is_some());
            assert_eq!(first.map(|(name, ..)| *name), Some(name), "{example}");
        }
    }
}
