//! The block as [`super::write`] writes it, read back against what was meant.
//!
//! A reader of all of YAML takes as long for the block as the converter for the rest of a document.
//! What we write ourselves is a small part of YAML: keys in order, two spaces for each level, strings
//! between double quotes on one line. Lines of that form, in which all readers of YAML see the same, are
//! read here; whatever else stands in the block is a question for the whole reader.

use super::{Node, Resolved, Scalar, is_dangerous, resolve, write};

/// Whether a block, its lines ending in `eol`, is of that form from its first to its last byte and says these
/// entries, and nothing else. `false` says nothing about the block.
pub(crate) fn says<'n>(
    block: &str,
    eol: &str,
    entries: impl Iterator<Item = (&'n str, &'n Node)>,
) -> bool {
    let mut reader = Reader { rest: block, eol };
    reader.takes(eol) && reader.entries(0, entries, false) && reader.rest.is_empty()
}

/// Whether two values are equal. What is null in a map is as good as not there; it is written only
/// where the author's own lines have it.
pub(crate) fn are_alike(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value::Object;
    match (one, other) {
        (Object(one), Object(other)) => {
            let entries = |map: &serde_json::Map<String, _>| {
                map.values()
                    .filter(|value: &&serde_json::Value| !value.is_null())
                    .count()
            };
            entries(one) == entries(other)
                && one
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .all(|(key, value)| other.get(key).is_some_and(|twin| are_alike(value, twin)))
        }
        (one, other) => one == other,
    }
}

struct Reader<'a> {
    rest: &'a str,
    eol: &'a str,
}

impl Reader<'_> {
    fn takes(&mut self, expected: &str) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn indentation(&mut self, width: usize) -> bool {
        let Some((spaces, rest)) = self.rest.split_at_checked(width) else {
            return false;
        };
        self.rest = rest;
        spaces.bytes().all(|byte| byte == b' ') && !rest.starts_with(' ')
    }

    /// The entries of a map, each at this indentation but for the first one `behind` a dash.
    fn entries<'n>(
        &mut self,
        indent: usize,
        expected: impl Iterator<Item = (&'n str, &'n Node)>,
        behind: bool,
    ) -> bool {
        let mut expected = expected.filter(|(_, value)| !value.is_null());
        let mut is_first = behind;
        expected.all(|(key, value)| {
            let width = if std::mem::take(&mut is_first) {
                1
            } else {
                indent
            };
            self.indentation(width)
                && is_plain_key(key)
                && self.takes(key)
                && self.takes(":")
                && self.value(indent, value)
        })
    }

    /// What stands behind a key or a dash.
    fn value(&mut self, indent: usize, expected: &Node) -> bool {
        match expected {
            Node::List(items) if items.is_empty() => self.takes(" []") && self.takes(self.eol),
            Node::List(items) => {
                self.takes(self.eol)
                    && items.iter().all(|item| {
                        self.indentation(indent + 2)
                            && self.takes("-")
                            && self.item(indent + 2, item)
                    })
            }
            Node::Map(entries) if is_empty(entries) => self.takes(" {}") && self.takes(self.eol),
            Node::Map(entries) => {
                self.takes(self.eol) && self.entries(indent + 2, pairs(entries), false)
            }
            Node::Scalar(scalar) => self.scalar(scalar),
        }
    }

    fn item(&mut self, indent: usize, expected: &Node) -> bool {
        match expected {
            Node::List(items) if !items.is_empty() => false,
            Node::Map(entries) if !is_empty(entries) => {
                self.entries(indent + 2, pairs(entries), true)
            }
            _ => self.value(indent, expected),
        }
    }

    fn scalar(&mut self, expected: &Scalar) -> bool {
        if !self.takes(" ") {
            return false;
        }
        if !expected.plain {
            return self.takes("\"")
                && self.quoted(&expected.text)
                && self.takes("\"")
                && self.takes(self.eol);
        }
        let Some((plain, rest)) = self.rest.split_once(self.eol) else {
            return false;
        };
        self.rest = rest;
        let is_simple = plain
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':'));
        is_simple
            && match (resolve(plain), resolve(&expected.text)) {
                (Resolved::String(_) | Resolved::Null, _) => false,
                (Resolved::Timestamp, Resolved::Timestamp) => plain == expected.text,
                (read, meant) => read == meant,
            }
    }

    /// The text between double quotes, which has no escapes but these.
    fn quoted(&mut self, expected: &str) -> bool {
        let mut expected = expected;
        loop {
            let length = write::unescaped_length(self.rest);
            let Some((run, rest)) = self.rest.split_at_checked(length) else {
                return false;
            };
            let Some(further) = expected.strip_prefix(run) else {
                return false;
            };
            (self.rest, expected) = (rest, further);
            if self.rest.starts_with('"') {
                return expected.is_empty();
            }
            let mut escape = self.rest.chars();
            let (Some('\\'), Some(character @ ('"' | '\\'))) = (escape.next(), escape.next())
            else {
                return false;
            };
            let Some(further) = expected.strip_prefix(character) else {
                return false;
            };
            (self.rest, expected) = (escape.as_str(), further);
        }
    }
}

