//! The language in a file's name, and the direction of a text (2.10).

use crate::words;

/// The language in a file's name: `README.zh-CN`, `README-ja`, `HOWTO_fa_IR`.
pub(crate) fn suffix_language(stem: &str) -> Option<String> {
    let stem = stem.replace('_', "-");
    let (head, tail) = stem
        .rsplit_once(['.', '-'])
        .filter(|(head, _)| !head.is_empty())?;
    let is_language = |part: &str| words::LANGUAGE.fits(&part.to_ascii_lowercase());
    let is_region = tail.len() == 2 && tail.bytes().all(|byte| byte.is_ascii_uppercase())
        || matches!(tail, "Hans" | "Hant" | "cn" | "tw" | "br");
    let named = |name: &str| name.eq_ignore_ascii_case("hebrew").then(|| "he".to_owned());
    if is_region
        && let Some((_, language)) = head
            .rsplit_once(['.', '-'])
            .filter(|(_, language)| is_language(language))
    {
        let region = if tail.len() == 4 {
            tail.to_owned()
        } else {
            tail.to_ascii_uppercase()
        };
        return Some(format!("{}-{region}", language.to_ascii_lowercase()));
    }
    // A name such as `notes-it` is no Italian: two letters count only behind README-like names.
    let readme_like = head.rsplit(['/', '-', '.']).next().is_some_and(|name| {
        name.eq_ignore_ascii_case("readme") || name.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    if is_language(tail) && readme_like {
        Some(tail.to_ascii_lowercase())
    } else {
        named(tail)
    }
}

/// Whether the first letter with a direction runs from right to left (UAX #9, rule P2).
pub(crate) fn first_strong_is_rtl(text: &str) -> bool {
    let rtl = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    text.chars().find(|c| c.is_alphabetic()).is_some_and(rtl)
}
