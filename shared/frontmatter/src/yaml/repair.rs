//! Reading YAML that a person almost got right (2.3).

use super::brackets::key_of;
use super::{Document, Known, Node, Unreadable, bare, brackets, read, read_up_to, resolve, typed};

/// A block that was read, and which of its lines had to be mended, 0-based.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) document: Document,
    pub(crate) mended: Vec<usize>,
}

/// Reads a block strictly; where that fails and it looks like keys, after each repair again.
pub(crate) fn read_or_repair(block: &str, known: Known) -> Result<Read, Unreadable> {
    let typed = typed::straightened(block, known);
    let read = |block: &str| read_up_to(known.max_nodes, block);
    let invalid = match read(&typed) {
        Ok(document) => {
            // `{{ title }}` is valid: a map whose key is a map.
            let has_placeholder = !document.dropped.is_empty() && typed.contains("{{");
            let bare = has_placeholder.then(|| bare::yaml(&typed));
            let literal = bare.map(|bare| with_literal_values(&bare));
            let mended = literal
                .and_then(|literal| Some((read(&literal).ok()?, literal)))
                .filter(|(mended, _)| mended.dropped.len() < document.dropped.len());
            return Ok(match mended {
                Some((document, literal)) => Read {
                    document,
                    mended: changed(&bare::yaml(block), &literal),
                },
                None => Read {
                    document,
                    mended: changed(block, &typed),
                },
            });
        }
        Err(Unreadable::NotAMapping) => return Err(Unreadable::NotAMapping),
        Err(invalid) => invalid,
    };
    if matches!(
        invalid,
        Unreadable::Invalid {
            over_budget: true,
            ..
        }
    ) {
        return Err(invalid);
    }
    if !begins_with_a_key(&typed) {
        return Err(Unreadable::NotAMapping);
    }
    let untabbed = without_tabs(&bare::yaml(&typed));
    let closed = brackets::closed(&untabbed, known);
    let literal = with_literal_values(&closed);
    for attempt in [untabbed, closed, literal] {
        // Of `{{ title }}` a reader makes a key that is none.
        let is_right =
            |document: &Document| document.dropped.is_empty() || !attempt.contains(": {{");
        if let Some(document) = read(&attempt).ok().filter(is_right) {
            let mut mended = changed(&bare::yaml(block), &attempt);
            if mended.is_empty() {
                // Its comments alone were at fault.
                mended.push(0);
            }
            return Ok(Read { document, mended });
        }
    }
    Err(invalid)
}

/// The lines that a repair has changed; it leaves each of them in its place.
fn changed(block: &str, mended: &str) -> Vec<usize> {
    let lines = block.lines().zip(mended.lines()).enumerate();
    lines
        .filter(|(_, (line, mended))| line != mended)
        .map(|(index, _)| index)
        .collect()
}

/// `^[A-Za-z_][\w .-]*:(\s|$)` on the first line that isn't blank.
fn begins_with_a_key(block: &str) -> bool {
    let line = block
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    key_of(line).is_some()
}

/// Leading tabs as two spaces each.
fn without_tabs(block: &str) -> String {
    let line = |line: &str| {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        let indent = line.get(..indent).unwrap_or_default().replace('\t', "  ");
        indent + content
    };
    block.split_inclusive('\n').map(line).collect()
}

/// Every top-level value that doesn't stand by itself as a quoted string.
fn with_literal_values(block: &str) -> String {
    block.split_inclusive('\n').map(literal_value).collect()
}

fn literal_value(line: &str) -> String {
    let content = line.trim_end_matches(['\n', '\r']);
    let eol = line.get(content.len()..).unwrap_or_default();
    let Some((key, value)) = key_of(content) else {
        return line.to_owned();
    };
    let text = value.trim();
    if text.is_empty() || stands(text) {
        return line.to_owned();
    }
    // Of a quote that nothing closes, nobody means the sign.
    let mut unclosed = ['"', '\''].into_iter().filter_map(|quote| {
        text.strip_prefix(quote)
            .filter(|rest| !rest.contains(quote))
    });
    let text = unclosed.next_back().unwrap_or(text);
    let quoted = super::write::quoted(text);
    format!("{key}: {quoted}{eol}")
}

