//! Each rule, before and after.

use super::*;
use crate::record::{Badge, Callout};
use crate::repository::Repository;
use crate::yaml::Node;

/// Cleans each body and compares.
fn assert_cleaned(flavor: Flavor, cases: &[(&str, &str)]) {
    let mut context = context(flavor);
    context.asset_base = Some("https://cdn.example.org/u/d/".into());
    for (before, after) in cases {
        assert_eq!(clean_as(before, &context).body, *after, "from {before:?}");
    }
}

/// Bodies that no rule may touch.
fn assert_untouched(flavor: Flavor, bodies: &[&str]) {
    let cases: Vec<_> = bodies.iter().map(|body| (*body, *body)).collect();
    assert_cleaned(flavor, &cases);
}

#[test]
fn wikilinks_become_links_or_their_text() {
    assert_cleaned(
        Flavor::Auto,
        &[
            ("[[Note]]\n", "[Note](/jane/note/)\n"),
            (
                "[[note#Head One#Sub Two|see]]\n",
                "[see](/jane/note/#sub-two)\n",
            ),
            (
                "[[Note#^abc]]\n",
                "[Note > \\^abc](/jane/note/#block-abc)\n",
            ),
            ("[[#Local Head]]\n", "[Local Head](#local-head)\n"),
            (
                "[[The Guide]] [[guide.md]]\n",
                "[The Guide](/jane/guide/) [guide](/jane/guide/)\n",
            ),
            ("[[Un*known]], [[a|b_c]]\n", "Un\\*known, b_c\n"),
            (
                "[[]] [[ ]] \\[[x]] `[[x]]`\n",
                "[[]] [[ ]] \\[[x]] `[[x]]`\n",
            ),
            (
                "| a | b |\n|---|---|\n| [[x\\|y]] | ![[p.png\\|50]] |\n",
                "| a | b |\n|---|---|\n| y | <img src=\"https://cdn.example.org/u/d/p.png\" alt=\"p\" width=\"50\" loading=\"lazy\"> |\n",
            ),
            (
                "[a [[Note]] b](https://e.com)\n",
                "[a [[Note]] b](https://e.com)\n",
            ),
        ],
    );
}

#[test]
fn embeds_become_what_they_show() {
    assert_cleaned(
        Flavor::Auto,
        &[
            (
                "![[pic one.png|100x50]]\n",
                "<img src=\"https://cdn.example.org/u/d/pic%20one.png\" alt=\"pic one\" width=\"100\" height=\"50\" loading=\"lazy\">\n",
            ),
            (
                "![[p.png|A cat]]\n",
                "![A cat](https://cdn.example.org/u/d/p.png)\n",
            ),
            (
                "![[known.png]]\n",
                "![known](https://cdn.example.org/known)\n",
            ),
            (
                "![[v.mp4]]\n",
                "<video controls src=\"https://cdn.example.org/u/d/v.mp4\"></video>\n",
            ),
            (
                "![[a.mp3]]\n",
                "<audio controls src=\"https://cdn.example.org/u/d/a.mp3\"></audio>\n",
            ),
            (
                "![[d.pdf#page=3]]\n",
                "[d.pdf](https://cdn.example.org/u/d/d.pdf#page=3)\n",
            ),
            ("![[Note#Head]]\n", "[Note > Head](/jane/note/#head)\n"),
            ("![[Other note]]\n", "Other note\n"),
        ],
    );
}

#[test]
fn wikilinks_are_recorded_with_what_became_of_them() {
    let context = context(Flavor::Auto);
    let cleaned = clean_as("[[Note#A#B]] [[Dir/X.md|A \\| B]] ![[#C]]\n", &context);
    let links: Vec<_> = cleaned
        .wiki
        .iter()
        .map(|link| {
            (
                link.target.as_str(),
                link.heading.as_deref(),
                link.text.as_deref(),
                link.embed,
                link.resolved,
            )
        })
        .collect();
    assert_eq!(
        links,
        [
            ("Note", Some("B"), None, false, true),
            ("Dir/X", None, Some("A | B"), false, false),
            ("", Some("C"), None, true, true),
        ]
    );
    assert_eq!(codes(&cleaned), ["unresolved-link"]);
}

