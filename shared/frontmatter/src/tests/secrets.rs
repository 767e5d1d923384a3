//! What an author hides is nowhere in what comes out, wherever it stood.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const SECRET: &str = "zq7secret";

/// What hides a secret in a line of text; `S` stands for it.
const IN_LINES: [&str; 29] = [
    "%%S%%",
    "%% S %%",
    "%%S `S` [S](S.md) ![S](S.png) [[S]] #S%%",
    "%%S\nS%%",
    "%%`S%%",
    "<!-- S -->",
    "<!--S--><!-- [[S]] -->",
    "<span hidden>S *S*</span>",
    "<b style=\"display: none\">S</b>",
    "<template>S</template>",
    "<?php S ?>",
    "<![CDATA[S]]>",
    "{/* S */}",
    "{/* `S` %% S */}",
    "{% comment %}S{% endcomment %}",
    "{{!-- S --}}",
    "{# S #}",
    "{>>S<<}",
    "{#S#}",
    "{{! S }}",
    "{{- /* S */ -}}",
    "{ /* S */ }",
    "{%- comment %}S{%- endcomment -%}",
    "{% comment \"a\" %}S{% endcomment %}",
    "{% # S %}",
    "{{% comment %}}S{{% /comment %}}",
    "{{< comment >}}S{{< /comment >}}",
    "{::comment}S{:/}",
    "[S]{.hidden}",
];

/// What hides a secret as a block.
const AS_BLOCKS: [&str; 21] = [
    "%%\nS\n%%",
    "%%\n\n# S\n\n- S\n- [S](S.md)\n\n%%",
    "%% S\n\n```js\nS\n```\n\n> S\n\n%%",
    "%%\n```\nS\n%%",
    "%%\n<div>\nS\n\n%%",
    "a %%S\n\nb S%% c",
    "<!--\nS\n\n# S\n-->",
    "[//]: # (S)",
    "[comment]: <> (S)",
    "[//]: # \"S\"\n[S]: <S> 'S'",
    "[^S]: S\n    S",
    "<div hidden>\n\nS\n\n```\nS\n```\n\n</div>",
    "<div style='display:none'>\nS\n</div>",
    "{/*\nS\n\nS\n*/}",
    "{% comment %}\n\nS\n\n{% endcomment %}",
    "a[^n]\n\n[^n]: b\n\n[^n]: S",
    "::: {.hidden}\nS\n\nS\n:::",
    "S *S*\n{: style=\"display: none\"}",
    "#+begin_comment\nS\n#+end_comment",
    "{{< comment >}}\n\n- S\n\n{{< /comment >}}",
    "{{< figure src=\"https://e.example/a.png\" caption=\"a <!-- S -->\" >}}",
];

/// Where a line of text may stand; `L` stands for it.
const PLACES: [&str; 18] = [
    "L",
    "Words L words",
    "- L\n- words",
    "1. words\n\n   L\n2. words",
    "> L\n> words",
    "> [!note] Words L\n> words L",
    "> - words L\n>   - L words",
    "| words | L |\n|---|---|\n| L | words |",
    "# Words L",
    "## L\n\nWords",
    "Words L\n===",
    "*words L* **L words** ~~L~~",
    "[words L](https://example.org) and ![L](https://example.org/a.png)",
    "- [ ] words L\n- [x] L",
    "words[^1] words\n\n[^1]: words L",
    "<div>\n\nL\n\n</div>",
    "<details>\n<summary>words L</summary>\n\nwords\n</details>",
    "**words** `code` L $a^2$ L",
];

/// What says nothing of secrets and may stand anywhere.
const OTHERS: [&str; 14] = [
    "Words that anybody may read.",
    "# Words",
    "```mermaid\n%% a comment of the diagram\ngraph LR\n```",
    "```\n%%\n```",
    "`%%` and `<!--` in code",
    "We are 100%% sure of it, 50%% of us.",
    "\\%% is how to write the signs",
    "~~~md\n<!-- code\n~~~",
    "- a\n\n      %% code\n",
    "[used] and [too][used]\n\n[used]: https://example.org",
    "> words\nlazy words",
    "***",
    "<p align=\"center\">words</p>",
    "$$\nx %% y\n$$",
];

