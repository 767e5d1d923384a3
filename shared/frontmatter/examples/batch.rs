//! Converts documents given as JSON lines, for the scripts that hold the output against other
//! programs: `cargo run -p frontmatter --example batch < documents > outputs`.
//!
//! A line is `{"id", "text"}`, with `"base64"` in place of `"text"` for bytes that are no UTF-8, and
//! perhaps `"name_hint"` and `"asset_base"`. Its answer is `{"id", "file", "meta", "warnings",
//! "stable", "defect"}`, or `{"id", "rejected"}`. The context is that of a member's upload, for all
//! themes.

use std::error::Error;
use std::io::{BufRead as _, Write as _};

use base64ct::{Base64, Encoding as _};
use frontmatter::{Context, convert};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let document: Value = serde_json::from_str(&line?)?;
        let input = match document["base64"].as_str() {
            Some(encoded) => Base64::decode_vec(encoded).map_err(|error| error.to_string())?,
            None => document["text"].as_str().ok_or("no text")?.into(),
        };
        serde_json::to_writer(&mut out, &answer(&document, &input)?)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn answer(document: &Value, input: &[u8]) -> Result<Value, Box<dyn Error>> {
    let text = |key: &str| document[key].as_str().map(str::to_owned);
    let context = Context {
        handle: "jane-doe".to_owned(),
        name: "Jane Doe".to_owned(),
        slug: "document".to_owned(),
        name_hint: text("name_hint"),
        created: Some("2025-07-10T09:30:00Z".parse()?),
        updated: Some("2025-07-12T18:00:00Z".parse()?),
        link_base: "/".to_owned(),
        asset_base: text("asset_base"),
        themes: "all".parse()?,
        ..Context::default()
    };
    let id = &document["id"];
    let output = match convert(input, &context) {
        Ok(output) => output,
        Err(reject) => return Ok(json!({ "id": id, "rejected": reject.to_string() })),
    };
    let again = convert(&output.bytes, &context).map(|again| again.bytes);
    let codes: Vec<&str> = output
        .warnings
        .iter()
        .map(|warning| warning.code.as_str())
        .collect();
    Ok(json!({
        "id": id,
        "meta": output.meta,
        "warnings": codes,
        "stable": again.as_ref() == Ok(&output.bytes),
        "defect": output.check().err().map(|defect| defect.to_string()),
        "file": String::from_utf8(output.bytes)?,
    }))
}
