//! Documents that come out by themselves at their date, and nothing of them before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use blobs::layout::{SourceKey, SourceNote, content_key};
use blobs::{Condition, Upload};
use endpoint::{Clock, Environment};
use jiff::Timestamp;
use members::{Account, State};
use rebuild_site::Due;
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::picture_faults::{Stores, at_every_call, put, stack};
use crate::site::{SignedIn, Site, assert_error, body};

/// Some time in 2026.
const START: u64 = 1_790_000_000;
const HOUR: u64 = 3600;
/// Most documents that a run of these tests asks for.
const MOST: i32 = 20;

fn date(unix_seconds: u64) -> String {
    Timestamp::from_second(unix_seconds.try_into().unwrap())
        .unwrap()
        .to_string()
}

fn scheduled(unix_seconds: u64) -> String {
    format!(
        "---\ndate: {}\nschedule: true\naliases: [Announcement]\n---\n# The new boat\n\nSee [[news]].\n",
        date(unix_seconds)
    )
}

/// The functions, with a clock that the test moves.
struct World<'a> {
    environment: &'a Environment,
    stores: Stores,
    now: Arc<AtomicU64>,
}

impl<'a> World<'a> {
    fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            stores: Stores::healthy(environment),
            now: Arc::new(AtomicU64::new(START)),
        }
    }

    fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Clock::from_fn(move || {
            SystemTime::UNIX_EPOCH + Duration::from_secs(now.load(Ordering::SeqCst))
        })
    }

    fn set(&self, now: u64) {
        self.now.store(now, Ordering::SeqCst);
    }

    async fn convert_by(&self, stores: &Stores, key: &str) -> Value {
        let state = rewrite_readme::State {
            clock: self.clock(),
            ..stores.rewrite_readme()
        };
        rewrite_readme::handler(&state, json!({"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": stores.tells(key).to_string()}]}))
            .await
            .unwrap()
    }

    async fn convert(&self, key: &str) {
        let answer = self.convert_by(&self.stores, key).await;
        assert_eq!(answer, json!({"batchItemFailures": []}), "{key}");
    }

    /// What the schedule does each minute: asks, and what was asked for is converted.
    async fn minute(&self, account: &Account) -> usize {
        let asked = self.ask(&self.stores).await.unwrap();
        for key in self.stores.asked(account).await {
            self.convert(&key).await;
        }
        asked
    }

    async fn ask(&self, stores: &Stores) -> anyhow::Result<usize> {
        let due = Due {
            members: &stores.members,
            uploads: &stores.uploads,
            clock: &self.clock(),
            most: MOST,
        };
        due.ask().await
    }

    async fn send(&self, account: &Account, slug: &str, text: &str) -> String {
        let key = SourceKey::new(&account.id, slug).key();
        put(&self.stores.uploads, &key, text.to_owned()).await;
        self.convert(&key).await;
        key
    }

    async fn state(&self, account: &Account, slug: &str) -> Option<(State, Option<u64>)> {
        let report = self.stores.members.report(&account.id, slug).await.unwrap();
        report.map(|report| (report.state, report.until))
    }

    async fn is_out(&self, account: &Account, slug: &str) -> bool {
        let key = SourceKey::new(&account.id, slug).entry_id(&account.handle);
        let head = self.stores.content.head(&content_key(&key)).await.unwrap();
        head.is_some()
    }

    /// The slugs of all that is to come, whenever that is.
    async fn to_come(&self) -> Vec<String> {
        let far = 900_000_000_000;
        let due = self.stores.members.due(far, 100).await.unwrap();
        due.into_iter().map(|(_, due)| due.slug).collect()
    }
}

