//! Shortcodes of Hugo, Jekyll, Zola and `GitBook`, set in Markdown.

mod meanings;
mod tags;
mod values;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::callout::{self, Boxed, before_in_line};
use super::page::{Page, plain};
use crate::diagnostics::{Code, Warnings};
use crate::hidden::{self, hidden_html, verbatim};
use crate::markdown::edits::Splice;
use crate::markdown::html::steps::whole_line;
use crate::markdown::url;
use meanings::{Meaning, meaning};
use tags::{Style, Tag};

/// Most shortcodes in each other.
const MAX_DEPTH: usize = 8;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let source = page.document.source;
    values::rewrite(source, &page.prose, splice, warnings);
    let tags = tags::all(source, &page.prose);
    let mut writer = Writer {
        page,
        source,
        splice,
        warnings,
        comments: OnceCell::new(),
        beginnings: OnceCell::new(),
        unclosed: Vec::new(),
    };
    let mut open: Vec<&Tag<'_>> = Vec::new();
    let mut singles: Vec<&Tag<'_>> = Vec::new();
    let mut position = 0;
    for tag in &tags {
        if tag.range.start < position {
            continue;
        }
        let meaning = meaning(tag);
        if tag.closes {
            let opener = open.iter().rposition(|opener| {
                opener.style == tag.style
                    && (opener.name == tag.name || tag.name.is_empty() && opener.is_call)
            });
            match opener {
                Some(at) => {
                    let mut inner = open.split_off(at).into_iter();
                    if let Some(opener) = inner.next() {
                        writer.pair(opener, tag);
                    }
                    singles.extend(inner);
                }
                None => singles.push(tag),
            }
        } else if matches!(meaning, Some(Meaning::Code | Meaning::Raw))
            && let Some(end) = writer.verbatim(tag, &tags, meaning == Some(Meaning::Code))
        {
            position = end;
        } else {
            if open.len() == MAX_DEPTH {
                singles.push(open.remove(0));
            }
            open.push(tag);
        }
    }
    singles.extend(open);
    for tag in singles {
        writer.single(tag);
    }
}

struct Writer<'w, 'p, 'a> {
    page: &'w Page<'p, 'a>,
    source: &'w str,
    splice: &'w mut Splice,
    warnings: &'w mut Warnings,
    /// Comments of HTML, which code would show.
    comments: OnceCell<Vec<Range<usize>>>,
    /// Where comments would begin in what is no template.
    beginnings: OnceCell<Vec<(usize, bool)>>,
    /// Names of what nothing closes from here on, so that nobody looks again.
    unclosed: Vec<&'w str>,
}

impl<'w> Writer<'w, '_, '_> {
    fn tell(&mut self, tag: &Tag<'_>) {
        let text = self.source.get(tag.range.clone()).unwrap_or_default();
        self.warnings
            .add(Code::ForeignSyntax, tag.range.start, text);
    }

    fn delete(&mut self, range: &Range<usize>) {
        self.splice.delete(whole_line(self.source, range));
    }

