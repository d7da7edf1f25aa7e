//! Values against each other, and periods on the calendar.

use jiff::{Span, Timestamp, ZonedDateTime as Zoned};
use rust_decimal::Decimal;
use turf::model::{Comparison, Period, Type, Unit, Value};

pub fn compare(left: &Value, op: Comparison, right: &Value) -> bool {
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return false };
    let (left, right): (&Decimal, &Decimal) = (left, right);
    match op {
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

/// Returns the text of a text-like value; an unlisted value has none, because it equals nothing.
pub fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Choice(text) | Value::Reference(text) => Some(text),
        Value::Unlisted(_) | Value::Set { .. } | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::YesNo(_) => None,
    }
}

/// Whether values of the type are read without regard to letter case.
pub fn folds(ty: &Type) -> bool {
    matches!(ty, Type::Text { any_case: true } | Type::OneOf(_))
}

/// Returns whether two present values are the same. Unlisted values equal nothing, not even one another.
pub fn same(left: &Value, left_type: &Type, right: &Value, right_type: &Type) -> bool {
    match (text_of(left), text_of(right)) {
        (Some(a), Some(b)) if folds(left_type) || folds(right_type) => a.to_lowercase() == b.to_lowercase(),
        (Some(a), Some(b)) => a == b,
        _ => match (left, right) {
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Date(a), Value::Date(b)) => a == b,
            (Value::Time(a), Value::Time(b)) => a == b,
            (Value::YesNo(a), Value::YesNo(b)) => a == b,
            _ => false,
        },
    }
}

fn span(period: Period) -> Span {
    let amount = i64::from(period.amount);
    let span = Span::new();
    let made = match period.unit {
        Unit::Minutes => span.try_minutes(amount),
        Unit::Hours => span.try_hours(amount),
        Unit::Days => span.try_days(amount),
        Unit::Weeks => span.try_weeks(amount),
        Unit::Months => span.try_months(amount),
    };
    made.unwrap_or_default()
}

/// Goes back by a period on the calendar of the moment's zone; as far as the calendar reaches.
pub fn moment_before(now: &Zoned, period: Period) -> Zoned {
    now.checked_sub(span(period)).unwrap_or_else(|_| Timestamp::MIN.to_zoned_datetime(now.time_zone().clone()))
}

/// Goes ahead by a period on the calendar of the moment's zone; as far as the calendar reaches.
pub fn moment_after(now: &Zoned, period: Period) -> Zoned {
    now.checked_add(span(period)).unwrap_or_else(|_| Timestamp::MAX.to_zoned_datetime(now.time_zone().clone()))
}
