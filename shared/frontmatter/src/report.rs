//! What the author is told: warnings with their place, and where each field came from (4.1).

use languages::Sentence;
use serde::{Serialize, Serializer};

/// One thing the author should know, with its place in the uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable code, such as `frontmatter-repaired` or `frontmatter-type:title`.
    pub code: String,
    /// 1-based line in the uploaded file.
    pub line: usize,
    /// 1-based column, counted in Unicode scalar values.
    pub column: usize,
    /// The offending text, at most 80 characters of it.
    pub text: String,
    /// What a beginner understands; written as the English sentence.
    #[serde(serialize_with = "in_english")]
    pub hint: Sentence,
    /// The other texts of what is told at once, each once, 50 at most: what a page asks the author for.
    pub also: Vec<String>,
}

fn in_english<S: Serializer>(hint: &Sentence, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(hint)
}

/// Longest text that a warning quotes, in characters.
const MAX_QUOTED: usize = 80;

/// What a warning quotes of a text.
pub(crate) fn quotation(text: &str) -> String {
    text.chars().take(MAX_QUOTED).collect()
}

/// Where a field's value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Frontmatter,
    Heading,
    ImageAlt,
    Paragraph,
    Body,
    FileName,
    Member,
    Upload,
    Default,
}

/// One frontmatter field of the output, with its source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    pub key: String,
    pub value: serde_json::Value,
    pub source: Source,
}
