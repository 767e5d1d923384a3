use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::yaml::write;

mod arrows;
mod secrets;
mod specification;

fn converted(text: &str) -> String {
    let output = convert(text.as_bytes(), &Context::default()).unwrap();
    String::from_utf8(output.bytes).unwrap()
}

fn meta(text: &str) -> serde_json::Value {
    convert(text.as_bytes(), &Context::default()).unwrap().meta
}

proptest! {
    #[test]
    fn nothing_panics_and_astro_finds_the_block(text in "((<!-- a -->\n)?(---|—)\n\n?(title[：:] )?)?(\\PC|\n){0,200}(\n(---|—)\n)?(\\PC|\n){0,200}") {
        let first = converted(&text);
        prop_assert!(write::captured_by_astro(&first).is_some());
        prop_assert_eq!(converted(&first), first);
    }
}

proptest! {
    #[test]
    fn titles_with_links_are_settled_at_once(parts in proptest::collection::vec(
        proptest::sample::select(&[
            "# ", "## ", "[Axe](https://a.example)", "[Axe]", "[b](javascript:b)", "<a href=\"https://a.example\">", "</a>",
            "<h1>", "</h1>\n", "<div align=\"center\">\n\n", "\n</div>\n", "<blockquote>\n\n", "\n</blockquote>\n", "> ", "- ",
            "![p](https://a.example/p.png)", "![b](https://img.shields.io/x)", "Axe ", "Setup", "#axe ", "mood:: calm",
            "$5 ", "$\\alpha$", "$", ": ", "\n", "\n\n", "===\n", "---\n", "\r\n", "`", "**", "\\", "[Axe]: https://a.example\n",
        ][..]),
        1..14,
    )) {
        let first = converted(&parts.concat());
        prop_assert_eq!(converted(&first), first);
    }
}

/// What turns text about, and what nobody sees. A byte order mark goes from bodies as well.
const HIDDEN: [char; 12] = [
    '\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2068}', '\u{206a}', '\u{feff}',
    '\u{3164}', '\u{2800}', '\u{1b}', '\u{9b}',
];

#[test]
fn no_field_turns_the_rest_of_a_pages_line_about() {
    for hidden in HIDDEN {
        for given in [format!("{hidden}"), format!("\\U{:08X}", u32::from(hidden))] {
            if hidden.is_control() && !given.starts_with('\\') {
                // No YAML: what a block of it becomes is told elsewhere.
                continue;
            }
            let text = format!(
                "---\ntitle: \"Pay{given} me\"\ndescription: \"A{given}bout it.\"\ntags: [\"a{given}b\"]\nauthor: \"Jo{given} Doe\"\nimageAlt: \"x{given}\"\nmine: {{\"k\": [\"v{given}w\"]}}\n---\n\n# Pay{hidden} me\n\nText {hidden}of it.\n"
            );
            let first = converted(&text);
            let block = write::captured_by_astro(&first).unwrap();
            assert!(!block.contains(hidden), "{block:?}");
            assert!(
                !block
                    .to_uppercase()
                    .contains(&format!("{:04X}", u32::from(hidden))),
                "{block}"
            );
            let found = meta(&text);
            assert_eq!(found["title"], "Pay me");
            assert_eq!(found["description"], "About it.");
            assert_eq!(found["tags"], serde_json::json!(["ab"]));
            assert_eq!(found["mine"]["k"], serde_json::json!(["vw"]));
            assert!(
                hidden == '\u{feff}' || first.contains(&format!("Text {hidden}of it.")),
                "the body keeps its own: {first:?}"
            );
            assert_eq!(converted(&first), first);
        }
    }
    // What is read off a body is written as the next conversion reads it.
    for text in [
        "<a f=\"\"><a>\n# M![\u{19}](http://badge.)",
        "[[\u{1}javascript:alert(1)]] ![[\u{1}a.png]] [[\u{202e}b|a]]\n",
        "> [!tip] A\u{202e}b\n> Text.\n",
    ] {
        let first = converted(text);
        let block = write::captured_by_astro(&first).unwrap();
        for hidden in ["\\u0019", "\\u0001", "\u{202e}"] {
            assert!(!block.contains(hidden), "{block}");
        }
        assert_eq!(converted(&first), first);
    }
    // Found ones are no others.
    let found = meta("# Pay \u{202e}me\n\nText\u{2066} of it, in full.\n");
    assert_eq!(found["title"], "Pay me");
    assert_eq!(found["description"], "Text of it, in full.");
    // One that nothing is left of names nothing.
    let found = meta("---\ntitle: \"\u{3164}\u{2800}\"\n---\n\n# The heading\n\nText.\n");
    assert_eq!(found["title"], "The heading");
    // What scripts and emoji are written with stays.
    let written = "שלום\u{200f}! می\u{200c}خواهم 👩\u{200d}💻 ❤\u{fe0f}";
    assert_eq!(
        meta(&format!("---\ntitle: \"{written}\"\n---\n\nText.\n"))["title"],
        written
    );
}

