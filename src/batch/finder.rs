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
use crate::plan::index::{Added, Candidate, Certainty, PlainAxis, Source};
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
    found: Vec<Added>,
}

/// How the cells of a field are looked up.
struct Way<'i> {
    field: FieldId,
    ty: Type,
    missing: Outcome,
    kind: Kind<'i>,
}

enum Kind<'i> {
    /// By being there: no text is told from another.
    There(Vec<Source>),
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
            found: vec![Added::default(); TOGETHER],
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
        self.found.iter_mut().for_each(Added::clear);
        if !self.direct {
            return;
        }
        let Self { ways, found, sieve, plan, indexed, .. } = self;
        for way in ways {
            let field = way.field.index();
            let cells = rows.iter().map(|row| row.as_ref().get(field).copied().unwrap_or_default());
            way.read(cells.zip(found.iter_mut()), (plan, indexed), sieve);
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
        let Some(found) = self.found.get_mut(at) else { return };
        self.sieve.begin_with(found);
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
            Type::Text { .. } | Type::Postal => plain().map(|axes| {
                let there = |axis: &PlainAxis<'_>| Some(axis.source(axis.plain.class_of_any_text()?).unwrap_or(Source::All));
                axes.iter().map(there).collect::<Option<_>>().map_or(Kind::Text(axes), Kind::There)
            }),
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

    /// Looks up the cells of some rows. What kind they are is asked once for all.
    fn read<'c, 'f>(&mut self, cells: impl Iterator<Item = (Cell<'c>, &'f mut Added)>, of: (&Plan, &Engine<'_>), sieve: &mut Sieve<'_>) {
        let Self { field, ty, missing, kind } = self;
        let mut any = |cell, found: &mut Added| {
            let outcome = any_outcome(cell, (*field, ty), of, sieve);
            take(&outcome, found);
            outcome
        };
        match kind {
            Kind::There(sources) => each(cells, missing, |cell, found| match cell {
                Cell::Text(_) => sources.iter().for_each(|source| found.add(*source)),
                cell => drop(any(cell, found)),
            }),
            Kind::Text(axes) => each(cells, missing, |cell, found| {
                let Cell::Text(text) = cell else { return drop(any(cell, found)) };
                let short = Short::new(text.as_bytes());
                for axis in axes.iter() {
                    // What was added before is added twice then, which comes to the same.
                    let Some(class) = axis.plain.class_of_text(text.as_bytes(), short.as_ref()) else { return drop(any(cell, found)) };
                    found.extend(axis.source(class.unwrap_or(0)));
                }
            }),
            Kind::Whole(axes) => each(cells, missing, |cell, found| match cell {
                Cell::Whole(number) | Cell::Seconds(number) => {
                    axes.iter().for_each(|axis| found.extend(axis.source(axis.plain.class_of_whole(number))));
                }
                cell => drop(any(cell, found)),
            }),
            Kind::Declared(table, outcomes) => each(cells, missing, |cell, found| {
                let short = if let Cell::Text(text) = cell { Short::new(text.as_bytes()) } else { None };
                match short.and_then(|text| outcomes.get(table.get(&text)? as usize)) {
                    Some(outcome) => take(outcome, found),
                    None => drop(any(cell, found)),
                }
            }),
            Kind::Elements(table, known) => each(cells, missing, |cell, found| {
                let there = |element: &&str| Some(1_u64 << table.get(&Short::new(element.as_bytes())?)?);
                let set = match cell {
                    Cell::Elements(all) if !all.is_empty() => all.iter().try_fold(0, |set, element| Some(set | there(element)?)),
                    _ => None,
                };
                if let Some(outcome) = set.and_then(|set| known.get(&set)) {
                    return take(outcome, found);
                }
                let outcome = any(cell, found);
                if let Some(set) = set.filter(|_| known.len() < MOST_SETS) {
                    known.insert(set, outcome);
                }
            }),
            Kind::Value => each(cells, missing, |cell, found| drop(any(cell, found))),
        }
    }
}

/// Takes what is missing, and leaves the rest to be read.
#[inline(always)]
#[expect(clippy::inline_always, reason = "there is one loop for each kind")]
fn each<'c, 'f>(cells: impl Iterator<Item = (Cell<'c>, &'f mut Added)>, missing: &Outcome, mut read: impl FnMut(Cell<'c>, &mut Added)) {
    cells.for_each(|(cell, found)| match cell {
        Cell::Missing => take(missing, found),
        cell => read(cell, found),
    });
}

/// Looks up what no shorter way leads to.
#[inline(never)]
fn any_outcome(cell: Cell<'_>, (field, ty): (FieldId, &Type), of: (&Plan, &Engine<'_>), sieve: &mut Sieve<'_>) -> Outcome {
    match cell {
        Cell::Value(value) => coded(of, field, Some(value), sieve),
        cell => coded(of, field, value(cell, ty).as_ref(), sieve),
    }
}

#[inline]
fn take(outcome: &Outcome, found: &mut Added) {
    found.add(outcome.source);
    if let Some(more) = &outcome.more {
        more.sources.iter().for_each(|source| found.add(*source));
    }
}

/// What a value of a field lets through.
fn coded((plan, engine): (&Plan, &Engine<'_>), field: FieldId, value: Option<&Value>, sieve: &mut Sieve<'_>) -> Outcome {
    let classes = value.map(|value| engine.index().points.classes_of(field, value, &plan.data)).unwrap_or_default();
    sieve.outcome(field, &classes)
}
