//! Modules import downwards alone, whatever folder they lie in: what one of them uses never leads back to it, and lies in a
//! lower layer or in the same folder. No name stands twice.

use std::collections::{BTreeMap, BTreeSet};

use super::specification::all_sources;

/// Modules that still lead back to themselves. Nothing is added here.
const CIRCLES: [&str; 0] = [];

/// The folders and the modules beside them, the uppermost layer first. What stands in one line doesn't know the rest of it.
const LAYERS: [&str; 9] = [
    "draft",
    "dialect file schedule",
    "assemble shown",
    "body description split",
    "entry title",
    "bytes facts hidden outline repository slug",
    "badge diagnostics names prose warnings yaml",
    "markdown",
    "context dates emoji marks record report slugger words",
];

/// The crate's modules, each as its path (`["markdown", "lines"]`), with the names that it imports and all the paths in its code.
struct Modules(BTreeMap<Vec<String>, Module>);

#[derive(Default)]
struct Module {
    /// Imported and re-exported names, each with its path as it is written.
    imports: BTreeMap<String, Vec<String>>,
    paths: BTreeSet<Vec<String>>,
}

impl Modules {
    fn read() -> Self {
        let mut modules = BTreeMap::new();
        for (path, source) in all_sources() {
            let name = path.trim_end_matches(".rs");
            let module: Vec<String> = name.split('/').map(str::to_owned).collect();
            if module == ["lib"] || module.iter().any(|name| name == "tests") {
                continue;
            }
            let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            modules.insert(module, Module::read(&without_comments(code)));
        }
        Self(modules)
    }

    /// The module that a path leads to from another one, through whatever re-exports it; none where it leads out of the crate.
    fn target(&self, from: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
        let mut path = path.iter();
        let mut at = match path.as_slice().first()?.as_str() {
            "crate" => path.next().map(|_| Vec::new())?,
            "self" => path.next().map(|_| from.to_vec())?,
            "super" => from.to_vec(),
            first => {
                let module = self.0.get(from)?;
                let is_here = self.child(from, first).is_some();
                let is_imported = module
                    .imports
                    .get(first)
                    .is_some_and(|to| to != path.as_slice());
                (is_here || is_imported).then(|| from.to_vec())?
            }
        };
        for name in path {
            if name == "super" {
                at.pop();
            } else if let Some(child) = self.child(&at, name) {
                at = child;
            } else {
                let imported = self.0.get(&at).and_then(|module| module.imports.get(name));
                let Some(to) = imported.filter(|_| depth < 8) else {
                    break;
                };
                let Some(to) = self.target(&at, to, depth + 1) else {
                    break;
                };
                at = to;
            }
        }
        Some(at)
    }

    fn child(&self, module: &[String], name: &str) -> Option<Vec<String>> {
        let child: Vec<String> = module.iter().cloned().chain([name.to_owned()]).collect();
        self.0.contains_key(&child).then_some(child)
    }

    /// The modules that each one uses.
    fn arrows(&self) -> BTreeMap<String, BTreeSet<String>> {
        let arrows = self.0.iter().map(|(from, module)| {
            let paths = module.paths.iter();
            let to = paths.filter_map(|path| self.target(from, path, 0));
            let to = to.filter(|to| to != from && !to.is_empty());
            (from.join("::"), to.map(|to| to.join("::")).collect())
        });
        arrows.collect()
    }
}

impl Module {
    fn read(code: &str) -> Self {
        let mut module = Self::default();
        let mut lines = code.lines();
        let mut others = String::new();
        while let Some(line) = lines.next() {
            let Some((publicity, tree)) = import(line) else {
                others.push_str(line);
                others.push('\n');
                continue;
            };
            let mut tree = tree.to_owned();
            while !tree.contains(';') {
                tree.push_str(lines.next().unwrap());
            }
            for (name, path) in leaves(&[], tree.trim_end_matches(';')) {
                if publicity.is_empty() {
                    module.paths.insert(path.clone());
                }
                module.imports.insert(name, path);
            }
        }
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
        let paths = others.split(|c: char| !is_part(c));
        let paths = paths.filter(|path| path.contains("::") && !path.starts_with(':'));
        let paths = paths.map(|path| path.split("::").map(str::to_owned).collect());
        module.paths.extend(paths);
        module
    }
}

/// What stands before `use` in a line that begins an import, and what behind it.
fn import(line: &str) -> Option<(&str, &str)> {
    let (publicity, tree) = line.trim_start().split_once("use ")?;
    (publicity.is_empty() || publicity.starts_with("pub")).then_some((publicity, tree))
}

/// The names that a tree of imports brings, each with its path: `a::{b, c as d}` brings `b` and `d`.
fn leaves(prefix: &[String], tree: &str) -> Vec<(String, Vec<String>)> {
    let (path, branches) = match tree.split_once('{') {
        Some((path, branches)) => (path, Some(branches.trim_end().trim_end_matches('}'))),
        None => (tree, None),
    };
    let (path, alias) = path
        .split_once(" as ")
        .map_or((path, None), |(path, alias)| (path, Some(alias)));
    let is_name = |name: &&str| !name.is_empty() && (prefix.is_empty() || *name != "self");
    let names = path.split("::").map(str::trim).filter(is_name);
    let path: Vec<String> = prefix
        .iter()
        .cloned()
        .chain(names.map(str::to_owned))
        .collect();
    let Some(branches) = branches else {
        let name = alias.map(str::trim).or(path.last().map(String::as_str));
        return name
            .map(|name| (name.to_owned(), path.clone()))
            .into_iter()
            .collect();
    };
    let mut depth = 0;
    let branches = branches.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let branches = branches.filter(|branch| !branch.trim().is_empty());
    branches.flat_map(|branch| leaves(&path, branch)).collect()
}

fn without_comments(code: &str) -> String {
    let lines = code.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_module_imports_what_leads_back_to_it() {
    let mut arrows = Modules::read().arrows();
    assert!(arrows.len() > 100, "{arrows:?}");
    let mut count = 0;
    // What uses none that is left lies below all others, what none that is left uses above them.
    while arrows.len() != count {
        count = arrows.len();
        let left: BTreeSet<String> = arrows.keys().cloned().collect();
        arrows.retain(|_, to| !to.is_disjoint(&left));
        let used: BTreeSet<String> = arrows.values().flatten().cloned().collect();
        arrows.retain(|from, _| used.contains(from));
    }
    let left: BTreeSet<&str> = arrows.keys().map(String::as_str).collect();
    assert_eq!(left, BTreeSet::from(CIRCLES), "{arrows:#?}");
}

/// A module's folder, and the layer that it lies in.
fn layer(module: &str) -> (&str, usize) {
    let folder = module.split("::").next().unwrap();
    let is_there = |names: &&str| names.split(' ').any(|name| name == folder);
    let layer = LAYERS.iter().position(is_there);
    (
        folder,
        layer.unwrap_or_else(|| panic!("{folder} has no layer")),
    )
}

#[test]
fn folders_lie_in_layers() {
    for (from, to) in Modules::read().arrows() {
        for to in &to {
            let ((folder, above), (other, below)) = (layer(&from), layer(to));
            assert!(folder == other || above < below, "{from} uses {to}");
        }
    }
}

#[test]
fn no_name_of_a_module_stands_twice() {
    let modules = Modules::read().0;
    let mut names = BTreeSet::new();
    let twice = modules.keys().filter(|module| !names.insert(module.last()));
    assert_eq!(twice.count(), 0);
}
