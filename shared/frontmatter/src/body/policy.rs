//! Which HTML elements and attributes stay (2.9.10).
//!
//! The lists are those of hast-util-sanitize's GitHub schema, with a few additions;
//! nothing that isn't listed stays.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::markdown::html::tokens::Attribute;
use crate::words::{ByName, by_name};

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Allowed,
    /// The tags go, what they enclose stays.
    Unwrapped,
    /// The element goes with all that it encloses.
    Removed,
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

/// What an attribute holds whose value this is.
type Holds = fn(&str) -> Value;

const PLAIN: Holds = |_| Value::Plain;
const LINK: Holds = |_| Value::Link;
const IMAGE: Holds = |_| Value::Image;
const MEDIA: Holds = |_| Value::Media;
const IMAGE_SET: Holds = |_| Value::ImageSet;
const TARGET: Holds = |value| plain_if(matches!(value, "_blank" | "_self"));
const RELATION: Holds = |value| {
    plain_if(
        value
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b' '),
    )
};
const IDENTIFIER: Holds = |value| plain_if(is_identifier(value));
const CLASS: Holds = |value| plain_if(is_language_class(value));

fn plain_if(is_allowed: bool) -> Value {
    if is_allowed {
        Value::Plain
    } else {
        Value::Refused
    }
}

/// What the policy says of some elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    names: &'static str,
    pub(crate) element: Element,
    /// Stands in a line of text, and ends where its paragraph ends.
    pub(crate) is_inline: bool,
    /// Its closing tag may be left out.
    pub(crate) has_implied_end: bool,
    /// The elements of which one must stand open around it; none: it may stand anywhere. Outside, browsers drop it, or let
    /// nothing but the page's own elements end it.
    pub(crate) within: &'static [&'static str],
    attributes: &'static [(&'static str, Holds)],
    /// Whether it may have the attributes of [`OF_ALL`] besides.
    has_others: bool,
}

const BLOCK: Rule = Rule {
    names: "br center dl figcaption figure h1 h2 h3 h4 h5 h6 hr ol pre section summary table ul",
    element: Element::Allowed,
    is_inline: false,
    has_implied_end: false,
    within: &[],
    attributes: &[],
    has_others: true,
};
const INLINE: Rule = Rule {
    names: "abbr b code em i kbd mark picture ruby s samp small span strike strong sub sup tt var",
    is_inline: true,
    ..BLOCK
};
const PART: Rule = Rule {
    names: "p",
    has_implied_end: true,
    ..BLOCK
};
/// HTML, SVG and `MathML` have these as well, and the policy no other use for them.
const UNWRAPPED: Rule = Rule {
    names: "acronym address animate annotation area article aside base basefont bdi bdo bgsound big blink body button \
        canvas caption circle cite clippath col colgroup command content data datalist defs desc dfn dialog dir \
        ellipse feblend feflood femerge feoffset fieldset filter font footer foreignobject form frame g head header \
        hgroup html image isindex keygen label legend line lineargradient link listing main map marker marquee mask \
        menu menuitem meta meter metadata mfrac mi mn mo mrow msqrt msub msup mtable mtd mtext mtr multicol nav \
        nextid nobr optgroup option output param path pattern polygon polyline portal progress radialgradient rb \
        rect rtc search semantics set shadow slot spacer stop switch symbol text textpath time track tspan u use \
        view wbr",
    element: Element::Unwrapped,
    ..BLOCK
};

