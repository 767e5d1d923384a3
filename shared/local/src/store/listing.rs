//! Listings in the order of S3: the UTF-8 bytes of the key.

use rusqlite::Connection;

use super::index::is_versioned;
use super::{Result, Version};

/// S3 never lists more than this at once.
const MAX_KEYS: usize = 1000;

/// What to list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    pub(crate) delimiter: Option<String>,
    /// The key or common prefix to go on after.
    pub(crate) after: Option<String>,
    /// Where `after` names a version too, to go on after it.
    pub(crate) after_version: Option<String>,
    pub(crate) max_keys: Option<i32>,
    /// Every version and delete marker, not only the objects as they are now.
    pub(crate) versions: bool,
}

/// A part of a listing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) versions: Vec<Version>,
    pub(crate) common_prefixes: Vec<String>,
    /// Where there is more: the last key or common prefix of this page, and its version.
    pub(crate) next: Option<(String, Option<String>)>,
}

/// The limit a listing works with, as its answer repeats it.
pub(crate) fn limit(max_keys: Option<i32>) -> usize {
    max_keys.map_or(MAX_KEYS, |max| {
        usize::try_from(max).unwrap_or(0).min(MAX_KEYS)
    })
}

/// One page of `request`.
pub(crate) fn list(index: &Connection, request: &Request) -> Result<Page> {
    is_versioned(index, &request.bucket)?;
    let limit = limit(request.max_keys);
    let mut page = Page::default();
    if limit == 0 {
        return Ok(page);
    }
    let after = request.after.as_deref().unwrap_or_default();
    let from = after.max(request.prefix.as_str());
    let mut statement = if request.versions {
        index.prepare_cached(
            "SELECT * FROM versions WHERE bucket = ?1 AND key >= ?2 ORDER BY key, sequence DESC",
        )?
    } else {
        index.prepare_cached(
            "SELECT * FROM versions WHERE bucket = ?1 AND key >= ?2 AND latest = 1 AND body IS NOT NULL ORDER BY key",
        )?
    };
    let mut rows = statement.query([request.bucket.as_str(), from])?;
    let mut passed = Passed {
        key: after,
        version: request.after_version.as_deref(),
    };
    let mut last = None;
    while let Some(row) = rows.next()? {
        let key = row
            .get_ref("key")?
            .as_str()
            .map_err(rusqlite::Error::from)?;
        let Some(rest) = key.strip_prefix(request.prefix.as_str()) else {
            break;
        };
        let common = common_prefix(&request.prefix, rest, request.delimiter.as_deref());
        if let Some(common) = &common
            && (common == after || page.common_prefixes.last() == Some(common))
        {
            continue;
        }
        if common.is_none()
            && passed.holds(
                key,
                row.get_ref("version")?
                    .as_str()
                    .map_err(rusqlite::Error::from)?,
            )
        {
            continue;
        }
        if page.versions.len() + page.common_prefixes.len() == limit {
            page.next = last;
            break;
        }
        if let Some(common) = common {
            last = Some((common.clone(), None));
            page.common_prefixes.push(common);
        } else {
            let version = Version::from_row(row)?;
            last = Some((version.key.clone(), Some(version.id.clone())));
            page.versions.push(version);
        }
    }
    Ok(page)
}

/// What the page before ended with.
struct Passed<'a> {
    key: &'a str,
    version: Option<&'a str>,
}

impl Passed<'_> {
    /// Whether a row was on the page before; asked in the order of the listing.
    fn holds(&mut self, key: &str, version: &str) -> bool {
        if self.key.is_empty() || key != self.key {
            return false;
        }
        match self.version {
            None => true,
            Some(last) => {
                if last == version {
                    // The rows after it are new.
                    self.key = "";
                }
                true
            }
        }
    }
}

fn common_prefix(prefix: &str, rest: &str, delimiter: Option<&str>) -> Option<String> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let (segment, _) = rest.split_once(delimiter)?;
    Some(format!("{prefix}{segment}{delimiter}"))
}

#[cfg(test)]
mod tests;
