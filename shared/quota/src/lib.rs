//! A member's quota: what an upload takes is counted before the upload is stored.

use std::time::Duration;

use blobs::Blobs;
use blobs::layout::{FileKey, SourceKey};
use endpoint::{Clock, Error, Sentence, sentence};
use members::{Counted, Members, Usage};

/// How often a count is tried against other uploads of the same member.
const ROUNDS: usize = 64;

/// A member's quota, and where it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Quota<'a> {
    pub members: &'a Members,
    pub uploads: &'a Blobs,
    pub clock: &'a Clock,
    pub member_id: &'a str,
    pub of: Counted,
    /// The most that the member may have.
    pub most: Usage,
}

/// What one upload has counted so far.
#[derive(Debug)]
pub struct Held<'a> {
    quota: Quota<'a>,
    reservation: Option<(String, Usage)>,
    /// When the upload begins at the latest, from now.
    begins_within: Duration,
    /// Whether nothing was stored, whatever the answer says.
    is_forgone: bool,
    /// What the names of the reservations begin with of the addresses for one file.
    address_of: Option<&'a str>,
}

impl<'a> Held<'a> {
    /// Nothing is counted yet of an upload that begins within this time: at once, or as long as its
    /// address is good.
    pub fn nothing(quota: Quota<'a>, begins_within: Duration) -> Self {
        Self {
            quota,
            reservation: None,
            begins_within,
            is_forgone: false,
            address_of: None,
        }
    }

    /// The same for an upload to an address for the file of this id, which takes the place of those that were given out
    /// before for the same file: of those one at most is ever used.
    pub fn address(quota: Quota<'a>, file_id: &'a str, begins_within: Duration) -> Self {
        Self {
            address_of: Some(file_id),
            ..Self::nothing(quota, begins_within)
        }
    }

    /// Says that nothing was stored and never will be, however the upload is answered.
    pub fn forgo(&mut self) {
        self.is_forgone = true;
    }

    /// Counts what an upload of `bytes` takes in the place of one of `before` bytes, or where none
    /// was.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`], which names the quota.
    pub async fn ensure(&mut self, before: Option<u64>, bytes: u64) -> Result<(), Error> {
        let needs = Usage {
            count: u64::from(before.is_none()),
            bytes: bytes.saturating_sub(before.unwrap_or_default()),
        };
        let has = self.reservation.as_ref().map(|(_, held)| *held);
        let has = has.unwrap_or_default();
        if needs.count <= has.count && needs.bytes <= has.bytes {
            return Ok(());
        }
        // What was there in the last round is another one by now.
        self.give_back().await?;
        let earlier = self.earlier().await?;
        for (name, held) in &earlier {
            let until = self.begins_ms();
            let members = self.quota.members;
            if needs.count <= held.count
                && needs.bytes <= held.bytes
                && members.prolong(self.counted(), name, *held, until).await?
            {
                self.reservation = Some((name.clone(), *held));
                return Ok(());
            }
        }
        let random = base16ct::lower::encode_string(&rand::random::<[u8; 8]>());
        let reservation = match self.address_of {
            Some(file_id) => format!("{file_id}-{random}"),
            None => random,
        };
        self.reserve(&reservation, needs).await?;
        self.reservation = Some((reservation, needs));
        for (name, held) in earlier {
            let members = self.quota.members;
            members
                .settle_reservation(self.counted(), &name, Some(held))
                .await?;
        }
        Ok(())
    }

    /// What is counted for earlier addresses for the same file.
    async fn earlier(&self) -> Result<Vec<(String, Usage)>, Error> {
        let Some(file_id) = self.address_of else {
            return Ok(Vec::new());
        };
        let count = self.quota.members.count(self.counted()).await?;
        Ok(count.map_or_else(Vec::new, |count| count.held_for(file_id)))
    }

    /// When the upload begins at the latest, in Unix milliseconds.
    fn begins_ms(&self) -> u64 {
        let within = u64::try_from(self.begins_within.as_millis()).unwrap_or(u64::MAX);
        self.quota.clock.unix_milliseconds().saturating_add(within)
    }

