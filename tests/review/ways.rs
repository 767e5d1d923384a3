//! The ways that documents and authors take while editors look: drafts, schedules, other addresses, deletions, pictures, settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use blobs::layout::{MovedKey, SourceKey};
use endpoint::Clock;
use image::ImageFormat;
use jiff::Timestamp;
use members::{Review, Role, State as Outcome};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{ONE, Office, THREE, TWO, add, forget_what_is_watched, say_what_is_clear};
use crate::files;
use crate::photo::plain;
use crate::picture_faults::stack;
use crate::site::{Site, assert_error};
use crate::version_faults::Functions;

#[tokio::test]
async fn with_the_first_approval_comes_trust_and_what_else_waits() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::First).await;
    let jo = office.member("jo").await;
    for slug in ["one", "two"] {
        assert_eq!(office.send(&jo, slug, ONE).await.state, Outcome::Waiting);
    }
    assert_eq!(office.queue(&jo).await, ["one", "two"]);
    assert_eq!(office.says("approve", &jo, "one").await, 202);
    assert!(office.shows(&jo, "one", Some(ONE)).await);
    assert!(office.shows(&jo, "two", Some(ONE)).await);
    assert_eq!(office.send(&jo, "one", TWO).await.state, Outcome::Published);
    assert_eq!(office.send(&jo, "new", TWO).await.state, Outcome::Published);
    // Another member waits, an editor doesn't.
    let kim = office.member("kim").await;
    assert_eq!(office.send(&kim, "one", ONE).await.state, Outcome::Waiting);
    let editor = office.editor.clone();
    let own = office.send(&editor, "own", ONE).await;
    assert_eq!(own.state, Outcome::Published);
    // Trust ends with a withdrawal, and comes back when that is over.
    assert_eq!(office.says("withdraw", &jo, "new").await, 202);
    assert_eq!(office.send(&jo, "newer", ONE).await.state, Outcome::Waiting);
    assert_eq!(office.says("restore", &jo, "new").await, 202);
    assert!(office.shows(&jo, "newer", Some(ONE)).await);
}

#[tokio::test]
async fn a_setting_that_changes_takes_nothing_off_the_site_and_puts_nothing_back() {
    let (_stack, environment) = stack().await;
    let mut office = Office::open(&environment, Review::Off).await;
    let jo = office.member("jo").await;
    let key = SourceKey::new(&jo.id, "trip").key();
    office.send(&jo, "trip", ONE).await;
    office.setting = Review::All;
    let healthy = crate::picture_faults::Stores::healthy(&environment);
    office.look(&healthy, &key).await;
    let state = office.state(&jo, "trip").await;
    assert_eq!(state, Some((Outcome::Published, true)));
    assert_eq!(office.send(&jo, "trip", TWO).await.state, Outcome::Waiting);
    assert!(office.shows(&jo, "trip", Some(ONE)).await);
    // What was live comes back by being sent again.
    assert_eq!(
        office.send(&jo, "trip", ONE).await.state,
        Outcome::Published
    );
    office.send(&jo, "trip", TWO).await;
    assert_eq!(office.says("approve", &jo, "trip").await, 202);
    office.setting = Review::Off;
    assert_eq!(
        office.send(&jo, "trip", THREE).await.state,
        Outcome::Published
    );
    office.setting = Review::All;
    // An approval of before doesn't take the place of what came later.
    assert_eq!(office.send(&jo, "trip", ONE).await.state, Outcome::Waiting);
    assert!(office.shows(&jo, "trip", Some(THREE)).await);
    office.look(&healthy, &key).await;
    assert!(office.shows(&jo, "trip", Some(THREE)).await);
    office.setting = Review::Off;
    office.look(&healthy, &key).await;
    assert!(office.shows(&jo, "trip", Some(ONE)).await);
    assert_eq!(office.queue(&jo).await, [""; 0]);
}

