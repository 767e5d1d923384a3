//! Guessing at passwords: who has to wait, for how long, and who hasn't.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use endpoint::Clock;
use futures::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::calls::Noted;
use crate::site::{PASSWORD, Site, assert_error};

const WRONG: &str = "not the password of anybody";
const NOON: u64 = 4_102_488_000;
const SECOND: u64 = 1000;

/// Several processes of `login` over one table, all on a clock that a test sets.
struct Logins {
    states: Vec<login::State>,
    /// Unix milliseconds.
    now: Arc<AtomicU64>,
}

/// What a guess was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    status: i64,
    /// Seconds.
    retry_after: Option<u64>,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Logins {
    fn new(site: &Site, processes: usize) -> Self {
        let now = Arc::new(AtomicU64::new(NOON * SECOND));
        let states = (0..processes).map(|_| {
            let mut state = login::State::from_env(&site.environment).unwrap();
            state.clock = clock(&now);
            state
        });
        Self {
            states: states.collect(),
            now,
        }
    }

    fn wait(&self, milliseconds: u64) {
        self.now.fetch_add(milliseconds, Ordering::Relaxed);
    }

    async fn guess(&self, process: usize, source: &str, email: &str, password: &str) -> Answer {
        self.guess_with(process, source, email, password, &json!({}))
            .await
    }

    async fn guess_with(
        &self,
        process: usize,
        source: &str,
        email: &str,
        password: &str,
        headers: &Value,
    ) -> Answer {
        let state = &self.states[process % self.states.len()];
        let body = json!({ "email": email, "password": password });
        let event = event("/api/login", source, headers, &body);
        let answer = endpoint::invoke(&state.origins, event, "r", |request| {
            login::handler(state, request)
        })
        .await;
        Answer::of(&answer)
    }

    /// Guesses wrong until the wait is `longest` seconds, each time as soon as it is taken; the
    /// waits that were answered in between, in seconds.
    async fn waits(&self, email: &str, source: impl Fn(usize) -> String, longest: u64) -> Vec<u64> {
        let mut waits = Vec::new();
        for number in 0.. {
            let wrong = self.guess(number, &source(number), email, WRONG).await;
            assert_eq!(wrong.status, 401, "guess {number}");
            let next = self
                .guess(number, &source(number + 1), email, PASSWORD)
                .await;
            // What an account answers to the right password while nobody has to wait isn't asked
            // here: it would forget the failures.
            if let Some(seconds) = next.retry_after {
                assert_eq!(next.status, 429);
                waits.push(seconds);
                self.wait(seconds * SECOND - 1);
                let still = self
                    .guess(number, &source(number + 1), email, PASSWORD)
                    .await;
                assert_eq!(
                    (still.status, still.retry_after),
                    (429, Some(1)),
                    "to the millisecond"
                );
                self.wait(1);
                if seconds == longest {
                    return waits;
                }
            }
        }
        waits
    }
}

impl Answer {
    fn of(answer: &impl serde::Serialize) -> Self {
        let answer = serde_json::to_value(answer).unwrap();
        let headers: BTreeMap<String, String> =
            serde_json::from_value(answer["headers"].clone()).unwrap();
        Self {
            status: answer["statusCode"].as_i64().unwrap(),
            retry_after: headers
                .get("retry-after")
                .map(|seconds| seconds.parse().unwrap()),
            headers,
            body: answer["body"].as_str().unwrap_or_default().to_owned(),
        }
    }

    fn is_code(&self, code: &str) -> bool {
        serde_json::from_str::<Value>(&self.body).unwrap()["code"] == code
    }
}

fn clock(now: &Arc<AtomicU64>) -> Clock {
    let now = Arc::clone(now);
    Clock::from_fn(move || UNIX_EPOCH + Duration::from_millis(now.load(Ordering::Relaxed)))
}

