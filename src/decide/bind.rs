//! Conditions about a candidate with the candidate known: what only asks about the rep is settled, what compares the two
//! becomes a question about the record.

use std::collections::HashSet;
use std::sync::Arc;

use super::unknown::{answer_about, of_candidate_alone};
use crate::model::{
    Answer, Comparison, Condition, ConditionKind, FieldPath, Predicate, Record, RecordId, Right, Root, Test, Type, Value, ValueSet,
};
use crate::plan::Plan;

/// Puts a rep into a condition. What cannot be turned into a question about the record stays as it is, and is then free.
#[must_use]
pub fn bind(plan: &Plan, record: RecordId, condition: &Condition, rep: &Record) -> Condition {
    let kind = match &condition.kind {
        ConditionKind::All(parts) => ConditionKind::All(parts.iter().map(|p| bind(plan, record, p, rep)).collect()),
        ConditionKind::Any(parts) => ConditionKind::Any(parts.iter().map(|p| bind(plan, record, p, rep)).collect()),
        ConditionKind::Not(part) => ConditionKind::Not(Box::new(bind(plan, record, part, rep))),
        ConditionKind::Test(test) if of_candidate_alone(test) => settled(plan, record, condition, rep),
        ConditionKind::Segment { at, .. } if at.root == Root::Candidate => settled(plan, record, condition, rep),
        ConditionKind::Test(test) => turned(test, rep).map_or_else(|| condition.kind.clone(), |t| ConditionKind::Test(Box::new(t))),
        other => other.clone(),
    };
    Condition { kind, span: condition.span }
}

/// Puts an answer in place of what still asks about the candidate: what comes of it holds wherever the condition may, when
/// `holds`, and fails wherever it may, when not.
#[must_use]
pub fn loosened(condition: &Condition, holds: bool) -> Condition {
    let each = |parts: &[Condition]| parts.iter().map(|p| loosened(p, holds)).collect();
    let kind = match &condition.kind {
        ConditionKind::All(parts) => ConditionKind::All(each(parts)),
        ConditionKind::Any(parts) => ConditionKind::Any(each(parts)),
        ConditionKind::Not(part) => ConditionKind::Not(Box::new(loosened(part, !holds))),
        _ if asks_candidate(condition) && holds => ConditionKind::All(Vec::new()),
        _ if asks_candidate(condition) => ConditionKind::Any(Vec::new()),
        other => other.clone(),
    };
    Condition { kind, span: condition.span }
}

/// Lists the paths from the candidate that a condition follows.
#[must_use]
pub fn candidate_paths(condition: &Condition) -> Vec<&FieldPath> {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().flat_map(candidate_paths).collect(),
        ConditionKind::Not(part) => candidate_paths(part),
        ConditionKind::Test(test) => {
            let all = std::iter::once(&test.subject).chain(test.predicate.fields());
            all.filter(|path| path.place.root == Root::Candidate).collect()
        }
        ConditionKind::Segment { .. } | ConditionKind::Placed(_) | ConditionKind::SeenBefore { .. } => Vec::new(),
    }
}

fn asks_candidate(condition: &Condition) -> bool {
    matches!(&condition.kind, ConditionKind::Segment { at, .. } if at.root == Root::Candidate) || !candidate_paths(condition).is_empty()
}

/// A condition that the roster alone answers, as one that always or never holds.
fn settled(plan: &Plan, record: RecordId, condition: &Condition, rep: &Record) -> ConditionKind {
    match answer_about(plan, record, condition, rep) {
        Answer::Yes => ConditionKind::All(Vec::new()),
        Answer::No => ConditionKind::Any(Vec::new()),
        Answer::CannotTell => condition.kind.clone(),
    }
}

/// The value of a rep's own field; none for what lies further away or is derived.
fn own_value<'r>(path: &FieldPath, rep: &'r Record) -> Option<&'r Value> {
    let crate::model::Attribute::Field(field) = path.attribute else { return None };
    if path.place.root != Root::Candidate || !path.place.steps.is_empty() || path.domain_of {
        return None;
    }
    rep.value(field)
}

/// A test of a rep's field against a field of the record, as a test of the record; or the other way round.
fn turned(test: &Test, rep: &Record) -> Option<Test> {
    if test.subject.place.root == Root::Subject {
        return filled(test, rep);
    }
    let value = own_value(&test.subject, rep)?;
    let about = |predicate: Predicate, subject: &FieldPath| {
        Some(Test { subject: subject.clone(), negated: test.negated, predicate, predicate_span: test.predicate_span })
    };
    match &test.predicate {
        Predicate::Is(Right::Field(field)) if field.place.root == Root::Subject && comparable(&field.ty, &test.subject.ty) => {
            about(Predicate::Is(Right::Value(suited(value, &field.ty)?)), field)
        }
        Predicate::Compare(op, Right::Field(field)) if field.place.root == Root::Subject => {
            let turned = match op {
                Comparison::Less => Comparison::Greater,
                Comparison::LessOrEqual => Comparison::GreaterOrEqual,
                Comparison::Greater => Comparison::Less,
                Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            };
            about(Predicate::Compare(turned, Right::Value(value.clone())), field)
        }
        Predicate::ContainsElement { elements, all } => {
            let [Right::Field(field)] = elements.as_slice() else { return None };
            let Value::Set { listed, .. } = value else { return None };
            if field.place.root != Root::Subject {
                return None;
            }
            match &field.ty {
                Type::OneOf(_) | Type::Text { any_case: false } => about(Predicate::In(texts(listed.iter().cloned())), field),
                // `contains all of` asks for a subset, which no single test says.
                Type::Set { .. } if !*all => about(
                    Predicate::ContainsElement {
                        elements: listed.iter().map(|e| Right::Value(Value::Choice(e.clone()))).collect(),
                        all: false,
                    },
                    field,
                ),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A test of the record against a field of the rep, with the rep's value in its place.
fn filled(test: &Test, rep: &Record) -> Option<Test> {
    let put = |right: &Right| match right {
        Right::Field(field) if field.place.root == Root::Candidate => suited(own_value(field, rep)?, &test.subject.ty).map(Right::Value),
        other => Some(other.clone()),
    };
    let predicate = match &test.predicate {
        Predicate::Is(right) => Predicate::Is(put(right)?),
        Predicate::Compare(op, right) => Predicate::Compare(*op, put(right)?),
        _ => return None,
    };
    Some(Test { predicate, ..test.clone() })
}

/// Whether two types compare without folding, so that a value of one can stand for the other.
fn comparable(one: &Type, other: &Type) -> bool {
    let plain = |ty: &Type| matches!(ty, Type::Text { any_case: false } | Type::OneOf(_));
    one == other || (plain(one) && plain(other))
}

fn suited(value: &Value, ty: &Type) -> Option<Value> {
    match (value, ty) {
        (Value::Text(text) | Value::Choice(text), Type::OneOf(_)) => Some(Value::Choice(text.clone())),
        (Value::Text(text) | Value::Choice(text), Type::Text { .. }) => Some(Value::Text(text.clone())),
        (Value::Number(_), Type::Number | Type::Percent | Type::Money(_))
        | (Value::Reference(_), Type::Reference(_))
        | (Value::YesNo(_), Type::YesNo) => Some(value.clone()),
        _ => None,
    }
}

fn texts(all: impl Iterator<Item = Arc<str>>) -> ValueSet {
    ValueSet {
        list: None,
        texts: Arc::new(all.collect::<HashSet<_>>()),
        numbers: Arc::new(HashSet::new()),
        dates: Arc::new(HashSet::new()),
    }
}
