//! The description: the first block that says what the document is about (2.6).

use unicode_segmentation::UnicodeSegmentation as _;

use crate::blocks::{Block, Inline, Kind, clean_text, link_share};
use crate::report::Source;
use crate::title::Title;

/// Longest description that is derived, in characters.
const MAX_CHARS: usize = 160;
/// A sentence that ends before this many characters is no place to cut.
const MIN_CUT: usize = 60;
/// Fewest words; two characters of Chinese, Japanese or Korean count as one.
const MIN_WORDS: usize = 3;
/// Of a quote that is a tagline, in words.
const QUOTE_WORDS: std::ops::RangeInclusive<usize> = 3..=70;
/// What stands behind the headings of more sections is about one of them, not about the document.
const MAX_SECTIONS: usize = 4;
/// How far from the title a quote or a centred heading may be, in blocks.
const QUOTE_BLOCKS: usize = 8;
const TAGLINE_BLOCKS: usize = 6;
const TAGLINE_WORDS: usize = 4;
/// Blocks of this length at most are looked at for appeals, in characters.
const APPEAL_CHARS: usize = 300;
/// Words of those who ask for something.
const APPEALS: [&str; 23] = [
    "sponsor",
    "donat",
    "support me",
    "support us",
    "support this",
    "special thanks",
    "merch",
    "t-shirt",
    "become a",
    "patreon",
    "buy me",
    "star this repo",
    "give it a star",
    "give a star",
    "give us a star",
    "please consider following",
    "ko-fi",
    "open collective",
    "liberapay",
    "hiring",
    "looking for maintainers",
    "looking for new maintainers",
    "follow me on",
];
/// Longest paragraph that only says where else to look, in words.
const SIGNPOST_WORDS: usize = 20;
/// How far behind such a paragraph one may stand that says what the title is, in blocks.
const INTRODUCTION_BLOCKS: usize = 8;
/// How a sentence begins that leads elsewhere.
const DIRECTIONS: [&str; 13] = [
    "see ",
    "for more ",
    "for documentation",
    "for the ",
    "looking for ",
    "you might ",
    "you may also ",
    "read the ",
    "read more",
    "visit ",
    "go to ",
    "head over",
    "join ",
];
/// What is said in one, wherever it begins.
const REFERRALS: [&str; 6] = [
    "please check",
    "please see",
    "please refer",
    "please visit",
    "please read",
    INVITATION,
];
/// No description begins with this, link or not.
const INVITATION: &str = "check out";
/// In a line that leads to translations.
const LANGUAGES_ELSEWHERE: [&str; 4] = ["other languages", "read this in", "其他语言", "他の言語"];
/// Longest name in a row of languages or pages, in words.
const SWITCHER_WORDS: usize = 2;
/// Longest label of a line `Label: value`, in words.
const LABEL_WORDS: usize = 2;
/// Words with a full stop that ends no sentence before a small letter.
const ABBREVIATIONS: [&str; 14] = [
    "e.g", "i.e", "vs", "cf", "etc", "incl", "approx", "resp", "ca", "z.B", "d.h", "bzw", "engl",
    "p.ej",
];
/// What stands between a name and what it names, in some of the languages of READMEs.
const COPULAS: [&str; 14] = [
    "is ", "are ", "es ", "est ", "è ", "é ", "ist ", "jest ", "– ", "— ", "- ", "是", "は", "это ",
];
/// Longest label of a line `Label: https://…`, in words.
const ADDRESS_LABEL_WORDS: usize = 6;
/// How a quote begins that is a note, not a tagline.
const NOTES: [&str; 12] = [
    "note",
    "warning",
    "tip",
    "important",
    "caution",
    "disclaimer",
    "notice",
    "update",
    "说明",
    "注意",
    "cover image",
    "[!",
];

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
    let found = search(&behind, &title.text, has_heading, is_obsidian).or_else(|| {
        let before: Vec<&Block<'_>> = blocks
            .iter()
            .filter(|block| block.range.end <= title.end)
            .collect();
        search(&before, &title.text, false, is_obsidian)
    });
    found.map(|text| cut(&crate::emoji::shown(&without_lead_in(&text))))
}

