//! Whether somebody who is kept by a lock or a minimum tenure still is, and if not, why in words.

use jiff::civil::Date;

use super::calendar;
use super::compare::edge_of;
use super::context::Context;
use super::evaluate::Edge;
use super::find::{Found, find};
use crate::model::{Attribute, FieldPath, Keep, Lasts, Period, Value, show};

/// Returns why somebody is kept no longer; none while they are.
pub(super) fn over(keep: &Keep, who: &str, context: &Context<'_>) -> Option<String> {
    match &keep.lasts {
        Lasts::Until(day) => (context.today > *day).then(|| format!("the lock ended on {day}")),
        Lasts::UntilField(path) => match edge(path, who, context) {
            Ok((edge, value)) => {
                let ended = match edge {
                    Edge::Day(day) => context.today > day,
                    Edge::Instant(at) => context.now > at,
                };
                ended.then(|| match is_private(path, context) {
                    true => format!("the lock of {} ended", path.written),
                    false => format!("the lock of {} ended on {value}", path.written),
                })
            }
            Err(why) => Some(why),
        },
        Lasts::Since { period, since } => match edge(since, who, context) {
            Ok((edge, value)) => tenure_over((edge, value), *period, since, (who, context)),
            Err(why) => Some(why),
        },
    }
}

fn tenure_over((edge, value): (Edge, String), period: Period, since: &FieldPath, (who, context): (&str, &Context<'_>)) -> Option<String> {
    let zone = &context.plan.book.zone;
    let (over, begun, ended) = match edge {
        Edge::Instant(at) if calendar::duration(period).is_some() => {
            let end = calendar::ahead(at, period, zone);
            (context.now > end, value, show(&Value::Time(end), &since.ty, zone))
        }
        // Longer times count whole days: whoever began at noon keeps the last day to its end.
        _ => {
            let day = match edge {
                Edge::Day(day) => day,
                Edge::Instant(at) => calendar::day_in(zone, at),
            };
            (calendar::day_ago(context.today, period) > day, day.to_string(), last_day(day, period).to_string())
        }
    };
    let (time, were) = (calendar::period_in_words(period), if period.amount == 1 { "was" } else { "were" });
    over.then(|| match is_private(since, context) {
        true => format!("{who} has had it for longer than {time} by {}", since.written),
        false => format!("{who} has had it since {begun} by {}, and {time} {were} over on {ended}", since.written),
    })
}

/// The last day that is not more than a period after a day. The end of a short month reaches to the end of a longer one.
fn last_day(day: Date, period: Period) -> Date {
    let mut last = calendar::day_ahead(day, period);
    for _ in 0..3 {
        match last.tomorrow() {
            Ok(next) if calendar::day_ago(next, period) <= day => last = next,
            _ => break,
        }
    }
    last
}

/// The day or moment that a field holds, and its value in words.
///
/// # Errors
/// Why it cannot be told, in words.
fn edge(path: &FieldPath, who: &str, context: &Context<'_>) -> Result<(Edge, String), String> {
    let untold = |why: String| format!("{why}, so it cannot be told how long {who} keeps it");
    match find(path, context) {
        Found::Value(value) => {
            let edge = edge_of(&value).ok_or_else(|| untold(format!("{} is no date", path.written)))?;
            Ok((edge, show(&value, &path.ty, &context.plan.book.zone)))
        }
        Found::Missing(missing) => Err(untold(missing.in_words(&context.plan.book.schema))),
    }
}

/// Whether the value a path leads to is hidden from people.
fn is_private(path: &FieldPath, context: &Context<'_>) -> bool {
    let schema = &context.plan.book.schema;
    let Attribute::Field(field) = path.attribute else { return false };
    schema.records.get(path.place.record.index()).and_then(|r| r.fields.get(field.index())).is_some_and(|f| f.private)
}
