//! A roster becomes members: all of its rows, or none.
//!
//! The members are made one by one, each with a transaction of its own, and the import is noted until the last of them is
//! there ([`Members::begin_import`]). Who can't finish takes back what was made; where that is killed, too,
//! [`take_back_abandoned`] does it once the import's time is over. Until an import is finished nobody has seen a code of it,
//! and nothing is entered of it: the entries are written with the last write.

use std::sync::atomic::{AtomicBool, Ordering};

use auth::Code;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use languages::sentence;
use members::{Act, CODE_TTL_SECONDS, Created, Import, Members, NewMember};

use crate::add::new_id;
use crate::administration::Administration;
use crate::roster::{BadRow, Row};
use crate::slip::Slip;

/// Most rows of one import: the entries of all are written at once, with the last write.
const MOST_ROWS: usize = 10_000;
/// How many members are written at the same time.
const AT_ONCE: usize = 16;
/// How long an import may take beside the time for its rows, and how long a row may take, in milliseconds: many times what
/// they do.
const SLACK_MS: u64 = 60_000;
const ROW_MS: u64 = 50;
/// So long before the time is over no row is begun any more: longer than a request to the table may take.
const LAST_MS: u64 = 30_000;
/// So long after its time is over the members of an import that was killed are taken back at the latest, in milliseconds: what takes
/// them back looks each minute.
const TAKEN_BACK_MS: u64 = 60_000;

/// A row that became a member.
#[derive(Debug)]
pub struct Done {
    pub row: Row,
    pub id: String,
    /// `None` where the row brought a password.
    pub code: Option<Code>,
    /// What is entered of it.
    act: Act,
}

impl Done {
    /// What the member is handed.
    pub fn slip(self) -> Option<Slip> {
        Some(Slip {
            name: self.row.name,
            email: self.row.email.as_str().to_owned(),
            code: self.code?,
        })
    }
}

/// What became of a roster.
#[derive(Debug)]
pub struct Imported {
    /// In the order of the file.
    pub done: Vec<Done>,
    /// Rows that somebody else's change has made bad since they were checked.
    pub refused: Vec<BadRow>,
    /// When the codes end, in Unix seconds.
    pub expires_at: u64,
}

/// Why nobody was imported.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// Rows have gone bad since they were checked.
    #[error("a row has gone bad meanwhile")]
    Changed(Vec<BadRow>),
    /// Another import is under way, or was killed, and its members may be taken back.
    #[error(
        "another list is being imported; try again in a moment, or in {seconds} s where that import was broken off"
    )]
    Beside {
        /// After which it is over, whatever became of it.
        seconds: u64,
    },
    #[error("it has more than {MOST_ROWS} new members; import it in parts")]
    TooMany,
    /// It took longer than an import may.
    #[error("it took too long")]
    TooLong,
    #[error(transparent)]
    Store(#[from] members::Error),
}

/// What came of a row that was written.
enum Written {
    Done(Box<Done>),
    Refused(BadRow),
}

