//! What is kept of what is published, when whoever changes it is cut short: once the messages have come again and a minute's look
//! was there, the comparison with the bucket and the accounts finds nothing.

use std::time::Duration;

use blobs::layout::{
    HandleChangeKey, NameChangeKey, OWN_PAGE, PictureChangeKey, SourceKey, content_key,
};
use endpoint::{Clock, Environment};
use image::ImageFormat;
use members::{Account, Created, Directory, Email, NewMember, Role, Seen};
use membership::Administration;
use removal::Removal;
use serde_json::json;

use crate::photo::plain;
use crate::picture_faults::{Stores, at_every_call, put, stack};
use crate::version_faults::Functions;

/// As long as a look spares a note.
const SETTLE: Duration = Duration::from_mins(1);

fn now_ms() -> u64 {
    Clock::system().unix_milliseconds()
}

/// Hands a key to the function that S3 tells of it. Whether that failed is the next try's matter.
async fn tell(stores: &Stores, key: &str) -> bool {
    let event = stores.tells(key);
    let told = if HandleChangeKey::parse(key).is_some() {
        resize_picture::handler(&stores.resize_picture(), event).await
    } else {
        rewrite_readme::handler(&stores.rewrite_readme(), event).await
    };
    told.is_ok_and(|answer| answer == json!({"batchItemFailures": []}))
}

/// Delivers what S3 says of these keys, and of all that was asked for by then, until nothing is.
async fn deliver(healthy: &Stores, account: &Account, keys: &[String]) {
    for key in keys {
        assert!(tell(healthy, key).await, "{key}");
    }
    for _ in 0..4 {
        let mut asked: Vec<String> = healthy.asked(account).await.into_iter().collect();
        for change in [
            HandleChangeKey::new(&account.id).key(),
            NameChangeKey::new(&account.id).key(),
            PictureChangeKey::new(&account.id).key(),
            PictureChangeKey::removal(&account.id).key(),
        ] {
            if healthy.uploads.head(&change).await.unwrap().is_some() {
                asked.push(change);
            }
        }
        for key in asked {
            assert!(tell(healthy, &key).await, "{key}");
        }
    }
}

/// What a minute's look does, and then the comparison.
async fn nothing_is_to_be_mended(healthy: &Stores, what: &str) {
    let (content, members) = (&healthy.content, &healthy.members);
    manifest::settle_noted(members, SETTLE, now_ms())
        .await
        .unwrap();
    let compared = manifest::compare(content, members, SETTLE, now_ms()).await;
    let compared = compared.unwrap();
    assert!(compared.is_through, "{what}");
    assert_eq!(compared.differed, 0, "{what}: {compared:?}");
}

fn source(account: &Account, slug: &str) -> String {
    SourceKey::new(&account.id, slug).key()
}

/// A member with a picture, a page that shows it, and a document that another one of theirs links to.
async fn settled(stores: &Stores, handle: &str) -> Account {
    let account = stores.member(handle).await;
    for (slug, text) in [
        (OWN_PAGE, "# Page\n\n![[me.png]] and [[trip]]\n"),
        ("trip", "# Trip\n\nOf [[nobody]].\n"),
    ] {
        let key = source(&account, slug);
        put(&stores.uploads, &key, text).await;
        assert!(tell(stores, &key).await);
    }
    deliver(stores, &account, &[]).await;
    stores.now(&account).await
}

/// Has `work` cut short at each of its calls, `again` done by a process that isn't, and then compared.
async fn cut_short(
    environment: &Environment,
    name: &str,
    work: impl AsyncFn(&Stores, &Account),
    again: impl AsyncFn(&Stores, &Account),
) {
    let healthy = Stores::healthy(environment);
    let calls = at_every_call(environment, async |at, commits, killed| {
        let account = settled(&healthy, &format!("{name}-{at}-{}", u8::from(commits))).await;
        work(&killed, &account).await;
        again(&healthy, &account).await;
    })
    .await;
    assert!(calls > 3, "{calls} calls of {name}");
    nothing_is_to_be_mended(&healthy, name).await;
}