#[test]
fn a_link_of_the_title_is_cleaned_as_any_other() {
    for (text, body) in [
        (
            "# [Our Arm](https://arm.example)\n\nIt draws.\n",
            "\n[Our Arm](https://arm.example)\n\nIt draws.\n",
        ),
        (
            "# <a href=\"https://arm.example\" onclick=\"x()\">Our Arm</a>\n\nIt draws.\n",
            "\n<a href=\"https://arm.example\">Our Arm</a>\n\nIt draws.\n",
        ),
        (
            "# [Our %%secret%% Arm](https://arm.example)\n\nIt draws.\n",
            "\n[Our  Arm](https://arm.example)\n\nIt draws.\n",
        ),
        (
            "<div align=\"center\">\n\n# [Our Arm](https://arm.example)\n\n</div>\n\nIt draws.\n",
            "\n<div align=\"center\">\n\n[Our Arm](https://arm.example)\n\n</div>\n\nIt draws.\n",
        ),
    ] {
        let first = converted(text);
        assert!(first.ends_with(&format!("---\n{body}")), "{first}");
        assert_eq!(converted(&first), first);
    }
}

#[test]
fn money_is_no_formula_in_fields() {
    for (text, description) in [
        (
            "Kids ($5) and adults ($10) pay at the door.",
            "Kids ($5) and adults ($10) pay at the door.",
        ),
        (
            "From **$5** to **$10** at the door.",
            "From $5 to $10 at the door.",
        ),
        (
            "Now $5-$10, where $x$ is at the door.",
            "Now $5-$10, where x is at the door.",
        ),
        (
            "It takes $n$ steps of $m$ to the door.",
            "It takes n steps of m to the door.",
        ),
    ] {
        let meta = meta(&format!("# Prices of $5 or $10\n\n{text}\n"));
        assert_eq!(meta["description"], description);
        assert_eq!(meta["title"], "Prices of $5 or $10");
    }
}

#[test]
fn headings_in_quotes_are_no_contents() {
    for quoted in [
        "> ## Quoted\n> said the chair",
        "> Quoted\n> ------",
        "- > > ### Quoted",
        "<blockquote>\n\n## Quoted\n\n</blockquote>",
        "> [!note]\n> ## Quoted",
    ] {
        let meta = meta(&format!("# Minutes\n\n{quoted}\n\n## Quoted\n\nText.\n"));
        let headings = meta["derived"]["headings"].as_array().unwrap();
        // As the quoted one has the first id.
        assert_eq!(headings.len(), 1, "{quoted}");
        assert_eq!(headings[0]["id"], "quoted-1", "{quoted}");
    }
    for kept in [
        "- ## Kept",
        "<details>\n\n## Kept\n\n</details>",
        "## Kept > this",
    ] {
        let meta = meta(&format!("# Minutes\n\n{kept}\n"));
        assert_eq!(
            meta["derived"]["headings"].as_array().map(Vec::len),
            Some(1),
            "{kept}"
        );
    }
}

#[test]
fn twice_is_once() {
    for text in [
        "",
        "# A\n\n# A\n\nText.\n",
        "---\nx: 1 # c\ny: no\n---\n# T\n\n---\n\nText\n",
        "---\ntitle: [a]\nslug: x\n---\n",
        // Only embeds: no description, although what they become reads like one.
        "![[a long note]]\n![[another long note]]\n",
    ] {
        let first = converted(text);
        assert_eq!(converted(&first), first, "{text}");
    }
}

#[test]
fn unknown_keys_are_copied_as_they_stand() {
    let text =
        converted("---\ntitle: T\nversion: 1.10 # gone\nlist:\n  - a\n  - b\nanswer: no\n---\n");
    assert!(
        text.contains("version: 1.10\nlist:\n  - a\n  - b\nanswer: \"no\"\n"),
        "{text}"
    );
}

#[test]
fn keys_of_ours_stand_there_once_however_they_are_spelled() {
    for lines in [
        "Derived: a\nderived: b",
        "Extra: {a: b}\nextra: {a: c, d: e}",
        "EXTRA: a\nextra: b",
    ] {
        let text = converted(&format!("---\n{lines}\nimage: gone.png\n---\nText\n"));
        assert_eq!(text.matches("\nderived:").count(), 1, "{text}");
        assert_eq!(text.matches("\nextra:").count(), 1, "{text}");
        assert_eq!(converted(&text), text);
    }
}

