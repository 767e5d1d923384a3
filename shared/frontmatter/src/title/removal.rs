//! The edits that take the title's heading out of the body (2.5).

use std::ops::Range;

use super::said::says_something;
use crate::badge::is_badge;
use crate::markdown::Edit;
use crate::outline::{Block, Inline};

/// Deletes a heading with the blank line behind it; pictures that are no badges stay, and links to other sites, as a
/// paragraph.
pub(super) fn removal(source: &str, block: &Block<'_>) -> Vec<Edit> {
    let kept = kept(block);
    if block.html {
        return html_removal(source, block, &kept);
    }
    let Range { start, end } = block.range;
    if kept.is_empty() {
        return vec![Edit {
            range: start..after_blank_line(source, end),
            replacement: String::new(),
        }];
    }
    let line_end = trimmed_end(source, start..end);
    let line_break = source
        .get(line_end..end)
        .filter(|line_break| !line_break.is_empty())
        .unwrap_or("\n");
    let mut edits = Vec::new();
    let mut at = start;
    for (number, range) in kept.iter().enumerate() {
        let between = match number {
            0 if is_below_text(source, start) => line_break,
            0 => "",
            _ => " ",
        };
        edits.push(Edit {
            range: at..range.start,
            replacement: between.to_owned(),
        });
        at = range.end;
    }
    let is_above_text = end < source.len() && after_blank_line(source, end) == end;
    let behind = if is_above_text { line_break } else { "" };
    edits.push(Edit {
        range: at..line_end,
        replacement: behind.to_owned(),
    });
    edits.retain(|edit| !edit.range.is_empty() || !edit.replacement.is_empty());
    edits
}

/// Whether the line before the one that begins here would be one paragraph with it.
fn is_below_text(source: &str, start: usize) -> bool {
    let before = source.get(..start).unwrap_or_default();
    let lines = before.trim_end_matches([' ', '\t']).strip_suffix('\n');
    let last = lines.and_then(|lines| lines.rsplit('\n').next());
    last.is_some_and(|line| !line.trim().is_empty())
}

/// The end of the range without its line break, so that what is kept stays a paragraph.
fn trimmed_end(source: &str, range: Range<usize>) -> usize {
    let text = source.get(range.clone()).unwrap_or_default();
    range.start + text.trim_end_matches(['\n', '\r']).len()
}

fn after_blank_line(source: &str, end: usize) -> usize {
    let rest = source.get(end..).unwrap_or_default();
    let line = rest.find('\n').map_or(rest.len(), |at| at + 1);
    if rest.get(..line).is_some_and(|line| line.trim().is_empty()) {
        end + line
    } else {
        end
    }
}

/// Pictures, each with the link around it, and links to other sites.
fn kept(block: &Block<'_>) -> Vec<Range<usize>> {
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut inlines = block.inlines.iter();
    while let Some(inline) = inlines.next() {
        match inline {
            Inline::Image(image) if !is_badge(&image.url) => kept.push(image.range.clone()),
            Inline::LinkStart {
                range: Some(range),
                is_to_site,
            } if !range.is_empty() => {
                let link = Link::read(&mut inlines);
                // Of an address on this site only Markdown's links stay around their pictures.
                let is_kept = if link.has_text {
                    *is_to_site && link.says_something
                } else {
                    !link.pictures.is_empty() && !link.has_badges && (*is_to_site || !block.html)
                };
                if is_kept {
                    kept.push(range.clone());
                } else {
                    kept.extend(link.pictures);
                }
            }
            _ => {}
        }
    }
    // Of what closes elsewhere than it should, the first stays.
    let mut end = block.range.start;
    kept.retain(|range| {
        let is_behind = range.start >= end && range.end <= block.range.end;
        end = if is_behind { range.end } else { end };
        is_behind
    });
    kept
}

/// What a link holds.
#[derive(Default)]
struct Link {
    /// Those that are no badges.
    pictures: Vec<Range<usize>>,
    has_badges: bool,
    has_text: bool,
    /// Whether there is a letter or digit in the text.
    says_something: bool,
}

impl Link {
    /// Reads up to where the link ends that has just begun.
    fn read<'a, 'b: 'a>(inlines: &mut impl Iterator<Item = &'a Inline<'b>>) -> Self {
        let mut link = Self::default();
        let mut around = 0_usize;
        for inner in inlines {
            match inner {
                Inline::LinkStart { .. } => around += 1,
                Inline::LinkEnd if around == 0 => break,
                Inline::LinkEnd => around -= 1,
                Inline::Image(image) if is_badge(&image.url) => link.has_badges = true,
                Inline::Image(image) => link.pictures.push(image.range.clone()),
                Inline::Text(text) | Inline::Code(text) | Inline::Formula(text) => {
                    link.has_text |= !text.trim().is_empty();
                    link.says_something |= says_something(text);
                }
                Inline::Break => {}
            }
        }
        link
    }
}

/// Of an HTML heading only its own bytes go, up to the closing tag.
fn html_removal(source: &str, block: &Block<'_>, kept: &[Range<usize>]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut at = block.range.start;
    for range in kept {
        edits.push(Edit {
            range: at..range.start,
            replacement: String::new(),
        });
        at = range.end;
    }
    edits.push(Edit {
        range: at..block.range.end,
        replacement: String::new(),
    });
    edits.retain(|edit| {
        edit.range.start < edit.range.end && source.get(edit.range.clone()).is_some()
    });
    edits
}
