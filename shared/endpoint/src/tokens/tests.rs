//! Keys that change under a running function, against a small Secrets Manager on a port of its own.

use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use auth::token::StoredKeys;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::{Environment, aws};

const NOON: u64 = 1_752_148_800;
const MEMBER: &str = "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70";

/// What the server answers.
#[derive(Clone)]
enum Answer {
    Secret(String),
    NoSuchSecret,
    Fault,
}

/// Secrets Manager with one secret, and a clock.
struct Manager {
    answer: Arc<StdMutex<Answer>>,
    fetches: Arc<AtomicU64>,
    now: Arc<AtomicU64>,
    url: String,
}

impl Manager {
    async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let manager = Self {
            answer: Arc::new(StdMutex::new(answer)),
            fetches: Arc::default(),
            now: Arc::new(AtomicU64::new(NOON)),
            url: format!("http://{}", listener.local_addr().unwrap()),
        };
        let (answer, fetches) = (Arc::clone(&manager.answer), Arc::clone(&manager.fetches));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 16 * 1024];
                let read = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                assert!(
                    request.contains("secretsmanager.GetSecretValue"),
                    "{request}"
                );
                fetches.fetch_add(1, Ordering::SeqCst);
                let (status, body) = match answer.lock().unwrap().clone() {
                    Answer::Secret(text) => {
                        ("200 OK", json!({"Name": "keys", "SecretString": text}))
                    }
                    Answer::NoSuchSecret => (
                        "400 Bad Request",
                        json!({"__type": "ResourceNotFoundException"}),
                    ),
                    Answer::Fault => (
                        "500 Internal Server Error",
                        json!({"__type": "InternalServiceError"}),
                    ),
                };
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        manager
    }

    fn set(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    fn pass(&self, seconds: u64) -> u64 {
        self.now.fetch_add(seconds, Ordering::SeqCst) + seconds
    }

    fn fetches(&self) -> u64 {
        self.fetches.load(Ordering::SeqCst)
    }

    /// A function's tokens, as they are at its start-up.
    fn tokens(&self) -> Tokens {
        let environment = Environment::from_iter([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "k"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            (aws::ENDPOINT_SECRETS_MANAGER, &self.url),
        ]);
        let config = aws::config(&environment, aws::ENDPOINT_SECRETS_MANAGER).unwrap();
        let now = Arc::clone(&self.now);
        let clock =
            Clock::from_fn(move || UNIX_EPOCH + Duration::from_secs(now.load(Ordering::SeqCst)));
        Tokens::of_secret(&config, "keys", clock, |ring| {
            Signed::new(ring, "https://m.example", "masthead", 12 * 3600)
        })
    }

    async fn is_valid(&self, tokens: &Tokens, token: &str) -> bool {
        let now = self.now.load(Ordering::SeqCst);
        tokens.verify(token, now).await.unwrap().is_ok()
    }

    async fn issue(&self, tokens: &Tokens) -> String {
        let now = self.now.load(Ordering::SeqCst);
        tokens.issue(MEMBER, 1, now, [7; 16]).await.unwrap()
    }

    /// Waits for a fetch in the background.
    async fn until_fetched(&self, count: u64) {
        for _ in 0..500 {
            if self.fetches() >= count {
                // The answer is on its way.
                tokio::time::sleep(Duration::from_millis(50)).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} fetches, not {count}", self.fetches());
    }
}

/// As CloudFormation makes it.
fn first_ring() -> StoredKeys {
    StoredKeys::parse(&format!(
        r#"{{"signing":"k1","k1":"{}"}}"#,
        "Ab3z".repeat(16)
    ))
    .unwrap()
}

fn answer(ring: &StoredKeys) -> Answer {
    Answer::Secret(ring.to_json().to_string())
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_in_the_background_when_they_are_old() {
    let manager = Manager::start(answer(&first_ring())).await;
    let tokens = manager.tokens();
    tokens.ready().await.unwrap();
    let token = manager.issue(&tokens).await;
    for _ in 0..100 {
        assert!(manager.is_valid(&tokens, &token).await);
    }
    manager.pass(MAX_AGE_SECONDS - 1);
    assert!(manager.is_valid(&tokens, &token).await);
    assert_eq!(manager.fetches(), 1);

    manager.pass(1);
    assert!(manager.is_valid(&tokens, &token).await, "without waiting");
    manager.until_fetched(2).await;
    for _ in 0..100 {
        assert!(manager.is_valid(&tokens, &token).await);
    }
    assert_eq!(manager.fetches(), 2);
}

/// B13: publish, sign, retire; two functions, no restart, no valid token refused on the way.
#[tokio::test]
async fn a_rotation_signs_nobody_out() {
    let mut ring = first_ring();
    let manager = Manager::start(answer(&ring)).await;
    let (login, me) = (manager.tokens(), manager.tokens());
    login.ready().await.unwrap();
    me.ready().await.unwrap();
    let old = manager.issue(&login).await;
    assert!(manager.is_valid(&me, &old).await);

    ring.publish("k2", &[9; 32]);
    manager.set(answer(&ring));
    manager.pass(MAX_AGE_SECONDS + MIN_PAUSE_SECONDS);
    assert!(manager.is_valid(&me, &old).await && manager.is_valid(&login, &old).await);
    manager.until_fetched(4).await;

    assert!(ring.sign_with("k2"));
    manager.set(answer(&ring));
    manager.pass(MAX_AGE_SECONDS);
    manager.issue(&login).await;
    manager.until_fetched(5).await;
    let new = manager.issue(&login).await;
    assert_ne!(old.split('.').next(), new.split('.').next(), "another kid");
    assert!(manager.is_valid(&me, &new).await && manager.is_valid(&me, &old).await);

    ring.retire("k1");
    manager.set(answer(&ring));
    let fetches = manager.fetches();
    manager.pass(MAX_AGE_SECONDS);
    manager.issue(&login).await;
    manager.is_valid(&me, &new).await;
    manager.until_fetched(fetches + 2).await;
    for tokens in [&login, &me] {
        assert!(manager.is_valid(tokens, &new).await);
        assert!(!manager.is_valid(tokens, &old).await, "retired");
    }
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_at_most_once_a_minute() {
    let mut ring = first_ring();
    let manager = Manager::start(answer(&ring)).await;
    let me = manager.tokens();
    me.ready().await.unwrap();
    ring.publish("k2", &[9; 32]);
    assert!(ring.sign_with("k2"));
    let elsewhere = Manager::start(answer(&ring)).await;
    let token = elsewhere.issue(&elsewhere.tokens()).await;

    for _ in 0..100 {
        assert!(!manager.is_valid(&me, &token).await);
    }
    assert_eq!(manager.fetches(), 1, "fetched less than a minute ago");
    manager.pass(MIN_PAUSE_SECONDS);
    for _ in 0..100 {
        assert!(!manager.is_valid(&me, &token).await);
    }
    assert_eq!(manager.fetches(), 2);

    manager.set(answer(&ring));
    elsewhere.pass(MIN_PAUSE_SECONDS);
    manager.pass(MIN_PAUSE_SECONDS);
    assert!(
        manager.is_valid(&me, &token).await,
        "with the very request that asks"
    );
    assert_eq!(manager.fetches(), 3);
}

/// B15: a store that is down while warm changes nothing.
#[tokio::test]
async fn a_store_that_goes_down_takes_no_keys_away() {
    for broken in [
        Answer::Fault,
        Answer::NoSuchSecret,
        Answer::Secret(String::new()),
        Answer::Secret(r#"{"signing":"k1","k1":"short"}"#.to_owned()),
    ] {
        let manager = Manager::start(answer(&first_ring())).await;
        let tokens = manager.tokens();
        tokens.ready().await.unwrap();
        let token = manager.issue(&tokens).await;
        manager.set(broken);
        for _ in 0..3 {
            manager.pass(MAX_AGE_SECONDS);
            assert!(manager.is_valid(&tokens, &token).await);
            manager.issue(&tokens).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        manager.until_fetched(2).await;
        assert!(manager.is_valid(&tokens, &token).await);
    }
}

/// B15: at a cold start there is a 503 until the store is back, and never an empty key.
#[tokio::test]
async fn without_keys_there_is_no_answer_but_unavailable() {
    let manager = Manager::start(Answer::Fault).await;
    let tokens = manager.tokens();
    tokens.ready().await.unwrap();
    let issued = tokens.issue(MEMBER, 1, NOON, [7; 16]).await;
    assert!(matches!(issued, Err(Error::Unavailable(_))), "{issued:?}");
    let verified = tokens.verify("a.b.c", NOON).await;
    assert!(
        matches!(verified, Err(Error::Unavailable(_))),
        "{verified:?}"
    );

    manager.set(answer(&first_ring()));
    let token = manager.issue(&tokens).await;
    assert!(manager.is_valid(&tokens, &token).await);
}

/// B15: what can never be a ring stops the start, and is named without being shown.
#[tokio::test]
async fn a_secret_that_is_no_ring_stops_the_start() {
    let short = r#"{"signing":"k1","k1":"c2hvcnQ"}"#.to_owned();
    for (unusable, reason) in [
        (Answer::NoSuchSecret, "there is none of this name"),
        (Answer::Secret(String::new()), "it is not of the form"),
        (
            Answer::Secret("hunter2".to_owned()),
            "it is not of the form",
        ),
        (Answer::Secret(short), "shorter than 32 bytes"),
    ] {
        let manager = Manager::start(unusable).await;
        let error = manager.tokens().ready().await.unwrap_err().to_string();
        assert!(
            error.starts_with("the secret keys can't be used as signing keys: "),
            "{error}"
        );
        assert!(error.contains(reason), "{error}");
        assert!(
            !error.contains("hunter2") && !error.contains("c2hvcnQ"),
            "{error}"
        );
    }
}