#[test]
fn titles_are_always_strings() {
    for title in [
        "null",
        "2024-01-01",
        "true",
        "0o17",
        "1e3",
        "- a: b #c",
        "!x y",
        "@a",
        "a: b",
        "1.10",
        "~x",
        "'",
        "\"",
        "`",
    ] {
        let text = converted(&format!("---\ntitle: {}\n---\n", write::quoted(title)));
        let read: serde_yaml::Value =
            serde_yaml::from_str(text.split("---").nth(1).unwrap()).unwrap();
        assert_eq!(read["title"], serde_yaml::Value::String(title.to_owned()));
    }
}

#[test]
fn dangerous_keys_are_gone() {
    let meta = meta("---\n__proto__: {x: 1}\nlayout: ../x.astro\nslug: ../../etc\n---\n");
    assert_eq!(meta["extra"]["layout"], "../x.astro");
    assert_eq!(meta["extra"]["slug"], "../../etc");
    assert!(meta.get("__proto__").is_none() && meta.get("slug").is_none());
}

#[test]
fn a_member_without_a_name_signs_with_the_handle() {
    let context = Context {
        handle: "jane".to_owned(),
        name: " ".to_owned(),
        ..Context::default()
    };
    let meta = convert(b"# A\n", &context).unwrap().meta;
    assert_eq!(meta["author"], "jane");
}

#[test]
fn an_output_that_breaks_the_schema_is_refused() {
    let context = Context {
        handle: "jane".to_owned(),
        created: "2025-07-10T09:30:00Z".parse().ok(),
        ..Context::default()
    };
    let mut output = convert(b"# A\n", &context).unwrap();
    assert_eq!(output.check(), Ok(()));
    output.meta["date"] = "soon".into();
    assert!(matches!(output.check(), Err(Defect::Schema(_))));
    output.reads_back = false;
    assert_eq!(output.check(), Err(Defect::NotReadBack));
}

#[test]
fn a_heading_between_rules_is_no_comment_of_a_block() {
    for source in [
        "****\n## Foo\n****\n",
        "<img src=\"https://e.example/l.png\">\n\n---\n# Foo\n---\n\nText.\n",
    ] {
        assert!(converted(source).contains("Foo"), "{source:?}");
    }
}

#[test]
fn a_hero_of_a_theme_is_no_picture() {
    let meta = meta(
        "---\nhero: {tagline: Hi}\nbanner: {content: New}\ncover: https://e.example/c.png\n---\n",
    );
    assert_eq!(meta["hero"]["tagline"], "Hi");
    assert_eq!(meta["banner"]["content"], "New");
    assert_eq!(meta["image"], "https://e.example/c.png");
    assert!(meta.get("extra").is_none());
}

#[test]
fn an_empty_key_of_a_theme_is_as_good_as_not_there() {
    let output = convert(b"---\norder:\nlayout: ~\n---\n", &Context::default()).unwrap();
    assert!(output.warnings.is_empty(), "{:?}", output.warnings);
    assert!(output.meta.get("order").is_none() && output.meta.get("extra").is_none());
}

#[test]
fn what_readers_read_differently_is_written_anew() {
    for (lines, expected) in [
        // A quoted scalar whose further lines aren't indented: refused by the npm package `yaml`.
        ("x:\n- 'a\nb'\n", "x:\n  - \"a b\"\n"),
        ("x: 'a\r  b'\n", "x: \"a b\"\n"),
        ("x: 2024-1-2\n", "x: \"2024-1-2\"\n"),
        ("x: 2024-01-02T10:00:00.5Z\n", "x: 2024-01-02T10:00:00Z\n"),
        // An anchor, and nothing in its place.
        ("x:\n  a: &b\n  c:\n    - &d\n", "x:\n  c:\n    - \"\"\n"),
    ] {
        let text = converted(&format!("---\ntitle: T\n{lines}---\n"));
        assert!(text.contains(expected), "{lines} gave {text}");
        assert_eq!(converted(&text), text);
    }
}

#[test]
fn dangerous_keys_are_gone_in_every_language() {
    for text in [
        "+++\n__proto__ = 1\n[a]\nconstructor = 1\n+++\n",
        "{\"__proto__\": 1, \"a\": {\"prototype\": 1}}\n",
    ] {
        let output = convert(text.as_bytes(), &Context::default()).unwrap();
        assert_eq!(output.warnings[0].code, "frontmatter-key-dropped");
        assert_eq!(output.meta["a"], serde_json::json!({}), "{text}");
        assert!(output.reads_back);
    }
}

#[test]
fn a_carriage_return_alone_ends_no_line_of_ours() {
    for text in ["# a\rb", "\r# a", "---\rtitle: a\r---\rb\n"] {
        let text = converted(text);
        assert!(
            write::captured_by_astro(&text).is_some() && text.starts_with("---\n"),
            "{text:?}"
        );
    }
}

