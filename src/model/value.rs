//! Values of fields, records, and how text becomes a value.
//!
//! Pure: the readers in `data/` hand cells over as text, rule literals come from the tree; both end up here, so a rule
//! and a cell can never be read differently. Amounts are exact decimals, never floats.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{FieldId, RecordId};

/// Holds the value of a present field. A missing field is `None` where a value is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, a postal code (folded) or a calendar's name.
    Text(Arc<str>),
    /// A declared value of a `one of`, in its declared spelling.
    Choice(Arc<str>),
    /// A cell of a `one of` that is none of the declared values: present, equal to nothing.
    Unlisted(Arc<str>),
    /// A set: declared elements, and the others, which equal nothing.
    Set {
        /// Declared elements (all elements of a `set of text`), sorted.
        listed: BTreeSet<Arc<str>>,
        /// Elements that are none of the declared values, sorted.
        unlisted: BTreeSet<Arc<str>>,
    },
    /// A number, percentage (25% is 25) or amount of money.
    Number(Decimal),
    /// A day.
    Date(Date),
    /// An instant.
    Time(Timestamp),
    /// Yes or no.
    YesNo(bool),
    /// The key of another record.
    Reference(Arc<str>),
}

/// Holds one record as read: a lead, an account, a rep, or any other declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its type.
    pub kind: RecordId,
    /// Its key.
    pub key: Arc<str>,
    /// Its values by [`FieldId`]; `None` is missing.
    pub values: Vec<Option<Value>>,
    /// Where it was read, for explanations: file and line.
    pub origin: Origin,
}

impl Record {
    /// Returns a field's value; `None` when missing.
    #[must_use]
    pub fn value(&self, field: FieldId) -> Option<&Value> {
        self.values.get(field.index()).and_then(Option::as_ref)
    }
}

/// Says where a record was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Origin {
    /// Path as shown to people.
    pub file: Arc<str>,
    /// Line, from 1; 0 when unknown.
    pub line: u64,
}

/// Holds the reference data that rules look into: reps, accounts and other referenced records, absences and open loads.
#[derive(Clone, Debug, Default)]
pub struct ReferenceData {
    /// Records by type and key.
    pub records: BTreeMap<RecordId, BTreeMap<Arc<str>, Record>>,
    /// Absences by rep, sorted by beginning.
    pub absences: BTreeMap<Arc<str>, Vec<Absence>>,
    /// Work already open by rep.
    pub loads: BTreeMap<Arc<str>, Vec<OpenWork>>,
}

impl ReferenceData {
    /// Finds a record by type and key.
    #[must_use]
    pub fn get(&self, kind: RecordId, key: &str) -> Option<&Record> {
        self.records.get(&kind).and_then(|all| all.get(key))
    }

    /// Yields all records of a type in key order.
    pub fn all(&self, kind: RecordId) -> impl Iterator<Item = &Record> {
        self.records.get(&kind).into_iter().flat_map(BTreeMap::values)
    }
}

/// Holds a time during which a rep is away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Absence {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// Why, if the file says so.
    pub reason: Option<Arc<str>>,
}

/// Holds one row of the open loads: how many, and the record they are, for limits with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenWork {
    /// How many pieces of work the row stands for.
    pub count: u64,
    /// The fields of the row read as a lead; fields the file does not have are missing.
    pub record: Record,
}

/// An answer of three-valued logic (Kleene 1938).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It does not hold.
    No,
    /// A field is missing, so it cannot be told.
    CannotTell,
    /// It holds.
    Yes,
}

impl Answer {
    /// Returns the answer to the opposite question.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::CannotTell => Self::CannotTell,
            Self::Yes => Self::No,
        }
    }

    /// Returns whether it is [`Answer::Yes`]; only then does a rule apply.
    #[must_use]
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}
