//! A roster: a CSV file of members, read and checked row by row before anything is written.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use auth::password;
use csv::{ByteRecord, ReaderBuilder, Trim};
use members::{Email, parse_name};

use super::cell;
use crate::handle;
use crate::output::harmless;

const COLUMNS: [&str; 4] = ["email", "name", "handle", "password_hash"];
/// What a spreadsheet may put between two fields, by its country.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A row that can become a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// In the file, from 1.
    pub(super) line: u64,
    pub(super) email: Email,
    pub(super) name: String,
    pub(super) handle: String,
    pub(super) password_hash: Option<String>,
}

/// A row that can't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadRow {
    pub(super) line: u64,
    pub(super) reason: String,
}

/// A roster that was checked.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pub(super) rows: Vec<Row>,
    pub(super) bad: Vec<BadRow>,
    /// How many rows name a member who is there already: a roster grows, and is imported again.
    pub(super) members: usize,
    /// Columns that mean nothing here.
    pub(super) ignored: Vec<String>,
}

/// What is taken already.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) emails: HashSet<Email>,
    pub(super) handles: HashSet<String>,
}

/// Reads a roster file.
pub(super) fn read(path: &Path, taken: &Taken) -> anyhow::Result<Roster> {
    let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    check(&bytes, taken).with_context(|| path.display().to_string())
}

/// Checks a roster against itself and against what is `taken`.
pub(super) fn check(bytes: &[u8], taken: &Taken) -> anyhow::Result<Roster> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(anyhow!("this is UTF-16; save it as CSV in UTF-8"));
    }
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(bytes))
        .trim(Trim::All)
        .flexible(true)
        .from_reader(bytes);
    let (columns, ignored) = Columns::find(reader.byte_headers()?)?;

    let mut roster = Roster {
        ignored,
        ..Roster::default()
    };
    let mut lines = Lines::of_file(bytes);
    let mut drafts = Vec::new();
    let mut first_lines = HashMap::new();
    for record in reader.byte_records() {
        let record = record?;
        let line = lines.of(&record);
        if record.iter().all(<[u8]>::is_empty) {
            continue;
        }
        let draft = columns.draft(&record, line).and_then(|draft| {
            if let Some(first) = first_lines.get(&draft.email) {
                return Err(format!("the address stands in line {first} already"));
            }
            first_lines.insert(draft.email.clone(), line);
            Ok(draft)
        });
        match draft {
            Ok(draft) if taken.emails.contains(&draft.email) => roster.members += 1,
            Ok(draft) => drafts.push(draft),
            Err(reason) => roster.bad.push(BadRow { line, reason }),
        }
    }
    give_handles(drafts, taken, &mut roster);
    roster.bad.sort_by_key(|bad| bad.line);
    Ok(roster)
}

/// Counts lines. The reader's own count gives a row that follows empty lines the first of those.
struct Lines<'a> {
    bytes: &'a [u8],
    /// How far the lines are counted.
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of_file(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            counted: 0,
            line: 1,
        }
    }

    /// The line in which a record starts; records come in the order of the file.
    fn of(&mut self, record: &ByteRecord) -> u64 {
        let position = record.position().map_or(0, csv::Position::byte);
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        let rest = self.bytes.get(position..).unwrap_or_default();
        let breaks = rest
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let start = position.saturating_add(breaks);
        let passed = self.bytes.get(self.counted..start).unwrap_or_default();
        // A carriage return of its own ends a line, too; before a line feed it is one with that.
        for (index, byte) in passed.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && passed.get(index + 1) != Some(&b'\n'));
            self.line += u64::from(ends);
        }
        self.counted = self.counted.max(start);
        self.line
    }
}

/// The delimiter under which the first line names the columns; a comma where none does.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next();
    let header = String::from_utf8_lossy(header.unwrap_or_default()).to_lowercase();
    let names_columns = |delimiter: &u8| {
        let mut names = header
            .split(char::from(*delimiter))
            .map(|name| name.trim().trim_matches('"').trim());
        names.any(|name| name == COLUMNS[0])
    };
    DELIMITERS.into_iter().find(names_columns).unwrap_or(b',')
}

/// A row whose handle isn't decided yet.
struct Draft {
    line: u64,
    email: Email,
    name: String,
    handle: Option<String>,
    password_hash: Option<String>,
}

