//! The tables of a journal in SQLite, and the numbered migrations that make them.

use rusqlite::{Connection, TransactionBehavior};

use super::{Wrong, trouble};
use crate::store::StoreError;

/// Marks a file as a journal of turf ("turf" in ASCII).
pub const APPLICATION: u32 = 0x7475_7266;

/// The migrations; the first makes version 1.
pub const MIGRATIONS: &[&str] = &["
    CREATE TABLE entry (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        at TEXT NOT NULL,
        body BLOB NOT NULL,
        link BLOB NOT NULL
    ) STRICT;
    CREATE TABLE state (
        part TEXT NOT NULL,
        team TEXT NOT NULL,
        rep TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (part, team, rep)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE latest (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        number INTEGER NOT NULL,
        content TEXT NOT NULL,
        held TEXT,
        rejected TEXT,
        PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE told (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (kind, id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE past (
        of_record TEXT NOT NULL,
        by_field TEXT NOT NULL,
        value TEXT NOT NULL,
        rep TEXT NOT NULL,
        at TEXT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (of_record, by_field, value)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE blob (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE book (digest TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoint (number INTEGER PRIMARY KEY, link BLOB NOT NULL, signature BLOB NOT NULL) STRICT;
    CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, link BLOB NOT NULL) STRICT;
    INSERT INTO head VALUES (1, 0, zeroblob(32));
"];

/// Returns the version of the tables; 0 when there are none.
pub fn version(connection: &Connection, shown: &str) -> Result<u32, StoreError> {
    // One statement sees one moment, also while somebody else makes the tables.
    let query = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id, pragma_user_version";
    let (application, version, tables): (u32, u32, u32) =
        connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).wrong(shown)?;
    match (application, version, tables) {
        (APPLICATION, version, _) => Ok(version),
        (0, 0, 0) => Ok(0),
        _ => Err(StoreError::NotAJournal { shown: shown.to_owned() }),
    }
}

/// Brings the tables to the version of the last migration, one migration after the other, each whole or not at all.
pub fn migrate(connection: &mut Connection, migrations: &[&str], shown: &str) -> Result<(), StoreError> {
    let newest = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    loop {
        if version(connection, shown)? == newest {
            return Ok(());
        }
        // Somebody else may be migrating: whoever has the file looks again.
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate).wrong(shown)?;
        let found = version(&step, shown)?;
        if found > newest {
            return Err(StoreError::Newer { shown: shown.to_owned(), found });
        }
        let Some(migration) = usize::try_from(found).ok().and_then(|found| migrations.get(found)) else { continue };
        step.execute_batch(migration).wrong(shown)?;
        step.pragma_update(None, "application_id", APPLICATION).map_err(|e| trouble(&e, shown))?;
        step.pragma_update(None, "user_version", found + 1).wrong(shown)?;
        step.commit().wrong(shown)?;
    }
}
