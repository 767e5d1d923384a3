//! `pictures GOOD OTHERS`: every picture of a folder, thousands of damaged copies of them, and files of
//! another folder that may be anything, through `upload_profile_pic` and `picture::for_documents` in this
//! process (hardening cases D1 and D2). For `tests/pictures/run`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, anyhow, ensure};
use base64ct::{Base64, Encoding as _};
use endpoint::{Environment, configuration};
use local::Options;
use members::{Created, Email, Members, NewMember, Role};
use serde_json::{Value, json};
use uuid::Uuid;

/// Damaged copies of each picture: cut short, and with changed bits.
const TRUNCATIONS: usize = 20;
const FLIPS: usize = 40;
/// Most bits that are changed in one copy.
const MOST_BITS: u64 = 8;
const LEAST_DAMAGED: usize = 3000;
/// Of what may be anything.
const LEAST_OTHERS: usize = 500;
/// Of the same; larger ones say little more, and take their time.
const MAX_OTHER_BYTES: usize = 16 * 1024;
const MAX_SECONDS: f64 = 1.0;
const MAX_MEBIBYTES: f64 = 128.0;
/// The same once all were made for documents as well, whose three sizes and frames take more than a profile's squares.
const MAX_SHOWN_MEBIBYTES: f64 = 192.0;
/// Clock ticks per second in `/proc`.
const TICKS_PER_SECOND: f64 = 100.0;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let folders: Vec<_> = std::env::args().skip(1).collect();
    let [good, others] = folders.as_slice() else {
        anyhow::bail!("usage: pictures GOOD OTHERS");
    };
    let (seeds, others) = (files(good)?, files(others)?);

    let stack = local::start(Options {
        port: 0,
        ..Options::default()
    })
    .await?;
    let environment: Environment = stack.environment().into_iter().collect();
    let function = Function::new(&environment).await?;
    let mut tally = Tally::default();
    let mut random = Random(20_110);
    for path in &seeds {
        let whole = std::fs::read(path)?;
        let status = function.upload(&whole, &mut tally, path).await?;
        ensure!(status == 200, "{}: {status}", path.display());
        for damaged in damaged_copies(&whole, &mut random) {
            function.upload(&damaged, &mut tally, path).await?;
        }
    }
    let damaged = tally.taken + tally.refused - seeds.len();
    let mut foreign = Tally::default();
    for path in &others {
        let whole = std::fs::read(path)?;
        if whole.len() <= MAX_OTHER_BYTES {
            function.upload(&whole, &mut foreign, path).await?;
        }
    }
    println!(
        "{} files of every format: {} taken, {} refused; the slowest {:.0} ms",
        foreign.taken + foreign.refused,
        foreign.taken,
        foreign.refused,
        foreign.slowest * 1000.0,
    );
    tally.slowest = tally.slowest.max(foreign.slowest);
    let memory = peak_mebibytes()?;
    println!(
        "{} pictures and {damaged} damaged ones: {} taken, {} refused; the slowest {:.0} ms, memory {memory:.0} MiB",
        seeds.len(),
        tally.taken,
        tally.refused,
        tally.slowest * 1000.0,
    );
    ensure!(memory < MAX_MEBIBYTES, "too much memory");

    // Afterwards, so that what they take is not taken for a profile's.
    let mut shown = Tally::default();
    let mut random = Random(20_110);
    for path in &seeds {
        let whole = std::fs::read(path)?;
        show(&whole, &mut shown).with_context(|| path.display().to_string())?;
        for damaged in damaged_copies(&whole, &mut random) {
            // Refused or not.
            let _: anyhow::Result<()> = show(&damaged, &mut shown);
        }
    }
    for path in &others {
        let whole = std::fs::read(path)?;
        if whole.len() <= MAX_OTHER_BYTES {
            let _: anyhow::Result<()> = show(&whole, &mut shown);
        }
    }
    let shown_memory = peak_mebibytes()?;
    println!(
        "all of them for documents: {} taken, {} refused; the slowest {:.0} ms, memory {shown_memory:.0} MiB",
        shown.taken,
        shown.refused,
        shown.slowest * 1000.0,
    );
    ensure!(damaged >= LEAST_DAMAGED, "too few damaged pictures");
    ensure!(
        foreign.taken + foreign.refused >= LEAST_OTHERS,
        "too few files of other formats"
    );
    ensure!(
        tally.slowest.max(shown.slowest) < MAX_SECONDS,
        "a picture took too long"
    );
    ensure!(shown_memory < MAX_SHOWN_MEBIBYTES, "too much memory");
    stack.shutdown().await;
    Ok(())
}

