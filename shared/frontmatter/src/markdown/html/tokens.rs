//! Raw HTML, cut into tags and comments as the HTML standard's tokeniser does.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use memchr::memmem;

use super::entities;

/// Elements whose content is no markup: everything up to their own closing tag is text.
const RAW_TEXT: [&str; 9] = [
    "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript",
];

/// Deepest nesting in which a closing tag finds its element, as no page has it: a bound keeps closing linear.
const MAX_NESTING: usize = 64;

/// One piece of markup, with its bytes in the text that was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) range: Range<usize>,
    pub(crate) kind: TokenKind<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenKind<'a> {
    Open(Tag<'a>),
    Close(Cow<'a, str>),
    /// A comment, with its text.
    Comment(Cow<'a, str>),
    /// A declaration, a processing instruction or a CDATA section.
    Declaration,
    /// A `<!--` without its `-->`.
    UnclosedComment,
    /// A `<` that begins something that never ends, or that browsers end elsewhere.
    Stray,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    /// In lower case.
    pub(crate) name: Cow<'a, str>,
    pub(crate) attributes: Vec<Attribute<'a>>,
    pub(crate) self_closing: bool,
    /// Whether every reader cuts the tag in the same way, so that it may stay as written.
    pub(crate) is_plain: bool,
}

impl<'a> Tag<'a> {
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        let mut attributes = self.attributes.iter();
        attributes.find(|attribute| attribute.name == name)
    }

    /// The value of an attribute as it is written; `None` where it has none.
    pub(crate) fn value(&self, name: &str) -> Option<&Cow<'a, str>> {
        self.attribute(name)?.value.as_ref()
    }

    /// The value of an attribute, decoded; empty where there is none.
    pub(crate) fn decoded(&self, name: &str) -> Cow<'a, str> {
        match self.value(name) {
            Some(Cow::Borrowed(value)) => entities::references(value),
            Some(Cow::Owned(value)) => Cow::Owned(entities::references(value).into_owned()),
            None => Cow::Borrowed(""),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// In lower case.
    pub(crate) name: Cow<'a, str>,
    /// As written between the quotes; `None` where there is no `=`.
    pub(crate) value: Option<Cow<'a, str>>,
}

/// Cuts raw HTML; what is text between the tokens has no `<` that begins markup.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut cutter = Cutter::new(text);
    let mut position = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(position..)?;
            let start = position + memchr::memchr(b'<', rest.as_bytes())?;
            let Some(token) = cutter.token(start) else {
                position = start + 1;
                continue;
            };
            position = token.range.end;
            if let TokenKind::Open(tag) = &token.kind
                && RAW_TEXT.contains(&tag.name.as_ref())
                && let Some(close) = cutter.raw_text_end(position, &tag.name)
            {
                position = close;
            }
            return Some(token);
        }
    })
}

/// The token that is all of the text, if there is one.
pub(crate) fn whole_token(text: &str) -> Option<TokenKind<'_>> {
    let token = Cutter::new(text)
        .token(0)
        .filter(|_| text.starts_with('<'))?;
    (token.range.len() == text.len()).then_some(token.kind)
}

/// The place of the innermost open element of a name.
pub(crate) fn innermost<'n>(
    open: impl DoubleEndedIterator<Item = &'n str> + ExactSizeIterator,
    name: &str,
) -> Option<usize> {
    let count = open.len();
    let depth = open.rev().take(MAX_NESTING).position(|open| open == name)?;
    Some(count - 1 - depth)
}

struct Cutter<'a> {
    text: &'a str,
    /// Names of raw-text elements that aren't closed any more, so that nobody looks again.
    exhausted: Vec<String>,
    last_gt: Option<usize>,
    /// Where each of [`CLOSERS`] stands for the last time.
    last_closers: [OnceCell<Option<usize>>; CLOSERS.len()],
}

/// What ends a comment, a processing instruction and a CDATA section.
const CLOSERS: [&str; 3] = ["-->", "?>", "]]>"];

