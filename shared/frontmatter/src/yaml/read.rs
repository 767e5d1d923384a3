//! From YAML's events to a tree, within budgets.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::{Node, Scalar};

/// Deepest nesting.
const MAX_DEPTH: usize = 64;
/// Most nodes, aliases counted with all that they stand for.
pub(crate) const MAX_NODES: usize = 10_000;

/// A block's root mapping.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) entries: Vec<Entry>,
    /// Keys that stood there again, with their values; the first one counts.
    pub(crate) duplicates: Vec<(Place, Node)>,
    /// Keys that can't be keys.
    pub(crate) dropped: Vec<Place>,
    /// Whether the root is in block style, so that its entries are runs of whole lines.
    pub(crate) block_style: bool,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: Node,
    /// Line in the block, 0-based, and column, 0-based.
    pub(crate) place: (usize, usize),
    /// No tag, anchor, alias or merge key anywhere inside.
    pub(crate) simple: bool,
    /// The value as it stands in the source, where it begins with a tag that means nothing:
    /// `!Wow great` is a title that somebody forgot to quote.
    pub(crate) literal: Option<String>,
}

/// A key and its line in the block, 0-based.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) key: String,
    pub(crate) line: usize,
}

/// Why a block has no mapping.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Valid YAML, but a scalar or a list: text between thematic breaks.
    NotAMapping,
    /// Not valid, or over a budget. The line in the block, 0-based.
    Invalid { line: usize, over_budget: bool },
}

/// Reads one YAML document whose root is a mapping, or empty.
pub(crate) fn read(block: &str) -> Result<Document, Unreadable> {
    read_up_to(MAX_NODES, block)
}

/// The same where there may be more nodes.
pub(crate) fn read_up_to(max_nodes: usize, block: &str) -> Result<Document, Unreadable> {
    // The parser lets a tab before the first key pass; js-yaml doesn't.
    if block
        .trim_start_matches(['\n', '\r', ' '])
        .starts_with('\t')
    {
        return Err(Unreadable::Invalid {
            line: 0,
            over_budget: false,
        });
    }
    let mut reader = Reader {
        parser: Parser::new_from_str(block),
        anchors: HashMap::new(),
        nodes: 0,
        max_nodes,
        line: 0,
        simple: true,
        literal: None,
        document: Document::default(),
    };
    match reader.document() {
        Ok(()) => Ok(reader.document),
        // The parser gives up on deep nesting by itself, as if it were a mistake.
        Err(Unreadable::Invalid { line, .. }) if brackets(block) > MAX_DEPTH => {
            Err(Unreadable::Invalid {
                line,
                over_budget: true,
            })
        }
        Err(unreadable) => Err(unreadable),
    }
}

