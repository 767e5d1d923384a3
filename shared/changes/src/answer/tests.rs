use std::time::{Duration, Instant};

use serde_json::Value;

use super::*;
use crate::compare::{compare, tests::hostile};

fn side(id: &str, text: &str) -> Side {
    Side::read(id.to_owned(), text.as_bytes()).unwrap()
}

fn changes(before: &str, after: &str) -> Changes {
    let (before, after) = (side("old", before), side("new", after));
    let until = Instant::now() + Duration::from_millis(600);
    let compared = compare(&before.text, &after.text, until, until);
    Changes::of(Some(&before), &after, &compared, MAX_BYTES)
}

fn numbered(lines: std::ops::RangeInclusive<usize>) -> String {
    let lines: Vec<String> = lines.map(|number| format!("line {number}\n")).collect();
    lines.concat()
}

#[test]
fn what_is_the_same_is_left_out_and_counted_but_for_what_stands_beside_a_change() {
    let before = numbered(1..=40);
    let after = before.replace("line 20\n", "line twenty\nline\n");
    let Told { runs, cut, .. } = changes(&before, &after).changes;
    assert!(!cut);
    assert_eq!(
        runs,
        [
            ToldRun::Skipped {
                before: 1,
                after: 1,
                lines: 16
            },
            ToldRun::Same {
                before: 17,
                after: 17,
                text: "line 17\nline 18\nline 19\nline ".to_owned()
            },
            ToldRun::Removed {
                before: 20,
                text: "20".to_owned()
            },
            ToldRun::Added {
                after: 20,
                text: "twenty".to_owned()
            },
            ToldRun::Same {
                before: 20,
                after: 20,
                text: "\n".to_owned()
            },
            ToldRun::Added {
                after: 21,
                text: "line\n".to_owned()
            },
            ToldRun::Same {
                before: 21,
                after: 22,
                text: numbered(21..=23)
            },
            ToldRun::Skipped {
                before: 24,
                after: 25,
                lines: 17
            },
        ]
    );
    // Nothing changed but what the lines end with.
    let changes = changes("a\r\nb\r\nc\r\n", "a\nb\nc\n").changes;
    let ends = changes.before.map(|version| version.line_ends);
    assert_eq!(
        (ends, changes.after.line_ends),
        (Some(LineEnds::Crlf), LineEnds::Lf)
    );
    assert_eq!(
        changes.runs,
        [ToldRun::Skipped {
            before: 1,
            after: 1,
            lines: 3
        }]
    );
}

/// Between two changes, and wherever a text ends, no line is lost and every number is right.
#[test]
fn every_line_is_told_or_counted_under_its_number() {
    for apart in 1..14 {
        for ending in ["", "last"] {
            let middle = numbered(1..=apart);
            let before = format!(
                "{}old\n{middle}old\n{}{ending}",
                numbered(1..=9),
                numbered(1..=apart)
            );
            let after = format!(
                "{}new\n{middle}\n{}{ending}",
                numbered(1..=9),
                numbered(1..=apart)
            );
            let Told { runs, .. } = changes(&before, &after).changes;
            let (mut old, mut new) = (1, 1);
            for run in &runs {
                let (begins, text) = match run {
                    ToldRun::Same {
                        before,
                        after,
                        text,
                    } => ((*before, *after), text.clone()),
                    ToldRun::Removed { before, text } => ((*before, new), text.clone()),
                    ToldRun::Added { after, text } => ((old, *after), text.clone()),
                    ToldRun::Skipped {
                        before,
                        after,
                        lines,
                    } => ((*before, *after), "\n".repeat(*lines)),
                };
                assert_eq!(begins, (old, new), "{runs:?}");
                let lines = text.matches('\n').count();
                if !matches!(run, ToldRun::Added { .. }) {
                    old += lines;
                }
                if !matches!(run, ToldRun::Removed { .. }) {
                    new += lines;
                }
            }
            // A last line that has no end is counted as one where it is left out.
            let is_counted = matches!(runs.last(), Some(ToldRun::Skipped { .. }));
            let last = usize::from(is_counted && !ending.is_empty());
            let total = |text: &str| 1 + text.matches('\n').count() + last;
            assert_eq!((old, new), (total(&before), total(&after)), "{runs:?}");
        }
    }
}

#[test]
fn an_answer_is_within_what_lambda_hands_on_and_a_cut_one_says_so() {
    for (name, before, after) in hostile() {
        let answer = changes(&before, &after);
        let json = serde_json::to_string(&answer).unwrap();
        // As the runtime puts it into its own JSON.
        let size = serde_json::to_string(&json).unwrap().len();
        println!("{name}: {size}");
        assert!(size < 5_500_000, "{name}: {size}");
        let told: Value = serde_json::from_str(&json).unwrap();
        assert!(
            !told["changes"]["runs"].as_array().unwrap().is_empty(),
            "{name}"
        );
        let is_whole = |kinds: [&str; 2], text: &str| {
            let runs = told["changes"]["runs"].as_array().unwrap().iter();
            let own = runs.filter(|run| kinds.contains(&run["kind"].as_str().unwrap()));
            let texts: String = own.filter_map(|run| run["text"].as_str()).collect();
            texts == text
        };
        let is_skipped = json.contains("skipped");
        let is_told = is_whole(["same", "removed"], &before) && is_whole(["same", "added"], &after);
        assert!(answer.changes.cut || is_told || is_skipped, "{name}");
    }
    let answer = changes(&"\0".repeat(1024 * 1024), "a\n").changes;
    assert!(
        answer.cut && answer.runs.len() == 2,
        "the beginning of one, and the other"
    );
    let [ToldRun::Removed { text, .. }, ToldRun::Added { .. }] = &answer.runs[..] else {
        panic!("{:?}", answer.runs.len());
    };
    assert_eq!(text.len(), MAX_TEXT_BYTES / 7);
}

#[test]
fn a_text_that_is_too_long_ends_with_a_whole_grapheme() {
    for (text, room, expected) in [
        ("abc", 3, "abc"),
        ("abc", 2, "ab"),
        ("ae\u{301}", 3, "a"),
        ("ae\u{301}", 2, "a"),
        ("ae\u{301}", 4, "ae\u{301}"),
        ("🇩🇪🇫🇷", 12, "🇩🇪"),
        ("\"\"", 7, "\""),
        ("a\n", 3, "a"),
        ("e\u{301}", 1, ""),
    ] {
        assert_eq!(beginning(text, room).0, expected, "{text:?} {room}");
    }
}