fn pairs(entries: &[(String, Node)]) -> impl Iterator<Item = (&str, &Node)> {
    entries.iter().map(|(key, value)| (key.as_str(), value))
}

fn is_empty(entries: &[(String, Node)]) -> bool {
    entries.iter().all(|(_, value)| value.is_null())
}

/// A key that every reader takes for a string as it stands.
fn is_plain_key(key: &str) -> bool {
    write::key(key) == key && !is_dangerous(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block(entries: &[(String, Node)]) -> String {
        let mut block = String::from("\n");
        for (key, value) in entries {
            write::entry(&mut block, 0, key, value);
        }
        block
    }

    fn meta(entries: &[(String, Node)]) -> serde_json::Value {
        Node::Map(entries.to_vec()).into_json()
    }

    fn node() -> impl Strategy<Value = Node> {
        let scalar = prop_oneof![
            "[ -~é\u{2028}\n]{0,8}".prop_map(Node::string),
            "[a-z\"\\\\: #'-]{0,8}".prop_map(Node::string),
            prop_oneof![
                "-?[0-9]{1,4}",
                "[0-9]\\.[0-9]",
                "true|false|null|~",
                "2025-07-1[0-9]"
            ]
            .prop_map(Node::plain),
        ];
        scalar.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Node::List),
                proptest::collection::btree_map("[a-z]{1,3}", inner, 0..4)
                    .prop_map(|map| Node::Map(map.into_iter().collect())),
            ]
        })
    }

    fn entries() -> impl Strategy<Value = Vec<(String, Node)>> {
        proptest::collection::btree_map("[a-z]{1,3}|yes|1a", node(), 0..6).prop_map(|map| {
            map.into_iter()
                .map(|(key, value)| (key, write::settled(value)))
                .collect()
        })
    }

    /// What the reader of all of YAML sees in a block, without what is null.
    fn read(block: &str) -> Option<serde_json::Value> {
        let document = crate::yaml::read(block).ok()?;
        let entries = document.entries.into_iter();
        Some(meta(
            &entries
                .map(|entry| (entry.key, entry.value))
                .collect::<Vec<_>>(),
        ))
    }

    #[test]
    fn what_is_usual_is_read_here() {
        let entries = vec![
            ("title".to_owned(), Node::string("A \"b\" \\ c: # é")),
            ("date".to_owned(), Node::plain("2025-07-10T09:30:00Z")),
            ("draft".to_owned(), Node::plain("false")),
            ("none".to_owned(), Node::List(vec![])),
            (
                "derived".to_owned(),
                Node::Map(vec![
                    ("words".to_owned(), Node::plain("12")),
                    (
                        "headings".to_owned(),
                        Node::List(vec![Node::Map(vec![
                            ("depth".to_owned(), Node::plain("2")),
                            ("id".to_owned(), Node::string("a")),
                        ])]),
                    ),
                    ("tags".to_owned(), Node::List(vec![Node::string("x")])),
                ]),
            ),
        ];
        assert!(says(&block(&entries), "\n", pairs(&entries)));
    }

    #[test]
    fn other_spellings_are_left_to_the_whole_reader() {
        let entries = [
            ("a".to_owned(), Node::string("b")),
            ("c".to_owned(), Node::plain("1")),
        ];
        assert!(says("\na: \"b\"\nc: 1\n", "\n", pairs(&entries)));
        assert!(says("\r\na: \"b\"\r\nc: 1\r\n", "\r\n", pairs(&entries)));
        for block in [
            "\na: \"b\"\r\nc: 1\n",
            "\na: b\nc: 1\n",
            "\nc: 1\na: \"b\"\n",
            "\na: \"b\"\nc: 1\nd: 2\n",
            "\na: \"b\"\n",
            "\na: \"b\"\n c: 1\n",
            "\na: \"b\" \nc: 1\n",
            "\na: \"\\x62\"\nc: 1\n",
            "a: \"b\"\nc: 1\n",
        ] {
            assert!(!says(block, "\n", pairs(&entries)), "{block:?}");
        }
    }

    proptest! {
        /// A block that was changed in some place says the same only where YAML says so, too.
        #[test]
        fn nothing_is_read_that_yaml_reads_otherwise(
            entries in entries(), at in any::<proptest::sample::Index>(), put in "[ -~\n]{0,2}", cut in 0..3_usize,
        ) {
            let meta = meta(&entries);
            let written = block(&entries);
            let start = at.index(written.len() + 1);
            let end = written.len().min(start + cut);
            let changed = match (written.get(..start), written.get(end..)) {
                (Some(before), Some(after)) => format!("{before}{put}{after}"),
                _ => written.clone(),
            };
            for block in [&written, &changed] {
                if says(block, "\n", pairs(&entries)) {
                    let read = read(block);
                    prop_assert!(read.is_some_and(|read| are_alike(&read, &meta)), "{block:?}");
                }
            }
        }
    }
}
