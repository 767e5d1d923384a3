//! Prices that a parser of mathematics takes for the marks of a formula: `$5 or $10`.

use std::ops::Range;

use super::{Document, Event};

/// A word in a formula is shorter, or a command, in letters.
const MIN_WORD: usize = 3;

/// The document without mathematics, where all that is mathematics in it is money.
pub(crate) fn without<'d, 'a>(document: &'d Document<'a>) -> Option<&'d Document<'a>> {
    let is_money = |(event, range): &(Event<'_>, _)| match event {
        Event::InlineMath(_) => is_money(document.source, range),
        Event::DisplayMath(_) => false,
        _ => true,
    };
    let is_misread = document.has_math() && document.events.iter().all(is_money);
    is_misread.then(|| document.plain())
}

/// Whether a formula is none: right behind its last mark stands a letter or a digit, as in `$5 or $10` and `$A/$B`, or it
/// begins with a digit and has words, as in `$5, later 10$`.
pub(crate) fn is_money(source: &str, formula: &Range<usize>) -> bool {
    let text = source.get(formula.clone()).unwrap_or_default();
    let Some(inside) = text
        .strip_prefix('$')
        .and_then(|text| text.strip_suffix('$'))
    else {
        return false;
    };
    let behind = source.get(formula.end..).unwrap_or_default();
    let has_words = || {
        let words = inside.split(|c: char| !c.is_alphabetic());
        !inside.contains(['\\', '^', '_', '=', '{'])
            && words
                .into_iter()
                .any(|word| word.chars().count() >= MIN_WORD)
    };
    behind.starts_with(char::is_alphanumeric)
        || (inside.starts_with(|c: char| c.is_ascii_digit()) && has_words())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_all_money(source: &str) -> bool {
        without(&Document::parse(source)).is_some()
    }

    #[test]
    fn prices_are_no_formula() {
        for source in [
            "Kids ($5) and adults ($10) pay.",
            "From **$5** to **$10**.",
            "It costs $1,000-$2,000.",
            "[$5](https://a.example) or [$10](https://b.example)",
            "Run $HOME/$USER.",
            "Now $5, later 10$.",
        ] {
            assert!(is_all_money(source), "{source}");
        }
    }

    #[test]
    fn formulas_are_no_money() {
        for source in [
            "It is $x$.",
            "Takes $2n + 3$ steps.",
            "$5 \\text{ if so}$",
            "$$5 and 6$$",
            "It costs $5.",
            "`$5` or `$10`",
            "Pay $5 or $10, where $x$ is.",
        ] {
            assert!(!is_all_money(source), "{source}");
        }
    }
}
