//! Atoms: what a condition asks of one axis. Classes are what the atoms of an axis cannot tell apart.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::age::AgeCut;
use super::axis::Bounds;

/// A question about one axis, which each of its classes answers with yes or no.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    /// There is a value. A dangling reference has one.
    Present,
    /// The reference leads to a record.
    Found,
    /// The text is one of these, folded and sorted.
    Values(Arc<[Arc<str>]>),
    /// The text begins with one of these, folded and sorted.
    Beginnings(Arc<[Arc<str>]>),
    /// The longest of the table's beginnings that the text has is one of the second list; both sorted.
    Longest(Arc<[Arc<str>]>, Arc<[Arc<str>]>),
    /// The number lies in one of these.
    Numbers(Arc<[Bounds<Decimal>]>),
    /// The day or instant lies in one of these; both ends inside.
    Ticks(Arc<[Bounds<i128>]>),
    /// The date or time lies between two cuts.
    Age(Option<AgeCut>, Option<AgeCut>),
    /// It is yes; the set holds the element.
    Yes,
    /// It is no; never where it cannot be told.
    No,
}