static RULES: [Rule; 19] = [
    BLOCK,
    INLINE,
    PART,
    UNWRAPPED,
    Rule {
        names: "applet embed frameset iframe math noembed noframes noscript object plaintext script select style svg \
            template textarea title xmp",
        element: Element::Removed,
        ..BLOCK
    },
    Rule {
        names: "a",
        attributes: &[
            ("href", LINK),
            ("name", IDENTIFIER),
            ("rel", RELATION),
            ("target", TARGET),
        ],
        ..INLINE
    },
    Rule {
        names: "audio",
        attributes: &[("src", MEDIA)],
        ..INLINE
    },
    Rule {
        names: "blockquote",
        attributes: &[("cite", LINK)],
        ..BLOCK
    },
    Rule {
        names: "dd dt",
        within: &["dl"],
        ..PART
    },
    Rule {
        names: "del ins q",
        attributes: &[("cite", LINK)],
        ..INLINE
    },
    Rule {
        names: "details",
        attributes: &[("name", IDENTIFIER)],
        ..BLOCK
    },
    Rule {
        names: "div",
        attributes: &[("itemscope", PLAIN), ("itemtype", PLAIN)],
        ..BLOCK
    },
    Rule {
        names: "img",
        attributes: &[("src", IMAGE), ("srcset", IMAGE_SET)],
        ..BLOCK
    },
    Rule {
        names: "input",
        attributes: &[("checked", PLAIN), ("disabled", PLAIN), ("type", PLAIN)],
        has_others: false,
        ..BLOCK
    },
    Rule {
        names: "li",
        within: &["ol", "ul"],
        ..PART
    },
    Rule {
        names: "rp rt",
        has_implied_end: true,
        ..INLINE
    },
    Rule {
        names: "source",
        attributes: &[("src", MEDIA), ("srcset", IMAGE_SET), ("type", PLAIN)],
        ..BLOCK
    },
    Rule {
        names: "tbody td tfoot th thead tr",
        within: &["table"],
        ..PART
    },
    Rule {
        names: "video",
        attributes: &[("poster", IMAGE), ("src", MEDIA)],
        ..INLINE
    },
];

/// What any element may have: hast-util-sanitize's list, without `action`, and the additions.
const OF_ALL: [(&str, Holds); 3] = [
    ("class", CLASS),
    ("id", IDENTIFIER),
    (
        "abbr accept accept-charset accesskey align alt aria-hidden aria-label axis border cellpadding cellspacing \
         char charoff charset checked clear color cols colspan compact controls coords datetime dir enctype frame \
         headers height hreflang hspace ismap itemprop label lang loading loop maxlength media method multiple \
         muted nohref noshade nowrap open playsinline prompt readonly rev reversed rows rowspan rules scope \
         selected shape size sizes span start summary tabindex title valign value vspace width",
        PLAIN,
    ),
];

/// Names that scripts look up on `window`, `document` and forms: an element of that name would
/// stand in for the property ("DOM clobbering").
const PROPERTIES: &str = "__proto__ addeventlistener alert all anchors attributes body childnodes children close constructor cookie \
    createelement currentscript defaultview document documentelement domain embeds eval fetch firstchild forms frames \
    getelementbyid getelementsbyname getelementsbytagname hasownproperty head history images implementation innerhtml \
    lastchild links localstorage location name navigator nodename nodetype open opener parent parentnode plugins \
    prototype queryselector queryselectorall referrer scripts self sessionstorage textcontent title top tostring url \
    valueof window write writeln";

static BY_ELEMENT: LazyLock<ByName<&Rule>> =
    LazyLock::new(|| by_name(RULES.iter().map(|rule| (rule.names, rule))));
static BY_ATTRIBUTE: LazyLock<ByName<Holds>> = LazyLock::new(|| by_name(OF_ALL));
static BY_PROPERTY: LazyLock<HashSet<&str>> =
    LazyLock::new(|| PROPERTIES.split_ascii_whitespace().collect());

/// What the policy says of an element.
pub(crate) fn rule(name: &str) -> &'static Rule {
    BY_ELEMENT.get(name).copied().unwrap_or(&UNWRAPPED)
}

/// Whether HTML knows an element of the name.
pub(crate) fn is_element(name: &str) -> bool {
    BY_ELEMENT.contains_key(name)
}

impl Rule {
    pub(crate) fn is_table_part(&self) -> bool {
        self.within == ["table"]
    }

    /// What may be done with an attribute of the element.
    pub(crate) fn attribute(&self, attribute: &Attribute<'_>) -> Value {
        let name = attribute.name.as_ref();
        let own = self.attributes.iter().find(|(own, _)| *own == name);
        let holds = match own {
            Some((_, holds)) => Some(holds),
            None => BY_ATTRIBUTE.get(name).filter(|_| self.has_others),
        };
        holds.map_or(Value::Refused, |holds| {
            holds(attribute.value.as_deref().unwrap_or_default())
        })
    }
}

fn is_identifier(value: &str) -> bool {
    value.len() <= 64
        && value.starts_with(|first: char| first.is_ascii_alphabetic())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && !BY_PROPERTY.contains(value.to_ascii_lowercase().as_str())
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