#[test]
fn comments_leave_nothing_behind() {
    assert_cleaned(
        Flavor::Obsidian,
        &[
            ("Visible %%hidden `x` %% text.\n", "Visible  text.\n"),
            (
                "a\n\n%%\nblock\n\n# not a heading\n%%\n\nEnd.\n",
                "a\n\n\nEnd.\n",
            ),
            ("a\n\n%%\n<div>\n%%\n</div>\n", "a\n\n"),
            ("%%[[secret]] #tag%%a\n", "a\n"),
            ("%<font>%a%%\n", ""),
            ("50%% of 20%\n", "50%% of 20%\n"),
            (
                "`%%a%%`\n\n```\n%%a%%\n```\n",
                "`%%a%%`\n\n```\n%%a%%\n```\n",
            ),
        ],
    );
    let cleaned = clean_as(
        "%%[[secret]] #tag ![x](y.png)%%a\n",
        &context(Flavor::Obsidian),
    );
    assert!(cleaned.wiki.is_empty() && cleaned.tags.is_empty() && cleaned.warnings.is_empty());
}

#[test]
fn contacts_stay_where_other_badges_go() {
    const MAIL: &str = "[![Mail](https://img.shields.io/badge/Mail-red)](mailto:ada@example.org)";
    const BUILD: &str = "[![Build](https://img.shields.io/github/build/a)](https://ci.example)";
    const LINKEDIN: &str = "<a href=\"https://www.linkedin.com/in/ada/\"><img src=\"https://img.shields.io/badge/Ada-blue\"></a>";
    assert_cleaned(
        Flavor::Auto,
        &[
            (
                &format!("{BUILD}\n{MAIL}\n{BUILD}\n\nText.\n"),
                &format!("{MAIL}\n\nText.\n"),
            ),
            (
                &format!("{BUILD} {LINKEDIN} {BUILD}\n\nText.\n"),
                &format!("{LINKEDIN} \n\nText.\n"),
            ),
            (
                &format!("{BUILD}\n\n{MAIL}\n\nText.\n"),
                &format!("{MAIL}\n\nText.\n"),
            ),
        ],
    );
    assert_untouched(
        Flavor::Auto,
        &[
            &format!("<div align=\"center\">\n\n{MAIL} {LINKEDIN}\n\n</div>\n\nText.\n"),
            &format!("<p>\n{LINKEDIN}\n</p>\n\nText.\n"),
        ],
    );
}

#[test]
fn highlights_pair_with_the_nearest() {
    assert_cleaned(
        Flavor::Obsidian,
        &[
            (
                "==a `code` b== then a==b and a == b and ==Home== end.\n",
                "<mark>a `code` b</mark> then a==b and a == b and <mark>Home</mark> end.\n",
            ),
            ("a==b ==c== d\n", "a==b <mark>c</mark> d\n"),
            ("==a ==b==\n", "==a <mark>b</mark>\n"),
        ],
    );
    assert_untouched(Flavor::Obsidian, &["a == b and c == d\n", "x==y, ==z\n"]);
}

#[test]
fn highlights_change_their_marks_only() {
    assert_cleaned(
        Flavor::Obsidian,
        &[
            (
                "a ==b **c**== d == e == f ====\n",
                "a <mark>b **c**</mark> d == e == f ====\n",
            ),
            ("**==a==** ==b\nc==\n", "**<mark>a</mark>** ==b\nc==\n"),
            ("`==a==` $x==y$ \\==a==\n", "`==a==` $x==y$ \\==a==\n"),
        ],
    );
}

