//! What one rule would ask in place of several that differ in one field.

use std::collections::HashSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::model::words::condition;
use crate::model::{Comparison, Condition, ConditionKind, Predicate, Right, Rule, Rulebook, Test, Value, ValueSet};
use crate::space::{Aspect, Axis, Class, ClassSet};
use crate::text::wording;

/// Writes what one rule would ask in place of several; `union` is what they ask of the axis on which they differ, together.
pub(super) fn joined(book: &Rulebook, rules: &[&Rule], (axis, union): (&Axis, &ClassSet)) -> String {
    let names: Vec<String> = rules.iter().skip(1).map(|r| format!("`{}`", r.name)).collect();
    let (first, gone) = (rules.first().map_or("", |r| r.name.as_str()), wording::join(&names, "and"));
    let field = &axis.written;
    let alone = own_parts(book, rules);
    if alone.is_some() {
        match everything(axis, union) {
            Some(true) => return format!("ask `{field} is present` in `{first}` and remove {gone}"),
            Some(false) => return format!("ask nothing of `{field}` in `{first}` and remove {gone}"),
            None => {}
        }
    }
    let listed = alone.and_then(|own| one_for(&own));
    match listed {
        Some(test) => format!("ask `{}` in `{first}` and remove {gone}", condition(book, &test)),
        None => format!("in `{first}` join with `or` what they ask of `{field}`, and remove {gone}"),
    }
}

/// Whether everything is asked for, all but missing values if so; none when something else is left out.
fn everything(axis: &Axis, union: &ClassSet) -> Option<bool> {
    let missing = axis.position(&Class::Missing).filter(|missing| !union.contains(*missing));
    let whole = union.count() + usize::from(missing.is_some()) == axis.classes.len();
    match axis.key.aspect {
        Aspect::Fact(_) => None,
        // Details are asked only of what is there.
        Aspect::Element(_) | Aspect::Age => whole.then_some(true),
        _ => whole.then_some(missing.is_some()),
    }
}

/// By rule the one part that it asks for itself; none when one of them asks more.
fn own_parts(book: &Rulebook, rules: &[&Rule]) -> Option<Vec<Condition>> {
    let parts: Vec<Vec<&Condition>> = rules.iter().map(|r| r.condition.parts()).collect();
    let words = |part: &Condition| condition(book, part);
    // What all of them ask stays; the one part that each has for itself is joined.
    let shared = |part: &Condition| parts.iter().all(|own| own.iter().any(|p| words(p) == words(part)));
    let own = parts.iter().map(|of| {
        let mut alone = of.iter().filter(|p| !shared(p));
        alone.next().filter(|_| alone.next().is_none()).map(|p| (*p).clone())
    });
    own.collect()
}

/// One plain test in place of several of one field; none when it would be clumsy.
fn one_for(own: &[Condition]) -> Option<Condition> {
    let tests: Vec<&Test> = own.iter().map(plain_test).collect::<Option<_>>()?;
    let first = *tests.first()?;
    let same = |test: &&Test| {
        (&test.subject.place, test.subject.attribute, test.subject.domain_of)
            == (&first.subject.place, first.subject.attribute, first.subject.domain_of)
    };
    if !tests.iter().all(same) {
        return None;
    }
    let span = own.first()?.span;
    if let Some(predicate) = texts(&tests).or_else(|| beginnings(&tests)).or_else(|| numbers(&tests)) {
        return Some(Condition { kind: ConditionKind::Test(Box::new(Test { predicate, ..first.clone() })), span });
    }
    // A few stretches one after the other read well; searches and lists in between do not.
    let stretches = own.len() <= MOST_STRETCHES && tests.iter().all(|test| stretch(&test.predicate).is_some());
    stretches.then(|| Condition { kind: ConditionKind::Any(own.to_vec()), span })
}

/// How many stretches are written one after the other.
const MOST_STRETCHES: usize = 3;

fn plain_test(condition: &Condition) -> Option<&Test> {
    match &condition.kind {
        ConditionKind::Test(test) if !test.negated => Some(test),
        _ => None,
    }
}

/// Tests for texts, as one for any of them.
fn texts(tests: &[&Test]) -> Option<Predicate> {
    let mut all = HashSet::new();
    for test in tests {
        match &test.predicate {
            Predicate::Is(Right::Value(Value::Text(text) | Value::Choice(text))) => drop(all.insert(text.clone())),
            Predicate::In(set) if set.list.is_none() && set.numbers.is_empty() && set.dates.is_empty() => {
                all.extend(set.texts.iter().cloned());
            }
            _ => return None,
        }
    }
    Some(Predicate::In(ValueSet { list: None, texts: Arc::new(all), numbers: Arc::default(), dates: Arc::default() }))
}

/// Tests for beginnings, as one for any of them.
fn beginnings(tests: &[&Test]) -> Option<Predicate> {
    let of = |test: &&Test| if let Predicate::StartsWith(all) = &test.predicate { Some(all.clone()) } else { None };
    let all: Vec<Vec<Right>> = tests.iter().map(of).collect::<Option<_>>()?;
    Some(Predicate::StartsWith(all.into_iter().flatten().collect()))
}

/// Where a stretch of numbers ends; whether that is inside. None where it does not end.
type End = Option<(Decimal, bool)>;

/// Tests for stretches of numbers that adjoin, as one for the whole.
fn numbers(tests: &[&Test]) -> Option<Predicate> {
    let mut stretches: Vec<(End, End)> = tests.iter().map(|test| stretch(&test.predicate)).collect::<Option<_>>()?;
    // A beginning that is not inside comes after one that is.
    let key = |end: &End| end.map(|(number, inside)| (number, !inside));
    stretches.sort_by_key(|(low, _)| key(low));
    let mut whole = stretches.first().copied()?;
    for (low, high) in stretches.into_iter().skip(1) {
        let meets = match (whole.1, low) {
            (Some((end, to)), Some((start, from))) => start < end || (start == end && (to || from)),
            _ => true,
        };
        if !meets {
            return None;
        }
        let longer = match (whole.1, high) {
            (Some((end, to)), Some((high, inside))) => high > end || (high == end && inside && !to),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if longer {
            whole.1 = high;
        }
    }
    let compare = |op, number| Predicate::Compare(op, Right::Value(Value::Number(number)));
    match whole {
        (None, Some((high, inside))) => Some(compare(if inside { Comparison::LessOrEqual } else { Comparison::Less }, high)),
        (Some((low, inside)), None) => Some(compare(if inside { Comparison::GreaterOrEqual } else { Comparison::Greater }, low)),
        (Some((low, true)), Some((high, true))) => Some(Predicate::Between(Value::Number(low), Value::Number(high))),
        _ => None,
    }
}

fn stretch(predicate: &Predicate) -> Option<(End, End)> {
    match predicate {
        Predicate::Is(Right::Value(Value::Number(number))) => Some((Some((*number, true)), Some((*number, true)))),
        Predicate::Between(Value::Number(low), Value::Number(high)) => Some((Some((*low, true)), Some((*high, true)))),
        Predicate::Compare(op, Right::Value(Value::Number(number))) => Some(match op {
            Comparison::Less => (None, Some((*number, false))),
            Comparison::LessOrEqual => (None, Some((*number, true))),
            Comparison::Greater => (Some((*number, false)), None),
            Comparison::GreaterOrEqual => (Some((*number, true)), None),
        }),
        _ => None,
    }
}
