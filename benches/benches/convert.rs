//! The converter, with all derivations on, against parsing and rendering alone, against the `markdown`
//! crate, and against remark and python-frontmatter. The exit code is 1 where it is slower than
//! [`SLOWEST`].
//!
//! Reads the Markdown files of the folder given as argument, or this repository's own documents.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use benches::peers;
use frontmatter::Context;
use pulldown_cmark::{Options, Parser, html};

/// In bytes per second.
const SLOWEST: f64 = 50e6;
/// Readings of each document by another program, which may take half a minute for all of them.
const TURNS: usize = 1;

fn main() -> std::io::Result<ExitCode> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = match std::env::args()
        .skip(1)
        .find(|argument| argument != "--bench")
    {
        Some(folder) => markdown_files(Path::new(&folder))?,
        None => markdown_files(&own)?,
    };
    let texts: Vec<String> = files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .filter(|text| frontmatter::check(text.as_bytes()).is_ok())
        .collect();
    let bytes = texts.iter().map(String::len).sum();
    println!("{} files, {} kB", texts.len(), bytes / 1000);
    let context = Context {
        handle: "jane".into(),
        name: "Jane Doe".into(),
        ..Context::default()
    };
    let convert = || {
        for text in &texts {
            let _ = black_box(frontmatter::convert(text.as_bytes(), &context));
        }
    };
    let ours = benches::compare("convert", bytes, convert, "pulldown-cmark to HTML", || {
        for text in &texts {
            let mut rendered = String::with_capacity(text.len() * 2);
            html::push_html(&mut rendered, Parser::new_ext(text, Options::all()));
            black_box(rendered);
        }
    });
    benches::compare("convert", bytes, convert, "markdown::to_mdast", || {
        for text in &texts {
            // It panics on some documents; that is part of why it isn't used.
            let _ = black_box(std::panic::catch_unwind(|| {
                markdown::to_mdast(text, &markdown::ParseOptions::gfm())
            }));
        }
    });
    for mut peer in peers::all()? {
        let mut total = Duration::ZERO;
        for text in &texts {
            let question = serde_json::json!({ "text": text, "turns": TURNS });
            // What it fails on costs it nothing.
            total += peer.time(&question.to_string())?.unwrap_or_default();
        }
        benches::beside("convert", bytes, ours, peer.name, total);
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    let rate = bytes as f64 / ours.as_secs_f64();
    Ok(if rate >= SLOWEST {
        ExitCode::SUCCESS
    } else {
        println!("too slow: at least {} MB/s are promised", SLOWEST / 1e6);
        ExitCode::FAILURE
    })
}

fn markdown_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension().is_some_and(|extension| {
                matches!(extension.to_str(), Some("md" | "markdown" | "mdown"))
            })
        })
        .collect();
    files.sort();
    Ok(files)
}