#[test]
fn tags_are_collected_and_stay() {
    let source = "Text #alpha/Beta, #1984 #y1984 (#no) x#no `#no` #Alpha/beta #日本 https://e.com/#frag \\#no #fff #a/\n";
    let cleaned = clean_as(source, &context(Flavor::Obsidian));
    assert_eq!(cleaned.tags, ["alpha/Beta", "y1984", "日本", "a"]);
    assert_eq!(cleaned.body, source);
}

#[test]
fn block_ids_become_anchors() {
    assert_cleaned(
        Flavor::Obsidian,
        &[
            (
                "A paragraph. ^abc-1\n",
                "A paragraph. <a id=\"block-abc-1\"></a>\n",
            ),
            ("- item ^b2\n- x\n", "- item <a id=\"block-b2\"></a>\n- x\n"),
            (
                "| a |\n|-|\n\n^t1\n",
                "| a |\n|-|\n\n<a id=\"block-t1\"></a>\n",
            ),
            ("2^10 is not an id, x^2\n", "2^10 is not an id, x^2\n"),
        ],
    );
}

#[test]
fn github_flavour_leaves_obsidians_text_alone() {
    assert_untouched(
        Flavor::Auto,
        &["50%% a == b #123 #tag\n\nif a==b or c==d: [[nodiscard]], [[ -n $X ]] and [[bin]]\n"],
    );
    assert_cleaned(
        Flavor::Auto,
        &[
            ("text ==x==, a==b\n", "text <mark>x</mark>, a==b\n"),
            ("(==all of it==)\n", "(<mark>all of it</mark>)\n"),
            ("[[bin]] [[Other note]]\n", "bin Other note\n"),
        ],
    );
    assert_untouched(Flavor::GitHub, &["a ^id\n\n==y==\n"]);
    assert_cleaned(Flavor::GitHub, &[("a %%x%% ==y==\n", "a  ==y==\n")]);
}

#[test]
fn callouts_get_one_spelling_and_a_record() {
    assert_cleaned(
        Flavor::Auto,
        &[
            (
                ">[!blank|right]\n>- [[02 Flask APIs]]\n",
                ">- 02 Flask APIs\n",
            ),
            (">[!Tip|wide]- More\n> text\n", "> [!tip]- More\n> text\n"),
            ("> [!NOTE]\n> text\n", "> [!note]\n> text\n"),
            ("> [!x](https://e.com)\n", "> [!x](https://e.com)\n"),
        ],
    );
    let cleaned = clean_as(
        "a\n\n> [!Tip|wide]- More\n> > [!warn]\n> > b\n",
        &context(Flavor::Auto),
    );
    assert_eq!(
        cleaned.callouts,
        [
            Callout {
                kind: "tip".into(),
                metadata: Some("wide".into()),
                fold: Some("-".into()),
                title: Some("More".into()),
                line: 3,
            },
            Callout {
                kind: "warn".into(),
                metadata: None,
                fold: None,
                title: None,
                line: 4,
            },
        ]
    );
}

#[test]
fn emphasis_stays_beside_what_is_unwrapped() {
    assert_cleaned(
        Flavor::GitHub,
        &[
            ("[a](b/c.md)_d e_\n", "a _d e_\n"),
            ("_a b_[c](d.md)_e f_\n", "_a b_ c _e f_\n"),
            ("__a__[c](d.md)\n", "__a__ c\n"),
            (
                "_[c](d.md)_ a_[c](d.md)_b *a*[c](d.md)\n",
                "_c_ a_c_b *a*c\n",
            ),
        ],
    );
}