    /// Code in a fence, or text in which no tag is one: up to the tag that closes it, wherever that stands.
    fn verbatim(&mut self, tag: &Tag<'w>, tags: &[Tag<'_>], is_code: bool) -> Option<usize> {
        if self.unclosed.contains(&tag.name) {
            return None;
        }
        let Some(closer) = closer(self.source, tag) else {
            self.unclosed.push(tag.name);
            return None;
        };
        if !is_code {
            self.delete(&tag.range);
            self.delete(&closer);
            let first = tags.partition_point(|inner| inner.range.start < tag.range.end);
            let inside = tags.get(first..).unwrap_or_default().iter();
            let inside = inside.map(|inner| (inner.range.start, false));
            let inside = inside.take_while(|(at, _)| *at < closer.start);
            // Without the tags around it, what looks like a comment would be one.
            let comments = self
                .beginnings
                .get_or_init(|| hidden::beginnings(self.page.document));
            let first = comments.partition_point(|(at, _)| *at < tag.range.end);
            let comments = comments.get(first..).unwrap_or_default().iter().copied();
            let comments = comments.take_while(|(at, _)| *at < closer.start);
            let signs: BTreeMap<usize, bool> = inside.chain(comments).collect();
            for (at, in_html) in signs {
                if in_html {
                    let is_brace = self.source.get(at..)?.starts_with('{');
                    let reference = if is_brace { "&#123;" } else { "&#37;" };
                    self.splice.replace(at..at + 1, reference);
                } else {
                    self.splice.insert(at, "\\");
                }
            }
            return Some(closer.end);
        }
        let mut code = String::new();
        let mut from = tag.range.end;
        // What its author hides is not shown by the fence either.
        let comments = self.comments.get_or_init(|| {
            let comments = hidden_html::comments(self.page.document).into_iter();
            comments.map(|comment| comment.range).collect()
        });
        let first = comments.partition_point(|comment| comment.start < from);
        for comment in comments
            .get(first..)?
            .iter()
            .take_while(|comment| comment.end <= closer.start)
        {
            code.push_str(self.source.get(from..comment.start)?);
            from = comment.end;
        }
        code.push_str(self.source.get(from..closer.start)?);
        let code = code.trim_start_matches([' ', '\t']);
        let code = code
            .strip_prefix("\r\n")
            .or_else(|| code.strip_prefix('\n'))
            .unwrap_or(code);
        let language = tag.value(&["lang", "language"], 0).unwrap_or_default();
        let language = if tag.name == verbatim::DIAGRAM {
            tag.name
        } else {
            language
        };
        let language = language.strip_prefix("lang:").unwrap_or(language);
        let is_language = |c: char| c.is_alphanumeric() || matches!(c, '+' | '-' | '#' | '_' | '.');
        let language = if language.chars().all(is_language) {
            language
        } else {
            ""
        };
        let longest = code
            .split(|c| c != '`')
            .map(str::len)
            .max()
            .unwrap_or_default();
        let fence = "`".repeat(longest.max(2) + 1);
        let prefix = before_in_line(self.source, tag.range.start);
        let line = if callout::is_blank_line(prefix) {
            ""
        } else {
            "\n"
        };
        let end = if code.trim_end_matches([' ', '\t', '>']).ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let after = self.source.get(closer.end..)?;
        let goes_on = !after.is_empty() && !after.starts_with(['\n', '\r']);
        let after = if goes_on { "\n" } else { "" };
        let text = format!("{line}{fence}{language}\n{code}{end}{fence}{after}");
        self.splice.replace(tag.range.start..closer.end, text);
        Some(closer.end)
    }

    fn pair(&mut self, open: &Tag<'_>, close: &Tag<'_>) {
        let meaning = meaning(open);
        let title = open.named(&["title", "header", "heading", "summary", "name", "label"]);
        let word = open
            .named(&["type", "style", "class", "kind", "color"])
            .or_else(|| open.nth(0));
        // What stands behind a name that says what kind of box it is belongs to the title.
        let named = callout::kind(open.name).filter(|_| !meanings::is_any_box(open.name));
        let kind = named.or_else(|| word.and_then(callout::kind));
        let is_first = named.is_none() && kind.is_some() && open.nth(0) == word;
        let kind = kind.or_else(|| callout::kind(open.name));
        let (kind, title) = match meaning {
            Some(Meaning::Boxed) => {
                let spare = open.nth(usize::from(is_first));
                (kind.or(Some(("note", false))), title.or(spare))
            }
            Some(Meaning::Titled) => (None, title.or_else(|| open.nth(0))),
            Some(Meaning::Linked) => {
                let inside = self.source.get(open.range.end..close.range.start);
                let is_line = inside.is_some_and(|inside| !inside.contains('\n'));
                if is_line
                    && let Some(url) = open
                        .named(&["href", "url", "link", "relref"])
                        .or_else(|| open.nth(0))
                {
                    self.splice.replace(open.range.clone(), "[");
                    let url = url::write(url);
                    return self
                        .splice
                        .replace(close.range.clone(), format!("]({url})"));
                }
                (None, None)
            }
            Some(_) => (None, None),
            None if open.style == Style::Liquid && !open.is_call => {
                self.tell(open);
                return self.tell(close);
            }
            None => {
                self.tell(open);
                (None, None)
            }
        };
        let boxed = Boxed {
            open: open.range.clone(),
            close: close.range.clone(),
            kind: kind.map(|(kind, _)| kind),
            is_folded: kind.is_some_and(|(_, is_folded)| is_folded),
            title: title.unwrap_or_default().to_owned(),
        };
        boxed.write(self.page, self.splice);
    }

    fn single(&mut self, tag: &Tag<'_>) {
        let text = match meaning(tag).filter(|_| !tag.closes) {
            Some(Meaning::Picture) => picture(tag),
            Some(Meaning::Page(address)) => address(tag).map(|url| link(tag, &url)),
            Some(Meaning::Path) => self.path(tag),
            Some(Meaning::Boxed) if tag.style == Style::Liquid => {
                let content = tag.named(&["content", "text", "message"]);
                let kind = callout::kind(tag.name.strip_suffix(".html").unwrap_or(tag.name));
                content.map(|content| {
                    let (kind, is_folded) = kind.unwrap_or(("note", false));
                    format!("{}\n> {content}", callout::marker(kind, is_folded, ""))
                })
            }
            Some(Meaning::Nothing | Meaning::Enclosed) => Some(String::new()),
            Some(Meaning::Gone) => {
                self.tell(tag);
                Some(String::new())
            }
            _ => None,
        };
        match text {
            Some(text) if text.is_empty() => self.delete(&tag.range),
            Some(text) => self.splice.replace(tag.range.clone(), text),
            // Nobody writes such signs to say something else.
            None if tag.style == Style::Hugo => {
                self.tell(tag);
                self.delete(&tag.range);
            }
            None => self.tell(tag),
        }
    }

    /// The path of a page: in a link its address, and else a link.
    fn path(&self, tag: &Tag<'_>) -> Option<String> {
        let path = tag.value(&["path"], 0)?;
        let (file, part) = match path.find('#') {
            Some(at) => path.split_at_checked(at)?,
            None => (path, ""),
        };
        let is_file = file.is_empty() || file.rsplit('/').next()?.contains('.');
        let ending = if is_file { "" } else { ".md" };
        let file = file.trim_end_matches('/');
        let url = url::write(&format!("{file}{ending}{part}"));
        let before = self.source.get(..tag.range.start)?;
        Some(
            if before.ends_with("](")
                || before.ends_with(['"', '\'', '<'])
                || before.ends_with("]: ")
            {
                url
            } else {
                format!("[{}]({url})", plain(path))
            },
        )
    }
}