#[tokio::test]
async fn documents_that_are_cut_short_are_kept_as_they_are() {
    let (_stack, environment) = stack().await;
    for (name, slug, text) in [
        ("new", "new", Some("# New\n")),
        ("newer", "trip", Some("# Trip\n\nNewer, see [[new]].\n")),
        ("page", OWN_PAGE, Some("# Page\n\n![[me.png]], newer\n")),
        ("draft", "trip", Some("---\ndraft: true\n---\n# Trip\n")),
        ("broken", "trip", Some("---\ntitle: [\n---\n# Trip\n")),
        ("gone", "trip", None),
    ] {
        let work = async |killed: &Stores, account: &Account| {
            let healthy = Stores::healthy(&environment);
            let key = source(account, slug);
            match text {
                Some(text) => put(&healthy.uploads, &key, text).await,
                None => healthy.uploads.delete(&key).await.unwrap(),
            }
            tell(killed, &key).await;
        };
        let again = async |healthy: &Stores, account: &Account| {
            deliver(healthy, account, &[source(account, slug)]).await;
            let id = SourceKey::new(&account.id, slug).entry_id(&account.handle);
            let output = healthy.content.head(&content_key(&id)).await.unwrap();
            let is_public = text.is_some_and(|text| !text.contains("draft"));
            assert_eq!(output.is_some(), is_public, "{name}");
        };
        cut_short(&environment, name, work, again).await;
    }
}

#[tokio::test]
async fn a_document_that_goes_to_another_address_is_kept_there_and_the_way_to_it() {
    let (_stack, environment) = stack().await;
    for is_early in [false, true] {
        let work = async |killed: &Stores, account: &Account| {
            let healthy = Stores::healthy(&environment);
            let functions = Functions::of(&environment, account).await;
            assert_eq!(functions.rename(&healthy, "trip", "journey").await, 202);
            let key = if is_early { "journey" } else { "trip" };
            tell(killed, &source(account, key)).await;
        };
        let again = async |healthy: &Stores, account: &Account| {
            let keys = ["trip", "journey"].map(|slug| source(account, slug));
            deliver(healthy, account, &keys).await;
            let from = format!("{}/trip", account.handle);
            let seen = healthy.members.seen_address(&from).await.unwrap();
            let to = format!("{}/journey", account.handle);
            assert_eq!(seen.place(), Some(&members::Place::Moved { to }));
        };
        let name = format!("moved-{}", u8::from(is_early));
        cut_short(&environment, &name, work, again).await;
        // Another document comes to the former address.
        let work = async |killed: &Stores, account: &Account| {
            let healthy = Stores::healthy(&environment);
            let functions = Functions::of(&environment, account).await;
            assert_eq!(functions.rename(&healthy, "trip", "journey").await, 202);
            let keys = ["trip", "journey"].map(|slug| source(account, slug));
            deliver(&healthy, account, &keys).await;
            let text = if is_early {
                "---\ndraft: true\n---\n# Another\n"
            } else {
                "# Another\n"
            };
            put(&healthy.uploads, &keys[0], text).await;
            tell(killed, &keys[0]).await;
        };
        let again = async |healthy: &Stores, account: &Account| {
            deliver(healthy, account, &[source(account, "trip")]).await;
            let from = format!("{}/trip", account.handle);
            let seen = healthy.members.seen_address(&from).await.unwrap();
            let is_document = matches!(seen.place(), Some(members::Place::Document(_)));
            assert_eq!((is_document, seen.place().is_none()), (!is_early, is_early));
        };
        let name = format!("taken-{}", u8::from(is_early));
        cut_short(&environment, &name, work, again).await;
    }
}

fn administration(members: &members::Members) -> Administration<'_> {
    Administration {
        members,
        by: None,
        clock: &now_ms,
    }
}

fn new_handle(account: &Account) -> String {
    format!("{}-new", account.handle)
}

#[tokio::test]
async fn a_member_of_another_handle_is_kept_under_it_alone() {
    let (_stack, environment) = stack().await;
    let renames = async |stores: &Stores, account: &Account| -> anyhow::Result<()> {
        let now = stores.members.by_email(&account.email).await?;
        let now = now.ok_or_else(|| anyhow::anyhow!("the member"))?;
        let by = administration(&stores.members);
        let _refused = by.set_handle(&now, &new_handle(account)).await?;
        membership::tell_renamed(&stores.uploads, &account.id, true).await?;
        Ok(())
    };
    // Whoever asked is cut short, and asks again.
    let work = async |killed: &Stores, account: &Account| {
        let _ = renames(killed, account).await;
        // Nobody has to be told of it for what builds see of the member.
        let healthy = Stores::healthy(&environment);
        let members = &healthy.members;
        manifest::settle_noted(members, SETTLE, now_ms())
            .await
            .unwrap();
        let now = healthy.now(account).await;
        for handle in [&account.handle, &new_handle(account)] {
            let shown = members.seen_member(handle).await.unwrap().shown();
            assert_eq!(shown.picture.is_some(), *handle == now.handle);
        }
    };
    let again = async |healthy: &Stores, account: &Account| {
        renames(healthy, account).await.unwrap();
        deliver(healthy, account, &[]).await;
    };
    cut_short(&environment, "asked", work, again).await;

    // Those who are told of it are: of the handle, of the name, and each document.
    for stage in 0..3 {
        let work = async |killed: &Stores, account: &Account| {
            let healthy = Stores::healthy(&environment);
            renames(&healthy, account).await.unwrap();
            let mut stores = [&healthy; 3];
            stores[stage] = killed;
            tell(stores[0], &HandleChangeKey::new(&account.id).key()).await;
            tell(stores[1], &NameChangeKey::new(&account.id).key()).await;
            for key in healthy.asked(account).await {
                tell(stores[2], &key).await;
            }
        };
        let again = async |healthy: &Stores, account: &Account| {
            let keys = [
                HandleChangeKey::new(&account.id).key(),
                NameChangeKey::new(&account.id).key(),
                source(account, OWN_PAGE),
                source(account, "trip"),
            ];
            deliver(healthy, account, &keys).await;
            let kept = async |handle: &str| {
                let kept = healthy.members.addresses_under(handle, None, 10).await;
                kept.unwrap().len()
            };
            assert_eq!(kept(&account.handle).await, 0);
            assert_eq!(kept(&new_handle(account)).await, 2);
        };
        cut_short(&environment, &format!("told-{stage}"), work, again).await;
    }
}

