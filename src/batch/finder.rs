//! Rules for rows of parsed cells: texts as slices, numbers, moments, elements, as a reader has them before it makes records.
//!
//! What a cell lets through is looked up without a [`Value`] made of it, some rows at once; a record is only made where a rule
//! asks for more.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use jiff::Timestamp;

use super::cell_cache::Outcome;
use super::probe::Probe;
use super::sieve::Sieve;
use crate::decide::{Context, Engine, Offsets, answer};
use crate::model::{FieldId, Origin, Record, RecordId, RuleId, Type, Value, read_elements};
use crate::plan::Plan;
use crate::plan::index::{Candidate, Certainty, PlainAxis, Source};
use crate::state::State;
use crate::text::{Short, ShortTable};

/// How many sets of elements are kept for each field.
const MOST_SETS: usize = 1 << 12;

/// How many rows are looked up together.
const TOGETHER: usize = 32;

/// A cell as parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cell<'a> {
    /// There is no value.
    #[default]
    Missing,
    /// Text, a postal code, one of the declared values, a key; no outer blanks, not empty.
    Text(&'a str),
    /// A whole number, percentage or amount.
    Whole(i64),
    /// A moment in seconds since 1970.
    Seconds(i64),
    /// Yes or no.
    YesNo(bool),
    /// The elements of a set.
    Elements(&'a [&'a str]),
    /// Any other value.
    Value(&'a Value),
}

/// Finds the rules that apply to rows of parsed cells, as [`Engine::first_rule`] does for records.
pub struct Finder<'i, 'p> {
    plan: &'p Plan,
    record: RecordId,
    engine: Engine<'p>,
    indexed: &'i Engine<'p>,
    /// Whether rows go through the sieve: nothing asked hangs on a derived field or on the territory.
    direct: bool,
    ways: Vec<Way<'i>>,
    sieve: Sieve<'i>,
    /// By rule in the order considered: the searches that it leaves open, if these are all.
    probes: Vec<Option<Box<[Probe]>>>,
    days: Offsets,
    /// By row looked up: what its cells let through.
    found: Vec<Vec<Source>>,
}

/// How the cells of a field are looked up.
struct Way<'i> {
    field: FieldId,
    ty: Type,
    missing: Outcome,
    kind: Kind<'i>,
}