#[test]
fn authors_without_a_letter_are_the_member() {
    let context = Context {
        handle: "jane".to_owned(),
        ..Context::default()
    };
    let meta = convert(b"---\nauthor: \"!\"\n---\n", &context)
        .unwrap()
        .meta;
    assert_eq!(meta["author"], "!");
    assert_eq!(meta["authors"], serde_json::json!(["jane"]));
}

#[test]
fn tags_are_settled_at_once() {
    let text = converted("---\ntags: [\"##a\", \"# #b\", \"#\", c]\n---\n");
    assert!(
        text.contains("tags:\n  - \"a\"\n  - \"b\"\n  - \"c\"\n"),
        "{text}"
    );
    assert_eq!(converted(&text), text);
}

/// Brackets in a text are no nesting.
#[test]
fn a_description_full_of_brackets_reads_back() {
    let output = convert(
        format!("one two three {}\n", "[".repeat(100)).as_bytes(),
        &Context::default(),
    )
    .unwrap();
    assert!(output.reads_back);
    assert!(output.meta["description"].as_str().unwrap().ends_with("[["));
}

/// The example of the page for members is what really comes out.
#[test]
fn the_documented_example_is_true() {
    let page = include_str!("../../../docs/frontmatter.md");
    let example = |name: &str| {
        let (_, rest) = page.split_once(&format!("````markdown {name}\n")).unwrap();
        rest.split_once("````\n").unwrap().0
    };
    let context = Context {
        handle: "jane-doe".to_owned(),
        name: "Jane Doe".to_owned(),
        slug: "flask-backend".to_owned(),
        name_hint: Some("flask-backend".to_owned()),
        created: "2025-07-10T09:30:00Z".parse().ok(),
        updated: "2025-07-12T18:00:00Z".parse().ok(),
        link_base: "/".to_owned(),
        ..Context::default()
    };
    let output = convert(example("before").as_bytes(), &context).unwrap();
    assert_eq!(output.check(), Ok(()));
    assert_eq!(String::from_utf8(output.bytes).unwrap(), example("after"));
}

#[test]
fn a_file_s_name_that_nobody_sees_is_no_title() {
    let id = "0123456789abcdef0123456789abcdef";
    for (name, text, title) in [
        ("\u{1}", "# \u{1}\n\n\u{1}\n\n## \u{1}\n", "Untitled"),
        ("\u{2066}\u{115f}", "Text.\n", "Untitled"),
        ("my\u{202e}boat", "Text.\n", "myboat"),
        (&format!("\u{1} {id}"), "# Boat\n\nText.\n", "Boat"),
        (&format!("Bo\u{1}at {id}"), "# Boat\n\nText.\n", "Boat"),
    ] {
        let context = Context {
            handle: "jo".to_owned(),
            name: "Jo Doe".to_owned(),
            slug: "note".to_owned(),
            name_hint: Some(name.to_owned()),
            created: "2025-07-10T09:30:00Z".parse().ok(),
            ..Context::default()
        };
        let output = convert(text.as_bytes(), &context).unwrap();
        let checked = output.check();
        let written = String::from_utf8(output.bytes).unwrap();
        assert_eq!(checked, Ok(()), "{name:?}: {written}");
        assert!(
            written.starts_with(&format!("---\ntitle: \"{title}\"\n")),
            "{name:?}: {written}"
        );
    }
}

#[test]
fn comments_name_and_describe_nothing() {
    let text = "---\naliases: [a]\n---\n%%\nA private paragraph of mine.\n\n# Secret plan\n%%\n\nThis is what %%nobody but me%% everybody may read.\n";
    let output = meta(text);
    assert_eq!(output["title"], "Untitled");
    assert_eq!(output["description"], "This is what everybody may read.");
    // Behind a digit two of them are a per cent sign.
    let github = meta("# T\n\nFrom 50%% to 60%% it says a == b == c.\n");
    assert_eq!(
        github["description"],
        "From 50%% to 60%% it says a == b == c."
    );
}

#[test]
fn template_placeholders_and_shortcodes_are_no_values() {
    let text = "# {{ title }}\n\n{{< alert >}}\nCareful.\n{{< /alert >}}\n\nWhat it is about.\n";
    let first = converted(text);
    let output = meta(text);
    assert_eq!(output["title"], "Untitled");
    assert_eq!(output["description"], "What it is about.");
    assert_eq!(converted(&first), first);
    let text = "---\nauthors: {{ a }}\nauthor: ['{{ b }}', Ann]\ncategories: ['{{ c }}']\nimage: {src: 'https://e.example/a.png', alt: '{{ d }}'}\n---\nText\n";
    let first = converted(text);
    assert_eq!(meta(text)["author"], "Ann");
    assert_eq!(converted(&first), first);
}

