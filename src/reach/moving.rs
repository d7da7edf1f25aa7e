//! A record as it would be: its own fields, the record it refers to, fields of that record, and when it arrives, changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::change::FieldChange;
use super::values::{Near, VARIANTS};
use crate::check::plain_value;
use crate::decide::Context;
use crate::decide::{Decision, ask};
use crate::diagnostic::Plain;
use crate::model::{
    Condition, ConditionKind, FieldId, FieldPath, Match, Predicate, Record, RecordId, ReferenceData, Right, Root, Schema, Type, Value, show,
};
use crate::plan::Plan;
use crate::space::{Area, Aspect, AxisId, Class, ClassSet, Kind, Locator, Question, Space, day_tick, tick_day};
use crate::state::State;

/// How many records of a file are looked at to find one that a record could refer to.
const MOST_RECORDS: usize = 2_000;

/// How deeply records are followed to the next.
const DEEPEST: usize = 8;

/// Changes a decided record.
pub(super) struct Moving<'a> {
    pub plan: &'a Plan,
    pub space: &'a Space,
    pub locator: &'a Locator<'a>,
    pub decision: &'a Decision,
    pub before: &'a State,
}

/// A record as it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    pub record: Record,
    pub now: Timestamp,
    /// Records that it refers to and that are changed as well, by type and key.
    others: BTreeMap<(RecordId, Arc<str>), Record>,
    /// Whether it is matched to nothing, whatever it is matched by.
    unmatched: bool,
    /// What was changed, by path; none is missing.
    edits: BTreeMap<Vec<Arc<str>>, Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    ty: Type,
    private: bool,
    from: Option<Value>,
    to: Option<Value>,
}

