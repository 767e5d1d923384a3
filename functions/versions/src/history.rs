//! Where a document's versions lie: under its address and, of the time before it got that, under those that it had.

use blobs::layout::SourceKey;
use blobs::{After, Version};
use endpoint::Error;
use members::Address;

use crate::State;

/// A part of a document's history, newest first: what lies under one key, between two versions.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) key: String,
    /// The version that it begins with; `None`: with whatever is newest.
    pub(crate) newest: Option<String>,
    /// The version that it ends before; `None`: it goes down to the oldest.
    pub(crate) below: Option<String>,
    /// Whether its newest version was deleted.
    pub(crate) is_deleted: bool,
}

/// The parts of a document's history, the one under its own address first.
pub(crate) async fn sections(state: &State, source: &SourceKey) -> Result<Vec<Section>, Error> {
    let members = &state.bearer.members;
    let address = members.address(&source.member_id, &source.slug).await?;
    let own = Section {
        key: source.key(),
        newest: None,
        below: address.below().map(|left| left.version.clone()),
        is_deleted: false,
    };
    let mut sections = vec![own];
    if address != Address::default() {
        let former = members.segments(&source.member_id, &address).await?;
        sections.extend(former.into_iter().map(|segment| Section {
            key: SourceKey::new(&source.member_id, &segment.part.slug).key(),
            newest: Some(segment.part.version),
            below: segment.below.map(|left| left.version),
            is_deleted: segment.part.deleted,
        }));
    }
    Ok(sections)
}

impl Section {
    /// Whether the version `id`, which is under its key, is one of it.
    async fn holds(&self, state: &State, id: &str) -> Result<bool, Error> {
        let is_newest = self.newest.as_deref() == Some(id);
        if is_newest || (self.newest.is_none() && self.below.is_none()) {
            return Ok(true);
        }
        let mut after = self.newest.clone().map(|version| After {
            key: self.key.clone(),
            version: Some(version),
        });
        loop {
            let page = state
                .uploads
                .versions_page(&self.key, after.as_ref(), None)
                .await
                .map_err(Error::unavailable)?;
            for version in self.own(&page.versions) {
                if version.id.as_deref() == Some(id) {
                    return Ok(true);
                }
            }
            let is_over = self.is_over(&page.versions);
            match page.next.filter(|next| next.key == self.key && !is_over) {
                Some(next) => after = Some(next),
                None => return Ok(false),
            }
        }
    }

    /// Those of a listing that are its own: another program's key may begin with this one.
    pub(crate) fn own<'a>(&'a self, listed: &'a [Version]) -> impl Iterator<Item = &'a Version> {
        let own = listed.iter().filter(|it| it.key == self.key);
        own.take_while(|it| !self.ends_before(it))
    }

    /// Whether it ends within a listing.
    pub(crate) fn is_over(&self, listed: &[Version]) -> bool {
        listed.iter().any(|it| self.ends_before(it))
    }

    fn ends_before(&self, version: &Version) -> bool {
        self.below.is_some() && version.id == self.below
    }
}

/// The key under which the document's version `id` lies; `None` where it has none.
pub(crate) async fn key_of(
    state: &State,
    source: &SourceKey,
    id: &str,
) -> Result<Option<String>, Error> {
    let mut asked: Vec<(String, bool)> = Vec::new();
    for section in sections(state, source).await? {
        let known = asked.iter().find(|(key, _)| *key == section.key);
        let is_under = if let Some((_, is_under)) = known {
            *is_under
        } else {
            let head = state.uploads.head_version(&section.key, id).await;
            let is_under = head.map_err(Error::unavailable)?.is_some();
            asked.push((section.key.clone(), is_under));
            is_under
        };
        if is_under && section.holds(state, id).await? {
            return Ok(Some(section.key));
        }
    }
    Ok(None)
}