#[tokio::test]
async fn nothing_is_kept_of_a_member_who_is_removed() {
    let (_stack, environment) = stack().await;
    let removes = async |stores: &Stores, account: &Account| -> anyhow::Result<()> {
        let removal = Removal {
            uploads: &stores.uploads,
            content: &stores.content,
            members: &stores.members,
            account,
        };
        removal.erase(now_ms()).await?;
        removal.finish(now_ms()).await
    };
    let work = async |killed: &Stores, account: &Account| {
        let _ = removes(killed, account).await;
    };
    let again = async |healthy: &Stores, account: &Account| {
        if healthy
            .members
            .by_email(&account.email)
            .await
            .unwrap()
            .is_some()
        {
            removes(healthy, account).await.unwrap();
        }
        let kept = healthy.members.addresses_under(&account.handle, None, 10);
        assert_eq!(kept.await.unwrap(), []);
        let seen = healthy.members.seen_member(&account.handle).await.unwrap();
        assert_eq!(seen.shown(), members::Shown::default());
    };
    cut_short(&environment, "removed", work, again).await;
}

/// A request doesn't come again: what it left is the next minute's.
#[tokio::test]
async fn a_picture_that_is_cut_short_is_kept_by_the_next_look() {
    let (_stack, environment) = stack().await;
    for is_removed in [false, true] {
        let work = async |killed: &Stores, account: &Account| {
            let shelf = killed.shelf();
            if is_removed {
                let _ = shelf.remove(account).await;
            } else {
                let made = picture::renditions(&plain(90, 48, ImageFormat::Png)).unwrap();
                let _ = shelf
                    .put(account, made, "me.png", rand::random(), Seen::Any)
                    .await;
            }
        };
        let again = async |healthy: &Stores, account: &Account| {
            let members = &healthy.members;
            manifest::settle_noted(members, SETTLE, now_ms())
                .await
                .unwrap();
            let now = healthy.now(account).await;
            let seen = members.seen_member(&account.handle).await.unwrap();
            assert_eq!(seen.shown().picture, now.picture);
            // Nothing is kept that isn't there.
            for key in now.picture.iter().flat_map(|picture| picture.0.values()) {
                assert!(healthy.content.head(key).await.unwrap().is_some());
            }
        };
        let name = if is_removed { "off" } else { "picture" };
        cut_short(&environment, name, work, again).await;
    }
}

/// Who is added with a password is in the directory at once, and whoever adds them says so in the same transaction.
#[tokio::test]
async fn a_member_who_is_added_with_a_password_is_kept_by_the_next_look() {
    let (_stack, environment) = stack().await;
    for directory in [Directory::Off, Directory::On] {
        let members = Stores::healthy(&environment).members;
        let members = members.with_directory(directory);
        let handle = format!("kim-{}", u8::from(directory.is_on()));
        let member = NewMember {
            id: handle.clone(),
            email: Email::parse(&format!("{handle}@club.example")).unwrap(),
            name: "Kim".to_owned(),
            handle: handle.clone(),
            password_hash: Some("a hash".to_owned()),
            role: Role::Member,
            created_at: now_ms() / 1000,
        };
        assert_eq!(members.create(member).await.unwrap(), Created::Created);
        manifest::settle_noted(&members, SETTLE, now_ms())
            .await
            .unwrap();
        let shown = members.seen_member(&handle).await.unwrap().shown();
        assert_eq!(shown.name.is_some(), directory.is_on());
    }
}
