//! What is answered: the document as it would be published, and the report that its author would read.

use std::io;

use blobs::layout::SourceKey;
use conversion::report;
use endpoint::{Error, Language, rfc3339, sentence};
use frontmatter::Output;
use members::{Member, State};
use serde::Serialize;
use serde_json::{Value, json};

/// What Lambda returns at most from one invocation, in bytes, less what stands around the body.
pub const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024 - 16 * 1024;

#[derive(Serialize)]
struct Answer<'a> {
    preview: &'a Preview,
}

/// A document as it would be published. Of one that would be rejected there is the report alone.
#[derive(Serialize)]
pub struct Preview {
    frontmatter: Option<Value>,
    markdown: Option<String>,
    /// `None` also where the answer would be larger with it than an answer may be.
    html: Option<String>,
    report: Report,
}

/// What the publish report would say.
#[derive(Serialize)]
pub struct Report {
    slug: String,
    entry_id: String,
    state: State,
    reason: Option<String>,
    /// When it would come out by itself.
    until: Option<String>,
    fields: Value,
    warnings: Value,
}

impl Report {
    /// A report that says nothing yet.
    pub fn of(key: &SourceKey, member: &Member) -> Self {
        Self {
            slug: key.slug.clone(),
            entry_id: key.entry_id(&member.handle),
            state: State::Rejected,
            reason: None,
            until: None,
            fields: json!([]),
            warnings: json!([]),
        }
    }
}

impl Preview {
    pub fn of(report: Report, output: Output, html: String, language: Language) -> Self {
        let (state, until) = report::outcome(&output);
        let until = until.filter(|_| state == State::Scheduled);
        Self {
            markdown: Some(output.body().to_owned()),
            html: Some(html),
            report: Report {
                state,
                until: until.map(rfc3339),
                fields: report::fields(&output),
                warnings: report::warnings_in(&output, language),
                ..report
            },
            frontmatter: Some(output.meta),
        }
    }

    pub fn rejected(report: Report, reason: String) -> Self {
        Self {
            frontmatter: None,
            markdown: None,
            html: None,
            report: Report {
                reason: Some(reason),
                ..report
            },
        }
    }

    /// The answer, without its HTML where that would be too much.
    pub fn answer(mut self, language: Language) -> endpoint::Result {
        if self.bytes()? > MAX_ANSWER_BYTES {
            self.html = None;
            if self.bytes()? > MAX_ANSWER_BYTES {
                return Err(Error::TooLarge(sentence!("api.preview_too_large")));
            }
        }
        endpoint::ok_in(language, &Answer { preview: &self })
    }

    fn bytes(&self) -> serde_json::Result<usize> {
        answered_bytes(&Answer { preview: self })
    }

    /// Whether it is its author's alone.
    pub fn is_draft(&self) -> bool {
        self.report.state == State::Draft
    }

    /// Leaves out the HTML, where an answer has no room for it.
    pub fn leave_out_html(&mut self) {
        self.html = None;
    }

    /// Leaves out the Markdown, where an answer has no room for that either.
    pub fn leave_out_markdown(&mut self) {
        self.markdown = None;
    }
}

/// The bytes that Lambda returns of an answer, in whose JSON the answer's own is a string.
pub fn answered_bytes(answer: &impl Serialize) -> serde_json::Result<usize> {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, answer)?;
    Ok(count.0)
}

/// Counts the bytes of JSON as they stand within a string of JSON.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let escaped = bytes.iter().filter(|byte| matches!(byte, b'"' | b'\\'));
        self.0 += bytes.len() + escaped.count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(html: &str, markdown: &str) -> Preview {
        Preview {
            frontmatter: Some(json!({"title": "“A”\n\\"})),
            markdown: Some(markdown.to_owned()),
            html: Some(html.to_owned()),
            report: Report {
                slug: "a".to_owned(),
                entry_id: "jo/a".to_owned(),
                state: State::Published,
                reason: None,
                until: None,
                fields: json!([]),
                warnings: json!([]),
            },
        }
    }

    #[test]
    fn bytes_are_those_of_json_within_json() {
        let preview = preview("<p class=\"a\">\u{1}\t\\\n</p>", "\"ü\"");
        let once = serde_json::to_string(&Answer { preview: &preview }).unwrap();
        let twice = serde_json::to_string(&once).unwrap();
        assert_eq!(preview.bytes().unwrap(), twice.len() - 2);
    }

    #[test]
    fn html_that_is_too_much_is_left_out_and_the_rest_is_there() {
        let body = |preview: Preview| -> Value {
            let answer = preview.answer(Language::ENGLISH).unwrap();
            let endpoint::Body::Text(text) = answer.body() else {
                panic!("a text");
            };
            serde_json::from_str(text).unwrap()
        };
        let half = "\"".repeat(MAX_ANSWER_BYTES / 8);
        let answer = body(preview(&half, "x"));
        assert_eq!(answer["preview"]["html"], half);
        let answer = body(preview(&half, &half));
        assert_eq!(answer["preview"]["html"], Value::Null);
        assert_eq!(answer["preview"]["markdown"], half);
        let refused = preview("x", &half.repeat(3))
            .answer(Language::ENGLISH)
            .unwrap_err();
        assert_eq!(refused.code(), "too_large");
    }

    #[test]
    fn of_a_rejected_document_there_is_the_report_alone() {
        let report = preview("x", "x").report;
        let report = Report {
            state: State::Rejected,
            ..report
        };
        let preview = Preview::rejected(report, "Because.".to_owned());
        let preview = serde_json::to_value(preview).unwrap();
        assert_eq!(
            preview,
            json!({"frontmatter": null, "markdown": null, "html": null, "report": {
                "slug": "a", "entry_id": "jo/a", "state": "rejected", "reason": "Because.", "until": null, "fields": [], "warnings": []
            }})
        );
    }
}
