//! github-slugger's ids, as Astro gives them to headings.

use std::collections::HashMap;

/// `github-slugger`'s `slug()` without counting: lower-cased, punctuation removed, spaces to
/// hyphens, letters of every script kept.
pub(crate) fn slug(text: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ') || is_mark(c);
    text.to_lowercase()
        .chars()
        .filter(|c| kept(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Combining marks, which belong to their letters.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Ids unique within one document (`a`, `a-1`, `a-2`).
#[derive(Debug, Default)]
pub(crate) struct Slugger(HashMap<String, usize>);

impl Slugger {
    pub(crate) fn id(&mut self, text: &str) -> String {
        let base = slug(text);
        let mut id = base.clone();
        while self.0.contains_key(&id) {
            let count = self.0.entry(base.clone()).or_insert(0);
            *count += 1;
            id = format!("{base}-{count}");
        }
        self.0.insert(id.clone(), 0);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique() {
        let mut slugger = Slugger::default();
        let ids: Vec<_> = ["A b", "A b", "A b-1", "`x` & y: ✨ 日本", "-"]
            .into_iter()
            .map(|text| slugger.id(text))
            .collect();
        assert_eq!(ids, ["a-b", "a-b-1", "a-b-1-1", "x--y--日本", "-"]);
    }
}