#[tokio::test]
async fn it_comes_out_at_its_time_and_nothing_of_it_before() {
    let site = Site::start().await;
    let (member, friend) = (site.member("jo").await, site.member("ada").await);
    site.publish(&friend, "note.md", "# Note\n\nOf [[jo/boat]].\n")
        .await;
    site.publish(&member, "news.md", "# News\n\nOf [[Announcement]].\n")
        .await;
    site.publish(&member, "boat.md", "# The old boat\n").await;
    let linked = async |path: &str| {
        let text = site.get(path).send().await.unwrap().text().await.unwrap();
        text.contains("](/jo/boat/)")
    };
    site.wait_for("the link", async || {
        linked("/content/ada/note.md").await.then_some(())
    })
    .await;

    let until = Clock::system().unix_seconds() + 12;
    let text = scheduled(until);
    assert_eq!(site.upload(&member, "boat.md", text).await.status(), 202);
    let report = site.report(&member, "/api/readmes/boat").await;
    assert_eq!(report["state"], "scheduled", "{report}");
    assert_eq!(report["until"], date(until));
    assert_eq!(report["live"], false);
    let list = site.get("/api/readmes").bearer_auth(&member.token).send();
    let list = body(list.await.unwrap()).await;
    assert_eq!(list["readmes"][0]["state"], "scheduled");
    assert_eq!(list["readmes"][0]["until"], date(until));
    // Not even the version from before is there: what is out is out as it is.
    let gone = site.get("/content/jo/boat.md").send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    let content = body(site.get("/api/content").send().await.unwrap()).await;
    assert!(!content.to_string().contains("jo/boat"), "{content}");
    site.wait_for("no link", async || {
        let linked = linked("/content/ada/note.md").await || linked("/content/jo/news.md").await;
        (!linked).then_some(())
    })
    .await;
    assert!(
        Clock::system().unix_seconds() < until,
        "the test was too slow"
    );

    let report = site
        .wait_for("the document", async || {
            let report = site.report(&member, "/api/readmes/boat").await;
            (report["state"] == "published").then_some(report)
        })
        .await;
    assert!(Clock::system().unix_seconds() >= until);
    assert_eq!(report["until"], Value::Null);
    let out = site.get("/content/jo/boat.md").send().await.unwrap();
    let out = out.text().await.unwrap();
    assert!(
        out.contains("The new boat") && !out.contains("schedule"),
        "{out}"
    );
    site.wait_for("the links", async || {
        let linked = linked("/content/ada/note.md").await && linked("/content/jo/news.md").await;
        linked.then_some(())
    })
    .await;
    assert_eq!(site.stack.dead_letters().await.unwrap(), [""; 0]);
}

async fn upload(site: &Site, member: &SignedIn, text: &str, schedule: &str) -> reqwest::Response {
    let file = Part::bytes(text.as_bytes().to_vec()).file_name("later.md");
    let form = Form::new()
        .part("readme_file", file)
        .text("schedule", schedule.to_owned());
    let asked = site.post("/api/upload_readme").bearer_auth(&member.token);
    asked.multipart(form).send().await.unwrap()
}

#[tokio::test]
async fn the_upload_says_it_as_well_and_takes_it_back() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let text = "---\ndate: 2999-01-01\n---\n# Later\n";
    for (schedule, state) in [
        ("true", "scheduled"),
        ("false", "published"),
        ("true", "scheduled"),
    ] {
        assert_eq!(upload(&site, &member, text, schedule).await.status(), 202);
        // The bytes are the same, and so is the version: the report before says nothing wrong.
        site.wait_for("the report", async || {
            let report = site.report(&member, "/api/readmes/later").await;
            (report["state"] == state).then_some(())
        })
        .await;
        let out = site.get("/content/jo/later.md").send().await.unwrap();
        assert_eq!(
            out.status() == StatusCode::OK,
            state == "published",
            "{schedule}"
        );
    }
    let refused = upload(&site, &member, text, "maybe").await;
    assert_eq!(
        assert_error(refused, 400, "bad_request").await,
        "“schedule” must be “true” or “false”."
    );
    // A preview says the same, and stores nothing.
    for (wanted, state, until) in [
        (
            json!({"text": text, "schedule": true}),
            "scheduled",
            json!("2999-01-01T00:00:00Z"),
        ),
        (
            json!({"text": text, "schedule": false}),
            "published",
            Value::Null,
        ),
        (json!({"text": text}), "published", Value::Null),
        (
            json!({"text": "---\ndraft: true\nschedule: true\ndate: 2999-01-01\n---\n# X\n"}),
            "draft",
            Value::Null,
        ),
    ] {
        let asked = site.post("/api/preview").bearer_auth(&member.token);
        let answer = body(asked.json(&wanted).send().await.unwrap()).await;
        let report = &answer["preview"]["report"];
        assert_eq!(
            (&report["state"], &report["until"]),
            (&json!(state), &until),
            "{wanted}"
        );
    }
}

