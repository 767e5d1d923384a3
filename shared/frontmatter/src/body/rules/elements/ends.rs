//! Where elements end that nothing closes (2.9.10).

use super::{Frame, MAX_CLOSED, Open, Sanitiser};
use crate::diagnostics::Code;
use crate::markdown::{Document, Event, Tag};

impl Sanitiser<'_, '_, '_> {
    /// Ends what is still open when a container or a line of text ends.
    pub(super) fn leave(&mut self, frame: Frame<'_>) {
        let end = frame.end;
        let can_close = self.may_close
            && frame.open.len() <= MAX_CLOSED
            && end > 0
            && self
                .source
                .get(..end)
                .is_some_and(|before| !before.ends_with('\\'));
        let mut closers = String::new();
        for open in frame.open.into_iter().rev() {
            let name = open.name;
            if open.rule.has_implied_end {
                continue;
            }
            if open.rule.is_inline && !open.in_block && can_close && end >= open.range.end {
                closers.extend(["</", name, ">"]);
            } else {
                self.judge.warn(Code::HtmlUnclosed, &open.range);
                self.splice.delete(open.removal);
            }
        }
        if !closers.is_empty() {
            self.splice.insert(end, closers);
        }
    }

    /// Ends at the end of the body what is still open in none of its blocks.
    pub(super) fn finish(mut self, document: &Document<'_>) {
        let Some(root) = self.frames.drain(..).next() else {
            return;
        };
        let mut open: Vec<Open<'_>> = root
            .open
            .into_iter()
            .filter(|open| !open.rule.has_implied_end)
            .collect();
        if open.is_empty() {
            return;
        }
        for open in &open {
            self.judge.warn(Code::HtmlUnclosed, &open.range);
        }
        // What opens in a line of text is inside a list or a quote for those who take the line for one of its last.
        let may_close = self.may_close && open.len() <= MAX_CLOSED && !ends_in_open_code(document);
        let source = self.source;
        let begins_line = |open: &Open<'_>| {
            let before = source.get(..open.range.start).unwrap_or_default();
            let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
            // Further in, it would go on with the paragraph before it.
            line.len() <= 3 && line.bytes().all(|byte| byte == b' ')
        };
        for open in open.extract_if(.., |open| {
            !may_close || !open.in_block || !begins_line(open)
        }) {
            self.splice.delete(open.removal);
        }
        if open.is_empty() {
            return;
        }
        open.reverse();
        let eol = if document.has("\r\n") { "\r\n" } else { "\n" };
        let mut closers: Vec<String> = open
            .iter()
            .map(|open| format!("</{}>", open.name))
            .collect();
        if !self.source.ends_with('\n') {
            closers.insert(0, String::new());
        }
        // A line of its own after a blank one: in no list, quote, table or paragraph.
        closers.insert(0, String::new());
        let mut text = closers.join(eol);
        if self.source.ends_with('\n') {
            text.push_str(eol);
        }
        self.splice.insert(self.source.len(), text);
    }
}

/// Whether the body ends in a code block that nothing closes: what is appended would be code.
fn ends_in_open_code(document: &Document<'_>) -> bool {
    let last = document
        .events
        .iter()
        .rev()
        .find_map(|(event, range)| match event {
            Event::Start(Tag::CodeBlock(info)) => Some((info, range)),
            _ => None,
        });
    last.is_some_and(|(info, range)| {
        info.is_some()
            && document
                .source
                .get(range.end..)
                .is_none_or(|rest| rest.trim().is_empty())
            && !document
                .source
                .get(range.clone())
                .is_some_and(ends_with_fence)
    })
}

fn ends_with_fence(block: &str) -> bool {
    let fence: String = block
        .chars()
        .take_while(|c| matches!(c, '`' | '~'))
        .collect();
    let mut lines = block.lines();
    let _opener = lines.next();
    lines.next_back().is_some_and(|last| {
        let last = last.trim();
        last.len() >= fence.len()
            && last.starts_with(&fence)
            && last.trim_matches(['`', '~']).is_empty()
    })
}
