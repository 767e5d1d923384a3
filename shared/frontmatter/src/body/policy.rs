//! Which HTML elements and attributes stay (2.9.10).
//!
//! The lists are those of hast-util-sanitize's GitHub schema, with a few additions;
//! nothing that isn't listed stays.

use crate::markdown::html::tokens::Attribute;

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Allowed,
    /// The tags go, what they enclose stays.
    Unwrapped,
    /// The element goes with all that it encloses.
    Removed,
}

pub(crate) fn element(name: &str) -> Element {
    match name {
        "a" | "abbr" | "audio" | "b" | "blockquote" | "br" | "center" | "code" | "dd" | "del"
        | "details" | "div" | "dl" | "dt" | "em" | "figcaption" | "figure" | "h1" | "h2" | "h3"
        | "h4" | "h5" | "h6" | "hr" | "i" | "img" | "input" | "ins" | "kbd" | "li" | "mark"
        | "ol" | "p" | "picture" | "pre" | "q" | "rp" | "rt" | "ruby" | "s" | "samp"
        | "section" | "small" | "source" | "span" | "strike" | "strong" | "sub" | "summary"
        | "sup" | "table" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr" | "tt" | "ul"
        | "var" | "video" => Element::Allowed,
        "applet" | "embed" | "frameset" | "iframe" | "math" | "noembed" | "noframes"
        | "noscript" | "object" | "plaintext" | "script" | "select" | "style" | "svg"
        | "template" | "textarea" | "title" | "xmp" => Element::Removed,
        _ => Element::Unwrapped,
    }
}

/// Elements of HTML, SVG and `MathML` that the policy has no other use for, sorted.
const OTHER_ELEMENTS: &str = "acronym address animate annotation area article aside base basefont bdi bdo bgsound big \
    blink body button canvas caption circle cite clippath col colgroup command content data datalist defs desc dfn dialog \
    dir ellipse feblend feflood femerge feoffset fieldset filter font footer foreignobject form frame g head header \
    hgroup html image isindex keygen label legend line lineargradient link listing main map marker marquee mask \
    menu menuitem meta meter metadata mfrac mi mn mo mrow msqrt msub msup mtable mtd mtext mtr multicol nav nextid nobr \
    optgroup option output param path pattern polygon polyline portal progress radialgradient rb rect rtc search \
    semantics set shadow slot spacer stop switch symbol text textpath time track tspan u use view wbr";

/// Whether HTML knows an element of the name.
pub(crate) fn is_element(name: &str) -> bool {
    element(name) != Element::Unwrapped
        || OTHER_ELEMENTS
            .split_ascii_whitespace()
            .any(|other| other == name)
}

/// Elements that stand in a line of text; they end where their paragraph ends.
pub(crate) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "audio"
            | "b"
            | "code"
            | "del"
            | "em"
            | "i"
            | "ins"
            | "kbd"
            | "mark"
            | "picture"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "tt"
            | "var"
            | "video"
    )
}

/// Elements whose closing tag may be left out.
pub(crate) fn has_implied_end(name: &str) -> bool {
    matches!(
        name,
        "dd" | "dt" | "li" | "p" | "rp" | "rt" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
    )
}

pub(crate) fn is_table_part(name: &str) -> bool {
    only_within(name) == ["table"]
}

/// The elements of which one must stand open around it; none: it may stand anywhere. Outside, browsers drop it, or let
/// nothing but the page's own elements end it.
pub(crate) fn only_within(name: &str) -> &'static [&'static str] {
    match name {
        "dd" | "dt" => &["dl"],
        "li" => &["ol", "ul"],
        "tbody" | "td" | "tfoot" | "th" | "thead" | "tr" => &["table"],
        _ => &[],
    }
}

/// hast-util-sanitize's list for every element, without `action`, and the additions.
fn is_allowed_anywhere(name: &str) -> bool {
    matches!(
        name,
        "abbr"
            | "accept"
            | "accept-charset"
            | "accesskey"
            | "align"
            | "alt"
            | "aria-hidden"
            | "aria-label"
            | "axis"
            | "border"
            | "cellpadding"
            | "cellspacing"
            | "char"
            | "charoff"
            | "charset"
            | "checked"
            | "clear"
            | "color"
            | "cols"
            | "colspan"
            | "compact"
            | "controls"
            | "coords"
            | "datetime"
            | "dir"
            | "enctype"
            | "frame"
            | "headers"
            | "height"
            | "hreflang"
            | "hspace"
            | "ismap"
            | "itemprop"
            | "label"
            | "lang"
            | "loading"
            | "loop"
            | "maxlength"
            | "media"
            | "method"
            | "multiple"
            | "muted"
            | "nohref"
            | "noshade"
            | "nowrap"
            | "open"
            | "playsinline"
            | "prompt"
            | "readonly"
            | "rev"
            | "reversed"
            | "rows"
            | "rowspan"
            | "rules"
            | "scope"
            | "selected"
            | "shape"
            | "size"
            | "sizes"
            | "span"
            | "start"
            | "summary"
            | "tabindex"
            | "title"
            | "valign"
            | "value"
            | "vspace"
            | "width"
    )
}

