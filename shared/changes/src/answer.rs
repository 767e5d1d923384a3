//! What changed, as the answer tells it: with line numbers, without most of what is the same, and within what an
//! answer may have.

use serde::Serialize;
use unicode_segmentation::GraphemeCursor;

use crate::compare::{Compared, Detail, Kind, Run};
use crate::sides::{LineEnds, Side};

/// So many lines that are the same are told before and after what changed.
const CONTEXT: usize = 3;
/// Fewer lines than these are told rather than counted.
const MIN_SKIPPED: usize = 3;
/// The most that texts and the words around them take in Lambda's answer, of 6 MB, in bytes; and one text.
pub const MAX_BYTES: usize = 5_000_000;
const MAX_TEXT_BYTES: usize = 1_500_000;
/// What stands around a text, in bytes: `{"kind":"removed","before":1000000,"after":1000000,"text":""},`, with each quote
/// escaped once more.
const AROUND_TEXT_BYTES: usize = 90;

/// The answer's body.
#[derive(Debug, Serialize)]
pub struct Changes {
    pub changes: Told,
}

/// What changed.
#[derive(Debug, Serialize)]
pub struct Told {
    /// `None` where there was nothing before.
    before: Option<Version>,
    after: Version,
    detail: &'static str,
    /// Whether there is more than what is told.
    cut: bool,
    runs: Vec<ToldRun>,
}

#[derive(Debug, Serialize)]
struct Version {
    id: String,
    encoding: &'static str,
    line_ends: LineEnds,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum ToldRun {
    Same {
        before: usize,
        after: usize,
        text: String,
    },
    Removed {
        before: usize,
        text: String,
    },
    Added {
        after: usize,
        text: String,
    },
    /// Lines that are the same and left out.
    Skipped {
        before: usize,
        after: usize,
        lines: usize,
    },
}

impl Changes {
    pub(crate) fn of(
        before: Option<&Side>,
        after: &Side,
        compared: &Compared<'_>,
        most: usize,
    ) -> Self {
        let version = |side: &Side| Version {
            id: side.id.clone(),
            encoding: side.encoding,
            line_ends: side.line_ends,
        };
        let mut telling = Telling::new(most, MAX_TEXT_BYTES);
        let last = compared.runs.len().saturating_sub(1);
        for (at, run) in compared.runs.iter().enumerate() {
            if !telling.run(compared, run, at == 0, at == last) {
                break;
            }
        }
        Self {
            changes: Told {
                before: before.map(version),
                after: version(after),
                detail: match compared.detail {
                    Detail::Words => "words",
                    Detail::Lines => "lines",
                    Detail::Whole => "whole",
                },
                cut: telling.cut,
                runs: telling.runs,
            },
        }
    }
}

/// Runs being told, and where in both texts that has come to.
struct Telling {
    runs: Vec<ToldRun>,
    /// 1-based lines.
    before: usize,
    after: usize,
    /// Whether the text so far ends within a line.
    in_line: bool,
    left: usize,
    most: usize,
    cut: bool,
}

impl Telling {
    fn new(left: usize, most: usize) -> Self {
        Self {
            runs: Vec::new(),
            before: 1,
            after: 1,
            in_line: false,
            left,
            most,
            cut: false,
        }
    }

    /// Tells a run. `false`: there is no room for more.
    fn run(&mut self, compared: &Compared<'_>, run: &Run, is_first: bool, is_last: bool) -> bool {
        let text = compared.text(run);
        if run.kind != Kind::Same {
            return self.text(run.kind, text);
        }
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let head = if is_first {
            0
        } else {
            CONTEXT + usize::from(self.in_line)
        };
        let ends_in_line = !text.ends_with('\n');
        let tail = if is_last {
            0
        } else {
            CONTEXT + usize::from(ends_in_line)
        };
        if lines.len() < head + tail + MIN_SKIPPED {
            return self.text(Kind::Same, text);
        }
        let skipped = &lines[head..lines.len() - tail];
        let [beginning, end] = [&lines[..head], &lines[lines.len() - tail..]].map(<[&str]>::concat);
        self.text(Kind::Same, &beginning)
            && self.skipped(skipped.len())
            && self.text(Kind::Same, &end)
    }

    fn text(&mut self, kind: Kind, text: &str) -> bool {
        if text.is_empty() {
            return true;
        }
        let room = self.most.min(self.left.saturating_sub(AROUND_TEXT_BYTES));
        let (told, cost) = beginning(text, room);
        self.left = self.left.saturating_sub(cost + AROUND_TEXT_BYTES);
        let (before, after) = (self.before, self.after);
        let lines = text.bytes().filter(|byte| *byte == b'\n').count();
        if kind != Kind::Added {
            self.before += lines;
        }
        if kind != Kind::Removed {
            self.after += lines;
        }
        self.in_line = !text.ends_with('\n');
        self.cut |= told.len() < text.len();
        if told.is_empty() {
            return false;
        }
        let text = told.to_owned();
        self.runs.push(match kind {
            Kind::Same => ToldRun::Same {
                before,
                after,
                text,
            },
            Kind::Removed => ToldRun::Removed { before, text },
            Kind::Added => ToldRun::Added { after, text },
        });
        true
    }

    fn skipped(&mut self, lines: usize) -> bool {
        self.runs.push(ToldRun::Skipped {
            before: self.before,
            after: self.after,
            lines,
        });
        self.before += lines;
        self.after += lines;
        self.left = self.left.saturating_sub(AROUND_TEXT_BYTES);
        true
    }
}

/// As much of a text as there is room for, whole graphemes, and what it takes.
fn beginning(text: &str, room: usize) -> (&str, usize) {
    let mut cost = 0;
    for (at, byte) in text.bytes().enumerate() {
        let next = cost + escaped(byte);
        if next > room {
            let mut cursor = GraphemeCursor::new(text.floor_char_boundary(at), text.len(), true);
            // Of a text that is there whole it always knows.
            let end = match cursor.is_boundary(text, 0) {
                Ok(true) => cursor.cur_cursor(),
                _ => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
            };
            return (&text[..end], cost);
        }
        cost = next;
    }
    (text, cost)
}

/// What a byte of a text takes in Lambda's answer, which is JSON with JSON in a text.
fn escaped(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' => 4,
        b'\n' | b'\r' | b'\t' | 0x8 | 0xc => 3,
        0..0x20 => 7,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