fn event(path: &str, source: &str, headers: &Value, body: &Value) -> Value {
    let mut event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": source, "userAgent": "t"}},
        "body": body.to_string(), "isBase64Encoded": false
    });
    for (name, value) in headers.as_object().unwrap() {
        event["headers"][name] = value.clone();
    }
    event
}

/// From one address: five failures, then a wait that doubles from 1 s to 15 minutes. An address
/// that nobody has is answered the same, at the same guesses.
#[tokio::test]
async fn guessing_from_one_address_is_slowed_down() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let known = Logins::new(&site, 2);
    for _ in 0..4 {
        assert_eq!(
            known
                .guess(0, "192.0.2.1", "jo@club.example", WRONG)
                .await
                .status,
            401
        );
    }
    let unknown = Logins::new(&site, 2);
    for _ in 0..4 {
        assert_eq!(
            unknown
                .guess(0, "192.0.2.2", "nobody@club.example", WRONG)
                .await
                .status,
            401
        );
    }
    let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900];
    assert_eq!(
        known
            .waits("jo@club.example", |_| "192.0.2.1".to_owned(), 900)
            .await,
        expected
    );
    assert_eq!(
        unknown
            .waits("nobody@club.example", |_| "192.0.2.2".to_owned(), 900)
            .await,
        expected
    );
    // The wait is over: the right password is taken, and the count starts anew.
    assert_eq!(
        known
            .guess(0, "192.0.2.1", "jo@club.example", PASSWORD)
            .await
            .status,
        200
    );
    for _ in 0..5 {
        assert_eq!(
            known
                .guess(0, "192.0.2.1", "jo@club.example", WRONG)
                .await
                .status,
            401
        );
    }
    let sixth = known.guess(0, "192.0.2.1", "jo@club.example", WRONG).await;
    assert_eq!((sixth.status, sixth.retry_after), (429, Some(1)));
    assert!(sixth.is_code("too_many_attempts"), "{}", sixth.body);
}

/// From many addresses: twenty failures, then the same wait for everybody.
#[tokio::test]
async fn guessing_from_many_addresses_is_slowed_down() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    for email in ["jo@club.example", "nobody@club.example"] {
        let logins = Logins::new(&site, 3);
        let source = |number: usize| format!("198.51.100.{number}");
        for number in 100..119 {
            assert_eq!(
                logins
                    .guess(number, &source(number), email, WRONG)
                    .await
                    .status,
                401
            );
        }
        assert_eq!(
            logins.waits(email, source, 900).await,
            [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
        );
        logins.wait(24 * 60 * 60 * SECOND);
    }
    let logins = Logins::new(&site, 1);
    // The last failure came 1,023 s after noon.
    logins.wait(1100 * SECOND);
    assert_eq!(
        logins
            .guess(0, "203.0.113.1", "jo@club.example", PASSWORD)
            .await
            .status,
        429
    );
    logins.wait(24 * 60 * 60 * SECOND);
    assert_eq!(
        logins
            .guess(0, "203.0.113.1", "jo@club.example", PASSWORD)
            .await
            .status,
        200,
        "failures are forgotten after a day, whether or not the table has dropped them"
    );
}

/// A refusal while waiting says the same to everybody, byte for byte.
#[tokio::test]
async fn a_wait_tells_nothing() {
    let site = Site::start().await;
    site.add("active", Some(PASSWORD)).await;
    site.add("invited", None).await;
    let logins = Logins::new(&site, 1);
    let mut answers = Vec::new();
    for email in [
        "active@club.example",
        "invited@club.example",
        "nobody@club.example",
        "no address",
    ] {
        let mut seen = Vec::new();
        for _ in 0..7 {
            seen.push(logins.guess(0, "192.0.2.1", email, WRONG).await);
        }
        answers.push(seen);
    }
    assert_eq!(
        answers[0]
            .iter()
            .map(|answer| answer.status)
            .collect::<Vec<_>>(),
        [401, 401, 401, 401, 401, 429, 429]
    );
    for seen in &answers {
        assert_eq!(seen, &answers[0]);
    }
}

