//! Families of hostile documents, each from 8 kB to 1 MiB: how the time grows with the size.
//!
//! Prints the exponent of the growth (1 is linear) and the time of the largest, and beside them those
//! of `markdown::to_mdast`, remark and python-frontmatter, each up to the size at which it takes a
//! second, or fails, or is given up. The exit code is 1 where a family grows faster than [`STEEPEST`] or a MiB of it takes a
//! second, whatever the others do.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use benches::peers::{self, PATIENCE, Peer};
use frontmatter::{Context, convert};
use serde_json::json;

const SMALLEST: usize = 8 * 1024;
const LARGEST: usize = 1024 * 1024;
/// The steepest growth that is put up with: time ~ size to this power.
const STEEPEST: f64 = 1.15;
const LONGEST: Duration = Duration::from_secs(1);
/// A block of frontmatter is text where it is larger than this.
const LARGEST_BLOCK: usize = 64 * 1024;
/// Measurements of each size; the fastest counts, for whatever else the machine does only slows.
const TURNS: usize = 5;

/// A name, what comes first, what is repeated and what comes last. What has a `\0` in it are two lines, each repeated by itself.
const FAMILIES: [(&str, &str, &str, &str); 69] = [
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
    ("cells of a paragraph", "", "|a", "|\n"),
    ("columns of a table", "", "|a\0|-", "|\n"),
    ("rows without cells", "|a|b|c|d|\n|-|-|-|-|\n", "x\n", ""),
    ("tags that nothing closes", "", "<b>", "\n"),
    ("tags that never begin", "", "</b>", "\n"),
    ("blocks in ever more elements", "", "<div>\n\na\n\n", ""),
    ("blocks in ever more links", "", "<a href=x>\n\na\n\n", ""),
    (
        "closing tags of other elements",
        "<div>\n\n",
        "<div>\n\n</main>\n\n",
        "",
    ),
    ("pictures in HTML", "", "<img src=x alt=y>\n\n", ""),
    ("half tags", "", "<a href=\"", "\n"),
    ("comments that nothing closes", "", "<!-- ", "\n"),
    ("character references", "", "&lt;&#1;&", "\n"),
    ("wikilinks", "", "[[a|b]] ![[c", "]]\n"),
    ("formulas", "", "$a $$b ", "\n"),
    ("Obsidian's marks", "", "%%a ==b ^c #d > [!x]\n", ""),
    ("per cent signs", "", "%", "\n"),
    ("comments in items", "", "- %%\n\n  a%%\n", ""),
    ("comments that open code", "", "- %%\n  ```\n  %%\n", ""),
    ("comments in HTML", "<div>\n", "%%<b>%%\n", ""),
    ("comments of other tools", "", "- {/*\n\n*/} {# #}\n", ""),
    (
        "hidden elements",
        "",
        "<p hidden>a <b hidden>\n\n</p>\n\n",
        "",
    ),
    (
        "footnotes that nobody reads",
        "",
        "[^a]: b\n\n[c]: d\n[c]: <> 'e'\n\n",
        "",
    ),
    (
        "sentences about a licence",
        "## License\n\n",
        "This is licensed under MIT. ",
        "\n",
    ),
    ("footnotes", "", "[^a]: b[^a]\n\n", ""),
    ("footnotes in a line", "", "a^[b c] ", "\n"),
    ("shortcodes", "", "{{< a >}} {% b %} {{ c }}\n", ""),
    (
        "shortcodes that nothing closes",
        "",
        "{{< hint a >}}\n\n",
        "",
    ),
    ("containers in containers", "", ":::a\n\n", ""),
    ("grids that nothing closes", "", "+---+\n|a|\n", ""),
    ("columns below hyphens", "", "  -- --\n  a  b\n", ""),
    ("terms with what they mean", "", "T\n: a\n\n", ""),
    ("parentheses that nothing closes", "", "(", "\n"),
    (
        "labels and colons on one line",
        "",
        "[a]:",
        "\n\n<b onclick=x>a</b>\n",
    ),
    ("quotes of HackMD", "", "> [name=a] ", "\n"),
    ("abbreviations", "", "*[A]: b\n", "A\n"),
    ("marks of too many footnotes", "", "[^1]", "\n"),
    ("highlights that nothing closes", "", "==\n\n", ""),
    ("instructions that nothing ends", "", "<?a<b>\n\n", ""),
    ("an address that never ends", "http://a", ".", "b\n"),
    ("addresses without hosts", "", "http://)", "\n"),
    ("brackets in code", "", "`](", "\n"),
    ("underscores before an at", "a", "1_", "@b\n"),
    ("references in one text", "", "&gt;\\a", "\n"),
    ("quotes without number", "", "> a\n\n", ""),
    ("hidden spans", "", "[a]{.hidden} ", "\n"),
    ("boxes by indentation", "", "!!! a\n    b\n\n", ""),
    ("components", "", "<Tip>\na\n</Tip>\n\n", ""),
    ("components that nothing closes", "", "<Tip>\n\n", ""),
    ("shortcodes of emoji", "", ":tada: :", "\n"),
    ("placeholders", "", "<a-b> <c> d<T> ", "\n"),
    ("lists of attributes", "", "a {.b}\n{: .c}\n\n", ""),
    ("properties", "", "a:: b\n", ""),
    ("properties of items", "", "- a\n  id:: b\n", ""),
    ("links within the page", "", "# A b\n\n[c](#A%20b)\n\n", ""),
    (
        "sized pictures",
        "",
        "![a|9x9](https://b.example/c.png)\n\n",
        "",
    ),
    ("one key over and over", "---\n", "a: 1\n", "---\n"),
    ("a list of many", "---\na:\n", "- b\n", "---\n"),
    ("brackets of a block", "---\na: ", "[", "\n---\n"),
    (
        "aliases of aliases",
        "---\na: &a [b, c]\n",
        "d: &a [*a, *a]\n",
        "---\n",
    ),
];

