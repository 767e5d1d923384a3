use std::time::{Duration, Instant};

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;

use super::*;

fn compared<'a>(before: &'a str, after: &'a str) -> Compared<'a> {
    let until = Instant::now() + Duration::from_mins(10);
    compare(before, after, until, until)
}

fn told(compared: &Compared<'_>) -> Vec<(char, String)> {
    let runs = compared.runs.iter().map(|run| {
        let kind = match run.kind {
            Kind::Same => '=',
            Kind::Added => '+',
            Kind::Removed => '-',
        };
        (kind, compared.text(run).to_owned())
    });
    runs.collect()
}

/// Put together, the runs are both texts.
fn is_both(compared: &Compared<'_>) -> bool {
    let put_together = |kinds: [Kind; 2]| -> String {
        let runs = compared.runs.iter();
        let own = runs.filter(|run| kinds.contains(&run.kind));
        own.map(|run| compared.text(run)).collect()
    };
    put_together([Kind::Same, Kind::Removed]) == compared.before
        && put_together([Kind::Same, Kind::Added]) == compared.after
}

/// What must hold of every comparison, however finely it was made.
fn check(compared: &Compared<'_>) {
    assert!(is_both(compared), "{compared:?}");
    let boundaries = |text: &str| -> std::collections::HashSet<usize> {
        let starts = text.grapheme_indices(true).map(|(at, _)| at);
        starts.chain([text.len()]).collect()
    };
    let (before, after) = (boundaries(compared.before), boundaries(compared.after));
    let mut last = None;
    for run in &compared.runs {
        assert_ne!(last, Some(run.kind), "two runs of a kind");
        last = Some(run.kind);
        assert!(!compared.text(run).is_empty(), "an empty run");
        for (range, boundaries) in [(&run.before, &before), (&run.after, &after)] {
            assert!(boundaries.contains(&range.start) && boundaries.contains(&range.end));
        }
        if run.kind == Kind::Same {
            let same = &compared.before[run.before.clone()];
            assert_eq!(same, compared.text(run));
        }
    }
}

#[test]
fn lines_are_compared_first_and_words_within_those_that_changed() {
    let before = "# Trip\n\nWe went to Rome by train.\n\nIt was hot.\n";
    let after = "# Trip\n\nWe went to Naples by train.\n\nIt rained.\n\nIt was hot.\n";
    let compared = compared(before, after);
    check(&compared);
    let text = |kind, text: &str| (kind, text.to_owned());
    assert_eq!(
        told(&compared),
        [
            text('=', "# Trip\n\nWe went to "),
            text('-', "Rome"),
            text('+', "Naples"),
            text('=', " by train.\n"),
            text('+', "\nIt rained.\n"),
            text('=', "\nIt was hot.\n"),
        ]
    );
    assert_eq!(compared.detail, Detail::Words);
}

#[test]
fn nothing_something_and_the_same() {
    for (before, after, expected) in [
        ("", "", vec![]),
        ("", "a\nb", vec![('+', "a\nb")]),
        ("a\n", "", vec![('-', "a\n")]),
        ("a\nb\n", "a\nb\n", vec![('=', "a\nb\n")]),
        ("a", "a\n", vec![('=', "a"), ('+', "\n")]),
    ] {
        let compared = compared(before, after);
        check(&compared);
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(kind, text)| (kind, text.to_owned()))
            .collect();
        assert_eq!(told(&compared), expected);
    }
}

/// Parts that join to graphemes in every way: accents, flags, families, signs before and after, line breaks.
const PARTS: &[&str] = &[
    "a",
    "b",
    "word",
    " ",
    "\n",
    "\n",
    "\r",
    ".",
    "- ",
    "e\u{301}",
    "\u{301}",
    "\u{200d}",
    "👩",
    "👧",
    "\u{1f1e9}",
    "\u{1f1ea}",
    "\u{600}",
    "\u{93f}",
    "क",
    "\u{94d}",
    "ᄀ",
    "ᅡ",
    "ᆨ",
    "שלום",
    "\u{202e}",
    "日",
    "\0",
    "\u{2028}",
];

fn text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(PARTS);
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

/// A text and what its author made of it: some parts gone, some doubled, some others.
fn edited() -> impl Strategy<Value = (String, String)> {
    let part = (
        prop::sample::select(PARTS),
        0..10_u8,
        prop::sample::select(PARTS),
    );
    prop::collection::vec(part, 0..80).prop_map(|parts| {
        let before = parts.iter().map(|(part, ..)| *part).collect();
        let after = parts.iter().map(|(part, edit, other)| match edit {
            0 => String::new(),
            1 => format!("{part}{part}"),
            2 => (*other).to_owned(),
            _ => (*part).to_owned(),
        });
        (before, after.collect())
    })
}

