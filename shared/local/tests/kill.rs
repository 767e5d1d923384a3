//! A stack in a process of its own is killed again and again while clients write to it: what was
//! acknowledged is there after the next start, and an `ETag` is always that of its own bytes.
//!
//! The program runs itself as the process that is killed.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use endpoint::{Environment, aws};
use local::{Options, start};
use s3s::crypto::{Checksum, Md5};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

const ROUNDS: u64 = 4;
const WRITERS: u64 = 8;
/// Each writer's own keys.
const KEYS: u64 = 3;
const BUCKETS: [&str; 2] = ["masthead-uploads", "masthead-content"];
/// Ends the list of variables that the process prints.
const READY: &str = "READY";

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
/// The last write to an object that was acknowledged.
type Acknowledged = Arc<Mutex<BTreeMap<(String, String), u64>>>;

#[tokio::main]
async fn main() -> Result {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("serve") {
        return serve(arguments.next().ok_or("a folder")?.into()).await;
    }
    let folder = tempfile::tempdir()?;
    let acknowledged = Acknowledged::default();
    for round in 1..=ROUNDS {
        let (mut process, client) = spawn(folder.path()).await?;
        verify(&client, &acknowledged).await?;
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            writers.spawn(write(
                client.clone(),
                round,
                writer,
                Arc::clone(&acknowledged),
            ));
        }
        tokio::time::sleep(Duration::from_millis(150 + 70 * round)).await;
        process.kill().await?;
        writers.join_all().await;
    }
    let (mut process, client) = spawn(folder.path()).await?;
    verify(&client, &acknowledged).await?;
    process.kill().await?;

    let written = acknowledged.lock().map_err(|_| "poisoned")?.len();
    let options = options(folder.path().to_owned());
    let stack = start(options).await?;
    let uploads = written / BUCKETS.len();
    if stack.queued().await? < uploads {
        return Err(format!(
            "{} messages wait for {uploads} uploads",
            stack.queued().await?
        )
        .into());
    }
    stack.shutdown().await;
    println!("{written} objects outlived {} kills", ROUNDS + 1);
    Ok(())
}

fn options(folder: PathBuf) -> Options {
    Options {
        port: 0,
        data: Some(folder),
        backends_only: true,
        ..Options::default()
    }
}

/// The process that is killed.
async fn serve(folder: PathBuf) -> Result {
    let stack = start(options(folder)).await?;
    for (name, value) in stack.environment() {
        println!("{name}={value}");
    }
    println!("{READY}");
    std::future::pending().await
}

async fn spawn(folder: &Path) -> Result<(Child, Client)> {
    let mut process = Command::new(std::env::current_exe()?)
        .arg("serve")
        .arg(folder)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(process.stdout.take().ok_or("no stdout")?).lines();
    let mut pairs = Vec::new();
    while let Some(line) = lines.next_line().await? {
        if line == READY {
            let environment: Environment = pairs.into_iter().collect();
            let config = aws::config(&environment, aws::ENDPOINT_S3)?;
            let config = Builder::from(&config).force_path_style(true).build();
            return Ok((process, Client::from_conf(config)));
        }
        let (name, value) = line
            .split_once('=')
            .ok_or_else(|| format!("not a pair: {line}"))?;
        pairs.push((name.to_owned(), value.to_owned()));
    }
    Err("the process ended before it was ready".into())
}

/// What the write `number` to `key` puts: longer than one packet, so that a kill can cut it.
fn body(key: &str, number: u64) -> Vec<u8> {
    format!("{key} {number} ").repeat(20_000).into_bytes()
}

/// The number of the write that put `body`.
fn number(body: &[u8]) -> Option<u64> {
    str::from_utf8(body).ok()?.split(' ').nth(1)?.parse().ok()
}

/// Writes until the process is gone.
async fn write(client: Client, round: u64, writer: u64, acknowledged: Acknowledged) {
    for step in 0.. {
        let number = round * 1_000_000 + step;
        let key = format!("{writer}/{}", step % KEYS);
        for bucket in BUCKETS {
            let put = client
                .put_object()
                .bucket(bucket)
                .key(&key)
                .body(ByteStream::from(body(&key, number)));
            if put.send().await.is_err() {
                return;
            }
            if let Ok(mut acknowledged) = acknowledged.lock() {
                acknowledged.insert((bucket.to_owned(), key.clone()), number);
            }
        }
    }
}

/// Checks every object: whole, with its own `ETag`, and no older than what was acknowledged.
async fn verify(client: &Client, acknowledged: &Acknowledged) -> Result {
    let expected = acknowledged.lock().map_err(|_| "poisoned")?.clone();
    for ((bucket, key), at_least) in expected {
        let got = client.get_object().bucket(&bucket).key(&key).send().await?;
        let etag = got.e_tag.clone().unwrap_or_default();
        let bytes = got.body.collect().await?.to_vec();
        let found =
            number(&bytes).ok_or_else(|| format!("{bucket}/{key} is not one of our bodies"))?;
        let own = format!(
            "\"{}\"",
            base16ct::lower::encode_string(&Md5::checksum(&bytes))
        );
        if found < at_least || bytes != body(&key, found) || etag != own {
            return Err(format!(
                "{bucket}/{key}: wrote {at_least}, found {found}, ETag {etag} of {own}"
            )
            .into());
        }
    }
    Ok(())
}
