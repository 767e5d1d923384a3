//! Hostile bodies: whatever goes in, what a renderer makes of the result can't act.

use std::panic::catch_unwind;

use pulldown_cmark::{Options, Parser, TagEnd, html};
use scraper::{ElementRef, Html, Node, Selector};

use super::*;
use crate::markdown::{Event, Tag};

const HOSTILE: &str = include_str!("hostile.txt");

/// Where a piece of a document may stand.
const PLACES: [(&str, &str); 9] = [
    ("", ""),
    ("text ", " text"),
    ("# ", "\n\ntext"),
    ("> ", "\n\ntext"),
    ("- a\n\n  ", "\n- b"),
    ("<div>\n", "\n</div>\n"),
    ("<details>\n\n", "\n\n</details>\n"),
    ("a `b` <b>c</b> ", " `d` **e**\n"),
    ("[link ", "](https://e.example/)"),
];

/// One line of the table, with its `\n`, `\t`, `\xHH`, `\u{H}` and `\\` read.
fn payload(line: &str) -> String {
    let mut text = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('x') => {
                let digits: String = characters.by_ref().take(2).collect();
                text.push(char::from(u8::from_str_radix(&digits, 16).unwrap()));
            }
            Some('u') => {
                let digits: String = characters
                    .by_ref()
                    .skip(1)
                    .take_while(|c| *c != '}')
                    .collect();
                text.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
            }
            Some(other) => text.push(other),
            None => text.push('\\'),
        }
    }
    text
}

fn gfm() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}

/// The body as several renderers show it, raw HTML passed through.
fn renderings(body: &str) -> Vec<(&'static str, String)> {
    let mut renderings: Vec<_> = [
        ("gfm", gfm()),
        ("math", gfm() | Options::ENABLE_MATH),
        // What reads no footnotes reads their definitions as those of links, and other blocks
        // after them; what reads no tables goes on with a paragraph. Astro's renderers read both.
        (
            "commonmark",
            Options::ENABLE_FOOTNOTES | Options::ENABLE_TABLES,
        ),
    ]
    .into_iter()
    .map(|(name, options)| {
        let mut html = String::new();
        html::push_html(&mut html, Parser::new_ext(body, options));
        (name, html)
    })
    .collect();
    if markdown_errs(body) {
        return renderings;
    }
    let owned = body.to_owned();
    let rendered = catch_unwind(move || {
        let options = markdown::Options {
            compile: markdown::CompileOptions {
                allow_dangerous_html: true,
                allow_dangerous_protocol: true,
                ..markdown::CompileOptions::gfm()
            },
            ..markdown::Options::gfm()
        };
        markdown::to_html_with_options(&owned, &options).unwrap_or_default()
    });
    // Its panics on some input are known; it is one opinion of several.
    renderings.extend(rendered.ok().map(|html| ("markdown", html)));
    renderings
}

/// Where `markdown` reads otherwise than micromark, whose port it is, and every other reader.
///
/// In a container and after a table it takes indented code for prose (`**\n>     <table>`), and
/// a lazy line that begins with a backtick for a paragraph of its own (``>`<svg>\n` ``).
fn markdown_errs(body: &str) -> bool {
    let document = Document::parse_without_math(body);
    let mut containers = 0_usize;
    let mut follows_table = false;
    let has_indented_code = document.events.iter().any(|(event, _)| {
        match event {
            Event::Start(Tag::BlockQuote | Tag::Item | Tag::FootnoteDefinition) => {
                containers += 1;
            }
            Event::End(TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition) => {
                containers = containers.saturating_sub(1);
            }
            Event::Start(Tag::CodeBlock(None)) => {
                return containers > 0 || follows_table;
            }
            _ => {}
        }
        follows_table = *event == Event::End(TagEnd::Table);
        false
    });
    let has_lazy_backtick = || {
        document.lines().iter().any(|line| {
            !line.is_first
                && line.is_lazy
                && body
                    .get(line.text.clone())
                    .is_some_and(|text| text.starts_with('`'))
        })
    };
    has_indented_code || has_lazy_backtick()
}

const FORBIDDEN: [&str; 32] = [
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "base",
    "meta",
    "link",
    "svg",
    "math",
    "template",
    "noscript",
    "textarea",
    "title",
    "frame",
    "frameset",
    "applet",
    "button",
    "select",
    "option",
    "keygen",
    "isindex",
    "plaintext",
    "xmp",
    "noembed",
    "noframes",
    "marquee",
    "bgsound",
    "layer",
    "area",
    "map",
];

