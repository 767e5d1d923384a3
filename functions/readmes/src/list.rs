//! The list of a member's documents, in pages: an answer of Lambda's may have 6 MB, and the reports
//! of a member may have a hundred times as much. So the list counts warnings, and each document's
//! own address has them.

use std::collections::BTreeMap;

use blobs::layout::{SourceKey, SourceNote};
use endpoint::{EditorNote, Error, Request, sentence};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use members::{Account, Summary};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;

use crate::{Standing, State, Told, standing};

/// How many documents a page has unless `limit` says otherwise.
const PAGE: u16 = 50;
/// The most that a page has: with every text at its longest, a tenth of what an answer may have.
const MAX_PAGE: u16 = 100;
/// How many sources are asked side by side for what is kept beside them, which S3's listing leaves out.
pub(crate) const ASKED_AT_ONCE: usize = 8;
/// The longest cursor, in bytes: an object's key has 1,024, and 48 of these stand around the slug.
const MAX_CURSOR_BYTES: usize = 976;
/// What stands escaped in a cursor: another program's key may hold anything, and a slug holds none of it.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    standing: Standing,
    /// As it stands in the frontmatter; `None` while this version is being converted.
    title: Option<String>,
    /// How many warnings the report on this version has.
    warning_count: usize,
}

#[derive(Serialize)]
struct Page {
    readmes: Vec<Listed>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

pub(crate) async fn list(state: &State, member: &Account, request: &Request) -> endpoint::Result {
    let after = cursor(request)?.map(|slug| SourceKey::new(&member.id, &slug).key());
    let listed = state
        .uploads
        .list(
            &SourceKey::prefix(&member.id),
            after.as_deref(),
            limit(request)?,
        )
        .await
        .map_err(Error::unavailable)?;
    let sources: Vec<_> = listed
        .entries
        .iter()
        .filter_map(|entry| Some((SourceKey::parse(&entry.key)?, entry)))
        .collect();
    let slugs = || sources.iter().map(|(source, _)| source.slug.as_str());
    let range = slugs().min().zip(slugs().max());
    let reports = match range {
        Some(_) => state.bearer.members.summaries(&member.id, range).await?,
        None => Vec::new(),
    };
    let addresses = match range {
        Some(range) => state.bearer.members.addresses(&member.id, range).await?,
        None => Vec::new(),
    };
    let notes = notes(state, member, range).await?;
    let told = Told::of(state, member).await?;
    let language = endpoint::language(request.headers());
    let readmes = sources.iter().map(|(source, entry)| {
        let report = reports.iter().find(|report| report.slug == source.slug);
        let version = (entry.etag.as_str(), entry.last_modified);
        let is_current = |report: &&Summary| report.source_version == entry.etag;
        let current = report.filter(is_current);
        let mut standing = standing(state, member, source, version, report, &told, language);
        let address = addresses.iter().find(|(slug, _)| *slug == source.slug);
        standing.former_slugs = address.map_or_else(Vec::new, |(_, it)| it.former.clone());
        standing.note = notes.get(&source.slug).cloned();
        let listed = Listed {
            standing,
            title: current.and_then(|report| report.title.clone()),
            warning_count: current.map_or(0, |report| {
                let refused = told.refused_of_current(report, &entry.etag);
                report.warnings + usize::from(refused.is_some())
            }),
        };
        noted(state, source.key(), listed)
    });
    let readmes: Vec<_> = readmes.collect();
    let readmes = stream::iter(readmes)
        .buffered(ASKED_AT_ONCE)
        .try_collect()
        .await?;
    let page = Page {
        readmes,
        cursor: listed.cursor.as_deref().and_then(cursor_of),
    };
    endpoint::ok_in(language, &page)
}

/// What editors told the author of the documents from one slug to another, by their slugs.
async fn notes(
    state: &State,
    member: &Account,
    range: Option<(&str, &str)>,
) -> Result<BTreeMap<String, EditorNote>, Error> {
    let Some(range) = range else {
        return Ok(BTreeMap::new());
    };
    let members = &state.bearer.members;
    let mut notes = BTreeMap::new();
    for (slug, decision) in members.decisions(&member.id, range).await? {
        let note = EditorNote::of(members, Some(&decision)).await?;
        notes.extend(note.map(|note| (slug, note)));
    }
    Ok(notes)
}

/// Takes over what is kept beside the source, which a report on this version has told already.
async fn noted(state: &State, key: String, mut listed: Listed) -> Result<Listed, Error> {
    if listed.standing.sha256.is_none() {
        let head = state.uploads.head(&key).await;
        let head = head.map_err(Error::unavailable)?;
        let note = head.and_then(|head| SourceNote::from_metadata(&head.metadata));
        listed.standing.note(note);
    }
    Ok(listed)
}

/// The cursor that leads on after a key.
pub(crate) fn cursor_of(key: &str) -> Option<String> {
    let source = SourceKey::parse(key)?;
    Some(utf8_percent_encode(&source.slug, ESCAPED).to_string())
}

pub(crate) fn cursor(request: &Request) -> Result<Option<String>, Error> {
    let Some(cursor) = endpoint::query(request, "cursor") else {
        return Ok(None);
    };
    let mut pieces = cursor.split('%');
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_escape = |text: &str| match text.as_bytes() {
        [high, low, ..] => {
            matches!(high, b'2'..=b'9' | b'A'..=b'F') && matches!(low, b'0'..=b'9' | b'A'..=b'F')
        }
        _ => false,
    };
    let is_one = pieces.next().is_some_and(is_plain)
        && pieces.all(|piece| is_escape(piece) && is_plain(piece));
    let slug = percent_decode_str(&cursor).decode_utf8_lossy();
    // S3 repeats it in its answer's XML, which can't hold these, as it can't hold control characters.
    let fits_xml = !slug.contains(['\u{fffe}', '\u{ffff}']);
    if is_one && fits_xml && (1..=MAX_CURSOR_BYTES).contains(&cursor.len()) {
        return Ok(Some(slug.into_owned()));
    }
    Err(Error::BadRequest(sentence!("api.cursor_unknown")))
}

pub(crate) fn limit(request: &Request) -> Result<u16, Error> {
    let Some(limit) = endpoint::query(request, "limit") else {
        return Ok(PAGE);
    };
    let limit = limit.parse().ok();
    limit
        .filter(|limit| (1..=MAX_PAGE).contains(limit))
        .ok_or_else(|| Error::BadRequest(sentence!("api.limit_out_of_range", most = MAX_PAGE)))
}
