//! Members are told that a document of theirs is on the site for the first time.

use blobs::Blobs;
use blobs::layout::SourceKey;
use endpoint::{Environment, aws, configuration};
use mail::{Letter, Outbox};
use members::Members;

/// What it takes to tell a member.
#[derive(Debug)]
pub struct Telling {
    outbox: Outbox,
    /// What the address of every page of the site begins with.
    pages: String,
}

impl Telling {
    /// `None` where the site sends no letters, or nobody said where its pages are.
    pub(crate) fn from_env(environment: &Environment) -> anyhow::Result<Option<Self>> {
        let sends = configuration::mail_from(environment)?.is_some();
        let Some(site) = environment.optional("SITE_URL").filter(|_| sends) else {
            return Ok(None);
        };
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);
        Ok(Some(Self {
            outbox: Outbox::new(uploads, sends),
            pages: format!(
                "{}{}",
                site.trim_end_matches('/'),
                configuration::link_base(environment)
            ),
        }))
    }

    /// Tells the member of `handle` of those documents that they weren't told of before. Whatever fails is logged and no error:
    /// the build has read what it has read.
    pub(crate) async fn tell<'a>(
        &self,
        members: &Members,
        handle: &str,
        slugs: impl Iterator<Item = &'a str>,
    ) {
        for slug in slugs {
            if let Err(error) = self.tell_of(members, handle, slug).await {
                tracing::warn!(
                    handle,
                    slug,
                    cause = format!("{error:#}"),
                    "could not tell a member that a document is on the site"
                );
            }
        }
    }

    async fn tell_of(&self, members: &Members, handle: &str, slug: &str) -> anyhow::Result<()> {
        let Some(member) = members.by_handle(handle).await? else {
            return Ok(());
        };
        // Once for each address, whatever is taken back and published again.
        if !members.note_told(&member.id, slug).await? {
            return Ok(());
        }
        let entry = SourceKey::new(&member.id, slug).entry_id(&member.handle);
        let letter = Letter::PageUp {
            member: member.id,
            slug: slug.to_owned(),
            url: format!("{}{entry}/", self.pages),
        };
        self.outbox.put(&letter).await?;
        Ok(())
    }
}
