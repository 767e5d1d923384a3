//! Marks around words: `++inserted++`, Roam's `^^marked^^`, `19^th^` and `H~2~O` of pandoc and markdown-it, `MkDocs`' `++ctrl+p++`,
//! and `CriticMarkup`.

use super::callout::piece;
use super::emoji_names::is_in_address;
use super::page::{Page, around};
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::pairs;
use crate::markdown::places::is_escaped;

/// Signs that stand twice on both sides, with the element that each stands for.
const DOUBLED: [(char, &str); 2] = [('+', "ins"), ('^', "mark")];
/// What `CriticMarkup` opens and closes, and what is written there; in a title, the latter.
const CRITIC: [(&str, &str, [&str; 2], [&str; 2]); 3] = [
    ("{++", "++}", ["<ins>", "</ins>"], ["", ""]),
    ("{==", "==}", ["<mark>", "</mark>"], ["", ""]),
    ("{--", "--}", ["~~", "~~"], ["~~", "~~"]),
];
/// Names of keys, in lower case, sorted; a letter or a digit is one, too.
const KEYS: [&str; 32] = [
    "alt",
    "backspace",
    "cmd",
    "command",
    "control",
    "ctrl",
    "del",
    "delete",
    "down",
    "end",
    "enter",
    "esc",
    "escape",
    "f1",
    "f10",
    "f11",
    "f12",
    "f2",
    "f3",
    "f4",
    "f5",
    "f6",
    "f7",
    "f8",
    "f9",
    "home",
    "left",
    "option",
    "right",
    "shift",
    "tab",
    "up",
];
/// Longest text that is raised or lowered, in bytes.
const MAX_BYTES: usize = 24;
/// Digits and signs of formulas, as Unicode raises and lowers them.
const RAISED: [(char, char, char); 13] = [
    ('0', '⁰', '₀'),
    ('1', '¹', '₁'),
    ('2', '²', '₂'),
    ('3', '³', '₃'),
    ('4', '⁴', '₄'),
    ('5', '⁵', '₅'),
    ('6', '⁶', '₆'),
    ('7', '⁷', '₇'),
    ('8', '⁸', '₈'),
    ('9', '⁹', '₉'),
    ('+', '⁺', '₊'),
    ('-', '⁻', '₋'),
    ('−', '⁻', '₋'),
];

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    if critic(page, splice) {
        return;
    }
    for (sign, element) in DOUBLED {
        for (start, end) in pairs::find(page.document, sign, true) {
            let inside = source.get(start + 2..end).unwrap_or_default();
            if let Some(keys) = keys(inside).filter(|_| sign == '+') {
                splice.replace(start..end + 2, keys);
            } else if sign != '+' || !is_increment(inside) {
                splice.replace(start..start + 2, format!("<{element}>"));
                splice.replace(end..end + 2, format!("</{element}>"));
            }
        }
    }
    for run in page.document.runs().iter().filter(|run| !run.in_link) {
        let text = source.get(run.range.clone()).unwrap_or_default();
        let mut next = 0;
        while let Some(at) =
            memchr::memchr2(b'^', b'~', text.as_bytes().get(next..).unwrap_or_default())
        {
            let at = run.range.start + next + at;
            next = at + 1 - run.range.start;
            if let Some(length) = shifted(page, at, splice) {
                next += length;
            }
        }
        // A tilde between digits is a mark to the parser, so the text ends before it.
        if source.as_bytes().get(run.range.end) == Some(&b'~') {
            shifted(page, run.range.end, splice);
        }
    }
}

/// Insertions, deletions, substitutions and highlights, each in one line; whether there are any.
fn critic(page: &Page<'_, '_>, splice: &mut Splice) -> bool {
    let before = splice.len();
    if !page.document.has("{") {
        return false;
    }
    let mut next = 0;
    for at in page.prose.find("{") {
        let text = piece(page.document.source, at);
        let in_title = around(&page.headings, at).is_some();
        if at < next {
            continue;
        }
        if let Some((old, rest)) = text
            .strip_prefix("{~~")
            .and_then(|rest| rest.split_once("~>"))
            && let Some((new, _)) = rest.split_once("~~}")
        {
            next = at + 3 + old.len() + 2 + new.len() + 3;
            let new = if in_title {
                new.to_owned()
            } else {
                format!("<ins>{new}</ins>")
            };
            splice.replace(at..next, format!("~~{old}~~{new}"));
            continue;
        }
        let found = CRITIC.iter().find_map(|(open, close, shown, plain)| {
            let (inside, _) = text.strip_prefix(open)?.split_once(close)?;
            (!inside.trim().is_empty())
                .then_some((inside.len(), if in_title { plain } else { shown }))
        });
        if let Some((length, [open, close])) = found {
            next = at + 3 + length + 3;
            splice.replace(at..at + 3, *open);
            splice.replace(next - 3..next, *close);
        }
    }
    splice.len() > before
}

