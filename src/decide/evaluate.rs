//! Conditions to answers, in Kleene's three-valued logic.
//!
//! Whatever touches a missing value cannot be told, except the question whether it is missing. Dates and instants meet
//! like this: a day stands for the whole day in the project's zone, so an instant is compared by the day it falls on.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::calendar;
use super::compare::{self, Reading};
use super::context::Context;
use super::find::{Found, Missing, find, reach};
use crate::model::{
    Answer, Comparison, Condition, ConditionKind, FieldPath, Moment, Period, PlacedTest, Predicate, Right, SegmentId, TerritoryId, Test,
    Type, Value,
};

/// Answers a condition.
#[must_use]
pub fn answer(condition: &Condition, context: &Context<'_>) -> Answer {
    match &condition.kind {
        ConditionKind::All(parts) => all(parts.iter().map(|p| answer(p, context))),
        ConditionKind::Any(parts) => any(parts.iter().map(|p| answer(p, context))),
        ConditionKind::Not(part) => answer(part, context).negate(),
        ConditionKind::Test(test) => answer_test(test, context),
        ConditionKind::Segment { segment, at } => match reach(at, context) {
            Ok(record) => answer_segment(*segment, at.record, &context.about(record)),
            Err(_) => Answer::CannotTell,
        },
        ConditionKind::Placed(test) => answer_placed(test, context),
        ConditionKind::SeenBefore { by, within } => match find(by, context).value() {
            Some(value) => past(by, value, *within, context).is_some().into(),
            None => Answer::CannotTell,
        },
    }
}

/// The weakest of the answers; nothing asked is yes. Stops at the first no.
pub(super) fn all(answers: impl IntoIterator<Item = Answer>) -> Answer {
    let mut weakest = Answer::Yes;
    for answer in answers {
        weakest = weakest.min(answer);
        if weakest == Answer::No {
            break;
        }
    }
    weakest
}

/// The strongest of the answers; nothing asked is no. Stops at the first yes.
pub(super) fn any(answers: impl IntoIterator<Item = Answer>) -> Answer {
    let mut strongest = Answer::No;
    for answer in answers {
        strongest = strongest.max(answer);
        if strongest == Answer::Yes {
            break;
        }
    }
    strongest
}

fn answer_segment(segment: SegmentId, record: crate::model::RecordId, about: &Option<Context<'_>>) -> Answer {
    let Some(about) = about else { return Answer::CannotTell };
    let condition = about.plan.book.segments.get(segment.index()).and_then(|s| s.conditions.get(&record));
    condition.map_or(Answer::CannotTell, |c| answer(c, about))
}

fn answer_placed(test: &PlacedTest, context: &Context<'_>) -> Answer {
    match test {
        PlacedTest::Present => context.placed.is_some().into(),
        PlacedTest::Missing => context.placed.is_none().into(),
        PlacedTest::Within { territories, negated } => {
            let inside = context.placed.is_some_and(|t| lies_in(t, territories, context));
            (inside != *negated).into()
        }
    }
}

/// Returns whether a territory is one of some, or lies inside one of them.
fn lies_in(territory: TerritoryId, territories: &[TerritoryId], context: &Context<'_>) -> bool {
    let all = &context.plan.book.territories;
    let mut at = Some(territory);
    // A tree is never higher than it has territories, so this ends whatever the parents are.
    for _ in 0..=all.len() {
        match at {
            Some(id) if territories.contains(&id) => return true,
            Some(id) => at = all.get(id.index()).and_then(|t| t.parent),
            None => return false,
        }
    }
    false
}

/// Finds the last assignment of a record of this type with the value, not longer ago than that.
#[must_use]
pub fn past<'a>(by: &FieldPath, value: &Value, within: Period, context: &Context<'a>) -> Option<&'a crate::state::Past> {
    let key = compare::memory_key(value, &by.ty)?;
    let of = context.plan.book.schema.records.get(context.record.kind.index())?;
    let past = context.state.history.get(&of.name)?.get(&by.written)?.get(&key)?;
    let earliest = calendar::ago(context.now, within, &context.plan.book.zone);
    (earliest <= past.at && past.at <= context.now).then_some(past)
}

