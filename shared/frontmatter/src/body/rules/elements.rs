//! The HTML policy applied: what isn't allowed goes, and every element ends where it may (2.9.10).

mod attributes;
mod ends;
mod partners;

use std::cell::OnceCell;
use std::ops::Range;

use crate::body::anchors::Anchors;
use crate::body::options::CleanOptions;
use crate::body::policy::{self, Element, Rule};
use crate::diagnostics::{Code, Warnings};
use crate::markdown::Document;
use crate::markdown::edits::Splice;
use crate::markdown::html::steps::{Placed, Step, blocks, steps};
use crate::markdown::html::tokens::{Tag, TokenKind, innermost, is_void};

use partners::partners;

pub(crate) use attributes::alternative;
use attributes::{Judge, Verdict};

/// Most elements that are closed where a line, a container or the body ends; what leaves more open
/// than that is no page, and has them taken out.
const MAX_CLOSED: usize = 200;

/// Most elements in each other; renderers call themselves for each, and some thousands are too many for them.
const MAX_OPEN: usize = 256;

/// Adds the edits that make the document's HTML harmless.
///
/// `may_close` is off where closing tags did not help before: what is unclosed is taken out then.
pub(crate) fn sanitise(
    document: &Document<'_>,
    options: &CleanOptions<'_>,
    anchors: &Anchors<'_>,
    may_close: bool,
    splice: &mut Splice,
    warnings: &mut Warnings,
) {
    if !document.has("<") {
        return;
    }
    let blocks = blocks(document);
    let steps = steps(document, &blocks);
    let mut partners = partners(&steps).into_iter().peekable();
    let mut sanitiser = Sanitiser {
        source: document.source,
        judge: Judge {
            source: document.source,
            options,
            anchors,
            warnings,
        },
        may_close,
        splice,
        frames: vec![Frame::default()],
        steps: &steps,
        obstacles: OnceCell::new(),
        no_more_comment_ends: false,
    };
    let mut index = 0;
    while let Some(step) = steps.get(index) {
        while partners.next_if(|(open, _)| *open < index).is_some() {}
        let partner = partners.next_if(|(open, _)| *open == index);
        match (
            step,
            partner.and_then(|(_, close)| Some((close, steps.get(close)?))),
        ) {
            (Step::Token(open), Some((at, Step::Token(close)))) => {
                sanitiser.remove_element(open, close);
                index = at;
            }
            (step, _) => sanitiser.step(step),
        }
        index += 1;
    }
    sanitiser.finish(document);
}

/// An element that stands open.
#[derive(Debug)]
struct Open<'s> {
    name: &'s str,
    rule: &'static Rule,
    removal: Range<usize>,
    range: Range<usize>,
    in_block: bool,
}

/// What is open in one container or line of text.
#[derive(Debug, Default)]
struct Frame<'s> {
    open: Vec<Open<'s>>,
    is_inline: bool,
    /// Where the last thing inline ended: closing tags go there.
    end: usize,
}

/// Where code stands and containers begin or end: nothing that is taken out may reach over these.
fn obstacles(steps: &[Step<'_>]) -> Vec<usize> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Code(range) => Some(range.start),
            _ => None,
        })
        .collect()
}

struct Sanitiser<'a, 'o, 's> {
    source: &'a str,
    judge: Judge<'a, 'o>,
    may_close: bool,
    splice: &'a mut Splice,
    frames: Vec<Frame<'s>>,
    steps: &'s [Step<'s>],
    /// Asked for by comments that don't end, which are rare.
    obstacles: OnceCell<Vec<usize>>,
    no_more_comment_ends: bool,
}

