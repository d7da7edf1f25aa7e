//! The oracle's own reading of conditions: three-valued, plain, and written apart from the engine's.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ZonedDateTime as Zoned};
use turf::model::{
    Answer, Attribute, Condition, ConditionKind, FieldPath, Period, Place, PlacedTest, Predicate, Record, Root, TerritoryId, Test, Type,
    Value, plain,
};
use turf::plan::Plan;

use super::Event;
use super::asked::Asked;
use super::values::moment_before;

/// How deep segments and derived fields may lead into one another; the resolver refuses loops, this bounds the rest.
const DEPTH: u32 = 256;

/// Holds all that a condition can look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The book and the reference data.
    pub plan: &'a Plan,
    /// The record that is decided.
    pub record: &'a Record,
    /// The candidate rep, where there is one.
    pub candidate: Option<&'a Record>,
    /// The territory the record was placed in.
    pub placed: Option<TerritoryId>,
    /// The moment of the decision.
    pub at: Timestamp,
    /// Everything assigned so far.
    pub events: &'a [Event],
}

impl<'a> Context<'a> {
    /// Returns the moment in the project's zone.
    pub fn now(&self) -> Zoned {
        self.at.to_zoned_datetime(self.plan.book.zone.clone())
    }

    /// Returns the day in the project's zone.
    pub fn today(&self) -> Date {
        self.now().date()
    }
}

/// Follows the references of a place to a record, if there is one.
fn locate<'a>(place: &Place, context: &Context<'a>) -> Option<&'a Record> {
    let mut record = match place.root {
        Root::Subject => context.record,
        Root::Candidate => context.candidate?,
    };
    for (kind, field) in &place.steps {
        let declared = context.plan.book.schema.field(*kind, *field);
        let (Some(Value::Reference(key)), Type::Reference(to)) = (record.value(*field), &declared.ty) else { return None };
        record = context.plan.data.get(*to, key)?;
    }
    Some(record)
}

/// Looks a path up; nothing when any step is missing.
pub fn find<'a>(path: &FieldPath, context: &Context<'a>) -> Option<Cow<'a, Value>> {
    find_at(path, context, 0)
}

pub fn find_at<'a>(path: &FieldPath, context: &Context<'a>, depth: u32) -> Option<Cow<'a, Value>> {
    let record = locate(&path.place, context)?;
    match path.attribute {
        Attribute::Field(field) => match record.value(field)? {
            Value::Text(text) if path.domain_of => Some(Cow::Owned(Value::Text(domain(text)?))),
            value => Some(Cow::Borrowed(value)),
        },
        Attribute::Class(class) => {
            let class = &context.plan.book.classes[class.index()];
            let there = Context { record, ..*context };
            let line = class.lines.iter().find(|line| {
                let applies = line.dates.contains(context.today()) && depth < DEPTH;
                applies && line.when.as_ref().is_none_or(|when| answer_at(when, &there, depth + 1).is_yes())
            })?;
            Some(Cow::Owned(Value::Choice(line.value.text.clone())))
        }
    }
}

/// Returns the domain of an e-mail address in small letters, as a reader would cut it out.
fn domain(address: &str) -> Option<Arc<str>> {
    let (_, domain) = address.trim().rsplit_once('@')?;
    let domain = domain.trim_end_matches(['>', '.']).trim();
    (!domain.is_empty()).then(|| domain.to_lowercase().into())
}

/// Answers a condition in three-valued logic.
pub fn answer(condition: &Condition, context: &Context<'_>) -> Answer {
    answer_at(condition, context, 0)
}

fn answer_at(condition: &Condition, context: &Context<'_>, depth: u32) -> Answer {
    if depth > DEPTH {
        return Answer::CannotTell;
    }
    match &condition.kind {
        ConditionKind::All(parts) => parts.iter().map(|p| answer_at(p, context, depth + 1)).min().unwrap_or(Answer::Yes),
        ConditionKind::Any(parts) => parts.iter().map(|p| answer_at(p, context, depth + 1)).max().unwrap_or(Answer::No),
        ConditionKind::Not(part) => answer_at(part, context, depth + 1).negate(),
        ConditionKind::Test(test) => answer_test_at(test, context, depth),
        ConditionKind::Placed(test) => placed(test, context).into(),
        ConditionKind::SeenBefore { by, within } => match find_at(by, context, depth) {
            None => Answer::CannotTell,
            Some(value) => previous(context, by, &value, *within).is_some().into(),
        },
        ConditionKind::Segment { segment, at } => {
            let Some(record) = locate(at, context) else { return Answer::CannotTell };
            match context.plan.book.segments[segment.index()].conditions.get(&at.record) {
                Some(inner) => answer_at(inner, &Context { record, ..*context }, depth + 1),
                None => Answer::CannotTell,
            }
        }
    }
}

/// Finds the last assignment of the same value, looking at every one there was.
pub fn previous<'a>(context: &Context<'a>, by: &FieldPath, value: &Value, within: Period) -> Option<&'a Event> {
    let wanted = history_key(value, &by.ty)?;
    let since = moment_before(&context.now(), within).timestamp();
    let same = |e: &&Event| {
        let there = Context { record: &e.record, at: e.at, events: &[], ..*context };
        find(by, &there).and_then(|v| history_key(&v, &by.ty)).as_ref() == Some(&wanted)
    };
    let alike = context.events.iter().filter(|e| e.work && e.record.kind == context.record.kind);
    alike.rev().find(same).filter(|e| e.at >= since)
}

/// Returns the text under which a value is remembered; what is unlisted equals nothing, so it is not.
pub fn history_key(value: &Value, ty: &Type) -> Option<String> {
    match value {
        Value::Unlisted(_) | Value::Set { .. } => None,
        value if *ty == (Type::Text { any_case: true }) => Some(plain(value, ty).to_lowercase()),
        value => Some(plain(value, ty)),
    }
}

fn placed(test: &PlacedTest, context: &Context<'_>) -> bool {
    match test {
        PlacedTest::Present => context.placed.is_some(),
        PlacedTest::Missing => context.placed.is_none(),
        PlacedTest::Within { territories, negated } => {
            let mut at = context.placed;
            let mut inside = false;
            while let Some(territory) = at {
                inside |= territories.contains(&territory);
                at = context.plan.book.territories[territory.index()].parent;
            }
            inside != *negated
        }
    }
}

fn answer_test_at(test: &Test, context: &Context<'_>, depth: u32) -> Answer {
    let found = find_at(&test.subject, context, depth);
    let answer = match (&test.predicate, &found) {
        (Predicate::Missing, found) => found.is_none().into(),
        (Predicate::Present, found) => found.is_some().into(),
        (_, None) => return Answer::CannotTell,
        (predicate, Some(value)) => Asked { test, value, context, depth }.answer(predicate),
    };
    if test.negated { answer.negate() } else { answer }
}