#[tokio::test]
async fn a_withdrawn_document_stays_away_whatever_its_author_does() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::Off).await;
    let jo = office.member("jo").await;
    let functions = Functions::of(&environment, &jo).await;
    let stores = &office.healthy;
    let key = |slug: &str| SourceKey::new(&jo.id, slug).key();
    let look = async |slug: &str| {
        office.look(stores, &key(slug)).await;
        office.settle(&jo).await;
    };
    let nothing = async |slugs: &[&str], what: &str| {
        for slug in slugs {
            assert!(office.shows(&jo, slug, None).await, "{slug}: {what}");
        }
        let moved = MovedKey::of_member(&jo.handle);
        let moved = stores.content.list_all(&moved).await.unwrap();
        assert_eq!(moved, [], "{what}");
    };
    office.send(&jo, "other", ONE).await;
    office.send(&jo, "trip", ONE).await;
    assert_eq!(office.says("withdraw", &jo, "trip").await, 202);
    nothing(&["trip"], "withdrawn").await;
    // Names that others find it by are gone with it.
    let report = office.report(&jo, "trip").await.unwrap();
    assert_eq!((report.names, report.pictures), (vec![], vec![]));
    office.send(&jo, "trip", ONE).await;
    let state = office.state(&jo, "trip").await;
    assert_eq!(state, Some((Outcome::Withdrawn, false)));
    let another = office.send(&jo, "trip", TWO).await;
    assert_eq!((another.state, another.live), (Outcome::Waiting, false));
    nothing(&["trip"], "another version").await;

    // At another address.
    assert_eq!(functions.rename(stores, "trip", "journey").await, 202);
    look("trip").await;
    look("journey").await;
    nothing(&["trip", "journey"], "renamed").await;
    // Under the former one, and elsewhere, changed and unchanged.
    for (slug, text) in [("trip", ONE), ("new", TWO), ("newer", THREE)] {
        let report = office.send(&jo, slug, text).await;
        assert_eq!(report.state, Outcome::Waiting, "{slug}");
    }
    nothing(&["trip", "journey", "new", "newer"], "sent again").await;
    // What was live before stays, and its next version waits.
    assert!(office.shows(&jo, "other", Some(ONE)).await);
    assert_eq!(office.send(&jo, "other", TWO).await.state, Outcome::Waiting);
    assert!(office.shows(&jo, "other", Some(ONE)).await);
    // In the place of the withdrawn one.
    assert_eq!(functions.rename(stores, "new", "journey").await, 409);
    stores.uploads.delete(&key("journey")).await.unwrap();
    look("journey").await;
    assert_eq!(functions.rename(stores, "new", "journey").await, 409);
    assert_eq!(
        office.send(&jo, "journey", TWO).await.state,
        Outcome::Waiting
    );
    assert_eq!(functions.erase(stores, "journey").await, 202);
    look("journey").await;
    assert_eq!(
        office.send(&jo, "journey", THREE).await.state,
        Outcome::Waiting
    );
    nothing(&["trip", "journey", "new", "newer"], "erased").await;

    // An editor who approves what came in its place ends it, for all.
    assert_eq!(office.says("approve", &jo, "journey").await, 202);
    assert!(office.shows(&jo, "journey", Some(THREE)).await);
    assert!(office.shows(&jo, "other", Some(TWO)).await);
    assert!(office.shows(&jo, "newer", Some(THREE)).await);
    assert_eq!(office.queue(&jo).await, [""; 0]);
}

