//! The journal in one file of SQLite, in WAL mode and with full durability.
//!
//! Beside the file `X` stands `X.head` with the last number reported as written: should the file lose what it had (a
//! truncated file, a damaged write-ahead log), the loss is found.

mod anchor;
mod read;
mod schema;
mod write;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Batch, Kept, Latest, PastKey, Store, StoreError, VERSION};
use crate::journal::document::PastDoc;
use crate::journal::{Checkpoint, Entry, Head, StateRow};

/// The size of a page of a new file, in bytes.
const PAGE: u32 = 8_192;

/// How many pages the write-ahead log may hold before it goes into the file: some 80 MB.
const LOG_PAGES: u32 = 10_000;

/// A journal in a file of SQLite.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    shown: String,
    path: PathBuf,
}

/// Turns what SQLite says into what is wrong with the journal.
trait Wrong<T> {
    fn wrong(self, shown: &str) -> Result<T, StoreError>;
}

impl<T> Wrong<T> for rusqlite::Result<T> {
    fn wrong(self, shown: &str) -> Result<T, StoreError> {
        self.map_err(|error| trouble(&error, shown))
    }
}

fn trouble(error: &rusqlite::Error, shown: &str) -> StoreError {
    let (shown, reason) = (shown.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { shown },
        Some(ErrorCode::DiskFull) => StoreError::Full { shown },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { shown, reason },
        Some(ErrorCode::NotADatabase) => StoreError::NotAJournal { shown },
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::Unreachable { shown, reason },
        // A full disk often shows as a failed write of the log.
        Some(ErrorCode::SystemIoFailure) => StoreError::Unreachable { shown, reason },
        _ => StoreError::Refused { shown, reason },
    }
}

impl Sqlite {
    /// Opens the journal in a file for writing, and makes it when there is none.
    ///
    /// # Errors
    /// When the file cannot be written to, is no journal, or was written by a newer turf.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, schema::MIGRATIONS)
    }

    fn open_with(path: &Path, migrations: &[&str]) -> Result<Self, StoreError> {
        let shown = shown_of(path);
        if std::fs::metadata(path).is_ok_and(|m| m.permissions().readonly()) {
            return Err(StoreError::ReadOnly { shown });
        }
        let mut connection = Connection::open(path).wrong(&shown)?;
        connection.busy_handler(Some(wait)).wrong(&shown)?;
        let found = schema::version(&connection, &shown)?;
        if usize::try_from(found).is_ok_and(|found| found > migrations.len()) {
            return Err(StoreError::Newer { shown, found });
        }
        // Of a new file only; entries are long, and larger pages are written with fewer calls.
        connection.pragma_update(None, "page_size", PAGE).wrong(&shown)?;
        let mode = in_wal_mode(&connection).wrong(&shown)?;
        if mode != "wal" {
            return Err(StoreError::Refused { shown, reason: format!("it keeps its log as `{mode}` and not as `wal`") });
        }
        connection.pragma_update(None, "synchronous", "full").wrong(&shown)?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES).wrong(&shown)?;
        connection.pragma_update(None, "cache_size", -64_000).wrong(&shown)?;
        schema::migrate(&mut connection, migrations, &shown)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, shown, path: path.to_owned() })
    }

    /// Opens the journal in a file for reading only.
    ///
    /// # Errors
    /// When there is none, it cannot be read, is no journal, or was written by a newer turf.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let shown = shown_of(path);
        if !path.exists() {
            return Err(StoreError::None { shown });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).wrong(&shown)?;
        connection.busy_handler(Some(wait)).wrong(&shown)?;
        let found = match schema::version(&connection, &shown) {
            // In a folder that may not be written to, a log cannot even be looked for; without one the file is complete.
            Err(StoreError::Unreachable { .. } | StoreError::ReadOnly { .. }) if !log_of(path).exists() => {
                return Self::immutable(path, shown);
            }
            found => found?,
        };
        Self::checked(connection, found, shown, path)
    }

    fn immutable(path: &Path, shown: String) -> Result<Self, StoreError> {
        let escaped = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags).wrong(&shown)?;
        let found = schema::version(&connection, &shown)?;
        Self::checked(connection, found, shown, path)
    }

    fn checked(connection: Connection, found: u32, shown: String, path: &Path) -> Result<Self, StoreError> {
        match found {
            0 => Err(StoreError::None { shown }),
            found if found > VERSION => Err(StoreError::Newer { shown, found }),
            _ => Ok(Self { connection, shown, path: path.to_owned() }),
        }
    }
}

