//! A book of `proofs_book` compiled: its plan, its space, and every record that its fields can tell apart, each with the
//! rules that apply to it by the evaluator.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use turf::decide::{Context, answer, standings};
use turf::model::{Origin, Record, RecordId, ReferenceData, Schema, Type, Value, read_cell};
use turf::plan::Plan;
use turf::space::{About, Area, Aspect, Example, Locator, Point, Ranked, Region, Space, Survey, VARIANTS, day_tick};
use turf::state::State;
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials, Snapshot};

use super::data::zone;
use super::proofs_book::{Book, DAYS, Days};
use super::proofs_text::{Logic, accounts};

fn record(schema: &Schema, kind: RecordId, cells: &[(&str, &str)]) -> Record {
    let ty = schema.record(kind);
    let value = |field: &turf::model::Field| {
        let cell = cells.iter().find(|(name, _)| **name == *field.name).map(|(_, cell)| *cell)?;
        read_cell(cell, &field.ty, &zone()).unwrap()
    };
    let key = cells.iter().find(|(name, _)| *name == "id").unwrap().1;
    Record { kind, key: key.into(), values: ty.fields.iter().map(value).collect(), origin: Origin::default() }
}

/// Finishes a book of these files.
pub fn finish(files: Vec<SourceFile>) -> Snapshot {
    let draft = Draft::new(Sources::new(files));
    let mut data = ReferenceData::default();
    if let Some(kind) = draft.schema.find("account") {
        let all = accounts().map(|cells| record(&draft.schema, kind, &cells));
        data.records.insert(kind, all.map(|a| (a.key.clone(), a)).collect());
    }
    let materials = Materials {
        name: "made".to_owned(),
        zone: zone(),
        tables: Default::default(),
        data,
        findings: Vec::new(),
        settings: Default::default(),
    };
    draft.finish(materials)
}

/// A compiled book.
pub struct World {
    pub plan: Arc<Plan>,
    pub kind: RecordId,
    pub space: Space,
    /// By rule of the generated book, in the order in which they are considered.
    pub regions: Vec<Arc<Region>>,
    /// By rule, in the same order: its position in the plan.
    rules: Vec<usize>,
    zone: TimeZone,
    /// By field and cell.
    values: Vec<Vec<Option<Value>>>,
    /// By field of the generated book, its position among the declared ones.
    positions: Vec<usize>,
}

/// A record and all that is known of it.
pub struct Listed {
    /// By field.
    pub cells: Vec<usize>,
    pub day: usize,
    pub record: Record,
    pub point: Point,
    /// A bit for each rule that applies by the evaluator.
    pub applying: u64,
}

impl World {
    pub fn new(book: &Book) -> Self {
        Self::of(book, finish(vec![SourceFile::new("book.turf", &book.items().concat())]))
    }

    pub fn of(book: &Book, snapshot: Snapshot) -> Self {
        let lines = || turf::diagnostic::render::lines(&snapshot.findings, &snapshot.sources);
        let plan = snapshot.plan.clone().unwrap_or_else(|| panic!("{}\n{}", lines(), book.items().concat()));
        let kind = plan.book.schema.find("lead").unwrap();
        let mut survey = Survey::new();
        let of = survey.book(&plan.book, kind, &standings(&plan, kind));
        let mut space = survey.finish();
        let position = |name: &str| plan.book.rules.iter().position(|r| r.name.as_str() == name).unwrap();
        let rules: Vec<usize> = book.rules.iter().map(|r| position(&r.name)).collect();
        let regions = rules.iter().map(|r| space.region(of.rules[*r])).collect();
        let ty = plan.book.schema.record(kind);
        let positions: Vec<usize> = book.fields.iter().map(|f| ty.fields.iter().position(|d| &*d.name == f.name).unwrap()).collect();
        let read = |ty: &Type, cell: &Option<String>| cell.as_ref().and_then(|c| read_cell(c, ty, &zone()).unwrap());
        let values = book.fields.iter().zip(&positions).map(|(f, at)| f.cells.iter().map(|c| read(&ty.fields[*at].ty, c)).collect());
        let values = values.collect();
        Self { kind, space, regions, rules, zone: zone(), values, positions, plan }
    }

