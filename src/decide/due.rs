//! The clock: when somebody must have responded, in the working time of whoever has the record.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Assignee, Due};
use super::{calendar, roster};
use crate::model::{Calendar, Period, Unit};
use crate::plan::Plan;

/// Works out the moment. Without a rep, a calendar, or any opening within two years, every hour counts.
///
/// Minutes and hours are working time; days are working days; weeks and months go by the calendar of the assignee's zone
/// and end at the next opening.
pub(super) fn due(plan: &Plan, period: Period, assignee: &Assignee, now: Timestamp) -> Option<Due> {
    let of_rep = match assignee {
        Assignee::Rep(key) => roster::rep(plan, key).and_then(|r| roster::calendar_of(plan, r)),
        Assignee::Queue(_) => None,
        Assignee::Nobody => return None,
    };
    if let Some((id, hours)) = of_rep
        && let Some((from, at)) = in_working_time(hours, period, now)
    {
        return Some(Due { at, calendar: Some(id), from });
    }
    Some(Due { at: elapsed(period, now, &plan.book.zone), calendar: None, from: now })
}

fn elapsed(period: Period, now: Timestamp, zone: &TimeZone) -> Timestamp {
    match calendar::duration(period) {
        Some(length) => now.saturating_add(length).unwrap_or(Timestamp::MAX),
        None => calendar::ahead(now, period, zone),
    }
}

/// When counting begins and when it ends; none when the calendar never opens.
fn in_working_time(hours: &Calendar, period: Period, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let from = calendar::next_opening(hours, now)?;
    let at = match (calendar::duration(period), period.unit) {
        (Some(length), _) => calendar::after_working(hours, from, length)?,
        (None, Unit::Days) => calendar::after_working_days(hours, from, period.amount)?,
        (None, _) => calendar::next_opening(hours, calendar::ahead(from, period, &hours.zone))?,
    };
    Some((from, at))
}