/// Where each column is.
struct Columns {
    count: usize,
    email: usize,
    name: usize,
    handle: Option<usize>,
    password_hash: Option<usize>,
    /// `masthead users export` writes it.
    disabled: Option<usize>,
}

impl Columns {
    fn find(header: &ByteRecord) -> anyhow::Result<(Self, Vec<String>)> {
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).to_lowercase())
            .collect();
        let position = |wanted: &str| -> anyhow::Result<Option<usize>> {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == wanted);
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(anyhow!("the column “{wanted}” stands in line 1 twice")),
                (first, None) => Ok(first.map(|(index, _)| index)),
            }
        };
        let required = |wanted| {
            position(wanted)?.ok_or_else(|| {
                anyhow!("line 1 has no column “{wanted}”; it must name email and name, and may name handle and password_hash")
            })
        };
        let columns = Self {
            count: names.len(),
            email: required(COLUMNS[0])?,
            name: required(COLUMNS[1])?,
            handle: position(COLUMNS[2])?,
            password_hash: position(COLUMNS[3])?,
            disabled: position("disabled")?,
        };
        let known = |name: &&String| {
            COLUMNS.contains(&name.as_str()) || *name == "disabled" || name.is_empty()
        };
        let ignored = names.iter().filter(|name| !known(name)).cloned().collect();
        Ok((columns, ignored))
    }

    fn draft(&self, record: &ByteRecord, line: u64) -> Result<Draft, String> {
        if record.len() != self.count {
            return Err(format!(
                "{} fields instead of {}; a field that holds the separator needs quotes",
                record.len(),
                self.count
            ));
        }
        let text = |index: usize| {
            str::from_utf8(record.get(index).unwrap_or_default())
                .map(cell::read)
                .map_err(|_| "not UTF-8; save the file as CSV in UTF-8".to_owned())
        };
        let optional = |index: Option<usize>| match index {
            Some(index) => text(index).map(|text| Some(text).filter(|text| !text.is_empty())),
            None => Ok(None),
        };
        let typed = text(self.email)?;
        let email = Email::of_new_member(typed)
            .map_err(|error| format!("“{}”: {error}", harmless(typed)))?;
        let name = parse_name(text(self.name)?).map_err(|error| error.to_string())?;
        let handle = optional(self.handle)?.map(handle::parse).transpose()?;
        let password_hash = optional(self.password_hash)?;
        if password_hash.is_some_and(|hash| !password::is_readable(hash)) {
            return Err(
                "the password hash is none that can be read: argon2, or Werkzeug's scrypt or pbkdf2"
                    .to_owned(),
            );
        }
        if optional(self.disabled)?.is_some_and(|disabled| disabled != "false") {
            return Err("the member is disabled; take the row out".to_owned());
        }
        Ok(Draft {
            line,
            email,
            name,
            handle,
            password_hash: password_hash.map(str::to_owned),
        })
    }
}

/// Gives each draft a handle: first those that ask for one, so that no made one is in their way.
fn give_handles(drafts: Vec<Draft>, taken: &Taken, roster: &mut Roster) {
    let mut given: HashMap<String, u64> = HashMap::new();
    let mut refused = HashSet::new();
    for draft in &drafts {
        let Some(handle) = &draft.handle else {
            continue;
        };
        let reason = if taken.handles.contains(handle) {
            format!("the handle “{handle}” is taken")
        } else if let Some(line) = given.get(handle) {
            format!("the handle “{handle}” stands in line {line} already")
        } else {
            given.insert(handle.clone(), draft.line);
            continue;
        };
        refused.insert(draft.line);
        roster.bad.push(BadRow {
            line: draft.line,
            reason,
        });
    }
    for draft in drafts {
        if refused.contains(&draft.line) {
            continue;
        }
        let handle = draft.handle.or_else(|| {
            let mut candidates = handle::candidates(&draft.name);
            let free =
                |handle: &String| !taken.handles.contains(handle) && !given.contains_key(handle);
            let handle = candidates.find(free)?;
            given.insert(handle.clone(), draft.line);
            Some(handle)
        });
        match handle {
            Some(handle) => roster.rows.push(Row {
                line: draft.line,
                email: draft.email,
                name: draft.name,
                handle,
                password_hash: draft.password_hash,
            }),
            None => roster.bad.push(BadRow {
                line: draft.line,
                reason: "every handle made of this name is taken; give one".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