/// Whether a value can be read alone, with nothing that YAML would take for something else.
fn stands(value: &str) -> bool {
    // A block scalar's header, or a quoted or flow value that goes on in the next line, is judged
    // with its lines by the reader.
    if value.starts_with(['|', '>']) && value.len() <= 3 {
        return true;
    }
    if value.starts_with("{{") {
        return false;
    }
    match read(&format!("k: {value}\n")) {
        Ok(document) => {
            !value.contains(": ")
                || matches!(document.entries.first(), Some(entry) if is_quoted(value, &entry.value))
        }
        Err(_) => false,
    }
}

fn is_quoted(value: &str, node: &Node) -> bool {
    match node {
        Node::Scalar(scalar) => !scalar.plain,
        _ => !matches!(resolve(value), super::Resolved::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::MAX_NODES;

    const KNOWN: Known = Known {
        is_key: |_| false,
        is_text: |key| key == "title",
        holds_tags: |_| false,
        max_nodes: MAX_NODES,
    };

    fn repaired(block: &str) -> String {
        let read = read_or_repair(block, KNOWN).unwrap();
        assert!(!read.mended.is_empty(), "{block}");
        Node::Map(
            read.document
                .entries
                .into_iter()
                .map(|entry| (entry.key, entry.value))
                .collect(),
        )
        .to_json()
        .to_string()
    }

    #[test]
    fn values_that_yaml_takes_for_something_else() {
        insta::assert_snapshot!(repaired("title: Foo: bar\ntags: [a, b]\n"), @r#"{"title":"Foo: bar","tags":["a","b"]}"#);
        insta::assert_snapshot!(repaired("title: @jane and `code`\n"), @r#"{"title":"@jane and `code`"}"#);
        insta::assert_snapshot!(repaired("title: {{ title }}\nx: [a\n"), @r#"{"title":"{{ title }}","x":["a"]}"#);
        insta::assert_snapshot!(repaired("title: {{ title }}\nx: {{ y }}\n"), @r#"{"title":"{{ title }}","x":"{{ y }}"}"#);
        insta::assert_snapshot!(repaired("a:\n\tb: 1\n"), @r#"{"a":{"b":1}}"#);
    }

    #[test]
    fn the_lines_at_fault_are_named() {
        for (block, mended) in [
            ("a: 1\nb: [c, d\ne: 2\n", [1].as_slice()),
            ("a: b: c # d\n# e\nf: @g\nh: i\n", &[0, 2]),
            ("a: \u{201c}b\u{201d}\nc: d\n", &[0]),
            ("a:\n\tb: 1\n", &[1]),
            ("a: b\n", &[]),
        ] {
            assert_eq!(
                read_or_repair(block, KNOWN).unwrap().mended,
                mended,
                "{block}"
            );
        }
    }

    #[test]
    fn what_nothing_closes_is_closed() {
        insta::assert_snapshot!(repaired("a: [b, c\nd: e: f\n"), @r#"{"a":["b","c"],"d":"e: f"}"#);
        insta::assert_snapshot!(repaired("a: [\n  b,\n  c\nd: e\n"), @r#"{"a":["b","c"],"d":"e"}"#);
        insta::assert_snapshot!(repaired("a: [b, \"c]\nd: \"e\n"), @r#"{"a":"[b, \"c]","d":"e"}"#);
        insta::assert_snapshot!(repaired("a: [\n\t\"b\"\n]\nc: {\nd\n}\n"), @r#"{"a":["b"],"c":{"d":null}}"#);
        insta::assert_snapshot!(repaired("title: [b\nd: 'e\n"), @r#"{"title":"[b","d":"e"}"#);
    }

    #[test]
    fn what_can_t_be_mended() {
        assert!(read_or_repair("a: 1\n  b: [\n", KNOWN).is_err());
        assert_eq!(
            read_or_repair("* a: [\n", KNOWN).unwrap_err(),
            Unreadable::NotAMapping
        );
    }
}
