//! Writes the server's sentences of every file in `languages/` as tables of Rust, so that a function that starts has
//! nothing to read.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

type Table = BTreeMap<String, String>;

const FOLDER: &str = "../../languages";
/// The language that every key is in.
const ENGLISH: &str = "en";
/// How the server's keys begin, those of words in previews among them. The others are the browser's, and no function carries
/// them.
const PREFIXES: [&str; 7] = [
    "api.",
    "mail.",
    "markdown.",
    "reason.",
    "slip.",
    "unit.",
    "warning.",
];
/// What a key ends with where its sentence depends on a number (CLDR's plural categories).
const PLURALS: [&str; 6] = ["_zero", "_one", "_two", "_few", "_many", "_other"];

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo names the folder by it, and no program reads it"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let tables = read()?;
    let english = tables
        .keys()
        .position(|code| code == ENGLISH)
        .ok_or("languages/en.json is missing")?;
    let keys: BTreeSet<&String> = tables.values().flat_map(Table::keys).collect();
    let keys = Vec::from_iter(keys);

    let mut code = String::new();
    writeln!(
        code,
        "pub(crate) const CODES: [&str; {}] = {:?};",
        tables.len(),
        tables.keys().collect::<Vec<_>>()
    )?;
    writeln!(code, "pub(crate) const ENGLISH: usize = {english};")?;
    writeln!(
        code,
        "pub(crate) static KEYS: [&str; {}] = {keys:?};",
        keys.len()
    )?;
    // One text and where each sentence ends in it: 4 bytes for a sentence in the place of a reference's 40 in a program that
    // may be loaded anywhere.
    writeln!(
        code,
        "/// Of each language all sentences, one after the other, and where each ends.\npub(crate) static SENTENCES: [(&str, [u32; {}]); {}] = [",
        keys.len(),
        tables.len()
    )?;
    for table in tables.values() {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for key in &keys {
            text += table.get(*key).map_or("", String::as_str);
            ends.push(u32::try_from(text.len())?);
        }
        writeln!(code, "({text:?}, {ends:?}),")?;
    }
    writeln!(code, "];")?;
    let folder = fs::canonicalize(FOLDER)?;
    writeln!(
        code,
        "/// Each language's code and its whole file, the browser's sentences included.\npub static FILES: [(&str, &str); {}] = [",
        tables.len()
    )?;
    for language in tables.keys() {
        let file = folder.join(format!("{language}.json"));
        let file = file.to_str().ok_or("the folder's path is no text")?;
        writeln!(code, "({language:?}, include_str!({file:?})),")?;
    }
    writeln!(code, "];")?;
    let english = tables.get(ENGLISH).ok_or("languages/en.json is missing")?;
    let signatures = signatures(english);
    writeln!(code, "pub(crate) const SIGNATURES: &[(&str, &[&str])] = &[")?;
    for (key, names) in signatures {
        writeln!(code, "({key:?}, &{:?}),", names.iter().collect::<Vec<_>>())?;
    }
    writeln!(code, "];")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("tables.rs"), code)?;
    Ok(())
}

/// The server's sentences by their languages' codes.
fn read() -> Result<BTreeMap<String, Table>, Box<dyn Error>> {
    let mut tables = BTreeMap::new();
    for entry in fs::read_dir(FOLDER)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let Some(code) = stem.filter(|_| path.extension().is_some_and(|of| of == "json")) else {
            continue;
        };
        println!("cargo::rerun-if-changed={}", path.display());
        let table: Table = serde_json::from_str(&fs::read_to_string(&path)?)
            .map_err(|error| format!("languages/{code}.json: {error}"))?;
        let is_ours = |key: &String| PREFIXES.iter().any(|prefix| key.starts_with(prefix));
        let ours = table.into_iter().filter(|(key, _)| is_ours(key));
        tables.insert(code.to_owned(), ours.collect());
    }
    Ok(tables)
}

/// What each sentence is said by, and the names of the values in it.
fn signatures(english: &Table) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut signatures: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, sentence) in english {
        let plural = PLURALS.iter().find_map(|ending| key.strip_suffix(ending));
        let names = signatures.entry(plural.unwrap_or(key)).or_default();
        names.extend(plural.map(|_| "count"));
        let marks = sentence.split("{{").skip(1);
        names.extend(marks.filter_map(|mark| Some(mark.split_once("}}")?.0)));
    }
    signatures
}