/// A table of before anything was known of whose documents are withdrawn, and one in which a version of before withdraws while another
/// one looks at documents.
#[tokio::test]
async fn a_withdrawal_by_a_version_of_before_has_its_author_watched() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::Off).await;
    for as_of in [None, Some("")] {
        let jo = office.member(&format!("jo-{}", as_of.is_some())).await;
        office.send(&jo, "trip", ONE).await;
        let version = office.report(&jo, "trip").await.unwrap().version();
        let said = ("withdraw", version.as_str());
        let decided = office.decide(&office.healthy, &jo, "trip", said).await;
        assert_eq!(decided.0, 202);
        forget_what_is_watched(&environment, &jo).await;
        say_what_is_clear(&environment, &jo, as_of).await;
        office.settle(&jo).await;
        assert!(office.shows(&jo, "trip", None).await);
        let new = office.send(&jo, "new", TWO).await;
        assert_eq!(
            (new.state, new.live),
            (Outcome::Waiting, false),
            "{as_of:?}"
        );

        // Where the document was looked at already, it is enough to look at it again.
        say_what_is_clear(&environment, &jo, as_of).await;
        office
            .look(&office.healthy, &SourceKey::new(&jo.id, "trip").key())
            .await;
        let newer = office.send(&jo, "newer", THREE).await;
        assert_eq!(
            (newer.state, newer.live),
            (Outcome::Waiting, false),
            "{as_of:?}"
        );
    }
}

#[tokio::test]
async fn a_rename_of_what_is_withdrawn_is_told_to_looks_at_other_documents() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::Off).await;
    let jo = office.member("jo").await;
    let functions = Functions::of(&environment, &jo).await;
    let members = &office.healthy.members;
    office.send(&jo, "trip", ONE).await;
    assert_eq!(office.says("withdraw", &jo, "trip").await, 202);
    let mut known = vec![members.decided(&jo.id, "other").await.unwrap()];
    for (from, to) in [
        ("trip", "journey"),
        ("journey", "trip"),
        ("trip", "journey"),
    ] {
        assert_eq!(functions.rename(&office.healthy, from, to).await, 202);
        for slug in [from, to] {
            office
                .look(&office.healthy, &SourceKey::new(&jo.id, slug).key())
                .await;
        }
        let now = members.decided(&jo.id, "other").await.unwrap();
        assert!(!known.contains(&now), "{from} to {to}");
        known.push(now);
    }
}

#[tokio::test]
async fn a_withdrawal_of_what_was_deleted_is_listed_and_can_be_lifted() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::Off).await;
    let jo = office.member("jo").await;
    office.send(&jo, "trip", ONE).await;
    let version = office.report(&jo, "trip").await.unwrap().version();
    assert_eq!(office.says("withdraw", &jo, "trip").await, 202);
    let key = SourceKey::new(&jo.id, "trip").key();
    office.healthy.uploads.delete(&key).await.unwrap();
    office.look(&office.healthy, &key).await;
    assert_eq!(office.send(&jo, "new", TWO).await.state, Outcome::Waiting);
    let list = async |query: &str| {
        let listed = office.ask(&office.healthy, "GET", "/api/review", query, "");
        listed.await.1["documents"].take()
    };
    let listed = list("state=withdrawn").await;
    assert_eq!(listed[0]["slug"], "trip", "{listed}");
    assert_eq!(
        (&listed[0]["updated"], &listed[0]["version"]),
        (&Value::Null, &json!(version))
    );
    for (said, status) in [
        ("other", 409),
        (version.as_str(), 202),
        (version.as_str(), 404),
    ] {
        let said = ("restore", said);
        let answered = office.decide(&office.healthy, &jo, "trip", said).await;
        assert!(
            answered.0 == status || (status == 404 && answered.0 == 409),
            "{answered:?}"
        );
    }
    office.settle(&jo).await;
    assert!(office.shows(&jo, "new", Some(TWO)).await);
    assert_eq!(list("state=withdrawn").await, json!([]));
}

#[tokio::test]
async fn what_was_deleted_does_not_come_back_as_the_approved_version_of_another() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    let uploads = &office.healthy.uploads;
    for is_seen in [true, false] {
        for is_looked_at in [true, false] {
            let slug = format!("trip-{is_seen}-{is_looked_at}");
            let key = SourceKey::new(&jo.id, &slug).key();
            office.send(&jo, &slug, ONE).await;
            let version = office.report(&jo, &slug).await.unwrap().version();
            let said = ("approve", version.as_str());
            assert_eq!(
                office.decide(&office.healthy, &jo, &slug, said).await.0,
                202
            );
            if is_looked_at {
                office.settle(&jo).await;
            }
            uploads.delete(&key).await.unwrap();
            if is_seen {
                office.look(&office.healthy, &key).await;
            }
            let report = office.send(&jo, &slug, TWO).await;
            assert_eq!(report.state, Outcome::Waiting, "{slug}");
            assert!(office.shows(&jo, &slug, None).await, "{slug}");
            // The same text is approved still.
            office.send(&jo, &slug, ONE).await;
            assert!(office.shows(&jo, &slug, Some(ONE)).await, "{slug}");
        }
    }
}

