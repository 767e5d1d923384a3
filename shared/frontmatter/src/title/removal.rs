//! The edits that take the title's heading out of the body (2.5).

use std::ops::Range;

use crate::badge::is_badge;
use crate::blocks::{Block, Inline};
use crate::markdown::Edit;

/// Deletes a heading with the blank line behind it; pictures that are no badges stay.
pub(super) fn removal(source: &str, block: &Block<'_>) -> Vec<Edit> {
    let kept = if block.html {
        kept_in_html(block)
    } else {
        kept_in_markdown(block)
    };
    if block.html {
        return html_removal(source, block, &kept);
    }
    let end = if kept.is_empty() {
        after_blank_line(source, block.range.end)
    } else {
        block.range.end
    };
    let mut edits = Vec::new();
    let mut at = block.range.start;
    for (number, range) in kept.iter().enumerate() {
        let between = if number == 0 { "" } else { " " };
        edits.push(Edit {
            range: at..range.start,
            replacement: between.to_owned(),
        });
        at = range.end;
    }
    let line_end = if kept.is_empty() {
        end
    } else {
        trimmed_end(source, at..end)
    };
    edits.push(Edit {
        range: at..line_end,
        replacement: String::new(),
    });
    edits.retain(|edit| !edit.range.is_empty() || !edit.replacement.is_empty());
    edits
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

/// Pictures of a Markdown heading, each with the link around it.
fn kept_in_markdown(block: &Block<'_>) -> Vec<Range<usize>> {
    let mut kept = Vec::new();
    let mut inlines = block.inlines.iter().peekable();
    while let Some(inline) = inlines.next() {
        match inline {
            Inline::Image(image) if !is_badge(&image.url) => kept.push(image.range.clone()),
            Inline::LinkStart { range: Some(range) } => {
                let (mut pictures, mut text, mut badges) = (false, false, false);
                for inner in inlines.by_ref() {
                    match inner {
                        Inline::LinkEnd => break,
                        Inline::Image(image) if is_badge(&image.url) => badges = true,
                        Inline::Image(_) => pictures = true,
                        Inline::Text(inner) | Inline::Code(inner) => {
                            text |= !inner.trim().is_empty();
                        }
                        _ => {}
                    }
                }
                if pictures && !text && !badges {
                    kept.push(range.clone());
                }
            }
            _ => {}
        }
    }
    kept
}

fn kept_in_html(block: &Block<'_>) -> Vec<Range<usize>> {
    let images = block.inlines.iter().filter_map(|inline| match inline {
        Inline::Image(image) if !is_badge(&image.url) => Some(image.range.clone()),
        _ => None,
    });
    images.collect()
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