/// The first block that passes; one that is little more than a link, or stands in a section, gives way to the one
/// that says what the title is, if that isn't far.
fn search(
    blocks: &[&Block<'_>],
    title: &str,
    is_below_title: bool,
    is_obsidian: &dyn Fn() -> bool,
) -> Option<String> {
    let mut passing = passing(blocks, title, is_below_title, is_obsidian);
    let (first, block, text) = passing.next()?;
    let introduction = || {
        passing
            .take_while(|(at, ..)| at - first <= INTRODUCTION_BLOCKS)
            .find(|(.., text)| introduces(text, title))
            .map(|(.., text)| text)
    };
    let is_in_section = || {
        let mut before = blocks.iter().take(first);
        before.any(|block| matches!(block.kind, Kind::Heading(_)))
    };
    let is_weak = !introduces(&text, title) && (is_mostly_a_link(block, &text) || is_in_section());
    let better = is_weak.then(introduction).flatten();
    Some(better.unwrap_or(text))
}

/// The blocks that may be a description, with their places and texts.
fn passing<'a, 'b>(
    blocks: &'a [&'a Block<'b>],
    title: &'a str,
    is_below_title: bool,
    is_obsidian: &'a dyn Fn() -> bool,
) -> impl Iterator<Item = (usize, &'a Block<'b>, String)> {
    let mut is_inside = false;
    let mut sections = 0;
    let is_near = move |block: &&&Block<'_>| {
        sections += usize::from(matches!(block.kind, Kind::Heading(_)));
        sections <= MAX_SECTIONS
    };
    let near = blocks.iter().take_while(is_near);
    near.enumerate().filter_map(move |(at, block)| {
        let text = shown(block, is_obsidian);
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
                block.centred && at < TAGLINE_BLOCKS && words(&text) >= TAGLINE_WORDS
            }
            // Right below the title, and a level left out: small print, not a section.
            Kind::Heading(3..=6) => is_below_title && at == 0 && words(&text) >= TAGLINE_WORDS,
            _ => false,
        };
        (fits && passes(block, &text, title)).then_some((at, *block, text))
    })
}

/// A short sentence of which a good part is a link.
fn is_mostly_a_link(block: &Block<'_>, text: &str) -> bool {
    let (linked, all) = block.link_share();
    linked * 10 >= all * 2 && words(text) < SIGNPOST_WORDS
}

/// `Check out …`; with a link, `See the documentation`, `For the version in X, please check Y`.
fn is_direction(block: &Block<'_>, text: &str) -> bool {
    let lower = text.to_lowercase();
    let said = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    said.starts_with(INVITATION)
        || is_mostly_a_link(block, text)
            && (DIRECTIONS.iter().any(|words| said.starts_with(words))
                || REFERRALS.iter().any(|words| said.contains(words)))
}

/// Whether a text says what the title, or its first words, is: `Title is a …`.
fn introduces(text: &str, title: &str) -> bool {
    let (text, title) = (text.to_lowercase(), title.to_lowercase());
    let said = text.strip_prefix("the ").unwrap_or(&text);
    let ends = title.match_indices(' ').map(|(at, _)| at);
    ends.chain([title.len()])
        .filter_map(|end| said.strip_prefix(title.get(..end)?))
        .any(|rest| COPULAS.iter().any(|is| rest.trim_start().starts_with(is)))
}

