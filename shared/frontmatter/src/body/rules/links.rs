//! Links, images and link definitions: no relative picture, no dangerous address (2.9.9).

mod defined;
mod linked;

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{LinkType, TagEnd};

use crate::body::anchors::Anchors;
use crate::body::options::CleanOptions;
use crate::body::targets::{Kind, Target, resolve};
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;
use crate::markdown::html::entities;
use crate::markdown::html::steps::whole_line;
use crate::markdown::places::{begins_line, escape};
use crate::markdown::url::{self, inner, parts};
use crate::markdown::{Document, Event, Tag};
use crate::prose::is_lost_with_its_picture;

use linked::{Beside, Node, inside, touches_emphasis};

/// Adds the edits that lead every link and image somewhere, or leave its text.
pub(crate) fn rewrite(
    document: &Document<'_>,
    options: &CleanOptions<'_>,
    anchors: &Anchors<'_>,
    splice: &mut Splice,
    warnings: &mut Warnings,
) {
    if !document.has("[") && !document.has("<") {
        return;
    }
    let is_indented = |event: &Event<'_>| matches!(event, Event::Start(Tag::CodeBlock(None)));
    let indented = document
        .events
        .iter()
        .filter(|(event, _)| is_indented(event));
    let mut links = Links {
        indented: indented.map(|(_, range)| range.clone()).collect(),
        source: document.source,
        options,
        anchors,
        splice,
        warnings,
        images: HashSet::new(),
    };
    let mut open: Vec<Node<'_>> = Vec::new();
    for (index, (event, range)) in document.events.iter().enumerate() {
        match event {
            Event::Start(
                tag @ (Tag::Link {
                    link_type,
                    dest_url,
                }
                | Tag::Image {
                    link_type,
                    dest_url,
                }),
            ) => open.push(Node {
                link_type: *link_type,
                url: dest_url,
                range,
                is_image: matches!(tag, Tag::Image { .. }),
                content_end: None,
                beside_emphasis: Beside {
                    before: touches_emphasis(document, index.checked_sub(1), range.start),
                    after: false,
                },
                is_in_link: !open.is_empty(),
                events: inside(document, index),
            }),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if let Some(mut node) = open.pop() {
                    node.beside_emphasis.after =
                        touches_emphasis(document, index.checked_add(1), range.end);
                    links.node(&node);
                }
                if let Some(parent) = open.last_mut() {
                    parent.content_end = Some(range.end);
                }
            }
            _ => {
                if let Some(node) = open.last_mut() {
                    node.content_end = Some(range.end);
                }
            }
        }
    }
    links.definitions(document);
}

struct Links<'a, 'o> {
    source: &'a str,
    /// Code that is told by its indentation.
    indented: Vec<Range<usize>>,
    options: &'a CleanOptions<'o>,
    anchors: &'a Anchors<'a>,
    splice: &'a mut Splice,
    warnings: &'a mut Warnings,
    /// Destinations that images take from definitions.
    images: HashSet<String>,
}

impl Links<'_, '_> {
    fn node(&mut self, node: &Node<'_>) {
        if matches!(node.link_type, LinkType::Autolink | LinkType::Email) {
            return self.autolink(node);
        }
        let is_inline = node.link_type == LinkType::Inline;
        if !is_inline && node.is_image {
            self.images.insert(node.url.to_owned());
        }
        if is_inline && node.is_empty_link() {
            return self.remove(node.range);
        }
        let target = self.target(node.url, node.kind());
        if target == Target::Keep {
            return;
        }
        self.warn(&target, node.kind(), node.range.start, node.url);
        let parts = parts(
            self.source,
            node.range,
            node.content_end,
            node.is_image,
            is_inline,
        );
        match target {
            Target::Keep => {}
            // A reference's address is changed where it is defined.
            Target::Rewrite { .. } if !is_inline => {}
            Target::Rewrite { url, .. } => self.point(node, parts.as_ref(), &url),
            // A link around it would have no text any more.
            Target::Missing
                if node.is_image && !node.is_in_link && is_lost_with_its_picture(&node.text()) =>
            {
                self.remove(node.range);
            }
            Target::Unsafe | Target::Missing => match parts {
                Some(parts) => self.unwrap(node, &parts),
                None => self
                    .splice
                    .replace(node.range.clone(), escape(&node.text(), true)),
            },
        }
    }

    /// What becomes of an address, one within the page spelled as its heading's id.
    fn target(&self, url: &str, kind: Kind) -> Target {
        let led = match kind {
            Kind::Link => self.anchors.lead(url),
            Kind::Image | Kind::Media | Kind::Download => url.into(),
        };
        match resolve(&led, kind, self.options) {
            Target::Keep if led != url => Target::Rewrite {
                url: led.into_owned(),
                clamped: false,
            },
            target => target,
        }
    }