/// How many brackets are open at once, at least as many as lists and maps in flow style.
fn brackets(block: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in block.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// Anchored nodes with their sizes.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    max_nodes: usize,
    /// Line of the last event, 0-based.
    line: usize,
    /// Nothing so far in this entry that only works inside its document.
    simple: bool,
    /// The last scalar with a tag of no meaning, tag included.
    literal: Option<String>,
    document: Document,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Marker), Unreadable> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = span.start.line().saturating_sub(1);
                // Readers differ on where the further lines of such a scalar may begin.
                if let Event::Scalar(_, style, ..) = &event
                    && !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
                {
                    self.simple &= span.start.line() == span.end.line();
                }
                Ok((event, span.start))
            }
            Some(Err(error)) => Err(Unreadable::Invalid {
                line: error.marker().line().saturating_sub(1),
                over_budget: false,
            }),
            None => Err(self.invalid()),
        }
    }

    fn invalid(&self) -> Unreadable {
        Unreadable::Invalid {
            line: self.line,
            over_budget: false,
        }
    }

    fn over_budget(&self) -> Unreadable {
        Unreadable::Invalid {
            line: self.line,
            over_budget: true,
        }
    }

    fn document(&mut self) -> Result<(), Unreadable> {
        loop {
            match self.next()?.0 {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                Event::StreamEnd => return Ok(()),
                Event::Scalar(text, ScalarStyle::Plain, _, _)
                    if super::resolve(&text) == super::Resolved::Null => {}
                Event::MappingStart(..) => self.root()?,
                Event::DocumentEnd => {
                    return match self.next()?.0 {
                        Event::StreamEnd => Ok(()),
                        // js-yaml reads one document only.
                        _ => Err(self.invalid()),
                    };
                }
                Event::Scalar(..) | Event::SequenceStart(..) | Event::Alias(_) => {
                    // A list or a scalar is text only where it is valid to its end.
                    return self.rest().and(Err(Unreadable::NotAMapping));
                }
                Event::SequenceEnd | Event::MappingEnd => return Err(self.invalid()),
            }
        }
    }

    fn rest(&mut self) -> Result<(), Unreadable> {
        while self.next()?.0 != Event::StreamEnd {}
        Ok(())
    }

    fn root(&mut self) -> Result<(), Unreadable> {
        let mut first = true;
        let mut merges = Vec::new();
        loop {
            self.simple = true;
            self.literal = None;
            let (event, mark) = self.next()?;
            if event == Event::MappingEnd {
                self.merge_into_root(merges);
                return Ok(());
            }
            let (line, column) = (mark.line().saturating_sub(1), mark.col());
            if first {
                // In a flow mapping the first key stands behind a brace.
                self.document.block_style = column == 0;
                first = false;
            }
            let key = self.node(event, 1)?;
            let event = self.next()?.0;
            let value = self.node(event, 1)?;
            let simple = self.simple;
            let literal = self
                .literal
                .take()
                .filter(|_| matches!(value, Node::Scalar(_)));
            match key {
                Node::Scalar(scalar) if scalar.plain && scalar.text == "<<" => {
                    let entries = merged(&value).ok_or_else(|| self.invalid())?;
                    merges.extend(entries.into_iter().map(|(key, value)| (key, value, line)));
                }
                Node::Scalar(scalar) if super::is_dangerous(&scalar.text) => {
                    self.document.dropped.push(Place {
                        key: scalar.text,
                        line,
                    });
                }
                Node::Scalar(scalar) => self.insert(Entry {
                    key: scalar.text,
                    value,
                    place: (line, column),
                    simple,
                    literal,
                }),
                _ => self.document.dropped.push(Place {
                    key: "?".to_owned(),
                    line,
                }),
            }
        }
    }

    fn insert(&mut self, entry: Entry) {
        if self
            .document
            .entries
            .iter()
            .any(|known| known.key == entry.key)
        {
            let place = Place {
                key: entry.key,
                line: entry.place.0,
            };
            self.document.duplicates.push((place, entry.value));
        } else {
            self.document.entries.push(entry);
        }
    }

    /// Keys that are merged in give way to the root's own, wherever those stand.
    fn merge_into_root(&mut self, merges: Vec<(String, Node, usize)>) {
        for (key, value, line) in merges {
            if !self.document.entries.iter().any(|known| known.key == key) {
                self.document.entries.push(Entry {
                    key,
                    value,
                    place: (line, 0),
                    simple: false,
                    literal: None,
                });
            }
        }
    }

    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<Node, Unreadable> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > self.max_nodes {
            return Err(self.over_budget());
        }
        let before = self.nodes;
        let (node, anchor) = match event {
            Event::Alias(id) => {
                self.simple = false;
                let (node, size) = self.anchors.get(&id).ok_or_else(|| self.invalid())?;
                self.nodes += size;
                if self.nodes > self.max_nodes {
                    return Err(self.over_budget());
                }
                return Ok(node.clone());
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                (
                    self.tagged(text.into_owned(), plain, tag.as_deref()),
                    anchor,
                )
            }
            Event::SequenceStart(anchor, tag) => {
                self.simple &= tag.is_none();
                let mut items = Vec::new();
                loop {
                    match self.next()?.0 {
                        Event::SequenceEnd => break,
                        event => items.push(self.node(event, depth + 1)?),
                    }
                }
                (Node::List(items), anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.simple &= tag.is_none();
                let is_set =
                    tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "set");
                (set(self.mapping(depth)?, is_set), anchor)
            }
            _ => return Err(self.invalid()),
        };
        if anchor != 0 {
            self.simple = false;
            self.anchors
                .insert(anchor, (node.clone(), self.nodes - before + 1));
        }
        Ok(node)
    }

    fn mapping(&mut self, depth: usize) -> Result<Node, Unreadable> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut merges = Vec::new();
        loop {
            let event = match self.next()?.0 {
                Event::MappingEnd => break,
                event => event,
            };
            let key = self.node(event, depth + 1)?;
            let event = self.next()?.0;
            let value = self.node(event, depth + 1)?;
            match key {
                Node::Scalar(scalar) if scalar.plain && scalar.text == "<<" => {
                    self.simple = false;
                    merges.extend(merged(&value).ok_or_else(|| self.invalid())?);
                }
                Node::Scalar(scalar) if super::is_dangerous(&scalar.text) => {
                    self.simple = false;
                    self.document.dropped.push(Place {
                        key: scalar.text,
                        line: self.line,
                    });
                }
                // js-yaml refuses a duplicate; deep inside, the first one counts as at the top.
                Node::Scalar(scalar) if entries.iter().any(|(known, _)| *known == scalar.text) => {
                    self.simple = false;
                    let place = Place {
                        key: scalar.text,
                        line: self.line,
                    };
                    self.document.duplicates.push((place, value));
                }
                Node::Scalar(scalar) => entries.push((scalar.text, value)),
                _ => {
                    self.simple = false;
                    self.document.dropped.push(Place {
                        key: "?".to_owned(),
                        line: self.line,
                    });
                }
            }
        }
        for (key, value) in merges {
            if !entries.iter().any(|(known, _)| *known == key) {
                entries.push((key, value));
            }
        }
        Ok(Node::Map(entries))
    }

    /// A scalar under its tag: the core schema's are honoured, any other is taken off and the
    /// value kept as text.
    fn tagged(&mut self, text: String, plain: bool, tag: Option<&Tag>) -> Node {
        let Some(tag) = tag else {
            return Node::Scalar(Scalar { text, plain });
        };
        self.simple = false;
        let core = tag.is_yaml_core_schema();
        if !core && plain {
            self.literal = Some(
                format!("{}{} {text}", tag.handle, tag.suffix)
                    .trim_end()
                    .to_owned(),
            );
        }
        let plain = core
            && tag.suffix != "str"
            && matches!(
                tag.suffix.as_str(),
                "int" | "float" | "bool" | "null" | "timestamp"
            );
        Node::Scalar(Scalar { text, plain })
    }
}

