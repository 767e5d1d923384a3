//! The list of what is published, as it is kept: against a model, with many hands at once, and against the bucket.

mod answers;
mod many;
mod paused;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use blobs::layout::{MovedKey, content_key};
use blobs::{Blobs, Condition, Upload};
use endpoint::{Clock, Environment, aws, configuration};
use local::{Options, Stack};
use manifest::{Error, Token};
use members::{Created, Directory, Email, Members, NewMember, Role, Seen};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

/// The stores of a site, and what its functions do when something was published.
struct World {
    _stack: Stack,
    environment: Environment,
    content: Blobs,
    members: Members,
}

impl World {
    async fn new() -> Self {
        let stack = local::start(Options {
            port: 0,
            backends_only: true,
            ..Options::default()
        });
        let stack = stack.await.unwrap();
        let environment: Environment = stack.environment().into_iter().collect();
        let config = aws::config(&environment, aws::ENDPOINT_S3).unwrap();
        Self {
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET").unwrap()),
            members: configuration::members(&environment).unwrap(),
            environment,
            _stack: stack,
        }
    }

    async fn put(&self, key: &str, text: &str) {
        put(&self.content, key, text).await;
    }

    async fn settle(&self, id: &str) -> bool {
        manifest::settle(&self.content, &self.members, id, now())
            .await
            .unwrap()
    }

    /// Makes a document of `text`, or takes it away.
    async fn document(&self, id: &str, text: Option<&str>) {
        match text {
            Some(text) => self.put(&content_key(id), text).await,
            None => self.content.delete(&content_key(id)).await.unwrap(),
        }
        self.settle(id).await;
    }

    /// Says where the document is that was at `from`, or nothing more.
    async fn moved(&self, from: &str, slug: Option<&str>) {
        let listed = self
            .content
            .list_all(&MovedKey::prefix(from))
            .await
            .unwrap();
        for object in listed {
            self.content.delete(&object.key).await.unwrap();
        }
        if let Some(slug) = slug {
            self.put(&MovedKey::new(from, slug).key(), "").await;
        }
        self.settle(from).await;
    }

    /// Gives a member another picture, or none, and leaves it at that.
    async fn set_picture(&self, handle: &str, name: Option<&str>) {
        let account = self.members.by_handle(handle).await.unwrap().unwrap();
        let changed = match name {
            Some(name) => {
                let picture = picture(name);
                let set = self.members.set_picture(&account, &picture, "", Seen::Any);
                set.await.unwrap()
            }
            None => self.members.remove_picture(&account).await.unwrap(),
        };
        assert!(changed.is_some());
    }

    /// Gives a member another picture, or none.
    async fn picture(&self, handle: &str, name: Option<&str>) {
        self.set_picture(handle, name).await;
        manifest::settle_member(&self.members, handle, now())
            .await
            .unwrap();
    }

    async fn add(&self, handle: &str) -> String {
        let id = uuid::Uuid::now_v7().to_string();
        let member = NewMember {
            id: id.clone(),
            email: Email::parse(&format!("{handle}@club.example")).unwrap(),
            name: format!("{handle} of the club"),
            handle: handle.to_owned(),
            password_hash: Some("x".to_owned()),
            role: Role::Member,
            created_at: 0,
        };
        assert_eq!(self.members.create(member).await.unwrap(), Created::Created);
        id
    }

    /// All pages of `limit`.
    async fn read(&self, limit: usize) -> (Known, Token) {
        let mut known = Known::default();
        let (mut cursor, mut first): (Option<String>, Option<Token>) = (None, None);
        loop {
            let page = manifest::page(&self.members, cursor.as_deref(), limit);
            let page = page.await.unwrap();
            assert!(page.entries.len() + page.moved.len() <= limit);
            first = first.or(page.since);
            for entry in page.entries {
                assert!(
                    known
                        .entries
                        .insert(entry.id.clone(), seen(&entry))
                        .is_none()
                );
            }
            for moved in page.moved {
                assert!(known.moved.insert(moved.from, moved.to).is_none());
            }
            let Some(next) = page.cursor else {
                return (known, first.unwrap());
            };
            assert!(manifest::is_cursor(&next));
            // Loaders of before compare cursors as text.
            assert!(cursor.is_none_or(|cursor| cursor < next));
            cursor = Some(next);
        }
    }

