//! What reading a data file showed: rows, rows set aside, blanks, replacements, values nobody declared.
//!
//! Counts only, so that the report of a file of any size stays small.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::SetAside;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::text::wording;

/// The most different unlisted values that are told apart per field; the others are only counted.
const MOST_VALUES: usize = 1_000;
/// The most rows set aside that are shown one by one.
const MOST_ROWS: usize = 20;

/// Holds what reading a file showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DataReport {
    /// Path as shown to people.
    pub file: Arc<str>,
    /// Rows read as records.
    pub rows: u64,
    /// Rows that could not be read.
    pub set_aside: u64,
    /// The first rows set aside, at most twenty.
    pub first_set_aside: Vec<SetAside>,
    /// Rows left out because another row says exactly the same.
    pub repeated: u64,
    /// By field, in the order declared.
    pub fields: Vec<FieldReport>,
}

/// Holds what reading a file showed about one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldReport {
    /// The field.
    pub field: Arc<str>,
    /// The column.
    pub column: String,
    /// Rows in which it is missing.
    pub blank: u64,
    /// Cells that were replaced.
    pub replaced: u64,
    /// Values that are none of the declared ones, with how often each occurs; none are kept for private fields.
    pub unlisted: BTreeMap<Arc<str>, u64>,
    /// Further unlisted values: those of private fields, and those beyond the first thousand different ones.
    pub unlisted_others: u64,
    /// Rows that have such a cell, even if blank; JSON objects may lack it.
    pub seen: u64,
}

impl FieldReport {
    /// Counts an unlisted value.
    pub(super) fn count_unlisted(&mut self, value: &Arc<str>, private: bool) {
        if let Some(count) = self.unlisted.get_mut(value) {
            *count += 1;
        } else if private || self.unlisted.len() >= MOST_VALUES {
            self.unlisted_others += 1;
        } else {
            self.unlisted.insert(value.clone(), 1);
        }
    }

    /// Returns how many unlisted values were met in all.
    #[must_use]
    pub fn unlisted_total(&self) -> u64 {
        self.unlisted.values().sum::<u64>() + self.unlisted_others
    }

    /// Returns the most frequent unlisted values, the most frequent first, then by name.
    #[must_use]
    pub fn top_unlisted(&self, most: usize) -> Vec<(&Arc<str>, u64)> {
        let mut all: Vec<(&Arc<str>, u64)> = self.unlisted.iter().map(|(v, n)| (v, *n)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all.truncate(most);
        all
    }
}

impl DataReport {
    /// Adds what reading a later part of the same file showed.
    pub fn merge(&mut self, later: Self) {
        self.rows += later.rows;
        self.set_aside += later.set_aside;
        let room = MOST_ROWS.saturating_sub(self.first_set_aside.len());
        self.first_set_aside.extend(later.first_set_aside.into_iter().take(room));
        self.repeated += later.repeated;
        for (field, more) in self.fields.iter_mut().zip(later.fields) {
            field.blank += more.blank;
            field.replaced += more.replaced;
            field.seen += more.seen;
            field.unlisted_others += more.unlisted_others;
            for (value, times) in more.unlisted {
                if let Some(known) = field.unlisted.get_mut(&value) {
                    *known += times;
                } else if field.unlisted.len() >= MOST_VALUES {
                    field.unlisted_others += times;
                } else {
                    field.unlisted.insert(value, times);
                }
            }
        }
    }

    /// Counts a row set aside, and keeps the first ones.
    /// Counts a row set aside.
    pub fn count_set_aside(&mut self, row: &SetAside) {
        self.set_aside += 1;
        if self.first_set_aside.len() < MOST_ROWS {
            self.first_set_aside.push(row.clone());
        }
    }

    /// Returns what should be looked at: rows set aside, unlisted values, columns that no object had.
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        let mut findings: Vec<Diagnostic> = self.first_set_aside.iter().map(unreadable).collect();
        let rest = self.set_aside.saturating_sub(u64::try_from(self.first_set_aside.len()).unwrap_or(0));
        if rest > 0 {
            let headline = format!("{} more of `{}` cannot be read", rows(rest), self.file);
            findings.push(Diagnostic::new(DiagnosticName::UnreadableCell, headline).in_data(&*self.file, None, None, ""));
        }
        findings.extend(self.fields.iter().filter(|f| f.unlisted_total() > 0).map(|f| self.unlisted(f)));
        findings.extend(self.fields.iter().filter(|f| f.seen == 0 && self.rows > 0 && !f.column.is_empty()).map(|f| {
            let headline = format!("no row of `{}` has `{}`, so field `{}` is always missing", self.file, f.column, f.field);
            let mut finding =
                Diagnostic::new(DiagnosticName::MissingColumn, headline).in_data(&*self.file, None, Some(&f.column), "").help(format!(
                    "If that is meant, write `{} = {{ absent = true }}` under its columns in turf.toml.",
                    wording::as_written(&f.field)
                ));
            finding.severity = crate::diagnostic::Severity::Warning;
            finding
        }));
        findings
    }

    fn unlisted(&self, field: &FieldReport) -> Diagnostic {
        let top: Vec<String> =
            field.top_unlisted(5).iter().map(|(value, n)| format!("`{value}` ({})", wording::grouped(size(*n)))).collect();
        let total = wording::count(size(field.unlisted_total()), "value", "values");
        let headline = format!(
            "{total} of field `{}` in `{}` {} not declared",
            field.field,
            self.file,
            if field.unlisted_total() == 1 { "is" } else { "are" }
        );
        let mut finding = Diagnostic::new(DiagnosticName::UnlistedValues, headline).in_data(&*self.file, None, Some(&field.column), "");
        if !top.is_empty() {
            finding = finding.help(format!("The most frequent: {}.", top.join(", ")));
        }
        finding.help("They equal no value of the rules: declare them with the field, or `replace` them in turf.toml.")
    }
}

/// Turns a row set aside into a finding.
pub(super) fn unreadable(row: &SetAside) -> Diagnostic {
    Diagnostic::new(DiagnosticName::UnreadableCell, row.reason.clone()).in_data(&*row.file, Some(row.line), row.column.as_deref(), "")
}

fn rows(n: u64) -> String {
    wording::count(size(n), "row", "rows")
}

fn size(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
