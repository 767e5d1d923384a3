//! HTML that no browser shows (2.9.3): `<div hidden>`, `style="display: none"`, `<template>`, and comments that nothing ends.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::comments::{self, Comment};
use crate::diagnostics::Code;
use crate::markdown::html::entities;
use crate::markdown::html::steps::{self, Block, Step};
use crate::markdown::html::tokens::{Tag, TokenKind, is_void, tokens, whole_token};
use crate::markdown::{Document, Event, Tag as Markdown};

/// Elements that show nothing of what they hold.
const NEVER_SHOWN: [&str; 2] = ["datalist", "template"];
/// Classes that show nothing in the style sheets that most sites have.
pub(crate) const CLASSES: [&str; 4] = ["content-hidden", "d-none", "display-none", "hidden"];
/// What a style may say that shows nothing, without white space.
const STYLES: [(&str, &str); 4] = [
    ("display", "none"),
    ("visibility", "hidden"),
    ("visibility", "collapse"),
    ("content-visibility", "hidden"),
];
/// What shows nothing where it is zero, in whatever unit.
const SIZES: [&str; 2] = ["opacity", "font-size"];
/// What does so where what flows over isn't shown, either.
const ROOMS: [&str; 4] = ["height", "max-height", "width", "max-width"];

/// The elements that are hidden, each with all that it holds, in order.
pub(crate) fn find(document: &Document<'_>) -> Vec<Comment> {
    if !document.has("<") || document.too_complex {
        return Vec::new();
    }
    if !may_hide(document) {
        return Vec::new();
    }
    let source = document.source;
    let blocks = steps::blocks(document);
    if !hides_anything(document, &blocks) {
        return Vec::new();
    }
    let steps = steps::steps(document, &blocks);
    let code = comments::code_in_tags(document);
    let mut found = Vec::new();
    let mut open: Option<(&str, usize, usize)> = None;
    for step in &steps {
        let Step::Token(placed) = step else {
            continue;
        };
        match (&placed.kind, &mut open) {
            (TokenKind::Open(tag), None)
                if is_hidden(tag) && !comments::stands_in(&code, placed.range.start) =>
            {
                if is_void(&tag.name) {
                    found.push(Comment::new(
                        placed.range.clone(),
                        Some((Code::HiddenElement, "<")),
                    ));
                } else {
                    open = Some((&*tag.name, placed.range.start, 1));
                }
            }
            (TokenKind::Open(tag), Some((name, _, depth))) if tag.name == *name => *depth += 1,
            (TokenKind::Close(tag), Some((name, start, depth))) if tag == *name => {
                *depth -= 1;
                if *depth == 0 {
                    let range = *start..placed.range.end;
                    found.push(Comment::new(range, Some((Code::HiddenElement, "<"))));
                    open = None;
                }
            }
            // The block ends before the comment does. It goes up to where its author ended it, or else to the end.
            (TokenKind::UnclosedComment, None) if placed.in_block => {
                let start = placed.range.start;
                let rest = source.get(start..).unwrap_or_default();
                found.push(match rest.find("-->") {
                    Some(end) => Comment::new(start..start + end + 3, None),
                    None => Comment::new(
                        start..source.trim_end().len().max(placed.range.end),
                        Some((Code::CommentUnclosed, "<!--")),
                    ),
                });
                return found;
            }
            _ => {}
        }
    }
    if let Some((_, start, _)) = open {
        found.push(Comment::new(
            start..source.trim_end().len(),
            Some((Code::HiddenElement, "<")),
        ));
    }
    found
}

/// Those that are closed. What isn't hides nothing in a value, which may speak of HTML: `Why <template> is there`.
pub(crate) fn closed(document: &Document<'_>) -> Vec<Comment> {
    let mut found = find(document);
    found.retain(|comment| {
        let element = document.source.get(comment.range.clone());
        let element = element.unwrap_or_default().to_ascii_lowercase();
        let name = |tag: &str| -> String {
            tag.chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect()
        };
        let first = element
            .strip_prefix('<')
            .map(name)
            .filter(|name| !name.is_empty());
        let last = element.rsplit_once("</").map(|(_, end)| name(end));
        first.is_some() && first == last
    });
    found
}

