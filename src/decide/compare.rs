//! Two values against each other: equality, membership, ranges, and the order of sizes.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::calendar::day_in;
use super::evaluate::Edge;
use crate::model::{Type, Value, ValueSet, look_up_key};

/// How two texts are read before they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    any_case: bool,
    postal: bool,
}

impl Reading {
    /// Works out how values of two types meet: either being `any case` folds both, either being a postal code cleans both.
    #[must_use]
    pub fn of(one: &Type, other: &Type) -> Self {
        let either = |is: fn(&Type) -> bool| is(one) || is(other);
        Self { any_case: either(|t| matches!(t, Type::Text { any_case: true })), postal: either(|t| matches!(t, Type::Postal)) }
    }

    /// Returns whether texts are compared as they are.
    #[must_use]
    pub fn is_plain(self) -> bool {
        !self.any_case && !self.postal
    }

    /// Returns the text as compared.
    #[must_use]
    pub fn fold(self, text: &str) -> Cow<'_, str> {
        match self {
            Self { postal: true, .. } => {
                text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect::<String>().into()
            }
            Self { any_case: true, .. } => text.to_lowercase().into(),
            Self { .. } => text.into(),
        }
    }
}

/// Returns the text of a value that has one to compare; an unlisted value has none, because it equals nothing.
#[must_use]
pub fn text(value: &Value) -> Option<&Arc<str>> {
    match value {
        Value::Text(text) | Value::Choice(text) | Value::Reference(text) => Some(text),
        Value::Unlisted(_) | Value::Set { .. } | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::YesNo(_) => None,
    }
}

/// Returns whether two present values are equal. Texts compare by spelling, a day and an instant by the day.
#[must_use]
pub fn same(one: &Value, one_ty: &Type, other: &Value, other_ty: &Type, zone: &TimeZone) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a == b,
        (Value::Date(a), Value::Date(b)) => a == b,
        (Value::Time(a), Value::Time(b)) => a == b,
        (Value::Date(day), Value::Time(at)) | (Value::Time(at), Value::Date(day)) => *day == day_in(zone, *at),
        (Value::YesNo(a), Value::YesNo(b)) => a == b,
        (a, b) => match (text(a), text(b)) {
            (Some(a), Some(b)) => {
                let reading = Reading::of(one_ty, other_ty);
                if reading.is_plain() { a == b } else { reading.fold(a) == reading.fold(b) }
            }
            _ => false,
        },
    }
}

/// Returns whether a present value is one of a set's.
#[must_use]
pub fn is_in(value: &Value, ty: &Type, set: &ValueSet) -> bool {
    match value {
        Value::Number(number) => set.numbers.contains(&number.normalize()),
        Value::Date(day) => set.dates.contains(day),
        Value::Text(text) | Value::Choice(text) | Value::Reference(text) => {
            if *ty == (Type::Text { any_case: true }) {
                set.texts.contains(&*text.to_lowercase())
            } else {
                set.texts.contains(text)
            }
        }
        Value::Unlisted(_) | Value::Set { .. } | Value::Time(_) | Value::YesNo(_) => false,
    }
}

/// Returns whether a present value lies between two others, both included; an end that is a day means the whole day.
#[must_use]
pub fn is_between(value: &Value, low: &Value, high: &Value, zone: &TimeZone) -> bool {
    at_most(low, value, zone) && at_most(value, high, zone)
}

fn at_most(one: &Value, other: &Value, zone: &TimeZone) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a <= b,
        (Value::Date(a), Value::Date(b)) => a <= b,
        (Value::Time(a), Value::Time(b)) => a <= b,
        (Value::Date(a), Value::Time(b)) => *a <= day_in(zone, *b),
        (Value::Time(a), Value::Date(b)) => day_in(zone, *a) <= *b,
        _ => false,
    }
}

/// Returns a day or time as an edge of `before` and `after`.
pub(super) fn edge_of(value: &Value) -> Option<Edge> {
    match value {
        Value::Date(day) => Some(Edge::Day(*day)),
        Value::Time(at) => Some(Edge::Instant(*at)),
        _ => None,
    }
}

/// The size of a value, for `highest` and `lowest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// A number, percentage or amount.
    Number(Decimal),
    /// A day.
    Day(Date),
    /// An instant.
    Instant(Timestamp),
}

impl Size {
    /// Returns a value's size, if its type has one.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(Self::Number(*number)),
            Value::Date(day) => Some(Self::Day(*day)),
            Value::Time(at) => Some(Self::Instant(*at)),
            _ => None,
        }
    }
}

/// Returns the text under which a value is remembered with its assignment; unlisted values and sets are not remembered.
#[must_use]
pub fn memory_key(value: &Value, ty: &Type) -> Option<Arc<str>> {
    match value {
        Value::Date(day) => Some(day.to_string().into()),
        Value::Time(at) => Some(at.to_string().into()),
        Value::YesNo(yes) => Some(if *yes { "yes" } else { "no" }.into()),
        other => look_up_key(other, ty),
    }
}