#[tokio::test]
async fn a_decision_goes_with_its_document_to_another_address() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    let functions = Functions::of(&environment, &jo).await.under(Review::All);
    let stores = &office.healthy;
    let look = async |slug: &str| {
        let key = SourceKey::new(&jo.id, slug).key();
        office.look(stores, &key).await;
        office.settle(&jo).await;
    };
    office.send(&jo, "trip", ONE).await;
    // One that waits goes on waiting.
    assert_eq!(functions.rename(stores, "trip", "voyage").await, 202);
    look("voyage").await;
    look("trip").await;
    let state = office.state(&jo, "voyage").await;
    assert_eq!(state, Some((Outcome::Waiting, false)));
    assert_eq!(office.queue(&jo).await, ["voyage"]);
    assert_eq!(office.says("approve", &jo, "voyage").await, 202);
    assert!(office.shows(&jo, "voyage", Some(ONE)).await);
    assert_eq!(functions.rename(stores, "voyage", "journey").await, 409);
    // Withdrawn, it goes where its author puts it, and its decision with it.
    assert_eq!(office.says("withdraw", &jo, "voyage").await, 202);
    assert_eq!(functions.rename(stores, "voyage", "journey").await, 202);
    // In whatever order both are looked at.
    look("journey").await;
    look("voyage").await;
    for slug in ["voyage", "journey"] {
        assert!(office.shows(&jo, slug, None).await, "{slug}");
    }
    let decided = stores.members.decision(&jo.id, "voyage").await.unwrap();
    assert_eq!(decided, None);
    let decided = stores.members.decision(&jo.id, "journey").await.unwrap();
    assert!(decided.unwrap().withdrawn.is_some());
    // Another address is looked at as another text is.
    assert_eq!(office.queue(&jo).await, ["journey"]);
    assert_eq!(office.says("approve", &jo, "journey").await, 202);
    assert!(office.shows(&jo, "journey", Some(ONE)).await);
    assert_eq!(office.moved(&jo).await, [""; 0]);
}

#[tokio::test]
async fn what_comes_out_later_can_be_approved_before_and_comes_out_then() {
    const START: u64 = 1_790_000_000;
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    let now = Arc::new(AtomicU64::new(START));
    let look = async |slug: &str| {
        let now = Arc::clone(&now);
        let clock =
            move || SystemTime::UNIX_EPOCH + Duration::from_secs(now.load(Ordering::SeqCst));
        let state = rewrite_readme::State {
            review: Review::All,
            clock: Clock::from_fn(clock),
            ..office.healthy.rewrite_readme()
        };
        let key = SourceKey::new(&jo.id, slug).key();
        let event = office.healthy.tells(&key);
        Box::pin(rewrite_readme::handler(&state, event))
            .await
            .unwrap();
    };
    let due = async || {
        office
            .healthy
            .members
            .due(START + 9999, 10)
            .await
            .unwrap()
            .len()
    };
    let date = Timestamp::from_second(i64::try_from(START + 3600).unwrap()).unwrap();
    let text = format!("---\ndate: {date}\nschedule: true\n---\n# One\n\nSoon.\n");
    for slug in ["approved", "late"] {
        office.put(&jo, slug, &text).await;
        look(slug).await;
        let state = office.state(&jo, slug).await;
        assert_eq!(state, Some((Outcome::Waiting, false)));
    }
    assert_eq!((office.queue(&jo).await.len(), due().await), (2, 0));
    let approve = async |slug: &str| {
        let version = office.report(&jo, slug).await.unwrap().version();
        let said = ("approve", version.as_str());
        assert_eq!(office.decide(&office.healthy, &jo, slug, said).await.0, 202);
        look(slug).await;
    };
    approve("approved").await;
    let state = office.state(&jo, "approved").await;
    assert_eq!(state, Some((Outcome::Scheduled, false)));
    assert_eq!(
        (office.queue(&jo).await, due().await),
        (vec!["late".to_owned()], 1)
    );
    assert!(office.shows(&jo, "approved", None).await);
    now.store(START + 3601, Ordering::SeqCst);
    look("approved").await;
    look("late").await;
    assert!(office.shows(&jo, "approved", Some(ONE)).await);
    assert!(office.shows(&jo, "late", None).await);
    assert_eq!(due().await, 0);
    approve("late").await;
    assert!(office.shows(&jo, "late", Some(ONE)).await);
}

