//! Measures the converter on a folder of cases and documents with the fields an editor would write:
//! `tests/corpus/run FOLDER`.
//!
//! The folder holds `cases.jsonl` and `corpus/gold.jsonl` with `corpus/files/`. Prints every failure
//! and the rates; the exit code is 1 where a case fails, a title is missed, a description rate is
//! under 95 % or converting twice is not converting once.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use base64ct::{Base64, Encoding as _};
use frontmatter::{Context, convert};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

/// Descriptions are compared by so many characters.
const COMPARED: usize = 40;
/// The file stem of a case that names none.
const CASE_STEM: &str = "02 Flask APIs";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("say the folder")?;
    let folder = Path::new(&folder);
    let failed = cases(&folder.join("cases.jsonl"))?;
    let (titles, descriptions, documents) = gold(&folder.join("corpus"))?;
    let unstable = stability(&folder.join("corpus/files"))?;
    println!(
        "cases failed: {failed}; titles {titles}/{documents}, descriptions {descriptions}/{documents}; unstable: {unstable}"
    );
    let good =
        failed == 0 && titles == documents && descriptions * 100 >= documents * 95 && unstable == 0;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn lines(path: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    fs::read_to_string(path)?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| Ok(serde_json::from_str(line)?))
        .collect()
}

fn cases(path: &Path) -> Result<usize, Box<dyn Error>> {
    let mut failed = 0;
    for case in lines(path)? {
        let input = match case["input_b64"].as_str() {
            Some(encoded) => Base64::decode_vec(encoded).map_err(|error| error.to_string())?,
            None => case["input"]
                .as_str()
                .unwrap_or_default()
                .as_bytes()
                .to_vec(),
        };
        let name_hint = match case["ctx"].get("name_hint") {
            None => Some(CASE_STEM.to_owned()),
            Some(hint) => hint.as_str().map(str::to_owned),
        };
        let asset_base = case["ctx"]["asset_base"].as_str().map(str::to_owned);
        let context = Context {
            name_hint,
            asset_base,
            link_base: "/".to_owned(),
            ..Context::default()
        };
        let output = convert(&input, &context)?;
        let problems = problems(
            &case["expect"],
            &output.meta,
            &output.warnings,
            &String::from_utf8(output.bytes)?,
        );
        if !problems.is_empty() {
            failed += 1;
            println!(
                "{} {}: {}",
                case["id"].as_str().unwrap_or_default(),
                case["name"].as_str().unwrap_or_default(),
                problems.join("; ")
            );
        }
    }
    Ok(failed)
}

fn problems(
    expect: &Value,
    meta: &Value,
    warnings: &[frontmatter::Warning],
    file: &str,
) -> Vec<String> {
    let mut problems = Vec::new();
    let body = body_of(file);
    let empty = Map::new();
    for (key, value) in expect["frontmatter"].as_object().unwrap_or(&empty) {
        if !contains(&meta[key], value) {
            problems.push(format!("{key} is {} and not {value}", meta[key]));
        }
    }
    for key in expect["frontmatter_absent"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if meta.get(key).is_some() {
            problems.push(format!("{key} is there: {}", meta[key]));
        }
    }
    for (key, value) in expect["derived"].as_object().unwrap_or(&empty) {
        if !contains(&meta["derived"][key], value) {
            problems.push(format!(
                "derived.{key} is {} and not {value}",
                meta["derived"][key]
            ));
        }
    }
    for code in expect["warnings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !warnings.iter().any(|warning| warning.code == code) {
            problems.push(format!("no warning {code}"));
        }
    }
    if let Some(expected) = expect["body"].as_str()
        && body != expected
    {
        problems.push(format!("the body is {body:?} and not {expected:?}"));
    }
    for (name, wanted) in [("body_contains", true), ("body_not_contains", false)] {
        for part in expect[name]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if body.contains(part) != wanted {
                problems.push(format!(
                    "{name} {part:?} in {:?}",
                    body.chars().take(300).collect::<String>()
                ));
            }
        }
    }
    problems
}