#[test]
fn rows_of_languages_and_of_labels_describe_nothing() {
    for row in [
        "[English](README.md) | **简体中文**",
        "English · [Deutsch](de.md) · [Português (BR)](pt.md)",
        "Title: A page\nDate: 2025-07-10\nAuthor: Jane Doe",
    ] {
        let output = meta(&format!("# T\n\n{row}\n\nWhat it is about.\n"));
        assert_eq!(output["description"], "What it is about.", "{row}");
    }
}

#[test]
fn text_in_stray_html_and_keys_is_read() {
    let output =
        meta("# Stray </div> test\n\nCopy with <kbd>Ctrl</kbd>+<kbd>C</kbd> at once.\n\nB\n");
    assert_eq!(output["title"], "Stray test");
    assert_eq!(output["description"], "Copy with Ctrl+C at once.");
    let boxes =
        "# T\n\n<kbd>[English](a.md) here</kbd> <kbd>and there</kbd>\n\nWhat it is about.\n";
    assert_eq!(meta(boxes)["description"], "What it is about.");
}

#[test]
fn an_h1_after_text_and_a_generic_heading_is_no_title() {
    let output =
        meta("Flask Backend of group 7\n\n# Table of Contents\n\n1. Setup\n\n# Setup\n\nText.\n");
    assert_eq!(output["title"], "Untitled");
}

#[test]
fn links_to_the_heading_that_went_lead_to_the_top() {
    let text = converted(
        "# My <a id=\"start\"></a>Title\n\n[up](#my-title) [s](#start) [o](#other)\n\n## Other\n",
    );
    assert!(text.contains("[up](#top) [s](#top) [o](#other)"), "{text}");
    // Another heading has taken the id.
    let text = converted("# A\n\n[a](#a)\n\n# A\n");
    assert!(text.contains("[a](#a)"), "{text}");
}

#[test]
fn many_wikilinks_keep_to_the_schema() {
    let mut text = "# Map\n\n".to_owned();
    for number in 0..300 {
        writeln!(text, "- [[Note {number}]]").unwrap();
    }
    let output = convert(
        text.as_bytes(),
        &Context {
            handle: "jane".into(),
            created: "2025-07-10T09:30:00Z".parse().ok(),
            ..Context::default()
        },
    )
    .unwrap();
    assert_eq!(output.check(), Ok(()));
}

#[test]
fn a_forged_mark_that_is_none_of_ours_is_the_author_s() {
    let body = "Some text of mine here.\n";
    let digest = entry::mark::digest(body);
    for forged in [
        "badges: [{image: 'javascript:alert(1)'}]",
        "badges: [{image: 'https://e.example/x.svg', href: 'javascript:alert(1)'}]",
        "callouts: [{type: x, line: 1, fold: x}]",
        "callouts: [{type: x, line: 0}]",
    ] {
        let text = format!(
            "---\ntitle: X\nderived:\n  schema: 1\n  bodySha256: {digest}\n  {forged}\n---\n\n{body}"
        );
        let output = meta(&text);
        assert_eq!(
            output["derived"]["badges"],
            serde_json::json!([]),
            "{forged}"
        );
        assert_eq!(
            output["derived"]["callouts"],
            serde_json::json!([]),
            "{forged}"
        );
        assert!(output["extra"]["derived"].is_object(), "{forged}");
    }
}

#[test]
fn an_author_who_hides_the_date_keeps_it_hidden() {
    let output = meta("---\nlastUpdated: false\nmodified: 2025-01-01\n---\nText\n");
    assert_eq!(output["lastUpdated"], false);
    assert_eq!(output["updated"], "2025-01-01T00:00:00Z");
}

#[test]
fn what_is_merged_in_gives_way() {
    let output = meta("---\nbase: &b {x: 1, y: 2}\n<<: *b\ny: 3\n---\nText\n");
    assert_eq!((&output["x"], &output["y"]), (&1.into(), &3.into()));
}

#[test]
fn further_taxonomies_stay_where_they_were() {
    let output = meta("+++\n[taxonomies]\ntags = [\"a\"]\nseries = [\"s\"]\n+++\nText\n");
    assert_eq!(output["tags"], serde_json::json!(["a"]));
    assert_eq!(output["taxonomies"], serde_json::json!({ "series": ["s"] }));
}

#[test]
fn the_first_picture_that_leads_somewhere_is_taken() {
    let output = meta("---\nimage: gone.png\ncover: https://e.example/a.png\n---\nText\n");
    assert_eq!(output["image"], "https://e.example/a.png");
    assert_eq!(output["extra"]["image"], "gone.png");
}

