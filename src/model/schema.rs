//! The declared records, their fields and types.
//!
//! Ids are positions in name order, so two books with the same declarations have the same ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub struct $name(pub u32);

        impl $name {
            /// Makes an id from a position.
            #[must_use]
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            /// Returns the position.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+ };
}

ids! {
    /// Identifies a declared record type.
    RecordId,
    /// Identifies a field within its record type.
    FieldId,
    /// Identifies a segment.
    SegmentId,
    /// Identifies a derived field.
    ClassId,
    /// Identifies a list.
    ListId,
    /// Identifies a calendar.
    CalendarId,
    /// Identifies a territory, written or from a table.
    TerritoryId,
    /// Identifies a team.
    TeamId,
    /// Identifies a rule.
    RuleId,
    /// Identifies an overlay.
    OverlayId,
    /// Identifies a credit plan.
    CreditId,
}

/// Holds all declared records, sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The record types; positions are [`RecordId`]s.
    pub records: Vec<RecordType>,
}

impl Schema {
    /// Finds a record type by name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<RecordId> {
        self.records.iter().position(|r| &*r.name == name).map(RecordId::from_index)
    }

    /// Returns a record type.
    #[must_use]
    pub fn record(&self, id: RecordId) -> &RecordType {
        &self.records[id.index()]
    }

    /// Returns a field of a record type.
    #[must_use]
    pub fn field(&self, record: RecordId, field: FieldId) -> &Field {
        &self.records[record.index()].fields[field.index()]
    }
}

/// Holds a declared record type.
#[derive(Clone, Debug)]
pub struct RecordType {
    /// The name: `lead`, `account`, `rep`, ...
    pub name: Arc<str>,
    /// The fields in the order declared; positions are [`FieldId`]s.
    pub fields: Vec<Field>,
    /// Field positions by name.
    pub by_name: BTreeMap<Arc<str>, FieldId>,
    /// The key field.
    pub key: FieldId,
    /// The time field that orders decisions, if one is marked `arrival`.
    pub arrival: Option<FieldId>,
    /// Where it is declared.
    pub span: Span,
}

impl RecordType {
    /// Finds a field by name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<FieldId> {
        self.by_name.get(name).copied()
    }
}

/// Holds a declared field.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name.
    pub name: Arc<str>,
    /// The type.
    pub ty: Type,
    /// Whether the value is masked in logs and reports.
    pub private: bool,
    /// Where it is declared.
    pub span: Span,
}

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text, compared as it is, or without regard to letter case.
    Text {
        /// Whether `any case` was declared.
        any_case: bool,
    },
    /// One of the declared values, in the order declared.
    OneOf(Arc<[Arc<str>]>),
    /// A set: of the declared values, or of any text when `values` is absent.
    Set {
        /// The declared values in the order declared.
        values: Option<Arc<[Arc<str>]>>,
        /// What separates elements in a cell.
        separator: Arc<str>,
    },
    /// An exact decimal.
    Number,
    /// An exact decimal in hundredths: `25%` is held as 25.
    Percent,
    /// An exact decimal amount of one currency.
    Money(Arc<str>),
    /// A day.
    Date,
    /// An instant.
    Time,
    /// Text that compares by prefix; letter case and blanks are folded.
    Postal,
    /// Yes or no.
    YesNo,
    /// The name of a declared calendar.
    Calendar,
    /// The key of a record of that type.
    Reference(RecordId),
}
