//! The quota of a member: what one may have, and no more, whatever is sent at once and cut short.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use blobs::Blobs;
use blobs::layout::SourceKey;
use endpoint::{Clock, Environment, Origins, configuration};
use futures::future::join_all;
use members::{Counted, Members, Usage};
use serde_json::{Value, json};

use crate::picture_faults::{Stores, at_every_call, stack};
use crate::site::{Site, body};

/// `upload_readme` with a quota of its own, before stores that may fail.
struct Uploads {
    state: upload_readme::State,
    token: String,
}

impl Uploads {
    async fn of(environment: &Environment, member_id: &str, quota: Usage) -> Self {
        let state = upload_readme::State {
            quota,
            ..upload_readme::State::from_env(environment).unwrap()
        };
        let now = state.bearer.clock.unix_seconds();
        let token = state.bearer.tokens.issue(member_id, 1, now, [0; 16]).await;
        Self {
            state,
            token: token.unwrap(),
        }
    }

    fn through(mut self, members: Members, uploads: Blobs) -> Self {
        self.state.bearer.members = members;
        self.state.uploads = uploads;
        self
    }

    /// The status and the code of the answer; the code is empty where it is none.
    async fn send(&self, file_name: &str, text: &str) -> (i64, String) {
        let form = format!(
            "--b\r\ncontent-disposition: form-data; name=\"readme_file\"; filename=\"{file_name}\"\r\n\r\n{text}\r\n--b--\r\n"
        );
        let path = "/api/upload_readme";
        let event = json!({
            "version": "2.0", "routeKey": format!("ANY {path}"), "rawPath": path, "rawQueryString": "",
            "headers": {"content-type": "multipart/form-data; boundary=b", "authorization": format!("Bearer {}", self.token)},
            "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
                "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t"}},
            "body": form, "isBase64Encoded": false
        });
        let origins = Origins::default();
        let answer = endpoint::invoke(&origins, event, "test", |request| {
            upload_readme::handler(&self.state, request)
        });
        let answer = Box::pin(answer).await;
        let Some(endpoint::Body::Text(text)) = answer.body else {
            panic!("a body")
        };
        let body: Value = serde_json::from_str(&text).unwrap();
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        if code == "quota_exceeded" {
            let message = body["message"].as_str().unwrap();
            assert!(message.contains(char::is_numeric), "the limit: {message}");
        }
        (answer.status_code, code)
    }
}

fn readmes(readmes: u64) -> Usage {
    Usage {
        count: readmes,
        bytes: u64::MAX / 2,
    }
}

fn refused() -> (i64, String) {
    (409, "quota_exceeded".to_owned())
}

fn accepted() -> (i64, String) {
    (202, String::new())
}

async fn stored(uploads: &Blobs, member_id: &str) -> usize {
    let listed = uploads.list_all(&SourceKey::prefix(member_id)).await;
    listed.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_uploads_side_by_side_exactly_those_get_in_that_the_quota_has_room_for() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    // Those of before anything was counted count as well.
    for number in 0..7 {
        site.publish(&member, &format!("old{number}.md"), "# Old\n")
            .await;
    }
    let uploads = Uploads::of(&site.environment, &member.id, readmes(17)).await;
    let sent = (0..64).map(|number| {
        let uploads = &uploads;
        async move { uploads.send(&format!("new{number}.md"), "# New\n").await }
    });
    let answers = join_all(sent).await;
    let count = |wanted: &(i64, String)| answers.iter().filter(|one| *one == wanted).count();
    assert_eq!((count(&accepted()), count(&refused())), (10, 54));
    assert_eq!(stored(&uploads.state.uploads, &member.id).await, 17);

    // Another version of a document takes no more room; one that goes makes room for one.
    assert_eq!(uploads.send("old0.md", "# Newer\n").await, accepted());
    let delete = site.request(reqwest::Method::DELETE, "/api/readmes/old0");
    let answer = delete.bearer_auth(&member.token).send().await.unwrap();
    assert_eq!(answer.status(), 202, "{}", body(answer).await);
    assert_eq!(uploads.send("one.md", "# One\n").await, accepted());
    assert_eq!(uploads.send("two.md", "# Two\n").await, refused());
}

