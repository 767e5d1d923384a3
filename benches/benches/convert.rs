//! The converter against parsing and rendering alone, and against the `markdown` crate.
//!
//! Reads the Markdown files of the folder given as argument, or this repository's own documents.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use frontmatter::Context;
use pulldown_cmark::{Options, Parser, html};

fn main() -> std::io::Result<()> {
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
    benches::compare("convert", bytes, convert, "pulldown-cmark to HTML", || {
        for text in &texts {
            let mut rendered = String::with_capacity(text.len() * 2);
            html::push_html(&mut rendered, Parser::new_ext(text, Options::all()));
            black_box(rendered);
        }
    });
    benches::compare("convert", bytes, convert, "markdown to HTML", || {
        for text in &texts {
            // It panics on some documents; that is part of why it isn't used.
            let _ = black_box(std::panic::catch_unwind(|| markdown::to_html(text)));
        }
    });
    Ok(())
}

fn markdown_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    Ok(files)
}