#[tokio::test]
async fn drafts_and_rejected_files_wait_for_nobody() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    let draft = office
        .send(&jo, "trip", "---\ndraft: true\n---\n# One\n")
        .await;
    assert_eq!(draft.state, Outcome::Draft);
    assert_eq!(
        office.send(&jo, "trip", b"\xff").await.state,
        Outcome::Rejected
    );
    assert_eq!(office.queue(&jo).await, [""; 0]);
    assert_eq!(office.says("approve", &jo, "trip").await, 409);
    office.send(&jo, "trip", ONE).await;
    assert_eq!(office.says("approve", &jo, "trip").await, 202);
    let rejected = office.send(&jo, "trip", b"\xff").await;
    assert_eq!((rejected.state, rejected.live), (Outcome::Rejected, true));
    assert!(office.shows(&jo, "trip", Some(ONE)).await);
    // What was withdrawn goes, whatever the newest version is.
    assert_eq!(office.says("withdraw", &jo, "trip").await, 202);
    assert!(office.shows(&jo, "trip", None).await);
    let draft = office
        .send(&jo, "trip", "---\ndraft: true\n---\n# One\n")
        .await;
    assert_eq!((draft.state, draft.live), (Outcome::Draft, false));
}

#[tokio::test]
async fn an_older_version_follows_its_author_s_name_while_a_newer_one_waits() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    office.send(&jo, "trip", ONE).await;
    assert_eq!(office.says("approve", &jo, "trip").await, 202);
    office.send(&jo, "trip", TWO).await;
    let members = &office.healthy.members;
    members
        .rename(&jo, "Johanna Doe", &jo.handle)
        .await
        .unwrap();
    let jo = office.healthy.now(&jo).await;
    let key = SourceKey::new(&jo.id, "trip").key();
    office.look(&office.healthy, &key).await;
    let public = office.public(&jo, "trip").await.unwrap();
    assert!(
        public.contains("title: \"One\"") && public.contains("Johanna Doe"),
        "{public}"
    );
    let state = office.state(&jo, "trip").await;
    assert_eq!(state, Some((Outcome::Waiting, true)));
    // Where its bytes are gone, what is there stays.
    let edition = office.report(&jo, "trip").await.unwrap().edition.unwrap();
    let uploads = &office.healthy.uploads;
    uploads.delete_version(&key, edition.object).await.unwrap();
    office.look(&office.healthy, &key).await;
    assert!(office.shows(&jo, "trip", Some(ONE)).await);
    assert_eq!(office.says("approve", &jo, "trip").await, 202);
    assert!(office.shows(&jo, "trip", Some(TWO)).await);
}

