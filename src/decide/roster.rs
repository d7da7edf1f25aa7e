//! One person: in the roster, active, away, at work.

use jiff::Timestamp;

use super::PassedOver;
use super::calendar;
use super::context::Context;
use crate::model::{Absence, Calendar, CalendarId, Record, Target, TargetKind, Value};
use crate::plan::Plan;

/// Finds a rep in the roster.
#[must_use]
pub fn rep<'a>(plan: &'a Plan, key: &str) -> Option<&'a Record> {
    plan.book.rep.and_then(|r| plan.data.get(r.record, key))
}

/// Returns whether the roster calls a rep active; a blank cell is not active.
#[must_use]
pub fn is_active(plan: &Plan, rep: &Record) -> bool {
    plan.book.rep.is_some_and(|r| matches!(rep.value(r.active), Some(Value::YesNo(true))))
}

/// Finds a rep who is in the roster and active.
#[must_use]
pub fn active_rep<'a>(plan: &'a Plan, key: &str) -> Option<&'a Record> {
    rep(plan, key).filter(|r| is_active(plan, r))
}

/// Returns whether a target takes every record it is offered, as the roster is: a queue, or an active person named without
/// a condition.
#[must_use]
pub fn surely_takes(plan: &Plan, target: &Target) -> bool {
    let person = |name: &str| active_rep(plan, name).is_some() && !target.if_available && !target.if_at_work;
    target.condition.is_none()
        && match &target.kind {
            TargetKind::Queue(_) => true,
            TargetKind::Rep(name) => person(&name.text),
            _ => false,
        }
}

/// Finds a rep's calendar.
#[must_use]
pub fn calendar_of<'a>(plan: &'a Plan, rep: &Record) -> Option<(CalendarId, &'a Calendar)> {
    match rep.value(plan.book.rep?.calendar?)? {
        Value::Text(name) => plan.calendar(name),
        _ => None,
    }
}

/// Returns the day it is for a rep: in the zone of the rep's calendar, else in the project's.
#[must_use]
pub fn day_of(plan: &Plan, rep: &Record, now: Timestamp) -> jiff::civil::Date {
    let zone = calendar_of(plan, rep).map_or(&plan.book.zone, |(_, c)| &c.zone);
    calendar::day_in(zone, now)
}

/// Returns why a rep is away, if away: until the first instant back, absences that follow each other joined.
#[must_use]
pub fn away(context: &Context<'_>, rep: &str) -> Option<PassedOver> {
    let (by_data, told) = (context.plan.data.absences.get(rep), context.state.away.get(rep));
    let mut absences: Vec<&Absence> = by_data.into_iter().chain(told).flatten().collect();
    if by_data.is_some() && told.is_some() {
        absences.sort();
    }
    let first = absences.iter().find(|a| a.from <= context.now && context.now < a.until)?;
    // Sorted by beginning, so one pass joins them all.
    let until = absences.iter().fold(first.until, |until, a| if a.from <= until { until.max(a.until) } else { until });
    Some(PassedOver::Away { until, reason: first.reason.clone() })
}

/// Returns that a rep has rejected the record, if so.
#[must_use]
pub fn rejected(context: &Context<'_>, rep: &str) -> Option<PassedOver> {
    if context.state.rejected.is_empty() {
        return None;
    }
    let of = context.plan.book.schema.records.get(context.record.kind.index())?;
    context.state.has_rejected(&of.name, &context.record.key, rep).then_some(PassedOver::Rejected)
}

/// Returns why a rep is not at work, if so.
#[must_use]
pub fn off_hours(context: &Context<'_>, rep: &Record) -> Option<PassedOver> {
    match calendar_of(context.plan, rep) {
        None => Some(PassedOver::NoCalendar),
        Some((_, hours)) if calendar::is_open(hours, context.now) => None,
        Some((_, hours)) => Some(PassedOver::OffHours { opens: calendar::next_opening(hours, context.now) }),
    }
}