/// Case, outer space and the spelling of a source make no new bucket; a look-alike is another
/// account.
#[tokio::test]
async fn spellings_share_a_bucket() {
    let site = Site::start().await;
    site.add("user.i", Some(PASSWORD)).await;
    let logins = Logins::new(&site, 1);
    for (source, email) in [
        ("2001:db8:1:2:3::1", "User.I@club.example"),
        ("2001:db8:1:2:4::1", " user.i@club.example "),
        ("2001:db8:1:2::1", "USER.I@CLUB.EXAMPLE"),
        ("2001:db8:1:2::2", "user.i@club.example\n"),
        ("2001:0db8:0001:0002::3", "user.i@club.example"),
    ] {
        assert_eq!(
            logins.guess(0, source, email, WRONG).await.status,
            401,
            "{email:?}"
        );
    }
    assert_eq!(
        logins
            .guess(0, "2001:db8:1:2::9", "user.i@club.example", PASSWORD)
            .await
            .status,
        429
    );
    assert_eq!(
        logins
            .guess(0, "2001:db8:1:2::9", "ｕser.i@club.example", PASSWORD)
            .await
            .status,
        401
    );
    assert_eq!(
        logins
            .guess(0, "2001:db8:1:2::9", "user.ı@club.example", PASSWORD)
            .await
            .status,
        401
    );
    assert_eq!(
        logins
            .guess(0, "2001:db8:1:3::9", "user.i@club.example", PASSWORD)
            .await
            .status,
        200
    );
}

/// Whatever a client writes into headers, its guesses are counted in one place.
#[tokio::test]
async fn headers_don_t_move_the_source() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let logins = Logins::new(&site, 1);
    let mut statuses = BTreeMap::new();
    for number in 0..1000 {
        let address = format!("10.{}.{}.1", number / 256, number % 256);
        let headers = json!({
            "x-forwarded-for": address, "forwarded": format!("for={address}"), "x-real-ip": address,
            "cf-connecting-ip": address, "true-client-ip": address,
        });
        let answer = logins
            .guess_with(0, "192.0.2.1", "jo@club.example", WRONG, &headers)
            .await;
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(401, 5), (429, 995)]));
}

/// One address may fail a hundred times in a quarter of an hour, whatever it guesses at. What is
/// refused for it counts nowhere.
#[tokio::test]
async fn an_address_that_tries_many_accounts_has_to_wait() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let logins = Logins::new(&site, 4);
    // Ten at a time: each takes 19 MiB for its hash.
    for tens in 0..10 {
        let logins = &logins;
        let guesses = (0..10).map(|number| async move {
            let email = format!("member{tens}{number}@club.example");
            let answer = logins.guess(number, "192.0.2.1", &email, WRONG).await;
            assert_eq!(answer.status, 401, "{}", answer.body);
        });
        join_all(guesses).await;
    }
    for _ in 0..10 {
        let refused = logins
            .guess(0, "192.0.2.1", "jo@club.example", PASSWORD)
            .await;
        assert_eq!((refused.status, refused.retry_after), (429, Some(900)));
    }
    logins.wait(1500);
    let later = logins
        .guess(0, "192.0.2.1", "jo@club.example", PASSWORD)
        .await;
    assert_eq!(later.retry_after, Some(899), "attempts don't extend it");
    // The eleven refusals above were counted nowhere: from elsewhere there are five guesses still.
    for _ in 0..5 {
        assert_eq!(
            logins
                .guess(0, "192.0.2.9", "jo@club.example", WRONG)
                .await
                .status,
            401
        );
    }
    assert_eq!(
        logins
            .guess(0, "192.0.2.9", "jo@club.example", WRONG)
            .await
            .status,
        429
    );
    logins.wait(899 * SECOND);
    assert_eq!(
        logins
            .guess(0, "192.0.2.1", "jo@club.example", PASSWORD)
            .await
            .status,
        200
    );
}

