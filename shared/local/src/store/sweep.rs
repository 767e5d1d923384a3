//! What a start does before anybody is served: files that a kill left behind go, and a store that
//! lost a body says so.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::Connection;

use super::{Bodies, Error, Result};

/// Refuses to start with an index that is empty or missing where objects have been kept: all of them
/// would be removed as files that the index doesn't know.
pub(super) fn check_index(file: &Path, bodies: &Bodies) -> Result<()> {
    let missing = match std::fs::metadata(file) {
        Ok(file) if file.len() == 0 => "empty",
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => "missing",
        Err(error) => return Err(error.into()),
    };
    match bodies.count()? {
        0 => Ok(()),
        count => Err(Error::File(std::io::Error::new(
            ErrorKind::InvalidData,
            format!("the index of objects is {missing}, and {count} files of objects are there"),
        ))),
    }
}

/// Removes every file that the index doesn't know.
///
/// # Errors
/// Where an object's body is missing or has another length than its object: the folder was damaged.
pub(super) fn sweep(index: &mut Connection, bodies: &Bodies) -> Result<()> {
    let mut known = HashSet::new();
    {
        let mut statement =
            index.prepare("SELECT key, body, size FROM versions WHERE body IS NOT NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (key, body): (String, String) = (row.get(0)?, row.get(1)?);
            let size = row.get::<_, i64>(2)?.unsigned_abs();
            let found = std::fs::metadata(bodies.path(&body)).map(|file| file.len());
            if found.as_ref().ok() != Some(&size) {
                let reason = match found {
                    Ok(length) => format!(
                        "the object {key} has {length} bytes, not the {size} it was written with"
                    ),
                    Err(error) => format!("the object {key} can't be read: {error}"),
                };
                return Err(Error::File(std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    reason,
                )));
            }
            known.insert(body);
        }
    }
    let uploads: HashSet<String> = {
        let mut statement = index.prepare("SELECT id FROM uploads")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        ids.collect::<std::result::Result<_, _>>()?
    };
    bodies.retain(&known, &uploads)?;
    Ok(())
}