#[tokio::test]
async fn what_is_to_come_follows_what_its_author_does() {
    let (_stack, environment) = stack().await;
    let world = World::new(&environment);
    let jo = world.stores.member("jo").await;
    let (soon, late) = (START + HOUR, START + 5 * HOUR);
    let key = world.send(&jo, "boat", &scheduled(soon)).await;
    assert_eq!(
        world.state(&jo, "boat").await,
        Some((State::Scheduled, Some(soon)))
    );
    assert_eq!(world.to_come().await, ["boat"]);
    // Moved: the old time passes, and nothing happens.
    world.send(&jo, "boat", &scheduled(late)).await;
    world.set(soon + 60);
    assert_eq!(world.minute(&jo).await, 0);
    assert!(!world.is_out(&jo, "boat").await);
    // Replaced by what doesn't wait.
    world.send(&jo, "boat", "# Now\n").await;
    assert!(world.is_out(&jo, "boat").await);
    assert_eq!(world.to_come().await, [""; 0]);
    // Taken out: published now, whatever its date.
    world.send(&jo, "boat", &scheduled(late)).await;
    assert!(!world.is_out(&jo, "boat").await);
    let taken_out = scheduled(late).replace("schedule: true\n", "");
    world.send(&jo, "boat", &taken_out).await;
    assert!(world.is_out(&jo, "boat").await);
    assert_eq!(
        world.state(&jo, "boat").await,
        Some((State::Published, None))
    );
    // Kept back for good, refused, and deleted.
    for text in ["---\ndraft: true\n---\n# Never\n", "\u{0}\u{1}\u{2}"] {
        world.send(&jo, "boat", &scheduled(late)).await;
        assert_eq!(world.to_come().await, ["boat"]);
        world.send(&jo, "boat", text).await;
        if text.starts_with('-') {
            assert_eq!(world.to_come().await, [""; 0], "{text}");
        }
    }
    world.send(&jo, "boat", &scheduled(late)).await;
    world.stores.uploads.delete(&key).await.unwrap();
    world.convert(&key).await;
    assert_eq!(world.to_come().await, [""; 0]);
    world.set(late + 60);
    assert_eq!(world.minute(&jo).await, 0);
    assert!(!world.is_out(&jo, "boat").await);
}

/// Two that are due at once come out with one run, and what is due a second later doesn't.
#[tokio::test]
async fn what_is_due_comes_out_to_the_second_of_the_clock() {
    let (_stack, environment) = stack().await;
    let world = World::new(&environment);
    let jo = world.stores.member("jo").await;
    let soon = START + HOUR;
    for (slug, until) in [("a", soon), ("b", soon), ("c", soon + 1)] {
        world.send(&jo, slug, &scheduled(until)).await;
    }
    world.set(soon - 1);
    assert_eq!(world.minute(&jo).await, 0);
    world.set(soon);
    assert_eq!(world.minute(&jo).await, 2);
    for (slug, is_out) in [("a", true), ("b", true), ("c", false)] {
        assert_eq!(world.is_out(&jo, slug).await, is_out, "{slug}");
    }
    assert_eq!(world.to_come().await, ["c"]);
}

/// A clock that is set back takes nothing back that came out, and one that is late is asked again.
#[tokio::test]
async fn clocks_that_jump_take_nothing_back_and_lose_nothing() {
    let (_stack, environment) = stack().await;
    let world = World::new(&environment);
    let jo = world.stores.member("jo").await;
    let soon = START + HOUR;
    let key = world.send(&jo, "boat", &scheduled(soon)).await;
    // The schedule's clock is ahead of that of the converter.
    world.set(soon);
    assert_eq!(world.ask(&world.stores).await.unwrap(), 1);
    world.set(soon - 2);
    for later in world.stores.asked(&jo).await {
        world.convert(&later).await;
    }
    assert!(!world.is_out(&jo, "boat").await);
    world.set(soon + 60);
    assert_eq!(world.minute(&jo).await, 1);
    assert!(world.is_out(&jo, "boat").await);
    assert_eq!(world.minute(&jo).await, 0);
    // Back by a day: it is out, and stays so.
    world.set(soon - 24 * HOUR);
    world.convert(&key).await;
    assert!(world.is_out(&jo, "boat").await);
    assert_eq!(
        world.state(&jo, "boat").await,
        Some((State::Published, Some(soon)))
    );
    assert_eq!(world.to_come().await, [""; 0]);
    // What its author says anew is another matter.
    world.send(&jo, "boat", &scheduled(soon + 1)).await;
    assert!(!world.is_out(&jo, "boat").await);
}