#[test]
fn by_comes_after_authors() {
    let output = meta("---\nauthors: [Ann]\nby: Bob\n---\nText\n");
    assert_eq!(output["author"], "Ann");
    assert_eq!(output["extra"]["by"], "Bob");
}

#[test]
fn a_comment_goes_whoever_wrote_it() {
    let text = converted("Public words of mine.\n\n%%\nprivate\n%%\n");
    assert!(!text.contains("private"), "{text}");
    let text = converted("From 50%% to 60%% of it.\n");
    assert!(text.contains("50%% to 60%%"), "{text}");
}

#[test]
fn a_block_comment_is_obsidian_s() {
    assert!(converted("A ==b== c.\n").contains("==b=="));
    assert!(converted("A ==b== c.\n\n%%\nd\n%%\n").contains("<mark>b</mark>"));
}

#[test]
fn what_a_comment_holds_is_nowhere() {
    let hidden = "[![secret](https://img.shields.io/badge/secret-x.svg)](https://secret.example) \
        [[secret]] #secret [a](secret.md) ![secret](secret.png) <secret> `secret`";
    for text in [
        format!("%%\n{hidden}\n%%\n\n# Title\n\nWords for all of us to read.\n"),
        format!(
            "---\naliases: [a]\n---\n# Title %%{hidden}%%\n\nWords for all %%{hidden}%% to read.\n"
        ),
        format!("# Title\n\nWords for all.\n\n- a\n- %%\n- {hidden}\n\n```\nsecret\n```\n"),
        format!(
            "# Title\n\n> [!note] Words %%{hidden}\n>\n> > {hidden}\n\n# secret\n\nsecret%% more\n"
        ),
    ] {
        let output = convert(text.as_bytes(), &Context::default()).unwrap();
        assert!(!format!("{output:?}").contains("secret"), "{output:?}");
        assert!(
            !String::from_utf8(output.bytes).unwrap().contains("secret"),
            "{text}"
        );
    }
}

#[test]
fn warnings_behind_a_comment_have_their_place() {
    let text = "---\na: b\n---\n\n%%\nc\n\nd\n%%\n\ne %%f%% ![g](h.png) i\n\nj %% k\n";
    let output = convert(text.as_bytes(), &Context::default()).unwrap();
    let places: Vec<_> = output
        .warnings
        .iter()
        .map(|warning| (warning.code.as_str(), warning.line, warning.column))
        .collect();
    assert_eq!(
        places,
        [("missing-asset", 11, 9), ("comment-unclosed", 13, 3)]
    );
}

#[test]
fn another_member_is_nobody_s_author() {
    let context = Context {
        handle: "jane-doe".into(),
        name: "Jane Doe".into(),
        notes: Notes {
            members: vec![NoteMember {
                handle: "tom".into(),
                name: "tom o'neill".into(),
            }],
            ..Notes::default()
        },
        ..Context::default()
    };
    let converted =
        |lines: &str| convert(format!("---\n{lines}\n---\nWords.\n").as_bytes(), &context).unwrap();
    for (lines, author, ids, is_told) in [
        ("author: Tom O'Neill", "Jane Doe", vec!["jane-doe"], true),
        ("Author: TOM", "Jane Doe", vec!["jane-doe"], true),
        ("authors: [tom]", "Jane Doe", vec!["jane-doe"], true),
        ("author: [Ann, tom]", "Ann", vec!["ann"], true),
        ("author: Jane", "Jane", vec!["jane"], false),
        ("author: Ann", "Ann", vec!["ann"], false),
    ] {
        let output = converted(lines);
        assert_eq!(output.meta["author"], author, "{lines}");
        assert_eq!(output.meta["authors"], serde_json::json!(ids), "{lines}");
        let told = output
            .warnings
            .iter()
            .any(|warning| warning.code == "author-other-member" && warning.line == 2);
        assert_eq!(told, is_told, "{lines}");
    }
    assert_eq!(
        converted("author: Tom O'Neill").references.names,
        ["tom o'neill"]
    );
    assert!(converted("author: Jane Doe").references.is_empty());
}

#[test]
fn a_comment_in_a_key_that_is_shown_is_not() {
    let output = meta(
        "---\ntitle: A %%secret%% plan\ndescription: \"All of it <!-- secret --> for 100%% of us\"\ntags: [a, '%%secret%%', b %%secret%%]\naliases: ['%%secret%% c']\nmine: '%%Y-%%m'\n---\nWords.\n",
    );
    assert_eq!(output["title"], "A plan");
    assert_eq!(output["description"], "All of it for 100%% of us");
    assert_eq!(output["tags"], serde_json::json!(["a", "b"]));
    assert_eq!(output["aliases"], serde_json::json!(["c"]));
    // A format is none.
    assert_eq!(output["mine"], "%%Y-%%m");
}

