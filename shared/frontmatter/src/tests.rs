use proptest::prelude::*;

use super::*;

fn converted(text: &str) -> String {
    let output = convert(text.as_bytes(), &Context::default()).unwrap();
    String::from_utf8(output.bytes).unwrap()
}

fn meta(text: &str) -> serde_json::Value {
    convert(text.as_bytes(), &Context::default()).unwrap().meta
}

proptest! {
    #[test]
    fn nothing_panics_and_astro_finds_the_block(text in "(---\n)?(\\PC|\n){0,200}(\n---\n)?(\\PC|\n){0,200}") {
        let first = converted(&text);
        prop_assert!(write::captured_by_astro(&first).is_some());
        prop_assert_eq!(converted(&first), first);
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
        converted("---\ntitle: T\nversion: 1.10 # keep\nlist:\n  - a\n  - b\nanswer: no\n---\n");
    assert!(
        text.contains("version: 1.10 # keep\nlist:\n  - a\n  - b\nanswer: \"no\"\n"),
        "{text}"
    );
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
