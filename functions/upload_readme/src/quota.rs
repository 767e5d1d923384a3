//! The member's quota: what an upload takes is counted before the upload is stored.

use blobs::layout::SourceKey;
use endpoint::Error;
use members::Usage;

use crate::State;

/// How often a count is tried against other uploads of the same member.
const ROUNDS: usize = 64;

/// What this upload has counted so far.
pub(crate) struct Held<'a> {
    pub(crate) state: &'a State,
    member_id: &'a str,
    reservation: Option<(String, Usage)>,
}

impl<'a> Held<'a> {
    pub(crate) fn nothing(state: &'a State, member_id: &'a str) -> Self {
        Self {
            state,
            member_id,
            reservation: None,
        }
    }

    /// Counts what a document of `bytes` takes in the place of one of `before` bytes, or where none
    /// was.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`], which names the quota.
    pub(crate) async fn ensure(&mut self, before: Option<u64>, bytes: u64) -> Result<(), Error> {
        let needs = Usage {
            readmes: u64::from(before.is_none()),
            bytes: bytes.saturating_sub(before.unwrap_or_default()),
        };
        let has = self.reservation.as_ref().map(|(_, held)| *held);
        let has = has.unwrap_or_default();
        if needs.readmes <= has.readmes && needs.bytes <= has.bytes {
            return Ok(());
        }
        // What was there in the last round is another one by now.
        self.give_back().await?;
        let reservation = base16ct::lower::encode_string(&rand::random::<[u8; 8]>());
        self.reserve(&reservation, needs).await?;
        self.reservation = Some((reservation, needs));
        Ok(())
    }

    async fn reserve(&self, reservation: &str, needs: Usage) -> Result<(), Error> {
        let State { bearer, quota, .. } = self.state;
        let members = &bearer.members;
        for _ in 0..ROUNDS {
            let now_ms = bearer.clock.unix_milliseconds();
            if members
                .reserve(self.member_id, reservation, needs, *quota, now_ms)
                .await?
            {
                return Ok(());
            }
            // The count may be too high, or there is none yet.
            let seen = members.count(self.member_id).await?;
            let there = self.there().await?;
            let at_most = seen
                .as_ref()
                .map_or(there, |seen| seen.at_most(there, now_ms));
            if let Some(refusal) = refusal(at_most, needs, *quota) {
                return Err(refusal);
            }
            members
                .recount(self.member_id, seen.as_ref(), there, now_ms)
                .await?;
        }
        Err(Error::unavailable(anyhow::anyhow!(
            "{ROUNDS} other uploads of one member were faster"
        )))
    }

    /// What is stored of the member.
    async fn there(&self) -> Result<Usage, Error> {
        let prefix = SourceKey::prefix(self.member_id);
        let listed = self.state.uploads.list_all(&prefix).await;
        let listed = listed.map_err(Error::unavailable)?;
        let each = listed.iter().map(|entry| Usage {
            readmes: 1,
            bytes: entry.size,
        });
        Ok(each.fold(Usage::default(), Usage::plus))
    }

    /// Says that the upload is stored, or that it isn't and never will be. After a store that failed
    /// nobody knows, and the upload stays counted until somebody counts again.
    pub(crate) async fn settle<T>(mut self, stored: &Result<T, Error>) {
        let settled = match stored {
            Err(Error::Unavailable(_) | Error::Internal(_)) => return,
            Err(_) => self.give_back().await,
            Ok(_) => self.keep().await,
        };
        if let Err(error) = settled {
            tracing::warn!(%error, "an upload stays noted as under way, until uploads are counted again");
        }
    }

    async fn keep(&mut self) -> members::Result<()> {
        self.end(false).await
    }

    async fn give_back(&mut self) -> members::Result<()> {
        self.end(true).await
    }

    async fn end(&mut self, gives_back: bool) -> members::Result<()> {
        let Some((reservation, held)) = self.reservation.take() else {
            return Ok(());
        };
        let members = &self.state.bearer.members;
        members
            .settle_reservation(self.member_id, &reservation, gives_back.then_some(held))
            .await
    }
}

/// Why no more than `taken` may be taken; `None`: there is room.
fn refusal(taken: Usage, needs: Usage, quota: Usage) -> Option<Error> {
    let sentence = if needs.readmes > 0 && taken.readmes + needs.readmes > quota.readmes {
        format!(
            "You have as many READMEs as one member may have, {}. Delete one, then send this one again.",
            quota.readmes
        )
    } else if needs.bytes > 0 && taken.bytes + needs.bytes > quota.bytes {
        format!(
            "With this one your READMEs would take more than one member's may take together, {}. Delete one, or make this one smaller.",
            size(quota.bytes)
        )
    } else {
        return None;
    };
    Some(Error::QuotaExceeded(sentence))
}

/// A number of bytes as people write it, rounded down.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / (1024 * 1024)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Usage = Usage {
        readmes: 10,
        bytes: 3 * 1024 * 1024,
    };

    fn said(taken: (u64, u64), needs: (u64, u64)) -> Option<String> {
        let usage = |(readmes, bytes)| Usage { readmes, bytes };
        refusal(usage(taken), usage(needs), QUOTA).map(|error| error.to_string())
    }

    #[test]
    fn the_quota_is_named() {
        assert_eq!(said((9, 0), (1, QUOTA.bytes)), None);
        assert!(said((10, 0), (1, 1)).unwrap().contains(", 10."));
        assert!(said((1, 1), (1, QUOTA.bytes)).unwrap().contains("3 MiB"));
    }

    #[test]
    fn who_has_too_much_may_still_replace() {
        assert_eq!(said((20, 0), (0, 1)), None, "another document of one");
        assert_eq!(said((9, QUOTA.bytes * 2), (1, 0)), None, "an empty one");
    }
}
