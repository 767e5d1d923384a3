//! Conditional writes, alone and raced.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;

use super::{code, md5};
use crate::environment::CONTENT_BUCKET;
use crate::testing::{get, s3, stack};

#[tokio::test]
async fn a_write_may_demand_what_it_replaces() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let write = |key: &'static str| {
        client
            .put_object()
            .bucket(CONTENT_BUCKET)
            .key(key)
            .body(ByteStream::from_static(b"x"))
    };

    let missing = write("k").if_match("\"0\"").send().await.unwrap_err();
    assert_eq!(missing.raw_response().unwrap().status().as_u16(), 404);
    let made = write("k").if_none_match("*").send().await.unwrap();
    let again = write("k").if_none_match("*").send().await.unwrap_err();
    assert_eq!(code(&again), Some("PreconditionFailed"));
    assert_eq!(again.raw_response().unwrap().status().as_u16(), 412);
    let other = write("k").if_match("\"0\"").send().await.unwrap_err();
    assert_eq!(other.raw_response().unwrap().status().as_u16(), 412);
    write("k")
        .if_match(made.e_tag.unwrap())
        .send()
        .await
        .unwrap();

    let kept = client
        .delete_object()
        .bucket(CONTENT_BUCKET)
        .key("k")
        .if_match("\"0\"")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&kept), Some("PreconditionFailed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_conditional_writers_one_wins() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let first = race(&client, None).await;
    let second = race(&client, Some(first.0.clone())).await;
    for (etag, body) in [&first, &second] {
        assert_eq!(*etag, md5(body));
    }
    assert_eq!(get(&client, CONTENT_BUCKET, "raced").await, Some(second.1));
}

/// Lets 32 writers make or replace one object; returns the winner's `ETag` and body.
async fn race(client: &Client, replaced: Option<String>) -> (String, Vec<u8>) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..32 {
        let (client, replaced) = (client.clone(), replaced.clone());
        writers.spawn(async move {
            let body = format!("{writer} {replaced:?}").into_bytes();
            let put = client
                .put_object()
                .bucket(CONTENT_BUCKET)
                .key("raced")
                .body(ByteStream::from(body.clone()));
            let put = match replaced {
                Some(etag) => put.if_match(etag),
                None => put.if_none_match("*"),
            };
            match put.send().await {
                Ok(put) => Some((put.e_tag.unwrap(), body)),
                Err(error) => {
                    assert_eq!(
                        error.raw_response().unwrap().status().as_u16(),
                        412,
                        "{error:?}"
                    );
                    None
                }
            }
        });
    }
    let won: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "{won:?}");
    won.into_iter().next().unwrap()
}
