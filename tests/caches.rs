//! CloudFront is told of pictures that were taken away.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use blobs::layout::{NameChangeKey, PictureChangeKey, pictures_prefix};
use distribution::Distribution;
use endpoint::{Environment, aws};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use image::ImageFormat;
use local::Options;
use members::{Renamed, Seen};
use serde_json::json;
use tokio::net::TcpListener;

use crate::photo::plain;
use crate::picture_faults::Stores;

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

/// What was published under a former handle is forgotten, once the READMEs are asked for that take it away.
#[tokio::test]
async fn caches_forget_a_former_handle() {
    crate::canary::watch();
    let options = Options {
        port: 0,
        backends_only: true,
        ..Options::default()
    };
    let stack = local::start(options).await.unwrap();
    let (url, told) = cloudfront().await;
    let environment: Environment = stack
        .environment()
        .into_iter()
        .chain([(aws::ENDPOINT_CLOUDFRONT.to_owned(), url)])
        .collect();
    let stores = Stores::healthy(&environment);
    let mut state = stores.rewrite_readme();
    let config = aws::config(&environment, aws::ENDPOINT_CLOUDFRONT).unwrap();
    state.distribution = Distribution::new(&config, Some("E1EXAMPLE"));
    let account = stores.member("jo").await;
    let event = stores.tells(&NameChangeKey::new(&account.id).key());
    let deliver = async || rewrite_readme::handler(&state, event.clone()).await;
    deliver().await.unwrap();
    assert_eq!(told.lock().unwrap().paths, [""; 0], "a name alone");

    let renamed = stores.members.rename(&account, "Jo", "joanna").await;
    assert_eq!(renamed.unwrap(), Renamed::Renamed);
    told.lock().unwrap().is_down = true;
    deliver().await.unwrap_err();
    told.lock().unwrap().is_down = false;
    deliver().await.unwrap();
    assert_eq!(
        told.lock().unwrap().paths,
        [
            "/content/jo.md",
            "/content/jo/*",
            "/pictures/jo/*",
            "/files/jo/*"
        ]
    );
}

/// A replaced or removed picture is forgotten once its file is gone; a first one costs no call. A
/// distribution that can't be told is told when the message comes again.
#[tokio::test]
async fn caches_forget_pictures_that_were_taken_away() {
    crate::canary::watch();
    let options = Options {
        port: 0,
        backends_only: true,
        ..Options::default()
    };
    let stack = local::start(options).await.unwrap();
    let (url, told) = cloudfront().await;
    let environment: Environment = stack
        .environment()
        .into_iter()
        .chain([(aws::ENDPOINT_CLOUDFRONT.to_owned(), url)])
        .collect();
    let stores = Stores::healthy(&environment);
    let mut state = stores.rewrite_readme();
    let config = aws::config(&environment, aws::ENDPOINT_CLOUDFRONT).unwrap();
    state.distribution = Distribution::new(&config, Some("E1EXAMPLE"));

    let account = stores.member("jo").await;
    let event = stores.tells(&PictureChangeKey::new(&account.id).key());
    let deliver = async || rewrite_readme::handler(&state, event.clone()).await;
    assert_eq!(deliver().await.unwrap(), json!({"batchItemFailures": []}));
    assert_eq!(told.lock().unwrap().paths, [""; 0], "a first picture");

    let made = picture::renditions(&plain(200, 48, ImageFormat::Png)).unwrap();
    let put = stores
        .shelf()
        .put(&account, made, "me.png", rand::random(), Seen::Any);
    put.await.unwrap().unwrap();
    deliver().await.unwrap();
    assert_eq!(told.lock().unwrap().paths, ["/pictures/jo/*"]);

    stores.shelf().remove(&account).await.unwrap().unwrap();
    let prefix = pictures_prefix("jo");
    assert!(stores.content.versions(&prefix).await.unwrap().is_empty());
    told.lock().unwrap().is_down = true;
    let failed = deliver().await.unwrap_err();
    assert!(
        format!("{failed:#}").contains("CloudFront keeps copies"),
        "{failed:#}"
    );
    told.lock().unwrap().is_down = false;
    deliver().await.unwrap();
    let told = told.lock().unwrap();
    assert_eq!(told.paths, ["/pictures/jo/*"; 2]);
    assert_ne!(told.references[0], told.references[1]);
}
