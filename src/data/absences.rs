//! Absences of reps: days, both included, in the zone of each rep's calendar; or exact times.
//!
//! Apart from [`super::reference`] because the zones come from calendars, which are resolved only after the roster.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::reference::{Strangers, rep_column};
use super::typed_rows::{TypedRows, Wanted};
use super::{Config, DataError, DataFile, DataReport, Folder, Input};
use crate::diagnostic::Diagnostic;
use crate::model::{Absence, ReferenceData, Schema, Type, Value, read_cell};

/// Loads the absences into the data; `zone_of` gives the zone of a rep by key. Returns findings and the file's report.
pub fn load_absences(
    schema: &Schema,
    config: &Config,
    folder: &Folder,
    data: &mut ReferenceData,
    zone_of: &dyn Fn(&str) -> TimeZone,
) -> (Vec<Diagnostic>, Option<DataReport>) {
    let Some((settings, file)) = config.absences.as_ref().and_then(|a| Some((a, a.file.as_ref()?))) else { return (Vec::new(), None) };
    match read(schema, config, settings, &folder.path(file), data, zone_of) {
        Ok((absences, report, stranger)) => {
            data.absences = absences;
            let mut findings = report.findings();
            findings.extend(stranger);
            crate::diagnostic::sort(&mut findings);
            (findings, Some(report))
        }
        Err(error) => (error.findings(), None),
    }
}

type Absences = BTreeMap<Arc<str>, Vec<Absence>>;

fn read(
    schema: &Schema,
    config: &Config,
    settings: &DataFile,
    path: &Path,
    data: &ReferenceData,
    zone_of: &dyn Fn(&str) -> TimeZone,
) -> Result<(Absences, DataReport, Option<Diagnostic>), DataError> {
    let text =
        |name: &str, required: bool| Wanted { name: name.into(), ty: Type::Text { any_case: false }, key: None, private: false, required };
    let columns = vec![rep_column(schema), text("from", true), text("through", true), text("reason", false)];
    let shown = settings.file.as_deref().unwrap_or_default();
    let mut rows = TypedRows::open(Input::open(path, shown)?, columns, settings, "absences.columns", &config.zone)?;
    let format = |name: &str| settings.columns.get(name).and_then(|c| c.format.as_deref());
    let (from_format, through_format) = (format("from"), format("through"));
    let roster = schema.find("rep").and_then(|rep| data.records.get(&rep));
    let mut strangers = Strangers::default();
    let mut absences = Absences::new();
    while let Some(row) = rows.next()? {
        let Ok(row) = row else { continue };
        let [Some(Value::Reference(rep)), from, through, reason] = row.values.as_slice() else {
            rows.set_aside(row.line, "rep", "the row names no rep; write the key of a rep".to_owned());
            continue;
        };
        if roster.is_some_and(|reps| !reps.contains_key(rep)) {
            strangers.add(rep, row.line);
            continue;
        }
        let zone = zone_of(rep);
        let edges = (edge(from, from_format, &zone), edge(through, through_format, &zone));
        let (from, until) = match edges {
            (Ok(from), Ok(through)) => (from.beginning(&zone), through.end(&zone)),
            (Err(reason), _) => {
                rows.set_aside(row.line, "from", reason);
                continue;
            }
            (_, Err(reason)) => {
                rows.set_aside(row.line, "through", reason);
                continue;
            }
        };
        if until <= from {
            rows.set_aside(row.line, "through", "the absence ends before it begins; swap `from` and `through`".to_owned());
            continue;
        }
        let reason = if let Some(Value::Text(reason)) = reason { Some(reason.clone()) } else { None };
        absences.entry(rep.clone()).or_default().push(Absence { from, until, reason });
    }
    for all in absences.values_mut() {
        all.sort();
        all.dedup();
    }
    let stranger = strangers.finding(&rows.report.file, "rep");
    Ok((absences, rows.report, stranger))
}

/// One end of an absence.
enum Edge {
    Day(Date),
    Instant(Timestamp),
}

impl Edge {
    fn beginning(&self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => midnight(*day, zone).unwrap_or(Timestamp::MIN),
            Self::Instant(at) => *at,
        }
    }

    /// Returns the first instant after: a last day is included whole.
    fn end(&self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => day.tomorrow().ok().and_then(|next| midnight(next, zone)).unwrap_or(Timestamp::MAX),
            Self::Instant(at) => *at,
        }
    }
}

fn midnight(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(day.to_datetime(Time::midnight())).compatible().ok()
}

/// Reads a day or a time; the error is a sentence.
fn edge(cell: &Option<Value>, format: Option<&str>, zone: &TimeZone) -> Result<Edge, String> {
    let Some(Value::Text(cell)) = cell else { return Err("the absence has no such day; write one, such as 2027-03-01".to_owned()) };
    if let Some(format) = format {
        let wrong = || format!("`{cell}` does not look like `{format}`; write it so, or mend `format` in turf.toml");
        let read = strtime::parse(format, &**cell).map_err(|_| wrong())?;
        if let Ok(at) = read.to_timestamp() {
            return Ok(Edge::Instant(at));
        }
        let day = read.to_date().map_err(|_| wrong())?;
        if read.hour().is_none() {
            return Ok(Edge::Day(day));
        }
        let time = read.to_time().map_err(|_| wrong())?;
        return zone.to_ambiguous_timestamp(day.to_datetime(time)).compatible().map(Edge::Instant).map_err(|_| wrong());
    }
    let ty = if cell.len() <= 10 { Type::Date } else { Type::Time };
    match read_cell(cell, &ty, zone) {
        Ok(Some(Value::Date(day))) => Ok(Edge::Day(day)),
        Ok(Some(Value::Time(at))) => Ok(Edge::Instant(at)),
        Ok(_) => Err("the absence has no such day; write one, such as 2027-03-01".to_owned()),
        Err(e) => Err(e.to_string()),
    }
}