    /// Brings what a reader knows up to date, with answers of about `limit`. `None`: the reader has to begin anew.
    async fn catch_up(&self, known: &mut Known, token: &Token, limit: usize) -> Option<Token> {
        let mut token = token.clone();
        for _ in 0..10_000 {
            // As a client has it.
            token = Token::parse(&token.to_string()).unwrap();
            let since = manifest::since(&self.members, &token, limit).await.unwrap();
            assert!(since.entries.len() + since.gone.len() <= limit, "{since:?}");
            for id in since.gone {
                known.entries.remove(&id);
                known.moved.remove(&id);
            }
            for entry in since.entries {
                known.moved.remove(&entry.id);
                known.entries.insert(entry.id.clone(), seen(&entry));
            }
            for moved in since.moved {
                known.moved.insert(moved.from, moved.to);
            }
            token = since.since?;
            if !since.more {
                return Some(token);
            }
        }
        panic!("it goes round in circles at {token}");
    }

    /// Holds all that is kept against the bucket and the accounts, and says what differed.
    async fn compare(&self) -> manifest::Compared {
        manifest::begin_anew(&self.members).await.unwrap();
        let compared = manifest::compare(&self.content, &self.members, Duration::MAX, now());
        let compared = compared.await.unwrap();
        assert!(compared.is_through);
        compared
    }

    async fn fingerprint(&self) -> String {
        manifest::fingerprint(&self.members).await.unwrap()
    }
}

/// Records of changes of long ago would be gone.
fn now() -> u64 {
    Clock::system().unix_milliseconds()
}

async fn put(content: &Blobs, key: &str, text: &str) {
    let upload = Upload {
        bytes: text.to_owned().into(),
        content_type: "text/markdown",
        ..Upload::default()
    };
    content.put(key, upload, Condition::Always).await.unwrap();
}

fn picture(name: &str) -> members::Picture {
    let sizes = ["96", "256", "512"];
    let sizes = sizes.map(|size| (size.to_owned(), format!("pictures/{name}-{size}.webp")));
    members::Picture(sizes.into())
}

/// What a reader knows, and what there is to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Known {
    /// Entry id to digest and picture.
    entries: BTreeMap<String, (String, Option<manifest::Picture>)>,
    /// Former address to the one of now.
    moved: BTreeMap<String, String>,
}

fn seen(entry: &manifest::Entry) -> (String, Option<manifest::Picture>) {
    assert_eq!(entry.key, content_key(&entry.id));
    (entry.digest.clone(), entry.picture.clone())
}

/// What happens to a site, and what is to be read of it then.
#[derive(Default)]
struct Model {
    documents: BTreeMap<String, String>,
    moved: BTreeMap<String, String>,
    pictures: BTreeMap<String, String>,
}

const HANDLES: [&str; 6] = ["jo", "jo-x", "ann", "kim", "07", "zoe"];
const SLUGS: [&str; 4] = ["a", "a-b", "b", "trip"];
const TEXTS: [&str; 3] = ["# One\n", "# Two\n", "# Three\n"];

impl Model {
    /// Does one thing to the world and to itself.
    async fn step(&mut self, world: &World, random: &mut StdRng) {
        let handle = *HANDLES.choose(random).unwrap();
        let slug = *SLUGS.choose(random).unwrap();
        let text = *TEXTS.choose(random).unwrap();
        let id = if random.random_bool(0.2) {
            handle.to_owned()
        } else {
            format!("{handle}/{slug}")
        };
        match random.random_range(0..10) {
            0..=4 => {
                world.document(&id, Some(text)).await;
                self.documents.insert(id, text.to_owned());
            }
            5 | 6 => {
                world.document(&id, None).await;
                self.documents.remove(&id);
            }
            7 if id.contains('/') => {
                let to = *SLUGS.choose(random).unwrap();
                world.moved(&id, Some(to)).await;
                self.moved.insert(id, format!("{handle}/{to}"));
            }
            8 if id.contains('/') => {
                world.moved(&id, None).await;
                self.moved.remove(&id);
            }
            _ => {
                let name = random.random_bool(0.7).then_some(slug);
                world.picture(handle, name).await;
                match name {
                    Some(name) => self.pictures.insert(handle.to_owned(), name.to_owned()),
                    None => self.pictures.remove(handle),
                };
            }
        }
    }

