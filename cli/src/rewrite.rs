//! `masthead rewrite`: conversion again, after an upgrade of the converter or to repair.

use anyhow::{Context as _, anyhow};
use blobs::Blobs;
use blobs::layout::{LaterKey, SourceKey};
use clap::Args;
use endpoint::configuration;
use serde::Deserialize;

use crate::aws::Aws;
use crate::outcome::{Failure, Outcome, block_on};
use crate::output::say;
use crate::target::Target;

/// Messages that SQS takes at once.
const BATCH: u16 = 10;

#[derive(Debug, Args)]
pub(crate) struct Rewrite {
    /// Every README of every member.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Queued {
    queued: usize,
}

impl Rewrite {
    pub(crate) fn run(self) -> Outcome {
        if !self.all {
            return Err(Failure::WrongCall(anyhow!("say which READMEs: --all")));
        }
        block_on(async {
            let queued = match self.target.aws().await? {
                Some(aws) => queue_in_aws(&aws).await?,
                None => queue_locally(self.target.port).await?,
            };
            say!("{queued} READMEs are queued for conversion.");
            Ok(())
        })
    }
}

async fn queue_locally(port: u16) -> anyhow::Result<usize> {
    let url = format!("http://127.0.0.1:{port}{}", local::REWRITE_PATH);
    let request = reqwest::Client::new()
        .post(url)
        .header(local::LOCAL_HEADER, "1");
    let answer = request.send().await.map_err(|_| {
        anyhow!("no local stack answers on port {port}; start it with `masthead dev`")
    })?;
    let queued: Queued = answer.error_for_status()?.json().await?;
    Ok(queued.queued)
}

/// Has READMEs converted again, whose keys are `keys`; on this machine all of them, which takes no longer
/// than to say which.
pub(crate) async fn again(target: &Target, keys: &[String]) -> anyhow::Result<()> {
    match target.aws().await? {
        Some(aws) => {
            let environment = aws.environment().await?;
            let uploads = environment.required("UPLOADS_BUCKET")?;
            for keys in keys.chunks(usize::from(BATCH)) {
                send(&aws, uploads, keys).await?;
            }
            Ok(())
        }
        None => queue_locally(target.port).await.map(|_| ()),
    }
}

/// Sends for each source the message by which a look is asked for when there is time, to the queue of what can wait, and has what is published compared with what is
/// kept of it.
async fn queue_in_aws(aws: &Aws) -> anyhow::Result<usize> {
    let environment = aws.environment().await?;
    let config = endpoint::aws::config(&environment, endpoint::aws::ENDPOINT_S3)?;
    let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);

    let (mut queued, mut cursor) = (0, None);
    loop {
        let page = uploads
            .list(SourceKey::all(), cursor.as_deref(), BATCH)
            .await?;
        let keys: Vec<String> = page.entries.into_iter().map(|source| source.key).collect();
        if !keys.is_empty() {
            let sent = send(aws, uploads.bucket(), &keys).await;
            sent.with_context(|| format!("{queued} READMEs are queued; say it again"))?;
            queued += keys.len();
        }
        match page.cursor {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    // The runs of the schedule do it, which know how the site is set up.
    manifest::begin_anew(&configuration::members(&environment)?).await?;
    Ok(queued)
}

/// Sends the messages of one batch. Each is as one that was asked for when there is time, so that a request whose message was
/// lost is dealt with, too, and keeps nobody from asking any more.
async fn send(aws: &Aws, bucket: &str, keys: &[String]) -> anyhow::Result<()> {
    let messages = keys.iter().map(|key| {
        let asked = SourceKey::parse(key).map(|source| LaterKey(source).key());
        local::s3_event(bucket, asked.as_ref().unwrap_or(key)).to_string()
    });
    aws.queue_later(&messages.collect::<Vec<_>>()).await
}