/// Answers a test.
#[must_use]
pub fn answer_test(test: &Test, context: &Context<'_>) -> Answer {
    let found = find(&test.subject, context);
    let plain = match (&test.predicate, &found) {
        (Predicate::Missing, found) => Answer::from(found.value().is_none()),
        (Predicate::Present, found) => Answer::from(found.value().is_some()),
        (_, Found::Missing(_)) => Answer::CannotTell,
        (predicate, Found::Value(value)) => ask(predicate, value, &test.subject.ty, context).unwrap_or(Answer::CannotTell),
    };
    if test.negated { plain.negate() } else { plain }
}

/// Asks a predicate of a present value.
fn ask(predicate: &Predicate, value: &Value, ty: &Type, context: &Context<'_>) -> Result<Answer, Missing> {
    Ok(match predicate {
        Predicate::Missing | Predicate::Present => Answer::CannotTell,
        Predicate::IsYes => matches!(value, Value::YesNo(true)).into(),
        Predicate::Is(right) => {
            let (other, other_ty) = side(right, ty, context)?;
            compare::same(value, ty, &other, other_ty, &context.plan.book.zone).into()
        }
        Predicate::Compare(comparison, right) => {
            let (other, _) = side(right, ty, context)?;
            by_size(*comparison, value, &other).into()
        }
        Predicate::In(set) => compare::is_in(value, ty, set).into(),
        Predicate::Between(low, high) => compare::is_between(value, low, high, &context.plan.book.zone).into(),
        Predicate::StartsWith(pieces) => any(pieces.iter().map(|p| piece(p, value, ty, context, |text, piece| text.starts_with(piece)))),
        Predicate::EndsWith(pieces) => any(pieces.iter().map(|p| piece(p, value, ty, context, |text, piece| text.ends_with(piece)))),
        Predicate::ContainsText { pieces, all: each } => {
            let answers = pieces.iter().map(|p| piece(p, value, ty, context, |text, piece| text.contains(piece)));
            if *each { all(answers) } else { any(answers) }
        }
        Predicate::ContainsElement { elements, all: each } => {
            let answers = elements.iter().map(|e| element(e, *each, value, ty, context));
            if *each { all(answers) } else { any(answers) }
        }
        Predicate::Matches(pattern) => matches!(value, Value::Text(text) if pattern.regex.is_match(text)).into(),
        Predicate::Before(moment) => before(compare::edge_of(value), &edge(moment, ty, context)?, context),
        Predicate::After(moment) => match compare::edge_of(value) {
            Some(own) => before(Some(edge(moment, ty, context)?), &own, context),
            None => Answer::No,
        },
        Predicate::WithinLast(period) => stretch(value, ty, context, |day, at| {
            let zone = &context.plan.book.zone;
            (calendar::day_ago(day, *period), day, calendar::ago(at, *period, zone), at)
        }),
        Predicate::WithinNext(period) => stretch(value, ty, context, |day, at| {
            let zone = &context.plan.book.zone;
            (day, calendar::day_ahead(day, *period), at, calendar::ahead(at, *period, zone))
        }),
    })
}

/// Takes the right side of an operator and its type; a field that is missing makes the whole test untold.
///
/// # Errors
/// Why the field is missing.
pub fn side<'a>(right: &'a Right, subject: &'a Type, context: &Context<'a>) -> Result<(Cow<'a, Value>, &'a Type), Missing> {
    match right {
        Right::Value(value) => Ok((Cow::Borrowed(value), subject)),
        Right::Field(path) => match find(path, context) {
            Found::Value(value) => Ok((value, &path.ty)),
            Found::Missing(missing) => Err(missing),
        },
    }
}