/// The text behind the frontmatter and the blank line after it.
fn body_of(file: &str) -> &str {
    let eol = if file.starts_with("---\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let closer = format!("{eol}---{eol}");
    let body = file.split_once(&closer).map_or("", |(_, body)| body);
    body.strip_prefix(eol).unwrap_or(body)
}

/// Whether a value is what is expected: objects may hold more, dates may be written longer.
fn contains(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(value), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| {
                value
                    .get(key)
                    .is_some_and(|value| contains(value, expected))
            })
        }
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len()
                && value
                    .iter()
                    .zip(expected)
                    .all(|(value, expected)| contains(value, expected))
        }
        (Value::String(value), Value::String(expected)) => {
            value == expected || value.strip_prefix(expected.as_str()) == Some("T00:00:00Z")
        }
        _ => value == expected,
    }
}

fn gold(corpus: &Path) -> Result<(usize, usize, usize), Box<dyn Error>> {
    let (mut titles, mut descriptions, mut documents) = (0, 0, 0);
    for document in lines(&corpus.join("gold.jsonl"))? {
        let file = document["file"].as_str().unwrap_or_default();
        let meta = converted(&corpus.join("files").join(file), file)?.meta;
        documents += 1;
        let accepted = |first: &str, more: &str| -> Vec<String> {
            let more = document[more]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            document[first]
                .as_str()
                .into_iter()
                .chain(more)
                .map(normalised)
                .collect()
        };
        let title = normalised(meta["title"].as_str().unwrap_or_default());
        if accepted("title", "title_accept").contains(&title) {
            titles += 1;
        } else {
            println!(
                "{file}: the title is {} and not {}",
                meta["title"], document["title"]
            );
        }
        let start = |text: &str| normalised(text).chars().take(COMPARED).collect::<String>();
        let description = normalised(meta["description"].as_str().unwrap_or_default());
        let none = document["description_starts_with"].is_null() && description.is_empty();
        let fits = none
            || accepted("description_starts_with", "description_accept")
                .iter()
                .any(|expected| {
                    let expected = start(expected);
                    if expected.is_empty() {
                        description.is_empty()
                    } else {
                        description.starts_with(&expected)
                            || expected.starts_with(&description) && !description.is_empty()
                    }
                });
        if fits {
            descriptions += 1;
        } else {
            println!(
                "{file}: the description is {} and not {}",
                meta["description"], document["description_starts_with"]
            );
        }
    }
    Ok((titles, descriptions, documents))
}

/// Compatibility forms, one case, no emoji and nothing of no width.
fn normalised(text: &str) -> String {
    let emoji = |c: char| matches!(u32::from(c), 0x2600..=0x27bf | 0x1f000..=0x1faff | 0xfe0f | 0x200b..=0x200f | 0x2060 | 0xfeff | 0x2b50 | 0x2b06);
    let text: String = text
        .nfkc()
        .filter(|c| !emoji(*c))
        .flat_map(char::to_lowercase)
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn converted(path: &Path, file: &str) -> Result<frontmatter::Output, Box<dyn Error>> {
    let context = Context {
        name_hint: name_hint(file),
        link_base: "/".to_owned(),
        ..Context::default()
    };
    Ok(convert(&fs::read(path)?, &context)?)
}

/// A corpus file is `owner__repository__path__name`: a README is its repository's.
fn name_hint(file: &str) -> Option<String> {
    let parts: Vec<&str> = file.split("__").collect();
    let stem = frontmatter::slug::file_stem(parts.last()?);
    if stem.to_lowercase().starts_with("readme") {
        parts.get(1).map(|name| (*name).to_owned())
    } else {
        Some(stem)
    }
}

fn stability(files: &Path) -> Result<usize, Box<dyn Error>> {
    let mut unstable = 0;
    for entry in fs::read_dir(files)? {
        let path = entry?.path();
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let once = converted(&path, &file)?.bytes;
        let context = Context {
            name_hint: name_hint(&file),
            link_base: "/".to_owned(),
            ..Context::default()
        };
        let twice = convert(&once, &context)?.bytes;
        if once != twice {
            unstable += 1;
            println!("{file}: converting twice is not converting once");
        }
    }
    Ok(unstable)
}
