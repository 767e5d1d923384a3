//! Mutates documents and holds the converter to its promises, for as long as it is told:
//! `cargo run --release -p fuzz -- --seconds 60 --seed 1 FILE_OR_FOLDER...`.
//!
//! A promise that is broken prints its document, made as small as it gets, and ends the run with
//! exit code 1: no panic, no second per MiB, converting twice is converting once, the converter's
//! own check finds nothing, and no code block is lost. The seed gives the same documents again.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use frontmatter::{Context, MAX_README_BYTES, convert};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Longest conversion of a MiB; a small document may take as long as [`SMALL`].
const PER_MIB: Duration = Duration::from_secs(1);
const SMALL: Duration = Duration::from_millis(50);
/// Largest document that a mutation starts from, so that there are many of them.
const MAX_SEED_BYTES: usize = 64 * 1024;
/// Tries to make a document smaller.
const SHRINKS: usize = 2000;
/// What means something to a reader of YAML, Markdown or HTML.
const PIECES: [&str; 64] = [
    "---\n",
    "+++\n",
    "...\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "    ",
    " ",
    ": ",
    "- ",
    "> ",
    "# ",
    "## ",
    "1. ",
    "* ",
    "```\n",
    "~~~\n",
    "`",
    "``",
    "$",
    "$$\n",
    "|",
    "|-|-|\n",
    "[",
    "]",
    "[[",
    "]]",
    "![[",
    "](",
    ")",
    "![",
    "[^1]",
    "[^1]: ",
    "[x]: ",
    "<",
    ">",
    "<!--",
    "-->",
    "<div>",
    "</div>",
    "<img src=x.png>",
    "<script>",
    "<details>",
    "<pre>",
    "</pre>",
    "<a href='x'>",
    "&lt;",
    "&#0;",
    "\\",
    "%%",
    "==",
    "^id",
    "> [!note]- ",
    "#tag",
    "- [ ] ",
    "title: ",
    "tags: [a",
    "&a *a",
    "!!x ",
    "\u{feff}",
    "\u{2028}",
    "\0",
    "é👩‍👩‍👧",
];

struct Arguments {
    seconds: u64,
    seed: u64,
    inputs: Vec<PathBuf>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = arguments()?;
    let mut documents: Vec<Vec<u8>> = PIECES.iter().map(|piece| piece.as_bytes().into()).collect();
    for input in &arguments.inputs {
        if input.is_dir() {
            let mut files: Vec<_> = fs::read_dir(input)?.collect::<Result<_, _>>()?;
            files.sort_by_key(fs::DirEntry::path);
            for file in files {
                documents.push(fs::read(file.path())?);
            }
        } else {
            documents.push(fs::read(input)?);
        }
    }
    // What panics is printed by us, small.
    std::panic::set_hook(Box::new(|_| {}));
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    let (mut runs, mut bytes) = (0_u64, 0);
    while Instant::now() < end {
        let document = mutated(&documents, &mut random);
        runs += 1;
        bytes += document.len();
        if let Some(broken) = broken_promise(&document) {
            let small = shrunk(&document, &broken);
            println!("run {runs} of seed {}: {broken}", arguments.seed);
            println!("{:?}", String::from_utf8_lossy(&small));
            return Ok(ExitCode::FAILURE);
        }
    }
    println!(
        "{runs} documents, {} MB: every promise held",
        bytes / 1_000_000
    );
    Ok(ExitCode::SUCCESS)
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments {
        seconds: 60,
        seed: 1,
        inputs: Vec::new(),
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--seconds" => arguments.seconds = given.next().ok_or("how many seconds?")?.parse()?,
            "--seed" => arguments.seed = given.next().ok_or("which seed?")?.parse()?,
            _ => arguments.inputs.push(argument.into()),
        }
    }
    Ok(arguments)
}

/// A document with a few changes: bytes, lines and pieces put in, taken out, doubled and crossed
/// with another document's.
fn mutated(documents: &[Vec<u8>], random: &mut StdRng) -> Vec<u8> {
    let part = |random: &mut StdRng| {
        let document = &documents[random.random_range(0..documents.len())];
        let start = random.random_range(0..=document.len());
        let length = 1 << random.random_range(0..17);
        let start = if random.random_bool(0.5) { 0 } else { start };
        document[start..document.len().min(start + length)].to_vec()
    };
    let mut document = part(random);
    document.truncate(MAX_SEED_BYTES);
    for _ in 0..random.random_range(1..8) {
        let at = random.random_range(0..=document.len());
        let end = document.len().min(at + (1 << random.random_range(0..9)));
        match random.random_range(0..8) {
            0 => drop(document.drain(at..end)),
            1 => drop(document.splice(at..at, part(random))),
            2 => {
                let piece = PIECES[random.random_range(0..PIECES.len())]
                    .repeat(1 << random.random_range(0..11));
                document.splice(at..at, piece.into_bytes());
            }
            3 => {
                let copy = document[at..end].to_vec();
                document.splice(at..at, copy);
            }
            4 if at < document.len() => document[at] = random.random(),
            _ => {
                let piece = PIECES[random.random_range(0..PIECES.len())];
                document.splice(at..at, piece.bytes());
            }
        }
    }
    // Bytes that are no UTF-8 are refused at once; little is learnt from those.
    if random.random_bool(0.98) {
        document = String::from_utf8_lossy(&document).into_owned().into_bytes();
    }
    document.truncate(MAX_README_BYTES);
    document
}

