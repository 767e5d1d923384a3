//! `docs/conversion.md` is the specification: its examples come out as it says, its limits are those of the code, and the
//! sections that the code cites are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use super::*;

/// Read when a test runs, so that a new example needs no compiler.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let path = Path::new(SOURCES).join("../../../docs/conversion.md");
    std::fs::read_to_string(path).unwrap()
});
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
/// Between what goes in and what comes out.
const ARROW: &str = "→";
/// Sections that the code needn't cite: they say what several modules do together, or what follows from others.
const UNCITED: [&str; 5] = ["1.1", "1.2", "1.3", "5.1", "5.2"];

/// A fenced block ```` ```markdown keys note.md ````: what goes in, an arrow, and what comes out.
struct Example {
    /// Where it stands in the document.
    line: usize,
    /// Whether all that comes out of it is the body.
    is_body: bool,
    file_name: &'static str,
    input: String,
    expected: Vec<&'static str>,
}

fn examples() -> Vec<Example> {
    let mut lines = DOCUMENT.lines().enumerate();
    let mut examples = Vec::new();
    while let Some((number, line)) = lines.next() {
        let Some(fence) = fence(line) else {
            continue;
        };
        let content = lines.by_ref().map(|(_, line)| line);
        let content: Vec<_> = content.take_while(|line| *line != fence).collect();
        let mut info = line[fence.len()..].splitn(3, ' ');
        let (Some("markdown"), Some(kind)) = (info.next(), info.next()) else {
            continue;
        };
        let (input, expected) = content
            .split_at_checked(content.iter().position(|line| *line == ARROW).unwrap())
            .unwrap();
        examples.push(Example {
            line: number + 1,
            is_body: match kind {
                "body" => true,
                "keys" => false,
                _ => panic!("line {}: {kind} is no kind of example", number + 1),
            },
            file_name: info.next().unwrap_or("note.md"),
            input: input.join("\n") + "\n",
            expected: expected[1..].to_vec(),
        });
    }
    examples
}

/// Jane Doe's upload of a file of this name, beside a document of hers, her picture and another member.
fn context(file_name: &str) -> Context {
    let is_own_page = slug::is_own_page(file_name);
    let slug = slug::for_upload(file_name, None);
    Context {
        handle: "jane-doe".into(),
        name: "Jane Doe".into(),
        slug: if is_own_page { String::new() } else { slug },
        name_hint: Some(if is_own_page {
            "Jane Doe".into()
        } else {
            slug::file_stem(file_name)
        }),
        created: "2025-07-10T09:30:00Z".parse().ok(),
        updated: "2025-07-12T18:00:00Z".parse().ok(),
        link_base: "/".into(),
        notes: Notes {
            documents: vec![NoteDocument {
                path: "guide".into(),
                title: "The Guide".into(),
                aliases: vec!["Manual".into()],
                entry_id: "jane-doe/guide".into(),
            }],
            files: [(
                "me.jpg".to_owned(),
                "https://club.example/pictures/jane-doe/1-512.webp".to_owned(),
            )]
            .into_iter()
            .collect(),
            members: vec![NoteMember {
                handle: "tom".into(),
                name: "Tom O'Neill".into(),
            }],
        },
        ..Context::default()
    }
}

