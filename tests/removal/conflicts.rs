//! Transactions of one member that meet: DynamoDB refuses one of them, and the local stack never does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use members::Referrer;

use crate::picture_faults::{Stores, stack};

const CONFLICT: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Transaction cancelled",
    "CancellationReasons":[{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"},{"Code":"None"}]}"#;

/// Whether it is one of the next transactions, `left` of which meet others.
fn meets_another(request: &HttpRequest, left: &AtomicUsize) -> bool {
    let is_transaction = request
        .headers()
        .get("x-amz-target")
        .is_some_and(|target| target.ends_with(".TransactWriteItems"));
    let takes = |left: usize| left.checked_sub(1);
    is_transaction
        && left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, takes)
            .is_ok()
}

#[tokio::test]
async fn transactions_that_meet_are_tried_again() {
    let (_stack, environment) = stack().await;
    let account = Stores::healthy(&environment).member("jo").await;
    let for_the_next = Arc::new(AtomicUsize::new(0));
    let calls = Arc::new(AtomicUsize::new(0));
    let left = Arc::clone(&for_the_next);
    let stores = Stores::through(&environment, &calls, move |inner, request| {
        if meets_another(&request, &left) {
            let answer = HttpResponse::new(400.try_into().unwrap(), SdkBody::from(CONFLICT));
            return HttpConnectorFuture::ready(Ok(answer));
        }
        inner.call(request)
    });
    let link = Referrer {
        member_id: account.id.clone(),
        slug: "trip".to_owned(),
    };
    for_the_next.store(4, Ordering::SeqCst);
    assert!(
        stores
            .members
            .put_links(&["a".to_owned()], &link)
            .await
            .unwrap()
    );
    // Never for good, and a conflict is no refusal.
    for_the_next.store(1000, Ordering::SeqCst);
    let busy = stores
        .members
        .put_links(&["b".to_owned()], &link)
        .await
        .unwrap_err();
    assert!(busy.to_string().contains("TransactWriteItems"), "{busy}");
    assert!(for_the_next.load(Ordering::SeqCst) > 900);

    for_the_next.store(4, Ordering::SeqCst);
    assert!(stores.members.depart(&account, 0).await.unwrap());
    for_the_next.store(4, Ordering::SeqCst);
    assert!(
        !stores
            .members
            .put_links(&["c".to_owned()], &link)
            .await
            .unwrap(),
        "they go"
    );
}