/// A day ahead an account and an address are guessed at until both must wait. Then the clock is put
/// right: who waits as long as they are told, a quarter of an hour at most, gets in.
#[tokio::test]
async fn a_clock_that_goes_back_a_day_makes_no_wait_longer() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    site.add("ann", Some(PASSWORD)).await;
    let logins = Logins::new(&site, 1);
    logins.wait(24 * 60 * 60 * SECOND);
    let waits = logins.waits("jo@club.example", |_| "192.0.2.1".to_owned(), 900);
    assert_eq!(waits.await.last(), Some(&900));
    for number in 0..100 {
        let email = format!("nobody{number}@club.example");
        logins.guess(0, "192.0.2.2", &email, WRONG).await;
    }
    logins.now.store(NOON * SECOND, Ordering::Relaxed);
    for (source, email) in [
        ("192.0.2.1", "jo@club.example"),
        ("192.0.2.2", "ann@club.example"),
    ] {
        logins.guess(0, source, email, WRONG).await;
        let told = logins.guess(0, source, email, PASSWORD).await;
        let seconds = told.retry_after.unwrap_or_default();
        assert!(seconds <= 900, "{source} was told to wait for {seconds} s");
        logins.wait(seconds * SECOND);
        if seconds > 0 {
            let after = logins.guess(0, source, email, PASSWORD).await;
            assert_eq!(after.status, 200, "{source}: {}", after.body);
        } else {
            assert_eq!(told.status, 200, "{source}: {}", told.body);
        }
    }
}

/// A login costs three writes, and two where the last right one from there was at the same process; the first one of a member's
/// day notes the day as well. What is wrong is counted, whatever was right before.
#[tokio::test]
async fn a_login_costs_three_writes_and_the_next_one_two() {
    const COUNTED: &str = "PutItem";
    const SOURCE: &str = "UpdateItem";
    const FORGOTTEN: &str = "DeleteItem";
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let mut logins = Logins::new(&site, 2);
    let noted = Noted::of(&site.environment);
    logins.states[0].members = noted.stores.members.clone();
    let right = async |process, source| {
        let answer = logins.guess(process, source, "jo@club.example", PASSWORD);
        assert_eq!(answer.await.status, 200);
        noted.writes()
    };
    let of_the_day = [FORGOTTEN, COUNTED, SOURCE, SOURCE];
    assert_eq!(right(0, "192.0.2.1").await, of_the_day);
    assert_eq!(right(0, "192.0.2.1").await, [FORGOTTEN, COUNTED]);
    assert_eq!(right(0, "192.0.2.2").await, [FORGOTTEN, COUNTED, SOURCE]);
    assert_eq!(right(0, "192.0.2.2").await, [FORGOTTEN, COUNTED]);

    // A wrong guess uses up what was kept.
    let wrong = logins.guess(0, "192.0.2.1", "jo@club.example", WRONG);
    assert_eq!(wrong.await.status, 401);
    assert_eq!(noted.writes(), [COUNTED]);
    assert_eq!(
        right(0, "192.0.2.1").await,
        [FORGOTTEN, COUNTED, COUNTED, SOURCE]
    );

    // After a quarter of an hour nothing that was counted counts.
    logins.wait(900 * SECOND);
    assert_eq!(
        right(0, "192.0.2.2").await,
        [FORGOTTEN, COUNTED, SOURCE, SOURCE]
    );
}

/// However many processes keep right guesses, most of what an address may fail is left, and no right guess ever shuts it out.
#[tokio::test]
async fn right_guesses_at_many_processes_leave_room_for_failures() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let logins = Logins::new(&site, 120);
    for process in 0..120 {
        let right = logins.guess(process, "192.0.2.1", "jo@club.example", PASSWORD);
        assert_eq!(right.await.status, 200, "process {process}");
    }
    let mut failed = 0;
    loop {
        // At processes that keep nothing: those that do would count their own first.
        let email = format!("nobody{failed}@club.example");
        let wrong = logins.guess(119, "192.0.2.1", &email, WRONG).await;
        if wrong.status == 429 {
            break;
        }
        failed += 1;
    }
    assert_eq!(failed, 80);
    // And what is kept is guesses, too: never more than a hundred altogether.
    for process in 0..120 {
        let email = format!("nobody-at-{process}@club.example");
        let wrong = logins.guess(process, "192.0.2.1", &email, WRONG).await;
        failed += usize::from(wrong.status == 401);
    }
    assert_eq!(failed, 100);
}

