//! Members' files: what became of each, and which version of it that speaks of.
//!
//! A file's id begins with a digest of its name, so that all files of one name are found by one query,
//! without an index that could differ.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use futures::{StreamExt as _, TryStreamExt as _};
use languages::{Language, Sentence, told};
use serde::{Deserialize, Serialize};

use crate::accounts::{email_key, member_key, member_pk};
use crate::error::{Error, Result};
use crate::item::{Item, Reader, key, string};
use crate::{Account, Members};

const FILE: &str = "FILE#";
/// The attribute that holds a file, as JSON.
const ATTRIBUTE: &str = "file";
/// That the file is still the one that was read.
const UNCHANGED: &str = "#file = :before";
/// How many names are looked up at the same time.
const AT_ONCE: usize = 8;

/// What a file is. "Processing" is none of them: it is a source whose version its item doesn't name yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    Ready,
    /// What was sent last isn't shown; what was made of the version before it stays.
    Rejected,
    /// Nobody is shown it any more; documents are being told.
    Gone,
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub id: String,
    /// Names from the top of the member's space, with `/` between them.
    pub path: String,
    /// Version of the source that this speaks of.
    pub source_version: String,
    /// SHA-256 of the file as it was sent, in hexadecimal; `None` where it was too large to be read.
    pub sha256: Option<String>,
    pub state: FileState,
    /// Of a rejected file why, of another one what was left out of it.
    pub reason: Option<String>,
    /// The same by its key; `None` also where it was kept before sentences had keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_said: Option<Sentence>,
    /// The kind of file, by its content.
    pub content_type: Option<String>,
    /// Of the largest rendition, in pixels.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Keys of what the web sees of it, the largest first. Never empty while [`FileState::Ready`].
    pub renditions: Vec<String>,
    /// Keys of what the web saw before, until they are swept away.
    pub replaced: Vec<String>,
    /// Whether the documents that ask for its name may not know yet what became of it.
    pub telling: bool,
    /// Random: the same of what replaces the file, and another of what comes after its deletion.
    #[serde(default)]
    pub born: String,
}

impl File {
    /// The key of what documents show of it or lead to; `None`: there is nothing to show.
    pub fn shown(&self) -> Option<&String> {
        let is_there = self.state != FileState::Gone;
        self.renditions.first().filter(|_| is_there)
    }

    /// What the file and all that replaces it have in common, until it is deleted.
    pub fn line(&self) -> String {
        format!("{}#{}", self.id, self.born)
    }

    /// Whether what documents show is of the file as it was sent last.
    pub fn is_whole(&self) -> bool {
        self.state == FileState::Ready
    }

    /// The sentence of [`File::reason`] in a language.
    pub fn reason_in(&self, language: Language) -> Option<String> {
        let reason = self.reason.as_deref()?;
        Some(told(reason, self.reason_said.as_ref(), language))
    }
}

fn file_key(member_id: &str, file_id: &str) -> Item {
    key(member_pk(member_id), format!("{FILE}{file_id}"))
}

fn text(file: &File) -> Result<String> {
    serde_json::to_string(file).map_err(|_| Error::Damaged {
        item: FILE.to_owned(),
        attribute: ATTRIBUTE,
    })
}

fn file_from(item: &Item) -> Result<File> {
    let read = Reader { item, name: FILE };
    serde_json::from_str(read.string(ATTRIBUTE)?).map_err(|_| read.damaged(ATTRIBUTE))
}

impl Members {
    /// Puts `after` in the place of `before`, or where nothing was. `false`: that is no longer what is
    /// there, or the member goes or is under another handle: what is stored under a handle that the
    /// member had before may be taken away at any time.
    pub async fn put_file(
        &self,
        account: &Account,
        before: Option<&File>,
        after: &File,
    ) -> Result<bool> {
        let under_handle = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)))
            .condition_expression("id = :id AND handle = :handle")
            .expression_attribute_values(":id", string(account.id.as_str()))
            .expression_attribute_values(":handle", string(account.handle.as_str()))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        let mut item = file_key(&account.id, &after.id);
        item.insert(ATTRIBUTE.to_owned(), string(text(after)?));
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => put
                .condition_expression(UNCHANGED)
                .expression_attribute_names("#file", ATTRIBUTE)
                .expression_attribute_values(":before", string(text(before)?)),
        };
        let put = put.build().map_err(Error::unbuilt("TransactWriteItems"))?;
        let writes = vec![
            TransactWriteItem::builder()
                .condition_check(under_handle)
                .build(),
            TransactWriteItem::builder().put(put).build(),
        ];
        self.write_beside(member_key(&account.id), writes).await
    }

    /// Deletes what is known of a file. `false`: it is something else by now.
    pub async fn delete_file(&self, member_id: &str, file: &File) -> Result<bool> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(file_key(member_id, &file.id)))
            .condition_expression(UNCHANGED)
            .expression_attribute_names("#file", ATTRIBUTE)
            .expression_attribute_values(":before", string(text(file)?))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        let delete = TransactWriteItem::builder().delete(delete).build();
        self.write_all(vec![delete]).await
    }

    /// What became of one file; `None`: nothing yet.
    pub async fn file(&self, member_id: &str, file_id: &str) -> Result<Option<File>> {
        let item = self.get(file_key(member_id, file_id)).await?;
        item.as_ref().map(file_from).transpose()
    }

    /// A member's files whose ids begin with `beginning`, ordered by id: all of them where it is empty.
    pub async fn files(&self, member_id: &str, beginning: &str) -> Result<Vec<File>> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :beginning)")
            .expression_attribute_values(":pk", string(member_pk(member_id)))
            .expression_attribute_values(":beginning", string(format!("{FILE}{beginning}")))
            .into_paginator()
            .items()
            .send();
        let mut files = Vec::new();
        while let Some(item) = items.next().await {
            files.push(file_from(&item.map_err(Error::store("Query"))?)?);
        }
        Ok(files)
    }

    /// A member's files whose ids begin with one of `beginnings`.
    pub async fn files_of_names(
        &self,
        member_id: &str,
        beginnings: &[String],
    ) -> Result<Vec<File>> {
        let found: Vec<_> = beginnings
            .iter()
            .map(|beginning| self.files(member_id, beginning))
            .collect();
        let found: Vec<Vec<File>> = futures::stream::iter(found)
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }
}