/// A picture is as much of a page as its text.
#[tokio::test]
async fn a_picture_that_takes_the_place_of_an_approved_one_waits() {
    let site = Site::with(&[("REVIEW", "all")]).await;
    let (jo, ed) = (site.member("jo").await, site.editor("ed").await);
    let upload = async |shade: u8| {
        let image = plain(shade, 48, ImageFormat::Png);
        let answer = files::send(&site, &jo, "arm.png", image).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
    };
    let state = async |wanted: &str| {
        site.wait_for(wanted, async || {
            let report = site.report(&jo, "/api/readmes/trip").await;
            (report["state"] == wanted).then_some(report)
        })
        .await
    };
    let public = async || {
        let answer = site.get("/content/jo/trip.md").send().await.unwrap();
        answer.text().await.unwrap()
    };
    let approve = async || {
        site.wait_for("an approval", async || {
            let one = site.get_as(&ed, "/api/review/jo/trip").await;
            let said = json!({"action": "approve", "version": one["report"]["version"]});
            let answer = site.decides(&ed, "/api/review/jo/trip", said).await;
            (answer.status() == 202).then_some(())
        })
        .await;
    };
    upload(40).await;
    site.wait_for("the file", async || {
        let files = site.get_as(&jo, "/api/files").await;
        (files["files"][0]["state"] == "ready").then_some(())
    })
    .await;
    site.publish(&jo, "trip.md", "# Trip\n\n![An arm](arm.png)\n")
        .await;
    state("waiting").await;
    approve().await;
    state("published").await;
    let approved = public().await;
    assert!(approved.contains("/files/jo/"), "{approved}");
    // Another one waits, and the page shows the one that was approved.
    upload(200).await;
    let report = state("waiting").await;
    assert_eq!(report["live"], true);
    assert_eq!(public().await, approved);
    let shown = approved
        .split_once("](")
        .unwrap()
        .1
        .split_once(')')
        .unwrap()
        .0;
    let picture = site.get(site.path(shown)).send().await.unwrap();
    assert_eq!(picture.status(), StatusCode::OK);
    approve().await;
    state("published").await;
    assert_ne!(public().await, approved);
    // The same again is no other.
    upload(200).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(state("published").await["live"], true);
    // One that goes takes itself off the page, which nobody has to approve.
    let files = site.get_as(&jo, "/api/files").await;
    let path = format!("/api/files/{}", files["files"][0]["id"].as_str().unwrap());
    let gone = site.request(reqwest::Method::DELETE, &path);
    let gone = gone.bearer_auth(&jo.token).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::ACCEPTED);
    site.wait_for("the page without it", async || {
        (!public().await.contains("/files/jo/")).then_some(())
    })
    .await;
    state("published").await;
}

#[tokio::test]
async fn nobody_decides_about_a_document_of_their_own_but_who_is_alone() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let ed = office.editor.clone();
    office.send(&ed, "own", ONE).await;
    let colleague = add(&office.healthy, "colleague", Role::Admin).await;
    assert_eq!(office.says("approve", &ed, "own").await, 409);
    assert!(office.shows(&ed, "own", None).await);
    let beside = office.with(&colleague).await;
    assert_eq!(beside.says("approve", &ed, "own").await, 202);
    assert!(office.shows(&ed, "own", Some(ONE)).await);
    // Taking one's own away is always one's own matter.
    assert_eq!(office.says("withdraw", &ed, "own").await, 202);
    assert_eq!(office.says("restore", &ed, "own").await, 409);
    let members = &office.healthy.members;
    members.remove(&colleague).await.unwrap();
    // Another editor counts as long as they can sign in, and whoever has no rights doesn't.
    add(&office.healthy, "member", Role::Member).await;
    let other = add(&office.healthy, "other", Role::Editor).await;
    assert_eq!(office.says("restore", &ed, "own").await, 409);
    assert!(members.set_disabled(&other, true).await.unwrap());
    assert!(!members.others_decide(&ed.id).await.unwrap());
    let other = office.healthy.now(&other).await;
    assert!(members.set_disabled(&other, false).await.unwrap());
    assert!(members.others_decide(&ed.id).await.unwrap());
    let other = office.healthy.now(&other).await;
    assert!(members.set_role(&other, Role::Admin).await.unwrap());
    assert!(members.others_decide(&ed.id).await.unwrap());
    // Of two administrators one may go.
    let second = add(&office.healthy, "second", Role::Admin).await;
    let other = office.healthy.now(&other).await;
    assert!(members.set_role(&other, Role::Editor).await.unwrap());
    let other = office.healthy.now(&other).await;
    assert!(members.set_role(&other, Role::Member).await.unwrap());
    members.remove(&second).await.unwrap();
    assert_eq!(office.says("restore", &ed, "own").await, 202);
    let acts = office.healthy.members.acts(None, 10).await.unwrap().acts;
    let by = acts[0].by.as_ref().unwrap();
    assert_eq!((&by.id, &acts[0].on.id), (&ed.id, &ed.id));
}