/// What an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// Text that can do no harm.
    Plain,
    Link,
    Image,
    Media,
    /// A list of images with their sizes.
    ImageSet,
    Refused,
}

/// What may be done with an attribute of an element.
pub(crate) fn attribute(element: &str, attribute: &Attribute<'_>) -> Value {
    let value = attribute.value.as_deref().unwrap_or_default();
    let allowed = |condition: bool| {
        if condition {
            Value::Plain
        } else {
            Value::Refused
        }
    };
    match (element, attribute.name.as_ref()) {
        ("a", "href") | ("blockquote" | "q" | "del" | "ins", "cite") => Value::Link,
        ("img", "src") | ("video", "poster") => Value::Image,
        ("audio" | "video" | "source", "src") => Value::Media,
        ("img" | "source", "srcset") => Value::ImageSet,
        ("a", "target") => allowed(matches!(value, "_blank" | "_self")),
        ("a", "rel") => allowed(
            value
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b' '),
        ),
        ("input", "type" | "disabled" | "checked")
        | ("source", "type")
        | ("div", "itemscope" | "itemtype") => Value::Plain,
        ("input", _) => Value::Refused,
        ("a" | "details", "name") | (_, "id") => allowed(is_identifier(value)),
        (_, "class") => allowed(is_language_class(value)),
        (_, name) => allowed(is_allowed_anywhere(name)),
    }
}

/// Names that scripts look up on `window`, `document` and forms: an element of that name would
/// stand in for the property ("DOM clobbering").
fn is_property(name: &str) -> bool {
    matches!(
        name,
        "__proto__"
            | "addeventlistener"
            | "alert"
            | "all"
            | "anchors"
            | "attributes"
            | "body"
            | "childnodes"
            | "children"
            | "close"
            | "constructor"
            | "cookie"
            | "createelement"
            | "currentscript"
            | "defaultview"
            | "document"
            | "documentelement"
            | "domain"
            | "embeds"
            | "eval"
            | "fetch"
            | "firstchild"
            | "forms"
            | "frames"
            | "getelementbyid"
            | "getelementsbyname"
            | "getelementsbytagname"
            | "hasownproperty"
            | "head"
            | "history"
            | "images"
            | "implementation"
            | "innerhtml"
            | "lastchild"
            | "links"
            | "localstorage"
            | "location"
            | "name"
            | "navigator"
            | "nodename"
            | "nodetype"
            | "open"
            | "opener"
            | "parent"
            | "parentnode"
            | "plugins"
            | "prototype"
            | "queryselector"
            | "queryselectorall"
            | "referrer"
            | "scripts"
            | "self"
            | "sessionstorage"
            | "textcontent"
            | "title"
            | "top"
            | "tostring"
            | "url"
            | "valueof"
            | "window"
            | "write"
            | "writeln"
    )
}

fn is_identifier(value: &str) -> bool {
    value.len() <= 64
        && value.starts_with(|first: char| first.is_ascii_alphabetic())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && !is_property(&value.to_ascii_lowercase())
}

/// An identifier for one that may not stand, so that links to it may follow; `None` where it may, or none can be made.
pub(crate) fn renamed(value: &str) -> Option<String> {
    if is_identifier(value) {
        return None;
    }
    let kept = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let name: String = value.trim().chars().map(kept).collect();
    [
        name.clone(),
        format!("{name}-section"),
        format!("section-{name}"),
    ]
    .into_iter()
    .find(|name| is_identifier(name))
    .filter(|_| value.chars().any(char::is_alphanumeric))
}

fn is_language_class(value: &str) -> bool {
    let is_language = |class: &str| {
        class.strip_prefix("language-").is_some_and(|language| {
            !language.is_empty()
                && language.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'#')
                })
        })
    };
    !value.trim().is_empty() && value.split_ascii_whitespace().all(is_language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_that_stand_in_for_properties_are_refused() {
        assert!(is_identifier("usage-1_a"));
        for name in [
            "",
            "1a",
            "a b",
            "a.b",
            "cookie",
            "getElementById",
            "__proto__",
        ] {
            assert!(!is_identifier(name), "{name}");
        }
    }
}
