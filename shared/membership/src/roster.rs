//! A roster: a CSV file of members, read and checked row by row before anything is written.

use std::collections::{HashMap, HashSet};

use auth::password;
use csv::{ByteRecord, ReaderBuilder, Trim};
use languages::{Sentence, sentence};
use members::{Account, Email, Role, parse_name};

use crate::{cell, handle};

const COLUMNS: [&str; 5] = ["email", "name", "handle", "role", "password_hash"];
/// What a spreadsheet may put between two fields, by its country.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A row that can become a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// In the file, from 1.
    pub line: u64,
    pub email: Email,
    pub name: String,
    pub handle: String,
    pub role: Role,
    pub password_hash: Option<String>,
}

/// A row that can't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    pub line: u64,
    /// As it stands in the file, where there is one.
    pub email: Option<String>,
    pub name: Option<String>,
    pub reason: Sentence,
}

/// A row of somebody who is a member already: a roster grows, and is imported again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub line: u64,
    pub email: Email,
    pub name: String,
}

/// A roster that was checked.
#[derive(Debug, Default)]
pub struct Roster {
    pub rows: Vec<Row>,
    pub bad: Vec<BadRow>,
    pub members: Vec<Known>,
    /// Columns that mean nothing here.
    pub ignored: Vec<String>,
}

/// What is taken already.
#[derive(Debug, Default)]
pub struct Taken {
    pub emails: HashSet<Email>,
    pub handles: HashSet<String>,
}

impl Taken {
    /// What the members of a site have; former handles stay theirs.
    pub fn by(accounts: impl IntoIterator<Item = Account>) -> Self {
        let mut taken = Self::default();
        for account in accounts {
            taken.handles.extend(account.handles().cloned());
            taken.emails.insert(account.email);
        }
        taken
    }
}

