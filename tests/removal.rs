//! A member who goes is gone: whatever they, the functions and the administrator do at the same time.

mod conflicts;
mod interrupted;
pub(crate) mod left;
mod races;

use blobs::layout::{OWN_PAGE, OriginalKey, PictureChangeKey, SourceKey, content_key};
use blobs::{Condition, Upload};
use endpoint::Clock;
use image::ImageFormat;
use members::{
    Account, Built, Created, Email, IssuedCode, NewMember, Refused, Role, Seen, Standing,
};
use removal::{Leftovers, Removal};
use uuid::Uuid;

use crate::file_faults::resized;
use crate::photo::plain;
use crate::picture_faults::{Stores, at_every_call, put, stack};
use left::left_of;

fn now_ms() -> u64 {
    Clock::system().unix_milliseconds()
}

/// What the administrator does, in one go.
async fn remove(stores: &Stores, account: &Account) -> anyhow::Result<()> {
    let removal = Removal {
        uploads: &stores.uploads,
        content: &stores.content,
        members: &stores.members,
        account,
    };
    removal.erase(now_ms()).await?;
    removal.finish(now_ms()).await
}

/// A member with everything that a member can have: two versions of their own page, which shows the
/// picture, a document with links that shows a file, one that was withdrawn, a picture, one that waits, a code
/// beside an older one, failed guesses, and a build that read all.
pub(crate) async fn settled(stores: &Stores, handle: &str) -> Account {
    let account = stores.member(handle).await;
    let rewrite = stores.rewrite_readme();
    let event = stores.send_file(&account, plain(120, 32, ImageFormat::Png));
    resized(stores, &event.await).await;
    for text in [
        "# Before\n",
        "# Page\n\n![[me.png]] of [[trip]] and [[nobody]]\n",
    ] {
        let key = SourceKey::new(&account.id, OWN_PAGE).key();
        put(&stores.uploads, &key, text).await;
        rewrite_readme::handler(&rewrite, stores.tells(&key))
            .await
            .unwrap();
    }
    let trip = SourceKey::new(&account.id, "trip").key();
    put(
        &stores.uploads,
        &trip,
        "# Trip\n\nOf [[another]]. ![The arm](img/arm.png)\n",
    )
    .await;
    let old = SourceKey::new(&account.id, "old").key();
    put(&stores.uploads, &old, "# Old\n").await;
    let later = SourceKey::new(&account.id, "later").key();
    put(
        &stores.uploads,
        &later,
        "---\ndate: 2999-01-01\nschedule: true\n---\n# Later\n",
    )
    .await;
    for key in [&trip, &old, &later] {
        rewrite_readme::handler(&rewrite, stores.tells(key))
            .await
            .unwrap();
    }
    stores.uploads.delete(&old).await.unwrap();
    rewrite_readme::handler(&rewrite, stores.tells(&old))
        .await
        .unwrap();
    for digest in ["a", "b"] {
        let code = IssuedCode::new(format!("{digest}-{handle}"), now_ms() / 1000);
        assert!(stores.members.issue_code(&account, &code).await.unwrap());
    }
    for slug in [OWN_PAGE, "trip"] {
        let built = Built {
            handle: handle.to_owned(),
            slug: slug.to_owned(),
            digest: "0".repeat(32),
            since: 0,
        };
        assert_eq!(stores.members.put_built(handle, &[built]).await.unwrap(), 1);
        let refused = [Refused {
            handle: handle.to_owned(),
            slug: slug.to_owned(),
            digest: "1".repeat(32),
            reason: "course: Required".to_owned(),
            since: 0,
        }];
        let noted = stores.members.put_refused(handle, &refused, &[]);
        noted.await.unwrap();
    }
    let source = members::Source::parse(Some("192.0.2.1"));
    let target = members::Target::new(account.email.as_str());
    let guess = stores.members.guess(Some(&target), &source, now_ms());
    drop(guess.await.unwrap());
    stores
        .send(&account, plain(200, 64, ImageFormat::Png))
        .await;
    stores.now(&account).await
}

