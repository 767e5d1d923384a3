//! What keyboards, word processors and habits make of YAML's signs (2.3): quotes, colons and spaces that are others to a reader,
//! and `#tags`, which are comments to it.

use std::borrow::Cow;

use super::Known;
use super::bare::BlockScalar;
use super::write::quoted;

/// Quotes that stand around a value in the place of plain ones.
const QUOTES: [&[char]; 2] = [&['“', '”', '„', '‟', '＂'], &['‘', '’', '‚', '‛', '＇']];

/// Most words of a key where no reader tells that it is one.
pub(crate) const MAX_KEY_WORDS: usize = 3;

/// The block with YAML's own signs where a value stands in other quotes or brackets, or a colon of another width, or one without
/// a space, follows a key, and where tags begin with `#`. Every line stays.
pub(super) fn straightened(block: &str, known: Known) -> Cow<'_, str> {
    let is_other = |c: char| matches!(c, '：' | '［' | '\u{a0}' | '\u{3000}');
    let may_have = block.contains(is_other)
        || QUOTES.iter().any(|quotes| block.contains(*quotes))
        || block
            .lines()
            .any(|line| unspaced(line, known).is_some() || hashes(line).is_some());
    if !may_have {
        return Cow::Borrowed(block);
    }
    let is_key = |line: &str| line.split_once(": ").is_some_and(|(key, _)| is_key(key));
    let has_keys = block.lines().any(is_key);
    let mut straight = String::with_capacity(block.len());
    let mut scalar: Option<BlockScalar> = None;
    let mut in_tags = false;
    for line in block.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        if scalar.as_mut().is_some_and(|scalar| scalar.holds(content)) {
            straight.push_str(line);
            continue;
        }
        scalar = BlockScalar::begun_by(content);
        let spaced = bracketed(spaced(content, has_keys, known));
        if !content.starts_with([' ', '-']) {
            let key = spaced.split_once(':').map_or("", |(key, _)| key);
            in_tags = (known.holds_tags)(key);
        }
        let hashes = hashes(&spaced).filter(|_| in_tags);
        match hashes.and_then(|tags| spaced.split_at_checked(spaced.len() - tags.len())) {
            Some((before, tags)) => straight.extend([before, &quoted(tags.trim_end())]),
            None => straight.push_str(&unquoted(&spaced)),
        }
        straight.push_str(line.get(content.len()..).unwrap_or_default());
    }
    Cow::Owned(straight)
}

fn is_key(key: &str) -> bool {
    key.starts_with(char::is_alphabetic) && is_key_with(&[], key)
}

/// Whether a text is a few words, with these signs in them beside hyphens and underscores.
pub(crate) fn is_key_with(signs: &[char], key: &str) -> bool {
    let is_part =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ') || signs.contains(&c);
    key.split_whitespace().count() <= MAX_KEY_WORDS && key.chars().all(is_part)
}

/// `［a，b］` behind a key as a list.
fn bracketed(line: Cow<'_, str>) -> Cow<'_, str> {
    let list = line.split_once(": ").and_then(|(key, value)| {
        let inside = value.trim().strip_prefix('［')?.strip_suffix('］')?;
        let has_other = inside.contains(['［', '］', '[', ']', '"']);
        (is_key(key) && !has_other).then(|| format!("{key}: [{}]", inside.replace('，', ", ")))
    });
    list.map_or(line, Cow::Owned)
}

/// What a value consists of that is `#words` alone; with a space behind its sign it is a comment for everybody.
fn hashes(line: &str) -> Option<&str> {
    let (_, value) = line.split_once(": ").or_else(|| line.split_once("- "))?;
    let value = value.trim_start();
    let mut words = value.split([' ', ',']).filter(|word| !word.is_empty());
    let is_tag = |word: &str| {
        word.strip_prefix('#')
            .is_some_and(|tag| tag.starts_with(char::is_alphanumeric))
    };
    (value.starts_with('#') && words.all(is_tag)).then_some(value)
}

/// `title：Bread` and `title:Bread` with a colon and a space, where the key is known; in the first case also beside other keys.
fn spaced(line: &str, has_keys: bool, known: Known) -> Cow<'_, str> {
    if let Some((key, value)) = unspaced(line, known) {
        return Cow::Owned(format!("{key}: {value}"));
    }
    let wide = line
        .split_once('：')
        .filter(|(key, _)| is_key(key) && (has_keys || (known.is_key)(key.trim_end())));
    match wide {
        Some((key, value)) => Cow::Owned(format!("{}: {}", key.trim_end(), value.trim_start())),
        None => Cow::Borrowed(line),
    }
}