/// A school shares one address: thirty members sign in while somebody guesses at the thirty-first.
#[tokio::test]
async fn thirty_members_sign_in_while_one_is_guessed_at() {
    let site = Site::start().await;
    for number in 0..=30 {
        site.add(&format!("member{number}"), Some(PASSWORD)).await;
    }
    let logins = Logins::new(&site, 4);
    let logins = &logins;
    let rightly = (0..30).map(|number| async move {
        let email = format!("member{number}@club.example");
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(
                logins
                    .guess(number, "192.0.2.1", &email, PASSWORD)
                    .await
                    .status,
            );
        }
        statuses
    });
    let wrongly = (0..60).map(|number| async move {
        logins
            .guess(number, "192.0.2.1", "member30@club.example", WRONG)
            .await
            .status
    });
    let (rightly, wrongly) = tokio::join!(join_all(rightly), join_all(wrongly));
    assert!(
        rightly.iter().flatten().all(|status| *status == 200),
        "{rightly:?}"
    );
    assert_eq!(wrongly.iter().filter(|status| **status == 401).count(), 5);
    assert_eq!(wrongly.iter().filter(|status| **status == 429).count(), 55);
}

/// Sixty-four guesses at once, over several processes, never verify more than what is left: from
/// one address what is left of five, from many of twenty. `THROTTLE_REPETITIONS=200` takes longer.
#[tokio::test]
async fn parallel_guesses_can_t_slip_through() {
    let repetitions =
        option_env!("THROTTLE_REPETITIONS").map_or(3, |number| number.parse().unwrap());
    let site = Site::start().await;
    for repetition in 0..repetitions {
        let logins = Logins::new(&site, 4);
        let logins = &logins;
        let spent = repetition % 5;
        for (free, shared) in [(5, true), (20, false)] {
            let email = format!("victim{repetition}{shared}@club.example");
            // A source of this repetition's own: a hundred failures would be too many.
            let source = |number: usize| {
                let host = if shared { 0 } else { number };
                format!("10.{}.{}.{host}", repetition, u8::from(shared))
            };
            for number in 0..spent {
                assert_eq!(
                    logins
                        .guess(number, &source(number), &email, WRONG)
                        .await
                        .status,
                    401
                );
            }
            let guesses = (0..64).map(|number| {
                let (email, source) = (&email, source(100 + number));
                async move { logins.guess(number, &source, email, WRONG).await.status }
            });
            let statuses = join_all(guesses).await;
            let verified = statuses.iter().filter(|status| **status == 401).count();
            assert_eq!(verified, free - spent, "{statuses:?}");
            assert_eq!(
                statuses.iter().filter(|status| **status == 429).count(),
                64 - verified
            );
        }
    }
}

/// The current password is guessed at by `set_password` as much as by `login`: one count for both.
#[tokio::test]
async fn the_current_password_is_guarded_too() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let change = async |current: &str| {
        let body = json!({"current_password": current, "password": "another sentence to remember"});
        let request = site
            .post("/api/set_password")
            .bearer_auth(&member.token)
            .json(&body);
        request.send().await.unwrap()
    };
    for _ in 0..3 {
        assert_error(change(WRONG).await, 401, "invalid_credentials").await;
    }
    for _ in 0..2 {
        assert_eq!(
            site.login(&member.email, WRONG).await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
    for password in [WRONG, PASSWORD] {
        let refused = change(password).await;
        assert_eq!(refused.headers()["retry-after"], "1");
        let message = assert_error(refused, 429, "too_many_attempts").await;
        assert_eq!(message, "Too many attempts. Please wait 1 s and try again.");
    }
}
