//! Rows of text to typed values, with the cleaning that `turf.toml` asks for.
//!
//! Comes in: the fields wanted, the settings of the file, an input. Goes out: values by field position, or the row set
//! aside. Shared by records, open loads and absences, whose "fields" differ.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::rows::{Cell, Next, Place, RawRow, Rows};
use super::{Column, DataError, DataFile, DataReport, FieldReport, Input, SetAside};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Type, Unreadable, Value, read_cell, read_elements, read_key, trim};
use crate::text::wording;

/// A field wanted from a file.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub name: Arc<str>,
    pub ty: Type,
    /// For a reference, the type of the key it must be read as.
    pub key: Option<Type>,
    pub private: bool,
    /// Whether the file must have its column.
    pub required: bool,
}

/// Reads the rows of a file as values.
pub(super) struct TypedRows {
    rows: Rows,
    plans: Vec<FieldPlan>,
    zone: TimeZone,
    pub report: DataReport,
}

/// A row as values.
pub(super) struct TypedRow {
    pub line: u64,
    pub values: Vec<Option<Value>>,
}

/// How one field is read.
pub(super) struct FieldPlan {
    pub wanted: Wanted,
    pub column: String,
    pub place: Option<Place>,
    blank: BTreeSet<String>,
    settings: Column,
}

impl TypedRows {
    /// Opens a file; `section` is the table of `turf.toml` that maps its columns, for messages.
    pub fn open(input: Input, wanted: Vec<Wanted>, settings: &DataFile, section: &str, zone: &TimeZone) -> Result<Self, DataError> {
        let file = input.file.clone();
        let rows = Rows::open(input, settings.delimiter)?;
        let plans = plans(&file, rows.header(), wanted, settings, section)?;
        let fields = plans.iter().map(FieldPlan::report).collect();
        Ok(Self { rows, plans, zone: zone.clone(), report: DataReport { file, fields, ..DataReport::default() } })
    }

    /// Reads the next row; none at the end.
    pub fn next(&mut self) -> Result<Option<Result<TypedRow, SetAside>>, DataError> {
        let read = match self.rows.next()? {
            Next::End => return Ok(None),
            Next::SetAside(row) => Err(row),
            Next::Row(row) => read_row(&self.plans, &row, &mut self.report, &self.zone).map(|values| TypedRow { line: row.line, values }),
        };
        match &read {
            Ok(_) => self.report.rows += 1,
            Err(row) => self.report.count_set_aside(row),
        }
        Ok(Some(read))
    }

    /// Sets a row aside that was counted as read.
    pub fn set_aside(&mut self, line: u64, field: &str, reason: String) -> SetAside {
        let column = self.plans.iter().find(|p| &*p.wanted.name == field).map(|p| p.column.clone());
        let row = SetAside { file: self.report.file.clone(), line, column, value: None, reason };
        self.report.rows = self.report.rows.saturating_sub(1);
        self.report.count_set_aside(&row);
        row
    }
}

/// Says how the fields wanted are read from a file with that header (none for JSON lines) on that line.
pub(super) fn plans(
    file: &Arc<str>,
    header: Option<(&[String], u64)>,
    wanted: Vec<Wanted>,
    settings: &DataFile,
    section: &str,
) -> Result<Vec<FieldPlan>, DataError> {
    let mut missing = Vec::new();
    let mut plans = Vec::with_capacity(wanted.len());
    for field in wanted {
        let explicit = settings.columns.get(&*field.name);
        let own = explicit.cloned().unwrap_or_default();
        let column = own.column.clone().unwrap_or_else(|| field.name.to_string());
        let mut place = None;
        if !own.absent {
            place = match header {
                None => Some(Place::Member(column.clone())),
                Some((header, line)) => {
                    let mut found = header.iter().enumerate().filter(|(_, h)| **h == column).map(|(at, _)| at);
                    let first = found.next();
                    if found.next().is_some() {
                        return Err(DataError::TwoColumns { file: file.clone(), column });
                    }
                    if first.is_none() && (field.required || explicit.is_some()) {
                        missing.push(no_column(file, line, header, &field.name, &column, section));
                    }
                    first.map(Place::Position)
                }
            };
        }
        let blank = settings.blank.iter().chain(&own.blank).map(|b| trim(b).to_owned()).collect();
        plans.push(FieldPlan { wanted: field, column, place, blank, settings: own });
    }
    if !missing.is_empty() {
        return Err(DataError::MissingColumns { file: file.clone(), findings: missing });
    }
    Ok(plans)
}

