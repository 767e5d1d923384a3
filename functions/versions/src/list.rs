//! The versions of a document, newest first and those of former addresses last, in pages: nobody bounds how often a document is sent within the time that
//! the bucket keeps what was replaced.

use blobs::layout::SourceKey;
use blobs::{After, Version};
use endpoint::{Error, Request, rfc3339, sentence};
use serde::Serialize;

use crate::history::{self, Section};
use crate::{State, is_id};

/// The most versions and deletions that a page is made of.
const PAGE: u16 = 100;

#[derive(Serialize)]
struct Listed {
    id: String,
    uploaded: String,
    /// Bytes.
    size: u64,
    state: &'static str,
}

#[derive(Serialize)]
struct Page {
    versions: Vec<Listed>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

/// The most parts of a history that an answer is made of, each of which takes a call of the store or two.
const SECTIONS: usize = 10;

/// What a page ended with: a version or a deletion, after which it goes on, or the part of the history that is next.
/// Whether a version was deleted or replaced is told by what stands before it.
struct Cursor {
    /// The newest version of the part, of one under a former address.
    section: Option<String>,
    /// `None`: the part from its beginning.
    after: Option<(bool, String)>,
}

impl Cursor {
    fn of(section: &Section, version: &Version) -> Option<Self> {
        Some(Self {
            section: section.newest.clone(),
            after: Some((version.is_marker, version.id.clone()?)),
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (text, section) = match text.split_once('~') {
            Some((text, section)) => (
                text,
                Some(section).filter(|it| is_id(it))?.to_owned().into(),
            ),
            None => (text, None),
        };
        let (kind, id) = text.split_once('-')?;
        let after = match kind {
            "d" | "v" if is_id(id) => Some((kind == "d", id.to_owned())),
            "s" if id.is_empty() && section.is_some() => None,
            _ => return None,
        };
        Some(Self { section, after })
    }

    fn text(&self) -> String {
        let after = match &self.after {
            Some((true, id)) => format!("d-{id}"),
            Some((false, id)) => format!("v-{id}"),
            None => "s-".to_owned(),
        };
        let section = self.section.as_ref();
        section.map_or(after.clone(), |section| format!("{after}~{section}"))
    }
}

pub(crate) async fn list(state: &State, source: &SourceKey, request: &Request) -> endpoint::Result {
    let cursor = cursor(request)?;
    let sections = history::sections(state, source).await?;
    let has_own_below = sections.first().is_some_and(|own| own.below.is_some());
    let section_of = |cursor: &Cursor| sections.iter().position(|it| it.newest == cursor.section);
    let start = match &cursor {
        None => Some(0),
        Some(cursor) => section_of(cursor),
    };
    // A part that is no more has no rest.
    let start = start.unwrap_or(sections.len());
    let mut is_known = cursor.is_some();
    let mut after = cursor.and_then(|cursor| cursor.after);
    let mut versions = Vec::new();
    let mut next = None;
    for (number, section) in sections.iter().enumerate().skip(start) {
        if versions.len() >= usize::from(PAGE) || number >= start + SECTIONS {
            next = Some(Cursor {
                section: section.newest.clone(),
                after: None,
            });
            break;
        }
        let found = page(state, section, after.take(), versions.len()).await?;
        // Markers above what another document left say nothing of one here.
        let is_markers_alone = found.versions.is_empty();
        is_known |= found.is_any && !(has_own_below && number == 0 && is_markers_alone);
        versions.extend(found.versions);
        if found.cursor.is_some() {
            next = found.cursor;
            break;
        }
    }
    if !is_known {
        return Err(Error::NotFound);
    }
    endpoint::ok(&Page {
        versions,
        cursor: next.map(|cursor| cursor.text()),
    })
}

/// What a page has of one part of the history.
#[derive(Default)]
struct Found {
    versions: Vec<Listed>,
    /// Whether there was anything, deletions included.
    is_any: bool,
    /// Where the part goes on.
    cursor: Option<Cursor>,
}

/// A page of one part, after what an earlier one ended with, for an answer that has so many versions already.
async fn page(
    state: &State,
    section: &Section,
    after: Option<(bool, String)>,
    has: usize,
) -> Result<Found, Error> {
    let mut found = Found::default();
    let mut after_marker = after.as_ref().map(|(is_marker, _)| *is_marker);
    let mut after = after.map(|(_, id)| id);
    if let (None, Some(newest)) = (&after, &section.newest) {
        // No listing begins with a version; it goes on after one.
        let head = state.uploads.head_version(&section.key, newest).await;
        let Some(head) = head.map_err(Error::unavailable)? else {
            return Ok(found);
        };
        let newest = Version {
            key: section.key.clone(),
            id: Some(newest.clone()),
            is_marker: false,
            is_latest: false,
            size: head.size,
            last_modified: head.last_modified,
        };
        found.versions.push(listed_as(&newest, section.is_deleted));
        found.is_any = true;
        after_marker = Some(false);
        after = newest.id;
    }
    let room = PAGE.saturating_sub(u16::try_from(has + found.versions.len()).unwrap_or(PAGE));
    if room == 0 {
        found.cursor = after.map(|id| Cursor {
            section: section.newest.clone(),
            after: Some((false, id)),
        });
        return Ok(found);
    }
    let after = after.map(|id| After {
        key: section.key.clone(),
        version: Some(id),
    });
    let listed = state
        .uploads
        .versions_page(&section.key, after.as_ref(), Some(room))
        .await
        .map_err(Error::unavailable)?;
    let is_over = section.is_over(&listed.versions);
    let has_more = !is_over && listed.next.is_some_and(|next| next.key == section.key);
    let mut last = None;
    for version in section.own(&listed.versions) {
        if !version.is_marker {
            let is_deleted = after_marker.unwrap_or_default();
            found.versions.push(listed_as(version, is_deleted));
        }
        after_marker = Some(version.is_marker);
        last = Some(version);
    }
    found.is_any |= last.is_some();
    found.cursor = last
        .filter(|_| has_more)
        .and_then(|last| Cursor::of(section, last));
    Ok(found)
}

/// A version, of which the next newer thing is a deletion or another version.
fn listed_as(version: &Version, is_deleted: bool) -> Listed {
    Listed {
        id: version.id.clone().unwrap_or_default(),
        uploaded: rfc3339(version.last_modified),
        size: version.size,
        state: match (version.is_latest, is_deleted) {
            (true, _) => "current",
            (false, true) => "deleted",
            (false, false) => "replaced",
        },
    }
}

fn cursor(request: &Request) -> Result<Option<Cursor>, Error> {
    let Some(text) = endpoint::query(request, "cursor") else {
        return Ok(None);
    };
    let cursor = Cursor::parse(&text);
    cursor
        .map(Some)
        .ok_or_else(|| Error::BadRequest(sentence!("api.cursor_unknown")))
}