/// `ctrl+p` as keys; `None` where no key has a name, or something is none.
fn keys(inside: &str) -> Option<String> {
    let names: Vec<&str> = inside.split('+').collect();
    let is_named = |name: &str| KEYS.contains(&name.to_ascii_lowercase().as_str());
    let is_key = |name: &&str| {
        is_named(name) || name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !names.iter().all(is_key) || !names.iter().any(|name| is_named(name)) {
        return None;
    }
    let shown = names.iter().map(|name| {
        let (first, rest) = name.split_at_checked(1).unwrap_or((name, ""));
        format!("<kbd>{}{rest}</kbd>", first.to_ascii_uppercase())
    });
    Some(shown.collect::<Vec<_>>().join("+"))
}

/// What stands behind a letter between two such signs is raised or lowered.
fn shifted(page: &Page<'_, '_>, at: usize, splice: &mut Splice) -> Option<usize> {
    let source = page.document.source;
    let sign = source.get(at..)?.chars().next()?;
    let before = source.get(..at)?.chars().next_back()?;
    let rest = source.get(at + 1..)?;
    let length = rest.find(|c: char| c == sign || !is_part(c))?;
    let inside = rest
        .get(..length)
        .filter(|inside| !inside.is_empty() && length <= MAX_BYTES)?;
    let mut behind = rest.get(length..)?.strip_prefix(sign)?.chars();
    let is_meant = if sign == '^' {
        (before.is_alphanumeric() || matches!(before, ')' | '~'))
            && !behind
                .next()
                .is_some_and(|c| c.is_alphanumeric() || c == sign)
    } else {
        // One tilde on each side of a word strikes it out on GitHub.
        (before.is_alphabetic() || matches!(before, ')' | '^'))
            && inside.chars().all(|c| !c.is_alphabetic())
            && behind.next() != Some(sign)
    };
    if !is_meant || is_escaped(source, at) || is_in_address(source, at) {
        return None;
    }
    let range = at..at + length + 2;
    let written = if around(&page.headings, at).is_some() {
        // A title has no elements.
        inside.chars().map(|c| raised(c, sign)).collect()
    } else if sign == '^' {
        format!("<sup>{inside}</sup>")
    } else {
        format!("<sub>{inside}</sub>")
    };
    splice.replace(range, written);
    Some(length + 1)
}

fn raised(c: char, sign: char) -> char {
    let known = RAISED.iter().find(|(plain, ..)| *plain == c);
    known.map_or(
        c,
        |(_, above, below)| if sign == '^' { *above } else { *below },
    )
}

/// What a formula or the ending of a number consists of.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '+' | '-' | '−' | ',' | '.' | '/' | '*' | '′')
}

/// Whether both signs are a program's: `++i and i++`.
fn is_increment(inside: &str) -> bool {
    let first = inside.split_whitespace().next().unwrap_or_default();
    let last = inside.split_whitespace().next_back().unwrap_or_default();
    inside.contains(char::is_whitespace) && (first == last || first.len() == 1 || last.len() == 1)
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn marks_become_elements() {
        for (before, after) in [
            (
                "Bring ++two pens++ and ^^paper^^.\n",
                "Bring <ins>two pens</ins> and <mark>paper</mark>.\n",
            ),
            (
                "On the 19^th^, at 10^-3^ m^2^.\n",
                "On the 19<sup>th</sup>, at 10<sup>-3</sup> m<sup>2</sup>.\n",
            ),
            (
                "H~2~O, C~6~H~12~O~6~ and SO~4~^2-^\n",
                "H<sub>2</sub>O, C<sub>6</sub>H<sub>12</sub>O<sub>6</sub> and SO<sub>4</sub><sup>2-</sup>\n",
            ),
            (
                "## The 19^th^ of H~2~O, 10^3^\n",
                "## The 19th of H₂O, 10³\n",
            ),
            ("*a* **x^2^**\n", "*a* **x<sup>2</sup>**\n"),
            (
                "Press ++ctrl+shift+p++ or ++F5++, not ++a+b++.\n",
                "Press <kbd>Ctrl</kbd>+<kbd>Shift</kbd>+<kbd>P</kbd> or <kbd>F5</kbd>, not <ins>a+b</ins>.\n",
            ),
            (
                "{++a b++} {--c--} {==d==} {~~e~>f~~}\n\n# {++a++}{--b--}\n",
                "<ins>a b</ins> ~~c~~ <mark>d</mark> ~~e~~<ins>f</ins>\n\n# a~~b~~\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn signs_stay() {
        for body in [
            "C++ and D++, ++i and i++, a++b++c\n",
            "++count or count++ and `++a++`\n",
            "a~b~c, ~gone~, ~~2~~ and 3~5~7\n",
            "x^2 + y^2, 2^10^3, ^2^ and a^^b\n",
            "`x^2^` and $x^2^$\n",
            "[x^2^](https://e.org/x^2^) https://e.org/a~2~b\n",
            "Moths.[^1^]\n",
            "O(n^2)+O(m^3)\n",
            "~/a and ~/b, ^C ^D\n",
            "{ ++i } {++} {--a} `{++a++}` {== ==}\n",
            "<img alt=\"x^2^\">\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
