//! Markdown as HTML, by the parser that sites render with.

use std::collections::VecDeque;

use frontmatter::Slugger;
use languages::Language;
use satteri_pulldown_cmark::{
    Alignment, CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream,
};

use crate::callout::Marker;
use crate::escape::{attribute, escape};
use crate::footnotes::{self, Footnotes};

/// The HTML of a document's body; HTML that stands in it is passed through as it is, so that it is for
/// [`crate::safe`] and for nobody else. `language` is that of the document.
pub fn render(markdown: &str, language: Language) -> String {
    let mut renderer = Renderer {
        language,
        events: Events {
            ahead: VecDeque::new(),
            parser: Some(TextMergeStream::new(Parser::new_ext(markdown, options()))),
        },
        html: String::with_capacity(markdown.len() * 3 / 2),
        ..Renderer::default()
    };
    renderer.all();
    renderer.footnotes();
    renderer.html
}

/// What Astro reads by default; formulas are left to the site's own plugins.
fn options() -> Options {
    Options::ENABLE_GFM
        | Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}

/// The events of a document, with a look at those to come.
#[derive(Default)]
struct Events<'a> {
    ahead: VecDeque<Event<'a>>,
    parser: Option<TextMergeStream<'a, Parser<'a>>>,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Option<Event<'a>> {
        self.ahead
            .pop_front()
            .or_else(|| self.parser.as_mut()?.next())
    }

    /// The event after `skipped` others.
    fn peek(&mut self, skipped: usize) -> Option<&Event<'a>> {
        while self.ahead.len() <= skipped {
            let next = self.parser.as_mut()?.next()?;
            self.ahead.push_back(next);
        }
        self.ahead.get(skipped)
    }
}

#[derive(Default)]
struct Renderer<'a> {
    /// That of the document.
    language: Language,
    events: Events<'a>,
    html: String,
    slugger: Slugger,
    footnotes: Footnotes<'a>,
    /// What closes each quotation that is open.
    quotations: Vec<&'static str>,
    /// The heading that is open: where its content begins, and its text.
    heading: Option<(usize, String)>,
    /// The columns of the table that is open, and at which of them it is.
    columns: Vec<Alignment>,
    column: usize,
    is_head: bool,
}

impl<'a> Renderer<'a> {
    fn add<const N: usize>(&mut self, pieces: [&str; N]) {
        self.html.extend(pieces);
    }

    fn all(&mut self) {
        while let Some(event) = self.events.next() {
            self.event(event);
        }
    }