    pub fn ranked(&self) -> Ranked<'_> {
        Ranked::new(&self.space, &self.zone, self.regions.clone())
    }

    pub fn moment(day: usize) -> Timestamp {
        let day: jiff::civil::Date = DAYS[day].parse().unwrap();
        zone().to_ambiguous_zoned_datetime(day.at(12, 0, 0, 0)).compatible().unwrap().timestamp()
    }

    /// The record of some cells.
    pub fn record(&self, cells: &[usize]) -> Record {
        let ty = self.plan.book.schema.record(self.kind);
        let mut values = vec![None; ty.fields.len()];
        values[ty.key.index()] = Some(Value::Text("L".into()));
        for ((own, at), cell) in self.values.iter().zip(&self.positions).zip(cells) {
            values[*at] = own[*cell].clone();
        }
        Record { kind: self.kind, key: "L".into(), values, origin: Origin::default() }
    }

    pub fn locator(&self) -> Locator<'_> {
        Locator::new(&self.space, &self.plan.book.schema, &self.zone)
    }

    pub fn point(&self, locator: &Locator<'_>, record: &Record, day: usize) -> Point {
        locator.point(record, &self.plan.data, Self::moment(day), |fact| panic!("nothing is free in such books: {}", fact.words))
    }

    /// The same point on another day.
    fn on_day(&self, point: &Point, day: usize) -> Point {
        let mut point = point.clone();
        if let Some(today) = self.space.axes.iter().position(|a| a.key.aspect == Aspect::Today) {
            let date: jiff::civil::Date = DAYS[day].parse().unwrap();
            point[today] = turf::space::Coder::of(&self.space.axes[today]).class_of_tick(day_tick(date)).unwrap();
        }
        point
    }

    /// Which rules apply to a record, by the evaluator.
    pub fn applying(&self, plan: &Plan, record: &Record, now: Timestamp) -> u64 {
        let state = State::default();
        let context = Context::new(plan, record, &state, now);
        let rules = self.rules.iter().map(|r| &plan.book.rules[*r]).enumerate();
        let applying = rules.filter(|(_, r)| r.dates.contains(context.today) && answer(&r.condition, &context).is_yes());
        applying.map(|(position, _)| 1_u64 << position).sum()
    }

    /// Every record that the fields of a book can tell apart, on every day it can tell apart.
    pub fn list(&self, book: &Book) -> Vec<Listed> {
        let locator = self.locator();
        let days = book.days();
        let mut all = Vec::new();
        let mut cells = vec![0; book.fields.len()];
        loop {
            let record = self.record(&cells);
            let point = self.point(&locator, &record, 0);
            for day in days.iter().copied() {
                let point = self.on_day(&point, day);
                let applying = self.applying(&self.plan, &record, Self::moment(day));
                all.push(Listed { cells: cells.clone(), day, record: record.clone(), point, applying });
            }
            // The next combination, as a counter counts.
            let Some(at) = (0..cells.len()).find(|f| cells[*f] + 1 < book.fields[*f].cells.len()) else { return all };
            cells[..at].fill(0);
            cells[at] += 1;
        }
    }

    /// The rules that apply to the examples of an area, by the evaluator; none where no example was made.
    pub fn examples(&self, area: &Area) -> Vec<Option<(Example, u64)>> {
        let ordinary = Default::default();
        let about = About { schema: &self.plan.book.schema, record: self.kind, zone: &self.zone, ordinary: &ordinary };
        let tried = |variant| {
            let example = self.space.example(area, &about, variant)?;
            let (record, others) = example.records(&about);
            let mut plan = self.plan.clone();
            if !others.is_empty() {
                let mut data = (*plan.data).clone();
                for other in others {
                    data.records.entry(other.kind).or_default().insert(other.key.clone(), other);
                }
                plan = Arc::new(Plan::new(plan.book.clone(), Arc::new(data)));
            }
            let applying = self.applying(&plan, &record, example.now);
            Some((example, applying))
        };
        (0..VARIANTS).map(tried).collect()
    }
}

/// What is true of one listed record.
pub struct One<'a>(pub &'a Listed);

impl Logic for One<'_> {
    type Truth = bool;

    fn constant(&self, holds: bool) -> bool {
        holds
    }

    fn and(&self, one: &bool, other: &bool) -> bool {
        *one && *other
    }

    fn or(&self, one: &bool, other: &bool) -> bool {
        *one || *other
    }

    fn not(&self, one: &bool) -> bool {
        !one
    }

    fn cells(&self, field: usize, cells: &[usize]) -> bool {
        cells.contains(&self.0.cells[field])
    }

    fn days(&self, (from, through): Days) -> bool {
        (from..=through).contains(&self.0.day)
    }
}
