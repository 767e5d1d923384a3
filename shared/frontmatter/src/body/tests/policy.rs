//! The converter's policy is the table of the npm package, in both directions: two walls, one promise.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::body::policy::{Element, Value, rule};
use crate::markdown::html::tokens::Attribute;

const TABLE: &str = include_str!("../../../../../astro/src/html/policy.json");
const POLICY: &str = include_str!("../policy.rs");
/// What no list should have forgotten to refuse.
const OTHERS: &str = "action background base body button data form formaction frame head href html http-equiv is link \
    meta onclick ping poster slot src srcdoc srcset style xlink:href";

fn table() -> Json {
    serde_json::from_str(TABLE).unwrap()
}

/// Whether a list of the table has a name.
fn has(list: &Json, name: &str) -> bool {
    let mut names = list.as_array().into_iter().flatten();
    names.any(|listed| listed == name)
}

/// Every name that the converter's policy or the table knows: neither can allow another.
fn names() -> BTreeSet<String> {
    let policy = POLICY.split("#[cfg(test)]").next().unwrap();
    let quoted = |text: &'static str| {
        let quoted = text.split('"').skip(1).step_by(2);
        quoted.flat_map(str::split_whitespace)
    };
    let is_name = |name: &&str| {
        let of_a_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_:".contains(c);
        !name.is_empty() && name.chars().all(of_a_name)
    };
    let all = quoted(policy)
        .chain(quoted(TABLE))
        .chain(OTHERS.split_whitespace());
    all.filter(is_name).map(str::to_owned).collect()
}

/// What the table says of an attribute, in the converter's terms.
fn listed(table: &Json, element: &str, attribute: &str) -> Value {
    let only_own = has(&table["noOthers"], element);
    let is_of = |kind: &str| {
        let lists = &table["attributes"][kind];
        has(&lists[element], attribute) || (!only_own && has(&lists["*"], attribute))
    };
    let kinds = [
        ("link", Value::Link),
        ("image", Value::Image),
        ("media", Value::Media),
        ("imageSet", Value::ImageSet),
        ("identifier", Value::Plain),
        ("class", Value::Plain),
        ("target", Value::Plain),
        ("rel", Value::Plain),
        ("plain", Value::Plain),
    ];
    let found = kinds.into_iter().find(|(kind, _)| is_of(kind));
    found.map_or(Value::Refused, |(_, value)| value)
}

fn decided(element: &str, name: &str, value: &str) -> Value {
    let attribute_with = Attribute {
        name: Cow::Borrowed(name),
        value: Some(Cow::Borrowed(value)),
    };
    rule(element).attribute(&attribute_with)
}

#[test]
fn the_converter_and_the_table_decide_alike_about_elements() {
    let table = table();
    for name in names() {
        let wanted = if has(&table["elements"], &name) {
            Element::Allowed
        } else if has(&table["removedWithContent"], &name) {
            Element::Removed
        } else {
            Element::Unwrapped
        };
        assert_eq!(rule(&name).element, wanted, "<{name}>");
    }
}

#[test]
fn the_converter_and_the_table_decide_alike_about_attributes() {
    let table = table();
    let names = names();
    let elements = names
        .iter()
        .filter(|name| rule(name).element == Element::Allowed);
    let mut allowed = 0;
    for element in elements {
        for name in &names {
            // A value that suits what the attribute holds.
            let value = match name.as_str() {
                "class" => "language-rust",
                "target" => "_blank",
                "rel" => "nofollow",
                _ => "usage",
            };
            let decided = decided(element, name, value);
            assert_eq!(
                decided,
                listed(&table, element, name),
                "{name} of <{element}>"
            );
            allowed += usize::from(decided != Value::Refused);
        }
    }
    assert!(allowed > 1000, "{allowed}");
}

#[test]
fn the_converter_and_the_table_refuse_the_same_identifiers_and_targets() {
    let table = table();
    for name in names() {
        let is_identifier = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && !name.contains(':')
            && !has(&table["refusedIdentifiers"], &name);
        let decided_id = decided("p", "id", &name);
        assert_eq!(decided_id == Value::Plain, is_identifier, "id of {name}");
        let is_target = has(&table["targets"], &name);
        let decided_target = decided("a", "target", &name);
        assert_eq!(decided_target == Value::Plain, is_target, "target {name}");
    }
}
