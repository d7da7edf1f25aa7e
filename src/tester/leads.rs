//! Records that may show what no test shows: examples of the space of a book, and those of tests with a value changed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rust_decimal::Decimal;

use super::coverage::Gap;
use crate::decide::{Context, Edge, edge, roster, standings};
use crate::model::{
    Attribute, Condition, ConditionKind, Moment, Predicate, Record, RecordId, Right, Root, Test, Type, Value, read_elements,
};
use crate::plan::Plan;
use crate::space::{About, NodeId, Ordinary, Space, Survey, Surveyed};
use crate::state::State;
use crate::text::Span;

/// How many areas of a region are made into examples, and how many examples of each.
const AREAS: usize = 6;
const VARIANTS: usize = 2;
/// How many records of a file a reference is tried with.
const REFERENCES: usize = 40;

/// A record and when it is decided.
pub(super) type Lead = (Record, Timestamp);

/// The space of one type of record, with every condition in it.
pub(super) struct Leads<'p> {
    plan: &'p Plan,
    record: RecordId,
    of: Surveyed,
    space: Space,
    /// By place: where a condition is yes and where it is no.
    asked: BTreeMap<Span, [NodeId; 2]>,
    ordinary: Ordinary,
}

impl<'p> Leads<'p> {
    /// Reads a book about one type of record.
    pub(super) fn new(plan: &'p Plan, record: RecordId) -> Self {
        let book = &*plan.book;
        let mut survey = Survey::new();
        let of = survey.book(book, record, &standings(plan, record));
        let mut asked = BTreeMap::new();
        for condition in conditions(plan, record) {
            leaves(condition, &mut |leaf| {
                let nodes = [survey.condition(book, &of, leaf), survey.refusal(book, &of, leaf)];
                asked.insert(leaf.span, nodes);
            });
        }
        let space = survey.finish();
        let reps = book.rep.into_iter().flat_map(|r| plan.data.all(r.record)).filter(|r| roster::is_active(plan, r));
        let ordinary = Ordinary { reps: reps.take(20).map(|r| r.key.clone()).collect(), ..Ordinary::default() };
        Self { plan, record, of, space, asked, ordinary }
    }

    /// Returns records that may close a gap; what they really do is for the evaluator to say.
    pub(super) fn for_gap(&mut self, gap: Gap, bases: &[Lead]) -> Vec<Lead> {
        match gap {
            Gap::Reach(at) => {
                let rules = self.plan.book.rules.len();
                let node = if at < rules { self.of.rules.get(at) } else { self.of.overlays.get(at - rules) };
                node.copied().map(|node| self.examples(node)).unwrap_or_default()
            }
            Gap::Answer(span, yes) => {
                let node = self.asked.get(&span).map(|[holds, refused]| if yes { *holds } else { *refused });
                node.map(|node| self.examples(node)).unwrap_or_default()
            }
            Gap::Side(span, boundary, side) => self.beside(span, boundary, side, bases),
        }
    }

    fn examples(&mut self, node: NodeId) -> Vec<Lead> {
        let region = self.space.region(node);
        let about = About { schema: &self.plan.book.schema, record: self.record, zone: &self.plan.book.zone, ordinary: &self.ordinary };
        let mut leads = Vec::new();
        for area in region.areas.iter().take(AREAS) {
            for variant in 0..VARIANTS {
                if let Some(example) = self.space.example(area, &about, variant) {
                    leads.extend(self.on_file(example.records(&about).0, example.now));
                }
            }
        }
        let varied: Vec<Lead> = leads.iter().flat_map(|lead| self.varied(lead)).collect();
        leads.extend(varied);
        leads
    }

    /// The same record with a little less in it, so that it goes past rules that ask for more; and a set that holds nothing,
    /// which no test can write, with something else in it.
    fn varied(&self, (record, now): &Lead) -> Vec<Lead> {
        let ty = self.plan.book.schema.record(record.kind);
        let mut leads = Vec::new();
        for (at, (field, value)) in ty.fields.iter().zip(&record.values).enumerate() {
            let others: Vec<Option<Value>> = match (value, &field.ty) {
                (Some(Value::Set { listed, unlisted }), Type::Set { values, .. }) if listed.is_empty() && unlisted.is_empty() => {
                    let all = values.iter().flat_map(|all| all.iter()).map(|v| &**v).take(REFERENCES);
                    all.chain(["other"]).map(|element| Some(read_elements([element], values.as_deref()))).collect()
                }
                (Some(_), _) if at != ty.key.index() => vec![None],
                _ => Vec::new(),
            };
            for other in others {
                let mut record = record.clone();
                if let Some(place) = record.values.get_mut(at) {
                    *place = other;
                }
                leads.push((record, *now));
            }
        }
        leads
    }

