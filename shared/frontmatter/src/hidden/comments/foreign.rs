//! Comments of other tools: what they don't show is hidden here as well.

use crate::markdown::Document;
use crate::markdown::places::{begins_line, is_escaped};

/// How a tool writes its comments.
#[derive(Debug)]
pub(super) struct Foreign {
    /// What the author is shown of it.
    pub(super) sign: &'static str,
    open: &'static str,
    /// `None`: it ends with its line.
    close: Option<&'static str>,
}

/// MDX, Hugo, Handlebars, Liquid, Jinja, `CriticMarkup`, ERB and its kin; and Markdown's own comments where a paragraph goes
/// before them or they are not quite of its grammar, so that no parser takes them for definitions.
static FOREIGN: [Foreign; 16] = [
    spans("{/*", "{/*", "*/}"),
    spans("{{/*", "{{/*", "*/}}"),
    spans("{{/*", "{{- /*", "*/ -}}"),
    spans("{{!--", "{{!--", "--}}"),
    spans("{% comment %}", "{% comment %}", "{% endcomment %}"),
    spans("{% comment %}", "{%- comment -%}", "{%- endcomment -%}"),
    spans("{#", "{# ", "#}"),
    spans("{#", "{#-", "#}"),
    spans("{>>", "{>>", "<<}"),
    spans("{::comment}", "{::comment}", "{:/comment}"),
    spans("#+BEGIN_COMMENT", "#+BEGIN_COMMENT", "#+END_COMMENT"),
    spans("<%#", "<%#", "%>"),
    spans("<%--", "<%--", "--%>"),
    line("[//]:", "[//]:"),
    line("[comment]:", "[comment]:"),
    line("[]:", "[]: #"),
];

const fn spans(sign: &'static str, open: &'static str, close: &'static str) -> Foreign {
    Foreign {
        sign,
        open,
        close: Some(close),
    }
}

const fn line(sign: &'static str, open: &'static str) -> Foreign {
    Foreign {
        sign,
        open,
        close: None,
    }
}

impl Foreign {
    /// Where the comment ends that begins at a place.
    pub(super) fn end(&self, source: &str, at: usize) -> Option<usize> {
        let from = at + self.open.len();
        let rest = source.get(from..)?;
        let Some(close) = self.close else {
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            return Some(from + length);
        };
        let length = memchr::memmem::find(rest.as_bytes(), close.as_bytes())?;
        Some(from + length + close.len())
    }

    /// Whether it ends with its line.
    pub(super) fn is_line(&self) -> bool {
        self.close.is_none()
    }

    fn begins(&self, source: &str, at: usize) -> bool {
        let rest = source.as_bytes().get(at..).unwrap_or_default();
        let begins = rest
            .get(..self.open.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(self.open.as_bytes()));
        begins && (self.close.is_some() || begins_line(source, at))
    }
}

/// Where such comments may begin, wherever that is, in order. One that nothing ends is text for its tool as well.
pub(super) fn openers(document: &Document<'_>) -> Vec<(usize, &'static Foreign)> {
    let source = document.source;
    let mut openers = Vec::new();
    // Most braces, and most documents, begin none of these.
    let mut braces = memchr::memchr_iter(b'{', source.as_bytes());
    let may_begin = |at: usize| {
        let next = source.as_bytes().get(at + 1);
        next.is_some_and(|next| b"/{%#>:".contains(next))
    };
    let has_braces = braces.any(may_begin);
    for foreign in &FOREIGN {
        if !has_braces && foreign.open.starts_with('{') {
            continue;
        }
        let must = foreign.close.map_or("]:", |_| foreign.open);
        if !document.has(must) {
            continue;
        }
        let last = match foreign.close {
            Some(close) => memchr::memmem::rfind(source.as_bytes(), close.as_bytes()),
            None => Some(source.len()),
        };
        let Some(last) = last else {
            continue;
        };
        let byte = foreign.open.as_bytes().first().copied().unwrap_or_default();
        let starts = memchr::memchr_iter(byte, source.as_bytes().get(..last).unwrap_or_default());
        openers.extend(
            starts
                .filter(|at| foreign.begins(source, *at) && !is_escaped(source, *at))
                .map(|at| (at, foreign)),
        );
    }
    openers.sort_by_key(|(at, _)| *at);
    openers
}