/// The tag that ends what is verbatim.
fn closer(source: &str, tag: &Tag<'_>) -> Option<Range<usize>> {
    let rest = source.get(tag.range.end..)?;
    let (opens, closes, end) = match tag.style {
        Style::Hugo => (["{{<", "{{%"], "/", ["}}", "}}"]),
        _ => (["{%", "{%"], "end", ["%}", "%}"]),
    };
    let mut position = 0;
    while let Some(at) = rest.get(position..)?.find(opens.first()?.get(..2)?) {
        let start = position + at;
        position = start + 2;
        let text = rest.get(start..)?;
        let Some(open) = opens.iter().find(|open| text.starts_with(**open)) else {
            continue;
        };
        let inside = text.get(open.len()..)?.trim_start_matches(['-', ' ']);
        let name = inside.strip_prefix(closes).map(str::trim_start);
        if let Some(behind) = name.and_then(|name| name.strip_prefix(tag.name))
            && behind.trim_start().starts_with(['-', '%', '>'])
        {
            let length = text.find(end.first()?)? + 2;
            return Some(tag.range.end + start..tag.range.end + start + length);
        }
    }
    None
}

fn picture(tag: &Tag<'_>) -> Option<String> {
    let url = tag
        .named(&["src", "image_path", "path", "url", "file", "image"])
        .or_else(|| tag.nth(0))?;
    let caption = tag.named(&["caption", "title"]);
    let alt = tag.named(&["alt"]).or(caption).unwrap_or_default();
    let picture = format!("![{}]({})", plain(alt), url::write(url));
    let picture = match tag.named(&["link", "href"]) {
        Some(link) => format!("[{picture}]({})", url::write(link)),
        None => picture,
    };
    Some(match caption.filter(|caption| *caption != alt) {
        Some(caption) => format!("{picture} *{}*", plain(caption)),
        None => picture,
    })
}

fn link(tag: &Tag<'_>, url: &str) -> String {
    let text = tag.named(&["title", "caption", "label"]).unwrap_or(url);
    format!("[{}]({})", plain(text), url::write(url))
}

#[cfg(test)]
mod tests;
