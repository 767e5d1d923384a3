//! The tags of templates, read: Hugo's `{{< name args >}}`, Liquid's and Zola's `{% name args %}`, `{{ name(args) }}`.

use std::ops::Range;

use crate::body::dialects::outside_code::Prose;

/// Longest tag, in bytes.
const MAX_BYTES: usize = 2048;

/// Whose tag it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Hugo,
    /// Jekyll, Zola, `GitBook`, Jinja.
    Liquid,
    /// Zola's, which looks like a value.
    Call,
}

/// How a tag begins and ends.
static MARKS: [(&str, &str, Style); 4] = [
    ("{{<", ">}}", Style::Hugo),
    ("{{%", "%}}", Style::Hugo),
    ("{%", "%}", Style::Liquid),
    ("{{", "}}", Style::Call),
];

/// A tag of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    pub(super) range: Range<usize>,
    pub(super) style: Style,
    /// Without the `/` or `end` of one that closes.
    pub(super) name: &'a str,
    pub(super) closes: bool,
    /// Whether it is written like a call, `name(args)`.
    pub(super) is_call: bool,
    arguments: Vec<(Option<&'a str>, &'a str)>,
}

impl<'a> Tag<'a> {
    /// The first argument of one of these names.
    pub(super) fn named(&self, names: &[&str]) -> Option<&'a str> {
        let find = |name: &&str| {
            let mut arguments = self.arguments.iter();
            arguments.find(|(known, _)| known.is_some_and(|known| known.eq_ignore_ascii_case(name)))
        };
        let found = names.iter().find_map(find)?;
        Some(found.1).filter(|value| !value.is_empty())
    }

    /// An argument without a name, by its place.
    pub(super) fn nth(&self, place: usize) -> Option<&'a str> {
        let mut arguments = self.arguments.iter().filter(|(name, _)| name.is_none());
        arguments.nth(place).map(|(_, value)| *value)
    }

    /// A value by its name, or else by its place.
    pub(super) fn value(&self, names: &[&str], place: usize) -> Option<&'a str> {
        self.named(names).or_else(|| self.nth(place))
    }
}

/// The tags in the text of a source, in order.
pub(super) fn all<'a>(source: &'a str, prose: &Prose<'a>) -> Vec<Tag<'a>> {
    let mut tags = Vec::new();
    let mut position = 0;
    for at in prose.find("{") {
        if at < position {
            continue;
        }
        let Some(tag) = read(source, at) else {
            continue;
        };
        position = tag.range.end;
        tags.push(tag);
    }
    tags
}

fn read(source: &str, at: usize) -> Option<Tag<'_>> {
    let rest = source.get(at..)?;
    let (open, close, style) = MARKS.iter().find(|(open, ..)| rest.starts_with(open))?;
    let inside = rest.get(open.len()..)?;
    let bytes = inside.as_bytes();
    let piece = bytes.get(..bytes.len().min(MAX_BYTES))?;
    let length = memchr::memmem::find(piece, close.as_bytes())?;
    let inside = inside.get(..length)?;
    if inside.contains("\n\n") || inside.starts_with("/*") {
        return None;
    }
    let range = at..at + open.len() + length + close.len();
    let inside = inside
        .trim_matches('-')
        .trim()
        .trim_end_matches('/')
        .trim_end();
    let (slash, inside) = match inside.strip_prefix('/') {
        Some(rest) if *style == Style::Hugo => (true, rest.trim_start()),
        _ => (false, inside),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.');
    let length = inside.find(|c: char| !is_name(c)).unwrap_or(inside.len());
    let (name, rest) = inside.split_at_checked(length)?;
    let call = rest
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    if name.is_empty() || (*style == Style::Call && call.is_none()) {
        return None;
    }
    let (name, closes) = match name.strip_prefix("end") {
        Some(name) if *style == Style::Liquid => (name, true),
        _ => (name, slash),
    };
    Some(Tag {
        range,
        style: *style,
        name,
        closes,
        is_call: call.is_some(),
        arguments: arguments(call.unwrap_or(rest)),
    })
}

/// `a "b c" d=e f: "g"`, with commas or without.
fn arguments(text: &str) -> Vec<(Option<&str>, &str)> {
    let mut arguments = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            return arguments;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let after = after.trim_start();
        let behind = after.strip_prefix('=').or_else(|| {
            let behind = after.strip_prefix(':')?;
            behind.starts_with([' ', '"', '\'']).then_some(behind)
        });
        let (name, from) = match behind {
            Some(behind) if !name.is_empty() => (Some(name), behind.trim_start()),
            _ => (None, rest),
        };
        let (value, after) = value(from);
        arguments.push((name, value));
        rest = after;
    }
}

/// The value that a text begins with, in quotes or up to a blank or comma, and what follows.
fn value(text: &str) -> (&str, &str) {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'));
    if let Some(quote) = quote
        && let Some((value, after)) = text.get(1..).and_then(|text| text.split_once(quote))
    {
        return (value, after);
    }
    let length = text
        .find(|c: char| c.is_whitespace() || c == ',')
        .unwrap_or(text.len())
        .max(text.chars().next().map_or(0, char::len_utf8));
    text.split_at_checked(length).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Document;

    #[test]
    fn tags_are_read_with_their_arguments() {
        for (source, name, closes, arguments) in [
            ("{{< youtube abc >}}", "youtube", false, vec![(None, "abc")]),
            ("{{% /notice %}}", "notice", true, vec![]),
            (
                "{{< figure src=\"a b.png\" title='c' />}}",
                "figure",
                false,
                vec![(Some("src"), "a b.png"), (Some("title"), "c")],
            ),
            ("{%- endraw -%}", "raw", true, vec![]),
            ("{% end %}", "", true, vec![]),
            (
                "{{ youtube(id=\"x\", y=2) }}",
                "youtube",
                false,
                vec![(Some("id"), "x"), (Some("y"), "2")],
            ),
            (
                "{% embed https://e.org/?a=b %}",
                "embed",
                false,
                vec![(None, "https://e.org/?a=b")],
            ),
        ] {
            let document = Document::parse(source);
            let prose = Prose::of(&document);
            let tags = all(source, &prose);
            let tag = tags.first().unwrap();
            assert_eq!((tag.name, tag.closes), (name, closes), "{source}");
            assert_eq!(tag.arguments, arguments, "{source}");
        }
    }

    #[test]
    fn values_of_templates_are_no_tags() {
        for source in [
            "{{ name }}",
            "`{% raw %}`",
            "\\{% raw %}",
            "{{{x}}}",
            "{ %x% }",
        ] {
            let document = Document::parse(source);
            assert_eq!(all(source, &Prose::of(&document)), [], "{source}");
        }
    }
}
