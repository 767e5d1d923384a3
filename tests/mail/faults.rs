//! SES that throttles, is down or refuses, and `send_mail` that ends in between.

use super::*;

use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;

/// A stand-in for SES that answers as it is told to, and counts.
struct Ses {
    url: String,
    status: Arc<AtomicU16>,
    calls: Arc<AtomicUsize>,
}

/// What the stand-in answers beside 200.
const ERRORS: [(u16, &str); 5] = [
    (429, "TooManyRequestsException"),
    (500, "InternalServiceErrorException"),
    (400, "MessageRejected"),
    (403, "SendingPausedException"),
    (404, "NotFoundException"),
];

impl Ses {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (status, calls) = (Arc::new(AtomicU16::new(200)), Arc::new(AtomicUsize::new(0)));
        let (answers, counted) = (Arc::clone(&status), Arc::clone(&calls));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (status, calls) = (Arc::clone(&answers), Arc::clone(&counted));
                let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let (status, calls) = (Arc::clone(&status), Arc::clone(&calls));
                    async move {
                        let _ = request.into_body().collect().await;
                        calls.fetch_add(1, Ordering::SeqCst);
                        let status = status.load(Ordering::SeqCst);
                        let error = ERRORS.iter().find(|(of, _)| *of == status);
                        let mut answer = hyper::Response::builder().status(status);
                        // SES's own words name the address.
                        let body = match error {
                            None => r#"{"MessageId":"0"}"#.to_owned(),
                            Some((_, name)) => {
                                answer = answer.header("x-amzn-errortype", *name);
                                r#"{"message":"Email address is not verified: canary@club.example"}"#.to_owned()
                            }
                        };
                        Ok::<_, std::convert::Infallible>(
                            answer.body(Full::new(bytes(body))).unwrap(),
                        )
                    }
                });
                tokio::spawn(async move {
                    let io = hyper_util::rt::TokioIo::new(stream);
                    let served = hyper::server::conn::http1::Builder::new();
                    let _ = served.serve_connection(io, service).await;
                });
            }
        });
        Self { url, status, calls }
    }

    fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }
}

fn bytes(text: String) -> hyper::body::Bytes {
    text.into()
}

/// A stack whose functions don't run, and `send_mail` beside it, which sends by `ses`.
struct Bench {
    environment: Environment,
    members: members::Members,
    _stack: local::Stack,
}

impl Bench {
    async fn start(ses: &str) -> Self {
        crate::canary::watch();
        let options = local::Options {
            port: 0,
            backends_only: true,
            ..local::Options::default()
        };
        let stack = local::start(options).await.unwrap();
        let mut pairs = stack.environment();
        for (name, value) in &mut pairs {
            if name == aws::ENDPOINT_SES {
                ses.clone_into(value);
            }
        }
        let environment: Environment = pairs.into_iter().collect();
        let members = endpoint::configuration::members(&environment).unwrap();
        events::make_demo(&members).await;
        Self {
            environment,
            members,
            _stack: stack,
        }
    }

    async fn put(&self) -> Value {
        let outbox = Outbox::new(uploads(&self.environment), true);
        let letter = Letter::ForgottenPassword {
            email: "demo@example.com".to_owned(),
            language: "en".to_owned(),
        };
        assert!(outbox.put(&letter).await.unwrap());
        let all = uploads(&self.environment)
            .versions(MailKey::all())
            .await
            .unwrap();
        let key = (*all.keys().iter().next().unwrap()).to_owned();
        let record = json!({"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": uploads(&self.environment).bucket()}, "object": {"key": key}}}]});
        json!({"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": record.to_string()}]})
    }

    /// Whether the message comes again.
    async fn deliver(&self, event: &Value) -> bool {
        let answer = Box::pin(events::deliver(
            &self.environment,
            "send_mail",
            event.clone(),
        ));
        !answer.await.unwrap()["batchItemFailures"]
            .as_array()
            .unwrap()
            .is_empty()
    }

    async fn recovery(&self) -> Option<IssuedCode> {
        let demo = self.members.by_email(&email("demo@example.com")).await;
        demo.unwrap().unwrap().recovery
    }
}