impl Administration<'_> {
    /// Makes a member of each row; `step` is told of each. A row that has gone bad since it was checked is left out with
    /// `skip_bad`, and otherwise ends the import.
    ///
    /// # Errors
    /// Nobody was imported. What was made is taken back, now or, where the table doesn't answer, a few minutes later.
    pub async fn import(
        &self,
        rows: Vec<Row>,
        skip_bad: bool,
        mut step: impl FnMut() + Send,
    ) -> Result<Imported, NotImported> {
        if rows.len() > MOST_ROWS {
            return Err(NotImported::TooMany);
        }
        let until = (self.clock)() + SLACK_MS + LAST_MS + ROW_MS * rows.len() as u64;
        let rows: Vec<(Row, String)> = rows.into_iter().map(|row| (row, new_id())).collect();
        let ids: Vec<String> = rows.iter().map(|(_, id)| id.clone()).collect();
        let import = self
            .members
            .begin_import(&ids, until, rand::random())
            .await?;
        // Rows that were taken for members' may be the other one's, and go with it.
        if let Some(other) = self.members.imports_beside(&import).await? {
            self.members.forget_import(&import).await?;
            let left_ms = other.saturating_sub((self.clock)()) + TAKEN_BACK_MS;
            let seconds = left_ms.div_ceil(1000);
            return Err(NotImported::Beside { seconds });
        }

        let stopped = AtomicBool::new(false);
        let stops = &stopped;
        let mut imported = Imported {
            done: Vec::new(),
            refused: Vec::new(),
            expires_at: self.now() + CODE_TTL_SECONDS,
        };
        let mut failure = None;
        // Those under way are waited for after a failure, too: what they wrote must be known.
        let rows = rows.into_iter().map(|(row, id)| async move {
            if stops.load(Ordering::Relaxed) {
                return None;
            }
            if (self.clock)() + LAST_MS > until {
                return Some(Err(NotImported::TooLong));
            }
            let written = self.write(row, id).await;
            Some(written.map_err(NotImported::Store))
        });
        // Collected: a stream over a closure isn't general enough to be sent between threads.
        let rows: Vec<_> = rows.collect();
        let mut written = stream::iter(rows).buffer_unordered(AT_ONCE);
        while let Some(written) = written.next().await {
            step();
            match written {
                Some(Ok(Written::Done(done))) => imported.done.push(*done),
                Some(Ok(Written::Refused(refused))) => {
                    imported.refused.push(refused);
                    stopped.fetch_or(!skip_bad, Ordering::Relaxed);
                }
                Some(Err(error)) => {
                    stopped.store(true, Ordering::Relaxed);
                    failure.get_or_insert(error);
                }
                None => {}
            }
        }
        drop(written);
        imported.done.sort_by_key(|done| done.row.line);
        imported.refused.sort_by_key(|bad| bad.line);
        let failure = match failure {
            Some(failure) => failure,
            None if stopped.into_inner() => NotImported::Changed(imported.refused.clone()),
            None => match self.members.finish_import(&import, &acts(&imported)).await {
                Ok(true) => return Ok(imported),
                Ok(false) => NotImported::TooLong,
                Err(error) => NotImported::Store(error),
            },
        };
        match self.take_back(&import, &ids, &failure).await {
            // The store did finish it, and didn't come to say so.
            Ok(false) if self.is_there(imported.done.last()).await? => Ok(imported),
            Ok(_) => Err(failure),
            Err(error) => {
                tracing::warn!(%error, "members of an import that failed are taken back later");
                Err(failure)
            }
        }
    }

    /// Whether somebody who was made is a member still.
    async fn is_there(&self, done: Option<&Done>) -> members::Result<bool> {
        match done {
            Some(done) => Ok(self.members.by_id(&done.id).await?.is_some()),
            None => Ok(false),
        }
    }

    /// Removes those who were made before a failure. `false`: the import is noted no more. It is finished, or its time was over and its
    /// members were taken back.
    async fn take_back(
        &self,
        import: &Import,
        ids: &[String],
        failure: &NotImported,
    ) -> members::Result<bool> {
        if !self.members.abandon_import(import).await? {
            return Ok(false);
        }
        remove_all(self.members, ids).await?;
        // A request that the store didn't answer may still be done: then the note stays, and is looked at once more.
        if !matches!(failure, NotImported::Store(_)) {
            self.members.forget_import(import).await?;
        }
        Ok(true)
    }

    async fn write(&self, row: Row, id: String) -> members::Result<Written> {
        let member = NewMember {
            id: id.clone(),
            email: row.email.clone(),
            name: row.name.clone(),
            handle: row.handle.clone(),
            password_hash: row.password_hash.clone(),
            role: row.role,
            created_at: self.now(),
        };
        let act = self.act_of_new(&member);
        let (created, code) = self.make(self.members, member).await?;
        let reason = match created {
            Created::Created => {
                let code = code.map(|(code, _)| code);
                let done = Done { row, id, code, act };
                return Ok(Written::Done(Box::new(done)));
            }
            Created::EmailTaken => sentence!("reason.roster_added_meanwhile"),
            Created::HandleTaken => sentence!("reason.roster_handle_taken_meanwhile"),
        };
        Ok(Written::Refused(BadRow {
            line: row.line,
            email: Some(row.email.as_str().to_owned()),
            name: Some(row.name),
            reason,
        }))
    }
}

/// Takes back the members of imports that were killed, and returns how many there were.
///
/// # Errors
/// The table doesn't answer: the next call goes on.
pub async fn take_back_abandoned(members: &Members, now_ms: u64) -> members::Result<usize> {
    let mut count = 0;
    for abandoned in members.abandoned_imports(now_ms).await? {
        count += remove_all(members, &abandoned.ids).await?;
        members.forget_abandoned(&abandoned).await?;
    }
    Ok(count)
}

/// What is entered of an import, in the order of the file.
fn acts(imported: &Imported) -> Vec<Act> {
    imported.done.iter().map(|done| done.act.clone()).collect()
}

/// Removes each of these who is there, and returns how many that were.
async fn remove_all(members: &Members, ids: &[String]) -> members::Result<usize> {
    let removals = ids.iter().map(|id| async move {
        match members.by_id(id).await? {
            Some(account) => members.remove(&account).await.map(|()| 1),
            None => Ok(0),
        }
    });
    // Collected: a stream over a closure isn't general enough to be sent between threads.
    let removals: Vec<_> = removals.collect();
    stream::iter(removals)
        .buffer_unordered(AT_ONCE)
        .try_fold(0, |count, one| async move { Ok(count + one) })
        .await
}
