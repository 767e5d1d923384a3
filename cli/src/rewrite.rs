//! `masthead rewrite`: conversion again, after an upgrade of the converter or to repair.

use anyhow::{Context as _, anyhow, ensure};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use blobs::Blobs;
use blobs::layout::SourceKey;
use clap::Args;
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

/// Sends for each source the message that S3 sends for an upload.
async fn queue_in_aws(aws: &Aws) -> anyhow::Result<usize> {
    let environment = aws.environment().await?;
    let config = endpoint::aws::config(&environment, endpoint::aws::ENDPOINT_S3)?;
    let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);
    let queue = aws.output("UploadsQueue")?;
    let sqs = aws_sdk_sqs::Client::new(&aws.config);

    let (mut queued, mut cursor) = (0, None);
    loop {
        let page = uploads
            .list(SourceKey::all(), cursor.as_deref(), BATCH)
            .await?;
        let entries: Vec<_> = page
            .entries
            .iter()
            .enumerate()
            .map(|(number, source)| {
                SendMessageBatchRequestEntry::builder()
                    .id(number.to_string())
                    .message_body(local::s3_event(uploads.bucket(), &source.key).to_string())
                    .build()
            })
            .collect::<Result<_, _>>()?;
        if !entries.is_empty() {
            let count = entries.len();
            let sent = sqs
                .send_message_batch()
                .queue_url(queue)
                .set_entries(Some(entries))
                .send()
                .await
                .with_context(|| format!("{queued} READMEs are queued, the others are not"))?;
            ensure!(
                sent.failed().is_empty(),
                "{queued} READMEs are queued, of the next {count} {} are not; say it again",
                sent.failed().len()
            );
            queued += count;
        }
        match page.cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(queued),
        }
    }
}
