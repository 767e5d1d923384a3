//! The time of a refused login, and of the answer to who forgot the password, over interleaved pairs: see `run` beside this
//! file.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use auth::password::{self, Password};
use endpoint::{Environment, configuration};
use local::Options;
use members::{Email, Members, NewMember, Role};
use serde_json::{Value, json};
use uuid::Uuid;

/// Between these the statistic of two equal distributions lies by far most of the time.
const ALLOWED: std::ops::RangeInclusive<f64> = 0.47..=0.53;
/// Pairs that warm up caches and connections, and count for nothing.
const WARM_UP: usize = 30;
const PASSWORD: &str = "four words of nonsense";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let pairs: usize = std::env::args()
        .nth(1)
        .context("how many pairs?")?
        .parse()?;
    ensure!(pairs >= 100, "fewer than 100 pairs say nothing");
    let stack = local::start(Options {
        port: 0,
        ..Options::default()
    })
    .await?;
    let environment: Environment = stack.environment().into_iter().collect();
    let members = configuration::members(&environment)?;
    let state = login::State::from_env(&environment)?;
    let forgot = forgot_password::State::from_env(&environment)?;
    let hash = password::hash(&Password::new(PASSWORD), rand::random())?;

    // Each guess has an account of its own: the sixth at one would have to wait.
    let mut failed = false;
    for other in ["unknown", "disabled", "invited", "of a damaged hash"] {
        let (mut known, mut others) = (Vec::new(), Vec::new());
        for pair in 0..WARM_UP + pairs {
            let (one, two) = (format!("member{pair}"), format!("beside{pair}"));
            add(&members, &one, "active", &hash).await?;
            add(&members, &two, other, &hash).await?;
            // Which of the two comes first is left to chance: by turns, one of them may always meet
            // the same thread and the same core, and a core may be the slower one for minutes.
            let known_first: bool = rand::random();
            for is_known in [known_first, !known_first] {
                let name = if is_known { &one } else { &two };
                let source = format!("10.{}.{}.{}", pair / 250, pair % 250, u8::from(is_known));
                let elapsed = refused(&state, name, &source).await?;
                if pair >= WARM_UP {
                    let times = if is_known { &mut known } else { &mut others };
                    times.push(elapsed);
                }
            }
            remove(&members, &one).await?;
            remove(&members, &two).await?;
        }
        failed |= tells(
            &format!("a login, a member against one {other}"),
            &mut known,
            &mut others,
        );
    }
    for other in ["unknown", "disabled", "invited"] {
        let (mut known, mut others) = (Vec::new(), Vec::new());
        for pair in 0..WARM_UP + pairs {
            let (one, two) = (format!("asked{pair}-{other}"), format!("too{pair}-{other}"));
            add(&members, &one, "active", &hash).await?;
            add(&members, &two, other, &hash).await?;
            let known_first: bool = rand::random();
            for is_known in [known_first, !known_first] {
                let name = if is_known { &one } else { &two };
                let source = format!("10.{}.{}.{}", pair / 250, pair % 250, u8::from(is_known));
                let elapsed = asked(&forgot, name, &source).await?;
                if pair >= WARM_UP {
                    let times = if is_known { &mut known } else { &mut others };
                    times.push(elapsed);
                }
            }
            // What it set off ends before the next pair is measured.
            while stack.queued().await? > 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            remove(&members, &one).await?;
            remove(&members, &two).await?;
        }
        failed |= tells(
            &format!("who forgot, a member against one {other}"),
            &mut known,
            &mut others,
        );
    }
    stack.shutdown().await;
    ensure!(!failed, "the time of an answer tells who is a member");
    Ok(())
}

/// Prints how two kinds compare, and answers whether the time tells them apart.
fn tells(what: &str, known: &mut [Duration], others: &mut [Duration]) -> bool {
    let auc = auc(known, others);
    let is_told = !ALLOWED.contains(&auc);
    let verdict = if is_told { "TELLS" } else { "ok" };
    println!(
        "{verdict:5}  AUC {auc:.4}  {what}: {} pairs, medians {:.2} ms and {:.2} ms",
        known.len(),
        median(known),
        median(others)
    );
    is_told
}

fn address(name: &str) -> anyhow::Result<Email> {
    Ok(Email::parse(&format!("{name}@club.example"))?)
}

async fn add(members: &Members, name: &str, kind: &str, hash: &str) -> anyhow::Result<()> {
    if kind == "unknown" {
        return Ok(());
    }
    let hash = match kind {
        "invited" => None,
        "of a damaged hash" => Some("$argon2id$v=19$gibberish".to_owned()),
        _ => Some(hash.to_owned()),
    };
    let member = NewMember {
        id: Uuid::now_v7().to_string(),
        email: address(name)?,
        name: name.to_owned(),
        handle: name.to_owned(),
        password_hash: hash,
        role: Role::Member,
        created_at: 0,
    };
    members.create(member).await?;
    if kind == "disabled" {
        let account = members
            .by_email(&address(name)?)
            .await?
            .context("just made")?;
        members.set_disabled(&account, true).await?;
    }
    Ok(())
}

async fn remove(members: &Members, name: &str) -> anyhow::Result<()> {
    if let Some(account) = members.by_email(&address(name)?).await? {
        members.remove(&account).await?;
    } else {
        members
            .forget_guesses(&members::Target::new(&format!("{name}@club.example")))
            .await?;
    }
    Ok(())
}

/// The time that `login` takes to refuse a wrong password.
async fn refused(state: &login::State, name: &str, source: &str) -> anyhow::Result<Duration> {
    let body = json!({ "email": format!("{name}@club.example"), "password": "a wrong password" });
    let event = event("/api/login", source, &body);
    let started = Instant::now();
    let answer = endpoint::invoke(&state.origins, event, "timing", |request| {
        login::handler(state, request)
    })
    .await;
    let elapsed = started.elapsed();
    ensure!(
        answer.status_code == 401,
        "{} for {name}",
        answer.status_code
    );
    Ok(elapsed)
}

/// The time that `forgot_password` takes to answer.
async fn asked(
    state: &forgot_password::State,
    name: &str,
    source: &str,
) -> anyhow::Result<Duration> {
    let body = json!({ "email": format!("{name}@club.example") });
    let event = event("/api/forgot_password", source, &body);
    let started = Instant::now();
    let answer = endpoint::invoke(&state.origins, event, "timing", |request| {
        forgot_password::handler(state, request)
    })
    .await;
    let elapsed = started.elapsed();
    ensure!(
        answer.status_code == 202,
        "{} for {name}",
        answer.status_code
    );
    Ok(elapsed)
}

fn event(path: &str, source: &str, body: &Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": source, "userAgent": "t"}},
        "body": body.to_string(), "isBase64Encoded": false
    })
}

/// The chance that a time of `one` is longer than a time of `other` (Mann and Whitney's U, divided
/// by the number of pairs); a tie is half a chance.
fn auc(one: &[Duration], other: &[Duration]) -> f64 {
    let mut sorted = other.to_vec();
    sorted.sort_unstable();
    let halves: usize = one
        .iter()
        .map(|time| {
            let shorter = sorted.partition_point(|other| other < time);
            let not_longer = sorted.partition_point(|other| other <= time);
            shorter + not_longer
        })
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let chance = halves as f64 / (2 * one.len() * other.len()) as f64;
    chance
}

/// In milliseconds.
fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times
        .get(times.len() / 2)
        .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