fn context() -> Context {
    Context {
        handle: "jane".to_owned(),
        name: "Jane Doe".to_owned(),
        slug: "document".to_owned(),
        name_hint: Some("Document".to_owned()),
        created: "2025-07-10T09:30:00Z".parse().ok(),
        updated: "2025-07-12T18:00:00Z".parse().ok(),
        link_base: "/".to_owned(),
        themes: "all".parse().unwrap_or_default(),
        ..Context::default()
    }
}

/// How long this thread has run: Linux counts it, so that a busy machine makes nothing slow.
/// Elsewhere the time of day has to do.
fn busy() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let counted = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = counted.and_then(|counted| counted.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// The promise that a document breaks, if it breaks one.
fn broken_promise(document: &[u8]) -> Option<String> {
    let context = context();
    let started = busy();
    let Ok(converted) = catch_unwind(|| convert(document, &context)) else {
        return Some("a panic".to_owned());
    };
    let time = busy().saturating_sub(started);
    let Ok(output) = converted else {
        return std::str::from_utf8(document)
            .is_ok()
            .then(|| "a refusal".to_owned());
    };
    #[expect(clippy::cast_precision_loss, reason = "at most a MiB")]
    let share = document.len() as f64 / MAX_README_BYTES as f64;
    // A busy machine may stop any run: only what is slow thrice is slow.
    let limit = PER_MIB.mul_f64(share).max(SMALL);
    let again = || {
        let started = busy();
        let _ = convert(document, &context);
        busy().saturating_sub(started)
    };
    if time > limit && again() > limit && again() > limit {
        return Some(format!("slow: {} bytes", document.len()));
    }
    if let Err(defect) = output.check() {
        return Some(defect.to_string());
    }
    match catch_unwind(|| convert(&output.bytes, &context)) {
        Ok(Ok(again)) if again.bytes == output.bytes => {}
        // The frontmatter may have made it too large.
        Ok(Err(_)) if output.bytes.len() > MAX_README_BYTES => {}
        _ => return Some("converting twice is not converting once".to_owned()),
    }
    let escaped = output
        .warnings
        .iter()
        .any(|warning| warning.code == "too-complex");
    // Code that readers dispute, and notes that nothing shows: each is told.
    let told = output
        .warnings
        .iter()
        .filter(|warning| ["code-rewritten", "footnote-unused"].contains(&warning.code.as_str()))
        .count();
    // White space that readers differ on doesn't come out.
    let read = String::from_utf8_lossy(document)
        .replace('\u{feff}', "")
        .replace(['\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], " ");
    let read: String = read.split_inclusive('\n').map(without_tab_behind).collect();
    (!escaped && !code_survives(read.as_bytes(), &output.bytes, told))
        .then(|| "a fenced code block is lost".to_owned())
}

/// A line without the tab behind a fence, which keeps it from closing for some.
fn without_tab_behind(line: &str) -> String {
    let shown = line.trim_end();
    let marks = shown.trim_start_matches([' ', '>']);
    let has_tab = line
        .get(shown.len()..)
        .is_some_and(|rest| rest.contains('\t'));
    let is_fence =
        has_tab && marks.len() > 2 && marks.bytes().all(|byte| matches!(byte, b'`' | b'~'));
    if is_fence {
        format!("{shown}\n")
    } else {
        line.to_owned()
    }
}

/// Whether every fenced block at the top level of a plain document is there still. Only documents
/// without HTML and Obsidian's comments promise that: what those take out, they take out whole.
fn code_survives(document: &[u8], output: &[u8], told: usize) -> bool {
    let (Ok(document), Ok(output)) = (std::str::from_utf8(document), std::str::from_utf8(output))
    else {
        return true;
    };
    let plain = !document.contains(['<', '%', '\r', '\0', '\u{feff}', '$'])
        && !document.trim_start().starts_with(['-', '+', '{', '.']);
    if !plain {
        return true;
    }
    let mut found: HashMap<String, usize> = HashMap::new();
    for block in fenced(output) {
        *found.entry(block).or_default() += 1;
    }
    let lost = fenced(document).into_iter().filter(|block| {
        let left = found.get_mut(block).filter(|count| **count > 0);
        left.map(|count| *count -= 1).is_none()
    });
    lost.count() <= told
}

fn fenced(text: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                open = Some(format!("{info}\n"));
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// The smallest document found that breaks the same promise.
fn shrunk(document: &[u8], broken: &str) -> Vec<u8> {
    let mut small = document.to_vec();
    let mut length = small.len() / 2;
    let mut tries = 0;
    while length > 0 && tries < SHRINKS {
        let mut at = 0;
        while at < small.len() && tries < SHRINKS {
            let mut smaller = small.clone();
            smaller.drain(at..(at + length).min(small.len()));
            tries += 1;
            if broken_promise(&smaller).as_deref() == Some(broken) {
                small = smaller;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
    small
}
