//! A document gets another address, and the function is cut short, or another one is at it.

use blobs::layout::{MovedKey, SourceKey, content_key};
use endpoint::Environment;
use members::Account;
use serde_json::json;

use crate::picture_faults::{Pause, Stores, at_every_call, stack};
use crate::version_faults::{Functions, NEW, OLD, listed, there};

const BURIED: &str = "# Buried\n";

/// The texts that are live under two addresses, of which nothing else is known.
async fn texts(stores: &Stores, keys: &[&String]) -> Vec<String> {
    let mut texts = Vec::new();
    for key in keys {
        texts.extend(there(stores, key).await.map(|(text, _)| text));
    }
    texts
}

fn key(account: &Account, slug: &str) -> String {
    SourceKey::new(&account.id, slug).key()
}

/// Every version of every document, by its id, with its text.
async fn stored(stores: &Stores, keys: &[&String]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for key in keys {
        for version in listed(stores, key).await {
            if let Some(id) = version.id.filter(|_| !version.is_marker) {
                let object = stores.uploads.get_version(key, &id, 1 << 20).await.unwrap();
                let text = String::from_utf8(object.unwrap().bytes.to_vec()).unwrap();
                found.push((id, text));
            }
        }
    }
    found
}

/// Hands a key to `rewrite_readme`, and then what can wait, until nothing does.
async fn look(stores: &Stores, healthy: &Stores, account: &Account, key: &str) {
    let state = stores.rewrite_readme();
    let _ = Box::pin(rewrite_readme::handler(&state, stores.tells(key))).await;
    let state = healthy.rewrite_readme();
    for _ in 0..10 {
        let later = healthy.asked(account).await;
        if later.is_empty() {
            return;
        }
        for key in later {
            let looked = rewrite_readme::handler(&state, healthy.tells(&key)).await;
            assert_eq!(looked.unwrap(), json!({"batchItemFailures": []}));
        }
    }
    panic!("something goes round in circles");
}

/// Whatever is killed when, the document is there, at one address or at both, with all that is known of it; saying it
/// again finishes it, and no version is lost.
#[tokio::test]
async fn a_rename_that_is_cut_short_loses_nothing_and_is_finished_by_the_next() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for is_buried in [false, true] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let account = healthy
                .member(&format!("jo-{at}-{commits}-{is_buried}"))
                .await;
            let functions = Functions::of(&environment, &account).await;
            let from = functions.put(&healthy, "trip", &[OLD, NEW]).await;
            let to = key(&account, "journey");
            if is_buried {
                functions.put(&healthy, "journey", &[BURIED]).await;
                healthy.uploads.delete(&to).await.unwrap();
            }
            let note = there(&healthy, &from).await.unwrap().1;
            let before = stored(&healthy, &[&from, &to]).await;

            let status = functions.rename(&killed, "trip", "journey").await;
            assert!([202, 503].contains(&status), "{status} at {at}");
            let live = texts(&healthy, &[&from, &to]).await;
            assert!(!live.is_empty(), "lost at {at}");
            assert!(live.iter().all(|text| text == NEW), "{live:?} at {at}");
            if status == 202 {
                assert_eq!(there(&healthy, &from).await, None);
            }

            for _ in 0..2 {
                let status = functions.rename(&healthy, "trip", "journey").await;
                assert_eq!(status, 202, "at {at}");
                assert_eq!(there(&healthy, &from).await, None, "at {at}");
                let (text, kept) = there(&healthy, &to).await.expect("a document");
                assert_eq!((text.as_str(), &kept), (NEW, &note), "at {at}");
            }
            let after = stored(&healthy, &[&from, &to]).await;
            for version in &before {
                assert!(after.contains(version), "{version:?} lost at {at}");
            }
            assert_eq!(after.len(), before.len() + 1, "one copy, at {at}");
            let address = healthy.members.address(&account.id, "journey").await;
            let address = address.unwrap();
            let parts: Vec<_> = address
                .parts
                .iter()
                .map(|part| (part.slug.as_str(), part.deleted))
                .collect();
            let buried = is_buried.then_some(("journey", true));
            let wanted: Vec<_> = [("trip", false)].into_iter().chain(buried).collect();
            assert_eq!(parts, wanted, "at {at}");
            assert_eq!(address.former, ["trip"]);
            // Each version comes back from the one history.
            for (id, text) in &before {
                let status = functions.restore(&healthy, "journey", id).await;
                if text == BURIED {
                    // It can be read, and was another document's.
                    assert_eq!(status, 409);
                    continue;
                }
                assert_eq!(status, 202);
                assert_eq!(&there(&healthy, &to).await.unwrap().0, text);
            }
        })
        .await;
        assert!(calls > 10, "{calls} calls");
    }
}

