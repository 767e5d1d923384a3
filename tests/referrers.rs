//! READMEs that link to one that changed: each converted by a message of its own, when there is time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use blobs::layout::{SourceKey, content_key};
use blobs::{Condition, Upload};
use members::Account;
use serde_json::json;

use crate::picture_faults::{Stores, at_every_call, stack};
use crate::site::{Site, body};

/// Puts a README, without having it converted.
async fn put(stores: &Stores, account: &Account, slug: &str, text: String) -> String {
    let key = SourceKey::new(&account.id, slug).key();
    let source = Upload {
        bytes: text.into(),
        content_type: "text/markdown",
        ..Upload::default()
    };
    let put = stores.uploads.put(&key, source, Condition::Always);
    put.await.unwrap();
    key
}

/// Hands a key to `rewrite_readme`.
async fn look(stores: &Stores, key: &str) {
    let state = stores.rewrite_readme();
    let looked = rewrite_readme::handler(&state, stores.tells(key));
    assert_eq!(
        Box::pin(looked).await.unwrap(),
        json!({"batchItemFailures": []})
    );
}

/// Hands over what waits, until nothing does. Returns how many messages that were.
async fn look_later(stores: &Stores, account: &Account) -> usize {
    let mut looks = 0;
    for _ in 0..10 {
        let later = stores.asked(account).await;
        if later.is_empty() {
            return looks;
        }
        for key in later {
            look(stores, &key).await;
            looks += 1;
        }
    }
    panic!("something goes round in circles");
}

async fn published(stores: &Stores, account: &Account, slug: &str) -> String {
    let entry = SourceKey::new(&account.id, slug).entry_id(&account.handle);
    let output = stores
        .content
        .get(&content_key(&entry), 1 << 21)
        .await
        .unwrap();
    String::from_utf8(output.expect("an output").bytes.to_vec()).unwrap()
}

/// Calls of stores and bytes of their answers, for one change of a page that `notes` notes link to.
async fn cost_of_a_change(notes: usize) -> (usize, usize) {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    for number in 0..notes {
        let next = (number + 1) % notes;
        let text = format!("# Note {number}\n\n[[Hub]] [[note {next}]] ![x](missing.png)\n");
        let key = put(&stores, &account, &format!("note-{number}"), text).await;
        look(&stores, &key).await;
    }
    let hub = put(&stores, &account, "hub", "# Hub\n".to_owned()).await;
    look(&stores, &hub).await;
    look_later(&stores, &account).await;
    assert!(
        published(&stores, &account, "note-0")
            .await
            .contains("[Hub](/jo/hub/)")
    );
    assert!(
        published(&stores, &account, "note-0")
            .await
            .contains("[note 1](/jo/note-1/)")
    );

    let before = stores.traffic();
    stores.uploads.delete(&hub).await.unwrap();
    look(&stores, &hub).await;
    assert_eq!(look_later(&stores, &account).await, notes);
    assert!(
        published(&stores, &account, "note-0")
            .await
            .contains("\nHub [note 1]")
    );
    let after = stores.traffic();
    (after.0 - before.0, after.1 - before.1)
}

/// What one conversion costs doesn't depend on how much its author has published.
#[tokio::test]
async fn a_change_costs_as_much_as_there_are_referrers_and_no_more() {
    let notes = crate::sized(20, 500);
    let small = cost_of_a_change(notes).await;
    let large = cost_of_a_change(4 * notes).await;
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let exponent = |small: usize, large: usize| (large as f64 / small as f64).log(4.0);
    let (calls, bytes) = (exponent(small.0, large.0), exponent(small.1, large.1));
    assert!(
        calls < 1.1 && bytes < 1.1,
        "{calls} {bytes}: {small:?} {large:?}"
    );
}

/// Whatever is killed when, every referrer comes to know of a document that came.
#[tokio::test]
async fn a_killed_change_is_told_to_every_referrer_by_the_next_try() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let account = healthy.member(&format!("jo-{at}-{commits}")).await;
        for slug in ["a", "b"] {
            let key = put(
                &healthy,
                &account,
                slug,
                "# Note\n\nSee [[hub]].\n".to_owned(),
            )
            .await;
            look(&healthy, &key).await;
        }
        let hub = put(&healthy, &account, "hub", "# Hub\n".to_owned()).await;
        let _ = rewrite_readme::handler(&killed.rewrite_readme(), healthy.tells(&hub)).await;
        look(&healthy, &hub).await;
        look_later(&healthy, &account).await;
        for slug in ["a", "b"] {
            let text = published(&healthy, &account, slug).await;
            assert!(
                text.contains(&format!("[hub](/{}/hub/)", account.handle)),
                "{slug} at {at}: {text}"
            );
        }
        let report = healthy
            .members
            .report(&account.id, "hub")
            .await
            .unwrap()
            .unwrap();
        assert!(report.telling.is_empty() && report.announced == report.names);
    })
    .await;
    assert!(calls > 10, "{calls} calls");
}

