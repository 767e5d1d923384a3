use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{SCHEMA, TEXT, check};
use crate::{Context, convert};

/// What the functions tell the converter about a document.
fn context() -> Context {
    Context {
        handle: "jane-doe".to_owned(),
        name: "Jane Doe".to_owned(),
        slug: "backend".to_owned(),
        name_hint: Some("Backend".to_owned()),
        created: "2025-07-10T09:30:00Z".parse().ok(),
        updated: "2025-07-12T18:00:00Z".parse().ok(),
        link_base: "/".to_owned(),
        themes: "all".parse().unwrap(),
        ..Context::default()
    }
}

fn entry(text: &str) -> Value {
    convert(text.as_bytes(), &context()).unwrap().meta
}

const FULL: &str = "---\ntitle: T\ntags: [a, b]\ncategories: [x, y]\nimage: https://e.example/p.png\nimageAlt: A\nlang: en\nlicense: MIT\naliases: [z]\nhead:\n  - {tag: meta, attrs: {name: a}}\ntemplate: doc\nprev: {link: /a, label: A}\norder: 1\ntableOfContents: {maxHeadingLevel: 3}\neditUrl: false\nbanner: {content: x}\nlayout: y\n---\n\n> [!note]- Title\n> x\n\n# A\n\n- [x] a ✅ 2025-07-10\n\n[[Note]] [l](https://e.example)\n\n```rust\n```\n";

fn oracle() -> jsonschema::Validator {
    jsonschema::validator_for(&SCHEMA).unwrap()
}

#[test]
fn the_schema_is_read_and_valid() {
    assert!(serde_json::from_str::<Value>(TEXT).unwrap().is_object());
    assert!(jsonschema::meta::is_valid(&SCHEMA));
}

#[test]
fn outputs_keep_to_it() {
    for text in [
        "",
        "# A\n\nText.\n",
        FULL,
        "---\ntitle: [a]\ndate: 2024-13-45\nupdated: never\ntags: {a: 1}\nimage: ../x.png\nderived: 1\nextra: 2\n---\n",
        "---\nlastUpdated: false\npublished: true\nhero: true\ncover: x.png\nhead: [[meta]]\nsidebar: 1\n---\n",
        "+++\ntitle = 1\n[taxonomies]\ntags = [1, 2]\n+++\n",
        "{\"title\": null, \"tags\": [null, 1.5]}\n",
    ] {
        let entry = entry(text);
        assert_eq!(check(&entry), Ok(()), "{text}");
        assert!(oracle().is_valid(&entry), "{text}");
    }
}

/// Every value anywhere in a full entry replaced by one of another kind, and every key taken out:
/// our judgement is that of a general validator.
#[test]
fn judges_as_a_general_validator_does() {
    let entry = entry(FULL);
    let oracle = oracle();
    let foreign = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(2.0),
        json!(""),
        json!("a\nb"),
        json!([]),
        json!(["a", "a"]),
        json!([1]),
        json!({}),
        json!({"x": 1}),
    ];
    let mut pointers = Vec::new();
    collect(&entry, String::new(), &mut pointers);
    assert!(pointers.len() > 60, "{}", pointers.len());
    let mut refused = 0;
    for pointer in &pointers {
        for value in &foreign {
            let mut changed = entry.clone();
            *changed.pointer_mut(pointer).unwrap() = value.clone();
            let ours = check(&changed);
            assert_eq!(
                ours.is_ok(),
                oracle.is_valid(&changed),
                "{pointer} = {value}: {ours:?}"
            );
            refused += usize::from(ours.is_err());
        }
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let mut without = entry.clone();
        if let Value::Object(map) = without.pointer_mut(parent).unwrap() {
            map.remove(key);
            assert_eq!(
                check(&without).is_ok(),
                oracle.is_valid(&without),
                "without {pointer}"
            );
        }
    }
    assert!(refused > 400, "{refused}");
}

#[test]
fn what_is_wrong_is_named() {
    let mut entry = entry(FULL);
    entry["derived"]["headings"][0]["depth"] = json!(7);
    assert_eq!(
        check(&entry).unwrap_err().to_string(),
        "/derived/headings/0/depth: breaks maximum 6"
    );
    entry["layout"] = json!("x.astro");
    assert!(check(&entry).is_err());
}

/// A keyword that the checker passes over would be a promise that nobody keeps.
#[test]
fn every_keyword_of_the_schema_is_known() {
    const KNOWN: [&str; 17] = [
        "$ref",
        "type",
        "const",
        "enum",
        "anyOf",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
    ];
    const SAYS_NOTHING: [&str; 4] = ["$schema", "$defs", "title", "description"];
    let mut used = BTreeSet::new();
    keywords(&SCHEMA, &mut used);
    for keyword in used {
        assert!(
            KNOWN.contains(&keyword.as_str()) || SAYS_NOTHING.contains(&keyword.as_str()),
            "{keyword}"
        );
    }
}

fn keywords(schema: &Value, used: &mut BTreeSet<String>) {
    let Value::Object(rules) = schema else { return };
    for (keyword, rule) in rules {
        used.insert(keyword.clone());
        match (keyword.as_str(), rule) {
            ("properties" | "$defs", Value::Object(named)) => {
                for schema in named.values() {
                    keywords(schema, used);
                }
            }
            ("anyOf", Value::Array(schemas)) => {
                for schema in schemas {
                    keywords(schema, used);
                }
            }
            ("items" | "additionalProperties", schema) => keywords(schema, used),
            _ => {}
        }
    }
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect(value, format!("{pointer}/{key}"), pointers);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                collect(value, format!("{pointer}/{at}"), pointers);
            }
        }
        _ => {}
    }
    if !pointer.is_empty() {
        pointers.push(pointer);
    }
}
