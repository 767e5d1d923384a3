//! Where a reader is in what changes: a token that it gets with what it read, and sends back for what came after.

use std::fmt;

use members::{Heads, Shard};

use crate::is_entry_id;

/// What a reader knows: everything up to one revision of each shard, of the list that `epoch` names.
///
/// As text `<epoch>.<revision>.<revision>…`; behind one of the revisions may stand `~<entry id>`, up to which the next one is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub(crate) epoch: String,
    /// Each at its shard's index.
    pub(crate) shards: Vec<Position>,
}

/// What a reader knows of a shard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) revision: u64,
    /// The next revision concerns many entries, and those up to this one were told.
    pub(crate) within: Option<String>,
}

const EPOCH_BYTES: usize = 16;
const REVISION_DIGITS: usize = 20;
/// Longest token, in bytes.
const MAX_BYTES: usize = 1024;

impl Token {
    /// Of a reader who is about to read all that is published, and knows nothing more.
    pub(crate) fn of(heads: &Heads) -> Self {
        let position = |shard| Position {
            revision: heads.of(shard).revision,
            within: None,
        };
        Self {
            epoch: heads.whole.epoch.clone(),
            shards: Shard::all().map(position).collect(),
        }
    }

    /// `None` for what no answer ever had.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let mut parts = text.split('.');
        let epoch = parts.next()?;
        let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if epoch.len() != EPOCH_BYTES || !epoch.bytes().all(is_hex) {
            return None;
        }
        let shards: Option<Vec<Position>> = parts.map(Position::parse).collect();
        let shards = shards.filter(|shards| shards.len() == Shard::all().len())?;
        Some(Self {
            epoch: epoch.to_owned(),
            shards,
        })
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.epoch)?;
        for Position { revision, within } in &self.shards {
            write!(f, ".{revision}")?;
            if let Some(within) = within {
                write!(f, "~{within}")?;
            }
        }
        Ok(())
    }
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let (revision, within) = match text.split_once('~') {
            Some((revision, within)) => (revision, Some(within)),
            None => (text, None),
        };
        let is_number = (1..=REVISION_DIGITS).contains(&revision.len())
            && revision.bytes().all(|byte| byte.is_ascii_digit())
            && (revision == "0" || !revision.starts_with('0'));
        let is_whole = is_number && within.is_none_or(is_entry_id);
        Some(Self {
            revision: revision.parse().ok().filter(|_| is_whole)?,
            within: within.map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(first: &str) -> String {
        format!("0123456789abcdef.{first}{}", ".0".repeat(15))
    }

    #[test]
    fn tokens_are_read_as_they_are_written() {
        for first in ["0", "7", "18446744073709551615", "7~jo", "7~jo/a-trip"] {
            let text = token(first);
            assert_eq!(Token::parse(&text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn whatever_else_is_no_token() {
        let good = token("7");
        let long = token(&format!("7~{}", "a".repeat(1_000)));
        let mut bad = vec![
            String::new(),
            long,
            good.to_uppercase(),
            format!("{good}.0"),
            good[..good.len() - 2].to_owned(),
            good[1..].to_owned(),
            good.replace('.', "-"),
            format!("{good} "),
        ];
        for first in [
            "",
            "-1",
            "+1",
            "01",
            "1.5",
            "18446744073709551616",
            "1~",
            "1~/",
            "1~jo/",
            "1~jo/a/b",
            "1~JO",
            "1~jo~a",
            "~jo",
            "1~jo/readme",
            "１",
        ] {
            bad.push(token(first));
        }
        for text in bad {
            assert_eq!(Token::parse(&text), None, "{text}");
        }
    }
}