/// Comments and declarations, which a body loses with the rest of its HTML, and a value by this.
pub(crate) fn comments(document: &Document<'_>) -> Vec<Comment> {
    if !(document.has("<!") || document.has("<?")) {
        return Vec::new();
    }
    let told = |sign| Some((Code::CommentRemoved, sign));
    if document.too_complex {
        return comments_in_text(document.source);
    }
    let blocks = steps::blocks(document);
    let steps = steps::steps(document, &blocks);
    let mut found = Vec::new();
    for step in &steps {
        let Step::Token(placed) = step else {
            continue;
        };
        let range = placed.range.clone();
        match &placed.kind {
            TokenKind::Comment(_) => found.push(Comment::new(range, None)),
            TokenKind::Declaration => found.push(Comment::new(range, told("<"))),
            TokenKind::UnclosedComment if placed.in_block => {
                let told = Some((Code::CommentUnclosed, "<!--"));
                found.push(Comment::new(range.start..document.source.len(), told));
                break;
            }
            _ => {}
        }
    }
    found
}

/// The same of a text of which nothing else is known.
pub(crate) fn comments_in_text(text: &str) -> Vec<Comment> {
    let found = tokens(text).filter_map(|token| match token.kind {
        TokenKind::Comment(_) | TokenKind::Declaration => Some(Comment::new(token.range, None)),
        TokenKind::UnclosedComment => {
            let told = Some((Code::CommentUnclosed, "<!--"));
            Some(Comment::new(token.range.start..text.len(), told))
        }
        _ => None,
    });
    found.collect()
}

/// Whether a comment or a declaration may stand at one of the places that `is_asked` has.
pub(crate) fn may_be_comments(
    document: &Document<'_>,
    is_asked: impl Fn(&Range<usize>) -> bool,
) -> bool {
    if !(document.has("<!") || document.has("<?")) {
        return false;
    }
    let mut html = document.events.iter().filter(|(event, _)| {
        matches!(
            event,
            Event::Start(Markdown::HtmlBlock) | Event::InlineHtml(_)
        )
    });
    // One that nothing ends goes on behind its block.
    document.too_complex
        || html.any(|(_, range)| is_asked(range) || leaves_comment_open(document.source, range))
}

/// What hidden elements are told by, in lower case.
const WORDS: [&str; 9] = [
    "d-none",
    "hidden",
    "display",
    "visib",
    "opacity",
    "font-size",
    "<template",
    "<dialog",
    "<datalist",
];

/// Whether any of the HTML has a word for it: most has none, and is not cut into tags here.
fn may_hide(document: &Document<'_>) -> bool {
    let html = || {
        document.events.iter().filter_map(|(event, _)| match event {
            Event::Html(html) | Event::InlineHtml(html) => Some(html.as_bytes()),
            _ => None,
        })
    };
    let mut blocks = document.events.iter().filter_map(|(event, range)| {
        matches!(event, Event::Start(Markdown::HtmlBlock)).then_some(range)
    });
    // A style may spell a word with references.
    let spells = || html().any(|html| html.contains(&b'&')) && html().any(has_style);
    html().any(has_word)
        || blocks.any(|block| leaves_comment_open(document.source, block))
        || spells()
}

/// Whether a tag hides what it opens, or a comment is open at the end of its block: the words also stand in what is shown.
fn hides_anything(document: &Document<'_>, blocks: &[Block<'_>]) -> bool {
    let hides = |kind: &TokenKind<'_>| match kind {
        TokenKind::Open(tag) => is_hidden(tag),
        TokenKind::UnclosedComment => true,
        _ => false,
    };
    let mut inline = document.events.iter().filter_map(|(event, _)| match event {
        Event::InlineHtml(html) => Some(html),
        _ => None,
    });
    let may_hide = |html: &str| has_word(html.as_bytes()) || has_style(html.as_bytes());
    inline.any(|html| may_hide(html) && whole_token(html).is_some_and(|kind| hides(&kind)))
        || blocks.iter().any(|block| {
            (may_hide(&block.text) || leaves_comment_open(&block.text, &(0..block.text.len())))
                && tokens(&block.text).any(|token| hides(&token.kind))
        })
}