    fn warn(&mut self, target: &Target, kind: Kind, at: usize, url: &str) {
        let code = match (target, kind) {
            (Target::Rewrite { clamped: true, .. }, _) => Code::PathEscape,
            (Target::Keep | Target::Rewrite { .. }, _) => return,
            (Target::Missing, Kind::Link) => Code::RelativeLink,
            (Target::Missing, _) => Code::MissingAsset,
            (Target::Unsafe, _) => Code::UnsafeUrl,
        };
        self.warnings.add(code, at, url);
    }

    /// `<scheme:...>` shows its own address: what may not be a link is that text.
    fn autolink(&mut self, node: &Node<'_>) {
        if node.link_type == LinkType::Autolink
            && resolve(node.url, Kind::Link, self.options) == Target::Unsafe
        {
            self.warnings
                .add(Code::UnsafeUrl, node.range.start, node.url);
            self.splice
                .replace(node.range.start..node.range.start + 1, "&lt;");
        }
    }

    /// Gives an inline node another address; where its bytes aren't found, the node is written anew.
    fn point(&mut self, node: &Node<'_>, parts: Option<&url::Parts>, url: &str) {
        let found = parts
            .and_then(|parts| parts.destination.clone())
            .filter(|range| {
                let written = self.source.get(range.clone()).unwrap_or_default();
                entities::destination(inner(written)) == node.url
            });
        let url = url::write(url);
        if let Some(range) = found {
            self.splice.replace(range, url);
        } else {
            let mark = if node.is_image { "!" } else { "" };
            let text = escape(&node.text(), true);
            self.splice
                .replace(node.range.clone(), format!("{mark}[{text}]({url})"));
        }
    }

    fn remove(&mut self, range: &Range<usize>) {
        if self.parts_code(range) {
            return self.splice.replace(range.clone(), "&nbsp;");
        }
        remove(self.source, range, self.splice);
    }

    /// Whether nothing else stands between two blocks of indented code, which would be one without it.
    fn parts_code(&self, range: &Range<usize>) -> bool {
        let next = self
            .indented
            .partition_point(|code| code.start < range.start);
        let (Some(before), Some(after)) = (
            next.checked_sub(1).and_then(|last| self.indented.get(last)),
            self.indented.get(next),
        ) else {
            return false;
        };
        let is_blank = |gap: Range<usize>| {
            self.source
                .get(gap)
                .is_some_and(|gap| gap.trim().is_empty())
        };
        is_blank(before.end..range.start) && is_blank(range.end..after.start)
    }

    /// Leaves the text of a link, or the description of an image, as it is written.
    fn unwrap(&mut self, node: &Node<'_>, parts: &url::Parts) {
        let text = self
            .source
            .get(parts.opener.end..parts.closer.start)
            .unwrap_or_default();
        let starts_line = begins_line(self.source, parts.opener.start);
        let first = text.chars().next();
        let begins_block = starts_line && first.is_some_and(begins_block);
        let mut opener = parts.opener.clone();
        if starts_line {
            opener.end += text.len() - text.trim_start_matches([' ', '\t']).len();
        }
        // Emphasis with `_` is none beside a letter.
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let mark = if begins_block {
            "\\"
        } else if node.beside_emphasis.before && is_letter(first) {
            " "
        } else {
            ""
        };
        self.splice.replace(opener, mark);
        if node.beside_emphasis.after && is_letter(text.chars().next_back()) {
            self.splice.replace(parts.closer.clone(), " ");
        } else {
            self.splice.delete(parts.closer.clone());
        }
    }
}

/// Takes out what shows nothing, with its line where it has that for itself.
pub(crate) fn remove(source: &str, range: &Range<usize>, splice: &mut Splice) {
    if !begins_line(source, range.start) {
        return splice.delete(range.clone());
    }
    let line = whole_line(source, range);
    if line != *range {
        return splice.delete(line);
    }
    let rest = source.get(range.end..).unwrap_or_default();
    let text = rest.trim_start_matches([' ', '\t']);
    let end = range.end + rest.len() - text.len();
    let mark = if text.starts_with(begins_block) {
        "\\"
    } else {
        ""
    };
    splice.replace(range.start..end, mark);
}

/// Whether a block could begin with the character, where text stood before.
fn begins_block(first: char) -> bool {
    matches!(first, '#' | '>' | '-' | '+' | '=' | '~' | '|' | ':')
}
