//! What a start does before anybody is served: files that a kill left behind go, and a store that
//! lost a body says so.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{Bodies, Error, Result};

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
