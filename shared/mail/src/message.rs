//! What each letter says.

use auth::Code;
use jiff::Timestamp;
use languages::{Sentence, sentence};
use serde::{Deserialize, Serialize};

use crate::compose::Club;
use crate::parts::{Part, line};

/// What an editor decided about a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approved,
    Withdrawn,
    Restored,
}

/// What a letter says.
pub enum Message<'a> {
    Invitation {
        name: &'a str,
        code: &'a Code,
        /// Unix seconds from which on the code is no longer taken.
        expires_at: u64,
    },
    ForgottenPassword {
        name: &'a str,
        code: &'a Code,
    },
    /// Nobody has proven that this address is theirs: it may be a stranger's, so nothing in the letter is the member's own
    /// words, not even the name.
    NewAddress {
        code: &'a Code,
    },
    AddressChanged {
        name: &'a str,
        /// Unix seconds.
        changed_at: u64,
    },
    PageUp {
        name: &'a str,
        title: &'a str,
        url: &'a str,
    },
    EditorNote {
        name: &'a str,
        title: &'a str,
        editor: &'a str,
        verdict: Verdict,
        note: &'a str,
    },
}

/// A letter in no language yet.
pub(crate) struct Letter {
    pub(crate) subject: Sentence,
    pub(crate) parts: Vec<Part>,
    /// Whether the member may turn such letters off.
    pub(crate) can_be_turned_off: bool,
}

impl Message<'_> {
    pub(crate) fn letter(&self, club: &Club<'_>) -> Letter {
        let (subject, mut parts) = self.said(club);
        let greeting = self
            .name()
            .map_or(sentence!("mail.greeting_unnamed"), |name| {
                sentence!("mail.greeting", name = line(name))
            });
        parts.insert(0, Part::Said(greeting));
        let can_be_turned_off = matches!(self, Self::PageUp { .. } | Self::EditorNote { .. });
        if can_be_turned_off {
            parts.push(Part::Small(sentence!(
                "mail.turn_off",
                heading = sentence!("mail.heading"),
                address = club.public_url
            )));
        }
        Letter {
            subject,
            parts,
            can_be_turned_off,
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::NewAddress { .. } => None,
            Self::Invitation { name, .. }
            | Self::ForgottenPassword { name, .. }
            | Self::AddressChanged { name, .. }
            | Self::PageUp { name, .. }
            | Self::EditorNote { name, .. } => Some(name),
        }
    }

    /// The subject, and what comes between the greeting and the end.
    fn said(&self, club: &Club<'_>) -> (Sentence, Vec<Part>) {
        let name = line(club.name);
        match self {
            Self::Invitation {
                code, expires_at, ..
            } => {
                let until = sentence!("mail.works_until", date = date(*expires_at));
                let mut parts = vec![Part::Said(sentence!(
                    "mail.invitation",
                    club = name.clone()
                ))];
                parts.extend(by_code(club, code, until));
                parts.push(Part::Small(sentence!("mail.not_expected")));
                (sentence!("mail.invitation_subject", club = name), parts)
            }
            Self::ForgottenPassword { code, .. } => {
                let mut parts = vec![Part::Said(sentence!("mail.forgotten", club = name.clone()))];
                parts.extend(by_code(club, code, sentence!("mail.works_an_hour")));
                parts.push(Part::Said(sentence!("mail.forgotten_not_you")));
                (sentence!("mail.forgotten_subject", club = name), parts)
            }
            Self::NewAddress { code } => {
                let parts = vec![
                    Part::Said(sentence!("mail.new_address", club = name.clone())),
                    Part::Code(code.to_string()),
                    Part::Said(sentence!("mail.works_an_hour")),
                    Part::Small(sentence!("mail.not_expected")),
                ];
                (sentence!("mail.new_address_subject", club = name), parts)
            }
            Self::AddressChanged { changed_at, .. } => {
                let changed = sentence!(
                    "mail.address_changed",
                    time = time(*changed_at),
                    club = name.clone()
                );
                let not_you = sentence!("mail.address_changed_not_you", club = name.clone());
                let parts = vec![Part::Said(changed), Part::Said(not_you)];
                let subject = sentence!("mail.address_changed_subject", club = name);
                (subject, parts)
            }
            Self::PageUp { title, url, .. } => {
                let title = line(title);
                let parts = vec![
                    Part::Said(sentence!("mail.page_up", title = title.clone())),
                    Part::Link((*url).to_owned()),
                ];
                (sentence!("mail.page_up_subject", title = title), parts)
            }
            Self::EditorNote {
                title,
                editor,
                verdict,
                note,
                ..
            } => {
                let (title, editor) = (line(title), line(editor));
                let subject = sentence!("mail.note_subject", title = title.clone());
                let decided = decided(*verdict, &title, &editor);
                let mut parts = vec![Part::Said(decided)];
                if !note.trim().is_empty() {
                    parts.push(Part::Said(sentence!("mail.note_wrote", editor = editor)));
                    parts.push(Part::Quoted((*note).to_owned()));
                }
                let desk = sentence!("mail.note_desk", address = club.public_url);
                parts.push(Part::Said(desk));
                (subject, parts)
            }
        }
    }
}

fn decided(verdict: Verdict, title: &str, editor: &str) -> Sentence {
    match verdict {
        Verdict::Approved => sentence!("mail.note_approved", title = title, editor = editor),
        Verdict::Withdrawn => sentence!("mail.note_withdrawn", title = title, editor = editor),
        Verdict::Restored => sentence!("mail.note_restored", title = title, editor = editor),
    }
}

/// A code that sets a password: by a link that fills the form and no more, or typed.
fn by_code(club: &Club<'_>, code: &Code, until: Sentence) -> [Part; 4] {
    let join = format!("{}/join", club.public_url);
    [
        Part::Link(format!("{join}#{code}")),
        Part::Said(sentence!("mail.or_code", address = join)),
        Part::Code(code.to_string()),
        Part::Said(until),
    ]
}

/// A day in UTC. Unix seconds beyond what there are days for are the last day.
fn date(seconds: u64) -> String {
    at(seconds).strftime("%Y-%m-%d").to_string()
}

fn time(seconds: u64) -> String {
    at(seconds).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn at(seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