fn by_size(comparison: Comparison, left: &Value, right: &Value) -> bool {
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return false };
    match comparison {
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

/// Compares one piece of text; a piece that is unlisted occurs nowhere.
fn piece(right: &Right, value: &Value, ty: &Type, context: &Context<'_>, holds: impl Fn(&str, &str) -> bool) -> Answer {
    let Ok((other, other_ty)) = side(right, ty, context) else { return Answer::CannotTell };
    let (Some(text), Some(piece)) = (compare::text(value), compare::text(&other)) else { return Answer::No };
    let reading = Reading::of(ty, other_ty);
    holds(&reading.fold(text), &reading.fold(piece)).into()
}

/// Looks for one element in a set. A field that is a set itself stands for its elements: one of them must be there, or
/// each of them when `each`; its unlisted elements equal nothing.
fn element(right: &Right, each: bool, value: &Value, ty: &Type, context: &Context<'_>) -> Answer {
    let Ok((other, other_ty)) = side(right, ty, context) else { return Answer::CannotTell };
    let Value::Set { listed, .. } = value else { return Answer::No };
    let reading = Reading::of(ty, other_ty);
    let contains = |wanted: &str| {
        if reading.is_plain() { listed.contains(wanted) } else { listed.iter().any(|e| reading.fold(e) == reading.fold(wanted)) }
    };
    match &*other {
        Value::Set { listed: wanted, unlisted } if each => (unlisted.is_empty() && wanted.iter().all(|w| contains(w))).into(),
        Value::Set { listed: wanted, .. } => wanted.iter().any(|w| contains(w)).into(),
        single => compare::text(single).is_some_and(|t| contains(t)).into(),
    }
}

/// A day or an instant to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// A whole day in the project's zone.
    Day(Date),
    /// An instant.
    Instant(Timestamp),
}

/// Works out the moment on the right of `before` and `after`, for a subject of that type.
///
/// # Errors
/// Why the field it names is missing.
pub fn edge(moment: &Moment, subject: &Type, context: &Context<'_>) -> Result<Edge, Missing> {
    let zone = &context.plan.book.zone;
    let is_day = *subject == Type::Date;
    Ok(match moment {
        Moment::Fixed(value) => compare::edge_of(value).unwrap_or(Edge::Day(context.today)),
        Moment::Field(path) => match find(path, context) {
            Found::Value(value) => compare::edge_of(&value).unwrap_or(Edge::Day(context.today)),
            Found::Missing(missing) => return Err(missing),
        },
        Moment::Ago(period) if is_day => Edge::Day(calendar::day_ago(context.today, *period)),
        Moment::Ago(period) => Edge::Instant(calendar::ago(context.now, *period, zone)),
        Moment::FromNow(period) if is_day => Edge::Day(calendar::day_ahead(context.today, *period)),
        Moment::FromNow(period) => Edge::Instant(calendar::ahead(context.now, *period, zone)),
        Moment::Today => Edge::Day(context.today),
        Moment::Now => Edge::Instant(context.now),
    })
}

/// Whether the first lies strictly before the second; a day and an instant are compared by days.
fn before(first: Option<Edge>, second: &Edge, context: &Context<'_>) -> Answer {
    let Some(first) = first else { return Answer::No };
    let day = |edge: &Edge| match edge {
        Edge::Day(day) => *day,
        Edge::Instant(at) => calendar::day_in(&context.plan.book.zone, *at),
    };
    match (&first, second) {
        (Edge::Instant(a), Edge::Instant(b)) => (a < b).into(),
        (a, b) => (day(a) < day(b)).into(),
    }
}

/// Whether a value lies in a stretch of time: by days for a date, by instants for a time, both ends included.
fn stretch(
    value: &Value,
    ty: &Type,
    context: &Context<'_>,
    ends: impl Fn(Date, Timestamp) -> (Date, Date, Timestamp, Timestamp),
) -> Answer {
    let (first_day, last_day, first, last) = ends(context.today, context.now);
    match (value, ty) {
        (Value::Date(day), _) => (first_day <= *day && *day <= last_day).into(),
        (Value::Time(at), _) => (first <= *at && *at <= last).into(),
        _ => Answer::No,
    }
}