/// Checks a roster against itself and against what is `taken`.
///
/// # Errors
/// The file as a whole is no roster.
pub fn check(bytes: &[u8], taken: &Taken) -> Result<Roster, Sentence> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(sentence!("reason.roster_utf16"));
    }
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(bytes))
        .trim(Trim::All)
        .flexible(true)
        .from_reader(bytes);
    let unreadable = |_| sentence!("reason.roster_unreadable");
    let (columns, ignored) = Columns::find(reader.byte_headers().map_err(unreadable)?)?;

    let mut roster = Roster {
        ignored,
        ..Roster::default()
    };
    let mut lines = Lines::of_file(bytes);
    let mut drafts = Vec::new();
    let mut first_lines = HashMap::new();
    for record in reader.byte_records() {
        let record = record.map_err(unreadable)?;
        let line = lines.of(&record);
        if record.iter().all(<[u8]>::is_empty) {
            continue;
        }
        let draft = columns.draft(&record, line).and_then(|draft| {
            if let Some(first) = first_lines.get(&draft.email) {
                return Err(sentence!("reason.roster_address_twice", line = *first));
            }
            first_lines.insert(draft.email.clone(), line);
            Ok(draft)
        });
        match draft {
            Ok(draft) if taken.emails.contains(&draft.email) => roster.members.push(Known {
                line,
                email: draft.email,
                name: draft.name,
            }),
            Ok(draft) => drafts.push(draft),
            Err(reason) => roster.bad.push(BadRow {
                line,
                email: columns.shown(&record, columns.email),
                name: columns.shown(&record, columns.name),
                reason,
            }),
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
    role: Role,
    password_hash: Option<String>,
}

impl Draft {
    fn refused(self, reason: Sentence) -> BadRow {
        BadRow {
            line: self.line,
            email: Some(self.email.as_str().to_owned()),
            name: Some(self.name),
            reason,
        }
    }
}

/// Where each column is.
struct Columns {
    count: usize,
    email: usize,
    name: usize,
    handle: Option<usize>,
    role: Option<usize>,
    password_hash: Option<usize>,
    /// `masthead users export` writes it.
    disabled: Option<usize>,
}

impl Columns {
    fn find(header: &ByteRecord) -> Result<(Self, Vec<String>), Sentence> {
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).to_lowercase())
            .collect();
        let position = |wanted: &str| -> Result<Option<usize>, Sentence> {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == wanted);
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(sentence!("reason.roster_column_twice", column = wanted)),
                (first, None) => Ok(first.map(|(index, _)| index)),
            }
        };
        let required = |wanted| {
            position(wanted)?
                .ok_or_else(|| sentence!("reason.roster_column_missing", column = wanted))
        };
        let columns = Self {
            count: names.len(),
            email: required(COLUMNS[0])?,
            name: required(COLUMNS[1])?,
            handle: position(COLUMNS[2])?,
            role: position(COLUMNS[3])?,
            password_hash: position(COLUMNS[4])?,
            disabled: position("disabled")?,
        };
        let known = |name: &&String| {
            COLUMNS.contains(&name.as_str()) || *name == "disabled" || name.is_empty()
        };
        let ignored = names.iter().filter(|name| !known(name)).cloned().collect();
        Ok((columns, ignored))
    }

    /// A field as it can be shown, whatever is wrong with it.
    fn shown(&self, record: &ByteRecord, index: usize) -> Option<String> {
        let field = record.get(index).filter(|_| record.len() == self.count)?;
        let text = str::from_utf8(field).ok()?;
        Some(cell::read(text).to_owned()).filter(|text| !text.is_empty())
    }

    fn draft(&self, record: &ByteRecord, line: u64) -> Result<Draft, Sentence> {
        if record.len() != self.count {
            return Err(sentence!(
                "reason.roster_fields",
                fields = record.len(),
                columns = self.count
            ));
        }
        let text = |index: usize| {
            str::from_utf8(record.get(index).unwrap_or_default())
                .map(cell::read)
                .map_err(|_| sentence!("reason.roster_not_utf8"))
        };
        let optional = |index: Option<usize>| match index {
            Some(index) => text(index).map(|text| Some(text).filter(|text| !text.is_empty())),
            None => Ok(None),
        };
        let typed = text(self.email)?;
        let email = Email::of_new_member(typed)
            .map_err(|_| sentence!("reason.roster_email", email = typed))?;
        let name = parse_name(text(self.name)?).map_err(|error| error.sentence())?;
        let handle = optional(self.handle)?.map(handle::parse).transpose()?;
        let role = optional(self.role)?;
        let role = role.map_or(Ok(Role::Member), parse_role)?;
        let password_hash = optional(self.password_hash)?;
        if password_hash.is_some_and(|hash| !password::is_readable(hash)) {
            return Err(sentence!("reason.roster_password_hash"));
        }
        if optional(self.disabled)?.is_some_and(|disabled| disabled != "false") {
            return Err(sentence!("reason.roster_disabled"));
        }
        Ok(Draft {
            line,
            email,
            name,
            handle,
            role,
            password_hash: password_hash.map(str::to_owned),
        })
    }
}

/// The role of a word: the API's, the command line's and that of a roster's column.
///
/// # Errors
/// It is none.
pub fn parse_role(word: &str) -> Result<Role, Sentence> {
    word.parse()
        .map_err(|_| sentence!("reason.roster_role", role = word))
}

/// Gives each draft a handle: first those that ask for one, so that no made one is in their way.
fn give_handles(drafts: Vec<Draft>, taken: &Taken, roster: &mut Roster) {
    let mut given: HashMap<String, u64> = HashMap::new();
    let mut asking = Vec::new();
    for draft in drafts {
        let refused = draft.handle.as_ref().and_then(|handle| {
            if taken.handles.contains(handle) {
                return Some(sentence!(
                    "reason.roster_handle_taken",
                    handle = handle.as_str()
                ));
            }
            let line = *given.entry(handle.clone()).or_insert(draft.line);
            (line != draft.line).then(|| {
                sentence!(
                    "reason.roster_handle_twice",
                    handle = handle.as_str(),
                    line = line
                )
            })
        });
        match refused {
            Some(reason) => roster.bad.push(draft.refused(reason)),
            None => asking.push(draft),
        }
    }
    for draft in asking {
        let handle = draft.handle.clone().or_else(|| {
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
                role: draft.role,
                password_hash: draft.password_hash,
            }),
            None => roster
                .bad
                .push(draft.refused(sentence!("reason.roster_handles_used_up"))),
        }
    }
}

#[cfg(test)]
mod tests;