/// A set of YAML's is a map without values: its keys are what it holds.
fn set(node: Node, is_set: bool) -> Node {
    match node {
        Node::Map(entries) if is_set => {
            let keys = entries.into_iter().map(|(key, _)| Node::string(key));
            Node::List(keys.collect())
        }
        node => node,
    }
}

/// The entries that a merge key brings: of a mapping, or of a list of mappings.
fn merged(value: &Node) -> Option<Vec<(String, Node)>> {
    match value {
        Node::Map(entries) => Some(entries.clone()),
        Node::List(items) => items
            .iter()
            .map(merged)
            .collect::<Option<Vec<_>>>()
            .map(|lists| lists.concat()),
        Node::Scalar(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn json(block: &str) -> serde_json::Value {
        let entries = read(block)
            .unwrap()
            .entries
            .into_iter()
            .map(|entry| (entry.key, entry.value))
            .collect();
        Node::Map(entries).to_json()
    }

    #[test]
    fn values_and_spellings() {
        insta::assert_snapshot!(
            json("a: 1.10\nb: 'x'\nc: [1, two]\nd: {e: null}\n007: x\n? true\n: y\nf: 2024-08-19\ng: !foo bar\nh: !!str 12\ni: |\n  text\n"),
            @r#"{"a":1.1,"b":"x","c":[1,"two"],"d":{"e":null},"007":"x","true":"y","f":"2024-08-19","g":"bar","h":"12","i":"text\n"}"#
        );
    }

    #[test]
    fn merges_are_applied_and_dropped() {
        insta::assert_snapshot!(
            json("base: &b {x: 1, y: 0}\nd:\n  <<: *b\n  y: 2\n"),
            @r#"{"base":{"x":1,"y":0},"d":{"y":2,"x":1}}"#
        );
    }

    #[test]
    fn doubled_and_dangerous_keys() {
        let document = read("a: 1\na: 2\n__proto__: {x: 1}\nconstructor: y\n[a]: z\n").unwrap();
        assert_eq!(document.entries.len(), 1);
        assert_eq!((document.duplicates.len(), document.dropped.len()), (1, 3));
    }

    #[test]
    fn what_is_no_mapping() {
        assert_eq!(read("Some text\n").unwrap_err(), Unreadable::NotAMapping);
        assert_eq!(read("- a\n- b\n").unwrap_err(), Unreadable::NotAMapping);
        assert!(read("# comment\n").unwrap().entries.is_empty());
        assert!(read("").unwrap().entries.is_empty());
        for invalid in [
            "a: b: c\n",
            "a: [1\n",
            "a: 'x\n",
            "\ta: 1\n",
            "a: 1\n---\nb: 2\n",
            "a: *x\n",
            "a: @b\n",
        ] {
            assert!(
                matches!(read(invalid), Err(Unreadable::Invalid { .. })),
                "{invalid}"
            );
        }
    }

    #[test]
    fn budgets() {
        let deep = format!("a: {}{}\n", "[".repeat(70), "]".repeat(70));
        assert!(matches!(
            read(&deep),
            Err(Unreadable::Invalid {
                over_budget: true,
                ..
            })
        ));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let alias = format!("*a{}", level - 1);
            writeln!(bomb, "a{level}: &a{level} [{}]", vec![alias; 10].join(", ")).unwrap();
        }
        assert!(matches!(
            read(&bomb),
            Err(Unreadable::Invalid {
                over_budget: true,
                ..
            })
        ));
    }
}