fn block() -> impl Strategy<Value = String> {
    let line = (select(&PLACES[..]), select(&IN_LINES[..])).prop_map(|(place, hidden)| {
        // In a cell, a heading or the like a comment has no lines.
        let hidden = match place {
            "L" | "Words L words" => hidden.to_owned(),
            _ => hidden.replace('\n', " "),
        };
        place.replace('L', &hidden)
    });
    let quoted = (select(&AS_BLOCKS[..]), select(&["> ", "  "][..])).prop_map(|(block, prefix)| {
        let text: Vec<_> = block
            .lines()
            .map(|line| format!("{prefix}{line}"))
            .collect();
        match prefix {
            "> " => text.join("\n"),
            _ => format!("- words\n\n{}", text.join("\n")),
        }
    });
    prop_oneof![
        3 => line,
        3 => select(&AS_BLOCKS[..]).prop_map(str::to_owned),
        2 => quoted,
        4 => select(&OTHERS[..]).prop_map(str::to_owned),
    ]
}

fn body() -> impl Strategy<Value = String> {
    let end = select(
        &[
            "",
            "",
            "%% S\n\nS\n",
            "<!-- S\n\nS\n",
            "<div hidden>\n\nS\n",
        ][..],
    );
    (prop::collection::vec(block(), 0..7), end, any::<bool>()).prop_map(|(blocks, end, is_crlf)| {
        let mut body = blocks.join("\n\n");
        body.push_str("\n\n");
        body.push_str(end);
        let body = body.replace('S', SECRET);
        if is_crlf {
            body.replace('\n', "\r\n")
        } else {
            body
        }
    })
}

/// What hides a secret in a value of the frontmatter.
const IN_VALUES: [&str; 17] = [
    "a <span hidden>S *S*</span> b",
    "<b style='display: none'>S</b>",
    "a <template><i>S</i></template>",
    "%%S%%",
    "a %%S%%",
    "%%S%% a %%S%% b",
    "a %%done 100%% S%%",
    "a %% S",
    "<!-- S -->",
    "a <!-- S --> b",
    "<!-- S",
    "a <?php S ?>",
    "{/* S */}",
    "a {% comment %}S{% endcomment %}",
    "{>>S<<} a",
    "a\n[//]: # (S)",
    "a\n\n%%\nS\n%%\n",
];

/// Keys that mean something, and one that doesn't.
const KEYS: [&str; 26] = [
    "title",
    "description",
    "author",
    "authors",
    "tags",
    "aliases",
    "category",
    "categories",
    "image",
    "imageAlt",
    "date",
    "updated",
    "lang",
    "dir",
    "license",
    "slug",
    "repository",
    "draft",
    "status",
    "visibility",
    "published",
    "layout",
    "sidebar",
    "derived",
    "extra",
    "course",
];

/// A value that hides a secret: a text, or one in a list or a map.
fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::json;
    let text = select(&IN_VALUES[..]).prop_map(|text| json!(text));
    text.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|value| json!([value, "a"])),
            inner
                .clone()
                .prop_map(|value| json!({ "a": value, "alt": "b" })),
            (select(&IN_VALUES[..]), inner.clone())
                .prop_map(|(key, value)| json!({ key: value, "src": key })),
            Just(json!({ "password": "S", "a": [{ "passphrase": "S" }] })),
        ]
    })
}

/// Lines of YAML that hide a secret, broken ones among them.
const YAML: [&str; 40] = [
    "title: “a # S”",
    "x: “a” # S",
    "title：a # S",
    "x：“b” # S",
    "title:a # S",
    "tags: [“a”, “b # S”]",
    "x: [a, # S\n  b",
    "date created: 27.07.2023 # S",
    "author: [[a]] # S",
    "title: a # S",
    "title: a: b # S",
    "# S",
    "x: @a # S",
    "x: [a # S",
    "x: \"a # S",
    "x: it's # S",
    "x: 'it''s' # S",
    "x: \"a # b\" # S",
    "x: [\"a # b\", {c: 'd'}] # S",
    "x: !Wow a # S",
    "title: !Wow a # S",
    "x: &a b # S",
    "x: {{ y }} # S",
    "tags: [a, b] # S",
    "tags:\n  - a # S\n  # S\n  - b",
    "description: >- # S\n  words\n  more\n# S",
    "x: |\n    a\n  # S",
    "password: S",
    "password: |\n  S\n  S",
    "params: {passphrase: S}",
    "x: {y: [{password: 'S'}]}",
    "post_password: \"S\"",
    "x:\n\ty: 1 # S",
    "draft: maybe # S",
    "visibility: \"team %%S%%\"",
    "title: a: b %%S%%",
    "x: <!-- S -->",
    "\"%%S%%\": a",
    "x: {\"a %%S%%\": b}",
    "pass\u{200b}word: S",
];

