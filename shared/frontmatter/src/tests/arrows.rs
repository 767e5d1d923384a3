//! Modules import downwards alone: what one of them imports never leads back to it.

use std::collections::{BTreeMap, BTreeSet};

use super::specification::all_sources;

#[test]
fn no_module_imports_what_leads_back_to_it() {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, source) in all_sources() {
        let module = path.split(['/', '.']).next().unwrap();
        if module == "lib" || path.contains("tests") {
            continue;
        }
        let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let names = code.split("crate::").skip(1).map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        let names = names.filter(|name| name != module);
        imports.entry(module.to_owned()).or_default().extend(names);
    }
    assert!(imports.len() > 20, "{imports:?}");
    let mut count = 0;
    // What imports none that is left lies below all others.
    while imports.len() != count {
        count = imports.len();
        let left: BTreeSet<String> = imports.keys().cloned().collect();
        imports.retain(|_, names| !names.is_disjoint(&left));
    }
    assert_eq!(imports, BTreeMap::new());
}