/// What is dangerous in a page that has the rendering in its middle.
fn dangers(rendering: &str) -> Vec<String> {
    let page = format!(
        "<!DOCTYPE html><body><main id=\"around\"><article id=\"page\">{rendering}</article>\
         <p id=\"after\">after</p></main></body>"
    );
    let page = Html::parse_document(&page);
    let mut dangers = Vec::new();
    let article = page
        .select(&Selector::parse("#page").unwrap())
        .next()
        .unwrap();
    for node in article.descendants() {
        match node.value() {
            Node::Comment(comment) if comment.trim() != "more" => {
                dangers.push(format!("comment {comment:?}", comment = &**comment));
            }
            Node::Element(_) => dangers.extend(ElementRef::wrap(node).and_then(danger)),
            _ => {}
        }
    }
    let after = page
        .select(&Selector::parse("main#around > p#after").unwrap())
        .next();
    if after.is_none() {
        dangers.push("the page around is not whole".to_owned());
    }
    if page
        .select(&Selector::parse("script, style, base, meta, head > *").unwrap())
        .next()
        .is_some()
    {
        dangers.push("an element outside".to_owned());
    }
    dangers
}

fn danger(element: ElementRef<'_>) -> Option<String> {
    let name = element.value().name();
    if FORBIDDEN.contains(&name) {
        return Some(format!("<{name}>"));
    }
    element.value().attrs().find_map(|(attribute, value)| {
        let compact: String = value
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control())
            .collect::<String>()
            .to_lowercase();
        let is_data_image = ["png", "jpeg", "gif", "webp"]
            .iter()
            .any(|format| compact.starts_with(&format!("data:image/{format};base64,")));
        let is_dangerous = match (name, attribute) {
            (
                _,
                "style" | "srcdoc" | "action" | "formaction" | "background" | "ping" | "usemap",
            ) => true,
            (_, attribute) if attribute.starts_with("on") || attribute.contains(':') => true,
            ("img", "src") => {
                !(compact.starts_with("https://")
                    || compact.starts_with("http://")
                    || is_data_image)
                    || value.contains("%2.")
            }
            (_, "src" | "poster") => !compact.starts_with("http"),
            (_, "srcset") => value
                .split(',')
                .any(|candidate| !candidate.trim().starts_with("http")),
            (_, "href" | "cite") => [
                "javascript:",
                "vbscript:",
                "data:",
                "file:",
                "blob:",
                "feed:",
                "view-source:",
            ]
            .iter()
            .any(|scheme| compact.starts_with(scheme)),
            ("a" | "img", "id" | "name") => {
                ["cookie", "getelementbyid", "__proto__", "location", "body"]
                    .contains(&compact.as_str())
            }
            _ => false,
        };
        is_dangerous.then(|| format!("{name} {attribute}={value:?}"))
    })
}

/// What is wrong with a body after cleaning.
pub(super) fn faults(source: &str, context: &Context) -> Vec<String> {
    let cleaned = clean_as(source, context);
    let mut faults = Vec::new();
    for (renderer, rendering) in renderings(&cleaned.body) {
        for danger in dangers(&rendering) {
            faults.push(format!(
                "{renderer}: {danger}\n  from {source:?}\n    to {:?}",
                cleaned.body
            ));
        }
    }
    let again = clean_as(&cleaned.body, context);
    if again.body != cleaned.body {
        faults.push(format!(
            "not a fixed point\n  from {source:?}\n    to {:?}\n    to {:?}",
            cleaned.body, again.body
        ));
    }
    faults
}

#[test]
fn the_scan_sees_what_is_dangerous() {
    for (html, count) in [
        ("<p>fine <a href=\"https://e.com\">x</a></p>", 0),
        ("<script>x</script>", 2),
        ("<img src=\"https://e.com/a.png\" onerror=x>", 1),
        ("<img src=a.png>", 1),
        ("<a href=\" java\tscript:x\">y</a>", 1),
        ("</article></main>", 1),
        ("<!-- x", 2),
        ("<table><tr><td>", 1),
    ] {
        assert_eq!(dangers(html).len(), count, "{html}: {:?}", dangers(html));
    }
}

#[test]
fn hostile_bodies_are_harmless_in_every_renderer() {
    let contexts = [context(Flavor::Auto), context(Flavor::Obsidian)];
    let payloads: Vec<String> = HOSTILE.lines().map(payload).collect();
    assert!(payloads.len() >= 200);
    let mut faults_found = Vec::new();
    for payload in &payloads {
        for (before, after) in PLACES {
            for context in &contexts {
                faults_found.extend(faults(&format!("{before}{payload}{after}"), context));
            }
        }
    }
    assert!(
        faults_found.is_empty(),
        "{} faults, the first of them:\n{}",
        faults_found.len(),
        faults_found
            .iter()
            .take(12)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn escape_mode_is_harmless_too() {
    let mut faults_found = Vec::new();
    let lines = HOSTILE.lines();
    for (line, all) in lines.flat_map(|line| [(line, false), (line, true)]) {
        let body = escape::escape(&payload(line), all);
        for (renderer, rendering) in renderings(&body) {
            for danger in dangers(&rendering) {
                faults_found.push(format!("{renderer}: {danger} in {body:?}"));
            }
        }
        // What is escaped goes through the rules once.
        let body = clean_as(&body, &context(Flavor::Obsidian)).body;
        let again = clean_as(&body, &context(Flavor::Obsidian));
        if again.body != body {
            faults_found.push(format!("no fixed point: {body:?} to {:?}", again.body));
        }
    }
    assert!(faults_found.is_empty(), "{}", faults_found.join("\n"));
}