#[test]
fn leading_badges_are_recorded_and_later_ones_stay() {
    let context = context(Flavor::Auto);
    let badge = "[![npm](https://img.shields.io/npm/v/app.svg)](https://npm.im/app)";
    let source = format!("# T\n\n{badge}\n{badge}\n\nText.\n\n{badge}\n");
    let cleaned = clean_as(&source, &context);
    assert_eq!(cleaned.body, format!("# T\n\nText.\n\n{badge}\n"));
    let kept = format!("<div>\n\n{badge}\n\n![p](https://e.com/p.png)\n\n</div>\n\nText.\n");
    for (source, body) in [
        (
            format!("<div align=\"center\">\n\n{badge}\n\n</div>\n\nText.\n"),
            "Text.\n".to_owned(),
        ),
        (
            format!("<div>\n\n<p>\n\n{badge}\n\n</p>\n\n</div>\n\nText.\n"),
            "Text.\n".to_owned(),
        ),
        (
            "<div>\n\n</div>\n\nText.\n".to_owned(),
            "<div>\n\n</div>\n\nText.\n".to_owned(),
        ),
        (kept.clone(), kept.replace(&format!("{badge}\n\n"), "")),
    ] {
        assert_eq!(clean_as(&source, &context).body, body, "{source}");
    }
    assert_eq!(cleaned.badges.len(), 2);
    assert_eq!(
        cleaned.badges.first(),
        Some(&Badge {
            alt: Some("npm".into()),
            image: "https://img.shields.io/npm/v/app.svg".into(),
            href: Some("https://npm.im/app".into()),
        })
    );
    let mut options = options(&context);
    options.emitted_before = true;
    assert_eq!(
        clean(&Document::parse(&source), &options, |_| ()).0.body,
        source
    );
}

#[test]
fn links_and_images_lead_somewhere_or_leave_their_text() {
    let context = context(Flavor::Auto);
    for (before, after) in [
        ("![a cat](x.png) b\n", "a cat b\n"),
        (
            "![k](pics/known.png 'T')\n",
            "![k](https://cdn.example.org/known 'T')\n",
        ),
        ("[see *it*](x.html)\n", "see *it*\n"),
        ("[g](dir/guide.md#part)\n", "[g](/jane/guide/#part)\n"),
        ("[g](/jane/guide/#part)\n", "[g](/jane/guide/#part)\n"),
        (
            "[a](#b) [c](mailto:d@e.f) [g](//h.i)\n",
            "[a](#b) [c](mailto:d@e.f) [g](//h.i)\n",
        ),
        ("[x](javascript:alert(1))\n", "x\n"),
        ("<javascript:alert(1)>\n", "&lt;javascript:alert(1)>\n"),
        ("![p][q] [r][q]\n\n[q]: ../q.png 'T'\n", "p r\n\n"),
        ("[![b](b.png)](https://e.com)\n", "[b](https://e.com)\n"),
        ("[![](b.png)](https://e.com)\n\nc\n", "c\n"),
        ("c\n\n[![](b.png)](https://e.com)\n\nd\n", "c\n\n\nd\n"),
        ("c [](https://e.com) d\n", "c  d\n"),
        (
            "a\n\n    b\n\n![](x.png)\n\n    c\n",
            "a\n\n    b\n\n&nbsp;\n\n    c\n",
        ),
        ("[](https://e.com) # c\n", "\\# c\n"),
        (
            "[![](https://e.com/b.png)](https://e.com)\n",
            "[![](https://e.com/b.png)](https://e.com)\n",
        ),
        (
            "![x](https://e.com/100%.png)\n",
            "![x](https://e.com/100%25.png)\n",
        ),
        (
            "![x](<https://e.com/a b.png>)\n",
            "![x](https://e.com/a%20b.png)\n",
        ),
        ("<a href=\"x.md\">t</a>\n", "<a>t</a>\n"),
        ("<img src=\"x.png\" alt=\"a_b\"> c\n", "a_b c\n"),
    ] {
        assert_eq!(clean_as(before, &context).body, after, "from {before:?}");
    }
}

