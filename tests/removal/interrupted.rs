//! A removal, or another handle, in the middle of whatever a function does: between any two of its calls, and
//! in place of the answer to each of them. The function then goes on, or is killed and its message comes again.

use anyhow::Context as _;
use blobs::layout::{
    FileChangeKey, FileKey, LaterKey, OWN_PAGE, OriginalKey, PictureChangeKey, SourceKey,
    content_key, member_content_prefix, pictures_prefix,
};
use endpoint::{Clock, Environment, Origins, configuration};
use image::ImageFormat;
use members::{Account, Built, IssuedCode, Picture, Refused, Renamed, Seen};
use serde_json::{Value, json};

use super::left::left_of;
use super::{now_ms, remove, settled};
use crate::file_faults::PATH;
use crate::photo::plain;
use crate::picture_faults::{
    self, Pause, Stores, at_every_call as killed_at_every_call, is_near, put, stack,
};

/// What a function does with the stores. `Some`: the event that comes again, since it failed.
trait Work {
    /// What happens before.
    async fn prepare(&self, healthy: &Stores, account: &Account);
    async fn run(
        &self,
        environment: &Environment,
        stores: &Stores,
        account: &Account,
    ) -> Option<(Queue, Value)>;
    /// The shade of the member's picture afterwards.
    fn shade(&self) -> u8 {
        picture_faults::OLD
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Queue {
    Readmes,
    Pictures,
}

async fn deliver(stores: &Stores, queue: Queue, event: Value) -> bool {
    let answer = match queue {
        Queue::Readmes => rewrite_readme::handler(&stores.rewrite_readme(), event).await,
        Queue::Pictures => resize_picture::handler(&stores.resize_picture(), event).await,
    };
    answer.is_ok_and(|answer| answer == json!({"batchItemFailures": []}))
}

/// Delivers what S3 says of everything that is there of the member, until there is nothing.
async fn drain(environment: &Environment, healthy: &Stores, account: &Account) {
    for _ in 0..5 {
        let left = left_of(environment, account).await;
        let keys: Vec<&str> = left
            .iter()
            .filter_map(|line| line.strip_prefix("UPLOADS_BUCKET ")?.split(' ').next())
            .collect();
        if keys.is_empty() {
            return;
        }
        for key in keys {
            let queue = if OriginalKey::parse(key).is_some() || FileKey::parse(key).is_some() {
                Queue::Pictures
            } else {
                Queue::Readmes
            };
            assert!(deliver(healthy, queue, healthy.tells(key)).await, "{key}");
        }
    }
}

/// What happens to the member meanwhile.
#[derive(Clone, Copy, PartialEq)]
enum Meanwhile {
    Removed,
    Renamed,
    /// The member sends a picture and a document.
    Sends,
}

/// The shade of the picture that a member sends.
const SENT: u8 = 90;

/// What `masthead users rename` does, but for the queue. Returns the keys of the READMEs that it has converted again.
async fn rename(stores: &Stores, account: &Account, handle: &str) -> anyhow::Result<Vec<String>> {
    let now = stores.members.by_email(&account.email).await?;
    let now = now.context("the member")?;
    let renamed = stores.members.rename(&now, &now.name, handle).await?;
    assert_eq!(renamed, Renamed::Renamed);
    stores.shelf().follow_handle(&now, rand::random).await?;
    let sources = stores.uploads.list_all(&SourceKey::prefix(&now.id)).await?;
    Ok(sources.into_iter().map(|source| source.key).collect())
}

fn new_handle(account: &Account) -> String {
    format!("{}-new", account.handle)
}

/// What is wrong of a member who was renamed, once S3 has told of everything and READMEs are converted again;
/// `shade` is that of their picture. Neither the profile nor a page may show a broken one at any time.
async fn wrong_of_renamed(healthy: &Stores, account: &Account, shade: u8) -> Vec<String> {
    shows_what_is_there(healthy, account).await;
    let sources = SourceKey::prefix(&account.id);
    let sources = healthy.uploads.list_all(&sources).await.unwrap();
    let mut keys: Vec<String> = sources.iter().map(|source| source.key.clone()).collect();
    keys.push(PictureChangeKey::new(&account.id).key());
    keys.push(FileChangeKey::new(&account.id, "arm.png").key());
    for _ in 0..2 {
        for key in &keys {
            let event = healthy.tells(key);
            assert!(deliver(healthy, Queue::Readmes, event).await, "{key}");
            shows_what_is_there(healthy, account).await;
        }
        keys = healthy.asked(account).await.into_iter().collect();
    }
    let now = healthy.now(account).await;
    let documents = async |handle: &str| {
        let page = healthy.content.head(&content_key(handle)).await.unwrap();
        let prefix = member_content_prefix(handle);
        let others = healthy.content.list_all(&prefix).await.unwrap();
        others.len() + usize::from(page.is_some())
    };
    let pictures = async |handle: &str| {
        let versions = healthy.content.versions(&pictures_prefix(handle)).await;
        versions.unwrap().len()
    };
    let former = pictures(&account.handle).await;
    let former_files = healthy.file_versions(&account.handle).await;
    // What a call that was cut short had stored goes by the first sweep of an hour later.
    let mut shelf = healthy.shelf();
    shelf.now_ms += 2 * 60 * 60 * 1000;
    shelf.sweep(&now, &Picture::default()).await.unwrap();
    shelf.sweep_files(&now, &[]).await.unwrap();
    let mut wrong = Vec::new();
    // One waits for its date.
    let out = sources.len() - 1;
    for (what, is, expected) in [
        ("former documents", documents(&account.handle).await, 0),
        ("documents", documents(&now.handle).await, out),
        ("former pictures", former, 0),
        ("pictures", pictures(&now.handle).await, 3),
        ("former files", former_files, 0),
        ("files", healthy.file_versions(&now.handle).await, 1),
    ] {
        if is != expected {
            wrong.push(format!("{what}: {is} instead of {expected}"));
        }
    }
    let page = healthy.members.page(&now.name.to_lowercase()).await;
    if page.unwrap().is_some_and(|page| page != now.handle) {
        wrong.push("the page is listed under the former handle".to_owned());
    }
    let (profile, page) = (healthy.whole(&now).await, healthy.published(&now).await);
    if !is_near(profile, shade) || page.is_some_and(|page| !is_near(page, shade)) {
        wrong.push(format!(
            "the picture is {profile}, and {page:?} on the page"
        ));
    }
    wrong
}

/// Looks at the member's pictures, on the profile and on the page wherever that is: each is there, or this panics.
async fn shows_what_is_there(healthy: &Stores, account: &Account) {
    let now = healthy.now(account).await;
    healthy.whole(&now).await;
    for handle in now.handles() {
        let page = content_key(handle);
        if healthy.content.head(&page).await.unwrap().is_some() {
            let under = Account {
                handle: handle.clone(),
                ..now.clone()
            };
            healthy.published(&under).await;
        }
    }
}

/// A document and a picture that the member sends, each dealt with.
async fn send(environment: &Environment, healthy: &Stores, account: &Account) {
    let key = SourceKey::new(&account.id, "sent").key();
    put(&healthy.uploads, &key, "# Sent\n").await;
    assert!(deliver(healthy, Queue::Readmes, healthy.tells(&key)).await);
    Ask::Picture("POST")
        .run(environment, healthy, account)
        .await;
}

/// Removes the member at each call of `work`: see [`meanwhile`].
async fn at_every_call(name: &str, dies: bool, work: impl Work) -> usize {
    meanwhile(Meanwhile::Removed, name, dies, work).await
}

/// Has something done to the member at each call of `work`, before or after it gets through. The process goes on; if
/// it `dies` at times, at every other pair of calls, or in the full mode at each as well. Returns how many calls
/// `work` makes.
async fn meanwhile(change: Meanwhile, name: &str, dies: bool, work: impl Work) -> usize {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let fates = |at: usize| -> &[bool] {
        match (dies, crate::sized(at / 2 % 2, 2)) {
            (false, _) | (true, 0) => &[false],
            (true, 1) => &[true],
            (true, _) => &[false, true],
        }
    };
    for at in 0..100 {
        for &commits in crate::before_and_after(at) {
            for &dies in fates(at) {
                let account = settled(&healthy, &format!("{name}-{at}-{commits}-{dies}")).await;
                work.prepare(&healthy, &account).await;
                let account = healthy.now(&account).await;
                let pause = Pause { at, commits, dies };
                let (stores, paused) = Stores::paused(&environment, pause);
                let running = work.run(&environment, &stores, &account);
                let removing = async {
                    match change {
                        Meanwhile::Removed => {
                            remove(&healthy, &account).await.unwrap();
                        }
                        Meanwhile::Renamed => {
                            let handle = new_handle(&account);
                            Box::pin(rename(&healthy, &account, &handle)).await.unwrap();
                        }
                        Meanwhile::Sends => Box::pin(send(&environment, &healthy, &account)).await,
                    }
                };
                let (again, ()) = paused.beside(running, removing).await;
                if let Some((queue, event)) = again {
                    assert!(deliver(&healthy, queue, event).await, "{name} at {at}");
                }
                let left = match change {
                    Meanwhile::Removed => {
                        drain(&environment, &healthy, &account).await;
                        left_of(&environment, &account).await
                    }
                    Meanwhile::Renamed | Meanwhile::Sends => {
                        Box::pin(wrong_of_renamed(&healthy, &account, work.shade())).await
                    }
                };
                assert_eq!(
                    left, [""; 0],
                    "{name} at {at}, commits {commits}, dies {dies}"
                );
                if paused.made() <= at {
                    return at;
                }
            }
        }
    }
    panic!("no end of calls");
}

/// A message of S3 about one of the member's keys.
struct Message {
    queue: Queue,
    key: fn(&str) -> String,
    /// What is put under it before; `None`: it is deleted.
    text: Option<Vec<u8>>,
}

impl Work for Message {
    async fn prepare(&self, healthy: &Stores, account: &Account) {
        let key = (self.key)(&account.id);
        match &self.text {
            Some(text) => put(&healthy.uploads, &key, text.clone()).await,
            None => healthy.uploads.delete(&key).await.unwrap(),
        }
        if PictureChangeKey::parse(&key).is_some() {
            let made = picture::renditions(&plain(90, 48, ImageFormat::Png)).unwrap();
            let pictures = healthy.shelf();
            let changed = pictures.put(account, made, "me.png", rand::random(), Seen::Any);
            let changed = changed.await.unwrap().unwrap();
            pictures.sweep(account, &changed.replaced).await.unwrap();
        }
    }

    async fn run(
        &self,
        _: &Environment,
        stores: &Stores,
        account: &Account,
    ) -> Option<(Queue, Value)> {
        let event = stores.tells(&(self.key)(&account.id));
        let done = deliver(stores, self.queue, event.clone()).await;
        (!done).then_some((self.queue, event))
    }

    fn shade(&self) -> u8 {
        match self.queue {
            Queue::Pictures => SENT,
            Queue::Readmes => picture_faults::OLD,
        }
    }
}

#[tokio::test]
async fn a_document_of_a_member_who_is_renamed_is_at_its_new_address_alone() {
    let page = Message {
        queue: Queue::Readmes,
        key: |id| SourceKey::new(id, OWN_PAGE).key(),
        text: Some(b"# New\n\n![[me.png]] of [[somebody]] and [[trip]]\n".to_vec()),
    };
    assert!(meanwhile(Meanwhile::Renamed, "page", true, page).await > 15);
    let trip = Message {
        queue: Queue::Readmes,
        key: |id| SourceKey::new(id, "trip").key(),
        text: None,
    };
    assert!(meanwhile(Meanwhile::Renamed, "trip", true, trip).await > 10);
    let sent = meanwhile(Meanwhile::Renamed, "readme", false, Ask::Readme);
    assert!(sent.await > 3);
    let restored = meanwhile(Meanwhile::Renamed, "restore", false, Ask::Restore);
    assert!(restored.await > 5);
}

/// Whoever has read the account before it was renamed stores nothing where it goes again, and refuses nobody.
#[tokio::test]
async fn a_picture_of_a_member_who_is_renamed_is_at_its_new_address_alone() {
    let form = Ask::Picture("POST");
    assert!(meanwhile(Meanwhile::Renamed, "form", false, form).await > 8);
    let original = Message {
        queue: Queue::Pictures,
        key: |id| OriginalKey::new(id).key(),
        text: Some(plain(SENT, 64, ImageFormat::Png)),
    };
    assert!(meanwhile(Meanwhile::Renamed, "original", true, original).await > 12);
}

/// A file that is replaced.
struct Replaced;

impl Work for Replaced {
    async fn prepare(&self, healthy: &Stores, account: &Account) {
        let sent = healthy.send_file(account, plain(SENT, 40, ImageFormat::Png));
        sent.await;
    }

    async fn run(
        &self,
        _: &Environment,
        stores: &Stores,
        account: &Account,
    ) -> Option<(Queue, Value)> {
        let event = stores.tells(&FileKey::of(&account.id, PATH).key());
        let done = deliver(stores, Queue::Pictures, event.clone()).await;
        (!done).then_some((Queue::Pictures, event))
    }
}

#[tokio::test]
async fn a_file_of_a_member_who_is_renamed_is_at_its_new_address_alone() {
    assert!(meanwhile(Meanwhile::Renamed, "file", true, Replaced).await > 12);
}

#[tokio::test]
async fn a_file_of_a_member_who_goes_is_nowhere() {
    assert!(at_every_call("file", true, Replaced).await > 12);
}

/// `masthead users rename`, whose member goes on sending.
struct Rename;

impl Work for Rename {
    async fn prepare(&self, _: &Stores, _: &Account) {}

    async fn run(
        &self,
        _: &Environment,
        stores: &Stores,
        account: &Account,
    ) -> Option<(Queue, Value)> {
        let handle = new_handle(account);
        rename(stores, account, &handle).await.unwrap();
        None
    }

    fn shade(&self) -> u8 {
        SENT
    }
}

#[tokio::test]
async fn what_is_sent_in_the_middle_of_a_rename_moves_along() {
    assert!(meanwhile(Meanwhile::Sends, "rename", false, Rename).await > 20);
}

/// Cut short before and after each of its calls, it shows nothing that isn't there, and is finished by the next one.
#[tokio::test]
async fn a_rename_that_is_cut_short_is_finished_by_the_next() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let calls = killed_at_every_call(&environment, async |at, commits, killed| {
        let account = settled(&healthy, &format!("jo-{at}-{commits}")).await;
        let handle = new_handle(&account);
        let first = rename(&killed, &account, &handle).await;
        shows_what_is_there(&healthy, &account).await;
        let again = rename(&healthy, &account, &handle).await;
        assert_eq!(again.unwrap().len(), 3, "at {at}, after {first:?}");
        let wrong = wrong_of_renamed(&healthy, &account, picture_faults::OLD).await;
        assert_eq!(wrong, [""; 0], "at {at}, commits {commits}");
    })
    .await;
    assert!(calls > 20, "{calls} calls");
}

/// A former name that got lost would leave links that ask for it as they are.
#[tokio::test]
async fn of_two_renames_at_once_one_is_to_be_said_again() {
    let (_stack, environment) = stack().await;
    let members = Stores::healthy(&environment).members;
    let account = Stores::healthy(&environment).member("jo").await;
    let rename = async |name| members.rename(&account, name, &account.handle).await;
    assert_eq!(rename("Roe").await.unwrap(), Renamed::Renamed);
    assert_eq!(rename("Zoe").await.unwrap(), Renamed::Changed);
    let now = members.by_handle(&account.handle).await.unwrap().unwrap();
    assert_eq!(
        (now.name, now.former_names),
        ("Roe".to_owned(), vec![account.name.clone()])
    );
}

#[tokio::test]
async fn a_changed_page_of_a_member_who_goes_leaves_nothing() {
    let page = Message {
        queue: Queue::Readmes,
        key: |id| SourceKey::new(id, OWN_PAGE).key(),
        text: Some(b"# New\n\n![[me.png]] by [[somebody]], see [[trip]]\n".to_vec()),
    };
    assert!(at_every_call("page", true, page).await > 15);
}

#[tokio::test]
async fn a_withdrawn_document_of_a_member_who_goes_leaves_nothing() {
    let trip = Message {
        queue: Queue::Readmes,
        key: |id| SourceKey::new(id, "trip").key(),
        text: None,
    };
    assert!(at_every_call("trip", true, trip).await > 10);
}

#[tokio::test]
async fn a_changed_picture_of_a_member_who_goes_leaves_nothing() {
    let put: fn(&str) -> String = |id| PictureChangeKey::new(id).key();
    let removed: fn(&str) -> String = |id| PictureChangeKey::removal(id).key();
    for (prefix, key) in [("change", put), ("removal", removed)] {
        let change = Message {
            queue: Queue::Readmes,
            key,
            text: Some(Vec::new()),
        };
        // It asks for the document that shows the picture, whose message is one more.
        let calls = at_every_call(prefix, true, change).await;
        assert!(calls > 3, "{calls}");
    }
    let later = Message {
        queue: Queue::Readmes,
        key: |id| LaterKey(SourceKey::new(id, OWN_PAGE)).key(),
        text: Some(Vec::new()),
    };
    assert!(at_every_call("later", true, later).await > 15);
}

#[tokio::test]
async fn an_original_of_a_member_who_goes_leaves_nothing() {
    let original = Message {
        queue: Queue::Pictures,
        key: |id| OriginalKey::new(id).key(),
        text: Some(plain(200, 64, ImageFormat::Png)),
    };
    assert!(at_every_call("original", true, original).await > 12);
}

/// A request of the member's.
#[derive(Clone, Copy)]
enum Ask {
    Picture(&'static str),
    Readme,
    Withdraw,
    /// Of a document with every version.
    Erase,
    /// Of one that was deleted.
    Restore,
}

impl Work for Ask {
    async fn prepare(&self, _: &Stores, _: &Account) {}

