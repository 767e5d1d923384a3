use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use endpoint::aws;

use super::*;
use crate::testing::{environment, get, put, s3};
use crate::{Calls, Options};

async fn stack() -> (Stack, Calls) {
    let calls = Calls::default();
    let options = Options {
        port: 0,
        backends_only: true,
        calls: Some(calls.clone()),
        ..Options::default()
    };
    let stack = crate::start(options).await.unwrap();
    calls.take();
    (stack, calls)
}

fn tables(stack: &Stack) -> aws_sdk_dynamodb::Client {
    let config = aws::config(&environment(stack), aws::ENDPOINT_DYNAMODB).unwrap();
    aws_sdk_dynamodb::Client::new(&config)
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

#[tokio::test]
async fn requests_are_counted_with_the_units_that_are_billed() {
    let (stack, calls) = stack().await;
    let (client, objects) = (tables(&stack), s3(&stack));
    let item = || {
        let item = Put::builder().table_name(MEMBERS_TABLE);
        let item = item.item("pk", text("A")).item("sk", text("a"));
        item.item("filling", text(&"x".repeat(4500)))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .unwrap()
    };
    for _ in 0..2 {
        let write = TransactWriteItem::builder().put(item()).build();
        drop(
            client
                .transact_write_items()
                .transact_items(write)
                .send()
                .await,
        );
    }
    for consistent in [true, false] {
        let get = client.get_item().table_name(MEMBERS_TABLE);
        let get = get.key("pk", text("A")).key("sk", text("a"));
        get.consistent_read(consistent).send().await.unwrap();
    }
    put(&objects, CONTENT_BUCKET, "content/jo.md", b"# Jo").await;
    get(&objects, CONTENT_BUCKET, "content/jo.md")
        .await
        .unwrap();

    let counted = calls.take();
    let of = |operation: &str| {
        let count = counted[operation];
        (count.requests, count.units)
    };
    // 5 kB in a transaction are ten units, and what was refused is taken for two.
    assert_eq!(of("TransactWriteItems"), (2, 12.0));
    assert_eq!(of("GetItem"), (2, 3.0));
    assert_eq!(of("PutObject"), (1, 0.0));
    assert_eq!(of("GetObject"), (1, 0.0));
    assert_eq!(counted.len(), 4);
    assert!(calls.take().is_empty());
}

#[tokio::test]
async fn copies_have_their_own_words_in_keys_items_and_headers() {
    let (stack, _) = stack().await;
    let (client, objects) = (tables(&stack), s3(&stack));
    let words = ["m0".to_owned()];
    stack
        .put_items(vec![
            json!({ "pk": { "S": "MEMBER#m0" }, "sk": { "S": "MEMBER" }, "name": { "S": "m0 of the club" } }),
            json!({ "pk": { "S": "AUDIT#SITE" }, "sk": { "S": "m0" } }),
        ])
        .await
        .unwrap();
    put(&objects, CONTENT_BUCKET, "content/m0/arm.md", b"# Arm").await;
    put(&objects, UPLOADS_BUCKET, "readmes/m0/arm.md", b"# Arm").await;
    put(&objects, UPLOADS_BUCKET, "readmes/jo/arm.md", b"# Arm").await;
    let keys = |taken: Vec<(String, Value)>| -> Vec<String> {
        taken.into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(
        keys(stack.take_messages().await.unwrap()),
        ["readmes/m0/arm.md", "readmes/jo/arm.md"]
    );

    let instead = [vec!["m1".to_owned()], vec!["m2".to_owned()]];
    let copies = Copies {
        words: &words,
        instead: &instead,
        without: &["AUDIT#"],
        amend: |item, instead| item["of"] = json!({ "S": instead[0] }),
    };
    stack.multiply(&copies).await.unwrap();

    for at in ["m1", "m2"] {
        let got = client.get_item().table_name(MEMBERS_TABLE);
        let got = got
            .key("pk", text(&format!("MEMBER#{at}")))
            .key("sk", text("MEMBER"));
        let item = got.send().await.unwrap().item.unwrap();
        assert_eq!(item["name"], text(&format!("{at} of the club")));
        assert_eq!(item["of"], text(at));
        let body = get(&objects, CONTENT_BUCKET, &format!("content/{at}/arm.md")).await;
        assert_eq!(body.unwrap(), b"# Arm");
    }
    let items = stack.items().await.unwrap();
    // Beside what a start writes: that what is published is to be compared.
    let ours = items
        .iter()
        .filter(|item| item["pk"]["S"] != "MANIFEST#SITE");
    assert_eq!(ours.count(), 4, "{items:#?}");
    assert_eq!(
        keys(stack.take_messages().await.unwrap()),
        Vec::<String>::new()
    );
    // Whoever erases a copy leaves the body to the others.
    let deleted = objects
        .delete_object()
        .bucket(CONTENT_BUCKET)
        .key("content/m1/arm.md");
    deleted.send().await.unwrap();
    assert!(
        get(&objects, CONTENT_BUCKET, "content/m2/arm.md")
            .await
            .is_some()
    );
}