#[test]
fn a_first_paragraph_that_loses_its_indentation_opens_no_fence() {
    let context = context(Flavor::Auto);
    assert_eq!(
        clean_as(" }\n    ```\n```\n\n", &context).body,
        "}\n    ```\n```\n\n"
    );
}

#[test]
fn a_repository_has_the_relative_files() {
    let context = context(Flavor::Auto);
    let mut options = options(&context);
    let repository = Repository::read(&Node::string("o/r"));
    options.repository = repository.as_ref();
    let source = "![a](./i/a.png) [b](docs/b.md) [c](../c.rs)\n\n<img src=\"i/a.png\" srcset=\"i/b.png 2x\">\n";
    let cleaned = clean(&Document::parse(source), &options, |_| ()).0;
    assert_eq!(
        cleaned.body,
        "![a](https://raw.githubusercontent.com/o/r/HEAD/i/a.png) \
         [b](https://github.com/o/r/blob/HEAD/docs/b.md) \
         [c](https://github.com/o/r/blob/HEAD/c.rs)\n\n\
         <img src=\"https://raw.githubusercontent.com/o/r/HEAD/i/a.png\" \
         srcset=\"https://raw.githubusercontent.com/o/r/HEAD/i/b.png 2x\">\n"
    );
    assert_eq!(codes(&cleaned), ["path-escape"]);
}

#[test]
fn html_keeps_what_is_allowed() {
    assert_cleaned(
        Flavor::Auto,
        &[
            (
                "<nav>\n    <a href=\"#x\">x</a>\n</nav>\n",
                "<a href=\"#x\">x</a>\n",
            ),
            ("a<script>b</script>c\n", "ac\n"),
            ("<script>\nb\n</script>\n\nc\n", "c\n"),
            (
                "<p style=\"x\" class=\"y\" align=center>t</p>\n",
                "<p align=\"center\">t</p>\n",
            ),
            (
                "text <!-- private --> more <!-- more -->\n",
                "text  more <!-- more -->\n",
            ),
            ("a\n\n<!-- private\n\nlines -->\n\nb\n", "a\n\n\nb\n"),
            ("<div>\n<!-- a\n\nb -->\n</div>\n", "<div>\n\n</div>\n"),
            ("<!-- never closed\n\ntext\n", ""),
            ("one</br>two</BR >\n", "one<br>two<br>\n"),
            (
                "</div></article>\n\n<div align=\"center\">\n\nText.\n",
                "<div align=\"center\">\n\nText.\n\n</div>\n",
            ),
            ("a <b>b\n\nc\n", "a <b>b</b>\n\nc\n"),
            ("<a name=\"x\"/>\n\n# T\n", "<a name=\"x\"></a>\n\n# T\n"),
        ],
    );
}

#[test]
fn what_readmes_use_is_untouched() {
    assert_untouched(
        Flavor::Auto,
        &[
            "<p align=\"center\">\n  <a href=\"https://e.com\"><img src=\"https://e.com/a.png\" width=\"40%\" alt=\"x\"></a>\n</p>\n",
            "<h1 align=\"center\">\n  <br>\n  Title\n</h1>\n",
            "<details>\n<summary>More</summary>\n\n```sh\nls <dir>\n```\n\n</details>\n",
            "- <details><summary>a</summary>\n\n  text\n\n  </details>\n- b\n",
            "<kbd>Ctrl</kbd>+<kbd>C</kbd><br/>H<sub>2</sub>O\n",
            "<picture>\n  <source media=\"(prefers-color-scheme: dark)\" srcset=\"https://e.com/d.png 1x, https://e.com/d2.png 2x\">\n  <img src=\"https://e.com/l.png\">\n</picture>\n",
            "| a | b |\n|:--|--:|\n| `x\\|y` | <br> |\n",
            "text[^1]\n\n[^1]: note\n",
            "```mermaid\ngraph TD; A[[x]]-->B\n```\n",
            "Price is $5 and $6.\n\n$$\na_{[[x]]} == b\n$$\n\n$x==y$ is math, a<b\n",
            "> [!note]\n> text\n",
            "🎉 [ref][a] and [a]\n\n[a]: https://e.com/x_y 'T'\n",
            "<table>\n<tr>\n<td>\n\n**a**\n\n</td>\n<td>b\n</table>\n",
            "a < b and c > d, Vec<String without end\n",
            "<https://e.com/a?b=c&d> and www.e.com\n",
            "* * *\n\ntext\r\nwith CRLF\r\n",
            "<pre>\nif a == b { [[x]] }\n</pre>\n",
            "- [ ] a\n- [x] b\n",
        ],
    );
}

