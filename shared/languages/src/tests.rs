//! The files of `languages/` against each other, and what comes out of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRuleType, PluralRules};
use proptest::prelude::*;
use serde_json::json;

use crate::{Language, Sentence, check, told};

type Table = BTreeMap<String, String>;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../languages");

fn tables() -> BTreeMap<String, String> {
    let files = fs::read_dir(FOLDER)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .map(|path| {
            let code = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert_eq!(path.extension().unwrap(), "json", "{path:?}");
            (code, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn table(text: &str) -> Table {
    serde_json::from_str(text).unwrap()
}

fn category(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

/// The plurals that a language has, as keys end with them.
fn plurals(code: &str) -> BTreeSet<&'static str> {
    let locale = Locale::try_from_str(code).unwrap();
    let rules = PluralRules::try_new((&locale).into(), PluralRuleType::Cardinal.into()).unwrap();
    rules.categories().map(category).collect()
}

/// A key without its plural, and the plural.
fn split(key: &str) -> (&str, Option<&str>) {
    let all = ["zero", "one", "two", "few", "many", "other"];
    match key.rsplit_once('_') {
        Some((base, plural)) if all.contains(&plural) => (base, Some(plural)),
        _ => (key, None),
    }
}

fn names(sentence: &str) -> BTreeSet<&str> {
    let marks = sentence.split("{{").skip(1);
    marks.map(|mark| mark.split("}}").next().unwrap()).collect()
}

/// What is wrong with a language's sentences beside the English ones.
fn faults(english: &Table, code: &str, table: &Table) -> Vec<String> {
    let mut expected: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (key, sentence) in english {
        match split(key) {
            (_, None) => {
                expected.insert(key.clone(), names(sentence));
            }
            (base, Some(_)) => {
                for plural in plurals(code) {
                    let all = expected.entry(format!("{base}_{plural}")).or_default();
                    all.extend(names(sentence));
                }
            }
        }
    }
    let mut faults = Vec::new();
    for (key, expected) in &expected {
        let Some(sentence) = table.get(key) else {
            faults.push(format!("{code}: “{key}” is missing"));
            continue;
        };
        let mut found = names(sentence);
        // “One file” has its number in a word.
        if split(key).1.is_some() && expected.contains("count") {
            found.insert("count");
        }
        if found != *expected {
            faults.push(format!(
                "{code}: “{key}” has the values {found:?}, and not {expected:?}"
            ));
        }
        // What parts two names, and what an editor begins with, has blanks around it in English, too.
        let has_blanks = |text: &String| text.trim() != text;
        let may_have = english.get(key).is_some_and(has_blanks);
        if has_blanks(sentence) && !may_have || sentence.is_empty() {
            faults.push(format!(
                "{code}: “{key}” is empty, or begins or ends with a space"
            ));
        }
    }
    let surplus = table.keys().filter(|key| !expected.contains_key(*key));
    faults.extend(surplus.map(|key| format!("{code}: English has no “{key}”")));
    faults
}

#[test]
fn every_language_has_every_sentence_with_its_values() {
    let texts = tables();
    let english = table(&texts["en"]);
    let all: Vec<String> = texts
        .iter()
        .flat_map(|(code, text)| faults(&english, code, &table(text)))
        .collect();
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn what_a_language_lacks_is_told() {
    let english: Table = [
        ("api.a", "A {{name}}."),
        ("api.b_one", "{{count}} b."),
        ("api.b_other", "{{count}} bs."),
    ]
    .map(|(key, sentence)| (key.to_owned(), sentence.to_owned()))
    .into();
    let faults = |code: &str, sentences: &[(&str, &str)]| {
        let table = sentences.iter();
        let table = table.map(|(key, sentence)| ((*key).to_owned(), (*sentence).to_owned()));
        faults(&english, code, &table.collect())
    };
    let one = ("api.b_one", "Ein b.");
    let other = ("api.b_other", "{{count}} b.");
    assert!(faults("de", &[("api.a", "Ein {{name}}."), one, other]).is_empty());
    assert!(faults("ja", &[("api.a", "{{name}}。"), other]).is_empty());
    for (code, sentences, expected) in [
        ("de", &[one, other][..], "de: “api.a” is missing"),
        (
            "de",
            &[("api.a", "{{name}}"), other],
            "de: “api.b_one” is missing",
        ),
        (
            "fr",
            &[("api.a", "{{name}}"), one, other],
            "fr: “api.b_many” is missing",
        ),
        (
            "ja",
            &[("api.a", "{{name}}"), one, other],
            "ja: English has no “api.b_one”",
        ),
        (
            "ja",
            &[("api.a", "{{name}}"), other, ("c", "C")],
            "ja: English has no “c”",
        ),
        (
            "ja",
            &[("api.a", "{{nom}}"), other],
            "ja: “api.a” has the values {\"nom\"}, and not {\"name\"}",
        ),
        (
            "ja",
            &[("api.a", "A."), other],
            "ja: “api.a” has the values {}, and not {\"name\"}",
        ),
        (
            "ja",
            &[("api.a", "{{name}} "), other],
            "ja: “api.a” is empty, or begins or ends with a space",
        ),
    ] {
        assert_eq!(faults(code, sentences), [expected]);
    }
}

#[test]
fn files_are_sorted_and_no_key_is_there_twice() {
    for (code, text) in tables() {
        let keys = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix('"')?.split('"').next());
        let keys: Vec<&str> = keys.collect();
        assert!(keys.is_sorted_by(|one, other| one < other), "{code}");
        assert_eq!(keys.len(), table(&text).len(), "{code}");
    }
}

#[test]
fn sentences_are_said_in_the_language_of_who_reads_them() {
    let (german, english) = ("de".parse().unwrap(), Language::ENGLISH);
    let missing = sentence!("api.field_missing", field = "slug");
    assert_eq!(missing.in_language(german), "„slug“ fehlt.");
    assert_eq!(missing.in_language(english), "“slug” is missing.");
    assert_eq!(missing.to_string(), "“slug” is missing.");
    let hint = sentence!("warning.frontmatter_duplicate_key");
    let together = |count: usize| {
        sentence!(
            "warning.together",
            count = count,
            lines = "2",
            hint = hint.clone()
        )
    };
    assert_eq!(
        together(7).in_language(german),
        "7 Stellen, in den Zeilen 2. Diesen Schlüssel gibt es zweimal; der erste gilt."
    );
    assert!(together(1).in_language(german).starts_with("1 Stelle, "));
    assert!(together(1).to_string().starts_with("1 place, "));
}

/// While a program is compiled these are errors of the compiler.
#[test]
fn a_sentence_that_is_not_there_as_it_is_said_is_refused() {
    let is_refused = |key: &'static str, names: &'static [&'static str]| {
        std::panic::catch_unwind(|| check(key, names)).is_err()
    };
    assert!(!is_refused("api.other_title", &["title", "replaced"]));
    assert!(!is_refused("warning.together", &["hint", "count", "lines"]));
    for (key, names) in [
        ("api.none", &[][..]),
        ("page.signed_out", &[]),
        ("warning.together_one", &["count", "lines", "hint"]),
        ("api.other_title", &["title"]),
        ("api.other_title", &["title", "title"]),
        ("api.other_title", &["title", "replaced", "slug"]),
        ("warning.together", &["lines", "hint"]),
    ] {
        assert!(is_refused(key, names), "{key} {names:?}");
    }
}

#[test]
fn a_value_is_never_read_as_a_name() {
    let hostile = sentence!(
        "api.other_title",
        title = "{{replaced}}",
        replaced = "{{title}}"
    );
    assert_eq!(
        hostile.to_string(),
        "“{{replaced}}” would take the place of “{{title}}”. Send it with another “slug”, or let it replace that."
    );
}

#[test]
fn what_is_kept_is_said_as_it_was_meant_and_by_its_text_where_its_key_is_gone() {
    let hint = sentence!("warning.theme_type", key = "tags");
    let kept = sentence!(
        "warning.together",
        count = 7_u64,
        lines = "1, 2",
        hint = hint
    );
    let text = serde_json::to_string(&kept).unwrap();
    let read: Sentence = serde_json::from_str(&text).unwrap();
    assert_eq!(read, kept);
    let gone: Sentence = serde_json::from_value(json!({"key": "warning.gone"})).unwrap();
    let german: Language = "de".parse().unwrap();
    assert_eq!(told("As it was.", Some(&gone), german), "As it was.");
    assert_eq!(told("As it was.", None, german), "As it was.");
    assert_eq!(
        told("As it was.", Some(&kept), german),
        kept.in_language(german)
    );
    assert_eq!(gone.to_string(), "warning.gone");
    // What another program wrote has values that the sentence doesn't know, and none that it does.
    let odd = json!({"key": "api.field_missing", "values": {"count": "x", "a": 1}});
    let odd: Sentence = serde_json::from_value(odd).unwrap();
    assert_eq!(odd.to_string(), "“{{field}}” is missing.");
}

#[test]
fn the_language_is_the_dearest_that_there_is() {
    for (header, code) in [
        ("de", "de"),
        ("DE-at", "de"),
        ("de-Latn-DE-1996", "de"),
        ("zh, de;q=0.1", "de"),
        ("en, de;q=0.9", "en"),
        ("de;q=0.5, en-GB;q=0.6", "en"),
        ("de;q=0, xx", "en"),
        ("*", "en"),
        ("den", "en"),
        ("", "en"),
    ] {
        assert_eq!(Language::accepted(header).code(), code, "{header}");
    }
    assert!("xx".parse::<Language>().is_err());
}

proptest! {
    #[test]
    fn any_header_wants_some_language(header in "\\PC{0,200}|[a-z*;,=q.0-9 -]{0,200}") {
        prop_assert!(Language::all().any(|language| language == Language::accepted(&header)));
    }
}
