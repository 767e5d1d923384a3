//! Removals against everything that a member, the queues and the administrator may do at the same time,
//! in orders that a seed gives.

use std::time::Duration;

use endpoint::{Clock, configuration};
use futures::future::join_all;
use image::ImageFormat;
use members::{Account, IssuedCode};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use removal::Removal;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::left::left_of;
use super::now_ms;
use crate::photo::plain;
use crate::site::{SignedIn, Site};

/// Races at the same time on one site.
const AT_ONCE: u64 = 8;
/// Within which what races is started, in milliseconds.
const SPREAD_MS: u64 = 60;

/// A member's own page, and documents that link to each other, to it, and to what isn't there.
const TEXTS: [&str; 4] = [
    "# Page\n\n![[me.png]] and [[doc-1]]\n",
    "# Doc\n\nSee [[doc-0]], [[doc-2]] and [[nobody]].\n",
    "# Other\n\n![me](me.png) by [[Somebody]]\n",
    "---\ndraft: true\n---\n\n# Draft\n",
];
const FILES: [&str; 4] = ["README.md", "doc-0.md", "doc-1.md", "doc-2.md"];

struct Race {
    site: Site,
    stores: Stores,
}

struct Stores {
    uploads: blobs::Blobs,
    content: blobs::Blobs,
}

impl Race {
    async fn start() -> Self {
        let site = Site::start().await;
        let config = endpoint::aws::config(&site.environment, endpoint::aws::ENDPOINT_S3).unwrap();
        let bucket = |name| blobs::Blobs::new(&config, site.environment.required(name).unwrap());
        let stores = Stores {
            uploads: bucket("UPLOADS_BUCKET"),
            content: bucket("CONTENT_BUCKET"),
        };
        Self { site, stores }
    }

    async fn member(&self, handle: &str) -> (SignedIn, Account) {
        let id = self.site.add(handle, None).await;
        let account = self.site.members.by_id(&id).await.unwrap().unwrap();
        let tokens = configuration::tokens(&self.site.environment).unwrap();
        let now = Clock::system().unix_seconds();
        let token = tokens.issue(&id, 1, now, rand::random()).await.unwrap();
        let member = SignedIn {
            id,
            email: account.email.as_str().to_owned(),
            handle: handle.to_owned(),
            token,
        };
        (member, account)
    }

    /// One thing that happens, whatever the answer.
    async fn act(
        &self,
        member: &SignedIn,
        account: &Account,
        what: u32,
        file: usize,
    ) -> StatusCode {
        let site = &self.site;
        let bearer = |method, path: &str| site.request(method, path).bearer_auth(&member.token);
        let slug = FILES[file].trim_end_matches(".md").to_lowercase();
        match what {
            0..=3 => site.upload(member, FILES[file], TEXTS[file]).await.status(),
            4 => status(bearer(Method::DELETE, &format!("/api/readmes/{slug}"))).await,
            5 | 6 => {
                let picture = plain(90, 48, ImageFormat::Png);
                let form =
                    Form::new().part("profile_pic", Part::bytes(picture).file_name("me.png"));
                status(bearer(Method::POST, "/api/upload_profile_pic").multipart(form)).await
            }
            7 => status(bearer(Method::DELETE, "/api/upload_profile_pic")).await,
            8 | 9 => match self.address(member).await {
                Some(address) => self.put_to(&address).await,
                None => StatusCode::UNAUTHORIZED,
            },
            10 => {
                site.stack.rewrite_all().await.unwrap();
                StatusCode::OK
            }
            11 => {
                let code = IssuedCode::new(format!("c-{}", rand::random::<u64>()), now_ms() / 1000);
                site.members.issue_code(account, &code).await.unwrap();
                StatusCode::OK
            }
            _ => {
                let id = if file == 0 {
                    member.handle.clone()
                } else {
                    format!("{}/{slug}", member.handle)
                };
                let read = json!({"entries": [{"id": id, "digest": "0".repeat(32)}]});
                let post = site
                    .post("/api/content")
                    .bearer_auth(site.stack.build_key());
                status(post.json(&read)).await
            }
        }
    }

