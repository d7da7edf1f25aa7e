//! Working time: opening hours as instants, the next opening, and lengths of time counted in them.
//!
//! Everything is done on instants, so a day on which the clocks change is as long as it really is. A calendar that
//! does not open within two years counts as never open; every loop here ends.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use crate::model::words::period as period_in_words;
use crate::model::{Calendar, LimitPer, Period, Unit};

/// How many days without opening make a calendar one that never opens.
const LONGEST_CLOSURE: u32 = 2 * 366;

/// Returns the day it is in a zone.
#[must_use]
pub fn day_in(zone: &TimeZone, at: Timestamp) -> Date {
    zone.to_datetime(at).date()
}

/// Returns the opening spans of a day as instants, end exclusive, in order.
///
/// An hour that the clocks skip is moved forward by the gap, an hour that they repeat means the first one.
#[must_use]
pub fn openings(calendar: &Calendar, day: Date) -> Vec<(Timestamp, Timestamp)> {
    let spans = calendar.spans(day).iter();
    spans
        .filter_map(|(from, to)| Some((instant(calendar, day, *from)?, instant(calendar, day, *to)?)))
        .filter(|(from, to)| from < to)
        .collect()
}

fn instant(calendar: &Calendar, day: Date, time: Time) -> Option<Timestamp> {
    // The last nanosecond of a day stands for 24:00.
    let civil = if time == Time::MAX { day.tomorrow().ok()?.to_datetime(Time::midnight()) } else { day.to_datetime(time) };
    calendar.zone.to_ambiguous_timestamp(civil).compatible().ok()
}

/// Returns whether a calendar is open at a moment.
#[must_use]
pub fn is_open(calendar: &Calendar, at: Timestamp) -> bool {
    openings(calendar, day_in(&calendar.zone, at)).iter().any(|(from, to)| *from <= at && at < *to)
}

/// Returns the moment itself when open, else the next opening; none when it never opens.
#[must_use]
pub fn next_opening(calendar: &Calendar, at: Timestamp) -> Option<Timestamp> {
    let mut day = day_in(&calendar.zone, at);
    for _ in 0..=LONGEST_CLOSURE {
        if let Some((from, _)) = openings(calendar, day).into_iter().find(|(_, to)| at < *to) {
            return Some(from.max(at));
        }
        day = day.tomorrow().ok()?;
    }
    None
}

/// Returns the moment by which that much working time has passed; a length that fills a span ends with it.
#[must_use]
pub fn after_working(calendar: &Calendar, from: Timestamp, length: SignedDuration) -> Option<Timestamp> {
    let mut left = length;
    let mut day = day_in(&calendar.zone, from);
    let mut closed = 0;
    while closed <= LONGEST_CLOSURE {
        closed += 1;
        for (opens, closes) in openings(calendar, day) {
            let opens = opens.max(from);
            if closes <= opens {
                continue;
            }
            closed = 0;
            let room = opens.duration_until(closes);
            if left <= room {
                return opens.checked_add(left).ok();
            }
            left = left.checked_sub(room)?;
        }
        day = day.tomorrow().ok()?;
    }
    None
}

/// Returns the same clock time so many working days on; counting begins at the next opening.
///
/// A working day is a day with opening hours. Where the clock time lies outside that day's hours, its closing counts.
#[must_use]
pub fn after_working_days(calendar: &Calendar, from: Timestamp, days: u32) -> Option<Timestamp> {
    let from = next_opening(calendar, from)?;
    let civil = calendar.zone.to_datetime(from);
    let mut day = civil.date();
    let (mut left, mut closed) = (days, 0);
    while left > 0 {
        day = day.tomorrow().ok()?;
        if openings(calendar, day).is_empty() {
            closed += 1;
            if closed > LONGEST_CLOSURE {
                return None;
            }
        } else {
            (left, closed) = (left - 1, 0);
        }
    }
    let wanted = instant(calendar, day, civil.time())?;
    let hours = openings(calendar, day);
    // A closing moment is still inside: somebody who closes at five has until five.
    let inside = hours.iter().any(|(opens, closes)| *opens <= wanted && wanted <= *closes);
    if inside { Some(wanted) } else { hours.last().map(|(_, closes)| *closes) }
}