/// Lines of YAML that hide nothing, or break the block.
const YAML_OTHERS: [&str; 17] = [
    "title: “a”",
    "x: “a # b",
    "description：b",
    "tags: [a\n]",
    "up: \"[[a|b]]\"",
    "title: T",
    "draft: false",
    "tags: [a, b]",
    "x: [",
    "a: b: c",
    "date: 2024-01-01",
    "x:\n\ty: 1",
    "words",
    "- a",
    "*: x",
    "x: |\n  # A\n  words",
    "course: Web 2",
];

const TOML: [&str; 10] = [
    "title = \"a\" # S",
    "x = a # S",
    "x = \"a\"#S",
    "# S",
    "title = \"%%S%%\"",
    "tags = [\"a\", # S\n  \"b\"]",
    "password = \"S\"",
    "x = {y = 1, password = \"S\"}",
    "title = T",
    "[params] # S\npassword = \"S\"",
];

const JSON: [&str; 8] = [
    "\"title\": \"a\" // S\n",
    "/* S\nS */ \"x\": 1",
    "\"x\": \"%%S%%\"",
    "\"x\": [1, {\"y\": \"<!-- S -->\"}]",
    "\"password\": \"S\"",
    "\"pass\\u0077ord\": \"S\"",
    "\"x\": {\"passphrase\": [\"S\"]}",
    "\"title\": \"http://a.example/#b\" # S\n",
];

/// What may stand before a block, and what may begin and end it.
const FENCES: [(&str, &str); 25] = [
    ("title:: a\n\n---\n", "\n---\n"),
    (
        "---\na: b\n---\npassword:: S\nx:: %%S%%\n\n---\n",
        "\n---\n",
    ),
    (
        "# Title\n\nx:: a <!-- S -->\ntags:: [[%%S%%]]\n\n---\n",
        "\n---\n",
    ),
    ("---\n\n", "\n\n---\n"),
    ("—\n", "\n---\n"),
    ("---\n", "\n—\n"),
    ("<!-- S -->\n—\n\n", "\n–\n"),
    ("[//]: # (S)\n---\n", "\n---\n"),
    ("<!-- S\n---\n-->\n\n---\n\n", "\n---\n"),
    ("title: T\n<!-- S -->\n", "\nend: 1\n\n"),
    ("title: T\n%%S%%\n\n---\n", "\n---\n"),
    ("# Title\n\n---\n", "\n---\n"),
    ("---\na: b\n---\n<!-- S -->\n\n---\n", "\n---\n"),
    ("---\n", "\n---\n"),
    ("---\n", "\n...\n"),
    ("---\na: b\n", "\n\n"),
    ("\u{feff}\u{200b}---\n", "\n---\n"),
    ("—\n", "\n—\n"),
    ("---yaml\n", "\n---\n"),
    (" ---\n", "\n ---\n"),
    ("<!-- c -->\n---\n", "\n---\n"),
    ("<br>\n\n---\n", "\n---\n"),
    ("---\n---\n", "\n---\n"),
    ("---\na: b\n---\n---\n", "\n---\n"),
    ("\ntitle: T\n", "\nend: 1\n\n"),
];

/// A block in any language, whole or broken, with or without fences.
fn frontmatter() -> impl Strategy<Value = String> {
    let yaml_lines = prop_oneof![3 => select(&YAML[..]), 2 => select(&YAML_OTHERS[..])];
    let yaml = (prop::collection::vec(yaml_lines, 1..6), select(&FENCES[..])).prop_map(
        |(lines, (open, close))| {
            // Without a fence, and behind a blank line, only entries are frontmatter.
            let has_fence = close != "\nend: 1\n\n" && !open.ends_with("\n\n");
            let is_entry = |line: &&str| has_fence || crate::entry::visibility::is_entry(line);
            // Without any key it is prose between rules, and `# S` a heading.
            let keys = std::iter::once("course: Web 2");
            let lines: Vec<_> = lines.into_iter().filter(is_entry).chain(keys).collect();
            format!("{open}{}{close}", lines.join("\n"))
        },
    );
    let toml = (
        prop::collection::vec(select(&TOML[..]), 1..5),
        select(
            &[
                ("+++\n", "\n+++\n"),
                ("+++\n", "\n\n"),
                ("+++\n", "\n---\n"),
            ][..],
        ),
    )
        .prop_map(|(lines, (open, close))| format!("{open}{}{close}", lines.join("\n")));
    let json = (
        prop::collection::vec(select(&JSON[..]), 1..5),
        select(
            &[
                ("{", "}\n\n"),
                ("{", ",}\n"),
                ("---\n{", "}\n---\n"),
                (";;;\n{", "}\n;;;\n"),
                ("---json\n{", "}\n---\n"),
                ("{", "\n\n"),
            ][..],
        ),
    )
        .prop_map(|(entries, (open, close))| format!("{open}{}{close}", entries.join(", ")));
    let values = (
        prop::collection::vec((select(&KEYS[..]), value()), 1..4),
        0..3_usize,
    )
        .prop_map(|(mut entries, language)| {
            if language == 1 {
                // TOML takes no key twice.
                entries.sort_by_key(|(key, _)| *key);
                entries.dedup_by_key(|(key, _)| *key);
            }
            let lines = entries.iter().map(|(key, value)| match language {
                0 => format!("{key}: {value}"),
                1 => format!("{key} = {}", toml_value(value)),
                _ => format!("\"{key}\": {value}"),
            });
            let lines: Vec<_> = lines.collect();
            match language {
                0 => format!("---\n{}\n---\n", lines.join("\n")),
                1 => format!("+++\n{}\n+++\n", lines.join("\n")),
                _ => format!("{{{}}}\n\n", lines.join(", ")),
            }
        });
    prop_oneof![4 => yaml, 1 => toml, 1 => json, 3 => values]
}

