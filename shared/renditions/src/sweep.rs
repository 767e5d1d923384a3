//! The sweep: renditions that no profile, no file and no report names any more are erased.

use std::collections::BTreeSet;

use blobs::layout::{self, handle_of_rendition, upload_of};
use members::{Account, FileState, Picture};

use crate::Shelf;

/// Renditions younger than this may be those of an upload that hasn't pointed anything at them yet, in
/// seconds; no function runs as long.
const GRACE_SECONDS: u64 = 60 * 60;

/// What came of keys that READMEs let go of: nothing names them any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetGo {
    /// What was erased just now of their uploads.
    pub erased: Vec<String>,
    /// Those of the keys that weren't there any more.
    pub erased_before: Vec<String>,
}

/// What renditions are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Profile,
    Files,
}

impl Of {
    fn prefix(self, handle: &str) -> String {
        match self {
            Self::Profile => layout::pictures_prefix(handle),
            Self::Files => layout::files_prefix(handle),
        }
    }

    fn has(self, key: &str) -> bool {
        key.starts_with(match self {
            Self::Profile => layout::all_pictures(),
            Self::Files => layout::all_files(),
        })
    }
}

impl Shelf<'_> {
    /// Deletes the member's renditions that nothing points at: those of `replaced`, which the profile
    /// was pointed away from, and those that an upload left behind which was cut short. What a report
    /// names stays, until its README is converted again. Running it again, or twice at once, changes
    /// nothing more.
    pub async fn sweep(self, account: &Account, replaced: &Picture) -> anyhow::Result<()> {
        let replaced: Vec<String> = replaced.0.values().cloned().collect();
        self.erase_unnamed(Of::Profile, account, None, &replaced)
            .await?;
        Ok(())
    }

    /// As [`Shelf::sweep`], of the member's files.
    pub async fn sweep_files(self, account: &Account, replaced: &[String]) -> anyhow::Result<()> {
        self.erase_unnamed(Of::Files, account, None, replaced)
            .await?;
        Ok(())
    }

    /// As [`Shelf::sweep`], for `keys` that READMEs let go of: the report of `slug` may still name
    /// them, since a report that forgot them first would forget them for good if the sweep were cut
    /// short.
    pub async fn let_go(
        self,
        account: &Account,
        slug: Option<&str>,
        keys: &[String],
    ) -> anyhow::Result<LetGo> {
        let mut all = LetGo::default();
        for of in [Of::Profile, Of::Files] {
            let of_it = keys.iter().filter(|key| of.has(key));
            let of_it: Vec<String> = of_it.cloned().collect();
            if !of_it.is_empty() {
                let mut let_go = self.erase_unnamed(of, account, slug, &of_it).await?;
                all.erased.append(&mut let_go.erased);
                all.erased_before.append(&mut let_go.erased_before);
            }
        }
        Ok(all)
    }

    async fn erase_unnamed(
        self,
        of: Of,
        account: &Account,
        slug: Option<&str>,
        keys: &[String],
    ) -> anyhow::Result<LetGo> {
        // `account` may be that of before the member was renamed, and `keys` of after it.
        let of_keys = keys.iter().filter_map(|key| handle_of_rendition(key));
        let handles: BTreeSet<&str> = of_keys
            .chain(account.handles().map(String::as_str))
            .collect();
        let mut listed = Vec::new();
        for handle in handles {
            listed.append(&mut self.content.list_all(&of.prefix(handle)).await?);
        }
        // Read after the listing: what is listed, old and not named now never will be. And the
        // reports after the account and the files: whoever names a rendition in a report looks at these
        // then. By the id, since the address may be another one by now.
        let current = self.members.by_id(&account.id).await?;
        let live: Vec<String> = match of {
            Of::Profile => {
                let picture = current.as_ref().and_then(|now| now.picture.clone());
                picture.unwrap_or_default().0.into_values().collect()
            }
            Of::Files => {
                let files = self.members.files(&account.id, "").await?;
                let there = files
                    .into_iter()
                    .filter(|file| file.state != FileState::Gone);
                there.flat_map(|file| file.renditions).collect()
            }
        };
        // Under a former handle nothing comes to be named any more. Of a member who is gone the handle may be
        // somebody else's.
        let is_left = |key: &str| {
            let under = handle_of_rendition(key);
            let now = current.as_ref();
            now.is_some_and(|now| under.is_some_and(|handle| handle != now.handle))
        };
        let reports = self.members.summaries(&account.id, None).await?;
        let mut named: BTreeSet<&str> = live.iter().map(|key| of.named(key)).collect();
        for report in &reports {
            let lets_go = |key: &&String| slug == Some(report.slug.as_str()) && keys.contains(key);
            let shown = report.pictures.iter().filter(|key| !lets_go(key));
            named.extend(shown.map(|key| of.named(key)));
        }
        let given: BTreeSet<&str> = keys.iter().map(|key| of.named(key)).collect();
        let unused = listed.into_iter().filter(|entry| {
            let is_old = current.is_some()
                && entry.last_modified.saturating_add(GRACE_SECONDS) < self.now_ms / 1000;
            let name = of.named(&entry.key);
            !named.contains(name) && (is_old || is_left(&entry.key) || given.contains(name))
        });
        let unused: Vec<String> = unused.map(|entry| entry.key).collect();
        let is_given = |key: &&String| given.contains(of.named(key));
        let is_gone = |key: &&String| !named.contains(of.named(key)) && !unused.contains(*key);
        let let_go = LetGo {
            erased: unused.iter().filter(is_given).cloned().collect(),
            erased_before: keys.iter().filter(is_gone).cloned().collect(),
        };
        // With every version, and without a delete marker: a picture that was taken away is no matter of
        // backups, and nothing is to come after a removal of the member.
        for key in unused {
            self.content.erase_object(&key).await?;
        }
        Ok(let_go)
    }
}

impl Of {
    /// By what a rendition stays or goes. A document names one of a file's, and those of other sizes are
    /// shown by what its readers' screens need; of a profile picture it shows the one that it names.
    fn named(self, key: &str) -> &str {
        match self {
            Self::Profile => key,
            Self::Files => upload_of(key),
        }
    }
}