/// Returns the first day of the day, week (Monday) or month that a limit counts; none for open work.
#[must_use]
pub fn period_of(per: LimitPer, day: Date) -> Option<Date> {
    match per {
        LimitPer::Open => None,
        LimitPer::Day => Some(day),
        LimitPer::Week => Some(day.saturating_sub(jiff::Span::new().days(i64::from(day.weekday().to_monday_zero_offset())))),
        LimitPer::Month => Some(day.first_of_month()),
    }
}

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

/// Returns a period of minutes or hours as a duration; none for longer units.
#[must_use]
pub fn duration(period: Period) -> Option<SignedDuration> {
    let minutes = match period.unit {
        Unit::Minutes => i64::from(period.amount),
        Unit::Hours => i64::from(period.amount) * 60,
        Unit::Days | Unit::Weeks | Unit::Months => return None,
    };
    Some(SignedDuration::from_secs(minutes * 60))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time_zone;
    use crate::text::{FileId, Name, Span};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// Monday to Friday nine to five with a lunch hour on Fridays, New York, one holiday on Monday 2027-05-31.
    fn office() -> Calendar {
        let nowhere = Span::new(FileId(0), 0, 0);
        let hours = |h: i8, m: i8| Time::new(h, m, 0, 0).expect("a time of day");
        let day = vec![(hours(9, 0), hours(17, 0))];
        let friday = vec![(hours(9, 0), hours(12, 0)), (hours(13, 0), hours(16, 0))];
        Calendar {
            name: Name::new("office", nowhere),
            zone: time_zone("America/New_York").expect("a zone"),
            open: [day.clone(), day.clone(), day.clone(), day, friday, vec![], vec![]],
            closed: vec!["2027-05-31".parse().expect("a day")],
            span: nowhere,
        }
    }

    fn always() -> Calendar {
        let whole = vec![(Time::midnight(), Time::MAX)];
        Calendar { open: std::array::from_fn(|_| whole.clone()), closed: vec![], ..office() }
    }

    #[test]
    fn opening_is_inclusive_and_closing_is_not() {
        let office = office();
        for (moment, open) in [
            ("2027-03-01T09:00:00-05:00", true),
            ("2027-03-01T08:59:59-05:00", false),
            ("2027-03-01T16:59:59-05:00", true),
            ("2027-03-01T17:00:00-05:00", false),
            ("2027-03-05T12:30:00-05:00", false),
            ("2027-03-06T12:00:00-05:00", false),
            ("2027-05-31T12:00:00-04:00", false),
        ] {
            assert_eq!(is_open(&office, at(moment)), open, "{moment}");
        }
        assert!(is_open(&always(), at("2027-03-01T23:59:59.999999999-05:00")));
    }

    #[test]
    fn the_next_opening_skips_nights_weekends_and_holidays() {
        let office = office();
        for (moment, opens) in [
            ("2027-03-01T10:00:00-05:00", "2027-03-01T10:00:00-05:00"),
            ("2027-03-01T17:00:00-05:00", "2027-03-02T09:00:00-05:00"),
            ("2027-03-05T12:15:00-05:00", "2027-03-05T13:00:00-05:00"),
            ("2027-03-05T16:00:00-05:00", "2027-03-08T09:00:00-05:00"),
            // Over the holiday weekend.
            ("2027-05-28T16:00:00-04:00", "2027-06-01T09:00:00-04:00"),
            // The clocks go forward in between.
            ("2027-03-12T18:00:00-05:00", "2027-03-15T09:00:00-04:00"),
        ] {
            assert_eq!(next_opening(&office, at(moment)), Some(at(opens)), "{moment}");
        }
    }

    #[test]
    fn working_time_is_counted_over_breaks() {
        let office = office();
        for (moment, minutes, due) in [
            ("2027-03-01T10:00:00-05:00", 60, "2027-03-01T11:00:00-05:00"),
            ("2027-03-01T16:30:00-05:00", 60, "2027-03-02T09:30:00-05:00"),
            ("2027-03-01T16:00:00-05:00", 60, "2027-03-01T17:00:00-05:00"),
            ("2027-03-05T11:30:00-05:00", 60, "2027-03-05T13:30:00-05:00"),
            ("2027-03-05T15:30:00-05:00", 60, "2027-03-08T09:30:00-05:00"),
            ("2027-03-06T03:00:00-05:00", 60, "2027-03-08T10:00:00-05:00"),
            ("2027-05-28T15:00:00-04:00", 120, "2027-06-01T10:00:00-04:00"),
        ] {
            assert_eq!(after_working(&office, at(moment), SignedDuration::from_mins(minutes)), Some(at(due)), "{moment}");
        }
    }

    #[test]
    fn days_on_which_the_clocks_change_have_their_real_length() {
        // 2027-03-14 has 23 hours in New York, 2027-11-07 has 25.
        let always = always();
        let day = SignedDuration::from_hours(24);
        let (spring, autumn) = (at("2027-03-14T00:00:00-05:00"), at("2027-11-07T00:00:00-04:00"));
        assert_eq!(after_working(&always, spring, day), Some(at("2027-03-15T01:00:00-04:00")));
        assert_eq!(after_working(&always, autumn, day), Some(at("2027-11-07T23:00:00-05:00")));
    }

    #[test]
    fn working_days_keep_the_clock_time() {
        let office = office();
        for (moment, days, due) in [
            ("2027-03-01T10:15:00-05:00", 1, "2027-03-02T10:15:00-05:00"),
            ("2027-03-05T10:15:00-05:00", 1, "2027-03-08T10:15:00-05:00"),
            // Out of hours: counting begins at the opening.
            ("2027-03-01T20:00:00-05:00", 2, "2027-03-04T09:00:00-05:00"),
            // Friday closes at four.
            ("2027-03-04T16:45:00-05:00", 1, "2027-03-05T16:00:00-05:00"),
            ("2027-05-28T10:00:00-04:00", 1, "2027-06-01T10:00:00-04:00"),
            ("2027-03-12T10:00:00-05:00", 1, "2027-03-15T10:00:00-04:00"),
        ] {
            assert_eq!(after_working_days(&office, at(moment), days), Some(at(due)), "{moment}");
        }
    }

    #[test]
    fn a_calendar_that_never_opens_gives_nothing() {
        let never = Calendar { open: Default::default(), ..office() };
        let now = at("2027-03-01T10:00:00Z");
        assert_eq!(next_opening(&never, now), None);
        assert_eq!(after_working(&never, now, SignedDuration::from_hours(1)), None);
        assert_eq!(after_working_days(&never, now, 1), None);
        assert_eq!(after_working(&office(), now, SignedDuration::from_hours(1_000_000_000)), None);
    }

    #[test]
    fn periods_begin_on_monday_and_the_first() {
        let day: Date = "2027-03-07".parse().expect("a Sunday");
        assert_eq!(period_of(LimitPer::Open, day), None);
        assert_eq!(period_of(LimitPer::Day, day), Some(day));
        assert_eq!(period_of(LimitPer::Week, day), "2027-03-01".parse().ok());
        assert_eq!(period_of(LimitPer::Month, day), "2027-03-01".parse().ok());
    }

    #[test]
    fn months_are_calendar_months_and_nothing_overflows() {
        let zone = time_zone("America/New_York").expect("a zone");
        let period = |amount, unit| Period { amount, unit };
        assert_eq!(ago(at("2027-03-31T12:00:00-04:00"), period(1, Unit::Months), &zone), at("2027-02-28T12:00:00-05:00"));
        assert_eq!(ahead(at("2027-03-13T12:00:00-05:00"), period(1, Unit::Days), &zone), at("2027-03-14T12:00:00-04:00"));
        assert_eq!(ago(at("2027-03-31T12:00:00Z"), period(u32::MAX, Unit::Months), &zone), Timestamp::MIN);
        assert_eq!(day_ahead(Date::MAX, period(1, Unit::Days)), Date::MAX);
        assert_eq!(period_in_words(period(1, Unit::Hours)), "1 hour");
        assert_eq!(period_in_words(period(90, Unit::Days)), "90 days");
    }
}
