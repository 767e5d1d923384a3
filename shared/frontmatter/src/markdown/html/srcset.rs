//! The candidates of a `srcset`.

/// The candidates of a `srcset`, each an address and what says when to use it.
pub(crate) fn candidates(set: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = set;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        let length = rest
            .find(|c: char| c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let (url, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if url.ends_with(',') {
            found.push((url.trim_end_matches(','), ""));
            rest = after;
            continue;
        }
        let length = after.find(',').unwrap_or(after.len());
        let (descriptor, after) = after.split_at_checked(length).unwrap_or((after, ""));
        found.push((url, descriptor.trim()));
        rest = after;
    }
}