/// The files of a folder, by name.
fn files(folder: &str) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<anyhow::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

#[derive(Default)]
struct Tally {
    taken: usize,
    refused: usize,
    /// Seconds of processor time.
    slowest: f64,
}

/// The same file as a document's picture.
fn show(file: &[u8], tally: &mut Tally) -> anyhow::Result<()> {
    let (started, before) = (Instant::now(), processor_seconds()?);
    let drawn = picture::for_documents(file);
    let processor = processor_seconds()? - before;
    tally.slowest = tally
        .slowest
        .max(processor.min(started.elapsed().as_secs_f64()));
    match drawn {
        Ok(_) => tally.taken += 1,
        Err(_) => tally.refused += 1,
    }
    drawn?;
    Ok(())
}

/// `upload_profile_pic`, with a member's token.
struct Function {
    state: upload_profile_pic::State,
    token: String,
}

impl Function {
    async fn new(environment: &Environment) -> anyhow::Result<Self> {
        let members: Members = configuration::members(environment)?;
        let id = Uuid::now_v7().to_string();
        let member = NewMember {
            id: id.clone(),
            email: Email::parse("jo@club.example")?,
            name: "Jo".to_owned(),
            handle: "jo".to_owned(),
            password_hash: None,
            role: Role::Member,
            created_at: 0,
        };
        ensure!(members.create(member).await? == Created::Created);
        let state = upload_profile_pic::State::from_env(environment)?;
        let now = state.bearer.clock.unix_seconds();
        let token = state
            .bearer
            .tokens
            .issue(&id, 1, now, rand::random())
            .await
            .map_err(|error| anyhow!("no token: {error}"))?;
        Ok(Self { state, token })
    }

    async fn upload(&self, file: &[u8], tally: &mut Tally, path: &Path) -> anyhow::Result<i64> {
        let event = self.event(file);
        let (started, before) = (Instant::now(), processor_seconds()?);
        let answer = endpoint::invoke(&self.state.origins, event, "test", |request| {
            upload_profile_pic::handler(&self.state, request)
        })
        .await;
        // Whichever is less: another process may have had the processor.
        let processor = processor_seconds()? - before;
        tally.slowest = tally
            .slowest
            .max(processor.min(started.elapsed().as_secs_f64()));
        match answer.status_code {
            200 => tally.taken += 1,
            422 => tally.refused += 1,
            status => anyhow::bail!("{}: {status} {:?}", path.display(), answer.body),
        }
        Ok(answer.status_code)
    }

    fn event(&self, file: &[u8]) -> Value {
        let head =
            b"--b\r\nContent-Disposition: form-data; name=\"profile_pic\"; filename=\"a\"\r\n\r\n";
        let body = [head.as_slice(), file, b"\r\n--b--\r\n"].concat();
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/api/upload_profile_pic", "rawQueryString": "",
            "headers": {"content-type": "multipart/form-data; boundary=b", "authorization": format!("Bearer {}", self.token)},
            "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
                "http": {"method": "POST", "path": "/api/upload_profile_pic", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
            "body": Base64::encode_string(&body), "isBase64Encoded": true
        })
    }
}

fn damaged_copies(whole: &[u8], random: &mut Random) -> Vec<Vec<u8>> {
    let mut copies = Vec::with_capacity(TRUNCATIONS + FLIPS);
    for part in 0..TRUNCATIONS {
        // Half of them in the headers, where most is decided.
        let end = if part % 2 == 0 {
            whole.len() * part / TRUNCATIONS
        } else {
            random.below(whole.len().min(200))
        };
        copies.push(whole.iter().copied().take(end.max(1)).collect());
    }
    for flip in 0..FLIPS {
        let mut copy = whole.to_vec();
        let reach = if flip % 2 == 0 {
            copy.len()
        } else {
            copy.len().min(200)
        };
        for _ in 0..=random.next() % MOST_BITS {
            let at = random.below(reach);
            if let Some(byte) = copy.get_mut(at) {
                *byte ^= 1 << (random.next() % 8);
            }
        }
        copies.push(copy);
    }
    copies
}

/// `SplitMix64` (Steele, Lea and Flood, 2014): the same damage in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 32).unwrap_or_default() % end.max(1)
    }
}

/// User and system time of this process so far (proc(5), `stat`, fields 14 and 15).
fn processor_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = stat.rsplit_once(") ").context("no name in stat")?;
    let ticks = after_name.split(' ').skip(11).take(2);
    let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}

/// The most memory that this process had at any time (proc(5), `VmHWM`).
fn peak_mebibytes() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kibibytes.context("no VmHWM in status")?.parse::<f64>()? / 1024.0)
}
