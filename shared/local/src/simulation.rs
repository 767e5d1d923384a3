//! What a simulation does to a stack past its ports: members by the thousand, as copies of one that is there, and the
//! queue's messages handed out one by one.

use anyhow::Context as _;
use dynoxide::{ImportOptions, Item};
use serde_json::{Value, json};

use crate::Stack;
use crate::environment::{CONTENT_BUCKET, MEMBERS_TABLE, UPLOADS_BUCKET};
use crate::queue::Lane;
use crate::store::{NewBody, Version, index, messages};

/// Copies that are made in one write.
const AT_ONCE: usize = 500;
/// Messages that are taken at once.
const TAKEN: usize = 10_000;

/// How copies of what is there differ from it.
#[derive(Debug, Clone)]
pub struct Copies<'a> {
    /// Whatever names one of these is copied: items of the table, and keys of objects.
    pub words: &'a [String],
    /// For each copy, what stands in the words' places.
    pub instead: &'a [Vec<String>],
    /// Items whose partition keys begin so are left out.
    pub without: &'a [&'a str],
    /// Changes each item that is copied, by what stands in the words' places: where what a key is made of is more than words.
    pub amend: fn(&mut Value, &[String]),
}

impl Copies<'_> {
    fn names_one(&self, text: &str) -> bool {
        self.words.iter().any(|word| text.contains(word.as_str()))
    }

    fn replaced(&self, text: &str, instead: &[String]) -> String {
        let words = self.words.iter().zip(instead);
        words.fold(text.to_owned(), |text, (word, instead)| {
            text.replace(word.as_str(), instead)
        })
    }
}

impl Stack {
    /// Makes copies of items and of objects. A copy of an object has its body and its version, and makes no event.
    ///
    /// # Errors
    /// A store that failed, or a key that is taken.
    pub async fn multiply(&self, copies: &Copies<'_>) -> anyhow::Result<()> {
        let items = self.items().await?;
        let items = items.iter().filter(|item| {
            let partition = item["pk"]["S"].as_str().unwrap_or_default();
            !copies.without.iter().any(|it| partition.starts_with(it))
        });
        let items: Vec<String> = items
            .map(Value::to_string)
            .filter(|item| copies.names_one(item))
            .collect();
        let mut objects = Vec::new();
        for bucket in [UPLOADS_BUCKET, CONTENT_BUCKET] {
            let found = self.store.read(move |rows| index::current(rows, bucket));
            let found = found.await?.into_iter();
            let named = found.filter(|object| copies.names_one(&object.key));
            objects.push((bucket, named.collect::<Vec<_>>()));
        }
        for part in copies.instead.chunks(AT_ONCE) {
            let made = part.iter().flat_map(|instead| {
                let items = items.iter();
                items.map(move |item| {
                    let mut item = serde_json::from_str(&copies.replaced(item, instead))?;
                    (copies.amend)(&mut item, instead);
                    Ok(item)
                })
            });
            self.put_items(made.collect::<serde_json::Result<_>>()?)
                .await?;
            for (bucket, objects) in &objects {
                let made = part.iter().flat_map(|instead| {
                    let objects = objects.iter();
                    objects.map(move |object| copy(copies, object, instead))
                });
                self.put_objects(bucket, made.collect::<anyhow::Result<_>>()?)
                    .await?;
            }
        }
        Ok(())
    }

    /// Puts items into the members table, each as DynamoDB's JSON has it.
    ///
    /// # Errors
    /// An item that has no key, or a database that failed.
    pub async fn put_items(&self, items: Vec<Value>) -> anyhow::Result<()> {
        let database = self.database.clone();
        tokio::task::spawn_blocking(move || {
            let items = items.into_iter().map(serde_json::from_value);
            let items: Vec<Item> = items.collect::<Result<_, _>>()?;
            database.import_items(MEMBERS_TABLE, items, ImportOptions::default())?;
            Ok(())
        })
        .await?
    }

    /// Messages that wait in the queue, in their order, each as the event that a function is handed, with the key that it speaks
    /// of. They count as dealt with. An empty list means that the queue is empty.
    ///
    /// # Errors
    /// A store that failed.
    pub async fn take_messages(&self) -> anyhow::Result<Vec<(String, Value)>> {
        let taken = self.store.write(|change| {
            let mut taken = Vec::new();
            for lane in [Lane::Now, Lane::Later] {
                taken.append(&mut change.take(lane, TAKEN, 0)?);
            }
            for message in &taken {
                change.done(message)?;
            }
            Ok(taken)
        });
        let taken = taken.await?.into_iter();
        Ok(taken
            .map(|message| (message.key.clone(), messages::batch(&[message])))
            .collect())
    }

    /// All items of the members table, as DynamoDB's JSON has them.
    ///
    /// # Errors
    /// A database that failed.
    pub async fn items(&self) -> anyhow::Result<Vec<Value>> {
        let database = self.database.clone();
        tokio::task::spawn_blocking(move || {
            let mut found = Vec::new();
            let mut asked = json!({ "TableName": MEMBERS_TABLE });
            loop {
                let answer = database.scan(serde_json::from_value(asked.clone())?)?;
                let mut answer = serde_json::to_value(answer)?;
                if let Value::Array(items) = answer["Items"].take() {
                    found.extend(items);
                }
                match answer["LastEvaluatedKey"].take() {
                    Value::Null => return Ok(found),
                    last => asked["ExclusiveStartKey"] = last,
                }
            }
        })
        .await?
    }

    async fn put_objects(
        &self,
        bucket: &'static str,
        objects: Vec<(String, String, NewBody)>,
    ) -> anyhow::Result<()> {
        let put = self.store.write(move |change| {
            for (key, version, body) in &objects {
                change.insert(bucket, key, version, body)?;
            }
            Ok(())
        });
        Ok(put.await?)
    }
}

/// The key, the version id and the body of an object's copy.
fn copy(
    copies: &Copies<'_>,
    object: &Version,
    instead: &[String],
) -> anyhow::Result<(String, String, NewBody)> {
    let attributes = serde_json::to_string(&object.attributes)?;
    let body = NewBody {
        name: object.body.clone().context("a delete marker has no body")?,
        size: object.size,
        etag: object.etag.clone(),
        attributes: serde_json::from_str(&copies.replaced(&attributes, instead))?,
    };
    let key = copies.replaced(&object.key, instead);
    Ok((key, object.id.clone(), body))
}

#[cfg(test)]
mod tests;
