//! Predicates with fixed right sides to atoms of one axis, and searches in text.

use std::sync::Arc;

use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::age::{AgeCut, Anchor, day_tick, start_of_day};
use super::atom::Atom;
use super::axis::{Bounds, Kind, fold};
use super::formula::Asked;
use crate::model::{Comparison, Moment, Predicate, Right, Value};

/// Returns the atom that a predicate asks of present values of a kind; none when classes of one axis cannot answer it.
pub(super) fn atom(predicate: &Predicate, kind: Kind, zone: &TimeZone) -> Option<Atom> {
    match predicate {
        Predicate::Is(Right::Value(value)) => is(value, kind, zone),
        Predicate::Compare(op, Right::Value(Value::Number(bound))) => Some(numbers([compare(*op, *bound)])),
        Predicate::In(set) => {
            if kind == Kind::Number {
                let mut points: Vec<Decimal> = set.numbers.iter().copied().collect();
                points.sort_unstable();
                return Some(numbers(points.into_iter().map(Bounds::point)));
            }
            let mut days: Vec<i128> = set.dates.iter().map(|d| day_tick(*d)).collect();
            days.sort_unstable();
            // An instant is in no set of days.
            Some(ticks(days.into_iter().filter(|_| kind == Kind::Day).map(Bounds::point)))
        }
        Predicate::Between(low, high) => between(low, high, kind, zone),
        Predicate::StartsWith(rights) => texts(rights, kind).map(|all| Atom::Beginnings(shortest(all).into())),
        Predicate::Before(moment) => before(moment, kind, zone, true),
        Predicate::After(moment) => before(moment, kind, zone, false),
        Predicate::WithinLast(period) => Some(Atom::Age(
            Some(AgeCut { anchor: Anchor::Ago(*period), after: false }),
            Some(AgeCut { anchor: if kind == Kind::Day { Anchor::Today } else { Anchor::Now }, after: true }),
        )),
        Predicate::WithinNext(period) => Some(Atom::Age(
            Some(AgeCut { anchor: if kind == Kind::Day { Anchor::Today } else { Anchor::Now }, after: false }),
            Some(AgeCut { anchor: Anchor::Ahead(*period), after: true }),
        )),
        _ => None,
    }
}

/// Returns how a search is asked of a named value; none when the predicate is no search with fixed pieces.
pub(super) fn search(predicate: &Predicate, kind: Kind) -> Option<Option<Asked>> {
    match predicate {
        Predicate::ContainsText { pieces, all } => Some(Some(Asked::Contains(texts(pieces, kind)?, *all))),
        Predicate::EndsWith(pieces) => Some(Some(Asked::Ends(texts(pieces, kind)?))),
        // A pattern looks at letter case, which a folded value has lost.
        Predicate::Matches(pattern) => Some((kind == Kind::Text).then(|| Asked::Matches(pattern.clone()))),
        _ => None,
    }
}

fn is(value: &Value, kind: Kind, zone: &TimeZone) -> Option<Atom> {
    match value {
        Value::Text(text) | Value::Choice(text) | Value::Reference(text) => Some(Atom::Values(Arc::new([fold(kind, text).into()]))),
        Value::Number(number) => Some(numbers([Bounds::point(*number)])),
        Value::Date(_) | Value::Time(_) => {
            let (first, last) = stretch(value, kind, zone)?;
            Some(ticks([Bounds::closed(Some(first), Some(last))]))
        }
        Value::YesNo(yes) => Some(if *yes { Atom::Yes } else { Atom::No }),
        Value::Unlisted(_) | Value::Set { .. } => None,
    }
}

fn compare(op: Comparison, bound: Decimal) -> Bounds<Decimal> {
    match op {
        Comparison::Less => Bounds { low: None, high: Some((bound, false)) },
        Comparison::LessOrEqual => Bounds { low: None, high: Some((bound, true)) },
        Comparison::Greater => Bounds { low: Some((bound, false)), high: None },
        Comparison::GreaterOrEqual => Bounds { low: Some((bound, true)), high: None },
    }
}

fn between(low: &Value, high: &Value, kind: Kind, zone: &TimeZone) -> Option<Atom> {
    if let (Value::Number(low), Value::Number(high)) = (low, high) {
        return Some(numbers([Bounds::closed(Some(*low), Some(*high))]));
    }
    let (first, last) = (stretch(low, kind, zone)?.0, stretch(high, kind, zone)?.1);
    Some(ticks([Bounds::closed(Some(first), Some(last))]))
}

/// Returns the first and last tick of a day or instant on an axis of a kind; where the two meet, the day counts.
fn stretch(value: &Value, kind: Kind, zone: &TimeZone) -> Option<(i128, i128)> {
    match (value, kind) {
        (Value::Date(day), Kind::Day) => Some((day_tick(*day), day_tick(*day))),
        (Value::Time(at), Kind::Day) => {
            let day = day_tick(zone.to_datetime(*at).date());
            Some((day, day))
        }
        (Value::Time(at), Kind::Instant) => Some((at.as_nanosecond(), at.as_nanosecond())),
        (Value::Date(day), Kind::Instant) => {
            let next = day.tomorrow().map_or(i128::MAX, |d| start_of_day(d, zone) - 1);
            Some((start_of_day(*day, zone), next))
        }
        _ => None,
    }
}

fn before(moment: &Moment, kind: Kind, zone: &TimeZone, before: bool) -> Option<Atom> {
    let anchor = match moment {
        Moment::Fixed(value) => {
            let (first, last) = stretch(value, kind, zone)?;
            let side = if before { Bounds::closed(None, Some(first - 1)) } else { Bounds::closed(Some(last.saturating_add(1)), None) };
            return Some(ticks([side]));
        }
        Moment::Ago(period) => Anchor::Ago(*period),
        Moment::FromNow(period) => Anchor::Ahead(*period),
        Moment::Today => Anchor::Today,
        Moment::Now if kind == Kind::Day => Anchor::Today,
        Moment::Now => Anchor::Now,
        Moment::Field(_) => return None,
    };
    Some(if before {
        Atom::Age(None, Some(AgeCut { anchor, after: false }))
    } else {
        Atom::Age(Some(AgeCut { anchor, after: true }), None)
    })
}

/// Returns fixed pieces folded and sorted; none when one of them is a field.
fn texts(rights: &[Right], kind: Kind) -> Option<Vec<Arc<str>>> {
    let mut all = Vec::new();
    for right in rights {
        match right {
            Right::Value(Value::Text(text) | Value::Choice(text)) => all.push(fold(kind, text).into()),
            Right::Value(_) | Right::Field(_) => return None,
        }
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// Leaves out beginnings that a shorter one includes; the texts are sorted, so the shorter comes first.
fn shortest(all: Vec<Arc<str>>) -> Vec<Arc<str>> {
    let mut kept: Vec<Arc<str>> = Vec::new();
    for text in all {
        if !kept.last().is_some_and(|k| text.starts_with(&**k)) {
            kept.push(text);
        }
    }
    kept
}

fn numbers(all: impl IntoIterator<Item = Bounds<Decimal>>) -> Atom {
    // 1.0 and 1.00 are one number and must be one atom.
    let plain = |end: Option<(Decimal, bool)>| end.map(|(v, inside)| (v.normalize(), inside));
    Atom::Numbers(all.into_iter().map(|b| Bounds { low: plain(b.low), high: plain(b.high) }).collect())
}

fn ticks(all: impl IntoIterator<Item = Bounds<i128>>) -> Atom {
    Atom::Ticks(all.into_iter().collect())
}