    /// An address to put a picture to.
    async fn address(&self, member: &SignedIn) -> Option<Value> {
        let size = plain(60, 64, ImageFormat::Png).len();
        let wanted = json!({"kind": "profile_pic", "content_type": "image/png", "size": size, "file_name": "me.png"});
        let asked = self
            .site
            .post("/api/upload_url")
            .bearer_auth(&member.token)
            .json(&wanted);
        let answer = asked.send().await.unwrap();
        (answer.status() == StatusCode::OK).then_some(answer.json().await.unwrap())
    }

    async fn put_to(&self, address: &Value) -> StatusCode {
        let mut put = self
            .site
            .client
            .put(address["upload"]["url"].as_str().unwrap())
            .body(plain(60, 64, ImageFormat::Png));
        for (name, value) in address["upload"]["headers"].as_object().unwrap() {
            put = put.header(name, value.as_str().unwrap());
        }
        status(put).await
    }

    async fn run(&self, seed: u64) -> Account {
        let mut random = StdRng::seed_from_u64(seed);
        let (member, account) = self.member(&format!("racer{seed}")).await;
        // Some have published before, or are about to have.
        for _ in 0..random.random_range(0..4) {
            let (what, file) = (
                random.random_range(0..10),
                random.random_range(0..FILES.len()),
            );
            let answered = self.act(&member, &account, what, file).await;
            assert_ne!(answered, StatusCode::UNAUTHORIZED);
        }
        let late = self.address(&member).await.unwrap();
        if random.random() {
            self.drain().await;
        }
        let mut acts = Vec::new();
        for _ in 0..random.random_range(3..9) {
            acts.push((
                random.random_range(0..SPREAD_MS),
                random.random_range(0..13),
                random.random_range(0..FILES.len()),
            ));
        }
        let removal_at = random.random_range(0..SPREAD_MS);
        let after = |ms| tokio::time::sleep(Duration::from_millis(ms));
        let acting = acts.into_iter().map(async |(at, what, file)| {
            after(at).await;
            self.act(&member, &account, what, file).await
        });
        let removing = async {
            after(removal_at).await;
            let account = self
                .site
                .members
                .by_email(&account.email)
                .await
                .unwrap()
                .unwrap();
            let removal = Removal {
                uploads: &self.stores.uploads,
                content: &self.stores.content,
                members: &self.site.members,
                account: &account,
            };
            removal.erase(now_ms()).await.unwrap();
            removal.finish(now_ms()).await.unwrap();
        };
        let (answers, ()) = tokio::join!(join_all(acting), removing);
        for answer in answers {
            assert!(
                answer.as_u16() < 500 || answer.as_u16() == 503,
                "{answer} in {seed}"
            );
        }
        for what in [0, 4, 5, 7, 8] {
            let answer = self.act(&member, &account, what, 0).await;
            assert_eq!(answer, StatusCode::UNAUTHORIZED, "{what} in {seed}");
        }
        // The address that was given out before is good for ten minutes.
        self.put_to(&late).await;
        account
    }

    async fn drain(&self) {
        self.site
            .wait_for("the end of the queue", async || {
                (self.site.stack.queued().await.unwrap() == 0).then_some(())
            })
            .await;
    }
}

async fn status(request: reqwest::RequestBuilder) -> StatusCode {
    request.send().await.unwrap().status()
}

/// Race after race; then, of nobody anything is left, but for the tombstones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn races_of_a_removal_leave_nothing() {
    let races = crate::sized(64, 200);
    let race = Race::start().await;
    for first in (0..races).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let seeds = first..(first + AT_ONCE).min(races);
        let gone = join_all(seeds.clone().map(|seed| race.run(seed))).await;
        race.drain().await;
        for (seed, account) in seeds.zip(gone) {
            let left = left_of(&race.site.environment, &account).await;
            assert_eq!(left, [""; 0], "race {seed}");
        }
    }
    assert_eq!(race.site.stack.dead_letters().await.unwrap(), [""; 0]);
}
