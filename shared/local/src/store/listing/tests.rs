use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rusqlite::{Connection, params};

use super::*;
use crate::store::schema;

/// An index with a bucket `b`; `versions` says how many versions each key has, the last of them a
/// delete marker where the number is even.
fn index(versions: &BTreeMap<String, usize>) -> Connection {
    let index = schema::open(None).unwrap();
    index
        .execute("INSERT INTO buckets VALUES ('b', 0, 1)", [])
        .unwrap();
    for (key, count) in versions {
        for number in 1..=*count {
            let body = (number % 2 == 1).then_some("body");
            index
                .execute(
                    "INSERT INTO versions (bucket, key, version, latest, body, size, etag, modified, attributes)
                     VALUES ('b', ?1, ?2, ?3, ?4, 0, '', 0, '{}')",
                    params![key, format!("v{number}"), number == *count, body],
                )
                .unwrap();
        }
    }
    index
}

/// Every page of a listing, `max_keys` at a time.
fn all_pages(index: &Connection, mut request: Request) -> (Vec<(String, String)>, Vec<String>) {
    let (mut versions, mut prefixes) = (Vec::new(), Vec::new());
    loop {
        let page = list(index, &request).unwrap();
        let length = page.versions.len() + page.common_prefixes.len();
        assert!(length <= limit(request.max_keys), "{page:?}");
        versions.extend(
            page.versions
                .into_iter()
                .map(|version| (version.key, version.id)),
        );
        prefixes.extend(page.common_prefixes);
        let Some((key, version)) = page.next else {
            return (versions, prefixes);
        };
        assert!(length > 0, "a page that goes on is not empty");
        request.after = Some(key);
        request.after_version = version.filter(|_| request.versions);
    }
}

proptest! {
    #[test]
    fn pages_of_any_length_are_the_whole_listing(
        versions in proptest::collection::btree_map("[a/é]{1,4}", 1..4_usize, 0..12),
        prefix in "[a/é]{0,2}",
        delimiter in proptest::option::of("[/a]"),
        max_keys in 1..5,
        every_version in any::<bool>(),
    ) {
        let (mut expected, mut groups) = (Vec::new(), BTreeSet::new());
        for (key, count) in &versions {
            let Some(rest) = key.strip_prefix(&prefix) else { continue };
            if !every_version && count % 2 == 0 {
                continue;
            }
            match delimiter.as_ref().and_then(|delimiter| rest.split_once(delimiter.as_str())) {
                Some((segment, _)) => {
                    groups.insert(format!("{prefix}{segment}{}", delimiter.as_deref().unwrap_or_default()));
                }
                None if every_version => {
                    expected.extend((1..=*count).rev().map(|number| (key.clone(), format!("v{number}"))));
                }
                None => expected.push((key.clone(), format!("v{count}"))),
            }
        }
        let request = Request {
            bucket: "b".to_owned(),
            prefix,
            delimiter,
            max_keys: Some(max_keys),
            versions: every_version,
            ..Request::default()
        };
        let (listed, prefixes) = all_pages(&index(&versions), request);
        prop_assert_eq!(listed, expected);
        prop_assert_eq!(prefixes, groups.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn no_keys_are_asked_for_and_none_given() {
    let request = Request {
        bucket: "b".to_owned(),
        max_keys: Some(0),
        ..Request::default()
    };
    let page = list(&index(&BTreeMap::from([("k".to_owned(), 1)])), &request).unwrap();
    assert_eq!(page, Page::default());
}
