//! YAML, TOML and JSON without comments, for where no reader takes them out: a block is broken,
//! nothing ends it, or it is quoted.
//!
//! All lines stay, empty if need be, so that a line's number is the same before and after. What could be a comment to its
//! author goes: in a broken block that is more than a reader would take for one.

/// Most digits of a number behind `#` that is one of an issue: `Fix: issue #5`.
const MAX_ISSUE_DIGITS: usize = 5;

/// YAML without comments.
pub(crate) fn yaml(block: &str) -> String {
    let mut bare = String::with_capacity(block.len());
    let mut scalar: Option<BlockScalar> = None;
    for line in block.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let eol = line.get(content.len()..).unwrap_or_default();
        if scalar.as_mut().is_some_and(|scalar| scalar.holds(content)) {
            bare.push_str(line);
            continue;
        }
        let kept = match comment(content) {
            Some(at) => content.get(..at).unwrap_or_default().trim_end(),
            None => content,
        };
        scalar = BlockScalar::begun_by(kept);
        bare.push_str(kept);
        bare.push_str(eol);
    }
    bare
}

/// Lines of text under `key: |`, in which `#` is what it is.
pub(crate) struct BlockScalar {
    /// Column of the key that it belongs to.
    parent: usize,
    /// Column in which its text begins, once there is some.
    text: Option<usize>,
}

impl BlockScalar {
    pub(crate) fn begun_by(line: &str) -> Option<Self> {
        let start = line.trim_end();
        let start = start.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
        let before = start.strip_suffix(['|', '>'])?;
        let is_value = before.ends_with([' ', '\t'])
            && before.trim_end().ends_with([':', '-', '?'])
            || before
                .split_whitespace()
                .next_back()
                .is_some_and(|word| word.starts_with(['!', '&']));
        if !is_value {
            return None;
        }
        let mut parent = indentation(line);
        let mut rest = line.get(parent..).unwrap_or_default();
        while let Some(inner) = rest.strip_prefix(['-', '?']) {
            let text = inner.trim_start();
            // Straight behind its dash: the dash is what it is indented by.
            if text.len() == inner.len() || text.starts_with(['|', '>', '!', '&']) {
                break;
            }
            parent += rest.len() - text.len();
            rest = text;
        }
        Some(Self { parent, text: None })
    }

    pub(crate) fn holds(&mut self, line: &str) -> bool {
        let indentation = indentation(line);
        if line.trim().is_empty() {
            return true;
        }
        match self.text {
            Some(text) => indentation >= text,
            None if indentation > self.parent => {
                self.text = Some(indentation);
                true
            }
            None => false,
        }
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// Where the comment of a line of YAML begins: at a `#` with nothing or a blank before it, unless that stands in quotes.
fn comment(line: &str) -> Option<usize> {
    let mut chars = line.char_indices().peekable();
    // Whether a value may begin here, how many brackets are open, and what stood before.
    let (mut begins, mut depth, mut before) = (true, 0_usize, ' ');
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let rest = line.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '#' if before.is_ascii_whitespace() && !is_issue(line, at, rest) => return Some(at),
            '"' | '\'' if begins => {
                if let Some(length) = quoted_length(rest, c) {
                    while chars.next_if(|(end, _)| *end <= at + length).is_some() {}
                }
                begins = false;
            }
            '[' | '{' if begins || depth > 0 => (begins, depth) = (true, depth + 1),
            ']' | '}' if depth > 0 => (begins, depth) = (false, depth - 1),
            ',' if depth > 0 => begins = true,
            ':' if next.is_ascii_whitespace() || depth > 0 => begins = true,
            '-' | '?' if begins && next.is_ascii_whitespace() => {}
            '!' | '&' if begins => {
                while chars.next_if(|(_, c)| !c.is_ascii_whitespace()).is_some() {}
            }
            ' ' | '\t' => {}
            _ => begins = false,
        }
        before = c;
    }
    None
}

/// Whether a `#` behind a word is the number of an issue and ends the value or a part of its sentence.
fn is_issue(line: &str, at: usize, rest: &str) -> bool {
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let ends = rest.get(digits..).is_some_and(|rest| {
        rest.trim().is_empty() || rest.starts_with([',', ';', ')', ']', '"', '\'', ':', '.'])
    });
    let follows_word = line
        .get(..at)
        .is_some_and(|before| before.trim_end().ends_with(char::is_alphabetic));
    (1..=MAX_ISSUE_DIGITS).contains(&digits) && ends && follows_word
}

/// Bytes from behind a quote to the one that closes it, that one included.
fn quoted_length(rest: &str, quote: char) -> Option<usize> {
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' => return None,
            '\\' if quote == '"' => {
                chars.next();
            }
            _ if c == quote => {
                // Two single quotes are one of the text.
                if quote == '\'' && chars.next_if(|(_, next)| *next == quote).is_some() {
                    continue;
                }
                return Some(at + c.len_utf8());
            }
            _ => {}
        }
    }
    None
}