    /// The name under which the upload is counted, to be settled by whoever sees it stored; `None`: it
    /// takes nothing more than what is there.
    pub fn reservation(&self) -> Option<&str> {
        self.reservation.as_ref().map(|(name, _)| name.as_str())
    }

    fn counted(&self) -> (&'a str, Counted) {
        (self.quota.member_id, self.quota.of)
    }

    async fn reserve(&self, reservation: &str, needs: Usage) -> Result<(), Error> {
        let Quota { members, most, .. } = self.quota;
        for _ in 0..ROUNDS {
            let now_ms = self.quota.clock.unix_milliseconds();
            let begins_ms = self.begins_ms();
            if members
                .reserve(self.counted(), reservation, needs, most, begins_ms)
                .await?
            {
                return Ok(());
            }
            // The count may be too high, or there is none yet.
            let seen = members.count(self.counted()).await?;
            let there = self.there().await?;
            let at_most = seen
                .as_ref()
                .map_or(there, |seen| seen.at_most(there, now_ms));
            if let Some(refusal) = refusal(self.quota.of, at_most, needs, most) {
                return Err(refusal);
            }
            members
                .recount(self.counted(), seen.as_ref(), there, now_ms)
                .await?;
        }
        Err(Error::unavailable(anyhow::anyhow!(
            "{ROUNDS} other uploads of one member were faster"
        )))
    }

    /// What is stored of the member.
    async fn there(&self) -> Result<Usage, Error> {
        let Quota {
            uploads,
            member_id,
            of,
            ..
        } = self.quota;
        let prefix = match of {
            Counted::Readmes => SourceKey::prefix(member_id),
            Counted::Files => FileKey::prefix(member_id),
        };
        let listed = uploads.list_all(&prefix).await;
        let listed = listed.map_err(Error::unavailable)?;
        let each = listed.iter().map(|entry| Usage {
            count: 1,
            bytes: entry.size,
        });
        Ok(each.fold(Usage::default(), Usage::plus))
    }

    /// Says that the upload is stored, or that it isn't and never will be. After a store that failed
    /// nobody knows, and the upload stays counted until somebody counts again.
    pub async fn settle<T>(mut self, stored: &Result<T, Error>) {
        let settled = match stored {
            Err(Error::Unavailable(_) | Error::Internal(_)) if !self.is_forgone => return,
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
        let settled = self.quota.members.settle_reservation(
            self.counted(),
            &reservation,
            gives_back.then_some(held),
        );
        settled.await.map(|_| ())
    }
}

/// Why no more than `taken` may be taken; `None`: there is room.
fn refusal(of: Counted, taken: Usage, needs: Usage, most: Usage) -> Option<Error> {
    let too_many = needs.count > 0 && taken.count + needs.count > most.count;
    let too_large = needs.bytes > 0 && taken.bytes + needs.bytes > most.bytes;
    let (count, bytes) = (most.count, size(most.bytes));
    let sentence = match of {
        Counted::Readmes if too_many => sentence!("api.readmes_quota_count", most = count),
        Counted::Files if too_many => sentence!("api.files_quota_count", most = count),
        Counted::Readmes if too_large => sentence!("api.readmes_quota_bytes", most = bytes),
        Counted::Files if too_large => sentence!("api.files_quota_bytes", most = bytes),
        Counted::Readmes | Counted::Files => return None,
    };
    Some(Error::QuotaExceeded(sentence))
}

/// A number of bytes as people write it, rounded down.
fn size(bytes: u64) -> Sentence {
    match bytes {
        0..1024 => sentence!("unit.bytes", number = bytes),
        1024..1_048_576 => sentence!("unit.kib", number = bytes / 1024),
        _ => sentence!("unit.mib", number = bytes / (1024 * 1024)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Usage = Usage {
        count: 10,
        bytes: 3 * 1024 * 1024,
    };

    fn said(taken: (u64, u64), needs: (u64, u64)) -> Option<String> {
        let usage = |(count, bytes)| Usage { count, bytes };
        let refused = refusal(Counted::Files, usage(taken), usage(needs), QUOTA);
        refused.map(|error| error.to_string())
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