fn is_tagline_quote(text: &str) -> bool {
    let lower = text.to_lowercase();
    QUOTE_WORDS.contains(&words(text))
        && !NOTES.iter().any(|note| {
            lower
                .trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[')
                .starts_with(note)
        })
}

/// An icon and a link or two: where else to find its authors.
fn is_signpost(block: &Block<'_>, text: &str) -> bool {
    let mut inlines = block
        .inlines
        .iter()
        .filter(|inline| !matches!(inline, Inline::Break));
    let icon = matches!(
        (inlines.next(), inlines.next()),
        (Some(Inline::Image { .. }), _)
            | (Some(Inline::LinkStart { .. }), Some(Inline::Image { .. }))
    );
    let (linked, all) = block.link_share();
    icon && linked * 10 >= all * 2 && words(text) < SIGNPOST_WORDS
}

fn passes(block: &Block<'_>, text: &str, title: &str) -> bool {
    if is_signpost(block, text) {
        return false;
    }
    let (linked, all) = link_share(without_navigation(&block.inlines));
    let lower = text.to_lowercase();
    let bars = text
        .chars()
        .filter(|c| matches!(c, '|' | '·' | '•' | '∙'))
        .count();
    let only_tags = text.split_whitespace().all(|word| word.starts_with('#'));
    let appeal =
        text.chars().count() <= APPEAL_CHARS && APPEALS.iter().any(|appeal| lower.contains(appeal));
    words(text) >= MIN_WORDS
        && !is_template(text)
        && !is_aside(block, text)
        && !is_direction(block, text)
        && !is_metadata(block)
        && !is_switcher(&block.inlines, text)
        && linked * 10 < all * 6
        && bars < 3
        && !is_label(text)
        && !only_tags
        && lower != title.to_lowercase()
        && !appeal
}

/// What only one site generator understands: a shortcode or a tag of its templates, an admonition of
/// Python-Markdown's, an attribute list of kramdown's, a module that MDX imports.
fn is_template(text: &str) -> bool {
    const BEGINNINGS: [&str; 5] = ["{{", "{%", "{:", "!!! ", "??? "];
    let is_module = (text.starts_with("import ") && text.contains(['\'', '"']))
        || text.starts_with("export ") && text.contains(['=', '{', '*']);
    is_module || BEGINNINGS.iter().any(|mark| text.starts_with(mark))
}

/// Where a container of `VuePress` or Docusaurus leaves us, `::: tip` to `:::`: inside one or not.
/// `None`: this block is no part of one.
fn container(text: &str, is_inside: bool) -> Option<bool> {
    let begins = text.starts_with(":::");
    let ends = text.ends_with(":::");
    (begins || is_inside).then_some(!ends)
}

/// `Note: …`, `⚠️ Warning! …`, `Update Nov 2025 …`, all of it in parentheses, where to read this in another language.
fn is_aside(block: &Block<'_>, text: &str) -> bool {
    let lower = text.to_lowercase();
    let said = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_note = NOTES.iter().any(|note| {
        said.strip_prefix(note).is_some_and(|rest| {
            rest.starts_with([':', '：', '!', '！'])
                || rest.strip_prefix(' ').is_some_and(begins_with_date)
        })
    });
    let is_parenthesis = text.starts_with('(') && text.ends_with(')');
    let is_elsewhere = block.link_share().0 > 0
        && LANGUAGES_ELSEWHERE
            .iter()
            .any(|words| lower.contains(words));
    is_note || is_parenthesis || is_elsewhere
}

/// `2025-11-01 …`, `(30 May 2022) …`, `nov 2025 …`.
fn begins_with_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let mut words = text.trim_start_matches(['(', '[']).split(' ');
    let (first, second) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    is_number(first) || (MONTHS.iter().any(|month| first.starts_with(month)) && is_number(second))
}

