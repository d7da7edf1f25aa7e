//! How a date or time lies to the present: cuts such as "180 days ago", and where they fall for a given moment.
//!
//! Months are not of one length, so two cuts may come in either order (30 days ago, one month ago). Cuts whose order
//! depends on the day are not put on one axis; see [`AgeCut::order`].

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::{Period, Unit, ago, ahead, day_ago, day_ahead};

/// A moment told from the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anchor {
    /// That long ago.
    Ago(Period),
    /// The day it is.
    Today,
    /// The moment it is.
    Now,
    /// That far ahead.
    Ahead(Period),
}

/// A cut before or after a moment told from the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgeCut {
    /// The moment; of a day the whole day.
    pub anchor: Anchor,
    /// Whether the moment itself lies before the cut.
    pub after: bool,
}

const DAY: i64 = 86_400;

impl AgeCut {
    /// Returns the seconds from now between which the cut lies, whatever the day. Clock changes move it by an hour or two.
    pub(super) fn range(&self, days: bool) -> (i64, i64) {
        let reach = |p: &Period| {
            let n = i64::from(p.amount);
            let slack = 2 * 3_600;
            match p.unit {
                // Of a day only whole days count.
                Unit::Minutes if days => (n * 60 / DAY * DAY, n * 60 / DAY * DAY),
                Unit::Hours if days => (n / 24 * DAY, n / 24 * DAY),
                Unit::Minutes => (n * 60, n * 60),
                Unit::Hours => (n * 3_600, n * 3_600),
                Unit::Days if days => (n * DAY, n * DAY),
                Unit::Weeks if days => (n * 7 * DAY, n * 7 * DAY),
                Unit::Days => (n * DAY - slack, n * DAY + slack),
                Unit::Weeks => (n * 7 * DAY - slack, n * 7 * DAY + slack),
                Unit::Months => (n * 2_629_746 - 4 * DAY, n * 2_629_746 + 4 * DAY),
            }
        };
        match (&self.anchor, days) {
            (Anchor::Ago(p), _) => {
                let (low, high) = reach(p);
                (-high, -low)
            }
            (Anchor::Ahead(p), _) => reach(p),
            (Anchor::Now, _) | (Anchor::Today, true) => (0, 0),
            (Anchor::Today, false) if self.after => (0, DAY + 2 * 3_600),
            (Anchor::Today, false) => (-DAY - 2 * 3_600, 0),
        }
    }

    /// Returns the order of two cuts on one field when it is the same on every day.
    pub(super) fn order(&self, other: &Self, days: bool) -> Option<Ordering> {
        let same = |a: &Anchor| if days && *a == Anchor::Now { Anchor::Today } else { *a };
        if same(&self.anchor) == same(&other.anchor) {
            return Some(self.after.cmp(&other.after));
        }
        // After a day is before the next one.
        let place = |cut: &Self| {
            let ((low, high), step) = (cut.range(days), if days && cut.after { DAY } else { 0 });
            (low + step, high + step)
        };
        let (a, b) = (place(self), place(other));
        if a.0 == a.1 && a == b {
            return Some(if days { Ordering::Equal } else { self.after.cmp(&other.after) });
        }
        if a.1 < b.0 {
            Some(Ordering::Less)
        } else if b.1 < a.0 {
            Some(Ordering::Greater)
        } else {
            None
        }
    }

    /// Returns the first tick after the cut: a day since 1970 or a nanosecond since 1970.
    #[must_use]
    pub fn tick(&self, now: Timestamp, zone: &TimeZone, days: bool) -> i128 {
        let today = zone.to_datetime(now).date();
        let after = i128::from(self.after);
        if days {
            return after
                + day_tick(match self.anchor {
                    Anchor::Ago(period) => day_ago(today, period),
                    Anchor::Ahead(period) => day_ahead(today, period),
                    Anchor::Today | Anchor::Now => today,
                });
        }
        match self.anchor {
            Anchor::Ago(period) => ago(now, period, zone).as_nanosecond() + after,
            Anchor::Ahead(period) => ahead(now, period, zone).as_nanosecond() + after,
            Anchor::Now => now.as_nanosecond() + after,
            Anchor::Today if self.after => start_of_day(today.tomorrow().unwrap_or(Date::MAX), zone),
            Anchor::Today => start_of_day(today, zone),
        }
    }
}

/// Returns a day as its number since 1970.
#[must_use]
pub fn day_tick(day: Date) -> i128 {
    let since = day.duration_since(Date::constant(1970, 1, 1)).as_secs();
    i128::from(since.div_euclid(DAY))
}

/// Returns the day of a number since 1970; the first or last day of the calendar beyond it.
#[must_use]
pub fn tick_day(tick: i128) -> Date {
    let days = i64::try_from(tick).unwrap_or(if tick < 0 { i64::MIN } else { i64::MAX });
    let edge = if tick < 0 { Date::MIN } else { Date::MAX };
    let span = jiff::Span::new().try_days(days).ok();
    span.and_then(|s| Date::constant(1970, 1, 1).checked_add(s).ok()).unwrap_or(edge)
}

/// Returns the first nanosecond of a day in a zone.
#[must_use]
pub fn start_of_day(day: Date, zone: &TimeZone) -> i128 {
    let at = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible();
    at.map_or_else(|_| if day.year() < 0 { Timestamp::MIN.as_nanosecond() } else { Timestamp::MAX.as_nanosecond() }, |t| t.as_nanosecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ago_days(n: u32) -> Anchor {
        Anchor::Ago(Period { amount: n, unit: Unit::Days })
    }

    #[test]
    fn days_since_1970_go_there_and_back() {
        for day in [Date::constant(1969, 12, 31), Date::constant(1970, 1, 1), Date::constant(2027, 3, 1), Date::constant(1600, 2, 29)] {
            assert_eq!(tick_day(day_tick(day)), day);
        }
        assert_eq!(day_tick(Date::constant(1969, 12, 31)), -1);
    }

    #[test]
    fn cuts_are_ordered_where_every_day_agrees() {
        let cut = |anchor, after| AgeCut { anchor, after };
        assert_eq!(cut(ago_days(90), false).order(&cut(ago_days(30), true), true), Some(Ordering::Less));
        assert_eq!(cut(ago_days(30), false).order(&cut(ago_days(30), true), true), Some(Ordering::Less));
        let month = Anchor::Ago(Period { amount: 1, unit: Unit::Months });
        assert_eq!(cut(month, false).order(&cut(ago_days(30), false), true), None);
        assert_eq!(cut(month, false).order(&cut(ago_days(60), false), true), Some(Ordering::Greater));
        assert_eq!(cut(Anchor::Now, false).order(&cut(Anchor::Today, true), true), Some(Ordering::Less));
    }
}
