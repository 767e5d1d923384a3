//! What docs/security.md and ARCHITECTURE.md name is there: a promise whose test was renamed or taken
//! away is held by nothing.

use std::collections::BTreeSet;
use std::path::Path;

use crate::template::document::root;

const DOCUMENTS: [&str; 2] = ["docs/security.md", "ARCHITECTURE.md"];
/// Where Rust is.
const FOLDERS: [&str; 5] = ["shared", "functions", "cli", "tests", "benches"];
/// What else is named by its path.
const PATHS: [&str; 10] = [
    "shared/",
    "functions/",
    "cli/",
    "tests/",
    "benches/",
    "astro/",
    "docs/",
    "events/",
    "examples/",
    ".ci/",
];

/// A file of Rust.
struct Source {
    /// Its folders and its stem: `shared`, `auth`, `src`, `password`.
    path: BTreeSet<String>,
    text: String,
}

impl Source {
    /// Whether it is of these modules: by its path, or as modules in it.
    fn is_of(&self, modules: &[&str]) -> bool {
        modules.iter().all(|module| {
            let within = self.text.contains(&format!("mod {module} {{"));
            within || self.path.contains(*module)
        })
    }

    fn has_tests(&self) -> bool {
        ["#[test]", "#[tokio::test", "proptest! {"]
            .iter()
            .any(|mark| self.text.contains(mark))
    }

    /// Whether it defines `name`, whatever that is.
    fn defines(&self, name: &str) -> bool {
        let kinds = ["fn", "struct", "enum", "mod", "const", "static", "trait"];
        kinds.iter().any(|kind| {
            let defined = format!("{kind} {name}");
            let mut found = self.text.match_indices(&defined);
            found.any(|(at, _)| {
                let after = self.text[at + defined.len()..].chars().next();
                after.is_some_and(|c| !c.is_alphanumeric() && c != '_')
            })
        })
    }
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for folder in FOLDERS {
        collect(&root(), Path::new(folder), &mut sources);
    }
    sources
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            if !["target", "node_modules"].contains(&name.as_str()) {
                collect(root, &path, sources);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let path = path.with_extension("");
            sources.push(Source {
                path: path
                    .iter()
                    .map(|part| part.to_str().unwrap().to_owned())
                    .collect(),
                text: std::fs::read_to_string(entry.path()).unwrap(),
            });
        }
    }
}

/// What stands between single backticks, without white space.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let between = text.split('`').skip(1).step_by(2);
    between.filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))
}

/// The parts of a name such as `throttle::a_wait_tells_nothing` or `invitations::*`.
fn parts(name: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = name.split("::").collect();
    let plain = |part: &&str| {
        let chars = |c: char| c.is_ascii_alphanumeric() || c == '_';
        !part.is_empty() && (*part == "*" || part.chars().all(chars))
    };
    // Of modules: a method of a type is no promise.
    let of_modules = parts[0] != "std" && parts[0].starts_with(|c: char| c.is_ascii_lowercase());
    (parts.len() > 1 && of_modules && parts.iter().all(plain)).then_some(parts)
}

/// Whether a name leads to something: `module::test`, or `module::*` and `module::tests` for all tests
/// of a module.
fn is_there(name: &str, sources: &[Source]) -> bool {
    let Some(parts) = parts(name) else {
        return true;
    };
    let (last, modules) = parts.split_last().unwrap();
    let modules: Vec<&str> = modules
        .iter()
        .copied()
        .filter(|module| *module != "tests")
        .collect();
    let mut of_module = sources.iter().filter(|source| source.is_of(&modules));
    if ["*", "tests"].contains(last) {
        of_module.any(Source::has_tests)
    } else {
        // A module of tests in a file of its own has only its file's name.
        of_module.any(|source| source.defines(last) || source.path.contains(*last))
    }
}

#[test]
fn what_the_documents_name_is_there() {
    let sources = sources();
    let mut missing = Vec::new();
    let mut named = 0;
    for document in DOCUMENTS {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for name in quoted(&text) {
            named += usize::from(parts(name).is_some());
            let is_path = PATHS.iter().any(|folder| name.starts_with(folder))
                && !name.contains(['*', '<', '{']);
            if !is_there(name, &sources) || (is_path && !root().join(name).exists()) {
                missing.push(format!("{document}: {name}"));
            }
            assert!(
                !name.contains('…') || !name.contains('_'),
                "{document}: {name} is cut short"
            );
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(named > 80, "only {named} names are found");
}

#[test]
fn a_name_that_leads_nowhere_is_found() {
    let sources = sources();
    for name in [
        "throttle::a_wait_tells_nothing",
        "invitations::*",
        "rules::tests",
        "password::tests::every_attempt_costs_one_hash",
    ] {
        assert!(is_there(name, &sources), "{name}");
    }
    for name in [
        "throttle::a_wait_tells_noth",
        "throttle::nothing_of_this_name",
        "login::a_wait_tells_nothing",
        "no_such_module::*",
        "password::tests::nothing_of_this_name",
    ] {
        assert!(!is_there(name, &sources), "{name}");
    }
}