fn toml_value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(items) => {
            let items: Vec<_> = items.iter().map(toml_value).collect();
            format!("[{}]", items.join(", "))
        }
        serde_json::Value::Object(entries) => {
            let entries = entries.iter();
            let entries: Vec<_> = entries
                .map(|(key, value)| format!("{} = {}", serde_json::json!(key), toml_value(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        value => value.to_string(),
    }
}

#[test]
fn a_tag_that_hides_stays_where_a_comment_goes_from_the_lines_at_the_top() {
    let context = Context::default();
    for text in [
        "***\n\n[//]: # (S)\n\n<div hidden>\n\nS\n",
        "***\n\n[//]: # (S)\n\n> %%\n> S\n> %%\n\n[//]: # (S)\n\n",
        "title: a # S\n<div\n hidden>\nS\n",
        "title: a # S\n<div hidden>b: S # S\n\nS\n",
        "---\ntitle: a # S\n<span hidden>b: S # S</span>\n",
        "%%\nS\n%%\n\n***\n\n[//]: # (S)\n\n<div hidden>\n\nS\n",
    ] {
        let text = text.replace('S', SECRET);
        assert_eq!(found(&text, &context), None, "{text}");
    }
}

/// Where the secret is found in what comes out.
fn found(text: &str, context: &Context) -> Option<String> {
    let output = convert(text.as_bytes(), context).unwrap();
    let file = String::from_utf8_lossy(&output.bytes).into_owned();
    let all = format!("{file}\n{output:?}");
    all.to_lowercase().contains(SECRET).then_some(all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_secret_is_nowhere(
        body in body(),
        keys in select(&["", "---\naliases: [a]\n---\n", "---\ntitle: T\n---\n\n", "---\ndraft: true\npassword: S\n---\n"][..]),
        flavor in select(&[Flavor::Auto, Flavor::GitHub, Flavor::Obsidian][..]),
    ) {
        let context = Context {
            handle: "jane".into(),
            name: "Jane".into(),
            flavor,
            asset_base: Some("https://example.org/".into()),
            ..Context::default()
        };
        let text = format!("{}{body}", keys.replace('S', SECRET));
        prop_assert!(found(&text, &context).is_none(), "{text:?}\n{}", found(&text, &context).unwrap_or_default());
    }
    #[test]
    fn a_secret_of_the_block_is_nowhere(
        block in frontmatter(),
        breaks in select(&["\n", "\r\n", "\r"][..]),
        body in select(&["Words.\n", "# Title\n\nWords.\n", "%%S%%\n", ""][..]),
    ) {
        let context = Context {
            handle: "jane".into(),
            name: "Jane".into(),
            ..Context::default()
        };
        let text = format!("{block}{body}").replace('S', SECRET).replace('\n', breaks);
        prop_assert!(found(&text, &context).is_none(), "{text:?}\n{}", found(&text, &context).unwrap_or_default());
        let once = convert(text.as_bytes(), &context).unwrap();
        let twice = convert(&once.bytes, &context).unwrap();
        prop_assert_eq!(String::from_utf8(twice.bytes), String::from_utf8(once.bytes), "{:?}", text);
        prop_assert!(once.draft == twice.draft, "{text:?}");
    }
}