    /// What is to be read; digests are named by their texts.
    fn known(&self) -> Known {
        let digest = |text: &str| TEXTS.iter().position(|it| *it == text).unwrap().to_string();
        let entries = self.documents.iter().map(|(id, text)| {
            let picture = self.pictures.get(blobs::layout::handle(id));
            let picture = picture.map(|name| picture_keys(name));
            (id.clone(), (digest(text), picture))
        });
        let moved = self.moved.iter();
        let moved = moved.filter(|(from, _)| !self.documents.contains_key(*from));
        Known {
            entries: entries.collect(),
            moved: moved.map(|(from, to)| (from.clone(), to.clone())).collect(),
        }
    }
}

fn picture_keys(name: &str) -> manifest::Picture {
    picture(name).0
}

/// What was read, with digests named by their texts as the model has them.
fn named(known: &Known, digests: &[String]) -> Known {
    let entries = known.entries.iter().map(|(id, (digest, picture))| {
        let text = digests.iter().position(|it| it == digest).unwrap();
        (id.clone(), (text.to_string(), picture.clone()))
    });
    Known {
        entries: entries.collect(),
        moved: known.moved.clone(),
    }
}

/// Whatever happens in whatever order, pages of every size say what is there, and whoever read at any earlier time and asks for what
/// changed since knows the same. What is the same has the same fingerprint, and nothing else has.
#[tokio::test]
async fn pages_and_changes_say_what_is_there() {
    for seed in 0..crate::sized(3, 40) {
        let mut random = StdRng::seed_from_u64(seed);
        let world = World::new().await;
        for handle in HANDLES {
            world.add(handle).await;
        }
        let mut digests = Vec::new();
        for text in TEXTS {
            world.put("content/x/probe.md", text).await;
            let head = world.content.head("content/x/probe.md").await.unwrap();
            digests.push(manifest::digest_of(&head.unwrap().etag).to_owned());
        }
        world.content.delete("content/x/probe.md").await.unwrap();
        let mut model = Model::default();
        let mut readers: Vec<(Known, Token)> = Vec::new();
        let mut fingerprints: Vec<(Known, String)> = Vec::new();
        for step in 0..60 {
            model.step(&world, &mut random).await;
            let there = model.known();
            let fingerprint = world.fingerprint().await;
            for (known, before) in &fingerprints {
                assert_eq!(
                    *known == there,
                    *before == fingerprint,
                    "seed {seed}, step {step}"
                );
            }
            fingerprints.push((there.clone(), fingerprint));
            if step % 6 > 0 {
                continue;
            }
            let limit = *[1, 2, 3, 7, 500].choose(&mut random).unwrap();
            let (read, token) = world.read(limit).await;
            assert_eq!(named(&read, &digests), there, "seed {seed}, step {step}");
            for (known, token) in &mut readers {
                let limit = *[1, 2, 3, 7, 500].choose(&mut random).unwrap();
                let before = token.clone();
                *token = world.catch_up(known, token, limit).await.unwrap();
                assert_eq!(*known, read, "seed {seed}, step {step}, since {before}");
                // Some readers come back more rarely.
                if random.random_bool(0.5) {
                    *token = before;
                }
            }
            readers.push((read, token));
        }
        let compared = world.compare().await;
        assert_eq!(compared.differed, 0, "seed {seed}");
        let heads = world.members.published_heads().await.unwrap();
        let there = model.known();
        let count = |of: fn(&members::ShardHead) -> u64| heads.shards.iter().map(of).sum::<u64>();
        assert_eq!(
            (count(|head| head.entries), count(|head| head.moved)),
            (there.entries.len() as u64, there.moved.len() as u64)
        );
        for id in model.documents.keys().chain(model.moved.keys()) {
            let one = manifest::one(&world.members, id).await.unwrap();
            let to = there.moved.get(id).unwrap_or(id);
            let found: Vec<&str> = one.entries.iter().map(|entry| entry.id.as_str()).collect();
            let is_there = there.entries.contains_key(to);
            assert_eq!(
                found,
                if is_there { vec![to.as_str()] } else { vec![] },
                "{id}"
            );
            assert_eq!(one.moved.len(), usize::from(is_there && to != id), "{id}");
        }
        // Made anew of what is there, it comes to the same.
        let other = World::new().await;
        for handle in HANDLES {
            other.add(handle).await;
        }
        for (id, text) in &model.documents {
            other.put(&content_key(id), text).await;
        }
        for (from, to) in &model.moved {
            let (_, slug) = to.split_once('/').unwrap();
            other.put(&MovedKey::new(from, slug).key(), "").await;
        }
        for (handle, name) in &model.pictures {
            other.set_picture(handle, Some(name)).await;
        }
        let made = other.compare().await;
        let all: BTreeSet<_> = there.entries.keys().chain(there.moved.keys()).collect();
        assert_eq!(made.differed, all.len() + model.pictures.len());
        assert_eq!(
            other.fingerprint().await,
            world.fingerprint().await,
            "seed {seed}"
        );
        assert_eq!(other.compare().await.differed, 0);
    }
}