/// Cut short before and after each of its calls, a removal is finished by the next one, and a third has
/// nobody to remove.
#[tokio::test]
async fn a_removal_that_is_cut_short_is_finished_by_the_next() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let handle = format!("jo-{at}-{commits}");
        let account = settled(&healthy, &handle).await;
        assert!(left_of(&environment, &account).await.len() > 15);
        let first = remove(&killed, &account).await;
        // As the command line does: it looks the account up again.
        match healthy.members.by_email(&account.email).await.unwrap() {
            Some(again) => {
                assert!(first.is_err(), "at {at}");
                assert_eq!(again.id, account.id);
                assert!(
                    !again.is_going() || healthy.members.by_id(&again.id).await.unwrap().is_none()
                );
                remove(&healthy, &again).await.unwrap();
            }
            None => assert!(first.is_ok() || commits, "at {at}"),
        }
        assert_eq!(left_of(&environment, &account).await, [""; 0], "at {at}");
        assert!(
            healthy
                .members
                .by_email(&account.email)
                .await
                .unwrap()
                .is_none()
        );
        assert!(remove(&healthy, &account).await.is_err());
        let standing = healthy.members.standing(&account.id).await.unwrap();
        assert!(matches!(standing, Standing::Departed(_)), "{standing:?}");
    })
    .await;
    assert!(calls > 40, "{calls} calls");
}

/// Whoever comes after a member who is gone, with the same address and handle, is somebody else: late
/// messages take nothing of theirs away.
#[tokio::test]
async fn who_has_the_handle_next_is_untouched() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let former = settled(&stores, "jo").await;
    let rewrite = stores.rewrite_readme();
    // What a function wrote that read the account before it went, and was killed then.
    let late = content_key("jo/late");
    let of_former = Upload {
        bytes: "late".into(),
        content_type: "text/markdown",
        metadata: [(
            blobs::layout::OWNER.to_owned(),
            blobs::layout::owner(&former.id),
        )]
        .into(),
        ..Upload::default()
    };
    remove(&stores, &former).await.unwrap();
    let next = settled(&stores, "jo").await;
    assert_ne!(former.id, next.id);
    assert_eq!(former.email, next.email);
    let put_late = stores.content.put(&late, of_former, Condition::Always);
    put_late.await.unwrap();
    let before = left_of(&environment, &next).await;

    for slug in [OWN_PAGE, "trip", "late"] {
        let key = SourceKey::new(&former.id, slug).key();
        put(&stores.uploads, &key, "# Too late\n").await;
        rewrite_readme::handler(&rewrite, stores.tells(&key))
            .await
            .unwrap();
    }
    let event = stores.send(&former, plain(40, 64, ImageFormat::Png)).await;
    resize_picture::handler(&stores.resize_picture(), event)
        .await
        .unwrap();
    let change = PictureChangeKey::new(&former.id).key();
    put(&stores.uploads, &change, "").await;
    rewrite_readme::handler(&rewrite, stores.tells(&change))
        .await
        .unwrap();

    let mut after = before;
    after.retain(|line| !line.contains("content/jo/late.md"));
    assert_eq!(left_of(&environment, &next).await, after);
    let of_former = left_of(&environment, &former).await;
    let of_former = of_former.iter().filter(|line| line.contains(&former.id));
    assert_eq!(of_former.count(), 0);
    assert!(stores.published(&next).await.is_some(), "with its picture");
}

/// What no member is known of is deleted, and can be brought back: it may be the table that is wrong. A
/// table that doesn't answer says nothing about anybody.
#[tokio::test]
async fn nobody_s_uploads_go_and_a_store_that_is_down_is_not_nobody() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let key = SourceKey::new(&Uuid::now_v7().to_string(), "doc").key();
    put(&stores.uploads, &key, "# Whose?\n").await;
    let dead = Stores::killed_at(&environment, 0, false);
    let mut cut_off = stores.rewrite_readme();
    cut_off.members = dead.members.clone();
    assert!(
        rewrite_readme::handler(&cut_off, stores.tells(&key))
            .await
            .is_err()
    );
    assert!(stores.uploads.head(&key).await.unwrap().is_some());

    rewrite_readme::handler(&stores.rewrite_readme(), stores.tells(&key))
        .await
        .unwrap();
    assert!(stores.uploads.head(&key).await.unwrap().is_none());
    assert_eq!(
        stores.uploads.versions(&key).await.unwrap().len(),
        2,
        "with its marker"
    );

    let original = OriginalKey::new(&Uuid::now_v7().to_string()).key();
    put(&stores.uploads, &original, plain(40, 64, ImageFormat::Png)).await;
    let mut cut_off = stores.resize_picture();
    cut_off.members = dead.members.clone();
    assert!(
        resize_picture::handler(&cut_off, stores.tells(&original))
            .await
            .is_err()
    );
    assert!(stores.uploads.head(&original).await.unwrap().is_some());
    resize_picture::handler(&stores.resize_picture(), stores.tells(&original))
        .await
        .unwrap();
    assert!(stores.uploads.versions(&original).await.unwrap().is_empty());
}