/// Reads all fields of a row; the first that is not of its type sets the row aside.
pub(super) fn read_row(
    plans: &[FieldPlan],
    row: &RawRow<'_>,
    report: &mut DataReport,
    zone: &TimeZone,
) -> Result<Vec<Option<Value>>, SetAside> {
    let mut values = Vec::with_capacity(plans.len());
    for (plan, field) in plans.iter().zip(&mut report.fields) {
        match plan.read(row, field, zone) {
            Ok(value) => values.push(value),
            Err(unreadable) => return Err(plan.aside(&report.file, row.line, &unreadable)),
        }
    }
    Ok(values)
}

impl FieldPlan {
    pub fn report(&self) -> FieldReport {
        let column = if self.place.is_some() { self.column.clone() } else { String::new() };
        FieldReport { field: self.wanted.name.clone(), column, ..FieldReport::default() }
    }

    fn aside(&self, file: &Arc<str>, line: u64, unreadable: &Unreadable) -> SetAside {
        let (value, reason) =
            if self.wanted.private { (None, unreadable.masked()) } else { (Some(unreadable.cell.clone()), unreadable.to_string()) };
        SetAside { file: file.clone(), line, column: Some(self.column.clone()), value, reason }
    }

    fn read(&self, row: &RawRow<'_>, report: &mut FieldReport, zone: &TimeZone) -> Result<Option<Value>, Unreadable> {
        let Some(place) = &self.place else {
            report.blank += 1;
            return Ok(None);
        };
        let (cell, seen) = row.cell(place);
        report.seen += u64::from(seen);
        let value = match &cell {
            Cell::Missing => None,
            Cell::Text(text) => return self.read_text(text, report, zone),
            Cell::List(all) => match &self.wanted.ty {
                Type::Set { values, .. } => Some(read_elements(all.iter().filter_map(|e| self.clean(e, report)), values.as_deref())),
                _ => return Err(Unreadable::new("[...]", "is a list, and this field holds one value; give one value")),
            },
            Cell::Unfit => {
                return Err(Unreadable::new(
                    "{...}",
                    "is an object, and fields hold plain values; give a text, a number or a list of texts",
                ));
            }
        };
        self.count(value.as_ref(), report);
        Ok(value)
    }

    /// Reads a cell of text.
    pub fn read_text(&self, text: &str, report: &mut FieldReport, zone: &TimeZone) -> Result<Option<Value>, Unreadable> {
        let value = self.typed(text, report, zone)?;
        self.count(value.as_ref(), report);
        Ok(value)
    }

    fn count(&self, value: Option<&Value>, report: &mut FieldReport) {
        match value {
            None => report.blank += 1,
            Some(Value::Unlisted(v)) => report.count_unlisted(v, self.wanted.private),
            Some(Value::Set { unlisted, .. }) => unlisted.iter().for_each(|v| report.count_unlisted(v, self.wanted.private)),
            Some(_) => {}
        }
    }

    /// Whether cells are taken as they are, but for outer blanks.
    pub fn is_plain(&self) -> bool {
        matches!(self.wanted.ty, Type::Text { .. }) && self.wanted.key.is_none() && self.settings.replace.is_empty()
    }

    /// Whether cells are read by the type alone, once they are trimmed and what means missing is dropped.
    pub fn is_bare(&self) -> bool {
        let Column { replace, unit, format, .. } = &self.settings;
        self.wanted.key.is_none() && replace.is_empty() && unit.is_none() && format.is_none()
    }

    /// Whether some words mean missing.
    pub fn has_words_for_missing(&self) -> bool {
        !self.blank.is_empty()
    }

    /// Whether a trimmed cell means missing.
    pub fn means_missing(&self, cell: &[u8]) -> bool {
        self.has_words_for_missing() && self.blank.iter().any(|word| word.as_bytes() == cell)
    }