/// A change that is none writes nothing: no revision, no record.
#[tokio::test]
async fn what_changes_nothing_writes_nothing() {
    let world = World::new().await;
    world.add("jo").await;
    world.document("jo/a", Some("# One\n")).await;
    world.picture("jo", Some("a")).await;
    let before = world.members.published_heads().await.unwrap();
    assert_eq!(before.revisions(), 2);
    world.document("jo/a", Some("# One\n")).await;
    world.picture("jo", Some("a")).await;
    assert!(!world.settle("jo/a").await);
    assert!(!world.settle("jo/nothing").await);
    // Keys that are no entry's are nobody's.
    for odd in [
        "content/jo/a/b.md",
        "content/JO.md",
        "content/jo/readme.md",
        "content/x.txt",
    ] {
        world.put(odd, "# Odd\n").await;
    }
    for odd in ["jo/a/b", "JO", "jo/readme", "", "/", "jo/"] {
        assert!(!world.settle(odd).await, "{odd}");
    }
    assert_eq!(world.compare().await.differed, 0);
    let after = world.members.published_heads().await.unwrap();
    assert_eq!(after.shards, before.shards);
}

/// What stands in an entry is told again with its member's picture; a name is not, and starts a build all the same.
#[tokio::test]
async fn a_picture_tells_every_entry_of_its_member_again() {
    let mut world = World::new().await;
    world.members = world.members.with_directory(Directory::On);
    let id = world.add("jo").await;
    world.add("jo-x").await;
    for number in 0..9 {
        world
            .document(&format!("jo/{number}"), Some("# Hi\n"))
            .await;
        world
            .document(&format!("jo-x/{number}"), Some("# Hi\n"))
            .await;
    }
    world.document("jo", Some("# Jo\n")).await;
    world.moved("jo/was", Some("1")).await;
    let (_, token) = world.read(500).await;
    let before = world.fingerprint().await;
    world.picture("jo", Some("a")).await;
    assert_ne!(world.fingerprint().await, before);
    for limit in [1, 4, 9, 10, 11, 500] {
        let mut told = BTreeSet::new();
        let mut token = token.clone();
        loop {
            let since = manifest::since(&world.members, &token, limit)
                .await
                .unwrap();
            assert_eq!((&since.gone[..], &since.moved[..]), (&[][..], &[][..]));
            told.extend(since.entries.into_iter().map(|entry| entry.id));
            token = since.since.unwrap();
            if !since.more {
                break;
            }
        }
        let mut expected: BTreeSet<String> = (0..9).map(|number| format!("jo/{number}")).collect();
        expected.insert("jo".to_owned());
        assert_eq!(told, expected, "{limit}");
    }
    let (_, token) = world.read(500).await;
    let before = world.fingerprint().await;
    let account = world.members.by_id(&id).await.unwrap().unwrap();
    assert!(world.members.set_listed(&account, false).await.unwrap());
    manifest::settle_member(&world.members, "jo", now())
        .await
        .unwrap();
    assert_ne!(world.fingerprint().await, before);
    let since = manifest::since(&world.members, &token, 500).await.unwrap();
    assert_eq!(since.entries, []);
    assert_ne!(since.since, Some(token));
}

