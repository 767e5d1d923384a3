//! Fields in brackets: `[due:: 2024-03-05]` and `(rating:: 5)` of Obsidian's Dataview, `[name=Kim]` of `HackMD`'s quotes.

use super::callout::piece;
use super::page::Page;
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;

/// Fields of tasks, which stand in documents that nothing else tells to be Obsidian's.
const OF_TASKS: [&str; 9] = [
    "cancelled",
    "completion",
    "created",
    "due",
    "id",
    "priority",
    "repeat",
    "scheduled",
    "start",
];
/// Longest name of a field, in bytes.
const MAX_NAME: usize = 40;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    if page.document.has(":: ") {
        for (open, close) in [("[", ']'), ("(", ')')] {
            for at in page.prose.find(open) {
                let Some((name, value)) = field(piece(source, at + 1), close) else {
                    continue;
                };
                let length = name.len() + ":: ".len() + value.len() + 2;
                let behind = source.get(at + length..).unwrap_or_default();
                let is_meant = page.is_obsidian || open == "[" && OF_TASKS.contains(&name);
                if !is_meant || open == "[" && behind.starts_with(['(', '[', ':']) {
                    continue;
                }
                // In round brackets the name isn't shown.
                let shown = if open == "[" {
                    format!("{name}: {}", value.trim())
                } else {
                    value.trim().to_owned()
                };
                splice.replace(at..at + length, shown);
            }
        }
    }
    if page.document.has("[name=") {
        for line in page.prose.lines() {
            let text = source.get(line.clone()).unwrap_or_default();
            let inside = text.trim_start_matches([' ', '>']);
            let start = line.end - inside.len();
            if inside.len() < text.len() && inside.starts_with("[name=") && page.prose.has(start) {
                quoted(inside, start, splice);
            }
        }
    }
}

/// The name and the value of a field, up to the bracket that ends it.
fn field(text: &str, close: char) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(":: ")?;
    let is_name = name.len() <= MAX_NAME
        && name.starts_with(char::is_alphabetic)
        && name.ends_with(char::is_alphanumeric)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    let mut depth = 0_usize;
    let end = rest.find(|c: char| {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' if depth > 0 => depth -= 1,
            _ => return c == close,
        }
        false
    })?;
    let value = rest.get(..end)?;
    (is_name && !value.trim().is_empty()).then_some((name, value))
}

/// `[name=Kim] [time=Sunday] [color=#907bf7]`, which stand behind each other in a quote.
fn quoted(line: &str, mut at: usize, splice: &mut Splice) {
    let mut rest = line;
    while let Some((name, value)) = rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .and_then(|(inside, _)| inside.split_once('='))
    {
        let length = name.len() + value.len() + "[=]".len();
        let shown = match name {
            "name" => format!("**{value}**"),
            "time" => value.to_owned(),
            "color" => String::new(),
            _ => return,
        };
        splice.replace(at..at + length, shown);
        let behind = rest.get(length..).unwrap_or_default();
        rest = behind.trim_start_matches(' ');
        at += length + behind.len() - rest.len();
    }
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn fields_are_text() {
        for (before, after) in [
            (
                "- [ ] Buy pens [due:: 2024-03-05] #task\n",
                "- [ ] Buy pens due: 2024-03-05 #task\n",
            ),
            (
                "See [[Home]]: [where:: the [[Hall|hall]]] (rating:: 5)\n",
                "See [[Home]]: where: the [[Hall|hall]] 5\n",
            ),
            (
                "> [name=Kim E.] [time=Sun, 3 March] [color=#907bf7]\n> Bees dance.\n",
                "> **Kim E.** Sun, 3 March \n> Bees dance.\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn other_brackets_stay() {
        for body in [
            "A list [a:: b] and (x:: Int)\n",
            "See [[Home]] and [due:: 1](https://e.org) `[due:: 2]`\n",
            "- [due:: ] [due::3] \\[due:: 4]\n",
            "[name=Kim] says\n\n> says [name=Kim]\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