#[tokio::test]
async fn of_a_member_who_goes_no_decision_and_no_place_in_a_queue_is_left() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    for slug in ["a", "b", "c"] {
        office.send(&jo, slug, ONE).await;
    }
    office.says("approve", &jo, "a").await;
    office.says("withdraw", &jo, "b").await;
    let members = &office.healthy.members;
    assert!(members.depart(&jo, 1).await.unwrap());
    members.erase_items(&jo).await.unwrap();
    for slug in ["a", "b", "c"] {
        assert_eq!(members.decision(&jo.id, slug).await.unwrap(), None);
    }
    assert_eq!(office.queue(&jo).await, [""; 0]);
    assert_eq!(members.withdrawn(None, 10).await.unwrap().0, []);
    // And nothing is decided of them any more.
    let said = ("approve", "x");
    assert_eq!(office.decide(&office.healthy, &jo, "c", said).await.0, 404);
}

#[tokio::test]
async fn pages_of_everybody_s_documents_are_bounded_and_whole() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let mut wanted = Vec::new();
    for number in 0..45 {
        let handle = format!("m{number:02}");
        let member = office.member(&handle).await;
        let many = if number % 15 == 3 { 60 } else { number % 3 };
        for slug in 0..many {
            let slug = format!("d{slug:02}");
            office.put(&member, &slug, ONE).await;
            wanted.push((handle.clone(), slug));
        }
    }
    let mut listed = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let query = cursor.map_or_else(String::new, |cursor| format!("cursor={cursor}"));
        let (status, page) = office
            .ask(&office.healthy, "GET", "/api/review", &query, "")
            .await;
        assert_eq!(status, 200, "{page}");
        let documents = page["documents"].as_array().unwrap();
        assert!(documents.len() <= 50);
        for document in documents {
            assert_eq!(document["state"], "processing");
            let of = |key: &str| document[key].as_str().unwrap().to_owned();
            listed.push((of("handle"), of("slug")));
        }
        cursor = page["cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed, wanted);
}

#[tokio::test]
async fn who_may_not_is_told_so_and_a_role_that_is_taken_counts_at_once() {
    let site = Site::with(&[("REVIEW", "all")]).await;
    let ed = site.editor("ed").await;
    site.get_as(&ed, "/api/review").await;
    let account = site.members.by_id(&ed.id).await.unwrap().unwrap();
    assert!(site.members.set_role(&account, Role::Member).await.unwrap());
    let answer = site.get("/api/review").bearer_auth(&ed.token).send().await;
    let status = answer.unwrap().status();
    assert!([401, 403].contains(&status.as_u16()), "{status}");
    let answer = site.get("/api/review").send().await.unwrap();
    assert_error(answer, 401, "invalid_token").await;
}

#[tokio::test]
async fn the_queue_goes_on_where_a_page_ended() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    for slug in ["a", "b", "c"] {
        office.send(&jo, slug, ONE).await;
    }
    let (first, next) = office.healthy.members.waiting(None, 2).await.unwrap();
    assert_eq!((first.len(), first[0].document.slug.as_str()), (2, "a"));
    let query = format!("state=waiting&cursor={}", next.unwrap());
    let (_, page) = office
        .ask(&office.healthy, "GET", "/api/review", &query, "")
        .await;
    let documents = page["documents"].as_array().unwrap();
    assert_eq!((documents.len(), &documents[0]["slug"]), (1, &json!("c")));
    assert_eq!(page["cursor"], Value::Null);
}