/// Whether a piece of HTML has one of the words, in whatever case.
fn has_word(html: &[u8]) -> bool {
    html.windows(2).enumerate().any(|(at, pair)| {
        let [first, second] = pair else {
            return false;
        };
        // Told by the first two letters, as a rule.
        matches!(
            (first | 0x20, second | 0x20),
            (b'h' | b'd' | b'v', b'i')
                | (b'd', b'-')
                | (b'o', b'p')
                | (b'f', b'o')
                | (b'<', b't' | b'd')
        ) && WORDS.iter().any(|word| begins_with(html, at, word))
    })
}

/// Whether a piece of HTML may have a style, in whatever case.
fn has_style(html: &[u8]) -> bool {
    memchr::memchr2_iter(b's', b'S', html).any(|at| begins_with(html, at, "style"))
}

/// Whether a word stands at a place, in whatever case.
fn begins_with(html: &[u8], at: usize, word: &str) -> bool {
    let text = html.get(at..at + word.len());
    text.is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether the last comment of a block of HTML may be one that nothing ends.
fn leaves_comment_open(source: &str, block: &Range<usize>) -> bool {
    let html = source.as_bytes().get(block.clone()).unwrap_or_default();
    let Some(start) = memmem::rfind(html, b"<!--") else {
        return false;
    };
    memmem::rfind(html, b"-->").is_none_or(|end| end < start + 2)
}

/// Whether a style shows nothing.
pub(crate) fn hides(style: &str) -> bool {
    let style = without_css_comments(style);
    let squeezed = |text: &str| -> String {
        let shown = text.chars().filter(|c| !c.is_whitespace());
        shown.flat_map(char::to_lowercase).collect()
    };
    let declarations = style.split(';').filter_map(|part| part.split_once(':'));
    let declarations: Vec<(String, String)> = declarations
        .map(|(name, value)| (squeezed(name), squeezed(value)))
        .collect();
    let any = |is: &dyn Fn(&str, &str) -> bool| {
        let mut declarations = declarations.iter();
        declarations.any(|(name, value)| is(name, value))
    };
    let says = |property: &str, word: &str| {
        any(&|name, value| name == property && value.starts_with(word))
    };
    let is_none =
        |properties: &[&str]| any(&|name, value| properties.contains(&name) && is_zero(value));
    let cuts = says("overflow", "hidden") || says("overflow", "clip");
    STYLES.iter().any(|(name, value)| says(name, value))
        || is_none(&SIZES)
        || cuts && is_none(&ROOMS)
}

/// Whether a value of a style is zero, in whatever unit.
fn is_zero(value: &str) -> bool {
    let value = value.trim_end_matches("!important");
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    number.parse::<f64>() == Ok(0.0)
}

/// A style without its comments, which may stand wherever a blank may.
fn without_css_comments(style: &str) -> Cow<'_, str> {
    let mut rest = style;
    let mut bare = String::new();
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, behind)| behind);
    }
    if bare.is_empty() && rest.len() == style.len() {
        return Cow::Borrowed(style);
    }
    bare.push_str(rest);
    Cow::Owned(bare)
}