/// SES that can't now is asked again, once for each delivery; what it refuses for good ends. Of neither anything is logged but
/// the code: the watch over the logs ends the run at an address.
#[tokio::test]
async fn ses_that_can_t_now_is_asked_again() {
    let ses = Ses::start().await;
    let bench = Bench::start(&ses.url).await;
    for (status, name) in ERRORS {
        let for_good = ["MessageRejected", "NotFoundException"].contains(&name);
        let event = bench.put().await;
        ses.answers(status);
        assert_eq!(bench.deliver(&event).await, !for_good, "{name}");
        assert_eq!(ses.calls(), 1, "{name}");
        let left = outbox_objects(&bench.environment).await;
        assert_eq!(left, usize::from(!for_good), "{name}");
        ses.answers(200);
        assert!(!bench.deliver(&event).await);
        assert_eq!(ses.calls(), usize::from(!for_good), "{name}");
        assert_eq!(outbox_objects(&bench.environment).await, 0);
        // A message that comes once more sends nothing.
        assert!(!bench.deliver(&event).await);
        assert_eq!(ses.calls(), 0, "{name}");
    }
}

#[tokio::test]
async fn ses_that_is_down_loses_no_letter() {
    let bench = Bench::start("http://127.0.0.1:9").await;
    let event = bench.put().await;
    assert!(bench.deliver(&event).await);
    assert_eq!(outbox_objects(&bench.environment).await, 1);
    let first = bench.recovery().await;
    assert!(bench.deliver(&event).await);
    // The code that is sent in the end is the one that works.
    assert!(first.is_some() && bench.recovery().await != first);
}

/// Ended before SES was asked: the message comes again, and one letter is sent. Ended after it: a letter is sent twice, and
/// the code in the second works.
#[tokio::test]
async fn a_kill_loses_no_letter() {
    let ses = Ses::start().await;
    let bench = Bench::start(&ses.url).await;
    let event = bench.put().await;
    let state = send_mail::State::from_env(&bench.environment).unwrap();
    for steps in 1_u64..40 {
        let work = send_mail::handler(&state, event.clone());
        // Dropped at some point of its way.
        let _ = tokio::time::timeout(Duration::from_millis(steps), Box::pin(work)).await;
    }
    assert!(!bench.deliver(&event).await);
    assert!(ses.calls() >= 1);
    assert_eq!(outbox_objects(&bench.environment).await, 0);
    assert!(bench.recovery().await.is_some());
}

/// The word that an address was changed waits for the change, and is dropped where that never comes.
#[tokio::test]
async fn the_former_mailbox_hears_of_a_change_that_was_made() {
    let ses = Ses::start().await;
    let bench = Bench::start(&ses.url).await;
    let id = "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70";
    for (changed_at, changes, comes_again, calls) in [
        (now(), false, true, 0),
        (now() - 600, false, false, 0),
        (now(), true, false, 1),
    ] {
        if changes {
            let demo = bench.members.by_id(id).await.unwrap().unwrap();
            let other = email("demo@elsewhere.example");
            bench.members.change_email(&demo, &other).await.unwrap();
        }
        let letter = Letter::AddressChanged {
            member: id.to_owned(),
            email: "demo@example.com".to_owned(),
            name: "Demo".to_owned(),
            language: "en".to_owned(),
            changed_at,
        };
        let key = MailKey::new("aa").key();
        let upload = Upload {
            bytes: serde_json::to_vec(&letter).unwrap().into(),
            ..Upload::default()
        };
        let outbox = uploads(&bench.environment);
        let put = outbox.put(&key, upload, Condition::Always);
        put.await.unwrap();
        let record = json!({"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": uploads(&bench.environment).bucket()}, "object": {"key": key}}}]});
        let event = json!({"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": record.to_string()}]});
        assert_eq!(bench.deliver(&event).await, comes_again);
        assert_eq!(ses.calls(), calls);
        if comes_again {
            uploads(&bench.environment)
                .erase_object(&key)
                .await
                .unwrap();
        }
        assert_eq!(outbox_objects(&bench.environment).await, 0);
    }
}