#[test]
fn the_start_survives_being_trimmed() {
    assert_cleaned(
        Flavor::Auto,
        &[
            ("---\n\nHello.\n\n---\n", "***\n\nHello.\n\n---\n"),
            ("+++\na\n", "\\+++\na\n"),
            ("\n\n  text\n", "text\n"),
            (
                "  ```\naaa\n  aaa\n   b\n  ```\n",
                "```\naaa\naaa\n b\n```\n",
            ),
            (" ~~~\n\ta\n  \tb\n~~~\n", "~~~\n   a\n \tb\n~~~\n"),
            (" ~~~\n\t~~~\n~~~\n", "~~~\n\t~~~\n~~~\n"),
            ("  - one\n\n    two\n  - b\n", "- one\n\n  two\n- b\n"),
            ("\u{a0}---\nx\n", "***\nx\n"),
            ("---\ntitle: B\n---\nx\n", "\\---\ntitle: B\n---\nx\n"),
            (
                "        __\n       /\\ \\\n\nText.\n",
                "```\n    __\n   /\\ \\\n```\n\nText.\n",
            ),
            ("    a ``` b", "````\na ``` b\n````"),
        ],
    );
}

#[test]
fn a_formula_that_readers_dispute_is_settled() {
    assert_cleaned(
        Flavor::Auto,
        &[
            (
                "costs $5, use `$HOME/<dir>` and $a$\n",
                "costs \\$5, use `$HOME/<dir>` and $a$\n",
            ),
            ("$a <b> c$ and $f[x](y)$\n", "$a < b> c$ and $f[x] (y)$\n"),
            ("a <pre>$$$> $`${v}`\n", "a \\$\\$\\$> \\$`${v}`\n"),
            // Where `$2` begins a formula, the formulas behind it begin in code.
            (
                "`${1:?u: $0 f}`, $2 is `o`: `i=$((i))`, and `${v%s}` and `${v#p}`.\n",
                "`${1:?u: $0 f}`, \\$2 is `o`: `i=$((i))`, and `${v%s}` and `${v#p}`.\n",
            ),
        ],
    );
}

#[test]
fn elements_in_many_others_go() {
    let nested = |count| format!("{}{}\n", "<b>a".repeat(count), "</b>".repeat(count));
    let context = context(Flavor::Auto);
    let cleaned = clean_as(&nested(300), &context);
    assert_eq!(cleaned.body.matches("<b>").count(), 256);
    assert_eq!(cleaned.body.matches("</b>").count(), 256);
    assert_eq!(clean_as(&cleaned.body, &context).body, cleaned.body);
    assert_eq!(clean_as(&nested(256), &context).body, nested(256));
}

#[test]
fn too_complex_bodies_are_escaped_and_told() {
    let source = format!("{}<b> ![x](y.png)\n", "> ".repeat(300));
    let context = context(Flavor::Auto);
    let cleaned = clean_as(&source, &context);
    assert_eq!(codes(&cleaned), ["too-complex"]);
    assert!(
        cleaned.body.ends_with("&lt;b&#62; !&#91;x&#93;(y.png)\n"),
        "{}",
        cleaned.body
    );
    assert_eq!(clean_as(&cleaned.body, &context).body, cleaned.body);
}