/// Of an account one code leads to it at most, however many were issued, and none once it was used.
#[tokio::test]
async fn former_codes_go_with_the_next_one() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    let codes = async || {
        let left = left_of(&environment, &account).await;
        left.iter().filter(|line| line.contains("CODE#")).count()
    };
    let issue = async |digest: &str| {
        let code = IssuedCode::new(digest.to_owned(), now_ms() / 1000);
        // Always as it was read at first: others may issue codes meanwhile.
        assert!(stores.members.issue_code(&account, &code).await.unwrap());
    };
    issue("first").await;
    issue("second").await;
    tokio::join!(issue("third"), issue("fourth"));
    assert_eq!(codes().await, 1);
    let now = stores.now(&account).await;
    let held = now.code.clone().unwrap().digest;
    let redeem = || stores.members.redeem(&now, &held, "a hash");
    assert!(redeem().await.unwrap());
    assert!(!redeem().await.unwrap());
    assert_eq!(codes().await, 0);
}

/// A member who goes gets no code, isn't let in again, and their handle stays theirs until the end.
#[tokio::test]
async fn nothing_takes_a_tombstone_back() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    assert!(
        stores
            .members
            .depart(&account, now_ms() / 1000)
            .await
            .unwrap()
    );
    let going = stores.now(&account).await;
    assert!(going.is_going() && going.disabled && going.version > account.version);
    assert!(stores.members.by_id(&account.id).await.unwrap().is_none());
    assert!(!stores.members.set_disabled(&account, false).await.unwrap());
    let code = IssuedCode::new("late".to_owned(), now_ms() / 1000);
    assert!(!stores.members.issue_code(&account, &code).await.unwrap());
    let next = NewMember {
        id: Uuid::now_v7().to_string(),
        email: Email::parse("other@club.example").unwrap(),
        name: "Jo".to_owned(),
        handle: "jo".to_owned(),
        password_hash: None,
        role: Role::Member,
        created_at: 0,
    };
    assert_eq!(
        stores.members.create(next.clone()).await.unwrap(),
        Created::HandleTaken
    );
    assert!(
        stores
            .members
            .forget(&going, now_ms() / 1000)
            .await
            .unwrap()
    );
    assert_eq!(stores.members.create(next).await.unwrap(), Created::Created);
}

/// A picture in the making when the tombstone comes isn't the profile's, and nothing of it stays.
#[tokio::test]
async fn a_picture_that_comes_too_late_leaves_nothing() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    remove(&stores, &account).await.unwrap();
    let made = picture::renditions(&plain(200, 48, ImageFormat::Png)).unwrap();
    let shelf = stores.shelf();
    let put = shelf.put(&account, made, "me.png", rand::random(), Seen::Any);
    assert_eq!(put.await.unwrap(), None);
    assert_eq!(left_of(&environment, &account).await, [""; 0]);
}

/// What former removals left, or a backup brought back, is found without an account, and nothing else is.
#[tokio::test]
async fn leftovers_are_found_without_an_account() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let find = async || Leftovers::find(&stores.uploads, &stores.content, &stores.members).await;
    let former = settled(&stores, "former").await;
    // As it was done before there were tombstones: the account goes, and files come back.
    stores.members.remove(&former).await.unwrap();
    let refused = find().await.unwrap_err().to_string();
    assert!(refused.contains("no members at all"), "{refused}");
    let member = settled(&stores, "jo").await;
    let going = settled(&stores, "going").await;
    remove(&stores, &going).await.unwrap();
    let late = SourceKey::new(&going.id, "late").key();
    put(&stores.uploads, &late, "# Late\n").await;
    let before = left_of(&environment, &member).await;

    let found = find().await.unwrap();
    let mut of = [former.handle.as_str(), &former.id, &going.id];
    of.sort_unstable();
    assert_eq!(found.of, of);
    assert!(found.len() > 8, "{found:?}");
    let erased = found.erase(&stores.uploads, &stores.content, &stores.members, now_ms());
    erased.await.unwrap();
    assert!(find().await.unwrap().is_empty());
    assert_eq!(left_of(&environment, &member).await, before);
    for gone in [&former, &going] {
        let left = left_of(&environment, gone).await;
        let files = left.iter().filter(|line| line.contains("_BUCKET "));
        assert_eq!(files.count(), 0, "{left:?}");
    }
}