impl<'a> Moving<'a> {
    fn schema(&self) -> &'a Schema {
        &self.plan.book.schema
    }

    /// The record as it is.
    pub(super) fn still(&self) -> Moved {
        let record = self.decision.record.clone();
        Moved { record, now: self.decision.at, others: BTreeMap::new(), unmatched: false, edits: BTreeMap::new() }
    }

    /// The record moved into an area along some axes, with the values nearest to its own.
    pub(super) fn into(&self, area: &Area, axes: &[AxisId], variant: usize) -> Option<Moved> {
        let mut moved = self.still();
        let mut order: Vec<AxisId> = axes.to_vec();
        // References first: what lies behind one that changes is another record's.
        order.sort_by_key(|axis| {
            let key = &self.space.axis(*axis).key;
            (matches!(key.aspect, Aspect::Fact(_)), key.path.len(), key.aspect != Aspect::Value(Kind::Reference), *axis)
        });
        for axis in order {
            let set = area.on(axis).cloned().unwrap_or_else(|| ClassSet::all(self.space.width(axis)));
            let key = &self.space.axis(axis).key;
            let turned = |path: &[Arc<str>]| moved.edits.get(path).is_some_and(|e| matches!(e.ty, Type::Reference(_)));
            if (1..key.path.len()).any(|n| turned(&key.path[..n])) {
                continue;
            }
            match &key.aspect {
                Aspect::Today => self.at_day(&mut moved, axis, &set)?,
                _ if self.space.asks_a_text(axis) => self.write(&mut moved, area, axis, &set, variant)?,
                Aspect::Fact(_) => self.agree(&mut moved, axis, &set, variant),
                Aspect::Value(Kind::Reference) => self.refer(&mut moved, area, axis, &set, variant)?,
                _ => {
                    let (holder, field) = self.holder(&moved, &key.path)?;
                    let near = Near { now: moved.now, zone: &self.plan.book.zone };
                    let value = near.of(self.space.axis(axis), &set, holder.value(field), variant)?;
                    self.put(&mut moved, &key.path, value)?;
                }
            }
        }
        self.rematch(&mut moved);
        Some(moved)
    }

    /// The record that a path leads to as moved so far, and the field.
    fn holder<'m>(&self, moved: &'m Moved, path: &[Arc<str>]) -> Option<(&'m Record, FieldId)>
    where
        'a: 'm,
    {
        let (last, steps) = path.split_last()?;
        let mut at = &moved.record;
        for step in steps {
            let field = self.schema().record(at.kind).find(step)?;
            let (Type::Reference(to), Some(Value::Reference(key))) = (&self.schema().field(at.kind, field).ty, at.value(field)) else {
                return None;
            };
            at = match moved.others.get(&(*to, key.clone())) {
                Some(changed) => changed,
                None => self.plan.data.get(*to, key)?,
            };
        }
        Some((at, self.schema().record(at.kind).find(last)?))
    }

    /// Whether a path leads to a field now, and not to one of a person: who works here is not changed.
    pub(super) fn leads_to_field(&self, path: &[Arc<str>]) -> bool {
        self.holder(&self.still(), path).is_some_and(|(holder, _)| self.plan.book.rep.is_none_or(|rep| rep.record != holder.kind))
    }

    /// Writes a value where a path leads.
    fn put(&self, moved: &mut Moved, path: &[Arc<str>], value: Option<Value>) -> Option<()> {
        let (holder, field) = self.holder(moved, path).map(|(holder, field)| (holder.clone(), field))?;
        let declared = self.schema().field(holder.kind, field);
        let mut changed = holder;
        let slot = changed.values.get_mut(field.index())?;
        let from = std::mem::replace(slot, value.clone());
        let edit = Edit { ty: declared.ty.clone(), private: declared.private, from, to: None };
        moved.edits.entry(path.to_vec()).or_insert(edit).to = value.clone();
        if path.len() > 1 {
            moved.others.insert((changed.kind, changed.key.clone()), changed);
            return Some(());
        }
        let matched = self.plan.book.matches.get(&changed.kind).is_some_and(|m| m.field == field);
        moved.unmatched |= matched && value.is_none();
        let arrives = self.schema().record(changed.kind).arrival == Some(field);
        if let (true, Some(Value::Time(at))) = (arrives && self.by_arrival(), value) {
            moved.now = at;
        }
        moved.record = changed;
        Some(())
    }

    /// Whether the record was decided for the moment of its arrival.
    fn by_arrival(&self) -> bool {
        let record = &self.decision.record;
        let arrival = self.schema().record(record.kind).arrival.and_then(|field| record.value(field));
        matches!(arrival, Some(Value::Time(at)) if *at == self.decision.at)
    }

    /// The record as it is at another moment.
    pub(super) fn at(&self, now: Timestamp) -> Option<Moved> {
        let mut moved = self.still();
        self.shift(&mut moved, now)?;
        Some(moved)
    }

    /// A changed record at another moment.
    pub(super) fn again(&self, moved: &Moved, now: Timestamp) -> Option<Moved> {
        let mut moved = moved.clone();
        if moved.now != now {
            self.shift(&mut moved, now)?;
        }
        Some(moved)
    }

    fn shift(&self, moved: &mut Moved, now: Timestamp) -> Option<()> {
        let declared = self.schema().record(moved.record.kind);
        if let (true, Some(field)) = (self.by_arrival(), declared.arrival) {
            let path = [declared.fields.get(field.index())?.name.clone()];
            return self.put(moved, &path, Some(Value::Time(now)));
        }
        let edit = Edit { ty: Type::Time, private: false, from: Some(Value::Time(moved.now)), to: Some(Value::Time(now)) };
        moved.edits.insert(vec!["the moment of the decision".into()], edit);
        moved.now = now;
        Some(())
    }

    /// The nearest of some days, at the same time of the day.
    fn at_day(&self, moved: &mut Moved, axis: AxisId, set: &ClassSet) -> Option<()> {
        let zone = &self.plan.book.zone;
        let local = zone.to_datetime(moved.now);
        let own = day_tick(local.date());
        let spans = set.iter().filter_map(|c| match self.space.axis(axis).classes.get(c) {
            Some(Class::Ticks(b)) => Some((b.low.map_or(i128::MIN, |l| l.0), b.high.map_or(i128::MAX, |h| h.0))),
            _ => None,
        });
        let nearest = spans.map(|(low, high)| own.max(low).min(high)).min_by_key(|day| (day - own).abs())?;
        let now = zone.to_ambiguous_timestamp(tick_day(nearest).to_datetime(local.time())).compatible().ok()?;
        self.shift(moved, now)
    }

    /// Writes the nearest text for which everything that an area asks of a field holds, once for each field.
    fn write(&self, moved: &mut Moved, area: &Area, axis: AxisId, set: &ClassSet, variant: usize) -> Option<()> {
        let held = self.space.axis(axis);
        if moved.edits.contains_key(&held.key.path) {
            return Some(());
        }
        let (holder, field) = self.holder(moved, &held.key.path)?;
        let own = if let Some(Value::Text(text)) = holder.value(field) { Some(text.clone()) } else { None };
        let texts = self.space.texts_near(area, &held.key.path, own.as_deref(), VARIANTS);
        let missing = held.position(&Class::Missing).is_some_and(|c| set.contains(c));
        let value = texts.get(variant).or(texts.first()).cloned().map(Value::Text);
        if value.is_none() && !missing {
            return None;
        }
        self.put(moved, &held.key.path.clone(), value)
    }

    /// Refers to another record, or to none, so that the area's restrictions behind the reference are met.
    fn refer(&self, moved: &mut Moved, area: &Area, axis: AxisId, set: &ClassSet, variant: usize) -> Option<()> {
        let held = self.space.axis(axis);
        let Type::Reference(to) = held.ty else { return None };
        let missing = held.position(&Class::Missing).is_some_and(|c| set.contains(c));
        let mut fitting: Vec<Option<Value>> = missing.then_some(None).into_iter().collect();
        let behind: Vec<(AxisId, &ClassSet)> = area
            .restricts()
            .filter(|(other, _)| {
                let key = &self.space.axis(*other).key;
                key.path.starts_with(&held.key.path) && !matches!(key.aspect, Aspect::Fact(_))
            })
            .collect();
        for candidate in self.plan.data.all(to).take(MOST_RECORDS) {
            if fitting.len() > variant {
                break;
            }
            let value = Some(Value::Reference(candidate.key.clone()));
            let mut tried = moved.clone();
            self.put(&mut tried, &held.key.path, value.clone())?;
            let data = tried.data(self.plan);
            let context = Context::new(self.plan, &tried.record, self.before, tried.now);
            let point = self.locator.point(&tried.record, &data, tried.now, |fact| ask(fact, &context));
            if behind.iter().all(|(axis, set)| point.get(axis.index()).is_some_and(|class| set.contains(*class))) {
                fitting.push(value);
            }
        }
        let value = fitting.get(variant).or(fitting.first())?.clone();
        self.put(moved, &held.key.path, value)
    }

    /// Makes two fields equal where a free question wants them so; what comes of other questions is for the evaluator to say.
    fn agree(&self, moved: &mut Moved, axis: AxisId, set: &ClassSet, variant: usize) {
        let fact = self.space.axis(axis);
        let wants = |class: &Class| fact.position(class).is_some_and(|c| set.contains(c));
        let Some(Question::Condition { condition, steps, .. }) = fact.fact.as_ref().map(|f| &f.question) else { return };
        if let ConditionKind::SeenBefore { by, .. } = &condition.kind {
            if steps.is_empty() && wants(&Class::No) && !wants(&Class::Yes) {
                self.renew(moved, &self.path(&by.written));
            }
            return;
        }
        let ConditionKind::Test(test) = &condition.kind else { return };
        let Predicate::Is(Right::Field(other)) = &test.predicate else { return };
        let subjects = test.subject.place.root == Root::Subject && other.place.root == Root::Subject;
        if !subjects || !steps.is_empty() || !(if test.negated { wants(&Class::No) } else { wants(&Class::Yes) }) {
            return;
        }
        let (one, two) = (self.path(&test.subject.written), self.path(&other.written));
        // Either may change: a field of the record's own is nearer.
        let turned = (one.len() > 1) != (variant % 2 == 1);
        let (own, from) = if turned { (two, one) } else { (one, two) };
        let value = self.holder(moved, &from).and_then(|(holder, field)| holder.value(field).cloned());
        let fits = |moved: &Moved| {
            let (holder, field) = self.holder(moved, &own)?;
            let (there, source) = self.holder(moved, &from)?;
            Some(self.schema().field(holder.kind, field).ty == self.schema().field(there.kind, source).ty)
        };
        if value.is_some() && fits(moved) == Some(true) {
            // Where it cannot be put the evaluator says no.
            let _ = self.put(moved, &own, value);
        }
    }

    /// Gives a field a value that no record had before, as far as can be told.
    fn renew(&self, moved: &mut Moved, path: &[Arc<str>]) {
        let own = self.holder(moved, path).and_then(|(holder, field)| holder.value(field).cloned());
        let fresh = match own {
            _ if moved.edits.contains_key(path) => return,
            Some(Value::Text(text)) if text.contains('@') => Value::Text("somebody-new@example.com".into()),
            Some(Value::Text(_)) => Value::Text("something new".into()),
            _ => return,
        };
        // Where it cannot be put the evaluator says no.
        let _ = self.put(moved, path, Some(fresh));
    }

    /// The names of a path as written, without that of the record.
    fn path(&self, written: &str) -> Vec<Arc<str>> {
        let written = written.strip_prefix("domain of ").unwrap_or(written);
        let all: Vec<Arc<str>> = written.split('.').map(Into::into).collect();
        let own = &self.schema().record(self.decision.record.kind).name;
        if all.first() == Some(own) && all.len() > 1 { all.into_iter().skip(1).collect() } else { all }
    }

    /// Lists the fields that a test of several asks about, after the steps that lead to its record.
    pub(super) fn fields_of(&self, condition: &Condition, steps: &[Arc<str>]) -> Vec<Vec<Arc<str>>> {
        let paths: Vec<&FieldPath> = match &condition.kind {
            ConditionKind::Test(test) => [&test.subject].into_iter().chain(test.predicate.fields()).collect(),
            ConditionKind::SeenBefore { by, .. } => vec![by],
            _ => Vec::new(),
        };
        let own = paths.into_iter().filter(|path| path.place.root == Root::Subject);
        own.map(|path| steps.iter().cloned().chain(self.path(&path.written)).collect()).collect()
    }

    /// Lets the record be matched anew when something it is matched by has changed.
    fn rematch(&self, moved: &mut Moved) {
        let Some(wanted): Option<&Match> = self.plan.book.matches.get(&moved.record.kind) else { return };
        let was_given = self.decision.matching.as_ref().is_none_or(|m| m.given);
        let names = &self.schema().record(moved.record.kind).fields;
        let Some(reference) = names.get(wanted.field.index()).map(|f| vec![f.name.clone()]) else { return };
        if was_given || !moved.others.is_empty() || moved.edits.contains_key(&reference) {
            return;
        }
        let asked: BTreeSet<&str> = wanted.lines.iter().flat_map(|l| l.pairs.iter().map(|(left, _)| &*left.written)).collect();
        let asks = |name: &str| asked.iter().any(|w| *w == name || w.strip_prefix("domain of ") == Some(name));
        if moved.edits.keys().any(|path| path.first().is_some_and(|name| path.len() == 1 && asks(name)))
            && let Some(slot) = moved.record.values.get_mut(wanted.field.index())
        {
            *slot = None;
        }
    }

    /// Moments at which somebody else may be at work or back: hours of a day around, days of a week, the end of absences.
    pub(super) fn moments(&self) -> Vec<Timestamp> {
        let at = self.decision.at;
        let hours = (1..=24).flat_map(|h| [h, -h]).chain((2..=7).flat_map(|d| [d * 24, -d * 24]));
        let mut all: Vec<Timestamp> = hours.filter_map(|h| at.checked_add(SignedDuration::from_hours(h)).ok()).collect();
        all.extend(self.plan.data.absences.values().flatten().filter(|a| a.from <= at && at < a.until).map(|a| a.until));
        all.sort_by_key(|moment| (moment.duration_since(at).abs(), *moment));
        all.dedup();
        all
    }
}

