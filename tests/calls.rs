//! How many calls to S3 and DynamoDB a publication makes, and which: each is waited for by its author and paid for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use blobs::layout::{OWN_PAGE, SourceKey};
use endpoint::{Environment, Origins};
use members::Account;
use serde_json::{Value, json};

use crate::picture_faults::{Stores, put, stack};

/// Stores that write down what is asked of them.
pub(crate) struct Noted {
    pub(crate) stores: Stores,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Noted {
    pub(crate) fn of(environment: &Environment) -> Self {
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&calls);
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let stores = Stores::through(environment, &count, move |inner, request| {
            counted.fetch_add(1, Ordering::SeqCst);
            noted.lock().unwrap().push(said(&request));
            inner.call(request)
        });
        Self { stores, calls }
    }

    /// What was asked since the last time, as `PutObject content` or `Query LINK`.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// The operations since the last time that changed something, sorted: those that are made side by side have no order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let calls = self.take();
        let written = calls.iter().filter(|call| writes(call));
        let operation = |call: &String| call.split(' ').next().unwrap_or_default().to_owned();
        let mut written: Vec<String> = written.map(operation).collect();
        written.sort();
        written
    }
}

/// What a call does, and with what: the bucket and the first folder of a key, or the kinds of the items.
fn said(request: &HttpRequest) -> String {
    let Some(target) = request.headers().get("x-amz-target") else {
        return of_s3(request);
    };
    let operation = target.rsplit('.').next().unwrap_or_default();
    let body: Value = request
        .body()
        .bytes()
        .and_then(|body| serde_json::from_slice(body).ok())
        .unwrap_or_default();
    let mut kinds = Vec::new();
    collect(&body, &mut kinds);
    format!("{operation} {}", kinds.join(" "))
}

fn of_s3(request: &HttpRequest) -> String {
    let uri = request.uri();
    let path = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.splitn(4, '/').skip(1).collect();
    let folder = parts.get(1).copied().unwrap_or_default();
    let operation = match request.method() {
        "GET" if query.contains("list-type") => "ListObjectsV2",
        "GET" if query.contains("versions") => "ListObjectVersions",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        "PUT" => "PutObject",
        "DELETE" => "DeleteObject",
        other => other,
    };
    format!("{operation} {folder}")
}

/// The kinds of the partitions that a request names, in its order: `MEMBER` of `MEMBER#0197`.
fn collect(body: &Value, kinds: &mut Vec<String>) {
    match body {
        Value::Object(entries) => {
            for (name, value) in entries {
                let pk = value["S"]
                    .as_str()
                    .filter(|_| name == "pk" || name == ":pk");
                match pk.and_then(|pk| pk.split('#').next()) {
                    Some(kind) => {
                        if kinds.last().map(String::as_str) != Some(kind) {
                            kinds.push(kind.to_owned());
                        }
                    }
                    None => collect(value, kinds),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, kinds)),
        _ => {}
    }
}

/// Puts a document, has S3 tell of it, and says what that made of calls.
async fn looked(
    noted: &Noted,
    healthy: &Stores,
    account: &Account,
    slug: &str,
    text: &str,
) -> Vec<String> {
    let key = SourceKey::new(&account.id, slug).key();
    put(&healthy.uploads, &key, text.to_owned()).await;
    noted.take();
    let state = noted.stores.rewrite_readme();
    let looked = rewrite_readme::handler(&state, healthy.tells(&key)).await;
    assert_eq!(looked.unwrap(), json!({"batchItemFailures": []}));
    noted.take()
}

/// What a request to `upload_readme` makes of calls.
async fn sent(noted: &Noted, environment: &Environment, account: &Account) -> Vec<String> {
    let mut state = upload_readme::State::from_env(environment).unwrap();
    state.bearer.members = noted.stores.members.clone();
    state.uploads = noted.stores.uploads.clone();
    let now = state.bearer.clock.unix_seconds();
    let token = state
        .bearer
        .tokens
        .issue(&account.id, account.version, now, rand::random());
    let mut event = crate::events::event("upload_readme");
    event["headers"]["authorization"] = json!(format!("Bearer {}", token.await.unwrap()));
    noted.take();
    let origins = Origins::default();
    let answer = endpoint::invoke(&origins, event, "r", |request| {
        upload_readme::handler(&state, request)
    });
    assert_eq!(Box::pin(answer).await.status_code, 202);
    noted.take()
}

/// Whether a call changes anything.
fn writes(call: &str) -> bool {
    let reads = [
        "GetItem",
        "BatchGetItem",
        "Query",
        "GetObject",
        "HeadObject",
        "ListObjectsV2",
    ];
    !reads.contains(&call.split(' ').next().unwrap())
}

/// What every look begins with: whose the document is and what is known of it; the account, and what is kept of the address; and the
/// source.
const BEGINNING: [&str; 3] = [
    "BatchGetItem MEMBER MOVED REVIEW",
    "BatchGetItem EMAIL MANIFEST",
    "GetObject readmes",
];
/// Most calls of a new document's publication.
const MOST_OF_NEW: usize = 9;
/// The report with its names, what is kept of the address, and that all else is as it was read.
const KEPT: &str = "TransactWriteItems MEMBER REVIEW MANIFEST CHANGED MANIFEST MEMBER";

/// Whether the calls are these, in this order, after the beginning.
fn are(what: &str, calls: &[String], rest: &[&str]) {
    let expected: Vec<&str> = BEGINNING.iter().chain(rest).copied().collect();
    assert_eq!(calls, expected, "{what}");
}

#[tokio::test]
async fn a_publication_makes_these_calls_and_no_more() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let noted = Noted::of(&environment);
    let account = healthy.member("jo").await;
    let key = SourceKey::new(&account.id, "trip").key();
    let look = async |slug: &str, text: &str| looked(&noted, &healthy, &account, slug, text).await;
    let again = async || {
        noted.take();
        let state = noted.stores.rewrite_readme();
        let looked = rewrite_readme::handler(&state, healthy.tells(&key)).await;
        assert_eq!(looked.unwrap(), json!({"batchItemFailures": []}));
        noted.take()
    };
    // Whether the source is still the one, who waits for each of its two names, and that those were told.
    let end = ["HeadObject readmes", "Query LINK", "Query LINK"];
    let told = "TransactWriteItems MEMBER";
    let new = look("trip", "# Trip\n\nNew.\n").await;
    are(
        "new",
        &new,
        &[&["PutObject content", KEPT], &end[..], &[told]].concat(),
    );
    assert!(new.len() <= MOST_OF_NEW, "{new:#?}");
    let links = [
        // That it waits for two names, and what has them: documents, and members by their pages and handles.
        "TransactWriteItems MEMBER LINK",
        "Query MEMBER",
        "Query MEMBER",
        "HeadObject content",
        "Query PAGE",
    ];
    let linked = look("other", "# Other\n\nSee [[trip]] and [[nobody]].\n").await;
    let written = ["PutObject content", KEPT];
    are(
        "linked",
        &linked,
        &[&links[..], &written[..], &end[..], &[told]].concat(),
    );
    let newer = look("trip", "# Trip\n\nNewest.\n").await;
    are(
        "newer",
        &newer,
        &[&["HeadObject content"], &written[..], &end[..1]].concat(),
    );
    // What is there already is written nowhere, however often its message comes.
    let same = again().await;
    are(
        "again",
        &same,
        &["HeadObject content", "HeadObject readmes"],
    );
    // Another version of the same bytes: the report names its version, and no build starts.
    let same = look("trip", "# Trip\n\nNewest.\n").await;
    let report = "TransactWriteItems MEMBER REVIEW MEMBER";
    are(
        "same bytes",
        &same,
        &["HeadObject content", report, "HeadObject readmes"],
    );
    let draft = look("trip", "---\ndraft: true\n---\n# Trip\n").await;
    let off = [
        "HeadObject content",
        "DeleteObject content",
        "DeleteItem BUILT",
        "DeleteItem REFUSED",
        KEPT,
    ];
    are(
        "draft",
        &draft,
        &[&off[..], &end[..], &["PutObject later", told]].concat(),
    );
    healthy.uploads.delete(&key).await.unwrap();
    let gone = again().await;
    assert!(gone.len() <= 13, "{gone:#?}");
    let gone = again().await;
    assert!(
        gone.len() <= 12 && !gone.iter().any(|call| writes(call)),
        "{gone:#?}"
    );
}

