//! Documents as pages, for the scripts in `tests/`: reads `{"id", "text"}` from standard input, one a line, and writes for
//! each what a preview shows of it, and what each wall makes of it alone.
//!
//! `preview`: converted, rendered, and through the wall. `safe`: rendered and through the wall, as if there were no converter.
//! `raw`: rendered alone.

use std::io::{BufRead as _, Write as _};

use frontmatter::Context;
use languages::Language;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let context = Context {
        handle: "demo".to_owned(),
        name: "Demo Member".to_owned(),
        slug: "document".to_owned(),
        name_hint: Some("document".to_owned()),
        link_base: "/".to_owned(),
        ..Context::default()
    };
    let mut answers = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let document: Value = serde_json::from_str(&line?)?;
        let text = document["text"].as_str().ok_or("a document has no text")?;
        let converted = frontmatter::convert(text.as_bytes(), &context)?;
        let raw = page::render(text, Language::ENGLISH);
        let answer = json!({
            "id": document["id"],
            "preview": page::html(converted.body(), converted.meta["lang"].as_str()),
            "safe": page::safe(&raw),
            "raw": raw,
        });
        writeln!(answers, "{answer}")?;
    }
    Ok(answers.flush()?)
}