impl Moved {
    /// Returns whether anything was changed.
    pub(super) fn is_changed(&self) -> bool {
        self.edits.values().any(|e| e.from != e.to)
    }

    /// How far the values are from those they were, in thousandths of what they are.
    pub(super) fn distance(&self) -> u64 {
        self.edits.values().filter(|e| e.from != e.to).map(|e| distance(e.from.as_ref(), e.to.as_ref())).sum()
    }

    /// The plan in which the changed record is decided.
    pub(super) fn plan(&self, plan: &Plan) -> Option<Plan> {
        (self.unmatched || !self.others.is_empty()).then(|| plan.with_data(Arc::new(self.data(plan))))
    }

    /// The people, and the records that this one leads to, changed as they are.
    fn data(&self, plan: &Plan) -> ReferenceData {
        let mut data = ReferenceData { absences: plan.data.absences.clone(), loads: plan.data.loads.clone(), ..Default::default() };
        if let Some(rep) = plan.book.rep
            && let Some(reps) = plan.data.records.get(&rep.record)
        {
            data.records.insert(rep.record, reps.clone());
        }
        let mut waiting = vec![(self.record.clone(), 0)];
        while let Some((record, depth)) = waiting.pop() {
            for (field, value) in plan.book.schema.record(record.kind).fields.iter().zip(&record.values) {
                let (Type::Reference(to), Some(Value::Reference(key))) = (&field.ty, value) else { continue };
                let known = data.get(*to, key).is_some();
                let next = self.others.get(&(*to, key.clone())).or_else(|| plan.data.get(*to, key));
                if let Some(next) = next.filter(|_| !known && depth < DEEPEST) {
                    data.records.entry(*to).or_default().insert(key.clone(), next.clone());
                    waiting.push((next.clone(), depth + 1));
                }
            }
        }
        data
    }