/// A token of another list, of a table that was put back, or of a time of which nothing is kept sends the reader to the list.
#[tokio::test]
async fn a_token_that_is_not_known_begins_anew() {
    let world = World::new().await;
    world.document("jo/a", Some("# One\n")).await;
    let (_, token) = world.read(500).await;
    world.document("jo/a", Some("# Two\n")).await;
    let unknown = |text: String| {
        let token = Token::parse(&text).unwrap();
        let members = &world.members;
        async move {
            let since = manifest::since(members, &token, 500).await.unwrap();
            assert_eq!(since, manifest::Since::default(), "{text}");
        }
    };
    let text = token.to_string();
    let known = manifest::since(&world.members, &token, 500).await.unwrap();
    assert_eq!(known.entries.len(), 1);
    let (epoch, rest) = text.split_once('.').unwrap();
    unknown(format!("0000000000000000.{rest}")).await;
    unknown(format!("{epoch}.{}", rest.replace('1', "99"))).await;
    // Of a revision whose record is gone.
    for text in TEXTS {
        world.document("jo/a", Some(text)).await;
    }
    let shard = members::Shard::of("jo");
    let client = client(&world.environment);
    let gone = client
        .delete_item()
        .table_name(world.environment.required("MEMBERS_TABLE").unwrap())
        .key("pk", string(format!("CHANGED#{shard}")))
        .key("sk", string(format!("{:020}", 3)));
    gone.send().await.unwrap();
    unknown(text).await;
    let (_, now) = world.read(500).await;
    let since = manifest::since(&world.members, &now, 500).await.unwrap();
    assert_eq!((since.entries.len(), since.since), (0, Some(now)));
}

fn string(value: String) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::S(value)
}

fn client(environment: &Environment) -> aws_sdk_dynamodb::Client {
    let config = aws::config(environment, aws::ENDPOINT_DYNAMODB).unwrap();
    aws_sdk_dynamodb::Client::new(&config)
}

/// Until everything that was there is in it, nobody is told a part of the list.
#[tokio::test]
async fn a_list_that_is_not_whole_is_not_told() {
    let world = World::new().await;
    for number in 0..5 {
        world
            .put(&content_key(&format!("jo/{number}")), "# Hi\n")
            .await;
    }
    let gone = client(&world.environment)
        .delete_item()
        .table_name(world.environment.required("MEMBERS_TABLE").unwrap())
        .key("pk", string("MANIFEST#SITE".to_owned()))
        .key("sk", string("SITE".to_owned()));
    gone.send().await.unwrap();
    let token = Token::parse(&format!("0123456789abcdef{}", ".0".repeat(16))).unwrap();
    let not_whole = async || {
        let members = &world.members;
        let page = manifest::page(members, None, 500).await.unwrap_err();
        let one = manifest::one(members, "jo/1").await.unwrap_err();
        let since = manifest::since(members, &token, 500).await.unwrap_err();
        for error in [page, one, since] {
            assert!(matches!(error, Error::NotWhole), "{error}");
        }
    };
    not_whole().await;
    // One that ends after its first step: documents are through, members are not.
    let compared = manifest::compare(&world.content, &world.members, Duration::ZERO, now());
    let compared = compared.await.unwrap();
    assert_eq!((compared.differed, compared.is_through), (5, false));
    not_whole().await;
    let whole = world.members.whole().await.unwrap();
    assert!(manifest::is_due(&world.members, &whole, 2));
    let compared = manifest::compare(&world.content, &world.members, Duration::ZERO, now());
    assert!(compared.await.unwrap().is_through);
    assert_eq!(world.read(2).await.0.entries.len(), 5);
    let one = manifest::one(&world.members, "jo/1").await.unwrap();
    assert_eq!(one.entries.len(), 1);
}

/// Each night, once more after the list was begun, and when the site has got a directory.
#[tokio::test]
async fn comparisons_are_due_each_night() {
    const MINUTE: u64 = 60_000;
    const DAY: u64 = 24 * 60 * MINUTE;
    let world = World::new().await;
    let members = &world.members;
    let noon = 20_000 * DAY + DAY / 2;
    let whole = |compared_at_ms| members::Whole {
        is_whole: true,
        begun_at_ms: noon,
        compared_at_ms,
        ..members::Whole::default()
    };
    let due = |compared_at_ms, now| manifest::is_due(members, &whole(compared_at_ms), now);
    assert!(manifest::is_due(members, &members::Whole::default(), noon));
    assert!(!due(noon, noon + 29 * MINUTE));
    assert!(due(noon, noon + 30 * MINUTE));
    assert!(!due(noon + 30 * MINUTE, noon + 31 * MINUTE));
    let three = noon + 15 * 60 * MINUTE;
    assert!(!due(noon + 30 * MINUTE, three - 1));
    assert!(due(noon + 30 * MINUTE, three));
    assert!(!due(three, three + MINUTE));
    let public = members.clone().with_directory(Directory::On);
    assert!(manifest::is_due(&public, &whole(three), three + MINUTE));
}