/// Writes a path as people would: without a leading `./`.
fn shown_of(path: &Path) -> String {
    format!("`{}`", path.strip_prefix(".").unwrap_or(path).display())
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// Switches to WAL mode and returns the mode then. SQLite asks no busy handler for that, so it is tried until nobody is in the way.
fn in_wal_mode(connection: &Connection) -> rusqlite::Result<String> {
    let mut times = 0;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => times += 1,
            done => return done,
        }
        wait(times);
    }
}

/// Waits for whoever has the file, for as long as it takes: one waits, none fails.
fn wait(times: i32) -> bool {
    let longer = u64::try_from(times.clamp(1, 20)).unwrap_or(1);
    std::thread::sleep(Duration::from_millis(longer));
    true
}

impl Store for Sqlite {
    fn take(&mut self) -> Result<Head, StoreError> {
        self.connection.execute_batch("BEGIN IMMEDIATE").wrong(&self.shown)?;
        self.head()
    }

    fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let written = write::write(&self.connection, batch).and_then(|()| self.connection.execute_batch("COMMIT"));
        if let Err(error) = written {
            let told = trouble(&error, &self.shown);
            // SQLite may have given up the transaction by itself; then there is nothing left to give back.
            if !self.connection.is_autocommit() {
                self.give_back()?;
            }
            return Err(told);
        }
        anchor::write(&self.path, batch.head);
        Ok(())
    }

    fn give_back(&mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("ROLLBACK").wrong(&self.shown)
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        read::head(&self.connection).wrong(&self.shown)
    }

    fn entries(&mut self, from: u64, most: u32) -> Result<Vec<Entry>, StoreError> {
        read::entries(&self.connection, from, most).wrong(&self.shown)
    }

    fn rows(&mut self) -> Result<Vec<StateRow>, StoreError> {
        read::rows(&self.connection).wrong(&self.shown)
    }

    fn latest(&mut self, kind: &str, ids: &[std::sync::Arc<str>]) -> Result<Vec<Option<Latest>>, StoreError> {
        read::latest(&self.connection, kind, ids).wrong(&self.shown)
    }

    fn told(&mut self, kind: &str, id: &str) -> Result<Vec<u64>, StoreError> {
        read::told(&self.connection, kind, id).wrong(&self.shown)
    }

    fn pasts(&mut self, keys: &[PastKey]) -> Result<Vec<Option<PastDoc>>, StoreError> {
        read::pasts(&self.connection, keys).wrong(&self.shown)
    }

    fn blob(&mut self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        read::one(&self.connection, "SELECT bytes FROM blob WHERE digest = ?1", digest).wrong(&self.shown)
    }

    fn book(&mut self, digest: &str) -> Result<Option<u64>, StoreError> {
        let number: Option<i64> = read::one(&self.connection, "SELECT number FROM book WHERE digest = ?1", digest).wrong(&self.shown)?;
        Ok(number.and_then(|n| u64::try_from(n).ok()))
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        read::checkpoints(&self.connection).wrong(&self.shown)
    }

    fn checkpoints_end(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        read::last_checkpoint(&self.connection).wrong(&self.shown)
    }

    fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        read::one(&self.connection, "SELECT value FROM setting WHERE name = ?1", name).wrong(&self.shown)
    }

    fn kept(&mut self, each: &mut dyn FnMut(Kept) -> Result<(), StoreError>) -> Result<(), StoreError> {
        read::kept(&self.connection, &self.shown, each)
    }

    fn damage(&mut self) -> Result<Vec<String>, StoreError> {
        read::damage(&self.connection).wrong(&self.shown)
    }

    fn shown(&self) -> String {
        self.shown.clone()
    }

    fn reported(&self) -> Option<u64> {
        anchor::read(&self.path)
    }
}

#[cfg(test)]
mod tests;
