//! Formulas in a description, which shows no TeX (2.6).

use super::sentences::sentence_ends;
use crate::prose::count_words;

/// Stands in a text where a formula was. Unicode keeps it free: no document has it.
pub(super) const FORMULA: &str = "\u{fdd0}";

/// Fewest words before a formula that say something without it.
const MIN_WORDS: usize = 4;

/// The text without parentheses that hold a formula, and without the sentences that need one.
pub(super) fn without_formulas(text: &str) -> String {
    if !text.contains(FORMULA) {
        return text.to_owned();
    }
    let text = without_parentheses(text);
    let mut kept = String::new();
    let mut at = 0;
    let ends = sentence_ends(&text).into_iter().chain([text.len()]);
    for end in ends {
        let sentence = text.get(at..end).unwrap_or_default();
        at = end;
        if !sentence.contains(FORMULA) {
            kept.push_str(sentence);
        }
    }
    kept.trim().to_owned()
}

/// The text up to the first formula, where that says something.
pub(super) fn before_formula(text: &str) -> Option<String> {
    let text = without_parentheses(text);
    let Some((before, _)) = text.split_once(FORMULA) else {
        return Some(text);
    };
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    (count_words(before) >= MIN_WORDS).then(|| format!("{before}…"))
}

fn without_parentheses(text: &str) -> String {
    let closes = |text: &str, at: usize| text.as_bytes().get(at) == Some(&b')');
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('(') {
        let Some((_, behind)) = inside
            .split_once(['(', ')'])
            .filter(|(held, _)| held.contains(FORMULA) && closes(inside, held.len()))
            // `\(…\)` are TeX's own.
            .filter(|_| !before.ends_with('\\'))
        else {
            out.push_str(before);
            out.push('(');
            rest = inside;
            continue;
        };
        out.push_str(before.trim_end());
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_need_a_formula_go() {
        for (text, expected) in [
            ("It cuts. We have X for all. It saws.", "It cuts. It saws."),
            ("It cuts (with X) wood.", "It cuts wood."),
            ("It cuts (well) wood.", "It cuts (well) wood."),
            ("We have X", ""),
            ("f(a (with X) b).", "f(a b)."),
        ] {
            assert_eq!(without_formulas(&text.replace('X', FORMULA)), expected);
        }
    }

    #[test]
    fn what_stands_before_a_formula_may_say_something() {
        for (text, expected) in [
            (
                "We shall assume that X holds",
                Some("We shall assume that…"),
            ),
            ("Let X be one", None),
            ("It cuts wood", Some("It cuts wood")),
        ] {
            let found = before_formula(&text.replace('X', FORMULA));
            assert_eq!(found.as_deref(), expected);
        }
    }
}
