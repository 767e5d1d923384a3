//! `masthead keys rotate`: a new key signs, and nobody is signed out.
//!
//! In AWS the functions fetch the keys every five minutes. So a key is published first, and signs
//! only once every function knows it. A rotation that was cut short goes on where it ended.

use std::time::Duration;

use anyhow::ensure;
use auth::token::{MAX_TTL_SECONDS, StoredKeys};
use clap::Args;
use endpoint::{Clock, rfc3339};

use super::store::Store;
use super::{id_at, made_at};
use crate::outcome::Outcome;
use crate::output::say;

/// From a key's publication to its first signature, in seconds: the five minutes after which a
/// function fetches the keys again, the minute between two fetches, and one more.
const PUBLISHED_BEFORE_SIGNING: u64 = 7 * 60;

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// A key has leaked: the new one signs at once, and all others go. Everybody is signed out.
    #[arg(long)]
    at_once: bool,
}

impl Rotate {
    pub(super) async fn run(&self, store: &Store) -> Outcome {
        let clock = Clock::system();
        let mut ring = store.read().await?;
        if self.at_once {
            return at_once(store, ring, clock.unix_seconds()).await;
        }
        let next = if let Some(id) = pending(&ring) {
            say!("{id} was published before; going on with it.");
            id
        } else {
            let id = id_at(clock.unix_seconds());
            ring.publish(&id, &rand::random());
            store.write(&ring).await?;
            say!("{id} is published; it verifies and doesn't sign yet.");
            id
        };
        if let Store::Secret { .. } = store {
            wait(&next, &clock).await;
            // Another hand may have been at it meanwhile.
            ring = store.read().await?;
        }
        ensure_signs(&mut ring, &next)?;
        let retired = retire(&mut ring, clock.unix_seconds());
        store.write(&ring).await?;
        say!("{next} signs from now on. Nobody is signed out.");
        for id in retired {
            say!("{id} is retired; no token of it is valid any more.");
        }
        if let Store::File(_) = store {
            say!("`masthead dev` reads the keys when it starts.");
        }
        Ok(())
    }
}

fn ensure_signs(ring: &mut StoredKeys, id: &str) -> anyhow::Result<()> {
    ensure!(
        ring.sign_with(id),
        "{id} is gone: the keys were changed by another hand meanwhile; say it again"
    );
    Ok(())
}

async fn at_once(store: &Store, mut ring: StoredKeys, now: u64) -> Outcome {
    let id = id_at(now);
    ring.publish(&id, &rand::random());
    ensure_signs(&mut ring, &id)?;
    let others: Vec<String> = ring
        .ids()
        .filter(|other| **other != id)
        .map(str::to_owned)
        .collect();
    for other in &others {
        ring.retire(other);
    }
    store.write(&ring).await?;
    say!(
        "{id} signs from now on, and every other key is gone: everybody is signed out, within five minutes in AWS, and in \
         the local stack when it starts again."
    );
    Ok(())
}

/// A key that was published and doesn't sign yet: newer than the one that does.
fn pending(ring: &StoredKeys) -> Option<String> {
    let signing = made_at(ring.signing());
    let newer = ring.ids().filter(|id| made_at(id) > signing);
    newer.max_by_key(|id| made_at(id)).map(str::to_owned)
}

/// Takes out every key whose last token has expired, whatever lifetime was configured: those that
/// signed no more when the signing key before this one was made.
fn retire(ring: &mut StoredKeys, now: u64) -> Vec<String> {
    let mut ids: Vec<String> = ring.ids().map(str::to_owned).collect();
    ids.sort_by_key(|id| made_at(id));
    let successors = ids.iter().skip(1).cloned().collect::<Vec<_>>();
    let mut retired = Vec::new();
    for (id, successor) in ids.iter().zip(successors) {
        // It signed until its successor did.
        let signed_until = made_at(&successor).map(|made| made + PUBLISHED_BEFORE_SIGNING);
        let is_over = signed_until.is_some_and(|until| until + MAX_TTL_SECONDS < now);
        if is_over && id != ring.signing() {
            ring.retire(id);
            retired.push(id.clone());
        }
    }
    retired
}

async fn wait(id: &str, clock: &Clock) {
    let signs_at = made_at(id).unwrap_or_default() + PUBLISHED_BEFORE_SIGNING;
    let seconds = signs_at.saturating_sub(clock.unix_seconds());
    if seconds > 0 {
        say!(
            "Waiting until {}, when every function knows it. If this is cut short, say it again.",
            rfc3339(signs_at)
        );
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_752_148_800;

    fn ring(ids: &[u64], signing: u64) -> StoredKeys {
        let first = format!(r#"{{"signing":"k1","k1":"{}"}}"#, "Ab3z".repeat(16));
        let mut ring = StoredKeys::parse(&first).unwrap();
        for made in ids {
            ring.publish(&id_at(*made), &[7; 32]);
        }
        assert!(signing == 0 || ring.sign_with(&id_at(signing)));
        ring
    }

    #[test]
    fn a_rotation_that_was_cut_short_goes_on() {
        assert_eq!(pending(&ring(&[], 0)), None);
        assert_eq!(pending(&ring(&[NOW], 0)), Some(id_at(NOW)));
        assert_eq!(pending(&ring(&[NOW], NOW)), None);
        assert_eq!(pending(&ring(&[NOW - 9, NOW], NOW - 9)), Some(id_at(NOW)));
    }

    #[test]
    fn a_key_goes_when_its_last_token_has_expired_and_not_before() {
        let last = NOW - MAX_TTL_SECONDS - PUBLISHED_BEFORE_SIGNING;
        let mut kept = ring(&[last], last);
        assert_eq!(retire(&mut kept, NOW), [""; 0], "to the second");
        let mut over = ring(&[last - 1, NOW], NOW);
        assert_eq!(retire(&mut over, NOW), ["k1"]);
        assert_eq!(
            over.ids().collect::<Vec<_>>(),
            [id_at(last - 1), id_at(NOW)]
        );
        assert!(StoredKeys::parse(&over.to_json()).is_ok());
    }

    #[test]
    fn the_key_that_signs_never_goes() {
        let mut ring = ring(&[1, 2, 3], 1);
        retire(&mut ring, NOW);
        assert!(StoredKeys::parse(&ring.to_json()).is_ok());
        assert_eq!(ring.signing(), id_at(1));
    }
}