    async fn run(
        &self,
        environment: &Environment,
        stores: &Stores,
        account: &Account,
    ) -> Option<(Queue, Value)> {
        let tokens = configuration::tokens(environment).unwrap();
        let now = Clock::system().unix_seconds();
        let token = tokens
            .issue(&account.id, account.version, now, rand::random())
            .await
            .unwrap();
        let mut event = match self {
            Self::Picture(method) => {
                picture_faults::event(method, &token, &plain(SENT, 64, ImageFormat::Png))
            }
            Self::Readme => crate::events::event("upload_readme"),
            Self::Withdraw | Self::Erase => crate::events::event("readmes.unknown"),
            Self::Restore => {
                let healthy = Stores::healthy(environment);
                let key = SourceKey::new(&account.id, "old").key();
                let page = healthy.uploads.versions_page(&key, None, None).await;
                let mut versions = page.unwrap().versions.into_iter();
                let id = versions.find_map(|version| version.id.filter(|_| !version.is_marker));
                let mut event = crate::events::event("versions.unknown");
                event["rawPath"] = json!("/api/readmes/old/restore");
                event["body"] = json!(json!({"version": id.unwrap()}).to_string());
                event
            }
        };
        event["headers"]["authorization"] = json!(format!("Bearer {token}"));
        let status = match self {
            Self::Picture(_) => {
                let mut state = upload_profile_pic::State::from_env(environment).unwrap();
                state.bearer.members = stores.members.clone();
                state.uploads = stores.uploads.clone();
                state.content = stores.content.clone();
                answer(event, |request| {
                    upload_profile_pic::handler(&state, request)
                })
                .await
            }
            Self::Readme => {
                let mut state = upload_readme::State::from_env(environment).unwrap();
                state.bearer.members = stores.members.clone();
                state.uploads = stores.uploads.clone();
                answer(event, |request| upload_readme::handler(&state, request)).await
            }
            Self::Restore => {
                let mut state = versions::State::from_env(environment).unwrap();
                state.bearer.members = stores.members.clone();
                state.uploads = stores.uploads.clone();
                answer(event, |request| versions::handler(&state, request)).await
            }
            Self::Withdraw | Self::Erase => {
                let mut state = readmes::State::from_env(environment).unwrap();
                state.bearer.members = stores.members.clone();
                state.uploads = stores.uploads.clone();
                event["rawPath"] = json!("/api/readmes/trip");
                event["requestContext"]["http"]["method"] = json!("DELETE");
                if matches!(self, Self::Erase) {
                    event["rawQueryString"] = json!("forever=yes");
                    event["queryStringParameters"] = json!({"forever": "yes"});
                }
                answer(event, |request| readmes::handler(&state, request)).await
            }
        };
        assert!([200, 202, 401, 404, 503].contains(&status), "{status}");
        None
    }

