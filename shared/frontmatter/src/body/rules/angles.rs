//! `<` in text: escaped where another reader than ours could take it for a tag (2.9.12).

use std::cell::LazyCell;
use std::ops::Range;

use pulldown_cmark::TagEnd;

use crate::markdown::edits::Splice;
use crate::markdown::places::{begins_line, is_escaped};
use crate::markdown::text::is_inline;
use crate::markdown::{Document, Event, Tag, behind_start};

/// Escapes a `<` that is text for our parser, but begins what looks like markup: another reader
/// may take other lines for a block, and what never ends in ours may end in its.
pub(crate) fn escape(document: &Document<'_>, formulas: &[Range<usize>], splice: &mut Splice) {
    if !document.has("<") && !document.has("](") {
        return;
    }
    let source = document.source;
    let last_gt = memchr::memrchr(b'>', source.as_bytes()).unwrap_or_default();
    let mut addresses = BareAddresses::new(source);
    let mut marks = memchr::memchr2_iter(b'<', b'`', source.as_bytes()).peekable();
    let mut in_code = 0_usize;
    let mut follows_tag = false;
    let has_tags = LazyCell::new(|| {
        let mut events = document.events.iter();
        events.any(|(event, _)| matches!(event, Event::InlineHtml(_) | Event::Html(_)))
    });
    let has_touchy = LazyCell::new(|| {
        let mut events = document.events.iter();
        events.any(|(event, _)| matches!(event, Event::Code(code) if is_touchy(code)))
    });
    for (event, range) in &document.events {
        follows_tag = match event {
            Event::InlineHtml(_) => true,
            Event::Start(tag) => follows_tag && is_inline(tag),
            _ => follows_tag,
        };
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => in_code += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => {
                in_code = in_code.saturating_sub(1);
            }
            // Backticks, too, belong to an address that they touch: this code is none any more, and its last backtick begins
            // another.
            Event::Code(_) if *has_touchy && addresses.reach(range.start) => {
                splice.insert(range.start, " ");
            }
            // A bare address took the backslash in, which escapes the `<` for who reads no such address.
            Event::InlineHtml(_) if is_escaped(source, range.start) => {
                splice.delete(range.start - 1..range.start);
            }
            Event::Text(_) if in_code == 0 => {
                while marks.next_if(|at| *at < range.start).is_some() {}
                while let Some(at) = marks.next_if(|at| *at < range.end) {
                    if source.as_bytes().get(at) == Some(&b'`') {
                        // An address took it in, which begins code for who reads no such address.
                        if addresses.reach(at) && !is_escaped(source, at) {
                            splice.insert(at, " ");
                            addresses.end(at);
                        }
                        continue;
                    }
                    // Inside a line, a tag without an end is text for everyone, but for who begins a block with
                    // a tag before it.
                    let needs_no_end = || {
                        follows_tag
                            || begins_line(source, at)
                            || matches!(source.as_bytes().get(at + 1), Some(b'!' | b'?'))
                    };
                    let may_begin_markup =
                        looks_like_markup(source, at) && (at < last_gt || needs_no_end());
                    if !may_begin_markup {
                        continue;
                    }
                    if is_escaped(source, at) {
                        // Below a tag some programs know no backslash.
                        if addresses.reach(at) || *has_tags {
                            splice.replace(at - 1..at + 1, "&lt;");
                        }
                        continue;
                    }
                    let formula = formulas.partition_point(|formula| formula.end <= at);
                    if formulas
                        .get(formula)
                        .is_some_and(|formula| formula.contains(&at))
                    {
                        splice.insert(at + 1, " ");
                    } else {
                        splice.replace(at..at + 1, "&lt;");
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether there is something in the code that would act if it were none.
fn is_touchy(code: &str) -> bool {
    let code = code.as_bytes();
    memchr::memchr2(b'<', b'(', code).is_some()
        && (code.contains(&b'<') || code.windows(2).any(|pair| pair == b"]("))
}

fn looks_like_markup(source: &str, at: usize) -> bool {
    source
        .as_bytes()
        .get(at + 1)
        .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
}

/// The words that GFM makes links of without being asked, found in one pass. There a backslash
/// escapes nothing: it belongs to the address, and a `<` after it begins a tag.
struct BareAddresses<'a> {
    source: &'a str,
    position: usize,
    word_start: usize,
    is_address: bool,
}

impl<'a> BareAddresses<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            position: 0,
            word_start: 0,
            is_address: false,
        }
    }

    /// What a blank parts at a place that was asked for last.
    fn end(&mut self, at: usize) {
        self.word_start = at;
        self.is_address = false;
    }

    /// Whether `at` continues an address. Each call must ask further on than the one before.
    fn reach(&mut self, at: usize) -> bool {
        let passed = self.source.get(self.position..at).unwrap_or_default();
        let last_space = passed.char_indices().rev().find(|(_, c)| c.is_whitespace());
        if let Some((space, character)) = last_space {
            self.word_start = self.position + space + character.len_utf8();
            self.is_address = false;
        }
        // A mark may have begun before the last place that was asked for.
        let start = self.word_start.max(self.position.saturating_sub(3));
        let word = self.source.as_bytes().get(start..at).unwrap_or_default();
        self.is_address |=
            word.contains(&b'@') || (0..word.len()).any(|at| behind_start(word, at).is_some());
        self.position = at;
        self.is_address
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    fn escaped(source: &str) -> String {
        let mut splice = Splice::default();
        escape(&Document::parse_without_math(source), &[], &mut splice);
        apply(source, &splice.into_edits(source))
    }

    #[test]
    fn what_could_be_markup_for_another_reader_is_escaped() {
        for (before, after) in [
            ("a <b c\n\n> d\n", "a &lt;b c\n\n> d\n"),
            ("a\n<b c\n", "a\n&lt;b c\n"),
            ("a\n<b>c</b> <b d\n", "a\n<b>c</b> &lt;b d\n"),
            ("a\\<b> `<c>`\n", "a\\<b> `<c>`\n"),
            (
                "https://e.com/\\<b> x\\<b> WwW.e.é\\<b>\n",
                "https://e.com/<b> x&lt;b> WwW.e.é<b>\n",
            ),
            ("a\\<b> <c>\n", "a&lt;b> <c>\n"),
            ("a@b`<c>` d`<e>`\n", "a@b `<c>` d`<e>`\n"),
            ("www.`</b>`\n", "www. `</b>`\n"),
            ("<b> http://e.x`\n", "<b> http://e.x `\n"),
            ("ehttp://e` `>`<c>`\n", "ehttp://e ` `>`<c>`\n"),
            ("a<b, 1 < 2\n", "a<b, 1 < 2\n"),
        ] {
            assert_eq!(escaped(before), after, "from {before:?}");
            assert_eq!(escaped(after), after);
        }
    }
}
