//! Records of a file against a book's findings: what is ordinary in them, and how many each finding concerns.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::output::{self, Exit, Terminal};
use super::routing::{self, Repeat, Run, Source};
use crate::check::Proved;
use crate::data::DataError;
use crate::decide::{Context, Decision, ask};
use crate::diagnostic::{Concerns, Diagnostic};
use crate::model::{FieldId, Record, RecordId, Type, Value, plain, show_number};
use crate::plan::Plan;
use crate::space::{Locator, Ordinary};
use crate::state::State;
use crate::text::wording;

/// How many different cells of a field are counted.
const MOST_CELLS: usize = 1_000;

/// How many of them are kept as ordinary.
const KEPT: usize = 20;

/// A file of records and the book that decides them.
pub struct Sample {
    run: Run,
}

impl Sample {
    /// Opens the file.
    ///
    /// # Errors
    /// The exit code, once the trouble is told.
    pub fn open(file: &Path, book: PathBuf, record: &str, terminal: &Terminal) -> Result<Self, Exit> {
        if file.as_os_str() == "-" {
            output::tell("turf: `--on` reads its file twice, so it cannot be standard input. Write it to a file first.\n");
            return Err(Exit::CouldNotRun);
        }
        let source = Source::new(file.to_owned(), book, None, record.to_owned());
        Ok(Self { run: routing::open(&source, terminal)? })
    }

    /// The type of the records.
    pub fn record(&self) -> RecordId {
        self.run.record
    }

    /// Finds the most common cells of each field; private fields, keys, references and times are left out.
    ///
    /// # Errors
    /// The exit code, once the trouble is told.
    pub fn ordinary(&self) -> Result<Ordinary, Exit> {
        let schema = self.run.plan.book.schema.record(self.run.record);
        let mut counts: Vec<HashMap<Arc<str>, u64>> = vec![HashMap::new(); schema.fields.len()];
        let wanted = |index: usize| {
            let field = &schema.fields[index];
            let plain = !matches!(field.ty, Type::Reference(_) | Type::Time | Type::Date | Type::Set { .. } | Type::Calendar);
            plain && !field.private && schema.key.index() != index
        };
        self.each(|_, record| {
            for (index, value) in record.values.iter().enumerate().filter(|(i, _)| wanted(*i)) {
                let Some(value) = value else { continue };
                let cells = &mut counts[index];
                let cell: Arc<str> = plain(value, &schema.fields[index].ty).into();
                if cells.len() < MOST_CELLS || cells.contains_key(&cell) {
                    *cells.entry(cell).or_default() += 1;
                }
            }
        })?;
        let mut ordinary = Ordinary::default();
        for (field, cells) in schema.fields.iter().zip(counts) {
            let mut cells: Vec<(Arc<str>, u64)> = cells.into_iter().collect();
            cells.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            if !cells.is_empty() {
                ordinary.cells.insert(vec![field.name.clone()], cells.into_iter().take(KEPT).map(|(cell, _)| cell).collect());
            }
        }
        Ok(ordinary)
    }

    fn each(&self, mut use_it: impl FnMut(&Decision, &Record)) -> Result<(), Exit> {
        let go = || -> Result<(), DataError> {
            let ordered = self.run.read(|_| Ok(()), |_| {})?;
            self.run.decide(ordered, None, |decided| {
                if decided.repeat != Repeat::Same {
                    use_it(decided.decision, &decided.decision.record);
                }
                Ok(true)
            })?;
            Ok(())
        };
        let mut go = go;
        go().map_err(|e| output::trouble(&e))
    }

    /// Counts the records that each finding concerns, with the sum of a money field, and puts the findings in that order.
    ///
    /// # Errors
    /// The exit code, once the trouble is told.
    pub fn count(&self, proved: &Proved, money: Option<&str>, findings: &mut [Diagnostic]) -> Result<(), Exit> {
        let plan: &Plan = &self.run.plan;
        let Some((_, space)) = proved.spaces.iter().find(|(record, _)| *record == self.run.record) else { return Ok(()) };
        let money = self.money(money)?;
        let locator = Locator::new(space, &plan.book.schema, &plan.book.zone);
        let mut counts: BTreeMap<usize, (u64, Decimal, Option<String>)> = BTreeMap::new();
        let regions: Vec<(usize, &Vec<_>)> =
            proved.regions.iter().enumerate().filter(|(_, (record, _))| *record == self.run.record).map(|(i, (_, a))| (i, a)).collect();
        let state = State::default();
        self.each(|decision, record| {
            let context = Context::new(plan, record, &state, decision.at).placed_in(decision.placement.territory());
            let point = locator.point(record, &plan.data, decision.at, |fact| ask(fact, &context));
            let amount = money.as_ref().and_then(|(field, _)| amount(record, *field)).unwrap_or(Decimal::ZERO);
            for (position, areas) in &regions {
                if areas.iter().any(|area| space.lies_in(&point, area)) {
                    let count = counts.entry(*position).or_default();
                    count.0 += 1;
                    count.1 = count.1.saturating_add(amount);
                    count.2.get_or_insert_with(|| record.key.to_string());
                }
            }
        })?;
        for finding in findings.iter_mut() {
            let Some(region) = finding.region.filter(|r| regions.iter().any(|(i, _)| i == r)) else { continue };
            let (records, sum, first) = counts.get(&region).cloned().unwrap_or_default();
            let money = money.as_ref().map(|(_, currency)| (sum.normalize().to_string(), format!("{} {currency}", show_number(sum))));
            finding.concerns = Some(Concerns { records, money, first });
        }
        findings.sort_by_key(|f| (f.severity, std::cmp::Reverse(f.concerns.as_ref().map_or(0, |c| c.records))));
        Ok(())
    }

    /// The field that is summed, with its currency: the one named, or the first of money.
    fn money(&self, named: Option<&str>) -> Result<Option<(FieldId, String)>, Exit> {
        let record = self.run.plan.book.schema.record(self.run.record);
        let currency = |field: FieldId| match &self.run.plan.book.schema.field(self.run.record, field).ty {
            Type::Money(currency) => Some((field, currency.to_string())),
            _ => None,
        };
        let Some(name) = named else {
            return Ok((0..record.fields.len()).map(FieldId::from_index).find_map(currency));
        };
        if let Some(found) = record.find(name).and_then(currency) {
            return Ok(Some(found));
        }
        let known: Vec<&str> = record.fields.iter().filter(|f| matches!(f.ty, Type::Money(_))).map(|f| &*f.name).collect();
        let help = if known.is_empty() { "The record has none".to_owned() } else { format!("Name one of {}", wording::join(&known, "or")) };
        output::tell(&format!("turf: `{name}` is no field of money of the record `{}`. {help}.\n", record.name));
        Err(Exit::CouldNotRun)
    }
}

fn amount(record: &Record, field: FieldId) -> Option<Decimal> {
    match record.value(field) {
        Some(Value::Number(amount)) => Some(*amount),
        _ => None,
    }
}
