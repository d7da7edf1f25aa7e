//! What conditions can ask of a record, one axis for each, and the classes that they can tell apart on it.
//!
//! Axes are named by field names, not ids, so that two books can share one space.

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::age::AgeCut;
use super::fact::Fact;
use super::spelling::{Lazily, Spelling};
use crate::model::{Schema, Type};

/// Identifies an axis of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AxisId(pub u32);

impl AxisId {
    /// Returns the axis at a position.
    #[must_use]
    pub fn of(index: usize) -> Self {
        Self::from_index(index)
    }

    pub(super) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Returns its position among the axes of its space.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Names an axis: the reference fields to follow and the field, and what of the field is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AxisKey {
    /// Field names from the decided record on; empty for [`Aspect::Today`] and for facts about several fields.
    pub path: Vec<Arc<str>>,
    /// What is looked at.
    pub aspect: Aspect,
}

/// Says what of a field an axis looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// The day it is in the project's zone.
    Today,
    /// Its value.
    Value(Kind),
    /// The domain of the e-mail address in it.
    Domain,
    /// Whether the set in it holds an element; only looked at when the set is there.
    Element(Arc<str>),
    /// How a date or time lies to the present; only looked at when it is there.
    Age,
    /// A question that classes of single fields cannot answer: free to be yes or no.
    Fact(Arc<str>),
    /// The territory that holds the record, by name; only where records are decided, and so placed already.
    Territory,
    /// A derived field of a book; only where records are decided.
    Derived,
}

/// The kinds of value, as far as cutting goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Text as it is.
    Text,
    /// Text in small letters.
    AnyCase,
    /// Postal codes, folded.
    Postal,
    /// Declared values.
    Choice,
    /// The name of a calendar.
    Calendar,
    /// Numbers, percentages, amounts.
    Number,
    /// Days, by number since 1970.
    Day,
    /// Instants, in nanoseconds since 1970.
    Instant,
    /// Yes or no.
    YesNo,
    /// A set; only whether it is there.
    Set,
    /// The key of another record.
    Reference,
}

impl Kind {
    /// Returns the kind of a type.
    #[must_use]
    pub fn of(ty: &Type) -> Self {
        match ty {
            Type::Text { any_case: false } => Self::Text,
            Type::Text { any_case: true } => Self::AnyCase,
            Type::OneOf(_) => Self::Choice,
            Type::Set { .. } => Self::Set,
            Type::Number | Type::Percent | Type::Money(_) => Self::Number,
            Type::Date => Self::Day,
            Type::Time => Self::Instant,
            Type::Postal => Self::Postal,
            Type::YesNo => Self::YesNo,
            Type::Calendar => Self::Calendar,
            Type::Reference(_) => Self::Reference,
        }
    }
}

/// A stretch of an ordered axis.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bounds<T> {
    /// Where it begins, and whether that is inside; none means no beginning.
    pub low: Option<(T, bool)>,
    /// Where it ends, and whether that is inside; none means no end.
    pub high: Option<(T, bool)>,
}

impl<T: Clone> Bounds<T> {
    /// Returns a stretch of one value.
    pub fn point(at: T) -> Self {
        Self { low: Some((at.clone(), true)), high: Some((at, true)) }
    }

    /// Returns a stretch with both ends inside; none means no end.
    pub fn closed(low: Option<T>, high: Option<T>) -> Self {
        Self { low: low.map(|v| (v, true)), high: high.map(|v| (v, true)) }
    }
}

/// A class: values that no condition of the book can tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// No value.
    Missing,
    /// A value that a `one of` does not declare.
    Unlisted,
    /// One of these texts, sorted.
    Values(Vec<Arc<str>>),
    /// A text that no condition names and that begins with one of these, and with no longer beginning that is named; the
    /// empty beginning stands for all others.
    Others(Vec<Arc<str>>),
    /// A set, or a reference that leads somewhere and whose key no condition names.
    Present,
    /// A reference to a record that the data do not have.
    Dangling,
    /// Numbers.
    Numbers(Bounds<Decimal>),
    /// Days since 1970, or nanoseconds since 1970; both ends are inside.
    Ticks(Bounds<i128>),
    /// A stretch of time told from the present: from the first cut to the second.
    Age(Option<AgeCut>, Option<AgeCut>),
    /// Yes.
    Yes,
    /// No.
    No,
    /// A fact that cannot be told.
    Untold,
}

/// Holds an axis with its classes.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Its name.
    pub key: AxisKey,
    /// The field as rules write it: `account.industry`, `domain of email`.
    pub written: Arc<str>,
    /// The type of the field, for writing values.
    pub ty: Type,
    /// The classes: missing first, then in the order of the values.
    pub classes: Vec<Class>,
    /// The question, for facts.
    pub fact: Option<Arc<Fact>>,
    /// What is kept to say the classes; empty at first.
    pub spelling: Lazily,
}

impl Axis {
    /// Returns the position of a class.
    #[must_use]
    pub fn position(&self, class: &Class) -> Option<usize> {
        self.spelling().position(class, &self.classes)
    }

    /// Returns what is kept to say the classes.
    pub(super) fn spelling(&self) -> &Spelling {
        self.spelling.of(&self.classes)
    }

    /// Returns whether the axis only matters while its field has a value.
    #[must_use]
    pub fn hangs_on_value(&self) -> bool {
        matches!(self.key.aspect, Aspect::Element(_) | Aspect::Age)
    }
}

/// Folds a text as values of a kind are compared.
#[must_use]
pub fn fold(kind: Kind, text: &str) -> Cow<'_, str> {
    // Most cells are as compared already.
    match kind {
        Kind::AnyCase if text.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) => text.to_lowercase().into(),
        Kind::Postal if text.bytes().any(|b| !(b.is_ascii_digit() || b.is_ascii_uppercase())) => {
            text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect::<String>().into()
        }
        _ => text.into(),
    }
}

/// Finds a field by the names of a path; none when a book does not have it.
#[must_use]
pub fn field_at<'s>(schema: &'s Schema, record: crate::model::RecordId, path: &[Arc<str>]) -> Option<(crate::model::RecordId, &'s Type)> {
    let (last, steps) = path.split_last()?;
    let mut at = record;
    for step in steps {
        let field = schema.record(at).find(step)?;
        let Type::Reference(to) = schema.field(at, field).ty else { return None };
        at = to;
    }
    let field = schema.record(at).find(last)?;
    Some((at, &schema.field(at, field).ty))
}
