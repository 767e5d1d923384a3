//! What a search finds: whatever the case, and whether or not accents are typed.

use deunicode::deunicode_char;
use members::Account;
use unicode_normalization::UnicodeNormalization as _;

/// The accents of Latin, Greek and Cyrillic letters. Marks of other scripts stay: they make another letter, as `バ` of `ハ`.
const ACCENTS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';
/// Below here letters are Latin: `ß`, `ø` and `ı` have no accent that could be taken off, and are written as `ss`, `o` and `i`.
const AFTER_LATIN: char = '\u{250}';

/// A text as texts are compared in a search.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.to_lowercase().nfkd().filter(|c| !ACCENTS.contains(c)) {
        match deunicode_char(letter).filter(|_| !letter.is_ascii() && letter < AFTER_LATIN) {
            Some(latin) => folded.push_str(&latin.to_lowercase()),
            None => folded.extend(letter.to_lowercase()),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether handle, name or address of a member holds what is searched, which is [`folded`].
pub fn is_found(account: &Account, query: &str) -> bool {
    [&account.handle, &account.name, account.email.as_str()]
        .iter()
        .any(|text| folded(text).contains(query))
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn case_and_accents_don_t_count_and_other_letters_do() {
        for (one, other) in [
            ("ZOË", "zoe"),
            ("Zoe\u{308}", "Zoë"),
            ("Straße", "STRASSE"),
            ("Søren Ærø", "soren aero"),
            ("İstanbul IŞIK", "istanbul isik"),
            ("Ιωάννης", "ιωαννης"),
            ("Ｊｏ\u{3000}Ｄｏｅ", "jo doe"),
            ("Nguyễn Łukasz", "nguyen lukasz"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        for (one, other) in [
            ("バラ", "ハラ"),
            ("山田", "川田"),
            ("Jo", "Jon"),
            ("a.b", "ab"),
        ] {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }
}
