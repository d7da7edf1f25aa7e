//! Periods told from a moment: back and ahead, by the calendar of a time zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Period, Unit};

/// Returns the moment that long ago; months and days by the calendar of the zone.
#[must_use]
pub fn ago(at: Timestamp, period: Period, zone: &TimeZone) -> Timestamp {
    let then = span(period).and_then(|s| at.to_zoned_datetime(zone.clone()).checked_sub(s).ok());
    then.map_or(Timestamp::MIN, |z| z.timestamp())
}

/// Returns the moment that far ahead; months and days by the calendar of the zone.
#[must_use]
pub fn ahead(at: Timestamp, period: Period, zone: &TimeZone) -> Timestamp {
    let then = span(period).and_then(|s| at.to_zoned_datetime(zone.clone()).checked_add(s).ok());
    then.map_or(Timestamp::MAX, |z| z.timestamp())
}

/// Returns the day that long ago; hours and minutes count only as whole days.
#[must_use]
pub fn day_ago(day: Date, period: Period) -> Date {
    span(period).and_then(|s| day.checked_sub(s).ok()).unwrap_or(Date::MIN)
}

/// Returns the day that far ahead; hours and minutes count only as whole days.
#[must_use]
pub fn day_ahead(day: Date, period: Period) -> Date {
    span(period).and_then(|s| day.checked_add(s).ok()).unwrap_or(Date::MAX)
}

fn span(period: Period) -> Option<jiff::Span> {
    let (none, amount) = (jiff::Span::new(), i64::from(period.amount));
    let span = match period.unit {
        Unit::Minutes => none.try_minutes(amount),
        Unit::Hours => none.try_hours(amount),
        Unit::Days => none.try_days(amount),
        Unit::Weeks => none.try_weeks(amount),
        Unit::Months => none.try_months(amount),
    };
    span.ok()
}