/// A known key whose colon no plain space follows, and its value.
fn unspaced(line: &str, known: Known) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_value = !value.is_empty() && !value.starts_with([' ', '\t', ':', '/', '\r', '\n']);
    (is_value && (known.is_key)(key)).then(|| (key, value.trim_start()))
}

/// A line of which each value that stands in other quotes stands in plain ones.
fn unquoted(line: &str) -> Cow<'_, str> {
    let Some(quotes) = QUOTES.iter().find(|quotes| line.contains(**quotes)) else {
        return Cow::Borrowed(line);
    };
    let start = value_start(line);
    let (before, value) = line.split_at_checked(start).unwrap_or((line, ""));
    let is_list = value.starts_with(['[', '{']);
    let mut result = before.to_owned();
    let mut rest = value;
    // Whether a value may begin here.
    let mut begins = true;
    while let Some(c) = rest.chars().next() {
        let whole = (begins && quotes.contains(&c))
            .then(|| quoted_value(rest, quotes, is_list))
            .flatten();
        if let Some((text, length)) = whole {
            result.push_str(&quoted(text));
            rest = rest.get(length..).unwrap_or_default();
            begins = false;
            continue;
        }
        begins = is_list && matches!(c, '[' | '{' | ',' | ':') || begins && c == ' ';
        result.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    Cow::Owned(result)
}

/// Where the value of a line begins: behind its key and the hyphens of a list.
fn value_start(line: &str) -> usize {
    let mut rest = line.trim_start();
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start();
    }
    if let Some((key, value)) = rest.split_once(": ")
        && is_key(key)
    {
        rest = value.trim_start();
    }
    line.len() - rest.len()
}

/// The text of a value in quotes, and the length of the value. No other quote and no comment stands in it.
fn quoted_value<'l>(rest: &'l str, quotes: &[char], is_list: bool) -> Option<(&'l str, usize)> {
    let inside = rest.get(rest.chars().next()?.len_utf8()..)?;
    let end = inside.find(quotes)?;
    let (text, closing) = inside.split_at_checked(end)?;
    let behind = closing.get(closing.chars().next()?.len_utf8()..)?;
    let next = behind.trim_start();
    let ends = next.is_empty()
        || behind.starts_with(' ') && next.starts_with('#')
        || is_list && next.starts_with([',', ']', '}', ':']);
    let has_comment = [" #", "\t#"].iter().any(|sign| text.contains(sign));
    (ends && !text.trim().is_empty() && !has_comment).then_some((text, rest.len() - behind.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known = Known {
        is_key: |key| ["tags", "title"].contains(&key.to_lowercase().as_str()),
        is_text: |_| false,
        holds_tags: |key| key == "tags",
        max_nodes: 0,
    };

    #[test]
    fn signs_of_keyboards_are_yaml() {
        for (block, expected) in [
            ("title: “Garden: a day”\n", "title: \"Garden: a day\"\n"),
            ("tags: [“a, b”, ‘c’, d]\n", "tags: [\"a, b\", ‘c’, d]\n"),
            ("tags:\n  - „a“ # b\r\n", "tags:\n  - \"a\" # b\r\n"),
            ("a: b\n描述：c\n", "a: b\n描述: c\n"),
            ("title：a：b\n", "title: a：b\n"),
            ("Title:a\ntags:[b]\n", "Title: a\ntags: [b]\n"),
            ("title:\u{a0}a\n", "title: a\n"),
            ("tags: #a #b/c\n", "tags: \"#a #b/c\"\n"),
            ("tags:\n  - #a\n  - b\n", "tags:\n  - \"#a\"\n  - b\n"),
            ("tags：［甲，乙］\n", "tags: [甲, 乙]\n"),
        ] {
            assert_eq!(straightened(block, KNOWN), expected);
        }
    }

    #[test]
    fn signs_of_texts_stay() {
        for block in [
            "title: “a” and “b”\n",
            "title: Say “a”\n",
            "title: 关于：测试\n",
            "注意：这是\n",
            "a: |\n  - “b”\n  title：c\n",
            "title: “a # b”\n",
            "a: http://b.example\nurl://c\n",
            "mytitle:a\n",
            "tags: # a\ntitle: #a\n",
            "tags: a #b\nnote:\n  - #c\n",
        ] {
            assert_eq!(straightened(block, KNOWN), block);
        }
    }
}