#[test]
fn what_stands_too_deep_is_text() {
    for (before, text) in [
        ("*a ".repeat(300) + &"b*".repeat(300), "&#42;a "),
        (format!("{}a", "> ".repeat(300)), "&#62; &#62; "),
        (format!("{}a", "- ".repeat(300)), "\\- - - "),
        (format!("{}a", "1. ".repeat(300)), "1\\. 1. 1. "),
        ("![a ".repeat(300) + &"](b)".repeat(300), "!&#91;a !&#91;"),
        (
            (0..150).map(|depth| "  ".repeat(depth) + "- a\n").collect(),
            "\n  \\- a\n    \\- a\n",
        ),
    ] {
        let first = converted(&before);
        assert!(
            first.contains(text) && first.contains("too-complex"),
            "{text} in {}",
            &first[..900]
        );
        assert_eq!(converted(&first), first);
    }
}

#[test]
fn addresses_that_strain_a_parser_are_parted() {
    let dots = ".".repeat(10_000);
    let first = converted(&format!(
        "See http://a{dots}b and WWW.a{dots}b, http://c.example.\n"
    ));
    assert!(first.contains("http:\u{2060}//a.") && first.contains("WWW\u{2060}.a."));
    assert!(first.contains("too-complex"));
    assert_eq!(converted(&first), first);
}

#[test]
fn what_keeps_a_title_from_being_a_comment_doesn_t_make_it_long() {
    let first = converted(&format!("# {} `<!-- -->`\n", "x".repeat(51)));
    assert!(
        first.contains("<\u{2060}!--") && !first.contains("title-long"),
        "{first}"
    );
    assert_eq!(converted(&first), first);
}

#[test]
fn what_looks_like_a_comment_in_a_value_stays_as_typed() {
    let output = meta(
        "---\ntitle: \"Use `%%a%%` and `<!-- b -->`, or C# and <b>c</b>\"\nnote: \"[d]: e {f} 100%% [//]\"\nsite: https://g.example/#h\n---\nWords.\n",
    );
    assert_eq!(
        output["title"],
        "Use `%%a%%` and `<!-- b -->`, or C# and <b>c</b>"
    );
    assert_eq!(output["note"], "[d]: e {f} 100%% [//]");
    assert_eq!(output["site"], "https://g.example/#h");
    // Code of a heading is none in the title either, and no later conversion takes it for one.
    let first = converted("# Use `%%a%%` and `<!-- b -->`\n\nWords of `{/* c */}` and %\\%d.\n");
    assert_eq!(converted(&first), first);
    assert!(first.contains("a%\u{2060}%"), "{first}");
}

#[test]
fn a_block_keeps_its_words_when_it_is_mended() {
    let output = meta(
        "---\ntitle: C#: nice\nbug: Fix: issue #5\nsite: a: https://b.example/#c\nd: e: f # g\n---\nWords.\n",
    );
    assert_eq!(output["title"], "C#: nice");
    assert_eq!(output["bug"], "Fix: issue #5");
    assert_eq!(output["site"], "a: https://b.example/#c");
    assert_eq!(output["d"], "e: f");
}

/// As a second conversion reads it out of the block.
#[test]
fn a_title_has_plain_spaces() {
    assert_eq!(meta("<p>#t\u{a0} `")["title"], "t `");
    assert_eq!(meta("# A\u{a0}b\u{feff}c\n")["title"], "A bc");
}

#[test]
fn readme_is_one_s_own_page() {
    let text = "[[README]], [a](README.md#My%20Plans), [[index]] and [b](docs/README.md).\n";
    let page = NoteDocument {
        path: "jo".into(),
        entry_id: "jo".into(),
        ..NoteDocument::default()
    };
    let context = |slug: &str, documents: Vec<NoteDocument>| Context {
        handle: "jo".into(),
        slug: slug.into(),
        notes: Notes {
            documents,
            ..Notes::default()
        },
        ..Context::default()
    };
    let linked = "[README](/jo/), [a](/jo/#my-plans), [index](/jo/) and b.";
    for context in [context("note", vec![page]), context("", Vec::new())] {
        let output = convert(text.as_bytes(), &context).unwrap();
        let file = String::from_utf8(output.bytes).unwrap();
        assert!(file.contains(linked), "{file}");
        // A folder's README is the document of that folder.
        assert_eq!(output.references.names, ["jo", "docs"]);
    }
    let alone = convert(text.as_bytes(), &context("note", Vec::new())).unwrap();
    assert!(
        String::from_utf8(alone.bytes)
            .unwrap()
            .contains("README, a, index and b.")
    );
}

