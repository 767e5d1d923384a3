//! github-slugger's ids, as Astro gives them to headings.

mod kept;

use std::collections::HashMap;

/// `github-slugger`'s `slug()` without counting: lower-cased, punctuation removed, spaces to
/// hyphens, letters of every script kept.
pub(crate) fn slug(text: &str) -> String {
    if text.is_ascii() {
        let mut slug = String::with_capacity(text.len());
        slug.extend(ascii_slug(text));
        return slug;
    }
    let lower = text.to_lowercase();
    let kept = lower.chars().filter(|c| kept::is_kept(*c));
    let mut slug = String::with_capacity(lower.len());
    slug.extend(kept.map(|c| if c == ' ' { '-' } else { c }));
    slug
}

/// Most headings; the table of what is kept is large.
fn ascii_slug(text: &str) -> impl Iterator<Item = char> {
    text.bytes()
        .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' '))
        .map(|byte| match byte {
            b' ' => '-',
            _ => char::from(byte.to_ascii_lowercase()),
        })
}

/// Whether [`slug`] makes `slug` of a text.
pub(crate) fn is_slug_of(slug: &str, text: &str) -> bool {
    if text.is_ascii() {
        // As a rule the first letter tells.
        ascii_slug(text).eq(slug.chars())
    } else {
        self::slug(text) == slug
    }
}

/// Ids unique within one document (`a`, `a-1`, `a-2`).
#[derive(Debug, Default)]
pub struct Slugger(HashMap<String, usize>);

impl Slugger {
    /// The id of the next heading, whose text this is.
    pub fn id(&mut self, text: &str) -> String {
        let base = slug(text);
        if !self.0.contains_key(&base) {
            self.0.insert(base.clone(), 0);
            return base;
        }
        loop {
            let count = self.0.entry(base.clone()).or_insert(0);
            *count += 1;
            let id = format!("{base}-{count}");
            if !self.0.contains_key(&id) {
                self.0.insert(id.clone(), 0);
                return id;
            }
        }
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

    /// Answers of github-slugger 2.0.0.
    #[test]
    fn slugs_are_those_of_the_package() {
        for (text, expected) in [
            ("x²½① 3Ⅳ٣", "x-3ⅳ٣"),
            ("a‿b_c-d.e·f", "a‿b_c-def"),
            ("ΑΣ ΑΣΑ ΣΣ.", "ας-ασα-σς"),
            ("İ ẞ ß ǅ ŉ ﬁ ª", "i̇-ß-ß-ǆ-ŉ-ﬁ-ª"),
            (
                "e\u{301} 👨\u{200d}👩 1\u{fe0f}\u{20e3} 🇩🇪",
                "e\u{301}--1\u{fe0f}\u{20e3}-",
            ),
            ("🄰 𝟘 𐐀", "🄰-𝟘-𐐨"),
            ("a\u{a0}b\tc\u{ad}\u{200b}d", "abcd"),
            // Younger than Unicode 13.
            ("a\u{10570}\u{a7c0}\u{870}b", "ab"),
            (" a  b ", "-a--b-"),
        ] {
            assert_eq!(slug(text), expected, "{text:?}");
        }
    }
}