fn main() -> std::io::Result<ExitCode> {
    let mut peers = peers::all()?;
    let mut good = true;
    // markdown panics on some documents; what it says of them is no news here.
    std::panic::set_hook(Box::new(|_| {}));
    for family in FAMILIES {
        let (name, first, ..) = family;
        let largest = if first.starts_with("---") {
            LARGEST_BLOCK
        } else {
            LARGEST
        };
        let ours = Growth::of(largest, Duration::MAX, |size| {
            Some(fastest(&document(size, family)))
        });
        let per_mib = ours.slowest.as_secs_f64() * per_mib(largest);
        let holds = ours.exponent <= STEEPEST && per_mib <= LONGEST.as_secs_f64();
        good &= holds;
        print!(
            "{name:<32} {ours} ({:.0} ms per MiB){}",
            per_mib * 1000.0,
            if holds { "" } else { "   TOO SLOW" }
        );
        if !peers.is_empty() {
            let mdast = Growth::of(largest, LONGEST, |size| to_mdast(&document(size, family)));
            print!("   markdown {mdast}");
        }
        for peer in &mut peers {
            let growth = Growth::of(largest, LONGEST, |size| ask(peer, size, family));
            print!("   {} {growth}", peer.name);
        }
        println!();
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

type Family = (&'static str, &'static str, &'static str, &'static str);

/// How the time grows, up to the largest size that was measured.
struct Growth {
    exponent: f64,
    largest: usize,
    slowest: Duration,
}

impl Growth {
    /// Measures ever larger documents until one takes `limit`, or fails.
    fn of(
        largest: usize,
        limit: Duration,
        mut measure: impl FnMut(usize) -> Option<Duration>,
    ) -> Self {
        let mut times = Vec::new();
        let sizes = std::iter::successors(Some(SMALLEST), |size| Some(size * 2));
        for size in sizes.take_while(|size| *size <= largest) {
            let Some(time) = measure(size) else { break };
            times.push((size, time));
            if time >= limit {
                break;
            }
        }
        let (largest, slowest) = times.last().copied().unwrap_or_default();
        Self {
            exponent: exponent(&times),
            largest,
            slowest,
        }
    }
}

impl std::fmt::Display for Growth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.largest == 0 {
            return write!(f, "fails, or takes over {PATIENCE:?}, at 8 kB");
        }
        write!(
            f,
            "n^{:<5.2} {:>8.1} ms at {:>4} kB",
            self.exponent,
            self.slowest.as_secs_f64() * 1000.0,
            self.largest / 1024
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most a MiB")]
fn per_mib(size: usize) -> f64 {
    LARGEST as f64 / size as f64
}

/// At most `size` bytes.
fn document(size: usize, family: Family) -> String {
    let (_, first, repeated, last) = family;
    let count = count(size, family);
    let lines: Vec<_> = repeated
        .split('\0')
        .map(|line| line.repeat(count))
        .collect();
    format!("{first}{}{last}", lines.join(last))
}

fn count(size: usize, (_, first, repeated, last): Family) -> usize {
    (size - first.len() - last.len()) / repeated.len()
}

/// `None` where it panics.
fn to_mdast(text: &str) -> Option<Duration> {
    let started = Instant::now();
    let parsed = std::panic::catch_unwind(|| {
        black_box(markdown::to_mdast(text, &markdown::ParseOptions::gfm())).is_ok()
    });
    parsed.is_ok().then(|| started.elapsed())
}

fn ask(peer: &mut Peer, size: usize, family: Family) -> Option<Duration> {
    let (_, first, repeated, last) = family;
    let question = json!({
        "first": first, "repeated": repeated, "last": last, "count": count(size, family), "turns": 1,
    });
    peer.time(&question.to_string()).ok().flatten()
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

/// The slope of the straight line through the logarithms of sizes and times (least squares); 0 of
/// one point.
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
    let spread = points().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>();
    if spread == 0.0 {
        return 0.0;
    }
    points()
        .map(|(x, y)| (x - mean_x) * (y - mean_y))
        .sum::<f64>()
        / spread
}