impl<'s> Sanitiser<'_, '_, 's> {
    fn step(&mut self, step: &'s Step<'s>) {
        match step {
            Step::EnterContainer => self.frames.push(Frame::default()),
            Step::EnterInline => self.frames.push(Frame {
                is_inline: true,
                ..Frame::default()
            }),
            Step::LeaveContainer | Step::LeaveInline => {
                if self.frames.len() > 1
                    && let Some(frame) = self.frames.pop()
                {
                    self.leave(frame);
                }
            }
            Step::Inline(end) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.end = *end;
                }
            }
            Step::Code(_) => {}
            Step::Token(placed) => self.token(placed),
        }
    }

    fn token(&mut self, placed: &'s Placed<'s>) {
        match &placed.kind {
            // A tag there opens nothing and ends nothing.
            _ if placed.in_picture => self.remove_declaration(placed),
            TokenKind::Open(tag) => self.open(tag, placed),
            TokenKind::Close(name) => self.close(name, placed),
            TokenKind::Comment(text) => {
                let written = self.text(&placed.range);
                if !(is_more(text) && !written.contains('\n') && written.ends_with("-->")) {
                    self.splice.delete(placed.removal.clone());
                }
            }
            TokenKind::Declaration => self.remove_declaration(placed),
            TokenKind::UnclosedComment => self.unclosed_comment(placed),
            TokenKind::Stray => self.splice.replace(placed.range.clone(), "&lt;"),
        }
    }

    fn text(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    fn remove(&mut self, placed: &Placed<'_>) {
        self.judge.warn(Code::HtmlRemoved, &placed.range);
        self.splice.delete(placed.removal.clone());
    }

    /// A declaration shows nothing, so nothing of it is quoted.
    fn remove_declaration(&mut self, placed: &Placed<'_>) {
        let text = self.text(&placed.range);
        let sign = ["<![CDATA[", "<?", "<!"]
            .into_iter()
            .find(|sign| text.starts_with(sign))
            .unwrap_or("<");
        self.judge
            .warnings
            .add(Code::HtmlRemoved, placed.range.start, sign);
        self.splice.delete(placed.removal.clone());
    }

    fn remove_element(&mut self, open: &Placed<'_>, close: &Placed<'_>) {
        self.judge.warn(Code::HtmlRemoved, &open.range);
        self.splice
            .delete(open.range.start..close.removal.end.max(close.range.end));
    }

    /// A comment that the parser doesn't close: it ends where its author ended it, if that takes
    /// no code with it, and else shows that it is there instead of hiding the rest of the page.
    fn unclosed_comment(&mut self, placed: &Placed<'_>) {
        let start = placed.range.start;
        let end = if self.no_more_comment_ends || self.frames.len() > 1 || !placed.in_block {
            None
        } else {
            self.source.get(start..).and_then(|rest| rest.find("-->"))
        };
        let Some(end) = end.map(|end| start + end + 3) else {
            self.no_more_comment_ends |= self.frames.len() == 1 && placed.in_block;
            self.splice.replace(placed.range.clone(), "&lt;");
            return;
        };
        let obstacles = self.obstacles.get_or_init(|| obstacles(self.steps));
        let next = obstacles.partition_point(|obstacle| *obstacle < start);
        if obstacles.get(next).is_some_and(|obstacle| *obstacle < end) {
            self.splice.replace(placed.range.clone(), "&lt;");
        } else {
            self.splice.delete(start..end);
        }
    }

    fn open(&mut self, tag: &'s Tag<'s>, placed: &Placed<'_>) {
        let rule = policy::rule(&tag.name);
        if rule.element != Element::Allowed {
            return self.remove(placed);
        }
        let has_no_end = is_void(&tag.name);
        let open: usize = self.frames.iter().map(|frame| frame.open.len()).sum();
        if open >= MAX_OPEN {
            return self.remove(placed);
        }
        if !rule.within.is_empty() && !rule.within.iter().any(|name| self.is_open(name)) {
            return self.remove(placed);
        }
        // A browser moves it out of the table, and ends it elsewhere than its closing tag says.
        if !has_no_end && !rule.is_table_part() && tag.name != "caption" && self.is_between_cells()
        {
            return self.remove(placed);
        }
        match self.judge.verdict(tag, rule, placed) {
            Verdict::Keep => {}
            Verdict::Write(mut html) => {
                if tag.self_closing && !has_no_end {
                    html.extend(["</", tag.name.as_ref(), ">"]);
                }
                self.splice.replace(placed.range.clone(), html);
            }
            Verdict::Text(text) if text.is_empty() => {
                return self.splice.delete(placed.removal.clone());
            }
            Verdict::Text(text) => return self.splice.replace(placed.range.clone(), text),
        }
        if !has_no_end && !tag.self_closing {
            let frame = self.frame_of(&tag.name, rule);
            if let Some(frame) = self.frames.get_mut(frame) {
                frame.open.push(Open {
                    name: &tag.name,
                    rule,
                    range: placed.range.clone(),
                    removal: placed.removal.clone(),
                    in_block: placed.in_block,
                });
            }
        }
    }

    /// A line of text holds the inline elements that open in it, and tables, which would take the
    /// end of the line's own element in; its container holds the others.
    fn frame_of(&self, name: &str, rule: &Rule) -> usize {
        let last = self.frames.len() - 1;
        let ends_with_line = rule.is_inline || name == "table" || rule.is_table_part();
        match self.frames.last() {
            Some(frame) if frame.is_inline && !ends_with_line => last.saturating_sub(1),
            _ => last,
        }
    }

    /// The frames in which a closing tag may find its element: the line, then its container.
    fn reachable(&self) -> impl Iterator<Item = usize> + use<> {
        let last = self.frames.len() - 1;
        let is_inline = self.frames.last().is_some_and(|frame| frame.is_inline);
        (last.saturating_sub(usize::from(is_inline))..=last).rev()
    }

    fn is_open(&self, name: &str) -> bool {
        self.reachable()
            .filter_map(|index| self.frames.get(index))
            .any(|frame| frame.open.iter().any(|open| open.name == name))
    }

    /// Whether the innermost open element is a table or part of one that holds no text.
    fn is_between_cells(&self) -> bool {
        self.reachable()
            .find_map(|index| self.frames.get(index)?.open.last())
            .is_some_and(|open| matches!(open.name, "table" | "tbody" | "tfoot" | "thead" | "tr"))
    }

    fn close(&mut self, name: &str, placed: &Placed<'_>) {
        if name == "br" {
            // No element has it, but browsers break the line there (WHATWG HTML, 13.2.6.4.7).
            return self.splice.replace(placed.range.clone(), "<br>");
        }
        let found = self.reachable().find_map(|index| {
            let open = &self.frames.get(index)?.open;
            let position = innermost(open.iter().map(|open| open.name), name)?;
            Some((index, position))
        });
        let Some((frame, position)) = found else {
            // The closing tag of what was taken out is taken out quietly with it.
            if policy::rule(name).element == Element::Allowed && !is_void(name) {
                self.judge.warn(Code::HtmlUnclosed, &placed.range);
            }
            return self.splice.delete(placed.removal.clone());
        };
        let Some(frame) = self.frames.get_mut(frame) else {
            return;
        };
        // A browser would open formatting elements again after the one that is closed here, and
        // would not look for it outside an open table.
        let unclosed: String = frame
            .open
            .drain(position..)
            .skip(1)
            .rev()
            .filter(|open| !open.rule.has_implied_end)
            .flat_map(|open| ["</", open.name, ">"])
            .collect();
        if !unclosed.is_empty() {
            self.splice.insert(placed.range.start, unclosed);
        }
        let written = self.text(&placed.range);
        let is_plain = written
            .get(2..2 + name.len())
            .is_some_and(|n| n.eq_ignore_ascii_case(name))
            && written
                .get(2 + name.len()..)
                .is_some_and(|rest| rest.trim_start_matches([' ', '\t']) == ">");
        if !is_plain {
            self.splice
                .replace(placed.range.clone(), format!("</{name}>"));
        }
    }
}

/// Whether a comment is the mark where an excerpt ends.
fn is_more(comment: &str) -> bool {
    comment.trim_matches(' ').eq_ignore_ascii_case("more")
}
