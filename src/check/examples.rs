//! Examples asked of the evaluator, and written for people.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::decide::{Context, Decision, PassedOver, decide};
use crate::diagnostic::{Plain, Shown, Witness};
use crate::model::{RecordId, ReferenceData, Type, Value, plain, read_cell, show_time};
use crate::plan::Plan;
use crate::space::{About, Cell, Example, Ordinary, field_at};
use crate::state::State;
use crate::text::wording;

/// Decides and writes examples of one type of record in one book.
#[derive(Clone, Copy, Debug)]
pub struct Examples<'p> {
    /// The book.
    pub plan: &'p Plan,
    /// The type of record.
    pub record: RecordId,
    /// What is ordinary.
    pub ordinary: &'p Ordinary,
}

/// Holds an example as decided, in a book whose data are the roster and the records the example refers to.
#[derive(Clone, Debug)]
pub struct DecidedExample {
    plan: Plan,
    /// The decision, on a state in which nothing has happened yet.
    pub decision: Decision,
}

impl DecidedExample {
    /// Returns what conditions were asked of.
    #[must_use]
    pub fn context<'a>(&'a self, state: &'a State) -> Context<'a> {
        let decision = &self.decision;
        Context::new(&self.plan, &decision.record, state, decision.at).placed_in(decision.placement.territory())
    }
}

/// Returns whether somebody could not take a record because it comes outside the working hours.
#[must_use]
pub fn is_off_hours(decision: &Decision) -> bool {
    let added = decision.added.iter().flat_map(|added| &added.attempts);
    let attempts = decision.trials.iter().flat_map(|trial| &trial.attempts).chain(added);
    attempts.flat_map(|attempt| &attempt.candidates).any(|candidate| matches!(candidate.passed_over, Some(PassedOver::OffHours { .. })))
}

impl Examples<'_> {
    /// Says what examples are about.
    #[must_use]
    pub fn about(&self) -> About<'_> {
        About { schema: &self.plan.book.schema, record: self.record, zone: &self.plan.book.zone, ordinary: self.ordinary }
    }

    /// Decides an example.
    #[must_use]
    pub fn decide(&self, example: &Example) -> DecidedExample {
        let (record, others) = example.records(&self.about());
        let mut data = ReferenceData::default();
        if let Some(rep) = self.plan.book.rep
            && let Some(reps) = self.plan.data.records.get(&rep.record)
        {
            data.records.insert(rep.record, reps.clone());
        }
        for other in others {
            data.records.entry(other.kind).or_default().insert(other.key.clone(), other);
        }
        let plan = self.plan.with_data(Arc::new(data));
        let decision = decide(&plan, record, &State::default(), example.now);
        DecidedExample { plan, decision }
    }

    /// Writes an example as a test does: the record's own fields in the order declared, then those it refers to.
    #[must_use]
    pub fn witness(&self, example: &Example) -> Witness {
        let schema = &self.plan.book.schema;
        let record = schema.record(self.record);
        let key = &record.fields[record.key.index()].name;
        let declared: BTreeMap<&str, usize> = record.fields.iter().enumerate().map(|(i, f)| (&*f.name, i)).collect();
        let mut paths: Vec<_> = example.cells.iter().filter(|(path, _)| path.len() > 1 || path.first() != Some(key)).collect();
        paths.sort_by_key(|(path, _)| (path.len(), path.first().and_then(|f| declared.get(&**f).copied()), (*path).clone()));
        let mut fields = Vec::new();
        for (path, cell) in paths {
            // A field that only the other of two compared books has says nothing here.
            let Some((_, ty)) = field_at(schema, self.record, path) else { continue };
            let bare = matches!(ty, Type::Number | Type::Percent | Type::Money(_) | Type::Date | Type::Time | Type::YesNo);
            let value = match cell {
                Cell::Text(text) if *ty == Type::Percent && !text.ends_with('%') => format!("{text}%"),
                Cell::Text(text) if bare => text.to_string(),
                Cell::Text(text) | Cell::Found(text) => wording::as_written(text),
                Cell::Dangling(text) => format!("{} (not on file)", wording::as_written(text)),
                Cell::Elements(all) => format!("[{}]", all.iter().map(|e| wording::as_written(e)).collect::<Vec<_>>().join(", ")),
            };
            let plain = plain_of(cell, ty, &self.plan.book.zone);
            fields.push(Shown { name: path.join("."), text: value, value: plain });
        }
        let local = self.plan.book.zone.to_datetime(example.now);
        let whole = local.second() == 0 && local.subsec_nanosecond() == 0;
        let time = local.strftime(if whole { "%H:%M" } else { "%H:%M:%S" }).to_string();
        let time = (local.time() != Time::constant(9, 0, 0, 0)).then_some(time);
        let at = show_time(example.now, &self.plan.book.zone);
        Witness { record: record.name.to_string(), on: local.date().to_string(), time, at, fields }
    }
}

/// A cell as programs read it.
fn plain_of(cell: &Cell, ty: &Type, zone: &TimeZone) -> Plain {
    match cell {
        Cell::Elements(all) => Plain::List(all.iter().map(ToString::to_string).collect()),
        Cell::Found(key) | Cell::Dangling(key) => Plain::Text(key.to_string()),
        Cell::Text(text) => match read_cell(text, ty, zone) {
            Ok(value) => plain_value(value.as_ref(), ty),
            Err(_) => Plain::Text(text.to_string()),
        },
    }
}

/// Returns a value as programs read it.
#[must_use]
pub fn plain_value(value: Option<&Value>, ty: &Type) -> Plain {
    match value {
        None => Plain::Nothing,
        Some(Value::YesNo(yes)) => Plain::YesNo(*yes),
        Some(Value::Number(number)) => Plain::Number(number.normalize()),
        Some(Value::Set { listed, unlisted }) => Plain::List(listed.iter().chain(unlisted).map(ToString::to_string).collect()),
        Some(value) => Plain::Text(plain(value, ty)),
    }
}