#[test]
fn a_file_with_much_to_list_is_read_again() {
    let many = |count: usize, line: &dyn Fn(usize) -> String| {
        let lines: String = (0..count).map(line).collect();
        format!("# Much\n\nThere is much to list here.\n\n{lines}")
    };
    let long = "word ".repeat(80);
    let path = "x".repeat(400);
    for text in [
        many(500, &|n| format!("## {long}{n}\n\n")),
        many(200, &|n| format!("[a](https://e.example/{path}/{n})\n\n")),
        many(3000, &|n| format!("> [!note] {n}\n> a\n\n")),
        many(200, &|n| format!("[[{long}{n}]]\n\n")),
        many(2000, &|n| format!("```language{n}\na\n```\n\n")),
        many(1, &|_| {
            format!("![a](https://e.example/{}.png)\n", path.repeat(200))
        }),
        format!("+++\nmine = [{}]\n+++\n", "1,".repeat(9990)),
        format!(
            "---\nmine: {}\n---\n{}",
            "word ".repeat(8000).trim(),
            many(500, &|n| format!("## {n}\n\n"))
        ),
    ] {
        let first = converted(&text);
        assert!(converted(&first) == first, "{}", &text[..60]);
    }
}

#[test]
fn numbers_among_own_keys_keep_their_spelling() {
    let text = "---\nzip: 01234\nphone: +49301234\nother: 0049301234567\nmix: {python: 3.10, ok: yes}\nlist: [3.10, yes]\n\
        s: !!set {a, b}\n---\nx\n";
    let first = converted(text);
    for line in [
        "zip: \"01234\"\n",
        "phone: \"+49301234\"\n",
        "other: \"0049301234567\"\n",
        "  python: \"3.10\"\n",
        "list:\n  - \"3.10\"\n  - \"yes\"\n",
        "s:\n  - \"a\"\n  - \"b\"\n",
    ] {
        assert!(first.contains(line), "{line} in {first}");
    }
    assert_eq!(converted(&first), first);
}

#[test]
fn an_object_with_a_bracket_too_few_or_too_many_is_no_text_for_everybody() {
    for object in [
        "{\n  \"title\": \"T\",\n  \"tags\": [1, },\n  \"password\": \"S3cret\",\n  \"draft\": true\n}",
        "{\"title\": \"T\", \"password\": \"S3cret\", \"draft\": true, \"a\": [1, }}",
        "{\"title\": \"T\", \"draft\": true, \"c\": 1e400}",
        "{\"title\": \"T\", \"draft\": true, \"c\": \"\\ud800\"}",
        "{\n  \"title\": \"T\",\n  \"draft\": true\n  \"tags\": [\"a\"\n}",
    ] {
        let first = converted(&format!("{object}\n\nWords for all.\n"));
        assert!(first.contains("\ndraft: true\n"), "{first}");
        assert!(!first.contains("S3cret"), "{first}");
    }
}

#[test]
fn a_warning_has_a_place_that_its_author_knows() {
    for (text, place) in [
        ("# T\n\n__ASTRO_X x [bad](javascript:1)\n", (3, 13)),
        (
            "# T\n\ntext^[a note [bad](javascript:1)] x\n\npara two\n",
            (5, 9),
        ),
    ] {
        let output = convert(text.as_bytes(), &Context::default()).unwrap();
        let warning = output
            .warnings
            .iter()
            .find(|warning| warning.code == "unsafe-url");
        let warning = warning.unwrap_or_else(|| panic!("{:?}", output.warnings));
        assert_eq!((warning.line, warning.column), place, "{text}");
    }
}

#[test]
fn lists_of_attributes_hide_in_values_as_in_a_body() {
    for value in [
        "a [S3cret]{.hidden} b",
        "a\n\nS3cret\n{: .hidden}\n\nb",
        "a\n\n::: {.content-visible when-format=\"pdf\"}\nS3cret\n:::\n\nb",
        "a\n\n::: hidden\nS3cret\n:::\n\nb",
        "::: {.hidden}\nS3cret\n:::\na",
        "a *S3cret*{: style='display:none'} b",
    ] {
        for key in ["description", "abstract", "title"] {
            let text = format!("---\n{key}: {}\n---\nx\n", write::quoted(value));
            let first = converted(&text);
            assert!(!first.contains("S3cret"), "{first}");
            assert!(first.contains('a') && converted(&first) == first, "{first}");
        }
    }
    let shown = "---\nsummary: \"`[a]{.hidden}` and {name} of {.notice}\"\n---\nx\n";
    assert!(converted(shown).contains("`[a]{.hidden}` and {name} of {.notice}"));
}