/// A look that is cut short is made good by its message, and by whoever asks again meanwhile.
#[tokio::test]
async fn a_killed_look_is_made_good() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    at_every_call(&environment, async |at, commits, killed| {
        let account = healthy.member(&format!("jo-{at}-{commits}")).await;
        let note = put(
            &healthy,
            &account,
            "a",
            "# Note\n\nSee [[hub]].\n".to_owned(),
        )
        .await;
        look(&healthy, &note).await;
        let hub = put(&healthy, &account, "hub", "# Hub\n".to_owned()).await;
        look(&healthy, &hub).await;
        let told = healthy.asked(&account).await;
        assert_eq!(told.len(), 1);
        for key in &told {
            let _ = rewrite_readme::handler(&killed.rewrite_readme(), healthy.tells(key)).await;
            look(&healthy, key).await;
        }
        assert!(
            healthy.asked(&account).await.is_empty(),
            "nothing stays at {at}"
        );
        let text = published(&healthy, &account, "a").await;
        assert!(text.contains("/hub/)"), "{text} at {at}");
    })
    .await;
}

/// A document called by 48 more names.
fn names(prefix: &str) -> String {
    let names = (0..48).map(|number| format!("{prefix} {number}"));
    format!(
        "---\naliases: [{}]\n---\n# Many\n",
        names.collect::<Vec<_>>().join(", ")
    )
}

/// More names than one transaction takes are written by two. Killed between them, a report says nothing yet of the version that has
/// the new ones: whether it may be public is asked with the second.
#[tokio::test]
async fn a_report_of_two_transactions_says_nothing_new_in_the_first() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let halves = AtomicUsize::new(0);
    at_every_call(&environment, async |at, commits, killed| {
        let jo = healthy.member(&format!("jo-{at}-{commits}")).await;
        let report = async || healthy.members.report(&jo.id, "many").await.unwrap();
        let many = put(&healthy, &jo, "many", names("old")).await;
        look(&healthy, &many).await;
        let before = report().await.unwrap();
        put(&healthy, &jo, "many", names("new")).await;
        let state = killed.rewrite_readme();
        let looked = rewrite_readme::handler(&state, healthy.tells(&many));
        let _killed = Box::pin(looked).await;
        let between = report().await.unwrap();
        if between.names.len() < before.names.len() {
            halves.fetch_add(1, Ordering::SeqCst);
            assert_eq!(between.source_version, before.source_version, "at {at}");
        }
        look(&healthy, &many).await;
        let after = report().await.unwrap();
        assert_eq!(after.names.len(), before.names.len(), "at {at}");
        assert_ne!(after.source_version, before.source_version, "at {at}");
    })
    .await;
    assert!(halves.into_inner() > 0);
}

/// However many names come and go at once, the index follows.
#[tokio::test]
async fn fifty_names_are_exchanged_for_fifty_others() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    let note = put(
        &stores,
        &account,
        "a",
        "# Note\n\n[[old 47]] [[new 47]]\n".to_owned(),
    )
    .await;
    look(&stores, &note).await;
    for (prefix, shown) in [
        ("old", "[old 47](/jo/many/) new 47"),
        ("new", "old 47 [new 47](/jo/many/)"),
    ] {
        let many = put(&stores, &account, "many", names(prefix)).await;
        look(&stores, &many).await;
        look_later(&stores, &account).await;
        let text = published(&stores, &account, "a").await;
        assert!(text.contains(shown), "{text}");
    }
}

/// A page with many large referrers settles, and nobody else waits for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_published_while_many_referrers_are_converted() {
    let referrers = crate::sized(50, 350);
    let site = Site::start().await;
    let (jo, ann) = (site.member("jo").await, site.member("ann").await);
    // All of them would be more than one member may have.
    let kim = site.member("kim").await;
    let author = |number| if number % 2 == 0 { &jo } else { &kim };
    let filling = "Some words that fill the page.\n\n".repeat(crate::sized(4_000, 32_000));
    for number in 0..referrers {
        let text = format!("# Note {number}\n\nSee [[jo/hub|hub]].\n\n{filling}");
        let name = format!("note-{number}.md");
        let answer = site.upload(author(number), &name, text).await;
        assert_eq!(answer.status(), 202, "{}", body(answer).await);
    }
    for number in 0..referrers {
        let path = format!("/api/readmes/note-{number}");
        site.report(author(number), &path).await;
    }
    site.publish(&jo, "hub.md", "# Hub\n").await;
    let mut slowest = Duration::ZERO;
    for number in 0..3 {
        let started = Instant::now();
        site.publish(&ann, &format!("quick-{number}.md"), "# Quick\n")
            .await;
        slowest = slowest.max(started.elapsed());
    }
    assert!(
        site.stack.queued().await.unwrap() > 0,
        "there is nothing to wait for"
    );
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    // All of them take minutes; each next one comes in time, whichever it is.
    let mut left = site.stack.queued().await.unwrap();
    while left > 0 {
        left = site
            .wait_for("the next referrer", async || {
                let now = site.stack.queued().await.unwrap();
                (now < left).then_some(now)
            })
            .await;
    }
    for number in 0..referrers {
        let path = format!("/content/{}/note-{number}.md", author(number).handle);
        site.wait_for(&path, async || {
            let text = site.get(&path).send().await.unwrap().text().await.unwrap();
            text.contains("See [hub](/jo/hub/).").then_some(())
        })
        .await;
    }
    assert_eq!(site.stack.dead_letters().await.unwrap(), [""; 0]);
}
