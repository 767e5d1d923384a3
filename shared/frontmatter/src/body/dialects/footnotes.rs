//! Inline footnotes, `text^[note]`: the note goes to the end, where footnotes stand.

use memchr::memmem;
use pulldown_cmark::TagEnd;

use super::page::{Page, around};
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::text::is_inline_end;
use crate::markdown::{Event, Tag};

const MARK: &str = "^[";
/// Most notes; a document with more is no text.
const MAX_NOTES: usize = 1000;
/// Most marks that are looked at.
const MAX_MARKS: usize = 4 * MAX_NOTES;
/// Longest note, in bytes.
const MAX_BYTES: usize = 4096;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    if memmem::find_iter(source.as_bytes(), "[^note-")
        .take(MAX_NOTES)
        .count()
        == MAX_NOTES
    {
        return;
    }
    let mut notes = String::new();
    let (mut number, mut position) = (0, 0);
    let ends = block_ends(page);
    for at in page.prose.find(MARK).take(MAX_MARKS) {
        let next = ends.partition_point(|end| *end <= at);
        // A link holds no other.
        if around(&page.links, at).is_some() {
            continue;
        }
        let Some(end) = ends
            .get(next)
            .copied()
            .filter(|_| at >= position && number < MAX_NOTES)
        else {
            continue;
        };
        let inside = at + MARK.len();
        let Some(length) = source
            .get(inside..end.min(inside + MAX_BYTES).max(inside))
            .and_then(|rest| closing(page, rest, inside))
        else {
            continue;
        };
        let note = source.get(inside..inside + length).unwrap_or_default();
        if !is_note(page, at, note) {
            continue;
        }
        number += 1;
        while source.contains(&format!("[^note-{number}]")) {
            number += 1;
        }
        let note: Vec<&str> = note
            .lines()
            .map(|line| line.trim_start_matches(['>', ' ', '\t']).trim_end())
            .collect();
        let note = note.join(" ");
        notes.extend([&format!("\n[^note-{number}]: "), note.trim(), "\n"]);
        position = inside + length + 1;
        splice.replace(at..position, format!("[^note-{number}]"));
    }
    if number > 0 {
        let at = place(page);
        let before = source.get(..at).unwrap_or_default();
        let line = if before.ends_with('\n') { "" } else { "\n" };
        let after = if at < source.len() { "\n" } else { "" };
        splice.insert(at, format!("{line}{notes}{after}"));
    }
}

/// Whether it is a note, and not a set of characters (`x^[a-z]`): in notes of Obsidian's each is, elsewhere one of words.
fn is_note(page: &Page<'_, '_>, at: usize, note: &str) -> bool {
    let before = page.document.source.get(..at).unwrap_or_default();
    let follows_text = before.ends_with(|c: char| !c.is_whitespace() && c != '(' && c != '[');
    let is_words = note.contains(char::is_whitespace)
        && note
            .trim_start()
            .starts_with(|c: char| c.is_alphabetic() || "[*_\"“".contains(c));
    !note.trim().is_empty() && follows_text && (page.is_obsidian || is_words)
}

/// Where the bracket is that ends a note.
fn closing(page: &Page<'_, '_>, rest: &str, offset: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for (at, byte) in rest.bytes().enumerate() {
        if is_escaped {
            is_escaped = false;
            continue;
        }
        match byte {
            b'\\' => is_escaped = true,
            b'[' if page.prose.has(offset + at) => depth += 1,
            b']' if page.prose.has(offset + at) => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(at),
            },
            _ => {}
        }
    }
    None
}

/// Where blocks of text end.
fn block_ends(page: &Page<'_, '_>) -> Vec<usize> {
    let mut ends: Vec<usize> = page
        .document
        .events
        .iter()
        .filter_map(|(event, range)| match event {
            Event::Start(tag) if !crate::markdown::text::is_inline(tag) => Some(range.start),
            Event::End(end) if !is_inline_end(*end) => Some(range.end),
            _ => None,
        })
        .collect();
    ends.sort_unstable();
    ends
}

/// The end of the document, or the beginning of what might not end with it.
fn place(page: &Page<'_, '_>) -> usize {
    let source = page.document.source;
    let last = page.document.events.last();
    let is_open = matches!(
        last,
        Some((Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock), _))
    );
    let start = page
        .document
        .events
        .iter()
        .rev()
        .find_map(|(event, range)| {
            matches!(
                event,
                Event::Start(Tag::CodeBlock(Some(_)) | Tag::HtmlBlock)
            )
            .then_some(range.start)
        });
    match start.filter(|_| is_open) {
        Some(start) => source
            .get(..start)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1),
        None => source.len(),
    }
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn notes_go_to_the_end() {
        for (before, after) in [
            (
                "Moths come.^[Nobody knows *why*.] They rest.\n",
                "Moths come.[^note-1] They rest.\n\n[^note-1]: Nobody knows *why*.\n",
            ),
            (
                "> A^[one [link](https://e.org) more\n> lines] b\n\n```\nc\n```\n",
                "> A[^note-1] b\n\n\n[^note-1]: one [link](https://e.org) more lines\n\n```\nc\n```\n",
            ),
            (
                "A[^note-1]^[two words], b.^[Three of `]` them]\n\n[^note-1]: x\n",
                "A[^note-1][^note-2], b.[^note-3]\n\n[^note-1]: x\n\n[^note-2]: two words\n\n[^note-3]: Three of `]` them\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn sets_of_characters_stay() {
        for body in [
            "It fits x^[a-z] and ^[0-9 ]+ here\n",
            "`a^[b c]`\n",
            "a^[never closed\n",
            "    a^[b c]\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