/// What the document says that doesn't come out, with what does.
fn fault(example: &Example) -> Option<String> {
    let context = context(example.file_name);
    let output = convert(example.input.as_bytes(), &context).unwrap();
    let again = convert(&output.bytes, &context).unwrap();
    let file = String::from_utf8(output.bytes.clone()).unwrap();
    let (block, body) = file[4..].split_once("---\n").unwrap();
    let body: Vec<&str> = body.strip_prefix('\n').unwrap_or(body).lines().collect();
    let warnings = output
        .warnings
        .iter()
        .map(|told| format!("⚠ {} {}:{}", told.code, told.line, told.column));
    let warnings: Vec<String> = warnings.collect();
    let is_warning = |line: &&&str| line.starts_with('⚠');
    let told: Vec<&str> = example
        .expected
        .iter()
        .filter(is_warning)
        .copied()
        .collect();
    let others = example.expected.iter().filter(|line| !is_warning(line));
    let others: Vec<&str> = others.copied().collect();
    let (keys, rest) = match others.iter().position(|line| *line == "---") {
        Some(at) if !example.is_body => (&others[..at], Some(&others[at + 1..])),
        _ if example.is_body => (&[][..], Some(&others[..])),
        _ => (&others[..], None),
    };
    let mut written = block.lines();
    let has_keys = keys.iter().all(|key| match key.strip_prefix("(no ") {
        Some(absent) => output.meta.get(absent.trim_end_matches(')')).is_none(),
        None => written.any(|line| line == *key),
    });
    let is_right = has_keys
        && rest.is_none_or(|rest| rest == body)
        && told == warnings
        && again.bytes == output.bytes
        && output.check().is_ok();
    (!is_right).then(|| {
        format!(
            "docs/conversion.md:{}, from {:?}:\n{file}{}\n",
            example.line,
            example.input,
            warnings.join("\n")
        )
    })
}

#[test]
fn every_example_is_true() {
    let examples = examples();
    assert!(examples.len() > 30, "{}", examples.len());
    let faults: Vec<String> = examples.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The backquotes that a fence begins with; none where the line is no fence.
fn fence(line: &str) -> Option<&str> {
    let length = line.len() - line.trim_start_matches('`').len();
    (length >= 3).then(|| &line[..length])
}

/// The lines of a document outside of its fences.
fn prose(document: &str) -> Vec<&str> {
    let mut lines = document.lines();
    let mut prose = Vec::new();
    while let Some(line) = lines.next() {
        match fence(line) {
            Some(fence) => lines
                .by_ref()
                .take_while(|line| *line != fence)
                .for_each(drop),
            None => prose.push(line),
        }
    }
    prose
}

fn headings() -> impl Iterator<Item = &'static str> {
    let lines = prose(&DOCUMENT)
        .into_iter()
        .filter(|line| line.starts_with('#'));
    lines.filter_map(|line| line.trim_start_matches('#').strip_prefix(' '))
}

/// The numbers of the document's sections, each with its title.
fn sections() -> Vec<(&'static str, &'static str)> {
    let numbered = headings().filter_map(|heading| heading.split_once(' '));
    numbered
        .map(|(number, title)| (number.trim_end_matches('.'), title))
        .filter(|(number, _)| number.starts_with(|c: char| c.is_ascii_digit()))
        .collect()
}

