//! CloudFront is told of what was taken away, and of nothing that another took the place of.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use blobs::layout::{
    FileChangeKey, FileKey, HandleChangeKey, LaterKey, NameChangeKey, OWN_PAGE, PictureChangeKey,
    SourceKey, files_prefix, pictures_prefix,
};
use distribution::Distribution;
use endpoint::aws;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use image::ImageFormat;
use local::Stack;
use members::{Account, Renamed, Seen};
use serde_json::json;
use tokio::net::TcpListener;

use crate::file_faults::{PATH, resized};
use crate::photo::plain;
use crate::picture_faults::{Stores, is_near, put, stack};

const ANSWER: &str = "<Invalidation><Id>I1</Id><Status>InProgress</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime>\
    <InvalidationBatch><Paths><Quantity>0</Quantity></Paths><CallerReference>r</CallerReference></InvalidationBatch></Invalidation>";

#[derive(Default)]
struct Told {
    paths: Vec<String>,
    references: Vec<String>,
    is_down: bool,
}

/// A server in the place of CloudFront.
async fn cloudfront() -> (String, Arc<Mutex<Told>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let told = Arc::new(Mutex::new(Told::default()));
    let shared = Arc::clone(&told);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let told = Arc::clone(&shared);
            let answer = service_fn(move |request| {
                let told = Arc::clone(&told);
                async move { Ok::<_, Infallible>(answer(request, &told).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    (url, told)
}

async fn answer(request: Request<Incoming>, told: &Mutex<Told>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    assert_eq!(
        parts.uri.path(),
        "/2020-05-31/distribution/E1EXAMPLE/invalidation"
    );
    let signed = parts.headers["authorization"].to_str().unwrap();
    assert!(signed.contains("/us-east-1/cloudfront/"), "{signed}");
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let between = |tag: &str| -> Vec<String> {
        let tag = format!("<{tag}>");
        let rest = body.split(&tag).skip(1);
        rest.map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect()
    };
    let mut told = told.lock().unwrap();
    let (status, answer) = if told.is_down {
        (503, "")
    } else {
        told.paths.extend(between("Path"));
        told.references.extend(between("CallerReference"));
        (201, ANSWER)
    };
    let answer = Full::new(Bytes::from_static(answer.as_bytes()));
    Response::builder().status(status).body(answer).unwrap()
}

/// Stores, and the function that tells CloudFront.
struct Edge {
    _stack: Stack,
    stores: Stores,
    state: rewrite_readme::State,
    told: Arc<Mutex<Told>>,
}

impl Edge {
    async fn start() -> Self {
        let (stack, _) = stack().await;
        let (url, told) = cloudfront().await;
        let environment = stack
            .environment()
            .into_iter()
            .chain([(aws::ENDPOINT_CLOUDFRONT.to_owned(), url)])
            .collect();
        let stores = Stores::healthy(&environment);
        let mut state = stores.rewrite_readme();
        let config = aws::config(&environment, aws::ENDPOINT_CLOUDFRONT).unwrap();
        state.distribution = Distribution::new(&config, Some("E1EXAMPLE"));
        Self {
            _stack: stack,
            stores,
            state,
            told,
        }
    }

    /// Delivers what S3 says of a key. An error: the message comes again.
    async fn deliver(&self, key: &str) -> anyhow::Result<()> {
        let answer = rewrite_readme::handler(&self.state, self.stores.tells(key)).await?;
        assert_eq!(answer, json!({"batchItemFailures": []}));
        Ok(())
    }

    /// Converts the READMEs that were asked for meanwhile.
    async fn deliver_later(&self, account: &Account) {
        let asked = self.stores.asked(account).await;
        assert!(!asked.is_empty(), "no README was asked for");
        for key in asked {
            self.deliver(&key).await.unwrap();
        }
    }

    /// Puts a README, and converts it.
    async fn publish(&self, account: &Account, slug: &str, text: impl Into<Bytes>) {
        let key = SourceKey::new(&account.id, slug).key();
        put(&self.stores.uploads, &key, text).await;
        self.deliver(&key).await.unwrap();
    }

    async fn put_picture(&self, account: &Account, shade: u8) {
        let made = picture::renditions(&plain(shade, 48, ImageFormat::Png)).unwrap();
        let pictures = self.stores.shelf();
        let put = pictures.put(account, made, "me.png", rand::random(), Seen::Any);
        put.await.unwrap().unwrap();
    }

    /// Keys of what the web sees under a prefix.
    async fn seen(&self, prefix: &str) -> BTreeSet<String> {
        let listed = self.stores.content.list_all(prefix).await.unwrap();
        listed.into_iter().map(|entry| entry.key).collect()
    }

    /// The paths that CloudFront was told of since this was asked last.
    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock().unwrap().paths)
    }

    fn is_down(&self, is_down: bool) {
        self.told.lock().unwrap().is_down = is_down;
    }
}

const NOTHING: [&str; 0] = [];
const SHOWS_FACE: &str = "# Jo\n\n![[me.png]]\n";

/// What was published under a former handle is forgotten, once the READMEs are asked for that take it away, and what they
/// show under it when they have let go of it.
#[tokio::test]
async fn caches_forget_a_former_handle() {
    let edge = Edge::start().await;
    let stores = &edge.stores;
    let account = stores.member("jo").await;
    edge.publish(&account, OWN_PAGE, SHOWS_FACE).await;
    let shown = account.picture.as_ref().unwrap().0.get("512").cloned();
    let change = NameChangeKey::new(&account.id).key();
    edge.deliver(&change).await.unwrap();
    assert_eq!(edge.told(), NOTHING, "a name alone");

    let renamed = stores.members.rename(&account, "Jo", "joanna").await;
    assert_eq!(renamed.unwrap(), Renamed::Renamed);
    let of_handle = stores.tells(&HandleChangeKey::new(&account.id).key());
    resized(stores, &of_handle).await;
    edge.is_down(true);
    edge.deliver(&change).await.unwrap_err();
    edge.is_down(false);
    edge.deliver(&change).await.unwrap();
    assert_eq!(
        edge.told(),
        ["/content/jo*", "/pictures/jo/*", "/files/jo/*"]
    );

    edge.deliver_later(&account).await;
    assert_eq!(edge.told(), [format!("/{}", shown.unwrap())]);
    assert_eq!(edge.seen(&pictures_prefix("jo")).await, [].into());
}

/// A picture that takes another's place costs no call: the other one is erased, also where a README showed it, and what may be at
/// the edge of it is asked for again after five minutes.
#[tokio::test]
async fn caches_are_not_told_of_a_picture_in_another_s_place() {
    let edge = Edge::start().await;
    let account = edge.stores.member("jo").await;
    edge.publish(&account, OWN_PAGE, SHOWS_FACE).await;
    edge.publish(&account, "trip", "# A trip\n\n![[me.png]]\n")
        .await;
    let change = PictureChangeKey::new(&account.id).key();
    edge.deliver(&change).await.unwrap();
    let former = edge.seen(&pictures_prefix("jo")).await;

    for shade in [200, 90] {
        edge.put_picture(&account, shade).await;
        edge.deliver(&change).await.unwrap();
        edge.deliver_later(&account).await;
        assert!(is_near(
            edge.stores.published(&account).await.unwrap(),
            shade
        ));
    }
    assert_eq!(edge.told(), NOTHING);
    let now = edge.seen(&pictures_prefix("jo")).await;
    assert_eq!(now.len(), 3);
    assert!(now.is_disjoint(&former), "{now:?} {former:?}");
}

/// A picture that was taken away is forgotten once its files are gone, and what a README showed of it once that shows it no
/// more. A distribution that can't be told is told when the message comes again.
#[tokio::test]
async fn caches_forget_pictures_that_were_taken_away() {
    let edge = Edge::start().await;
    let (stores, shelf) = (&edge.stores, edge.stores.shelf());
    let account = stores.member("jo").await;
    edge.publish(&account, OWN_PAGE, SHOWS_FACE).await;
    let removal = PictureChangeKey::removal(&account.id).key();
    let is_told = async || stores.uploads.head(&removal).await.unwrap().is_some();
    assert!(!is_told().await);

    shelf.remove(&account).await.unwrap().unwrap();
    assert!(is_told().await);
    let shown = edge.seen(&pictures_prefix("jo")).await;
    assert_eq!(shown.len(), 1, "what the README shows");
    edge.is_down(true);
    let failed = edge.deliver(&removal).await.unwrap_err();
    assert!(
        format!("{failed:#}").contains("CloudFront keeps copies"),
        "{failed:#}"
    );
    edge.is_down(false);
    edge.deliver(&removal).await.unwrap();
    assert_eq!(edge.told(), ["/pictures/jo/*"]);
    // The README's word comes again, too, when what it showed is erased already.
    let later = LaterKey(SourceKey::new(&account.id, OWN_PAGE)).key();
    edge.is_down(true);
    edge.deliver(&later).await.unwrap_err();
    edge.is_down(false);
    assert_eq!(edge.seen(&pictures_prefix("jo")).await, [].into());
    edge.deliver(&later).await.unwrap();
    assert_eq!(
        edge.told(),
        shown
            .iter()
            .map(|key| format!("/{key}"))
            .collect::<Vec<_>>()
    );
    let references = edge.told.lock().unwrap().references.clone();
    assert_eq!(references.len(), 2);
    assert_ne!(references[0], references[1]);
}

/// A removal stays one whatever is put after it, and where no picture was it costs nothing.
#[tokio::test]
async fn caches_forget_a_removed_picture_though_another_is_put_at_once() {
    let edge = Edge::start().await;
    let (stores, shelf) = (&edge.stores, edge.stores.shelf());
    let account = stores.member("jo").await;
    edge.publish(&account, OWN_PAGE, SHOWS_FACE).await;
    let shown = account.picture.as_ref().unwrap().0["512"].clone();
    let removal = PictureChangeKey::removal(&account.id).key();

    shelf.remove(&account).await.unwrap().unwrap();
    edge.put_picture(&account, 200).await;
    edge.put_picture(&account, 90).await;
    edge.deliver(&PictureChangeKey::new(&account.id).key())
        .await
        .unwrap();
    assert_eq!(edge.told(), NOTHING);
    edge.deliver(&removal).await.unwrap();
    assert_eq!(edge.told(), ["/pictures/jo/*"]);
    // The README shows another picture, but none that took the place of this one.
    edge.deliver_later(&account).await;
    assert_eq!(edge.told(), [format!("/{shown}")]);

    stores.uploads.erase_object(&removal).await.unwrap();
    let account = stores.now(&account).await;
    shelf.remove(&account).await.unwrap().unwrap();
    assert!(stores.uploads.head(&removal).await.unwrap().is_some());
    stores.uploads.erase_object(&removal).await.unwrap();
    shelf.remove(&account).await.unwrap().unwrap();
    assert!(stores.uploads.head(&removal).await.unwrap().is_none());
}

/// A README that is rejected keeps the picture of its time. Replaced on the profile, it is taken away with the document.
#[tokio::test]
async fn caches_forget_a_former_picture_with_the_document_that_showed_it() {
    let edge = Edge::start().await;
    let stores = &edge.stores;
    let account = stores.member("jo").await;
    edge.publish(&account, "trip", "# A trip\n\n![[me.png]]\n")
        .await;
    let shown = account.picture.as_ref().unwrap().0["512"].clone();
    edge.publish(&account, "trip", vec![0xFF; 8]).await;
    edge.put_picture(&account, 200).await;
    let change = PictureChangeKey::new(&account.id).key();
    edge.deliver(&change).await.unwrap();
    edge.deliver_later(&account).await;
    assert!(edge.seen(&pictures_prefix("jo")).await.contains(&shown));
    assert_eq!(edge.told(), NOTHING);

    let source = SourceKey::new(&account.id, "trip").key();
    stores.uploads.delete(&source).await.unwrap();
    edge.deliver(&source).await.unwrap();
    assert_eq!(edge.told(), [format!("/{shown}")]);
    assert!(!edge.seen(&pictures_prefix("jo")).await.contains(&shown));
}

/// A document's file is forgotten in every size once it is deleted for good. One that takes its place, and one that a document
/// shows no more but that is there, cost no call.
#[tokio::test]
async fn caches_forget_a_file_that_is_deleted_for_good_and_no_other() {
    let edge = Edge::start().await;
    let stores = &edge.stores;
    let account = stores.with_file("jo").await;
    let change = FileChangeKey::new(&account.id, "arm.png").key();
    let former = edge.seen(&files_prefix("jo")).await;

    let event = stores
        .send_file(&account, plain(180, 1500, ImageFormat::Png))
        .await;
    resized(stores, &event).await;
    edge.deliver(&change).await.unwrap();
    edge.deliver_later(&account).await;
    let now = edge.seen(&files_prefix("jo")).await;
    assert!(now.is_disjoint(&former), "{now:?} {former:?}");
    assert!(now.len() > 1, "{now:?}");
    assert_eq!(edge.told(), NOTHING, "a file in another's place");

    edge.publish(&account, OWN_PAGE, "# Jo\n\nNo arm.\n").await;
    assert_eq!(edge.seen(&files_prefix("jo")).await, now);
    assert_eq!(edge.told(), NOTHING, "a file that is there still");

    edge.publish(&account, OWN_PAGE, "# Jo\n\n![The arm](./img/arm.png)\n")
        .await;
    let source = FileKey::of(&account.id, PATH).key();
    stores.uploads.delete(&source).await.unwrap();
    resized(stores, &stores.tells(&source)).await;
    edge.deliver(&change).await.unwrap();
    edge.deliver_later(&account).await;
    assert_eq!(edge.seen(&files_prefix("jo")).await, [].into());
    let told: BTreeSet<String> = edge.told().into_iter().collect();
    assert_eq!(told, now.iter().map(|key| format!("/{key}")).collect());
}