/// Runs `one` with a process that stands still at each of its calls in turn, and `other` meanwhile; then `check`, with
/// what both answered.
async fn beside(
    environment: &Environment,
    name: &str,
    one: impl AsyncFn(&Functions<'_>, &Stores) -> i64,
    other: impl AsyncFn(&Functions<'_>, &Stores) -> i64,
    check: impl AsyncFn(&Account, &Stores, (i64, i64), String),
) {
    let healthy = Stores::healthy(environment);
    for at in 0..100 {
        let mut made = 0;
        for &commits in crate::before_and_after(at) {
            let handle = format!("jo-{name}-{at}-{commits}");
            let account = healthy.member(&handle).await;
            let functions = Functions::of(environment, &account).await;
            functions.put(&healthy, "trip", &[OLD, NEW]).await;
            let pause = Pause {
                at,
                commits,
                dies: false,
            };
            let (stores, paused) = Stores::paused(environment, pause);
            let pausing = one(&functions, &stores);
            let answers = paused.beside(pausing, other(&functions, &healthy)).await;
            check(&account, &healthy, answers, format!("{handle} {answers:?}")).await;
            made = paused.made();
        }
        if made <= at {
            assert!(at > 3, "{at} calls of {name}");
            return;
        }
    }
    panic!("no end of calls");
}

async fn to_journey(functions: &Functions<'_>, stores: &Stores) -> i64 {
    functions.rename(stores, "trip", "journey").await
}

/// What is uploaded to the former address meanwhile is live: there, or where the document is.
#[tokio::test]
async fn what_is_uploaded_while_its_document_is_renamed_is_there() {
    const UPLOADED: &str = "# Uploaded meanwhile\n";
    let (_stack, environment) = stack().await;
    let uploading = async |functions: &Functions<'_>, stores: &Stores| {
        functions.put(stores, "trip", &[UPLOADED]).await;
        202
    };
    let check = async |account: &Account, stores: &Stores, (renamed, _): (i64, i64), at: String| {
        let (from, to) = (key(account, "trip"), key(account, "journey"));
        assert!([202, 409, 503].contains(&renamed), "{at}");
        let live = texts(stores, &[&from, &to]).await;
        assert!(live.iter().any(|text| text == UPLOADED), "{live:?} {at}");
        for text in [OLD, NEW, UPLOADED] {
            let stored = stored(stores, &[&from, &to]).await;
            assert!(stored.iter().any(|(_, known)| known == text), "{at}");
        }
        // Nothing of it counts as deleted.
        if there(stores, &from).await.is_none() {
            let newest = listed(stores, &from).await;
            let newest = newest.iter().find(|it| !it.is_marker).unwrap();
            let address = stores.members.address(&account.id, "trip").await.unwrap();
            assert!(address.has_left(newest.id.as_ref().unwrap()), "{at}");
        }
    };
    beside(&environment, "upload", to_journey, uploading, check).await;
}

/// A deletion of the former address meanwhile: the document is at the new one, or it can come back from where it was.
#[tokio::test]
async fn what_is_deleted_while_it_is_renamed_is_moved_or_deleted() {
    let (_stack, environment) = stack().await;
    let deleting = async |functions: &Functions<'_>, stores: &Stores| {
        let key = functions.put(stores, "trip", &[]).await;
        stores.uploads.delete(&key).await.unwrap();
        202
    };
    let check = async |account: &Account, stores: &Stores, (renamed, _): (i64, i64), at: String| {
        let (from, to) = (key(account, "trip"), key(account, "journey"));
        assert_eq!(there(stores, &from).await, None, "{at}");
        let is_moved = there(stores, &to).await.is_some();
        assert_eq!(renamed, if is_moved { 202 } else { 404 }, "{at}");
        if !is_moved {
            let address = stores.members.address(&account.id, "trip").await.unwrap();
            assert_eq!(address, members::Address::default(), "{at}");
            assert_eq!(listed(stores, &to).await, [], "{at}");
        }
        assert_eq!(stored(stores, &[&from]).await.len(), 2, "{at}");
    };
    beside(&environment, "deletion", to_journey, deleting, check).await;
}

