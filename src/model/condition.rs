//! Resolved conditions: every path leads to a typed field, every literal is a value.
//!
//! The tree keeps the shape and the spans of what was written, because an explanation walks it again.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use regex::Regex;
use rust_decimal::Decimal;

use super::{ClassId, FieldId, ListId, RecordId, SegmentId, TerritoryId, Type, Value};
use crate::text::Span;

/// Holds a condition over a record (and sometimes a candidate rep).
#[derive(Clone, Debug)]
pub struct Condition {
    /// Its shape.
    pub kind: ConditionKind,
    /// Where it is written.
    pub span: Span,
}

impl Condition {
    /// Takes the condition apart into what must hold together, in the order written.
    #[must_use]
    pub fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            ConditionKind::All(parts) => parts.iter().flat_map(Self::parts).collect(),
            _ => vec![self],
        }
    }
}

/// The shapes of a resolved condition.
#[derive(Clone, Debug)]
pub enum ConditionKind {
    /// Every part must hold; an empty one always holds.
    All(Vec<Condition>),
    /// One part must hold.
    Any(Vec<Condition>),
    /// The part must not hold.
    Not(Box<Condition>),
    /// A test of a value.
    Test(Box<Test>),
    /// A segment, looked at on the record the steps lead to (no steps: the record itself).
    Segment {
        /// The segment.
        segment: SegmentId,
        /// Where the record is.
        at: Place,
    },
    /// A test of the placed territory.
    Placed(PlacedTest),
    /// Whether a record with the same value was assigned to somebody before.
    SeenBefore {
        /// The value to look up.
        by: FieldPath,
        /// How far back.
        within: Period,
    },
}

/// A test of the territory a record was placed in; it can always be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacedTest {
    /// `territory is present`
    Present,
    /// `territory is missing`
    Missing,
    /// `territory is west`, `territory in [west, east]`: placed in one of them or inside one of them.
    Within {
        /// The territories, sorted.
        territories: Vec<TerritoryId>,
        /// Whether `not` was written.
        negated: bool,
    },
}

/// Says from which record a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// The record that is decided.
    Subject,
    /// The candidate rep, in member conditions and targets.
    Candidate,
}

/// Leads from a root over references to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it starts.
    pub root: Root,
    /// Reference fields to follow, each with the record type that holds it.
    pub steps: Vec<(RecordId, FieldId)>,
    /// The record type it leads to.
    pub record: RecordId,
}

/// Leads to a value: a place and what to take there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    /// The record.
    pub place: Place,
    /// What of the record.
    pub attribute: Attribute,
    /// Whether the domain of the e-mail address is taken (`domain of email`).
    pub domain_of: bool,
    /// The type of the value; plain text for a domain.
    pub ty: Type,
    /// As written, for people: `account.owner`, `domain of email`.
    pub written: Arc<str>,
    /// Where it is written.
    pub span: Span,
}

/// What a path takes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// A declared field.
    Field(FieldId),
    /// A derived field (`classify`); its type is a `one of` of its values.
    Class(ClassId),
}

/// A test: a value and what is asked of it.
#[derive(Clone, Debug)]
pub struct Test {
    /// The value looked at.
    pub subject: FieldPath,
    /// Whether the answer is turned round (`is not`, `not in`, `does not contain`).
    pub negated: bool,
    /// What is asked.
    pub predicate: Predicate,
    /// Where the predicate is written, operator included.
    pub predicate_span: Span,
}

/// What is asked of a value. On a missing subject or right side all but the first two cannot be told.
#[derive(Clone, Debug)]
pub enum Predicate {
    /// `is missing`; always told.
    Missing,
    /// `is present`; always told.
    Present,
    /// A bare yes/no field.
    IsYes,
    /// `is X`
    Is(Right),
    /// `< X` and the like, on numbers, percentages, money, dates and times.
    Compare(Comparison, Right),
    /// `in [...]`, `in LIST`
    In(ValueSet),
    /// `in a..b`, both ends included.
    Between(Value, Value),
    /// `starts with` one of these.
    StartsWith(Vec<Right>),
    /// `ends with` one of these.
    EndsWith(Vec<Right>),
    /// Text contains one of these (or each of them when `all`).
    ContainsText {
        /// The pieces.
        pieces: Vec<Right>,
        /// Whether each must occur.
        all: bool,
    },
    /// A set contains one of these (or each of them when `all`).
    ContainsElement {
        /// The elements.
        elements: Vec<Right>,
        /// Whether each must occur.
        all: bool,
    },
    /// `matches /re/`, linear time.
    Matches(Pattern),
    /// `before X`
    Before(Moment),
    /// `after X`
    After(Moment),
    /// `within last N`: from that long ago up to now, both ends included.
    WithinLast(Period),
    /// `within next N`: from now up to that far ahead, both ends included.
    WithinNext(Period),
}

impl Predicate {
    /// Lists the fields on the right side, in the order written.
    #[must_use]
    pub fn fields(&self) -> Vec<&FieldPath> {
        let rights: Vec<&Right> = match self {
            Self::Is(right) | Self::Compare(_, right) => vec![right],
            Self::StartsWith(all) | Self::EndsWith(all) => all.iter().collect(),
            Self::ContainsText { pieces, .. } => pieces.iter().collect(),
            Self::ContainsElement { elements, .. } => elements.iter().collect(),
            Self::Before(Moment::Field(path)) | Self::After(Moment::Field(path)) => return vec![path],
            _ => Vec::new(),
        };
        rights.into_iter().filter_map(|r| if let Right::Field(path) = r { Some(path) } else { None }).collect()
    }
}

pub use crate::syntax::tree::{Comparison, Unit};

/// The right side of an operator.
#[derive(Clone, Debug)]
pub enum Right {
    /// A value of the subject's type. For texts compared by piece it is [`Value::Text`].
    Value(Value),
    /// Another field.
    Field(FieldPath),
}

/// A set of values for `in`.
#[derive(Clone, Debug)]
pub struct ValueSet {
    /// The list's name when one was named.
    pub list: Option<ListId>,
    /// Text-like values (folded when the subject is `any case`): texts, choices, postal codes, references, calendars.
    pub texts: Arc<HashSet<Arc<str>>>,
    /// Numbers, percentages and amounts.
    pub numbers: Arc<HashSet<Decimal>>,
    /// Days.
    pub dates: Arc<HashSet<Date>>,
}

/// A compiled pattern that compares by its source.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As written between the slashes.
    pub source: Arc<str>,
    /// Compiled; linear in the text.
    pub regex: Regex,
}

/// A moment on the right of `before` and `after`.
#[derive(Clone, Debug)]
pub enum Moment {
    /// A day or an instant.
    Fixed(Value),
    /// Another field.
    Field(FieldPath),
    /// `N days ago`
    Ago(Period),
    /// `N days from now`
    FromNow(Period),
    /// `today`: the day it is in the project's zone.
    Today,
    /// `now`
    Now,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}
