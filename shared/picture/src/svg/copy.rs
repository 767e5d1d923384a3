//! The copy of a drawing: what the tables allow of its tree, written anew.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use roxmltree::{Attribute, Document, Node, NodeId};

use super::css::{self, MAX_RULES, MAX_SELECTORS, Sheet, Token};
use super::embedded::Allowance;
use super::size::Size;
use super::styles::{Motion, Styles};
use super::tables::{
    ANIMATED_VALUES, ANIMATIONS, DRAWN, ELEMENTS, HTML_ATTRIBUTES, HTML_ELEMENTS, NEVER_DRAWN,
    PLAIN_ATTRIBUTES, PRESENTATION, SILENT, WITH_TEXT, has,
};
use super::{SVG, XHTML, XLINK, XML, hides_by_rules, hiding, own, too_complex};
use crate::Refused;

/// Attributes of which a large number would hold up a browser, and the largest one.
const BOUNDED: &[(&str, f64)] = &[("numOctaves", 8.0), ("order", 9.0), ("radius", 50.0)];
/// Elements that have no content and no end in HTML.
const VOID: &[&str] = &["br", "hr"];

/// What a drawing had that its copy has not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is told by itself")]
pub(super) struct Left {
    /// Something that is loaded from elsewhere.
    pub(super) loaded: bool,
    /// Embedded pictures that we don't take.
    pub(super) pictures: bool,
    pub(super) fonts: bool,
    pub(super) scripts: bool,
    /// Layers and other elements that aren't shown.
    pub(super) hidden: bool,
}

/// A copy that is being written.
pub(super) struct Copy<'a, 'd> {
    pub(super) text: String,
    pub(super) left: Left,
    /// Whether anything is drawn.
    pub(super) draws: bool,
    styles: Styles<'d>,
    sheets: HashMap<NodeId, String>,
    /// Ids that something refers to that is shown.
    referred: HashSet<String>,
    allowance: Allowance,
    /// Whether something moves, and so may come to be seen.
    moves: bool,
    /// Whether it does so by `display`.
    appears: bool,
    /// The namespace of the drawing's elements, which some programs leave out.
    namespace: Option<&'a str>,
}

/// Where an element stands.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each depends on another ancestor"
)]
struct Place {
    /// Whether HTML may be here.
    in_label: bool,
    /// Whether the element around it is HTML.
    in_html: bool,
    is_visible: bool,
    has_text: bool,
}

/// The text of a style sheet, and where it holds.
pub(super) type SheetText = (NodeId, String, String);

/// Reads all style sheets of a drawing; none if they have too many rules.
pub(super) fn sheets(texts: &[SheetText]) -> Option<Vec<(NodeId, Sheet<'_>)>> {
    let sheets: Vec<_> = texts
        .iter()
        .map(|(id, text, media)| (*id, Sheet::read(text, media)))
        .collect();
    let rules = || sheets.iter().flat_map(|(_, sheet)| &sheet.rules);
    let selectors: usize = rules().map(|rule| rule.selectors.len()).sum();
    (rules().count() <= MAX_RULES && selectors <= MAX_SELECTORS).then_some(sheets)
}

/// The text of each style sheet of a drawing.
pub(super) fn sheet_texts(document: &Document<'_>) -> Vec<SheetText> {
    let styles = document.descendants().filter(|node| {
        let name = node.tag_name();
        let is_svg = matches!(name.namespace(), Some(SVG) | None);
        is_svg && name.name() == "style" && is_css(*node)
    });
    styles
        .map(|node| {
            let media = own(node, "media").unwrap_or_default().trim();
            (node.id(), sheet_text(node), media.to_owned())
        })
        .collect()
}

fn is_css(style: Node<'_, '_>) -> bool {
    let kind = own(style, "type").unwrap_or_default().trim();
    kind.is_empty() || kind.eq_ignore_ascii_case("text/css")
}

fn sheet_text(style: Node<'_, '_>) -> String {
    let text: String = style
        .children()
        .filter(Node::is_text)
        .filter_map(|text| text.text())
        .collect();
    css::unescaped(&text).into_owned()
}

/// Whether a style sheet of HTML, which browsers use for the whole drawing, could hide something.
fn has_hiding_html(document: &Document<'_>) -> bool {
    let mut styles = document
        .descendants()
        .filter(|node| node.has_tag_name((XHTML, "style")));
    styles.any(|node| is_css(node) && hiding::is_within(&css::tokens(&sheet_text(node))))
}