#[tokio::test]
async fn bytes_have_a_quota_too() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let account = healthy.member("jo").await;
    let quota = Usage {
        count: 10,
        bytes: 1000,
    };
    let uploads = Uploads::of(&environment, &account.id, quota).await;
    let text = |bytes: usize| "x".repeat(bytes);
    assert_eq!(uploads.send("a.md", &text(600)).await, accepted());
    assert_eq!(uploads.send("b.md", &text(401)).await, refused());
    assert_eq!(uploads.send("b.md", &text(400)).await, accepted());
    assert_eq!(uploads.send("a.md", &text(601)).await, refused());
    assert_eq!(uploads.send("a.md", &text(100)).await, accepted());
    assert_eq!(uploads.send("c.md", &text(500)).await, accepted());
    // A quota that was lowered takes nothing away, and leaves what is there to be replaced.
    let lowered = Usage {
        count: 1,
        bytes: 10,
    };
    let uploads = Uploads::of(&environment, &account.id, lowered).await;
    assert_eq!(uploads.send("c.md", &text(499)).await, accepted());
    assert_eq!(uploads.send("c.md", &text(500)).await, refused());
    assert_eq!(uploads.send("d.md", &text(1)).await, refused());
}

/// An upload that is cut short takes no room for good, and lets no one more in.
#[tokio::test]
async fn a_killed_upload_neither_fills_the_quota_nor_opens_it() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let account = healthy.member(&format!("jo-{at}-{commits}")).await;
        let of = async |quota| Uploads::of(&environment, &account.id, readmes(quota)).await;
        let cut_short = of(1)
            .await
            .through(killed.members.clone(), killed.uploads.clone());
        let _ = cut_short.send("first.md", "# First\n").await;

        let mut uploads = of(1).await;
        let late = Arc::new(AtomicU64::new(0));
        let seconds = Arc::clone(&late);
        uploads.state.bearer.clock = Clock::from_fn(move || {
            SystemTime::now() + Duration::from_secs(seconds.load(Ordering::SeqCst))
        });
        // While the first may be under way, nothing more gets in than both together may have.
        let _ = uploads.send("second.md", "# Second\n").await;
        assert!(stored(&healthy.uploads, &account.id).await <= 1, "at {at}");
        // Once it can't be any more, exactly one is there, or gets in.
        late.store(180, Ordering::SeqCst);
        let before = stored(&healthy.uploads, &account.id).await;
        let third = uploads.send("third.md", "# Third\n").await;
        let wanted = if before == 0 { accepted() } else { refused() };
        assert_eq!(third, wanted, "at {at}, {commits}");
        assert_eq!(stored(&healthy.uploads, &account.id).await, 1, "at {at}");
    })
    .await;
    assert!(calls > 6, "{calls} calls");
}

/// A count of a member who is gone is made by nobody, and goes with the member.
#[tokio::test]
async fn a_count_doesn_t_outlive_its_member() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let account = healthy.member("jo").await;
    let uploads = Uploads::of(&environment, &account.id, readmes(5)).await;
    assert_eq!(uploads.send("a.md", "# A\n").await, accepted());
    let members = configuration::members(&environment).unwrap();
    let counted = (account.id.as_str(), Counted::Readmes);
    assert!(members.count(counted).await.unwrap().is_some());
    members.remove(&account).await.unwrap();
    assert_eq!(members.count(counted).await.unwrap(), None);
    let recounted = members
        .recount(counted, None, Usage::default(), 0)
        .await
        .unwrap();
    assert!(!recounted);
    assert_eq!(members.count(counted).await.unwrap(), None);
}