    /// Puts records on file in the place of those an example refers to, because a test cannot make any.
    fn on_file(&self, record: Record, now: Timestamp) -> Vec<Lead> {
        let data = &self.plan.data;
        let ty = self.plan.book.schema.record(record.kind);
        let missing = ty.fields.iter().zip(&record.values).enumerate().find_map(|(at, (field, value))| match (&field.ty, value) {
            (Type::Reference(to), Some(Value::Reference(key))) if data.get(*to, key).is_none() => Some((at, *to)),
            _ => None,
        });
        let Some((at, to)) = missing else { return vec![(record, now)] };
        let with = |value: Option<Value>| {
            let mut record = record.clone();
            if let Some(place) = record.values.get_mut(at) {
                *place = value;
            }
            (record, now)
        };
        let known = data.all(to).take(REFERENCES).map(|other| with(Some(Value::Reference(other.key.clone()))));
        known.chain([with(None), (record.clone(), now)]).collect()
    }

    /// Gives a field of other records a value below, at or above a boundary.
    fn beside(&mut self, span: Span, boundary: usize, side: usize, bases: &[Lead]) -> Vec<Lead> {
        let plan = self.plan;
        let mut found: Option<&Test> = None;
        for condition in conditions(plan, self.record) {
            leaves(condition, &mut |leaf| {
                if let (true, ConditionKind::Test(test)) = (leaf.span == span, &leaf.kind) {
                    found = Some(test);
                }
            });
        }
        let Some(test) = found else { return Vec::new() };
        let Attribute::Field(field) = test.subject.attribute else { return Vec::new() };
        if test.subject.place.root != Root::Subject || !test.subject.place.steps.is_empty() {
            return Vec::new();
        }
        let made = self.asked.get(&span).copied().into_iter().flatten();
        let mut leads: Vec<Lead> = bases.iter().filter(|(record, _)| record.kind == self.record).cloned().collect();
        for node in made.collect::<Vec<_>>() {
            leads.extend(self.examples(node));
        }
        let state = State::default();
        leads
            .into_iter()
            .filter_map(|(mut record, now)| {
                let value = bound(test, boundary, &Context::new(plan, &record, &state, now))?;
                let moved = moved(&value, side, &test.subject.ty)?;
                *record.values.get_mut(field.index())? = Some(moved);
                Some((record, now))
            })
            .collect()
    }
}

/// All conditions that are asked of a type of record.
fn conditions(plan: &Plan, record: RecordId) -> Vec<&Condition> {
    let book = &*plan.book;
    let mut all: Vec<&Condition> = book.rules.iter().filter(|r| r.record == record).map(|r| &r.condition).collect();
    all.extend(book.overlays.iter().filter(|o| o.record == record).map(|o| &o.condition));
    all.extend(book.territories.iter().filter(|t| t.row.is_none()).filter_map(|t| t.conditions.get(&record)));
    all.extend(book.segments.iter().filter_map(|s| s.conditions.get(&record)));
    all.extend(book.classes.iter().filter(|c| c.record == record).flat_map(|c| &c.lines).filter_map(|l| l.when.as_ref()));
    all
}

fn leaves<'c>(condition: &'c Condition, each: &mut impl FnMut(&'c Condition)) {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().for_each(|p| leaves(p, each)),
        ConditionKind::Not(part) => leaves(part, each),
        _ => each(condition),
    }
}

/// Returns the value at which the answer of a test turns.
fn bound(test: &Test, boundary: usize, context: &Context<'_>) -> Option<Value> {
    let moment = match &test.predicate {
        Predicate::Compare(_, Right::Value(value)) => return Some(value.clone()),
        Predicate::Between(low, high) => return Some(if boundary == 0 { low } else { high }.clone()),
        Predicate::Before(moment) | Predicate::After(moment) => moment.clone(),
        Predicate::WithinLast(period) => Moment::Ago(*period),
        Predicate::WithinNext(period) => Moment::FromNow(*period),
        _ => return None,
    };
    Some(match edge(&moment, &test.subject.ty, context).ok()? {
        Edge::Day(day) if test.subject.ty == Type::Time => {
            Value::Time(context.plan.book.zone.to_ambiguous_timestamp(day.at(12, 0, 0, 0)).compatible().ok()?)
        }
        Edge::Day(day) => Value::Date(day),
        Edge::Instant(at) => Value::Time(at),
    })
}

/// Moves a value a little below or above; 1 leaves it.
fn moved(value: &Value, side: usize, ty: &Type) -> Option<Value> {
    let step: i64 = match side {
        0 => -1,
        1 => 0,
        _ => 1,
    };
    Some(match value {
        Value::Number(number) => Value::Number(number.checked_add(Decimal::new(step, number.normalize().scale()))?),
        Value::Date(day) if *ty == Type::Date => Value::Date(day.checked_add(step.days()).ok()?),
        Value::Time(at) => Value::Time(at.checked_add(SignedDuration::from_hours(24 * step)).ok()?),
        _ => return None,
    })
}
