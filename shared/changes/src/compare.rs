//! Two texts, compared line by line first, and word by word within the lines that changed.

use std::ops::Range;
use std::time::Instant;

use similar::{Algorithm, DiffOp};

use crate::words;

/// The most runs that are told. Nobody reads more, and each costs a hundred bytes of an answer.
const MAX_RUNS: usize = 20_000;

/// What became of a stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Same,
    Added,
    Removed,
}

/// A stretch of text: bytes of the text before, and of the text after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) kind: Kind,
    pub(crate) before: Range<usize>,
    pub(crate) after: Range<usize>,
}

/// How finely two texts were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    Words,
    /// Some or all of the lines that changed are told as a whole.
    Lines,
    /// All between the first and the last line that changed is told as a whole.
    Whole,
}

/// Two texts and what became of one in the other: `Same` and `Removed` are the text before, `Same` and `Added` the
/// text after, in this order. No run begins or ends within a grapheme, and no two of a kind follow each other.
#[derive(Debug)]
pub(crate) struct Compared<'a> {
    pub(crate) before: &'a str,
    pub(crate) after: &'a str,
    pub(crate) runs: Vec<Run>,
    pub(crate) detail: Detail,
}

impl Compared<'_> {
    /// The text of a run.
    pub(crate) fn text(&self, run: &Run) -> &str {
        match run.kind {
            Kind::Removed => &self.before[run.before.clone()],
            Kind::Same | Kind::Added => &self.after[run.after.clone()],
        }
    }
}

/// Compares two texts; after the deadlines what is left is told more coarsely.
pub(crate) fn compare<'a>(
    before: &'a str,
    after: &'a str,
    lines_until: Instant,
    words_until: Instant,
) -> Compared<'a> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let blocks = Blocks {
        before,
        after,
        list: blocks(&old, &new, lines_until),
    };
    let (mut runs, mut detail) = blocks.by_words(words_until);
    if runs.list.len() > MAX_RUNS {
        (runs, detail) = (blocks.by_lines(), Detail::Lines);
    }
    if runs.list.len() > MAX_RUNS {
        (runs, detail) = (blocks.whole(), Detail::Whole);
    }
    Compared {
        before,
        after,
        runs: runs.list,
        detail,
    }
}

/// Lines that are the same, or lines that took the place of others: bytes of both texts.
#[derive(Debug)]
struct Block {
    is_same: bool,
    before: Range<usize>,
    after: Range<usize>,
}

/// The blocks of both texts by their lines, of both kinds in turn.
fn blocks(old: &[&str], new: &[&str], until: Instant) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut at_before, mut at_after) = (0, 0);
    for operation in similar::capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(until))
    {
        let (_, lines_before, lines_after) = operation.as_tag_tuple();
        let end_before = at_before + bytes(&old[lines_before]);
        let end_after = at_after + bytes(&new[lines_after]);
        let is_same = matches!(operation, DiffOp::Equal { .. });
        match blocks.last_mut() {
            Some(last) if last.is_same == is_same => {
                (last.before.end, last.after.end) = (end_before, end_after);
            }
            _ => blocks.push(Block {
                is_same,
                before: at_before..end_before,
                after: at_after..end_after,
            }),
        }
        (at_before, at_after) = (end_before, end_after);
    }
    blocks
}

fn bytes(lines: &[&str]) -> usize {
    lines.iter().map(|line| line.len()).sum()
}

struct Blocks<'a> {
    before: &'a str,
    after: &'a str,
    list: Vec<Block>,
}

impl Blocks<'_> {
    fn by_words(&self, until: Instant) -> (Runs, Detail) {
        let mut runs = Runs::default();
        let mut detail = Detail::Words;
        for block in &self.list {
            if block.is_same {
                runs.same(block.before.clone(), block.after.clone());
                continue;
            }
            let (old, new) = (
                &self.before[block.before.clone()],
                &self.after[block.after.clone()],
            );
            if old.is_empty() || new.is_empty() {
                runs.changed(block.before.clone(), block.after.clone());
            } else if Instant::now() >= until {
                detail = Detail::Lines;
                runs.changed(block.before.clone(), block.after.clone());
            } else {
                for piece in words::pieces(old, new, until) {
                    let shifted = |range: Range<usize>, by| range.start + by..range.end + by;
                    let (before, after) = (
                        shifted(piece.before, block.before.start),
                        shifted(piece.after, block.after.start),
                    );
                    if piece.is_same {
                        runs.same(before, after);
                    } else {
                        runs.changed(before, after);
                    }
                }
                // Past the deadline the rest of the block was told without a comparison.
                if Instant::now() >= until {
                    detail = Detail::Lines;
                }
            }
            if runs.list.len() > MAX_RUNS {
                break;
            }
        }
        (runs, detail)
    }

    fn by_lines(&self) -> Runs {
        let mut runs = Runs::default();
        for block in &self.list {
            let (before, after) = (block.before.clone(), block.after.clone());
            if block.is_same {
                runs.same(before, after);
            } else {
                runs.changed(before, after);
            }
        }
        runs
    }

    fn whole(&self) -> Runs {
        let mut runs = Runs::default();
        let changed = || self.list.iter().filter(|block| !block.is_same);
        if let (Some(first), Some(last)) = (changed().next(), changed().next_back()) {
            runs.same(0..first.before.start, 0..first.after.start);
            runs.changed(
                first.before.start..last.before.end,
                first.after.start..last.after.end,
            );
            runs.same(
                last.before.end..self.before.len(),
                last.after.end..self.after.len(),
            );
        }
        runs
    }
}

/// Runs in the making.
#[derive(Default)]
struct Runs {
    list: Vec<Run>,
}

impl Runs {
    fn same(&mut self, before: Range<usize>, after: Range<usize>) {
        self.push(Kind::Same, before, after);
    }

    fn changed(&mut self, before: Range<usize>, after: Range<usize>) {
        let nothing = after.start..after.start;
        self.push(Kind::Removed, before.clone(), nothing);
        let nothing = before.end..before.end;
        self.push(Kind::Added, nothing, after);
    }

    fn push(&mut self, kind: Kind, before: Range<usize>, after: Range<usize>) {
        if before.is_empty() && after.is_empty() {
            return;
        }
        match self.list.last_mut() {
            Some(last) if last.kind == kind => {
                (last.before.end, last.after.end) = (before.end, after.end);
            }
            _ => self.list.push(Run {
                kind,
                before,
                after,
            }),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
