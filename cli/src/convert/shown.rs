//! The report of a conversion as a person likes to read it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use frontmatter::{Field, Output, Warning};
use serde_json::Value;

use crate::output::harmless;

const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();
const CAUTION: Style = AnsiColor::Yellow.on_default().bold();

/// Longest value that is shown, in characters.
const MAX_VALUE: usize = 60;

/// The state that the report on a file has.
pub(super) fn state(output: &Output) -> &'static str {
    match (output.draft, output.until) {
        (false, _) => "published",
        (true, None) => "draft",
        (true, Some(_)) => "scheduled",
    }
}

/// The report, coloured; the stream it is written to takes colours out where they don't belong.
pub(super) fn shown(output: &Output) -> String {
    let mut text = String::new();
    let state = match (output.draft, output.until) {
        (false, _) => "would be published".to_owned(),
        (true, None) => "is a draft: it would not be published".to_owned(),
        (true, Some(until)) => format!("would come out by itself at {until}"),
    };
    line(
        &mut text,
        format_args!("{STRONG}This file {state}.{STRONG:#}"),
    );
    let rows: Vec<[String; 3]> = output.fields.iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(String::len).max().unwrap_or_default()
    };
    let (keys, sources) = (width(0), width(1));
    for [key, source, value] in &rows {
        line(
            &mut text,
            format_args!("  {key:keys$}  {FAINT}{source:sources$}{FAINT:#}  {value}"),
        );
    }
    match output.warnings.as_slice() {
        [] => line(&mut text, format_args!("No warnings.")),
        [_] => line(&mut text, format_args!("{CAUTION}1 warning{CAUTION:#}")),
        many => line(
            &mut text,
            format_args!("{CAUTION}{} warnings{CAUTION:#}", many.len()),
        ),
    }
    for warning in &output.warnings {
        show_warning(&mut text, warning);
    }
    text
}

/// A field's key, where its value came from, and the value.
fn row(field: &Field) -> [String; 3] {
    let source = serde_json::to_value(field.source).unwrap_or_default();
    let source = source.as_str().unwrap_or_default().replace('_', " ");
    [harmless(&field.key), source, value(&field.value)]
}

fn show_warning(text: &mut String, warning: &Warning) {
    let Warning {
        code,
        line: at,
        column,
        text: quoted,
        hint,
        also: _,
    } = warning;
    let quoted = harmless(quoted);
    line(
        text,
        format_args!("  {STRONG}{at}:{column}{STRONG:#}  {quoted}  {FAINT}{code}{FAINT:#}"),
    );
    line(text, format_args!("      {}", harmless(&hint.to_string())));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string doesn't fail.
    let _ = text.write_fmt(line);
    text.push('\n');
}

/// A value on one line, cut where it is long.
fn value(value: &Value) -> String {
    let whole = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(self::value).collect();
            items.join(", ")
        }
        other => other.to_string(),
    };
    let mut cut: String = whole.chars().take(MAX_VALUE).collect();
    if cut.len() < whole.len() {
        cut.push('…');
    }
    harmless(&cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontmatter::Context;

    fn plain(source: &str) -> String {
        let context = Context {
            handle: "jo".into(),
            name: "Jo Doe".into(),
            ..Context::default()
        };
        let output = frontmatter::convert(source.as_bytes(), &context).unwrap();
        anstream::adapter::strip_str(&shown(&output)).to_string()
    }

    #[test]
    fn a_report_reads_as_sentences() {
        insta::assert_snapshot!(plain("---\ndate: soon\ntags: [a, b]\n---\n# Diary\n\nSee [[Trip]] for what we did last summer.\n"), @r#"
    This file would be published.
      title        heading      Diary
      description  paragraph    See Trip for what we did last summer.
      slug         upload       jo
      author       member       Jo Doe
      authors      member       jo
      tags         frontmatter  a, b
      draft        default      false
    2 warnings
      2:1  soon  frontmatter-type:date
          This is no date; write it as 2025-07-31. It was kept under “extra”.
      7:5  [[Trip]]  unresolved-link
          No document of that name is published yet, so only the link's text stays; it becomes a link once there is one.
    "#);
    }

    #[test]
    fn what_comes_out_later_is_told_with_its_time() {
        let source = "---\ndate: 9000-01-01 18:00 +02:00\nschedule: true\n---\n# Later\n";
        let first = plain(source).lines().next().unwrap().to_owned();
        assert_eq!(
            first,
            "This file would come out by itself at 9000-01-01T16:00:00Z."
        );
        let draft = plain("---\ndraft: true\n---\n# Never\n");
        assert!(draft.starts_with("This file is a draft: it would not be published.\n"));
    }

    #[test]
    fn nothing_of_the_file_reaches_the_terminal_as_a_command() {
        let shown = plain(
            "---\ntitle: \"a\\eb\\nc\"\ndate: \"\\e]0;x\\a\"\n---\n\u{1b}[31mtext [[\u{1b}]0;x\u{7}]]\n",
        );
        assert!(
            !shown.chars().any(|c| c.is_control() && c != '\n'),
            "{shown:?}"
        );
    }
}