    fn shade(&self) -> u8 {
        match self {
            Self::Picture(_) => SENT,
            Self::Readme | Self::Withdraw | Self::Erase | Self::Restore => picture_faults::OLD,
        }
    }
}

async fn answer<H, F>(event: Value, handler: H) -> i64
where
    H: Fn(endpoint::Request) -> F,
    F: Future<Output = endpoint::Result>,
{
    let answer = endpoint::invoke(&Origins::default(), event, "r", handler).await;
    answer.status_code
}

#[tokio::test]
async fn a_request_of_a_member_who_goes_leaves_nothing() {
    for (name, ask, calls) in [
        ("form", Ask::Picture("POST"), 8),
        ("off", Ask::Picture("DELETE"), 8),
        ("readme", Ask::Readme, 3),
        ("withdraw", Ask::Withdraw, 3),
        ("erase", Ask::Erase, 5),
        ("restore", Ask::Restore, 5),
    ] {
        assert!(at_every_call(name, false, ask).await > calls, "{name}");
    }
}

/// What administrators and builds write of a member.
#[derive(Clone, Copy)]
enum Note {
    Code,
    Redeemed,
    Built,
    Refused,
}

impl Work for Note {
    async fn prepare(&self, _: &Stores, _: &Account) {}

    async fn run(
        &self,
        _: &Environment,
        stores: &Stores,
        account: &Account,
    ) -> Option<(Queue, Value)> {
        let members = &stores.members;
        let _done = match self {
            Self::Code => {
                let code = IssuedCode::new(format!("late-{}", account.handle), now_ms() / 1000);
                members.issue_code(account, &code).await
            }
            Self::Redeemed => {
                let held = account.code.as_ref().map(|code| code.digest.as_str());
                let held = held.unwrap_or_default();
                members.redeem(account, held, "a hash").await
            }
            Self::Built => {
                let built = Built {
                    handle: account.handle.clone(),
                    slug: "trip".to_owned(),
                    digest: "1".repeat(32),
                    since: 0,
                };
                let noted = members.put_built(&account.handle, &[built]).await;
                noted.map(|noted| noted == 1)
            }
            Self::Refused => {
                let refused = [Refused {
                    handle: account.handle.clone(),
                    slug: "trip".to_owned(),
                    digest: "1".repeat(32),
                    reason: "course: Required".to_owned(),
                    since: 0,
                }];
                let noted = members.put_refused(&account.handle, &refused, &["trip"]);
                noted.await.map(|()| true)
            }
        };
        None
    }
}

#[tokio::test]
async fn a_note_about_a_member_who_goes_leaves_nothing() {
    for (name, note) in [
        ("code", Note::Code),
        ("redeemed", Note::Redeemed),
        ("built", Note::Built),
        ("refused", Note::Refused),
    ] {
        assert!(at_every_call(name, false, note).await >= 1, "{name}");
    }
}