enum Kind<'i> {
    /// By their text.
    Text(Vec<PlainAxis<'i>>),
    /// By their number or seconds.
    Whole(Vec<PlainAxis<'i>>),
    /// By what declared texts come to.
    Declared(ShortTable, Vec<Outcome>),
    /// By which of the declared elements there are.
    Elements(ShortTable, HashMap<u64, Outcome, FixedState>),
    /// By the value.
    Value,
}

impl<'i, 'p> Finder<'i, 'p> {
    /// Prepares for rows of the type of record that an engine is for.
    #[must_use]
    pub fn new(plan: &'p Plan, record: RecordId, engine: &'i Engine<'p>) -> Self {
        let index = engine.index();
        let fields = &plan.book.schema.record(record).fields;
        let mut sieve = Sieve::new(index, fields.len());
        sieve.pointed = false;
        let asked = (0..fields.len()).map(FieldId::from_index).filter(|field| index.points.asks(*field));
        let ways = asked.filter_map(|field| Some(Way::new(plan, engine, field, &fields.get(field.index())?.ty, &mut sieve))).collect();
        let direct = index.points.derived().next().is_none() && index.points.class_of_territory(None).is_none();
        Self {
            plan,
            record,
            engine: engine.clone(),
            indexed: engine,
            direct,
            ways,
            sieve,
            probes: index.open.iter().map(|parts| Probe::of(parts)).collect(),
            days: Offsets::new(&plan.book.zone),
            found: vec![Vec::new(); TOGETHER],
        }
    }

    /// Finds the first rule that applies to each of some rows, whoever could take it then. Cells stand by field.
    pub fn first_rules<'c>(
        &mut self,
        rows: &[impl AsRef<[Cell<'c>]>],
        (state, now): (&State, Timestamp),
        mut each: impl FnMut(usize, Option<RuleId>),
    ) {
        for (first, rows) in (0..).step_by(TOGETHER).zip(rows.chunks(TOGETHER)) {
            self.look_up(rows);
            for (at, row) in rows.iter().enumerate() {
                let mut found = None;
                self.rules(at, row.as_ref(), (state, now), |id| {
                    found = Some(id);
                    false
                });
                each(first + at, found);
            }
        }
    }

    /// Hands over every rule that applies to some rows, row by row in the order considered.
    pub fn all_rules<'c>(
        &mut self,
        rows: &[impl AsRef<[Cell<'c>]>],
        (state, now): (&State, Timestamp),
        mut each: impl FnMut(usize, RuleId),
    ) {
        for (first, rows) in (0..).step_by(TOGETHER).zip(rows.chunks(TOGETHER)) {
            self.look_up(rows);
            for (at, row) in rows.iter().enumerate() {
                self.rules(at, row.as_ref(), (state, now), |id| {
                    each(first + at, id);
                    true
                });
            }
        }
    }

    /// Looks up what the cells of some rows let through, field by field, so that fetching what one row needs waits for no other.
    fn look_up<'c>(&mut self, rows: &[impl AsRef<[Cell<'c>]>]) {
        self.found.iter_mut().for_each(Vec::clear);
        if !self.direct {
            return;
        }
        let Self { ways, found, sieve, plan, indexed, .. } = self;
        for way in ways {
            for (row, found) in rows.iter().zip(found.iter_mut()) {
                let cell = row.as_ref().get(way.field.index()).copied().unwrap_or_default();
                way.read(cell, (plan, indexed), sieve, found);
            }
        }
    }

    /// Hands over rules that apply to a row that was looked up, as long as more are wanted.
    fn rules(&mut self, at: usize, cells: &[Cell<'_>], (state, now): (&State, Timestamp), mut each: impl FnMut(RuleId) -> bool) {
        let (plan, kind) = (self.plan, self.record);
        if !self.direct {
            let record = whole(plan, kind, cells);
            let mut more = true;
            self.engine.all_rules(&record, state, now, |id| more = more && each(id));
            return;
        }
        self.sieve.begin();
        self.found.get(at).into_iter().flatten().for_each(|source| self.sieve.add(*source));
        let index = self.indexed.index();
        if index.points.asks_day() {
            self.sieve.on_day(self.days.day(now));
        }
        let mut record = None;
        for candidate in self.sieve.rules() {
            let Some(id) = index.order.get(candidate.item) else { continue };
            let applies = match (candidate.certainty, self.probes.get(candidate.item)) {
                (Certainty::Certain, _) => true,
                (Certainty::Open, Some(Some(probes))) => probes.iter().all(|probe| match cells.get(probe.field) {
                    Some(Cell::Text(text)) => probe.passes(text),
                    Some(Cell::Value(Value::Text(text))) => probe.passes(text),
                    _ => false,
                }),
                _ => {
                    let record = record.get_or_insert_with(|| whole(plan, kind, cells));
                    applies(plan, self.indexed, candidate, &Context::on_day(plan, record, state, (now, self.days.day(now))))
                }
            };
            if applies && !each(*id) {
                return;
            }
        }
    }
}

/// Asks a rule that classes leave open.
#[inline(never)]
fn applies(plan: &Plan, engine: &Engine<'_>, candidate: Candidate, context: &Context<'_>) -> bool {
    let index = engine.index();
    if candidate.certainty == Certainty::Open {
        return index.open.get(candidate.item).is_some_and(|parts| parts.iter().all(|part| answer(part, context).is_yes()));
    }
    let rule = index.order.get(candidate.item).and_then(|id| plan.book.rules.get(id.index()));
    rule.is_some_and(|rule| rule.dates.contains(context.today) && answer(&rule.condition, context).is_yes())
}

/// Makes a record of cells.
fn whole(plan: &Plan, kind: RecordId, cells: &[Cell<'_>]) -> Record {
    let fields = &plan.book.schema.record(kind).fields;
    let values = fields.iter().enumerate().map(|(at, field)| value(cells.get(at).copied().unwrap_or_default(), &field.ty)).collect();
    Record { kind, key: "".into(), values, origin: Origin::default() }
}

/// Makes a value of a cell.
fn value(cell: Cell<'_>, ty: &Type) -> Option<Value> {
    Some(match (cell, ty) {
        (Cell::Missing, _) => return None,
        (Cell::Text(text), Type::OneOf(all)) => match all.iter().find(|declared| &***declared == text) {
            Some(declared) => Value::Choice(declared.clone()),
            None => Value::Unlisted(text.into()),
        },
        (Cell::Text(text), Type::Reference(_)) => Value::Reference(text.into()),
        (Cell::Text(text), _) => Value::Text(text.into()),
        (Cell::Whole(number), _) => Value::Number(number.into()),
        (Cell::Seconds(at), _) => Value::Time(Timestamp::from_second(at).ok()?),
        (Cell::YesNo(yes), _) => Value::YesNo(yes),
        (Cell::Elements(all), Type::Set { values, .. }) => read_elements(all.iter().copied(), values.as_deref()),
        (Cell::Elements(all), _) => read_elements(all.iter().copied(), None),
        (Cell::Value(value), _) => value.clone(),
    })
}

impl<'i> Way<'i> {
    fn new(plan: &Plan, engine: &'i Engine<'_>, field: FieldId, ty: &Type, sieve: &mut Sieve<'i>) -> Self {
        let plain = || engine.index().plain(field);
        let table = |all: &[Arc<str>]| -> Option<ShortTable> {
            let entry = |(text, at): (&Arc<str>, u32)| Some((Short::new(text.as_bytes())?, at));
            Some(ShortTable::new(all.iter().zip(0..).map(entry).collect::<Option<_>>()?))
        };
        let kind = match ty {
            Type::Text { .. } | Type::Postal => plain().map(Kind::Text),
            Type::Number | Type::Percent | Type::Money(_) | Type::Time => plain().map(Kind::Whole),
            Type::OneOf(all) => {
                let outcomes = all.iter().map(|v| coded((plan, engine), field, Some(&Value::Choice(v.clone())), sieve)).collect();
                table(all).map(|table| Kind::Declared(table, outcomes))
            }
            Type::Set { values: Some(all), .. } if all.len() <= 64 => table(all).map(|table| Kind::Elements(table, HashMap::default())),
            _ => None,
        };
        Self { field, ty: ty.clone(), missing: coded((plan, engine), field, None, sieve), kind: kind.unwrap_or(Kind::Value) }
    }

    #[inline]
    fn read(&mut self, cell: Cell<'_>, of: (&Plan, &Engine<'_>), sieve: &mut Sieve<'_>, found: &mut Vec<Source>) {
        match (&mut self.kind, cell) {
            (_, Cell::Missing) => return take(&self.missing, found),
            (Kind::Text(axes), Cell::Text(text)) => {
                let (before, short) = (found.len(), Short::new(text.as_bytes()));
                let class = |axis: &PlainAxis<'_>| Some(axis.plain.class_of_text(text.as_bytes(), short.as_ref())?.unwrap_or(0));
                for axis in axes {
                    let Some(class) = class(axis) else {
                        found.truncate(before);
                        return self.read_any(cell, of, sieve, found);
                    };
                    found.extend(axis.rules.get(class));
                }
                return;
            }
            (Kind::Whole(axes), Cell::Whole(number) | Cell::Seconds(number)) => {
                return found.extend(axes.iter().filter_map(|axis| axis.rules.get(axis.plain.class_of_whole(number))));
            }
            (Kind::Declared(table, outcomes), Cell::Text(text)) => {
                let known = Short::new(text.as_bytes()).and_then(|text| outcomes.get(table.get(&text)? as usize));
                if let Some(outcome) = known {
                    return take(outcome, found);
                }
            }
            (Kind::Elements(table, known), Cell::Elements(all)) if !all.is_empty() => {
                let there = |element: &&str| Some(1_u64 << table.get(&Short::new(element.as_bytes())?)?);
                let set = all.iter().try_fold(0, |set, element| Some(set | there(element)?));
                if let Some(outcome) = set.and_then(|set| known.get(&set)) {
                    return take(outcome, found);
                }
                if let Some(set) = set.filter(|_| known.len() < MOST_SETS) {
                    let outcome = coded(of, self.field, value(cell, &self.ty).as_ref(), sieve);
                    take(&outcome, found);
                    known.insert(set, outcome);
                    return;
                }
            }
            _ => {}
        }
        self.read_any(cell, of, sieve, found);
    }

    /// Looks up what no shorter way leads to.
    #[inline(never)]
    fn read_any(&self, cell: Cell<'_>, of: (&Plan, &Engine<'_>), sieve: &mut Sieve<'_>, found: &mut Vec<Source>) {
        let outcome = match cell {
            Cell::Value(value) => coded(of, self.field, Some(value), sieve),
            cell => coded(of, self.field, value(cell, &self.ty).as_ref(), sieve),
        };
        take(&outcome, found);
    }
}

#[inline]
fn take(outcome: &Outcome, found: &mut Vec<Source>) {
    found.push(outcome.source);
    if let Some(more) = &outcome.more {
        found.extend(&more.sources);
    }
}

/// What a value of a field lets through.
fn coded((plan, engine): (&Plan, &Engine<'_>), field: FieldId, value: Option<&Value>, sieve: &mut Sieve<'_>) -> Outcome {
    let classes = value.map(|value| engine.index().points.classes_of(field, value, &plan.data)).unwrap_or_default();
    sieve.outcome(field, &classes)
}