impl<'a> Cutter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            exhausted: Vec::new(),
            last_gt: memchr::memrchr(b'>', text.as_bytes()),
            last_closers: Default::default(),
        }
    }

    /// The next one of a closer, which is told without a look at the text where there is none any more.
    fn closer(&self, closer: &str, from: usize) -> Option<usize> {
        let last = CLOSERS
            .iter()
            .zip(&self.last_closers)
            .find(|(other, _)| **other == closer);
        let (_, last) = last?;
        let last = last.get_or_init(|| memmem::rfind(self.text.as_bytes(), closer.as_bytes()));
        (*last)?.checked_sub(from)?;
        let rest = self.text.as_bytes().get(from..)?;
        Some(from + memmem::find(rest, closer.as_bytes())?)
    }

    /// The token that begins with the `<` at `start`; `None` where it is text.
    fn token(&mut self, start: usize) -> Option<Token<'a>> {
        let rest = self.text.get(start..)?;
        let next = rest.as_bytes().get(1).copied()?;
        let kind = match next {
            b'!' | b'?' => self.declaration(start, rest),
            b'/' => self.close(start, rest),
            _ if next.is_ascii_alphabetic() => self.open(start, rest),
            _ => return None,
        };
        let (kind, length) = kind.unwrap_or((TokenKind::Stray, 1));
        Some(Token {
            range: start..start + length,
            kind,
        })
    }

    fn declaration(&self, start: usize, rest: &'a str) -> Option<(TokenKind<'a>, usize)> {
        if let Some(comment) = rest.strip_prefix("<!--") {
            // `<!-->` and `<!--->` are whole comments for browsers, which end others at `--!>` too;
            // the longest reading is taken out.
            let Some(end) = self.closer("-->", start + 2).map(|end| end - start) else {
                return Some((TokenKind::UnclosedComment, 1));
            };
            let text = comment.get(..end.saturating_sub(4)).unwrap_or_default();
            return Some((TokenKind::Comment(Cow::Borrowed(text)), end + 3));
        }
        self.last_gt.filter(|end| *end > start)?;
        let closer = if rest.starts_with("<![CDATA[") {
            Some("]]>")
        } else {
            rest.starts_with("<?").then_some("?>")
        };
        let end = closer
            .and_then(|closer| Some(self.closer(closer, start)? + closer.len() - start))
            .or_else(|| rest.find('>').map(|end| end + 1))?;
        Some((TokenKind::Declaration, end))
    }

    fn close(&self, start: usize, rest: &'a str) -> Option<(TokenKind<'a>, usize)> {
        self.last_gt.filter(|end| *end > start)?;
        let name = tag_name(rest.get(2..)?);
        let end = rest.find(['>', '<'].as_slice()).filter(|end| *end > 0);
        let end = end.or_else(|| rest.get(1..)?.find(['>', '<']).map(|end| end + 1))?;
        let closes = rest.as_bytes().get(end) == Some(&b'>');
        if !closes {
            return None;
        }
        let kind = if name.is_empty() {
            TokenKind::Declaration
        } else {
            TokenKind::Close(name)
        };
        Some((kind, end + 1))
    }

    fn open(&self, start: usize, rest: &'a str) -> Option<(TokenKind<'a>, usize)> {
        self.last_gt.filter(|end| *end > start)?;
        let name = tag_name(rest.get(1..)?);
        let mut scanner = Scanner {
            rest,
            position: 1 + name.len(),
        };
        let mut tag = Tag {
            is_plain: name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            name,
            attributes: Vec::new(),
            self_closing: false,
        };
        loop {
            let spaces = scanner.skip_white_space();
            match scanner.peek()? {
                b'>' => return Some((TokenKind::Open(tag), scanner.position + 1)),
                b'/' => {
                    scanner.position += 1;
                    tag.self_closing = scanner.peek()? == b'>';
                    tag.is_plain &= tag.self_closing;
                }
                b'<' => return None,
                _ => {
                    tag.is_plain &= spaces > 0;
                    let attribute = scanner.attribute(&mut tag.is_plain)?;
                    let is_new = tag
                        .attributes
                        .iter()
                        .all(|known| known.name != attribute.name);
                    tag.is_plain &= is_new;
                    // More attributes than any element has are noise, and comparing them is not free.
                    if is_new && tag.attributes.len() < 64 {
                        tag.attributes.push(attribute);
                    } else {
                        tag.is_plain = false;
                    }
                }
            }
        }
    }

    /// Where the closing tag of a raw-text element begins.
    fn raw_text_end(&mut self, from: usize, name: &str) -> Option<usize> {
        if self.exhausted.iter().any(|known| known == name) {
            return None;
        }
        let rest = self.text.get(from..)?;
        let mut position = 0;
        while let Some(at) = rest.get(position..).and_then(|rest| rest.find("</")) {
            let start = position + at;
            let after = rest.get(start + 2..)?;
            if tag_name(after) == name {
                return Some(from + start);
            }
            position = start + 2;
        }
        self.exhausted.push(name.to_owned());
        None
    }
}

/// The tag name that `text` begins with, in lower case.
pub(crate) fn tag_name(text: &str) -> Cow<'_, str> {
    let length = text
        .bytes()
        .position(|byte| {
            matches!(
                byte,
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' | b'>' | b'<'
            )
        })
        .unwrap_or(text.len());
    lower_case(text.get(..length).unwrap_or_default())
}