/// Of two renames at once one wins, and the other is told; of the same one said twice both are right.
#[tokio::test]
async fn of_two_renames_at_once_one_wins() {
    let (_stack, environment) = stack().await;
    let to_tour = async |functions: &Functions<'_>, stores: &Stores| {
        functions.rename(stores, "trip", "tour").await
    };
    let check = async |account: &Account, stores: &Stores, (one, other): (i64, i64), at: String| {
        let keys = ["trip", "journey", "tour"].map(|slug| key(account, slug));
        let live = texts(stores, &[&keys[0], &keys[1], &keys[2]]).await;
        assert_eq!(live, [NEW], "{at}");
        let is = [&keys[1], &keys[2]].map(|key| there(stores, key));
        let is = futures::future::join_all(is).await;
        for (there, status) in is.into_iter().zip([one, other]) {
            if there.is_some() {
                assert_eq!(status, 202, "{at}");
            } else {
                assert!([404, 409].contains(&status), "{at}");
            }
        }
    };
    beside(&environment, "rename", to_journey, to_tour, check).await;
    let check = async |account: &Account, stores: &Stores, answers: (i64, i64), at: String| {
        assert_eq!(answers, (202, 202), "{at}");
        let keys = ["trip", "journey"].map(|slug| key(account, slug));
        assert_eq!(texts(stores, &[&keys[0], &keys[1]]).await, [NEW], "{at}");
        assert_eq!(stored(stores, &[&keys[1]]).await.len(), 1, "{at}");
    };
    beside(&environment, "twice", to_journey, to_journey, check).await;
}

/// What is erased for good while it is renamed doesn't come back, whichever address was named and whoever waits.
#[tokio::test]
async fn what_is_erased_for_good_while_it_is_renamed_does_not_come_back() {
    let (_stack, environment) = stack().await;
    for slug in ["trip", "journey"] {
        let erasing =
            async |functions: &Functions<'_>, stores: &Stores| functions.erase(stores, slug).await;
        let is_right = async |account: &Account, stores: &Stores, erased: i64, at: String| {
            let (from, to) = (key(account, "trip"), key(account, "journey"));
            let left = stored(stores, &[&from, &to]).await;
            match erased {
                // What the word meant was there, and is gone under every address.
                202 if slug == "trip" => assert_eq!(left, [], "{at}"),
                202 => assert_eq!(there(stores, &to).await, None, "{at}"),
                404 => assert!(!left.is_empty(), "{at}"),
                other => panic!("{other} {at}"),
            }
        };
        let check = async |account: &Account, stores: &Stores, (_, erased), at: String| {
            is_right(account, stores, erased, at).await;
        };
        beside(
            &environment,
            &format!("erase-{slug}"),
            to_journey,
            erasing,
            check,
        )
        .await;
        let check = async |account: &Account, stores: &Stores, (erased, _), at: String| {
            is_right(account, stores, erased, at).await;
        };
        beside(
            &environment,
            &format!("erasing-{slug}"),
            erasing,
            to_journey,
            check,
        )
        .await;
    }
}

/// A version that is restored while its document is renamed is live, or its author is told; nothing is lost.
#[tokio::test]
async fn a_restore_beside_a_rename_loses_nothing() {
    let (_stack, environment) = stack().await;
    let restoring = async |functions: &Functions<'_>, stores: &Stores| {
        let id = functions.oldest("trip").await;
        functions.restore(stores, "trip", &id).await
    };
    let check =
        async |account: &Account, stores: &Stores, (restored, _): (i64, i64), at: String| {
            let (from, to) = (key(account, "trip"), key(account, "journey"));
            let live = texts(stores, &[&from, &to]).await;
            assert!(!live.is_empty(), "{at}");
            match restored {
                202 => assert!(live.iter().any(|text| text == OLD), "{live:?} {at}"),
                // A document of its own by then, for which there is no room.
                status => assert!([404, 409, 503].contains(&status), "{at}"),
            }
            let stored = stored(stores, &[&from, &to]).await;
            for text in [OLD, NEW] {
                assert!(stored.iter().any(|(_, known)| known == text), "{at}");
            }
        };
    beside(&environment, "restore", restoring, to_journey, check).await;
}