#[test]
fn a_picture_of_the_frontmatter_is_resolved() {
    let mut context = context(Flavor::Auto);
    context.asset_base = Some("https://c.e/".into());
    let resolve = |written: &str| resolve_image(written, &options(&context)).0;
    let picture = |url: &str, alt: Option<&str>| Some((url.to_owned(), alt.map(str::to_owned)));
    assert_eq!(resolve("a b.png"), picture("https://c.e/a%20b.png", None));
    assert_eq!(
        resolve("[[known.png]]"),
        picture("https://cdn.example.org/known", None)
    );
    assert_eq!(
        resolve("![[x.png|A cat]]"),
        picture("https://c.e/x.png", Some("A cat"))
    );
    assert_eq!(
        resolve("![A](x.png)"),
        picture("https://c.e/x.png", Some("A"))
    );
    assert_eq!(resolve("javascript:x"), None);
}

#[test]
fn warnings_have_their_place_in_the_authors_body() {
    let cleaned = clean_as("a\n\n%%c%% ![x](y.png)\n", &context(Flavor::Obsidian));
    let places: Vec<_> = cleaned
        .warnings
        .iter()
        .map(|warning| {
            (
                warning.code.as_str(),
                warning.line,
                warning.column,
                warning.text.as_str(),
            )
        })
        .collect();
    assert_eq!(places, [("missing-asset", 3, 7, "y.png")]);
}

#[test]
fn no_report_quotes_what_attributes_hold() {
    let body = "<b style=\"x\" onclick=\"secret\">a</b> <form action=\"secret\">b</form>\n\n<div title=\"secret\">\n";
    let cleaned = clean_as(body, &context(Flavor::GitHub));
    let quoted: Vec<_> = cleaned
        .warnings
        .iter()
        .map(|warning| warning.text.as_str())
        .collect();
    assert_eq!(
        quoted,
        ["<b style onclick>", "<form action>", "<div title>"]
    );
}

#[test]
fn what_was_text_becomes_no_fence() {
    assert_cleaned(
        Flavor::GitHub,
        &[
            ("<d>~~~`>`\n", "\\~~~`>`\n"),
            ("<d><e> ~~~ a\n\ntext\n", "\\~~~ a\n\ntext\n"),
            ("> <d>```js\n> x\n", "> \\```js\n> x\n"),
            ("<d>```a```\n", "```a```\n"),
            ("<form>\n```\nx\n```\n", "```\nx\n```\n"),
            ("text\n\n<d>\n\n~~~\nx\n~~~\n", "text\n\n\n~~~\nx\n~~~\n"),
        ],
    );
}

#[test]
fn what_leaves_too_much_open_is_taken_out() {
    for text in ["<b>".repeat(300) + "a\n", "<div>\n\n".repeat(300) + "a\n"] {
        let cleaned = clean_as(&text, &context(Flavor::GitHub)).body;
        assert_eq!(cleaned, "a\n", "from {text:?}");
    }
}

#[test]
fn a_part_of_a_list_outside_a_list_is_text() {
    assert_cleaned(
        Flavor::GitHub,
        &[
            ("<li>x\n", "x\n"),
            ("text <li>x</li> y\n", "text x y\n"),
            ("a <dd>x\n\n<dt>y\n", "a x\n\ny\n"),
            ("<ul><li>x</ul><li>y\n", "<ul><li>x</ul>y\n"),
            ("<dl><dt>a<dd>b</dl>\n", "<dl><dt>a<dd>b</dl>\n"),
        ],
    );
}

#[test]
fn what_a_line_of_text_leaves_open_is_taken_out() {
    assert_cleaned(
        Flavor::GitHub,
        &[
            ("+ <br>\n]<div>\n", "+ <br>\n\n]\n"),
            ("-\n  1.\ne<details>\n", "-\n  1.\n\ne\n"),
            ("-\n  1.\n<title>e<details>\n", "-\n  1.\ne\n"),
            ("-\n  1.\n<title>e\n\t<details>\n", "-\n  1.\ne\n\t\n"),
            ("<div>\n\ntext\n", "<div>\n\ntext\n\n</div>\n"),
        ],
    );
}