impl<'a, 'd> Copy<'a, 'd> {
    /// Copies a drawing with its style sheets.
    pub(super) fn of(
        document: &'a Document<'_>,
        sheets: &[(NodeId, Sheet<'d>)],
        size: &Size,
    ) -> Result<Self, Refused> {
        let root = document.root_element();
        let mut styles = Styles::default();
        let mut left = Left::default();
        for (_, sheet) in sheets {
            styles.add(&sheet.rules);
            left.loaded |= sheet.has_loaded;
            left.fonts |= sheet.has_fonts;
        }
        let animated = |node: &Node<'_, '_>| has(ANIMATIONS, node.tag_name().name());
        let animations = || document.descendants().filter(animated);
        let mut copy = Self {
            text: String::new(),
            left,
            draws: false,
            moves: animations().next().is_some()
                || sheets
                    .iter()
                    .any(|(_, sheet)| sheet.text.contains("@keyframes")),
            appears: animations().any(|node| own(node, "attributeName") == Some("display")),
            styles,
            sheets: sheets
                .iter()
                .map(|(id, sheet)| (*id, sheet.text.clone()))
                .collect(),
            referred: HashSet::new(),
            allowance: Allowance::default(),
            namespace: root.tag_name().namespace(),
        };
        if !copy.styles.are_quick(document) {
            return Err(too_complex());
        }
        let motion = Motion {
            moves: copy.moves,
            appears: copy.appears,
        };
        let loses = sheets.iter().any(|(_, sheet)| sheet.loses);
        if loses || has_hiding_html(document) || copy.styles.lose(document, motion) {
            return Err(hides_by_rules());
        }
        copy.refer(root);
        copy.root(root, size);
        Ok(copy)
    }

    fn is_hidden(&self, node: Node<'_, '_>) -> bool {
        let name = node.tag_name().name();
        !has(NEVER_DRAWN, name)
            && (Styles::is_lost(node)
                || (!self.appears && self.styles.is_undisplayed(node))
                || (!self.moves && self.styles.is_transparent(node)))
    }

    /// Notes what an element and all that is in it refer to.
    fn refer(&mut self, node: Node<'a, '_>) {
        for attribute in node.attributes() {
            let value = attribute.value();
            if attribute.name() == "href" {
                self.referred
                    .extend(value.trim().strip_prefix('#').map(str::to_owned));
            } else if value.contains("url(") {
                self.refer_by_css(value);
            }
        }
        for child in node.children() {
            if let Some(text) = child.text().filter(|_| node.tag_name().name() == "style") {
                self.refer_by_css(text);
            }
            if child.is_element() && !self.is_hidden(child) {
                self.refer(child);
            }
        }
    }

    fn refer_by_css(&mut self, text: &str) {
        let text = css::unescaped(text);
        let ids = css::tokens(&text)
            .into_iter()
            .filter_map(|token| match token {
                Token::Url(id) => Some(id.to_owned()),
                _ => None,
            });
        self.referred.extend(ids);
    }

    fn root(&mut self, root: Node<'a, '_>, size: &Size) {
        let Size {
            width,
            height,
            view: [left, top, wide, high],
            ..
        } = size;
        // Writing to a `String` never fails.
        let _ = write!(
            self.text,
            "<svg xmlns=\"{SVG}\" width=\"{width}\" height=\"{height}\" viewBox=\"{left} {top} {wide} {high}\""
        );
        for attribute in root.attributes() {
            if !matches!(attribute.name(), "width" | "height" | "viewBox" | "x" | "y") {
                self.attribute(root, attribute);
            }
        }
        self.text.push('>');
        let place = Place {
            in_label: false,
            in_html: false,
            is_visible: true,
            has_text: false,
        };
        let is_visible = self.styles.visibility(root).unwrap_or(true) || self.moves;
        if self.is_hidden(root) {
            self.left.hidden = true;
            self.keep_referred(root);
        } else {
            self.children(
                root,
                Place {
                    is_visible,
                    ..place
                },
            );
        }
        self.text.push_str("</svg>\n");
    }

    fn children(&mut self, node: Node<'a, '_>, place: Place) {
        for child in node.children() {
            if child.is_element() {
                self.element(child, place);
            } else if let Some(text) = child.text().filter(|_| child.is_text() && place.has_text) {
                let shown = if place.is_visible { text } else { " " };
                let is_read_out = matches!(node.tag_name().name(), "desc" | "title");
                self.draws |= !is_read_out && !shown.trim().is_empty();
                escape(shown, "&<>\r", &mut self.text);
            }
        }
    }

    fn element(&mut self, node: Node<'a, '_>, place: Place) {
        let name = node.tag_name().name();
        let namespace = node.tag_name().namespace();
        let is_html = namespace == Some(XHTML);
        if name == "a" && (namespace == self.namespace || is_html) {
            return self.children(node, place);
        }
        let is_svg = namespace == self.namespace && !place.in_html && has(ELEMENTS, name);
        let is_label = is_html && place.in_label && has(HTML_ELEMENTS, name);
        if !is_svg && !is_label {
            let is_script = name.eq_ignore_ascii_case("script");
            self.left.scripts |= is_script;
            self.left.loaded |= !is_script
                && namespace == self.namespace
                && !has(SILENT, name)
                && node
                    .attributes()
                    .any(|attribute| attribute.name() == "href");
            return;
        }
        // Of what a program draws for itself alone, browsers show none (SVG 1.1, 5.8.4).
        if own(node, "requiredExtensions").is_some_and(|of| of.trim() != XHTML) {
            return;
        }
        if self.is_hidden(node) {
            self.left.hidden = true;
            if is_svg && !place.in_label {
                self.keep_referred(node);
            }
            return;
        }
        let is_visible = self.moves || self.styles.visibility(node).unwrap_or(place.is_visible);
        let place = Place {
            in_label: place.in_label || name == "foreignObject",
            in_html: is_label,
            is_visible: is_visible || has(NEVER_DRAWN, name),
            has_text: is_label || has(WITH_TEXT, name),
        };
        if is_svg {
            self.svg(node, name, place);
        } else {
            self.html(node, name, place);
        }
    }

    /// An element of SVG that may be in a copy.
    fn svg(&mut self, node: Node<'a, '_>, name: &str, place: Place) {
        if has(DRAWN, name) && !place.is_visible {
            self.left.hidden = true;
            return;
        }
        if name == "style" {
            let sheet = self.sheets.get(&node.id()).filter(|text| !text.is_empty());
            if let Some(sheet) = sheet {
                self.text.push_str("<style>");
                escape(sheet, "&<>\r", &mut self.text);
                self.text.push_str("</style>");
            }
            return;
        }
        let start = self.text.len();
        self.text.extend(["<", name]);
        if has(ANIMATIONS, name) && !self.animation(node, name) {
            self.left.scripts = true;
            self.text.truncate(start);
            return;
        }
        if name == "image" && !self.picture(node) {
            self.text.truncate(start);
            return;
        }
        for attribute in node.attributes() {
            self.attribute(node, attribute);
        }
        self.draws |= has(DRAWN, name);
        if node.has_children() {
            self.text.push('>');
            self.children(node, place);
            self.text.extend(["</", name, ">"]);
        } else {
            self.text.push_str("/>");
        }
    }

    /// An element of HTML that may be in a copy.
    fn html(&mut self, node: Node<'a, '_>, name: &str, place: Place) {
        self.text.extend(["<", name]);
        let around = node.parent().map(|parent| parent.tag_name().namespace());
        // Links around it are gone, so it is named at each of those that were in one.
        if around != Some(Some(XHTML))
            || node
                .parent()
                .is_some_and(|parent| parent.tag_name().name() == "a")
        {
            self.put("xmlns", XHTML);
        }
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            if attribute.namespace().is_none() && matches!(name, "class" | "style") {
                self.attribute(node, attribute);
            } else if attribute.namespace().is_none()
                && has(HTML_ATTRIBUTES, name)
                && is_plain(value)
            {
                self.put(name, value);
            }
        }
        if VOID.contains(&name) {
            self.text.push_str("/>");
        } else {
            self.text.push('>');
            self.children(node, place);
            self.text.extend(["</", name, ">"]);
        }
    }

    /// Of what isn't shown, the parts that something else shows.
    fn keep_referred(&mut self, hidden: Node<'a, '_>) {
        let start = self.text.len();
        self.text.push_str("<defs>");
        let empty = self.text.len();
        self.referred_in(hidden);
        if self.text.len() == empty {
            self.text.truncate(start);
        } else {
            self.text.push_str("</defs>");
        }
    }

    fn referred_in(&mut self, node: Node<'a, '_>) {
        let place = Place {
            in_label: false,
            in_html: false,
            is_visible: true,
            has_text: false,
        };
        for child in node.children().filter(Node::is_element) {
            let is_named = own(child, "id").is_some_and(|id| self.referred.contains(id));
            let is_shared = is_named || child.tag_name().name() == "style";
            if is_shared && !self.is_hidden(child) {
                self.element(child, place);
            } else {
                self.referred_in(child);
            }
        }
    }

    /// Writes what an animation changes and to what; `false` if a copy may not change that.
    fn animation(&mut self, node: Node<'a, '_>, name: &str) -> bool {
        let Some(changed) = own(node, "attributeName").map(str::trim) else {
            return name == "animateMotion";
        };
        let is_plain_one = has(PLAIN_ATTRIBUTES, changed) && !has(ANIMATED_VALUES, changed);
        let is_style = has(PRESENTATION, changed);
        if !is_plain_one && !is_style {
            return false;
        }
        self.put("attributeName", changed);
        for name in ANIMATED_VALUES {
            let Some(values) = own(node, name) else {
                continue;
            };
            let allowed = |value: &str| {
                let value = value.trim();
                if is_style {
                    css::value(value)
                } else {
                    is_plain(value).then(|| value.to_owned())
                }
            };
            let values = values.split(';').filter(|value| !value.trim().is_empty());
            let Some(values) = values.map(allowed).collect::<Option<Vec<_>>>() else {
                return false;
            };
            self.put(name, &values.join(";"));
        }
        true
    }

    /// Writes what an `image` shows; `false` if that can't be in a copy.
    fn picture(&mut self, node: Node<'a, '_>) -> bool {
        let Some(address) = own(node, "href").or_else(|| node.attribute((XLINK, "href"))) else {
            return false;
        };
        let Some(copy) = self.allowance.copy(address) else {
            let is_embedded = address
                .trim()
                .get(..5)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
            self.left.pictures |= is_embedded;
            self.left.loaded |= !is_embedded;
            return false;
        };
        self.put("href", &copy);
        true
    }

    /// Writes an attribute of an element of SVG, if a copy may have it.
    fn attribute(&mut self, node: Node<'a, '_>, attribute: Attribute<'a, '_>) {
        let (name, value) = (attribute.name(), attribute.value());
        let element = node.tag_name().name();
        match (attribute.namespace(), name) {
            (None | Some(XLINK), "href") if element != "image" => {
                // Of both kinds, the one without a prefix is the one that counts (SVG 2, 16.1.6).
                if attribute.namespace().is_some() && own(node, "href").is_some() {
                    return;
                }
                let value = value.trim();
                if let Some(id) = value.strip_prefix('#').filter(|id| css::is_id(id)) {
                    self.put("href", &format!("#{id}"));
                } else {
                    self.left.loaded |= !value.is_empty() && !value.starts_with('#');
                }
            }
            (Some(XML), "space") if matches!(value, "preserve" | "default") => {
                self.put("xml:space", value);
            }
            (Some(XML), "lang") if is_plain(value) => self.put("xml:lang", value),
            (None, "id") if css::is_id(value) => self.put("id", value),
            (None, "class") if !value.trim().is_empty() => {
                let classes: Vec<_> = value
                    .split_ascii_whitespace()
                    .filter(|class| css::is_id(class))
                    .collect();
                if !classes.is_empty() {
                    self.put("class", &classes.join(" "));
                }
            }
            (None, "style") => {
                let value = css::unescaped(value);
                let tokens = css::tokens(&value);
                self.left.loaded |= css::loads(&value) && tokens.contains(&Token::Bad);
                let mut style = String::new();
                css::write_declarations(&css::declarations(&tokens), &mut style);
                if !style.is_empty() {
                    self.put("style", &style);
                }
            }
            (None, name) if has(PRESENTATION, name) => match css::value(value) {
                Some(value) => self.put(name, &value),
                None => self.left.loaded |= css::loads(value),
            },
            (None, name)
                if has(PLAIN_ATTRIBUTES, name)
                    && is_plain(value)
                    && is_bounded(name, value)
                    && !(has(ANIMATIONS, element) && has(ANIMATED_VALUES, name)) =>
            {
                self.put(name, value);
            }
            (None, name) => self.left.scripts |= name.starts_with("on"),
            _ => {}
        }
    }

    fn put(&mut self, name: &str, value: &str) {
        self.text.extend([" ", name, "=\""]);
        escape(value, "&<>\"\t\n\r", &mut self.text);
        self.text.push('"');
    }
}

/// Numbers, words, paths and transformations; no address can be written with these characters.
fn is_plain(text: &str) -> bool {
    let is_known =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ",.+-%();_#".contains(c);
    text.chars().all(is_known) && !text.to_ascii_lowercase().contains("url")
}

fn is_bounded(name: &str, value: &str) -> bool {
    let most = BOUNDED.iter().find(|(bounded, _)| *bounded == name);
    most.is_none_or(|(_, most)| {
        let mut numbers = value.split(|c: char| c == ',' || c.is_ascii_whitespace());
        numbers.all(|number| {
            number.is_empty() || number.parse::<f64>().is_ok_and(|number| number <= *most)
        })
    })
}

/// Writes a text with the characters of `special` as references.
fn escape(text: &str, special: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(|c| special.contains(c)) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        out.push_str(match found.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&quot;",
            Some(b'\t') => "&#9;",
            Some(b'\n') => "&#10;",
            _ => "&#13;",
        });
        rest = found.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}