proptest! {
    #[test]
    fn put_together_the_runs_are_both_texts(before in text(), after in text()) {
        check(&compared(&before, &after));
    }

    #[test]
    fn an_edit_is_told_in_runs_that_are_both_texts((before, after) in edited()) {
        check(&compared(&before, &after));
        // However late it is.
        let now = Instant::now();
        check(&compare(&before, &after, now, now));
    }
}

const MIB: usize = 1024 * 1024;

/// Words, of so many different ones, with this between them, from a generator of random numbers (xorshift64).
fn random(different: u64, between: &str, mut seed: u64) -> String {
    let mut text = String::with_capacity(MIB);
    while text.len() + 20 < MIB {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let word = seed % different;
        text.extend([format!("{word:x}").as_str(), between]);
    }
    text
}

fn numbers(numbers: impl Iterator<Item = u32>) -> String {
    let lines: Vec<String> = numbers.map(|number| format!("{number}\n")).collect();
    lines.concat()
}

/// Pairs of texts of a mebibyte that are as hard as can be: the worst that a member could store.
pub(crate) fn hostile() -> Vec<(&'static str, String, String)> {
    let (one, other) = (88_172_645_463_325_252, 7_046_029_254_386_353_131);
    let pair = |name, different, between| {
        (
            name,
            random(different, between, one),
            random(different, between, other),
        )
    };
    vec![
        pair("each word different, one line", 1 << 40, " "),
        pair("two words, one line", 2, " "),
        pair("sixteen words, one line", 16, " "),
        pair("thousand words, one line", 1000, " "),
        pair("two lines", 2, "\n"),
        pair("sixteen lines", 16, "\n"),
        pair("thousand lines", 1000, "\n"),
        pair("thirty thousand lines", 30_000, "\n"),
        pair("paragraphs", 5000, " a\u{301} \n"),
        ("empty lines", "\n".repeat(MIB), "\n".repeat(MIB / 2)),
        (
            "empty lines and others",
            "a\n\n".repeat(MIB / 3),
            "\nb\n".repeat(MIB / 3),
        ),
        ("one word", "a".repeat(MIB), "b".repeat(MIB)),
        (
            "one grapheme",
            format!("a{}", "\u{301}".repeat(MIB / 2)),
            format!("a{}", "\u{300}".repeat(MIB / 2)),
        ),
        (
            "families",
            "👩\u{200d}".repeat(MIB / 7),
            "\u{200d}👩".repeat(MIB / 7),
        ),
        ("flags", "🇩".repeat(MIB / 4), "🇪".repeat(MIB / 4)),
        (
            "right to left",
            "שלום\u{202e} ".repeat(MIB / 12),
            "םולש ".repeat(MIB / 9),
        ),
        ("NUL", "\0".repeat(MIB), "\u{1}".repeat(MIB)),
        ("quotes", "\"".repeat(MIB), "\\".repeat(MIB)),
        (
            "turned around",
            numbers(0..150_000),
            numbers((0..150_000).rev()),
        ),
    ]
}

/// The limits are those of the route, and what isn't compared by then takes as long again at most: but here nothing
/// is optimised, and others work beside it.
#[test]
fn the_worst_texts_are_compared_in_time() {
    for (name, before, after) in hostile() {
        let begun = Instant::now();
        let compared = compare(
            &before,
            &after,
            begun + Duration::from_millis(300),
            begun + Duration::from_millis(600),
        );
        let took = begun.elapsed();
        println!(
            "{name}: {took:?}, {} runs, {:?}",
            compared.runs.len(),
            compared.detail
        );
        assert!(took < Duration::from_secs(8), "{name}: {took:?}");
        assert!(compared.runs.len() <= MAX_RUNS, "{name}");
        assert!(is_both(&compared), "{name}");
    }
}

#[test]
fn too_many_runs_are_told_by_lines_and_then_as_a_whole() {
    let lines = |word: &str, count: usize| format!("{word} stays as it is\n").repeat(count);
    let (before, after) = (lines("one", MAX_RUNS), lines("two", MAX_RUNS));
    let by_lines = compared(&before, &after);
    check(&by_lines);
    assert_eq!((by_lines.detail, by_lines.runs.len()), (Detail::Lines, 2));
    let (before, after) = ("a\n\n".repeat(MAX_RUNS), "\nb\n".repeat(MAX_RUNS));
    let whole = compared(&before, &after);
    check(&whole);
    assert_eq!(whole.detail, Detail::Whole);
    assert!(whole.runs.len() <= 4, "{}", whole.runs.len());
}
