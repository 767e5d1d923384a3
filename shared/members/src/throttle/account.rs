//! The failures of one account: one item, replaced only by who has seen what it holds.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::Target;
use super::attempts::{Attempts, Counter, FORGOTTEN_AFTER};
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, Reader, number};
use crate::{Members, Source};

/// How often a guess looks again because another was counted in between. Fewer than this can be
/// counted before all have to wait.
const MOST_ROUNDS: usize = 64;

/// What came of counting a guess.
pub(super) enum Counted {
    Counted(Before),
    /// Not before so many milliseconds.
    Wait(u64),
}

/// The item that a counted guess replaced, for one that is then not made.
pub(super) struct Before {
    attempts: Attempts,
    /// Of the item that holds the guess.
    revision: u64,
}

/// The item as it is stored.
#[derive(Default)]
struct Seen {
    attempts: Attempts,
    /// Raised by every write; `None` where there is no item.
    revision: Option<u64>,
}

impl Members {
    pub(super) async fn count_target(
        &self,
        target: &Target,
        source: &Source,
        now: u64,
    ) -> Result<Counted> {
        let mut seen = Seen::default();
        for _ in 0..MOST_ROUNDS {
            let wait = seen.attempts.wait(source, now);
            if wait > 0 {
                return Ok(Counted::Wait(wait));
            }
            // A new item starts at the time, so that no deleted one had the same revision.
            let revision = seen.revision.map_or(now, |revision| revision + 1);
            let next = seen.attempts.with(source, now);
            match self.replace(target, &next, seen.revision, revision).await? {
                None => {
                    return Ok(Counted::Counted(Before {
                        attempts: seen.attempts,
                        revision,
                    }));
                }
                Some(other) => seen = other,
            }
        }
        Err(Error::Store {
            operation: "PutItem",
            cause: "too many guesses at one account at the same time".to_owned(),
        })
    }

    /// Takes a guess back that was counted and then not made, and with it the wait that it began.
    pub(super) async fn uncount_target(
        &self,
        target: &Target,
        source: &Source,
        before: Before,
    ) -> Result<()> {
        let mut revision = before.revision;
        let mut attempts = before.attempts;
        for _ in 0..MOST_ROUNDS {
            match self
                .replace(target, &attempts, Some(revision), revision + 1)
                .await?
            {
                // Gone meanwhile: a right guess has taken everything back.
                None | Some(Seen { revision: None, .. }) => return Ok(()),
                Some(Seen {
                    attempts: others,
                    revision: Some(theirs),
                }) => {
                    attempts = others.without(source);
                    revision = theirs;
                }
            }
        }
        // Counted once too often: the member may have to wait a little longer than they should.
        Ok(())
    }

    /// Forgets every failure of an account.
    pub async fn forget_guesses(&self, target: &Target) -> Result<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(target.key()))
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteItem"))
    }

    /// Writes the item if it still is of revision `seen`; otherwise returns what is there.
    async fn replace(
        &self,
        target: &Target,
        attempts: &Attempts,
        seen: Option<u64>,
        revision: u64,
    ) -> Result<Option<Seen>> {
        let mut item = target.key();
        item.extend(to_item(attempts, revision));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match seen {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(seen) => put
                .condition_expression("revision = :seen")
                .expression_attribute_values(":seen", number(seen)),
        };
        match put.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let seen = failed.item().map(from_item).transpose()?;
                    Ok(Some(seen.unwrap_or_default()))
                }
                _ => Err(Error::store("PutItem")(error)),
            },
        }
    }
}

const FAILURES: &str = "failures";
const LAST: &str = "last";
const SOURCES: &str = "sources";
const REVISION: &str = "revision";

fn counter_to_item(counter: Counter) -> Item {
    Item::from([
        (FAILURES.to_owned(), number(counter.failures.into())),
        (LAST.to_owned(), number(counter.last)),
    ])
}

fn counter_from(read: &Reader<'_>) -> Result<Counter> {
    let failures = read.number(FAILURES)?;
    Ok(Counter {
        failures: u32::try_from(failures).map_err(|_| read.damaged(FAILURES))?,
        last: read.number(LAST)?,
    })
}

fn to_item(attempts: &Attempts, revision: u64) -> Item {
    let sources = attempts.sources.iter();
    let sources: HashMap<_, _> = sources
        .map(|(source, counter)| (source.clone(), AttributeValue::M(counter_to_item(*counter))))
        .collect();
    let mut item = counter_to_item(attempts.anywhere);
    let forgotten = attempts.anywhere.last.saturating_add(FORGOTTEN_AFTER);
    item.extend([
        (SOURCES.to_owned(), AttributeValue::M(sources)),
        (REVISION.to_owned(), number(revision)),
        (EXPIRES_AT.to_owned(), number(forgotten.div_ceil(1000))),
    ]);
    item
}

/// What is past its expiry needs no look here: [`Attempts`] forgets it by the same rule.
fn from_item(item: &Item) -> Result<Seen> {
    let read = Reader {
        item,
        name: super::THROTTLE,
    };
    let mut attempts = Attempts {
        anywhere: counter_from(&read)?,
        ..Attempts::default()
    };
    let sources = item.get(SOURCES).and_then(|sources| sources.as_m().ok());
    for (source, counter) in sources.ok_or_else(|| read.damaged(SOURCES))? {
        let item = counter.as_m().map_err(|_| read.damaged(SOURCES))?;
        let read = Reader {
            item,
            name: super::THROTTLE,
        };
        attempts
            .sources
            .insert(source.clone(), counter_from(&read)?);
    }
    Ok(Seen {
        attempts,
        revision: Some(read.number(REVISION)?),
    })
}