/// Names of languages or pages side by side, of which one or more lead there:
/// `English | 简体中文`.
fn is_switcher(inlines: &[Inline<'_>], text: &str) -> bool {
    let parts: Vec<&str> = text
        .split(['|', '·', '•', '∙'])
        .flat_map(|part| part.split(" / "))
        .collect();
    parts.len() > 1
        && parts.iter().all(|part| words(part) <= SWITCHER_WORDS)
        && link_share(inlines).0 > 0
}

/// Several lines, each a label with its value: `Author: Jane` over `Date: 2025-07-10`.
fn is_metadata(block: &Block<'_>) -> bool {
    let mut lines = vec![String::new()];
    for inline in &block.inlines {
        match (inline, lines.last_mut()) {
            (Inline::Text(text) | Inline::Code(text), Some(line)) => line.push_str(text),
            (Inline::Break, _) => lines.push(String::new()),
            _ => {}
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    let is_labelled = |line: &String| {
        line.split_once(':').is_some_and(|(label, value)| {
            (1..=LABEL_WORDS).contains(&label.split_whitespace().count())
                && value.starts_with([' ', ':'])
                && !value.trim().is_empty()
        })
    };
    lines.len() > 1 && lines.iter().all(is_labelled)
}

/// `Install:` or `Website: https://…`.
fn is_label(text: &str) -> bool {
    let bare = text.ends_with([':', '：']) && words(text) <= 4;
    let address = text.split_once(": ").is_some_and(|(label, rest)| {
        label.split_whitespace().count() <= ADDRESS_LABEL_WORDS
            && rest.starts_with("http")
            && rest.split_whitespace().count() == 1
    });
    bare || address
}

/// Words; two characters of a script without spaces count as one.
pub(crate) fn words(text: &str) -> usize {
    let ideographs = text.chars().filter(|c| is_ideograph(*c)).count();
    let others = text
        .split(|c: char| c.is_whitespace() || is_ideograph(c))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count();
    others + ideographs / 2
}

pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// The block's text as a page would show it: block ids, marks and wikilinks' brackets gone.
fn shown(block: &Block<'_>, is_obsidian: &dyn Fn() -> bool) -> String {
    let mut raw = raw_text(without_navigation(&block.inlines));
    if raw.contains("==") && is_obsidian() {
        raw = without_pairs(&raw, "==", str::to_owned);
    }
    let text = clean_text(&without_wikilinks(&raw));
    match text.rsplit_once(" ^") {
        Some((before, id))
            if !id.is_empty()
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && is_obsidian() =>
        {
            before.to_owned()
        }
        _ => text,
    }
}

fn raw_text(inlines: &[Inline<'_>]) -> String {
    let mut raw = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => raw.push_str(text),
            Inline::Break => raw.push(' '),
            _ => {}
        }
    }
    raw
}

/// A block without the first line, where that leads to translations, and without the last lines of links.
fn without_navigation<'a, 'b>(inlines: &'a [Inline<'b>]) -> &'a [Inline<'b>] {
    let is_break = |inline: &Inline<'_>| matches!(inline, Inline::Break);
    let is_line = |line: &[Inline<'_>]| !raw_text(line).trim().is_empty();
    let mut ends = inlines
        .iter()
        .enumerate()
        .filter(|(_, inline)| is_break(inline));
    let first = ends.find_map(|(at, _)| {
        inlines
            .split_at_checked(at)
            .filter(|(line, _)| is_line(line))
    });
    let rest = match first {
        Some((line, rest)) if is_switcher(line, &raw_text(line)) && is_line(rest) => rest,
        _ => inlines,
    };
    without_link_lines(rest)
}

/// A block without the last lines that are links alone, where a sentence ends before them: where to
/// go on from here, as in `<br /> <a>Docs</a> · <a>Demo</a>`.
fn without_link_lines<'a, 'b>(inlines: &'a [Inline<'b>]) -> &'a [Inline<'b>] {
    let mut kept = inlines;
    while let Some(at) = kept
        .iter()
        .rposition(|inline| matches!(inline, Inline::Break))
    {
        let (before, line) = kept.split_at_checked(at).unwrap_or((kept, &[]));
        if !is_links(line) {
            break;
        }
        kept = before;
    }
    let said = kept.iter().rev().find_map(|inline| match inline {
        Inline::Text(text) | Inline::Code(text) => {
            Some(text.trim_end()).filter(|text| !text.is_empty())
        }
        _ => None,
    });
    let ends = said.is_some_and(|text| text.ends_with(['.', '!', '?', '…', '。', '！', '？']));
    if ends { kept } else { inlines }
}

fn is_text(inline: &Inline<'_>) -> bool {
    matches!(inline, Inline::Text(text) | Inline::Code(text) if !text.trim().is_empty())
}