    /// Trims, drops what means missing, replaces; none when nothing is left.
    pub fn clean<'a>(&'a self, cell: &'a str, report: &mut FieldReport) -> Option<&'a str> {
        let mut cell = trim(cell);
        if let Some(to) = self.settings.replace.get(cell) {
            report.replaced += 1;
            cell = trim(to);
        }
        (!cell.is_empty() && !self.blank.contains(cell)).then_some(cell)
    }

    fn typed(&self, cell: &str, report: &mut FieldReport, zone: &TimeZone) -> Result<Option<Value>, Unreadable> {
        let Some(cell) = self.clean(cell, report) else { return Ok(None) };
        if let Some(unit) = self.settings.unit.filter(|_| cell.ends_with(|c: char| c.is_ascii_digit())) {
            return read_cell(&format!("{cell}{unit}"), &self.wanted.ty, zone).map_err(|e| Unreadable::new(cell, e.reason));
        }
        if let (Some(format), Type::Date | Type::Time) = (&self.settings.format, &self.wanted.ty) {
            return read_formatted(cell, format, &self.wanted.ty, zone).map(Some);
        }
        if let Some(key) = &self.wanted.key {
            return Ok(read_key(cell, key, zone)?.map(Value::Reference));
        }
        if let Type::Set { values, separator } = &self.wanted.ty
            && !self.settings.replace.is_empty()
            && !separator.is_empty()
        {
            let elements: Vec<&str> = cell.split(&**separator).filter_map(|e| self.clean(e, report)).collect();
            return Ok(Some(read_elements(elements, values.as_deref())));
        }
        read_cell(cell, &self.wanted.ty, zone)
    }
}

/// Reads a date or time in the format of `turf.toml`; a time without offset is taken in the zone.
fn read_formatted(cell: &str, format: &str, ty: &Type, zone: &TimeZone) -> Result<Value, Unreadable> {
    let wrong = || Unreadable::new(cell, format!("does not look like `{format}`; write it so, or mend `format` in turf.toml"));
    let read = strtime::parse(format, cell).map_err(|_| wrong())?;
    match ty {
        Type::Date => read.to_date().map(Value::Date).map_err(|_| wrong()),
        // Covers seconds since 1970 (`%s`) too.
        _ if read.offset().is_some() || read.timestamp().is_some() => read.to_timestamp().map(Value::Time).map_err(|_| wrong()),
        _ => {
            let day = read.to_date().map_err(|_| wrong())?;
            let time = if read.hour().is_some() { read.to_time().map_err(|_| wrong())? } else { jiff::civil::Time::midnight() };
            zone.to_ambiguous_timestamp(day.to_datetime(time)).compatible().map(Value::Time).map_err(|_| wrong())
        }
    }
}

/// Makes the finding for a column that the file lacks, with the literal line for `turf.toml`.
fn no_column(file: &Arc<str>, line: u64, header: &[String], field: &str, column: &str, section: &str) -> Diagnostic {
    let left = wording::as_written(field);
    let headline = if field == column {
        format!("`{file}` has no column `{column}`")
    } else {
        format!("`{file}` has no column `{column}`, which field `{field}` takes its values from")
    };
    let finding = Diagnostic::new(DiagnosticName::MissingColumn, headline).in_data(&**file, Some(line), Some(column), "");
    let near = wording::nearest(column, header.iter().map(String::as_str));
    let other = [';', '\t', '|'].into_iter().find(|d| matches!(header, [only] if only.contains(*d)));
    if let Some(delimiter) = other {
        let written = if delimiter == '\t' { "tab".to_owned() } else { delimiter.to_string() };
        return finding.help(format!("The cells seem to be separated by something else: write `delimiter = \"{written}\"` in turf.toml."));
    }
    let finding = if near.is_empty() {
        let shown: Vec<String> = header.iter().map(|h| format!("`{h}`")).collect();
        finding.help(format!("The columns are {}.", wording::any_of(&shown, 12)))
    } else {
        let fixes: Vec<String> = near.iter().map(|n| format!("`{left} = {}`", toml::Value::from(n.as_str()))).collect();
        finding.help(format!("Did you mean another column? Write {} under `[{section}]` in turf.toml.", wording::join(&fixes, "or")))
    };
    finding.help(format!("If the file has nothing for it, write `{left} = {{ absent = true }}` under `[{section}]` in turf.toml."))
}