    fn event(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) => self.text(&text),
            // They are asked for by no option.
            Event::InlineMath(code) | Event::DisplayMath(code) | Event::Code(code) => {
                self.html.push_str("<code>");
                self.text(&code);
                self.html.push_str("</code>");
            }
            Event::Html(html) | Event::InlineHtml(html) => self.html.push_str(&html),
            Event::FootnoteReference(label) => self.reference(&label),
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>\n"),
            Event::Rule => self.html.push_str("<hr>\n"),
            Event::TaskListMarker(is_done) => {
                let checked = if is_done { " checked" } else { "" };
                self.add(["<input type=\"checkbox\" disabled", checked, "> "]);
            }
        }
    }

    fn text(&mut self, text: &str) {
        escape(&mut self.html, text);
        if let Some((_, heading)) = &mut self.heading {
            heading.push_str(text);
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        match tag {
            Tag::Paragraph => self.html.push_str("<p>"),
            Tag::Heading { .. } => self.heading = Some((self.html.len(), String::new())),
            Tag::BlockQuote(_) => self.quotation(),
            Tag::CodeBlock(kind) => self.code_block(&kind),
            Tag::List(None, _) => self.html.push_str("<ul>\n"),
            Tag::List(Some(1), _) => self.html.push_str("<ol>\n"),
            Tag::List(Some(first), _) => self.add(["<ol start=\"", &first.to_string(), "\">\n"]),
            Tag::Item => self.item(),
            Tag::FootnoteDefinition(label) => self.definition(&label),
            Tag::Table(columns) => {
                self.columns = columns;
                self.html.push_str("<table>\n");
            }
            Tag::TableHead => {
                self.is_head = true;
                self.column = 0;
                self.html.push_str("<thead>\n<tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.html.push_str("<tr>");
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Strikethrough => self.html.push_str("<del>"),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => {
                let mail = if link_type == LinkType::Email && !dest_url.starts_with("mailto:") {
                    "mailto:"
                } else {
                    ""
                };
                self.html.push_str("<a");
                attribute(&mut self.html, "href", &format!("{mail}{dest_url}"));
                if !title.is_empty() {
                    attribute(&mut self.html, "title", &title);
                }
                self.html.push('>');
            }
            Tag::Image {
                dest_url, title, ..
            } => self.image(&dest_url, &title),
            // What the parser is asked for by no option.
            _ => {}
        }
    }

    fn end(&mut self, end: TagEnd) {
        let closed = match end {
            TagEnd::Paragraph => "</p>\n",
            TagEnd::Heading(level) => return self.end_of_heading(level as usize),
            TagEnd::BlockQuote(_) => self.quotations.pop().unwrap_or_default(),
            TagEnd::CodeBlock => "</code></pre>\n",
            TagEnd::List(true) => "</ol>\n",
            TagEnd::List(false) => "</ul>\n",
            TagEnd::Item => "</li>\n",
            TagEnd::Table => "</tbody>\n</table>\n",
            TagEnd::TableHead => {
                self.is_head = false;
                "</tr>\n</thead>\n<tbody>\n"
            }
            TagEnd::TableRow => "</tr>\n",
            TagEnd::TableCell if self.is_head => "</th>",
            TagEnd::TableCell => "</td>",
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Strikethrough => "</del>",
            TagEnd::Link => "</a>",
            _ => "",
        };
        self.html.push_str(closed);
    }

    /// The id is made of the text, which is known at the end.
    fn end_of_heading(&mut self, level: usize) {
        let (start, text) = self.heading.take().unwrap_or_default();
        let content = self.html.split_off(start);
        let id = self.slugger.id(&text);
        let level = level.to_string();
        self.add(["<h", &level]);
        if !id.is_empty() {
            attribute(&mut self.html, "id", &id);
        }
        self.html.push('>');
        self.html.push_str(&content);
        self.add(["</h", &level, ">\n"]);
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().next(),
            CodeBlockKind::Indented => None,
        };
        self.html.push_str("<pre><code");
        if let Some(language) = language {
            let class = format!("language-{language}");
            attribute(&mut self.html, "class", &class);
        }
        self.html.push('>');
    }

    fn item(&mut self) {
        let is_task = |event: Option<&Event<'_>>| matches!(event, Some(Event::TaskListMarker(_)));
        let is_of_paragraph = matches!(self.events.peek(0), Some(Event::Start(Tag::Paragraph)));
        let is_task = is_task(self.events.peek(usize::from(is_of_paragraph)));
        self.html.push_str(if is_task {
            "<li class=\"task-list-item\">"
        } else {
            "<li>"
        });
    }

    fn cell(&mut self) {
        let name = if self.is_head { "th" } else { "td" };
        self.html.push('<');
        self.html.push_str(name);
        let align = match self.columns.get(self.column) {
            Some(Alignment::Left) => "left",
            Some(Alignment::Center) => "center",
            Some(Alignment::Right) => "right",
            Some(Alignment::None) | None => "",
        };
        if !align.is_empty() {
            attribute(&mut self.html, "align", align);
        }
        self.html.push('>');
        self.column += 1;
    }

    /// Of what describes a picture its text alone is shown.
    fn image(&mut self, address: &str, title: &str) {
        let mut described = String::new();
        let mut depth = 1;
        while depth > 0
            && let Some(event) = self.events.next()
        {
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Text(text) | Event::Code(text) => described.push_str(&text),
                Event::SoftBreak | Event::HardBreak => described.push(' '),
                _ => {}
            }
        }
        self.html.push_str("<img");
        attribute(&mut self.html, "src", address);
        attribute(&mut self.html, "alt", &described);
        if !title.is_empty() {
            attribute(&mut self.html, "title", title);
        }
        self.html.push('>');
    }

    /// A quotation, or a callout where its first text is the marker of one.
    fn quotation(&mut self) {
        let is_paragraph = matches!(self.events.peek(0), Some(Event::Start(Tag::Paragraph)));
        let first = self.events.peek(1).filter(|_| is_paragraph);
        let text = match first {
            Some(Event::Text(text)) => text.to_string(),
            _ => String::new(),
        };
        let Some(marker) = Marker::read(&text) else {
            self.html.push_str("<blockquote>\n");
            self.quotations.push("</blockquote>\n");
            return;
        };
        self.events.ahead.drain(..2);
        if !marker.rest.is_empty() {
            let rest = Event::Text(marker.rest.to_owned().into());
            self.events.ahead.push_front(rest);
        }
        self.callout(&marker);
    }

    /// A callout whose title is what is left of its first line.
    fn callout(&mut self, marker: &Marker<'_>) {
        let (element, title) = if marker.folds.is_some() {
            ("details", "summary")
        } else {
            ("div", "p")
        };
        self.add(["<", element, " class=\"callout\""]);
        attribute(&mut self.html, "data-callout", &marker.kind);
        if marker.folds == Some(true) {
            self.html.push_str(" open");
        }
        self.add(["><", title, " class=\"callout-title\">"]);
        let start = self.html.len();
        let goes_on = self.first_line();
        if self.html[start..].trim().is_empty() {
            let named = marker.title(self.language);
            self.text(&named);
        }
        self.add(["</", title, ">\n"]);
        let is_title_alone =
            !goes_on && matches!(self.events.peek(0), Some(Event::End(TagEnd::BlockQuote(_))));
        let ends = match (element, is_title_alone) {
            ("details", true) => "</details>\n",
            ("details", false) => "</div>\n</details>\n",
            (_, true) => "</div>\n",
            (_, false) => "</div>\n</div>\n",
        };
        self.quotations.push(ends);
        if !is_title_alone {
            self.html.push_str("<div class=\"callout-content\">\n");
        }
        if goes_on {
            self.html.push_str("<p>");
        }
    }

    /// Renders the rest of a paragraph's first line, and says whether the paragraph goes on.
    fn first_line(&mut self) -> bool {
        let mut depth = 0_usize;
        while let Some(event) = self.events.next() {
            match event {
                Event::SoftBreak | Event::HardBreak if depth == 0 => return true,
                Event::End(TagEnd::Paragraph) => return false,
                Event::Start(Tag::Image { .. }) => {}
                Event::Start(_) => depth += 1,
                Event::End(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.event(event);
        }
        false
    }

    fn reference(&mut self, label: &str) {
        let reference = self.footnotes.refer(label);
        let number = reference.number;
        self.add([
            "<sup><a href=\"#",
            &footnotes::id(number),
            "\" id=\"",
            &reference.id(),
            "\" data-footnote-ref aria-describedby=\"footnote-label\">",
            &number.to_string(),
            "</a></sup>",
        ]);
    }

    /// Keeps a definition for the end of the document.
    fn definition(&mut self, label: &str) {
        let mut held = VecDeque::new();
        let mut depth = 1;
        while let Some(event) = self.events.next() {
            match &event {
                Event::Start(Tag::FootnoteDefinition(_)) => depth += 1,
                Event::End(TagEnd::FootnoteDefinition) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            held.push_back(event);
        }
        self.footnotes.define(label, held);
    }

    /// The footnotes that are referred to, also by one another.
    fn footnotes(&mut self) {
        let mut number = 1;
        while let Some(held) = self.footnotes.take(number) {
            if number == 1 {
                self.html.push_str(
                    "<section data-footnotes class=\"footnotes\"><h2 class=\"sr-only\" id=\"footnote-label\">Footnotes</h2>\n<ol>\n",
                );
            }
            self.add(["<li id=\"", &footnotes::id(number), "\">"]);
            self.events = Events {
                ahead: held,
                parser: None,
            };
            self.all();
            // In the line of what it leads back from.
            let is_paragraph = self.html.ends_with("</p>\n");
            if is_paragraph {
                self.html.truncate(self.html.len() - "</p>\n".len());
            }
            let references: Vec<_> = self.footnotes.references(number).collect();
            for reference in references {
                self.add([
                    " <a href=\"#",
                    &reference.id(),
                    "\" data-footnote-backref aria-label=\"Back to reference ",
                    &number.to_string(),
                    "\" class=\"data-footnote-backref\">↩</a>",
                ]);
            }
            self.html.push_str(if is_paragraph {
                "</p></li>\n"
            } else {
                "</li>\n"
            });
            number += 1;
        }
        if number > 1 {
            self.html.push_str("</ol>\n</section>\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, render};

    #[test]
    fn documents_are_rendered() {
        for (markdown, html) in [
            (
                "# A `b` *c*\n\n# A b c",
                "<h1 id=\"a-b-c\">A <code>b</code> <em>c</em></h1>\n<h1 id=\"a-b-c-1\">A b c</h1>\n",
            ),
            ("a\nb\\\nc", "<p>a\nb<br>\nc</p>\n"),
            ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
            (
                "3. a\n\n4. b",
                "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n",
            ),
            (
                "- [x] a\n- [ ] b",
                "<ul>\n<li class=\"task-list-item\"><input type=\"checkbox\" disabled checked> a</li>\n<li class=\"task-list-item\"><input type=\"checkbox\" disabled> b</li>\n</ul>\n",
            ),
            (
                "| a | b |\n|:--|--:|\n| 1 | 2 |",
                "<table>\n<thead>\n<tr><th align=\"left\">a</th><th align=\"right\">b</th></tr>\n</thead>\n<tbody>\n<tr><td align=\"left\">1</td><td align=\"right\">2</td></tr>\n</tbody>\n</table>\n",
            ),
            (
                "```rust x\na < b\n```",
                "<pre><code class=\"language-rust\">a &lt; b\n</code></pre>\n",
            ),
            (
                "$x < y$ and\n\n$$\nz\n$$",
                "<p>$x &lt; y$ and</p>\n<p>$$\nz\n$$</p>\n",
            ),
            (
                "![a *b*](/c.png \"d\") [e](<f g> \"h\")",
                "<p><img src=\"/c.png\" alt=\"a b\" title=\"d\"> <a href=\"f g\" title=\"h\">e</a></p>\n",
            ),
            (
                "<a@e.example> https://e.example ~~x~~",
                "<p><a href=\"mailto:a@e.example\">a@e.example</a> <a href=\"https://e.example\">https://e.example</a> <del>x</del></p>\n",
            ),
            (
                "<b>a</b> &amp; \"b\"",
                "<p><b>a</b> &amp; &quot;b&quot;</p>\n",
            ),
            (
                "> a\n> > b",
                "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n",
            ),
        ] {
            assert_eq!(render(markdown, Language::ENGLISH), html, "{markdown}");
        }
    }

    #[test]
    fn callouts_are_those_of_the_site() {
        for (markdown, html) in [
            (
                "> [!NOTE]\n> a",
                "<div class=\"callout\" data-callout=\"note\"><p class=\"callout-title\">Note</p>\n<div class=\"callout-content\">\n<p>a</p>\n</div>\n</div>\n",
            ),
            (
                "> [!tip] The *title*\n> a\n>\n> b",
                "<div class=\"callout\" data-callout=\"tip\"><p class=\"callout-title\">The <em>title</em></p>\n<div class=\"callout-content\">\n<p>a</p>\n<p>b</p>\n</div>\n</div>\n",
            ),
            (
                "> [!faq]- A\n>\n> b",
                "<details class=\"callout\" data-callout=\"faq\"><summary class=\"callout-title\">A</summary>\n<div class=\"callout-content\">\n<p>b</p>\n</div>\n</details>\n",
            ),
            (
                "> [!note]+ Alone",
                "<details class=\"callout\" data-callout=\"note\" open><summary class=\"callout-title\">Alone</summary>\n</details>\n",
            ),
            (
                "> [!note]\n> > [!tip]\n> > a",
                "<div class=\"callout\" data-callout=\"note\"><p class=\"callout-title\">Note</p>\n<div class=\"callout-content\">\n<div class=\"callout\" data-callout=\"tip\"><p class=\"callout-title\">Tip</p>\n<div class=\"callout-content\">\n<p>a</p>\n</div>\n</div>\n</div>\n</div>\n",
            ),
        ] {
            assert_eq!(render(markdown, Language::ENGLISH), html, "{markdown}");
        }
    }

    #[test]
    fn footnotes_stand_at_the_end_in_the_order_of_their_references() {
        let markdown = "a[^b] c[^d] e[^b]\n\n[^d]: f\n\n[^b]: g[^h]\n\n[^h]: i\n\n[^none]: j\n";
        let html = render(markdown, Language::ENGLISH);
        let (body, notes) = html.split_once("<section").unwrap();
        assert!(
            body.starts_with("<p>a<sup><a href=\"#user-content-fn-1\" id=\"user-content-fnref-1\""),
            "{body}"
        );
        assert!(body.contains("id=\"user-content-fnref-1-2\""), "{body}");
        let at = |text: &str| {
            notes
                .find(text)
                .unwrap_or_else(|| panic!("{text} in {notes}"))
        };
        assert!(
            at("<li id=\"user-content-fn-1\"><p>g<sup>") < at("<li id=\"user-content-fn-2\"><p>f")
        );
        assert!(at("<p>f") < at("<li id=\"user-content-fn-3\"><p>i"));
        assert!(at("href=\"#user-content-fnref-1-2\"") < at("</li>"));
        assert!(!notes.contains('j'), "{notes}");
    }

    /// Nothing takes the square of the length.
    #[test]
    fn long_documents_are_rendered_at_once() {
        for piece in [
            "> [!note]\n\n",
            "a[^1]\n\n[^1]: b\n\n",
            "# a\n\n",
            "- [ ] a\n",
            "**a** ",
            "![a](b)",
            "| a |\n|---|\n| b |\n\n",
        ] {
            let started = std::time::Instant::now();
            let html = render(&piece.repeat(200_000 / piece.len()), Language::ENGLISH);
            assert!(html.len() > 50_000, "{piece:?}");
            assert!(
                started.elapsed().as_secs() < 20,
                "{piece:?}: {:?}",
                started.elapsed()
            );
        }
    }
}