/// Of a member of whom it isn't known whether a document is withdrawn that is asked, and known from then on.
#[tokio::test]
async fn whether_a_document_is_withdrawn_is_asked_once() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let noted = Noted::of(&environment);
    let account = healthy.member("jo").await;
    let asks = async |slug: &str| {
        let calls = looked(&noted, &healthy, &account, slug, "# A note\n").await;
        calls.contains(&"Query WITHDRAWN".to_owned())
    };
    assert!(!asks("new").await);
    crate::review::forget_what_is_clear(&environment, &account).await;
    assert!(asks("from-before").await);
    assert!(!asks("since").await);
    // Restored: what was known is of before.
    let office = crate::review::Office::open(&environment, members::Review::Off).await;
    assert_eq!(office.says("withdraw", &account, "new").await, 202);
    assert_eq!(office.says("restore", &account, "new").await, 202);
    let calls = looked(&noted, &healthy, &account, "later", "# Later\n").await;
    let of_it = |call: &&String| call.as_str() == "Query WITHDRAWN";
    assert!(calls.iter().filter(of_it).count() <= 1, "{calls:#?}");
    assert!(!asks("latest").await);
}

#[tokio::test]
async fn what_is_sent_again_is_written_nowhere() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let noted = Noted::of(&environment);
    let account = healthy.member("jo").await;
    let key = SourceKey::new(&account.id, OWN_PAGE).key();
    let first = sent(&noted, &environment, &account).await;
    assert!(
        first.iter().any(|call| call == "PutObject readmes"),
        "{first:#?}"
    );
    // Nobody has looked at it yet: whoever sends it again has it looked at.
    let again = sent(&noted, &environment, &account).await;
    assert!(
        again.iter().any(|call| call == "PutObject readmes"),
        "{again:#?}"
    );
    let state = healthy.rewrite_readme();
    let looked = rewrite_readme::handler(&state, healthy.tells(&key)).await;
    assert_eq!(looked.unwrap(), json!({"batchItemFailures": []}));
    let before = healthy.uploads.head(&key).await.unwrap();
    let again = sent(&noted, &environment, &account).await;
    assert!(!again.iter().any(|call| writes(call)), "{again:#?}");
    assert_eq!(healthy.uploads.head(&key).await.unwrap(), before);
}