#[test]
fn a_footnote_is_no_definition_of_a_dangerous_address() {
    assert_cleaned(
        Flavor::GitHub,
        &[
            (
                "a[^1]\n\n[^1]: javascript:b\n",
                "a[^1]\n\n[^1]: \u{2060}javascript:b\n",
            ),
            ("a[^1]\n\n[^1]: Note: b\n", "a[^1]\n\n[^1]: Note: b\n"),
            (
                "a[^1]\n\n[^1]: https://e.example/\n",
                "a[^1]\n\n[^1]: https://e.example/\n",
            ),
        ],
    );
}

#[test]
fn a_tag_in_the_text_of_a_picture_opens_nothing() {
    assert_cleaned(
        Flavor::GitHub,
        &[
            (
                "![a <div> b](https://e.example/p.png)\n\ntext\n\n</div>\n",
                "![a  b](https://e.example/p.png)\n\ntext\n\n",
            ),
            (
                "![Logo<br>x](https://e.example/p.png) <b>c</b>\n",
                "![Logox](https://e.example/p.png) <b>c</b>\n",
            ),
        ],
    );
}

#[test]
fn what_only_names_a_lost_picture_goes_with_it() {
    let mut context = context(Flavor::Auto);
    for (before, after) in [
        ("a\n\n![logo](./logo.png)\n\nb\n", "a\n\n\nb\n"),
        ("a ![](x.png) b\n", "a  b\n"),
        (
            "a\n\n![[Pasted image 20240312182237.png]]\n\nb\n",
            "a\n\n\nb\n",
        ),
        ("![png](a.png)- b\n", "\\- b\n"),
        ("![The arm](arm.png)\n", "The arm\n"),
        ("![[arm.png|The arm]]\n", "The arm\n"),
        (
            "[![logo](logo.png)](https://e.example/)\n",
            "[logo](https://e.example/)\n",
        ),
    ] {
        assert_eq!(clean_as(before, &context).body, after, "from {before:?}");
    }
    context.asset_base = Some("https://cdn.example.org/u/d/".into());
    let kept = clean_as("![logo](./logo.png)\n", &context).body;
    assert_eq!(kept, "![logo](https://cdn.example.org/u/d/logo.png)\n");
}

#[test]
fn addresses_without_a_scheme_lead_to_the_web() {
    assert_cleaned(
        Flavor::Auto,
        &[
            (
                "[a](linkedin.com/in/ada)\n",
                "[a](https://linkedin.com/in/ada)\n",
            ),
            ("[a](www.club.example)\n", "[a](https://www.club.example)\n"),
            ("[a](Example.org)\n", "[a](https://Example.org)\n"),
            ("[a](t.me/ada?x#y)\n", "[a](https://t.me/ada?x#y)\n"),
            ("[a](main.rs) [b](read.me) [c](lib.io)\n", "a b c\n"),
            ("[a](../e.com/x) [b](e_x.com/y)\n", "a b\n"),
        ],
    );
}

#[test]
fn prices_in_links_are_escaped_once() {
    assert_cleaned(
        Flavor::Auto,
        &[
            (
                "[$625 + tax](https://e.org/1) or [$617 + tax](https://e.org/2).\n",
                "[\\$625 + tax](https://e.org/1) or [$617 + tax](https://e.org/2).\n",
            ),
            (
                "Kids ($5), and [adults](https://e.org/1) ($10) pay.\n",
                "Kids (\\$5), and [adults](https://e.org/1) ($10) pay.\n",
            ),
            ("$f[x](y)$\n", "$f[x] (y)$\n"),
        ],
    );
}