fn lower_case(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

struct Scanner<'a> {
    rest: &'a str,
    position: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().get(self.position).copied()
    }

    fn skip_white_space(&mut self) -> usize {
        let start = self.position;
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.position += 1;
        }
        self.position - start
    }

    /// Takes bytes up to the first that ends what is read.
    fn take_until(&mut self, ends: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest.get(self.position..).unwrap_or_default();
        let length = rest.bytes().position(ends).unwrap_or(rest.len());
        self.position += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Takes what stands before the next quote, and the quote; `None` where there is none.
    fn take_to_quote(&mut self, quote: u8) -> Option<&'a str> {
        let rest = self.rest.get(self.position..)?;
        let value = rest.get(..memchr::memchr(quote, rest.as_bytes())?)?;
        self.position += value.len() + 1;
        Some(value)
    }

    fn attribute(&mut self, is_plain: &mut bool) -> Option<Attribute<'a>> {
        let start = self.position;
        if self.peek()? == b'=' {
            self.position += 1;
        }
        self.take_until(|byte| {
            matches!(
                byte,
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' | b'>' | b'=' | b'<'
            )
        });
        let name = self.rest.get(start..self.position)?;
        if name.is_empty() {
            return None;
        }
        *is_plain &= name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'-'));
        let name = lower_case(name);
        let after_name = self.position;
        self.skip_white_space();
        if self.peek()? != b'=' {
            self.position = after_name;
            return Some(Attribute { name, value: None });
        }
        self.position += 1;
        self.skip_white_space();
        let quote = self.peek()?;
        let value = if matches!(quote, b'"' | b'\'') {
            self.position += 1;
            self.take_to_quote(quote)?
        } else {
            let value = self
                .take_until(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'>'));
            *is_plain &= !value.is_empty()
                && !value
                    .bytes()
                    .any(|byte| matches!(byte, b'"' | b'\'' | b'=' | b'`'));
            // `<a href=x/>`: readers differ on whom the slash belongs to.
            *is_plain &= !value.ends_with('/');
            value
        };
        *is_plain &= !value
            .bytes()
            .any(|byte| matches!(byte, b'<' | b'>' | b'\0'));
        Some(Attribute {
            name,
            value: Some(Cow::Borrowed(value)),
        })
    }
}

/// An element without content and closing tag.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "input" | "source")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<String> {
        tokens(text)
            .map(|token| {
                let source = text.get(token.range).unwrap();
                match token.kind {
                    TokenKind::Open(tag) => format!(
                        "{}{}{}",
                        if tag.is_plain { "" } else { "odd " },
                        tag.name,
                        tag.attributes
                            .iter()
                            .map(|attribute| match &attribute.value {
                                Some(value) => format!(" {}={value}", attribute.name),
                                None => format!(" {}", attribute.name),
                            })
                            .collect::<String>()
                    ),
                    TokenKind::Close(name) => format!("/{name}"),
                    TokenKind::Comment(text) => format!("comment {text}"),
                    TokenKind::Declaration => format!("declaration {source}"),
                    TokenKind::UnclosedComment => "unclosed".into(),
                    TokenKind::Stray => "stray".into(),
                }
            })
            .collect()
    }

    #[test]
    fn markup_is_cut_as_browsers_cut_it() {
        for (text, expected) in [
            ("<p align=\"center\">x</p>", vec!["p align=center", "/p"]),
            (
                "<IMG SRC=a ALT='b c' hidden/>",
                vec!["img src=a alt=b c hidden"],
            ),
            ("<a/href=x>", vec!["odd a href=x"]),
            ("<img src=\"x\"onerror=y>", vec!["odd img src=x onerror=y"]),
            ("<a title=\"a>b\">", vec!["odd a title=a>b"]),
            ("<a a=1 A=2>", vec!["odd a a=1"]),
            ("<div\n<p>", vec!["stray", "p"]),
            ("<a href=\"x", vec!["stray"]),
            ("1 < 2 <3 <", vec![]),
            ("<!-- a -- b -->c", vec!["comment  a -- b "]),
            ("<!-->a-->", vec!["comment "]),
            ("<!-- a", vec!["unclosed"]),
            (
                "<?x > y ?><!DOCTYPE x><![CDATA[ > ]]>",
                vec![
                    "declaration <?x > y ?>",
                    "declaration <!DOCTYPE x>",
                    "declaration <![CDATA[ > ]]>",
                ],
            ),
            ("<script>a<b \"</script>\"", vec!["script", "/script"]),
            ("</ x>", vec!["declaration </ x>"]),
            ("</p onclick=x>", vec!["/p"]),
        ] {
            assert_eq!(shapes(text), expected, "{text}");
        }
    }
}