/// Whether a line has nothing to read but links and what stands between them.
fn is_links(line: &[Inline<'_>]) -> bool {
    let has_link = |inline: &Inline<'_>| matches!(inline, Inline::LinkStart { .. });
    let mut depth = 0_usize;
    // Of two breaks in a row, nothing stands between them.
    (line.iter().any(has_link) || !line.iter().any(is_text))
        && line.iter().all(|inline| match inline {
            Inline::LinkStart { .. } => {
                depth += 1;
                true
            }
            Inline::LinkEnd => {
                depth = depth.saturating_sub(1);
                true
            }
            Inline::Text(text) => depth > 0 || !text.contains(char::is_alphanumeric),
            Inline::Code(_) => depth > 0,
            Inline::Image { .. } | Inline::Break => true,
        })
}

/// Replaces what stands between two delimiters; one alone stays.
fn without_pairs(text: &str, delimiter: &str, inner: impl Fn(&str) -> String) -> String {
    let parts: Vec<&str> = text.split(delimiter).collect();
    let mut out = String::new();
    let last = parts.len().saturating_sub(1);
    for (number, part) in parts.iter().enumerate() {
        match (number % 2, number == last) {
            (0, _) => out.push_str(part),
            (_, true) => {
                out.push_str(delimiter);
                out.push_str(part);
            }
            (_, false) => out.push_str(&inner(part)),
        }
    }
    out
}

/// `[[target#heading|alias]]` as it is shown.
fn without_wikilinks(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[[") {
        let Some((link, behind)) = after
            .split_once("]]")
            .filter(|(link, _)| !link.trim().is_empty() && !link.contains('['))
        else {
            break;
        };
        let embed = before.ends_with('!');
        out.push_str(if embed {
            before.strip_suffix('!').unwrap_or(before)
        } else {
            before
        });
        if !embed {
            let (target, alias) = link
                .split_once('|')
                .map_or((link, None), |(target, alias)| (target, Some(alias)));
            let display = alias.map_or_else(
                || {
                    target
                        .trim_start_matches('#')
                        .trim_end_matches(".md")
                        .replace('#', " > ")
                },
                str::to_owned,
            );
            out.push_str(display.trim_end_matches('\\'));
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Drops a last sentence that only leads to a list, where another stands before it.
fn without_lead_in(text: &str) -> String {
    if !text.ends_with([':', '：']) {
        return text.to_owned();
    }
    sentence_ends(text)
        .into_iter()
        .rfind(|end| *end < text.len())
        .and_then(|end| text.get(..end))
        .unwrap_or(text)
        .trim_end()
        .to_owned()
}

/// Byte offsets behind the ends of sentences: none in parentheses, and none behind an abbreviation (`e.g. so`).
fn sentence_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let mut next = text.get(end..).unwrap_or_default().chars();
        let (next, after) = (next.next(), next.next());
        depth = match c {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        let ends_sentence = match c {
            '。' | '！' | '？' => true,
            '.' if after.is_some_and(char::is_lowercase) => {
                next == Some(' ') && !is_abbreviation(text.get(..at).unwrap_or_default())
            }
            '.' | '!' | '?' | '…' => next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if ends_sentence && depth == 0 {
            ends.push(end);
        }
    }
    ends
}

/// Whether a text ends with a word that is written with a full stop, which isn't there yet.
fn is_abbreviation(text: &str) -> bool {
    let word = text.rsplit([' ', '(', '\u{a0}']).next().unwrap_or_default();
    ABBREVIATIONS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
}

/// At most 160 characters: up to the last sentence that ends late enough, or to a word and "…".
fn cut(text: &str) -> String {
    let length = |text: &str| text.chars().count();
    if length(text) <= MAX_CHARS {
        return text.to_owned();
    }
    let sentence = sentence_ends(text)
        .into_iter()
        .filter_map(|end| text.get(..end))
        .rfind(|text| (MIN_CUT..=MAX_CHARS).contains(&length(text)));
    if let Some(sentence) = sentence {
        return sentence.to_owned();
    }
    let mut kept = String::new();
    let mut count = 0;
    for grapheme in text.graphemes(true) {
        count += grapheme.chars().count();
        if count > MAX_CHARS - 1 {
            // A space right behind what fits is a place to cut, too.
            if grapheme.chars().all(char::is_whitespace) {
                return format!("{}…", kept.trim_end());
            }
            break;
        }
        kept.push_str(grapheme);
    }
    let at_word = kept
        .rfind(char::is_whitespace)
        .and_then(|at| kept.get(..at))
        .filter(|text| !text.trim().is_empty());
    format!("{}…", at_word.unwrap_or(&kept).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::blocks;
    use crate::document::Document;

    fn description(text: &str) -> Option<String> {
        let document = Document::parse(text);
        let blocks = blocks(&document);
        let title = crate::title::find(&document, &blocks, None, None);
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
                "# T\n\n### A tool that cuts wood.\n\n- a\n",
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
    fn sentences_end_outside_parentheses_and_behind_words() {
        for (text, ends) in [
            ("A. B! C", vec!["A.", "A. B!"]),
            (
                "Cut (sawn, cf. Saw) wood. So",
                vec!["Cut (sawn, cf. Saw) wood."],
            ),
            ("Axes, e.g. of iron. So", vec!["Axes, e.g. of iron."]),
            ("木。切", vec!["木。"]),
        ] {
            let found: Vec<&str> = sentence_ends(text)
                .into_iter()
                .map(|end| &text[..end])
                .collect();
            assert_eq!(found, ends);
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