/// TOML without comments: a `#` anywhere but in a string.
pub(crate) fn toml(block: &str) -> String {
    cut(block, |rest| {
        if rest.starts_with('#') {
            return Piece::ToLineEnd;
        }
        for quotes in ["\"\"\"", "'''"] {
            if let Some(inside) = rest.strip_prefix(quotes)
                && let Some(length) = inside.find(quotes)
            {
                return Piece::Keep(length + 2 * quotes.len());
            }
        }
        string(rest)
    })
}

/// JSON without the comments that some tools allow in it: `//`, `/* … */` and `#`.
pub(crate) fn json(block: &str) -> String {
    let mut before = ' ';
    cut(block, |rest| {
        let is_free = std::mem::replace(&mut before, rest.chars().next().unwrap_or(' '))
            .is_ascii_whitespace();
        if rest.starts_with("//") || is_free && rest.starts_with('#') {
            return Piece::ToLineEnd;
        }
        if let Some(inside) = rest.strip_prefix("/*") {
            return Piece::Drop(inside.find("*/").map_or(rest.len(), |length| length + 4));
        }
        let piece = string(rest);
        if matches!(piece, Piece::Keep(length) if length > 1) {
            before = '"';
        }
        piece
    })
}

fn string(rest: &str) -> Piece {
    if rest.starts_with('\\') {
        return Piece::Keep(rest.chars().take(2).map(char::len_utf8).sum());
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let length = quote.and_then(|quote| quoted_length(rest.get(1..)?, quote));
    Piece::Keep(length.map_or(1, |length| length + 1))
}

/// What becomes of the beginning of a text, with its length in bytes.
enum Piece {
    Keep(usize),
    Drop(usize),
    ToLineEnd,
}

/// The text without what is dropped, from piece to piece; line breaks stay.
fn cut(text: &str, mut piece: impl FnMut(&str) -> Piece) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, stays) = match piece(rest) {
            Piece::Keep(length) => (length.max(first.len_utf8()), true),
            Piece::Drop(length) => (length, false),
            Piece::ToLineEnd => (rest.find(['\n', '\r']).unwrap_or(rest.len()), false),
        };
        let (taken, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if stays {
            kept.push_str(taken);
        } else {
            kept.truncate(kept.trim_end_matches([' ', '\t']).len());
            kept.extend(taken.chars().filter(|c| matches!(c, '\n' | '\r')));
        }
        rest = after;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_yaml_go_and_nothing_else() {
        for (block, bare) in [
            ("a: b # S\n# S\nc: d\n", "a: b\n\nc: d\n"),
            ("a: b: c # S\n", "a: b: c\n"),
            (
                "a: @b # S\na: [b # S\na: \"b # S\n",
                "a: @b\na: [b\na: \"b\n",
            ),
            (
                "a: C# is nice\nb: https://c.example/#d\n",
                "a: C# is nice\nb: https://c.example/#d\n",
            ),
            ("a: Fix: issue #5\nb: #5 # S\n", "a: Fix: issue #5\nb:\n"),
            (
                "a: \"b # c\" # S\nd: 'e''s # f' # S\n",
                "a: \"b # c\"\nd: 'e''s # f'\n",
            ),
            ("a: it's # S\nb: x, \"y # S\"\n", "a: it's\nb: x, \"y\n"),
            (
                "a: [\"b # c\", {d: 'e # f'}] # S\n",
                "a: [\"b # c\", {d: 'e # f'}]\n",
            ),
            (
                "a: | # S\n  # b\n\n  c # d\n # S\n# S\n",
                "a: |\n  # b\n\n  c # d\n\n\n",
            ),
            (
                "- a: |\n    # b\n  # S\n- >-\n  # c\n# S\n",
                "- a: |\n    # b\n\n- >-\n  # c\n\n",
            ),
            (
                "a: !!str |\n  # b\nc: &d \"e # f\" # S",
                "a: !!str |\n  # b\nc: &d \"e # f\"",
            ),
        ] {
            assert_eq!(yaml(block), bare, "from {block:?}");
        }
    }

    #[test]
    fn comments_of_toml_and_json_go_and_nothing_else() {
        for (block, bare) in [
            ("a = b # S\nc = \"d # e\"#S\n", "a = b\nc = \"d # e\"\n"),
            (
                "a = \"\"\"\n# b\n\"\"\" # S\nc = 'd # e'\n",
                "a = \"\"\"\n# b\n\"\"\"\nc = 'd # e'\n",
            ),
            ("a = \"b # S\n[c] # S\n", "a = \"b\n[c]\n"),
        ] {
            assert_eq!(toml(block), bare, "from {block:?}");
        }
        for (block, bare) in [
            (
                "{ // S\n \"a\": \"b // c\" /* S\nS */, \"d\": 1 # S\n}",
                "{\n \"a\": \"b // c\"\n, \"d\": 1\n}",
            ),
            (
                "{\"a\": \"http://b.example/#c\"} // S",
                "{\"a\": \"http://b.example/#c\"}",
            ),
            ("{\"a\": 1 /* S", "{\"a\": 1"),
        ] {
            assert_eq!(json(block), bare, "from {block:?}");
        }
    }
}
