//! Listings of versions: what was under a key before, and what is there no more.

use std::cmp::Ordering;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::primitives::DateTime;

use crate::Blobs;
use crate::error::{Error, Result};
use crate::read::{bytes_of, unix_seconds};

/// One version of an object, or one delete marker, as a listing names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub key: String,
    /// `null` in a bucket that keeps no versions.
    pub id: Option<String>,
    pub is_marker: bool,
    /// Whether it is the newest under its key. A marker that is: there is no object.
    pub is_latest: bool,
    /// Bytes.
    pub size: u64,
    /// When it was written, in Unix seconds.
    pub last_modified: u64,
}

/// A part of a listing of versions: by key, and of each key the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionsPage {
    pub versions: Vec<Version>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<After>,
}

/// What a page of versions ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub key: String,
    /// `None`: after every version of the key.
    pub version: Option<String>,
}

impl Blobs {
    /// Up to `limit` versions and delete markers whose keys begin with `prefix`. After an id that no version has,
    /// nothing comes. A bucket that keeps no versions lists each object as its only one.
    pub async fn versions_page(
        &self,
        prefix: &str,
        after: Option<&After>,
        limit: Option<u16>,
    ) -> Result<VersionsPage> {
        let listed = self
            .client
            .list_object_versions()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_key_marker(after.map(|after| after.key.clone()))
            .set_version_id_marker(after.and_then(|after| after.version.clone()))
            .set_max_keys(limit.map(i32::from))
            .send()
            .await;
        match listed {
            Ok(listed) => Ok(page(listed)),
            Err(error)
                if after.is_some_and(|after| after.version.is_some())
                    && error.code() == Some("InvalidArgument") =>
            {
                Ok(VersionsPage::default())
            }
            Err(error) => Err(Error::store("ListObjectVersions")(error)),
        }
    }
}

/// Puts versions and markers into the one order that S3 listed them in: the SDK hands them out apart.
fn page(listed: ListObjectVersionsOutput) -> VersionsPage {
    let next = listed.next_key_marker.map(|key| After {
        key,
        version: listed.next_version_id_marker,
    });
    let versions = listed.versions.unwrap_or_default().into_iter();
    let versions = versions.filter_map(|it| {
        let version = Version {
            key: it.key?,
            id: it.version_id,
            is_marker: false,
            is_latest: it.is_latest.unwrap_or_default(),
            size: bytes_of(it.size),
            last_modified: unix_seconds(it.last_modified.as_ref()),
        };
        Some((version, it.last_modified))
    });
    let markers = listed.delete_markers.unwrap_or_default().into_iter();
    let markers = markers.filter_map(|it| {
        let marker = Version {
            key: it.key?,
            id: it.version_id,
            is_marker: true,
            is_latest: it.is_latest.unwrap_or_default(),
            size: 0,
            last_modified: unix_seconds(it.last_modified.as_ref()),
        };
        Some((marker, it.last_modified))
    });
    VersionsPage {
        versions: merged(versions.collect(), markers.collect()),
        next,
    }
}

/// A version, and when it was written as exactly as S3 says.
type Timed = (Version, Option<DateTime>);

/// Merges two listings. Each keeps its order, which times alone wouldn't give: many writes share one.
fn merged(versions: Vec<Timed>, markers: Vec<Timed>) -> Vec<Version> {
    let mut merged = Vec::with_capacity(versions.len() + markers.len());
    let mut markers = markers.into_iter().peekable();
    for version in versions {
        while let Some(marker) = markers.next_if(|marker| is_before(marker, &version)) {
            merged.push(marker.0);
        }
        merged.push(version.0);
    }
    merged.extend(markers.map(|marker| marker.0));
    merged
}

/// Whether a marker stands before a version. Of one time the marker is taken for the newer one: what is deleted in the
/// moment in which it was written is more common than the other way round.
fn is_before((marker, deleted_at): &Timed, (version, written_at): &Timed) -> bool {
    match marker.key.cmp(&version.key) {
        Ordering::Equal => {
            !version.is_latest && (marker.is_latest || deleted_at.as_ref() >= written_at.as_ref())
        }
        order => order == Ordering::Less,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(key: &str, id: &str, is_marker: bool, is_latest: bool, at: i64) -> Timed {
        let version = Version {
            key: key.to_owned(),
            id: Some(id.to_owned()),
            is_marker,
            is_latest,
            size: 0,
            last_modified: at.unsigned_abs(),
        };
        (version, Some(DateTime::from_secs(at)))
    }

    fn order(versions: Vec<Timed>, markers: Vec<Timed>) -> Vec<String> {
        let merged = merged(versions, markers);
        merged
            .into_iter()
            .filter_map(|version| version.id)
            .collect()
    }

    #[test]
    fn versions_and_markers_stand_in_the_order_of_the_store() {
        let versions = vec![
            one("a", "a3", false, true, 9),
            one("a", "a2", false, false, 5),
            one("a", "a1", false, false, 2),
            one("b", "b1", false, false, 3),
            one("d", "d1", false, true, 1),
        ];
        let markers = vec![
            one("a", "a-", true, false, 4),
            one("b", "b-", true, true, 7),
            one("c", "c-", true, true, 1),
        ];
        assert_eq!(
            order(versions, markers),
            ["a3", "a2", "a-", "a1", "b-", "b1", "c-", "d1"]
        );
        assert_eq!(order(vec![], vec![one("z", "z-", true, true, 1)]), ["z-"]);
    }

    #[test]
    fn of_one_second_the_newest_is_known_and_a_deletion_comes_after_what_it_deleted() {
        let versions = vec![
            one("a", "a2", false, true, 5),
            one("a", "a1", false, false, 5),
        ];
        let markers = vec![one("a", "a-", true, false, 5)];
        assert_eq!(order(versions, markers), ["a2", "a-", "a1"]);
        let deleted = vec![one("a", "a1", false, false, 5)];
        let markers = vec![
            one("a", "a--", true, true, 5),
            one("a", "a-", true, false, 5),
        ];
        assert_eq!(order(deleted, markers), ["a--", "a-", "a1"]);
    }
}
