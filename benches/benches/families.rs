//! Twenty families of hostile documents, each from 8 kB to 1 MiB: how the time grows with the size.
//!
//! Prints the exponent of the growth (1 is linear) and the time of the largest. The exit code is 1
//! where a family grows faster than [`STEEPEST`] or a MiB takes a second.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use frontmatter::{Context, convert};

const SMALLEST: usize = 8 * 1024;
const LARGEST: usize = 1024 * 1024;
/// The steepest growth that is put up with: time ~ size to this power.
const STEEPEST: f64 = 1.15;
const LONGEST: Duration = Duration::from_secs(1);
/// Measurements of each size; the fastest counts, for whatever else the machine does only slows.
const TURNS: usize = 5;

/// A name, what comes first, what is repeated and what comes last.
const FAMILIES: [(&str, &str, &str, &str); 20] = [
    ("quotes in quotes", "", ">", " a\n"),
    ("lists in lists", "", "- ", "a\n"),
    ("brackets that nothing closes", "", "[", "\n"),
    ("links in links", "", "[a](", "\n"),
    ("pictures of pictures", "", "![", "](x)\n"),
    ("reference definitions", "", "[a]: b\n", "\n[a]\n"),
    ("emphasis that nothing closes", "", "*a _b ", "\n"),
    ("emphasis, mixed", "", "a**b*c_", "\n"),
    ("backticks of every length", "", "`` ` ``` ", "\n"),
    ("tables", "|a|b|\n|-|-|\n", "|x|y|\n", ""),
    ("columns of a table", "", "|a", "|\n"),
    ("tags that nothing closes", "", "<b>", "\n"),
    ("tags that never begin", "", "</b>", "\n"),
    ("half tags", "", "<a href=\"", "\n"),
    ("comments that nothing closes", "", "<!-- ", "\n"),
    ("character references", "", "&lt;&#1;&", "\n"),
    ("wikilinks", "", "[[a|b]] ![[c", "]]\n"),
    ("formulas", "", "$a $$b ", "\n"),
    ("Obsidian's marks", "", "%%a ==b ^c #d > [!x]\n", ""),
    ("footnotes", "", "[^a]: b[^a]\n\n", ""),
];

fn main() -> ExitCode {
    let mut good = true;
    for (name, first, repeated, last) in FAMILIES {
        let times: Vec<(usize, Duration)> =
            std::iter::successors(Some(SMALLEST), |size| Some(size * 2))
                .take_while(|size| *size <= LARGEST)
                .map(|size| (size, fastest(&document(size, first, repeated, last))))
                .collect();
        let exponent = exponent(&times);
        let slowest = times.last().map_or(Duration::ZERO, |(_, time)| *time);
        let holds = exponent <= STEEPEST && slowest <= LONGEST;
        good &= holds;
        println!(
            "{name:<32} n^{exponent:<5.2} {:>7.1} ms per MiB{}",
            slowest.as_secs_f64() * 1000.0,
            if holds { "" } else { "   TOO SLOW" }
        );
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// At most `size` bytes.
fn document(size: usize, first: &str, repeated: &str, last: &str) -> String {
    let count = (size - first.len() - last.len()) / repeated.len();
    format!("{first}{}{last}", repeated.repeat(count))
}

fn fastest(text: &str) -> Duration {
    let context = Context::default();
    let run = || {
        let start = Instant::now();
        let _ = black_box(convert(text.as_bytes(), &context));
        start.elapsed()
    };
    (0..TURNS).map(|_| run()).min().unwrap_or_default()
}

/// The slope of the straight line through the logarithms of sizes and times (least squares).
#[expect(
    clippy::cast_precision_loss,
    reason = "at most a MiB, and eight of them"
)]
fn exponent(times: &[(usize, Duration)]) -> f64 {
    let points = || {
        times
            .iter()
            .map(|(size, time)| ((*size as f64).ln(), time.as_secs_f64().ln()))
    };
    let count = times.len() as f64;
    let (mean_x, mean_y) = (
        points().map(|(x, _)| x).sum::<f64>() / count,
        points().map(|(_, y)| y).sum::<f64>() / count,
    );
    points()
        .map(|(x, y)| (x - mean_x) * (y - mean_y))
        .sum::<f64>()
        / points().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>()
}
