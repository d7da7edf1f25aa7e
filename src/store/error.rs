//! What can go wrong with a journal's database, with the remedy.

use std::fmt;

/// Says what is wrong with a journal.
#[derive(Debug)]
pub enum StoreError {
    /// There is no journal yet.
    None {
        /// Where it would be.
        shown: String,
    },
    /// What is there is no journal.
    NotAJournal {
        /// Where.
        shown: String,
    },
    /// A newer turf wrote it.
    Newer {
        /// Where.
        shown: String,
        /// Its version.
        found: u32,
    },
    /// It may not be written to.
    ReadOnly {
        /// Where.
        shown: String,
    },
    /// The disk has no room.
    Full {
        /// Where.
        shown: String,
    },
    /// Its bytes are damaged.
    Damaged {
        /// Where.
        shown: String,
        /// What the database says.
        reason: String,
    },
    /// It cannot be opened or reached.
    Unreachable {
        /// Where.
        shown: String,
        /// What the database says.
        reason: String,
    },
    /// The database refuses.
    Refused {
        /// Where.
        shown: String,
        /// What the database says.
        reason: String,
    },
    /// This build does not speak to PostgreSQL.
    NotBuilt {
        /// Where it is.
        shown: String,
    },
    /// The key is another one, or there is none.
    Key {
        /// A sentence without its full stop, and the remedy.
        what: String,
        /// What to do.
        remedy: String,
    },
}

impl StoreError {
    /// Returns what to do about it, as a whole sentence.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::None { .. } => "Record decisions with `turf route --commit`; that makes it.".to_owned(),
            Self::NotAJournal { .. } => "Name another file under `[store]` in turf.toml.".to_owned(),
            Self::Newer { .. } => "Take a newer turf: this one would not understand all that is in it, and leaves it untouched.".to_owned(),
            Self::ReadOnly { shown } => {
                format!("See that you may write to {shown} and to its folder. Nothing of this batch was recorded.")
            }
            Self::Full { .. } => {
                "Make room and run the same command again: what was recorded before stays, and is not recorded twice.".to_owned()
            }
            Self::Damaged { .. } => {
                "`turf audit verify` says which entries can be read; keep a copy of the file before anything else.".to_owned()
            }
            Self::Unreachable { .. } => "See that it is there, and that you may reach it.".to_owned(),
            Self::Refused { .. } => "Nothing of this batch was recorded; run the same command again.".to_owned(),
            Self::NotBuilt { .. } => "Take a released turf, or build it with `cargo build --release --features postgres`.".to_owned(),
            Self::Key { remedy, .. } => remedy.clone(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None { shown } => write!(f, "there is no journal at {shown} yet"),
            Self::NotAJournal { shown } => write!(f, "{shown} is no journal of turf"),
            Self::Newer { shown, found } => write!(
                f,
                "the journal {shown} was written by a newer turf (its tables have version {found}, this turf knows {})",
                super::VERSION
            ),
            Self::ReadOnly { shown } => write!(f, "the journal {shown} cannot be written to"),
            Self::Full { shown } => write!(f, "there is no room left for the journal {shown}"),
            Self::Damaged { shown, reason } => write!(f, "the journal {shown} is damaged ({reason})"),
            Self::Unreachable { shown, reason } => write!(f, "the journal {shown} cannot be opened: {reason}"),
            Self::Refused { shown, reason } => write!(f, "the database of the journal {shown} refuses: {reason}"),
            Self::NotBuilt { shown } => write!(f, "this build of turf does not speak to PostgreSQL, where the journal {shown} is"),
            Self::Key { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for StoreError {}