fn is_hidden(tag: &Tag<'_>) -> bool {
    let is_style = tag.attribute("style").is_some_and(|style| {
        let style = style.value.as_deref().unwrap_or_default();
        hides(&entities::references(style))
    });
    let is_class = tag.attribute("class").is_some_and(|class| {
        let classes = class.value.as_deref().unwrap_or_default();
        // `hidden md:block` is shown on all but small screens.
        !classes.contains(':')
            && classes
                .split_whitespace()
                .any(|class| CLASSES.contains(&class))
    });
    NEVER_SHOWN.contains(&tag.name.as_ref())
        || (tag.name == "dialog" && tag.attribute("open").is_none())
        || (tag.name == "input"
            && tag.attribute("type").is_some_and(|kind| {
                let kind = kind.value.as_deref().unwrap_or_default();
                kind.eq_ignore_ascii_case("hidden")
            }))
        || tag.attribute("hidden").is_some()
        || is_class
        || is_style
}

#[cfg(test)]
mod tests {
    use crate::hidden::hide;
    use crate::markdown::{Bodies, Document};

    #[test]
    fn hidden_elements_go_with_what_they_hold() {
        for (body, expected) in [
            ("a <span hidden>b *c*</span> d\n", "a  d\n"),
            ("<div hidden>\n\nb\n\n```\nc\n```\n\n</div>\n\nd\n", "\nd\n"),
            (
                "<div style=\"color: red; DISPLAY : none\">b<div>c</div>d</div>\n\ne\n",
                "\ne\n",
            ),
            ("<template>\n\nb\n\n</template>\n\nc\n", "\nc\n"),
            (
                "<dialog>b</dialog>\n\nc <input type=\"Hidden\" value=\"d\"> e\n",
                "\nc  e\n",
            ),
            (
                "- a <b style='visibility:hidden'>b\n- c</b> d\n",
                "- a  d\n",
            ),
            ("a\n\n<div hidden>\n\nb\n", "a\n\n"),
            ("a\n\n<!-- b\n\nc\n", "a\n\n"),
        ] {
            let bodies = Bodies::default();
            let hidden = hide(&Document::parse(body), &bodies);
            let (hidden, _) = hidden.unwrap_or_else(|| panic!("{body:?}"));
            assert_eq!(hidden.body, expected, "from {body:?}");
            assert_eq!(
                hidden.warnings.len(),
                if body.contains("dialog") { 2 } else { 1 },
                "from {body:?}"
            );
        }
    }

    #[test]
    fn styles_are_read_in_every_spelling() {
        for style in [
            "opacity:0.0",
            "opacity: 0%",
            "opacity:.0",
            "font-size:0%",
            "FONT-SIZE: 0.0em !important",
            "display/**/:/* a */none",
            "color: red; height:0; overflow: hidden",
            "background: url(a;b); display:none",
        ] {
            assert!(super::hides(style), "{style}");
        }
        for style in [
            "opacity: 0.5",
            "font-size: 10px",
            "height: 0",
            "overflow: hidden; height: 10em",
            "color: none",
            "/* display: none",
        ] {
            assert!(!super::hides(style), "{style}");
        }
    }

    #[test]
    fn classes_hide_as_in_lists_of_attributes() {
        for body in [
            "<p class=\"d-none\">S</p>\n",
            "<div class='a hidden'>\n\nS\n\n</div>\n",
            "a <b class=display-none>S</b>\n",
        ] {
            let bodies = Bodies::default();
            let (hidden, _) = hide(&Document::parse(body), &bodies).unwrap();
            assert!(!hidden.body.contains('S'), "from {body:?}");
        }
    }

    #[test]
    fn what_browsers_show_stays() {
        for body in [
            "<details>\n<summary>a</summary>\n\nb\n\n</details>\n",
            "<dialog open>a</dialog>\n",
            "`<div hidden>` and <p style=\"opacity: 0.5\">a</p>\n",
            "<div aria-hidden=\"true\">a</div>\n",
            "<div class=\"hidden-xs\">a</div>\n",
            "{% highlight html %}\n<div hidden>a</div>\n[b]: c\n{% endhighlight %}\n",
            "a <!-- b\n",
        ] {
            let bodies = Bodies::default();
            assert!(hide(&Document::parse(body), &bodies).is_none(), "{body:?}");
        }
    }
}
