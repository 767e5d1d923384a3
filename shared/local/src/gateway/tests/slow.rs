//! Clients that are silent, slow or don't read: nobody else waits for them.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Stack;
use crate::testing::stack;

/// More connections than a port takes at the same time.
const MANY: usize = 300;
/// Generous: a machine that runs all tests at once is slow by itself. Clients that don't read are given up after 20
/// seconds, however little room there is.
const SOON: Duration = Duration::from_secs(15);

async fn connected(stack: &Stack, request: &[u8]) -> TcpStream {
    let address = stack.api_url();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://"))
        .await
        .unwrap();
    // One that had to make room is cut off meanwhile.
    drop(stream.write_all(request).await);
    stream
}

/// A client as any other, beside those of the test.
async fn is_served(stack: &Stack) {
    let started = Instant::now();
    let client = reqwest::Client::new();
    for path in ["/healthz", "/api/event"] {
        let answer = client.get(format!("{}{path}", stack.api_url())).send();
        let answer = tokio::time::timeout(SOON, answer).await;
        assert_eq!(answer.expect("it waits").unwrap().status(), 200, "{path}");
    }
    is_echoed(stack, &client, 3_000_000).await;
    assert!(started.elapsed() < SOON);
}

async fn is_echoed(stack: &Stack, client: &reqwest::Client, length: usize) {
    let body = vec![b'x'; length];
    let answer = client
        .post(format!("{}/api/echo", stack.api_url()))
        .body(body.clone())
        .send();
    let answer = tokio::time::timeout(SOON, answer).await.expect("it waits");
    assert_eq!(answer.unwrap().bytes().await.unwrap(), body);
}

#[tokio::test]
async fn silent_clients_and_half_heads_keep_nobody_waiting() {
    let (stack, _) = stack().await;
    for request in ["", "GET /healthz HTTP/1.1\r\nHost: local"] {
        let mut silent = Vec::new();
        for _ in 0..MANY {
            silent.push(connected(&stack, request.as_bytes()).await);
        }
        is_served(&stack).await;
    }
}

#[tokio::test]
async fn slow_bodies_keep_nobody_waiting() {
    let (stack, _) = stack().await;
    // Announced and not sent: the memory of none of them is taken.
    let announced =
        b"POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4500000\r\n\r\nx";
    let mut slow = Vec::new();
    for _ in 0..MANY {
        slow.push(connected(&stack, announced).await);
    }
    is_served(&stack).await;
    drop(slow);

    // Sent, but for the last byte: the memory of all of them would be 180 MB.
    let mut request =
        b"POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4500000\r\n\r\n".to_vec();
    request.resize(request.len() + 4_499_999, b'x');
    let mut nearly_whole = Vec::new();
    for _ in 0..40 {
        nearly_whole.push(connected(&stack, &request).await);
    }
    is_served(&stack).await;
}

/// Bodies that arrive at once have all memory between them, and each wants more: the largest of them make room, whose clients come
/// again at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_get_through_beside_more_than_a_port_holds() {
    let (stack, _) = stack().await;
    let mut request =
        b"POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4500000\r\n\r\n".to_vec();
    request.resize(request.len() + 4_400_000, b'x');
    let one = async || {
        loop {
            let mut stream = connected(&stack, &request).await;
            // Until it is cut off.
            drop(stream.read_u8().await);
        }
    };
    let many = futures::future::join_all((0..30).map(|_| one()));
    let uploads = async {
        let client = reqwest::Client::new();
        for _ in 0..20 {
            is_echoed(&stack, &client, 500_000).await;
        }
    };
    tokio::select! {
        _ = many => unreachable!("they come again and again"),
        () = uploads => {}
    }
}

/// On threads of which there are more than one, as in `masthead dev`: the function that answers is busy for a while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_do_not_read_keep_nobody_waiting() {
    let (stack, _) = stack().await;
    // Text: base64 takes a second for each of them in the dev profile.
    let head = "POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n";
    let mut request = format!("{head}Content-Length: 4000000\r\n\r\n").into_bytes();
    request.resize(request.len() + 4_000_000, b'x');
    // More than a port holds of answers.
    let mut unread = Vec::new();
    for _ in 0..18 {
        unread.push(connected(&stack, &request).await);
    }
    is_served(&stack).await;
}

#[tokio::test]
async fn a_client_that_drips_is_no_better_off() {
    let (stack, _) = stack().await;
    let head = b"POST /api/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n";
    let mut dripping = Vec::new();
    for _ in 0..8 {
        let mut stream = connected(&stack, head).await;
        dripping.push(tokio::spawn(async move {
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }));
    }
    // This function takes one request at a time, and none of those has begun.
    let started = Instant::now();
    let answer = reqwest::get(format!("{}/api/slow", stack.api_url())).await;
    assert_eq!(answer.unwrap().status(), 200);
    assert!(started.elapsed() < SOON);
    dripping.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Fourteen large requests take the memory of eight, and are answered one after the other for four seconds.
#[tokio::test]
async fn a_small_request_does_not_wait_for_memory_that_large_ones_take() {
    let (stack, _) = stack().await;
    let mut request =
        b"POST /api/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n".to_vec();
    request.resize(request.len() + 4_000_000, b'x');
    let large: Vec<_> = (0..14)
        .map(|_| {
            let (address, request) = (stack.api_url(), request.clone());
            tokio::spawn(async move {
                let address = address.trim_start_matches("http://");
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(&request).await.unwrap();
                let mut status = [0; 12];
                stream.read_exact(&mut status).await.unwrap();
                status
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let answer = reqwest::get(format!("{}/api/event", stack.api_url())).await;
    assert_eq!(answer.unwrap().status(), 200);
    let waiting = large.iter().filter(|request| !request.is_finished());
    assert!(waiting.count() > 5, "it waited for the large ones");
    for request in large {
        assert_eq!(&request.await.unwrap(), b"HTTP/1.1 200");
    }
}

/// A body that comes a little at a time is as good as any other.
#[tokio::test]
async fn a_body_in_pieces_is_read() {
    let (stack, _) = stack().await;
    let head = b"POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\nConnection: close\r\n\r\n";
    let mut stream = connected(&stack, head).await;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        stream.write_all(b"ab").await.unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("abababababababababab"), "{answer}");
}
