//! The journal in a real database: SQLite in one file, or PostgreSQL for several machines.
//!
//! [`Store`] is the small interface both offer: one writer at a time takes the journal ([`Store::take`]), sees all that was
//! written before, and writes a [`Batch`] in one transaction. What is decided, and what that changes, is worked out above
//! it; a store knows entries, rows and links, not rules.

pub mod books;
mod error;
mod imagined;
mod making;
mod open;
#[cfg(feature = "postgres")]
mod postgres;
mod recorder;
mod sqlite;
mod teller;
mod verify;

pub use error::StoreError;
pub use imagined::Imagined;
pub use making::{BegunDoc, CHECKPOINT, OpeningDoc};
pub use open::Place;
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use recorder::{Done, Manner, Recorder, Work, check_key, read_decision};
pub use sqlite::Sqlite;
pub use teller::{Teller, Telling};
pub use verify::{Verified, verify};

use std::sync::Arc;

use crate::journal::document::PastDoc;
use crate::journal::{Checkpoint, Entry, Head, RowKey, StateRow};

/// The version of the tables that this program writes.
pub const VERSION: u32 = 1;

/// Offers what a journal needs of a database.
pub trait Store {
    /// Takes the journal for writing, waiting for whoever has it, and returns where it ends.
    ///
    /// # Errors
    /// When the database cannot be reached or written to.
    fn take(&mut self) -> Result<Head, StoreError>;

    /// Writes a batch and gives the journal back: all of it is kept, or nothing.
    ///
    /// # Errors
    /// When it cannot be written; the journal is then as it was, and given back.
    fn write(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Gives the journal back without writing.
    ///
    /// # Errors
    /// When the database cannot be reached.
    fn give_back(&mut self) -> Result<(), StoreError>;

    /// Returns where the journal ends.
    ///
    /// # Errors
    /// When it cannot be read.
    fn head(&mut self) -> Result<Head, StoreError>;

    /// Returns entries from a number on, in order, `most` at most; numbers that are gone are left out.
    ///
    /// # Errors
    /// When they cannot be read.
    fn entries(&mut self, from: u64, most: u32) -> Result<Vec<Entry>, StoreError>;

    /// Returns all rows of the state.
    ///
    /// # Errors
    /// When they cannot be read.
    fn rows(&mut self) -> Result<Vec<StateRow>, StoreError>;

    /// Returns what was last decided about each record of a type, in the order of the keys.
    ///
    /// # Errors
    /// When it cannot be read.
    fn latest(&mut self, kind: &str, ids: &[Arc<str>]) -> Result<Vec<Option<Latest>>, StoreError>;

    /// Returns the numbers of the events told about a record, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    fn told(&mut self, kind: &str, id: &str) -> Result<Vec<u64>, StoreError>;

    /// Returns the last assignments of values, in the order of the keys.
    ///
    /// # Errors
    /// When they cannot be read.
    fn pasts(&mut self, keys: &[PastKey]) -> Result<Vec<Option<PastDoc>>, StoreError>;

    /// Returns bytes by their digest; none when they are not kept.
    ///
    /// # Errors
    /// When they cannot be read.
    fn blob(&mut self, digest: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Returns the number of the entry that holds a book by its digest.
    ///
    /// # Errors
    /// When it cannot be read.
    fn book(&mut self, digest: &str) -> Result<Option<u64>, StoreError>;

    /// Returns the signed checkpoints, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError>;

    /// Returns the last of the signed checkpoints.
    ///
    /// # Errors
    /// When it cannot be read.
    fn checkpoints_end(&mut self) -> Result<Option<Checkpoint>, StoreError>;

    /// Returns a setting of the journal.
    ///
    /// # Errors
    /// When it cannot be read.
    fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError>;

    /// Returns every last decision and every past assignment kept, to compare with what the entries say.
    ///
    /// # Errors
    /// When they cannot be read, or `each` fails.
    fn kept(&mut self, each: &mut dyn FnMut(Kept) -> Result<(), StoreError>) -> Result<(), StoreError>;

    /// Asks the database what is wrong with its own files, in its words; nothing when all is well, or it does not tell.
    ///
    /// # Errors
    /// When it cannot even be asked.
    fn damage(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    /// Returns where the journal is, for people.
    fn shown(&self) -> String;

    /// Returns the last number that was reported as written, as kept outside the database; none where nothing is.
    fn reported(&self) -> Option<u64> {
        None
    }
}

/// Holds what one transaction writes.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// Rows of the state to set, or to take out.
    pub rows: Vec<(RowKey, Option<String>)>,
    /// What was last decided, by record type and key.
    pub latest: Vec<(Arc<str>, Arc<str>, Latest)>,
    /// Entries that tell something about a record: its type, its key, the number.
    pub told: Vec<(Arc<str>, Arc<str>, u64)>,
    /// Past assignments.
    pub pasts: Vec<(PastKey, PastDoc)>,
    /// Bytes by digest; those already kept stay as they are.
    pub blobs: Vec<(String, Vec<u8>)>,
    /// Books by digest, with the number of the entry.
    pub books: Vec<(String, u64)>,
    /// Settings.
    pub settings: Vec<(String, String)>,
    /// A checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// Where the journal then ends.
    pub head: Head,
}

/// Says what was last decided about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// The number of the entry.
    pub number: u64,
    /// The hash of what the record held.
    pub content: Arc<str>,
    /// Who has the record and what would have to be given back, in JSON; none when nobody has.
    pub held: Option<String>,
    /// Who has rejected it, a list in JSON; none when nobody has.
    pub rejected: Option<String>,
}

/// Names a value that an assignment was remembered by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PastKey {
    /// The record type.
    pub of: Arc<str>,
    /// The field, as rules write it.
    pub by: Arc<str>,
    /// The hash of the value.
    pub value: Arc<str>,
}

/// One thing kept beside the entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// What was last decided about a record of a type with that key.
    Latest(Arc<str>, Arc<str>, Latest),
    /// A past assignment.
    Past(PastKey, PastDoc),
}
