//! The words and letters of a text, counted in one pass, and the language that its script gives away (2.10).

use crate::prose::is_ideograph;

fn is_word_ideograph(c: char) -> bool {
    is_ideograph(c) && !matches!(c, '\u{ac00}'..='\u{d7af}')
}

/// `char::is_alphabetic`, without its tables for the letters that most documents are made of.
fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphabetic(),
        'À'..='Ö'
        | 'Ø'..='ö'
        | 'ø'..='ʯ'
        | 'Ѐ'..='ҁ'
        | 'א'..='ת'
        | 'ؠ'..='ي'
        | 'ぁ'..='ゖ'
        | 'ァ'..='ヺ'
        | '㐀'..='䶿'
        | '一'..='鿿'
        | '가'..='힣' => true,
        _ => c.is_alphabetic(),
    }
}

const BEGINS: u8 = 1;
const CONTINUES: u8 = 2;

/// What each ASCII character does with a word.
const ASCII: [u8; 128] = {
    let mut classes = [0; 128];
    let mut code = 0;
    while code < 128 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 127")]
        #[expect(
            clippy::indexing_slicing,
            reason = "at most 127, and the compiler looks"
        )]
        {
            let byte = code as u8;
            classes[code] = if byte.is_ascii_alphanumeric() {
                BEGINS | CONTINUES
            } else if matches!(byte, b'\'' | b'_' | b'-') {
                CONTINUES
            } else {
                0
            };
        }
        code += 1;
    }
    classes
};

/// What stands in a text, counted in one pass.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// Runs of letters, digits, marks, apostrophes, underscores and hyphens.
    pub(super) words: usize,
    /// Characters of scripts without spaces.
    pub(super) ideographs: usize,
    /// Of every script, where there are others than Latin ones.
    letters: usize,
    kana: usize,
    hangul: usize,
    han: usize,
    hebrew: usize,
    /// Letters that run from right to left.
    rtl: usize,
}

impl Count {
    pub(super) fn of(text: &str) -> Self {
        let mut count = Self::default();
        // 1 within a word; numbers, since a jump for every word would be guessed wrong.
        let mut in_word = 0;
        let mut next = |class: u8| {
            let (begins, continues) = (class & BEGINS, (class & CONTINUES) >> 1);
            let is_new = begins & !in_word;
            in_word = continues & (in_word | begins);
            usize::from(is_new)
        };
        for c in text.chars() {
            // Most characters are ASCII, and need not to be looked up.
            let class = ASCII.get(c as usize).copied();
            count.words += next(class.unwrap_or_else(|| count.other(c)));
        }
        if count.kana + count.hangul + count.han + count.rtl > 0 {
            // For the share that those have.
            count.letters += text.bytes().filter(u8::is_ascii_alphabetic).count();
        }
        count
    }

    /// Counts a character beyond ASCII, and tells what it does with a word.
    fn other(&mut self, c: char) -> u8 {
        let is_letter = is_letter(c);
        if is_letter {
            self.letters += 1;
            match c {
                '\u{3040}'..='\u{30ff}' => self.kana += 1,
                '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}' => self.hangul += 1,
                '\u{3400}'..='\u{4dbf}'
                | '\u{4e00}'..='\u{9fff}'
                | '\u{f900}'..='\u{faff}'
                | '\u{20000}'..='\u{3134f}' => self.han += 1,
                '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' => {
                    self.rtl += 1;
                    self.hebrew += usize::from(matches!(c, '\u{590}'..='\u{5ff}'));
                }
                _ => {}
            }
        }
        if is_word_ideograph(c) {
            self.ideographs += 1;
            0
        } else if is_letter || c.is_numeric() {
            BEGINS | CONTINUES
        } else if c == '’' || unicode_normalization::char::is_combining_mark(c) {
            CONTINUES
        } else {
            0
        }
    }

    /// Whether most letters run from right to left.
    pub(super) fn is_mostly_rtl(&self) -> bool {
        self.rtl * 2 > self.letters
    }

    /// The language that a script gives away; a few quoted words don't.
    pub(super) fn language(&self) -> Option<&'static str> {
        let much = |count: usize| count > 0 && count * 5 >= self.letters;
        // Chinese has no kana, and Japanese may have few beside its Han characters.
        let is_japanese = much(self.kana + self.han) && self.kana * 10 >= self.kana + self.han;
        if is_japanese {
            Some("ja")
        } else if much(self.hangul) {
            Some("ko")
        } else if much(self.han) {
            Some("zh")
        } else if much(self.hebrew) {
            Some("he")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_unicode() {
        assert!(('\0'..=char::MAX).all(|c| is_letter(c) == c.is_alphabetic()));
    }

    #[test]
    fn kana_tell_japanese_from_chinese() {
        for (text, language) in [
            ("現行の研究処理は、役割別に次の様に分割管理。", Some("ja")),
            ("研究人员使用现有方法处理数据。", Some("zh")),
            (
                "我们用「の」来表示所属关系，这在许多文章里出现。",
                Some("zh"),
            ),
        ] {
            assert_eq!(Count::of(text).language(), language, "{text}");
        }
    }

    #[test]
    fn words_are_runs_with_a_letter_or_digit() {
        for (text, count) in [
            ("", 0),
            ("--- ' _", 0),
            ("a-b c_d it's ’tis 2x", 5),
            ("-a- b", 2),
            ("naïve e\u{301}te 日本", 2),
        ] {
            assert_eq!(Count::of(text).words, count, "{text}");
        }
    }

    #[test]
    fn most_letters_give_the_direction() {
        for (text, is_rtl) in [
            ("", false),
            ("שלום לכולם, hello", true),
            (
                "بِسْمِ اللَّهِ\nBu depo, dersin notlarını bir araya getirir.",
                false,
            ),
            ("Words.\nيضم هذا المستودع شيفرة الروبوت الخاص بنا.", true),
            ("123", false),
        ] {
            assert_eq!(Count::of(text).is_mostly_rtl(), is_rtl, "{text}");
        }
    }
}
