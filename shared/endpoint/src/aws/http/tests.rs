use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::Environment;
use crate::aws::{ENDPOINT_SECRETS_MANAGER, config, config_of_two_connections};

/// What a store does with a request, by the number of its connection and by that of the request on it.
#[derive(Debug, Clone, Copy)]
enum Does {
    Answers,
    Fails,
    /// Ends the connection in the middle of its answer.
    BreaksOff,
}

/// A store that does so; its address, and how many connections it took.
async fn store(does: fn(usize, usize) -> Does) -> (String, Arc<AtomicUsize>) {
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{\"SecretString\":\"\"}";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(AtomicUsize::new(0));
    let connections = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let connection = connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                for number in 0.. {
                    let read = stream.read(&mut request).await.unwrap_or_default();
                    if read == 0 {
                        return;
                    }
                    assert!(request.starts_with(b"POST / HTTP/1.1\r\n"));
                    let answer = match does(connection, number) {
                        Does::Answers => ANSWER,
                        Does::Fails => {
                            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\n{}"
                        }
                        Does::BreaksOff => &ANSWER[..ANSWER.len() - 4],
                    };
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    if matches!(does(connection, number), Does::BreaksOff) {
                        return;
                    }
                }
            });
        }
    });
    (url, taken)
}

fn environment(url: &str) -> Environment {
    Environment::from_iter([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "k"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        (ENDPOINT_SECRETS_MANAGER, url),
    ])
}

/// A client of that store, as functions make it.
fn client(url: &str) -> Client {
    Client::new(&config(&environment(url), ENDPOINT_SECRETS_MANAGER).unwrap())
}

async fn is_answered(client: &Client) -> bool {
    client
        .get_secret_value()
        .secret_id("keys")
        .send()
        .await
        .is_ok()
}

#[tokio::test]
async fn one_connection_serves_one_request_after_the_other() {
    let (url, taken) = store(|_, _| Does::Answers).await;
    let client = client(&url);
    for _ in 0..5 {
        assert!(is_answered(&client).await);
    }
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

/// Stores of one environment are called by one client, so that certificates are read once.
#[tokio::test]
async fn the_stores_of_an_environment_share_a_client() {
    let (url, taken) = store(|_, _| Does::Answers).await;
    let environment = environment(&url);
    for _ in 0..2 {
        let config = config(&environment.clone(), ENDPOINT_SECRETS_MANAGER).unwrap();
        assert!(is_answered(&Client::new(&config)).await);
    }
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn requests_side_by_side_have_connections_of_their_own() {
    let (url, taken) = store(|_, _| Does::Answers).await;
    let client = client(&url);
    let (one, other) = tokio::join!(is_answered(&client), is_answered(&client));
    assert!(one && other);
    assert_eq!(taken.load(Ordering::SeqCst), 2);
}

/// What a function opens while it starts, it has for its first two requests at once.
#[tokio::test]
async fn the_first_request_opens_the_connection_of_the_second_too() {
    let (url, taken) = store(|_, _| Does::Answers).await;
    let config = config_of_two_connections(&environment(&url), ENDPOINT_SECRETS_MANAGER).unwrap();
    let client = Client::new(&config);
    assert!(is_answered(&client).await);
    assert_eq!(taken.load(Ordering::SeqCst), 2);
    for _ in 0..2 {
        let (one, other) = tokio::join!(is_answered(&client), is_answered(&client));
        assert!(one && other);
    }
    assert_eq!(taken.load(Ordering::SeqCst), 2);
    let (one, other, third) = tokio::join!(
        is_answered(&client),
        is_answered(&client),
        is_answered(&client)
    );
    assert!(one && other && third);
    assert_eq!(taken.load(Ordering::SeqCst), 3);
}

/// A connection that its store ended while nobody used it costs another attempt, and no answer.
#[tokio::test]
async fn a_second_connection_that_was_ended_meanwhile_is_replaced() {
    let (url, taken) = store(|connection, _| match connection {
        1 => Does::BreaksOff,
        _ => Does::Answers,
    })
    .await;
    let config = config_of_two_connections(&environment(&url), ENDPOINT_SECRETS_MANAGER).unwrap();
    let client = Client::new(&config);
    for _ in 0..2 {
        let (one, other) = tokio::join!(is_answered(&client), is_answered(&client));
        assert!(one && other);
    }
    assert!(taken.load(Ordering::SeqCst) > 2);
}

#[tokio::test]
async fn what_breaks_off_is_tried_again() {
    let (url, taken) = store(|connection, _| match connection {
        0 => Does::BreaksOff,
        _ => Does::Answers,
    })
    .await;
    assert!(is_answered(&client(&url)).await);
    assert_eq!(taken.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_connection_over_which_a_store_failed_is_not_used_again() {
    let (url, taken) = store(|connection, _| match connection {
        0 => Does::Fails,
        _ => Does::Answers,
    })
    .await;
    assert!(is_answered(&client(&url)).await);
    assert_eq!(taken.load(Ordering::SeqCst), 2);
}

/// What is refused is no answer of the store's, and tried again, which is an I/O error to the SDK.
#[tokio::test]
async fn a_port_where_nobody_listens_is_a_failure_to_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let asked = client(&url).get_secret_value().secret_id("keys").send();
    let Err(SdkError::DispatchFailure(failure)) = asked.await else {
        panic!("a failure to connect")
    };
    assert!(failure.is_io(), "{failure:?}");
}