/// Killed before or after each of its calls, whoever asks or converts is made good by the next minute.
#[tokio::test]
async fn a_kill_is_made_good_by_the_next_minute() {
    let (_stack, environment) = stack().await;
    let world = World::new(&environment);
    let soon = START + HOUR;
    let calls = at_every_call(world.environment, async |at, commits, killed| {
        world.set(START);
        let jo = world.stores.member(&format!("jo-{at}-{commits}")).await;
        world.send(&jo, "boat", &scheduled(soon)).await;
        world.set(soon);
        // The same process asks and converts.
        if world.ask(&killed).await.is_ok() {
            for key in world.stores.asked(&jo).await {
                world.convert_by(&killed, &key).await;
            }
        }
        world.set(soon + 60);
        world.minute(&jo).await;
        // A message that failed comes again by itself, too.
        let key = SourceKey::new(&jo.id, "boat").key();
        assert!(world.is_out(&jo, "boat").await, "at {at}");
        world.convert(&key).await;
        assert_eq!(
            world.state(&jo, "boat").await,
            Some((State::Published, Some(soon))),
            "at {at}"
        );
        assert_eq!(world.to_come().await, [""; 0], "at {at}");
    })
    .await;
    assert!(calls > 8, "{calls} calls");
}

/// Of more than one run asks for the others are asked for by the next, those that waited longest first, and nothing is lost.
#[tokio::test]
async fn more_that_are_due_than_one_run_asks_for_come_out_one_run_after_the_other() {
    let (_stack, environment) = stack().await;
    let world = World::new(&environment);
    let jo = world.stores.member("jo").await;
    let due = START + HOUR;
    let slugs: Vec<String> = (0..45).map(|number| format!("doc-{number:02}")).collect();
    for (number, slug) in slugs.iter().enumerate() {
        // The last one waited longest.
        let until = if number == 44 { due - 60 } else { due };
        world.send(&jo, slug, &scheduled(until)).await;
    }
    world.set(due);
    for asked in [20, 20, 5, 0] {
        assert_eq!(world.minute(&jo).await, asked);
        assert!(world.is_out(&jo, "doc-44").await);
    }
    for slug in &slugs {
        assert!(world.is_out(&jo, slug).await, "{slug}");
    }
    assert_eq!(world.to_come().await, [""; 0]);
}

/// A member who goes takes what was to come along, and one with another handle has it come out there.
#[tokio::test]
async fn who_goes_or_is_renamed_has_it_come_out_nowhere_or_there() {
    let (_stack, environment) = stack().await;
    let world = World::new(&environment);
    let (ada, jo) = (
        world.stores.member("ada").await,
        world.stores.member("jo").await,
    );
    let soon = START + HOUR;
    for account in [&ada, &jo] {
        world.send(account, "boat", &scheduled(soon)).await;
    }
    assert!(world.stores.members.leave(&ada, START).await.unwrap());
    let remover = remove_member::State {
        uploads: world.stores.uploads.clone(),
        content: world.stores.content.clone(),
        members: world.stores.members.clone(),
        clock: Clock::from_fn(|| SystemTime::UNIX_EPOCH + Duration::from_secs(START + 60)),
        ..remove_member::State::from_env(&environment).unwrap()
    };
    remove_member::handler(&remover, Value::Null).await.unwrap();
    assert_eq!(world.to_come().await, ["boat"]);
    let renamed = world
        .stores
        .members
        .rename(&jo, "Jo", "joanna")
        .await
        .unwrap();
    assert_eq!(renamed, members::Renamed::Renamed);
    world.set(soon);
    assert_eq!(world.minute(&jo).await, 1);
    let joanna = world.stores.now(&jo).await;
    assert!(world.is_out(&joanna, "boat").await);
    assert!(!world.is_out(&jo, "boat").await && !world.is_out(&ada, "boat").await);
}

/// What is restored waits for its date as it did, by the upload's own word as well.
#[tokio::test]
async fn what_is_kept_beside_it_says_so_for_good() {
    let (_stack, environment) = stack().await;
    let world = World::new(&environment);
    let jo = world.stores.member("jo").await;
    let note = SourceNote {
        file_name: "later.md".to_owned(),
        path: String::new(),
        slug_given: false,
        schedule: true,
        created: START,
        updated: START,
        sha256: "0".repeat(64),
    };
    let key = SourceKey::new(&jo.id, "later").key();
    let upload = Upload {
        bytes: format!("---\ndate: {}\n---\n# Later\n", date(START + HOUR)).into(),
        content_type: "text/markdown",
        metadata: note.to_metadata(),
        ..Upload::default()
    };
    world
        .stores
        .uploads
        .put(&key, upload, Condition::Always)
        .await
        .unwrap();
    world.convert(&key).await;
    let state = world.state(&jo, "later").await;
    assert_eq!(state, Some((State::Scheduled, Some(START + HOUR))));
    world.set(START + HOUR);
    assert_eq!(world.minute(&jo).await, 1);
    assert!(world.is_out(&jo, "later").await);
}