/// What builds said is kept by shards, and what an earlier version kept in one place is moved, but for members who are gone.
#[tokio::test]
async fn what_builds_said_before_is_moved_to_its_shard() {
    let world = World::new().await;
    world.add("jo").await;
    let client = client(&world.environment);
    let before = async |kind: &str, sk: &str, digest: &str| {
        let put = client
            .put_item()
            .table_name(world.environment.required("MEMBERS_TABLE").unwrap())
            .item("pk", string(format!("{kind}#SITE")))
            .item("sk", string(sk.to_owned()))
            .item("digest", string(digest.to_owned()))
            .item("reason", string("course: Required".to_owned()))
            .item(
                "since",
                aws_sdk_dynamodb::types::AttributeValue::N("7".to_owned()),
            );
        put.send().await.unwrap();
    };
    for number in 0..7 {
        before("BUILT", &format!("jo/{number}"), "a").await;
    }
    before("BUILT", "gone/1", "a").await;
    before("REFUSED", "jo/8", "b").await;
    let members = &world.members;
    let newer = members::Built {
        handle: "jo".to_owned(),
        slug: "3".to_owned(),
        digest: "newer".to_owned(),
        since: 9,
    };
    assert_eq!(members.put_built("jo", &[newer]).await.unwrap(), 1);
    let mut moved = 0;
    loop {
        match members.move_told(3).await.unwrap() {
            0 => break,
            more => moved += more,
        }
    }
    assert_eq!(moved, 9);
    let digest = |slug: &str| if slug == "3" { "newer" } else { "a" };
    let built = members.built_of("jo").await.unwrap();
    assert_eq!(built.len(), 7);
    assert!(
        built.iter().all(|it| it.digest == digest(&it.slug)),
        "{built:?}"
    );
    assert_eq!(members.refused_of("jo").await.unwrap().len(), 1);
    assert_eq!(members.built_of("gone").await.unwrap(), []);
    let asked = [
        ("jo", "1"),
        ("jo", "8"),
        ("ann", "0"),
        ("zoe", "9"),
        ("gone", "1"),
    ];
    let (built, refused) = members.told_among(&asked).await.unwrap();
    assert_eq!((built.len(), refused.len()), (6, 1));
}

/// Members of whom a change was noted are settled by a look, and the note stays as long as the change may come.
#[tokio::test]
async fn a_change_that_was_noted_is_seen_whoever_was_killed() {
    const SETTLE: Duration = Duration::from_mins(2);
    let world = World::new().await;
    let id = world.add("jo").await;
    world.document("jo", Some("# Jo\n")).await;
    let members = &world.members;
    members.note_unsettled(&id, ["jo"], 1_000).await.unwrap();
    // Before the change: nothing is known of it yet.
    assert_eq!(
        manifest::settle_noted(members, SETTLE, 2_000)
            .await
            .unwrap(),
        1
    );
    world.set_picture("jo", Some("a")).await;
    let account = members.by_id(&id).await.unwrap().unwrap();
    let before = world.fingerprint().await;
    assert_eq!(
        manifest::settle_noted(members, SETTLE, 3_000)
            .await
            .unwrap(),
        1
    );
    assert_ne!(world.fingerprint().await, before);
    assert_eq!(world.compare().await.differed, 0);
    // Another handle: what the note has, what the account had, and what it has.
    let renamed = members.rename(&account, "Jo", "joanna").await.unwrap();
    assert!(matches!(renamed, members::Renamed::Renamed), "{renamed:?}");
    assert_eq!(
        manifest::settle_noted(members, SETTLE, 120_999)
            .await
            .unwrap(),
        1
    );
    assert_eq!(world.compare().await.differed, 0);
    // Noted again while a look is at it: it stays.
    let notes = members.unsettled(10).await.unwrap();
    members
        .note_unsettled(&id, ["joanna"], 130_000)
        .await
        .unwrap();
    members.forget_unsettled(&notes[0]).await.unwrap();
    let notes = members.unsettled(10).await.unwrap();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].handles, ["jo", "joanna"]);
    assert_eq!(
        manifest::settle_noted(members, SETTLE, 250_000)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        manifest::settle_noted(members, SETTLE, 250_001)
            .await
            .unwrap(),
        0
    );
}