/// The numbers that stand in brackets in the comments of a source: `(2.9.3)`, `(2.10, 3.3)`.
fn cited(source: &str) -> Vec<String> {
    let comments = source
        .lines()
        .filter_map(|line| line.split_once("//").map(|(_, comment)| comment));
    let brackets = comments.flat_map(|comment| comment.split('(').skip(1));
    let lists = brackets
        .filter_map(|rest| rest.split_once(')'))
        .map(|(inside, _)| inside)
        .filter(|inside| inside.starts_with(|c: char| c.is_ascii_digit()));
    let words = lists.flat_map(|list| list.split([' ', ',']));
    words
        .filter(|word| word.contains('.') && word.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
        .map(str::to_owned)
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(SOURCES).unwrap().display().to_string();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

pub(super) fn all_sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(Path::new(SOURCES), &mut found);
    found.sort();
    found
}

#[test]
fn the_sections_that_the_code_cites_are_there_and_the_code_cites_them_all() {
    let sections = sections();
    let known: BTreeSet<&str> = sections.iter().map(|(number, _)| *number).collect();
    assert_eq!(known.len(), sections.len(), "a number stands there twice");
    let mut all = BTreeSet::new();
    for (name, source) in all_sources() {
        if name == "tests/specification.rs" {
            continue;
        }
        for number in cited(&source) {
            assert!(known.contains(number.as_str()), "{name} cites {number}");
            all.insert(number);
        }
    }
    for (number, title) in &sections {
        let is_chapter = !number.contains('.');
        let is_cited = all
            .iter()
            .any(|cited| cited == number || cited.starts_with(&format!("{number}.")));
        assert!(
            is_chapter || is_cited != UNCITED.contains(number),
            "{number} {title}"
        );
    }
}

/// `64 KiB`, `10,000`: the number that a text begins with.
fn number(text: &str) -> Option<usize> {
    let length = text
        .find(|c: char| !(c.is_ascii_digit() || c == ','))
        .unwrap_or(text.len());
    let digits = text[..length].replace(',', "");
    let unit = match text[length..].trim_start() {
        rest if rest.starts_with("KiB") => 1024,
        rest if rest.starts_with("MiB") => 1024 * 1024,
        _ => 1,
    };
    digits.parse::<usize>().ok().map(|number| number * unit)
}

/// What `const NAME: usize = 64 * 1024;` is in a source.
fn constant(source: &str, name: &str) -> Option<usize> {
    let (_, rest) = source.split_once(&format!("const {name}: "))?;
    let (_, value) = rest.split_once('=')?;
    let (value, _) = value.split_once(';')?;
    let factors = value
        .split('*')
        .map(|factor| factor.trim().replace('_', ""));
    factors.map(|factor| factor.parse::<usize>().ok()).product()
}

/// A row ends with the constant's name and its file: `MAX_TAGS` in `keys.rs`.
#[test]
fn the_limits_are_those_of_the_code() {
    let sources = all_sources();
    let mut count = 0;
    for row in DOCUMENT.lines().filter(|line| line.contains("` in `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, what, limit, .., place, _] = cells.as_slice() else {
            panic!("{row}");
        };
        let names: Vec<&str> = place.split('`').skip(1).step_by(2).collect();
        let [name, file] = names.as_slice() else {
            panic!("{row}");
        };
        let (_, source) = sources.iter().find(|(known, _)| known == file).unwrap();
        let value = constant(source, name).unwrap_or_else(|| panic!("{name} in {file}"));
        assert_eq!(number(limit), Some(value), "{what}");
        count += 1;
    }
    assert!(count > 20, "{count}");
}

/// The rows of a section's table, each with the words in backquotes of its first cell.
fn rows(section: &str) -> Vec<Vec<&'static str>> {
    let (_, rest) = DOCUMENT.split_once(&format!("# {section} ")).unwrap();
    let text = rest.split_once("\n#").map_or(rest, |(text, _)| text);
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells
        .map(|cell| cell.split('`').skip(1).step_by(2).collect())
        .collect()
}

/// Each row of the table has the keys of one rule, and the table has all of them.
#[test]
fn the_keys_that_say_who_may_see_a_page_are_those_of_the_code() {
    let keys = entry::visibility::KEYS.iter();
    let rules: BTreeMap<&str, String> = keys
        .flat_map(|(keys, rule)| keys.split(' ').map(move |key| (key, format!("{rule:?}"))))
        .collect();
    let mut count = 0;
    for row in rows("2.4.6") {
        let known = row.iter().map(|key| {
            let bare: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
            let rule = rules.get(bare.to_lowercase().as_str());
            rule.unwrap_or_else(|| panic!("{key} says nothing"))
        });
        let of_row: BTreeSet<&String> = known.collect();
        assert_eq!(of_row.len(), 1, "{row:?} have the rules {of_row:?}");
        count += row.len();
    }
    assert_eq!(
        count,
        rules.len(),
        "a key is missing, or stands there twice"
    );
}

/// Links to a part of the document lead there, those of the page for members as well.
#[test]
fn links_to_sections_lead_somewhere() {
    let ids: BTreeSet<String> = headings().map(slugger::slug).collect();
    let page = include_str!("../../../../docs/frontmatter.md");
    let mut count = 0;
    for (text, open) in [(DOCUMENT.as_str(), "](#"), (page, "](conversion.md#")] {
        for rest in prose(text).join("\n").split(open).skip(1) {
            let id = rest.split(')').next().unwrap();
            assert!(ids.contains(id), "#{id}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}