/// A document that has come to a former address and goes the same way, before anybody has looked at it, takes the other
/// one's place by no means.
#[tokio::test]
async fn a_second_document_on_the_same_way_finds_the_address_taken() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let account = healthy.member("jo").await;
    let functions = Functions::of(&environment, &account).await;
    functions.put(&healthy, "trip", &[NEW]).await;
    assert_eq!(to_journey(&functions, &healthy).await, 202);
    let to = key(&account, "journey");
    let from = functions.put(&healthy, "trip", &["# Another\n"]).await;
    assert_eq!(to_journey(&functions, &healthy).await, 409);
    assert_eq!(texts(&healthy, &[&from, &to]).await, ["# Another\n", NEW]);

    // Where the first is deleted, the second may come, and each keeps its own versions.
    healthy.uploads.delete(&to).await.unwrap();
    assert_eq!(to_journey(&functions, &healthy).await, 202);
    assert_eq!(texts(&healthy, &[&from, &to]).await, ["# Another\n"]);
    let address = healthy.members.address(&account.id, "journey").await;
    let parts = address.unwrap().parts;
    let deleted: Vec<_> = parts.iter().map(|part| part.deleted).collect();
    assert_eq!(deleted, [false, true, false]);
}

/// An erasure for good of a document that was renamed, cut short: nothing old comes to light, and the next try leaves
/// nothing.
#[tokio::test]
async fn an_erasure_of_a_renamed_document_is_finished_by_the_next() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let account = healthy.member(&format!("jo-{at}-{commits}")).await;
        let functions = Functions::of(&environment, &account).await;
        let from = functions.put(&healthy, "trip", &[OLD, NEW]).await;
        assert_eq!(to_journey(&functions, &healthy).await, 202);
        let to = key(&account, "journey");
        let status = functions.erase(&killed, "journey").await;
        assert!([202, 503].contains(&status), "{status} at {at}");
        assert_eq!(there(&healthy, &from).await, None, "at {at}");
        let status = functions.erase(&healthy, "journey").await;
        assert!([202, 404].contains(&status), "{status} at {at}");
        for key in [&from, &to] {
            assert_eq!(stored(&healthy, &[key]).await, [], "at {at}");
        }
        for slug in ["trip", "journey"] {
            let address = healthy.members.address(&account.id, slug).await.unwrap();
            assert!(
                address.moved_to.is_none() && address.parts.is_empty() && address.former.is_empty(),
                "{address:?} at {at}"
            );
        }
    })
    .await;
    assert!(calls > 8, "{calls} calls");
}

/// Whatever is killed when, and in whatever order both addresses are looked at: the page is at its new address alone, and
/// the former one leads there.
#[tokio::test]
async fn a_killed_look_leaves_the_way_to_the_next() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for is_early in [false, true] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let account = healthy
                .member(&format!("jo-{at}-{commits}-{is_early}"))
                .await;
            let functions = Functions::of(&environment, &account).await;
            let from = functions.put(&healthy, "trip", &[NEW]).await;
            look(&healthy, &healthy, &account, &from).await;
            assert_eq!(to_journey(&functions, &healthy).await, 202);
            let to = key(&account, "journey");
            let keys = if is_early { [&to, &from] } else { [&from, &to] };
            look(&killed, &healthy, &account, keys[0]).await;
            for key in keys {
                look(&healthy, &healthy, &account, key).await;
            }
            let head = async |key: String| healthy.content.head(&key).await.unwrap();
            let entry = |slug: &str| content_key(&format!("{}/{slug}", account.handle));
            assert!(head(entry("journey")).await.is_some(), "at {at}");
            assert_eq!(head(entry("trip")).await, None, "at {at}");
            let moved = MovedKey::new(&format!("{}/trip", account.handle), "journey");
            assert!(head(moved.key()).await.is_some(), "at {at}");

            // Another document comes to the former address.
            functions.put(&healthy, "trip", &["# Another\n"]).await;
            let again = Stores::killed_at(&environment, at, commits);
            look(&again, &healthy, &account, &from).await;
            look(&healthy, &healthy, &account, &from).await;
            assert_eq!(head(moved.key()).await, None, "at {at}");
            let address = healthy.members.address(&account.id, "journey").await;
            assert_eq!(address.unwrap().former, [""; 0], "at {at}");
        })
        .await;
        assert!(calls > 10, "{calls} calls");
    }
}