    /// What was changed, in words.
    pub(super) fn changes(&self, plan: &Plan) -> Vec<FieldChange> {
        let changed = self.edits.iter().filter(|(_, e)| e.from != e.to);
        changed
            .map(|(path, edit)| {
                let words = |value: &Option<Value>| value.as_ref().map(|v| show(v, &edit.ty, &plan.book.zone));
                let from = if edit.private { edit.from.as_ref().map(|_| "what it is".to_owned()) } else { words(&edit.from) };
                let from_value = if edit.private { Plain::Nothing } else { plain_value(edit.from.as_ref(), &edit.ty) };
                let to_value = plain_value(edit.to.as_ref(), &edit.ty);
                FieldChange { field: path.join("."), from, to: words(&edit.to), from_value, to_value }
            })
            .collect()
    }
}

/// How far one value is from another, in thousandths; values without an order are one whole apart.
fn distance(from: Option<&Value>, to: Option<&Value>) -> u64 {
    const WHOLE: u64 = 1_000;
    let days = |apart: i128| u64::try_from(apart.abs()).unwrap_or(u64::MAX).min(WHOLE);
    match (from, to) {
        (Some(Value::Number(from)), Some(Value::Number(to))) => {
            let (apart, size) = ((*from - *to).abs(), from.abs().max(to.abs()));
            let share = apart.checked_div(size).unwrap_or(Decimal::ONE).checked_mul(Decimal::ONE_THOUSAND);
            share.and_then(|s| u64::try_from(s.round()).ok()).unwrap_or(WHOLE).min(2 * WHOLE)
        }
        (Some(Value::Date(from)), Some(Value::Date(to))) => days(day_tick(*from) - day_tick(*to)),
        (Some(Value::Time(from)), Some(Value::Time(to))) => days(i128::from(to.duration_since(*from).as_hours())),
        _ => WHOLE,
    }
}
